/** The small box beside the point that is looked at. */

import { h, type Ui } from "../dom.js";
import { visible } from "../text.js";
import { scoreName, scoreText } from "./describe.js";
import type { State } from "./state.js";
import type { PointTrait } from "./traits.js";

export interface Tip {
  element: HTMLElement;
  show(
    state: Readonly<State>,
    point: PointTrait,
    at: { x: number; y: number; width: number; height: number },
  ): void;
  hide(): void;
}

const ROOM = 250;
const MORE_SCORES = 4;

export function createTip(ui: Ui): Tip {
  const element = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown: PointTrait | null = null;
  return {
    element,
    show(state, point, { x, y, width, height }) {
      element.hidden = false;
      if (point !== shown) element.replaceChildren(...content(ui, state, point));
      shown = point;
      const left = x + 18 + ROOM > width;
      element.style.left = left ? "auto" : `${x + 18}px`;
      element.style.right = left ? `${width - x + 18}px` : "auto";
      element.style.top = `${Math.max(4, Math.min(height - 150, y - 24))}px`;
    },
    hide() {
      element.hidden = true;
      shown = null;
    },
  };
}

function content(ui: Ui, { x, y, scores }: Readonly<State>, point: PointTrait): HTMLElement[] {
  const others = scores.filter((score) => score !== x && score !== y && score in point.scores);
  const rows = [x, y, ...others.slice(0, MORE_SCORES)].map((score) =>
    h(
      ui,
      "div",
      { class: "saec-tip-row" },
      h(ui, "span", { text: scoreName(score) }),
      h(ui, "span", { class: "saec-number", text: scoreText(score, point.scores[score]) }),
    ),
  );
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: visible(point.name) }),
    h(ui, "div", { class: "saec-tooltip-place", text: visible(point.recipe || point.group) }),
    ...rows,
  ];
}
