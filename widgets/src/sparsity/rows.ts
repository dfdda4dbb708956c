/** Which rows a level shows, and in which order. Pure. */

import type { View } from "./decode.js";
import type { Order } from "./traits.js";

/** Whether a cell fires at a level. */
export function fires(view: View, cell: number, level: number): boolean {
  const at = view.levels[level];
  if (!at || view.rowMember[view.row[cell] ?? 0] !== at.member) return false;
  return at.k === 0 || (view.rank[cell] ?? 0) < at.k;
}

/** Cells of the dictionary of a level by row; rows of other dictionaries are empty. */
export function cellsByRow(view: View, level: number): number[][] {
  const member = view.levels[level]?.member ?? 0;
  const found: number[][] = view.features.map(() => []);
  for (const [cell, row] of view.row.entries()) if (view.rowMember[row] === member) found[row]?.push(cell);
  return found;
}

/** All rows of a level's dictionary in an order that does not change with k, so that the slider moves nothing. */
export function orderRows(view: View, level: number, order: Order): number[] {
  const cells = cellsByRow(view, level);
  const rows = [...cells.keys()].filter((row) => (cells[row]?.length ?? 0) > 0);
  const strength = rowStrengths(view, cells);
  const stronger = (a: number, b: number) => (strength[b] ?? 0) - (strength[a] ?? 0) || a - b;
  if (order === "strongest") return rows.sort(stronger);
  if (order === "first") {
    const first = (row: number) => Math.min(...(cells[row] ?? []).map((cell) => view.token[cell] ?? 0));
    return rows.sort((a, b) => first(a) - first(b) || stronger(a, b));
  }
  return alike(view, cells, rows.sort(stronger));
}

/** How soon a row would be let fire: the sum over its tokens of 1 / (1 + rank). */
function rowStrengths(view: View, cells: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(cells, (row) =>
    row.reduce((sum, cell) => sum + 1 / (1 + (view.rank[cell] ?? 0)), 0),
  );
}

/** A chain from the strongest row on: the next is the most similar one that is left, by the cosine over tokens. */
function alike(view: View, cells: readonly (readonly number[])[], rows: readonly number[]): number[] {
  const vectors = new Map(
    rows.map((row) => {
      const vector = new Float64Array(view.tokens.length);
      for (const cell of cells[row] ?? []) vector[view.token[cell] ?? 0] = view.value[cell] ?? 0;
      const size = Math.hypot(...vector) || 1;
      return [row, vector.map((value) => value / size)] as const;
    }),
  );
  const left = new Set(rows);
  const chain: number[] = [];
  let at = rows[0];
  while (at !== undefined) {
    left.delete(at);
    chain.push(at);
    const here = vectors.get(at);
    let best: number | undefined;
    let cosine = 0;
    for (const row of left) {
      const there = vectors.get(row);
      let dot = 0;
      for (let i = 0; i < view.tokens.length; i++) dot += (here?.[i] ?? 0) * (there?.[i] ?? 0);
      if (dot > cosine + 1e-12) [best, cosine] = [row, dot];
    }
    // Nothing that is left fires where this one does: the strongest of the rest begins anew.
    at = best ?? left.values().next().value;
  }
  return chain;
}

/** The rows of `ordered` that fire somewhere at a level. */
export function firing(view: View, ordered: readonly number[], level: number): number[] {
  const on = new Set<number>();
  for (let cell = 0; cell < view.row.length; cell++)
    if (fires(view, cell, level)) on.add(view.row[cell] ?? 0);
  return ordered.filter((row) => on.has(row));
}

/** Relative error at a token. */
export function errorAt(view: View, level: number, token: number): number {
  return view.errors[level * view.tokens.length + token] ?? Number.NaN;
}
