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

export const sameZoom = (a: Zoom, b: Zoom) => a.k === b.k && a.x === b.x && a.y === b.y;

/** Keeps the plot filled with the field: never smaller than its frame, never dragged out of it. */
export function limit(zoom: Zoom, plot: Rect, field: Rect = plot): Zoom {
  const k = Math.min(MOST, Math.max(1, zoom.k));
  const x = Math.max(plot.x + plot.width - (field.x + field.width) * k, zoom.x);
  const y = Math.max(plot.y + plot.height - (field.y + field.height) * k, zoom.y);
  return { k, x: Math.min(plot.x - field.x * k, x), y: Math.min(plot.y - field.y * k, y) };
}

/** Zooms by a factor around a point of the screen. */
export function zoomAt(
  zoom: Zoom,
  factor: number,
  at: { x: number; y: number },
  plot: Rect,
  field: Rect = plot,
): Zoom {
  const k = Math.min(MOST, Math.max(1, zoom.k * factor));
  const by = k / zoom.k;
  return limit({ k, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, plot, field);
}

/** The layout as it lies on the screen; the layout itself where nothing is zoomed. */
export function applyZoom(layout: Layout, zoom: Zoom): Layout {
  if (sameZoom(zoom, NO_ZOOM)) return layout;
  const { k, x, y } = zoom;
  const { field } = layout;
  return {
    ...layout,
    field: { x: field.x * k + x, y: field.y * k + y, width: field.width * k, height: field.height * k },
    x: layout.x.map((value) => value * k + x),
    y: layout.y.map((value) => value * k + y),
    rows: layout.rows.map((row) => ({ ...row, mid: row.mid * k + y, height: row.height * k })),
    columns: layout.columns.map((column) => ({ mid: column.mid * k + x, width: column.width * k })),
    radius: Math.min(layout.radius * Math.sqrt(k), 14),
  };
}

/** Scrolls just enough that a point of the layout is well inside the plot. */
export function reveal(zoom: Zoom, at: { x: number; y: number }, plot: Rect, field: Rect = plot): Zoom {
  const margin = 40;
  const shift = (value: number, from: number, length: number) =>
    Math.max(from + margin - value, 0) + Math.min(from + length - margin - value, 0);
  if (zoom.k === 1 && field.width <= plot.width) return zoom;
  const x = at.x * zoom.k + zoom.x;
  const y = at.y * zoom.k + zoom.y;
  const moved = {
    k: zoom.k,
    x: zoom.x + shift(x, plot.x, plot.width),
    y: zoom.y + shift(y, plot.y, plot.height),
  };
  return limit(moved, plot, field);
}
