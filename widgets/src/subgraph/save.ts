/** The subgraph as an SVG file: a copy with its looks written into it, for no style sheet goes along. */

import { setAttributes, type Ui } from "../dom.js";

const LOOKS = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-size",
  "font-weight",
  "text-anchor",
] as const;
const KEPT = new Set(["d", "x", "y", "r", "rx", "width", "height", "transform"]);
const MARGIN = 16;

/** `content` is what the sheet holds, `box` the room that its cards take. */
export function sheetFile(
  ui: Ui,
  content: SVGElement,
  box: { left: number; top: number; right: number; bottom: number },
  style: { paper: string; font: string },
): Blob {
  const [width, height] = [box.right - box.left + 2 * MARGIN, box.bottom - box.top + 2 * MARGIN];
  const namespace = "http://www.w3.org/2000/svg";
  const svg = ui.doc.createElementNS(namespace, "svg");
  const view = `${box.left - MARGIN} ${box.top - MARGIN} ${width} ${height}`;
  setAttributes(svg, { width, height, viewBox: view, "font-family": style.font });
  const ground = ui.doc.createElementNS(namespace, "rect");
  setAttributes(ground, { x: box.left - MARGIN, y: box.top - MARGIN, width, height, fill: style.paper });
  const copy = plain(ui, content);
  copy.removeAttribute("transform");
  svg.append(ground, copy);
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
}

/** A copy that needs no style sheet, without the controls. */
function plain(ui: Ui, element: Element): Element {
  const copy = element.cloneNode(false) as Element;
  for (const name of copy.getAttributeNames()) if (!KEPT.has(name)) copy.removeAttribute(name);
  const computed = ui.doc.defaultView?.getComputedStyle(element);
  const drawn = !["g", "title"].includes(element.localName);
  for (const name of LOOKS) {
    const value = computed?.getPropertyValue(name);
    if (drawn && value) copy.setAttribute(name, value);
  }
  for (const child of element.childNodes) {
    if (child.nodeType === 3) copy.append(child.textContent ?? "");
    else if (child instanceof Element && !child.matches(".saec-box-remove, .saec-box-rename"))
      copy.append(plain(ui, child));
  }
  return copy;
}
