/** Without a selection: the strongest nodes, what was found, or every label on show by token and layer. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { type Graph, Kind } from "../model/decode.js";
import type { ExplorerStore, State } from "../model/state.js";
import { percent, showToken } from "../text.js";
import { influenceShare } from "./describe.js";
import { longList } from "./long_list.js";
import { nodeRow } from "./rows.js";

const STRONGEST = 15;
/** More rows than this are made as they are seen. */
const MOST_ROWS = 30;
/** Rows that there is room for. */
const ROOM = 17;

/** A node, or the token that the nodes below it stand at. */
type Item = { node: number } | { token: number };

export function nodeList(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  let byPlace = false;
  const order = (text: string, title: string, place: boolean) =>
    h(ui, "button", {
      class: "saec-order",
      text,
      title,
      on: {
        click() {
          byPlace = place;
          render();
        },
      },
    });
  const strongest = order("Strongest", "The nodes with most influence", false);
  const places = order("By token", "Every label on show, by token and layer", true);
  const head = h(
    ui,
    "div",
    { class: "saec-orders", attrs: { role: "group", "aria-label": "Nodes" } },
    strongest,
    places,
  );
  const hint = h(ui, "p", { class: "saec-hint" });
  const list = h(ui, "div", { class: "saec-node-list" });
  const element = h(ui, "div", { class: "saec-strongest" }, head, hint, list);

  let shown: { graph: Graph; key: string | null } | null = null;
  const keyOf = (item: Item) =>
    "node" in item
      ? `${store.get().graph?.id[item.node]} ${store.get().visible?.node[item.node]}`
      : `@${item.token}`;

  function row(graph: Graph, node: number, most: number): HTMLElement {
    const look = {
      share: (graph.influence[node] ?? 0) / most,
      neutral: true,
      text: percent(influenceShare(graph, node)),
      faint: store.get().visible?.node[node] !== 1,
    };
    return nodeRow(ui, graph, node, look, actions);
  }

  function render(): void {
    const state = store.get();
    const { graph, selected, matches } = state;
    element.hidden = !graph || selected !== null;
    if (!graph || selected !== null) return;
    strongest.textContent = matches ? "Found" : "Strongest";
    strongest.setAttribute("aria-pressed", String(!byPlace));
    places.setAttribute("aria-pressed", String(byPlace));
    const items = byPlace ? placed(graph, state) : ranked(graph, state);
    const nodes = items.flatMap((item) => ("node" in item ? [item.node] : []));
    const none = matches ? "No node matches." : "Nothing is on show.";
    hint.textContent = nodes.length === 0 ? none : "Click a node here or in the graph.";
    const most = nodes.reduce((sum, node) => Math.max(sum, graph.influence[node] ?? 0), 1e-12);
    const made = (item: Item | undefined) =>
      item && "node" in item ? row(graph, item.node, most) : tokenLine(ui, graph, item?.token ?? 0);
    // While a slider moves, the same few rows would be made anew in every frame.
    const key = items.length > MOST_ROWS ? null : items.map(keyOf).join(" ");
    if (key !== null && shown?.key === key && shown.graph === graph) return;
    shown = { graph, key };
    list.replaceChildren(
      ...(items.length > MOST_ROWS
        ? [longList(ui, items.length, (at) => made(items[at]), ROOM)]
        : items.map(made)),
    );
  }
  store.watch(["graph", "selected", "visible", "matches"], render);
  return element;
}

function ranked(graph: Graph, { matches }: Readonly<State>): Item[] {
  const features = graph.strongest.filter((node) => graph.kind[node] === Kind.feature);
  const nodes = matches ?? [...features.subarray(0, STRONGEST)];
  return nodes.map((node) => ({ node }));
}

/** Features on show, or those that were found, below their tokens; in a token by layer, then by influence. */
function placed(graph: Graph, { matches, visible }: Readonly<State>): Item[] {
  const nodes = (matches ?? [...graph.kind.keys()].filter((node) => visible?.node[node] === 1)).filter(
    (node) => graph.kind[node] === Kind.feature,
  );
  const by = (column: ArrayLike<number>, a: number, b: number) => (column[a] ?? 0) - (column[b] ?? 0);
  nodes.sort((a, b) => by(graph.position, a, b) || by(graph.layer, a, b) || by(graph.influence, b, a));
  return nodes.flatMap((node, at): Item[] => {
    const token = graph.position[node] ?? 0;
    const before = graph.position[nodes[at - 1] ?? -1];
    return token === before ? [{ node }] : [{ token }, { node }];
  });
}

function tokenLine(ui: Ui, graph: Graph, token: number): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-token-line" },
    h(ui, "bdi", { text: showToken(graph.meta.tokens[token] ?? "") }),
    h(ui, "span", { class: "saec-caption", text: String(token) }),
  );
}
