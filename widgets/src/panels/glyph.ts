/** The glyph of a node kind, small, for lists and the legend; and those of whole sublayers. */

import { s, type Ui } from "../dom.js";
import { Kind } from "../model/decode.js";

/** A kind of node, or all that the attention or the skip connections of a layer put out. */
export type GlyphKind = number | "attention" | "skip";

export function glyph(ui: Ui, kind: GlyphKind): SVGElement {
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

function shape(ui: Ui, kind: GlyphKind): SVGElement {
  switch (kind) {
    case Kind.error:
      return s(ui, "polygon", { points: "0,-5.5 5.5,0 0,5.5 -5.5,0", class: "saec-glyph-open" });
    case Kind.token:
      return s(ui, "rect", { x: -4.5, y: -4.5, width: 9, height: 9, rx: 1, class: "saec-glyph-open" });
    case Kind.bias:
      return s(ui, "polygon", { points: "0,-5 5,4 -5,4", class: "saec-glyph-open" });
    case Kind.target:
      return s(ui, "rect", { x: -5, y: -5, width: 10, height: 10, rx: 3, class: "saec-glyph-ink" });
    case "attention":
      return s(ui, "path", { d: "M-6 0Q0 -7 6 0Q0 7 -6 0Z", class: "saec-glyph-open" });
    case "skip":
      return s(ui, "path", { d: "M-4 5C-4 -6 4 -6 4 5", class: "saec-glyph-open" });
    default:
      return s(ui, "circle", { r: 5, class: "saec-glyph-full" });
  }
}
