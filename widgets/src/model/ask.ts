/** Requests to Python: one id, one answer (fields and buffers, or an error), or a time-out. */

import type { Failure, Model } from "./traits.js";

const TIMEOUT_MS = 120_000;
const BUSY =
  "The kernel may be busy or stopped: wait for the running cell, or run the cell of this widget again.";

/** An error that a person sees, with what to do about it. */
export class AskError extends Error {
  readonly cure: string;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "AskError";
    this.cure = failure.cure;
  }
}

/** Not an error: somebody asked for something newer, or stopped it. */
export class Superseded extends Error {
  constructor() {
    super("A newer request has taken the place of this one.");
    this.name = "Superseded";
  }
}

export interface Answer<T> {
  body: T;
  buffers: DataView[];
}

/** Asks Python. When `signal` is aborted, Python is told to stop, and the promise is refused with `Superseded`. */
export type Ask = <T>(
  type: string,
  fields?: Record<string, unknown>,
  options?: { signal?: AbortSignal },
) => Promise<Answer<T>>;

interface Waiting {
  resolve(answer: Answer<never>): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Returns `ask` and a `close` that refuses what is still open and removes the listener. */
export function createAsk<T>(
  model: Model<T>,
  timeout = TIMEOUT_MS,
  cure = BUSY,
): { ask: Ask; close(): void } {
  const waiting = new Map<string, Waiting>();
  // Two views of one model hear each other's answers: the prefix tells them apart.
  const prefix = Math.random().toString(36).slice(2, 8);
  let count = 0;

  const hear = (message: { id?: string; error?: Failure; superseded?: boolean }, buffers: DataView[]) => {
    const open = waiting.get(message?.id ?? "");
    if (!open || message.id === undefined) return;
    waiting.delete(message.id);
    clearTimeout(open.timer);
    if (message.superseded) open.reject(new Superseded());
    else if (message.error) open.reject(new AskError(message.error));
    else open.resolve({ body: message as never, buffers: buffers ?? [] });
  };
  model.on("msg:custom", hear);

  const ask: Ask = (type, fields = {}, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new Superseded());
      const id = `${prefix}-${++count}`;
      const cancel = () => {
        const open = waiting.get(id);
        if (!open) return;
        waiting.delete(id);
        clearTimeout(open.timer);
        model.send({ id: `${prefix}-${++count}`, type: "cancel", of: id });
        reject(new Superseded());
      };
      signal?.addEventListener("abort", cancel, { once: true });
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(
          new AskError({
            message: `Python has not answered “${type}” for ${Math.round(timeout / 1000)} seconds.`,
            cure,
          }),
        );
      }, timeout);
      waiting.set(id, { resolve, reject, timer });
      model.send({ id, type, ...fields });
    });

  const close = () => {
    model.off("msg:custom", hear);
    for (const open of waiting.values()) {
      clearTimeout(open.timer);
      open.reject(new AskError({ message: "The widget was closed.", cure: "" }));
    }
    waiting.clear();
  };
  return { ask, close };
}
