/** What is known of the attention behind one edge. */

import type { Card, Failure } from "../model/traits.js";

/** What of an edge passes one head; `layer` −1 stands for no head. */
export interface HeadShare {
  layer: number;
  head: number;
  value: number;
  /** Between which positions it carries most. */
  key: number | null;
  query: number | null;
}

export interface Rest {
  count: number;
  value: number;
}

/** An edge by the last head of each path (arriving) and by the first (leaving); either list adds up to it. */
export interface EdgeHeads {
  source: string;
  target: string;
  weight: number;
  straight: number;
  arriving: HeadShare[];
  arriving_rest: Rest;
  leaving: HeadShare[];
  leaving_rest: Rest;
  layers: { layer: number; value: number }[];
}

export type Way = "arriving" | "leaving";

/** Something that wrote the stream at a query or a key. */
export interface Source {
  id: string;
  kind: string;
  layer: number;
  position: number;
  /** `dictionary/index` of a feature. */
  feature: string | null;
  label: string;
}

export interface SourceShare extends Source {
  value: number;
}

export interface Pair {
  query: Source;
  key: Source;
  value: number;
}

/** Which score of which head; without a key, that of the key with the highest. */
export interface Question {
  layer: number;
  head: number;
  query: number;
  key: number | null;
  /** Compared with the mean over all keys. */
  against: boolean;
  /** Sources are followed through the attention below. */
  traced: boolean;
}

/** One score, with the strongest of what made it and what all the rest adds together. */
export interface ScoreRecord {
  layer: number;
  head: number;
  query: number;
  key: number;
  score: number;
  capped: number;
  /** The attention pattern at query and key. */
  weight: number;
  total: number;
  pairs: Pair[];
  query_sources: SourceShare[];
  query_rest: Rest;
  key_sources: SourceShare[];
  key_rest: Rest;
}

export interface Score extends ScoreRecord {
  /** Of every position of the prompt; NaN where the query does not look. */
  pattern: Float32Array;
  scores: Float32Array;
  /** What pairs add, row by row: a row a source of the query and one for the rest, columns likewise of the key. */
  parts: Float32Array;
}

export interface AttentionState {
  /** Rows of the edge's nodes; null while nothing is asked. */
  edge: { source: number; target: number } | null;
  heads: EdgeHeads | null;
  question: Question | null;
  score: Score | null;
  /** A feature that the circuit does not have, and its card once that is known. */
  outside: { source: Source; card: Card | Failure | null } | null;
  waiting: string;
  failure: Failure | null;
}

export const CLOSED: AttentionState = {
  edge: null,
  heads: null,
  question: null,
  score: null,
  outside: null,
  waiting: "",
  failure: null,
};
