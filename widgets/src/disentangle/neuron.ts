/** One neuron of the real model beside the features that it is mixed from. */

import { h, type Ui } from "../dom.js";
import type { Stand } from "../mount.js";
import { format, percent, showToken, visible } from "../text.js";
import type { Actions, DisentangleStore } from "./state.js";
import type { DisentangleTraits, NeuronTrait, UnitTrait } from "./traits.js";

const TOKENS = 8;
const CHIPS = 5;
const KINDS = 5;

export function neuronPanel(
  stand: Stand<DisentangleTraits>,
  store: DisentangleStore,
  actions: Actions,
): HTMLElement {
  const { ui, model, follow } = stand;
  const body = h(ui, "div", { class: "saec-neuron-body" });
  const element = h(
    ui,
    "section",
    { class: "saec-neuron", attrs: { "aria-label": "A neuron of the model" } },
    h(
      ui,
      "div",
      { class: "saec-toy-head" },
      h(ui, "h3", { class: "saec-title", text: "In the model: a neuron and what it is mixed from" }),
      chooser(stand, store, actions),
    ),
    body,
  );
  follow(["places"], () => {
    const places = model.get("places");
    element.hidden = !Array.isArray(places) || places.length === 0;
  });
  const mark = (feature: string | null) => {
    for (const button of body.querySelectorAll<HTMLElement>(".saec-split-row"))
      button.setAttribute("aria-pressed", String(button.dataset.feature === feature));
  };
  store.watch(["neuron"], ({ neuron }) => {
    body.replaceChildren(
      ...(neuron
        ? [unitSide(ui, neuron), featureSide(ui, neuron, actions)]
        : [h(ui, "p", { class: "saec-empty", text: "No neuron was taken apart yet." })]),
    );
    mark(store.get().feature);
  });
  store.watch(["feature"], ({ feature }) => mark(feature));
  return element;
}

function chooser(
  { ui, model, follow }: Stand<DisentangleTraits>,
  store: DisentangleStore,
  actions: Actions,
): HTMLElement {
  const place = h(ui, "select", {
    class: "saec-input saec-neuron-place",
    attrs: { "aria-label": "Layer, and the dictionary that reads its MLP" },
    on: { change: () => actions.split(place.value, null) },
  });
  const number = h(ui, "input", {
    class: "saec-input saec-toy-input saec-neuron-number",
    attrs: { type: "number", min: 0, step: 1, "aria-label": "Number of the neuron. Enter takes it apart." },
    on: {
      keydown(event) {
        if (event.key !== "Enter") return;
        event.preventDefault();
        actions.split(place.value, Math.round(Number(number.value)));
      },
    },
  });
  const button = (text: string, title: string, kind: string, click: () => void) =>
    h(ui, "button", { class: `saec-button ${kind}`, text, title, on: { click } });
  const form = h(
    ui,
    "div",
    { class: "saec-toy-settings" },
    place,
    h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text: "neuron" }), number),
    button("Take apart", "Split this neuron into features", "saec-neuron-split", () =>
      actions.split(place.value, Math.round(Number(number.value))),
    ),
    button("One that teaches", "A broad neuron that few purer features explain", "saec-neuron-mixed", () =>
      actions.split(place.value, null),
    ),
  );
  follow(["places"], () => {
    const places = model.get("places");
    place.replaceChildren(
      ...(Array.isArray(places) ? places : []).map(({ dictionary, layer, neurons }) =>
        h(ui, "option", {
          text: `layer ${layer} (${neurons} neurons, ${visible(String(dictionary))})`,
          attrs: { value: String(dictionary) },
        }),
      ),
    );
  });
  follow(["live"], () => {
    form.hidden = !model.get("live");
  });
  store.watch(["neuron"], ({ neuron }) => {
    if (!neuron) return;
    place.value = neuron.dictionary;
    number.value = String(neuron.unit.index);
  });
  return form;
}

function unitSide(ui: Ui, { unit, layer, tokens, medians }: NeuronTrait): HTMLElement {
  const rows = (
    pairs: readonly [string, number][],
    most: number,
    bar: string,
    show: (name: string) => string,
  ) =>
    pairs.slice(0, most).map(([name, share]) => {
      const fill = h(ui, "span", { class: `saec-row-bar ${bar}` });
      fill.style.width = `${(100 * Math.min(1, share / Math.max(pairs[0]?.[1] ?? 1, 1e-9))).toFixed(1)}%`;
      return h(
        ui,
        "div",
        { class: "saec-token-row" },
        fill,
        h(ui, "span", { class: "saec-token-name" }, h(ui, "bdi", { text: show(name) })),
        h(ui, "span", { class: "saec-number", text: percent(share) }),
      );
    });
  return h(
    ui,
    "div",
    { class: "saec-neuron-side" },
    h(
      ui,
      "div",
      { class: "saec-card-caption" },
      h(ui, "span", { class: "saec-subtitle", text: `Neuron ${unit.index} of layer ${layer}` }),
      purityBadge(ui, unit),
    ),
    h(ui, "p", {
      class: "saec-hint",
      text: `Its activation is spread over some ${Math.round(unit.breadth)} different tokens.`,
    }),
    h(
      ui,
      "div",
      { class: "saec-tokens" },
      h(
        ui,
        "div",
        { class: "saec-token-list" },
        h(ui, "div", { class: "saec-subtitle", text: "Tokens" }),
        ...rows(unit.tokens, TOKENS, "saec-bar-heat", showToken),
      ),
      unit.kinds.length > 0 &&
        h(
          ui,
          "div",
          { class: "saec-token-list" },
          h(ui, "div", { class: "saec-subtitle", text: "Kinds of words" }),
          ...rows(unit.kinds, KINDS, "saec-bar-neutral", visible),
        ),
    ),
    h(ui, "p", { class: "saec-hint", text: medianText(medians, tokens) }),
  );
}

function medianText([neurons, features]: NeuronTrait["medians"], tokens: number): string {
  const on = `on ${tokens.toLocaleString("en-GB")} tokens`;
  if (neurons === null || features === null) return `Measured ${on}.`;
  return `Median purity of all neurons here ${neurons.toFixed(2)}, of all features ${features.toFixed(2)}, ${on}.`;
}

function featureSide(ui: Ui, { features, explained }: NeuronTrait, actions: Actions): HTMLElement {
  let before = 0;
  const rows = features.map((each) => {
    const gain = each.share - before;
    before = each.share;
    return featureRow(ui, each, gain, actions);
  });
  return h(
    ui,
    "div",
    { class: "saec-neuron-features" },
    h(
      ui,
      "div",
      { class: "saec-card-caption" },
      h(ui, "span", { class: "saec-subtitle", text: "Features that it is mixed from" }),
      h(ui, "span", { class: "saec-hint", text: `together ${percent(explained)} of its activation` }),
    ),
    ...rows,
    rows.length === 0 && h(ui, "p", { class: "saec-hint", text: "None fires where the neuron does." }),
  );
}

function featureRow(
  ui: Ui,
  each: NeuronTrait["features"][number],
  gain: number,
  actions: Actions,
): HTMLElement {
  const fill = h(ui, "span", { class: "saec-row-bar saec-bar-positive" });
  fill.style.width = `${(100 * Math.max(0, Math.min(1, gain))).toFixed(1)}%`;
  const chips = each.tokens
    .slice(0, CHIPS)
    .map(([token, share]) => {
      const chip = h(ui, "bdi", { class: "saec-heat", text: showToken(token) });
      chip.style.setProperty("--saec-heat-share", `${Math.round(Math.min(85, 25 + 200 * share))}%`);
      chip.title = `${showToken(token)}  ${percent(share)}`;
      return chip;
    })
    .flatMap((chip) => [chip, " "]);
  const name = `${visible(each.label)}: ${percent(gain)} more of the neuron, ${purityText(each)}`;
  const button = h(
    ui,
    "button",
    {
      class: "saec-split-row",
      title: `${each.feature}: shows its card`,
      attrs: { "aria-pressed": "false", "aria-label": name },
      on: { click: () => actions.select(each.feature) },
    },
    fill,
    h(
      ui,
      "span",
      { class: "saec-split-name" },
      h(ui, "bdi", { class: "saec-token-name", text: visible(each.label) }),
      h(ui, "span", { class: "saec-number saec-caption", text: `+${percent(gain)}` }),
      purityBadge(ui, each),
    ),
    h(ui, "span", { class: "saec-split-tokens" }, ...chips),
  );
  button.dataset.feature = each.feature;
  return button;
}

function purityBadge(ui: Ui, unit: UnitTrait): HTMLElement {
  const kind = unit.kinds[0]?.[0];
  return h(ui, "span", {
    class: "saec-purity",
    text: purityText(unit),
    title: kind
      ? `Its favourite kind, ${visible(kind)}, has this share, all kinds counted as equally frequent`
      : "It fires on words of no known kind",
  });
}

function purityText({ purity, kinds }: UnitTrait): string {
  if (purity === null || purity === undefined) return "purity –";
  return `purity ${format(purity)}${kinds[0] ? ` (${visible(kinds[0][0])})` : ""}`;
}
