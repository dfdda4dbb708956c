/** Levels, cells and costs in words. */

import { format, percent, showToken, visible } from "../text.js";
import type { Level, View } from "./decode.js";
import { errorAt } from "./rows.js";

/** `k = 4`, `all that fire`, or the dictionary's name in a family. */
export function levelName(view: View, level: Level): string {
  if (view.members.length > 1) return visible(view.members[level.member] ?? "");
  return level.k === 0 ? "all that fire" : `k = ${level.k}`;
}

/** `4.0 features a token · 62 % of the variance explained`. */
export function costs({ l0, fvu }: Level): string {
  const explained = Number.isFinite(fvu)
    ? `${percentFine(1 - fvu)} of the variance explained`
    : "nothing varies";
  return `${l0 < 10 ? l0.toFixed(1) : Math.round(l0)} features a token · ${explained}`;
}

/** Close to the whole a percent is too coarse. */
export function percentFine(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const rest = 1 - share;
  const digits = rest > 0.095 || rest <= 0 ? 0 : rest > 0.0095 ? 1 : 2;
  return `${(100 * share).toFixed(digits).replace("-", "−")} %`;
}

/** What is at a cell: `“Gdansk” 5.20, the 2nd of its token`; where nothing fires that is said. */
export function cellText(view: View, level: number, row: number, token: number): string {
  const where = `“${showToken(view.tokens[token] ?? "")}”`;
  const cell = findCell(view, row, token);
  if (cell < 0) return `${where}: does not fire`;
  const at = view.levels[level];
  const rank = (view.rank[cell] ?? 0) + 1;
  const value = `${where}: ${format(view.value[cell] ?? Number.NaN)}, ${ordinal(rank)} of its token`;
  return at && at.k > 0 && rank > at.k ? `${value}, cut off at ${levelName(view, at)}` : value;
}

export function tokenText(view: View, level: number, token: number): string {
  return `“${showToken(view.tokens[token] ?? "")}”: ${percent(errorAt(view, level, token))} of its length is missed`;
}

export function findCell(view: View, row: number, token: number): number {
  return view.row.findIndex((each, cell) => each === row && view.token[cell] === token);
}

function ordinal(rank: number): string {
  const names = ["th", "st", "nd", "rd"];
  const tens = rank % 100;
  return `${rank}${(tens > 10 && tens < 14 ? "th" : names[rank % 10]) ?? "th"}`;
}
