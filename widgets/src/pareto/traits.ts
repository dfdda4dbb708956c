/** The traits of the ParetoPlot, as they are on the wire. */

export interface PointTrait {
  name: string;
  /** Scores that are not finite are left out. */
  scores: Record<string, number>;
  group: string;
  /** Number of features; 0 where it is not known. */
  width: number;
  recipe: string;
  /** Where the dictionary is saved; empty where it is not. */
  folder: string;
}

export interface ParetoTraits {
  points: PointTrait[];
  x: string;
  y: string;
  selected: string | null;
  lower_is_better: string[];
}
