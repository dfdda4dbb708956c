/** The ParetoPlot: the dictionaries of a sweep as points; a click selects one for Python. */

import { h } from "./dom.js";
import { createStore } from "./model/store.js";
import { mount, type Stand } from "./mount.js";
import { lastAction } from "./panels/code.js";
import { createActions } from "./pareto/actions.js";
import { paretoControls } from "./pareto/controls.js";
import { createPlot } from "./pareto/plot.js";
import { sidePanel } from "./pareto/side.js";
import { followTraits, initialState, type ParetoStore } from "./pareto/state.js";
import type { ParetoTraits } from "./pareto/traits.js";

function build({ model, ui, root, onClean, attempt }: Stand<ParetoTraits>) {
  const store: ParetoStore = createStore(initialState(), attempt);
  onClean(followTraits(model, store));
  onClean(store.close);
  const actions = createActions(model, store);
  const plot = createPlot(ui, store, actions);
  root.append(
    paretoControls(ui, store, actions),
    h(ui, "div", { class: "saec-pareto-body" }, plot, sidePanel(ui, store, actions)),
    lastAction(ui, store),
  );
  return { home: plot };
}

export default mount<ParetoTraits>(build, "saec-pareto");
