/** Bytes → curves. */

import { percent, significant } from "../text.js";

export interface Metric {
  name: string;
  tip: string;
  show(value: number): string;
}

/** In the order of the columns. */
export const METRICS: readonly Metric[] = [
  { name: "Loss", tip: "Mean of the sum of all terms", show: significant },
  { name: "L0", tip: "Features that fire on a token", show: significant },
  {
    name: "Variance explained",
    tip: "1 − FVU; 1 is a perfect reconstruction",
    show: (value) => (Number.isFinite(value) ? value.toFixed(4).replace("-", "−") : "–"),
  },
  { name: "Dead", tip: "Share of features that have not fired for long", show: percent },
];

export interface Curves {
  /** Number of points of every run. */
  rows: number;
  runs: number;
  tokens(row: number): number;
  value(row: number, run: number, metric: number): number;
}

/** Reads `past` and `recent` as one table. */
export function decodeCurves(past: DataView | null, recent: DataView | null, runs: number): Curves {
  const columns = 1 + METRICS.length * runs;
  const [before, after] = [floats(past, columns), floats(recent, columns)];
  const table = new Float32Array(before.length + after.length);
  table.set(before);
  table.set(after, before.length);
  return {
    rows: table.length / columns,
    runs,
    tokens: (row) => table[row * columns] ?? Number.NaN,
    value: (row, run, metric) => table[row * columns + 1 + METRICS.length * run + metric] ?? Number.NaN,
  };
}

/** The latest numbers of every run: tokens, then a number a metric. */
export function decodeLatest(latest: DataView | null, runs: number): Float32Array[] {
  const width = 1 + METRICS.length;
  const all = floats(latest, width);
  return Array.from({ length: runs }, (_, run) => all.slice(run * width, (run + 1) * width));
}

/** Whole rows of little-endian float32, wherever they begin in their buffer. */
function floats(view: DataView | null, columns: number): Float32Array {
  if (!view) return new Float32Array();
  const rows = Math.floor(view.byteLength / (4 * columns));
  const { buffer, byteOffset } = view;
  return new Float32Array(buffer.slice(byteOffset, byteOffset + 4 * columns * rows) as ArrayBuffer);
}

/** The row whose tokens are nearest to a number of tokens, or null without rows. */
export function nearestRow(curves: Curves, tokens: number): number | null {
  if (curves.rows === 0) return null;
  let [low, high] = [0, curves.rows - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curves.tokens(middle) < tokens) low = middle;
    else high = middle;
  }
  return tokens - curves.tokens(low) <= curves.tokens(high) - tokens ? low : high;
}
