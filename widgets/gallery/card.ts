/** The FeatureCard on a made-up dictionary whose features can be found, named and walked through. */

import type { Band, CardTraits } from "../src/card/traits.js";
import { nameOf } from "../src/card/traits.js";
import featureCard from "../src/feature_card.js";
import type { Card } from "../src/model/traits.js";
import { exampleCard, HOSTILE } from "./example.js";
import { exhibit, refuse } from "./exhibit.js";

const DICTIONARY = "transcoder.1";
const LABELS = [
  "Polish cities: Gdansk, Krakow",
  "is · in → Warsaw",
  "plural nouns",
  "names of women",
  "capital of …",
];

export function exampleFullCard(feature: number, hostile = false): Card {
  const label = hostile ? HOSTILE : (LABELS[feature % LABELS.length] ?? "");
  return {
    ...exampleCard(DICTIONARY, feature, label),
    automatic: label,
    fired: [
      ["Gdansk", 0.41],
      ["Krakow", 0.33],
      [hostile ? HOSTILE : "Lodz", 0.12],
    ],
    neighbours: [1, 2, 3, 4].map((step) => ({
      feature: `${DICTIONARY}/${feature + step}`,
      label: hostile ? HOSTILE : (LABELS[(feature + step) % LABELS.length] ?? ""),
      cosine: 0.7 - 0.15 * step,
    })),
  };
}

function exampleBands(card: Card): Band[] {
  return [0.75, 0.5, 0.25, 0].map((low, row) => ({
    low,
    high: low + 0.25,
    firings: 12 * 3 ** row,
    contexts: card.contexts.slice(0, 2).map(({ tokens, activations, peak }) => ({
      tokens,
      activations: activations.map((value) => value * (low + 0.2)),
      peak,
    })),
  }));
}

export function exampleCardTraits(hostile = false): CardTraits {
  return {
    card: exampleFullCard(12, hostile),
    feature: `${DICTIONARY}/12`,
    value: 3.1,
    bands: null,
    live: true,
    error: null,
    busy: "",
    progress: null,
  };
}

export const cardExhibit = exhibit<CardTraits>({
  name: "feature_card",
  title: "FeatureCard",
  says: "What one feature fires on, what it promotes and suppresses, its neighbours; its label is edited in place.",
  widget: featureCard,
  state: (options) => exampleCardTraits(options.get("hostile") === "1"),
  answer(message, reply, { model }) {
    const card = model.get("card") as Card;
    if (message.type === "find") {
      const words = String(message.text).toLowerCase();
      const found = LABELS.map((label, i) => ({ feature: `${DICTIONARY}/${10 + i}`, label }));
      return reply({ found: found.filter(({ label }) => label.toLowerCase().includes(words)) });
    }
    if (message.type === "label") {
      const label = String(message.label).trim() || (card.automatic ?? "");
      model.set("card", { ...card, label });
      return reply({ feature: message.feature, label });
    }
    if (message.type === "bands") {
      model.set("bands", { feature: nameOf(card), corpus: "made-up texts", rows: exampleBands(card) });
      return reply({});
    }
    return refuse(message, reply);
  },
});
