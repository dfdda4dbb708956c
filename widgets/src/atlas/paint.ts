/** Points on a canvas, thousands in a frame: each colour and size is drawn once and then only copied. */

import type { Atlas } from "./decode.js";
import type { Looks } from "./looks.js";
import { toScreen, unit, type View } from "./view.js";

const FADED = 0.13;
const EDGE = 1;

export interface Brushes {
  /** The picture of a point of this colour and radius. */
  of(colour: number, radius: number): HTMLCanvasElement;
}

/** Pictures of points, made when they are first asked for. */
export function createBrushes(
  doc: Document,
  colours: readonly string[],
  paper: string,
  density: number,
): Brushes {
  const made = new Map<string, HTMLCanvasElement>();
  return {
    of(colour, radius) {
      const key = `${colour} ${radius}`;
      let brush = made.get(key);
      if (!brush) {
        brush = doc.createElement("canvas");
        brush.width = brush.height = Math.ceil(2 * (radius + EDGE) * density);
        const context = brush.getContext("2d");
        if (context) {
          context.scale(density, density);
          context.beginPath();
          context.arc(radius + EDGE, radius + EDGE, radius, 0, 2 * Math.PI);
          context.fillStyle = colours[colour] ?? "gray";
          context.fill();
          context.strokeStyle = paper;
          context.lineWidth = 0.8;
          context.stroke();
        }
        made.set(key, brush);
      }
      return brush;
    },
  };
}

/** Draws the points in view; those that are not `lit` are faded, and lie below. */
export function paintPoints(
  context: CanvasRenderingContext2D,
  { atlas, looks, brushes, view }: { atlas: Atlas; looks: Looks; brushes: Brushes; view: View },
  lit: ReadonlySet<number> | null,
): void {
  const size = unit(view);
  const grow = growth(view);
  const [left, top] = [view.width / 2 + view.x, view.height / 2 + view.y];
  const draw = (row: number) => {
    const x = left + (atlas.x[row] ?? 0) * size;
    const y = top - (atlas.y[row] ?? 0) * size;
    if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) return;
    const radius = Math.round((looks.radius[row] ?? 2) * grow * 4) / 4;
    const brush = brushes.of(looks.colour[row] ?? 0, radius);
    const span = 2 * (radius + EDGE);
    context.drawImage(brush, x - span / 2, y - span / 2, span, span);
  };
  if (lit) {
    context.globalAlpha = FADED;
    for (const row of looks.order) if (!lit.has(row)) draw(row);
  }
  context.globalAlpha = 1;
  for (const row of looks.order) if (!lit || lit.has(row)) draw(row);
}

/** Points grow slowly with the zoom. */
export function growth({ k }: View): number {
  return Math.min(2.2, k ** 0.3);
}

export interface Marks {
  hovered: number | null;
  selected: number | null;
  neighbours: readonly number[];
  chosen: ReadonlySet<number>;
  lasso: readonly { x: number; y: number }[];
}

/** What lies over the points: rings, the threads to the true neighbours, the lasso. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  { atlas, looks, view }: { atlas: Atlas; looks: Looks; view: View },
  marks: Marks,
  { accent, ink }: { accent: string; ink: string },
): void {
  const at = (row: number) => toScreen(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0);
  const ring = (row: number, more: number, width: number) => {
    const { x, y } = at(row);
    context.beginPath();
    context.arc(x, y, (looks.radius[row] ?? 2) * growth(view) + more, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.stroke();
  };
  context.strokeStyle = accent;
  for (const row of marks.chosen) ring(row, 1.6, 1.3);
  if (marks.selected !== null) {
    const from = at(marks.selected);
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    for (const row of marks.neighbours) {
      const to = at(row);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    context.globalAlpha = 1;
    for (const row of marks.neighbours) ring(row, 1.5, 1.2);
    ring(marks.selected, 4, 2.4);
  }
  context.strokeStyle = ink;
  if (marks.hovered !== null) ring(marks.hovered, 3, 1.6);
  if (marks.lasso.length > 1) paintLasso(context, marks.lasso, accent);
}

function paintLasso(context: CanvasRenderingContext2D, line: Marks["lasso"], accent: string): void {
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = accent;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = accent;
  context.lineWidth = 1.4;
  context.setLineDash([5, 3]);
  context.stroke();
  context.setLineDash([]);
}
