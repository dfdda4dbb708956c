/** How far the whole training is, and the button that ends it. */

import { confirmButton } from "../confirm.js";
import { h, type Ui } from "../dom.js";
import { compact, duration, percent } from "../text.js";
import type { MonitorActions } from "./actions.js";
import { isLive, type MonitorStore, type State } from "./state.js";
import type { SweepState } from "./traits.js";

const SAID: Record<SweepState, string> = {
  waiting: "Waiting",
  running: "Training",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Broken off",
};

export function monitorHead(ui: Ui, store: MonitorStore, actions: MonitorActions): HTMLElement {
  const state = h(ui, "span", { class: "saec-sweep-state", attrs: { role: "status" } });
  const facts = h(ui, "span", { class: "saec-sweep-facts saec-number" });
  const stop = confirmButton(
    ui,
    { class: "saec-stop-all", text: "Stop all", ask: "Stop all now?", label: "all runs" },
    () => void actions.stop(),
  );
  stop.element.title = "Ends the training and keeps what every run has learned";
  const bar = h(ui, "div", { class: "saec-sweep-done" });
  const track = h(
    ui,
    "div",
    {
      class: "saec-sweep-bar",
      attrs: {
        role: "progressbar",
        "aria-label": "Share of the training",
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
    },
    bar,
  );
  store.watch(["sweep", "progress", "states", "asked"], (now) => {
    const share = shareDone(now);
    state.textContent = SAID[now.sweep];
    state.dataset.state = now.sweep;
    facts.textContent = told(now).join(" · ");
    bar.style.width = `${(100 * share).toFixed(2)}%`;
    track.setAttribute("aria-valuenow", (100 * share).toFixed(0));
    track.dataset.state = now.sweep;
    const live = now.states.filter(isLive);
    stop.element.hidden = now.sweep !== "running" || live.length < 2;
    const asking = live.length > 0 && live.every((each) => each === "stopping");
    stop.say(asking || now.asked.size > 1 ? "stopping …" : null);
  });
  return h(
    ui,
    "div",
    { class: "saec-sweep" },
    h(
      ui,
      "div",
      { class: "saec-sweep-line" },
      state,
      facts,
      h(ui, "div", { class: "saec-spacer" }),
      stop.element,
    ),
    track,
  );
}

function shareDone({ progress: { step = 0, steps = 0 } }: Readonly<State>): number {
  return steps > 0 ? Math.min(1, step / steps) : 0;
}

function told(state: Readonly<State>): string[] {
  const { progress, sweep, states } = state;
  const { step = 0, steps = 0, tokens = 0, total = 0, seconds, tokens_per_second: speed } = progress;
  if (steps === 0) return [];
  const facts = [
    percent(shareDone(state)),
    `${compact(tokens)} of ${compact(total)} tokens`,
    `step ${step.toLocaleString("en-GB")} of ${steps.toLocaleString("en-GB")}`,
  ];
  if (speed) facts.push(`${compact(speed)} tokens/s`);
  if (sweep === "running") {
    if (speed) facts.push(`${duration((total - tokens) / speed)} left`);
    const live = states.filter(isLive).length;
    if (live < states.length) facts.push(`${live} of ${states.length} runs go on`);
  } else if (seconds !== undefined) {
    facts.push(duration(seconds));
  }
  return facts;
}
