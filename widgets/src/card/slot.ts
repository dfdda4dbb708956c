/** The place of the selected feature's card in a widget that shows other things too. */

import { h, type Ui } from "../dom.js";
import type { Card } from "../model/traits.js";
import { visible } from "../text.js";
import { type FullTools, fullCard, replaceCard } from "./full.js";
import { isCard, nameOf } from "./traits.js";

/** What Python says of a feature of which nothing is known. */
export interface Missing {
  missing: string;
}

export type CardTrait = Card | Missing | Record<string, never>;

/**
 * Shows the card of `feature`. Until Python has looked it up the one before stays, faded, so that nothing jumps;
 * without a kernel nobody will.
 */
export function showCard(
  ui: Ui,
  body: HTMLElement,
  { feature, card, live }: { feature: string | null; card: CardTrait | null; live: boolean },
  tools: FullTools,
): void {
  body.hidden = !feature;
  body.classList.remove("saec-stale");
  if (!feature) {
    body.replaceChildren();
    return;
  }
  if (isCard(card as Card) && nameOf(card as Card) === feature) {
    replaceCard(body, fullCard(ui, card as Card, [], live ? tools : {}));
    return;
  }
  const known = live && (card as Missing | null)?.missing !== feature;
  if (known && body.childElementCount > 0) {
    body.classList.add("saec-stale");
    return;
  }
  const text = known ? `Looking up ${visible(feature)} …` : `Nothing more is known of ${visible(feature)}.`;
  body.replaceChildren(h(ui, "p", { class: "saec-hint", text }));
}
