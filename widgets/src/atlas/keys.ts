/** The points by keyboard. */

import type { AtlasActions } from "./actions.js";
import type { State } from "./state.js";
import { beyond, nearest, reveal, type View, zoomAt } from "./view.js";

export interface KeyTarget {
  state(): Readonly<State>;
  view(): View;
  look(view: View): void;
  search(): void;
}

const ARROWS: Record<string, [dx: number, dy: number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export function pressed(event: KeyboardEvent, target: KeyTarget, actions: AtlasActions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  const done = arrow ? step(target, actions, ...arrow) : act(event.key, target, actions);
  if (done) event.preventDefault();
}

/** To the next point in a direction; from nowhere, to the selected one or the one in the middle. */
function step(target: KeyTarget, actions: AtlasActions, dx: number, dy: number): boolean {
  const { atlas, hovered, selected } = target.state();
  if (!atlas || atlas.size === 0) return false;
  const view = target.view();
  const middle = { x: view.width / 2, y: view.height / 2 };
  const start = selected ?? nearest(view, atlas, middle, view.width + view.height) ?? 0;
  const row = hovered === null ? start : beyond(atlas, hovered, dx, dy);
  actions.hover(row);
  target.look(reveal(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0));
  return true;
}

function act(key: string, target: KeyTarget, actions: AtlasActions): boolean {
  const { hovered, selected, chosen } = target.state();
  const view = target.view();
  const zoom = (factor: number) => {
    target.look(zoomAt(view, factor, { x: view.width / 2, y: view.height / 2 }));
    return true;
  };
  switch (key) {
    case "Enter":
      if (hovered !== null) actions.select(hovered === selected ? null : hovered);
      return hovered !== null;
    case " ":
      if (hovered !== null) actions.toggle(hovered);
      return true;
    case "Escape":
      if (hovered !== null) actions.hover(null);
      else if (chosen.size > 0) actions.choose([]);
      else if (selected !== null) actions.select(null);
      else return false;
      return true;
    case "/":
      target.search();
      return true;
    case "+":
    case "=":
      return zoom(1.4);
    case "-":
      return zoom(1 / 1.4);
    case "0":
      return zoom(0);
    default:
      return false;
  }
}
