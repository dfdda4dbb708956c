/** Made-up groups: neighbours in the list of nodes hang together. */

import type { GraphTrait, Supernode } from "../src/model/traits.js";

/** At most `count` groups of two or more of `ids`. */
export function exampleGroups(graph: GraphTrait, count: number, ids: readonly string[]): Supernode[] {
  const size = Math.max(2, Math.ceil(ids.length / Math.max(1, count)));
  const groups: Supernode[] = [];
  for (let at = 0; at + 1 < ids.length; at += size) {
    const members = ids.slice(at, at + size);
    const label = graph.nodes.label[graph.nodes.id.indexOf(members[0] ?? "")] ?? "group";
    groups.push({ name: `${label} (${groups.length + 1})`, members });
  }
  return groups;
}
