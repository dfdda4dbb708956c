/** What a person can do: each action changes the state, tells Python and leaves the Python that does the same. */

import { type Ask, AskError } from "./ask.js";
import { createChecking } from "./checking.js";
import { createEditing } from "./editing.js";
import { sameEdits, withEdit } from "./edits.js";
import { asFailure } from "./failure.js";
import type { History } from "./history.js";
import * as python from "./python.js";
import { opening } from "./question.js";
import type { ExplorerStore, State } from "./state.js";
import type { Edit, ExplorerTraits, ExportFormat, Failure, Model } from "./traits.js";

/** The parts of the state that undo goes back to. */
export type Undoable = Partial<Pick<State, "pinned" | "supernodes" | "share" | "edits" | "frozen">>;

export interface Exported {
  filename: string;
  mime: string;
  bytes: DataView;
}

export interface Actions {
  select(row: number | null): void;
  hover(row: number | null): void;
  togglePin(row: number): void;
  unpinAll(): void;
  ungroup(name: string): void;
  /** `done` is false while a slider is being dragged: then Python is not told yet. */
  setShare(share: number, done: boolean): void;
  search(query: string): void;
  /** Adds an edit; `live` edits (a slider) wait for the answer before them. */
  edit(edit: Edit, live?: boolean): void;
  setEdits(edits: Edit[], frozen?: boolean): void;
  undo(): void;
  redo(): void;
  attribute(prompt: string, target: string | null, against: string | null): Promise<void>;
  /** Checks the circuit; once it is checked, shows or hides the report. */
  check(): void;
  export(format: ExportFormat): Promise<Exported | null>;
  fail(failure: Failure): void;
  dismiss(): void;
  /** A script with every action that stands. */
  script(): string;
  /** True while an answer to an edit is awaited: Python's echo of an older one is passed over. */
  editing(): boolean;
  /** A new circuit has come: the past belongs to the old one. */
  reset(): void;
}

export interface Parts {
  model: Model<ExplorerTraits>;
  store: ExplorerStore;
  ask: Ask;
  history: History<Undoable>;
}

export function createActions({ model, store, ask, history }: Parts): Actions {
  // One drag of a slider is one action.
  let drag = 0;

  function save<K extends keyof ExplorerTraits>(name: K, value: ExplorerTraits[K]): void {
    model.set(name, value);
    model.save_changes();
  }

  function record(line: string, key: string, change?: { before: Undoable; after: Undoable }): void {
    history.record(change ? { python: line, key, change } : { python: line, key });
    store.set({ code: line, canUndo: history.canUndo(), canRedo: history.canRedo() });
  }

  function setPins(pinned: string[]): void {
    const before = store.get().pinned;
    store.set({ pinned });
    save("pinned", pinned);
    record(python.pin(pinned), "", { before: { pinned: before }, after: { pinned } });
  }

  const editing = createEditing(store, ask, (before, now, key) => {
    if (key === null || (sameEdits(before.edits, now.edits) && before.frozen === now.frozen)) return;
    record(python.intervene(store.get().graph?.meta.prompt ?? "", now.edits, now.frozen), key, {
      before,
      after: now,
    });
  });

  const checking = createChecking(store, ask, () => record(python.check(), "check"));

  function restore(change: Undoable | null, verb: string): void {
    if (!change) return;
    const { pinned, supernodes, share, edits, frozen } = change;
    if (pinned) store.set({ pinned });
    if (pinned) save("pinned", pinned);
    if (supernodes) store.set({ supernodes });
    if (supernodes) save("supernodes", supernodes);
    if (share !== undefined) store.set({ share });
    if (share !== undefined) save("prune", share);
    if (edits) void editing.send({ edits, frozen: frozen ?? store.get().frozen }, null);
    store.set({
      code: history.lines().at(-1) ?? `# ${verb}`,
      canUndo: history.canUndo(),
      canRedo: history.canRedo(),
    });
  }

  return {
    select(row) {
      const { graph, selected } = store.get();
      if (!graph || row === selected) return;
      const id = row === null ? null : (graph.id[row] ?? null);
      store.set({ selected: row });
      save("selected", id);
      record(python.select(id), "select");
    },
    hover(row) {
      store.set({ hovered: row });
    },
    togglePin(row) {
      const { graph, pinned } = store.get();
      const id = graph?.id[row];
      if (id === undefined) return;
      setPins(pinned.includes(id) ? pinned.filter((other) => other !== id) : [...pinned, id]);
    },
    unpinAll() {
      if (store.get().pinned.length > 0) setPins([]);
    },
    ungroup(name) {
      const before = store.get().supernodes;
      const supernodes = before.filter((group) => group.name !== name);
      store.set({ supernodes });
      save("supernodes", supernodes);
      record(python.group(supernodes), "", { before: { supernodes: before }, after: { supernodes } });
    },
    setShare(share, done) {
      const before = store.get().share;
      store.set({ share });
      if (done) save("prune", share);
      if (done || before !== share) {
        record(python.prune(share), `prune ${drag}`, { before: { share: before }, after: { share } });
      }
      if (done) drag++;
    },
    search(query) {
      store.set({ query });
    },
    edit(edit, live = false) {
      const { edits, frozen } = store.get();
      const now = { edits: withEdit(edits, edit), frozen };
      if (live) editing.sendLater(now, `edit ${edit.op} ${edit.dictionary}/${edit.feature}`);
      else void editing.send(now, "");
    },
    setEdits(edits, frozen = store.get().frozen) {
      void editing.send({ edits, frozen }, "");
    },
    undo: () => restore(history.undo(), "undone"),
    redo: () => restore(history.redo(), "redone"),
    async attribute(prompt, target, against) {
      store.set({ waiting: "finding the circuit" });
      try {
        await ask("attribute", { prompt, target, against });
        // Not an entry of the history: every script opens with the question of its circuit.
        store.set({ waiting: "", failure: null, code: python.attribute(prompt, target, against) });
      } catch (error) {
        store.set({ waiting: "", failure: asFailure(error) });
      }
    },
    check: checking.toggle,
    async export(format) {
      store.set({ waiting: "writing the file" });
      try {
        const { body, buffers } = await ask<{ filename: string; mime: string }>("export", { format });
        const bytes = buffers[0];
        if (!bytes)
          throw new AskError({ message: "Python sent an empty file.", cure: "Try another format." });
        store.set({ waiting: "", failure: null });
        record(python.exported(body.filename, format), "");
        return { ...body, bytes };
      } catch (error) {
        store.set({ waiting: "", failure: asFailure(error) });
        return null;
      }
    },
    fail: (failure) => store.set({ failure }),
    dismiss() {
      store.set({ failure: null });
      if (model.get("error") !== null) save("error", null);
    },
    script() {
      const graph = store.get().graph;
      return python.script(graph ? opening(graph) : [], history.lines());
    },
    editing: editing.active,
    reset() {
      editing.reset();
      checking.reset();
      history.clear();
      store.set({ canUndo: false, canRedo: false, waiting: "" });
    },
  };
}
