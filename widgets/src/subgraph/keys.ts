/** Keys on the sheet: one card has the focus, arrows go to the next one, with Alt they move it. */

import type { Ui } from "../dom.js";
import type { Place } from "./layout.js";

export interface SheetKeys {
  go(direction: Direction): void;
  move(dx: number, dy: number): void;
  /** Selects, or marks for a group. */
  press(): void;
  remove(): void;
  rename(): void;
  unpin(): void;
  clear(): void;
  undo(): void;
  redo(): void;
  zoom(factor: number): void;
  reset(): void;
}

export type Direction = "left" | "right" | "up" | "down";
const ARROWS: Record<string, [Direction, number, number]> = {
  ArrowLeft: ["left", -1, 0],
  ArrowRight: ["right", 1, 0],
  ArrowUp: ["up", 0, -1],
  ArrowDown: ["down", 0, 1],
};
/** Pixels that a card moves at a key. */
const STEP = 12;

export function handleSheetKeys(ui: Ui, sheet: SVGElement, target: SheetKeys): void {
  const commands: Record<string, () => void> = {
    Enter: target.press,
    " ": target.press,
    Delete: target.remove,
    Backspace: target.remove,
    F2: target.rename,
    p: target.unpin,
    u: target.undo,
    U: target.redo,
    Escape: target.clear,
    "+": () => target.zoom(1.3),
    "=": () => target.zoom(1.3),
    "-": () => target.zoom(1 / 1.3),
    "0": target.reset,
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.altKey) target.move(STEP * arrow[1], STEP * arrow[2]);
    else if (arrow) target.go(arrow[0]);
    else if (commands[event.key] && !event.altKey) commands[event.key]?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  sheet.addEventListener("keydown", press, { signal: ui.signal });
}

/** The nearest place in a direction, sideways distance counting double; `from` where there is none. */
export function neighbour(places: readonly Place[], from: number, direction: Direction): number {
  const here = places[from];
  if (!here) return from;
  const flat = direction === "left" || direction === "right";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  let [best, least] = [from, Number.POSITIVE_INFINITY];
  for (const [at, there] of places.entries()) {
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const ahead = sign * (flat ? dx : dy);
    const aside = Math.abs(flat ? dy : dx);
    if (at === from || ahead <= 1 || aside > 3 * ahead + 60) continue;
    const distance = ahead + 2 * aside;
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}
