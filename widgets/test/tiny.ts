/** A circuit small enough to check by hand: two tokens, one layer, two features, an error and one target. */

import { decodeGraph, type Graph } from "../src/model/decode.js";
import type { GraphTrait } from "../src/model/traits.js";
import { view } from "./setup.js";

/** Rows: 0 token, 1 token, 2 feature, 3 feature, 4 error, 5 target. */
export function tinyTrait(): GraphTrait {
  return {
    version: 1,
    prompt: "a b",
    tokens: ["a", " b"],
    n_layers: 1,
    model: "world",
    target: { label: "x − y", value: 2 },
    scores: { replacement: 0.9, completeness: 0.8, error_share: 0.1 },
    dictionaries: ["transcoder.0"],
    live: true,
    nodes: {
      id: ["t0", "t1", "f0", "f1", "e", "y"],
      label: ["a", " b", "plural", "verbs", "error", "x − y"],
      kind: view(Uint8Array.from([2, 2, 0, 0, 1, 4])),
      layer: view(Int16Array.from([-1, -1, 0, 0, 0, 1])),
      position: view(Uint16Array.from([0, 1, 0, 1, 1, 1])),
      dictionary: view(Int16Array.from([-1, -1, 0, 0, -1, -1])),
      feature: view(Int32Array.from([-1, -1, 7, 8, -1, -1])),
      value: view(Float32Array.from([1, 1, 2, 3, Number.NaN, 2])),
      influence: view(Float32Array.from([0.3, 0.3, 0.6, 0.3, 0.1, 1])),
      probability: view(new Float32Array(6).fill(Number.NaN)),
    },
    edges: {
      source: view(Uint32Array.from([0, 1, 2, 3, 4, 1])),
      target: view(Uint32Array.from([2, 3, 5, 5, 5, 5])),
      weight: view(Float32Array.from([1, 2, 3, -1, 0.5, 0.5])),
    },
  };
}

export const tinyGraph = (): Graph => decodeGraph(tinyTrait());
