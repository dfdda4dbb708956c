/** The draw list: what the marks make, and what canvas and SVG paint. Colours are plain strings. */

export interface Curve {
  type: "curve";
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  stroke: string;
  width: number;
  dashed: boolean;
  alpha: number;
}

export interface Circle {
  type: "circle";
  x: number;
  y: number;
  r: number;
  fill: string | null;
  stroke: string | null;
  width: number;
  dashed?: boolean;
  alpha: number;
}

export interface Polygon {
  type: "polygon";
  /** x, y, x, y … */
  points: number[];
  closed: boolean;
  fill: string | null;
  stroke: string | null;
  width: number;
  alpha: number;
}

export interface Box {
  type: "box";
  x: number;
  y: number;
  width: number;
  height: number;
  radius: number;
  fill: string | null;
  stroke: string | null;
  line: number;
  alpha: number;
}

export interface Text {
  type: "text";
  x: number;
  y: number;
  text: string;
  size: number;
  bold: boolean;
  anchor: "start" | "middle" | "end";
  /** Degrees, clockwise. */
  rotate: number;
  fill: string;
  /** A casing in this colour keeps the text readable over links. */
  halo: string | null;
  alpha: number;
}

export type Shape = Curve | Circle | Polygon | Box | Text;

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Layers from back to front; `plot` layers are clipped to the plot rectangle. */
export interface Scene {
  width: number;
  height: number;
  plot: Rect;
  back: Shape[];
  links: Shape[];
  focus: Shape[];
  nodes: Shape[];
  frame: Shape[];
}

/** Vertical reach of a link's control points: enough to leave and arrive upright. */
export function bend({ y1, y2 }: Curve): number {
  return (y2 - y1) * BEND;
}

/** The same, as a share of the height between the ends. */
export const BEND = 0.42;

export const DASH = [5, 3];
