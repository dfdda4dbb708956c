/** The state of one view of the Disentangler, and what a person can do. */

import { nameFeature } from "../card/python.js";
import { isRecord } from "../model/expect.js";
import type { Store } from "../model/store.js";
import type { Stand } from "../mount.js";
import type { Status } from "../status.js";
import { decodeToy, type Toy } from "./decode.js";
import { open, setFeature, setLevel, split } from "./python.js";
import type { DisentangleTraits, NeuronTrait, Settings } from "./traits.js";

export interface State {
  toy: Toy | null;
  level: number;
  neuron: NeuronTrait | null;
  feature: string | null;
  code: string;
}

export type DisentangleStore = Store<State>;

export const initialState = (): State => ({ toy: null, level: 0, neuron: null, feature: null, code: "" });

export interface Actions {
  setLevel(level: number): void;
  train(settings: Settings): void;
  /** Stops what the widget began by itself. */
  stop(): void;
  split(dictionary: string, neuron: number | null): void;
  select(feature: string | null): void;
  rename(feature: string, label: string): Promise<void>;
}

export function createActions(
  { save, ask, model }: Stand<DisentangleTraits>,
  store: DisentangleStore,
  status: Status,
): Actions {
  const withLab = () => (model.get("places") ?? []).length > 0;
  return {
    setLevel(level) {
      save("level", level);
      store.set({ code: setLevel(level) });
    },
    train(settings) {
      const { levels: _, ...fields } = settings;
      const asked = status.run("Training toy models", "train", fields);
      void asked.then((answer) => answer && store.set({ code: open(settings, withLab()) }));
    },
    stop() {
      // An answer is not waited for: what is stopped says so by no longer being busy.
      void ask("cancel", { of: "first" }).catch(() => {});
    },
    split(dictionary, neuron) {
      const asked = status.run("Taking a neuron apart", "neuron", { dictionary, neuron });
      void asked.then((answer) => answer && store.set({ code: split(dictionary, neuron) }));
    },
    select(feature) {
      save("feature", feature);
      store.set({ code: setFeature(feature) });
    },
    async rename(feature, label) {
      await ask("label", { feature, label });
      store.set({ code: nameFeature(feature, label.trim()) });
    },
  };
}

/** Traits → state, a block per trait. */
export function followTraits({ model, follow }: Stand<DisentangleTraits>, store: DisentangleStore): void {
  follow(["toy"], () => {
    store.set({ toy: null });
    const toy = decodeToy(model.get("toy"));
    store.set({ toy, level: within(model.get("level"), toy) });
  });
  follow(["level"], () => store.set({ level: within(model.get("level"), store.get().toy) }));
  follow(["neuron"], () => {
    store.set({ neuron: null });
    const neuron = model.get("neuron");
    if (!isRecord(neuron) || Object.keys(neuron).length === 0) return;
    store.set({ neuron: checked(neuron as unknown as NeuronTrait) });
  });
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
}

function checked(neuron: NeuronTrait): NeuronTrait {
  const units = [neuron.unit, ...(Array.isArray(neuron.features) ? neuron.features : [null])];
  const fits = units.every(
    (unit) => isRecord(unit) && Array.isArray(unit.tokens) && Array.isArray(unit.kinds),
  );
  if (!fits || !Array.isArray(neuron.medians))
    throw new TypeError("“neuron” is not the record that it should be");
  return neuron;
}

function within(level: unknown, toy: Toy | null): number {
  const last = (toy?.levels.length ?? 1) - 1;
  return typeof level === "number" && Number.isInteger(level) ? Math.max(0, Math.min(last, level)) : last;
}
