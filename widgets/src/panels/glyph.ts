/** The glyph of a node kind, small, for lists and the legend. */

import { s, type Ui } from "../dom.js";
import { Kind } from "../model/decode.js";

export function glyph(ui: Ui, kind: number): SVGElement {
  const svg = s(ui, "svg", {
    class: "saec-glyph",
    viewBox: "-7 -7 14 14",
    width: 14,
    height: 14,
    "aria-hidden": "true",
  });
  svg.append(shape(ui, kind));
  return svg;
}

function shape(ui: Ui, kind: number): SVGElement {
  switch (kind) {
    case Kind.error:
      return s(ui, "polygon", { points: "0,-5.5 5.5,0 0,5.5 -5.5,0", class: "saec-glyph-open" });
    case Kind.token:
      return s(ui, "rect", { x: -4.5, y: -4.5, width: 9, height: 9, rx: 1, class: "saec-glyph-open" });
    case Kind.bias:
      return s(ui, "polygon", { points: "0,-5 5,4 -5,4", class: "saec-glyph-open" });
    case Kind.target:
      return s(ui, "rect", { x: -5, y: -5, width: 10, height: 10, rx: 3, class: "saec-glyph-ink" });
    default:
      return s(ui, "circle", { r: 5, class: "saec-glyph-full" });
  }
}
