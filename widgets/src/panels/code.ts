/** A line of Python that does what was last done by hand, with buttons that copy it or more. */

import { copy, h, type Ui } from "../dom.js";
import type { Store } from "../model/store.js";

const SAID_MS = 1500;

export interface CodeStrip {
  element: HTMLElement;
  show(line: string): void;
}

/** A button that copies `content()`. */
export interface CopyButton {
  text: string;
  title: string;
  content(): string;
}

export function codeStrip(ui: Ui, buttons: readonly CopyButton[]): CodeStrip {
  const code = h(ui, "code", {
    class: "saec-code-text",
    attrs: { tabindex: 0, "aria-label": "Python of the last action" },
  });
  const button = ({ text, title, content }: CopyButton) => {
    const element = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text, title });
    let said: ReturnType<typeof setTimeout> | undefined;
    const ownText = () => {
      element.textContent = text;
    };
    ui.signal.addEventListener("abort", () => clearTimeout(said), { once: true });
    const press = async () => {
      const copied = await copy(ui, content());
      element.textContent = copied ? "Copied" : "Not allowed";
      clearTimeout(said);
      if (!ui.signal.aborted) said = setTimeout(ownText, SAID_MS);
    };
    element.addEventListener("click", () => void press(), { signal: ui.signal });
    return element;
  };
  const element = h(
    ui,
    "div",
    { class: "saec-code" },
    h(ui, "span", { class: "saec-code-prompt", text: ">>>", attrs: { "aria-hidden": "true" } }),
    code,
    ...buttons.map(button),
  );
  return {
    element,
    show(line) {
      code.textContent = line;
    },
  };
}

/** The strip of a widget that keeps the Python of its last action as `code`; there is none before the first. */
export function lastAction(ui: Ui, store: Store<{ code: string }>): HTMLElement {
  const title = "Copy the Python that does the last action";
  const strip = codeStrip(ui, [{ text: "Copy as Python", title, content: () => store.get().code }]);
  store.watch(["code"], ({ code }) => {
    strip.element.hidden = code === "";
    strip.show(code);
  });
  return strip.element;
}
