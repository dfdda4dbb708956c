/** Bytes from Python → the columns of the atlas. */

import { typed } from "../model/decode.js";
import { expectList, expectRecord, isRecord, isText } from "../model/expect.js";
import type { AtlasTraits, PointsTrait, SetTrait } from "./traits.js";

export interface Atlas {
  /** What it was read from: the same for as long as only labels change. */
  source: object;
  size: number;
  /** From -1 to 1. */
  x: Float32Array;
  y: Float32Array;
  set: Uint16Array;
  feature: Uint32Array;
  layer: Int16Array;
  cluster: Int16Array;
  rate: Float32Array;
  max: Float32Array;
  /** Neighbours a feature. */
  near: number;
  neighbours: Uint32Array;
  cosines: Float32Array;
  labels: string[];
  sets: SetTrait[];
  clusters: Cluster[];
}

export interface Cluster {
  name: string;
  rows: number[];
}

const COLUMNS = [
  "places",
  "dictionary",
  "feature",
  "layer",
  "cluster",
  "rate",
  "max",
  "neighbours",
  "cosines",
];

/** Null while there is no picture; throws a RangeError that names the column whose length does not fit. */
export function decodeAtlas(get: <K extends keyof AtlasTraits>(name: K) => AtlasTraits[K]): Atlas | null {
  const given = get("points") ?? {};
  if (isRecord(given) && Object.keys(given).length === 0) return null;
  const points = expectRecord<PointsTrait>("points", given, COLUMNS);
  if (!points) return null;
  const places = typed(points.places, Float32Array);
  const size = places.length / 2;
  const columns = {
    set: typed(points.dictionary, Uint16Array),
    feature: typed(points.feature, Uint32Array),
    layer: typed(points.layer, Int16Array),
    cluster: typed(points.cluster, Int16Array),
    rate: typed(points.rate, Float32Array),
    max: typed(points.max, Float32Array),
    labels: expectList<string>("labels", get("labels"), isText),
  };
  for (const [name, column] of Object.entries(columns))
    if (column.length !== size) throw new RangeError(`“${name}” has ${column.length} rows, not ${size}`);
  const names = expectList<string>("clusters", get("clusters"), isText);
  return {
    source: points,
    size,
    x: places.filter((_, i) => i % 2 === 0),
    y: places.filter((_, i) => i % 2 === 1),
    ...columns,
    ...neighbourColumns(points, size),
    sets: expectList<SetTrait>("sets", get("sets"), (each) => isRecord(each) && isText(each.name)),
    clusters: clustersOf(columns.cluster, names),
  };
}

function neighbourColumns({ neighbours, cosines }: PointsTrait, size: number) {
  const rows = typed(neighbours, Uint32Array);
  const values = typed(cosines, Float32Array);
  const near = size === 0 ? 0 : rows.length / size;
  if (!Number.isInteger(near) || values.length !== rows.length || rows.some((row) => row >= size))
    throw new RangeError(`“neighbours” does not fit ${size} features`);
  return { near, neighbours: rows, cosines: values };
}

function clustersOf(cluster: Int16Array, names: string[]): Cluster[] {
  const found: Cluster[] = names.map((name) => ({ name, rows: [] }));
  for (const [row, number] of cluster.entries()) found[number]?.rows.push(row);
  return found;
}

/** `transcoder.3/248` */
export function nameOf({ sets, set, feature }: Atlas, row: number): string {
  return `${sets[set[row] ?? -1]?.name ?? "?"}/${feature[row] ?? "?"}`;
}

/** The row of a feature by its name, or null. */
export function rowOf(atlas: Atlas, name: string | null): number | null {
  if (name === null) return null;
  const cut = name.lastIndexOf("/");
  const set = atlas.sets.findIndex((each) => each.name === name.slice(0, cut));
  const index = Number(name.slice(cut + 1));
  for (let row = 0; row < atlas.size; row++)
    if (atlas.feature[row] === index && atlas.set[row] === set) return row;
  return null;
}

/** The closest features by their cosine, closest first. */
export function closest(
  { near, neighbours, cosines }: Atlas,
  row: number,
): { row: number; cosine: number }[] {
  return Array.from({ length: near }, (_, i) => ({
    row: neighbours[row * near + i] ?? 0,
    cosine: cosines[row * near + i] ?? Number.NaN,
  }));
}
