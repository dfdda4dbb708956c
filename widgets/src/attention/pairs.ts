/** The strongest pairs of a score, one a line. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import { signed } from "../text.js";
import { sourceChip } from "./names.js";
import type { Pair, Score } from "./state.js";

export function pairList(ui: Ui, graph: Graph, score: Score, actions: Actions): HTMLElement[] {
  const longest = Math.max(...score.pairs.map(({ value }) => Math.abs(value)), 1e-12);
  const line = ({ query, key, value }: Pair) => {
    const sign = value < 0 ? "saec-bar-negative" : "saec-bar-positive";
    const fill = h(ui, "span", { class: `saec-row-bar ${sign}` });
    fill.style.width = `${(100 * Math.abs(value / longest)).toFixed(1)}%`;
    return h(
      ui,
      "div",
      { class: "saec-qk-pair", attrs: { role: "listitem" } },
      fill,
      sourceChip(ui, graph, query, score.query, actions),
      h(ui, "span", { class: "saec-qk-times", text: "×", attrs: { "aria-hidden": "true" } }),
      sourceChip(ui, graph, key, score.key, actions),
      h(ui, "span", { class: "saec-number saec-route-value", text: signed(value) }),
    );
  };
  const heading = ["at the query", "at the key", "adds"].map((text) => h(ui, "span", { text }));
  const attrs = { role: "list", "aria-label": "Strongest pairs" };
  return [
    h(ui, "div", { class: "saec-qk-sides saec-caption" }, ...heading),
    h(ui, "div", { attrs }, ...score.pairs.map(line)),
  ];
}
