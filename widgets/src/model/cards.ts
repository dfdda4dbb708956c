/** Cards of features, asked for when a feature is selected and kept. */

import type { Ask } from "./ask.js";
import { isRecord } from "./expect.js";
import { asFailure } from "./failure.js";
import { type ExplorerStore, featureKey } from "./state.js";
import type { Card, Failure } from "./traits.js";

const NO_CARD: Failure = { message: "Python sent no card.", cure: "Select the feature again." };

export function fetchCards(store: ExplorerStore, ask: Ask): void {
  const asked = new Set<string>();

  async function fetch(key: string, node: string): Promise<void> {
    asked.add(key);
    let found: Card | Failure;
    try {
      const { body } = await ask<{ card?: Card }>("card", { node });
      found = isCard(body.card) ? body.card : NO_CARD;
    } catch (error) {
      // Selecting the feature again asks again.
      asked.delete(key);
      if (isCard(store.get().cards.get(key))) return;
      found = asFailure(error);
    }
    store.set({ cards: new Map(store.get().cards).set(key, found) });
  }

  // Cards that came with the circuit are short, and what a saved widget has: while Python is there, it is asked.
  store.watch(["graph", "selected"], ({ graph, selected }) => {
    if (!graph?.meta.live || selected === null) return;
    const key = featureKey(graph, selected);
    if (key === null || asked.has(key)) return;
    void fetch(key, graph.id[selected] ?? "");
  });
}

export function isFailure(card: Card | Failure): card is Failure {
  return !isCard(card);
}

/** Whether a card can be drawn, as far as its outline tells. */
export function isCard(card: unknown): card is Card {
  return isRecord(card) && Array.isArray(card.contexts) && isRecord(card.histogram);
}
