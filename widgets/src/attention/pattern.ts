/** Where a query looks: the prompt's tokens, each with its part of the attention; a click chooses the key. */

import { h, setAttributes, type Ui } from "../dom.js";
import type { Graph } from "../model/decode.js";
import { format, percent } from "../text.js";
import { tokenText } from "./names.js";
import type { Score } from "./state.js";

/** Heat of a token that gets all of the attention, in percent. */
const HOTTEST = 85;

export interface Pattern {
  query: HTMLSelectElement;
  keys: HTMLElement;
  show(graph: Graph, score: Score): void;
  /** Shows which query is asked about, before the answer. */
  choose(graph: Graph, query: number): void;
}

export function createPattern(
  ui: Ui,
  on: { query(position: number): void; key(position: number): void },
): Pattern {
  const query = h(ui, "select", {
    class: "saec-input saec-qk-query",
    attrs: { "aria-label": "Token that looks" },
    on: { change: () => on.query(Number(query.value)) },
  });
  const keys = h(ui, "div", { class: "saec-qk-tokens", attrs: { role: "group", "aria-label": "Keys" } });
  let prompt: Graph | null = null;
  let buttons: HTMLButtonElement[] = [];

  function fill(graph: Graph): void {
    if (graph === prompt) return;
    prompt = graph;
    const texts = graph.meta.tokens.map((_, position) => tokenText(graph, position));
    const option = (text: string, position: number) =>
      h(ui, "option", { text: `${text} (${position})`, attrs: { value: position } });
    buttons = texts.map((text, position) =>
      h(
        ui,
        "button",
        { class: "saec-qk-token saec-heat", on: { click: () => on.key(position) } },
        h(ui, "bdi", { text }),
      ),
    );
    query.replaceChildren(...texts.map(option));
    keys.replaceChildren(...buttons);
  }

  return {
    query,
    keys,
    choose(graph, position) {
      fill(graph);
      query.value = String(position < 0 ? position + graph.meta.tokens.length : position);
    },
    show(graph, score) {
      fill(graph);
      for (const [position, button] of buttons.entries()) {
        const weight = score.pattern[position] ?? Number.NaN;
        const seen = Number.isFinite(weight);
        button.disabled = !seen;
        button.style.setProperty("--saec-heat-share", `${(HOTTEST * (seen ? weight : 0)).toFixed(0)}%`);
        const said = seen
          ? `pattern ${percent(weight)}, score ${format(score.scores[position] ?? Number.NaN)}`
          : "the query does not see it";
        const name = `${tokenText(graph, position)}, position ${position}`;
        setAttributes(button, {
          title: `${name}: ${said}`,
          "aria-label": `${name}, ${said}`,
          "aria-pressed": String(position === score.key),
          "data-query": position === score.query || null,
        });
      }
    },
  };
}
