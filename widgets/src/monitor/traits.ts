/** The traits of the TrainingMonitor, as they are on the wire. */

import type { Failure } from "../model/traits.js";

export interface RunTrait {
  name: string;
  recipe: string;
}

export type RunState = "running" | "stopping" | "stopped" | "finished" | "failed";
export type SweepState = "waiting" | "running" | "finished" | "stopped" | "failed";

/** Empty before the training begins; without the last two before its first log entry. */
export interface ProgressTrait {
  step?: number;
  steps?: number;
  tokens?: number;
  total?: number;
  seconds?: number;
  tokens_per_second?: number;
}

export interface MonitorTraits {
  state: SweepState;
  runs: RunTrait[];
  states: RunState[];
  progress: ProgressTrait;
  /** Rows of float32: tokens, then the four curves of every run; thinned, and then the last few as they are. */
  past: DataView;
  recent: DataView;
  /** A row a run: tokens, then its four numbers. */
  latest: DataView;
  error: Failure | null;
}
