/** The frame of a widget: its root, theme, focus, requests and clean-up; what is inside is up to `build`. */

import { h, keepFromNotebook, type Ui } from "./dom.js";
import { keepFocus } from "./focus.js";
import { type Attempt, createGuard } from "./guard.js";
import { type Ask, createAsk } from "./model/ask.js";
import type { Kernel } from "./model/kernel.js";
import type { Failure, Model } from "./model/traits.js";
import { followTheme } from "./theme.js";

/** Traits of every widget. */
export interface CommonTraits {
  error: Failure | null;
  /** What runs, in words; empty when nothing does. */
  busy: string;
  /** Share of it that is done; null if unknown. */
  progress: number | null;
}

/** What a widget is built on. */
export interface Stand<T> {
  model: Model<T>;
  ui: Ui;
  root: HTMLElement;
  ask: Ask;
  /** Whether Python is there. */
  kernel: Kernel;
  /** Calls `block` now and whenever one of the traits changes, until the clean-up. */
  follow(names: readonly (keyof T & string)[], block: () => void): void;
  /** Sets a trait here and in Python. */
  save<K extends keyof T & string>(name: K, value: T[K]): void;
  onClean(run: () => void): void;
  /** Runs a block; what it throws is shown and goes no further. */
  attempt: Attempt;
}

interface RenderProps<T> {
  model: Model<T>;
  el: HTMLElement;
  signal?: AbortSignal;
}

/** What is built. */
interface Built {
  /** Called when colours or fonts have changed. */
  restyle?: () => void;
  /** Gets a focus that has lost its control; by default the root. */
  home?: HTMLElement;
}

/** How long an answer of Python is waited for, and what a person does after that. */
interface Patience {
  timeout: number;
  cure: string;
}

/** A widget's module; `build` fills the root. */
export function mount<T>(
  // biome-ignore lint/suspicious/noConfusingVoidType: a builder need not return anything
  build: (stand: Stand<T>) => Built | void,
  className: string,
  patience?: Patience,
): { render(props: RenderProps<T>): () => void } {
  return {
    render({ model, el, signal }) {
      const stop = new AbortController();
      const ui: Ui = { doc: el.ownerDocument, signal: stop.signal };
      const onClean = (run: () => void) => stop.signal.addEventListener("abort", run, { once: true });
      const { ask, kernel, close } = createAsk(model, patience?.timeout, patience?.cure, el);
      const { element: broken, attempt } = createGuard(ui);
      const root = h(ui, "div", {
        class: `saec ${className}`,
        // Focusable by script: a focus that loses its control stays in the widget.
        attrs: { tabindex: -1 },
        on: { keydown: keepFromNotebook },
      });
      root.append(broken);
      const stand: Stand<T> = {
        model,
        ui,
        root,
        ask,
        kernel,
        follow(names, block) {
          const run = () => attempt(block, block);
          for (const name of names) {
            model.on(`change:${name}`, run);
            onClean(() => model.off(`change:${name}`, run));
          }
          run();
        },
        save(name, value) {
          model.set(name, value);
          model.save_changes();
        },
        onClean,
        attempt,
      };
      let built: Built = {};
      attempt(build, () => {
        built = build(stand) ?? built;
      });
      el.append(root);
      followTheme(ui, root, built.restyle ?? (() => {}));
      keepFocus(ui, root, built.home ?? root);
      const clean = () => {
        if (stop.signal.aborted) return;
        stop.abort();
        close();
        root.remove();
      };
      signal?.addEventListener("abort", clean, { once: true });
      return clean;
    },
  };
}
