/** What the graph says of edits against what was measured, node by node. */

import { type Effect, type Graph, Kind } from "../model/decode.js";
import { editedRows } from "../model/state.js";

/** What is drawn on the nodes after an edit. */
export type AfterEdit = "measured" | "predicted" | "both";

/** Changes of one node; NaN where one is not known. */
export interface Change {
  predicted: number;
  measured: number;
}

/** Smaller changes, as parts of the node's size, are noise to the eye. */
export const LEAST = 0.02;

export function changeOf(graph: Graph, effect: Effect, node: number): Change {
  const measured = (effect.nodeValue[node] ?? Number.NaN) - (graph.value[node] ?? Number.NaN);
  return { predicted: effect.predicted[node] ?? Number.NaN, measured };
}

/** Of every node, both changes as parts of the largest value that it takes, in −1…1; 0 for what is not known or tiny. */
export interface Relative {
  predicted: Float32Array;
  measured: Float32Array;
  edited: ReadonlySet<number>;
  /** Whether the graph says anything of other nodes than the edited ones. */
  said: boolean;
}

const known = new WeakMap<Effect, { graph: Graph; relative: Relative }>();

/** Worked out once an effect: pictures are drawn at every move of the pointer. */
export function relativeChanges(graph: Graph, effect: Effect): Relative {
  const before = known.get(effect);
  if (before?.graph === graph) return before.relative;
  const edited = rowsOfEdits(graph, effect);
  const relative = {
    predicted: new Float32Array(graph.size),
    measured: new Float32Array(graph.size),
    edited,
    said: false,
  };
  for (let node = 0; node < graph.size; node++) {
    const { predicted, measured } = changeOf(graph, effect, node);
    const value = graph.value[node] ?? Number.NaN;
    const size = Math.max(1e-9, finite(value), finite(value + measured), finite(value + predicted));
    relative.predicted[node] = part(predicted, size);
    relative.measured[node] = part(measured, size);
    relative.said ||= effect.edits.length > 0 && Number.isFinite(predicted) && !edited.has(node);
  }
  known.set(effect, { graph, relative });
  return relative;
}

const finite = (value: number) => (Number.isFinite(value) ? Math.abs(value) : 0);

function part(change: number, size: number): number {
  const share = change / size;
  return Math.abs(change) >= 1e-5 && Math.abs(share) >= LEAST ? Math.max(-1, Math.min(1, share)) : 0;
}

/** Whether the graph says anything of other nodes than the edited ones. */
export function isPredicted(graph: Graph, effect: Effect | null): effect is Effect {
  return effect !== null && relativeChanges(graph, effect).said;
}

export interface Compared extends Change {
  node: number;
}

/**
 * Features that moved or should have, but those that were edited; changes as shares of the strongest activation of
 * their dictionary, since those of one say nothing beside those of another.
 */
export function compared(graph: Graph, effect: Effect): Compared[] {
  const relative = relativeChanges(graph, effect);
  const strongest = strongestOf(graph);
  const found: Compared[] = [];
  for (let node = 0; node < graph.size; node++) {
    const value = strongest.get(graph.dictionary[node] ?? -1) ?? 0;
    if (graph.kind[node] !== Kind.feature || value === 0 || relative.edited.has(node)) continue;
    if (!relative.predicted[node] && !relative.measured[node]) continue;
    const { predicted, measured } = changeOf(graph, effect, node);
    if (!Number.isFinite(predicted) || !Number.isFinite(measured)) continue;
    found.push({ node, predicted: predicted / value, measured: measured / value });
  }
  return found;
}

/** The largest activation of each dictionary in this circuit. */
function strongestOf(graph: Graph): Map<number, number> {
  const found = new Map<number, number>();
  for (const [node, dictionary] of graph.dictionary.entries()) {
    const size = finite(graph.value[node] ?? Number.NaN);
    if (size > (found.get(dictionary) ?? 0)) found.set(dictionary, size);
  }
  return found;
}

/** Pearson's correlation of the two; NaN for fewer than three nodes, and where nothing varies. */
export function correlation(changes: readonly Change[]): number {
  if (changes.length < 3) return Number.NaN;
  const centred = (values: number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const x = centred(changes.map(({ predicted }) => predicted));
  const y = centred(changes.map(({ measured }) => measured));
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const size = Math.sqrt(dot(x, x) * dot(y, y));
  return size > 1e-12 ? dot(x, y) / size : Number.NaN;
}

function rowsOfEdits(graph: Graph, { edits }: Effect): Set<number> {
  return new Set(edits.flatMap((edit) => editedRows(graph, edit)));
}
