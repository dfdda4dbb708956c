/** Beside the picture: the features of the cell that is looked into, each with its own effect. */

import { h, type Ui } from "../dom.js";
import { format, visible } from "../text.js";
import { type CellFeatures, cellOf, type Feature, fineText, shareText, whereText } from "./cells.js";
import type { PatchActions, PatchStore, State } from "./state.js";

const HINT =
  "Each square is one dictionary at one token: how much of the gap between the two prompts goes when all of its features there come from the other prompt. Click a square to see its features.";

export function sidePanel(ui: Ui, store: PatchStore, actions: PatchActions): HTMLElement {
  const head = h(ui, "div", { class: "saec-patch-cell-head" });
  const list = h(ui, "div", {
    class: "saec-patch-features",
    attrs: { role: "list", "aria-label": "Features" },
  });
  const note = h(ui, "p", { class: "saec-hint" });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-patch-side", attrs: { "aria-label": "Features of a cell" } },
    head,
    list,
    note,
  );
  store.watch(["board", "cell", "noising"], (state) => head.replaceChildren(...cellHead(ui, state, actions)));
  store.watch(["features", "cell"], ({ features, cell }) => {
    const shown = features?.cell === cell ? features : null;
    const most = Math.max(1e-9, ...(shown?.features ?? []).map(sizeOf));
    list.hidden = !shown || shown.features.length === 0;
    list.replaceChildren(
      ...(shown ? [columns(ui, shown), ...shown.features.map((each) => row(ui, each, most, actions))] : []),
    );
    note.textContent = noteText(cell, shown);
    note.hidden = note.textContent === "";
  });
  store.watch(["features", "cell", "ticked", "feature"], ({ ticked, feature }) => {
    for (const box of element.querySelectorAll<HTMLInputElement>("input[data-spot]"))
      box.checked = ticked.includes(box.dataset.spot ?? "");
    for (const name of list.querySelectorAll<HTMLElement>("[data-feature]"))
      name.setAttribute("aria-pressed", String(name.dataset.feature === feature));
  });
  return element;
}

function noteText(cell: string | null, shown: CellFeatures | null): string {
  if (cell === null) return HINT;
  if (!shown) return "";
  if (shown.features.length === 0) return "No feature differs here between the two prompts.";
  const left = shown.total - shown.features.length;
  return left > 0 ? `${left} more differ, with weaker estimates; they are not measured.` : "";
}

const sizeOf = ({ share, estimate }: Feature) => Math.abs(Number.isFinite(share) ? share : estimate);

function cellHead(ui: Ui, state: Readonly<State>, actions: PatchActions): HTMLElement[] {
  const cell = state.board && cellOf(state.board, state.cell);
  if (!cell || !state.board) return [h(ui, "h3", { class: "saec-subtitle", text: "Features" })];
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: visible(cell.dictionary) })),
      h(ui, "button", {
        class: "saec-button saec-button-small",
        text: "✕",
        title: "Close",
        attrs: { "aria-label": "Close the features of this cell" },
        on: { click: () => actions.lookInto(null) },
      }),
    ),
    h(ui, "div", { class: "saec-node-place", text: whereText(state.board, state.noising, cell.place) }),
    h(
      ui,
      "label",
      { class: "saec-check saec-patch-all" },
      h(ui, "input", {
        attrs: { type: "checkbox", "data-spot": cell.id },
        on: { change: () => actions.tick(cell.id) },
      }),
      h(ui, "span", { text: "patch all features here" }),
      h(ui, "span", { class: `saec-number saec-strong ${toneOf(cell.share)}`, text: shareText(cell.share) }),
    ),
  ];
}

function columns(ui: Ui, { done }: CellFeatures): HTMLElement {
  const head = (text: string, title: string) => h(ui, "span", { class: "saec-patch-column", text, title });
  return h(
    ui,
    "div",
    { class: "saec-patch-feature saec-patch-columns", attrs: { "aria-hidden": "true" } },
    h(ui, "span"),
    h(ui, "span", { text: done ? "one at a time" : "measuring …" }),
    head("estimated", "Difference × gradient: what patching it would move to first order"),
    head("measured", "Share of the gap with this feature alone patched"),
  );
}

function row(ui: Ui, feature: Feature, most: number, actions: PatchActions): HTMLElement {
  const { share, estimate } = feature;
  const bar = h(ui, "span", { class: `saec-row-bar saec-bar-${share < 0 ? "negative" : "positive"}` });
  bar.style.width = Number.isFinite(share) ? `${((100 * Math.abs(share)) / most).toFixed(1)}%` : "0";
  const name = visible(feature.label || feature.name);
  const change = `${visible(feature.name)}: ${format(feature.was)} → ${format(feature.becomes)}`;
  return h(
    ui,
    "div",
    { class: "saec-patch-feature", attrs: { role: "listitem" } },
    bar,
    h(ui, "input", {
      attrs: { type: "checkbox", "data-spot": feature.id, "aria-label": `Patch ${name}` },
      on: { change: () => actions.tick(feature.id) },
    }),
    h(
      ui,
      "button",
      {
        class: "saec-patch-feature-name",
        title: change,
        attrs: {
          "data-feature": feature.name,
          "aria-label": `${name}, ${change}, ${fineText(share)} of the gap`,
        },
        on: { click: () => actions.choose(feature.name) },
      },
      h(ui, "bdi", { text: name }),
    ),
    h(ui, "span", { class: "saec-number saec-patch-estimate", text: fineText(estimate) }),
    h(ui, "span", {
      class: `saec-number saec-patch-measured ${toneOf(share)}`,
      text: Number.isFinite(share) ? fineText(share) : "…",
    }),
  );
}

/** Colour of a number that is worth one. */
export function toneOf(share: number): string {
  if (!(Math.abs(share) >= 0.0005)) return "";
  return share < 0 ? "saec-down" : "saec-up";
}
