/** The heat map's marks as SVG. */

import { s, type Ui } from "../dom.js";
import { shorten, showToken } from "../text.js";
import type { View } from "./decode.js";
import { HEAD, type Layout, ROW, STRIP, TOP } from "./layout.js";
import { errorAt, fires } from "./rows.js";

const LONGEST = 12;
const FAINTEST = 0.14;

/** Texts of the tokens, leaning, and a bar each for what the reconstruction misses there. */
export function headMarks(ui: Ui, view: View, layout: Layout, level: number): SVGElement[] {
  const base = HEAD + STRIP;
  return view.tokens.flatMap((token, i) => {
    const x = layout.x(i);
    const middle = round(x + layout.column / 2);
    const text = s(
      ui,
      "text",
      { class: "saec-sparse-token", transform: `translate(${middle + 3} ${HEAD - 5}) rotate(-52)` },
      shorten(showToken(token), LONGEST),
    );
    const height = Math.max(1, STRIP * Math.min(1, errorAt(view, level, i)));
    const bar = s(ui, "rect", {
      class: "saec-sparse-missed",
      x: round(x + 2),
      y: round(base - height),
      width: round(layout.column - 4),
      height: round(height),
    });
    return [text, bar];
  });
}

/** A square for every firing; an empty one where a feature is cut off at this level. */
export function cellMarks(
  ui: Ui,
  view: View,
  layout: Layout,
  rows: readonly number[],
  level: number,
): SVGElement[] {
  const place = new Map(rows.map((row, at) => [row, at]));
  const marks: SVGElement[] = [];
  for (const [cell, row] of view.row.entries()) {
    const at = place.get(row);
    if (at === undefined) continue;
    const box = {
      x: round(layout.x(view.token[cell] ?? 0) + 1),
      y: TOP + at * ROW + 1,
      width: round(layout.column - 2),
      height: ROW - 2,
      rx: 2,
    };
    if (!fires(view, cell, level)) {
      marks.push(s(ui, "rect", { class: "saec-sparse-cut", ...box }));
      continue;
    }
    const share = (view.value[cell] ?? 0) / Math.max(view.most[row] ?? 0, 1e-12);
    const heat = FAINTEST + (1 - FAINTEST) * share;
    marks.push(s(ui, "rect", { class: "saec-sparse-cell", "fill-opacity": heat.toFixed(3), ...box }));
  }
  return marks;
}

/** Faint lines behind the rows. */
export function rowLines(ui: Ui, layout: Layout, rows: number): SVGElement[] {
  return Array.from({ length: rows + 1 }, (_, at) => {
    const y = TOP + at * ROW;
    return s(ui, "line", { class: "saec-sparse-line", x1: 0, x2: layout.width, y1: y, y2: y });
  });
}

const round = (value: number) => Math.round(value * 10) / 10;
