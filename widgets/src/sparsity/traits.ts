/** The traits of the SparsityExplorer, as they are on the wire. */

import type { CardTrait } from "../card/slot.js";
import type { CommonTraits } from "../mount.js";

export interface ViewTrait {
  tokens: string[];
  /** Number of each token's prompt. */
  prompt: DataView;
  /** Names of the dictionaries. */
  members: string[];
  /** `"transcoder.3/203"` of every row, and what it is about. */
  features: string[];
  labels: string[];
  row_member: DataView;
  cells: { row: DataView; token: DataView; rank: DataView; value: DataView };
  levels: { member: DataView; k: DataView; l0: DataView; fvu: DataView };
  /** Relative error at every token, level by level. */
  errors: DataView;
  measured_on: string;
}

export type Order = "strongest" | "first" | "alike";

export interface SparsityTraits extends CommonTraits {
  prompts: string[];
  /** Empty for a family. */
  dictionary: string;
  choices: string[];
  view: ViewTrait | Record<string, never>;
  level: number;
  order: Order;
  feature: string | null;
  card: CardTrait;
  live: boolean;
}
