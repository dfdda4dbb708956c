/** The features that are chosen, or all, a row each with its norms in small. */

import { stepOf } from "../chart/ramp.js";
import { round } from "../chart/series.js";
import { soon } from "../chart/soon.js";
import { h, s, type Ui } from "../dom.js";
import { percent, visible } from "../text.js";
import type { CrosscoderActions } from "./actions.js";
import { nameOf, normsOf } from "./decode.js";
import { labelOf, valueText } from "./describe.js";
import { rowsOf } from "./heat.js";
import { type CrosscoderStore, isPart, listed, type State } from "./state.js";

const MOST_ROWS = 60;
const SPARK = { width: 52, height: 16 };

export function createList(
  ui: Ui,
  store: CrosscoderStore,
  actions: CrosscoderActions,
  ramp: () => readonly string[],
): { element: HTMLElement; restyle(): void } {
  const title = h(ui, "span", { class: "saec-subtitle", attrs: { role: "status" } });
  const name = h(ui, "bdi", { class: "saec-caption saec-cross-of" });
  const note = h(ui, "span", { class: "saec-caption" });
  const rows = h(ui, "div", { class: "saec-cross-rows" });
  const draw = () => {
    const state = store.get();
    const found = listed(state);
    const all = state.order.length;
    title.textContent = isPart(state) ? `${found.length} of ${all} features` : `${all} features`;
    name.textContent = visible(state.crosscoder?.name ?? "");
    note.textContent = state.measure ? state.measure.title : "";
    const more = found.length - MOST_ROWS;
    rows.replaceChildren(
      ...found.slice(0, MOST_ROWS).map((row) => featureRow(ui, state, row, actions, ramp())),
      ...(more > 0 ? [h(ui, "p", { class: "saec-hint", text: `and ${more} more` })] : []),
    );
    mark(state);
  };
  const mark = ({ selected, hovered }: Readonly<State>) => {
    for (const each of rows.querySelectorAll<HTMLElement>("button")) {
      each.setAttribute("aria-pressed", String(each.dataset.row === String(selected)));
      each.classList.toggle("saec-on", each.dataset.row === String(hovered));
    }
  };
  const ask = soon(ui, store.attempt, draw);
  store.watch(["crosscoder", "order", "measure", "scale", "brush", "chosen", "query"], ask);
  store.watch(["selected", "hovered"], mark);
  const attrs = { "aria-label": "Features" };
  const head = h(ui, "div", { class: "saec-cross-list-head" }, title, note, name);
  return {
    element: h(ui, "section", { class: "saec-cross-side", attrs }, head, rows),
    restyle: ask,
  };
}

function featureRow(
  ui: Ui,
  state: Readonly<State>,
  row: number,
  actions: CrosscoderActions,
  ramp: readonly string[],
): HTMLElement {
  const { crosscoder, measure, values } = state;
  if (!crosscoder) return h(ui, "span");
  const rate = crosscoder.rates[row] ?? Number.NaN;
  const here = () => actions.hover(row);
  const away = () => actions.hover(null);
  return h(
    ui,
    "button",
    {
      class: "saec-cross-row",
      title: visible(nameOf(crosscoder, row)),
      attrs: { "data-row": row },
      on: {
        click: () => actions.select(row === state.selected ? null : row),
        pointerenter: here,
        pointerleave: away,
        focus: here,
        blur: away,
      },
    },
    spark(ui, state, row, ramp),
    h(ui, "bdi", { class: "saec-cross-name", text: labelOf(crosscoder, row) }),
    h(ui, "span", {
      class: "saec-number saec-caption",
      text: Number.isFinite(rate) && measure?.name !== "rate" ? percent(rate) : "",
      title: "of tokens",
    }),
    h(ui, "span", { class: "saec-number saec-cross-value", text: valueText(measure, values[row]) }),
  );
}

/** A bar a place, from the bottom of the model to its top, one model after the other. */
function spark(
  ui: Ui,
  { crosscoder, scale }: Readonly<State>,
  row: number,
  ramp: readonly string[],
): SVGElement {
  const { width, height } = SPARK;
  const svg = s(ui, "svg", { class: "saec-cross-spark", width, height, "aria-hidden": "true" });
  if (!crosscoder) return svg;
  const norms = normsOf(crosscoder, scale, row);
  const most = Math.max(...norms, 1e-12);
  const order = bottomUp(crosscoder);
  const step = width / order.length;
  const bars = order.map((place, i) => {
    const tall = Math.max(1, ((norms[place] ?? 0) / most) * height);
    const wide = Math.max(0.8, step - 1);
    return `M${round(i * step)} ${height}v${round(-tall)}h${round(wide)}v${round(tall)}z`;
  });
  svg.append(s(ui, "path", { d: bars.join(""), style: `fill:${ramp[stepOf(0.65)]}` }));
  return svg;
}

const orders = new WeakMap<object, number[]>();

function bottomUp(crosscoder: NonNullable<State["crosscoder"]>): number[] {
  let order = orders.get(crosscoder);
  if (!order) {
    const { places, pair } = crosscoder;
    const rows = rowsOf(crosscoder).rows.map(({ place }) => place);
    const models =
      pair.length > 0 ? [...new Set(places.map(({ model }) => model))] : [places[0]?.model ?? ""];
    order = models.flatMap((model) => rows.filter((place) => places[place]?.model === model).reverse());
    orders.set(crosscoder, order);
  }
  return order;
}
