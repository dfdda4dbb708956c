/**
 * Positions: x by token, y by layer.
 *
 * 1. The frame: room for the token labels below, the layer labels at the left, the target labels on top.
 * 2. Rows: tokens at the bottom, one row a layer, targets on top.
 * 3. Columns: one a token, as wide as its busiest cell needs.
 * 4. Cells: nodes side by side (in several lines where a row is high), ordered by where their links come from.
 *
 * While a slider moves, the order of step 4 is that of the layout before: nothing jumps, and no link is looked at.
 */

import { edgesOf, type Graph, Kind } from "../model/decode.js";
import type { Visible } from "../model/prune.js";
import { format, percent, shorten, showToken } from "../text.js";
import { type Cells, collectCells, sortCells } from "./cells.js";
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
  /** Where the picture is on show; the rest is the frame's. */
  plot: Rect;
  /** Where the nodes lie: the plot, or wider than it where long prompts are spread out. */
  field: Rect;
  rows: Row[];
  columns: Column[];
  /** NaN for nodes that are not shown. */
  x: Float32Array;
  y: Float32Array;
  /** Where each node wishes to be in its cell. */
  wish: Float64Array;
  /** The largest radius that leaves neighbours apart. */
  radius: number;
  targets: number[];
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
/** Nodes nearer to each other than this crowd. */
const CROWDED = 8;
const SWEEPS = 6;
/** Pixels a token where a long prompt is spread out, and the height of the bar that scrolls it. */
const WIDE = 76;
const SCROLL = 16;

export interface LayoutOptions {
  /** Spread a long prompt out beyond the plot. */
  wide?: boolean;
  /** A layout of the same graph whose order is kept. */
  like?: Layout | null;
}

export function layout(
  graph: Graph,
  visible: Visible,
  size: { width: number; height: number },
  measure: Measure,
  { wide = false, like = null }: LayoutOptions = {},
): Layout {
  const cells = collectCells(graph, visible);
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  const labels = graph.meta.tokens.map((token) => shorten(showToken(token), 16));
  const widths = labels.map((label) => measure(label, LABEL_SIZE));
  const plotWidth = size.width - LEFT - RIGHT;
  const fieldWidth = wide ? Math.max(plotWidth, labels.length * WIDE) : plotWidth;
  const room = (fieldWidth / Math.max(1, labels.length)) * 1.1;
  const slanted = Math.max(0, ...widths) > room;
  const bottom = slanted ? 19 + Math.sin((SLANT * Math.PI) / 180) * Math.max(...widths) : 26;
  const plot = { x: LEFT, y: targetHeight(graph, targets, measure), width: plotWidth, height: 0 };
  plot.height = Math.max(120, size.height - plot.y - bottom - (fieldWidth > plotWidth ? SCROLL : 0));
  const field = { ...plot, width: fieldWidth };
  const rows = makeRows(graph, plot);
  const floor = slanted ? 18 : 0;
  const least = labels.map((_, position) => (slanted ? floor : (widths[position] ?? 0) + 12));
  const { columns, spacing, lines } = makeColumns(cells, field, rows, least);
  const result = {
    ...size,
    plot,
    field,
    rows,
    columns,
    x: new Float32Array(graph.size).fill(Number.NaN),
    y: new Float32Array(graph.size).fill(Number.NaN),
    wish: like ? like.wish.slice() : new Float64Array(graph.size),
    radius: radius(rows, spacing, lines),
    targets,
    labels,
    slanted,
  };
  if (like) {
    welcome(graph, visible, like, result);
    sortCells(graph, cells, result.wish);
    place(cells, result, spacing, lines);
    return result;
  }
  place(cells, result, spacing, lines);
  const sums = { total: new Float64Array(graph.size), weight: new Float64Array(graph.size) };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    wishes(graph, visible, result, sums);
    sortCells(graph, cells, result.wish);
    place(cells, result, spacing, lines);
  }
  return result;
}

/** A target and its probability, or its value. */
export function targetLabel(graph: Graph, node: number, length: number): string {
  const chance = graph.probability[node] ?? Number.NaN;
  const number = Number.isNaN(chance) ? format(graph.value[node] ?? Number.NaN) : percent(chance);
  return `${shorten(showToken(graph.label[node] ?? ""), length)}  ${number}`;
}

/** Room above the plot: one line for a single target, a slanted stack for several. */
function targetHeight(graph: Graph, targets: readonly number[], measure: Measure): number {
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
function makeColumns({ columns: count, start }: Cells, field: Rect, rows: Row[], least: number[]) {
  const most = rows.map((row) => Math.max(1, Math.floor((row.height - 4) / 16)));
  let lines = rows.map(() => 1);
  let needs: number[] = [];
  for (let limit = 1; limit <= Math.max(...most); limit++) {
    lines = most.map((lineCount) => Math.min(lineCount, limit));
    needs = new Array<number>(count).fill(1);
    for (let cell = 0; cell + 1 < start.length; cell++) {
      const nodes = (start[cell + 1] ?? 0) - (start[cell] ?? 0);
      const across = Math.ceil(nodes / (lines[Math.floor(cell / count)] ?? 1));
      needs[cell % count] = Math.max(needs[cell % count] ?? 1, across);
    }
    if (sum(needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0))) <= field.width) break;
  }
  const wanted = needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0) + 4);
  const spare = Math.max(0, field.width - sum(wanted));
  const scale = Math.min(1, field.width / sum(wanted));
  const widths = wanted.map((width) => width * scale + spare * (0.2 / count + (0.8 * width) / sum(wanted)));
  const spacing = Math.min(26, ...needs.map((need, column) => ((widths[column] ?? 0) - 6) / need));
  let left = field.x;
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

function place(cells: Cells, { columns, rows, x, y }: Layout, spacing: number, lines: number[]): void {
  // Where some column is crowded, the others still use the width that they have; targets most, for their labels' sake.
  const crowded = spacing < CROWDED;
  const { nodes, start, biases, biasStart } = cells;
  for (let cell = 0; cell + 1 < start.length; cell++) {
    const row = Math.floor(cell / cells.columns);
    const { mid, height } = rows[row] ?? { mid: 0, height: 0 };
    const { mid: middle, width } = columns[cell % cells.columns] ?? { mid: 0, width: 0 };
    const firstBias = biasStart[cell] ?? 0;
    for (let at = firstBias; at < (biasStart[cell + 1] ?? 0); at++) {
      const node = biases[at] ?? 0;
      x[node] = middle - width / 2 + Math.min(9, width / 4) + (at - firstBias) * spacing;
      y[node] = row === 0 ? mid : mid + height * 0.4;
    }
    const first = start[cell] ?? 0;
    const count = (start[cell + 1] ?? 0) - first;
    const high = Math.max(1, Math.min(lines[row] ?? 1, count));
    const wide = Math.ceil(count / high);
    const step = high === 1 ? 0 : Math.min(20, (height - 8) / high);
    const most = crowded ? (row === rows.length - 1 ? GAP : CROWDED) : spacing;
    const apart = Math.max(spacing, Math.min(most, (width - 8) / wide));
    // A column of single nodes would hide its links behind itself: layers step aside in turn.
    const aside = count === 1 && row > 0 && row < rows.length - 1 ? ((row % 3) - 1) * 7 : 0;
    for (let index = 0; index < count; index++) {
      const node = nodes[first + index] ?? 0;
      const down = index % high;
      const stagger = high > 1 && down % 2 === 1 ? apart * 0.25 : 0;
      x[node] = middle + (Math.floor(index / high) - (wide - 1) / 2) * apart + stagger + aside;
      y[node] = mid + (down - (high - 1) / 2) * step;
    }
  }
}

/** Where nodes wish to be: at the weighted mean x of what they are linked with, so that fewer links cross. */
function wishes(
  graph: Graph,
  visible: Visible,
  { x, wish }: Layout,
  { total, weight }: { total: Float64Array; weight: Float64Array },
): void {
  total.fill(0);
  weight.fill(0);
  const { source: from, target: to, share: shares } = graph;
  for (const edge of visible.edges) {
    const source = from[edge] ?? 0;
    const target = to[edge] ?? 0;
    const share = Math.abs(shares[edge] ?? 0);
    total[source] = (total[source] ?? 0) + share * (x[target] ?? 0);
    weight[source] = (weight[source] ?? 0) + share;
    total[target] = (total[target] ?? 0) + share * (x[source] ?? 0);
    weight[target] = (weight[target] ?? 0) + share;
  }
  for (let node = 0; node < graph.size; node++) {
    wish[node] = weight[node] ? (total[node] ?? 0) / (weight[node] ?? 1) : (x[node] ?? 0);
  }
}

/** Nodes that were not shown before stand by where their links lead; of the others nothing changes. */
function welcome(graph: Graph, visible: Visible, like: Layout, { wish, columns }: Layout): void {
  for (let node = 0; node < graph.size; node++) {
    if (visible.node[node] !== 1 || !Number.isNaN(like.x[node])) continue;
    let [total, weight] = [0, 0];
    for (const [side, ends] of [
      [graph.inputs, graph.source],
      [graph.outputs, graph.target],
    ] as const) {
      for (const edge of edgesOf(side, node)) {
        const x = like.x[ends[edge] ?? 0] ?? Number.NaN;
        if (Number.isNaN(x)) continue;
        total += Math.abs(graph.share[edge] ?? 0) * x;
        weight += Math.abs(graph.share[edge] ?? 0);
      }
    }
    wish[node] = weight > 0 ? total / weight : (columns[graph.position[node] ?? 0]?.mid ?? 0);
  }
}
