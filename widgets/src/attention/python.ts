/** The Python that asks the same about attention. */

import { literal } from "../model/python.js";
import type { Question } from "./state.js";

export function edgeHeads(source: string, target: string): string {
  return `lab.edge_heads(circuit, ${literal(source)}, ${literal(target)})`;
}

export function explainHead({ layer, head, query, key, against, traced }: Question): string {
  const options = `${against ? ', against="mean"' : ""}${traced ? ", traced=True" : ""}`;
  const at = key === null ? "" : `.at(${key})`;
  return `lab.explain_head(circuit.prompt, layer=${layer}, head=${head}, query=${query}${options})${at}`;
}
