/** Which links of pinned nodes are lit while no node is pointed at, and the choice of it. */

import { h, type Ui } from "../dom.js";
import { edgesOf, type Graph } from "../model/decode.js";
import type { Visible } from "../model/prune.js";
import type { ExplorerStore } from "../model/state.js";

export const LINK_TYPES = ["all", "input", "output", "either", "both"] as const;
export type LinkType = (typeof LINK_TYPES)[number];

const NAMES: Record<LinkType, string> = {
  all: "All links",
  input: "Into pinned",
  output: "Out of pinned",
  either: "Into or out of pinned",
  both: "Between pinned",
};

/** Rows of the links that a choice lights, weakest first; `all` lights none more than the others. */
export function pinnedLinks(
  graph: Graph,
  visible: Visible,
  pinned: ReadonlySet<number>,
  type: LinkType,
): number[] {
  if (type === "all") return [];
  const { source, target } = graph;
  const found = new Set<number>();
  for (const node of pinned) {
    if (type !== "output") for (const edge of edgesOf(graph.inputs, node)) found.add(edge);
    if (type === "output" || type === "either")
      for (const edge of edgesOf(graph.outputs, node)) found.add(edge);
  }
  return [...found]
    .filter((edge) => visible.node[source[edge] ?? 0] === 1 && visible.node[target[edge] ?? 0] === 1)
    .filter((edge) => type !== "both" || pinned.has(source[edge] ?? -1))
    .sort((a, b) => Math.abs(graph.share[a] ?? 0) - Math.abs(graph.share[b] ?? 0) || a - b);
}

/** The choice, there as long as something is pinned. */
export function linkTypeChoice(ui: Ui, store: ExplorerStore): HTMLElement {
  const options = LINK_TYPES.map((type) => h(ui, "option", { text: NAMES[type], attrs: { value: type } }));
  const select = h(
    ui,
    "select",
    {
      class: "saec-input saec-link-type",
      attrs: { "aria-label": "Links of pinned nodes" },
      title: "Which links of the pinned nodes stand out while no node is selected",
      on: {
        change: () => store.set({ linkType: LINK_TYPES.find((type) => type === select.value) ?? "all" }),
      },
    },
    ...options,
  );
  store.watch(["linkType", "pinned", "graph"], ({ linkType, pinned, graph }) => {
    select.value = linkType;
    select.hidden = !pinned.some((id) => graph?.rowOf.has(id));
  });
  return select;
}
