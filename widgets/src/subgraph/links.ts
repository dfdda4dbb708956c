/** Links among cards: the weights of all links between their nodes, added up with their signs. */

import { edgesOf, type Graph } from "../model/decode.js";
import type { Card } from "./cards.js";

export interface CardLink {
  /** Places in the list of cards. */
  from: number;
  to: number;
  weight: number;
  /** Part of all that comes into the receiving card from outside of it, −1…1. */
  share: number;
}

/**
 * `share` is `Σ w / Σ |w|`: above, all links from one card to the other; below, all links that come into the nodes of
 * the receiving card from nodes that are not in it, be they on show or not. Links within a card are dropped.
 */
export function cardLinks(graph: Graph, cards: readonly Card[]): CardLink[] {
  const owner = new Int32Array(graph.size).fill(-1);
  for (const [at, { members }] of cards.entries()) for (const node of members) owner[node] = at;
  const links: CardLink[] = [];
  const sums = new Float64Array(cards.length);
  for (const [to, { members }] of cards.entries()) {
    sums.fill(0);
    const linked = new Set<number>();
    let outside = 0;
    for (const node of members) {
      for (const edge of edgesOf(graph.inputs, node)) {
        const from = owner[graph.source[edge] ?? 0] ?? -1;
        if (from === to) continue;
        const weight = graph.weight[edge] ?? 0;
        outside += Math.abs(weight);
        if (from < 0) continue;
        linked.add(from);
        sums[from] = (sums[from] ?? 0) + weight;
      }
    }
    for (const from of linked) {
      const weight = sums[from] ?? 0;
      if (weight !== 0) links.push({ from, to, weight, share: weight / Math.max(outside, 1e-12) });
    }
  }
  return links.sort((a, b) => Math.abs(a.share) - Math.abs(b.share));
}
