/** The traits of the FeatureCard, as they are on the wire. */

import type { Card, CardContext } from "../model/traits.js";
import type { CommonTraits } from "../mount.js";

/** Contexts with activations between two shares of the most. */
export interface Band {
  low: number;
  high: number;
  firings: number;
  contexts: CardContext[];
}

/** Of the feature that they were asked for. */
export interface Bands {
  feature: string;
  corpus: string;
  rows: Band[];
}

export interface CardTraits extends CommonTraits {
  card: Card | Record<string, never>;
  /** `"transcoder.3/203"`. */
  feature: string | null;
  /** An activation to mark in the histogram. */
  value: number | null;
  /** Contexts by strength; null until they are asked for. */
  bands: Bands | null;
  /** Whether a laboratory answers. */
  live: boolean;
}

export interface FoundFeature {
  feature: string;
  label: string;
}

export const nameOf = (card: Card): string => `${card.dictionary}/${card.feature}`;

export function isCard(card: Card | Record<string, never> | null | undefined): card is Card {
  return Boolean(card && "contexts" in card);
}
