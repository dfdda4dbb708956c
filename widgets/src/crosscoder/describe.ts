/** Features, measures and places in words. */

import { percent, significant, visible } from "../text.js";
import { type Crosscoder, nameOf } from "./decode.js";
import type { State } from "./state.js";
import type { MeasureTrait } from "./traits.js";

/** What a feature is about, or its name where nothing is known. */
export function labelOf(crosscoder: Crosscoder, row: number): string {
  return visible(crosscoder.labels[row] ?? "") || visible(nameOf(crosscoder, row));
}

/** Names of the stages in short: `layer 3` where all are of one kind, which then stands elsewhere. */
export function stageNames({ stages }: Crosscoder): { names: string[]; kind: string } {
  const parts = stages.map((stage) => /^(.*)\.(\d+)$/.exec(stage));
  const kinds = new Set(parts.map((part) => part?.[1]));
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === undefined) return { names: stages.map(visible), kind: "" };
  return { names: parts.map((part) => `layer ${part?.[2]}`), kind: visible(kind) };
}

export function modelName(model: string): string {
  return visible(model) || "this model";
}

export function valueText(measure: MeasureTrait | null, value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (measure?.name === "rate") return percent(value);
  return measure?.name === "norm" ? significant(value) : value.toFixed(2).replace("-", "−");
}

/** What a measure says, for those who meet it for the first time. */
export function explained({ name }: MeasureTrait, { pair }: Crosscoder): string {
  const [a = "", b = ""] = pair.map(modelName);
  switch (name) {
    case "relative":
      return `‖d‖ of ${b} as a share of both: 0 is ${a} alone, 1 is ${b} alone. Crosscoders trained with L1 exaggerate it.`;
    case "cosine":
      return `Whether a feature writes the same direction in ${a} and ${b}.`;
    case "centre":
      return "The mean layer of what a feature writes, weighted with the squared norms.";
    case "spread":
      return "Participation ratio of the squared norms: 1 for one place, as many as there are if all are alike.";
    case "norm":
      return "Root of the sum of the squared norms.";
    default:
      return "Share of tokens at which a feature fires.";
  }
}

/** One sentence for screen readers. */
export function announce({ crosscoder, measure, values, selected }: Readonly<State>, row: number): string {
  if (!crosscoder || !measure) return "";
  const rate = crosscoder.rates[row] ?? Number.NaN;
  return [
    labelOf(crosscoder, row),
    visible(nameOf(crosscoder, row)),
    `${measure.title} ${valueText(measure, values[row])}`,
    Number.isFinite(rate) && measure.name !== "rate" ? `fires on ${percent(rate)} of tokens` : "",
    row === selected ? "selected" : "",
  ]
    .filter(Boolean)
    .join(", ");
}
