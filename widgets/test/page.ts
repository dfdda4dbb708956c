/**
 * A page of its own for each file of tests, in a process that many files share: loading jsdom takes longer than most of
 * them do. What a test has left open is closed after it, so that nothing of it is heard in the next.
 */

import { setMaxListeners } from "node:events";
import { afterAll, afterEach, vi } from "vitest";
import { builtinEnvironments } from "vitest/runtime";

setMaxListeners(0); // Node warns of many listeners on one signal; a widget has as many as it has parts
const { Uint8Array: Bytes, setTimeout } = globalThis;
const page = await builtinEnvironments.jsdom.setup(globalThis, {});
globalThis.Uint8Array = Bytes; // esbuild insists on that of Node

const open: AbortController[] = [];
globalThis.AbortController = class extends AbortController {
  constructor() {
    super();
    open.push(this); // every widget has one, and lets go of everything when it is aborted
  }
};
const due: ReturnType<typeof setTimeout>[] = [];
globalThis.setTimeout = ((...call: Parameters<typeof setTimeout>) => {
  const timer = setTimeout(...call);
  due.push(timer);
  return timer;
}) as typeof setTimeout;

afterEach(() => {
  for (const controller of open.splice(0)) controller.abort();
  for (const timer of due.splice(0)) clearTimeout(timer);
  vi.clearAllMocks(); // they hold what they were called with: whole widgets
});
afterAll(() => {
  page.teardown(globalThis);
  globalThis.setTimeout = setTimeout;
});
