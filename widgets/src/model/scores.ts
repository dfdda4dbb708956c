/**
 * How much of a graph runs over features rather than over what is left out: the formulas of the Python half's
 * `circuit/influence.py`, on typed arrays.
 *
 * A feature that is not kept counts as unexplained: it has no inputs any more, and what it adds to others joins, with
 * its sign, the error of its layer and token. Kept are the nodes of the picture, or the pinned ones.
 */

import { edgesOf, type Graph, Kind } from "./decode.js";

export interface Scores {
  /** Share of the end-to-end influence that starts at tokens rather than at errors. */
  replacement: number;
  /** Share of the inputs, weighted by influence, that are not errors. */
  completeness: number;
}

/** Rows of absolute weights that add up to 1 each, by target; columns from `graph.size` on are errors made here. */
interface Inputs {
  start: Uint32Array;
  column: Uint32Array;
  share: Float64Array;
  columns: number;
  isError: Uint8Array;
}

/** Scores of the graph, or of the part of its features that `kept` has 1 for. */
export function scores(graph: Graph, kept: Uint8Array | null = null): Scores {
  const inputs = merged(graph, kept);
  const mass = new Float64Array(inputs.columns);
  for (let row = 0; row < graph.size; row++)
    if (graph.kind[row] === Kind.target) mass[row] = graph.influence[row] ?? 0;
  const through = spread(inputs, mass, graph.size);
  let [tokens, errors, explained, total] = [0, 0, 0, 0];
  for (let row = 0; row < inputs.columns; row++) {
    const own = (through[row] ?? 0) + (mass[row] ?? 0);
    if (inputs.isError[row]) errors += through[row] ?? 0;
    else if (graph.kind[row] === Kind.token) tokens += through[row] ?? 0;
    total += own;
    explained += own * (1 - errorShare(inputs, row, graph.size));
  }
  return {
    replacement: tokens / Math.max(tokens + errors, 1e-30),
    completeness: explained / Math.max(total, 1e-30),
  };
}

/**
 * Influence of every node on the rows that `start` weighs, over all paths, each link counting with its sign: positive
 * where the node pushes them up in sum.
 */
export function signedInfluence(graph: Graph, start: Float64Array): Float64Array {
  const column = new Uint32Array(graph.weight.length);
  const share = new Float64Array(graph.weight.length);
  for (const [at, edge] of graph.inputs.edge.entries()) {
    column[at] = graph.source[edge] ?? 0;
    share[at] = graph.share[edge] ?? 0;
  }
  const isError = new Uint8Array(graph.size);
  return spread(
    { start: graph.inputs.start, column, share, columns: graph.size, isError },
    start,
    graph.size,
  );
}

function errorShare(inputs: Inputs, row: number, size: number): number {
  if (row >= size) return 0;
  let sum = 0;
  for (let at = inputs.start[row] ?? 0; at < (inputs.start[row + 1] ?? 0); at++)
    if (inputs.isError[inputs.column[at] ?? 0]) sum += inputs.share[at] ?? 0;
  return sum;
}

/** The rows of `Â`, with what is not kept joined to errors. */
function merged(graph: Graph, kept: Uint8Array | null): Inputs {
  const out = (row: number) => kept !== null && graph.kind[row] === Kind.feature && kept[row] !== 1;
  const { joins, columns } = joinedErrors(graph, out);
  const start = new Uint32Array(graph.size + 1);
  const column = new Uint32Array(graph.weight.length);
  const share = new Float64Array(graph.weight.length);
  const sum = new Float64Array(columns);
  const seen = new Uint8Array(columns);
  let end = 0;
  for (let row = 0; row < graph.size; row++) {
    start[row] = end;
    if (out(row)) continue;
    const first = end;
    for (const edge of edgesOf(graph.inputs, row)) {
      const source = joins[graph.source[edge] ?? 0] ?? 0;
      if (!seen[source]) column[end++] = source;
      seen[source] = 1;
      sum[source] = (sum[source] ?? 0) + (graph.weight[edge] ?? 0);
    }
    let total = 0;
    for (let at = first; at < end; at++) total += Math.abs(sum[column[at] ?? 0] ?? 0);
    for (let at = first; at < end; at++) {
      const source = column[at] ?? 0;
      share[at] = Math.abs(sum[source] ?? 0) / Math.max(total, 1e-10);
      sum[source] = 0;
      seen[source] = 0;
    }
  }
  start[graph.size] = end;
  const isError = new Uint8Array(columns);
  for (let row = 0; row < columns; row++)
    isError[row] = row >= graph.size || graph.kind[row] === Kind.error ? 1 : 0;
  return { start, column, share, columns, isError };
}

/** Where the effect of each row goes: to itself, or to the error of its layer and token, a new one if there is none. */
function joinedErrors(graph: Graph, out: (row: number) => boolean): { joins: Uint32Array; columns: number } {
  const joins = Uint32Array.from({ length: graph.size }, (_, row) => row);
  const errors = new Map<number, number>();
  const place = (row: number) => (graph.layer[row] ?? 0) * 65536 + (graph.position[row] ?? 0);
  for (let row = 0; row < graph.size; row++)
    if (graph.kind[row] === Kind.error && !errors.has(place(row))) errors.set(place(row), row);
  let columns = graph.size;
  for (let row = 0; row < graph.size; row++) {
    if (!out(row)) continue;
    if (!errors.has(place(row))) errors.set(place(row), columns++);
    joins[row] = errors.get(place(row)) ?? row;
  }
  return { joins, columns };
}

/** `x = start Â + start Â² + …`, over the rows below `size`: the others have no inputs. */
function spread(inputs: Inputs, start: Float64Array, size: number): Float64Array {
  const total = new Float64Array(inputs.columns);
  if (isOrdered(inputs, size)) {
    for (let row = size - 1; row >= 0; row--) push(inputs, row, (total[row] ?? 0) + (start[row] ?? 0), total);
    return total;
  }
  // Dictionaries that read ahead of what they write make cycles: the series is summed until nothing is left of it.
  let step: Float64Array = start;
  for (let turn = 0; turn < 1000; turn++) {
    const next = new Float64Array(inputs.columns);
    for (let row = 0; row < size; row++) push(inputs, row, step[row] ?? 0, next);
    step = next;
    let left = 0;
    for (const [row, value] of next.entries()) {
      total[row] = (total[row] ?? 0) + value;
      left = Math.max(left, Math.abs(value));
    }
    if (left < 1e-12) break;
  }
  return total;
}

function push(inputs: Inputs, row: number, amount: number, into: Float64Array): void {
  if (amount === 0) return;
  for (let at = inputs.start[row] ?? 0; at < (inputs.start[row + 1] ?? 0); at++) {
    const source = inputs.column[at] ?? 0;
    into[source] = (into[source] ?? 0) + amount * (inputs.share[at] ?? 0);
  }
}

/** Whether the sources of every row are errors made here or rows below it. */
function isOrdered(inputs: Inputs, size: number): boolean {
  for (let row = 0; row < size; row++) {
    for (let at = inputs.start[row] ?? 0; at < (inputs.start[row + 1] ?? 0); at++) {
      const source = inputs.column[at] ?? 0;
      // A feature may come before the error of its own layer and token, which has no inputs.
      if (source >= row && !inputs.isError[source]) return false;
    }
  }
  return true;
}
