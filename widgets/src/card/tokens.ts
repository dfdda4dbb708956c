/** Short lists of tokens or features with a bar behind each. */

import { h, type Ui } from "../dom.js";
import { format, percent, showToken, visible } from "../text.js";

const TOKENS = 8;

/** Tokens with logits: promoted or suppressed. */
export function tokenList(
  ui: Ui,
  title: string,
  tokens: readonly (readonly [string, number])[],
  bar: string,
): HTMLElement {
  const shown = tokens.slice(0, TOKENS);
  const most = Math.max(1e-9, ...shown.map(([, value]) => Math.abs(value)));
  return list(
    ui,
    title,
    shown.map(([token, value]) => tokenRow(ui, token, Math.abs(value) / most, format(value), bar)),
  );
}

/** Tokens with shares of the squared activations. */
export function shareList(
  ui: Ui,
  title: string,
  tokens: readonly (readonly [string, number])[],
): HTMLElement {
  return list(
    ui,
    title,
    tokens.map(([token, share]) => tokenRow(ui, token, share, percent(share), "saec-bar-heat")),
  );
}

/** Features that write in nearly the same direction; buttons where a click leads there. */
export function neighbourList(
  ui: Ui,
  neighbours: readonly { feature: string; label: string; cosine: number }[],
  go?: (feature: string) => void,
): HTMLElement {
  const rows = neighbours.map(({ feature, label, cosine }) => {
    const fill = h(ui, "span", {
      class: `saec-row-bar ${cosine >= 0 ? "saec-bar-positive" : "saec-bar-negative"}`,
    });
    fill.style.width = `${(100 * Math.min(1, Math.abs(cosine))).toFixed(1)}%`;
    const parts = [
      fill,
      h(ui, "span", { class: "saec-token-name" }, h(ui, "bdi", { text: visible(label) })),
      h(ui, "span", { class: "saec-number", text: format(cosine) }),
    ];
    const title = `${feature}: ${visible(label)}, cosine ${format(cosine)}`;
    if (!go) return h(ui, "div", { class: "saec-token-row saec-near-row", title }, ...parts);
    return h(
      ui,
      "button",
      { class: "saec-token-row saec-near-row", title, on: { click: () => go(feature) } },
      ...parts,
    );
  });
  return list(ui, "Nearest directions", rows);
}

function list(ui: Ui, title: string, rows: readonly HTMLElement[]): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-token-list" },
    h(ui, "div", { class: "saec-subtitle", text: title }),
    ...rows,
    rows.length === 0 && h(ui, "p", { class: "saec-hint", text: "none" }),
  );
}

function tokenRow(ui: Ui, token: string, share: number, value: string, bar: string): HTMLElement {
  const fill = h(ui, "span", { class: `saec-row-bar ${bar}` });
  fill.style.width = `${(100 * share).toFixed(1)}%`;
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
    h(ui, "span", { class: "saec-number", text: value }),
  );
}
