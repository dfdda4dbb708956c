/** The legend: a row a run with its look, its numbers, and its stop button. */

import { look } from "../chart/series.js";
import { type Confirm, confirmButton } from "../confirm.js";
import { h, s, type Ui } from "../dom.js";
import { compact, visible } from "../text.js";
import type { MonitorActions } from "./actions.js";
import { METRICS } from "./curves.js";
import { emphasised, type MonitorStore, type State } from "./state.js";
import type { RunState, RunTrait } from "./traits.js";

const SAID: Record<RunState, string> = {
  running: "running",
  stopping: "stopping …",
  stopped: "stopped",
  finished: "finished",
  failed: "broken off",
};

interface Row {
  element: HTMLTableRowElement;
  keep: HTMLButtonElement;
  cells: HTMLElement[];
  state: HTMLElement;
  stop: Confirm;
}

export function runTable(ui: Ui, store: MonitorStore, actions: MonitorActions): HTMLElement {
  let rows: Row[] = [];
  const place = h(ui, "th", { class: "saec-run-head", text: "Run", attrs: { scope: "col" } });
  const body = h(ui, "tbody");
  const head = h(
    ui,
    "tr",
    {},
    place,
    ...METRICS.map(({ name, tip }) =>
      h(ui, "th", { class: "saec-cell", text: name, title: tip, attrs: { scope: "col" } }),
    ),
    h(ui, "th", { class: "saec-cell", text: "Tokens", attrs: { scope: "col" } }),
    h(ui, "th", { class: "saec-run-state", text: "State", attrs: { scope: "col", colspan: 2 } }),
  );
  const element = h(
    ui,
    "div",
    { class: "saec-runs" },
    h(ui, "table", { class: "saec-table" }, h(ui, "thead", {}, head), body),
  );

  store.watch(["runs"], ({ runs }) => {
    rows = runs.map((run, i) => createRow(ui, run, i, actions));
    body.replaceChildren(...rows.map((row) => row.element));
  });
  store.watch(["runs", "latest", "curves", "row"], (state) => {
    place.textContent =
      state.row === null ? "Run" : `Run · at ${compact(state.curves.tokens(state.row))} tokens`;
    for (const [run, row] of rows.entries())
      for (const [column, text] of numbers(state, run).entries()) {
        const cell = row.cells[column];
        if (cell && cell.textContent !== text) cell.textContent = text;
      }
  });
  store.watch(["runs", "states", "asked"], ({ runs, states, asked }) => {
    for (const [i, row] of rows.entries()) {
      const state = states[i] ?? "running";
      row.state.textContent = SAID[state];
      row.element.dataset.state = state;
      row.stop.element.hidden = state !== "running";
      row.stop.say(asked.has(runs[i]?.name ?? "") ? "asking …" : null);
    }
  });
  store.watch(["runs", "run", "kept"], (state) => {
    const on = emphasised(state);
    for (const [i, row] of rows.entries()) {
      row.element.classList.toggle("saec-on", on.has(i));
      row.keep.setAttribute("aria-pressed", String(state.kept.has(i)));
    }
  });
  return element;
}

function createRow(ui: Ui, { name, recipe }: RunTrait, run: number, actions: MonitorActions): Row {
  const here = () => actions.look({ run });
  const away = () => actions.look({ run: null });
  const keep = h(
    ui,
    "button",
    {
      class: "saec-run-name",
      title: `${visible(name)} · ${visible(recipe)}\nClick to keep it emphasised`,
      on: { click: () => actions.keep(run), focus: here, blur: away },
    },
    swatch(ui, run),
    h(ui, "bdi", { class: "saec-run-text", text: visible(name) }),
  );
  const cells = [...METRICS, null].map(() => h(ui, "td", { class: "saec-cell saec-number" }));
  const state = h(ui, "td", { class: "saec-run-state" });
  const stop = confirmButton(
    ui,
    { class: `saec-stop saec-stop-${run}`, text: "Stop", ask: "Stop now?", label: visible(name) },
    () => void actions.stop(name),
  );
  stop.element.title = "Ends this run and keeps what it has learned; the others go on";
  const element = h(
    ui,
    "tr",
    { on: { pointerenter: here, pointerleave: away } },
    h(
      ui,
      "th",
      { class: "saec-run", attrs: { scope: "row" } },
      keep,
      h(ui, "bdi", { class: "saec-caption saec-run-recipe", text: visible(recipe) }),
    ),
    ...cells,
    state,
    h(ui, "td", { class: "saec-run-stop" }, stop.element),
  );
  return { element, keep, cells, state, stop };
}

/** A short piece of the run's line. */
function swatch(ui: Ui, run: number): SVGElement {
  const { colour, dash } = look(run);
  const svg = s(ui, "svg", { class: "saec-run-swatch", width: 26, height: 10, "aria-hidden": "true" });
  const attrs = {
    class: "saec-line",
    d: "M1,5H25",
    style: `stroke:${colour}`,
    "stroke-dasharray": dash || null,
  };
  svg.append(s(ui, "path", attrs));
  return svg;
}

/** The numbers of a run where the curves are looked at, or else the latest. */
function numbers({ row, curves, latest }: Readonly<State>, run: number): string[] {
  const shown = (metric: number) =>
    row === null ? (latest[run]?.[1 + metric] ?? Number.NaN) : curves.value(row, run, metric);
  const tokens = row === null ? (latest[run]?.[0] ?? Number.NaN) : curves.tokens(row);
  const texts = METRICS.map((metric, i) => metric.show(shown(i)));
  return [...texts, Number.isFinite(tokens) && Number.isFinite(shown(0)) ? compact(tokens) : "–"];
}
