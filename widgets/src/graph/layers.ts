/** The canvases of the stage, back to front; links are repainted only when they must be. */

import { h, type Ui } from "../dom.js";
import { openCanvas, paint, paintClipped } from "./canvas.js";
import type { Drawing } from "./drawing.js";
import { grid } from "./marks/axes.js";
import { links } from "./marks/links.js";
import { buildFront, linksAlpha } from "./scene.js";
import type { Zoom } from "./view.js";

/** `front`: only the pointer moved. `moving`: the picture is being dragged. `all`: anything may have changed. */
export type Extent = "front" | "moving" | "all";

export interface Layers {
  elements: HTMLCanvasElement[];
  render(drawing: Drawing | null, size: { width: number; height: number }, zoom: Zoom, extent: Extent): void;
}

/** Above this many links a moving picture is the last one, shifted, until the hand rests. */
export const HEAVY = 2500;

export function createLayers(ui: Ui): Layers {
  const layer = (name: string) => h(ui, "canvas", { class: `saec-canvas saec-canvas-${name}` });
  const [back, middle, focus, front] = [layer("grid"), layer("links"), layer("focus"), layer("nodes")];
  let painted: Zoom | null = null;

  function render(
    drawing: Drawing | null,
    size: { width: number; height: number },
    zoom: Zoom,
    extent: Extent,
  ): void {
    const density = ui.doc.defaultView?.devicePixelRatio || 1;
    const open = (canvas: HTMLCanvasElement) => openCanvas(canvas, size, density);
    const contexts = { back: open(back), focus: open(focus), front: open(front) };
    const mustPaint =
      !painted || extent === "all" || (extent === "moving" && (drawing?.visible.edges.length ?? 0) <= HEAVY);
    const linksContext = mustPaint ? open(middle) : null;
    if (!drawing) {
      painted = null;
      return;
    }
    const { at, palette } = drawing;
    if (contexts.back) paintClipped(contexts.back, grid(drawing), palette.font, at.plot);
    if (linksContext) {
      paintClipped(linksContext, links(drawing), palette.font, at.plot);
      painted = zoom;
    }
    shift(middle, painted ?? zoom, zoom);
    middle.style.opacity = String(linksAlpha(drawing));
    const scene = buildFront(drawing);
    if (contexts.focus) paintClipped(contexts.focus, scene.focus, palette.font, at.plot);
    if (contexts.front) {
      paintClipped(contexts.front, scene.nodes, palette.font, at.plot);
      paint(contexts.front, scene.frame, palette.font);
    }
  }
  return { elements: [back, middle, focus, front], render };
}

/** Shows a canvas painted at one zoom as it would be at another. */
function shift(canvas: HTMLCanvasElement, from: Zoom, to: Zoom): void {
  const k = to.k / from.k;
  const moved = k !== 1 || to.x !== from.x || to.y !== from.y;
  canvas.style.transform = moved
    ? `translate(${to.x - from.x * k}px, ${to.y - from.y * k}px) scale(${k})`
    : "";
}
