/** The traits of the PatchBoard, as they are on the wire. */

import type { CommonTraits } from "../mount.js";

/** Two prompts and what is measured; empty texts stand for the default. */
export interface QuestionTrait {
  clean: string;
  corrupted: string;
  target: string;
  against: string;
}

export interface BoardTrait {
  /** Dictionaries in the order of the forward pass. */
  rows: string[];
  /** By place: the tokens of the two prompts, whether they differ, and whether anything can be patched there. */
  clean: string[];
  corrupted: string[];
  differ: boolean[];
  editable: boolean[];
  /** By place: the position in the prompt that is run, and in the one that features are taken from. */
  positions: [number, number][];
  /** How the prompts were matched, where they are not equally long. */
  note: string;
  /** What is measured, in words, and its value on the clean and on the corrupted prompt. */
  target: string;
  values: [number, number];
  /** What the model says on each, with its probability. */
  answers: [string, number][];
}

/** The features of one cell, a column each: int32 and float32. */
export interface FeaturesTrait {
  cell: string;
  index: DataView;
  was: DataView;
  becomes: DataView;
  estimate: DataView;
  share: DataView;
  labels: string[];
  /** How many differ in all. */
  total: number;
  done: boolean;
}

export interface PatchEffectTrait {
  tokens: string[];
  before: DataView;
  after: DataView;
  target_before: number;
  target_after: number;
  /** Share of the gap; null without patches. */
  share: number | null;
  top_before: string;
  top_after: string;
  ticked: string[];
  milliseconds: number;
}

export interface PatchTraits extends CommonTraits {
  question: QuestionTrait;
  board: BoardTrait | Record<string, never>;
  noising: boolean;
  /** Shares of the gap, float32 `[row, place]`; NaN where nothing is measured. */
  measured: DataView;
  cell: string | null;
  features: FeaturesTrait | null;
  ticked: string[];
  effect: PatchEffectTrait | null;
  feature: string | null;
}
