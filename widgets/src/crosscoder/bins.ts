/** The measure of all features, counted in bins. */

import type { MeasureTrait } from "./traits.js";

export const BINS = 40;

export interface Bins {
  low: number;
  high: number;
  log: boolean;
  counts: number[];
}

/** Rates span powers of ten and are counted on a logarithmic axis. */
export function binsOf(values: Float32Array, measure: MeasureTrait): Bins {
  const log = measure.name === "rate";
  const there = [...values].filter((value) => Number.isFinite(value) && (!log || value > 0));
  const least = there.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = there.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let low = log ? least : (measure.low ?? least);
  let high = measure.high ?? most;
  if (!(Number.isFinite(low) && Number.isFinite(high))) [low, high] = [log ? 0.01 : 0, 1];
  if (!(high > low)) [low, high] = log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const bins: Bins = { low, high, log, counts: new Array<number>(BINS).fill(0) };
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const at = Math.max(0, Math.min(BINS - 1, Math.floor(shareOf(bins, value) * BINS)));
    bins.counts[at] = (bins.counts[at] ?? 0) + 1;
  }
  return bins;
}

/** Where a value lies between the ends. */
export function shareOf({ low, high, log }: Omit<Bins, "counts">, value: number): number {
  if (!log) return (value - low) / (high - low);
  return Math.log(Math.max(value, 1e-30) / low) / Math.log(high / low);
}

/** The value at a share of the way between the ends. */
export function valueAt({ low, high, log }: Omit<Bins, "counts">, share: number): number {
  return log ? low * (high / low) ** share : low + share * (high - low);
}
