/** What tells the lines and points of a chart apart: six colours that stay apart for colour-blind eyes, then a dash. */

const COLOURS = 6;
const DASHES = ["", "7 4", "2 3"];

export interface Look {
  colour: string;
  dash: string;
  shape: Shape;
}

export type Shape = "circle" | "square" | "diamond" | "triangle" | "cross" | "wedge";
const SHAPES: readonly Shape[] = ["circle", "square", "triangle", "diamond", "cross", "wedge"];

/** The look of the series with this number; after eighteen they begin again. */
export function look(number: number): Look {
  return {
    colour: `var(--saec-series-${number % COLOURS})`,
    dash: DASHES[Math.floor(number / COLOURS) % DASHES.length] ?? "",
    shape: SHAPES[number % SHAPES.length] ?? "circle",
  };
}

/** The outline of a shape of about the same area as a circle of radius `r`, around the origin. */
export function outline(shape: Shape, r: number): string {
  const polygon = (points: readonly (readonly [number, number])[]) =>
    `M${points.map(([x, y]) => `${round(x * r)},${round(y * r)}`).join("L")}Z`;
  switch (shape) {
    case "circle":
      return `M${round(-r)},0A${round(r)},${round(r)} 0 1 1 ${round(r)},0A${round(r)},${round(r)} 0 1 1 ${round(-r)},0Z`;
    case "square":
      return polygon([
        [-0.89, -0.89],
        [0.89, -0.89],
        [0.89, 0.89],
        [-0.89, 0.89],
      ]);
    case "triangle":
      return polygon([
        [0, -1.3],
        [1.2, 0.8],
        [-1.2, 0.8],
      ]);
    case "wedge":
      return polygon([
        [0, 1.3],
        [1.2, -0.8],
        [-1.2, -0.8],
      ]);
    case "diamond":
      return polygon([
        [0, -1.3],
        [1.15, 0],
        [0, 1.3],
        [-1.15, 0],
      ]);
    case "cross":
      return polygon(CROSS);
  }
}

/** A plus sign, clockwise from the top left of its upper arm. */
const CROSS: readonly (readonly [number, number])[] = [
  [-0.4, -1.2],
  [0.4, -1.2],
  [0.4, -0.4],
  [1.2, -0.4],
  [1.2, 0.4],
  [0.4, 0.4],
  [0.4, 1.2],
  [-0.4, 1.2],
  [-0.4, 0.4],
  [-1.2, 0.4],
  [-1.2, -0.4],
  [-0.4, -0.4],
];

export const round = (value: number) => Math.round(value * 10) / 10;
