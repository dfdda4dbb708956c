/** Evidence of the selected feature; how to read the picture while nothing is selected. */

import { fullCard, replaceCard } from "../card/full.js";
import { h, s, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { isFailure } from "../model/cards.js";
import { Kind } from "../model/decode.js";
import { hasKernel } from "../model/possible.js";
import { type ExplorerStore, featureKey } from "../model/state.js";
import { visible } from "../text.js";
import { hasMoved } from "./describe.js";
import { glyph } from "./glyph.js";

export function evidencePanel(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const body = h(ui, "div", { class: "saec-evidence-body" });
  const title = h(ui, "h4", { class: "saec-subtitle", text: "How to read this" });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-evidence", attrs: { "aria-label": "Evidence" } },
    title,
    body,
  );
  const guide = legend(ui);

  store.watch(["graph", "selected", "cards", "effect"], ({ graph, selected, cards, effect }) => {
    const key = graph && selected !== null ? featureKey(graph, selected) : null;
    title.hidden = key !== null;
    if (!graph || selected === null || key === null) return body.replaceChildren(guide);
    const card = cards.get(key);
    if (!card) {
      const text = graph.meta.live
        ? "Looking up where this feature fires …"
        : hasKernel(graph)
          ? "There is no model behind this circuit, so there is no evidence of this feature."
          : "This page holds no evidence of this feature.";
      return body.replaceChildren(h(ui, "p", { class: "saec-hint", text }));
    }
    if (isFailure(card)) {
      const text = `${visible(card.message)} ${card.cure}`;
      return body.replaceChildren(h(ui, "p", { class: "saec-hint", text }));
    }
    const now = effect?.nodeValue[selected] ?? Number.NaN;
    const value = graph.value[selected] ?? Number.NaN;
    const values = [{ value, name: "here" }];
    if (hasMoved(value, now)) values.push({ value: now, name: "edited" });
    const rename = graph.meta.live ? { rename: actions.setLabel } : {};
    return replaceCard(body, fullCard(ui, card, values, rename));
  });
  return element;
}

function legend(ui: Ui): HTMLElement {
  const entry = (kind: number, text: string) =>
    h(ui, "span", { class: "saec-legend-item" }, glyph(ui, kind), text);
  const line = (kind: string, text: string) => {
    const stroke = s(ui, "line", { x1: 0, x2: 26, y1: 6, y2: 6, class: kind });
    return h(
      ui,
      "span",
      { class: "saec-legend-item" },
      s(ui, "svg", { width: 26, height: 12, "aria-hidden": "true" }, stroke),
      text,
    );
  };
  const keys = (names: string[], text: string) =>
    h(ui, "span", { class: "saec-legend-item" }, ...names.map((name) => h(ui, "kbd", { text: name })), text);
  return h(
    ui,
    "div",
    { class: "saec-legend" },
    h(
      ui,
      "div",
      { class: "saec-legend-row" },
      entry(Kind.feature, "feature"),
      entry(Kind.token, "token"),
      entry(Kind.error, "error: what dictionaries miss"),
      entry(Kind.bias, "bias"),
      entry(Kind.target, "target"),
    ),
    h(
      ui,
      "div",
      { class: "saec-legend-row" },
      line("saec-line-positive", "pushes up"),
      line("saec-line-negative", "pushes down"),
      h(ui, "span", {
        class: "saec-legend-item",
        text: "wide = large part of the input · large = much influence · ▲▼ and raised or lowered wings = moved by the edits",
      }),
    ),
    h(
      ui,
      "div",
      { class: "saec-legend-row" },
      keys(["click"], "select"),
      keys(["Ctrl", "click"], "pin"),
      keys(["←", "↑", "↓", "→"], "walk"),
      keys(["p"], "pin"),
      keys(["g"], "group"),
      keys(["a"], "ablate"),
      keys(["h"], "heads of a link"),
      keys(["u"], "undo"),
      keys(["/"], "search"),
      keys(["Ctrl", "wheel"], "zoom"),
      keys(["Shift"], "hold the hover"),
      keys(["Esc"], "clear"),
    ),
  );
}
