/** Inputs and outputs of the selected node, each split by sign, strongest first. */

import { edgeRow } from "../attention/edge_row.js";
import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { edgesOf, type Graph } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { percent, signed } from "../text.js";
import { nodeName } from "./describe.js";
import { longList } from "./long_list.js";
import { nodeRow } from "./rows.js";

/** Rows per sign before "more", and the most that are all made at once. */
const FIRST = 6;
const MOST = 30;

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
    // Inputs so compare by weight; outputs by their part of what each target receives.
    const size = (edge: number | undefined) => Math.abs(graph.share[edge ?? -1] ?? 0);
    edges.sort((a, b) => size(b) - size(a));
    const key = `${side} ${sign}`;
    const longest = edgesOf(graph[side], node).reduce((most, edge) => Math.max(most, size(edge)), 1e-12);
    const row = (edge: number) => {
      const end = ends[edge] ?? 0;
      const weight = graph.weight[edge] ?? 0;
      const share = Math.abs(graph.share[edge] ?? 0);
      const hidden = store.get().visible?.node[end] !== 1;
      const title = `direct effect ${signed(weight)}, ${percent(share)} of the input of ${side === "inputs" ? "this node" : "that node"}${hidden ? " · not on show" : ""}`;
      const look = {
        share: (graph.share[edge] ?? 0) / longest,
        text: signed(weight),
        note: percent(share),
        title,
        faint: hidden,
        about: graph.position[node] ?? 0,
      };
      const [source, target] = side === "inputs" ? [end, node] : [node, end];
      const name = `${nodeName(graph, source)} → ${nodeName(graph, target)}`;
      return edgeRow(ui, nodeRow(ui, graph, end, look, actions), name, () =>
        actions.openEdge(source, target),
      );
    };
    const all = open.has(key);
    const rows =
      all && edges.length > MOST
        ? [longList(ui, edges.length, (at) => row(edges[at] ?? 0))]
        : edges.slice(0, all ? MOST : FIRST).map(row);
    const rest = all ? 0 : edges.length - rows.length;
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
