/** The toy: its settings, the slider, three pictures, and what they say. */

import { h, type Ui } from "../dom.js";
import type { Stand } from "../mount.js";
import { directions, heat } from "./arrows.js";
import { curves } from "./curves.js";
import { levelText, story } from "./describe.js";
import type { Actions, DisentangleStore } from "./state.js";
import type { DisentangleTraits, Settings } from "./traits.js";

const DEFAULTS: Settings = { features: 5, neurons: 2, decay: 0.9, seed: 0, levels: [] };

export function toyPanel(
  stand: Stand<DisentangleTraits>,
  store: DisentangleStore,
  actions: Actions,
): HTMLElement {
  const { ui } = stand;
  const plane = h(ui, "div", { class: "saec-toy-frame" });
  const planeTitle = h(ui, "div", { class: "saec-subtitle" });
  const key = h(ui, "div", { class: "saec-caption saec-toy-legend" });
  const products = h(ui, "div", { class: "saec-toy-frame" });
  const text = h(ui, "p", { class: "saec-toy-story", attrs: { "aria-live": "polite" } });
  const body = h(
    ui,
    "div",
    { class: "saec-toy-body" },
    h(ui, "div", { class: "saec-toy-part" }, planeTitle, plane, key),
    h(
      ui,
      "div",
      { class: "saec-toy-part" },
      h(ui, "div", { class: "saec-subtitle", text: "What comes out: WᵀW" }),
      products,
      h(ui, "div", { class: "saec-caption", text: "blue adds, orange with a dash takes away" }),
    ),
    curves(ui, store, actions),
  );
  const empty = h(ui, "p", { class: "saec-empty", text: "The toy models are not trained yet." });
  store.watch(["toy", "level"], ({ toy, level }) => {
    body.hidden = text.hidden = toy === null;
    empty.hidden = toy !== null;
    plane.replaceChildren();
    products.replaceChildren();
    if (!toy) return;
    planeTitle.textContent = toy.neurons === 2 ? "Features among the neurons" : "Length of each feature";
    key.replaceChildren(...legend(ui, toy.neurons === 2, toy.found !== null));
    plane.append(directions(ui, toy, level));
    products.append(heat(ui, toy, level));
    text.textContent = story(toy, level);
  });
  return h(
    ui,
    "section",
    { class: "saec-toy", attrs: { "aria-label": "A toy model" } },
    h(
      ui,
      "div",
      { class: "saec-toy-head" },
      h(ui, "h3", { class: "saec-title", text: "A toy: more features than neurons" }),
      settingsForm(stand, actions),
    ),
    slider(ui, store, actions),
    body,
    empty,
    text,
  );
}

function legend(ui: Ui, plane: boolean, found: boolean): HTMLElement[] {
  const entry = (kind: string, text: string) =>
    h(ui, "span", { class: "saec-toy-key" }, h(ui, "span", { class: `saec-toy-swatch ${kind}` }), text);
  const axes = h(ui, "span", { text: "across: neuron 1 · up: neuron 2" });
  if (!plane) return [entry("saec-toy-length", "length"), entry("saec-toy-shared", "shared with others")];
  return [
    axes,
    entry("saec-toy-arrow-key", "feature"),
    ...(found ? [entry("saec-toy-latent-key", "found by the autoencoder")] : []),
  ];
}

function settingsForm({ ui, model, follow }: Stand<DisentangleTraits>, actions: Actions): HTMLElement {
  const box = (name: string, label: string, attrs: Record<string, string | number>) => {
    const input = h(ui, "input", {
      class: `saec-input saec-toy-input saec-set-${name}`,
      attrs: { type: "number", "aria-label": label, ...attrs },
    });
    return {
      input,
      element: h(
        ui,
        "label",
        { class: "saec-field" },
        input,
        h(ui, "span", { class: "saec-caption", text: label }),
      ),
    };
  };
  const features = box("features", "features", { min: 2, max: 40, step: 1 });
  const neurons = box("neurons", "neurons", { min: 1, max: 39, step: 1 });
  const decay = box("decay", "decay of importance", { min: 0.1, max: 1, step: 0.05 });
  const seed = box("seed", "seed", { min: 0, step: 1 });
  const settings = (): Settings => ({ ...DEFAULTS, ...(model.get("settings") as Partial<Settings> | null) });
  const button = h(ui, "button", {
    class: "saec-button saec-toy-train",
    text: "Train",
    attrs: { type: "submit" },
  });
  const stop = h(ui, "button", {
    class: "saec-button saec-toy-stop",
    text: "Stop",
    title: "Stop the training that began with the widget",
    on: { click: () => actions.stop() },
  });
  const form = h(
    ui,
    "form",
    {
      class: "saec-toy-settings",
      on: {
        submit(event) {
          event.preventDefault();
          actions.train({
            levels: settings().levels,
            features: Math.round(Number(features.input.value)),
            neurons: Math.round(Number(neurons.input.value)),
            decay: Number(decay.input.value),
            seed: Math.round(Number(seed.input.value)),
          });
        },
      },
    },
    features.element,
    neurons.element,
    decay.element,
    seed.element,
    button,
    stop,
  );
  follow(["settings"], () => {
    const known = settings();
    for (const [name, { input }] of Object.entries({ features, neurons, decay, seed }))
      input.value = String(known[name as "features"]);
  });
  follow(["live", "busy"], () => {
    form.hidden = !model.get("live");
    stop.hidden = !model.get("busy");
  });
  return form;
}

function slider(ui: Ui, store: DisentangleStore, actions: Actions): HTMLElement {
  const input = h(ui, "input", {
    class: "saec-slider saec-toy-slider",
    attrs: { type: "range", min: 0, step: 1, "aria-label": "Sparsity" },
    on: { input: () => actions.setLevel(Number(input.value)) },
  });
  const name = h(ui, "span", { class: "saec-toy-sparsity" });
  store.watch(["toy", "level"], ({ toy, level }) => {
    input.disabled = toy === null;
    name.textContent = toy ? levelText(toy, level) : "";
    if (!toy) return;
    input.max = String(toy.levels.length - 1);
    input.value = String(level);
    input.setAttribute("aria-valuetext", `Sparsity ${levelText(toy, level)}`);
  });
  return h(
    ui,
    "label",
    { class: "saec-toy-levels" },
    h(ui, "span", { class: "saec-caption", text: "dense" }),
    input,
    h(ui, "span", { class: "saec-caption", text: "sparse" }),
    h(ui, "span", {}, h(ui, "span", { class: "saec-caption", text: "sparsity " }), name),
  );
}
