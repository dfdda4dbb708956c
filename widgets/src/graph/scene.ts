/** Data and positions → the draw list, mark by mark. */

import type { Drawing } from "./drawing.js";
import { frame, grid } from "./marks/axes.js";
import { nodeLabels } from "./marks/labels.js";
import { focusLinks, links } from "./marks/links.js";
import { focusNodes, nodes } from "./marks/nodes.js";
import { moves } from "./marks/predicted.js";
import { rings } from "./marks/rings.js";
import { supernodeChips } from "./marks/supernodes.js";
import type { Scene, Shape } from "./shapes.js";

/** The part that follows the pointer. */
export function buildFront(drawing: Drawing): Pick<Scene, "focus" | "nodes" | "frame"> {
  const marks = [...moves(drawing), ...nodes(drawing), ...rings(drawing), ...supernodeChips(drawing)];
  return {
    focus: focusLinks(drawing),
    nodes: [...marks, ...nodeLabels(drawing)],
    frame: frame(drawing),
  };
}

/** What lies above all nodes, for canvases on which those are painted already. */
export function buildFocus(drawing: Drawing): Shape[] {
  return [...focusNodes(drawing), ...rings(drawing), ...supernodeChips(drawing), ...nodeLabels(drawing)];
}

/** How strongly all links show: they step back while one node is in focus or a search is on. */
export function linksAlpha({ active, matches, pinnedLinks }: Drawing): number {
  return active !== null || matches !== null || pinnedLinks.length > 0 ? 0.25 : 1;
}

/** The whole picture, as it is saved. */
export function buildScene(drawing: Drawing): Scene {
  const { width, height, plot } = drawing.at;
  const fade = linksAlpha(drawing);
  const faded = links(drawing).map((link) => ({ ...link, alpha: link.alpha * fade }));
  return { width, height, plot, back: grid(drawing), links: faded, ...buildFront(drawing) };
}
