/** The small box beside the hovered node. */

import { h, type Ui } from "../dom.js";
import type { Drawing } from "../graph/drawing.js";
import { Kind } from "../model/decode.js";
import type { State } from "../model/state.js";
import { changeText } from "../predicted/facts.js";
import { format, percent } from "../text.js";
import {
  effectText,
  hasMoved,
  influenceShare,
  kindName,
  nodeName,
  place,
  valueName,
  valueText,
} from "./describe.js";

export interface Tooltip {
  element: HTMLElement;
  show(drawing: Drawing | null, state: Readonly<State>): void;
}

const WIDTH = 240;

export function createTooltip(ui: Ui): Tooltip {
  const element = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown = "";
  return {
    element,
    show(drawing, { effect }) {
      const node = drawing?.hovered ?? null;
      element.hidden = node === null;
      if (!drawing || node === null) return;
      const { at, graph } = drawing;
      const after = effect?.nodeValue[node] ?? Number.NaN;
      const key = `${node} ${graph.id[node]} ${after}`;
      if (key !== shown)
        element.replaceChildren(...content(ui, drawing, node, after), ...change(ui, drawing, node));
      shown = key;
      const x = at.x[node] ?? 0;
      const y = at.y[node] ?? 0;
      const left = x + 16 + WIDTH > at.width ? x - 16 - WIDTH : x + 16;
      element.style.left = `${Math.max(4, left)}px`;
      element.classList.toggle("saec-tooltip-left", left < x);
      element.style.top = `${Math.max(4, Math.min(at.height - 84, y - 20))}px`;
    },
  };
}

/** After an edit, what was predicted beside what was measured. */
function change(ui: Ui, { graph, effect }: Drawing, node: number): HTMLElement[] {
  const text = changeText(graph, effect, node);
  return text === "" ? [] : [h(ui, "div", { class: "saec-tooltip-place", text })];
}

function content(ui: Ui, { graph }: Drawing, node: number, after: number): HTMLElement[] {
  const value = graph.value[node] ?? Number.NaN;
  const moved = hasMoved(value, after) ? ` → ${format(after)}` : "";
  const facts = Number.isFinite(value)
    ? [`${valueName(graph, node)} ${valueText(graph, value)}${moved}`]
    : [];
  if (graph.kind[node] !== Kind.target) facts.push(`influence ${percent(influenceShare(graph, node))}`);
  const effect = effectText(graph, node);
  if (effect) facts.push(`total effect ${effect}`);
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: nodeName(graph, node) }),
    h(ui, "div", { class: "saec-tooltip-place", text: `${kindName(graph, node)} · ${place(graph, node)}` }),
    h(ui, "div", { text: facts.join(" · ") }),
  ];
}
