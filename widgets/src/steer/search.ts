/** Adding a feature: by words of its label or by name; without a word, those that fire most in the prompt. */

import { h, type Ui } from "../dom.js";
import { format, showToken, visible } from "../text.js";
import type { State, SteerActions, SteerStore } from "./state.js";
import type { FoundTrait } from "./traits.js";

const DELAY_MS = 200;

export function featureSearch(ui: Ui, store: SteerStore, actions: SteerActions): HTMLElement {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const later = (delay: number) => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => actions.search(input.value), delay);
  };
  const input = h(ui, "input", {
    class: "saec-input saec-steer-search",
    attrs: {
      type: "search",
      placeholder: "Add a feature: words of its label, or transcoder.3/12",
      "aria-label": "Add a feature",
      autocomplete: "off",
    },
    on: { input: () => later(DELAY_MS), focus: () => store.get().found === null && later(0) },
  });
  const list = h(ui, "div", {
    class: "saec-steer-found",
    attrs: { "aria-label": "Features found", role: "group" },
  });
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const element = h(
    ui,
    "div",
    {
      class: "saec-steer-add",
      on: {
        keydown: pressed,
        focusout: (event) => {
          if (!(event.relatedTarget instanceof Node) || !element.contains(event.relatedTarget)) close();
        },
      },
    },
    input,
    list,
    live,
  );
  ui.signal.addEventListener("abort", () => timer !== null && clearTimeout(timer), { once: true });

  function close(): void {
    if (timer !== null) clearTimeout(timer);
    actions.closeSearch();
  }

  function pressed(event: KeyboardEvent): void {
    const stops: HTMLElement[] = [input, ...list.querySelectorAll("button")];
    const at = stops.indexOf(event.target as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) stops[Math.max(0, Math.min(stops.length - 1, at + step))]?.focus();
    else if (event.key === "Enter" && at === 0 && !event.isComposing) stops[1]?.click();
    else if (event.key === "Escape" && store.get().found !== null) {
      input.focus();
      close();
    } else return;
    event.preventDefault();
  }

  store.watch(["found"], (state) => {
    const { found } = state;
    list.hidden = found === null;
    live.textContent = found === null ? "" : `${found.length} features found`;
    const none = h(ui, "p", { class: "saec-hint", text: "No feature has these words in its label." });
    list.replaceChildren(...(found === null ? [] : found.length === 0 ? [none] : lines(found, state)));
  });

  function lines(found: readonly FoundTrait[], { tokens }: Readonly<State>): HTMLElement[] {
    const title = input.value.trim() === "" ? "They fire most in this prompt" : "Found";
    return [h(ui, "div", { class: "saec-caption", text: title }), ...found.map((each) => line(each, tokens))];
  }

  function line(found: FoundTrait, tokens: readonly string[]): HTMLElement {
    const most = Math.max(0, ...found.values);
    const fires =
      most > 0 ? `${format(most)} at “${showToken(tokens[found.values.indexOf(most)] ?? "")}”` : "";
    return h(
      ui,
      "button",
      {
        class: "saec-steer-result",
        on: {
          click: () => {
            input.value = "";
            input.focus();
            actions.add(found);
          },
        },
      },
      h(ui, "bdi", { class: "saec-steer-result-name", text: visible(found.label || found.feature) }),
      h(ui, "span", { class: "saec-caption", text: visible(found.feature) }),
      h(ui, "span", { class: "saec-caption saec-number", text: fires }),
    );
  }
  return element;
}
