/** Requests to Python: one id, one answer (fields and buffers, or an error), or a time-out. */

import { type Kernel, NO_KERNEL, watchKernel } from "./kernel.js";
import type { Failure, Model } from "./traits.js";

/** Of one message to Python, in bytes: notebook servers cut the connection at 10 MiB, and say nothing. */
const MOST_BYTES = 8_000_000;
const TIMEOUT_MS = 120_000;
const BUSY =
  "The kernel may be busy or stopped: wait for the running cell, or run the cell of this widget again.";

const TOO_LARGE: Failure = {
  message: "This is too large to be sent from the browser to Python (8 MB).",
  cure: "Do it in Python instead.",
};

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
  late(): void;
}

/**
 * Returns `ask`, whether Python is there, and a `close` that refuses what is still open and removes the listener.
 *
 * While Python answers anything at all, it is waited for; where it is gone, requests are refused at once.
 */
export function createAsk<T>(
  model: Model<T>,
  timeout = TIMEOUT_MS,
  cure = BUSY,
  element?: Element,
): { ask: Ask; kernel: Kernel; close(): void } {
  const waiting = new Map<string, Waiting>();
  // Two views of one model hear each other's answers: the prefix tells them apart.
  const prefix = Math.random().toString(36).slice(2, 8);
  let count = 0;
  const kernel = watchKernel(model, () => model.send({ id: `${prefix}-${++count}`, type: "ping" }), element);

  const hear = (message: { id?: string; error?: Failure; superseded?: boolean }, buffers: DataView[]) => {
    kernel.heard();
    const open = waiting.get(message?.id ?? "");
    if (!open || message.id === undefined) {
      for (const other of waiting.values()) {
        clearTimeout(other.timer);
        other.timer = setTimeout(other.late, timeout);
      }
      return;
    }
    forget(message.id);
    if (message.superseded) open.reject(new Superseded());
    else if (message.error) open.reject(new AskError(message.error));
    else open.resolve({ body: message as never, buffers: buffers ?? [] });
  };
  model.on("msg:custom", hear);

  function forget(id: string): void {
    clearTimeout(waiting.get(id)?.timer);
    waiting.delete(id);
    kernel.await(waiting.size > 0);
  }

  const ask: Ask = (type, fields = {}, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new Superseded());
      const gone = kernel.gone();
      if (gone) return reject(new AskError(gone));
      const id = `${prefix}-${++count}`;
      const message = { id, type, ...fields };
      if (JSON.stringify(message).length > MOST_BYTES) return reject(new AskError(TOO_LARGE));
      const cancel = () => {
        if (!waiting.has(id)) return;
        forget(id);
        model.send({ id: `${prefix}-${++count}`, type: "cancel", of: id });
        reject(new Superseded());
      };
      signal?.addEventListener("abort", cancel, { once: true });
      const late = () => {
        forget(id);
        const seconds = Math.round(timeout / 1000);
        reject(new AskError({ message: `Python has not answered “${type}” for ${seconds} seconds.`, cure }));
      };
      waiting.set(id, { resolve, reject, timer: setTimeout(late, timeout), late });
      kernel.await(true);
      model.send(message);
    });

  function refuseAll(failure: Failure): void {
    for (const [id, open] of [...waiting]) {
      forget(id);
      open.reject(new AskError(failure));
    }
  }
  // Who is only silent may still answer.
  kernel.follow((gone) => gone === NO_KERNEL && refuseAll(gone));

  const close = () => {
    model.off("msg:custom", hear);
    refuseAll({ message: "The widget was closed.", cure: "" });
    kernel.close();
  };
  return { ask, kernel, close };
}
