/** The state of one view of the SparsityExplorer, and what a person can do. */

import { nameFeature } from "../card/python.js";
import type { Store } from "../model/store.js";
import type { Stand } from "../mount.js";
import type { Status } from "../status.js";
import { decodeView, type View } from "./decode.js";
import { open, setFeature, setLevel, setOrder } from "./python.js";
import { firing, orderRows } from "./rows.js";
import type { Order, SparsityTraits } from "./traits.js";

/** Rows that are drawn at first, and more with each press of the button. */
export const PAGE = 30;

export interface State {
  view: View | null;
  level: number;
  order: Order;
  /** All rows of the level's dictionary in their order, and those that fire at this level. */
  ordered: number[];
  rows: number[];
  /** How many rows are drawn at the most. */
  most: number;
  feature: string | null;
  /** The cell that is looked at; the row is a place among `rows`. */
  at: { row: number; token: number } | null;
  code: string;
}

export type SparsityStore = Store<State>;

export function initialState(): State {
  return {
    view: null,
    level: 0,
    order: "strongest",
    ordered: [],
    rows: [],
    most: PAGE,
    feature: null,
    at: null,
    code: "",
  };
}

export interface Actions {
  setLevel(level: number): void;
  setOrder(order: Order): void;
  select(feature: string | null): void;
  look(at: State["at"]): void;
  more(): void;
  show(prompts: string[], dictionary: string): void;
  rename(feature: string, label: string): Promise<void>;
}

export function createActions(
  { save, ask }: Stand<SparsityTraits>,
  store: SparsityStore,
  status: Status,
): Actions {
  return {
    setLevel(level) {
      save("level", level);
      store.set({ code: setLevel(level) });
    },
    setOrder(order) {
      save("order", order);
      store.set({ code: setOrder(order) });
    },
    select(feature) {
      save("feature", feature);
      store.set({ code: setFeature(feature) });
    },
    look: (at) => store.set({ at }),
    more: () => store.set({ most: store.get().most + PAGE }),
    show(prompts, dictionary) {
      const asked = status.run("Reading the prompts", "show", { prompts, dictionary });
      void asked.then((answer) => answer && store.set({ code: open(prompts, dictionary) }));
    },
    async rename(feature, label) {
      await ask("label", { feature, label });
      store.set({ code: nameFeature(feature, label.trim()) });
    },
  };
}

/** Traits → state, a block per trait. */
export function followTraits({ model, follow }: Stand<SparsityTraits>, store: SparsityStore): void {
  const arrange = () => {
    const { view, level, order } = store.get();
    const ordered = view ? orderRows(view, level, order) : [];
    store.set({ ordered, rows: view ? firing(view, ordered, level) : [], at: null });
  };
  follow(["view"], () => {
    store.set({ view: null });
    const view = decodeView(model.get("view"));
    store.set({ view, level: within(model.get("level"), view), most: PAGE });
    arrange();
  });
  follow(["level"], () => {
    const { view, level: before, ordered } = store.get();
    const level = within(model.get("level"), view);
    store.set({ level });
    const same = view?.levels[before]?.member === view?.levels[level]?.member;
    if (!view || !same || ordered.length === 0) return arrange();
    return store.set({ rows: firing(view, ordered, level), at: null });
  });
  follow(["order"], () => {
    const order = model.get("order");
    store.set({ order: order === "first" || order === "alike" ? order : "strongest" });
    arrange();
  });
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
}

function within(level: unknown, view: View | null): number {
  const last = (view?.levels.length ?? 1) - 1;
  return typeof level === "number" && Number.isInteger(level) ? Math.max(0, Math.min(last, level)) : last;
}
