/** The card of a feature that made a score and is not in the circuit. */

import { cardView } from "../card/card.js";
import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { isFailure } from "../model/cards.js";
import type { ExplorerStore } from "../model/state.js";
import type { Card, Failure } from "../model/traits.js";
import { visible } from "../text.js";
import { sourceName, sourcePlace } from "./names.js";
import type { AttentionState } from "./state.js";

export function outsideCard(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const name = h(ui, "h5", { class: "saec-subtitle" });
  const place = h(ui, "span", { class: "saec-caption" });
  const close = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "✕",
    title: "Hide this card",
    attrs: { "aria-label": "Hide this card" },
    on: { click: () => actions.attention.look(null) },
  });
  const body = h(ui, "div");
  const head = h(ui, "div", { class: "saec-qk-card-head" }, name, place, close);
  const element = h(ui, "div", { class: "saec-qk-card" }, head, body);
  let shown: AttentionState["outside"] = null;

  store.watch(["attention", "graph"], ({ graph, attention: { outside } }) => {
    element.hidden = outside === null;
    if (outside && graph && outside !== shown) {
      const { source, card } = outside;
      name.textContent = sourceName(graph, source);
      place.textContent = `${visible(source.feature ?? "")} · ${sourcePlace(graph, source)} · not in this circuit`;
      body.replaceChildren(content(ui, card));
    }
    shown = outside;
  });
  return element;
}

function content(ui: Ui, card: Card | Failure | null): HTMLElement {
  if (card === null) return h(ui, "p", { class: "saec-hint", text: "Looking up where this feature fires …" });
  if (!isFailure(card)) return cardView(ui, card);
  return h(ui, "p", { class: "saec-hint", text: visible(`${card.message} ${card.cure}`) });
}
