/** Two made-up circuits: each is the example without some of its features. */

import type { ComparisonTraits, RowTrait, Status } from "../src/comparison/traits.js";
import { decodeGraph, type Graph, Kind } from "../src/model/decode.js";
import type { GraphTrait } from "../src/model/traits.js";
import { exampleGraph } from "./example.js";

export function exampleComparison(hostile = false): ComparisonTraits {
  const trait = exampleGraph({ hostile });
  const all = decodeGraph(trait);
  const missing = (row: number, rest: number) => all.kind[row] === Kind.feature && row % 3 === rest;
  const first = restrict(trait, all, (row) => !missing(row, 0));
  const second = restrict(trait, all, (row) => !missing(row, 1));
  return {
    graphs: [first, second, trait],
    rows: compared(all, missing),
    scores: { nodes: 0.36, edges: 0.21 },
    mode: "side by side",
    selected: null,
    prune: 0.8,
    error: null,
    busy: "",
    progress: null,
  };
}

function compared(graph: Graph, missing: (row: number, rest: number) => boolean): RowTrait[] {
  const rows = [...graph.id.keys()].filter((row) => graph.kind[row] === Kind.feature);
  return rows.map((row) => {
    const influence = graph.influence[row] ?? 0;
    const status: Status = missing(row, 0) ? "gained" : missing(row, 1) ? "lost" : "shared";
    const before = status === "gained" ? 0 : influence;
    const after = status === "lost" ? 0 : status === "shared" ? 0.6 * influence : influence;
    return { node: graph.id[row] ?? "", status, before, after };
  });
}

/** The part of a graph that some of its nodes make up. */
function restrict(trait: GraphTrait, graph: Graph, kept: (row: number) => boolean): GraphTrait {
  const rows = [...graph.id.keys()].filter(kept);
  const place = new Map(rows.map((row, at) => [row, at]));
  const edges = [...graph.source.keys()].filter(
    (edge) => place.has(graph.source[edge] ?? -1) && place.has(graph.target[edge] ?? -1),
  );
  const view = (array: { buffer: ArrayBufferLike }) => new DataView(array.buffer as ArrayBuffer);
  const ends = (column: Uint32Array) =>
    view(Uint32Array.from(edges, (edge) => place.get(column[edge] ?? -1) ?? 0));
  return {
    ...trait,
    nodes: {
      id: rows.map((row) => graph.id[row] ?? ""),
      label: rows.map((row) => graph.label[row] ?? ""),
      kind: view(Uint8Array.from(rows, (row) => graph.kind[row] ?? 0)),
      layer: view(Int16Array.from(rows, (row) => graph.layer[row] ?? 0)),
      position: view(Uint16Array.from(rows, (row) => graph.position[row] ?? 0)),
      dictionary: view(Int16Array.from(rows, (row) => graph.dictionary[row] ?? 0)),
      feature: view(Int32Array.from(rows, (row) => graph.feature[row] ?? 0)),
      value: view(Float32Array.from(rows, (row) => graph.value[row] ?? 0)),
      influence: view(Float32Array.from(rows, (row) => graph.influence[row] ?? 0)),
      probability: view(Float32Array.from(rows, (row) => graph.probability[row] ?? 0)),
    },
    edges: {
      source: ends(graph.source),
      target: ends(graph.target),
      weight: view(Float32Array.from(edges, (edge) => graph.weight[edge] ?? 0)),
    },
  };
}
