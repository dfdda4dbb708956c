/** Paints a draw list on a 2D canvas. */

import { bend, DASH, type Rect, type Shape, type Text } from "./shapes.js";

export function paint(context: CanvasRenderingContext2D, shapes: readonly Shape[], font: string): void {
  for (const shape of shapes) paintShape(context, shape, font);
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** Paints inside a rectangle only. */
export function paintClipped(
  context: CanvasRenderingContext2D,
  shapes: readonly Shape[],
  font: string,
  clip: Rect,
): void {
  context.save();
  context.beginPath();
  context.rect(clip.x, clip.y, clip.width, clip.height);
  context.clip();
  paint(context, shapes, font);
  context.restore();
}

function paintShape(context: CanvasRenderingContext2D, shape: Shape, font: string): void {
  context.globalAlpha = shape.alpha;
  switch (shape.type) {
    case "curve": {
      const reach = bend(shape);
      context.beginPath();
      context.moveTo(shape.x1, shape.y1);
      context.bezierCurveTo(shape.x1, shape.y1 + reach, shape.x2, shape.y2 - reach, shape.x2, shape.y2);
      outline(context, shape.stroke, shape.width, shape.dashed);
      return;
    }
    case "circle":
      context.beginPath();
      context.arc(shape.x, shape.y, shape.r, 0, 2 * Math.PI);
      fill(context, shape.fill);
      outline(context, shape.stroke, shape.width, shape.dashed ?? false);
      return;
    case "polygon":
      context.beginPath();
      for (let i = 0; i < shape.points.length; i += 2) {
        context.lineTo(shape.points[i] ?? 0, shape.points[i + 1] ?? 0);
      }
      if (shape.closed) context.closePath();
      fill(context, shape.fill);
      outline(context, shape.stroke, shape.width, false);
      return;
    case "box":
      context.beginPath();
      context.roundRect(shape.x, shape.y, shape.width, shape.height, shape.radius);
      fill(context, shape.fill);
      outline(context, shape.stroke, shape.line, false);
      return;
    case "text":
      write(context, shape, font);
  }
}

function fill(context: CanvasRenderingContext2D, colour: string | null): void {
  if (colour === null) return;
  context.fillStyle = colour;
  context.fill();
}

function outline(
  context: CanvasRenderingContext2D,
  colour: string | null,
  width: number,
  dashed: boolean,
): void {
  if (colour === null || width <= 0) return;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashed ? DASH : []);
  context.stroke();
}

function write(context: CanvasRenderingContext2D, shape: Text, font: string): void {
  context.save();
  context.translate(shape.x, shape.y);
  context.rotate((shape.rotate * Math.PI) / 180);
  context.font = `${shape.bold ? "600 " : ""}${shape.size}px ${font}`;
  context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor === "end" ? "right" : "left";
  context.textBaseline = "middle";
  context.direction = "ltr";
  if (shape.halo !== null) {
    context.strokeStyle = shape.halo;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.setLineDash([]);
    context.strokeText(shape.text, 0, 0);
  }
  context.fillStyle = shape.fill;
  context.fillText(shape.text, 0, 0);
  context.restore();
}

/** Gives a canvas its size in device pixels and returns its context, cleared; null where there is no canvas. */
export function openCanvas(
  canvas: HTMLCanvasElement,
  size: { width: number; height: number },
  density: number,
) {
  const width = Math.round(size.width * density);
  const height = Math.round(size.height * density);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(density, 0, 0, density, 0, 0);
  context?.clearRect(0, 0, size.width, size.height);
  return context;
}

/** Widths of text in the interface's font, remembered; a guess where there is no canvas. */
export function createMeasure(doc: Document, font: () => string): (text: string, size: number) => number {
  const context = doc.createElement("canvas").getContext("2d");
  const known = new Map<string, number>();
  return (text, size) => {
    const key = `${size} ${font()} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      if (context) context.font = `${size}px ${font()}`;
      width = context?.measureText(text)?.width ?? text.length * size * 0.55;
      known.set(key, width);
    }
    return width;
  };
}
