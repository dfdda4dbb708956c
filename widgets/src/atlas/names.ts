/** Names of clusters in the picture, the largest clusters first, where there is room. */

import { shorten, visible } from "../text.js";
import type { Atlas } from "./decode.js";
import { middle } from "./looks.js";
import { toScreen, type View } from "./view.js";

export interface Name {
  x: number;
  y: number;
  text: string;
  cluster: number;
}

export const NAME_SIZE = 11;
const LENGTH = 26;
const HEIGHT = 21;
const AIR = 9;
const MOST = 32;

/** The middle of every cluster, worked out once. */
export function middles({ clusters, x, y }: Atlas): { x: number; y: number }[] {
  return clusters.map(({ rows }) => ({ x: middle(x, rows), y: middle(y, rows) }));
}

/** Names that fit into the frame without touching each other; `only` leaves all but one cluster out. */
export function placeNames(
  { clusters }: Atlas,
  at: readonly { x: number; y: number }[],
  view: View,
  measure: (text: string, size: number) => number,
  only: number | null = null,
): Name[] {
  const taken: { left: number; right: number; top: number; bottom: number }[] = [];
  const names: Name[] = [];
  for (const [cluster, { name }] of clusters.entries()) {
    const point = at[cluster];
    if (!point || names.length >= MOST || (only !== null && only !== cluster)) continue;
    const { x, y } = toScreen(view, point.x, point.y);
    const text = shorten(visible(name), LENGTH);
    const half = measure(text, NAME_SIZE) / 2 + AIR;
    const box = { left: x - half, right: x + half, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
    const out = box.left < 0 || box.right > view.width || box.top < 0 || box.bottom > view.height;
    if (out || taken.some((other) => touch(box, other))) continue;
    taken.push(box);
    names.push({ x, y, text, cluster });
  }
  return names;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const touch = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
