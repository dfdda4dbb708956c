/** What the marks read: the data, its positions on the screen, and what a person points at. */

import { type Effect, edgesOf, type Graph, Kind } from "../model/decode.js";
import type { Visible } from "../model/prune.js";
import { editedRows, rows } from "../model/state.js";
import type { Edit, Supernode } from "../model/traits.js";
import type { AfterEdit } from "../predicted/compare.js";
import type { Palette } from "../theme.js";
import type { Layout, Measure } from "./layout.js";
import { type LinkType, pinnedLinks } from "./pinned_links.js";

/** `at` holds positions on the screen. */
export interface Drawing {
  graph: Graph;
  visible: Visible;
  at: Layout;
  palette: Palette;
  measure: Measure;
  zoom: number;
  selected: number | null;
  hovered: number | null;
  /** The node whose links are lit: hovered, else selected. */
  active: number | null;
  pinned: ReadonlySet<number>;
  /** Links of the pinned nodes that are lit while no node is active. */
  pinnedLinks: readonly number[];
  edited: ReadonlyMap<number, Edit>;
  /** Rows that match the search; null when nothing is searched for. */
  matches: ReadonlySet<number> | null;
  effect: Effect | null;
  /** What is drawn on the nodes after an edit; by default what was measured. */
  afterEdit?: AfterEdit;
  supernodes: readonly Supernode[];
  /** Signed share of each neighbour of the active node. */
  lit: ReadonlyMap<number, number>;
  radius: (node: number) => number;
}

export interface DrawingInput
  extends Omit<Drawing, "active" | "pinned" | "pinnedLinks" | "edited" | "matches" | "lit" | "radius"> {
  pins: readonly string[];
  edits: readonly Edit[];
  found: readonly number[] | null;
  linkType?: LinkType;
}

// The parts of the state are replaced and never changed: what follows from one is made once, and is the same object
// for as long as nothing has changed.
const pinSets = perGraph((graph, pins: readonly string[]) => new Set(rows(graph, pins)));
const matchSets = perGraph((_, found: readonly number[]) => new Set(found));
const editMaps = perGraph(
  (graph, edits: readonly Edit[]) =>
    new Map(edits.flatMap((edit) => editedRows(graph, edit).map((row) => [row, edit] as const))),
);
const NOTHING: ReadonlyMap<number, number> = new Map();

export function prepare(input: DrawingInput): Drawing {
  const { graph, visible, at, linkType = "all" } = input;
  const active = input.hovered ?? input.selected;
  const peak = strongestInfluence(graph);
  const pinned = pinSets(graph, input.pins);
  return {
    ...input,
    active,
    pinned,
    pinnedLinks: active === null && pinned.size > 0 ? pinnedLinks(graph, visible, pinned, linkType) : [],
    edited: editMaps(graph, input.edits),
    matches: input.found && matchSets(graph, input.found),
    lit: active === null ? NOTHING : litNeighbours(graph, visible, active),
    radius: (node) => nodeRadius(graph, node, at.radius, peak),
  };
}

/** Remembers one result for each part of the state, as long as the graph is the same. */
function perGraph<K extends object, V>(make: (graph: Graph, key: K) => V): (graph: Graph, key: K) => V {
  const known = new WeakMap<K, { graph: Graph; value: V }>();
  return (graph, key) => {
    const found = known.get(key);
    if (found?.graph === graph) return found.value;
    const value = make(graph, key);
    known.set(key, { graph, value });
    return value;
  };
}

/** The most influence that a node other than a target has. */
function strongestInfluence(graph: Graph): number {
  const node = graph.strongest.find((row) => graph.kind[row] !== Kind.target);
  return Math.max(1e-12, graph.influence[node ?? -1] ?? 0);
}

function nodeRadius(graph: Graph, node: number, most: number, strongest: number): number {
  const kind = graph.kind[node];
  if (kind === Kind.target) return most;
  if (kind === Kind.token) return most * 0.72;
  const share = Math.sqrt(Math.min(1, (graph.influence[node] ?? 0) / strongest));
  const largest = kind === Kind.feature ? most : most * 0.75;
  return Math.max(1.8, largest * (0.34 + 0.66 * share));
}

function litNeighbours(graph: Graph, visible: Visible, active: number): Map<number, number> {
  const lit = new Map<number, number>();
  for (const edge of edgesOf(graph.inputs, active)) lit.set(graph.source[edge] ?? 0, graph.share[edge] ?? 0);
  for (const edge of edgesOf(graph.outputs, active)) lit.set(graph.target[edge] ?? 0, graph.share[edge] ?? 0);
  for (const node of lit.keys()) if (!visible.node[node]) lit.delete(node);
  return lit;
}

/** Every shown node of the same feature, at whatever token. */
export function occurrences({ graph, visible }: Drawing, node: number): number[] {
  const dictionary = graph.dictionary[node] ?? -1;
  const feature = graph.feature[node] ?? -1;
  if (dictionary < 0 || feature < 0) return [];
  const found: number[] = [];
  for (let other = 0; other < graph.size; other++) {
    const same = graph.feature[other] === feature && graph.dictionary[other] === dictionary;
    if (same && other !== node && visible.node[other] === 1) found.push(other);
  }
  return found;
}
