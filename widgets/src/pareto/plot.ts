/** The picture: points, the staircase of the front, and the names on it. */

import { axes, type Box, followWidth, inside } from "../chart/frame.js";
import { linear, logarithmic, rangeOf, type Scale } from "../chart/scale.js";
import { outline, round } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { shorten, visible } from "../text.js";
import type { ParetoActions } from "./actions.js";
import { announce, scoreName } from "./describe.js";
import { type Place, staircase } from "./front.js";
import { pressed } from "./keys.js";
import { around, placeLabel, type Rect } from "./labels.js";
import { aim, lookOf, type ParetoStore, radius, type State } from "./state.js";
import { createTip } from "./tip.js";

const HEIGHT = 380;
const FALLBACK_WIDTH = 620;
const NEAR = 26;
const WIDE = 8;
const NAME_LENGTH = 26;

export function createPlot(ui: Ui, store: ParetoStore, actions: ParetoActions): HTMLElement {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, "aria-hidden": "true" });
  const tip = createTip(ui);
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const stage = h(
    ui,
    "div",
    {
      class: "saec-scatter",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": "Dictionaries. The arrow keys move from one to the next, Enter selects, Escape leaves.",
      },
      on: {
        pointermove: (event) => actions.look(nearest(event)),
        pointerleave: () => actions.look(null),
        click: (event) => actions.select(store.get().points[nearest(event) ?? -1]?.name ?? null),
        keydown: (event) => pressed(event, store.get(), actions),
        blur: () => actions.look(null),
      },
    },
    svg,
    tip.element,
    live,
  );
  let width = 0;
  let drawn: { x: Scale; y: Scale } | null = null;

  function draw(state: Readonly<State>): void {
    if (width === 0) return;
    const box: Box = { width, height: HEIGHT, left: 58, right: 16, top: 28, bottom: 40 };
    drawn = scalesOf(state, box);
    const area = inside(ui, box);
    area.append(frontLine(ui, state, drawn));
    const order = [...state.places].sort((a, b) => size(state, b) - size(state, a));
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.replaceChildren(
      ...axes(ui, drawn.x, drawn.y, box),
      ...axisNames(ui, state, box, drawn),
      area,
      ...order.map((place) => pointMark(ui, state, place, drawn as Scales)),
      ...names(ui, state, box, drawn),
    );
    emphasise(state);
  }

  function emphasise(state: Readonly<State>): void {
    const { points, selected, hovered, group } = state;
    svg.classList.toggle("saec-some-group", group !== null);
    for (const mark of svg.querySelectorAll<SVGElement>("[data-point]")) {
      const point = Number(mark.dataset.point);
      mark.classList.toggle("saec-selected", selected !== null && points[point]?.name === selected);
      mark.classList.toggle("saec-hovered", point === hovered);
      mark.classList.toggle("saec-on", group !== null && points[point]?.group === group);
    }
    const place = state.places.find((each) => each.point === hovered);
    const point = points[hovered ?? -1];
    live.textContent = place && point ? announce(state, point) : "";
    if (!place || !point || !drawn) tip.hide();
    else tip.show(state, point, { x: drawn.x.at(place.x), y: drawn.y.at(place.y), width, height: HEIGHT });
  }

  function nearest(event: MouseEvent): number | null {
    if (!drawn) return null;
    const { left, top } = svg.getBoundingClientRect();
    let [best, distance] = [null as number | null, NEAR];
    for (const place of store.get().places) {
      const away = Math.hypot(
        drawn.x.at(place.x) - (event.clientX - left),
        drawn.y.at(place.y) - (event.clientY - top),
      );
      if (away < distance) [best, distance] = [place.point, away];
    }
    return best;
  }

  followWidth(ui, stage, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["points", "places", "front"], draw);
  store.watch(["selected", "hovered", "group"], emphasise);
  return stage;
}

interface Scales {
  x: Scale;
  y: Scale;
}

function scalesOf(state: Readonly<State>, box: Box): Scales {
  const { lessX, lessY } = aim(state);
  const scale = (values: number[], from: number, to: number, count: number, mayLog: boolean) => {
    const log = mayLog && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > WIDE;
    return (log ? logarithmic : linear)(rangeOf(values, log), from, to, count);
  };
  const across = state.places.map((place) => place.x);
  const up = state.places.map((place) => place.y);
  return {
    x: scale(across, box.left, box.width - box.right, Math.max(3, box.width / 90), lessX),
    y: scale(up, box.height - box.bottom, box.top, 6, lessY),
  };
}

/** Named at their ends: the vertical axis on top, the other one on the right. */
function axisNames(ui: Ui, { x, y }: Readonly<State>, box: Box, at: Scales): SVGElement[] {
  const name = (score: string, scale: Scale) => `${scoreName(score)}${scale.log ? " (log)" : ""}`;
  const right = { x: box.width - box.right, y: box.height - 6, "text-anchor": "end" };
  return [
    s(ui, "text", { class: "saec-axis-name", x: 8, y: 16 }, name(y, at.y)),
    s(ui, "text", { class: "saec-axis-name", ...right }, name(x, at.x)),
  ];
}

function frontLine(ui: Ui, state: Readonly<State>, at: Scales): SVGElement {
  const corners = staircase(state.front, aim(state)).map(
    ([x, y]) => `${round(at.x.at(x))},${round(at.y.at(y))}`,
  );
  return s(ui, "path", { class: "saec-front", d: corners.length > 1 ? `M${corners.join("L")}` : null });
}

const size = (state: Readonly<State>, { point }: Place) => state.points[point]?.width ?? 0;

function pointMark(ui: Ui, state: Readonly<State>, place: Place, at: Scales): SVGElement {
  const point = state.points[place.point];
  if (!point) return s(ui, "g");
  const { colour, shape } = lookOf(state, point);
  const r = radius(state, point);
  const attrs = { class: "saec-point", transform: position(place, at), "data-point": place.point };
  return s(
    ui,
    "g",
    attrs,
    s(ui, "path", { class: "saec-point-ring", d: outline("circle", r + 4.5) }),
    s(ui, "path", { class: "saec-point-mark", d: outline(shape, r), style: `fill:${colour}` }),
  );
}

const position = ({ x, y }: Place, at: Scales) => `translate(${round(at.x.at(x))},${round(at.y.at(y))})`;

function names(ui: Ui, state: Readonly<State>, box: Box, at: Scales): SVGElement[] {
  const spots = new Map(
    state.places.map((place) => {
      const point = state.points[place.point];
      return [place.point, { x: at.x.at(place.x), y: at.y.at(place.y), r: point ? radius(state, point) : 5 }];
    }),
  );
  const taken: Rect[] = [...spots.values()].map(({ x, y, r }) => around(x, y, r + 2));
  const bounds = { left: box.left, top: box.top - 8, right: box.width - 2, bottom: box.height - box.bottom };
  return state.front.flatMap((place) => {
    const spot = spots.get(place.point);
    const text = shorten(visible(state.points[place.point]?.name ?? ""), NAME_LENGTH);
    const label = spot && placeLabel(spot, text.length, taken, bounds);
    if (!label) return [];
    return [
      s(ui, "text", { class: "saec-point-name", x: label.x, y: label.y, "text-anchor": label.anchor }, text),
    ];
  });
}
