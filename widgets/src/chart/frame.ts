/** The axes of a chart: grid lines, tick texts, and a layer inside that cuts off what is out of range. */

import { s, type Ui } from "../dom.js";
import type { Scale } from "./scale.js";
import { round } from "./series.js";

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Grid and tick texts as SVG elements, from the back to the front. */
export function axes(ui: Ui, x: Scale, y: Scale, box: Box): SVGElement[] {
  const { left, top } = box;
  const right = box.width - box.right;
  const bottom = box.height - box.bottom;
  const marks: SVGElement[] = [];
  for (const { value, text } of y.ticks) {
    const at = round(y.at(value));
    marks.push(s(ui, "line", { class: "saec-grid", x1: left, x2: right, y1: at, y2: at }));
    marks.push(s(ui, "text", { class: "saec-tick", x: left - 5, y: at + 3.5, "text-anchor": "end" }, text));
  }
  for (const { value, text } of x.ticks) {
    const at = round(x.at(value));
    marks.push(s(ui, "line", { class: "saec-notch", x1: at, x2: at, y1: bottom, y2: bottom + 3 }));
    const anchor = at > right - 12 ? "end" : "middle";
    const attrs = {
      class: "saec-tick",
      x: anchor === "end" ? right : at,
      y: bottom + 14,
      "text-anchor": anchor,
    };
    marks.push(s(ui, "text", attrs, text));
  }
  marks.push(s(ui, "line", { class: "saec-axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  marks.push(s(ui, "line", { class: "saec-notch", x1: left, x2: left, y1: top, y2: bottom }));
  return marks;
}

/** A nested SVG over the plotting area; a nested SVG clips by itself, so that no element needs an id. */
export function inside(ui: Ui, { width, height, left, right, top, bottom }: Box): SVGElement {
  const w = Math.max(0, width - left - right);
  const h = Math.max(0, height - top - bottom);
  return s(ui, "svg", { x: left, y: top, width: w, height: h, viewBox: `${left} ${top} ${w} ${h}` });
}

/** Calls `draw` with the width of `element` at once and whenever it changes; `fallback` where there is no layout. */
export function followWidth(
  ui: Ui,
  element: HTMLElement,
  fallback: number,
  draw: (width: number) => void,
): void {
  let last = 0;
  const measure = () => {
    const width = Math.round(element.clientWidth) || fallback;
    if (width === last) return;
    last = width;
    draw(width);
  };
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  measure();
}
