/** The state of one view of the TrainingMonitor: the traits, and what only this view knows. */

import type { Store } from "../model/store.js";
import type { Failure, Model } from "../model/traits.js";
import { type Curves, decodeCurves, decodeLatest } from "./curves.js";
import type { MonitorTraits, ProgressTrait, RunState, RunTrait, SweepState } from "./traits.js";

export interface State {
  sweep: SweepState;
  runs: RunTrait[];
  states: RunState[];
  progress: ProgressTrait;
  curves: Curves;
  latest: Float32Array[];
  failure: Failure | null;
  /** The point of the curves that is looked at, and the run. */
  row: number | null;
  run: number | null;
  /** Runs that stay emphasised. */
  kept: ReadonlySet<number>;
  /** Names that this view has asked Python to stop, and that Python has not answered. */
  asked: ReadonlySet<string>;
  /** The Python of the last action. */
  code: string;
}

export type MonitorStore = Store<State>;

export function initialState(): State {
  return {
    sweep: "waiting",
    runs: [],
    states: [],
    progress: {},
    curves: decodeCurves(null, null, 0),
    latest: [],
    failure: null,
    row: null,
    run: null,
    kept: new Set(),
    asked: new Set(),
    code: "",
  };
}

export const isLive = (state: RunState | undefined) => state === "running" || state === "stopping";

/** Runs that are emphasised: the one that is looked at and those that are kept. */
export function emphasised({ run, kept }: Readonly<State>): ReadonlySet<number> {
  return run === null ? kept : new Set([...kept, run]);
}

const CURVES = ["runs", "past", "recent", "latest", "states", "progress", "state"] as const;

/** Traits → state. One message changes several traits, so they are read together, before the next frame. */
export function followTraits(
  model: Model<MonitorTraits>,
  store: MonitorStore,
  frame: (run: () => void) => void,
) {
  let due = false;
  let closed = false;
  const read = () => {
    due = false;
    if (closed) return;
    const before = store.get();
    const runs = model.get("runs") ?? [];
    const same = JSON.stringify(runs) === JSON.stringify(before.runs);
    const curves = decodeCurves(model.get("past"), model.get("recent"), runs.length);
    store.set({
      ...(same ? {} : { runs, run: null, kept: new Set<number>() }),
      ...(same && (before.row ?? 0) < curves.rows ? {} : { row: null }),
      sweep: model.get("state") ?? "waiting",
      states: model.get("states") ?? [],
      progress: model.get("progress") ?? {},
      curves,
      latest: decodeLatest(model.get("latest"), runs.length),
    });
  };
  const soon = () => {
    if (due) return;
    due = true;
    frame(() => store.attempt(read, read));
  };
  const fail = () => store.set({ failure: model.get("error") ?? null });
  for (const name of CURVES) model.on(`change:${name}`, soon);
  model.on("change:error", fail);
  fail();
  store.attempt(read, read);
  return () => {
    closed = true;
    for (const name of CURVES) model.off(`change:${name}`, soon);
    model.off("change:error", fail);
  };
}
