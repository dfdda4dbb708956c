/** Glyphs: circle = feature, diamond = error, square = token, triangle = bias, rounded square = target. */

import { Kind } from "../../model/decode.js";
import type { Drawing } from "../drawing.js";
import type { Shape } from "../shapes.js";

export function nodes(drawing: Drawing): Shape[] {
  const { graph, visible } = drawing;
  const shapes: Shape[] = [];
  for (let node = 0; node < graph.size; node++) if (visible.node[node]) shapes.push(...glyph(drawing, node));
  return shapes;
}

/** Only those that do not look the same whichever node is in focus: that one and its neighbours. */
export function focusNodes(drawing: Drawing): Shape[] {
  const { active, selected, lit, visible } = drawing;
  const own = [selected, active].filter((node) => node !== null && visible.node[node] === 1);
  const shown = new Set([...lit.keys(), ...own] as number[]);
  return [...shown].flatMap((node) => glyph(drawing, node));
}

function glyph(drawing: Drawing, node: number): Shape[] {
  const { graph, at, palette, edited } = drawing;
  const x = at.x[node] ?? 0;
  const y = at.y[node] ?? 0;
  const r = drawing.radius(node);
  const alpha = inkOf(drawing, node);
  const share = drawing.lit.get(node);
  const linked = share === undefined ? null : share < 0 ? palette.negative : palette.positive;
  const fill = node === drawing.selected ? palette.accent : (linked ?? palette.node);
  const casing = {
    type: "circle",
    x,
    y,
    r: r + 1.2,
    fill: palette.paper,
    stroke: null,
    width: 0,
    alpha: 1,
  } as const;
  switch (graph.kind[node]) {
    case Kind.error: {
      const d = r * 1.15;
      const points = [x, y - d, x + d, y, x, y + d, x - d, y];
      return [
        { type: "polygon", points, closed: true, fill: palette.paper, stroke: fill, width: 1.4, alpha },
      ];
    }
    case Kind.token: {
      const box = { x: x - r, y: y - r, width: 2 * r, height: 2 * r, radius: 1 };
      return [
        {
          type: "box",
          ...box,
          fill: linked ?? palette.paper,
          stroke: linked ?? palette.ink,
          line: 1.4,
          alpha,
        },
      ];
    }
    case Kind.bias: {
      const points = [x, y - r, x + r, y + r * 0.8, x - r, y + r * 0.8];
      return [
        { type: "polygon", points, closed: true, fill: palette.paper, stroke: fill, width: 1.3, alpha },
      ];
    }
    case Kind.target: {
      const box = { x: x - r, y: y - r, width: 2 * r, height: 2 * r, radius: r * 0.45 };
      const ink = node === drawing.selected ? palette.accent : palette.ink;
      return [{ type: "box", ...box, fill: ink, stroke: palette.paper, line: 1, alpha }];
    }
    default: {
      const circle = { type: "circle", x, y, r, fill, stroke: null, width: 0, alpha } as const;
      return edited.has(node) ? [casing, circle, ...badge(drawing, node, x, y, r)] : [casing, circle];
    }
  }
}

/** An edited feature carries a cross (ablated) or a bar (changed) in its middle. */
function badge({ palette, edited }: Drawing, node: number, x: number, y: number, r: number): Shape[] {
  const reach = Math.max(3.2, r * 0.75);
  const stroke = (points: number[]): Shape => ({
    type: "polygon",
    points,
    closed: false,
    fill: null,
    stroke: palette.paper,
    width: 1.8,
    alpha: 1,
  });
  const back: Shape = {
    type: "circle",
    x,
    y,
    r: Math.max(r, 5),
    fill: palette.accent,
    stroke: null,
    width: 0,
    alpha: 1,
  };
  const falling = stroke([x - reach * 0.7, y - reach * 0.7, x + reach * 0.7, y + reach * 0.7]);
  const rising = stroke([x - reach * 0.7, y + reach * 0.7, x + reach * 0.7, y - reach * 0.7]);
  if (edited.get(node)?.op === "ablate") return [back, falling, rising];
  return [back, stroke([x - reach * 0.8, y, x + reach * 0.8, y])];
}

/** Nodes that have nothing to do with the focus or the search step back. */
export function inkOf({ active, selected, lit, matches, edited, pinned }: Drawing, node: number): number {
  if (node === active || node === selected || edited.has(node)) return 1;
  if (matches !== null) return matches.has(node) ? 1 : 0.15;
  if (active === null || lit.has(node)) return 1;
  return pinned.has(node) ? 0.8 : 0.36;
}
