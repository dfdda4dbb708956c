/** Where the parts of the heat map stand, in pixels. Pure. */

import type { View } from "./decode.js";

export const ROW = 19;
/** Room for token texts, and for the bars of what is missed. */
export const HEAD = 74;
export const STRIP = 24;
export const TOP = HEAD + STRIP + 8;
const GAP = 12;
/** Room to the right: texts lean over. */
const LEAN = 48;
const NARROW = 17;
const WIDE = 34;

export interface Layout {
  /** Width of a column. */
  column: number;
  width: number;
  x(token: number): number;
  /** The token at a place, or null between two prompts. */
  tokenAt(x: number): number | null;
}

export function layOut(view: View, room: number): Layout {
  const { tokens, prompt } = view;
  const gaps = GAP * (prompt.at(-1) ?? 0);
  const column = Math.max(NARROW, Math.min(WIDE, (room - gaps - LEAN) / Math.max(1, tokens.length)));
  const x = (token: number) => token * column + GAP * (prompt[token] ?? 0);
  return {
    column,
    width: Math.ceil(tokens.length * column + gaps + LEAN),
    x,
    tokenAt(at) {
      const found = tokens.findIndex((_, token) => at >= x(token) && at < x(token) + column);
      return found < 0 ? null : found;
    },
  };
}
