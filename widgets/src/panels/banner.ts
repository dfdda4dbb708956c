/** An error with its cure, until it is dismissed; whether Python is there; the bar that says what runs, and stops it. */

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
    cure.textContent = visible(failure?.cure ?? "");
  });
  return element;
}

/** Says that Python is gone, for as long as it is. */
export function kernelNote(ui: Ui, store: Store<{ gone: Failure | null }>): HTMLElement {
  const message = h(ui, "strong");
  const cure = h(ui, "span");
  const element = h(ui, "div", { class: "saec-gone", attrs: { role: "status" } }, message, " ", cure);
  store.watch(["gone"], ({ gone }) => {
    element.hidden = gone === null;
    message.textContent = gone?.message ?? "";
    cure.textContent = gone?.cure ?? "";
  });
  return element;
}

export function progress(ui: Ui, store: ExplorerStore, stop: () => void): HTMLElement {
  const text = h(ui, "span", { class: "saec-progress-text", attrs: { role: "status" } });
  const button = h(ui, "button", {
    class: "saec-progress-stop",
    text: "Stop",
    title: "Stop what runs; everything stays as it was",
    on: { click: stop },
  });
  const bar = h(ui, "div", { class: "saec-progress-bar" });
  const pill = h(ui, "div", { class: "saec-progress-pill" }, text, button);
  const element = h(ui, "div", { class: "saec-progress" }, bar, pill);
  store.watch(
    ["busy", "waiting", "checking", "progress", "running", "gone"],
    ({ busy, waiting, checking, progress: share, running, gone }) => {
      const what = gone ? "" : visible(busy) || waiting || (checking ? "checking the circuit" : "");
      element.classList.toggle("saec-progress-on", what !== "");
      element.classList.toggle("saec-progress-known", what !== "" && share !== null);
      bar.style.setProperty("--saec-share", String(share ?? 0));
      text.textContent =
        what === "" ? "" : share === null ? `${what} …` : `${what} … ${Math.round(100 * share)} %`;
      button.hidden = what === "" || running === 0;
    },
  );
  return element;
}
