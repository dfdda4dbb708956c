/** What the colours of the picture mean, and whether all of it is measured. */

import { h, type Ui } from "../dom.js";
import type { PatchActions, PatchStore, State } from "./state.js";

const STEPS: readonly [share: number, text: string][] = [
  [-1, "−1"],
  [-0.5, ""],
  [0, "0"],
  [0.5, ""],
  [1, "+1"],
];

export function legend(ui: Ui, store: PatchStore, actions: PatchActions): HTMLElement {
  const swatch = ([share, text]: [number, string]) => {
    const sign = share === 0 ? "zero" : share < 0 ? "negative" : "positive";
    const element = h(ui, "span", { class: `saec-patch-swatch saec-patch-swatch-${sign}`, text });
    element.style.setProperty("--saec-strength", `${Math.round(60 * Math.abs(share))}%`);
    return element;
  };
  const measuring = () => store.get().busy !== "";
  const button = h(ui, "button", {
    class: "saec-button saec-button-small saec-patch-rest",
    on: {
      click: () => (measuring() ? actions.stop() : actions.ask(store.get().question, store.get().noising)),
    },
  });
  store.watch(["board", "busy", "asking"], (state) => {
    // What was asked for here is stopped in the status line.
    button.hidden = state.asking > 0 || !unfinished(state);
    button.textContent = state.busy === "" ? "Measure all" : "Stop measuring";
  });
  return h(
    ui,
    "div",
    { class: "saec-patch-legend" },
    h(
      ui,
      "span",
      { class: "saec-patch-swatches", attrs: { "aria-hidden": "true" } },
      ...STEPS.map((step) => swatch([...step])),
    ),
    h(ui, "span", {
      text: "share of the gap: 0 moves nothing, +1 gives the other prompt’s value, − (dashed) moves away from it",
    }),
    button,
  );
}

function unfinished({ board }: Readonly<State>): boolean {
  return board?.cells.flat().some(({ editable, share }) => editable && Number.isNaN(share)) ?? false;
}
