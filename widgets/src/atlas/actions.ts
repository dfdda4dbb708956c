/** What a person can do with the FeatureAtlas; what Python shall know goes through a trait. */

import { literal } from "../model/python.js";
import type { Stand } from "../mount.js";
import { nameOf } from "./decode.js";
import { type AtlasStore, search } from "./state.js";
import type { AtlasTraits, Colour } from "./traits.js";

export interface AtlasActions {
  /** Clicks a feature; null takes the selection away. */
  select(row: number | null): void;
  hover(row: number | null): void;
  choose(rows: Iterable<number>): void;
  /** Adds a feature to the chosen ones, or takes it from them. */
  toggle(row: number): void;
  find(query: string): void;
  emphasise(cluster: number | null): void;
  colour(colour: Colour): void;
  lasso(on: boolean): void;
}

export function createActions({ save }: Stand<AtlasTraits>, store: AtlasStore): AtlasActions {
  const name = (row: number) => {
    const { atlas } = store.get();
    return atlas ? nameOf(atlas, row) : "";
  };
  const choose = (rows: Iterable<number>) => {
    const sorted = Uint32Array.from(new Set(rows)).sort();
    const names = [...sorted].map((row) => literal(name(row)));
    store.set({ code: `atlas.selected = [${names.join(", ")}]` });
    save("chosen", new DataView(sorted.buffer));
  };
  return {
    select(row) {
      const feature = row === null ? null : name(row);
      store.set({ code: `atlas.feature = ${feature === null ? "None" : literal(feature)}` });
      save("feature", feature);
    },
    hover: (hovered) => store.set({ hovered }),
    choose,
    toggle(row) {
      const rows = new Set(store.get().chosen);
      if (!rows.delete(row)) rows.add(row);
      choose(rows);
    },
    find: (query) => store.set({ query, found: search(store.get().atlas, query) }),
    emphasise: (cluster) => store.set({ cluster }),
    colour(colour) {
      store.set({ code: `atlas.colour = ${literal(colour)}` });
      save("colour", colour);
    },
    lasso: (lasso) => store.set({ lasso }),
  };
}
