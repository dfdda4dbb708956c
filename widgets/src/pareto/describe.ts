/** Scores and points in words. */

import { compact, percent, significant, visible } from "../text.js";
import { aim, type State } from "./state.js";
import type { PointTrait } from "./traits.js";

const NAMES: Record<string, string> = {
  l0: "L0",
  variance_explained: "Variance explained",
  loss_recovered: "Loss recovered",
  fvu: "FVU",
  dead: "Dead features",
  relative_error: "Relative error",
  mean_norm: "Mean norm",
  loss: "Loss",
};

export function scoreName(score: string): string {
  return NAMES[score] ?? visible(score).replaceAll("_", " ");
}

export function scoreText(score: string, value: number | undefined): string {
  if (value === undefined) return "–";
  if (score === "dead") return percent(value);
  if (score === "variance_explained" || score === "loss_recovered") return value.toFixed(4).replace("-", "−");
  return significant(value);
}

/** `← less is better` beside the name of an axis. */
export function direction(state: Readonly<State>, axis: "x" | "y"): string {
  const { lessX, lessY } = aim(state);
  if (axis === "x") return lessX ? "← less is better" : "more is better →";
  return lessY ? "↓ less is better" : "↑ more is better";
}

export function widthText(width: number): string {
  return width > 0 ? `${compact(width)} features` : "";
}

/** One sentence for screen readers. */
export function announce({ x, y, front, points }: Readonly<State>, point: PointTrait): string {
  const onFront = front.some((place) => points[place.point] === point);
  const facts = [x, y].map((score) => `${scoreName(score)} ${scoreText(score, point.scores[score])}`);
  return [visible(point.name), visible(point.group), ...facts, onFront ? "on the front" : ""]
    .filter(Boolean)
    .join(", ");
}
