/** The toy in words. */

import { percent } from "../text.js";
import { followed, kept, type Toy } from "./decode.js";

/** `0.97`, without zeros that say nothing. */
export function sparsityName(sparsity: number): string {
  return String(Number(sparsity.toFixed(3)));
}

export function levelText(toy: Toy, level: number): string {
  const sparsity = toy.levels[level] ?? 0;
  const off =
    sparsity === 0 ? "every feature is always on" : `a feature is off ${percent(sparsity)} of the time`;
  return `${sparsityName(sparsity)}: ${off}`;
}

/** What is seen at a level, in two sentences. */
export function story(toy: Toy, level: number): string {
  const count = kept(toy, level).filter(Boolean).length;
  const { neurons, features } = toy;
  const room =
    count > neurons
      ? `${count} of ${features} features share ${neurons} neurons: each neuron is mixed from several.`
      : `Only ${count} of ${features} features are kept, no more than there are neurons.`;
  const [by, found] = [followed(toy, level, "neurons"), followed(toy, level, "latents")];
  if (!Number.isFinite(by)) return `${room} The autoencoder is not trained yet.`;
  return `${room} The best neuron follows a feature with a correlation of ${by.toFixed(2)}, the best latent of the autoencoder with ${found.toFixed(2)}.`;
}
