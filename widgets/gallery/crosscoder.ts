/** A made-up crosscoder: of six layers, or of one layer in two models. */

import type { CrosscoderTraits, MeasureTrait, PlaceTrait } from "../src/crosscoder/traits.js";
import crosscoderMap from "../src/crosscoder_map.js";
import { HOSTILE, random } from "./example.js";
import { exhibit } from "./exhibit.js";

const LAYERS = 6;
const LABELS = [
  "cities of Poland",
  "is → was",
  "plural subjects",
  "( · [ · {",
  "names of women",
  "Monday · Tuesday",
];

export interface CrosscoderOptions {
  count?: number;
  hostile?: boolean;
  /** Two models instead of six layers. */
  two?: boolean;
  /** Layers of each of the two models. */
  deep?: number;
}

export function exampleCrosscoder(options: CrosscoderOptions = {}): CrosscoderTraits {
  const { count = 300, hostile = false, two = false, deep = 1 } = options;
  const noise = random(5);
  const layers = two ? deep : LAYERS;
  const models = two ? ["base", hostile ? HOSTILE : "tuned"] : [""];
  const stages = Array.from({ length: layers }, (_, i) => `resid_post.${i + (two ? 3 : 0)}`);
  const places: PlaceTrait[] = models.flatMap((model) =>
    stages.map((name, stage) => ({
      name: model ? `${model}:${name}` : name,
      stage,
      model,
      layer: stage + (two ? 3 : 0),
    })),
  );
  const kind = Array.from({ length: count }, () => noise());
  const norms = Array.from({ length: count }, (_, row) => {
    const [middle, wide] = [noise() * (layers - 1), 0.4 + 2.2 * noise() ** 2];
    const share = noise();
    const lean =
      (kind[row] ?? 0) < 0.07 ? 0.03 * share : (kind[row] ?? 0) > 0.9 ? 1 - 0.03 * share : 0.4 + 0.2 * share;
    return places.map(({ stage, model }) => {
      const hill = Math.exp(-(((stage - middle) / wide) ** 2)) * (0.5 + noise());
      return hill * (model === "" ? 1 : model === models[0] ? 1 - lean : lean);
    });
  });
  const sizes = places.map((_, i) => 0.6 + 0.1 * i);
  const links: [number, number][] = two
    ? stages.map((_, i) => [i, i + layers])
    : stages.slice(1).map((_, i) => [i, i + 1]);
  const cosines = norms.flatMap((_, row) =>
    links.map(() => 1 - ((kind[row] ?? 0) > 0.95 ? 1.7 : 0.5) * noise() ** 2),
  );
  const rates = norms.map(() => 0.0005 * 200 ** noise());
  const known = knownMeasures(layers, two);
  const measured = (scale: number[]) =>
    measures(norms, scale, { places, cosines, rates, links: links.length, two });
  const column = (values: number[]) => new DataView(Float32Array.from(values).buffer);
  const columns = (values: Record<string, number[]>) =>
    Object.fromEntries(known.map(({ name }) => [name, column(values[name] ?? [])]));
  return {
    error: null,
    busy: "",
    progress: null,
    dictionary: hostile ? HOSTILE : "crosscoder",
    places,
    stages,
    pair: two ? models : [],
    labels: norms.map((_, row) =>
      hostile && row % 3 === 0 ? HOSTILE : `${LABELS[row % LABELS.length]}, no. ${row}`,
    ),
    columns: {
      norms: column(norms.flat()),
      sizes: column(sizes),
      cosines: column(cosines),
      rates: column(rates),
    },
    links,
    known,
    measures: { alike: columns(measured(sizes)), raw: columns(measured(sizes.map(() => 1))) },
    measure: known[0]?.name ?? "",
    brush: null,
    scale: "alike",
    normalised: true,
    feature: null,
    chosen: new DataView(new ArrayBuffer(0)),
  };
}

function knownMeasures(layers: number, two: boolean): MeasureTrait[] {
  const between: MeasureTrait[] = [
    { name: "relative", title: "relative norm", low: 0, high: 1 },
    { name: "cosine", title: "cosine of the two directions", low: -1, high: 1 },
  ];
  const along: MeasureTrait[] = [
    { name: "centre", title: "centre of mass", low: 0, high: layers - 1 },
    { name: "spread", title: "places spanned", low: 1, high: layers },
  ];
  const all: MeasureTrait[] = [
    { name: "norm", title: "norm", low: 0, high: null },
    { name: "rate", title: "firing rate", low: 0, high: null },
  ];
  return [...(two ? between : []), ...(layers > 1 ? along : []), ...all];
}

interface More {
  places: PlaceTrait[];
  cosines: number[];
  rates: number[];
  links: number;
  two: boolean;
}

function measures(norms: number[][], sizes: number[], more: More): Record<string, number[]> {
  const squares = norms.map((row) => row.map((norm, i) => (norm / (sizes[i] ?? 1)) ** 2));
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const ofModel = (row: number[], first: boolean) =>
    Math.sqrt(sum(row.filter((_, i) => i < more.places.length / 2 === first)));
  return {
    relative: squares.map((row) => ofModel(row, false) / (ofModel(row, true) + ofModel(row, false))),
    cosine: norms.map((_, row) => more.cosines[row * more.links] ?? 0),
    centre: squares.map((row) => sum(row.map((each, i) => each * (more.places[i]?.stage ?? 0))) / sum(row)),
    spread: squares.map((row) => sum(row) ** 2 / sum(row.map((each) => each * each))),
    norm: squares.map((row) => Math.sqrt(sum(row))),
    rate: more.rates,
  };
}

export const crosscoderExhibit = exhibit<CrosscoderTraits>({
  name: "crosscoder_map",
  title: "CrosscoderMap",
  says: "Decoder norms of a crosscoder's features over layers or models: drag to choose, click to look closer.",
  widget: crosscoderMap,
  state: (options) =>
    exampleCrosscoder({
      count: Number(options.get("features") ?? 300),
      hostile: options.get("hostile") === "1",
      two: options.get("models") === "2",
      deep: Number(options.get("deep") ?? 1),
    }),
});
