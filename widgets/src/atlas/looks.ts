/** How points look: which of a few colours, and how large. */

import { STEPS, stepOf } from "../chart/ramp.js";
import type { Atlas } from "./decode.js";
import type { Colour } from "./traits.js";

/** Colours that clusters take turns in. */
export const SERIES = 6;
/** The colour of points without a cluster, or without a value. */
export const PLAIN = SERIES;
/** Colours of the ramp come after those of the clusters. */
const RAMP = SERIES + 1;
const SIZES = [2, 2.7, 3.5, 4.4, 5.4] as const;
/** The lightest steps of the ramp would not be seen on paper. */
const FIRST_STEP = 0.28;

export interface Looks {
  /** Number of a colour, by row. */
  colour: Uint8Array;
  /** Radius in pixels, by row. */
  radius: Float32Array;
  /** Rows from the largest to the smallest, so that none is hidden. */
  order: Uint32Array;
  /** What the ramp goes from and to; null where colours are those of clusters. */
  range: Range | null;
}

export interface Range {
  low: number;
  high: number;
  log: boolean;
}

/** All colours by their numbers. */
export function colours(series: readonly string[], plain: string, ramp: readonly string[]): string[] {
  return [...series.slice(0, SERIES), plain, ...ramp];
}

export const COLOUR_COUNT = RAMP + STEPS;

export function looksOf(atlas: Atlas, colour: Colour): Looks {
  const radius = radii(atlas);
  const order = Uint32Array.from(radius.keys()).sort((a, b) => (radius[b] ?? 0) - (radius[a] ?? 0));
  if (colour === "cluster") {
    const ofCluster = clusterColours(atlas);
    const painted = Uint8Array.from(atlas.cluster, (number) => ofCluster[number] ?? PLAIN);
    return { colour: painted, radius, order, range: null };
  }
  const values = columnOf(atlas, colour);
  const range = rangeOf(values, colour !== "layer");
  const painted = Uint8Array.from(values, (value) => stepIn(range, value));
  return { colour: painted, radius, order, range };
}

/** The values that a colour shows. */
export function columnOf(atlas: Atlas, colour: Colour): ArrayLike<number> & Iterable<number> {
  if (colour === "layer") return atlas.layer;
  return colour === "max activation" ? atlas.max : atlas.rate;
}

/** The number of the colour of a value. */
export function stepIn(range: Range | null, value: number): number {
  if (!range || !Number.isFinite(value)) return PLAIN;
  const scale = (each: number) => (range.log ? Math.log(Math.max(each, 1e-30)) : each);
  const span = scale(range.high) - scale(range.low);
  const share = span > 0 ? (scale(value) - scale(range.low)) / span : 1;
  return RAMP + stepOf(FIRST_STEP + (1 - FIRST_STEP) * share);
}

function rangeOf(values: Iterable<number>, log: boolean): Range | null {
  const there = [...values].filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (there.length === 0) return null;
  const sorted = Float64Array.from(there).sort();
  return { low: sorted[0] ?? 0, high: sorted[sorted.length - 1] ?? 1, log };
}

/** Areas grow with the firing rate; in a crowd all are smaller. */
function radii({ rate, size }: Atlas): Float32Array {
  const crowd = Math.min(1.35, Math.max(0.7, 44 / Math.sqrt(Math.max(1, size))));
  const rates = Float32Array.from(rate).filter((value) => value > 0);
  const most = Math.sqrt(rates.reduce((a, b) => Math.max(a, b), 0));
  return rate.map((value) => {
    const share = most > 0 && value > 0 ? Math.sqrt(value) / most : 0.25;
    return (SIZES[Math.min(SIZES.length - 1, Math.floor(share * SIZES.length))] ?? 2) * crowd;
  });
}

/** Clusters that lie beside each other get different colours, the largest cluster first. */
function clusterColours({ clusters, x, y }: Atlas): number[] {
  const middles = clusters.map(({ rows }) => ({ x: middle(x, rows), y: middle(y, rows) }));
  const chosen: number[] = [];
  for (const [number, here] of middles.entries()) {
    const gap = new Array<number>(SERIES).fill(Number.POSITIVE_INFINITY);
    for (const [other, colour] of chosen.entries()) {
      const there = middles[other] ?? here;
      gap[colour] = Math.min(gap[colour] ?? 0, Math.hypot(there.x - here.x, there.y - here.y));
    }
    const widest = Math.max(...gap);
    const open = gap.flatMap((value, colour) => (value === widest ? [colour] : []));
    chosen.push(open[number % open.length] ?? 0);
  }
  return chosen;
}

/** The median of some rows. */
export function middle(values: Float32Array, rows: readonly number[]): number {
  const sorted = Float64Array.from(rows, (row) => values[row] ?? 0).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
