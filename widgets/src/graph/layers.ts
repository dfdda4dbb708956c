/**
 * The canvases of the stage, back to front, each painted only when what is on it has changed:
 *
 * 1. `grid`: bands and columns.
 * 2. `links`: all of them, over several frames where there are many.
 * 3. `focus`: the lit links. `moves`: how the values of nodes moved under the edits.
 * 4. `nodes` and `dim`: all nodes as they are, and as they step back behind a node in focus; one of the two is on show.
 * 5. `front`: the node in focus, its neighbours, rings and names.
 * 6. `frame`: the labels of the axes, outside of the plot.
 *
 * While a heavy picture moves, 2 to 5 are shifted as they are until the hand rests.
 */

import { h, type Ui } from "../dom.js";
import { openCanvas, paint, paintClipped } from "./canvas.js";
import type { Drawing } from "./drawing.js";
import { createLinkPainter, isSlow } from "./link_painter.js";
import { frame, grid } from "./marks/axes.js";
import { focusLinks } from "./marks/links.js";
import { nodes } from "./marks/nodes.js";
import { moves } from "./marks/predicted.js";
import { buildFocus, linksAlpha } from "./scene.js";
import type { Rect, Shape } from "./shapes.js";
import { NO_ZOOM, type Zoom } from "./view.js";

/** `front`: only the pointer or the looks of single nodes. `moving`: the picture is being dragged. `all`: anything. */
export type Extent = "front" | "moving" | "all";

/** What has changed, and how much of the links may be painted at once. */
export interface Work {
  extent: Extent;
  cost: number;
}

export interface Layers {
  elements: HTMLElement[];
  /** True while something is left to be painted. */
  render(drawing: Drawing | null, size: { width: number; height: number }, zoom: Zoom, work: Work): boolean;
  /** Goes on with what is being painted over several frames, as far as `cost` goes; true while something is left. */
  more(cost: number): boolean;
}

/** With more nodes than this a moving picture is not painted anew. */
const MANY_NODES = 800;

/** Whether a moving picture is shifted as it is until the hand rests. */
export const isHeavy = (drawing: Drawing) => drawing.visible.nodes > MANY_NODES || isSlow(drawing);

/** A canvas, the zoom at which it was painted and what was painted; empty ones are not on show and cost nothing. */
interface Sheet {
  canvas: HTMLCanvasElement;
  zoom: Zoom;
  of: readonly unknown[];
  empty: boolean;
}

type Name = "grid" | "links" | "focus" | "moves" | "nodes" | "dim" | "front" | "frame";

export function createLayers(ui: Ui): Layers {
  const sheet = (name: Name): Sheet => {
    const canvas = h(ui, "canvas", { class: `saec-canvas saec-canvas-${name}` });
    return { canvas, zoom: NO_ZOOM, of: [], empty: false };
  };
  const links = sheet("links");
  const focus = sheet("focus");
  const effects = sheet("moves");
  const all = { nodes: sheet("nodes"), dim: sheet("dim") };
  const front = sheet("front");
  const [back, edge] = [sheet("grid"), sheet("frame")];
  const shifted = [links, focus, effects, all.nodes, all.dim, front];
  // What is shifted must not slide over the labels of the axes.
  const plot = h(ui, "div", { class: "saec-plot" }, ...shifted.map(({ canvas }) => canvas));
  const calm = () => ui.doc.defaultView?.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
  const painter = createLinkPainter(ui.doc, calm);
  let size = { width: 0, height: 0 };

  function open({ canvas }: Sheet): CanvasRenderingContext2D | null {
    return openCanvas(canvas, size, ui.doc.defaultView?.devicePixelRatio || 1);
  }

  /** Paints a sheet if any of `of` is not what it was; inside of `clip` only, or everywhere. */
  function put(target: Sheet, zoom: Zoom, of: readonly unknown[], make: () => Shape[], look: Look): void {
    if (of.length === target.of.length && of.every((part, index) => part === target.of[index])) return;
    target.of = of;
    target.zoom = zoom;
    const shapes = make();
    target.empty = shapes.length === 0;
    if (target.empty) return;
    const context = open(target);
    if (!context) return;
    if (look.clip) paintClipped(context, shapes, look.font, look.clip);
    else paint(context, shapes, look.font);
  }

  function clear(): void {
    painter.stop();
    for (const target of [back, edge, ...shifted]) {
      if (target.of.length > 0 || target === links) open(target);
      target.of = [];
    }
  }

  function renderAll(drawing: Drawing, zoom: Zoom, cost: number): void {
    const { at, palette } = drawing;
    for (const target of [back, edge, ...shifted]) target.of = [];
    put(back, zoom, [drawing], () => grid(drawing), { font: palette.font, clip: at.plot });
    links.zoom = zoom;
    const context = open(links);
    if (context) painter.start(context, drawing, cost);
  }

  function renderFront(drawing: Drawing, zoom: Zoom): void {
    const { at, palette, active, matches, edited, pinned, effect, afterEdit } = drawing;
    const look = { font: palette.font, clip: at.plot };
    const name = active !== null && matches === null ? "dim" : "nodes";
    // In the sheets of all nodes none is in focus; the search outdoes the focus.
    const rest = { ...drawing, active: name === "dim" ? NOBODY : null, selected: null, lit: NO_NEIGHBOURS };
    put(all[name], zoom, [at, palette, matches, edited, name === "dim" && pinned], () => nodes(rest), look);
    put(effects, zoom, [at, palette, effect, edited, afterEdit], () => moves(drawing), look);
    put(focus, zoom, [drawing], () => focusLinks(drawing), look);
    put(front, zoom, [drawing], () => buildFocus(drawing), look);
    for (const target of shifted) target.canvas.hidden = target.empty;
    for (const [other, { canvas }] of Object.entries(all)) canvas.hidden = other !== name;
  }

  function renderFrame(drawing: Drawing, zoom: Zoom): void {
    const { active, selected, palette, graph } = drawing;
    const marked = [active, selected].map((node) => (node === null ? null : graph.position[node]));
    const look = { font: palette.font, clip: null };
    put(edge, zoom, [drawing.at, palette, ...marked, selected], () => frame(drawing), look);
  }

  function shift(zoom: Zoom, area: Rect): void {
    place(plot, area);
    for (const { canvas, zoom: painted } of shifted) {
      const k = zoom.k / painted.k;
      const moved = k !== 1 || zoom.x !== painted.x || zoom.y !== painted.y;
      const across = `translate(${zoom.x - painted.x * k}px, ${zoom.y - painted.y * k}px)`;
      canvas.style.transform = moved ? `${across} scale(${k})` : "";
      canvas.style.left = `${-area.x}px`;
      canvas.style.top = `${-area.y}px`;
    }
  }

  return {
    elements: [back.canvas, plot, edge.canvas],
    render(drawing, now, zoom, { extent, cost }) {
      size = now;
      if (!drawing) {
        clear();
        return false;
      }
      const slides = extent === "moving" && isHeavy(drawing);
      if (slides) {
        painter.stop();
        put(back, zoom, [drawing], () => grid(drawing), {
          font: drawing.palette.font,
          clip: drawing.at.plot,
        });
      } else {
        if (extent !== "front") renderAll(drawing, zoom, cost);
        renderFront(drawing, zoom);
      }
      renderFrame(drawing, zoom);
      links.canvas.style.opacity = String(linksAlpha(drawing));
      shift(zoom, drawing.at.plot);
      return painter.left();
    },
    more: painter.more,
  };
}

interface Look {
  font: string;
  clip: Rect | null;
}

/** Some node is in focus, but none that is shown. */
const NOBODY = -1;
const NO_NEIGHBOURS: ReadonlyMap<number, number> = new Map();

function place(element: HTMLElement, { x, y, width, height }: Rect): void {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}
