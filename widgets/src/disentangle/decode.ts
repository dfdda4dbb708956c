/** Bytes → the toy models and what was found in them, checked against each other. */

import { typed } from "../model/decode.js";
import { expectRecord } from "../model/expect.js";
import type { FoundTrait, ToyTrait } from "./traits.js";

export interface Found {
  latents: number;
  /** `[level][latent][neuron]`, rows of length 1, all in one list. */
  decoder: Float32Array;
  alive: Uint8Array;
  k: Int32Array;
  unexplained: Float32Array;
  cosine: Float32Array;
  /** `[level][neurons or latents][feature]`. */
  tracks: Float32Array;
  /** `[level][neurons or latents]`. */
  purity: Float32Array;
}

export interface Toy {
  levels: Float32Array;
  features: number;
  neurons: number;
  importance: Float32Array;
  /** `[level][neuron][feature]`. */
  weight: Float32Array;
  bias: Float32Array;
  loss: Float32Array;
  found: Found | null;
}

export function decodeToy(trait: unknown): Toy | null {
  const given = expectRecord<ToyTrait>("toy", trait);
  if (!given || Object.keys(given).length === 0) return null;
  const known = expectRecord<ToyTrait>("toy", trait, ["levels", "features", "neurons", "weight"]);
  if (!known) return null;
  const toy: Toy = {
    levels: typed(known.levels, Float32Array),
    features: known.features,
    neurons: known.neurons,
    importance: typed(known.importance, Float32Array),
    weight: typed(known.weight, Float32Array),
    bias: typed(known.bias, Float32Array),
    loss: typed(known.loss, Float32Array),
    found: null,
  };
  const { levels, features, neurons } = toy;
  const fits =
    levels.length > 0 &&
    features > 0 &&
    neurons > 0 &&
    toy.weight.length === levels.length * neurons * features &&
    toy.bias.length === levels.length * features &&
    toy.importance.length === features &&
    toy.loss.length === levels.length;
  if (!fits) throw new RangeError("columns of “toy” do not fit each other");
  if (known.found) toy.found = decodeFound(known.found, toy);
  return toy;
}

function decodeFound(trait: FoundTrait, { levels, features, neurons }: Toy): Found {
  const found: Found = {
    latents: 0,
    decoder: typed(trait.decoder, Float32Array),
    alive: typed(trait.alive, Uint8Array),
    k: typed(trait.k, Int32Array),
    unexplained: typed(trait.unexplained, Float32Array),
    cosine: typed(trait.cosine, Float32Array),
    tracks: typed(trait.tracks, Float32Array),
    purity: typed(trait.purity, Float32Array),
  };
  found.latents = found.alive.length / levels.length;
  const fits =
    Number.isInteger(found.latents) &&
    found.decoder.length === found.alive.length * neurons &&
    found.tracks.length === 2 * levels.length * features &&
    found.purity.length === 2 * levels.length;
  if (!fits) throw new RangeError("columns of “found” do not fit each other");
  return found;
}

/** The direction of a feature among the neurons. */
export function direction({ weight, neurons, features }: Toy, level: number, feature: number): number[] {
  return Array.from(
    { length: neurons },
    (_, neuron) => weight[(level * neurons + neuron) * features + feature] ?? 0,
  );
}

export const sizeOf = (vector: readonly number[]) => Math.hypot(...vector);

/** A feature is kept if its direction is longer than a half. */
export function kept(toy: Toy, level: number): boolean[] {
  return Array.from({ length: toy.features }, (_, i) => sizeOf(direction(toy, level, i)) > 0.5);
}

/** `WᵀW`, row by row. */
export function gram(toy: Toy, level: number): number[][] {
  const rows = Array.from({ length: toy.features }, (_, i) => direction(toy, level, i));
  return rows.map((a) => rows.map((b) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)));
}

/** How well the best unit follows the kept features, on average: neurons, or latents of the autoencoder. */
export function followed(toy: Toy, level: number, of: "neurons" | "latents"): number {
  const { found, features } = toy;
  if (!found) return Number.NaN;
  const from = (2 * level + (of === "neurons" ? 0 : 1)) * features;
  const counted = kept(toy, level).flatMap((is, i) => (is ? [found.tracks[from + i] ?? 0] : []));
  return counted.length > 0 ? counted.reduce((a, b) => a + b, 0) / counted.length : Number.NaN;
}

/** Directions of the latents that fire. */
export function latents({ found, neurons }: Toy, level: number): number[][] {
  if (!found) return [];
  return Array.from({ length: found.latents }, (_, i) => level * found.latents + i)
    .filter((row) => found.alive[row] === 1)
    .map((row) => [...found.decoder.slice(row * neurons, (row + 1) * neurons)]);
}
