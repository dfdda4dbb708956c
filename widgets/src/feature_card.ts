/** The FeatureCard: evidence of one feature as a widget of its own. */

import { cardView } from "./card/card.js";
import { h, type Ui } from "./dom.js";
import type { Card, Model } from "./model/traits.js";
import { visible } from "./text.js";
import { followTheme } from "./theme.js";

interface CardTraits {
  card: Card | Record<string, never>;
  /** An activation to mark in the histogram. */
  value: number | null;
}

interface RenderProps {
  model: Model<CardTraits>;
  el: HTMLElement;
  signal?: AbortSignal;
}

function render({ model, el, signal }: RenderProps): () => void {
  const stop = new AbortController();
  const ui: Ui = { doc: el.ownerDocument, signal: stop.signal };
  const root = h(ui, "div", { class: "saec saec-card-alone" });
  const draw = () => {
    const card = model.get("card");
    const value = model.get("value");
    if (!isCard(card))
      return root.replaceChildren(h(ui, "p", { class: "saec-empty", text: "No feature yet." }));
    const head = h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: visible(card.label) || "unnamed feature" })),
      h(ui, "span", { class: "saec-caption", text: `${card.dictionary}/${card.feature}` }),
    );
    return root.replaceChildren(
      head,
      cardView(ui, card, value === null || value === undefined ? [] : [{ value, name: "here" }]),
    );
  };
  draw();
  model.on("change:card", draw);
  model.on("change:value", draw);
  el.append(root);
  followTheme(ui, root, () => {});

  const clean = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    model.off("change:card", draw);
    model.off("change:value", draw);
    root.remove();
  };
  signal?.addEventListener("abort", clean, { once: true });
  return clean;
}

function isCard(card: Card | Record<string, never> | null | undefined): card is Card {
  return Boolean(card && "contexts" in card);
}

export default { render };
