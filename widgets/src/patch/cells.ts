/** Bytes from Python → cells of the picture and features of one of them. */

import { typed } from "../model/decode.js";
import { showToken, signed, visible } from "../text.js";
import type { BoardTrait, FeaturesTrait } from "./traits.js";

export interface Cell {
  row: number;
  place: number;
  dictionary: string;
  /** `"transcoder.0@7"`. */
  id: string;
  /** Share of the gap; NaN while nothing is measured. */
  share: number;
  editable: boolean;
}

export interface Board extends BoardTrait {
  /** `[row][place]`. */
  cells: Cell[][];
}

export interface Feature {
  /** `"transcoder.0/12"`. */
  name: string;
  /** `"transcoder.0/12@7"`. */
  id: string;
  label: string;
  was: number;
  becomes: number;
  estimate: number;
  share: number;
}

export interface CellFeatures {
  cell: string;
  features: Feature[];
  total: number;
  done: boolean;
}

/** Throws a RangeError if the numbers do not fit the board. */
export function decodeBoard(trait: BoardTrait, measured: DataView): Board {
  const { rows, clean } = trait;
  const shares = typed(measured, Float32Array);
  if (shares.length !== rows.length * clean.length)
    throw new RangeError(
      `${shares.length} cells came for ${rows.length} rows and ${clean.length} places, expected as many as both make`,
    );
  const cell = (row: number, place: number): Cell => ({
    row,
    place,
    dictionary: rows[row] ?? "",
    id: `${rows[row]}@${place}`,
    share: shares[row * clean.length + place] ?? Number.NaN,
    editable: trait.editable[place] ?? false,
  });
  return { ...trait, cells: rows.map((_, row) => clean.map((_, place) => cell(row, place))) };
}

export function decodeFeatures(trait: FeaturesTrait): CellFeatures {
  const { cell, labels, total, done } = trait;
  const { dictionary, place } = partsOf(cell);
  const index = typed(trait.index, Int32Array);
  const [was, becomes, estimate, share] = [trait.was, trait.becomes, trait.estimate, trait.share].map(
    (view) => typed(view, Float32Array),
  );
  const features = [...index].map((number, row) => ({
    name: `${dictionary}/${number}`,
    id: `${dictionary}/${number}@${place}`,
    label: labels[row] ?? "",
    was: was?.[row] ?? Number.NaN,
    becomes: becomes?.[row] ?? Number.NaN,
    estimate: estimate?.[row] ?? Number.NaN,
    share: share?.[row] ?? Number.NaN,
  }));
  return { cell, features, total, done };
}

/** `"transcoder.0/12@7"` → its dictionary, feature (null for a whole cell) and place. */
export function partsOf(id: string): { dictionary: string; feature: number | null; place: number } {
  const at = id.lastIndexOf("@");
  const what = id.slice(0, at);
  const slash = /\/(\d+)$/.exec(what);
  return {
    dictionary: slash ? what.slice(0, slash.index) : what,
    feature: slash ? Number(slash[1]) : null,
    place: Number(id.slice(at + 1)),
  };
}

export function cellOf(board: Board, id: string | null): Cell | null {
  return board.cells.flat().find((cell) => cell.id === id) ?? null;
}

/** The tokens of the prompt that is run, and those of the prompt that features are taken from. */
export function tokensOf(board: BoardTrait, noising: boolean): { base: string[]; source: string[] } {
  return noising
    ? { base: board.clean, source: board.corrupted }
    : { base: board.corrupted, source: board.clean };
}

/** `+0.97`, with a true minus sign; nothing for a share that is as good as none. */
export function shareText(share: number): string {
  if (!Number.isFinite(share)) return "–";
  return Math.abs(share) < 0.005 ? "0" : signed(Number(share.toFixed(2)));
}

/** `at “Gdansk”`, or `at “Gdansk” ← “Florence”` where the prompts differ. */
export function whereText(board: BoardTrait, noising: boolean, place: number): string {
  const { base, source } = tokensOf(board, noising);
  const from = board.differ[place] ? ` ← “${showToken(source[place] ?? "")}”` : "";
  return `at “${showToken(base[place] ?? "")}”${from}`;
}

/** The same with one digit more, for single features, which move little each. */
export function fineText(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const text = Math.abs(share).toFixed(3);
  return Number(text) === 0 ? "0" : `${share < 0 ? "−" : "+"}${text}`;
}

/** One sentence about a cell. */
export function announce(board: Board, noising: boolean, cell: Cell): string {
  const where = `${visible(cell.dictionary)} ${whereText(board, noising, cell.place)}`;
  if (!cell.editable) return `${where}: no dictionary stands in for the model here`;
  if (!Number.isFinite(cell.share)) return `${where}: not measured yet`;
  return `${where}: ${shareText(cell.share)} of the gap`;
}
