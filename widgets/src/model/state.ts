/** The state of one Explorer view: the traits as the views need them, and what only this view knows. */

import type { Effect, Graph } from "./decode.js";
import { prune, type Visible } from "./prune.js";
import type { Store } from "./store.js";
import type { Card, Edit, Failure, Report, Supernode } from "./traits.js";

export interface State {
  graph: Graph | null;
  visible: Visible | null;
  /** Node rows. */
  selected: number | null;
  hovered: number | null;
  /** Node ids, as in the trait; ids that this graph does not have are kept. */
  pinned: string[];
  supernodes: Supernode[];
  share: number;
  edits: Edit[];
  frozen: boolean;
  effect: Effect | null;
  /** What the check of this circuit found, whether it is on show, and whether it runs. */
  report: Report | null;
  reportOpen: boolean;
  checking: boolean;
  cards: ReadonlyMap<string, Card | Failure>;
  failure: Failure | null;
  /** What Python says is running, and what this view waits for. */
  busy: string;
  waiting: string;
  query: string;
  /** Rows that match the query, best influence first; null without a query. */
  matches: number[] | null;
  /** The Python of the last action. */
  code: string;
  canUndo: boolean;
  canRedo: boolean;
}

export type ExplorerStore = Store<State>;

export function initialState(): State {
  return {
    graph: null,
    visible: null,
    selected: null,
    hovered: null,
    pinned: [],
    supernodes: [],
    share: 0.8,
    edits: [],
    frozen: false,
    effect: null,
    report: null,
    reportOpen: false,
    checking: false,
    cards: new Map(),
    failure: null,
    busy: "",
    waiting: "",
    query: "",
    matches: null,
    code: "",
    canUndo: false,
    canRedo: false,
  };
}

/** Keeps what follows from other parts: the visible nodes and edges, and the matches of the search. */
export function derive(store: ExplorerStore): void {
  let shown: Graph | null = null;
  store.watch(
    ["graph", "share", "pinned", "selected", "edits"],
    ({ graph, share, pinned, selected, edits }) => {
      if (!graph) return store.set({ visible: null });
      if (graph !== shown) store.set({ visible: null });
      shown = graph;
      const always = [...rows(graph, pinned), ...edits.flatMap((edit) => editedRows(graph, edit))];
      if (selected !== null) always.push(selected);
      const visible = prune(graph, share, always);
      // Most selections change nothing here: the picture then stays as it is.
      if (!store.get().visible || !sameNodes(store.get().visible, visible)) store.set({ visible });
    },
  );
  store.watch(["graph", "query"], ({ graph, query }) => {
    store.set({ matches: graph && query.trim() !== "" ? search(graph, query) : null });
  });
}

function sameNodes(a: Visible | null, b: Visible): boolean {
  return (
    a?.node.length === b.node.length &&
    a.edges.length === b.edges.length &&
    a.node.every((kept, row) => kept === b.node[row])
  );
}

/** Rows of those ids that the graph has. */
export function rows(graph: Graph, ids: readonly string[]): number[] {
  return ids.map((id) => graph.rowOf.get(id)).filter((row) => row !== undefined);
}

/** Rows of the nodes whose feature an edit changes. */
export function editedRows(graph: Graph, edit: Edit): number[] {
  const dictionary = graph.meta.dictionaries.indexOf(edit.dictionary);
  if (dictionary < 0) return [];
  const found: number[] = [];
  for (let row = 0; row < graph.size; row++) {
    const here = edit.positions === null || edit.positions.includes(graph.position[row] ?? -1);
    if (here && graph.dictionary[row] === dictionary && graph.feature[row] === edit.feature) found.push(row);
  }
  return found;
}

/** Nodes whose label, token, id or feature name contains every word of the query. */
export function search(graph: Graph, query: string): number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  for (let row = 0; row < graph.size; row++) {
    const token = graph.meta.tokens[graph.position[row] ?? 0] ?? "";
    const text =
      `${graph.label[row]} ${token} ${graph.id[row]} ${featureKey(graph, row) ?? ""}`.toLowerCase();
    if (words.every((word) => text.includes(word))) found.push(row);
  }
  return found.sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}

/** `dictionary/feature`, the key of a card; null for nodes that are no feature. */
export function featureKey(graph: Graph, row: number): string | null {
  const dictionary = graph.meta.dictionaries[graph.dictionary[row] ?? -1];
  const feature = graph.feature[row] ?? -1;
  return dictionary === undefined || feature < 0 ? null : `${dictionary}/${feature}`;
}
