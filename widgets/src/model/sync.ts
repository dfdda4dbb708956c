/** Traits → state, a block per trait: Python may change any of them at any time. */

import type { Actions } from "./actions.js";
import { decodeGraph } from "./decode.js";
import { readEdits, readEffect, readFrozen } from "./edits_trait.js";
import { expectList, expectRecord, isRecord, isText } from "./expect.js";
import { readFilter } from "./filter.js";
import { readPlaces } from "./groups.js";
import { cardsWithNames, readNames, withNames } from "./names.js";
import { opening } from "./question.js";
import type { ExplorerStore } from "./state.js";
import type { ExplorerTraits, GraphTrait, Model, Report } from "./traits.js";

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
        const decoded = isGraph(trait) ? decodeGraph(checkVersion(trait)) : null;
        const graph = decoded && withNames(decoded, readNames(model.get("names")));
        store.set({ graph, selected: null, hovered: null, effect: null, query: "" });
        store.set({ selected: selectedRow(), code: graph ? (opening(graph).at(-1) ?? "") : "" });
        // One message may bring all three, and the changes of these two may have been told first.
        store.attempt(blocks.effect, blocks.effect);
        store.attempt(blocks.report, blocks.report);
      } catch (error) {
        store.set({ graph: null, selected: null });
        throw error;
      }
    },
    selected: () => store.set({ selected: selectedRow() }),
    pinned: () => store.set({ pinned: expectList("pinned", model.get("pinned"), isText) }),
    supernodes: () =>
      store.set({ supernodes: expectList("supernodes", model.get("supernodes"), isSupernode) }),
    places: () => store.set({ places: readPlaces(model.get("places")) }),
    flow: () => store.set({ flow: model.get("flow") === "up" ? "up" : "across" }),
    filter() {
      const filter = readFilter(model.get("filter"));
      if (JSON.stringify(filter) !== JSON.stringify(store.get().filter)) store.set({ filter });
    },
    prune: () => store.set({ share: model.get("prune") ?? 0.8 }),
    edits: () => actions.editing() || readEdits(model, store),
    frozen: () => actions.editing() || readFrozen(model, store),
    effect: () => actions.editing() || readEffect(model, store),
    report() {
      const report = expectRecord<Report>("report", model.get("report"), ["rows", "scores"]);
      store.set({ report, reportOpen: report !== null });
    },
    cards() {
      const known = store.get().cards;
      const cards = new Map([...known, ...Object.entries(model.get("cards") ?? {})]);
      store.set({ cards: cardsWithNames(cards, readNames(model.get("names"))) });
    },
    names() {
      const { graph, cards } = store.get();
      const names = readNames(model.get("names"));
      if (graph) store.set({ graph: withNames(graph, names), cards: cardsWithNames(cards, names) });
    },
    busy: () => store.set({ busy: model.get("busy") ?? "" }),
    progress() {
      const share = model.get("progress");
      store.set({ progress: typeof share === "number" ? share : null });
    },
  };

  const entries = Object.entries(blocks);
  const followed = entries.map(([name, block]) => {
    const run = () => store.attempt(block, block);
    run();
    model.on(`change:${name}`, run);
    return () => model.off(`change:${name}`, run);
  });
  return () => {
    for (const end of followed) end();
  };
}

const isSupernode = (each: unknown) => isRecord(each) && isText(each.name) && Array.isArray(each.members);

function isGraph(trait: ExplorerTraits["graph"] | null | undefined): trait is GraphTrait {
  return Boolean(trait && "nodes" in trait);
}

function checkVersion(trait: GraphTrait): GraphTrait {
  if (trait.version === VERSION) return trait;
  throw new RangeError(`its version is ${trait.version}, this widget reads version ${VERSION}`);
}
