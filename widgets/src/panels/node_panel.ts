/** The side panel: the selected node, its edit controls and connections; without a selection the strongest nodes. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { type Graph, Kind } from "../model/decode.js";
import { type ExplorerStore, featureKey } from "../model/state.js";
import { changeFacts } from "../predicted/facts.js";
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
import { membership } from "./membership.js";
import { nodeList } from "./node_list.js";

const EFFECT = "What the target would lose if this node went to its baseline, over all paths";

export function nodePanel(ui: Ui, store: ExplorerStore, actions: Actions, edit: EditControls): HTMLElement {
  const title = h(ui, "div", { class: "saec-node-title" });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-node", attrs: { "aria-label": "Selected node" } },
    title,
    membership(ui, store, actions),
    edit.element,
    connections(ui, store, actions),
    nodeList(ui, store, actions),
  );
  store.watch(["graph", "selected", "pinned", "effect"], ({ graph, selected, pinned, effect }) => {
    title.hidden = !graph || selected === null;
    if (!graph || selected === null) return;
    const after = effect?.nodeValue[selected] ?? Number.NaN;
    title.replaceChildren(
      ...heading(ui, graph, selected, after, pinned.includes(graph.id[selected] ?? ""), actions),
      ...changeFacts(ui, graph, effect, selected),
    );
  });
  // What is pointed at in the graph is lit in every list.
  store.watch(["hovered"], ({ hovered }) => {
    for (const lit of element.querySelectorAll(".saec-row-lit")) lit.classList.remove("saec-row-lit");
    if (hovered === null) return;
    for (const row of element.querySelectorAll(`[data-row="${hovered}"]`)) row.classList.add("saec-row-lit");
  });
  return element;
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
