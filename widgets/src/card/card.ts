/** The card of a feature: where it fires, how often, and which tokens it speaks for. */

import { h, type Ui } from "../dom.js";
import type { Card, CardContext } from "../model/traits.js";
import { format, percent, showToken, visible } from "../text.js";
import { histogram } from "./histogram.js";

/** Tokens shown before and after the peak of a context. */
const BEFORE = 14;
const AFTER = 12;
const TOKENS = 8;

/** `values`: activations to mark in the histogram, such as the present one. */
export function cardView(
  ui: Ui,
  card: Card,
  values: readonly { value: number; name: string }[] = [],
): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-card" },
    h(
      ui,
      "div",
      { class: "saec-card-main" },
      caption(ui, "Fires most on"),
      h(
        ui,
        "div",
        { class: "saec-contexts" },
        ...card.contexts.map((context) => contextLine(ui, context, card.max)),
      ),
      card.contexts.length === 0 && h(ui, "p", { class: "saec-hint", text: "It never fired on the corpus." }),
    ),
    h(
      ui,
      "div",
      { class: "saec-card-side" },
      caption(ui, "Activations", `fires on ${percent(card.firing_rate)} of tokens · max ${format(card.max)}`),
      histogram(ui, card.histogram, values),
      h(
        ui,
        "div",
        { class: "saec-tokens" },
        tokenList(ui, "Promotes", card.promoted, "saec-bar-positive"),
        tokenList(ui, "Suppresses", card.suppressed, "saec-bar-negative"),
      ),
    ),
  );
}

function caption(ui: Ui, title: string, note = ""): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-card-caption" },
    h(ui, "span", { class: "saec-subtitle", text: title }),
    note !== "" && h(ui, "span", { class: "saec-hint", text: note }),
  );
}

/** One line, its peak in the middle of the column, so that lines can be compared. */
function contextLine(ui: Ui, { tokens, activations, peak }: CardContext, max: number): HTMLElement {
  const token = (index: number) => {
    const activation = activations[index] ?? 0;
    const share = Math.min(1, Math.max(0, activation) / Math.max(max, 1e-9));
    const element = h(ui, "bdi", { class: "saec-heat", text: contextToken(tokens[index] ?? "") });
    element.title = `${showToken(tokens[index] ?? "")}  ${format(activation)}`;
    element.style.setProperty("--saec-heat-share", `${Math.round(85 * share)}%`);
    if (index === peak) element.classList.add("saec-heat-peak");
    return element;
  };
  const run = (from: number, to: number) => {
    const indices = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    return indices.flatMap((index) => [token(index), " "]);
  };
  const before = h(ui, "span", { class: "saec-context-run" }, ...run(Math.max(0, peak - BEFORE), peak));
  const after = h(
    ui,
    "span",
    { class: "saec-context-run" },
    ...run(peak, Math.min(tokens.length, peak + AFTER + 1)),
  );
  return h(
    ui,
    "div",
    { class: "saec-context", title: visible(tokens.join(" ")) },
    h(ui, "span", { class: "saec-number saec-context-value", text: format(activations[peak] ?? Number.NaN) }),
    h(ui, "span", { class: "saec-context-before" }, before),
    h(ui, "span", { class: "saec-context-after" }, after),
  );
}

/** In running text a leading blank is just a blank. */
function contextToken(token: string): string {
  return token.trim() === "" ? showToken(token) : visible(token.trim());
}

function tokenList(ui: Ui, title: string, tokens: readonly [string, number][], bar: string): HTMLElement {
  const shown = tokens.slice(0, TOKENS);
  const most = Math.max(1e-9, ...shown.map(([, value]) => Math.abs(value)));
  return h(
    ui,
    "div",
    { class: "saec-token-list" },
    h(ui, "div", { class: "saec-subtitle", text: title }),
    ...shown.map(([token, value]) => {
      const fill = h(ui, "span", { class: `saec-row-bar ${bar}` });
      fill.style.width = `${((100 * Math.abs(value)) / most).toFixed(1)}%`;
      return h(
        ui,
        "div",
        { class: "saec-token-row" },
        fill,
        h(
          ui,
          "span",
          { class: "saec-token-name", title: visible(token) },
          h(ui, "bdi", { text: showToken(token) }),
        ),
        h(ui, "span", { class: "saec-number", text: format(value) }),
      );
    }),
    shown.length === 0 && h(ui, "p", { class: "saec-hint", text: "none" }),
  );
}
