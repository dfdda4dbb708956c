import { describe, expect, test } from "vitest";
import { exampleGraph, random } from "../gallery/example.js";
import { decodeGraph, type Graph, Kind } from "../src/model/decode.js";
import { type Scores, scores, signedInfluence } from "../src/model/scores.js";
import { view } from "./setup.js";
import { tinyGraph, tinyTrait } from "./tiny.js";

/** The formulas as they are written down, with full matrices and the whole series. */
function slowly(graph: Graph, kept: Uint8Array | null): Scores {
  const out = (row: number) => kept !== null && graph.kind[row] === Kind.feature && !kept[row];
  const rows = [...graph.kind.keys()];
  const at = (row: number) => `${graph.layer[row]} ${graph.position[row]}`;
  const names: string[] = rows.map((row) => `node ${row}`);
  const own = (row: number) => names[row] ?? "";
  const joined = (row: number) => {
    if (!out(row)) return own(row);
    const error = rows.find((other) => graph.kind[other] === Kind.error && at(other) === at(row));
    return error === undefined ? `error ${at(row)}` : own(error);
  };
  for (const row of rows) if (!names.includes(joined(row))) names.push(joined(row));
  const size = names.length;
  const matrix = names.map(() => new Array<number>(size).fill(0));
  for (const [edge, weight] of graph.weight.entries()) {
    const [source, target] = [graph.source[edge] ?? 0, graph.target[edge] ?? 0];
    const line = matrix[target];
    const column = names.indexOf(joined(source));
    if (line && !out(target)) line[column] = (line[column] ?? 0) + weight;
  }
  const hat = matrix.map((line) => {
    const sum = line.reduce((total, weight) => total + Math.abs(weight), 0);
    return line.map((weight) => Math.abs(weight) / Math.max(sum, 1e-10));
  });
  const w = names.map((_, row) => (graph.kind[row] === Kind.target ? (graph.influence[row] ?? 0) : 0));
  const times = (x: number[]) =>
    names.map((_, s) => x.reduce((sum, value, t) => sum + value * (hat[t]?.[s] ?? 0), 0));
  const through = names.map(() => 0);
  for (let step = times(w), turn = 0; turn < 200; step = times(step), turn++)
    for (const [row, value] of step.entries()) through[row] = (through[row] ?? 0) + value;
  const error = names.map((name, row) => name.startsWith("error") || graph.kind[row] === Kind.error);
  const sumOf = (take: (row: number) => boolean) =>
    through.reduce((sum, value, row) => sum + (take(row) ? value : 0), 0);
  const [tokens, errors] = [
    sumOf((row) => graph.kind[row] === Kind.token),
    sumOf((row) => error[row] === true),
  ];
  let [explained, total] = [0, 0];
  for (const [row, line] of hat.entries()) {
    const mass = (through[row] ?? 0) + (w[row] ?? 0);
    total += mass;
    explained += mass * (1 - line.reduce((sum, value, s) => sum + (error[s] ? value : 0), 0));
  }
  return { replacement: tokens / (tokens + errors), completeness: explained / total };
}

describe("scores", () => {
  test("of a graph worked out by hand", () => {
    const { replacement, completeness } = scores(tinyGraph());
    expect(replacement).toBeCloseTo(0.9, 6);
    expect(completeness).toBeCloseTo(2.7 / 2.8, 6);
  });

  test("a feature that is not kept joins the error of its layer and token with its sign", () => {
    const { replacement, completeness } = scores(tinyGraph(), Uint8Array.from([0, 0, 1, 0, 0, 0]));
    expect(replacement).toBeCloseTo(0.875, 6);
    expect(completeness).toBeCloseTo(2.625 / 2.75, 6);
  });

  test("without an error there, one is made", () => {
    const { replacement } = scores(tinyGraph(), Uint8Array.from([0, 0, 0, 1, 0, 0]));
    // Into y: f0 as an error 3, f1 1, the error 0.5, t1 0.5.
    expect(replacement).toBeCloseTo(1.5 / 5, 6);
  });

  test.each([1, 2, 3, 4, 5, 6])("as the formulas say, for any part of a graph (%i)", (seed) => {
    const graph = decodeGraph(exampleGraph({ manyTargets: seed % 2 === 0 }));
    const next = random(seed);
    const kept = graph.kind.map(() => (next() < seed / 6 ? 1 : 0));
    for (const part of [kept, null]) {
      const [quick, slow] = [scores(graph, part), slowly(graph, part)];
      expect(quick.replacement).toBeCloseTo(slow.replacement, 9);
      expect(quick.completeness).toBeCloseTo(slow.completeness, 9);
    }
  });

  test("with cycles too", () => {
    const trait = tinyTrait();
    const edges = { source: [0, 1, 2, 3, 4, 1, 3, 2], target: [2, 3, 5, 5, 5, 5, 2, 3] };
    trait.edges = {
      source: view(Uint32Array.from(edges.source)),
      target: view(Uint32Array.from(edges.target)),
      weight: view(Float32Array.from([1, 2, 3, -1, 0.5, 0.5, 1, -0.7])),
    };
    const graph = decodeGraph(trait);
    expect(scores(graph).replacement).toBeCloseTo(slowly(graph, null).replacement, 9);
    expect(scores(graph).completeness).toBeCloseTo(slowly(graph, null).completeness, 9);
  });

  test("of a large graph fast enough to follow a slider", () => {
    const graph = decodeGraph(exampleGraph({ crowd: 12 }));
    const kept = graph.kind.map((_, row) => row % 2);
    scores(graph, kept);
    const start = performance.now();
    scores(graph, kept);
    expect(performance.now() - start).toBeLessThan(100); // a slow machine under load; alone it is a tenth
  });
});

test("signed influence multiplies the signs along a path", () => {
  const graph = tinyGraph();
  const start = Float64Array.from(graph.kind, (kind) => (kind === Kind.target ? 1 : 0));
  const found = signedInfluence(graph, start);
  expect(found[2]).toBeCloseTo(0.6, 6);
  expect(found[3]).toBeCloseTo(-0.2, 6);
  // Over f1, which pushes down, and straight up.
  expect(found[1]).toBeCloseTo(-0.2 + 0.1, 6);
});
