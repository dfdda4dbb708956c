/** Where Python is gone, a circuit can only be looked at: every control that needs Python asks the graph. */

import type { Graph } from "./decode.js";
import type { Kernel } from "./kernel.js";
import { hasKernel } from "./possible.js";
import type { ExplorerStore } from "./state.js";

/** Keeps `gone` and what the graph says of its model as the kernel is. */
export function followKernel(store: ExplorerStore, kernel: Kernel): void {
  /** What Python has sent, by what is shown in its place. */
  const sent = new WeakMap<Graph, Graph>();

  function adapt(): void {
    const { graph, gone } = store.get();
    if (!graph) return;
    const live = sent.get(graph);
    if (gone && !live && hasKernel(graph)) {
      const cut = { ...graph, meta: { ...graph.meta, live: false, kernel: false, refusal: gone } };
      sent.set(cut, graph);
      store.set({ graph: cut });
    } else if (!gone && live) {
      store.set({ graph: live });
    }
  }

  kernel.follow((gone) => store.set({ gone }));
  store.watch(["gone", "graph"], adapt);
}
