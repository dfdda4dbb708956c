/** Requests that take long, as one thing that a person can stop. */

import type { Ask } from "./ask.js";

/** Answered at once: not worth a button. */
const QUICK: ReadonlySet<string> = new Set(["card"]);

/** Returns an `ask` that remembers what is open, and `stop`, which ends it; `changed` hears how much is open. */
export function createStopping(plain: Ask, changed: (open: number) => void): { ask: Ask; stop(): void } {
  const open = new Set<AbortController>();

  async function remember<T>(run: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const mine = new AbortController();
    const pass = () => mine.abort();
    signal?.addEventListener("abort", pass, { once: true });
    if (signal?.aborted) pass();
    open.add(mine);
    changed(open.size);
    try {
      return await run(mine.signal);
    } finally {
      signal?.removeEventListener("abort", pass);
      open.delete(mine);
      changed(open.size);
    }
  }

  return {
    ask: (type, fields, { signal } = {}) =>
      QUICK.has(type)
        ? plain(type, fields, signal ? { signal } : {})
        : remember((both) => plain(type, fields, { signal: both }), signal),
    stop() {
      for (const each of [...open]) each.abort();
    },
  };
}
