/** Zoom and pan of the plot: screen = layout · k + shift. Axis labels stay at the frame. */

import type { Layout } from "./layout.js";
import type { Rect } from "./shapes.js";

export interface Zoom {
  k: number;
  x: number;
  y: number;
}

export const NO_ZOOM: Zoom = { k: 1, x: 0, y: 0 };
const MOST = 12;

/** Keeps the plot filled: never smaller than its frame, never dragged out of it. */
export function limit(zoom: Zoom, plot: Rect): Zoom {
  const k = Math.min(MOST, Math.max(1, zoom.k));
  const hold = (shift: number, from: number, length: number) =>
    Math.min(from * (1 - k), Math.max((from + length) * (1 - k), shift));
  return { k, x: hold(zoom.x, plot.x, plot.width), y: hold(zoom.y, plot.y, plot.height) };
}

/** Zooms by a factor around a point of the screen. */
export function zoomAt(zoom: Zoom, factor: number, at: { x: number; y: number }, plot: Rect): Zoom {
  const k = Math.min(MOST, Math.max(1, zoom.k * factor));
  const by = k / zoom.k;
  return limit({ k, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, plot);
}

/** The layout as it lies on the screen. */
export function applyZoom(layout: Layout, zoom: Zoom): Layout {
  const { k, x, y } = zoom;
  return {
    ...layout,
    x: layout.x.map((value) => value * k + x),
    y: layout.y.map((value) => value * k + y),
    rows: layout.rows.map((row) => ({ ...row, mid: row.mid * k + y, height: row.height * k })),
    columns: layout.columns.map((column) => ({ mid: column.mid * k + x, width: column.width * k })),
    radius: Math.min(layout.radius * Math.sqrt(k), 14),
  };
}

/** Scrolls just enough that a point of the layout is well inside the plot. */
export function reveal(zoom: Zoom, at: { x: number; y: number }, plot: Rect): Zoom {
  const margin = 40;
  const shift = (value: number, from: number, length: number) =>
    Math.max(from + margin - value, 0) + Math.min(from + length - margin - value, 0);
  if (zoom.k === 1) return zoom;
  const x = at.x * zoom.k + zoom.x;
  const y = at.y * zoom.k + zoom.y;
  return limit(
    { k: zoom.k, x: zoom.x + shift(x, plot.x, plot.width), y: zoom.y + shift(y, plot.y, plot.height) },
    plot,
  );
}
