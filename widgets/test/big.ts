/** A made-up graph of any size, the same numbers every time. */

import { random } from "../gallery/example.js";
import type { GraphTrait } from "../src/model/traits.js";
import { view } from "./setup.js";

export function bigTrait(
  nodes: number,
  links: number,
  { tokens = 24, layers = 12, targets = 10 } = {},
): GraphTrait {
  const next = random(11);
  const inner = nodes - tokens - targets;
  const layer = Int16Array.from({ length: nodes }, (_, row) =>
    row < tokens ? -1 : row < tokens + inner ? Math.floor(((row - tokens) / inner) * layers) : layers,
  );
  const position = Uint16Array.from({ length: nodes }, (_, row) =>
    row < tokens ? row : row < tokens + inner ? Math.floor(tokens * Math.sqrt(next())) : tokens - 1,
  );
  const kind = Uint8Array.from({ length: nodes }, (_, row) =>
    row < tokens ? 2 : row < tokens + inner ? (next() < 0.1 ? 1 : 0) : 4,
  );
  const source = new Uint32Array(links);
  const target = new Uint32Array(links);
  const seen = new Set<number>();
  for (let edge = 0; edge < links; ) {
    const [one, other] = [Math.floor(nodes * next()), Math.floor(nodes * next())];
    const right = (layer[one] ?? 0) < (layer[other] ?? 0) && (position[one] ?? 0) <= (position[other] ?? 0);
    if (!right || seen.has(one * nodes + other)) continue;
    seen.add(one * nodes + other);
    source[edge] = one;
    target[edge++] = other;
  }
  return {
    version: 1,
    prompt: "big",
    tokens: Array.from({ length: tokens }, (_, at) => ` word${at}`),
    n_layers: layers,
    model: "made up",
    target: { label: "x", value: 1 },
    scores: {},
    dictionaries: Array.from({ length: layers }, (_, at) => `transcoder.${at}`),
    live: false,
    nodes: {
      id: Array.from({ length: nodes }, (_, row) => `n${row}`),
      label: Array.from({ length: nodes }, (_, row) => `label ${row}`),
      kind: view(kind),
      layer: view(layer),
      position: view(position),
      dictionary: view(layer.map((value, row) => (kind[row] === 0 ? value : -1))),
      feature: view(Int32Array.from(kind, (value) => (value === 0 ? Math.floor(next() * nodes) : -1))),
      value: view(Float32Array.from(kind, () => 3 * next())),
      influence: view(Float32Array.from(kind, (value) => (value === 4 ? 1 / targets : next() ** 3))),
      probability: view(Float32Array.from(kind, (value) => (value === 4 ? 1 / targets : Number.NaN))),
    },
    edges: {
      source: view(source),
      target: view(target),
      weight: view(Float32Array.from(source, () => (next() < 0.7 ? 1 : -0.7) * (0.05 + next() ** 4))),
    },
  };
}
