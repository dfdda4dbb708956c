/**
 * Positions: x by token, y by layer.
 *
 * 1. The frame: room for the token labels below, the layer labels at the left, the target labels on top.
 * 2. Rows: tokens at the bottom, one row a layer, targets on top.
 * 3. Columns: one a token, as wide as its busiest cell needs.
 * 4. Cells: nodes side by side (in several lines where a row is high), ordered by where their links come from.
 */

import { type Graph, Kind } from "../model/decode.js";
import type { Visible } from "../model/prune.js";
import { format, percent, shorten, showToken } from "../text.js";
import type { Rect } from "./shapes.js";

export type Measure = (text: string, size: number) => number;

export interface Row {
  layer: number;
  mid: number;
  height: number;
}

export interface Column {
  mid: number;
  width: number;
}

export interface Layout {
  width: number;
  height: number;
  plot: Rect;
  rows: Row[];
  columns: Column[];
  /** NaN for nodes that are not shown. */
  x: Float32Array;
  y: Float32Array;
  /** The largest radius that leaves neighbours apart. */
  radius: number;
  /** Token labels as drawn, and whether they are slanted. */
  labels: string[];
  slanted: boolean;
}

export const LABEL_SIZE = 12;
/** Slanted labels rise by this many degrees. */
export const SLANT = 38;
/** Characters of a target's label where several stand slanted. */
export const TARGET_LENGTH = 16;
/** Several targets stand side by side: their labels are steeper. */
export const TARGET_SLANT = 48;
/** Bold letters are wider than measured. */
export const BOLD = 1.1;
const LEFT = 44;
const RIGHT = 14;
const EDGE_ROW = 34;
const GAP = 19;
const SWEEPS = 6;

export function layout(
  graph: Graph,
  visible: Visible,
  size: { width: number; height: number },
  measure: Measure,
): Layout {
  const cells = collectCells(graph, visible);
  const labels = graph.meta.tokens.map((token) => shorten(showToken(token), 16));
  const widths = labels.map((label) => measure(label, LABEL_SIZE));
  const plotWidth = size.width - LEFT - RIGHT;
  const room = (plotWidth / Math.max(1, labels.length)) * 1.1;
  const slanted = Math.max(0, ...widths) > room;
  const bottom = slanted ? 14 + Math.sin((SLANT * Math.PI) / 180) * Math.max(...widths) : 26;
  const plot = { x: LEFT, y: targetHeight(graph, measure), width: plotWidth, height: 0 };
  plot.height = Math.max(120, size.height - plot.y - bottom);
  const rows = makeRows(graph, plot);
  const floor = slanted ? 18 : 0;
  const least = labels.map((_, position) => (slanted ? floor : (widths[position] ?? 0) + 12));
  const { columns, spacing, lines } = makeColumns(graph, cells, plot, rows, least);
  const x = new Float32Array(graph.size).fill(Number.NaN);
  const y = new Float32Array(graph.size).fill(Number.NaN);
  const result = {
    ...size,
    plot,
    rows,
    columns,
    x,
    y,
    radius: radius(rows, spacing, lines),
    labels,
    slanted,
  };
  place(cells, result, spacing, lines);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    order(graph, visible, cells, x);
    place(cells, result, spacing, lines);
  }
  return result;
}

interface Cell {
  row: number;
  column: number;
  nodes: number[];
  /** Biases act on features of their own layer: they stand at the foot of the cell, below those. */
  biases: number[];
}

/** The index of a node's row: tokens 0, layers 1 …, targets and final biases last. */
function rowIndex(graph: Graph, node: number): number {
  return Math.min(Math.max((graph.layer[node] ?? 0) + 1, 0), graph.meta.n_layers + 1);
}

function collectCells(graph: Graph, visible: Visible): Cell[] {
  const cells = new Map<string, Cell>();
  for (let node = 0; node < graph.size; node++) {
    if (!visible.node[node]) continue;
    const row = rowIndex(graph, node);
    const column = Math.min(graph.position[node] ?? 0, Math.max(0, graph.meta.tokens.length - 1));
    const cell = cells.get(`${row} ${column}`) ?? { row, column, nodes: [], biases: [] };
    cells.set(`${row} ${column}`, cell);
    (graph.kind[node] === Kind.bias ? cell.biases : cell.nodes).push(node);
  }
  return [...cells.values()];
}

/** A target and its probability, or its value. */
export function targetLabel(graph: Graph, node: number, length: number): string {
  const chance = graph.probability[node] ?? Number.NaN;
  const number = Number.isNaN(chance) ? format(graph.value[node] ?? Number.NaN) : percent(chance);
  return `${shorten(showToken(graph.label[node] ?? ""), length)}  ${number}`;
}

/** Room above the plot: one line for a single target, a slanted stack for several. */
function targetHeight(graph: Graph, measure: Measure): number {
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  if (targets.length <= 1) return 30;
  const longest = Math.max(
    ...targets.map((node) => measure(targetLabel(graph, node, TARGET_LENGTH), LABEL_SIZE)),
  );
  return 16 + Math.sin((TARGET_SLANT * Math.PI) / 180) * longest * BOLD;
}

function makeRows(graph: Graph, plot: Rect): Row[] {
  const count = graph.meta.n_layers;
  const edge = Math.min(EDGE_ROW, plot.height / (count + 2));
  const height = (plot.height - 2 * edge) / Math.max(1, count);
  const rows: Row[] = [{ layer: -1, mid: plot.y + plot.height - edge / 2, height: edge }];
  for (let layer = 0; layer < count; layer++) {
    rows.push({ layer, mid: plot.y + plot.height - edge - (layer + 0.5) * height, height });
  }
  rows.push({ layer: count, mid: plot.y + edge / 2, height: edge });
  return rows;
}

/** Lines per row, nodes per line and widths: as few lines as the width allows. */
function makeColumns(graph: Graph, cells: Cell[], plot: Rect, rows: Row[], least: number[]) {
  const count = Math.max(1, graph.meta.tokens.length);
  const most = rows.map((row) => Math.max(1, Math.floor((row.height - 4) / 16)));
  let lines = rows.map(() => 1);
  let needs: number[] = [];
  for (let limit = 1; limit <= Math.max(...most); limit++) {
    lines = most.map((lineCount) => Math.min(lineCount, limit));
    needs = new Array<number>(count).fill(1);
    for (const cell of cells) {
      const across = Math.ceil(cell.nodes.length / (lines[cell.row] ?? 1));
      needs[cell.column] = Math.max(needs[cell.column] ?? 1, across);
    }
    if (sum(needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0))) <= plot.width) break;
  }
  const wanted = needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0) + 4);
  const spare = Math.max(0, plot.width - sum(wanted));
  const scale = Math.min(1, plot.width / sum(wanted));
  const widths = wanted.map((width) => width * scale + spare * (0.2 / count + (0.8 * width) / sum(wanted)));
  const spacing = Math.min(26, ...needs.map((need, column) => ((widths[column] ?? 0) - 6) / need));
  let left = plot.x;
  const columns = widths.map((width) => {
    left += width;
    return { mid: left - width / 2, width };
  });
  return { columns, spacing: Math.max(2, spacing), lines };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function radius(rows: Row[], spacing: number, lines: number[]): number {
  const heights = rows.slice(1, -1).map((row, index) => row.height / (lines[index + 1] ?? 1));
  return Math.max(2, Math.min(8, spacing * 0.46, Math.min(...heights, 40) * 0.4));
}

function place(cells: Cell[], { columns, rows, x, y }: Layout, spacing: number, lines: number[]): void {
  for (const { row, column, nodes, biases } of cells) {
    const { mid, height } = rows[row] ?? { mid: 0, height: 0 };
    const { mid: middle, width } = columns[column] ?? { mid: 0, width: 0 };
    for (const [index, node] of biases.entries()) {
      x[node] = middle - width / 2 + Math.min(9, width / 4) + index * spacing;
      y[node] = row === 0 ? mid : mid + height * 0.4;
    }
    const high = Math.min(lines[row] ?? 1, nodes.length);
    const wide = Math.ceil(nodes.length / high);
    const step = high === 1 ? 0 : Math.min(20, (height - 8) / high);
    // A column of single nodes would hide its links behind itself: layers step aside in turn.
    const aside = nodes.length === 1 && row > 0 && row < rows.length - 1 ? ((row % 3) - 1) * 7 : 0;
    for (const [index, node] of nodes.entries()) {
      const across = Math.floor(index / high);
      const down = index % high;
      const stagger = high > 1 && down % 2 === 1 ? spacing * 0.25 : 0;
      x[node] = middle + (across - (wide - 1) / 2) * spacing + stagger + aside;
      y[node] = mid + (down - (high - 1) / 2) * step;
    }
  }
}

/** Orders each cell by the weighted mean x of what its nodes are linked with, so that fewer links cross. */
function order(graph: Graph, visible: Visible, cells: Cell[], x: Float32Array): void {
  const total = new Float64Array(graph.size);
  const weight = new Float64Array(graph.size);
  for (const edge of visible.edges) {
    const source = graph.source[edge] ?? 0;
    const target = graph.target[edge] ?? 0;
    const share = Math.abs(graph.share[edge] ?? 0);
    total[source] = (total[source] ?? 0) + share * (x[target] ?? 0);
    weight[source] = (weight[source] ?? 0) + share;
    total[target] = (total[target] ?? 0) + share * (x[source] ?? 0);
    weight[target] = (weight[target] ?? 0) + share;
  }
  const wish = (node: number) => (weight[node] ? (total[node] ?? 0) / (weight[node] ?? 1) : (x[node] ?? 0));
  for (const cell of cells) {
    // Tokens and targets lead their cells in the order of their rows; equals keep theirs too: one picture every time.
    const leads = (node: number) => graph.kind[node] === Kind.token || graph.kind[node] === Kind.target;
    cell.nodes.sort((a, b) => {
      if (leads(a) !== leads(b)) return leads(a) ? -1 : 1;
      return (leads(a) ? 0 : wish(a) - wish(b)) || a - b;
    });
  }
}
