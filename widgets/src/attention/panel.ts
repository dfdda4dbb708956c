/** The panel of an edge: how one node reaches another, head by head, and why a head looks where it looks. */

import { focused, h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { edgesOf, type Graph } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { nodeName, place } from "../panels/describe.js";
import { glyph } from "../panels/glyph.js";
import { signed, visible } from "../text.js";
import { scoreView } from "./score.js";
import { shareLists } from "./shares.js";

const CLICK = "Click a head to see which features made it look where it looks.";
const STRAIGHT = "It passes no head: it stays in the residual stream of its position.";

/** `leave` takes the focus where there is nothing else to go back to. */
export function attentionPanel(
  ui: Ui,
  store: ExplorerStore,
  actions: Actions,
  leave: () => void,
): HTMLElement {
  const title = h(ui, "h4", { class: "saec-subtitle saec-attention-title", attrs: { tabindex: -1 } });
  const close = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "✕",
    title: "Close (Escape)",
    attrs: { "aria-label": "Close this panel" },
    on: { click: () => leaveTo() },
  });
  const status = h(ui, "p", { class: "saec-hint saec-attention-status", attrs: { role: "status" } });
  const score = scoreView(ui, store, actions);
  const hint = h(ui, "p", {
    class: "saec-hint",
  });
  const element = h(
    ui,
    "section",
    {
      class: "saec-attention",
      attrs: { "aria-label": "How one node reaches another" },
      on: {
        keydown: (event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          leaveTo();
        },
      },
    },
    h(ui, "div", { class: "saec-attention-head" }, title, close),
    status,
    shareLists(ui, store, actions),
    hint,
    score,
  );
  let edge: { source: number; target: number } | null = null;
  let labelled: Graph | null = null;
  let opener: Element | null = null;

  function leaveTo(): void {
    actions.attention.close();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    else leave();
  }

  store.watch(["attention", "graph"], ({ graph, attention }) => {
    element.hidden = attention.edge === null || graph === null;
    const failure = attention.failure;
    status.hidden = attention.waiting === "" && failure === null;
    status.classList.toggle("saec-attention-failure", failure !== null);
    status.textContent = failure ? visible(`${failure.message} ${failure.cure}`) : `${attention.waiting} …`;
    hint.hidden = attention.question !== null || attention.heads === null;
    const passes = attention.heads?.arriving.some(({ layer }) => layer >= 0);
    hint.textContent = passes ? CLICK : STRAIGHT;
    const asked = attention.edge !== edge;
    if (!asked && graph === labelled) return;
    edge = attention.edge;
    labelled = graph;
    if (!edge || !graph) return;
    title.replaceChildren(...heading(ui, graph, edge, actions));
    if (!asked) return;
    opener = focused(ui.doc);
    title.focus({ preventScroll: true });
    element.scrollIntoView?.({ block: "nearest" });
  });
  return element;
}

function heading(
  ui: Ui,
  graph: Graph,
  { source, target }: { source: number; target: number },
  actions: Actions,
): (HTMLElement | string)[] {
  const end = (node: number) =>
    h(
      ui,
      "button",
      {
        class: "saec-source-chip saec-attention-end",
        title: `${nodeName(graph, node)} · ${place(graph, node)}. Select it in the graph.`,
        on: {
          click: () => actions.select(node),
          pointerenter: () => actions.hover(node),
          pointerleave: () => actions.hover(null),
        },
      },
      glyph(ui, graph.kind[node] ?? 0),
      h(ui, "bdi", { class: "saec-source-name", text: nodeName(graph, node) }),
    );
  const weight = weightOf(graph, source, target);
  const shown = h(ui, "span", {
    class: `saec-number ${weight < 0 ? "saec-down" : "saec-up"}`,
    text: signed(weight),
    title: "The edge: the direct effect of the one on the other",
  });
  return ["How does ", end(source), " reach ", end(target), "? ", Number.isFinite(weight) ? shown : ""];
}

function weightOf(graph: Graph, source: number, target: number): number {
  const edge = edgesOf(graph.inputs, target).find((row) => graph.source[row] === source);
  return edge === undefined ? Number.NaN : (graph.weight[edge] ?? Number.NaN);
}
