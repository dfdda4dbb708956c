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
  /** Position of the node that the list is about: an arrow says where the effect comes from, or goes. */
  about?: number;
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
      attrs: {
        "data-row": node,
        "aria-label": [name, where, look.text, look.note].filter(Boolean).join(", "),
      },
      on: {
        click: (event) => (event.metaKey || event.ctrlKey ? actions.togglePin(node) : actions.pick(node)),
        keydown: (event) => press(event, node, actions),
        // Shift holds the hover where it is.
        pointerenter: (event) => {
          if (!event.shiftKey) actions.hover(node);
        },
        pointerleave: (event) => {
          if (!event.shiftKey) actions.hover(null);
        },
        focus: () => actions.hover(node),
        blur: () => actions.hover(null),
      },
    },
    bar,
    glyph(ui, graph.kind[node] ?? 0),
    h(ui, "span", { class: "saec-row-name" }, h(ui, "bdi", { text: name })),
    h(ui, "span", { class: "saec-row-place" }, h(ui, "bdi", { text: placeName(graph, node, look.about) })),
    h(ui, "span", { class: "saec-number saec-row-value", text: look.text }),
    look.note !== undefined && h(ui, "span", { class: "saec-number saec-row-note", text: look.note }),
  );
}

function barClass({ share, neutral }: RowLook): string {
  if (neutral) return "saec-bar-neutral";
  return share < 0 ? "saec-bar-negative" : "saec-bar-positive";
}

/** `L2 · king` at the token that the list is about, `L2 ← farmers` from one before it, `L3 → near` to one behind it. */
function placeName(graph: Graph, node: number, about?: number): string {
  const layer = graph.layer[node] ?? 0;
  const position = graph.position[node] ?? 0;
  const short = layer < 0 ? "" : layer >= graph.meta.n_layers ? "out" : `L${layer}`;
  const arrow = about === undefined || about === position ? "" : position < about ? "←" : "→";
  return [short, arrow || (short && "·"), tokenAt(graph, node)].filter(Boolean).join(" ");
}

/** Keys of a row: up and down, Home and End go through all rows of the panel; `p` pins. */
function press(event: KeyboardEvent, node: number, actions: Actions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.currentTarget as HTMLElement;
  if (event.key === "p") actions.togglePin(node);
  else if (!walk(row, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}

function walk(row: HTMLElement, key: string): boolean {
  const panel = row.closest(".saec-panel");
  const all = [...(panel?.querySelectorAll<HTMLElement>(".saec-row") ?? [])].filter(
    (other) => !other.closest("[hidden]"),
  );
  const at = all.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
  if (to === undefined) return false;
  all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
  return true;
}
