/** jsdom has no canvas and no layout: a recording context, a ResizeObserver, and animation frames that run at once. */

import { vi } from "vitest";

export interface Call {
  name: string;
  args: unknown[];
}

/** Every call on any 2D context since the last `fakeBrowser`. */
export const calls: Call[] = [];

export function fakeBrowser(): void {
  calls.length = 0;
  const context = new Proxy(
    {},
    {
      get(_, name) {
        if (name === "measureText") return (text: string) => ({ width: 6 * text.length });
        return (...args: unknown[]) => calls.push({ name: String(name), args });
      },
      set: () => true,
    },
  );
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.spyOn(window, "requestAnimationFrame").mockImplementation((run) => {
    queueMicrotask(() => run(0));
    return 1;
  });
}

/** Lets answers and frames that are due happen. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

export const view = (array: ArrayBufferView) =>
  new DataView(array.buffer, array.byteOffset, array.byteLength);
