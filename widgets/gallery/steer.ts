/** A made-up SteeringPanel: a prompt about capitals, two features, and texts on fixed numbers. */

import type {
  FoundTrait,
  KnownTrait,
  OptionsTrait,
  RowTrait,
  SteeringTraits,
  TextTrait,
} from "../src/steer/traits.js";
import steeringPanel from "../src/steering_panel.js";
import { HOSTILE } from "./example.js";
import { exhibit, later, refuse } from "./exhibit.js";

const TOKENS = ["<bos>", "the", "capital", "of", "the", "country", "containing", "Gdansk", "is"];
const PLAIN = "Warsaw . the continent of the country containing Seville is Europe .".split(" ");
const STEERED = "Italian . the capital of Italy is Rome . the capital of".split(" ");
const OTHERS = ["Rome", "Oslo", "Paris", "a", "the"];

const known = (label: string, place: number, value: number): KnownTrait => ({
  label,
  unit: 49.1,
  origin: "corpus",
  values: TOKENS.map((_, i) => (i === place ? value : 0)),
});

export const FOUND: FoundTrait[] = [
  { feature: "transcoder.1/723", ...known("Poland · Norway · yesterday …", 7, 3.2) },
  { feature: "transcoder.3/226", ...known("in · is → Poland, Portugal", 8, 21.4) },
  { feature: "transcoder.2/35", ...known("Portugal · Poland …", -1, 0) },
];

export function exampleText(tokens: readonly string[]): TextTrait {
  const top = tokens.map((token) => [token, ...OTHERS.filter((other) => other !== token).slice(0, 4)]);
  const odds = tokens.flatMap((_, i) => [0.9, 0.05, 0.02, 0.01, 0.005].map((p) => p / (1 + (i % 4) / 4)));
  return {
    tokens: [...tokens],
    text: tokens.join(" "),
    ended: false,
    probability: new DataView(Float32Array.from(tokens, (_, i) => 0.9 / (1 + (i % 4) / 4)).buffer),
    top,
    odds: new DataView(Float32Array.from(odds).buffer),
  };
}

/** The made-up model: the more is added, the earlier the text turns. */
export function steeredText(rows: readonly RowTrait[], { tokens }: OptionsTrait, hostile = false): TextTrait {
  const strength = rows.reduce((sum, row) => sum + (row.ablate ? 0.5 : Math.abs(row.strength)), 0);
  const from = Math.max(0, Math.round(8 - 3 * strength));
  const text = strength === 0 ? PLAIN : [...PLAIN.slice(0, from), ...STEERED.slice(from)];
  return exampleText((hostile && strength > 0 ? text.with(1, HOSTILE) : text).slice(0, tokens));
}

export function exampleSteering(hostile = false): SteeringTraits {
  const label = hostile ? HOSTILE : "is · in · speaks → Italian, Italy";
  const rows: RowTrait[] = [
    { feature: "transcoder.3/101", strength: 3, ablate: false, at: "all" },
    { feature: "transcoder.0/749", strength: 0, ablate: true, at: [7] },
  ];
  const options: OptionsTrait = { tokens: 12, temperature: 0, seed: 0, hold: false };
  return {
    error: null,
    busy: "",
    progress: null,
    prompt: TOKENS.slice(1).join(" "),
    tokens: hostile ? TOKENS.with(7, HOSTILE) : [...TOKENS],
    rows,
    known: {
      "transcoder.3/101": known(label, 8, 12.6),
      "transcoder.0/749": known("Norway · Chile · Poland", 7, 35.7),
    },
    options,
    plain: exampleText(PLAIN),
    edited: steeredText(rows, options, hostile),
    feature: null,
  };
}

export const steeringExhibit = exhibit<SteeringTraits>({
  name: "steering_panel",
  title: "SteeringPanel",
  says: "A text continued twice, without and with features turned up or down.",
  widget: steeringPanel,
  state: (options) => exampleSteering(options.get("hostile") === "1"),
  answer(message, reply, { model }, address) {
    if (message.type === "search") return later(address, 20, () => reply({ found: FOUND }));
    if (message.type !== "steer") return refuse(message, reply);
    const { prompt, rows, options } = message as unknown as SteeringTraits;
    return later(address, 60, () => {
      const labels = Object.fromEntries(FOUND.map(({ feature, ...each }) => [feature, each]));
      model.set("prompt", prompt);
      model.set("rows", rows);
      model.set("known", { ...labels, ...model.get("known") });
      model.set("options", options);
      model.set("plain", exampleText(PLAIN.slice(0, options.tokens)));
      model.set("edited", steeredText(rows, options, address.get("hostile") === "1"));
      reply({});
    });
  },
});
