/** Counts what a widget holds on to outside of itself: listeners of the page, observers. */

import { vi } from "vitest";

type Entry = { target: EventTarget; type: string; listener: unknown; capture: boolean };

const captured = (options: unknown) =>
  typeof options === "boolean" ? options : Boolean((options as AddEventListenerOptions | undefined)?.capture);

/** From now on until the mocks are restored. */
export function watchPage(): { held(): string[] } {
  const media = {
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  } as unknown as MediaQueryList;
  const page = new Map<EventTarget, string>([
    [window, "window"],
    [document, "document"],
    [document.documentElement, "html"],
    [document.body, "body"],
    [media, "media query"],
  ]);
  let listeners: Entry[] = [];
  const drop = (entry: Entry) => {
    listeners = listeners.filter((each) => each !== entry);
  };
  for (const target of page.keys()) {
    const { addEventListener: add, removeEventListener: remove } = target;
    vi.spyOn(target, "addEventListener").mockImplementation((type, listener, options) => {
      const entry = { target, type, listener, capture: captured(options) };
      listeners.push(entry);
      const signal = typeof options === "object" ? options.signal : undefined;
      signal?.addEventListener("abort", () => drop(entry));
      add.call(target, type, listener, options);
    });
    vi.spyOn(target, "removeEventListener").mockImplementation((type, listener, options) => {
      const same = (each: Entry) =>
        each.target === target && each.type === type && each.listener === listener;
      listeners = listeners.filter((each) => !(same(each) && each.capture === captured(options)));
      remove.call(target, type, listener, options);
    });
  }
  vi.stubGlobal("matchMedia", () => media);

  const observers = new Set<string>();
  let count = 0;
  for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"]) {
    const Real = (globalThis as Record<string, unknown>)[name] as typeof MutationObserver | undefined;
    vi.stubGlobal(
      name,
      class {
        readonly #label = `${name} ${++count}`;
        readonly #real: MutationObserver | undefined;
        constructor(run: MutationCallback) {
          this.#real = Real && new Real(run);
        }
        observe(target: Node, options?: MutationObserverInit) {
          observers.add(this.#label);
          this.#real?.observe(target, options);
        }
        unobserve() {}
        disconnect() {
          observers.delete(this.#label);
          this.#real?.disconnect();
        }
        takeRecords() {
          return [];
        }
      },
    );
  }
  return {
    held: () => [...listeners.map(({ target, type }) => `${page.get(target)} ${type}`), ...observers].sort(),
  };
}
