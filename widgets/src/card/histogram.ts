/** Histogram of the activations of a feature (height by the root of the count), with values marked. */

import { h, s, type Ui } from "../dom.js";
import type { Card } from "../model/traits.js";
import { compact, format } from "../text.js";

const WIDTH = 240;
const HEIGHT = 44;

/** An activation to mark. */
export interface Mark {
  value: number;
  name: string;
}

export interface Histogram {
  element: HTMLElement;
  /** Marks the activation that is looked at, or none. */
  look(activation: number | null): void;
}

export function createHistogram(
  ui: Ui,
  { edges, counts }: Card["histogram"],
  values: readonly Mark[],
): Histogram {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const scale = (value: number) =>
    (WIDTH * (Math.min(last, Math.max(first, value)) - first)) / Math.max(last - first, 1e-12);
  const most = Math.sqrt(Math.max(1, ...counts));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const marks = values.filter(({ value }) => Number.isFinite(value));
  const standing = marks.map(({ value, name }) => `${name} ${format(value)}`).join(" · ");
  const middle = h(ui, "span", { class: "saec-histogram-now", text: standing });
  const svg = s(ui, "svg", {
    class: "saec-histogram-bars",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Histogram of ${total} activations from ${format(first)} to ${format(last)}`,
  });
  for (const [bin, count] of counts.entries()) {
    const x = scale(edges[bin] ?? 0);
    const width = Math.max(0.5, scale(edges[bin + 1] ?? last) - x - 0.8);
    const height = ((HEIGHT - 2) * Math.sqrt(count)) / most;
    svg.append(s(ui, "rect", { class: "saec-histogram-bar", x, y: HEIGHT - height, width, height }));
  }
  const line = (value: number, kind: string) => {
    const x = Math.max(1, Math.min(WIDTH - 1, scale(value)));
    return s(ui, "line", { class: kind, x1: x, x2: x, y1: 0, y2: HEIGHT });
  };
  for (const { value } of marks) svg.append(line(value, "saec-histogram-mark"));

  let looked: SVGElement | null = null;
  const look = (activation: number | null) => {
    looked?.remove();
    looked = null;
    if (activation === null || !(activation > 0)) return;
    looked = line(activation, "saec-histogram-look");
    svg.append(looked);
  };
  // On an element of its own, which goes with every redraw.
  svg.addEventListener("pointermove", ({ clientX }) => {
    const { left, width } = svg.getBoundingClientRect();
    const bin = Math.floor(((clientX - left) / Math.max(width, 1)) * counts.length);
    const count = counts[bin];
    if (count === undefined) return;
    const [low = 0, high = 0] = [edges[bin], edges[bin + 1]];
    middle.textContent = `${format(low)} to ${format(high)}: ${compact(count)} tokens`;
  });
  svg.addEventListener("pointerleave", () => {
    middle.textContent = standing;
  });

  const element = h(
    ui,
    "div",
    { class: "saec-histogram" },
    svg,
    h(
      ui,
      "div",
      { class: "saec-histogram-axis" },
      h(ui, "span", { text: format(first) }),
      middle,
      h(ui, "span", { text: format(last) }),
    ),
  );
  return { element, look };
}
