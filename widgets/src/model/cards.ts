/** Cards of features, asked for when a feature is selected and kept. */

import type { Ask } from "./ask.js";
import { asFailure } from "./failure.js";
import { type ExplorerStore, featureKey } from "./state.js";
import type { Card, Failure } from "./traits.js";

export function fetchCards(store: ExplorerStore, ask: Ask): void {
  const asked = new Set<string>();

  async function fetch(key: string, node: string): Promise<void> {
    asked.add(key);
    let found: Card | Failure;
    try {
      found = (await ask<{ card: Card }>("card", { node })).body.card;
    } catch (error) {
      // Selecting the feature again asks again.
      asked.delete(key);
      found = asFailure(error);
    }
    store.set({ cards: new Map(store.get().cards).set(key, found) });
  }

  store.watch(["graph", "selected"], ({ graph, selected, cards }) => {
    if (!graph?.meta.live || selected === null) return;
    const key = featureKey(graph, selected);
    const known = key !== null && cards.get(key);
    if (key === null || asked.has(key) || (known && !isFailure(known))) return;
    void fetch(key, graph.id[selected] ?? "");
  });
}

export function isFailure(card: Card | Failure): card is Failure {
  return "cure" in card;
}
