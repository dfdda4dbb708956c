/** Where on the picture there is room for a name: nodes in bins, so that each question looks at a few of them only. */

import type { Drawing } from "../drawing.js";
import type { Layout } from "../layout.js";
import type { Rect } from "../shapes.js";

export interface Room {
  free(box: Rect): boolean;
  take(box: Rect): void;
}

/** Nodes by bin: those of bin `i` are `nodes[start[i]] … nodes[start[i + 1] - 1]`. */
interface Bins {
  across: number;
  down: number;
  start: Uint32Array;
  nodes: Uint32Array;
}

const SIZE = 32;
const known = new WeakMap<Layout, Bins>();

export function createRoom(drawing: Drawing, taken: readonly Rect[]): Room {
  const { at, radius } = drawing;
  const boxes = [...taken];
  const bins = known.get(at) ?? makeBins(at);
  known.set(at, bins);
  const { across, down, start, nodes } = bins;
  const reach = at.radius + 1;
  const column = (x: number) => clamp(Math.floor(x / SIZE), across);
  const row = (y: number) => clamp(Math.floor(y / SIZE), down);

  function hasNode(box: Rect): boolean {
    const [left, right] = [column(box.x - reach), column(box.x + box.width + reach)];
    const bottom = row(box.y + box.height + reach);
    for (let line = row(box.y - reach); line <= bottom; line++) {
      const from = start[line * across + left] ?? 0;
      const to = start[line * across + right + 1] ?? 0;
      for (let index = from; index < to; index++) {
        const node = nodes[index] ?? 0;
        const r = radius(node) + 1;
        const [x, y] = [at.x[node] ?? 0, at.y[node] ?? 0];
        if (x + r > box.x && x - r < box.x + box.width && y + r > box.y && y - r < box.y + box.height)
          return true;
      }
    }
    return false;
  }
  return {
    free: (box) => !boxes.some((other) => overlap(box, other)) && !hasNode(box),
    take: (box) => boxes.push(box),
  };
}

function makeBins(at: Layout): Bins {
  const across = Math.ceil(at.width / SIZE) + 1;
  const down = Math.ceil(at.height / SIZE) + 1;
  const start = new Uint32Array(across * down + 1);
  const bin = (node: number) =>
    clamp(Math.floor((at.y[node] ?? 0) / SIZE), down) * across +
    clamp(Math.floor((at.x[node] ?? 0) / SIZE), across);
  const shown = (node: number) => !Number.isNaN(at.x[node] ?? Number.NaN);
  for (let node = 0; node < at.x.length; node++) {
    if (shown(node)) start[bin(node) + 1] = (start[bin(node) + 1] ?? 0) + 1;
  }
  for (let index = 0; index < across * down; index++)
    start[index + 1] = (start[index + 1] ?? 0) + (start[index] ?? 0);
  const nodes = new Uint32Array(start[across * down] ?? 0);
  const next = start.slice();
  for (let node = 0; node < at.x.length; node++) {
    if (!shown(node)) continue;
    const index = bin(node);
    nodes[next[index] ?? 0] = node;
    next[index] = (next[index] ?? 0) + 1;
  }
  return { across, down, start, nodes };
}

const clamp = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
