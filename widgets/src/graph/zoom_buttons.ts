/** Zoom without a wheel, in the corner of the stage. */

import { h, type Ui } from "../dom.js";

export function zoomButtons(ui: Ui, zoomBy: (factor: number) => void, reset: () => void): HTMLElement {
  const button = (text: string, title: string, run: () => void) => {
    const on = { click: run };
    return h(ui, "button", {
      class: "saec-button saec-button-small",
      text,
      title,
      attrs: { "aria-label": title },
      on,
    });
  };
  const element = h(
    ui,
    "div",
    { class: "saec-zoom", attrs: { role: "group", "aria-label": "Zoom" } },
    button("+", "Zoom in", () => zoomBy(1.4)),
    button("−", "Zoom out", () => zoomBy(1 / 1.4)),
    button("⤢", "Show all", reset),
  );
  // The stage below would take these for its own.
  for (const event of ["pointerdown", "pointermove", "click", "dblclick", "keydown"]) {
    element.addEventListener(event, (happened) => happened.stopPropagation());
  }
  return element;
}
