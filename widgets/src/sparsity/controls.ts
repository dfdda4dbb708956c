/** Prompts, dictionary, order and the slider. */

import { h, type Ui } from "../dom.js";
import type { Stand } from "../mount.js";
import { visible } from "../text.js";
import { costs, levelName } from "./describe.js";
import type { Actions, SparsityStore } from "./state.js";
import type { Order, SparsityTraits } from "./traits.js";

const ORDERS: Record<Order, string> = {
  strongest: "strongest first",
  first: "first firing first",
  alike: "like beside like",
};

export function controls(
  { ui, model, follow }: Stand<SparsityTraits>,
  store: SparsityStore,
  actions: Actions,
): HTMLElement {
  const prompts = h(ui, "textarea", {
    class: "saec-input saec-sparse-prompts",
    attrs: { rows: 2, "aria-label": "Prompts, one a line. Enter reads them.", spellcheck: "false" },
    on: {
      keydown(event) {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        read();
      },
    },
  });
  const dictionary = h(ui, "select", {
    class: "saec-input saec-sparse-dictionary",
    attrs: { "aria-label": "Dictionary" },
    on: { change: () => read() },
  });
  const order = h(
    ui,
    "select",
    {
      class: "saec-input saec-sparse-order",
      attrs: { "aria-label": "Order of the rows" },
      on: { change: () => actions.setOrder(order.value as Order) },
    },
    ...Object.entries(ORDERS).map(([value, text]) => h(ui, "option", { text, attrs: { value } })),
  );
  const button = h(ui, "button", {
    class: "saec-button saec-sparse-read",
    text: "Read",
    title: "Read these prompts (Enter; Shift+Enter begins another prompt)",
    on: { click: () => read() },
  });
  function read(): void {
    const texts = prompts.value
      .split("\n")
      .map((text) => text.trim())
      .filter(Boolean);
    if (texts.length > 0) actions.show(texts, dictionary.value);
  }

  follow(["prompts"], () => {
    const texts = model.get("prompts") ?? [];
    prompts.value = Array.isArray(texts) ? texts.map((text) => visible(String(text))).join("\n") : "";
    prompts.rows = Math.max(2, Math.min(5, Array.isArray(texts) ? texts.length : 2));
  });
  follow(["choices", "dictionary"], () => {
    const choices = model.get("choices") ?? [];
    const names = Array.isArray(choices) ? choices.map(String) : [];
    dictionary.replaceChildren(
      ...names.map((name) => h(ui, "option", { text: visible(name), attrs: { value: name } })),
    );
    dictionary.value = String(model.get("dictionary") ?? "");
    dictionary.hidden = names.length < 2;
  });
  follow(["order"], () => {
    order.value = store.get().order;
  });
  follow(["live"], () => {
    const live = Boolean(model.get("live"));
    prompts.readOnly = !live;
    button.hidden = !live;
    dictionary.disabled = !live;
  });
  return h(
    ui,
    "div",
    { class: "saec-sparse-head" },
    prompts,
    h(ui, "div", { class: "saec-sparse-choices" }, button, dictionary, order),
  );
}

/** The slider over the levels, with what the present one means beside it. */
export function levelSlider(ui: Ui, store: SparsityStore, actions: Actions): HTMLElement {
  const slider = h(ui, "input", {
    class: "saec-slider saec-sparse-slider",
    attrs: { type: "range", min: 0, step: 1, "aria-label": "Features that may fire at a token" },
    on: { input: () => actions.setLevel(Number(slider.value)) },
  });
  const name = h(ui, "span", { class: "saec-sparse-level" });
  const text = h(ui, "span", { class: "saec-caption saec-sparse-text" });
  store.watch(["view", "level", "rows", "ordered"], ({ view, level, rows, ordered }) => {
    const at = view?.levels[level];
    slider.disabled = !view || view.levels.length < 2;
    if (!view || !at) {
      name.textContent = text.textContent = "";
      return;
    }
    slider.max = String(view.levels.length - 1);
    slider.value = String(level);
    const left = `${rows.length} of ${ordered.length} features are left here`;
    name.textContent = levelName(view, at);
    text.textContent = `${costs(at)} · ${left}`;
    slider.setAttribute("aria-valuetext", `${levelName(view, at)}: ${costs(at)}`);
  });
  return h(
    ui,
    "label",
    { class: "saec-sparse-levels" },
    h(ui, "span", { class: "saec-caption", text: "sparse" }),
    slider,
    h(ui, "span", { class: "saec-caption", text: "all" }),
    name,
    text,
  );
}
