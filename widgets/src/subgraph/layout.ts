/**
 * Places for the cards.
 *
 * 1. Every card has a rank: its layer among the layers in use; a rank with many cards is broken into several lines.
 * 2. Within a rank cards start in the order of their tokens.
 * 3. Barycentre sweeps, up and down, put each card where its links come from; the order with the fewest weighted
 *    crossings is kept, so that the order of tokens stands unless it costs crossings.
 * 4. Ranks go from left to right or from bottom to top, each centred. Places that a person chose replace these.
 */

import { group } from "d3-array";
import type { Flow, Places } from "../model/traits.js";
import type { Card } from "./cards.js";
import type { CardLink } from "./links.js";

export interface Place {
  x: number;
  y: number;
}

const GAP = { across: { rank: 62, card: 10 }, up: { rank: 44, card: 16 } };
/** Cards of one line before a rank is broken. */
const LINE = { across: 9, up: 7 };
const SWEEPS = 12;

/** The left upper corner of every card. */
export function arrange(
  cards: readonly Card[],
  links: readonly CardLink[],
  flow: Flow,
  places: Places = {},
): Place[] {
  const ranks = untangle(rankCards(cards), links, cards.length);
  const lines = ranks.flatMap((rank) => broken(rank, LINE[flow]));
  const found = flow === "across" ? across(cards, lines) : up(cards, lines);
  return found.map((place, at) => {
    const chosen = places[cards[at]?.key ?? ""];
    const [x, y] = Array.isArray(chosen) ? chosen : [];
    return Number.isFinite(x) && Number.isFinite(y) ? { x: Number(x), y: Number(y) } : place;
  });
}

/** Weighted crossings between neighbouring ranks: how much ink crosses, in products of shares. */
export function crossings(ranks: readonly (readonly number[])[], links: readonly CardLink[]): number {
  const at = places(ranks);
  const ends = links.map(({ from, to, share }) => ({
    from: at.get(from)?.order ?? 0,
    to: at.get(to)?.order ?? 0,
    share: Math.abs(share),
    between: [at.get(from)?.rank ?? -1, at.get(to)?.rank ?? -1] as const,
  }));
  // Only links between the same two ranks can be seen to cross.
  const lanes = group(ends, ({ between: [from, to] }) => (from === to ? "" : `${from} ${to}`));
  lanes.delete("");
  let sum = 0;
  for (const lane of lanes.values())
    for (const [index, a] of lane.entries())
      for (let other = index + 1; other < lane.length; other++) {
        const b = lane[other];
        if (b && (a.from - b.from) * (a.to - b.to) < 0) sum += a.share * b.share;
      }
  return sum;
}

function rankCards(cards: readonly Card[]): number[][] {
  const layers = [...new Set(cards.map((card) => Math.round(card.layer)))].sort((a, b) => a - b);
  const ranks = layers.map((layer) =>
    [...cards.keys()].filter((at) => Math.round(cards[at]?.layer ?? 0) === layer),
  );
  const position = (at: number) => cards[at]?.position ?? 0;
  for (const rank of ranks) rank.sort((a, b) => position(a) - position(b) || a - b);
  return ranks;
}

/** More links than this are too many to count crossings of; the strongest say enough. */
const MOST_COUNTED = 400;

function untangle(start: number[][], links: readonly CardLink[], count: number): number[][] {
  const strong = links.slice(-MOST_COUNTED);
  const near: { card: number; weight: number }[][] = Array.from({ length: count }, () => []);
  for (const { from, to, share } of strong) {
    near[from]?.push({ card: to, weight: Math.abs(share) });
    near[to]?.push({ card: from, weight: Math.abs(share) });
  }
  let best = start;
  let least = crossings(start, strong);
  let ranks = start;
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
    ranks = swept(ranks, near, sweep % 2 === 0);
    const now = crossings(ranks, strong);
    if (now < least - 1e-12) [best, least] = [ranks, now];
  }
  return best;
}

/** One sweep: cards go where the mean of their neighbours in the ranks before (or behind) them is. */
function swept(
  ranks: readonly number[][],
  near: readonly { card: number; weight: number }[][],
  forward: boolean,
): number[][] {
  const next = ranks.map((rank) => [...rank]);
  const order = [...next.keys()];
  if (!forward) order.reverse();
  for (const rank of order) {
    const at = places(next);
    const wish = new Map<number, number>();
    for (const card of next[rank] ?? []) {
      const own = at.get(card)?.order ?? 0;
      let [sum, total] = [0, 0];
      for (const { card: other, weight } of near[card] ?? []) {
        const there = at.get(other);
        if (!there || (forward ? there.rank >= rank : there.rank <= rank)) continue;
        sum += weight * there.order;
        total += weight;
      }
      wish.set(card, total > 0 ? sum / total : own);
    }
    next[rank]?.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
  }
  return next;
}

/** The rank of every card, and its place there from 0 to 1. */
function places(ranks: readonly (readonly number[])[]): Map<number, { rank: number; order: number }> {
  const at = new Map<number, { rank: number; order: number }>();
  for (const [rank, cards] of ranks.entries())
    for (const [order, card] of cards.entries()) at.set(card, { rank, order: (order + 0.5) / cards.length });
  return at;
}

function broken(rank: readonly number[], most: number): number[][] {
  const count = Math.ceil(rank.length / most);
  const size = Math.ceil(rank.length / count);
  return Array.from({ length: count }, (_, line) => rank.slice(line * size, (line + 1) * size));
}

function across(cards: readonly Card[], lines: readonly number[][]): Place[] {
  const { rank, card: gap } = GAP.across;
  const heights = lines.map((line) => total(line, (at) => cards[at]?.height ?? 0, gap));
  const tallest = Math.max(0, ...heights);
  const found: Place[] = cards.map(() => ({ x: 0, y: 0 }));
  let x = 0;
  for (const [index, line] of lines.entries()) {
    let y = (tallest - (heights[index] ?? 0)) / 2;
    const width = Math.max(...line.map((at) => cards[at]?.width ?? 0));
    for (const at of line) {
      found[at] = { x: x + (width - (cards[at]?.width ?? 0)) / 2, y };
      y += (cards[at]?.height ?? 0) + gap;
    }
    x += width + rank;
  }
  return found;
}

function up(cards: readonly Card[], lines: readonly number[][]): Place[] {
  const { rank, card: gap } = GAP.up;
  const widths = lines.map((line) => total(line, (at) => cards[at]?.width ?? 0, gap));
  const widest = Math.max(0, ...widths);
  const found: Place[] = cards.map(() => ({ x: 0, y: 0 }));
  let y = 0;
  for (const [index, line] of [...lines.entries()].reverse()) {
    let x = (widest - (widths[index] ?? 0)) / 2;
    const height = Math.max(...line.map((at) => cards[at]?.height ?? 0));
    for (const at of line) {
      found[at] = { x, y: y + (height - (cards[at]?.height ?? 0)) / 2 };
      x += (cards[at]?.width ?? 0) + gap;
    }
    y += height + rank;
  }
  return found;
}

function total(line: readonly number[], size: (at: number) => number, gap: number): number {
  return line.reduce((sum, at) => sum + size(at), gap * (line.length - 1));
}
