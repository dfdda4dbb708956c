/** Nodes in words. */

import { type Graph, Kind } from "../model/decode.js";
import { originOf } from "../model/possible.js";
import { featureKey } from "../model/state.js";
import { format, percent, showToken, signed, visible } from "../text.js";

const NAMES: Record<number, string> = {
  [Kind.feature]: "feature",
  [Kind.error]: "error",
  [Kind.token]: "token",
  [Kind.bias]: "bias",
  [Kind.target]: "target",
};

export function kindName(graph: Graph, node: number): string {
  if (graph.kind[node] === Kind.feature && originOf(graph).nodes === "neurons") return "neuron";
  return NAMES[graph.kind[node] ?? -1] ?? "node";
}

/** The label of a node; tokens and targets as tokens. */
export function nodeName(graph: Graph, node: number): string {
  const label = graph.label[node] ?? "";
  const kind = graph.kind[node];
  if (kind === Kind.token || kind === Kind.target) return showToken(label);
  return visible(label) || featureKey(graph, node) || kindName(graph, node);
}

export function tokenAt(graph: Graph, node: number): string {
  return showToken(graph.meta.tokens[graph.position[node] ?? 0] ?? "");
}

export function layerName(graph: Graph, node: number): string {
  const layer = graph.layer[node] ?? 0;
  if (layer < 0) return "embeddings";
  return layer >= graph.meta.n_layers ? "output" : `layer ${layer}`;
}

/** Where a node is: `layer 2 · at “Gdansk” (5)`. */
export function place(graph: Graph, node: number): string {
  return `${layerName(graph, node)} · at “${tokenAt(graph, node)}” (${graph.position[node] ?? 0})`;
}

/** Share of the influence of all nodes but the targets. */
export function influenceShare(graph: Graph, node: number): number {
  return graph.totalInfluence > 0 ? (graph.influence[node] ?? 0) / graph.totalInfluence : Number.NaN;
}

/** What the value of a node is called. */
export function valueName(graph: Graph, node: number): string {
  const { kind } = originOf(graph);
  if (kind === "difference") return "change";
  const mean = kind === "merged" ? "mean " : "";
  if (graph.kind[node] === Kind.target) return `${mean}value`;
  return graph.kind[node] === Kind.feature ? `${mean}activation` : "size";
}

/** The value of a node; of a difference, with its sign. */
export function valueText(graph: Graph, value: number): string {
  return originOf(graph).kind === "difference" ? signed(value) : format(value);
}

/** The total effect of a node on the target, in words; empty where the method estimates none. */
export function effectText(graph: Graph, node: number): string {
  const effect = graph.effect[node] ?? Number.NaN;
  return Number.isFinite(effect) && graph.kind[node] !== Kind.target ? signed(effect) : "";
}

/** Whether a value reads differently after the edits; rounding alone moves nothing. */
export function hasMoved(before: number, after: number): boolean {
  return Number.isFinite(before) && Number.isFinite(after) && format(before) !== format(after);
}

/** One sentence for screen readers. */
export function announce(graph: Graph, node: number): string {
  const value = graph.value[node] ?? Number.NaN;
  const effect = effectText(graph, node);
  const facts = [
    `${nodeName(graph, node)}, ${kindName(graph, node)}`,
    place(graph, node),
    Number.isFinite(value) ? `${valueName(graph, node)} ${valueText(graph, value)}` : "",
    graph.kind[node] === Kind.target ? "" : `influence ${percent(influenceShare(graph, node))}`,
    effect ? `total effect ${effect}` : "",
  ];
  return facts.filter(Boolean).join(", ");
}
