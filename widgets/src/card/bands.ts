/** Contexts by how strongly a feature fires: drawn at random from each band of its range. */

import { h, type Ui } from "../dom.js";
import { compact, percent, visible } from "../text.js";
import { contextList, type Look } from "./contexts.js";
import type { Bands } from "./traits.js";

export function bandsView(ui: Ui, { rows, corpus }: Bands, max: number, look: Look): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-bands" },
    h(ui, "p", {
      class: "saec-hint",
      text: `Drawn at random from ${visible(corpus)}, by share of the most that it was seen to fire`,
    }),
    ...rows.map(({ low, high, firings, contexts }) =>
      h(
        ui,
        "div",
        { class: "saec-band" },
        h(
          ui,
          "div",
          { class: "saec-card-caption" },
          h(ui, "span", { class: "saec-subtitle", text: `${percent(low)} to ${percent(high)}` }),
          h(ui, "span", { class: "saec-hint", text: `${compact(firings)} tokens` }),
        ),
        contexts.length > 0
          ? contextList(ui, contexts, max, look)
          : h(ui, "p", { class: "saec-hint", text: "none" }),
      ),
    ),
  );
}
