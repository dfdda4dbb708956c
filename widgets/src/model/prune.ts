/** Which nodes and edges are shown: nodes by share of influence, edges by share of score, in the browser. */

import { type Graph, Kind } from "./decode.js";

/** More links than this make a slow and unreadable picture. */
export const MAX_LINKS = 10_000;
/** The weakest links that together carry the rest of the score are left out. */
export const EDGE_SHARE = 0.98;

export interface Visible {
  /** 1 for every node that is shown. */
  node: Uint8Array;
  nodes: number;
  /** Shown edges, weakest first, so that the strongest are drawn on top. */
  edges: Uint32Array;
  /** Nodes that the share decides on. */
  prunable: number;
}

/**
 * Features, errors and biases are ranked by influence and kept until the cumulative share reaches `share`.
 * Tokens, targets and the nodes in `always` (selected, pinned, edited) are kept whatever their influence.
 */
export function prune(graph: Graph, share: number, always: Iterable<number> = []): Visible {
  const ranked = rankPrunable(graph);
  const node = new Uint8Array(graph.size);
  for (let row = 0; row < graph.size; row++) {
    const kind = graph.kind[row];
    if (kind === Kind.token || kind === Kind.target) node[row] = 1;
  }
  for (const row of always) if (row >= 0 && row < graph.size) node[row] = 1;
  for (const row of keepUntil(ranked, graph.influence, share)) node[row] = 1;
  const nodes = node.reduce((sum, kept) => sum + kept, 0);
  return { node, nodes, edges: pruneEdges(graph, node), prunable: ranked.length };
}

function rankPrunable(graph: Graph): number[] {
  const rows: number[] = [];
  for (let row = 0; row < graph.size; row++) {
    const kind = graph.kind[row];
    if (kind !== Kind.token && kind !== Kind.target) rows.push(row);
  }
  return rows.sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}

/** The shortest prefix of `ranked` whose scores reach `share` of the total; all of them at a share of 1. */
function keepUntil(ranked: readonly number[], score: Float32Array, share: number): readonly number[] {
  if (share >= 1) return ranked;
  if (share <= 0) return [];
  const total = ranked.reduce((sum, row) => sum + (score[row] ?? 0), 0);
  let sum = 0;
  for (const [count, row] of ranked.entries()) {
    sum += score[row] ?? 0;
    if (sum >= share * total) return ranked.slice(0, count + 1);
  }
  return ranked;
}

function pruneEdges(graph: Graph, node: Uint8Array): Uint32Array {
  const shown = [...graph.ranked].filter(
    (edge) => node[graph.source[edge] ?? 0] && node[graph.target[edge] ?? 0],
  );
  return Uint32Array.from(keepUntil(shown, graph.score, EDGE_SHARE).slice(0, MAX_LINKS)).reverse();
}
