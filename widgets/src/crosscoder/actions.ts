/** What a person can do with the CrosscoderMap; what Python shall know goes through a trait. */

import { literal } from "../model/python.js";
import type { Stand } from "../mount.js";
import { nameOf } from "./decode.js";
import type { CrosscoderStore } from "./state.js";
import type { CrosscoderTraits, Scale } from "./traits.js";

export interface CrosscoderActions {
  select(row: number | null): void;
  hover(row: number | null): void;
  /** Marks a range of values without telling Python yet. */
  preview(low: number, high: number): void;
  /** Chooses the features in a range of values; null takes the choice away. */
  brush(range: readonly [number, number] | null): void;
  find(query: string): void;
  sortBy(measure: string): void;
  scale(scale: Scale): void;
  normalise(on: boolean): void;
}

export function createActions(
  { model, save }: Stand<CrosscoderTraits>,
  store: CrosscoderStore,
): CrosscoderActions {
  return {
    select(row) {
      const { crosscoder } = store.get();
      const feature = row === null || !crosscoder ? null : nameOf(crosscoder, row);
      store.set({ code: `map.feature = ${feature === null ? "None" : literal(feature)}` });
      save("feature", feature);
    },
    hover: (hovered) => store.set({ hovered }),
    preview(low, high) {
      store.set({ brush: outward(store.get().values, low, high) });
    },
    brush(range) {
      if (range === null) {
        store.set({ brush: null, code: "map.selected = []" });
        model.set("brush", null);
        return save("chosen", new DataView(new ArrayBuffer(0)));
      }
      const [low, high] = outward(store.get().values, ...range);
      store.set({ brush: [low, high], code: `map.brush = [${low}, ${high}]` });
      return save("brush", [low, high]);
    },
    find: (query) => store.set({ query }),
    sortBy(measure) {
      store.set({ brush: null, code: `map.measure = ${literal(measure)}` });
      model.set("brush", null);
      save("measure", measure);
    },
    scale(scale) {
      store.set({ code: `map.scale = ${literal(scale)}` });
      save("scale", scale);
    },
    normalise(on) {
      store.set({ code: `map.normalised = ${on ? "True" : "False"}` });
      save("normalised", on);
    },
  };
}

/** A range in few digits, widened by the rounding so that nothing drops out of it. */
export function outward(values: Float32Array, low: number, high: number): [number, number] {
  let span = 0;
  for (const value of values) if (Number.isFinite(value)) span = Math.max(span, Math.abs(value));
  const digits = Math.max(0, 3 - Math.floor(Math.log10(span || 1)));
  const unit = 10 ** digits;
  const tidy = (value: number) => Number(value.toFixed(digits));
  return [tidy(Math.floor(low * unit) / unit), tidy(Math.ceil(high * unit) / unit)];
}
