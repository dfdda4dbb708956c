/** Where a circuit can only be looked at: why, and the prompts that it was made of. */

import { h, type Ui } from "../dom.js";
import { hasKernel, originOf, refusal } from "../model/possible.js";
import type { ExplorerStore } from "../model/state.js";
import type { OriginTrait } from "../model/traits.js";
import { shorten, visible } from "../text.js";

const MOST_PROMPTS = 6;

export function originNote(ui: Ui, store: ExplorerStore): HTMLElement {
  const element = h(ui, "div", { class: "saec-note", attrs: { role: "note" } });
  store.watch(["graph"], ({ graph }) => {
    const refused = graph && hasKernel(graph) ? refusal(graph) : null;
    const origin = graph && originOf(graph).prompts.length > 0 ? originOf(graph) : null;
    element.hidden = refused === null && origin === null;
    element.replaceChildren(
      ...(refused ? [h(ui, "span", { text: `${visible(refused.message)} ${visible(refused.cure)}` })] : []),
      ...(origin ? [list(ui, origin)] : []),
    );
  });
  return element;
}

/** The mean of prompts, or the second less the first. */
function list(ui: Ui, { kind, prompts: given }: OriginTrait): HTMLElement {
  const difference = kind === "difference";
  const prompts = difference ? given.toReversed() : given;
  const words = (at: number) =>
    at === 0 ? (difference ? "difference: " : "mean of ") : difference ? "less " : "";
  const more = prompts.length - MOST_PROMPTS;
  return h(
    ui,
    "ul",
    { class: "saec-prompts", attrs: { "aria-label": "Prompts of this circuit" } },
    ...prompts
      .slice(0, MOST_PROMPTS)
      .map((prompt, at) =>
        h(
          ui,
          "li",
          { title: visible(prompt) },
          words(at),
          "“",
          h(ui, "bdi", { text: shorten(visible(prompt), 80) }),
          "”",
        ),
      ),
    more > 0 && h(ui, "li", { text: `and ${more} more` }),
  );
}
