/** Zoom without a wheel, in the corner of the stage. */

import { h, type Ui } from "../dom.js";

/** `more` are further buttons of the corner. */
export function zoomButtons(
  ui: Ui,
  zoomBy: (factor: number) => void,
  reset: () => void,
  ...more: HTMLElement[]
): HTMLElement {
  const element = h(
    ui,
    "div",
    { class: "saec-zoom", attrs: { role: "group", "aria-label": "Zoom" } },
    cornerButton(ui, "+", "Zoom in", () => zoomBy(1.4)),
    cornerButton(ui, "−", "Zoom out", () => zoomBy(1 / 1.4)),
    cornerButton(ui, "⤢", "Show all", reset),
    ...more,
  );
  keepFromStage(element);
  return element;
}

export function cornerButton(ui: Ui, text: string, title: string, run: () => void): HTMLButtonElement {
  const attrs = { "aria-label": title };
  return h(ui, "button", { class: "saec-button saec-button-small", text, title, attrs, on: { click: run } });
}

/** The stage below would take these for its own. */
export function keepFromStage(element: HTMLElement): void {
  for (const event of ["pointerdown", "pointermove", "click", "dblclick", "keydown"]) {
    element.addEventListener(event, (happened) => happened.stopPropagation());
  }
}
