/** A list of many rows of one height: only those near what is on show exist. */

import { focused, h, type Ui } from "../dom.js";

/** Height of a row with the gap below it, in pixels; as in the style sheet. */
export const ROW_HEIGHT = 23;
/** Rows made beyond those on show, at both ends, so that a key finds the next one. */
const BEYOND = 8;

/** `shown` rows have room at a time. */
export function longList(ui: Ui, count: number, row: (at: number) => HTMLElement, shown = 12): HTMLElement {
  const inner = h(ui, "div", { class: "saec-long-inner" });
  inner.style.height = `${count * ROW_HEIGHT}px`;
  const element = h(ui, "div", { class: "saec-long" }, inner);
  element.style.height = `${Math.min(count, shown) * ROW_HEIGHT}px`;
  const made = new Map<number, HTMLElement>();

  function render(): void {
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_HEIGHT) - BEYOND);
    const last = Math.min(count, first + shown + 2 * BEYOND);
    for (const [at, item] of made) {
      if ((at >= first && at < last) || item.contains(focused(ui.doc))) continue;
      item.remove();
      made.delete(at);
    }
    for (let at = first; at < last; at++) {
      if (made.has(at)) continue;
      const item = row(at);
      item.style.top = `${at * ROW_HEIGHT}px`;
      made.set(at, item);
      // In the order of the list, for the keys and for screen readers.
      const next = [...made.keys()].filter((other) => other > at).sort((a, b) => a - b)[0];
      inner.insertBefore(item, next === undefined ? null : (made.get(next) ?? null));
    }
  }
  element.addEventListener("scroll", render, { signal: ui.signal, passive: true });
  render();
  return element;
}
