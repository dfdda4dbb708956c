/** The traits of the Disentangler, as they are on the wire. */

import type { CardTrait } from "../card/slot.js";
import type { CommonTraits } from "../mount.js";

export interface Settings {
  features: number;
  neurons: number;
  /** Importance of a feature over that of the one before. */
  decay: number;
  seed: number;
  levels: number[];
}

export interface FoundTrait {
  decoder: DataView;
  alive: DataView;
  k: DataView;
  unexplained: DataView;
  cosine: DataView;
  tracks: DataView;
  purity: DataView;
}

export interface ToyTrait {
  features: number;
  neurons: number;
  levels: DataView;
  importance: DataView;
  weight: DataView;
  bias: DataView;
  loss: DataView;
  /** Missing until the autoencoders are trained. */
  found?: FoundTrait;
}

/** A neuron or a feature, by the tokens and kinds of tokens at which it is strong. */
export interface UnitTrait {
  index: number;
  share: number;
  breadth: number;
  purity: number | null;
  tokens: [string, number][];
  kinds: [string, number][];
}

export interface NeuronTrait {
  dictionary: string;
  layer: number;
  explained: number;
  /** How many tokens were looked at. */
  tokens: number;
  /** Median purity of all neurons and of all features. */
  medians: [number | null, number | null];
  unit: UnitTrait;
  features: (UnitTrait & { feature: string; label: string })[];
}

export interface Place {
  dictionary: string;
  layer: number;
  neurons: number;
}

export interface DisentangleTraits extends CommonTraits {
  settings: Settings | Record<string, never>;
  level: number;
  toy: ToyTrait | Record<string, never>;
  neuron: NeuronTrait | Record<string, never>;
  places: Place[];
  feature: string | null;
  card: CardTrait;
  live: boolean;
}
