/** Two texts side by side, token by token: what differs is marked, and each place tells what else could have come. */

import { h, type Ui } from "../dom.js";
import { typed } from "../model/decode.js";
import { percent, showToken, visible } from "../text.js";
import { createPlaces } from "./places.js";
import type { TextTrait } from "./traits.js";

export interface Texts {
  /** The prompt, or its end; empty to leave it out. */
  prompt: string;
  plain: TextTrait;
  edited: TextTrait;
}

export interface Continuation {
  element: HTMLElement;
  /** Null shows nothing. */
  show(texts: Texts | null): void;
  /** While an answer is awaited the texts are those of before. */
  wait(waiting: boolean): void;
}

/** One of the texts. */
export interface Written {
  tokens: string[];
  ended: boolean;
  probability: Float32Array;
  /** By place: the likeliest tokens with their probabilities. */
  top: [string, number][][];
}

const NAMES = ["unsteered", "steered"] as const;
const PROMPT_LENGTH = 60;

/** `names`: what the two texts are called. */
export function continuation(ui: Ui, names: readonly [string, string] = NAMES): Continuation {
  const columns = names.map((name, side) => column(ui, name, side, look));
  const [left, right] = columns as [Column, Column];
  const places = createPlaces(ui, names);
  const element = h(
    ui,
    "div",
    { class: "saec-steer-texts" },
    h(ui, "div", { class: "saec-steer-pair" }, left.element, right.element),
    places.element,
  );
  let written: [Written, Written] | null = null;
  let shown: number | null = null;

  function look(place: number | null): void {
    if (place === null || place === shown) return;
    shown = place;
    for (const each of columns) each.mark(place);
    places.show(written, place);
  }
  return {
    element,
    show(texts) {
      element.hidden = texts === null;
      written = texts && [decode(texts.plain), decode(texts.edited)];
      const before = shown;
      shown = null;
      const first = written ? differing(written) : [];
      for (const [side, each] of columns.entries())
        each.show(texts?.prompt ?? "", written?.[side] ?? null, first);
      places.show(null, 0);
      // The place that was looked at, or else the first at which the texts part.
      const parting = Math.max(0, first.indexOf(true));
      if (first.length > 0) look(before !== null && before < first.length ? before : parting);
    },
    wait: (waiting) => element.classList.toggle("saec-pending", waiting),
  };
}

function decode({ tokens, ended, probability, top, odds }: TextTrait): Written {
  const chances = typed(odds, Float32Array);
  let at = 0;
  const pairs = top.map((row) => row.map((token): [string, number] => [token, chances[at++] ?? Number.NaN]));
  return { tokens, ended, probability: typed(probability, Float32Array), top: pairs };
}

/** By place: whether the two texts differ there. */
function differing([left, right]: [Written, Written]): boolean[] {
  const places = Math.max(left.tokens.length, right.tokens.length);
  return Array.from({ length: places }, (_, place) => left.tokens[place] !== right.tokens[place]);
}

interface Column {
  element: HTMLElement;
  show(prompt: string, written: Written | null, differ: readonly boolean[]): void;
  mark(place: number): void;
}

/** One text: every token can be hovered, and the keys go along them from the one that has the focus. */
function column(ui: Ui, name: string, side: number, look: (place: number | null) => void): Column {
  let marks: HTMLElement[] = [];
  let marked: HTMLElement | undefined;
  let stop: HTMLElement | undefined;
  const seen = (event: Event) => look(placeOf(event.target));
  const text = h(ui, "div", {
    class: "saec-steer-text",
    attrs: { role: "group", "aria-label": `The ${name} text` },
    on: { pointerover: seen, focusin: seen, click: seen, keydown: step },
  });
  const note = h(ui, "span", { class: "saec-caption" });
  const title = h(ui, "span", { class: "saec-subtitle", text: name });
  const head = h(ui, "div", { class: "saec-steer-head" }, title, note);
  const kind = `saec-steer-column saec-steer-${side ? "edited" : "plain"}`;

  /** One stop of Tab a text: the keys take it along. */
  function step(event: KeyboardEvent): void {
    const by = STEPS[event.key];
    const place = placeOf(event.target);
    if (!by || place === null) return;
    event.preventDefault();
    if (stop) stop.tabIndex = -1;
    stop = marks[Math.max(0, Math.min(marks.length - 1, place + by))];
    if (!stop) return;
    stop.tabIndex = 0;
    stop.focus();
  }

  return {
    element: h(ui, "section", { class: kind }, head, text),
    show(prompt, written, differ) {
      note.textContent = written && side === 1 ? differenceText(differ) : "";
      const { tokens, probability, ended } = written ?? NO_TEXT;
      marks = tokens.map((token, place) =>
        tokenMark(ui, token, place, probability[place] ?? Number.NaN, differ[place] ?? false),
      );
      [stop] = marks;
      marked = undefined;
      const end = h(ui, "span", { class: "saec-steer-end", text: "■", title: "The model ended the text" });
      text.replaceChildren(
        ...(prompt ? [promptMark(ui, prompt)] : []),
        ...marks.flatMap((mark, place) => [gapBefore(tokens, place), mark]),
        ...(ended ? [end] : []),
      );
    },
    mark(place) {
      marked?.classList.remove("saec-hovered");
      marked = marks[place];
      marked?.classList.add("saec-hovered");
    },
  };
}

const NO_TEXT: Written = { tokens: [], ended: false, probability: new Float32Array(), top: [] };

function differenceText(differ: readonly boolean[]): string {
  const count = differ.filter(Boolean).length;
  if (count === 0) return "the same text";
  return count === 1 ? "1 token differs" : `${count} tokens differ`;
}

function promptMark(ui: Ui, prompt: string): HTMLElement {
  return h(ui, "span", { class: "saec-steer-prompt", title: visible(prompt), text: `${ending(prompt)} ` });
}

/** Tokens that are pieces of words carry their own blanks; tokens that are words stand apart. */
function gapBefore(tokens: readonly string[], place: number): string {
  const pieces = tokens.some((token) => token.startsWith(" "));
  return place > 0 && (!pieces || tokens[place]?.startsWith(" ")) ? " " : "";
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };

function placeOf(target: EventTarget | null): number | null {
  const token = target instanceof Element ? target.closest<HTMLElement>("[data-place]") : null;
  return token ? Number(token.dataset.place) : null;
}

function ending(prompt: string): string {
  const text = visible(prompt);
  return text.length > PROMPT_LENGTH ? `…${text.slice(1 - PROMPT_LENGTH)}` : text;
}

function tokenMark(ui: Ui, token: string, place: number, chance: number, differs: boolean): HTMLElement {
  const element = h(
    ui,
    "span",
    {
      class: `saec-steer-token${differs ? " saec-steer-differs" : ""}`,
      attrs: {
        "data-place": place,
        tabindex: place === 0 ? 0 : -1,
        role: "button",
        "aria-label": `${showToken(token)}, ${percent(chance)}${differs ? ", differs" : ""}`,
      },
    },
    h(ui, "bdi", { text: showToken(token.length > 1 ? token.replace(/^ /, "") : token) }),
  );
  return element;
}
