/** Made-up heads of an edge and a made-up score, on fixed numbers, that add up as the real ones do. */

import type {
  EdgeHeads,
  HeadShare,
  Pair,
  Question,
  ScoreRecord,
  Source,
  SourceShare,
} from "../src/attention/state.js";
import type { GraphTrait } from "../src/model/traits.js";
import { HOSTILE, random } from "./example.js";

const HEADS = 4;
const SOURCES = 8;

const view = (array: Float32Array) => new DataView(array.buffer as ArrayBuffer);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Through the heads between the layers of its ends; straight only within one position. */
export function exampleEdge(graph: GraphTrait, source: string, target: string): EdgeHeads {
  const layers = new Int16Array(graph.nodes.layer.buffer as ArrayBuffer);
  const positions = new Uint16Array(graph.nodes.position.buffer as ArrayBuffer);
  const [from, to] = [graph.nodes.id.indexOf(source), graph.nodes.id.indexOf(target)];
  const [key, query] = [positions[from] ?? 0, positions[to] ?? 0];
  const weight = weightOf(graph, from, to);
  const straight = key === query ? 0.7 * weight : 0;
  const between = Array.from({ length: graph.n_layers }, (_, layer) => layer).filter(
    (layer) => layer > (layers[from] ?? 0) && layer <= (layers[to] ?? 0),
  );
  const split = (seed: number): HeadShare[] => {
    const next = random(seed);
    const heads = between.flatMap((layer) => Array.from({ length: HEADS }, (_, head) => ({ layer, head })));
    const parts = heads.map(() => (next() < 0.75 ? 1 : -0.4) * next() ** 3);
    const scale = (weight - straight) / (sum(parts) || 1);
    const through = heads.map((head, at) => ({ ...head, key, query, value: (parts[at] ?? 0) * scale }));
    const none = { layer: -1, head: -1, key: null, query: null, value: straight };
    // Without heads in between everything is straight.
    if (heads.length === 0) return [{ ...none, value: weight }];
    return [none, ...through].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  };
  const arriving = split(from + 3 * to);
  return {
    source,
    target,
    weight,
    straight: arriving.find(({ layer }) => layer < 0)?.value ?? 0,
    arriving,
    arriving_rest: { count: 0, value: 0 },
    leaving: split(7 * from + to),
    leaving_rest: { count: 0, value: 0 },
    layers: [{ layer: layers[from] ?? 0, value: weight }],
  };
}

function weightOf({ edges }: GraphTrait, from: number, to: number): number {
  const source = new Uint32Array(edges.source.buffer as ArrayBuffer);
  const target = new Uint32Array(edges.target.buffer as ArrayBuffer);
  const at = source.findIndex((row, edge) => row === from && target[edge] === to);
  return new Float32Array(edges.weight.buffer as ArrayBuffer)[at] ?? 0;
}

/** A score as the product of two sides, each with its strongest sources and a rest. */
export function exampleScore(
  graph: GraphTrait,
  asked: Question,
): { score: ScoreRecord; buffers: DataView[] } {
  const next = random(asked.layer * 31 + asked.head * 7 + asked.query);
  const query = asked.query < 0 ? asked.query + graph.tokens.length : asked.query;
  const scores = graph.tokens.map((_, position) => (position <= query ? 4 * next() : Number.NaN));
  const weights = scores.map((score) => (Number.isNaN(score) ? 0 : Math.exp(score)));
  const pattern = scores.map((score, at) =>
    Number.isNaN(score) ? score : (weights[at] ?? 0) / sum(weights),
  );
  const key = asked.key ?? pattern.indexOf(Math.max(...pattern.slice(0, query + 1)));
  const sides = [query, key].map((position) => sourcesAt(graph, asked.layer, position));
  const parts = Array.from({ length: (SOURCES + 1) ** 2 }, () => (next() < 0.7 ? 1 : -0.6) * next() ** 4);
  const at = (row: number, column: number) => parts[row * (SOURCES + 1) + column] ?? 0;
  const all = [...Array(SOURCES + 1).keys()];
  const adds = [
    all.map((row) => sum(all.map((column) => at(row, column)))),
    all.map((column) => sum(all.map((row) => at(row, column)))),
  ];
  const shares = sides.map((sources, side) =>
    sources.map((source, row): SourceShare => ({ ...source, value: adds[side]?.[row] ?? 0 })),
  );
  const rest = (side: number) => ({ count: 23, value: adds[side]?.[SOURCES] ?? 0 });
  const pairs: Pair[] = (sides[0] ?? []).flatMap((mine, row) =>
    (sides[1] ?? []).map((other, column) => ({ query: mine, key: other, value: at(row, column) })),
  );
  const total = sum(parts);
  const score: ScoreRecord = {
    layer: asked.layer,
    head: asked.head,
    query,
    key,
    score: total,
    capped: total,
    weight: pattern[key] ?? 0,
    total,
    pairs: pairs.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 14),
    query_sources: shares[0] ?? [],
    query_rest: rest(0),
    key_sources: shares[1] ?? [],
    key_rest: rest(1),
  };
  return { score, buffers: [pattern, scores, parts].map((values) => view(Float32Array.from(values))) };
}

/** Features of the circuit, one that it does not have, and whole sublayers. */
function sourcesAt(graph: GraphTrait, layer: number, position: number): Source[] {
  const positions = new Uint16Array(graph.nodes.position.buffer as ArrayBuffer);
  const kinds = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer);
  const layers = new Int16Array(graph.nodes.layer.buffer as ArrayBuffer);
  const features = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer);
  const here = [...kinds.keys()]
    .filter((row) => kinds[row] === 0 && positions[row] === position && (layers[row] ?? 0) < layer)
    .slice(0, SOURCES - 4)
    .map((row) => ({
      id: graph.nodes.id[row] ?? "",
      kind: "feature",
      layer: layers[row] ?? 0,
      position,
      feature: `transcoder.${layers[row]}/${features[row]}`,
      label: graph.nodes.label[row] ?? "",
    }));
  const other = (kind: string, at: number): Source => ({
    id: `${kind}.${at}@${position}`,
    kind,
    layer: at,
    position,
    feature: kind === "feature" ? "transcoder.0/77" : null,
    label: kind === "feature" ? `not in the circuit ${HOSTILE}` : "",
  });
  const rest = ["feature", "attention", "bias", "error", "skip", "attention", "token", "bias"];
  const more = rest.map((kind, at) =>
    other(kind, kind === "token" ? -1 : Math.min(at, Math.max(0, layer - 1))),
  );
  return [...here, ...more].slice(0, SOURCES);
}
