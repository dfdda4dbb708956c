/** Traits of the ComparisonView, as they are on the wire. */

import type { GraphTrait } from "../model/traits.js";
import type { CommonTraits } from "../mount.js";

export type Mode = "side by side" | "difference";
export type Status = "shared" | "lost" | "gained";

export interface RowTrait {
  node: string;
  status: Status;
  /** Influence in either circuit, 0 where the node is missing. */
  before: number;
  after: number;
}

export interface ComparisonTraits extends CommonTraits {
  /** The first circuit, the second, and the second less the first. */
  graphs: GraphTrait[];
  rows: RowTrait[];
  scores: { nodes?: number | null; edges?: number | null };
  mode: Mode;
  selected: string | null;
  prune: number;
}
