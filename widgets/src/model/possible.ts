/** What a circuit was made of, and what can be done with it beyond looking at it. */

import type { Graph } from "./decode.js";
import type { Failure, OriginTrait } from "./traits.js";

const NO_KERNEL: Failure = {
  message: "This page has no model behind it.",
  cure: "Open in a notebook to edit features, watch the output change and check the circuit.",
};
const ONE_PROMPT: OriginTrait = { kind: "prompt", prompts: [], method: "" };

export function originOf(graph: Graph): OriginTrait {
  return graph.meta.origin ?? ONE_PROMPT;
}

/** Why a circuit can be neither edited nor checked; null where it can. */
export function refusal(graph: Graph): Failure | null {
  if (graph.meta.refusal) return graph.meta.refusal;
  return graph.meta.live ? null : NO_KERNEL;
}

/** Whether Python can write files of the circuit. */
export function hasKernel(graph: Graph): boolean {
  return graph.meta.kernel ?? graph.meta.live;
}
