/** Predicted and measured change of one node, in words and as numbers. */

import { h, type Ui } from "../dom.js";
import type { Effect, Graph } from "../model/decode.js";
import { signed } from "../text.js";
import { type Change, changeOf, relativeChanges } from "./compare.js";

/** In words; empty where one of the two is not known, where nothing moved, and of what was edited. */
export function changeText(graph: Graph, effect: Effect | null, node: number): string {
  const change = known(graph, effect, node);
  return change ? `predicted ${signed(change.predicted)}, measured ${signed(change.measured)}` : "";
}

/** A line for the panel of a node. */
export function changeFacts(ui: Ui, graph: Graph, effect: Effect | null, node: number): HTMLElement[] {
  const change = known(graph, effect, node);
  if (!change) return [];
  const fact = (name: string, value: number) =>
    h(
      ui,
      "span",
      { class: "saec-fact" },
      h(ui, "span", { class: "saec-caption", text: name }),
      h(ui, "span", {
        class: `saec-number ${value < 0 ? "saec-down" : value > 0 ? "saec-up" : ""}`,
        text: signed(value),
      }),
    );
  const title = "By how much the edits move this node: as the graph says, and as measured";
  const facts = [fact("predicted", change.predicted), fact("measured", change.measured)];
  return [h(ui, "div", { class: "saec-node-facts saec-node-change", title }, ...facts)];
}

function known(graph: Graph, effect: Effect | null, node: number): Change | null {
  if (effect === null || effect.edits.length === 0) return null;
  const { predicted, measured, edited } = relativeChanges(graph, effect);
  if (edited.has(node) || (!predicted[node] && !measured[node])) return null;
  const change = changeOf(graph, effect, node);
  return Number.isFinite(change.predicted) && Number.isFinite(change.measured) ? change : null;
}
