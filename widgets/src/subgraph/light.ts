/** What is lit in the subgraph: links of the card that is pointed at, and the sign of the effects to and from a node. */

import { edgesOf, type Graph } from "../model/decode.js";
import { percent } from "../text.js";
import type { CardMark, LinkMark } from "./marks.js";

export interface Looks {
  graph: Graph;
  /** Row that is hovered, or else selected. */
  active: number | null;
  /** Place of a supernode that is hovered as a whole. */
  card: number | null;
  selected: number | null;
  marked: readonly string[] | null;
}

/** Signed share of each node that the active one is linked with: of its own input, or of that of the other. */
function neighbours(graph: Graph, active: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const edge of edgesOf(graph.inputs, active))
    found.set(graph.source[edge] ?? 0, graph.share[edge] ?? 0);
  for (const edge of edgesOf(graph.outputs, active))
    found.set(graph.target[edge] ?? 0, graph.share[edge] ?? 0);
  return found;
}

export function light(
  root: SVGElement,
  cards: readonly CardMark[],
  links: readonly LinkMark[],
  { graph, active, card, selected, marked }: Looks,
): void {
  const lit = card ?? cards.findIndex((mark) => active !== null && mark.card.members.includes(active));
  root.classList.toggle("saec-sub-focus", lit >= 0);
  for (const { link, element } of links)
    element.classList.toggle("saec-lit", link.from === lit || link.to === lit);
  const shares = active === null || card !== null ? new Map<number, number>() : neighbours(graph, active);
  const chosen = new Set(marked ?? []);
  for (const [at, mark] of cards.entries()) {
    const { members } = mark.card;
    const isMarked = members.every((node) => chosen.has(graph.id[node] ?? ""));
    const isChosen = selected !== null && members.includes(selected);
    mark.element.classList.toggle("saec-box-chosen", isChosen);
    mark.element.classList.toggle("saec-box-marked", isMarked);
    mark.element.classList.toggle("saec-box-lit", at === lit);
    mark.button.setAttribute("aria-pressed", String(marked === null ? isChosen : isMarked));
    for (const circle of mark.circles) {
      const share = shares.get(circle.node) ?? 0;
      circle.element.classList.toggle("saec-from-positive", share > 0);
      circle.element.classList.toggle("saec-from-negative", share < 0);
      const one = circle.element !== mark.button;
      if (one) circle.element.classList.toggle("saec-chosen", circle.node === selected);
      if (one) circle.element.classList.toggle("saec-marked", chosen.has(graph.id[circle.node] ?? ""));
      const sign = share > 0 ? "+" : share < 0 ? "−" : "";
      circle.sign.textContent = sign && !one ? `${sign}${percent(Math.abs(share))}` : sign;
    }
  }
}
