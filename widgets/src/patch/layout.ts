/** Sizes of the picture: cells as wide as there is room for, tokens level where they fit and aslant where not. */

import { showToken } from "../text.js";
import { type Board, tokensOf } from "./cells.js";

export interface Layout {
  cell: { width: number; height: number };
  /** Room for the tokens above and below the cells. */
  above: number;
  below: number;
  width: number;
  height: number;
  slanted: boolean;
  /** Whether numbers fit into the cells, or only signs. */
  numbers: boolean;
}

/** Cells are as high as this, and lower where there are many layers. */
const HIGHEST = 32;
const LOWEST = 18;
const HEIGHT = 560;
const WIDEST = 84;
const NARROWEST = 28;
const CHARACTER = 6.4;
/** How much wider a bold token is than others. */
const BOLD = 1.15;
const LINE = 22;
const SLANT = Math.sin((50 * Math.PI) / 180);
const ROOM_FOR_NUMBERS = 42;
const LONGEST = 14;
/** Room for the arrow beside a token below the cells. */
const ARROW = 12;

export function layoutOf(board: Board, noising: boolean, room: number): Layout {
  const { base, source } = tokensOf(board, noising);
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(room / Math.max(1, base.length))));
  const height = Math.max(LOWEST, Math.min(HIGHEST, Math.floor(HEIGHT / Math.max(1, board.rows.length))));
  const lengthOf = (texts: readonly string[]) =>
    CHARACTER * Math.min(LONGEST, Math.max(1, ...texts.map((text) => showToken(text).length)));
  const other = source.filter((_, place) => board.differ[place]);
  const slanted = Math.max(lengthOf(base), lengthOf(other) + ARROW) + 4 > width;
  const band = (texts: readonly string[]) =>
    slanted ? Math.ceil((BOLD * lengthOf(texts) + ARROW) * SLANT) + 16 : LINE;
  const above = band(base);
  const below = other.length > 0 ? band(other) : 6;
  return {
    cell: { width, height },
    above,
    below,
    width: width * base.length + (slanted ? 40 : 0),
    height: above + height * board.rows.length + below,
    slanted,
    numbers: width >= ROOM_FOR_NUMBERS,
  };
}

/** The first layer stands at the bottom. */
export function topOf(layout: Layout, rows: number, row: number): number {
  return layout.above + (rows - 1 - row) * layout.cell.height;
}
