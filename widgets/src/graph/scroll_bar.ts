/** The bar below a picture that is wider than the plot: a real one, so that it works as all others do. */

import { h, type Ui } from "../dom.js";
import type { Rect } from "./shapes.js";
import { keepFromStage } from "./zoom_buttons.js";

export interface ScrollBar {
  element: HTMLElement;
  /** The part of the field that the plot shows, in pixels of the screen. */
  show(plot: Rect, field: Rect): void;
}

/** `moved` is told the pixels by which the field lies to the left of the plot. */
export function createScrollBar(ui: Ui, moved: (left: number) => void): ScrollBar {
  const filling = h(ui, "div");
  const element = h(
    ui,
    "div",
    {
      class: "saec-scroll",
      attrs: { hidden: true, tabindex: 0, role: "region", "aria-label": "Scroll along the prompt" },
    },
    filling,
  );
  let shown = 0;
  element.addEventListener("scroll", () => {
    // What the picture itself has set is no news to it.
    if (Math.abs(element.scrollLeft - shown) < 1) return;
    shown = element.scrollLeft;
    moved(shown);
  });
  keepFromStage(element);
  return {
    element,
    show(plot, field) {
      element.hidden = field.width <= plot.width + 1;
      if (element.hidden) return;
      element.style.left = `${plot.x}px`;
      element.style.width = `${plot.width}px`;
      filling.style.width = `${field.width}px`;
      shown = Math.round(plot.x - field.x);
      element.scrollLeft = shown;
    },
  };
}
