/** Beside the picture: the selected dictionary, and the dictionaries that no other beats. */

import { outline } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { visible } from "../text.js";
import type { ParetoActions } from "./actions.js";
import { scoreName, scoreText, widthText } from "./describe.js";
import { lookOf, type ParetoStore, type State, selectedPoint } from "./state.js";
import type { PointTrait } from "./traits.js";

export function sidePanel(ui: Ui, store: ParetoStore, actions: ParetoActions): HTMLElement {
  const chosen = h(ui, "section", { class: "saec-chosen", attrs: { "aria-label": "Selected dictionary" } });
  const list = h(ui, "div", { class: "saec-front-list" });
  const head = h(ui, "div", { class: "saec-front-row saec-front-head" });
  store.watch(["points", "selected"], (state) => chosen.replaceChildren(...details(ui, state, actions)));
  store.watch(["points", "front"], (state) => {
    const names = ["Best of all", scoreName(state.x), scoreName(state.y)];
    head.replaceChildren(
      ...names.map((text, i) =>
        h(ui, "span", { class: i ? "saec-number saec-caption" : "saec-subtitle", text }),
      ),
    );
    list.replaceChildren(...state.front.map((place) => frontRow(ui, state, place.point, actions)));
  });
  store.watch(["points", "front", "selected", "hovered"], ({ front, points, selected, hovered }) => {
    for (const [i, row] of [...list.querySelectorAll("button")].entries()) {
      const point = front[i]?.point ?? -1;
      row.setAttribute("aria-pressed", String(selected !== null && points[point]?.name === selected));
      row.classList.toggle("saec-on", point === hovered);
    }
  });
  const front = h(ui, "section", { attrs: { "aria-label": "Dictionaries that no other beats" } }, head, list);
  return h(ui, "div", { class: "saec-pareto-side" }, chosen, front);
}

function details(ui: Ui, state: Readonly<State>, actions: ParetoActions): HTMLElement[] {
  const point = selectedPoint(state);
  if (!point) return [h(ui, "p", { class: "saec-hint", text: "Click a point to select its dictionary." })];
  const facts = [point.group, widthText(point.width)].filter(Boolean).join(" · ");
  const scores = state.scores.filter((score) => score in point.scores);
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      mark(ui, state, point),
      h(ui, "h3", { class: "saec-title saec-chosen-name" }, h(ui, "bdi", { text: visible(point.name) })),
      h(ui, "button", {
        class: "saec-button saec-button-small saec-clear",
        text: "✕",
        title: "Select nothing",
        attrs: { "aria-label": "Select nothing" },
        on: { click: () => actions.select(null) },
      }),
    ),
    h(ui, "div", { class: "saec-caption saec-chosen-recipe", text: visible(point.recipe || facts) }),
    h(ui, "div", { class: "saec-caption saec-chosen-folder", text: visible(point.folder) }),
    h(
      ui,
      "dl",
      { class: "saec-scores-list" },
      ...scores.flatMap((score) => [
        h(ui, "dt", { text: scoreName(score) }),
        h(ui, "dd", { class: "saec-number", text: scoreText(score, point.scores[score]) }),
      ]),
    ),
  ];
}

function frontRow(
  ui: Ui,
  state: Readonly<State>,
  number: number,
  actions: ParetoActions,
): HTMLElement | string {
  const point = state.points[number];
  if (!point) return "";
  const here = () => actions.look(number);
  const away = () => actions.look(null);
  return h(
    ui,
    "button",
    {
      class: "saec-front-row",
      title: `${visible(point.name)} · ${visible(point.recipe)}`,
      on: {
        click: () => actions.select(point.name),
        pointerenter: here,
        pointerleave: away,
        focus: here,
        blur: away,
      },
    },
    h(
      ui,
      "span",
      { class: "saec-front-name" },
      mark(ui, state, point),
      h(ui, "bdi", { class: "saec-run-text", text: visible(point.name) }),
    ),
    ...[state.x, state.y].map((score) =>
      h(ui, "span", { class: "saec-number", text: scoreText(score, point.scores[score]) }),
    ),
  );
}

function mark(ui: Ui, state: Readonly<State>, point: PointTrait): SVGElement {
  const { colour, shape } = lookOf(state, point);
  const svg = s(ui, "svg", {
    class: "saec-glyph",
    width: 14,
    height: 14,
    viewBox: "-7 -7 14 14",
    "aria-hidden": "true",
  });
  svg.append(s(ui, "path", { class: "saec-point-mark", d: outline(shape, 4.6), style: `fill:${colour}` }));
  return svg;
}
