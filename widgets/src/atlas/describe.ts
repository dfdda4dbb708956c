/** Features and clusters in words. */

import { percent, significant, visible } from "../text.js";
import { type Atlas, nameOf } from "./decode.js";
import type { State } from "./state.js";

/** What a feature is about, or its name where nothing is known. */
export function labelOf(atlas: Atlas, row: number): string {
  return visible(atlas.labels[row] ?? "") || visible(nameOf(atlas, row));
}

export function clusterName({ clusters, cluster }: Atlas, row: number): string {
  return visible(clusters[cluster[row] ?? -1]?.name ?? "");
}

/** What is known of a feature, part by part. */
export function facts(atlas: Atlas, row: number): string[] {
  const [rate, max] = [atlas.rate[row] ?? Number.NaN, atlas.max[row] ?? Number.NaN];
  return [
    Number.isFinite(rate) ? `fires on ${percent(rate)} of tokens` : "",
    Number.isFinite(max) ? `max ${significant(max)}` : "",
    `layer ${atlas.layer[row]}`,
  ].filter(Boolean);
}

/** One sentence for screen readers. */
export function announce({ atlas, chosen, selected }: Readonly<State>, row: number): string {
  if (!atlas) return "";
  const cluster = clusterName(atlas, row);
  const parts = [labelOf(atlas, row), visible(nameOf(atlas, row)), cluster && `cluster ${cluster}`];
  if (row === selected) parts.push("selected");
  if (chosen.has(row)) parts.push("chosen");
  return [...parts, ...facts(atlas, row)].filter(Boolean).join(", ");
}

/** `3,368 of 4,096 features · 728 never fire` */
export function countText({ sets, size }: Atlas): string {
  const all = sets.reduce((sum, set) => sum + set.features, 0);
  const number = (value: number) => value.toLocaleString("en-GB");
  const one = size === 1 ? "feature" : "features";
  return all === size
    ? `${number(size)} ${one}`
    : `${number(size)} of ${number(all)} features; ${number(all - size)} never fire`;
}
