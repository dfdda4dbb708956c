/**
 * How nodes moved under the edits: as measured (halos), as the graph says, or both as two wings.
 *
 * The left wing is what the graph says, the thick right one what was measured. Raised and blue = up, lowered and
 * vermillion = down; the longer, the more. Where both wings are alike, the graph was right.
 */

import { Kind } from "../../model/decode.js";
import { LEAST, relativeChanges } from "../../predicted/compare.js";
import type { Drawing } from "../drawing.js";
import type { Shape } from "../shapes.js";
import { halos, weightOf } from "./halos.js";

const MOST = 80;
const STEPS = 8;
const GAP = 3.6;
/** Even a small wing can be seen. */
const SHORTEST = 0.22;

export function moves(drawing: Drawing): Shape[] {
  const { graph, visible, effect, edited, at, afterEdit = "measured" } = drawing;
  if (afterEdit === "measured" || effect === null) return halos(drawing);
  const { predicted, measured, said } = relativeChanges(graph, effect);
  if (!said) return halos(drawing);
  if (afterEdit === "predicted") return halos(drawing, (node) => predicted[node] ?? 0);
  const found: { node: number; weight: number }[] = [];
  for (let node = 0; node < at.x.length; node++) {
    const most = Math.max(Math.abs(predicted[node] ?? 0), Math.abs(measured[node] ?? 0));
    if (most === 0 || visible.node[node] !== 1 || edited.has(node)) continue;
    found.push({ node, weight: weightOf(graph, node, most) });
  }
  return found
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .flatMap(({ node }) => [
      ...wing(drawing, node, predicted[node] ?? 0, "left"),
      ...wing(drawing, node, measured[node] ?? 0, "right"),
    ]);
}

/** A quarter of a ring at the most, from the middle of the node's side. */
function wing(
  { at, graph, radius, palette }: Drawing,
  node: number,
  change: number,
  side: "left" | "right",
): Shape[] {
  // The corners of a square stand further out than its sides.
  const around = radius(node) * (graph.kind[node] === Kind.feature ? 1 : 1.3);
  const [x, y, r] = [at.x[node] ?? 0, at.y[node] ?? 0, around + GAP];
  const outward = side === "left" ? -1 : 1;
  const width = side === "left" ? 1.5 : 3;
  const arc = (angle: number, line: { stroke: string; width: number; alpha: number }): Shape => {
    const points = Array.from({ length: STEPS + 1 }, (_, step) => {
      const turn = (angle * step) / STEPS;
      return [x + outward * r * Math.cos(turn), y - r * Math.sin(turn)];
    }).flat();
    return { type: "polygon", points, closed: false, fill: null, ...line };
  };
  // Where a wing begins, so that one that is not there is seen too.
  const foot: Shape = {
    type: "polygon",
    points: [x + outward * (r - 1.8), y, x + outward * (r + 1.8), y],
    closed: false,
    fill: null,
    stroke: palette.muted,
    width: 1.2,
    alpha: 0.9,
  };
  if (Math.abs(change) < LEAST) return [foot];
  const angle = (Math.sign(change) * Math.max(SHORTEST, Math.abs(change)) * Math.PI) / 2;
  const stroke = change > 0 ? palette.positive : palette.negative;
  return [
    arc(angle, { stroke: palette.paper, width: width + 2, alpha: 0.9 }),
    arc(angle, { stroke, width, alpha: 1 }),
    foot,
  ];
}
