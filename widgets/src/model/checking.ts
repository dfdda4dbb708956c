/** The request for a check: one at a time, and void once another circuit has come. */

import type { Ask } from "./ask.js";
import { failureOf } from "./failure.js";
import { refusal } from "./possible.js";
import type { ExplorerStore } from "./state.js";
import type { Report } from "./traits.js";

export interface Checking {
  /** Asks for the check; once there is a report, shows or hides it. */
  toggle(): void;
  /** Forgets what is awaited. */
  reset(): void;
}

/** `done` is called once an answer is there. */
export function createChecking(store: ExplorerStore, ask: Ask, done: () => void): Checking {
  let turn = 0;

  async function send(): Promise<void> {
    const mine = ++turn;
    store.set({ checking: true });
    try {
      const { body } = await ask<{ report: Report }>("check");
      if (mine !== turn) return;
      // The trait, which every view of the widget gets, has often come first.
      const report = store.get().report ?? body.report;
      store.set({ checking: false, report, reportOpen: true, failure: null });
      done();
    } catch (error) {
      if (mine === turn) store.set({ checking: false, failure: failureOf(error) });
    }
  }

  return {
    toggle() {
      const { graph, report, reportOpen, checking } = store.get();
      if (report) store.set({ reportOpen: !reportOpen });
      else if (graph && !checking && !refusal(graph)) void send();
    },
    reset() {
      turn++;
      store.set({ checking: false });
    },
  };
}
