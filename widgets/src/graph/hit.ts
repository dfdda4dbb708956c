/** Which node is meant: nearest to the pointer, or the next one in a direction. */

import type { Graph } from "../model/decode.js";

export const REACH = 30;

/** The nearest node within `reach` pixels, or null. */
export function nearest(
  x: Float32Array,
  y: Float32Array,
  at: { x: number; y: number },
  reach = REACH,
): number | null {
  let best: number | null = null;
  let least = reach * reach;
  for (let node = 0; node < x.length; node++) {
    const dx = (x[node] ?? Number.NaN) - at.x;
    const dy = (y[node] ?? Number.NaN) - at.y;
    const distance = dx * dx + dy * dy;
    if (distance <= least) {
      least = distance;
      best = node;
    }
  }
  return best;
}

export type Direction = "left" | "right" | "up" | "down";

/** Left and right walk along the row of the node; up and down go to the nearest node of the next row in use. */
export function step(
  graph: Graph,
  x: Float32Array,
  y: Float32Array,
  from: number,
  direction: Direction,
): number {
  const layer = (node: number) => graph.layer[node] ?? 0;
  const shown = [...x.keys()].filter((node) => !Number.isNaN(x[node] ?? Number.NaN));
  const at = { x: x[from] ?? 0, y: y[from] ?? 0 };
  if (direction === "left" || direction === "right") {
    const row = shown.filter((node) => layer(node) === layer(from));
    row.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || (y[a] ?? 0) - (y[b] ?? 0) || a - b);
    return row[row.indexOf(from) + (direction === "right" ? 1 : -1)] ?? from;
  }
  const sign = direction === "up" ? 1 : -1;
  const beyond = shown.filter((node) => (layer(node) - layer(from)) * sign > 0);
  if (beyond.length === 0) return from;
  const next = Math.min(...beyond.map((node) => Math.abs(layer(node) - layer(from))));
  const row = beyond.filter((node) => Math.abs(layer(node) - layer(from)) === next);
  return row.reduce((best, node) =>
    Math.abs((x[node] ?? 0) - at.x) < Math.abs((x[best] ?? 0) - at.x) ? node : best,
  );
}
