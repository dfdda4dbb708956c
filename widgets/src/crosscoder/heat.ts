/** Positions of the heat map: a row a place, a column a feature, or several features where there are more than pixels. */

import { stepOf } from "../chart/ramp.js";
import type { Rect } from "../graph/shapes.js";
import { type Crosscoder, normAt } from "./decode.js";
import { modelName, stageNames } from "./describe.js";
import { isPart, listed, type State } from "./state.js";

export interface HeatRow {
  place: number;
  /** What stands at its left. */
  name: string;
  y: number;
  height: number;
}

/** The name of a model above its rows. */
export interface HeatHead {
  name: string;
  y: number;
}

export interface Heat {
  rows: HeatRow[];
  heads: HeatHead[];
  /** Of all cells together. */
  plot: Rect;
  height: number;
  columns: number;
  /** Step of the ramp, column after column within each row; 255 where there is no value. */
  steps: Uint8Array;
  /** The norm at the upper end of the ramp; null where rows are normalised. */
  top: number | null;
}

const LEFT = 62;
const RIGHT = 14;
const TOP = 4;
const GAP = 8;
const HEAD = 16;
const ROOM = 190;
const NONE = 255;
/** The ramp ends where this share of the norms lies below, so that one large norm does not hide the others. */
const MOST = 0.995;

/** The last layer on top, one block a model. */
export function rowsOf(crosscoder: Crosscoder): { rows: HeatRow[]; heads: HeatHead[]; height: number } {
  const { places, pair, stages } = crosscoder;
  const { names } = stageNames(crosscoder);
  const models = pair.length > 0 ? [...new Set(places.map(({ model }) => model))] : [places[0]?.model ?? ""];
  const tall = Math.max(7, Math.min(34, Math.floor(ROOM / Math.max(1, places.length))));
  const rows: HeatRow[] = [];
  const heads: HeatHead[] = [];
  let y = TOP;
  for (const model of models) {
    if (models.length > 1 && stages.length > 1) {
      heads.push({ name: modelName(model), y: y + HEAD / 2 - 1 });
      y += HEAD;
    }
    const mine = places.flatMap((place, number) => (place.model === model ? [{ place, number }] : []));
    mine.sort((a, b) => b.place.stage - a.place.stage);
    for (const { place, number } of mine) {
      const stage = names[place.stage] ?? place.name;
      const name = models.length > 1 && stages.length === 1 ? model : stage;
      rows.push({ place: number, name, y, height: tall });
      y += tall;
    }
    y += GAP;
  }
  return { rows, heads, height: y };
}

export function heatOf(state: Readonly<State>, width: number): Heat | null {
  const { crosscoder, order } = state;
  if (!crosscoder || order.length === 0) return null;
  const { rows, heads, height } = rowsOf(crosscoder);
  const wide = Math.max(1, width - LEFT - RIGHT);
  const columns = Math.min(order.length, Math.floor(wide));
  const top = state.normalised ? null : upperEnd(crosscoder, state);
  const steps = new Uint8Array(rows.length * columns).fill(NONE);
  const sums = new Float64Array(rows.length * columns);
  const counts = new Uint32Array(columns);
  for (let rank = 0; rank < order.length; rank++) {
    const row = order[rank] ?? 0;
    const column = columnOf(rank, order.length, columns);
    const norms = rows.map(({ place }) => normAt(crosscoder, state.scale, row, place));
    const unit = top ?? Math.max(...norms);
    counts[column] = (counts[column] ?? 0) + 1;
    for (const [i, norm] of norms.entries())
      sums[i * columns + column] = (sums[i * columns + column] ?? 0) + norm / (unit || 1);
  }
  for (const at of steps.keys()) steps[at] = stepOf((sums[at] ?? 0) / (counts[at % columns] ?? 1));
  const plot = { x: LEFT, y: TOP, width: wide, height: height - GAP - TOP };
  return { rows, heads, plot, height, columns, steps, top };
}

const columnOf = (rank: number, count: number, columns: number) => Math.floor((rank * columns) / count);

/** Columns with features that are listed; null if all are. */
export function litColumns(state: Readonly<State>, { columns }: Heat): Uint8Array | null {
  if (!isPart(state)) return null;
  const here = new Set(listed(state));
  const lit = new Uint8Array(columns);
  for (const [rank, row] of state.order.entries())
    if (here.has(row)) lit[columnOf(rank, state.order.length, columns)] = 1;
  return lit;
}

function upperEnd(crosscoder: Crosscoder, { scale }: Readonly<State>): number {
  const many = crosscoder.places.length;
  const norms = crosscoder.norms.map((_, at) => normAt(crosscoder, scale, Math.floor(at / many), at % many));
  norms.sort();
  return norms[Math.floor((norms.length - 1) * MOST)] || norms[norms.length - 1] || 1;
}

/** Pixels from the left to the right of a feature's column. */
export function spanOf({ plot }: Heat, rank: number, count: number): { x: number; width: number } {
  const width = plot.width / count;
  return { x: plot.x + rank * width, width };
}

/** The rank under a pixel. */
export function rankAt({ plot }: Heat, x: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor(((x - plot.x) / plot.width) * count)));
}
