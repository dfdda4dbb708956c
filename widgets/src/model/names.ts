/** Names that features were given while their circuit is on show; they take the place of the labels it came with. */

import type { Graph } from "./decode.js";
import { isRecord, isText } from "./expect.js";
import { featureKey } from "./state.js";
import type { Card, Failure } from "./traits.js";

export type Names = ReadonlyMap<string, string>;

export function readNames(value: unknown): Names {
  if (!isRecord(value)) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => isText(entry[1])));
}

/** The same graph where no label changes. */
export function withNames(graph: Graph, names: Names): Graph {
  if (names.size === 0) return graph;
  const label = graph.label.map((text, node) => names.get(featureKey(graph, node) ?? "") ?? text);
  return label.every((text, node) => text === graph.label[node]) ? graph : { ...graph, label };
}

export function cardsWithNames(
  cards: ReadonlyMap<string, Card | Failure>,
  names: Names,
): ReadonlyMap<string, Card | Failure> {
  if (names.size === 0) return cards;
  const named = new Map(cards);
  for (const [feature, label] of names) {
    const card = cards.get(feature);
    if (card && "contexts" in card) named.set(feature, { ...card, label });
  }
  return named;
}
