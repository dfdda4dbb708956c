/** The TrainingMonitor: the curves of a sweep while it is trained, and buttons that stop a run. */

import { h, type Ui } from "./dom.js";
import { createStore } from "./model/store.js";
import { createActions, type MonitorActions } from "./monitor/actions.js";
import { METRICS } from "./monitor/curves.js";
import { monitorHead } from "./monitor/head.js";
import { announce, pressed } from "./monitor/keys.js";
import { createPanel } from "./monitor/panel.js";
import { followTraits, initialState, type MonitorStore } from "./monitor/state.js";
import { runTable } from "./monitor/table.js";
import type { MonitorTraits } from "./monitor/traits.js";
import { mount, type Stand } from "./mount.js";
import { banner } from "./panels/banner.js";
import { codeStrip } from "./panels/code.js";
import { visible } from "./text.js";

const PATIENCE = {
  timeout: 20_000,
  cure: "While a cell runs, the kernel hears this button only with ipykernel 7 and JupyterLab 4.4 or later. Train in the background with monitor.train(…), or interrupt the kernel.",
};

function build({ model, ui, root, ask, onClean, attempt }: Stand<MonitorTraits>) {
  const store: MonitorStore = createStore(initialState(), attempt);
  const frame = (run: () => void) => void ui.doc.defaultView?.requestAnimationFrame(run);
  onClean(followTraits(model, store, frame));
  onClean(store.close);
  return { home: assemble(ui, root, store, createActions(store, ask)) };
}

function assemble(ui: Ui, root: HTMLElement, store: MonitorStore, actions: MonitorActions): HTMLElement {
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that does the last action",
      content: () => store.get().code,
    },
  ]);
  const empty = h(ui, "p", {
    class: "saec-empty",
    text: "No training yet. It appears here as soon as one begins with this monitor among its watchers.",
  });
  const charts = h(
    ui,
    "div",
    {
      class: "saec-charts",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": "Curves. Left and right move along, up and down choose a run, Escape leaves.",
      },
      on: {
        keydown: (event) => pressed(event, store.get(), actions),
        blur: () => actions.look({ row: null, run: null }),
      },
    },
    ...METRICS.map((_, metric) => createPanel(ui, store, actions, metric)),
  );
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const body = h(ui, "div", {}, monitorHead(ui, store, actions), charts, runTable(ui, store, actions), live);
  root.append(banner(ui, store, actions.dismiss), empty, body, code.element);
  store.watch(["code"], (state) => {
    code.element.hidden = state.code === "";
    code.show(state.code);
  });
  store.watch(["runs", "sweep"], ({ runs, sweep }) => {
    empty.hidden = runs.length > 0 || sweep !== "waiting";
    body.hidden = !empty.hidden;
    charts.hidden = runs.length === 0;
  });
  store.watch(["row", "run"], (state) => {
    live.textContent = visible(announce(state));
  });
  return charts;
}

export default mount<MonitorTraits>(build, "saec-monitor", PATIENCE);
