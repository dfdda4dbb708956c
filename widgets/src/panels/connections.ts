/** Inputs and outputs of the selected node, each split by sign, strongest first. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { edgesOf, type Graph } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { percent, signed } from "../text.js";
import { nodeRow } from "./rows.js";

/** Rows per sign before "more". */
const FIRST = 6;
const MOST = 200;

type Side = "inputs" | "outputs";

export function connections(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const element = h(ui, "div", { class: "saec-connections" });
  let open = new Set<string>();
  let shownFor: unknown = null;

  function list(graph: Graph, node: number, side: Side, sign: 1 | -1): HTMLElement | null {
    const ends = side === "inputs" ? graph.source : graph.target;
    const edges = [...edgesOf(graph[side], node)].filter(
      (edge) => Math.sign(graph.weight[edge] ?? 0) === sign,
    );
    if (edges.length === 0) return null;
    // Inputs compare by weight; outputs by their part of what each target receives.
    edges.sort((a, b) => Math.abs(graph.weight[b] ?? 0) - Math.abs(graph.weight[a] ?? 0));
    const key = `${side} ${sign}`;
    const count = open.has(key) ? MOST : FIRST;
    const longest = Math.max(
      ...[...edgesOf(graph[side], node)].map((edge) => Math.abs(graph.weight[edge] ?? 0)),
    );
    const rows = edges.slice(0, count).map((edge) => {
      const end = ends[edge] ?? 0;
      const weight = graph.weight[edge] ?? 0;
      const share = Math.abs(graph.share[edge] ?? 0);
      const hidden = store.get().visible?.node[end] !== 1;
      const title = `direct effect ${signed(weight)}, ${percent(share)} of the input of ${side === "inputs" ? "this node" : "that node"}${hidden ? " · hidden by the influence slider" : ""}`;
      const look = {
        share: weight / longest,
        text: signed(weight),
        note: percent(share),
        title,
        faint: hidden,
      };
      return nodeRow(ui, graph, end, look, actions);
    });
    const rest = Math.min(edges.length, MOST) - rows.length;
    const more = () => {
      open.add(key);
      render();
    };
    return h(
      ui,
      "div",
      {
        class: "saec-list",
        attrs: { role: "group", "aria-label": `${sign > 0 ? "positive" : "negative"} ${side}` },
      },
      h(ui, "div", { class: "saec-list-sign", text: sign > 0 ? "+ pushes up" : "− pushes down" }),
      ...rows,
      rest > 0 && h(ui, "button", { class: "saec-more", text: `${rest} more`, on: { click: more } }),
    );
  }

  function section(graph: Graph, node: number, side: Side): HTMLElement {
    const title = side === "inputs" ? "Inputs" : "Outputs";
    const lists = [list(graph, node, side, 1), list(graph, node, side, -1)];
    const empty = !lists[0] && !lists[1];
    const none = side === "inputs" ? "Nothing flows in." : "Nothing flows out.";
    return h(
      ui,
      "section",
      { class: `saec-side saec-side-${side}` },
      h(ui, "h4", { class: "saec-subtitle", text: title }),
      ...lists,
      empty && h(ui, "p", { class: "saec-hint", text: none }),
    );
  }

  function render(): void {
    const { graph, selected } = store.get();
    element.hidden = !graph || selected === null;
    element.replaceChildren();
    if (!graph || selected === null) return;
    const key = `${graph.id[selected]}`;
    if (key !== shownFor) open = new Set();
    shownFor = key;
    element.replaceChildren(section(graph, selected, "inputs"), section(graph, selected, "outputs"));
  }
  store.watch(["graph", "selected", "visible"], render);
  return element;
}
