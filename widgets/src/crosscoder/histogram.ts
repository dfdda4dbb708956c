/** How many features have which value of the measure; a drag chooses a range. */

import { axes, type Box, followWidth } from "../chart/frame.js";
import { linear, linearTicks, logarithmic, type Scale } from "../chart/scale.js";
import { round } from "../chart/series.js";
import { soon } from "../chart/soon.js";
import { h, s, type Ui } from "../dom.js";
import { shorten } from "../text.js";
import type { CrosscoderActions } from "./actions.js";
import { BINS, type Bins, binsOf, shareOf, valueAt } from "./bins.js";
import { explained, modelName, valueText } from "./describe.js";
import { followDrag } from "./drag.js";
import { type CrosscoderStore, type State, within } from "./state.js";

const HEIGHT = 128;
const FALLBACK_WIDTH = 640;
/** Relative norms that count as exclusive, and as shared. */
const PRESETS: readonly [number, number][] = [
  [0, 0.1],
  [0.3, 0.7],
  [0.9, 1],
];

export function createHistogram(ui: Ui, store: CrosscoderStore, actions: CrosscoderActions): HTMLElement {
  const svg = s(ui, "svg", { class: "saec-plot saec-cross-bars", height: HEIGHT, role: "img" });
  const stage = h(ui, "div", { class: "saec-cross-histogram" }, svg);
  const title = h(ui, "span", { class: "saec-subtitle" });
  const note = h(ui, "span", { class: "saec-caption saec-cross-note" });
  const range = rangeFields(ui, store, actions);
  const presets = h(ui, "div", { class: "saec-cross-presets" });
  let width = 0;
  let bins: Bins | null = null;
  let box: Box = { width: 0, height: HEIGHT, left: 62, right: 14, top: 8, bottom: 22 };

  function draw(): void {
    const state = store.get();
    const { crosscoder, measure, values } = state;
    bins = crosscoder && measure && binsOf(values, measure);
    svg.replaceChildren();
    if (!bins || !measure || width === 0) return;
    box = { ...box, width };
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("aria-label", `Histogram of the ${measure.title} of ${values.length} features`);
    svg.append(...bars(ui, bins, box, state));
  }

  const ask = soon(ui, store.attempt, draw);
  const value = (at: number) => {
    const share = (at - box.left) / Math.max(1, box.width - box.left - box.right);
    return bins ? valueAt(bins, Math.max(0, Math.min(1, share))) : 0;
  };
  const ends = (from: number, to: number): [number, number] => [
    value(Math.min(from, to)),
    value(Math.max(from, to)),
  ];
  followDrag(ui, svg, {
    drag: (from, to) => bins && actions.preview(...ends(from, to)),
    done: (from, to) => bins && actions.brush(ends(from, to)),
    click: () => isChosen(store.get()) && actions.brush(null),
    hover: () => {},
  });
  followWidth(ui, stage, FALLBACK_WIDTH, (now) => {
    width = now;
    ask();
  });
  store.watch(["crosscoder", "measure", "values", "brush", "chosen"], ask);
  store.watch(["crosscoder", "measure"], ({ crosscoder, measure }) => {
    title.textContent = measure ? `${measure.title[0]?.toUpperCase() ?? ""}${measure.title.slice(1)}` : "";
    note.textContent = measure && crosscoder ? explained(measure, crosscoder) : "";
  });
  store.watch(["crosscoder", "values", "measure"], (state) => {
    presets.replaceChildren(...presetButtons(ui, state, actions));
  });
  return h(
    ui,
    "section",
    { class: "saec-cross-part", attrs: { "aria-label": "How many features have which value" } },
    h(
      ui,
      "div",
      { class: "saec-cross-caption" },
      title,
      presets,
      h(ui, "div", { class: "saec-spacer" }),
      range,
    ),
    note,
    stage,
  );
}

const isChosen = ({ brush, chosen }: Readonly<State>) => brush !== null || chosen.size > 0;

/** Heights by the root of the count, so that a few features are seen beside many. */
function bars(ui: Ui, bins: Bins, box: Box, { brush, chosen, values }: Readonly<State>): SVGElement[] {
  const most = Math.max(1, ...bins.counts);
  const bottom = box.height - box.bottom;
  const range = { low: bins.low, high: bins.high };
  const x = (bins.log ? logarithmic : linear)(range, box.left, box.width - box.right, box.width / 80);
  const height = (count: number) => Math.sqrt(count / most) * (bottom - box.top);
  const counts = linearTicks({ low: 0, high: most }, 3).filter(
    (tick) => tick.value > 0 && height(tick.value) > 14,
  );
  const y: Scale = { at: (count) => bottom - height(count), value: () => 0, ticks: counts, log: false };
  const marked = markedCounts(bins, values, brush ? null : chosen);
  const step = (box.width - box.left - box.right) / BINS;
  return [
    ...axes(ui, x, y, box),
    ...bins.counts.flatMap((count, bin) => {
      if (count === 0) return [];
      const middle = valueAt(bins, (bin + 0.5) / BINS);
      const on = brush !== null && within(brush, middle);
      const bar = (each: number, name: string) => {
        const tall = round(Math.max(1.5, height(each)));
        const place = { x: round(box.left + bin * step + 0.5), width: round(Math.max(1, step - 1)) };
        return s(ui, "rect", { class: name, ...place, y: round(bottom - tall), height: tall });
      };
      const few = marked[bin] ?? 0;
      const here = bar(count, on ? "saec-cross-bar saec-on" : "saec-cross-bar");
      const from = [bin, bin + 1].map((edge) => valueAt(bins, edge / BINS).toPrecision(3));
      here.append(s(ui, "title", {}, `${count} features from ${from.join(" to ")}`));
      return few > 0 ? [here, bar(few, "saec-cross-bar saec-on")] : [here];
    }),
    ...(brush ? [brushMark(ui, bins, box, brush)] : []),
  ];
}

/** Features chosen by hand or from Python, counted in the same bins. */
function markedCounts(bins: Bins, values: Float32Array, chosen: ReadonlySet<number> | null): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const row of chosen ?? []) {
    const at = Math.max(0, Math.min(BINS - 1, Math.floor(shareOf(bins, values[row] ?? Number.NaN) * BINS)));
    if (!Number.isNaN(at)) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

function brushMark(ui: Ui, bins: Bins, box: Box, brush: readonly [number, number]): SVGElement {
  const wide = box.width - box.left - box.right;
  const at = (value: number) => box.left + Math.max(0, Math.min(1, shareOf(bins, value))) * wide;
  const [from, to] = [at(brush[0]), at(brush[1])];
  return s(ui, "rect", {
    class: "saec-cross-brush",
    x: round(from),
    y: box.top - 4,
    width: round(Math.max(2, to - from)),
    height: box.height - box.bottom - box.top + 4,
  });
}

/** The range as two numbers, for those who do not drag. */
function rangeFields(ui: Ui, store: CrosscoderStore, actions: CrosscoderActions): HTMLElement {
  const change = () => {
    const [low, high] = [Number.parseFloat(from.value), Number.parseFloat(to.value)];
    if (Number.isNaN(low) && Number.isNaN(high)) return actions.brush(null);
    const { order, values } = store.get();
    const least = Number.isNaN(low) ? (values[order[0] ?? 0] ?? 0) : low;
    const most = Number.isNaN(high) ? (values[order[order.length - 1] ?? 0] ?? 0) : high;
    return actions.brush([Math.min(least, most), Math.max(least, most)]);
  };
  const field = (name: string) =>
    h(ui, "input", {
      class: "saec-input saec-cross-number",
      attrs: { type: "number", step: "any", "aria-label": name, placeholder: name },
      on: { change },
    });
  const [from, to] = [field("from"), field("to")];
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Clear",
    title: "Choose nothing",
    on: { click: () => actions.brush(null) },
  });
  store.watch(["brush", "chosen"], (state) => {
    from.value = state.brush ? String(state.brush[0]) : "";
    to.value = state.brush ? String(state.brush[1]) : "";
    clear.disabled = !isChosen(state);
  });
  return h(
    ui,
    "div",
    { class: "saec-cross-range", attrs: { role: "group", "aria-label": "Choose by value" } },
    h(ui, "span", { class: "saec-caption", text: "Choose" }),
    from,
    h(ui, "span", { class: "saec-caption", text: "to" }),
    to,
    clear,
  );
}

function presetButtons(ui: Ui, state: Readonly<State>, actions: CrosscoderActions): HTMLElement[] {
  const { crosscoder, measure, values } = state;
  if (measure?.name !== "relative" || !crosscoder) return [];
  const [a = "", b = ""] = crosscoder.pair.map((model) => shorten(modelName(model), 14));
  return PRESETS.map((range, i) => {
    const count = values.filter((value) => within(range, value)).length;
    const name = [`only ${a}`, "shared", `only ${b}`][i] ?? "";
    return h(ui, "button", {
      class: "saec-button saec-button-small",
      text: `${name} ${count}`,
      title: `Choose relative norms from ${valueText(measure, range[0])} to ${valueText(measure, range[1])}`,
      on: { click: () => actions.brush(range) },
    });
  });
}
