/** The traits of the FeatureAtlas, as they are on the wire. */

import type { CommonTraits } from "../mount.js";

export const COLOURS = ["cluster", "firing rate", "layer", "max activation"] as const;
export type Colour = (typeof COLOURS)[number];

/** A dictionary: how many features it has, and how many of them are on show. */
export interface SetTrait {
  name: string;
  features: number;
  shown: number;
}

/** Columns of numbers, a row a feature; empty until the picture is there. */
export interface PointsTrait {
  /** Pairs of float32, x and y from -1 to 1. */
  places: DataView;
  dictionary: DataView;
  feature: DataView;
  layer: DataView;
  /** -1 for a feature that is in none. */
  cluster: DataView;
  rate: DataView;
  max: DataView;
  /** As many rows a feature as there are cosines, the closest first. */
  neighbours: DataView;
  cosines: DataView;
}

export interface AtlasTraits extends CommonTraits {
  sets: SetTrait[];
  labels: string[];
  points: PointsTrait | Record<string, never>;
  clusters: string[];
  /** Trustworthiness of the picture; null where it has none. */
  trust: number | null;
  colour: string;
  feature: string | null;
  /** Rows of the chosen features, uint32. */
  chosen: DataView;
}
