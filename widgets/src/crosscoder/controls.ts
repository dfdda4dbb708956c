/** Above the map: what features are sorted by, in which units, and a search. */

import { STEPS } from "../chart/ramp.js";
import { h, type Ui } from "../dom.js";
import { significant } from "../text.js";
import type { CrosscoderActions } from "./actions.js";
import type { HeatMap } from "./map.js";
import type { CrosscoderStore } from "./state.js";
import type { MeasureTrait, Scale } from "./traits.js";

const MARKS = 7;
const SCALES: readonly [Scale, string, string][] = [
  [
    "alike",
    "each place in its unit",
    "Norms divided by the size of each place, so that places can be compared",
  ],
  ["raw", "raw", "Norms as the decoder has them: larger where activations are larger"],
];

export interface Controls {
  element: HTMLElement;
  search(): void;
  restyle(): void;
}

export function crosscoderControls(
  ui: Ui,
  store: CrosscoderStore,
  actions: CrosscoderActions,
  parts: { save(kind: "png" | "svg"): void; leave(): void },
): Controls {
  const search = h(ui, "input", {
    class: "saec-input saec-cross-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search labels" },
    on: {
      input: () => actions.find(search.value),
      keydown: (event) => {
        if (event.key !== "Escape") return;
        search.value = "";
        actions.find("");
        parts.leave();
        event.preventDefault();
      },
    },
  });
  const measure = h(ui, "select", {
    class: "saec-input saec-cross-measure",
    on: { change: () => actions.sortBy(measure.value) },
  });
  const scale = h(
    ui,
    "select",
    {
      class: "saec-input saec-cross-scale",
      on: { change: () => actions.scale(scale.value as Scale) },
    },
    ...SCALES.map(([value, text, title]) => h(ui, "option", { text, title, attrs: { value } })),
  );
  const normalised = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => actions.normalise(normalised.checked) },
  });
  let listed: readonly MeasureTrait[] = [];
  store.watch(["crosscoder", "measure", "scale", "normalised"], (state) => {
    const known = state.crosscoder?.known ?? [];
    if (known !== listed)
      measure.replaceChildren(
        ...known.map(({ name, title }) => h(ui, "option", { text: title, attrs: { value: name } })),
      );
    listed = known;
    measure.value = state.measure?.name ?? "";
    scale.value = state.scale;
    normalised.checked = state.normalised;
  });
  const field = (name: string, control: HTMLElement) =>
    h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text: name }), control);
  const element = h(
    ui,
    "div",
    { class: "saec-cross-head" },
    search,
    field("Sort by", measure),
    field("Norms", scale),
    h(
      ui,
      "label",
      { class: "saec-field", title: "Each feature's norms relative to its largest" },
      normalised,
      h(ui, "span", { class: "saec-caption", text: "relative to the largest" }),
    ),
    h(ui, "div", { class: "saec-spacer" }),
    ...(["png", "svg"] as const).map((kind) =>
      h(ui, "button", {
        class: "saec-button saec-button-small",
        text: kind.toUpperCase(),
        title: `Save the map as ${kind.toUpperCase()}`,
        on: { click: () => parts.save(kind) },
      }),
    ),
  );
  return { element, search: () => search.focus(), restyle: () => {} };
}

/** What the colours of the map mean, and how many features a column holds. */
export function mapLegend(
  ui: Ui,
  store: CrosscoderStore,
  map: HeatMap,
): { element: HTMLElement; restyle(): void } {
  const bar = h(ui, "span", { class: "saec-ramp-bar", attrs: { "aria-hidden": "true" } });
  const top = h(ui, "span");
  const order = h(ui, "span");
  const draw = () => {
    const { measure, order: rows, crosscoder } = store.get();
    const ramp = map.ramp();
    bar.replaceChildren(
      ...Array.from({ length: MARKS }, (_, i) => {
        const mark = h(ui, "span", { class: "saec-ramp-mark" });
        mark.style.background = ramp[Math.round((i / (MARKS - 1)) * (STEPS - 1))] ?? "";
        return mark;
      }),
    );
    const end = map.top();
    top.textContent = end === null ? "the feature's largest norm" : `norm ${significant(end)} or more`;
    const without = (crosscoder?.size ?? 0) - rows.length;
    order.textContent =
      `from the least to the largest ${measure?.title ?? ""}` +
      (without > 0 ? `; ${without} that never fire or write nothing are left out` : "");
  };
  const element = h(
    ui,
    "div",
    { class: "saec-cross-legend saec-caption" },
    order,
    h(ui, "div", { class: "saec-spacer" }),
    h(ui, "span", { text: "0" }),
    bar,
    top,
  );
  return { element, restyle: draw };
}
