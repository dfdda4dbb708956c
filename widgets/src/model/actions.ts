/** What a person can do: each action changes the state, tells Python and leaves the Python that does the same. */

import { type Asking, createAsking } from "../attention/asking.js";
import { nameFeature } from "../card/python.js";
import type { AfterEdit } from "../predicted/compare.js";
import { createWriteOn, type WriteOn } from "../steer/below.js";
import { type Ask, AskError } from "./ask.js";
import { createChecking } from "./checking.js";
import { createEditing } from "./editing.js";
import { sameEdits, withEdit } from "./edits.js";
import { readEverything } from "./edits_trait.js";
import { failureOf } from "./failure.js";
import { type Filter, writeFilter } from "./filter.js";
import { createGroups, type Groups } from "./groups.js";
import type { History } from "./history.js";
import * as python from "./python.js";
import { scriptOf } from "./script.js";
import type { ExplorerStore, State } from "./state.js";
import type { Edit, ExplorerTraits, ExportFormat, Failure, Model } from "./traits.js";

/** The parts of the state that undo goes back to. */
export type Undoable = Partial<
  Pick<State, "pinned" | "supernodes" | "places" | "flow" | "filter" | "share" | "edits" | "frozen">
>;

/**
 * Changes parts of the state that Python sees too, as one action with its Python. Steps with one key are one action;
 * quiet ones (a slider that is still held) are not told to Python.
 */
export type Commit = (after: Undoable, line: string, key?: string, quiet?: boolean) => void;

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
  /** A click on a node: selects it, or marks it for a group while one is made. */
  pick(row: number | null): void;
  groups: Groups;
  commit: Commit;
  /** `done` is false while a slider is being dragged. */
  setFilter(filter: Filter, done?: boolean): void;
  /** `done` is false while a slider is being dragged: then Python is not told yet. */
  setShare(share: number, done: boolean): void;
  search(query: string): void;
  /** Adds an edit; `live` edits (a slider) wait for the answer before them. */
  edit(edit: Edit, live?: boolean): void;
  setEdits(edits: Edit[], frozen?: boolean): void;
  /** What is drawn on the nodes after an edit. */
  showAfterEdit(what: AfterEdit): void;
  /** Names a feature; an empty name brings the automatic label back. Refused with what Python says. */
  setLabel(feature: string, label: string): Promise<void>;
  /** Asks through which heads one node reaches another. */
  openEdge(source: number, target: number): void;
  attention: Asking;
  undo(): void;
  redo(): void;
  attribute(prompt: string, target: string | null, against: string | null): Promise<void>;
  /** Asks for the text that follows the prompt, without and with the edits. */
  writeOn: WriteOn;
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
  let held = false;

  function save<K extends keyof ExplorerTraits>(name: K, value: ExplorerTraits[K]): void {
    model.set(name, value);
    model.save_changes();
  }

  function record(
    line: string,
    key: string,
    change?: { before: Undoable; after: Undoable },
    replay = line,
  ): void {
    history.record({ python: line, key, replay, ...(change ? { change } : {}) });
    store.set({ code: line, canUndo: history.canUndo(), canRedo: history.canRedo() });
  }

  function setPins(pinned: string[]): void {
    const before = store.get().pinned;
    store.set({ pinned });
    save("pinned", pinned);
    record(python.pin(pinned), "", { before: { pinned: before }, after: { pinned } });
  }

  /** Tells Python of parts of the state; edits go their own way. */
  function tell({ pinned, supernodes, places, flow, filter, share }: Undoable): void {
    if (pinned) save("pinned", pinned);
    if (supernodes) save("supernodes", supernodes);
    if (places) save("places", places);
    if (flow) save("flow", flow);
    if (filter) save("filter", writeFilter(filter));
    if (share !== undefined) save("prune", share);
  }

  const commit: Commit = (after, line, key = "", quiet = false) => {
    const state = store.get();
    const names = Object.keys(after) as (keyof Undoable)[];
    const before: Undoable = Object.fromEntries(names.map((name) => [name, state[name]]));
    store.set(after);
    if (!quiet) tell(after);
    record(line, key, { before, after });
  };
  const groups = createGroups(store, ask, commit);

  const editing = createEditing(
    store,
    ask,
    (before, now, key) => {
      if (key === null || (sameEdits(before.edits, now.edits) && before.frozen === now.frozen)) return;
      const line = python.intervene(store.get().graph?.meta.prompt ?? "", now.edits, now.frozen);
      record(line, key, { before, after: now }, python.apply(now.edits, now.frozen));
    },
    () => readEverything(model, store),
  );

  const attention = createAsking(store, ask, (line) => record(line, "attention"));
  const checking = createChecking(store, ask, () => record(python.check(), "check"));

  function restore(change: Undoable | null, verb: string): void {
    if (!change) return;
    const { edits, frozen, ...rest } = change;
    store.set({ ...rest, marked: null, proposal: null });
    tell(rest);
    if (edits) void editing.send({ edits, frozen: frozen ?? store.get().frozen }, null);
    store.set({
      code: history.lines().at(-1) ?? `# ${verb}`,
      canUndo: history.canUndo(),
      canRedo: history.canRedo(),
    });
  }

  function select(row: number | null): void {
    const { graph, selected } = store.get();
    if (!graph || row === selected) return;
    const id = row === null ? null : (graph.id[row] ?? null);
    store.set({ selected: row });
    save("selected", id);
    record(python.select(id), "select");
  }

  return {
    select,
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
    pick(row) {
      if (row !== null && store.get().marked !== null) groups.mark([row]);
      else select(row);
    },
    groups,
    commit,
    setFilter(filter, done = true) {
      const key = done && !held ? "" : `filter ${drag}`;
      commit({ filter }, python.filter(writeFilter(filter)), key, !done);
      held = !done;
      if (done) drag++;
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
    showAfterEdit: (afterEdit) => store.set({ afterEdit }),
    async setLabel(feature, label) {
      // Python sets the trait `names`, which every view of the widget gets.
      await ask("label", { feature, label });
      record(nameFeature(feature, label.trim()), "");
    },
    openEdge: attention.open,
    attention,
    undo: () => restore(history.undo(), "undone"),
    redo: () => restore(history.redo(), "redone"),
    async attribute(prompt, target, against) {
      store.set({ waiting: "finding the circuit" });
      try {
        await ask("attribute", { prompt, target, against });
        // Not an entry of the history: every script opens with the question of its circuit.
        store.set({ waiting: "", failure: null, code: python.attribute(prompt, target, against) });
      } catch (error) {
        store.set({ waiting: "", failure: failureOf(error) });
      }
    },
    writeOn: createWriteOn(store, ask, (line) => record(line, "continue")),
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
        store.set({ waiting: "", failure: failureOf(error) });
        return null;
      }
    },
    fail: (failure) => store.set({ failure }),
    dismiss() {
      store.set({ failure: null });
      if (model.get("error") !== null) save("error", null);
    },
    script() {
      return scriptOf(store.get(), history.replayed(), history.changes());
    },
    editing: editing.active,
    reset() {
      editing.reset();
      checking.reset();
      attention.close();
      history.clear();
      store.set({ canUndo: false, canRedo: false, waiting: "", marked: null, proposal: null });
    },
  };
}
