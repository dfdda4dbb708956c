/** Data and positions → the draw list, mark by mark. */

import type { Drawing } from "./drawing.js";
import { frame, grid } from "./marks/axes.js";
import { halos } from "./marks/halos.js";
import { nodeLabels } from "./marks/labels.js";
import { focusLinks, links } from "./marks/links.js";
import { nodes } from "./marks/nodes.js";
import { rings } from "./marks/rings.js";
import { supernodeChips } from "./marks/supernodes.js";
import type { Scene } from "./shapes.js";

/** The part that follows the pointer. */
export function buildFront(drawing: Drawing): Pick<Scene, "focus" | "nodes" | "frame"> {
  const marks = [...halos(drawing), ...nodes(drawing), ...rings(drawing), ...supernodeChips(drawing)];
  return {
    focus: focusLinks(drawing),
    nodes: [...marks, ...nodeLabels(drawing)],
    frame: frame(drawing),
  };
}

/** How strongly all links show: they step back while one node is in focus or a search is on. */
export function linksAlpha({ active, matches }: Drawing): number {
  return active !== null || matches !== null ? 0.25 : 1;
}

/** The whole picture, as it is saved. */
export function buildScene(drawing: Drawing): Scene {
  const { width, height, plot } = drawing.at;
  const fade = linksAlpha(drawing);
  const faded = links(drawing).map((link) => ({ ...link, alpha: link.alpha * fade }));
  return { width, height, plot, back: grid(drawing), links: faded, ...buildFront(drawing) };
}
