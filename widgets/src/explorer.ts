/** The Explorer: one render; state in the middle, traits on one side, panels and stage on the other. */

import { attentionPanel } from "./attention/panel.js";
import { checkButton } from "./check/button.js";
import { checkPanel } from "./check/panel.js";
import { h, type Ui } from "./dom.js";
import { createStage, type Stage } from "./graph/stage.js";
import { type Actions, createActions, type Undoable } from "./model/actions.js";
import { fetchCards } from "./model/cards.js";
import { createHistory } from "./model/history.js";
import { followKernel } from "./model/offline.js";
import { derive, type ExplorerStore, initialState } from "./model/state.js";
import { createStopping } from "./model/stopping.js";
import { createStore } from "./model/store.js";
import { followTraits } from "./model/sync.js";
import type { ExplorerTraits } from "./model/traits.js";
import { mount, type Stand } from "./mount.js";
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

function build({ model, ui, root, ask: plain, kernel, onClean, attempt }: Stand<ExplorerTraits>) {
  const store: ExplorerStore = createStore(initialState(), attempt);
  const { ask, stop } = createStopping(plain, (running) => store.set({ running }));
  const actions = createActions({ model, store, ask, history: createHistory<Undoable>() });
  derive(store);
  onClean(followTraits(model, store, actions));
  onClean(store.close);
  fetchCards(store, ask);
  followKernel(store, kernel);
  const stage = assemble(ui, root, store, actions, stop);
  return { restyle: stage.restyle, home: stage.element };
}

function assemble(
  ui: Ui,
  root: HTMLElement,
  store: ExplorerStore,
  actions: Actions,
  stopAll: () => void,
): Stage {
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
  return stage;
}

export default mount<ExplorerTraits>(build, "saec-explorer");
