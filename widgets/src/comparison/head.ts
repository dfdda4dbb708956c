/** Above the graphs: how alike the circuits are, which picture is on show, how much of it. */

import { h, type Ui } from "../dom.js";
import { percent } from "../text.js";
import type { ComparisonTraits, Mode } from "./traits.js";

const MODES: Mode[] = ["side by side", "difference"];

export function comparisonHead(
  ui: Ui,
  on: { mode(mode: Mode): void; share(share: number, done: boolean): void },
): {
  element: HTMLElement;
  show(traits: Pick<ComparisonTraits, "scores" | "rows" | "mode">): void;
  showShare(share: number): void;
} {
  const buttons = MODES.map((mode) =>
    h(ui, "button", {
      class: "saec-button saec-button-small saec-choice",
      text: mode,
      on: { click: () => on.mode(mode) },
    }),
  );
  const scores = h(ui, "span", { class: "saec-compared-scores" });
  const read = () => Number(slider.value) / 100;
  const slider = h(ui, "input", {
    class: "saec-slider saec-prune",
    attrs: {
      type: "range",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": "Share of influence to keep, in percent",
    },
    on: { input: () => on.share(read(), false), change: () => on.share(read(), true) },
  });
  const share = h(ui, "output", { class: "saec-number saec-share" });
  const element = h(
    ui,
    "div",
    { class: "saec-compared-top" },
    scores,
    h(ui, "span", { class: "saec-choices", attrs: { role: "group", "aria-label": "Picture" } }, ...buttons),
    h(
      ui,
      "label",
      { class: "saec-field" },
      h(ui, "span", { class: "saec-caption", text: "Influence kept" }),
      slider,
      share,
    ),
  );
  return {
    element,
    show({ scores: { nodes, edges }, rows, mode }) {
      const counts = (["shared", "lost", "gained"] as const).map(
        (status) => rows.filter((row) => row.status === status).length,
      );
      const alike = (name: string, value: number | null | undefined) =>
        `${percent(value ?? Number.NaN)} of ${name}`;
      scores.replaceChildren(
        h(ui, "strong", { text: `${alike("nodes", nodes)} and ${alike("links", edges)} in both` }),
        h(ui, "span", {
          class: "saec-caption",
          text: `${counts[0]} shared · ${counts[1]} only in A · ${counts[2]} only in B`,
        }),
      );
      for (const [number, button] of buttons.entries())
        button.setAttribute("aria-pressed", String(MODES[number] === mode));
    },
    showShare(value) {
      slider.value = String(Math.round(100 * value));
      share.textContent = percent(value);
    },
  };
}
