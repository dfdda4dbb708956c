/** One small chart: a curve a run over tokens. */

import { axes, type Box, followWidth, inside } from "../chart/frame.js";
import { linear, logarithmic, type Range, rangeOf, type Scale } from "../chart/scale.js";
import { look, outline, round } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { percent } from "../text.js";
import type { MonitorActions } from "./actions.js";
import { type Curves, METRICS, nearestRow } from "./curves.js";
import { emphasised, type MonitorStore, type State } from "./state.js";

const HEIGHT = 164;
const FALLBACK_WIDTH = 320;
const NEAR = 24;
const [LOSS, L0, EXPLAINED, DEAD] = [0, 1, 2, 3];

export function createPanel(
  ui: Ui,
  store: MonitorStore,
  actions: MonitorActions,
  metric: number,
): HTMLElement {
  const { name = "", tip = "" } = METRICS[metric] ?? {};
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, "aria-hidden": "true" });
  const scaleName = h(ui, "span", { class: "saec-caption" });
  const value = h(ui, "span", { class: "saec-chart-value saec-number" });
  const element = h(
    ui,
    "div",
    { class: "saec-chart-panel", on: { pointermove: follow, pointerleave: leave, click: keep } },
    h(
      ui,
      "div",
      { class: "saec-chart-head", title: tip },
      h(ui, "span", { class: "saec-subtitle", text: name }),
      scaleName,
      value,
    ),
    svg,
  );
  let width = 0;
  let drawn: Scales | null = null;

  function draw(state: Readonly<State>): void {
    if (width === 0) return;
    const box: Box = { width, height: HEIGHT, left: 44, right: 10, top: 8, bottom: 22 };
    const scales = scalesOf(state.curves, metric, box);
    drawn = scales;
    scaleName.textContent = scales.y.log ? "log" : "";
    const area = inside(ui, { ...box, right: box.right - 7, top: box.top - 4 });
    for (let run = 0; run < state.curves.runs; run++) area.append(...lineOf(ui, state, run, metric, scales));
    area.append(s(ui, "line", { class: "saec-hairline", y1: box.top, y2: HEIGHT - box.bottom }));
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.replaceChildren(...axes(ui, scales.x, scales.y, box), area);
    emphasise(state);
  }

  /** Emphasis and hairline, without drawing the lines anew. */
  function emphasise(state: Readonly<State>): void {
    const on = emphasised(state);
    svg.classList.toggle("saec-some", on.size > 0);
    for (const line of svg.querySelectorAll<SVGElement>("[data-run]"))
      line.classList.toggle("saec-on", on.has(Number(line.dataset.run)));
    const hairline = svg.querySelector<SVGElement>(".saec-hairline");
    const { row, run, curves } = state;
    const shown = row !== null && drawn !== null;
    hairline?.classList.toggle("saec-on", shown);
    const number = row === null || run === null ? Number.NaN : curves.value(row, run, metric);
    value.textContent = Number.isFinite(number) ? (METRICS[metric]?.show(number) ?? "") : "";
    if (!shown) return;
    const x = String(round(drawn?.x.at(curves.tokens(row)) ?? 0));
    hairline?.setAttribute("x1", x);
    hairline?.setAttribute("x2", x);
  }

  function follow(event: PointerEvent): void {
    if (!drawn) return;
    const { left, top } = svg.getBoundingClientRect();
    const { curves } = store.get();
    const row = nearestRow(curves, drawn.x.value(event.clientX - left));
    actions.look({ row, run: row === null ? null : nearestRun(curves, row, event.clientY - top) });
  }

  function nearestRun(curves: Curves, row: number, y: number): number | null {
    let [best, distance] = [null as number | null, NEAR];
    for (let run = 0; run < curves.runs; run++) {
      const away = Math.abs((drawn?.y.at(curves.value(row, run, metric)) ?? Number.NaN) - y);
      if (away < distance) [best, distance] = [run, away];
    }
    return best;
  }

  function leave(): void {
    actions.look({ row: null, run: null });
  }

  function keep(): void {
    const { run } = store.get();
    if (run !== null) actions.keep(run);
  }

  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["curves", "states"], draw);
  store.watch(["row", "run", "kept"], emphasise);
  return element;
}

interface Scales {
  x: Scale;
  y: Scale;
}

function scalesOf(curves: Curves, metric: number, box: Box): Scales {
  const last = curves.rows > 0 ? curves.tokens(curves.rows - 1) : 1;
  const x = linear({ low: 0, high: last }, box.left, box.width - box.right, Math.max(2, box.width / 80));
  const { range, log } = heights(curves, metric);
  const y = (log ? logarithmic : linear)(range, box.height - box.bottom, box.top, 4);
  const ticks = metric === DEAD ? y.ticks.map(({ value }) => ({ value, text: percent(value) })) : y.ticks;
  return { x, y: { ...y, ticks } };
}

/** What the vertical axis shows: a few wild values at the start do not flatten the rest. */
function heights(curves: Curves, metric: number): { range: Range; log: boolean } {
  const values: number[] = [];
  for (let row = 0; row < curves.rows; row++)
    for (let run = 0; run < curves.runs; run++) values.push(curves.value(row, run, metric));
  const sorted = Float32Array.from(values.filter(Number.isFinite)).sort();
  const low = sorted[0] ?? 0;
  const high = sorted.at(-1) ?? 1;
  if (metric === DEAD)
    return { range: { low: 0, high: Math.min(1, Math.max(0.02, 1.08 * high)) }, log: false };
  if (metric === LOSS || metric === L0) {
    const log = low > 0 && high / low > 8;
    return { range: rangeOf([low, high], log), log };
  }
  const floor = sorted[Math.floor(0.04 * sorted.length)] ?? 0;
  const range = rangeOf([floor, high], false);
  return { range: metric === EXPLAINED ? { ...range, high: Math.min(1, range.high) } : range, log: false };
}

/** The line of a run, and a mark where it ended before the others. */
function lineOf(ui: Ui, state: Readonly<State>, run: number, metric: number, at: Scales): SVGElement[] {
  const points = pointsOf(state.curves, run, metric, at);
  const end = points.at(-1);
  if (!end) return [];
  const { colour, dash } = look(run);
  const d = points.length > 1 ? `M${points.join("L")}` : `M${end}h0.1`;
  const attrs = { class: "saec-line", d, style: `stroke:${colour}`, "stroke-dasharray": dash || null };
  const line = s(ui, "path", { ...attrs, "data-run": run });
  const shape = END[state.states[run] ?? ""];
  if (!shape) return [line];
  const transform = `translate(${end})${shape === "cross" ? " rotate(45)" : ""}`;
  const mark = { class: "saec-end", d: outline(shape, 4), transform, style: `fill:${colour}` };
  return [line, s(ui, "path", { ...mark, "data-run": run })];
}

/** The points of a line, no closer than the eye or, with many runs, the browser needs them. */
function pointsOf(curves: Curves, run: number, metric: number, at: Scales): [number, number][] {
  const apart = Math.min(4, 0.7 + curves.runs / 12);
  const points: [number, number][] = [];
  let left = Number.NEGATIVE_INFINITY;
  let skipped: [number, number] | null = null;
  for (let row = 0; row < curves.rows; row++) {
    const value = curves.value(row, run, metric);
    if (!Number.isFinite(value) || (at.y.log && value <= 0)) continue;
    const x = at.x.at(curves.tokens(row));
    const point: [number, number] = [round(x), round(at.y.at(value))];
    skipped = x - left < apart ? point : null;
    if (skipped) continue;
    points.push(point);
    left = x;
  }
  return skipped ? [...points, skipped] : points;
}

const END: Record<string, "square" | "cross"> = { stopped: "square", failed: "cross" };
