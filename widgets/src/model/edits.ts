/** Lists of edits: adding, replacing, naming. */

import { format, shorten, showToken, visible } from "../text.js";
import type { Graph } from "./decode.js";
import type { Edit } from "./traits.js";

export function sameEdit(a: Edit, b: Edit): boolean {
  return key(a) === key(b);
}

export function sameEdits(a: readonly Edit[], b: readonly Edit[]): boolean {
  return a.length === b.length && a.every((edit, index) => sameEdit(edit, b[index] as Edit));
}

/** Adds an edit; an earlier edit of the same feature at one of the same positions gives way. */
export function withEdit(edits: readonly Edit[], edit: Edit): Edit[] {
  return [...edits.filter((other) => !overlaps(other, edit)), edit];
}

export function overlaps(a: Edit, b: Edit): boolean {
  if (a.dictionary !== b.dictionary || a.feature !== b.feature) return false;
  if (a.positions === null || b.positions === null) return true;
  return a.positions.some((position) => b.positions?.includes(position));
}

function key(edit: Edit): string {
  const { op, dictionary, feature, positions, value, source, source_position } = edit;
  return JSON.stringify(
    [op, dictionary, feature, positions, value, source, source_position].map((x) => x ?? null),
  );
}

/** What an edit does, in a few words: `ablate`, `× 2.5`, `patch from “the capital …”`. */
export function describeOp(edit: Edit): string {
  switch (edit.op) {
    case "ablate":
      return "ablate";
    case "scale":
      return `× ${format(edit.value ?? Number.NaN)}`;
    case "set":
      return `= ${format(edit.value ?? Number.NaN)}`;
    case "add":
      return `${(edit.value ?? 0) < 0 ? "−" : "+"} ${format(Math.abs(edit.value ?? Number.NaN))}`;
    case "patch":
      return `patch from “${shorten(visible(edit.source ?? ""), 40)}”`;
  }
}

/** Where an edit acts: `all tokens` or the tokens by name. */
export function describeWhere(edit: Edit, graph: Graph | null): string {
  if (edit.positions === null) return "all tokens";
  return edit.positions
    .map((position) => shorten(showToken(graph?.meta.tokens[position] ?? `#${position}`), 14))
    .join(", ");
}
