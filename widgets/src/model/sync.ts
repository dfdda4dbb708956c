/** Traits → state, a block per trait: Python may change any of them at any time. */

import type { Actions } from "./actions.js";
import { decodeEffect, decodeGraph } from "./decode.js";
import { sameEdits } from "./edits.js";
import { asFailure } from "./failure.js";
import { opening } from "./question.js";
import type { ExplorerStore } from "./state.js";
import type { ExplorerTraits, GraphTrait, Model } from "./traits.js";

const VERSION = 1;

/** Follows the model until the returned function is called. */
export function followTraits(
  model: Model<ExplorerTraits>,
  store: ExplorerStore,
  actions: Actions,
): () => void {
  const selectedRow = () => {
    const id = model.get("selected");
    return id === null ? null : (store.get().graph?.rowOf.get(id) ?? null);
  };

  const blocks: Record<keyof ExplorerTraits, () => void> = {
    // First, so that what cannot be read below has the last word.
    error: () => store.set({ failure: model.get("error") ?? null }),
    graph() {
      const trait = model.get("graph");
      actions.reset();
      try {
        const graph = isGraph(trait) ? decodeGraph(checkVersion(trait)) : null;
        store.set({ graph, selected: null, hovered: null, effect: null, query: "" });
        store.set({ selected: selectedRow(), code: graph ? (opening(graph).at(-1) ?? "") : "" });
        // One message may bring all three, and the changes of these two may have been told first.
        blocks.effect();
        blocks.report();
      } catch (error) {
        const { message } = asFailure(error);
        const cure =
          "The widget and the Python package may be of different versions: restart the kernel and reload the page.";
        store.set({
          graph: null,
          selected: null,
          failure: { message: `This circuit cannot be shown: ${message}.`, cure },
        });
      }
    },
    selected: () => store.set({ selected: selectedRow() }),
    pinned: () => store.set({ pinned: model.get("pinned") ?? [] }),
    supernodes: () => store.set({ supernodes: model.get("supernodes") ?? [] }),
    prune: () => store.set({ share: model.get("prune") ?? 0.8 }),
    edits() {
      const edits = model.get("edits") ?? [];
      if (!actions.editing() && !sameEdits(edits, store.get().edits)) store.set({ edits });
    },
    frozen() {
      if (!actions.editing()) store.set({ frozen: model.get("frozen") ?? false });
    },
    effect() {
      if (actions.editing()) return;
      const effect = model.get("effect");
      try {
        const decoded = effect ? decodeEffect(effect) : null;
        // An effect on the graph before this one.
        const fits = decoded?.nodeValue.length === store.get().graph?.size;
        store.set({ effect: fits ? decoded : null });
      } catch (error) {
        store.set({ failure: asFailure(error) });
      }
    },
    report() {
      const report = model.get("report") ?? null;
      store.set({ report, reportOpen: report !== null });
    },
    cards() {
      const known = store.get().cards;
      store.set({ cards: new Map([...known, ...Object.entries(model.get("cards") ?? {})]) });
    },
    busy: () => store.set({ busy: model.get("busy") ?? "" }),
  };

  const entries = Object.entries(blocks);
  for (const [name, block] of entries) {
    block();
    model.on(`change:${name}`, block);
  }
  return () => {
    for (const [name, block] of entries) model.off(`change:${name}`, block);
  };
}

function isGraph(trait: ExplorerTraits["graph"] | null | undefined): trait is GraphTrait {
  return Boolean(trait && "nodes" in trait);
}

function checkVersion(trait: GraphTrait): GraphTrait {
  if (trait.version === VERSION) return trait;
  throw new RangeError(`its version is ${trait.version}, this widget reads version ${VERSION}`);
}
