/** The SparsityExplorer on made-up firings: each feature fires on a few words, and some on nearly all. */

import type { SparsityTraits, ViewTrait } from "../src/sparsity/traits.js";
import sparsityExplorer from "../src/sparsity_explorer.js";
import { exampleFullCard } from "./card.js";
import { HOSTILE, random } from "./example.js";
import { exhibit, refuse } from "./exhibit.js";

const DICTIONARY = "transcoder.1";
const PROMPTS = [
  "the capital of the country containing Gdansk is Warsaw",
  "the farmers near the cat are old",
  "Anna gave a book to Mary",
];
const STEPS = [1, 2, 3, 4, 6, 8, 0];
const FEATURES = 18;

interface Cell {
  row: number;
  token: number;
  value: number;
}

const view = (array: Int32Array | Float32Array) =>
  new DataView(array.buffer, array.byteOffset, array.byteLength);
const ints = (values: readonly number[]) => view(Int32Array.from(values));
const floats = (values: readonly number[]) => view(Float32Array.from(values));

export function exampleSparsityView(prompts: readonly string[] = PROMPTS, hostile = false): ViewTrait {
  const next = random(3);
  const words = prompts.flatMap((prompt, i) =>
    prompt
      .split(" ")
      .slice(1)
      .map((word) => ({ word, prompt: i })),
  );
  const cells: Cell[] = [];
  for (let row = 0; row < FEATURES; row++)
    for (const [token, { word }] of words.entries())
      if ((word.length * 7 + row * 3) % 11 < (row < 3 ? 7 : 2))
        cells.push({ row, token, value: 0.2 + 3 * next() });
  const rank = cells.map(
    ({ token, value }) => cells.filter((other) => other.token === token && other.value > value).length,
  );
  const most = Math.max(...rank) + 1;
  const l0 = (k: number) => cells.filter((_, i) => (rank[i] ?? 0) < (k || most)).length / words.length;
  const names = Array.from({ length: FEATURES }, (_, row) => `${DICTIONARY}/${100 + row}`);
  return {
    tokens: words.map(({ word }, i) => (hostile && i === 2 ? HOSTILE : word)),
    prompt: ints(words.map(({ prompt }) => prompt)),
    members: [hostile ? HOSTILE : DICTIONARY],
    features: names,
    labels: names.map((_, row) => (hostile ? HOSTILE : exampleFullCard(row).label)),
    row_member: ints(names.map(() => 0)),
    cells: {
      row: ints(cells.map(({ row }) => row)),
      token: ints(cells.map(({ token }) => token)),
      rank: ints(rank),
      value: floats(cells.map(({ value }) => value)),
    },
    levels: {
      member: ints(STEPS.map(() => 0)),
      k: ints(STEPS),
      l0: floats(STEPS.map(l0)),
      fvu: floats(STEPS.map((k) => 0.9 * Math.exp(-0.35 * (k || 12)))),
    },
    errors: floats(STEPS.flatMap((k) => words.map(() => Math.min(1, next() + 1 / (k || 12))))),
    measured_on: hostile ? HOSTILE : "2,048 tokens of made-up texts",
  };
}

export function exampleSparsity(hostile = false): SparsityTraits {
  return {
    prompts: hostile ? [HOSTILE] : PROMPTS,
    dictionary: DICTIONARY,
    choices: ["transcoder.0", DICTIONARY],
    view: exampleSparsityView(PROMPTS, hostile),
    level: 4,
    order: "strongest",
    feature: `${DICTIONARY}/103`,
    card: { ...exampleFullCard(3, hostile), feature: 103 },
    live: true,
    error: null,
    busy: "",
    progress: null,
  };
}

export const sparsityExhibit = exhibit<SparsityTraits>({
  name: "sparsity_explorer",
  title: "SparsityExplorer",
  says: "Which features fire at which tokens, and what is lost as fewer of them may.",
  widget: sparsityExplorer,
  state: (options) => exampleSparsity(options.get("hostile") === "1"),
  answer(message, reply, { model }) {
    if (message.type === "show") {
      const prompts = message.prompts as string[];
      model.set("prompts", prompts);
      model.set("view", exampleSparsityView(prompts));
      return reply({});
    }
    if (message.type === "label") return reply({ feature: message.feature, label: message.label });
    return refuse(message, reply);
  },
});
