/**
 * Requests for edits: the newest wins.
 *
 * A discrete edit is asked for at once and makes older answers void. A slider waits for the answer before its next
 * request, and only its last value is asked for. A refused edit goes back to the last edits that were answered.
 */

import { type Ask, Superseded } from "./ask.js";
import { decodeEffect } from "./decode.js";
import { asFailure } from "./failure.js";
import type { ExplorerStore, State } from "./state.js";
import type { EffectMessage } from "./traits.js";

export type Edits = Pick<State, "edits" | "frozen">;

export interface Editing {
  /** `key` joins the steps of one slider in the history; null leaves no entry there. */
  send(now: Edits, key: string | null): Promise<void>;
  /** As `send`, but after the answer that is awaited. */
  sendLater(now: Edits, key: string): void;
  /** True while an answer is awaited. */
  active(): boolean;
  /** Forgets what is awaited. */
  reset(): void;
}

/**
 * `done` is called with what was and what is, for each answered edit; `reread` after one that was stopped, or gave way
 * to something that Python did: then what Python has is shown.
 */
export function createEditing(
  store: ExplorerStore,
  ask: Ask,
  done: (before: Edits, now: Edits, key: string | null) => void,
  reread: () => void = () => {},
): Editing {
  // The edits that the effect on show belongs to, while others are asked for.
  let confirmed: Edits | null = null;
  let queued: Edits | null = null;
  let turn = 0;

  /** Ends the waiting; returns what there was before it. */
  function settle(fallback: Edits): Edits {
    const before = confirmed ?? fallback;
    confirmed = null;
    return before;
  }

  async function send(now: Edits, key: string | null): Promise<void> {
    const mine = ++turn;
    queued = null;
    const { edits, frozen } = store.get();
    confirmed ??= { edits, frozen };
    store.set({ ...now, waiting: "running the model with the edits" });
    try {
      const { body, buffers } = await ask<{ effect: EffectMessage | null }>("edit", { ...now });
      if (mine !== turn) return;
      const effect = body.effect ? decodeEffect(body.effect, buffers) : null;
      const before = settle(now);
      store.set({ effect, waiting: "", failure: null });
      done(before, now, key);
    } catch (error) {
      if (mine !== turn) return;
      queued = null;
      store.set({ ...settle(now), waiting: "" });
      if (error instanceof Superseded) reread();
      else store.set({ failure: asFailure(error) });
    }
    if (queued) void send(queued, key);
  }

  return {
    send,
    sendLater(now, key) {
      if (confirmed === null) {
        void send(now, key);
        return;
      }
      queued = now;
      store.set(now);
    },
    active: () => confirmed !== null,
    reset() {
      turn++;
      confirmed = null;
      queued = null;
    },
  };
}
