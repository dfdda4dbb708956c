/** Zoom and pan: screen = centre + place · size · k + shift. Everything here is plain numbers. */

export interface View {
  width: number;
  height: number;
  k: number;
  x: number;
  y: number;
}

export interface Spot {
  x: number;
  y: number;
}

const MARGIN = 26;
const MOST = 60;
/** Less movement than this between press and release is a click. */
export const SLACK = 4;

/** Pixels for a step of 1 in the picture. */
export function unit({ width, height, k }: View): number {
  return Math.max(1, Math.min(width, height) / 2 - MARGIN) * k;
}

export function toScreen(view: View, x: number, y: number): Spot {
  const size = unit(view);
  return { x: view.width / 2 + view.x + x * size, y: view.height / 2 + view.y - y * size };
}

/** Zooms by a factor around a point of the screen. */
export function zoomAt(view: View, factor: number, at: Spot): View {
  const k = Math.min(MOST, Math.max(1, view.k * factor));
  const by = k / view.k;
  const held = (shift: number, point: number, middle: number) =>
    point - middle - (point - middle - shift) * by;
  return limit({
    ...view,
    k,
    x: held(view.x, at.x, view.width / 2),
    y: held(view.y, at.y, view.height / 2),
  });
}

export function pan(view: View, dx: number, dy: number): View {
  return limit({ ...view, x: view.x + dx, y: view.y + dy });
}

/** Moves just enough that a point of the picture is well inside the frame. */
export function reveal(view: View, x: number, y: number): View {
  const at = toScreen(view, x, y);
  const need = (value: number, length: number) =>
    Math.max(MARGIN - value, 0) + Math.min(length - MARGIN - value, 0);
  return pan(view, need(at.x, view.width), need(at.y, view.height));
}

/** The CSS transform under which a picture painted for one view lies as in another. */
export function carry(from: View, to: View): string {
  const scale = unit(to) / unit(from);
  const along = (middle: number, a: number, b: number) => middle + b - scale * (middle + a);
  const x = along(from.width / 2, from.x, to.x);
  const y = along(from.height / 2, from.y, to.y);
  return `translate(${x}px, ${y}px) scale(${scale})`;
}

/** The picture is never dragged out of its frame. */
export function limit(view: View): View {
  const room = (length: number) => Math.max(0, unit(view) + MARGIN - length / 2);
  const hold = (shift: number, most: number) => Math.min(most, Math.max(-most, shift));
  return { ...view, x: hold(view.x, room(view.width)), y: hold(view.y, room(view.height)) };
}

/** The nearest point within `reach` pixels, or null. */
export function nearest(
  view: View,
  { x, y }: { x: Float32Array; y: Float32Array },
  at: Spot,
  reach: number,
): number | null {
  const size = unit(view);
  const [px, py] = [(at.x - view.width / 2 - view.x) / size, (view.height / 2 + view.y - at.y) / size];
  let best: number | null = null;
  let least = (reach / size) ** 2;
  for (let row = 0; row < x.length; row++) {
    const distance = ((x[row] ?? 9) - px) ** 2 + ((y[row] ?? 9) - py) ** 2;
    if (distance <= least) [best, least] = [row, distance];
  }
  return best;
}

/** The nearest point that lies in a direction: within 45° of it, else anywhere on its side. */
export function beyond(
  { x, y }: { x: Float32Array; y: Float32Array },
  from: number,
  dx: number,
  dy: number,
): number {
  let [best, least] = [from, Number.POSITIVE_INFINITY];
  for (let row = 0; row < x.length; row++) {
    const across = (x[row] ?? 0) - (x[from] ?? 0);
    const up = (y[row] ?? 0) - (y[from] ?? 0);
    const along = across * dx + up * dy;
    if (along <= 1e-6) continue;
    const aside = Math.abs(across * dy) + Math.abs(up * dx);
    // A point aside of the direction counts as if it were far away.
    const distance = Math.hypot(along, aside) * (aside > along ? 8 : 1);
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

/** Rows inside a closed line, by how often a ray crosses it. */
export function inside(
  view: View,
  { x, y }: { x: Float32Array; y: Float32Array },
  line: readonly Spot[],
): number[] {
  const rows: number[] = [];
  for (let row = 0; row < x.length; row++)
    if (contains(line, toScreen(view, x[row] ?? 9, y[row] ?? 9))) rows.push(row);
  return rows;
}

function contains(line: readonly Spot[], at: Spot): boolean {
  let within = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [a, b] = [line[i], line[j]];
    if (!a || !b || a.y > at.y === b.y > at.y) continue;
    if (at.x < a.x + ((b.x - a.x) * (at.y - a.y)) / (b.y - a.y)) within = !within;
  }
  return within;
}
