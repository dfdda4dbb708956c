/**
 * Paints all links on one canvas without holding up the page.
 *
 * 1. What can be painted at once is, weakest first.
 * 2. Otherwise the strongest are, then more and then all of them, on a sheet beside the page and a part a frame, and each
 *    time the sheet is done it is shown. So the picture is readable from the first frame on.
 * 3. Where a person asks for less motion, the step between is left out.
 *
 * A browser paints after the script: what painting costs is estimated here, and the stage sees from the time between
 * frames how much of it fits into one. (To paint the strongest first and the others under them looks simpler and takes
 * five times as long.)
 */

import type { Drawing } from "./drawing.js";
import { type Inks, inksOf, isFaint, linkAlpha, linkWidth } from "./marks/links.js";
import { BEND, DASH } from "./shapes.js";

export interface LinkPainter {
  /** Begins anew on a cleared canvas: at once with what may be painted for `cost`. */
  start(context: CanvasRenderingContext2D, drawing: Drawing, cost: number): void;
  left(): boolean;
  /** Paints on, as far as `cost` goes; true while links are left. */
  more(cost: number): boolean;
  stop(): void;
}

/** What is painted at once at the most: about as much as fits into a frame with other work in it. */
const FIRST = 1500;
/** Links of the step between. */
const SECOND = 8000;
/** Links painted between two looks at what they cost. */
const BATCH = 32;
/** What strokes cost, in thin solid ones, as measured without a GPU. */
const WIDE = 4;
const DASHED = 4;
const SOLID: number[] = [];

interface Job {
  context: CanvasRenderingContext2D;
  sheet: CanvasRenderingContext2D;
  drawing: Drawing;
  inks: Inks;
  /** How many of the strongest are to be shown next, and after that. */
  stages: number[];
  /** The next edge of this stage. */
  next: number;
}

export function createLinkPainter(doc: Document, calm: () => boolean): LinkPainter {
  const spare = doc.createElement("canvas");
  let job: Job | null = null;

  function begin(context: CanvasRenderingContext2D, drawing: Drawing, inks: Inks): void {
    const count = drawing.visible.edges.length;
    const sheet = sheetLike(spare, context);
    if (!sheet) return;
    const stages = calm() || count < 2 * SECOND ? [count] : [SECOND, count];
    job = { context, sheet, drawing, inks, stages, next: count - (stages[0] ?? 0) };
  }

  /** Gives the sheet's memory back, too. */
  function end(): void {
    job = null;
    spare.width = 0;
  }

  return {
    start(context, drawing, cost) {
      const { edges } = drawing.visible;
      const inks = inksOf(drawing.graph, drawing.visible, density(context));
      job = null;
      const from = strongestFor(Math.min(cost, FIRST), drawing, inks);
      within(context, drawing, () => strokeLinks(context, drawing, inks, edges.subarray(from)));
      if (from > 0) begin(context, drawing, inks);
    },
    left: () => job !== null,
    more(cost) {
      if (!job) return false;
      const { drawing, inks, sheet, context, stages } = job;
      const { edges } = drawing.visible;
      let { next } = job;
      within(sheet, drawing, () => {
        for (let spent = 0; spent < cost && next < edges.length; next += BATCH) {
          spent += strokeLinks(sheet, drawing, inks, edges.subarray(next, next + BATCH));
        }
      });
      job.next = next;
      if (next < edges.length) return true;
      copy(context, sheet);
      stages.shift();
      job.next = edges.length - (stages[0] ?? 0);
      if (stages.length > 0) sheetLike(spare, context);
      else end();
      return job !== null;
    },
    stop: end,
  };
}

/** Whether the links are too many to be painted anew in each frame. */
export function isSlow(drawing: Drawing): boolean {
  return strongestFor(FIRST, drawing, inksOf(drawing.graph, drawing.visible)) > 0;
}

/** Where the strongest edges begin that may be painted at a cost. */
function strongestFor(cost: number, { graph, visible: { edges }, zoom }: Drawing, inks: Inks): number {
  let spent = 0;
  for (let at = edges.length - 1; at > 0; at--) {
    const edge = edges[at] ?? 0;
    const share = graph.share[edge] ?? 0;
    const faint = isFaint(inks, linkAlpha(inks, graph.score[edge] ?? 0));
    spent += costOf(share, faint, linkWidth(share, zoom));
    if (spent > cost) return at;
  }
  return 0;
}

const costOf = (share: number, faint: boolean, width: number) =>
  faint ? 1 : (width > 1 ? WIDE : 1) + (share < 0 ? DASHED : 0);

const density = (context: CanvasRenderingContext2D) => context.getTransform()?.a || 1;

/** Empties a canvas that is not on the page, with the size and scale of another. */
function sheetLike(
  spare: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
): CanvasRenderingContext2D | null {
  spare.width = context.canvas.width;
  spare.height = context.canvas.height;
  const sheet = spare.getContext("2d");
  sheet?.setTransform(context.getTransform());
  return sheet;
}

function copy(context: CanvasRenderingContext2D, sheet: CanvasRenderingContext2D): void {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, sheet.canvas.width, sheet.canvas.height);
  context.drawImage(sheet.canvas, 0, 0);
  context.restore();
}

/** Inside the plot only, whose edges are put on whole pixels: other clips cost more than what they clip. */
function within(context: CanvasRenderingContext2D, { at: { plot } }: Drawing, run: () => void): void {
  context.save();
  context.beginPath();
  const [left, top] = [Math.round(plot.x), Math.round(plot.y)];
  context.rect(left, top, Math.round(plot.x + plot.width) - left, Math.round(plot.y + plot.height) - top);
  context.clip();
  run();
  context.restore();
}

/** The same strokes as the draw list of `links` makes, without an object a link; what they cost. */
function strokeLinks(
  context: CanvasRenderingContext2D,
  { graph, at: { x, y }, palette, zoom }: Drawing,
  inks: Inks,
  edges: Uint32Array,
): number {
  let cost = 0;
  let [sign, dashed] = [0, false];
  context.setLineDash(SOLID);
  for (const edge of edges) {
    const share = graph.share[edge] ?? 0;
    const alpha = linkAlpha(inks, graph.score[edge] ?? 0);
    const faint = isFaint(inks, alpha);
    const width = linkWidth(share, zoom);
    if (sign !== Math.sign(share)) {
      sign = Math.sign(share);
      context.strokeStyle = sign < 0 ? palette.negative : palette.positive;
    }
    if (dashed !== (sign < 0 && !faint)) {
      dashed = !dashed;
      context.setLineDash(dashed ? DASH : SOLID);
    }
    const source = graph.source[edge] ?? 0;
    const target = graph.target[edge] ?? 0;
    const [x1, y1, x2, y2] = [x[source] ?? 0, y[source] ?? 0, x[target] ?? 0, y[target] ?? 0];
    const reach = (y2 - y1) * BEND;
    context.globalAlpha = alpha;
    context.lineWidth = faint ? Math.min(width, inks.hair) : width;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1, y1 + reach, x2, y2 - reach, x2, y2);
    context.stroke();
    cost += costOf(share, faint, width);
  }
  return cost;
}
