/** A picture of predicted against measured changes: on the dashed diagonal the model does what the graph says. */

import { axes, type Box, inside } from "../chart/frame.js";
import { linear, rangeOf } from "../chart/scale.js";
import { outline, round } from "../chart/series.js";
import { s, setAttributes, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";

export interface Point {
  predicted: number;
  measured: number;
  /** Row of its node; undefined where the graph on show does not have it. */
  node: number | undefined;
  title: string;
  /** Drawn as a diamond: what lies furthest off. */
  off: boolean;
}

export interface Picture {
  width: number;
  height: number;
  points: readonly Point[];
  /** What the picture says, for screen readers. */
  label: string;
  /** What the upright axis is called. */
  measured: string;
}

export function drawAgreement(
  ui: Ui,
  svg: SVGElement,
  { width, height, points, label, measured }: Picture,
  actions: Actions,
): void {
  const box: Box = { width, height, left: 38, right: 10, top: 24, bottom: 36 };
  const range = rangeOf([0, ...points.flatMap((point) => [point.predicted, point.measured])], false);
  const x = linear(range, box.left, width - box.right, Math.max(2, width / 80));
  const y = linear(range, height - box.bottom, box.top, 5);
  const area = inside(ui, box);
  const rule = (x1: number, y1: number, x2: number, y2: number, kind: string) =>
    s(ui, "line", { class: kind, x1: x.at(x1), y1: y.at(y1), x2: x.at(x2), y2: y.at(y2) });
  area.append(
    rule(0, range.low, 0, range.high, "saec-trust-zero"),
    rule(range.low, 0, range.high, 0, "saec-trust-zero"),
    rule(range.low, range.low, range.high, range.high, "saec-trust-diagonal"),
  );
  const marks = points.map((each) => {
    const place = `translate(${round(x.at(each.predicted))},${round(y.at(each.measured))})`;
    return mark(ui, each, place, actions);
  });
  const end = { x: width - box.right, y: height - 4, "text-anchor": "end" };
  setAttributes(svg, { width, viewBox: `0 0 ${width} ${height}`, "aria-label": label });
  svg.replaceChildren(
    ...axes(ui, x, y, box),
    s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, measured),
    s(ui, "text", { class: "saec-axis-name", ...end }, "predicted"),
    area,
    ...marks,
  );
}

/** Marks the points of the selected and the hovered node. */
export function emphasise(svg: SVGElement, selected: number | null, hovered: number | null): void {
  for (const point of svg.querySelectorAll<SVGElement>("[data-node]")) {
    point.classList.toggle("saec-selected", selected !== null && point.dataset.node === String(selected));
    point.classList.toggle("saec-hovered", hovered !== null && point.dataset.node === String(hovered));
  }
}

function mark(ui: Ui, { node, title, off }: Point, place: string, actions: Actions): SVGElement {
  const element = s(
    ui,
    "g",
    { class: "saec-trust-point", transform: place, "data-node": node },
    s(ui, "path", { class: "saec-point-ring", d: outline("circle", 9) }),
    s(ui, "path", { class: "saec-point-mark", d: outline(off ? "diamond" : "circle", off ? 5 : 4.5) }),
    s(ui, "title", {}, title),
  );
  if (node === undefined) return element;
  element.addEventListener("click", () => actions.select(node));
  element.addEventListener("pointerenter", () => actions.hover(node));
  element.addEventListener("pointerleave", () => actions.hover(null));
  return element;
}
