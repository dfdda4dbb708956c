/** The filter: its fields in a panel below a button, and a chip for each part that is set. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import { type Filter, isActive, KINDS, type KindName, knownRates, NO_FILTER } from "../model/filter.js";
import type { ExplorerStore } from "../model/state.js";
import { popover } from "../subgraph/popover.js";
import { percent, shorten, showToken } from "../text.js";

/** Steps of the density slider, which is logarithmic. */
const STEPS = 100;

export interface FilterControls {
  button: HTMLElement;
  chips: HTMLElement;
}

export function filterControls(ui: Ui, store: ExplorerStore, actions: Actions): FilterControls {
  const set = (change: Partial<Filter>, done = true) =>
    actions.setFilter({ ...store.get().filter, ...change }, done);

  const choice = (name: string, label: string, change: () => void) =>
    h(ui, "select", {
      class: `saec-input saec-filter-${name}`,
      attrs: { "aria-label": label },
      on: { change },
    });
  const from = choice("from", "From layer", layers);
  const to = choice("to", "To layer", layers);
  const token = choice("token", "Token", () =>
    set({ token: token.value === "" ? null : Number(token.value) }),
  );
  const sign = choice("sign", "Sign of the effect", effect);
  const of = choice("of", "Effect on", effect);
  sign.append(
    ...options(ui, [
      ["", "any effect"],
      ["+", "pushes up"],
      ["-", "pushes down"],
    ]),
  );
  of.append(
    ...options(ui, [
      ["target", "the target"],
      ["selected", "the selected node"],
    ]),
  );

  function layers(): void {
    const [low, high] = [Number(from.value), Number(to.value)];
    const all = from.selectedIndex === 0 && to.selectedIndex === to.options.length - 1;
    set({ layers: all ? null : [Math.min(low, high), Math.max(low, high)] });
  }
  function effect(): void {
    set({ sign: (sign.value || null) as Filter["sign"], of: of.value as Filter["of"] });
  }

  const kinds = KINDS.map((kind) => {
    const on = {
      click: () => {
        const before = store.get().filter.kinds;
        set({ kinds: KINDS.filter((other) => before.includes(other) !== (other === kind)) });
      },
    };
    return h(ui, "button", { class: "saec-kind", text: kind, attrs: { "aria-pressed": "false" }, on });
  });
  const density = h(ui, "input", {
    class: "saec-slider saec-density",
    attrs: {
      type: "range",
      min: 0,
      max: STEPS,
      step: 1,
      "aria-label": "Largest share of tokens that a feature fires on",
    },
    on: {
      input: () => dense(false),
      change: () => dense(true),
    },
  });
  const rate = h(ui, "output", { class: "saec-number saec-density-text" });
  function dense(done: boolean): void {
    const { graph } = store.get();
    const at = Number(density.value);
    if (graph) set({ densest: at >= STEPS ? null : rateAt(graph, at) }, done);
  }
  const hide = h(ui, "input", {
    class: "saec-filter-hide",
    attrs: { type: "checkbox" },
    on: { change: () => set({ hide: hide.checked }) },
  });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small saec-filter-clear",
    text: "Clear all",
    on: { click: () => set({ ...NO_FILTER, hide: store.get().filter.hide }) },
  });

  const line = (name: string, ...parts: (Node | string)[]) =>
    h(
      ui,
      "div",
      { class: "saec-popover-line" },
      h(ui, "span", { class: "saec-caption", text: name }),
      ...parts,
    );
  const densityLine = line("fires on at most", density, rate);
  const { element, button } = popover(
    ui,
    {
      text: "Filter ▾",
      title: "Look for nodes by layer, token, kind, effect and density",
      class: "saec-filter",
      label: "Filter",
    },
    [
      line("layers", from, "to", to),
      line("token", token),
      line("kind", h(ui, "span", { class: "saec-kinds" }, ...kinds)),
      line("effect", sign, "on", of),
      densityLine,
      h(
        ui,
        "div",
        { class: "saec-popover-line saec-popover-foot" },
        h(ui, "label", { class: "saec-tick" }, hide, h(ui, "span", { text: "hide the rest" })),
        clear,
      ),
    ],
  );

  const chips = h(ui, "div", {
    class: "saec-chips saec-filter-chips",
    attrs: { role: "group", "aria-label": "Filters" },
  });
  store.watch(["graph"], ({ graph }) => {
    element.hidden = graph === null;
    if (!graph) return;
    from.replaceChildren(...layerOptions(ui, graph));
    to.replaceChildren(...layerOptions(ui, graph));
    const tokens = graph.meta.tokens.map((text, at): [string, string] => [
      String(at),
      `${at} · ${shorten(showToken(text), 18)}`,
    ]);
    token.replaceChildren(...options(ui, [["", "any token"], ...tokens]));
    densityLine.hidden = knownRates(graph).length === 0;
  });
  store.watch(["graph", "filter"], ({ graph, filter }) => {
    if (!graph) return;
    from.value = String(filter.layers?.[0] ?? -1);
    to.value = String(filter.layers?.[1] ?? graph.meta.n_layers);
    token.value = filter.token === null ? "" : String(filter.token);
    sign.value = filter.sign ?? "";
    of.value = filter.of;
    hide.checked = filter.hide;
    density.value = String(filter.densest === null ? STEPS : stepOf(graph, filter.densest));
    rate.textContent = filter.densest === null ? "any share" : `${percent(filter.densest)} of tokens`;
    for (const [at, kind] of KINDS.entries())
      kinds[at]?.setAttribute("aria-pressed", String(filter.kinds.includes(kind)));
    const active = isActive(filter);
    clear.disabled = !active;
    button.classList.toggle("saec-filter-on", active);
    chips.hidden = !active;
    chips.replaceChildren(...words(graph, filter).map(([text, rest]) => chip(ui, text, () => set(rest))));
  });
  return { button: element, chips };
}

function options(ui: Ui, items: readonly (readonly [string, string])[]): HTMLOptionElement[] {
  return items.map(([value, text]) => h(ui, "option", { text, attrs: { value } }));
}

function layerOptions(ui: Ui, { meta }: Graph): HTMLOptionElement[] {
  return options(
    ui,
    Array.from(
      { length: meta.n_layers + 2 },
      (_, at) => [String(at - 1), layer(meta.n_layers, at - 1)] as const,
    ),
  );
}

function layer(count: number, at: number): string {
  if (at < 0) return "tokens";
  return at >= count ? "output" : `L${at}`;
}

/** What each set part of the filter says, and the change that clears it. */
function words(graph: Graph, filter: Filter): [string, Partial<Filter>][] {
  const { layers, token, kinds, sign, of, densest } = filter;
  const named = (at: number) => layer(graph.meta.n_layers, at);
  const found: [string, Partial<Filter>][] = [];
  if (layers)
    found.push([
      layers[0] === layers[1] ? named(layers[0]) : `${named(layers[0])} – ${named(layers[1])}`,
      { layers: null },
    ]);
  if (token !== null)
    found.push([`at “${showToken(graph.meta.tokens[token] ?? "")}” (${token})`, { token: null }]);
  if (kinds.length > 0) found.push([kinds.map(plural).join(", "), { kinds: [] }]);
  if (sign) {
    const on = of === "target" ? "the target" : "the selected node";
    found.push([`${sign === "+" ? "pushes up" : "pushes down"} ${on}`, { sign: null }]);
  }
  if (densest !== null) found.push([`fires on ≤ ${percent(densest)}`, { densest: null }]);
  return found;
}

const plural = (kind: KindName) => (kind === "bias" ? "biases" : `${kind}s`);

function chip(ui: Ui, text: string, clear: () => void): HTMLElement {
  const remove = h(ui, "button", {
    class: "saec-chip-remove",
    text: "✕",
    title: `Clear “${text}”`,
    attrs: { "aria-label": `Clear the filter ${text}` },
    on: { click: clear },
  });
  return h(
    ui,
    "span",
    { class: "saec-chip saec-filter-chip" },
    h(ui, "span", { class: "saec-chip-what", text }),
    remove,
  );
}

/** From the smallest known rate to the largest, by equal factors. */
function rateAt(graph: Graph, step: number): number {
  const [least, most] = ends(graph);
  // As many digits as its Python has.
  return Number((least * (most / least) ** (step / STEPS)).toPrecision(3));
}

function stepOf(graph: Graph, rate: number): number {
  const [least, most] = ends(graph);
  return Math.round((STEPS * Math.log(rate / least)) / Math.max(1e-9, Math.log(most / least)));
}

function ends(graph: Graph): [number, number] {
  const rates = knownRates(graph);
  return [rates[0] ?? 1e-6, rates.at(-1) ?? 1];
}
