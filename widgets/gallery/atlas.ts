/** A made-up dictionary in the plane: heaps of like directions, and many that are like no other. */

import type { AtlasTraits } from "../src/atlas/traits.js";
import featureAtlas from "../src/feature_atlas.js";
import { HOSTILE, random } from "./example.js";
import { exhibit } from "./exhibit.js";

const NAMES = [
  "cities · Krakow",
  "said · whispered",
  "( · [ · {",
  ") · ] · }",
  "is → was",
  "gold · ruby · jade",
  "Monday · Tuesday",
  "boys · girls",
  "begins a sentence",
  "near · under · behind",
  "15 · 16 · 18",
  "never · always",
];
const NEAR = 8;
const WINDOW = 60;
const SETS = ["transcoder.0", "transcoder.1"];

export interface AtlasOptions {
  count?: number;
  hostile?: boolean;
  /** Python is still at work. */
  waiting?: boolean;
}

export function exampleAtlas({
  count = 500,
  hostile = false,
  waiting = false,
}: AtlasOptions = {}): AtlasTraits {
  const names = NAMES.map((name, i) => (hostile && i === 0 ? HOSTILE : name));
  const noise = random(11);
  const rows = Array.from({ length: count }, (_, row) => place(row, noise));
  const column = (values: number[], Type: new (values: number[]) => ArrayBufferView) => {
    const { buffer } = new Type(values);
    return new DataView(buffer as ArrayBuffer);
  };
  const neighbours = rows.map((_, row) => closest(rows, row));
  const common = { error: null, progress: null, feature: null, colour: "cluster" };
  if (waiting)
    return {
      ...common,
      busy: "placing directions in the plane",
      sets: [],
      labels: [],
      points: {},
      clusters: [],
      trust: null,
      chosen: new DataView(new ArrayBuffer(0)),
    };
  return {
    ...common,
    busy: "",
    sets: SETS.map((name, set) => ({
      name: hostile && set === 1 ? HOSTILE : name,
      features: Math.ceil(count / 2) + 60,
      shown: Math.ceil(count / 2),
    })),
    labels: rows.map(({ cluster }, row) => (cluster < 0 ? `word ${row} …` : `${names[cluster]}, no. ${row}`)),
    points: {
      places: column(
        rows.flatMap(({ x, y }) => [x, y]),
        Float32Array,
      ),
      dictionary: column(
        rows.map((_, row) => row % SETS.length),
        Uint16Array,
      ),
      feature: column(
        rows.map((_, row) => Math.floor(row / SETS.length)),
        Uint32Array,
      ),
      layer: column(
        rows.map((_, row) => row % SETS.length),
        Int16Array,
      ),
      cluster: column(
        rows.map(({ cluster }) => cluster),
        Int16Array,
      ),
      rate: column(
        rows.map(({ rate }) => rate),
        Float32Array,
      ),
      max: column(
        rows.map(({ rate }, row) => 4 + 300 * rate + (row % 9)),
        Float32Array,
      ),
      neighbours: column(
        neighbours.flat().map(({ row }) => row),
        Uint32Array,
      ),
      cosines: column(
        neighbours.flat().map(({ cosine }) => cosine),
        Float32Array,
      ),
    },
    clusters: names,
    trust: 0.87,
    chosen: new DataView(new ArrayBuffer(0)),
  };
}

interface Place {
  x: number;
  y: number;
  cluster: number;
  rate: number;
}

function place(row: number, noise: () => number): Place {
  const cluster = row % 2 === 0 ? Math.floor(NAMES.length * noise() ** 1.6) : -1;
  const turn = 2 * Math.PI * noise();
  const away = cluster < 0 ? Math.sqrt(noise()) : 0.13 * Math.sqrt(noise());
  const [cx, cy] =
    cluster < 0
      ? [0, 0]
      : [
          0.75 * Math.cos(2.4 * cluster) * Math.sqrt((cluster + 1) / 12),
          0.75 * Math.sin(2.4 * cluster) * Math.sqrt((cluster + 1) / 12),
        ];
  return {
    x: cx + away * Math.cos(turn),
    y: cy + away * Math.sin(turn),
    cluster,
    rate: 0.0004 * 300 ** noise(),
  };
}

/** The closest among those that follow: enough for an example. */
function closest(rows: readonly Place[], row: number): { row: number; cosine: number }[] {
  const from = rows[row] ?? { x: 0, y: 0 };
  const others = Array.from(
    { length: Math.min(WINDOW, rows.length - 1) },
    (_, i) => (row + i + 1) % rows.length,
  );
  return others
    .map((other) => {
      const to = rows[other] ?? from;
      return { row: other, cosine: Math.exp(-2 * Math.hypot(to.x - from.x, to.y - from.y)) };
    })
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, Math.min(NEAR, rows.length - 1));
}

export const atlasExhibit = exhibit<AtlasTraits>({
  name: "feature_atlas",
  title: "FeatureAtlas",
  says: "Directions of a dictionary in the plane, by similarity: hover, click, search, lasso.",
  widget: featureAtlas,
  state: (options) =>
    exampleAtlas({
      count: Number(options.get("points") ?? 500),
      hostile: options.get("hostile") === "1",
      waiting: options.get("waiting") === "1",
    }),
});
