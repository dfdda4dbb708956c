/** The Python of the last action, to copy: alone, or with everything before it. */

import { copy, h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore } from "../model/state.js";

const SAID_MS = 1500;

export function codeStrip(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const code = h(ui, "code", {
    class: "saec-code-text",
    attrs: { tabindex: 0, "aria-label": "Python of the last action" },
  });
  const button = (text: string, title: string, content: () => string) => {
    const element = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text, title });
    const press = async () => {
      const copied = await copy(ui, content());
      element.textContent = copied ? "Copied" : "Not allowed";
      setTimeout(() => {
        element.textContent = text;
      }, SAID_MS);
    };
    element.addEventListener("click", () => void press(), { signal: ui.signal });
    return element;
  };
  store.watch(["code"], (state) => {
    code.textContent = state.code;
  });
  return h(
    ui,
    "div",
    { class: "saec-code" },
    h(ui, "span", { class: "saec-code-prompt", text: ">>>", attrs: { "aria-hidden": "true" } }),
    code,
    button("Copy as Python", "Copy the Python that does the last action", () => store.get().code),
    button("Copy all", "Copy a script that does every action so far", actions.script),
  );
}
