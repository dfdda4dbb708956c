/** The ParetoPlot: the dictionaries of a sweep as points; a click selects one for Python. */

import { h, keepFromNotebook, type Ui } from "./dom.js";
import { keepFocus } from "./focus.js";
import { createGuard } from "./guard.js";
import { createStore } from "./model/store.js";
import type { Model } from "./model/traits.js";
import { lastAction } from "./panels/code.js";
import { createActions } from "./pareto/actions.js";
import { paretoControls } from "./pareto/controls.js";
import { createPlot } from "./pareto/plot.js";
import { sidePanel } from "./pareto/side.js";
import { followTraits, initialState, type ParetoStore } from "./pareto/state.js";
import type { ParetoTraits } from "./pareto/traits.js";
import { followTheme } from "./theme.js";

interface RenderProps {
  model: Model<ParetoTraits>;
  el: HTMLElement;
  signal?: AbortSignal;
}

function render({ model, el, signal }: RenderProps): () => void {
  const stop = new AbortController();
  const ui: Ui = { doc: el.ownerDocument, signal: stop.signal };
  const guard = createGuard(ui);
  const store: ParetoStore = createStore(initialState(), guard.attempt);
  const unfollow = followTraits(model, store);
  const actions = createActions(model, store);
  const plot = createPlot(ui, store, actions);
  const code = lastAction(ui, store);
  const root = h(
    ui,
    "div",
    { class: "saec saec-pareto", on: { keydown: keepFromNotebook } },
    guard.element,
    paretoControls(ui, store, actions),
    h(ui, "div", { class: "saec-pareto-body" }, plot, sidePanel(ui, store, actions)),
    code,
  );
  el.append(root);
  followTheme(ui, root, () => {});
  keepFocus(ui, root, plot);

  const clean = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    unfollow();
    store.close();
    root.remove();
  };
  signal?.addEventListener("abort", clean, { once: true });
  return clean;
}

export default { render };
