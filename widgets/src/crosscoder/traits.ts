/** The traits of the CrosscoderMap, as they are on the wire. */

import type { CommonTraits } from "../mount.js";

export interface PlaceTrait {
  /** `tuned:resid_post.3` */
  name: string;
  /** Number of the place among those of all models, from the bottom. */
  stage: number;
  /** Empty where there is only one. */
  model: string;
  layer: number;
}

export interface MeasureTrait {
  name: string;
  title: string;
  /** Ends of the range that it can have; null where it goes as far as it goes. */
  low: number | null;
  high: number | null;
}

/** Float32, row after row. */
export interface ColumnsTrait {
  /** As the decoder has them: feature × place. */
  norms: DataView;
  /** The unit of each place. */
  sizes: DataView;
  /** Feature × link. */
  cosines: DataView;
  rates: DataView;
}

export type Scale = "alike" | "raw";

export interface CrosscoderTraits extends CommonTraits {
  dictionary: string;
  places: PlaceTrait[];
  stages: string[];
  /** The two models that are compared; empty where there is one. */
  pair: string[];
  labels: string[];
  columns: ColumnsTrait | Record<string, never>;
  /** Pairs of places whose directions are compared. */
  links: [number, number][];
  known: MeasureTrait[];
  measures: Record<Scale, Record<string, DataView>> | Record<string, never>;
  measure: string;
  brush: [number, number] | null;
  scale: string;
  normalised: boolean;
  feature: string | null;
  /** Rows of the selected features, uint32. */
  chosen: DataView;
}
