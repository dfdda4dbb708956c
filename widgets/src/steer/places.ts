/** Below two texts: the likeliest tokens at one place, in both. */

import { h, s, setAttributes, type Ui } from "../dom.js";
import { percent, showToken } from "../text.js";
import type { Written } from "./continuation.js";

const HINT = "hover a token, or go along a text with the arrow keys";

export interface Places {
  element: HTMLElement;
  /** Null shows nothing. */
  show(written: readonly [Written, Written] | null, place: number): void;
}

export function createPlaces(ui: Ui, names: readonly [string, string]): Places {
  const title = h(ui, "span", { class: "saec-subtitle" });
  const head = h(
    ui,
    "div",
    { class: "saec-steer-place" },
    title,
    h(ui, "span", { class: "saec-caption", text: HINT }),
  );
  const tables = names.map((name, side) => table(ui, name, side));
  const pair = h(ui, "div", { class: "saec-steer-pair" }, ...tables.map(({ element }) => element));
  return {
    element: h(ui, "div", { class: "saec-steer-places", attrs: { "aria-live": "polite" } }, head, pair),
    show(written, place) {
      head.hidden = written === null;
      pair.hidden = written === null;
      title.textContent = `What could stand at place ${place + 1}`;
      for (const [side, each] of tables.entries()) each.show(written?.[side] ?? null, place);
    },
  };
}

interface Table {
  element: HTMLElement;
  show(written: Written | null, place: number): void;
}

/** Lines are made once and filled anew, so that going along a text is quick. */
function table(ui: Ui, name: string, side: number): Table {
  const ended = h(ui, "p", { class: "saec-hint", text: "The text has ended before." });
  const element = h(ui, "div", { class: "saec-steer-chances", attrs: { role: "group" } }, ended);
  const lines: Line[] = [];
  return {
    element,
    show(written, place) {
      const top = written?.top[place] ?? [];
      while (lines.length < top.length) {
        const made = chanceLine(ui, side);
        lines.push(made);
        element.append(made.element);
      }
      for (const [at, line] of lines.entries()) line.show(top[at], written?.tokens[place]);
      ended.hidden = top.length > 0;
      element.setAttribute("aria-label", `Place ${place + 1}, ${name}`);
    },
  };
}

interface Line {
  element: HTMLElement;
  show(chance: [string, number] | undefined, taken: string | undefined): void;
}

function chanceLine(ui: Ui, side: number): Line {
  const token = h(ui, "bdi");
  const number = h(ui, "span", { class: "saec-number" });
  const fill = s(ui, "rect", { class: `saec-steer-bar-${side ? "edited" : "plain"}`, height: 8 });
  const bar = {
    class: "saec-steer-bar",
    "aria-hidden": "true",
    viewBox: "0 0 100 8",
    preserveAspectRatio: "none",
  };
  const element = h(
    ui,
    "div",
    { class: "saec-steer-chance" },
    h(ui, "span", { class: "saec-steer-chance-token" }, token),
    s(ui, "svg", bar, fill),
    number,
  );
  return {
    element,
    show(chance, taken) {
      element.hidden = chance === undefined;
      const [text, probability] = chance ?? ["", 0];
      token.textContent = showToken(text);
      number.textContent = percent(probability);
      setAttributes(fill, { width: Math.max(0.5, Math.min(100, 100 * probability)).toFixed(1) });
      element.classList.toggle("saec-steer-taken", text === taken);
    },
  };
}
