/** The Explorer: one render; state in the middle, traits on one side, panels and stage on the other. */

import { attentionPanel } from "./attention/panel.js";
import { checkButton } from "./check/button.js";
import { checkPanel } from "./check/panel.js";
import { h, keepFromNotebook, type Ui } from "./dom.js";
import { keepFocus } from "./focus.js";
import { createStage, type Stage } from "./graph/stage.js";
import { createGuard } from "./guard.js";
import { type Actions, createActions, type Undoable } from "./model/actions.js";
import { createAsk } from "./model/ask.js";
import { fetchCards } from "./model/cards.js";
import { createHistory } from "./model/history.js";
import { followKernel } from "./model/offline.js";
import { derive, type ExplorerStore, initialState } from "./model/state.js";
import { createStopping } from "./model/stopping.js";
import { createStore } from "./model/store.js";
import { followTraits } from "./model/sync.js";
import type { ExplorerTraits, Model } from "./model/traits.js";
import { banner, kernelNote, progress } from "./panels/banner.js";
import { codeStrip } from "./panels/code.js";
import { createEditControls } from "./panels/edit_controls.js";
import { evidencePanel } from "./panels/evidence.js";
import { header } from "./panels/header.js";
import { createMenu } from "./panels/menu.js";
import { nodePanel } from "./panels/node_panel.js";
import { originNote } from "./panels/note.js";
import { outputPanel } from "./panels/output.js";
import { pinnedPanel } from "./panels/pinned.js";
import { createToolbar } from "./panels/toolbar.js";
import { afterEditStrip } from "./predicted/strip.js";
import { followTheme } from "./theme.js";

interface RenderProps {
  model: Model<ExplorerTraits>;
  el: HTMLElement;
  signal?: AbortSignal;
}

function render({ model, el, signal }: RenderProps): () => void {
  const stop = new AbortController();
  const ui: Ui = { doc: el.ownerDocument, signal: stop.signal };
  const guard = createGuard(ui);
  const store: ExplorerStore = createStore(initialState(), guard.attempt);
  const { ask: plain, kernel, close } = createAsk(model, undefined, undefined, el);
  const { ask, stop: stopAll } = createStopping(plain, (running) => store.set({ running }));
  const actions = createActions({ model, store, ask, history: createHistory<Undoable>() });
  derive(store);
  const unfollow = followTraits(model, store, actions);
  fetchCards(store, ask);
  followKernel(store, kernel);
  const { root, stage } = assemble(ui, store, actions, stopAll);
  root.prepend(guard.element);
  el.append(root);
  followTheme(ui, root, stage.restyle);
  keepFocus(ui, root, stage.element);

  const clean = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    unfollow();
    close();
    store.close();
    root.remove();
  };
  signal?.addEventListener("abort", clean, { once: true });
  return clean;
}

function assemble(
  ui: Ui,
  store: ExplorerStore,
  actions: Actions,
  stopAll: () => void,
): { root: HTMLElement; stage: Stage } {
  const root = h(ui, "div", { class: "saec", on: { keydown: keepFromNotebook } });
  const edit = createEditControls(ui, store, actions);
  const check = checkButton(ui, store, actions);
  const toolbar = createToolbar(ui, store, actions, () => stage.element.focus());
  const panel = nodePanel(ui, store, actions, edit);
  const stage = createStage(ui, {
    store,
    actions,
    root,
    commands: {
      search: toolbar.focusSearch,
      panel: () => edit.focus() || panel.querySelector<HTMLElement>("button")?.focus(),
      ablate: edit.toggleAblation,
    },
  });
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that does the last action",
      content: () => store.get().code,
    },
    { text: "Copy all", title: "Copy a script that does every action so far", content: actions.script },
  ]);
  const empty = h(ui, "p", {
    class: "saec-empty",
    text: "No circuit yet. It appears here as soon as Python has found one.",
  });
  const body = h(
    ui,
    "div",
    { class: "saec-body" },
    h(
      ui,
      "div",
      { class: "saec-graph" },
      toolbar.element,
      stage.element,
      afterEditStrip(ui, store, actions),
      pinnedPanel(ui, store, actions, root),
    ),
    panel,
    attentionPanel(ui, store, actions, () => stage.element.focus()),
    h(
      ui,
      "div",
      { class: "saec-bottom" },
      outputPanel(ui, store, actions),
      evidencePanel(ui, store, actions),
    ),
  );
  root.append(
    header(ui, store, actions, check, createMenu(ui, store, actions, stage)),
    progress(ui, store, stopAll),
    kernelNote(ui, store),
    banner(ui, store, actions.dismiss),
    originNote(ui, store),
    checkPanel(ui, store, actions, () => check.focus()),
    empty,
    body,
    code.element,
  );
  store.watch(["code"], (state) => code.show(state.code));
  store.watch(["graph"], ({ graph }) => {
    empty.hidden = graph !== null;
    body.hidden = graph === null;
  });
  return { root, stage };
}

export default { render };
