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

export interface Answer<T> {
  body: T;
  buffers: DataView[];
}

export type Ask = <T>(type: string, fields?: Record<string, unknown>) => Promise<Answer<T>>;

interface Waiting {
  resolve(answer: Answer<never>): void;
  reject(error: AskError): void;
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

  const hear = (message: { id?: string; error?: Failure }, buffers: DataView[]) => {
    const open = waiting.get(message?.id ?? "");
    if (!open || message.id === undefined) return;
    waiting.delete(message.id);
    clearTimeout(open.timer);
    if (message.error) open.reject(new AskError(message.error));
    else open.resolve({ body: message as never, buffers: buffers ?? [] });
  };
  model.on("msg:custom", hear);

  const ask: Ask = (type, fields = {}) =>
    new Promise((resolve, reject) => {
      const id = `${prefix}-${++count}`;
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
