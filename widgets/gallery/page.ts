/** The gallery page: the widgets on example data, with a kernel that is made up. Options come from the address. */

import explorer from "../src/explorer.js";
import featureCard from "../src/feature_card.js";
import type { Edit, EffectTrait, GraphTrait } from "../src/model/traits.js";
import type { MonitorTraits } from "../src/monitor/traits.js";
import paretoPlot from "../src/pareto_plot.js";
import trainingMonitor from "../src/training_monitor.js";
import { exampleCard, exampleEffect, exampleReport, exampleState, type Options } from "./example.js";
import { fakeModel, type Message, type Reply } from "./fake_model.js";
import { examplePareto, exampleSweep } from "./sweep.js";

const options = new URLSearchParams(location.search);
const on = (name: string) => options.get(name) === "1";
const crowd = Number(options.get("crowd") ?? 1);
document.documentElement.dataset.theme = options.get("theme") ?? "light";

const state = exampleState({
  hostile: on("hostile"),
  live: options.get("live") !== "0",
  manyTargets: on("many"),
  crowd,
  effects: on("effects"),
  ...(options.has("kind") ? { only: options.get("kind") as NonNullable<Options["only"]> } : {}),
});

function answer(message: Message, reply: Reply): void {
  const graph = state.graph as GraphTrait;
  if (!("nodes" in graph)) return;
  if (message.type === "check") {
    setTimeout(() => reply({ report: exampleReport(graph) }), Number(options.get("delay") ?? 400));
    return;
  }
  if (message.type === "card") {
    const row = graph.nodes.id.indexOf(String(message.node));
    const feature = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer)[row] ?? 0;
    reply({ card: exampleCard("transcoder.0", feature, graph.nodes.label[row]) });
  } else if (message.type === "edit") {
    const edits = message.edits as Edit[];
    const { before, after, node_value, ...effect }: EffectTrait = exampleEffect(graph, edits);
    setTimeout(
      () => reply({ effect: edits.length > 0 ? effect : null }, [before, after, node_value]),
      Number(options.get("delay") ?? 40),
    );
  } else {
    reply({
      error: {
        message: `The gallery has no model to answer “${message.type}”.`,
        cure: "Open the widget in a notebook.",
      },
    });
  }
}

const sweep = {
  runs: Number(options.get("runs") ?? 6),
  total: Number(options.get("total") ?? 400),
  hostile: on("hostile"),
  state: (options.get("state") ?? "running") as MonitorTraits["state"],
};
const entries = Number(options.get("entries") ?? 240);
const monitor = fakeModel(exampleSweep({ ...sweep, entries }), (message, reply) => {
  const names = message.names as string[];
  const { runs, states } = { runs: monitor.model.get("runs"), states: monitor.model.get("states") };
  const stopped = runs.map(({ name }, i) =>
    names.length === 0 || names.includes(name) ? ("stopped" as const) : (states[i] ?? "running"),
  );
  monitor.model.set("states", stopped);
  reply({});
});

/** Goes on with the made-up training, an entry a tick. */
function grow(at: number): void {
  const { past, recent, latest, progress } = exampleSweep({ ...sweep, entries: at });
  for (const [name, value] of Object.entries({ past, recent, latest, progress }))
    monitor.model.set(name as "past", value as DataView);
  if (at < sweep.total) setTimeout(() => grow(at + 1), 250);
}
if (on("grow")) grow(entries);

const widget = fakeModel(state, answer);
const plot = fakeModel(examplePareto(on("hostile")));
const card = fakeModel({ card: exampleCard("transcoder.1", 12), value: 3.1 });
const place = (name: string) => {
  const el = document.createElement("div");
  el.className = `gallery-${name}`;
  document.body.append(el);
  return el;
};
const shown = options.get("only")?.split(" ") ?? ["explorer", "card", "monitor", "pareto"];
const show: Record<string, (el: HTMLElement) => void> = {
  explorer: (el) => explorer.render({ model: widget.model, el }),
  card: (el) => featureCard.render({ model: card.model, el }),
  monitor: (el) => trainingMonitor.render({ model: monitor.model, el }),
  pareto: (el) => paretoPlot.render({ model: plot.model, el }),
};
for (const name of shown) show[name]?.(place(name));
Object.assign(globalThis, { gallery: widget, monitor, plot });
document.documentElement.dataset.ready = "1";
