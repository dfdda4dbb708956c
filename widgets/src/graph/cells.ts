/** Nodes in cells (a layer at a token), as one array a layout: cell after cell, in the order in which they stand. */

import { type Graph, Kind } from "../model/decode.js";
import type { Visible } from "../model/prune.js";

/** The nodes of cell `i` are `nodes[start[i]] … nodes[start[i + 1] - 1]`; cell `row · columns + column`. */
export interface Cells {
  columns: number;
  nodes: Uint32Array;
  start: Uint32Array;
  /** Biases act on features of their own layer: they stand at the foot of the cell, below those. */
  biases: Uint32Array;
  biasStart: Uint32Array;
}

const known = new WeakMap<Graph, Uint32Array>();

/** The cell of every node, shown or not. */
function cellOf(graph: Graph, columns: number): Uint32Array {
  let cells = known.get(graph);
  if (!cells) {
    cells = new Uint32Array(graph.size);
    for (let node = 0; node < graph.size; node++) {
      cells[node] = rowIndex(graph, node) * columns + Math.min(graph.position[node] ?? 0, columns - 1);
    }
    known.set(graph, cells);
  }
  return cells;
}

/** The index of a node's row: tokens 0, layers 1 …, targets and final biases last. */
export function rowIndex(graph: Graph, node: number): number {
  return Math.min(Math.max((graph.layer[node] ?? 0) + 1, 0), graph.meta.n_layers + 1);
}

/** The shown nodes by cell, in the order of their rows. */
export function collectCells(graph: Graph, visible: Visible): Cells {
  const columns = Math.max(1, graph.meta.tokens.length);
  const cells = cellOf(graph, columns);
  const count = (graph.meta.n_layers + 2) * columns;
  const isBias = (node: number) => graph.kind[node] === Kind.bias;
  const [nodes, start] = group(cells, count, (node) => visible.node[node] === 1 && !isBias(node));
  const [biases, biasStart] = group(cells, count, (node) => visible.node[node] === 1 && isBias(node));
  return { columns, nodes, start, biases, biasStart };
}

function group(
  cells: Uint32Array,
  count: number,
  has: (node: number) => boolean,
): [Uint32Array, Uint32Array] {
  const start = new Uint32Array(count + 1);
  for (let node = 0; node < cells.length; node++) {
    if (!has(node)) continue;
    const cell = (cells[node] ?? 0) + 1;
    start[cell] = (start[cell] ?? 0) + 1;
  }
  for (let cell = 0; cell < count; cell++) start[cell + 1] = (start[cell + 1] ?? 0) + (start[cell] ?? 0);
  const nodes = new Uint32Array(start[count] ?? 0);
  const next = start.slice();
  for (let node = 0; node < cells.length; node++) {
    if (!has(node)) continue;
    const at = next[cells[node] ?? 0] ?? 0;
    nodes[at] = node;
    next[cells[node] ?? 0] = at + 1;
  }
  return [nodes, start];
}

/**
 * Orders each cell by where its nodes wish to be. Tokens and targets lead their cells in the order of their rows; equals
 * keep theirs too: one picture every time.
 */
export function sortCells(graph: Graph, { nodes, start }: Cells, wish: Float64Array): void {
  const leads = (node: number) => graph.kind[node] === Kind.token || graph.kind[node] === Kind.target;
  const compare = (a: number, b: number) => {
    if (leads(a) !== leads(b)) return leads(a) ? -1 : 1;
    return (leads(a) ? 0 : (wish[a] ?? 0) - (wish[b] ?? 0)) || a - b;
  };
  for (let cell = 0; cell + 1 < start.length; cell++) {
    const [from, to] = [start[cell] ?? 0, start[cell + 1] ?? 0];
    if (to - from < 2) continue;
    if (to - from <= SMALL) insertionSort(nodes, from, to, compare);
    else nodes.subarray(from, to).sort(compare);
  }
}

/** Cells that are nearly in order already are put right fastest one by one. */
const SMALL = 40;

function insertionSort(
  rows: Uint32Array,
  from: number,
  to: number,
  compare: (a: number, b: number) => number,
): void {
  for (let at = from + 1; at < to; at++) {
    const row = rows[at] ?? 0;
    let hole = at;
    while (hole > from && compare(rows[hole - 1] ?? 0, row) > 0) {
      rows[hole] = rows[hole - 1] ?? 0;
      hole--;
    }
    rows[hole] = row;
  }
}
