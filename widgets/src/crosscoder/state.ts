/** The state of one view of the CrosscoderMap: the traits, what follows from them, and what only this view knows. */

import { typed } from "../model/decode.js";
import { createStore, type Store } from "../model/store.js";
import type { Stand } from "../mount.js";
import { type Crosscoder, decodeCrosscoder, nameOf, rowOf } from "./decode.js";
import type { CrosscoderTraits, MeasureTrait, Scale } from "./traits.js";

export interface State {
  crosscoder: Crosscoder | null;
  scale: Scale;
  measure: MeasureTrait | null;
  /** The measure of every feature in the scale. */
  values: Float32Array;
  /** Rows from the least to the largest value; those without one are left out. */
  order: Uint32Array;
  normalised: boolean;
  brush: readonly [number, number] | null;
  chosen: ReadonlySet<number>;
  query: string;
  selected: number | null;
  hovered: number | null;
  /** The Python of the last action. */
  code: string;
}

export type CrosscoderStore = Store<State>;

const INITIAL: State = {
  crosscoder: null,
  scale: "alike",
  measure: null,
  values: new Float32Array(0),
  order: new Uint32Array(0),
  normalised: true,
  brush: null,
  chosen: new Set(),
  query: "",
  selected: null,
  hovered: null,
  code: "",
};

/** Traits → state, a block per trait. */
export function followCrosscoder({
  model,
  follow,
  attempt,
  onClean,
}: Stand<CrosscoderTraits>): CrosscoderStore {
  const store = createStore(INITIAL, attempt);
  onClean(store.close);
  const sort = () => {
    const { crosscoder } = store.get();
    const scale: Scale = model.get("scale") === "raw" ? "raw" : "alike";
    const said = model.get("measure");
    const measure = crosscoder?.known.find(({ name }) => name === said) ?? crosscoder?.known[0] ?? null;
    const values = (measure && crosscoder?.measures[scale][measure.name]) || new Float32Array(0);
    store.set({ scale, measure, values, order: sorted(values) });
  };
  const select = () => {
    const { crosscoder } = store.get();
    store.set({ selected: crosscoder && rowOf(crosscoder, model.get("feature") ?? null) });
  };
  const choose = () => {
    const { crosscoder } = store.get();
    const given = model.get("chosen");
    const rows = given && crosscoder ? [...typed(given, Uint32Array)] : [];
    store.set({ chosen: new Set(rows.filter((row) => row < (crosscoder?.size ?? 0))) });
  };
  follow(["columns", "labels", "places", "measures", "known", "links"], () => {
    store.set({ crosscoder: null, selected: null, hovered: null, chosen: new Set() });
    store.set({ crosscoder: decodeCrosscoder((name) => model.get(name)) });
    sort();
    select();
    choose();
  });
  follow(["measure", "scale"], sort);
  follow(["normalised"], () => store.set({ normalised: model.get("normalised") !== false }));
  follow(["brush"], () => store.set({ brush: asBrush(model.get("brush")) }));
  follow(["feature"], select);
  follow(["chosen"], choose);
  return store;
}

/** The features that the list shows, in the order of the map. */
export function listed(state: Readonly<State>): number[] {
  const { crosscoder, order, brush, chosen, values } = state;
  if (!crosscoder) return [];
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  return [...order].filter((row) => {
    if (brush ? !within(brush, values[row]) : chosen.size > 0 && !chosen.has(row)) return false;
    if (words.length === 0) return true;
    const text = `${crosscoder.labels[row]} ${nameOf(crosscoder, row)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Whether the list is a part of all features. */
export function isPart({ brush, chosen, query }: Readonly<State>): boolean {
  return brush !== null || chosen.size > 0 || query.trim() !== "";
}

export const within = (brush: readonly [number, number], value = Number.NaN) =>
  value >= brush[0] && value <= brush[1];

function sorted(values: Float32Array): Uint32Array {
  const rows = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row] ?? Number.NaN));
  return rows.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}

function asBrush(given: unknown): [number, number] | null {
  if (!Array.isArray(given) || given.length !== 2) return null;
  const [low, high] = given;
  return typeof low === "number" && typeof high === "number" ? [low, high] : null;
}
