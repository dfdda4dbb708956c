/** Above the picture: search, what colours show, and what a drag does. */

import { h, type Ui } from "../dom.js";
import { significant } from "../text.js";
import type { AtlasActions } from "./actions.js";
import { countText } from "./describe.js";
import { columnOf, looksOf, stepIn } from "./looks.js";
import type { AtlasStore, State } from "./state.js";
import { COLOURS, type Colour } from "./traits.js";

const MARKS = 7;

export interface Controls {
  element: HTMLElement;
  /** Puts the cursor into the search box. */
  search(): void;
  /** Colours have changed. */
  restyle(): void;
}

export function atlasControls(
  ui: Ui,
  store: AtlasStore,
  actions: AtlasActions,
  parts: { palette(): readonly string[]; save(kind: "png" | "svg"): void; leave(): void },
): Controls {
  const search = searchBox(ui, store, actions, parts.leave);
  const select = h(
    ui,
    "select",
    { class: "saec-input", on: { change: () => actions.colour(select.value as Colour) } },
    ...COLOURS.map((colour) => h(ui, "option", { text: colour, attrs: { value: colour } })),
  );
  const legend = h(ui, "span", { class: "saec-atlas-legend saec-caption" });
  const count = h(ui, "span", { class: "saec-caption saec-atlas-count" });
  const showLegend = (state: Readonly<State>) =>
    legend.replaceChildren(...legendOf(ui, state, parts.palette()));
  store.watch(["atlas", "colour"], (state) => {
    select.value = state.colour;
    for (const option of select.options)
      option.disabled = state.atlas !== null && !hasValues(state, option.value as Colour);
    showLegend(state);
  });
  store.watch(["atlas"], ({ atlas }) => {
    count.textContent = atlas ? countText(atlas) : "";
  });
  return {
    search: () => search.field.focus(),
    restyle: () => showLegend(store.get()),
    element: h(
      ui,
      "div",
      { class: "saec-atlas-head" },
      search.element,
      h(
        ui,
        "label",
        { class: "saec-field" },
        h(ui, "span", { class: "saec-caption", text: "Colour" }),
        select,
      ),
      legend,
      h(ui, "div", { class: "saec-spacer" }),
      count,
      dragChoice(ui, store, actions),
      ...(["png", "svg"] as const).map((kind) =>
        h(ui, "button", {
          class: "saec-button saec-button-small",
          text: kind.toUpperCase(),
          title: `Save the picture as ${kind.toUpperCase()}`,
          on: { click: () => parts.save(kind) },
        }),
      ),
    ),
  };
}

function searchBox(ui: Ui, store: AtlasStore, actions: AtlasActions, leave: () => void) {
  const field = h(ui, "input", {
    class: "saec-input saec-atlas-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search labels" },
    on: {
      input: () => actions.find(field.value),
      keydown: (event) => {
        const { found } = store.get();
        if (event.key === "Escape") {
          field.value = "";
          actions.find("");
          leave();
        } else if (event.key === "Enter" && found?.[0] !== undefined) actions.select(found[0]);
        else return;
        event.preventDefault();
      },
    },
  });
  return { field, element: field };
}

function dragChoice(ui: Ui, store: AtlasStore, actions: AtlasActions): HTMLElement {
  const button = (text: string, title: string, on: boolean) =>
    h(ui, "button", {
      class: "saec-choice",
      text,
      title,
      on: { click: () => actions.lasso(on) },
    });
  const move = button("Move", "A drag moves the picture; with Shift it draws a lasso", false);
  const lasso = button("Lasso", "A drag draws a lasso around the features to choose", true);
  store.watch(["lasso"], (state) => {
    move.setAttribute("aria-pressed", String(!state.lasso));
    lasso.setAttribute("aria-pressed", String(state.lasso));
  });
  return h(
    ui,
    "div",
    { class: "saec-atlas-drag", attrs: { role: "group", "aria-label": "What a drag does" } },
    move,
    lasso,
  );
}

function hasValues({ atlas }: Readonly<State>, colour: Colour): boolean {
  if (!atlas || colour === "cluster") return true;
  return [...columnOf(atlas, colour)].some((value) => Number.isFinite(value));
}

/** The ramp from its least to its largest value. */
function legendOf(ui: Ui, { atlas, colour }: Readonly<State>, palette: readonly string[]): HTMLElement[] {
  const range = atlas && looksOf(atlas, colour).range;
  if (!range) return [];
  const { low, high, log } = range;
  const marks = Array.from({ length: MARKS }, (_, i) => {
    const share = i / (MARKS - 1);
    const value = log ? low * (high / low) ** share : low + (high - low) * share;
    const mark = h(ui, "span", { class: "saec-ramp-mark" });
    mark.style.background = palette[stepIn(range, value)] ?? "";
    return mark;
  });
  const text = (value: number) => {
    if (colour === "firing rate") return `${significant(100 * value)} %`;
    return colour === "layer" ? String(value) : significant(value);
  };
  return [
    h(ui, "span", { text: text(low) }),
    h(ui, "span", { class: "saec-ramp-bar", attrs: { "aria-hidden": "true" } }, ...marks),
    h(ui, "span", { text: text(high) }),
  ];
}
