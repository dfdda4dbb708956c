/** Edits and their effect, as Python has them. */

import { decodeEffect } from "./decode.js";
import { sameEdits } from "./edits.js";
import { expectList, isRecord } from "./expect.js";
import type { ExplorerStore } from "./state.js";
import type { Edit, ExplorerTraits, Model } from "./traits.js";

type Reader = (model: Model<ExplorerTraits>, store: ExplorerStore) => void;

export const readEdits: Reader = (model, store) => {
  const edits = expectList<Edit>("edits", model.get("edits"), isRecord);
  if (!sameEdits(edits, store.get().edits)) store.set({ edits });
};

export const readFrozen: Reader = (model, store) => store.set({ frozen: model.get("frozen") ?? false });

export const readEffect: Reader = (model, store) => {
  const effect = model.get("effect");
  const decoded = effect ? decodeEffect(effect) : null;
  // An effect on the graph before this one.
  const fits = decoded?.nodeValue.length === store.get().graph?.size;
  store.set({ effect: fits ? decoded : null });
};

export const readEverything: Reader = (model, store) => {
  for (const read of [readEffect, readEdits, readFrozen]) read(model, store);
};
