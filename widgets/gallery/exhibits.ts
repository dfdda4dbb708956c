/** Every widget on fixed data, a row each: the gallery shows them, and the contract tests run over them. */

import type { Question } from "../src/attention/state.js";
import comparisonView from "../src/comparison_view.js";
import explorer from "../src/explorer.js";
import type { Edit, EffectTrait, ExplorerTraits, GraphTrait } from "../src/model/traits.js";
import type { MonitorTraits } from "../src/monitor/traits.js";
import paretoPlot from "../src/pareto_plot.js";
import trainingMonitor from "../src/training_monitor.js";
import { atlasExhibit as atlas } from "./atlas.js";
import { exampleEdge, exampleScore } from "./attention.js";
import { cardExhibit as card } from "./card.js";
import { exampleComparison } from "./comparison.js";
import { crosscoderExhibit as crosscoder } from "./crosscoder.js";
import { disentanglerExhibit } from "./disentangle.js";
import { exampleCard, exampleEffect, exampleReport, exampleState, type Options } from "./example.js";
import { type Exhibit, exhibit, later, refuse } from "./exhibit.js";
import { exampleGroups } from "./groups.js";
import { patchExhibit } from "./patch.js";
import { sparsityExhibit } from "./sparsity.js";
import { steeringExhibit } from "./steer.js";
import { examplePareto, exampleSweep } from "./sweep.js";

const circuit = exhibit<ExplorerTraits>({
  name: "explorer",
  title: "Explorer",
  says: "A circuit: hover, select, pin, edit a feature, and see what the output does.",
  widget: explorer,
  state: (options) =>
    exampleState({
      hostile: options.get("hostile") === "1",
      live: options.get("live") !== "0",
      manyTargets: options.get("many") === "1",
      crowd: Number(options.get("crowd") ?? 1),
      effects: options.get("effects") === "1",
      ...(options.has("kind") ? { only: options.get("kind") as NonNullable<Options["only"]> } : {}),
    }),
  answer(message, reply, { model }, options) {
    const graph = model.get("graph") as GraphTrait;
    if (message.type === "check") return later(options, 400, () => reply({ report: exampleReport(graph) }));
    if (message.type === "card") {
      const row = graph.nodes.id.indexOf(String(message.node));
      const feature = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer)[row] ?? 0;
      return reply({ card: exampleCard("transcoder.0", feature, graph.nodes.label[row]) });
    }
    if (message.type === "label") {
      const { feature, label } = message as unknown as { feature: string; label: string };
      model.set("names", { ...model.get("names"), [feature]: label.trim() || "an automatic label" });
      return reply({ feature, label });
    }
    if (message.type === "edge_heads") {
      return reply({ edge: exampleEdge(graph, String(message.source), String(message.target)) });
    }
    if (message.type === "explain_head") {
      const { score, buffers } = exampleScore(graph, message as unknown as Question);
      return reply({ score }, buffers);
    }
    if (message.type === "feature_card") return reply({ card: exampleCard("transcoder.0", 77) });
    if (message.type === "group") {
      return reply({ supernodes: exampleGroups(graph, Number(message.count), message.nodes as string[]) });
    }
    if (message.type !== "edit") return refuse(message, reply);
    const edits = message.edits as Edit[];
    const { before, after, node_value, predicted, ...effect }: EffectTrait = exampleEffect(graph, edits);
    const body = { effect: edits.length > 0 ? effect : null };
    return later(options, 40, () =>
      reply(body, [before, after, node_value, ...(predicted ? [predicted] : [])]),
    );
  },
});

const monitor = exhibit<MonitorTraits>({
  name: "training_monitor",
  title: "TrainingMonitor",
  says: "The curves of a sweep while it is trained; a click stops a run.",
  widget: trainingMonitor,
  state: (options) =>
    exampleSweep({
      runs: Number(options.get("runs") ?? 6),
      total: Number(options.get("total") ?? 400),
      entries: Number(options.get("entries") ?? 240),
      hostile: options.get("hostile") === "1",
      state: (options.get("state") ?? "running") as MonitorTraits["state"],
    }),
  answer(message, reply, { model }) {
    const names = message.names as string[];
    const asked = (name: string) => names.length === 0 || names.includes(name);
    const states = model.get("states");
    const stopped = model
      .get("runs")
      .map(({ name }, i) => (asked(name) ? "stopped" : (states[i] ?? "running")));
    model.set("states", stopped);
    reply({});
  },
});

const pareto = exhibit({
  name: "pareto_plot",
  title: "ParetoPlot",
  says: "The dictionaries of a sweep, sparsity against quality, and the front that none of the others beats.",
  widget: paretoPlot,
  state: (options) => examplePareto(options.get("hostile") === "1"),
});

const comparison = exhibit({
  name: "comparison_view",
  title: "ComparisonView",
  says: "Two circuits side by side, or what the second has that the first had not.",
  widget: comparisonView,
  state: (options) => exampleComparison(options.get("hostile") === "1"),
});

/** In the order of the page. */
export const EXHIBITS: readonly Exhibit[] = [
  circuit,
  comparison,
  card,
  atlas,
  crosscoder,
  pareto,
  monitor,
  patchExhibit,
  steeringExhibit,
  sparsityExhibit,
  disentanglerExhibit,
];
