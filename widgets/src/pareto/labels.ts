/** Names beside the points of the front, where there is room for them. */

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Label {
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

const HEIGHT = 13;
const LETTER = 6.1;

export const around = (x: number, y: number, r: number): Rect => ({
  left: x - r,
  top: y - r,
  right: x + r,
  bottom: y + r,
});

/** Places a text of `length` letters beside a point, clear of `taken` and within `bounds`; null where it cannot. */
export function placeLabel(
  point: { x: number; y: number; r: number },
  length: number,
  taken: Rect[],
  bounds: Rect,
): Label | null {
  const width = length * LETTER;
  const { x, y, r } = point;
  const candidates: [label: Label, left: number][] = [
    [{ x: x - r - 5, y: y - 4, anchor: "end" }, x - r - 5 - width],
    [{ x: x + r + 5, y: y + 4, anchor: "start" }, x + r + 5],
    [{ x, y: y - r - 6, anchor: "middle" }, x - width / 2],
    [{ x, y: y + r + 13, anchor: "middle" }, x - width / 2],
    [{ x: x - r - 5, y: y + 4, anchor: "end" }, x - r - 5 - width],
  ];
  for (const [label, left] of candidates) {
    const rect = { left, right: left + width, top: label.y - HEIGHT + 3, bottom: label.y + 3 };
    if (!within(rect, bounds) || taken.some((other) => overlap(rect, other))) continue;
    taken.push(rect);
    return label;
  }
  return null;
}

const within = (a: Rect, b: Rect) =>
  a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

const overlap = (a: Rect, b: Rect) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
