/** A button for what cannot be undone: it asks back, and acts on the second press. */

import { h, type Ui } from "./dom.js";

const PATIENCE_MS = 4000;

export interface Confirm {
  element: HTMLButtonElement;
  /** Shows a text in place of its own and can no longer be pressed; null makes it a button again. */
  say(text: string | null): void;
}

export function confirmButton(
  ui: Ui,
  look: { class: string; text: string; ask: string; label: string },
  act: () => void,
): Confirm {
  let armed: ReturnType<typeof setTimeout> | null = null;
  let said: string | null = null;
  const element = h(ui, "button", {
    class: `saec-button saec-button-small ${look.class}`,
    on: { click: press, blur: disarm, keydown: leave },
  });

  function show(): void {
    const text = said ?? (armed ? look.ask : look.text);
    element.textContent = text;
    element.setAttribute("aria-label", `${text}: ${look.label}`);
    element.classList.toggle("saec-armed", said === null && armed !== null);
    element.disabled = said !== null;
  }
  function disarm(): void {
    if (armed) clearTimeout(armed);
    armed = null;
    show();
  }
  function press(): void {
    if (armed) {
      disarm();
      act();
      return;
    }
    armed = setTimeout(disarm, PATIENCE_MS);
    show();
  }
  function leave(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !armed) return;
    event.stopPropagation();
    disarm();
  }
  ui.signal.addEventListener("abort", disarm, { once: true });
  show();
  return {
    element,
    say(text) {
      if (text === said) return;
      said = text;
      disarm();
    },
  };
}
