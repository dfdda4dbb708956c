/** One circuit of the comparison: its question above, its graph below. Selections go by node id, over all panes. */

import { h, type Ui } from "../dom.js";
import { createStage, type Stage } from "../graph/stage.js";
import { decodeGraph, type Graph } from "../model/decode.js";
import { derive, type ExplorerStore, initialState } from "../model/state.js";
import { createStore } from "../model/store.js";
import type { GraphTrait } from "../model/traits.js";
import { format, visible } from "../text.js";

export interface Pane {
  element: HTMLElement;
  graph: Graph;
  select(id: string | null): void;
  hover(id: string | null): void;
  setShare(share: number): void;
  restyle(): void;
  close(): void;
}

export interface PaneParts {
  name: string;
  trait: GraphTrait;
  root: HTMLElement;
  /** What a person chose in this pane, for all of them. */
  select(id: string | null): void;
  hover(id: string | null): void;
  leave(): void;
}

const nothing = () => {};

export function createPane(ui: Ui, { name, trait, root, select, hover, leave }: PaneParts): Pane {
  const graph = decodeGraph(trait);
  const store: ExplorerStore = createStore(initialState());
  derive(store);
  store.set({ graph });
  const idOf = (row: number | null) => (row === null ? null : (graph.id[row] ?? null));
  const rowOf = (id: string | null) => (id === null ? null : (graph.rowOf.get(id) ?? null));
  const stage: Stage = createStage(ui, {
    store,
    root,
    actions: {
      select: (row) => select(idOf(row)),
      pick: (row) => select(idOf(row)),
      hover: (row) => hover(idOf(row)),
      togglePin: nothing,
      undo: nothing,
      redo: nothing,
      search: nothing,
    },
    commands: { search: nothing, panel: leave, ablate: nothing },
  });
  const { target } = graph.meta;
  const element = h(
    ui,
    "section",
    { class: "saec-compared", attrs: { "aria-label": `${name}: ${visible(graph.meta.prompt)}` } },
    h(
      ui,
      "div",
      { class: "saec-compared-head" },
      h(ui, "span", { class: "saec-compared-name", text: name }),
      h(ui, "bdi", {
        class: "saec-compared-prompt",
        text: visible(graph.meta.prompt),
        title: graph.meta.prompt,
      }),
      h(ui, "span", { class: "saec-number", text: `${visible(target.label)} ${format(target.value)}` }),
    ),
    stage.element,
  );
  return {
    element,
    graph,
    select: (id) => store.set({ selected: rowOf(id) }),
    hover: (id) => store.set({ hovered: rowOf(id) }),
    setShare: (share) => store.set({ share }),
    restyle: stage.restyle,
    close: store.close,
  };
}
