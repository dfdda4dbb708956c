/** What of the circuit is seen: where its nodes lie, how far it is zoomed, and which part the plot shows. */

import type { Graph } from "../model/decode.js";
import type { Visible } from "../model/prune.js";
import { type Layout, layout, type Measure } from "./layout.js";
import { applyZoom, limit, NO_ZOOM, reveal, sameZoom, type Zoom, zoomAt } from "./view.js";

interface Point {
  x: number;
  y: number;
}

export interface Camera {
  /** Positions without zoom, and on the screen; null without a circuit. */
  base(): Layout | null;
  seen(): Layout | null;
  zoom(): Zoom;
  size(): { width: number; height: number };
  /** False where the size is what it was. */
  resize(size: { width: number; height: number }): boolean;
  /** Lays the circuit out; `keep` holds the order of the nodes that were shown already. */
  arrange(graph: Graph | null, visible: Visible | null, measure: Measure, keep: boolean): void;
  wide(): boolean;
  setWide(wide: boolean): void;
  pan(dx: number, dy: number): void;
  zoomAt(factor: number, at?: Point): void;
  reset(): void;
  /** Brings a node into the plot. */
  reveal(node: number): void;
}

/** `moved` is called after each change of zoom or shift. */
export function createCamera(start: { width: number; height: number }, moved: () => void): Camera {
  let size = start;
  let zoom = NO_ZOOM;
  let wide = false;
  let base: Layout | null = null;
  let owner: Graph | null = null;
  let seen: { base: Layout; zoom: Zoom; layout: Layout } | null = null;

  function set(next: Zoom): void {
    if (sameZoom(next, zoom)) return;
    zoom = next;
    moved();
  }

  return {
    base: () => base,
    seen() {
      if (!base) return null;
      if (seen?.base !== base || seen.zoom !== zoom) seen = { base, zoom, layout: applyZoom(base, zoom) };
      return seen.layout;
    },
    zoom: () => zoom,
    size: () => size,
    resize(next) {
      if (next.width === size.width && next.height === size.height) return false;
      size = next;
      return true;
    },
    arrange(graph, visible, measure, keep) {
      const like = keep && graph === owner ? base : null;
      owner = graph;
      base = graph && visible ? layout(graph, visible, size, measure, { wide, like }) : null;
      if (base) zoom = limit(zoom, base.plot, base.field);
    },
    wide: () => wide,
    setWide(next) {
      wide = next;
    },
    pan(dx, dy) {
      if (base) set(limit({ k: zoom.k, x: zoom.x + dx, y: zoom.y + dy }, base.plot, base.field));
    },
    zoomAt(factor, at = { x: size.width / 2, y: size.height / 2 }) {
      if (base) set(zoomAt(zoom, factor, at, base.plot, base.field));
    },
    reset: () => set(NO_ZOOM),
    reveal(node) {
      const at = { x: base?.x[node] ?? Number.NaN, y: base?.y[node] ?? Number.NaN };
      if (base && !Number.isNaN(at.x)) set(reveal(zoom, at, base.plot, base.field));
    },
  };
}
