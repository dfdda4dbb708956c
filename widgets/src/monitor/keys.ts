/** The curves by keyboard: left and right move along, up and down choose a run, Enter keeps it, Escape leaves. */

import type { MonitorActions } from "./actions.js";
import { METRICS } from "./curves.js";
import type { State } from "./state.js";

export function pressed(event: KeyboardEvent, state: Readonly<State>, actions: MonitorActions): void {
  const { curves, row, run } = state;
  const pace = event.shiftKey ? 10 : 1;
  const along = (by: number) => {
    const from = row ?? (by > 0 ? -1 : curves.rows);
    actions.look({ row: Math.max(0, Math.min(curves.rows - 1, from + by)) });
  };
  const across = (by: number) => {
    const from = run ?? (by > 0 ? -1 : 0);
    actions.look({ run: (from + by + curves.runs) % curves.runs, row: row ?? curves.rows - 1 });
  };
  if (curves.rows === 0 || curves.runs === 0) return;
  if (event.key === "ArrowLeft") along(-pace);
  else if (event.key === "ArrowRight") along(pace);
  else if (event.key === "ArrowDown") across(1);
  else if (event.key === "ArrowUp") across(-1);
  else if (event.key === "Enter" && run !== null) actions.keep(run);
  else if (event.key === "Escape") actions.look({ row: null, run: null });
  else return;
  event.preventDefault();
}

/** One sentence for screen readers. */
export function announce({ curves, runs, row, run }: Readonly<State>): string {
  if (row === null || run === null) return "";
  const facts = METRICS.map(({ name, show }, i) => `${name} ${show(curves.value(row, run, i))}`);
  return [runs[run]?.name ?? "", `${curves.tokens(row)} tokens`, ...facts].join(", ");
}
