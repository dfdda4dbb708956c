/** Links: colour and dashes by sign, width by share of the target's input, strength of ink by score. */

import { edgesOf, type Graph } from "../../model/decode.js";
import type { Visible } from "../../model/prune.js";
import type { Drawing } from "../drawing.js";
import type { Curve } from "../shapes.js";

/** With more links than this the weak ones are a haze: thin and solid, with less ink each. */
export const MANY_LINKS = 2500;
const FAINT = 0.15;

/** What the ink of one link depends on besides itself. */
export interface Inks {
  most: number;
  crowd: number;
  least: number;
  many: boolean;
  /** The thinnest line, in pixels. */
  hair: number;
}

/** Many links need less ink each, or the picture turns to one grey. */
export function inksOf(graph: Graph, { edges }: Visible, density = 1): Inks {
  const root = Math.sqrt(Math.max(1, edges.length));
  return {
    most: Math.max(1e-12, graph.score[edges[edges.length - 1] ?? 0] ?? 0),
    crowd: Math.min(1, 12 / root),
    // Below 0.025 a screen of 256 steps has no colour left.
    least: Math.max(0.025, 0.08 * Math.min(1, Math.sqrt(MANY_LINKS) / root)),
    many: edges.length > MANY_LINKS,
    hair: 1 / density,
  };
}

/** Whether a link is part of the haze, in which neither its width nor its dashes could be seen. */
export const isFaint = ({ many }: Inks, alpha: number) => many && alpha < FAINT;

/** Strength of ink of a link. */
export function linkAlpha({ most, crowd, least }: Inks, score: number): number {
  const strength = Math.sqrt(score / most);
  return Math.min(0.9, least + crowd * 0.35 * strength + 0.55 * strength * strength);
}

export function linkWidth(share: number, zoom: number): number {
  return (0.5 + 4 * Math.sqrt(Math.abs(share)) ** 1.2) * zoom ** 0.35;
}

/** All links, weakest first. */
export function links(drawing: Drawing): Curve[] {
  const { graph, visible } = drawing;
  const inks = inksOf(graph, visible);
  return Array.from(visible.edges, (edge) => {
    const alpha = linkAlpha(inks, graph.score[edge] ?? 0);
    const full = link(drawing, edge, alpha);
    if (!isFaint(inks, alpha)) return full;
    return { ...full, width: Math.min(full.width, inks.hair), dashed: false };
  });
}

/** Of a hub's links the weak ones are a haze, too. */
const MANY_LIT = 300;

/** The links of the active node, or else the chosen ones of the pinned nodes, at full strength, weakest first. */
export function focusLinks(drawing: Drawing): Curve[] {
  const { graph } = drawing;
  const edges = focusEdges(drawing);
  return edges.map((edge, at) => {
    const alpha = Math.min(0.95, 0.25 + 1.6 * Math.sqrt(Math.abs(graph.share[edge] ?? 0)));
    const full = link(drawing, edge, alpha);
    return edges.length - at <= MANY_LIT ? full : { ...full, width: Math.min(full.width, 1), dashed: false };
  });
}

function focusEdges({ graph, visible, active, pinnedLinks }: Drawing): readonly number[] {
  if (active === null) return pinnedLinks;
  const edges = [...edgesOf(graph.inputs, active), ...edgesOf(graph.outputs, active)];
  return edges
    .filter((edge) => visible.node[graph.source[edge] ?? 0] && visible.node[graph.target[edge] ?? 0])
    .sort((a, b) => Math.abs(graph.share[a] ?? 0) - Math.abs(graph.share[b] ?? 0));
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
    width: linkWidth(share, zoom),
    dashed: share < 0,
    alpha,
  };
}
