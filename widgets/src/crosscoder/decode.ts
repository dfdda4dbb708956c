/** Bytes from Python → what the map shows of a dictionary. */

import { typed } from "../model/decode.js";
import { expectList, expectRecord, isRecord, isText } from "../model/expect.js";
import type { ColumnsTrait, CrosscoderTraits, MeasureTrait, PlaceTrait, Scale } from "./traits.js";

export interface Crosscoder {
  name: string;
  size: number;
  places: PlaceTrait[];
  stages: string[];
  pair: string[];
  labels: string[];
  links: [number, number][];
  known: MeasureTrait[];
  /** Feature × place, as the decoder has them. */
  norms: Float32Array;
  sizes: Float32Array;
  cosines: Float32Array;
  rates: Float32Array;
  measures: Record<Scale, Record<string, Float32Array>>;
}

type Get = <K extends keyof CrosscoderTraits>(name: K) => CrosscoderTraits[K];

/** Null while nothing has come; throws what names the column that does not fit. */
export function decodeCrosscoder(get: Get): Crosscoder | null {
  const given = get("columns") ?? {};
  if (isRecord(given) && Object.keys(given).length === 0) return null;
  const columns = expectRecord<ColumnsTrait>("columns", given, ["norms", "sizes", "cosines", "rates"]);
  if (!columns) return null;
  const places = expectList<PlaceTrait>(
    "places",
    get("places"),
    (each) => isRecord(each) && isText(each.name),
  );
  const links = expectList<[number, number]>("links", get("links"), Array.isArray);
  const labels = expectList<string>("labels", get("labels"), isText);
  const known = expectList<MeasureTrait>(
    "known",
    get("known"),
    (each) => isRecord(each) && isText(each.name),
  );
  const size = labels.length;
  const floats = (name: keyof ColumnsTrait, wide: number) => {
    const values = typed(columns[name], Float32Array);
    if (values.length !== wide) throw new RangeError(`“${name}” has ${values.length} numbers, not ${wide}`);
    return values;
  };
  return {
    name: isText(get("dictionary")) ? get("dictionary") : "",
    size,
    places,
    stages: expectList<string>("stages", get("stages"), isText),
    pair: expectList<string>("pair", get("pair"), isText),
    labels,
    links,
    known,
    norms: floats("norms", size * places.length),
    sizes: floats("sizes", places.length),
    cosines: floats("cosines", size * links.length),
    rates: floats("rates", size),
    measures: { alike: measuresIn(get, known, "alike", size), raw: measuresIn(get, known, "raw", size) },
  };
}

function measuresIn(
  get: Get,
  known: MeasureTrait[],
  scale: Scale,
  size: number,
): Record<string, Float32Array> {
  const names = known.map(({ name }) => name);
  const given = expectRecord<Record<string, DataView>>("measures", get("measures")?.[scale], names) ?? {};
  return Object.fromEntries(
    names.map((name) => {
      const values = typed(given[name] as DataView, Float32Array);
      if (values.length !== size) throw new RangeError(`“${name}” has ${values.length} numbers, not ${size}`);
      return [name, values];
    }),
  );
}

/** The norm of a feature at a place, in a scale. */
export function normAt(
  { norms, sizes, places }: Crosscoder,
  scale: Scale,
  row: number,
  place: number,
): number {
  const norm = norms[row * places.length + place] ?? Number.NaN;
  return scale === "raw" ? norm : norm / (sizes[place] ?? 1);
}

/** The norms of a feature at all places. */
export function normsOf(crosscoder: Crosscoder, scale: Scale, row: number): number[] {
  return crosscoder.places.map((_, place) => normAt(crosscoder, scale, row, place));
}

export const nameOf = ({ name }: Crosscoder, row: number) => `${name}/${row}`;

/** The row of a feature by its name, or null. */
export function rowOf(crosscoder: Crosscoder, feature: string | null): number | null {
  const cut = feature?.lastIndexOf("/") ?? -1;
  if (feature === null || feature.slice(0, cut) !== crosscoder.name) return null;
  const row = Number(feature.slice(cut + 1));
  return Number.isInteger(row) && row >= 0 && row < crosscoder.size ? row : null;
}
