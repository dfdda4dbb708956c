/** What a person can do with the TrainingMonitor. */

import type { Ask } from "../model/ask.js";
import { asFailure } from "../model/failure.js";
import { stopRuns } from "../model/python.js";
import { isLive, type MonitorStore, type State } from "./state.js";

export interface MonitorActions {
  look(where: Partial<Pick<State, "row" | "run">>): void;
  /** Emphasise a run until it is asked again. */
  keep(run: number): void;
  /** Ask Python to stop one run, or all. */
  stop(name?: string): Promise<void>;
  dismiss(): void;
}

export function createActions(store: MonitorStore, ask: Ask): MonitorActions {
  const toggled = (set: ReadonlySet<number>, value: number) => {
    const next = new Set(set);
    if (!next.delete(value)) next.add(value);
    return next;
  };
  return {
    look: (where) => store.set(where),
    keep: (run) => store.set({ kept: toggled(store.get().kept, run) }),
    async stop(name) {
      const { runs, states, asked } = store.get();
      const live = runs.filter((_, i) => isLive(states[i])).map((run) => run.name);
      const names = name === undefined ? live : [name];
      store.set({ asked: new Set([...asked, ...names]), failure: null, code: stopRuns(name) });
      try {
        await ask("stop", { names: name === undefined ? [] : names });
      } catch (error) {
        store.set({ failure: asFailure(error) });
      } finally {
        store.set({ asked: new Set([...store.get().asked].filter((each) => !names.includes(each))) });
      }
    },
    dismiss: () => store.set({ failure: null }),
  };
}
