/** The card of a feature: where it fires, how often, which tokens it speaks for, and what lies beside it. */

import { h, type Ui } from "../dom.js";
import type { Card } from "../model/traits.js";
import { format, percent } from "../text.js";
import { contextList, type Look, lookText } from "./contexts.js";
import { createHistogram, type Mark } from "./histogram.js";
import { neighbourList, shareList, tokenList } from "./tokens.js";

export interface CardTools {
  /** Shows another feature. */
  go?: (feature: string) => void;
  /** What is put below the contexts; tokens in it are looked at as those above. */
  below?: (look: Look) => HTMLElement;
}

/** `values`: activations to mark in the histogram, such as the present one. */
export function cardView(
  ui: Ui,
  card: Card,
  values: readonly Mark[] = [],
  { go, below }: CardTools = {},
): HTMLElement {
  const histogram = createHistogram(ui, card.histogram, values);
  const looked = h(ui, "span", { class: "saec-hint saec-card-looked" });
  const look: Look = (token) => {
    looked.textContent = lookText(token, card.max);
    histogram.look(token?.activation ?? null);
  };
  return h(
    ui,
    "div",
    { class: "saec-card" },
    h(
      ui,
      "div",
      { class: "saec-card-main" },
      h(ui, "div", { class: "saec-card-caption" }, subtitle(ui, "Fires most on"), looked),
      card.contexts.length > 0
        ? contextList(ui, card.contexts, card.max, look)
        : h(ui, "p", { class: "saec-hint", text: "It never fired on the corpus." }),
      below?.(look),
    ),
    h(
      ui,
      "div",
      { class: "saec-card-side" },
      h(
        ui,
        "div",
        { class: "saec-card-caption" },
        subtitle(ui, "Activations"),
        h(ui, "span", {
          class: "saec-hint",
          text: `fires on ${percent(card.firing_rate)} of tokens · max ${format(card.max)}`,
        }),
      ),
      histogram.element,
      h(
        ui,
        "div",
        { class: "saec-tokens" },
        tokenList(ui, "Promotes", card.promoted, "saec-bar-positive"),
        tokenList(ui, "Suppresses", card.suppressed, "saec-bar-negative"),
        card.fired && card.fired.length > 0 && shareList(ui, "Tokens it fires on", card.fired),
        card.neighbours && card.neighbours.length > 0 && neighbourList(ui, card.neighbours, go),
      ),
    ),
  );
}

function subtitle(ui: Ui, text: string): HTMLElement {
  return h(ui, "span", { class: "saec-subtitle", text });
}
