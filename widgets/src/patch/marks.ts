/** The marks of the picture: tokens above and below, a square a cell. */

import { s, type Ui } from "../dom.js";
import { shorten, showToken } from "../text.js";
import { type Board, type Cell, shareText, tokensOf } from "./cells.js";
import { type Layout, topOf } from "./layout.js";

const LONGEST = 14;
/** Full strength of a colour, at which its text can still be read. */
const FULL = 0.6;
const WORTH_A_NUMBER = 0.05;

/** The tokens of the prompt that is run, above; below, those of the other where they differ. */
export function tokenMarks(ui: Ui, board: Board, noising: boolean, layout: Layout): SVGElement[] {
  const { base, source } = tokensOf(board, noising);
  const bottom = layout.height - layout.below;
  const above = base.map((token, place) =>
    tokenMark(ui, layout, token, place, layout.above - 8, board.differ[place] ?? false, true),
  );
  const below = source.flatMap((token, place) =>
    board.differ[place] ? [tokenMark(ui, layout, token, place, bottom + 16, true, false)] : [],
  );
  return [...above, ...below];
}

function tokenMark(
  ui: Ui,
  layout: Layout,
  token: string,
  place: number,
  y: number,
  differs: boolean,
  above: boolean,
): SVGElement {
  const middle = (place + 0.5) * layout.cell.width;
  const anchor = layout.slanted ? (above ? "start" : "end") : "middle";
  const attrs = {
    class: `saec-patch-token${differs ? " saec-patch-differs" : ""}`,
    x: middle,
    y,
    "text-anchor": anchor,
    transform: layout.slanted ? `rotate(-50 ${middle} ${y})` : null,
  };
  const shown = shorten(showToken(token), LONGEST);
  const text = above ? shown : layout.slanted ? `${shown} ↑` : `↑ ${shown}`;
  return s(ui, "text", attrs, s(ui, "title", {}, showToken(token)), text);
}

/** One cell: colour by sign, strength by size, and the sign once more as a number and as a dashed rim. */
export function cellMark(ui: Ui, board: Board, layout: Layout, cell: Cell): SVGElement {
  const { width, height } = layout.cell;
  const x = cell.place * width;
  const y = topOf(layout, board.rows.length, cell.row);
  const box = { x: x + 1.5, y: y + 1.5, width: width - 3, height: height - 3, rx: 4 };
  const marks = [s(ui, "rect", { ...box, class: "saec-patch-ground" }), ...filling(ui, box, cell)];
  const text = cellText(cell, layout.numbers);
  if (text)
    marks.push(s(ui, "text", { class: "saec-patch-number", x: x + width / 2, y: y + height / 2 + 4 }, text));
  marks.push(s(ui, "rect", { ...box, class: "saec-patch-rim" }));
  const corner = `M${x + width - 13},${y + 1.5}h7.5a4,4 0 0 1 4,4v7.5z`;
  marks.push(s(ui, "path", { class: "saec-patch-tick", d: corner }));
  const kind = !cell.editable ? " saec-patch-off" : Number.isFinite(cell.share) ? "" : " saec-patch-unknown";
  return s(ui, "g", { class: `saec-patch-cell${kind}`, "data-cell": cell.id }, ...marks);
}

function filling(ui: Ui, box: Record<string, number>, { share }: Cell): SVGElement[] {
  if (!Number.isFinite(share) || Math.abs(share) < 0.005) return [];
  const sign = share < 0 ? "negative" : "positive";
  const opacity = (0.06 + (FULL - 0.06) * Math.min(1, Math.abs(share))).toFixed(3);
  const rim = Math.abs(share) < WORTH_A_NUMBER ? "" : " saec-patch-strong";
  return [
    s(ui, "rect", { ...box, class: `saec-patch-fill saec-patch-${sign}${rim}`, "fill-opacity": opacity }),
  ];
}

function cellText({ share, editable }: Cell, numbers: boolean): string {
  if (!editable) return "–";
  if (!Number.isFinite(share)) return "·";
  if (Math.abs(share) < WORTH_A_NUMBER) return "";
  return numbers ? shareText(share) : share < 0 ? "−" : "+";
}
