/**
 * Whether Python is there. Hosts that know say so: JupyterLab and Notebook mark the element of a widget that has no
 * kernel, and tell when a kernel ends. Elsewhere a small request is sent while an answer is overdue, and silence means
 * that nobody is there.
 */

import { followHostKernel } from "./host_kernel.js";
import type { Failure, Model } from "./traits.js";

const OVERDUE_MS = 2000;
const SILENCE_MS = 5000;
const MARK = ".jupyter-widgets-disconnected";
const MARKED = "comm_live_update";

export const NO_KERNEL: Failure = {
  message: "No kernel is behind this widget: it was stopped or restarted, or was never started.",
  cure: "Run the cell of this widget again; until then it can be looked at.",
};
export const SILENT: Failure = {
  message: `Python has not answered for ${SILENCE_MS / 1000} seconds: it is busy with a cell, or has stopped.`,
  cure: "Wait for the cell, or restart the kernel and run the cell of this widget again; until then it can be looked at.",
};

export interface Kernel {
  /** Why nobody answers; null while somebody does, as far as is known. */
  gone(): Failure | null;
  /** Calls `listener` now and whenever that changes. */
  follow(listener: (gone: Failure | null) => void): void;
}

export interface KernelWatch extends Kernel {
  /** Something has come from Python. */
  heard(): void;
  /** An answer is awaited, or none is any more. */
  await(waiting: boolean): void;
  close(): void;
}

/** `ping` sends the small request; `element` is that of the widget, where the host marks it. */
export function watchKernel<T>(model: Model<T>, ping: () => void, element?: Element): KernelWatch {
  const listeners: ((gone: Failure | null) => void)[] = [];
  const marked = () => element?.closest(MARK) !== null && element !== undefined;
  let gone: Failure | null = marked() ? NO_KERNEL : null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting = false;
  // Whether the Python half has ended for good, or this watch has.
  let over = false;

  function set(now: Failure | null): void {
    if (now === gone) return;
    gone = now;
    for (const listener of listeners) listener(gone);
  }

  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function ask(): void {
    ping();
    timer = setTimeout(() => {
      if (gone === NO_KERNEL) return rest();
      set(SILENT);
      // Asked again until it answers: the cell that kept it busy may have ended.
      ask();
    }, SILENCE_MS);
  }

  function lose(): void {
    rest();
    set(NO_KERNEL);
  }

  /** The host may mark the element after it has told the model; without a mark only asking tells. */
  const look = () =>
    queueMicrotask(() => {
      if (over) return;
      if (marked()) lose();
      else probe();
    });
  function probe(): void {
    rest();
    ask();
  }
  model.on(MARKED, look);
  const host = followHostKernel(model, () => {
    over = true;
    lose();
  });
  if (host.absent) lose();
  // A widget that was saved may have come back beside a kernel that does not know it.
  else if (host.known && gone === null) probe();

  return {
    gone: () => gone,
    follow(listener) {
      listeners.push(listener);
      listener(gone);
    },
    heard() {
      rest();
      set(null);
      if (waiting) timer = setTimeout(ask, OVERDUE_MS);
    },
    await(now) {
      waiting = now;
      if (!now && gone === null) rest();
      else if (now && timer === undefined && gone === null) timer = setTimeout(ask, OVERDUE_MS);
    },
    close() {
      over = true;
      rest();
      host.end();
      model.off(MARKED, look);
      listeners.length = 0;
    },
  };
}
