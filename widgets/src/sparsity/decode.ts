/** Bytes → columns, checked against each other. */

import { typed } from "../model/decode.js";
import { expectList, expectRecord, isText } from "../model/expect.js";
import type { ViewTrait } from "./traits.js";

export interface Level {
  member: number;
  /** Features that may fire at a token; 0 for all. */
  k: number;
  l0: number;
  fvu: number;
}

export interface View {
  tokens: string[];
  prompt: Int32Array;
  members: string[];
  features: string[];
  labels: string[];
  rowMember: Int32Array;
  row: Int32Array;
  token: Int32Array;
  rank: Int32Array;
  value: Float32Array;
  levels: Level[];
  errors: Float32Array;
  measuredOn: string;
  /** The most that each row fires at any token. */
  most: Float32Array;
}

/** Throws where lengths do not fit each other; null where there is nothing yet. */
export function decodeView(trait: unknown): View | null {
  const given = expectRecord<ViewTrait>("view", trait);
  if (!given || Object.keys(given).length === 0) return null;
  const known = expectRecord<ViewTrait>("view", trait, ["tokens", "members", "features", "cells", "levels"]);
  if (!known) return null;
  const { cells, levels } = known;
  const kinds = {
    i: (view: DataView) => typed(view, Int32Array),
    f: (view: DataView) => typed(view, Float32Array),
  };
  const [row, token, rank] = [kinds.i(cells.row), kinds.i(cells.token), kinds.i(cells.rank)];
  const value = kinds.f(cells.value);
  const [member, k] = [kinds.i(levels.member), kinds.i(levels.k)];
  const [l0, fvu] = [kinds.f(levels.l0), kinds.f(levels.fvu)];
  const view: View = {
    tokens: expectList("tokens", known.tokens, isText),
    prompt: kinds.i(known.prompt),
    members: expectList("members", known.members, isText),
    features: expectList("features", known.features, isText),
    labels: expectList("labels", known.labels, isText),
    rowMember: kinds.i(known.row_member),
    row,
    token,
    rank,
    value,
    levels: [...l0].map((each, i) => ({
      member: member[i] ?? 0,
      k: k[i] ?? 0,
      l0: each,
      fvu: fvu[i] ?? Number.NaN,
    })),
    errors: kinds.f(known.errors),
    measuredOn: String(known.measured_on),
    most: new Float32Array(known.features.length),
  };
  check(view);
  for (const [cell, at] of row.entries()) view.most[at] = Math.max(view.most[at] ?? 0, value[cell] ?? 0);
  return view;
}

function check(view: View): void {
  const { tokens, prompt, features, labels, rowMember, row, token, rank, value, levels, errors } = view;
  const alike = (...lengths: number[]) => new Set(lengths).size === 1;
  const fits =
    alike(tokens.length, prompt.length) &&
    alike(features.length, labels.length, rowMember.length) &&
    alike(row.length, token.length, rank.length, value.length) &&
    errors.length === levels.length * tokens.length &&
    levels.length > 0 &&
    row.every((each) => each >= 0 && each < features.length) &&
    token.every((each) => each >= 0 && each < tokens.length);
  if (!fits) throw new RangeError("columns of “view” do not fit each other");
}
