/** The Disentangler on a made-up toy: two features, then two pairs, then a pentagon. */

import type { DisentangleTraits, NeuronTrait, ToyTrait } from "../src/disentangle/traits.js";
import disentangler from "../src/disentangler.js";
import { exampleFullCard } from "./card.js";
import { HOSTILE } from "./example.js";
import { exhibit, refuse } from "./exhibit.js";

const DICTIONARY = "transcoder.1";
const LEVELS = [0, 0.7, 0.9, 0.97];
const view = (array: Float32Array | Int32Array | Uint8Array) =>
  new DataView(array.buffer, array.byteOffset, array.byteLength);
const floats = (values: readonly number[]) => view(Float32Array.from(values));

type Vector = [number, number];
const turned = (angle: number, size: number): Vector => [
  Math.round(1000 * size * Math.cos(angle)) / 1000,
  Math.round(1000 * size * Math.sin(angle)) / 1000,
];
const pentagon = (size: number, first: number) =>
  Array.from({ length: 5 }, (_, i) => turned(first + (2 * Math.PI * i) / 5, size));
const PAIRS: Vector[] = [
  [1, 0.02],
  [-0.02, 1],
  [-1, 0],
  [0, -1],
  [0, 0],
];
const DIRECTIONS: Vector[][] = [
  [
    [1, 0],
    [0, 1],
    [0, 0],
    [0, 0],
    [0, 0],
  ],
  PAIRS,
  pentagon(1.1, 0.3),
  pentagon(1.15, 0.5),
];

/** `found` leaves the autoencoders out where it is false, as while they are trained. */
export function exampleToy(found = true): ToyTrait {
  const weight = DIRECTIONS.flatMap((vectors) =>
    [0, 1].flatMap((neuron) => vectors.map((each) => each[neuron] ?? 0)),
  );
  const units = DIRECTIONS.flatMap((vectors) =>
    vectors.map(([x, y]): Vector => {
      const size = Math.hypot(x, y);
      return size > 0.5 ? [x / size, y / size] : [1, 0];
    }),
  );
  const toy: ToyTrait = {
    features: 5,
    neurons: 2,
    levels: floats(LEVELS),
    importance: floats([1, 0.9, 0.81, 0.73, 0.66]),
    weight: floats(weight),
    bias: floats(weight.slice(0, 20).map(() => 0)),
    loss: floats([0.18, 0.11, 0.02, 0.004]),
  };
  if (!found) return toy;
  const alive = DIRECTIONS.flatMap((vectors) => vectors.map((each) => (Math.hypot(...each) > 0.5 ? 1 : 0)));
  const tracks = [0.99, 0.59, 0.75, 0.77].flatMap((neurons, level) => [
    ...Array.from({ length: 5 }, () => neurons),
    ...Array.from({ length: 5 }, () => [0.98, 0.88, 0.95, 1][level] ?? 0),
  ]);
  toy.found = {
    decoder: floats(units.flat()),
    alive: view(Uint8Array.from(alive)),
    k: view(Int32Array.from([2, 1, 1, 1])),
    unexplained: floats([0.01, 0.05, 0.02, 0.001]),
    cosine: floats(units.map(() => 1)),
    tracks: floats(tracks),
    purity: floats([0.3, 0.35, 0.41, 0.62, 0.57, 0.86, 0.59, 0.99]),
  };
  return toy;
}

export function exampleNeuron(hostile = false): NeuronTrait {
  const words = [
    "doctor",
    "camera",
    "goat",
    "ticket",
    hostile ? HOSTILE : "teacher",
    "is",
    "painter",
    "cup",
    "oak",
  ];
  const tokens = words.map((word, i): [string, number] => [word, 0.1 - 0.008 * i]);
  const feature = (index: number, share: number, kind: string, purity: number | null, from: number) => ({
    index,
    feature: `${DICTIONARY}/${index}`,
    label: hostile ? HOSTILE : exampleFullCard(index).label,
    share,
    breadth: 11.2,
    purity,
    tokens: tokens.slice(from, from + 5),
    kinds: purity === null ? [] : ([[kind, purity]] as [string, number][]),
  });
  return {
    dictionary: DICTIONARY,
    layer: 1,
    explained: 0.64,
    tokens: 4000,
    medians: [0.31, 0.78],
    unit: {
      index: 243,
      share: 1,
      breadth: 37.4,
      purity: 0.41,
      tokens,
      kinds: [
        ["object", 0.41],
        ["person", 0.3],
        [hostile ? HOSTILE : "animal", 0.2],
      ],
    },
    features: [
      feature(12, 0.28, "person", 0.97, 0),
      feature(13, 0.46, "object", 0.94, 1),
      feature(14, 0.58, hostile ? HOSTILE : "animal", 0.65, 2),
      feature(15, 0.64, "", null, 3),
    ],
  };
}

export function exampleDisentangler(hostile = false): DisentangleTraits {
  return {
    settings: { features: 5, neurons: 2, decay: 0.9, seed: 0, levels: LEVELS },
    level: 2,
    toy: exampleToy(),
    neuron: exampleNeuron(hostile),
    places: [
      { dictionary: "transcoder.0", layer: 0, neurons: 384 },
      { dictionary: DICTIONARY, layer: 1, neurons: 384 },
    ],
    feature: null,
    card: {},
    live: true,
    error: null,
    busy: "",
    progress: null,
  };
}

export const disentanglerExhibit = exhibit<DisentangleTraits>({
  name: "disentangler",
  title: "Disentangler",
  says: "Why neurons are mixed, and how a sparse autoencoder takes them apart: in a toy, then in a model.",
  widget: disentangler,
  state: (options) => exampleDisentangler(options.get("hostile") === "1"),
  answer(message, reply, { model }, options) {
    if (message.type === "train") {
      model.set("toy", exampleToy(false));
      return reply({});
    }
    if (message.type === "neuron") {
      const neuron = exampleNeuron(options.get("hostile") === "1");
      const index = typeof message.neuron === "number" ? message.neuron : 7;
      model.set("neuron", { ...neuron, unit: { ...neuron.unit, index } });
      return reply({});
    }
    if (message.type === "label") return reply({ feature: message.feature, label: message.label });
    return refuse(message, reply);
  },
});
