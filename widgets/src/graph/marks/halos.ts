/** Halos: how the value of a node moved under the edits. Solid blue with ▲ = up, dashed vermillion with ▼ = down. */

import { type Effect, type Graph, Kind } from "../../model/decode.js";
import type { Drawing } from "../drawing.js";
import type { Shape } from "../shapes.js";

/** Smaller relative changes are noise to the eye. */
const LEAST = 0.02;
const MOST_HALOS = 80;

/** Change of a node relative to the larger of its two values, in −2…2; 0 where nothing is known. */
export function haloOf(graph: Graph, effect: Effect | null, node: number): number {
  const after = effect?.nodeValue[node] ?? Number.NaN;
  const before = graph.value[node] ?? Number.NaN;
  const change = after - before;
  if (!Number.isFinite(change) || Math.abs(change) < 1e-5) return 0;
  const relative = change / Math.max(Math.abs(before), Math.abs(after), 1e-9);
  return Math.abs(relative) < LEAST ? 0 : relative;
}

/** `changeOf` is what is shown; without, the change that was measured. */
export function halos(drawing: Drawing, changeOf?: (node: number) => number): Shape[] {
  const { graph, visible, effect, at, palette } = drawing;
  if (!effect) return [];
  const shown = changeOf ?? ((node: number) => haloOf(graph, effect, node));
  const moved = [...at.x.keys()]
    .filter((node) => visible.node[node] === 1)
    .map((node) => ({ node, change: shown(node) }))
    .filter(({ change }) => change !== 0)
    .sort((a, b) => weightOf(graph, b.node, b.change) - weightOf(graph, a.node, a.change))
    .slice(0, MOST_HALOS);
  return moved.flatMap(({ node, change }) => {
    const strength = Math.min(1, Math.abs(change));
    const x = at.x[node] ?? 0;
    const y = at.y[node] ?? 0;
    const r = drawing.radius(node) + 3.2;
    const colour = change > 0 ? palette.positive : palette.negative;
    const glow: Shape = {
      type: "circle",
      x,
      y,
      r: r + 2,
      fill: colour,
      stroke: null,
      width: 0,
      alpha: 0.08 + 0.22 * strength,
    };
    const ring = { type: "circle", x, y, r, fill: null, stroke: colour, width: 1 + 1.4 * strength } as const;
    return [
      glow,
      { ...ring, dashed: change < 0, alpha: 0.9 },
      arrow(x + r * 0.8, y - r * 0.8, change, colour, palette.paper),
    ];
  });
}

/** How much a change matters. */
export function weightOf(graph: Graph, node: number, change: number): number {
  return Math.abs(change) * (graph.kind[node] === Kind.target ? 10 : (graph.influence[node] ?? 0));
}

function arrow(x: number, y: number, change: number, fill: string, casing: string): Shape {
  const tip = change > 0 ? -4.5 : 4.5;
  const points = [x, y + tip, x + 4.6, y - tip * 0.75, x - 4.6, y - tip * 0.75];
  return { type: "polygon", points, closed: true, fill, stroke: casing, width: 1, alpha: 1 };
}
