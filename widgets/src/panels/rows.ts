/** One line for a node in a list: hover and click do what they do in the graph. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import { layerName, nodeName, tokenAt } from "./describe.js";
import { glyph } from "./glyph.js";

export interface RowLook {
  /** Length of the bar behind the line, −1…1, and its colour by sign. */
  share: number;
  neutral?: boolean;
  /** Number at the end of the line. */
  text: string;
  /** What stands after it, in small. */
  note?: string;
  title?: string;
  /** Pruned away in the graph. */
  faint?: boolean;
}

export function nodeRow(ui: Ui, graph: Graph, node: number, look: RowLook, actions: Actions): HTMLElement {
  const length = Math.min(1, Math.abs(look.share));
  const bar = h(ui, "span", { class: `saec-row-bar ${barClass(look)}` });
  bar.style.width = `${(100 * length).toFixed(1)}%`;
  const name = nodeName(graph, node);
  const where = `${layerName(graph, node)}, ${tokenAt(graph, node)}`;
  return h(
    ui,
    "button",
    {
      class: `saec-row${look.faint ? " saec-row-faint" : ""}`,
      title: look.title ?? `${name} · ${where}`,
      attrs: { "aria-label": [name, where, look.text, look.note].filter(Boolean).join(", ") },
      on: {
        click: () => actions.select(node),
        pointerenter: () => actions.hover(node),
        pointerleave: () => actions.hover(null),
        focus: () => actions.hover(node),
        blur: () => actions.hover(null),
      },
    },
    bar,
    glyph(ui, graph.kind[node] ?? 0),
    h(ui, "span", { class: "saec-row-name" }, h(ui, "bdi", { text: name })),
    h(ui, "span", { class: "saec-row-place" }, h(ui, "bdi", { text: placeName(graph, node) })),
    h(ui, "span", { class: "saec-number saec-row-value", text: look.text }),
    look.note !== undefined && h(ui, "span", { class: "saec-number saec-row-note", text: look.note }),
  );
}

function barClass({ share, neutral }: RowLook): string {
  if (neutral) return "saec-bar-neutral";
  return share < 0 ? "saec-bar-negative" : "saec-bar-positive";
}

function placeName(graph: Graph, node: number): string {
  const layer = graph.layer[node] ?? 0;
  const short = layer < 0 ? "" : layer >= graph.meta.n_layers ? "out · " : `L${layer} · `;
  return `${short}${tokenAt(graph, node)}`;
}
