/** An error with its cure, until it is dismissed; and the bar that says that something runs. */

import { h, type Ui } from "../dom.js";
import type { ExplorerStore } from "../model/state.js";
import type { Store } from "../model/store.js";
import type { Failure } from "../model/traits.js";
import { visible } from "../text.js";

export function banner(ui: Ui, store: Store<{ failure: Failure | null }>, dismiss: () => void): HTMLElement {
  const message = h(ui, "span", { class: "saec-error-message" });
  const cure = h(ui, "span", { class: "saec-error-cure" });
  const button = h(ui, "button", {
    class: "saec-button saec-button-small saec-dismiss",
    text: "Dismiss",
    on: { click: dismiss },
  });
  const element = h(ui, "div", { class: "saec-error", attrs: { role: "alert" } });
  element.append(h(ui, "div", { class: "saec-error-text" }, message, cure), button);
  store.watch(["failure"], ({ failure }) => {
    element.hidden = failure === null;
    message.textContent = failure ? visible(failure.message) : "";
    cure.textContent = failure?.cure ?? "";
  });
  return element;
}

export function progress(ui: Ui, store: ExplorerStore): HTMLElement {
  const text = h(ui, "span", { class: "saec-progress-text" });
  const bar = h(ui, "div", { class: "saec-progress-bar" });
  const element = h(ui, "div", { class: "saec-progress", attrs: { role: "status" } }, bar, text);
  store.watch(["busy", "waiting", "checking"], ({ busy, waiting, checking }) => {
    const what = busy || waiting || (checking ? "checking the circuit" : "");
    element.classList.toggle("saec-progress-on", what !== "");
    text.textContent = what === "" ? "" : `${what} …`;
  });
  return element;
}
