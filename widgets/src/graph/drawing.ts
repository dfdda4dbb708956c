/** What the marks read: the data, its positions on the screen, and what a person points at. */

import { type Effect, edgesOf, type Graph, Kind } from "../model/decode.js";
import type { Visible } from "../model/prune.js";
import { editedRows, featureKey, rows } from "../model/state.js";
import type { Edit, Supernode } from "../model/traits.js";
import type { Palette } from "../theme.js";
import type { Layout, Measure } from "./layout.js";

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
  edited: ReadonlyMap<number, Edit>;
  /** Rows that match the search; null when nothing is searched for. */
  matches: ReadonlySet<number> | null;
  effect: Effect | null;
  supernodes: readonly Supernode[];
  /** Signed share of each neighbour of the active node. */
  lit: ReadonlyMap<number, number>;
  radius: (node: number) => number;
}

export interface DrawingInput
  extends Omit<Drawing, "active" | "pinned" | "edited" | "matches" | "lit" | "radius"> {
  pins: readonly string[];
  edits: readonly Edit[];
  found: readonly number[] | null;
}

export function prepare(input: DrawingInput): Drawing {
  const { graph, visible, at } = input;
  const active = input.hovered ?? input.selected;
  const strongest = Math.max(1e-12, ...prunableInfluence(graph));
  return {
    ...input,
    active,
    pinned: new Set(rows(graph, input.pins)),
    edited: new Map(
      input.edits.flatMap((edit) => editedRows(graph, edit).map((row) => [row, edit] as const)),
    ),
    matches: input.found && new Set(input.found),
    lit: active === null ? new Map() : litNeighbours(graph, visible, active),
    radius: (node) => nodeRadius(graph, node, at.radius, strongest),
  };
}

function prunableInfluence(graph: Graph): Float32Array {
  return graph.influence.filter((_, node) => graph.kind[node] !== Kind.target);
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
export function occurrences(drawing: Drawing, node: number): number[] {
  const key = featureKey(drawing.graph, node);
  if (key === null) return [];
  return [...drawing.at.x.keys()].filter(
    (other) =>
      other !== node && drawing.visible.node[other] === 1 && featureKey(drawing.graph, other) === key,
  );
}
