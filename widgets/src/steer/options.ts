/** The prompt, and how text is written: how long, how warm, from which seed, with which attention. */

import { h, type Ui } from "../dom.js";
import type { SteerActions, SteerStore } from "./state.js";
import type { OptionsTrait } from "./traits.js";

const HOLD =
  "Attention patterns stay those of the same text without edits, so that features act through MLPs alone.";

export function steerHead(ui: Ui, store: SteerStore, actions: SteerActions): HTMLElement {
  const prompt = h(ui, "input", {
    class: "saec-input saec-steer-input",
    title: "Enter continues it, Escape takes it back",
    attrs: { type: "text", "aria-label": "Prompt", spellcheck: "false", autocomplete: "off" },
    on: {
      keydown: (event) => {
        if (event.key === "Enter" && !event.isComposing) actions.ask(prompt.value);
        else if (event.key === "Escape") prompt.value = store.get().prompt;
        else return;
        event.preventDefault();
      },
    },
  });
  store.watch(["prompt"], (state) => {
    prompt.value = state.prompt;
  });
  const number = (name: "tokens" | "temperature" | "seed", text: string, attrs: Record<string, number>) => {
    const input = h(ui, "input", {
      class: `saec-input saec-steer-number saec-steer-${name}`,
      attrs: { type: "number", ...attrs },
      on: {
        change: () => {
          const { min = 0, max = Number.MAX_SAFE_INTEGER } = attrs;
          const value = Math.max(min, Math.min(max, Number(input.value) || 0));
          const whole = name === "temperature" ? value : Math.round(value);
          input.value = String(whole);
          actions.setOptions({ [name]: whole } as Partial<OptionsTrait>);
        },
      },
    });
    store.watch(["options"], ({ options }) => {
      if (Number(input.value) !== options[name] || input.value === "") input.value = String(options[name]);
    });
    return {
      input,
      element: h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text }), input),
    };
  };
  const tokens = number("tokens", "new tokens", { min: 1, max: 50, step: 1 });
  const temperature = number("temperature", "temperature", { min: 0, max: 10, step: 0.1 });
  const seed = number("seed", "seed", { min: 0, max: 2 ** 31 - 1, step: 1 });
  const hold = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => actions.setOptions({ hold: hold.checked }) },
  });
  store.watch(["options"], ({ options }) => {
    hold.checked = options.hold;
    seed.input.disabled = options.temperature === 0;
    seed.element.title =
      options.temperature === 0 ? "Without temperature nothing is drawn" : "Both texts are drawn with it";
  });
  return h(
    ui,
    "div",
    { class: "saec-steer-top" },
    h(
      ui,
      "label",
      { class: "saec-field saec-steer-prompt-field" },
      h(ui, "span", { class: "saec-caption", text: "Prompt" }),
      prompt,
    ),
    h(
      ui,
      "div",
      { class: "saec-steer-options" },
      tokens.element,
      temperature.element,
      seed.element,
      h(ui, "label", { class: "saec-check", title: HOLD }, hold, "hold attention"),
    ),
  );
}
