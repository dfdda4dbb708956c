/** The steered features, a row each: what it is, how strongly, where; and away with it. */

import { h, type Ui } from "../dom.js";
import { format, shorten, showToken, visible } from "../text.js";
import type { State, SteerActions, SteerStore } from "./state.js";
import type { At, KnownTrait, RowTrait } from "./traits.js";

const STRONGEST = 5;

export function steerRows(ui: Ui, store: SteerStore, actions: SteerActions): HTMLElement {
  const list = h(ui, "div", {
    class: "saec-steer-rows",
    attrs: { role: "list", "aria-label": "Steered features" },
  });
  const hint = h(ui, "p", {
    class: "saec-hint saec-steer-none",
    text: "No feature is steered. Add one below: its slider adds multiples of its maximum to its activation.",
  });
  const element = h(ui, "div", {}, list, hint);
  let views: RowView[] = [];

  store.watch(["rows", "known", "tokens"], (state) => {
    const same =
      views.length === state.rows.length && views.every((view, i) => view.fits(state.rows[i], state));
    if (!same) {
      views = state.rows.map((row, i) => rowView(ui, row, i, state, actions));
      list.replaceChildren(...views.map((view) => view.element));
    }
    for (const [i, row] of state.rows.entries()) views[i]?.show(row);
    list.hidden = state.rows.length === 0;
    hint.hidden = state.rows.length > 0;
  });
  store.watch(["rows", "feature"], ({ feature }) => {
    for (const name of list.querySelectorAll<HTMLElement>("[data-feature]"))
      name.setAttribute("aria-pressed", String(name.dataset.feature === feature));
  });
  return element;
}

interface RowView {
  element: HTMLElement;
  /** Whether the row can be shown without making it anew: a slider that is held must not go away. */
  fits(row: RowTrait | undefined, state: Readonly<State>): boolean;
  show(row: RowTrait): void;
}

function rowView(
  ui: Ui,
  row: RowTrait,
  number: number,
  state: Readonly<State>,
  actions: SteerActions,
): RowView {
  const known = state.known[row.feature];
  const { tokens } = state;
  const name = visible(known?.label || row.feature);
  const amount = h(ui, "output", { class: "saec-number saec-steer-amount" });
  const slider = h(ui, "input", {
    class: "saec-slider saec-steer-slider",
    title: "In multiples of its maximum; double click for none",
    attrs: { type: "range", min: -STRONGEST, max: STRONGEST, step: 0.1, "aria-label": `Strength of ${name}` },
    on: {
      input: () => actions.setStrength(number, Number(slider.value)),
      dblclick: () => actions.setStrength(number, 0),
    },
  });
  const ablate = h(ui, "button", {
    class: "saec-button saec-button-small saec-steer-ablate",
    text: "Ablate",
    title: "Set it to zero",
    on: { click: () => actions.toggleAblation(number) },
  });
  const where = placeChoice(ui, tokens, name, (at) => actions.setPlace(number, at));
  const remove = h(ui, "button", {
    class: "saec-button saec-button-small saec-steer-remove",
    text: "✕",
    title: "Steer it no longer",
    attrs: { "aria-label": `Remove ${name}` },
    on: { click: () => actions.remove(number) },
  });
  const scale = h(
    ui,
    "div",
    { class: "saec-steer-scale" },
    h(ui, "span", { text: "−5" }),
    slider,
    h(ui, "span", { text: "+5" }),
  );
  const element = h(
    ui,
    "div",
    { class: "saec-steer-row", attrs: { role: "listitem" } },
    h(
      ui,
      "div",
      { class: "saec-steer-what" },
      h(
        ui,
        "button",
        {
          class: "saec-steer-name",
          title: visible(row.feature),
          attrs: { "data-feature": row.feature },
          on: { click: () => actions.choose(row.feature) },
        },
        h(ui, "bdi", { text: name }),
      ),
      h(ui, "span", { class: "saec-caption", text: firesText(known, tokens) }),
    ),
    scale,
    amount,
    ablate,
    where.element,
    remove,
  );
  return {
    element,
    fits: (other, now) =>
      other?.feature === row.feature && now.known[row.feature] === known && now.tokens === tokens,
    show(now) {
      if (Number(slider.value) !== now.strength) slider.value = String(now.strength);
      slider.disabled = now.ablate;
      ablate.setAttribute("aria-pressed", String(now.ablate));
      amount.textContent = amountText(now, known);
      amount.title = known ? unitText(known) : "";
      amount.className = `saec-number saec-steer-amount ${now.ablate || now.strength === 0 ? "" : now.strength < 0 ? "saec-down" : "saec-up"}`;
      where.show(now.at);
    },
  };
}

function amountText({ strength, ablate }: RowTrait, known: KnownTrait | undefined): string {
  if (ablate) return "to 0";
  if (strength === 0) return "as it is";
  return `${strength < 0 ? "−" : "+"}${Math.abs(strength).toFixed(1)} × ${format(known?.unit ?? 1)}`;
}

function unitText({ unit, origin }: KnownTrait): string {
  const of = {
    corpus: "the most that it was seen to fire",
    prompt: "the most in this prompt",
    nothing: "it was never seen to fire",
  };
  return `1 is ${format(unit)}: ${of[origin]}`;
}

/** `fires 35.7 at “Gdansk”`. */
function firesText(known: KnownTrait | undefined, tokens: readonly string[]): string {
  const most = Math.max(0, ...(known?.values ?? []));
  if (!known || most === 0) return "does not fire here";
  return `fires ${format(most)} at “${shorten(showToken(tokens[known.values.indexOf(most)] ?? ""), 14)}”`;
}

/** All tokens, new ones alone, or one of the prompt; several, which only Python can choose, are shown as they are. */
function placeChoice(ui: Ui, tokens: readonly string[], name: string, choose: (at: At) => void) {
  const option = (value: string, text: string) => h(ui, "option", { text, attrs: { value } });
  const several = option("several", "");
  const element = h(
    ui,
    "select",
    {
      class: "saec-input saec-steer-at",
      attrs: { "aria-label": `Tokens at which ${name} is steered` },
      on: {
        change: () => {
          const { value } = element;
          if (value !== "several") choose(value === "all" || value === "new" ? value : [Number(value)]);
        },
      },
    },
    option("all", "all tokens"),
    option("new", "new tokens only"),
    several,
    ...tokens
      .slice(1)
      .map((token, i) => option(String(i + 1), `“${shorten(showToken(token), 16)}” (${i + 1})`)),
  );
  return {
    element,
    show(at: At) {
      const many = Array.isArray(at) && at.length !== 1;
      several.hidden = !many;
      several.disabled = !many;
      several.textContent = many ? `${at.length} tokens` : "";
      element.value = !Array.isArray(at) ? at : many ? "several" : String(at[0]);
    },
  };
}
