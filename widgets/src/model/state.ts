/** The state of one Explorer view: the traits as the views need them, and what only this view knows. */

import { type AttentionState, CLOSED } from "../attention/state.js";
import type { LinkType } from "../graph/pinned_links.js";
import type { AfterEdit } from "../predicted/compare.js";
import type { Effect, Graph } from "./decode.js";
import { type Filter, hideRest, NO_FILTER, passing } from "./filter.js";
import { prune, type Visible } from "./prune.js";
import type { Store } from "./store.js";
import type { Card, Edit, Failure, Flow, Places, Report, Supernode } from "./traits.js";

export interface State {
  graph: Graph | null;
  visible: Visible | null;
  /** Node rows. */
  selected: number | null;
  hovered: number | null;
  /** Node ids, as in the trait; ids that this graph does not have are kept. */
  pinned: string[];
  supernodes: Supernode[];
  /** Where a person has put cards of the subgraph, and which way its layers go. */
  places: Places;
  flow: Flow;
  /** Ids of the nodes marked for a new group; null outside of that mode. */
  marked: readonly string[] | null;
  /** Groups found automatically that still may be asked for anew. */
  proposal: { before: Supernode[]; count: number } | null;
  filter: Filter;
  /** Which links of pinned nodes are lit while none is selected. */
  linkType: LinkType;
  share: number;
  edits: Edit[];
  frozen: boolean;
  effect: Effect | null;
  /** What is drawn on the nodes after an edit. */
  afterEdit: AfterEdit;
  attention: AttentionState;
  /** What the check of this circuit found, whether it is on show, and whether it runs. */
  report: Report | null;
  reportOpen: boolean;
  checking: boolean;
  cards: ReadonlyMap<string, Card | Failure>;
  failure: Failure | null;
  /** What Python says is running, and what this view waits for. */
  busy: string;
  waiting: string;
  /** Share of it that is done, null if unknown; and how much of it can be stopped. */
  progress: number | null;
  running: number;
  /** Why nobody answers; null while Python is there. */
  gone: Failure | null;
  query: string;
  /** Rows that match query and filter, best influence first; null without either. */
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
    places: {},
    flow: "across",
    marked: null,
    proposal: null,
    filter: NO_FILTER,
    linkType: "all",
    share: 0.8,
    edits: [],
    frozen: false,
    effect: null,
    afterEdit: "both",
    attention: CLOSED,
    report: null,
    reportOpen: false,
    checking: false,
    cards: new Map(),
    failure: null,
    busy: "",
    waiting: "",
    progress: null,
    running: 0,
    gone: null,
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
    ["graph", "share", "pinned", "selected", "edits", "filter"],
    ({ graph, share, pinned, selected, edits, filter }) => {
      if (!graph) return store.set({ visible: null });
      if (graph !== shown) store.set({ visible: null });
      shown = graph;
      const always = [...rows(graph, pinned), ...edits.flatMap((edit) => editedRows(graph, edit))];
      if (selected !== null) always.push(selected);
      const passes = filter.hide ? passing(graph, filter, selected) : null;
      const kept = prune(graph, share, always);
      const visible = passes ? hideRest(graph, kept, passes, filter, always) : kept;
      // Most selections change nothing here: the picture then stays as it is.
      if (!store.get().visible || !sameNodes(store.get().visible, visible)) store.set({ visible });
    },
  );
  let last: unknown[] = [];
  store.watch(["graph", "query", "filter", "selected"], ({ graph, query, filter, selected }) => {
    const asked = [graph, query, filter, filter.of === "selected" ? selected : null];
    if (asked.every((part, at) => part === last[at])) return;
    last = asked;
    store.set({ matches: graph && matching(graph, query, passing(graph, filter, selected)) });
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

/** Rows that match a query and pass a filter; null where there is neither. */
function matching(graph: Graph, query: string, passes: Uint8Array | null): number[] | null {
  if (query.trim() === "" && passes === null) return null;
  return search(graph, query).filter((row) => passes?.[row] !== 0);
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
