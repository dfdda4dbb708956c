/** The clicked feature: its norm at every place, and how much its direction turns from one to the next. */

import { axes, type Box, followWidth } from "../chart/frame.js";
import { type Scale as AxisScale, linear, linearTicks } from "../chart/scale.js";
import { outline, round } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { percent, shorten, significant, visible } from "../text.js";
import type { CrosscoderActions } from "./actions.js";
import { type Crosscoder, nameOf, normsOf } from "./decode.js";
import { labelOf, modelName, stageNames, valueText } from "./describe.js";
import type { CrosscoderStore, State } from "./state.js";

const HEIGHT = 150;
const FALLBACK_WIDTH = 640;
const COLOURS = ["var(--saec-positive)", "var(--saec-negative)"];

export function createProfile(ui: Ui, store: CrosscoderStore, actions: CrosscoderActions): HTMLElement {
  const head = h(ui, "div");
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const stage = h(ui, "div", { class: "saec-cross-profile" }, svg);
  const empty = h(ui, "p", {
    class: "saec-hint",
    text: "Click a feature to see its norm at every place, and how much its direction turns.",
  });
  let width = 0;
  const draw = ({ crosscoder, selected, scale }: Readonly<State>) => {
    svg.replaceChildren();
    if (!crosscoder || selected === null || width === 0) return;
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const norms = normsOf(crosscoder, scale, selected);
    const told = crosscoder.places.map(({ name }, i) => `${visible(name)} ${significant(norms[i] ?? 0)}`);
    svg.setAttribute("aria-label", `Norms: ${told.join(", ")}. ${cosinesText(crosscoder, selected)}`);
    svg.append(...lines(ui, crosscoder, norms, selected, width));
  };
  store.watch(["crosscoder", "selected", "scale", "values", "measure"], (state) => {
    const there = state.crosscoder !== null && state.selected !== null;
    empty.hidden = there || state.crosscoder === null;
    stage.hidden = !there;
    head.replaceChildren(...(there ? headOf(ui, state, actions) : []));
    draw(state);
  });
  followWidth(ui, stage, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  const attrs = { "aria-label": "Selected feature" };
  return h(ui, "section", { class: "saec-cross-part saec-cross-feature", attrs }, head, empty, stage);
}

function headOf(ui: Ui, state: Readonly<State>, actions: CrosscoderActions): HTMLElement[] {
  const { crosscoder, selected, measure, values } = state;
  if (!crosscoder || selected === null) return [];
  const rate = crosscoder.rates[selected] ?? Number.NaN;
  const facts = [
    visible(nameOf(crosscoder, selected)),
    measure ? `${measure.title} ${valueText(measure, values[selected])}` : "",
    Number.isFinite(rate) && measure?.name !== "rate" ? `fires on ${percent(rate)} of tokens` : "",
  ];
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: labelOf(crosscoder, selected) })),
      h(ui, "button", {
        class: "saec-button saec-button-small saec-clear",
        text: "✕",
        title: "Select nothing",
        attrs: { "aria-label": "Select nothing" },
        on: { click: () => actions.select(null) },
      }),
    ),
    h(ui, "div", { class: "saec-caption", text: facts.filter(Boolean).join(" · ") }),
    h(ui, "div", { class: "saec-caption saec-cross-key" }, ...keyOf(ui, crosscoder)),
  ];
}

function keyOf(ui: Ui, crosscoder: Crosscoder): (HTMLElement | string)[] {
  const { pair, links } = crosscoder;
  const cosine = links.length > 0 ? "numbers: cosine of the directions at both ends" : "";
  const what = `decoder norm, ${stageNames(crosscoder).kind || "by place"}`;
  if (pair.length === 0) return [[what, cosine].filter(Boolean).join("; ")];
  return [
    ...pair.map((model, i) => {
      const key = h(ui, "span", { class: "saec-cross-model" });
      key.style.borderTop = `2px ${i ? "dashed" : "solid"} ${COLOURS[i]}`;
      return h(ui, "span", { class: "saec-cross-keyed" }, key, h(ui, "bdi", { text: modelName(model) }));
    }),
    [what, cosine].filter(Boolean).join("; "),
  ];
}

function lines(ui: Ui, crosscoder: Crosscoder, norms: number[], row: number, width: number): SVGElement[] {
  const { places, pair, links } = crosscoder;
  const box: Box = { width, height: HEIGHT, left: 62, right: pair.length > 0 ? 48 : 34, top: 16, bottom: 24 };
  const most = Math.max(...norms, 1e-12);
  const y = linear({ low: 0, high: most * 1.12 }, HEIGHT - box.bottom, box.top, 3);
  const x = stageScale(stageNames(crosscoder).names, box);
  const at = (place: number) => ({
    x: x.at(places[place]?.stage ?? 0),
    y: y.at(norms[place] ?? 0),
  });
  const models = pair.length > 0 ? pair : [places[0]?.model ?? ""];
  const shown = { ...y, ticks: linearTicks({ low: 0, high: most }, 3) };
  return [
    ...axes(ui, x, shown, box),
    ...(pair.length > 0 ? links.map(([a, b]) => thread(ui, at(a), at(b))) : []),
    ...models.flatMap((model, i) => {
      const mine = places.flatMap((place, number) => (place.model === model ? [number] : []));
      mine.sort((a, b) => (places[a]?.stage ?? 0) - (places[b]?.stage ?? 0));
      const style = `stroke:${COLOURS[i]}`;
      const d = mine.map(at).map((point) => `${round(point.x)},${round(point.y)}`);
      const dash = i > 0 ? "6 4" : null;
      return [
        s(ui, "path", { class: "saec-line", d: `M${d.join("L")}`, style, "stroke-dasharray": dash }),
        ...mine.map((number) => {
          const spot = at(number);
          return s(ui, "path", {
            class: "saec-end",
            d: outline(i > 0 ? "square" : "circle", 4),
            transform: `translate(${round(spot.x)},${round(spot.y)})`,
            style: `fill:${COLOURS[i]}`,
          });
        }),
      ];
    }),
    ...links.flatMap(([a, b], link) => {
      const cosine = crosscoder.cosines[row * links.length + link] ?? Number.NaN;
      const [from, to] = [at(a), at(b)];
      if (Number.isNaN(cosine) || links.length > box.width / 34) return [];
      const aside = pair.length > 0 ? 22 : 0;
      return [
        s(
          ui,
          "text",
          {
            class: "saec-cross-cosine",
            x: round((from.x + to.x) / 2 + aside),
            y: round((from.y + to.y) / 2 - (aside ? -4 : 7)),
            "text-anchor": "middle",
          },
          cosine.toFixed(2).replace("-", "−"),
        ),
      ];
    }),
  ];
}

const thread = (ui: Ui, a: { x: number; y: number }, b: { x: number; y: number }) =>
  s(ui, "line", { class: "saec-cross-thread", x1: a.x, y1: round(a.y), x2: b.x, y2: round(b.y) });

/** Stages at equal distances, named where there is room. */
function stageScale(stages: readonly string[], box: Box): AxisScale {
  const last = Math.max(1, stages.length - 1);
  const [from, to] = [box.left + 26, box.width - box.right];
  const at = (stage: number) => (stages.length === 1 ? (from + to) / 2 : from + (stage / last) * (to - from));
  const every = Math.max(1, Math.ceil(stages.length / ((to - from) / 76)));
  const ticks = stages.flatMap((name, value) =>
    value % every === 0 ? [{ value, text: shorten(visible(name), 14) }] : [],
  );
  return { at, value: () => 0, ticks, log: false };
}

function cosinesText({ links, cosines, places }: Crosscoder, row: number): string {
  const told = links.map(([a, b], link) => {
    const cosine = cosines[row * links.length + link] ?? Number.NaN;
    return `${visible(places[a]?.name ?? "")} to ${visible(places[b]?.name ?? "")} ${cosine.toFixed(2)}`;
  });
  return told.length > 0 ? `Cosines: ${told.join(", ")}.` : "";
}
