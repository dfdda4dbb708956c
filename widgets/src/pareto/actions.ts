/** What a person can do with the ParetoPlot: every action sets a trait, which Python can observe. */

import { dictionaryOf } from "../model/python.js";
import type { Model } from "../model/traits.js";
import type { ParetoStore } from "./state.js";
import type { ParetoTraits } from "./traits.js";

export interface ParetoActions {
  select(name: string | null): void;
  look(point: number | null): void;
  lookAtGroup(group: string | null): void;
  show(axis: "x" | "y", score: string): void;
}

export function createActions(model: Model<ParetoTraits>, store: ParetoStore): ParetoActions {
  return {
    select(name) {
      const folder = store.get().points.find((point) => point.name === name)?.folder ?? "";
      store.set({ selected: name, code: dictionaryOf(name, folder) });
      model.set("selected", name);
      model.save_changes();
    },
    look: (hovered) => store.set({ hovered }),
    lookAtGroup: (group) => store.set({ group }),
    show(axis, score) {
      model.set(axis, score);
      model.save_changes();
    },
  };
}
