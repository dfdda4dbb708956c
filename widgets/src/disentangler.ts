/** The Disentangler: a toy in superposition, and one neuron of a real model beside its features. */

import { showCard } from "./card/slot.js";
import { neuronPanel } from "./disentangle/neuron.js";
import { createActions, type DisentangleStore, followTraits, initialState } from "./disentangle/state.js";
import { toyPanel } from "./disentangle/toy.js";
import type { DisentangleTraits } from "./disentangle/traits.js";
import { h } from "./dom.js";
import { createStore } from "./model/store.js";
import { mount, type Stand } from "./mount.js";
import { lastAction } from "./panels/code.js";
import { statusLine } from "./status.js";

function build(stand: Stand<DisentangleTraits>): void {
  const { model, ui, root, follow, onClean, attempt } = stand;
  const store: DisentangleStore = createStore(initialState(), attempt);
  onClean(store.close);
  const status = statusLine(stand);
  const actions = createActions(stand, store, status);
  followTraits(stand, store);
  const code = lastAction(ui, store);
  const evidence = h(ui, "section", {
    class: "saec-split-evidence",
    attrs: { "aria-label": "The selected feature" },
  });
  root.append(
    status.element,
    toyPanel(stand, store, actions),
    neuronPanel(stand, store, actions),
    evidence,
    code,
  );
  follow(["feature", "card", "live"], () => {
    const [feature, card] = [model.get("feature") ?? null, model.get("card") ?? null];
    const tools = { go: actions.select, rename: actions.rename };
    showCard(ui, evidence, { feature, card, live: Boolean(model.get("live")) }, tools);
  });
}

export default mount<DisentangleTraits>(build, "saec-disentangler");
