/** Histogram of the activations of a feature (height by the root of the count), with values marked. */

import { h, s, type Ui } from "../dom.js";
import type { Card } from "../model/traits.js";
import { format } from "../text.js";

const WIDTH = 240;
const HEIGHT = 44;

export function histogram(
  ui: Ui,
  { edges, counts }: Card["histogram"],
  values: readonly { value: number; name: string }[],
): HTMLElement {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const scale = (value: number) =>
    (WIDTH * (Math.min(last, Math.max(first, value)) - first)) / Math.max(last - first, 1e-12);
  const most = Math.sqrt(Math.max(1, ...counts));
  const svg = s(ui, "svg", {
    class: "saec-histogram-bars",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Histogram of activations from ${format(first)} to ${format(last)}`,
  });
  for (const [bin, count] of counts.entries()) {
    const x = scale(edges[bin] ?? 0);
    const width = Math.max(0.5, scale(edges[bin + 1] ?? last) - x - 0.8);
    const height = ((HEIGHT - 2) * Math.sqrt(count)) / most;
    svg.append(s(ui, "rect", { class: "saec-histogram-bar", x, y: HEIGHT - height, width, height }));
  }
  const marks = values.filter(({ value }) => Number.isFinite(value));
  for (const { value } of marks) {
    const x = Math.max(1, Math.min(WIDTH - 1, scale(value)));
    svg.append(s(ui, "line", { class: "saec-histogram-mark", x1: x, x2: x, y1: 0, y2: HEIGHT }));
  }
  const middle = marks.map(({ value, name }) => `${name} ${format(value)}`).join(" · ");
  return h(
    ui,
    "div",
    { class: "saec-histogram" },
    svg,
    h(
      ui,
      "div",
      { class: "saec-histogram-axis" },
      h(ui, "span", { text: format(first) }),
      h(ui, "span", { class: "saec-histogram-now", text: middle }),
      h(ui, "span", { text: format(last) }),
    ),
  );
}
