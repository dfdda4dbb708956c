/** Bytes from Python → typed arrays and the indices that every view needs. */

import { rankDescending } from "./rank.js";
import type { Edit, EffectMessage, EffectTrait, Failure, GraphTrait } from "./traits.js";

export const Kind = { feature: 0, error: 1, token: 2, bias: 3, target: 4 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Edges grouped by one of their ends: the edges of node `i` are `edge[start[i]] … edge[start[i + 1] - 1]`. */
export interface Adjacency {
  start: Uint32Array;
  edge: Uint32Array;
}

export interface Graph {
  meta: Omit<GraphTrait, "nodes" | "edges">;
  size: number;
  id: string[];
  label: string[];
  kind: Uint8Array;
  layer: Int16Array;
  position: Uint16Array;
  dictionary: Int16Array;
  feature: Int32Array;
  value: Float32Array;
  influence: Float32Array;
  probability: Float32Array;
  /** Total effect on the target; NaN where the method estimates none. */
  effect: Float32Array;
  /** Share of tokens that a feature fires on; NaN where that is not known. */
  density: Float32Array;
  rowOf: Map<string, number>;
  source: Uint32Array;
  target: Uint32Array;
  weight: Float32Array;
  /** Signed weight over the sum of absolute weights into the edge's target, in −1…1. */
  share: Float32Array;
  /** How much the edge matters to the targets: |share| times the influence of its target. */
  score: Float32Array;
  /** Edge rows, best score first. */
  ranked: Uint32Array;
  /** Node rows, most influence first. */
  strongest: Uint32Array;
  inputs: Adjacency;
  outputs: Adjacency;
  /** Sum of the influence of all nodes but the targets. */
  totalInfluence: number;
}

export interface Effect {
  tokens: string[];
  before: Float32Array;
  after: Float32Array;
  targetBefore: number;
  targetAfter: number;
  topBefore: string;
  topAfter: string;
  nodeValue: Float32Array;
  /** Change of every node that the graph says; NaN where it does not. */
  predicted: Float32Array;
  /** The same of the weighted targets. */
  targetPredicted: number;
  /** Why the graph does not say it all. */
  unpredicted: Failure | null;
  edits: Edit[];
  milliseconds: number;
}

interface TypedArrayType<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): A;
}

/** Copies a view into a typed array; the copy is needed because a view from a message may be unaligned. */
export function typed<A>(view: DataView | undefined, type: TypedArrayType<A>): A {
  if (!view) return new type(new ArrayBuffer(0));
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  if (bytes.byteLength % type.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(
      `${bytes.byteLength} bytes are not a whole number of ${type.BYTES_PER_ELEMENT}-byte items`,
    );
  }
  return new type(bytes.buffer);
}

/** Decodes the `graph` trait; throws a RangeError that names the column whose length does not fit. */
export function decodeGraph(trait: GraphTrait): Graph {
  const { nodes, edges, ...meta } = trait;
  const size = nodes.id.length;
  const columns = {
    kind: typed(nodes.kind, Uint8Array),
    layer: typed(nodes.layer, Int16Array),
    position: typed(nodes.position, Uint16Array),
    dictionary: typed(nodes.dictionary, Int16Array),
    feature: typed(nodes.feature, Int32Array),
    value: typed(nodes.value, Float32Array),
    influence: typed(nodes.influence, Float32Array),
    probability: ownProbabilities(nodes),
    effect: nodes.effect ? typed(nodes.effect, Float32Array) : new Float32Array(size).fill(Number.NaN),
    density: nodes.density ? typed(nodes.density, Float32Array) : new Float32Array(size).fill(Number.NaN),
  };
  for (const [name, column] of Object.entries({ label: nodes.label, ...columns })) {
    if (column.length !== size)
      throw new RangeError(`nodes.${name} has ${column.length} rows, expected ${size}`);
  }
  const source = typed(edges.source, Uint32Array);
  const target = typed(edges.target, Uint32Array);
  const weight = typed(edges.weight, Float32Array);
  checkEdges(source, target, weight, size);
  const share = inputShares(target, weight, size);
  const score = share.map((value, edge) => Math.abs(value) * (columns.influence[target[edge] ?? 0] ?? 0));
  return {
    meta,
    size,
    id: nodes.id,
    label: nodes.label,
    ...columns,
    rowOf: new Map(nodes.id.map((id, row) => [id, row])),
    source,
    target,
    weight,
    share,
    score,
    ranked: rankDescending(score),
    strongest: rankDescending(columns.influence),
    inputs: groupBy(target, size),
    outputs: groupBy(source, size),
    totalInfluence: columns.influence.reduce(
      (sum, v, i) => (columns.kind[i] === Kind.target ? sum : sum + v),
      0,
    ),
  };
}

/** Decodes an effect whose arrays are inside (the trait) or beside it (the answer to a message). */
export function decodeEffect(effect: EffectTrait | EffectMessage, buffers?: DataView[]): Effect {
  const inside = effect as EffectTrait;
  const [before, after, nodeValue, predicted] = buffers ?? [
    inside.before,
    inside.after,
    inside.node_value,
    inside.predicted,
  ];
  const values = typed(nodeValue, Float32Array);
  const decoded = {
    tokens: effect.tokens,
    before: typed(before, Float32Array),
    after: typed(after, Float32Array),
    targetBefore: effect.target_before,
    targetAfter: effect.target_after,
    topBefore: effect.top_before,
    topAfter: effect.top_after,
    nodeValue: values,
    predicted: predicted ? typed(predicted, Float32Array) : new Float32Array(values.length).fill(Number.NaN),
    targetPredicted: effect.target_predicted ?? Number.NaN,
    unpredicted: effect.unpredicted ?? null,
    edits: effect.edits ?? [],
    milliseconds: effect.milliseconds,
  };
  if (decoded.predicted.length !== values.length) {
    throw new RangeError(`effect.predicted has ${decoded.predicted.length} rows, expected ${values.length}`);
  }
  for (const name of ["before", "after"] as const) {
    if (decoded[name].length !== effect.tokens.length) {
      throw new RangeError(
        `effect.${name} has ${decoded[name].length} rows, expected ${effect.tokens.length}`,
      );
    }
  }
  return decoded;
}

/** A difference of tokens has no probability of its own, whatever came for it. */
function ownProbabilities({ label, probability }: GraphTrait["nodes"]): Float32Array {
  return typed(probability, Float32Array).map((value, node) =>
    label[node]?.includes(" − ") ? Number.NaN : value,
  );
}

function checkEdges(source: Uint32Array, target: Uint32Array, weight: Float32Array, size: number): void {
  if (source.length !== target.length || source.length !== weight.length) {
    throw new RangeError(
      `edges have ${source.length} sources, ${target.length} targets and ${weight.length} weights, expected equal counts`,
    );
  }
  const outside = [source, target]
    .map((end) => end.find((row) => row >= size))
    .find((row) => row !== undefined);
  if (outside !== undefined) throw new RangeError(`an edge names node row ${outside} of ${size}`);
}

function inputShares(target: Uint32Array, weight: Float32Array, size: number): Float32Array {
  const total = new Float64Array(size);
  for (let edge = 0; edge < target.length; edge++) {
    const row = target[edge] ?? 0;
    total[row] = (total[row] ?? 0) + Math.abs(weight[edge] ?? 0);
  }
  return weight.map((value, edge) => value / Math.max(total[target[edge] ?? 0] ?? 0, 1e-12));
}

function groupBy(end: Uint32Array, size: number): Adjacency {
  const start = new Uint32Array(size + 1);
  for (const row of end) start[row + 1] = (start[row + 1] ?? 0) + 1;
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const next = start.slice();
  const edge = new Uint32Array(end.length);
  for (let index = 0; index < end.length; index++) {
    const row = end[index] ?? 0;
    const at = next[row] ?? 0;
    edge[at] = index;
    next[row] = at + 1;
  }
  return { start, edge };
}

/** The edges of one node, as rows of the edge arrays. */
export function edgesOf(adjacency: Adjacency, node: number): Uint32Array {
  return adjacency.edge.subarray(adjacency.start[node] ?? 0, adjacency.start[node + 1] ?? 0);
}
