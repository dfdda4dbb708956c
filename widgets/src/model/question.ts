/** What a circuit was asked for, read back from it. */

import { type Graph, Kind } from "./decode.js";
import { originOf, refusal } from "./possible.js";
import * as python from "./python.js";

/** Target and other token of a circuit; null where the top tokens, or several, were asked for. */
export function question(graph: Graph): { target: string | null; against: string | null } {
  if (originOf(graph).kind !== "prompt") return { target: null, against: null };
  const { label, token, against } = graph.meta.target;
  if (token !== undefined) return { target: token, against: against ?? null };
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  const [only] = targets;
  if (only === undefined || targets.length > 1) return { target: null, against: null };
  const [first, second] = label.split(" − ");
  if (second !== undefined) return { target: first || null, against: second };
  const isToken = Number.isFinite(graph.probability[only] ?? Number.NaN);
  return { target: isToken ? (graph.label[only] ?? null) : null, against: null };
}

/** The lines that make this circuit: the model, then the question. */
export function opening(graph: Graph): string[] {
  const { target, against } = question(graph);
  const { kind, prompts, method, file } = originOf(graph);
  if (file) {
    const attached = refusal(graph) === null;
    return [...(attached ? [python.load(graph.meta.model)] : []), python.readGraph(file, attached)];
  }
  const { feature, position } = graph.meta.target;
  const made =
    kind === "prompt" && feature
      ? python.attributeFeature(graph.meta.prompt, feature, position ?? -1, method)
      : kind === "prompt"
        ? python.attribute(graph.meta.prompt, target, against, method)
        : python.severalPrompts(kind, prompts);
  return [python.load(graph.meta.model), made];
}
