/** An in-memory stand-in for the host's model, for tests and the gallery. */

import type { Model } from "../src/model/traits.js";

// biome-ignore lint/suspicious/noExplicitAny: handlers take what their event carries
type Handler = (...args: any[]) => void;

export interface Message {
  id: string;
  type: string;
  [field: string]: unknown;
}

export type Reply = (body: Record<string, unknown>, buffers?: DataView[]) => void;

export interface FakeModel<T> {
  model: Model<T>;
  /** The traits as they are now. */
  state: T;
  /** What was saved, one record per `save_changes`. */
  saved: Partial<T>[];
  /** Messages sent by the front end. */
  sent: Message[];
  emit(event: string, ...args: unknown[]): void;
  listeners(): number;
}

export function fakeModel<T extends object>(
  state: T,
  answer: (message: Message, reply: Reply) => void = () => {},
): FakeModel<T> {
  const handlers = new Map<string, Set<Handler>>();
  const saved: Partial<T>[] = [];
  const sent: Message[] = [];
  let dirty: Partial<T> = {};
  const emit = (event: string, ...args: unknown[]) => {
    for (const handler of [...(handlers.get(event) ?? [])]) handler(...args);
  };
  const model: Model<T> = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      dirty[name] = value;
      emit(`change:${name}`);
    },
    save_changes() {
      saved.push(dirty);
      dirty = {};
    },
    on(event, handler) {
      handlers.set(event, (handlers.get(event) ?? new Set()).add(handler as Handler));
    },
    off(event, handler) {
      handlers.get(event)?.delete(handler as Handler);
    },
    send(content) {
      const message = content as Message;
      sent.push(message);
      answer(message, (body, buffers = []) =>
        queueMicrotask(() => emit("msg:custom", { id: message.id, ...body }, buffers)),
      );
    },
  };
  const listeners = () => [...handlers.values()].reduce((count, set) => count + set.size, 0);
  return { model, state, saved, sent, emit, listeners };
}
