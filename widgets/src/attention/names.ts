/** Sources of a score in words, and as something to click. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { type Graph, Kind } from "../model/decode.js";
import { nodeName } from "../panels/describe.js";
import { type GlyphKind, glyph } from "../panels/glyph.js";
import { showToken, visible } from "../text.js";
import type { Source } from "./state.js";

const KINDS: Record<string, GlyphKind> = {
  feature: Kind.feature,
  error: Kind.error,
  token: Kind.token,
  bias: Kind.bias,
  attention: "attention",
  skip: "skip",
};

export function tokenText(graph: Graph, position: number): string {
  return showToken(graph.meta.tokens[position] ?? "");
}

/** Only features and tokens have names of their own. */
export function sourceName(graph: Graph, source: Source): string {
  switch (source.kind) {
    case "feature": {
      // The graph knows names that were given since.
      const row = graph.rowOf.get(source.id);
      return row === undefined ? visible(source.label || source.feature || source.id) : nodeName(graph, row);
    }
    case "token":
      return tokenText(graph, source.position);
    case "bias":
      return source.layer < 0 ? "position embedding" : `biases L${source.layer}`;
    case "error":
      return `error L${source.layer}`;
    case "attention":
      return `attention L${source.layer}`;
    case "skip":
      return `skip L${source.layer}`;
    default:
      return source.id;
  }
}

/** Layer and token of a source. */
export function sourcePlace(graph: Graph, { layer, position }: Source): string {
  const token = `“${tokenText(graph, position)}” (${position})`;
  return layer < 0 ? `at ${token}` : `layer ${layer}, at ${token}`;
}

/**
 * A source: a click selects its node where the circuit has it, and shows the card of a feature that it does not have.
 * What can be neither is plain text. `home` is the position that is looked at: what stands elsewhere says where.
 */
export function sourceChip(
  ui: Ui,
  graph: Graph,
  source: Source,
  home: number,
  actions: Actions,
): HTMLElement {
  const row = graph.rowOf.get(source.id);
  const name = sourceName(graph, source);
  const elsewhere =
    source.position === home || source.kind === "token" ? "" : tokenText(graph, source.position);
  const inside = [
    glyph(ui, KINDS[source.kind] ?? Kind.feature),
    h(ui, "bdi", { class: "saec-source-name", text: name }),
    ...(elsewhere ? [h(ui, "bdi", { class: "saec-source-place", text: `← ${elsewhere}` })] : []),
  ];
  const what = `${name} · ${sourcePlace(graph, source)}`;
  const over = {
    pointerenter: () => actions.hover(row ?? null),
    pointerleave: () => actions.hover(null),
  };
  if (row !== undefined) {
    const title = `${what}. Select it in the graph.`;
    const on = { click: () => actions.select(row), ...over };
    return h(ui, "button", { class: "saec-source-chip", title, on, attrs: { "data-node": row } }, ...inside);
  }
  if (source.feature !== null) {
    const title = `${what}. It is not in this circuit; show its card.`;
    const on = { click: () => actions.attention.look(source) };
    return h(ui, "button", { class: "saec-source-chip saec-source-outside", title, on }, ...inside);
  }
  return h(ui, "span", { class: "saec-source-chip saec-source-plain", title: what }, ...inside);
}
