/** What cannot be drawn says so, and takes no other part of the widget down with it. */

import { h, type Ui } from "./dom.js";
import { visible } from "./text.js";

/** Runs a block; what it throws goes no further. `part` tells blocks apart. */
export type Attempt = (part: object, block: () => void) => void;

export interface Guard {
  /** Holds what cannot be shown; it is empty while everything can. */
  element: HTMLElement;
  attempt: Attempt;
}

const CURE =
  "The widget and the Python package may be of different versions: restart the kernel and reload the page.";

export function createGuard(ui: Ui): Guard {
  const broken = new Map<object, string>();
  const element = h(ui, "div", { class: "saec-broken", attrs: { role: "alert" } });
  const show = () => {
    const [first] = broken.values();
    element.replaceChildren(...(first === undefined ? [] : [line(ui, first)]));
  };
  return {
    element,
    attempt(part, block) {
      try {
        block();
        if (broken.delete(part)) show();
      } catch (error) {
        broken.set(part, error instanceof Error ? error.message : String(error));
        show();
        // Whoever mends it wants to know where.
        console.error(error);
      }
    },
  };
}

function line(ui: Ui, reason: string): HTMLElement {
  const message = `A part of this widget cannot be shown: ${visible(reason)}.`;
  const text = h(
    ui,
    "div",
    { class: "saec-error-text" },
    h(ui, "span", { class: "saec-error-message", text: message }),
    h(ui, "span", { class: "saec-error-cure", text: CURE }),
  );
  return h(ui, "div", { class: "saec-error" }, text);
}
