/** The small box beside the feature that is looked at. */

import { h, type Ui } from "../dom.js";
import { percent, visible } from "../text.js";
import { nameOf } from "./decode.js";
import { labelOf, valueText } from "./describe.js";
import type { State } from "./state.js";

const ROOM = 250;

export function createTip(ui: Ui): {
  element: HTMLElement;
  show(state: Readonly<State>, at: { x: number; width: number } | null): void;
} {
  const element = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  return {
    element,
    show({ crosscoder, hovered, measure, values }, at) {
      element.hidden = !crosscoder || hovered === null || !at;
      if (!crosscoder || hovered === null || !at) return;
      const rate = crosscoder.rates[hovered] ?? Number.NaN;
      const facts = [
        visible(nameOf(crosscoder, hovered)),
        measure ? `${measure.title} ${valueText(measure, values[hovered])}` : "",
        Number.isFinite(rate) && measure?.name !== "rate" ? `fires on ${percent(rate)} of tokens` : "",
      ];
      element.replaceChildren(
        h(ui, "div", { class: "saec-tooltip-name" }, h(ui, "bdi", { text: labelOf(crosscoder, hovered) })),
        h(ui, "div", { class: "saec-tooltip-place", text: facts.filter(Boolean).join(" · ") }),
      );
      const left = at.x + 14 + ROOM > at.width;
      element.style.left = left ? "auto" : `${at.x + 14}px`;
      element.style.right = left ? `${Math.max(4, at.width - at.x + 14)}px` : "auto";
      element.style.top = "14px";
    },
  };
}
