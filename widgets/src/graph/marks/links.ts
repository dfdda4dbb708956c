/** Links: colour and dashes by sign, width by share of the target's input, strength of ink by score. */

import { edgesOf } from "../../model/decode.js";
import type { Drawing } from "../drawing.js";
import type { Curve } from "../shapes.js";

/** All links, weakest first. */
export function links(drawing: Drawing): Curve[] {
  const { graph, visible } = drawing;
  const most = Math.max(1e-12, graph.score[visible.edges.at(-1) ?? 0] ?? 0);
  // Many links need less ink each, or the picture turns to one grey.
  const crowd = Math.min(1, 12 / Math.sqrt(Math.max(1, visible.edges.length)));
  return [...visible.edges].map((edge) => {
    const strength = Math.sqrt((graph.score[edge] ?? 0) / most);
    return link(drawing, edge, Math.min(0.9, 0.08 + crowd * 0.35 * strength + 0.55 * strength ** 2));
  });
}

/** The links of the active node at full strength. */
export function focusLinks(drawing: Drawing): Curve[] {
  const { graph, visible, active } = drawing;
  if (active === null) return [];
  const edges = [...edgesOf(graph.inputs, active), ...edgesOf(graph.outputs, active)];
  return edges
    .filter((edge) => visible.node[graph.source[edge] ?? 0] && visible.node[graph.target[edge] ?? 0])
    .sort((a, b) => Math.abs(graph.share[a] ?? 0) - Math.abs(graph.share[b] ?? 0))
    .map((edge) =>
      link(drawing, edge, Math.min(0.95, 0.25 + 1.6 * Math.sqrt(Math.abs(graph.share[edge] ?? 0)))),
    );
}

function link({ graph, at, palette, zoom }: Drawing, edge: number, alpha: number): Curve {
  const source = graph.source[edge] ?? 0;
  const target = graph.target[edge] ?? 0;
  const share = graph.share[edge] ?? 0;
  return {
    type: "curve",
    x1: at.x[source] ?? 0,
    y1: at.y[source] ?? 0,
    x2: at.x[target] ?? 0,
    y2: at.y[target] ?? 0,
    stroke: share < 0 ? palette.negative : palette.positive,
    width: (0.5 + 4 * Math.sqrt(Math.abs(share)) ** 1.2) * zoom ** 0.35,
    dashed: share < 0,
    alpha,
  };
}
