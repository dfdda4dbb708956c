/** Rings: selected, hovered, pinned, found, and the other occurrences of the same feature. */

import { type Drawing, occurrences } from "../drawing.js";
import type { Circle } from "../shapes.js";

export function rings(drawing: Drawing): Circle[] {
  const { selected, hovered, active, pinned, matches, palette } = drawing;
  const shapes: Circle[] = [];
  const add = (node: number, gap: number, stroke: string, width: number, dashed = false) => {
    if (drawing.visible.node[node]) shapes.push(ring(drawing, node, gap, stroke, width, dashed));
  };
  for (const node of pinned) add(node, 2.6, palette.ink, 1.6);
  if (matches && matches.size <= 200) for (const node of matches) add(node, 2.6, palette.group, 1.4);
  if (active !== null)
    for (const node of occurrences(drawing, active)) add(node, 3.4, palette.accent, 1.2, true);
  if (selected !== null) add(selected, 4, palette.accent, 2.2);
  if (hovered !== null && hovered !== selected) add(hovered, 4, palette.accent, 1.4, true);
  return shapes;
}

function ring(
  drawing: Drawing,
  node: number,
  gap: number,
  stroke: string,
  width: number,
  dashed: boolean,
): Circle {
  const { at } = drawing;
  return {
    type: "circle",
    x: at.x[node] ?? 0,
    y: at.y[node] ?? 0,
    r: drawing.radius(node) + gap,
    fill: null,
    stroke,
    width,
    dashed,
    alpha: 1,
  };
}
