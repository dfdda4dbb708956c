/** A card with its head: the label, which can be edited, and the feature's name. */

import { h, type Ui } from "../dom.js";
import type { Card } from "../model/traits.js";
import { visible } from "../text.js";
import { type CardTools, cardView } from "./card.js";
import type { Mark } from "./histogram.js";
import { labelEditor } from "./label.js";
import { nameOf } from "./traits.js";

export interface FullTools extends CardTools {
  /** Asks Python to name the feature; without it the label can only be read. */
  rename?: (feature: string, label: string) => Promise<void>;
}

export function fullCard(ui: Ui, card: Card, marks: readonly Mark[], tools: FullTools): HTMLElement {
  const { rename, ...rest } = tools;
  const feature = nameOf(card);
  const head = h(
    ui,
    "div",
    { class: "saec-card-head" },
    labelEditor(ui, card, rename && ((label) => rename(feature, label))),
    h(ui, "span", { class: "saec-caption saec-card-name", text: visible(feature) }),
  );
  return h(ui, "div", { class: "saec-card-full" }, head, cardView(ui, card, marks, rest));
}

/** Puts a card in the place of another; whoever named the feature by keyboard goes on from there. */
export function replaceCard(body: HTMLElement, card: HTMLElement): void {
  const naming = body.querySelector(".saec-label :focus") !== null;
  body.replaceChildren(card);
  if (naming) card.querySelector<HTMLElement>(".saec-label-edit")?.focus({ preventScroll: true });
}
