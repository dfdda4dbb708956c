/** What the views show, in one place; a view is told when a part that it watches has changed. */

import type { Attempt } from "../guard.js";

export interface Store<S> {
  get(): Readonly<S>;
  set(patch: Partial<S>): void;
  /** Calls `listener` now and whenever one of `keys` changes. */
  watch(keys: readonly (keyof S)[], listener: (state: Readonly<S>) => void): void;
  /** How the views are told. */
  attempt: Attempt;
  close(): void;
}

/** With a guard's `attempt`, a view that cannot show the state takes none of the others down. */
export function createStore<S extends object>(
  initial: S,
  attempt: Attempt = (_, block) => block(),
): Store<S> {
  let state = initial;
  let listeners: { keys: ReadonlySet<keyof S>; listener: (state: S) => void }[] = [];
  let changed = new Set<keyof S>();
  let telling = false;

  function tell(): void {
    if (telling) return;
    telling = true;
    try {
      while (changed.size > 0) {
        const now = changed;
        changed = new Set();
        for (const { keys, listener } of listeners)
          if ([...now].some((key) => keys.has(key))) attempt(listener, () => listener(state));
      }
    } finally {
      telling = false;
    }
  }

  return {
    get: () => state,
    set(patch) {
      for (const key of Object.keys(patch) as (keyof S)[])
        if (!Object.is(state[key], patch[key])) changed.add(key);
      if (changed.size === 0) return;
      state = { ...state, ...patch };
      tell();
    },
    watch(keys, listener) {
      listeners.push({ keys: new Set(keys), listener });
      attempt(listener, () => listener(state));
    },
    attempt,
    close() {
      listeners = [];
    },
  };
}
