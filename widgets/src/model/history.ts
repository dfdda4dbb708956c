/** Actions in order: what undo and redo go back to, and the Python that does the same. */

export interface Entry<S> {
  /** The Python line that does this action. */
  python: string;
  /** The line that does it in a script, where that is another. */
  replay?: string;
  /** Consecutive entries with the same key are one action (a slider being dragged). */
  key: string;
  /** The changed part of the state; absent for actions that undo passes over, such as a selection. */
  change?: { before: S; after: S };
}

export interface History<S> {
  record(entry: Entry<S>): void;
  /** The state to go back to, or null when there is nothing to undo. */
  undo(): S | null;
  redo(): S | null;
  canUndo(): boolean;
  canRedo(): boolean;
  /** Python of every action that stands, oldest first. */
  lines(): string[];
  /** The same as lines of a script. */
  replayed(): string[];
  /** What these actions changed. */
  changes(): S[];
  clear(): void;
}

export function createHistory<S>(): History<S> {
  let done: Entry<S>[] = [];
  let undone: Entry<S>[] = [];
  const lastChange = () => done.findLastIndex((entry) => entry.change);
  return {
    record(entry) {
      const last = done.at(-1);
      if (last && entry.key !== "" && last.key === entry.key) done.pop();
      const before = last?.key === entry.key && entry.key !== "" ? last.change?.before : undefined;
      const change = entry.change && { ...entry.change, before: before ?? entry.change.before };
      done.push(change ? { ...entry, change } : entry);
      if (entry.change) undone = [];
    },
    undo() {
      const at = lastChange();
      const entry = done[at];
      if (!entry?.change) return null;
      done.splice(at, 1);
      undone.push(entry);
      return entry.change.before;
    },
    redo() {
      const entry = undone.pop();
      if (!entry?.change) return null;
      done.push(entry);
      return entry.change.after;
    },
    canUndo: () => lastChange() >= 0,
    canRedo: () => undone.length > 0,
    lines: () => done.map((entry) => entry.python),
    replayed: () => done.map((entry) => entry.replay ?? entry.python),
    changes: () => done.flatMap((entry) => (entry.change ? [entry.change.after] : [])),
    clear() {
      done = [];
      undone = [];
    },
  };
}
