/** The SparsityExplorer: features by tokens, and what is lost as fewer may fire. */

import { showCard } from "./card/slot.js";
import { h } from "./dom.js";
import { createStore } from "./model/store.js";
import { mount, type Stand } from "./mount.js";
import { lastAction } from "./panels/code.js";
import { controls, levelSlider } from "./sparsity/controls.js";
import { costCurve } from "./sparsity/curve.js";
import { heatMap } from "./sparsity/map.js";
import { createActions, followTraits, initialState, type SparsityStore } from "./sparsity/state.js";
import type { SparsityTraits } from "./sparsity/traits.js";
import { statusLine } from "./status.js";

function build(stand: Stand<SparsityTraits>): void {
  const { model, ui, root, follow, onClean, attempt } = stand;
  const store: SparsityStore = createStore(initialState(), attempt);
  onClean(store.close);
  const status = statusLine(stand);
  const actions = createActions(stand, store, status);
  followTraits(stand, store);

  const code = lastAction(ui, store);
  const evidence = h(ui, "section", {
    class: "saec-sparse-evidence",
    attrs: { "aria-label": "The selected feature" },
  });
  root.append(
    controls(stand, store, actions),
    status.element,
    levelSlider(ui, store, actions),
    h(
      ui,
      "div",
      { class: "saec-sparse-body" },
      heatMap(ui, store, actions),
      h(ui, "div", { class: "saec-sparse-side" }, costCurve(ui, store, actions), guide(stand)),
    ),
    evidence,
    code,
  );
  follow(["feature", "card", "live"], () => {
    const [feature, card] = [model.get("feature") ?? null, model.get("card") ?? null];
    const tools = { go: actions.select, rename: actions.rename };
    showCard(ui, evidence, { feature, card, live: Boolean(model.get("live")) }, tools);
  });
}

/** How to read the picture. */
function guide({ ui }: Stand<SparsityTraits>): HTMLElement {
  const swatch = (kind: string, text: string) =>
    h(
      ui,
      "span",
      { class: "saec-sparse-key" },
      h(ui, "span", { class: `saec-sparse-swatch ${kind}`, attrs: { "aria-hidden": "true" } }),
      text,
    );
  return h(
    ui,
    "div",
    { class: "saec-sparse-guide saec-caption" },
    swatch("saec-sparse-on", "fires; full colour is the most of its row"),
    swatch("saec-sparse-off", "would fire, but is cut off here"),
    swatch("saec-sparse-miss", "part of a token that the reconstruction misses"),
  );
}

export default mount<SparsityTraits>(build, "saec-sparse");
