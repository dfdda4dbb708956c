/** What the subgraph shows: a card for each supernode, and one for each pinned node outside of them. */

import type { Graph } from "../model/decode.js";
import { rows } from "../model/state.js";
import type { Supernode } from "../model/traits.js";
import { nodeName, tokenAt } from "../panels/describe.js";
import { shorten, visible } from "../text.js";

/** More cards than this cannot be read. */
export const MOST_CARDS = 200;
/** Members of a supernode that have a circle of their own. */
export const MOST_CIRCLES = 4;

export interface Card {
  /** The id of its first node: places outlive a new name. */
  key: string;
  name: string;
  note: string;
  /** Rows. */
  members: number[];
  /** Name of the supernode. */
  group: string | null;
  /** Mean layer and first token, which order the cards. */
  layer: number;
  position: number;
  width: number;
  height: number;
}

const NODE = { width: 164, height: 38 };
const GROUP = { width: 172, height: 58 };

/** At most `MOST_CARDS`, supernodes first. */
export function makeCards(
  graph: Graph,
  pinned: readonly string[],
  supernodes: readonly Supernode[],
): { cards: Card[]; left: number } {
  const cards: Card[] = [];
  const grouped = new Set<number>();
  for (const { name, members } of supernodes) {
    const found = rows(graph, members);
    for (const node of found) grouped.add(node);
    const note = found.length === 1 ? "1 node" : `${found.length} nodes`;
    if (found.length > 0)
      cards.push({ ...standing(graph, found), name: visible(name), note, group: name, ...GROUP });
  }
  for (const node of rows(graph, pinned)) {
    if (grouped.has(node)) continue;
    const name = nodeName(graph, node);
    cards.push({ ...standing(graph, [node]), name, note: shortPlace(graph, node), group: null, ...NODE });
  }
  return { cards: cards.slice(0, MOST_CARDS), left: Math.max(0, cards.length - MOST_CARDS) };
}

function standing(graph: Graph, members: number[]): Pick<Card, "key" | "members" | "layer" | "position"> {
  const layers = members.map((node) => graph.layer[node] ?? 0);
  return {
    key: graph.id[members[0] ?? 0] ?? "",
    members,
    layer: layers.reduce((sum, layer) => sum + layer, 0) / layers.length,
    position: Math.min(...members.map((node) => graph.position[node] ?? 0)),
  };
}

export function shortPlace(graph: Graph, node: number): string {
  const layer = graph.layer[node] ?? 0;
  const name = layer < 0 ? "token" : layer >= graph.meta.n_layers ? "out" : `L${layer}`;
  return `${name} · ${shorten(tokenAt(graph, node), 12)}`;
}
