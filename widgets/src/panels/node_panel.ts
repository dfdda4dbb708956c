/** The side panel: the selected node, its edit controls and connections; without a selection the strongest nodes. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { type Graph, Kind } from "../model/decode.js";
import { type ExplorerStore, featureKey } from "../model/state.js";
import { format, percent } from "../text.js";
import { connections } from "./connections.js";
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
import type { EditControls } from "./edit_controls.js";
import { glyph } from "./glyph.js";
import { nodeRow } from "./rows.js";

const STRONGEST = 15;
const MOST_FOUND = 200;
const EFFECT = "What the target would lose if this node went to its baseline, over all paths";

export function nodePanel(ui: Ui, store: ExplorerStore, actions: Actions, edit: EditControls): HTMLElement {
  const title = h(ui, "div", { class: "saec-node-title" });
  const strongest = h(ui, "div", { class: "saec-strongest" });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-node", attrs: { "aria-label": "Selected node" } },
    title,
    edit.element,
    connections(ui, store, actions),
    strongest,
  );
  store.watch(["graph", "selected", "pinned", "effect"], ({ graph, selected, pinned, effect }) => {
    title.hidden = !graph || selected === null;
    if (!graph || selected === null) return;
    const after = effect?.nodeValue[selected] ?? Number.NaN;
    title.replaceChildren(
      ...heading(ui, graph, selected, after, pinned.includes(graph.id[selected] ?? ""), actions),
    );
  });
  store.watch(["graph", "selected", "visible", "matches"], ({ graph, selected, visible, matches }) => {
    strongest.hidden = !graph || selected !== null;
    if (!graph || selected !== null) return;
    const nodes = matches?.slice(0, MOST_FOUND) ?? byInfluence(graph).slice(0, STRONGEST);
    const most = Math.max(1e-12, ...nodes.map((node) => graph.influence[node] ?? 0));
    strongest.replaceChildren(
      h(ui, "h4", { class: "saec-subtitle", text: matches ? "Found" : "Strongest nodes" }),
      h(ui, "p", {
        class: "saec-hint",
        text: matches && nodes.length === 0 ? "No node matches." : "Click a node here or in the graph.",
      }),
      ...nodes.map((node) => {
        const look = {
          share: (graph.influence[node] ?? 0) / most,
          neutral: true,
          text: percent(influenceShare(graph, node)),
          faint: visible?.node[node] !== 1,
        };
        return nodeRow(ui, graph, node, look, actions);
      }),
    );
  });
  return element;
}

function byInfluence(graph: Graph): number[] {
  return [...graph.influence.keys()]
    .filter((node) => graph.kind[node] === Kind.feature)
    .sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}

function heading(
  ui: Ui,
  graph: Graph,
  node: number,
  after: number,
  pinned: boolean,
  actions: Actions,
): HTMLElement[] {
  const value = graph.value[node] ?? Number.NaN;
  const moved = hasMoved(value, after);
  const effect = effectText(graph, node);
  const fact = (name: string, text: string, kind = "", title = "") =>
    h(
      ui,
      "span",
      { class: `saec-fact ${kind}`, title },
      h(ui, "span", { class: "saec-caption", text: name }),
      h(ui, "span", { class: "saec-number", text }),
    );
  const key = featureKey(graph, node);
  const isTarget = graph.kind[node] === Kind.target;
  const chance = graph.probability[node] ?? Number.NaN;
  const pin = h(ui, "button", {
    class: "saec-button saec-button-small saec-pin",
    text: pinned ? "Unpin" : "Pin",
    title: "Pin this node (p)",
    attrs: { "aria-pressed": String(pinned) },
    on: { click: () => actions.togglePin(node) },
  });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small saec-clear",
    text: "✕",
    title: "Clear the selection (Escape)",
    attrs: { "aria-label": "Clear the selection" },
    on: { click: () => actions.select(null) },
  });
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      glyph(ui, graph.kind[node] ?? 0),
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: nodeName(graph, node) })),
      pin,
      clear,
    ),
    h(ui, "div", {
      class: "saec-node-place",
      text: `${kindName(graph, node)}${key ? ` ${key}` : ""} · ${place(graph, node)}`,
    }),
    h(
      ui,
      "div",
      { class: "saec-node-facts" },
      Number.isFinite(value) &&
        fact(
          valueName(graph, node),
          valueText(graph, value) + (moved ? ` → ${format(after)}` : ""),
          moved ? "saec-fact-moved" : "",
        ),
      Number.isFinite(chance) && fact("probability", percent(chance)),
      !isTarget && fact("influence", percent(influenceShare(graph, node))),
      effect && fact("total effect", effect, (graph.effect[node] ?? 0) < 0 ? "saec-down" : "saec-up", EFFECT),
    ),
  ];
}
