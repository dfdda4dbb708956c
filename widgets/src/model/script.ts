/**
 * The script that does in a fresh kernel what was done by hand: every action that stands, in order; then, where
 * something else than these actions (Python itself, another view) made it so, the lines that set it as it is.
 */

import { sameEdits } from "./edits.js";
import { type Filter, NO_FILTER, writeFilter } from "./filter.js";
import * as python from "./python.js";
import { opening } from "./question.js";
import type { State } from "./state.js";

/** What the Explorer opens with. */
const SHARE = 0.8;
type Part = "pinned" | "supernodes" | "places" | "flow" | "filter" | "share" | "edits" | "frozen";
export type Changed = Partial<Pick<State, Part>>;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const plain = (filter: Filter) => writeFilter(filter);

/** `lines` and `changes` are those of the actions that stand, oldest first. */
export function scriptOf(state: State, lines: readonly string[], changes: readonly Changed[]): string {
  if (!state.graph) return python.script([], lines);
  return python.script(opening(state.graph), [
    ...lines,
    ...rest(state, lines, Object.assign({}, ...changes)),
  ]);
}

function rest(state: State, lines: readonly string[], done: Changed): string[] {
  const { pinned, supernodes, places, flow, filter, share, edits, frozen, selected, graph } = state;
  const id = selected === null ? null : (graph?.id[selected] ?? null);
  const chosen = lines.findLast((line) => line.startsWith("explorer.selected = "));
  const wanted: [is: boolean, line: string][] = [
    [same(supernodes, done.supernodes ?? []), python.supernodes(supernodes)],
    [same(places, done.places ?? {}), python.places(places)],
    [flow === (done.flow ?? "across"), python.flow(flow)],
    [same(plain(filter), plain(done.filter ?? NO_FILTER)), python.filter(plain(filter))],
    [same(pinned, done.pinned ?? []), python.pin(pinned)],
    [share === (done.share ?? SHARE), python.prune(share)],
    [sameEdits(edits, done.edits ?? []) && frozen === (done.frozen ?? false), python.apply(edits, frozen)],
    [(chosen ?? python.select(null)) === python.select(id), python.select(id)],
  ];
  return wanted.filter(([is]) => !is).map(([, line]) => line);
}
