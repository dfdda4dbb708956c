/** Supernodes: a ring round every member and one chip with the shared name. */

import { rows } from "../../model/state.js";
import { visible as seen, shorten } from "../../text.js";
import type { Drawing } from "../drawing.js";
import { BOLD } from "../layout.js";
import type { Rect, Shape } from "../shapes.js";

const SIZE = 11;
const HEIGHT = 17;

export interface Chip {
  text: string;
  box: Rect;
  members: number[];
}

/** One chip a supernode, above its topmost member that is shown. */
export function chips(drawing: Drawing): Chip[] {
  const { graph, visible, at, measure, supernodes } = drawing;
  const taken: Rect[] = [];
  return supernodes.flatMap(({ name, members }) => {
    const shown = rows(graph, members).filter((node) => visible.node[node] === 1);
    const [first] = shown.toSorted((a, b) => (at.y[a] ?? 0) - (at.y[b] ?? 0));
    if (first === undefined) return [];
    const text = `${shorten(seen(name), 24)} ×${shown.length}`;
    const width = measure(text, SIZE) * BOLD + 14;
    const left = (at.x[first] ?? 0) - width / 2;
    const box = {
      x: Math.max(at.plot.x, Math.min(at.plot.x + at.plot.width - width, left)),
      y: Math.max(at.plot.y + 1, (at.y[first] ?? 0) - drawing.radius(first) - HEIGHT - 7),
      width,
      height: HEIGHT,
    };
    box.y = freeLine(box, taken, at.plot.y + 1, 2 * drawing.radius(first) + HEIGHT + 14);
    taken.push(box);
    return [{ text, box, members: shown }];
  });
}

/** Above the node; a line or two higher, or below it, where another chip is in the way. */
function freeLine(box: Rect, taken: readonly Rect[], top: number, below: number): number {
  const line = HEIGHT + 3;
  const free = (y: number) =>
    y >= top &&
    taken.every(
      (other) =>
        box.x + box.width <= other.x ||
        other.x + other.width <= box.x ||
        y + HEIGHT <= other.y ||
        other.y + HEIGHT <= y,
    );
  const lines = [box.y, box.y - line, box.y + below, box.y - 2 * line, box.y + below + line];
  return lines.find(free) ?? box.y;
}

export function supernodeChips(drawing: Drawing): Shape[] {
  const { at, palette } = drawing;
  return chips(drawing).flatMap(({ text, box, members }) => {
    const rings = members.map((node): Shape => {
      const r = drawing.radius(node) + 2.6;
      const circle = { type: "circle", x: at.x[node] ?? 0, y: at.y[node] ?? 0, r, fill: null } as const;
      return { ...circle, stroke: palette.group, width: 1.8, alpha: 1 };
    });
    const chip: Shape = {
      type: "box",
      ...box,
      radius: HEIGHT / 2,
      fill: palette.group,
      stroke: palette.paper,
      line: 1,
      alpha: 1,
    };
    const middle = { x: box.x + box.width / 2, y: box.y + HEIGHT / 2 + 0.5, anchor: "middle" } as const;
    const look = { size: SIZE, bold: true, rotate: 0, fill: palette.paper, halo: null, alpha: 1 };
    return [...rings, chip, { type: "text", text, ...middle, ...look }];
  });
}
