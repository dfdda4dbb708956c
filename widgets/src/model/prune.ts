/**
 * Which nodes and edges are shown: nodes by share of influence, edges by share of score, in the browser.
 *
 * What does not depend on the share (ranks, running sums) is worked out once a graph, so that a step of the slider is a
 * search in the sums, a mask of the nodes and one pass over the edges.
 */

import { type Graph, Kind } from "./decode.js";

/** The weakest links that together carry the rest of the score are left out, unless everything is asked for. */
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

/** What pruning needs of a graph, whatever the share. */
interface Ranking {
  /** Prunable rows, most influence first. */
  rows: Uint32Array;
  /** Influence of the rows up to each, this one included. */
  sums: Float64Array;
  /** 1 for tokens and targets. */
  always: Uint8Array;
  /** Room for the edges of one step. */
  edges: Uint32Array;
}

const known = new WeakMap<Graph, Ranking>();

/**
 * Features, errors and biases are ranked by influence and kept until the cumulative share reaches `share`.
 * Tokens, targets and the nodes in `always` (selected, pinned, edited) are kept whatever their influence.
 */
export function prune(graph: Graph, share: number, always: Iterable<number> = []): Visible {
  const ranking = rankingOf(graph);
  const node = ranking.always.slice();
  for (const row of always) if (row >= 0 && row < graph.size) node[row] = 1;
  const count = countUntil(ranking.sums, share);
  for (let at = 0; at < count; at++) node[ranking.rows[at] ?? 0] = 1;
  let nodes = 0;
  for (let row = 0; row < node.length; row++) nodes += node[row] ?? 0;
  return { node, nodes, edges: pruneEdges(graph, node, share, ranking.edges), prunable: ranking.rows.length };
}

function rankingOf(graph: Graph): Ranking {
  const ranking = known.get(graph) ?? rank(graph);
  known.set(graph, ranking);
  return ranking;
}

function rank(graph: Graph): Ranking {
  const always = graph.kind.map((kind) => (kind === Kind.token || kind === Kind.target ? 1 : 0));
  const rows = graph.strongest.filter((row) => always[row] === 0);
  const sums = new Float64Array(rows.length);
  let sum = 0;
  for (const [at, row] of rows.entries()) {
    sum += graph.influence[row] ?? 0;
    sums[at] = sum;
  }
  return { rows, sums, always, edges: new Uint32Array(graph.source.length) };
}

/** Length of the shortest beginning whose sum reaches `share` of the whole; all of it at a share of 1. */
function countUntil(sums: Float64Array, share: number): number {
  if (share >= 1 || sums.length === 0) return sums.length;
  if (share <= 0) return 0;
  const goal = share * (sums[sums.length - 1] ?? 0);
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) >= goal) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

function pruneEdges(graph: Graph, node: Uint8Array, share: number, room: Uint32Array): Uint32Array {
  const { ranked, source, target, score } = graph;
  let count = 0;
  let total = 0;
  for (let at = 0; at < ranked.length; at++) {
    const edge = ranked[at] ?? 0;
    if (node[source[edge] ?? 0] !== 1 || node[target[edge] ?? 0] !== 1) continue;
    room[count++] = edge;
    total += score[edge] ?? 0;
  }
  if (share < 1) count = cut(room, count, score, EDGE_SHARE * total);
  return room.slice(0, count).reverse();
}

/** How many of the first `count` edges it takes until their scores reach `goal`. */
function cut(edges: Uint32Array, count: number, score: Float32Array, goal: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) {
    sum += score[edges[at] ?? 0] ?? 0;
    if (sum >= goal) return at + 1;
  }
  return count;
}
