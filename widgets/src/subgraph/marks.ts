/** Cards and links → SVG. A card is a group of a large button and small ones beside it; nothing is nested in a button. */

import { s, type Ui } from "../dom.js";
import type { Graph } from "../model/decode.js";
import type { Flow } from "../model/traits.js";
import { nodeName, place } from "../panels/describe.js";
import { percent, shorten, signed } from "../text.js";
import { type Card, MOST_CIRCLES, shortPlace } from "./cards.js";
import type { Place } from "./layout.js";
import type { CardLink } from "./links.js";

const KEYS = { "data-lm-suppress-shortcuts": "true" };

export interface CardMark {
  card: Card;
  element: SVGElement;
  /** The large button. */
  button: SVGElement;
  /** The circle of each member that has one; the whole card for a single node. */
  circles: { node: number; element: SVGElement; sign: SVGElement }[];
}

export interface LinkMark {
  link: CardLink;
  element: SVGElement;
}

/** Where a link leaves one card and enters the other, and how it bends. */
export function linkPath(from: Card & Place, to: Card & Place, flow: Flow): string {
  const middle = (card: Card & Place) => ({ x: card.x + card.width / 2, y: card.y + card.height / 2 });
  const [a, b] = [middle(from), middle(to)];
  const apart = {
    right: to.x - (from.x + from.width),
    above: from.y - (to.y + to.height),
    below: to.y - (from.y + from.height),
  };
  const sideways = flow === "across" ? apart.right >= 12 : apart.above < 12 && apart.right >= 12;
  if (sideways) {
    const [x1, x2] = [from.x + from.width, to.x];
    const reach = Math.max(18, (x2 - x1) * 0.45);
    return curve(x1, a.y, x1 + reach, a.y, x2 - reach, b.y, x2, b.y);
  }
  if (apart.above >= 6 || apart.below >= 6) {
    const down = apart.below >= 6;
    const y1 = down ? from.y + from.height : from.y;
    const y2 = down ? to.y : to.y + to.height;
    const reach = (y2 - y1) * 0.45;
    return curve(a.x, y1, a.x, y1 + reach, b.x, y2 - reach, b.x, y2);
  }
  // Against the flow, or one over the other: round below both.
  const y = Math.max(from.y + from.height, to.y + to.height) + 26;
  return curve(a.x, from.y + from.height, a.x, y, b.x, y, b.x, to.y + to.height);
}

function curve(...numbers: [number, number, number, number, number, number, number, number]): string {
  const [x1, y1, x2, y2, x3, y3, x4, y4] = numbers.map((value) => Math.round(value * 10) / 10);
  return `M${x1} ${y1}C${x2} ${y2} ${x3} ${y3} ${x4} ${y4}`;
}

export function linkMark(ui: Ui, link: CardLink, cards: readonly Card[]): LinkMark {
  const size = Math.min(1, Math.abs(link.share));
  const single = cards[link.from]?.group === null && cards[link.to]?.group === null;
  const sign = link.weight < 0 ? "saec-line-negative" : "saec-line-positive";
  const element = s(ui, "path", {
    class: `saec-sub-link ${sign}${single ? " saec-sub-link-node" : ""}`,
    "stroke-width": (1 + 6 * Math.sqrt(size)).toFixed(2),
    opacity: Math.min(1, 0.3 + 1.1 * Math.sqrt(size)).toFixed(2),
  });
  const [from, to] = [cards[link.from]?.name ?? "", cards[link.to]?.name ?? ""];
  const words = `${from} → ${to}: ${signed(link.weight)}, ${percent(size)} of what comes into it`;
  element.append(s(ui, "title", {}, words));
  return { link, element };
}

export function cardMark(ui: Ui, graph: Graph, card: Card): CardMark {
  const group = card.group !== null;
  const element = s(ui, "g", { class: `saec-box${group ? " saec-box-group" : ""}`, "data-key": card.key });
  const first = card.members[0] ?? 0;
  const button = s(ui, "g", {
    class: "saec-box-main",
    tabindex: -1,
    role: "button",
    "aria-label": group ? `${card.name}, group of ${card.note}` : `${card.name}, ${place(graph, first)}`,
    ...KEYS,
  });
  const room = 21;
  button.append(
    s(ui, "title", {}, group ? `${card.name} · ${card.note}` : `${card.name} · ${place(graph, first)}`),
    s(ui, "rect", { class: "saec-box-back", width: card.width, height: card.height, rx: 7 }),
    s(ui, "text", { x: 10, y: 16, class: "saec-box-name" }, shorten(card.name, room)),
    s(ui, "text", { x: 10, y: 30, class: "saec-box-note" }, card.note),
  );
  element.append(button);
  const circles: CardMark["circles"] = [];
  if (group) {
    for (const [at, node] of card.members.slice(0, MOST_CIRCLES).entries()) {
      const circle = memberMark(ui, graph, node, 17 + at * 19, card.height - 13);
      element.append(circle.element);
      circles.push(circle);
    }
    const more = card.members.length - MOST_CIRCLES;
    if (more > 0)
      element.append(
        s(
          ui,
          "text",
          { x: 29 + (MOST_CIRCLES - 1) * 19, y: card.height - 9, class: "saec-box-note" },
          `+${more}`,
        ),
      );
  } else {
    const sign = s(ui, "text", { x: card.width - 14, y: 30, class: "saec-box-sign" });
    button.append(sign);
    circles.push({ node: first, element: button, sign });
  }
  if (group) element.append(smallMark(ui, card, "rename", `Rename ${card.name}`, "✎"));
  element.append(smallMark(ui, card, "remove", `${group ? "Ungroup" : "Unpin"} ${card.name}`, "✕"));
  return { card, element, button, circles };
}

/** Not in the order of the tab key: the card's own keys walk through the members. */
function memberMark(ui: Ui, graph: Graph, node: number, x: number, y: number): CardMark["circles"][number] {
  const name = `${nodeName(graph, node)}, ${shortPlace(graph, node)}`;
  const element = s(ui, "g", {
    class: "saec-member",
    transform: `translate(${x} ${y})`,
    tabindex: -1,
    role: "button",
    "aria-label": name,
    "data-node": graph.id[node],
    ...KEYS,
  });
  const sign = s(ui, "text", { y: 3.6, "text-anchor": "middle" });
  element.append(s(ui, "title", {}, name), s(ui, "circle", { r: 7.5 }), sign);
  return { node, element, sign };
}

/** In the upper right corner: not in the order of the tab key, the card has keys for both. */
function smallMark(ui: Ui, card: Card, what: "remove" | "rename", label: string, text: string): SVGElement {
  const x = card.width - (what === "remove" ? 22 : 42);
  const mark = s(ui, "g", {
    class: `saec-box-${what}`,
    tabindex: -1,
    role: "button",
    "aria-label": label,
    ...KEYS,
  });
  mark.append(
    s(ui, "title", {}, label),
    s(ui, "rect", { x, y: 3, width: 21, height: 18, rx: 5 }),
    s(ui, "text", { x: x + 9.5, y: 16, "text-anchor": "middle" }, text),
  );
  return mark;
}
