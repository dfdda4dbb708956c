/** Keys on the stage. A handled key reaches neither the page nor the notebook. */

import type { Ui } from "../dom.js";
import type { Direction } from "./hit.js";

export interface KeyTarget {
  step(direction: Direction): void;
  open(): void;
  pin(): void;
  ablate(): void;
  undo(): void;
  redo(): void;
  search(): void;
  clear(): void;
  zoom(factor: number): void;
  reset(): void;
}

export function handleKeys(ui: Ui, stage: HTMLElement, target: KeyTarget): void {
  const commands: Record<string, () => void> = {
    ArrowLeft: () => target.step("left"),
    ArrowRight: () => target.step("right"),
    ArrowUp: () => target.step("up"),
    ArrowDown: () => target.step("down"),
    Enter: target.open,
    p: target.pin,
    a: target.ablate,
    u: target.undo,
    U: target.redo,
    "/": target.search,
    Escape: target.clear,
    "+": () => target.zoom(1.3),
    "=": () => target.zoom(1.3),
    "-": () => target.zoom(1 / 1.3),
    "0": target.reset,
  };
  const press = (event: KeyboardEvent) => {
    const command = commands[event.key];
    if (!command || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  };
  stage.addEventListener("keydown", press, { signal: ui.signal });
}
