/** The state of one view of the FeatureAtlas: the traits, and what only this view knows. */

import { typed } from "../model/decode.js";
import { createStore, type Store } from "../model/store.js";
import type { Stand } from "../mount.js";
import { type Atlas, decodeAtlas, rowOf } from "./decode.js";
import { type AtlasTraits, COLOURS, type Colour } from "./traits.js";

export interface State {
  atlas: Atlas | null;
  trust: number | null;
  colour: Colour;
  /** The clicked feature. */
  selected: number | null;
  /** What is looked at. */
  hovered: number | null;
  chosen: ReadonlySet<number>;
  query: string;
  /** Rows that the search found; null without a search. */
  found: readonly number[] | null;
  /** A cluster that is emphasised. */
  cluster: number | null;
  /** A drag draws a lasso instead of moving the picture. */
  lasso: boolean;
  /** The Python of the last action. */
  code: string;
}

export type AtlasStore = Store<State>;

const INITIAL: State = {
  atlas: null,
  trust: null,
  colour: "cluster",
  selected: null,
  hovered: null,
  chosen: new Set(),
  query: "",
  found: null,
  cluster: null,
  lasso: false,
  code: "",
};

/** Traits → state, a block per trait. */
export function followAtlas({ model, follow, attempt, onClean }: Stand<AtlasTraits>): AtlasStore {
  const store = createStore(INITIAL, attempt);
  onClean(store.close);
  const select = () => {
    const { atlas } = store.get();
    store.set({ selected: atlas && rowOf(atlas, model.get("feature") ?? null) });
  };
  const choose = () => {
    const { atlas } = store.get();
    const given = model.get("chosen");
    const rows = given && atlas ? [...typed(given, Uint32Array)].filter((row) => row < atlas.size) : [];
    store.set({ chosen: new Set(rows) });
  };
  follow(["points", "labels", "sets", "clusters"], () => {
    store.set({ atlas: null, selected: null, hovered: null, chosen: new Set(), cluster: null });
    store.set({ atlas: decodeAtlas((name) => model.get(name)) });
    store.set({ found: search(store.get().atlas, store.get().query) });
    select();
    choose();
  });
  follow(["trust"], () => {
    const trust = model.get("trust");
    store.set({ trust: typeof trust === "number" ? trust : null });
  });
  follow(["colour"], () => {
    const said = model.get("colour");
    store.set({ colour: COLOURS.find((colour) => colour === said) ?? "cluster" });
  });
  follow(["feature"], select);
  follow(["chosen"], choose);
  return store;
}

/** Rows whose label or name holds every word of a query; null without one. */
export function search(atlas: Atlas | null, query: string): number[] | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!atlas || words.length === 0) return null;
  const rows: number[] = [];
  for (let row = 0; row < atlas.size; row++) {
    const set = atlas.sets[atlas.set[row] ?? -1]?.name ?? "";
    const text = `${atlas.labels[row]} ${set}/${atlas.feature[row]}`.toLowerCase();
    if (words.every((word) => text.includes(word))) rows.push(row);
  }
  return rows;
}

/** Rows that are emphasised over all others; null if none are. */
export function emphasised({ atlas, found, cluster }: Readonly<State>): ReadonlySet<number> | null {
  if (cluster !== null) return new Set(atlas?.clusters[cluster]?.rows);
  return found && new Set(found);
}
