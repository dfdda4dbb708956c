/** What happens as sparsity rises: how many features are kept, and how well single units follow them. */

import { type Box, followWidth } from "../chart/frame.js";
import { linear, type Scale } from "../chart/scale.js";
import { round } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { followed, kept, type Toy } from "./decode.js";
import { sparsityName } from "./describe.js";
import type { Actions, DisentangleStore, State } from "./state.js";

const HEIGHT = 112;

interface Line {
  kind: string;
  values: number[];
}

export function curves(ui: Ui, store: DisentangleStore, actions: Actions): HTMLElement {
  const first = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const second = s(ui, "svg", { class: "saec-plot", height: HEIGHT + 18, role: "img" });
  const key = (kind: string, text: string) =>
    h(ui, "span", { class: "saec-toy-key" }, h(ui, "span", { class: `saec-toy-swatch ${kind}` }), text);
  const element = h(
    ui,
    "div",
    { class: "saec-toy-curves" },
    h(ui, "div", { class: "saec-subtitle", text: "Features kept" }),
    first,
    h(
      ui,
      "div",
      { class: "saec-card-caption" },
      h(ui, "span", { class: "saec-subtitle", text: "Does one unit follow one feature?" }),
      key("saec-toy-tangled", "best neuron"),
      key("saec-toy-found", "best latent"),
    ),
    second,
  );
  let width = 0;

  function draw({ toy, level }: Readonly<State>): void {
    first.replaceChildren();
    second.replaceChildren();
    if (!toy || width === 0) return;
    const all = [...toy.levels.keys()];
    const counts = all.map((at) => kept(toy, at).filter(Boolean).length);
    plot(first, toy, level, { low: 0, high: toy.features }, false, [
      { kind: "saec-toy-count", values: counts },
    ]);
    const lines: Line[] = [
      { kind: "saec-toy-tangled", values: all.map((at) => followed(toy, at, "neurons")) },
      { kind: "saec-toy-found", values: all.map((at) => followed(toy, at, "latents")) },
    ];
    plot(second, toy, level, { low: 0, high: 1 }, true, lines);
    first.setAttribute("aria-label", `Features kept: ${told(toy, counts, 0)}`);
    const [neurons, latents] = lines.map(({ values }) => told(toy, values, 2));
    second.setAttribute(
      "aria-label",
      `Correlation of the best neuron: ${neurons}; of the best latent: ${latents}`,
    );
  }

  function plot(
    svg: SVGElement,
    toy: Toy,
    level: number,
    range: { low: number; high: number },
    named: boolean,
    lines: readonly Line[],
  ): void {
    const height = HEIGHT + (named ? 18 : 0);
    const box: Box = { width, height, left: 30, right: 12, top: 8, bottom: named ? 36 : 20 };
    const bottom = height - box.bottom;
    const y = linear(range, bottom, box.top, 3);
    const step = (width - box.left - box.right) / Math.max(1, toy.levels.length - 1);
    const x = (at: number) => box.left + at * step;
    svg.setAttribute("width", String(width));
    for (const tick of y.ticks) {
      const at = round(y.at(tick.value));
      svg.append(
        s(ui, "line", { class: "saec-grid", x1: box.left, x2: width - box.right, y1: at, y2: at }),
        s(ui, "text", { class: "saec-tick", x: box.left - 5, y: at + 3.5, "text-anchor": "end" }, tick.text),
      );
    }
    svg.append(
      s(ui, "line", { class: "saec-toy-here", x1: x(level), x2: x(level), y1: box.top, y2: bottom }),
    );
    if (!named) reference(svg, toy, y, box);
    for (const { kind, values } of lines) svg.append(...line(kind, values, x, y));
    for (const [at, sparsity] of toy.levels.entries()) {
      const text = s(
        ui,
        "text",
        { class: "saec-tick saec-toy-level", x: round(x(at)), y: bottom + 14, "text-anchor": "middle" },
        sparsityName(sparsity),
      );
      text.addEventListener("click", () => actions.setLevel(at));
      svg.append(text);
    }
    if (named)
      svg.append(
        s(
          ui,
          "text",
          { class: "saec-axis-name", x: box.left, y: height - 4 },
          "sparsity: how often a feature is off",
        ),
      );
  }

  /** As many as there are neurons: without superposition no more could be kept. */
  function reference(svg: SVGElement, toy: Toy, y: Scale, box: Box): void {
    const at = round(y.at(toy.neurons));
    svg.append(
      s(ui, "line", { class: "saec-toy-neurons", x1: box.left, x2: width - box.right, y1: at, y2: at }),
      s(
        ui,
        "text",
        { class: "saec-tick", x: width - box.right, y: at + 12, "text-anchor": "end" },
        `${toy.neurons} neurons`,
      ),
    );
  }

  function line(kind: string, values: readonly number[], x: (at: number) => number, y: Scale): SVGElement[] {
    const points = values.flatMap((value, at) =>
      Number.isFinite(value) ? [{ cx: round(x(at)), cy: round(y.at(value)) }] : [],
    );
    const d = points.map(({ cx, cy }) => `${cx},${cy}`).join("L");
    return [
      s(ui, "path", { class: `saec-line ${kind}`, d: d ? `M${d}` : "" }),
      ...points.map((point) => s(ui, "circle", { class: `saec-toy-dot ${kind}`, r: 3, ...point })),
    ];
  }

  store.watch(["toy", "level"], draw);
  followWidth(ui, element, 280, (room) => {
    width = room;
    draw(store.get());
  });
  return element;
}

function told(toy: Toy, values: readonly number[], digits: number): string {
  return values
    .map(
      (value, at) =>
        `${sparsityName(toy.levels[at] ?? 0)}: ${Number.isFinite(value) ? value.toFixed(digits) : "–"}`,
    )
    .join(", ");
}
