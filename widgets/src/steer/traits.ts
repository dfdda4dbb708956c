/** The traits of the SteeringPanel, and a text with its alternatives, as they are on the wire. */

import type { CommonTraits } from "../mount.js";

/** A continuation, token by token. */
export interface TextTrait {
  tokens: string[];
  text: string;
  /** Whether the model ended it by itself. */
  ended: boolean;
  /** Of each token where it stands, float32. */
  probability: DataView;
  /** The likeliest tokens for each place; their probabilities are `odds`, float32, one row a place. */
  top: string[][];
  odds: DataView;
}

/** Everywhere, at new tokens alone, or at some positions of the prompt. */
export type At = "all" | "new" | number[];

/** One steered feature; the strength is in multiples of its maximum. */
export interface RowTrait {
  feature: string;
  strength: number;
  ablate: boolean;
  at: At;
}

export interface KnownTrait {
  label: string;
  /** The activation that a strength of 1 adds, and what it is the maximum of. */
  unit: number;
  origin: "corpus" | "prompt" | "nothing";
  /** Its activation at each token of the prompt. */
  values: number[];
}

export interface FoundTrait extends KnownTrait {
  feature: string;
}

export interface OptionsTrait {
  tokens: number;
  temperature: number;
  seed: number;
  hold: boolean;
}

export interface SteeringTraits extends CommonTraits {
  prompt: string;
  tokens: string[];
  rows: RowTrait[];
  known: Record<string, KnownTrait>;
  options: OptionsTrait;
  plain: TextTrait | null;
  edited: TextTrait | null;
  feature: string | null;
}
