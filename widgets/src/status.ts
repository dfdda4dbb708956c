/** The line of a widget that says what runs, how far it is, and what went wrong; with buttons to stop and to dismiss. */

import { h, type Ui } from "./dom.js";
import { type Ask, Superseded } from "./model/ask.js";
import { asFailure } from "./model/failure.js";
import type { Failure } from "./model/traits.js";
import type { CommonTraits, Stand } from "./mount.js";
import { percent, visible } from "./text.js";

export interface Status {
  element: HTMLElement;
  /**
   * Asks Python for something long and shows it until the answer is there: a newer `run` of the same type takes its
   * place, Stop ends it. Returns null when it was replaced, stopped or refused; a refusal is shown.
   */
  run<T>(
    what: string,
    type: string,
    fields?: Record<string, unknown>,
  ): Promise<{ body: T; buffers: DataView[] } | null>;
  /** Shows an error of the widget's own, or none. */
  fail(failure: Failure | null): void;
}

/** The status line of a widget, to be put on top of it. */
export function statusLine<T extends CommonTraits>(stand: Stand<T>): Status {
  const { model, ui, ask, kernel, follow, save } = stand;
  // Only the traits that all widgets have are touched here.
  const common = model as unknown as { get<K extends keyof CommonTraits>(name: K): CommonTraits[K] };
  const open = new Map<string, { stop: AbortController; what: string }>();
  let own: Failure | null = null;

  const view = statusView(ui, {
    stop() {
      for (const { stop } of [...open.values()]) stop.abort();
    },
    dismiss() {
      own = null;
      if (common.get("error")) save("error", null as T["error"]);
      show();
    },
  });

  function show(): void {
    const [first] = open.values();
    const gone = kernel.gone();
    const what = gone ? "" : common.get("busy") || first?.what || "";
    view.show({
      what,
      share: common.get("progress") ?? null,
      stoppable: open.size > 0,
      failure: gone ?? own ?? common.get("error") ?? null,
      lasting: gone !== null,
    });
  }
  follow(["busy", "progress", "error"], show);
  kernel.follow(show);

  return {
    element: view.element,
    async run(what, type, fields = {}) {
      open.get(type)?.stop.abort();
      const mine = { stop: new AbortController(), what };
      open.set(type, mine);
      own = null;
      show();
      try {
        return await runOnce(ask, type, fields, mine.stop.signal);
      } catch (error) {
        if (!(error instanceof Superseded)) own = asFailure(error);
        return null;
      } finally {
        if (open.get(type) === mine) open.delete(type);
        show();
      }
    },
    fail(failure) {
      own = failure;
      show();
    },
  };
}

async function runOnce<T>(ask: Ask, type: string, fields: Record<string, unknown>, signal: AbortSignal) {
  const answer = await ask<T>(type, fields, { signal });
  if (signal.aborted) throw new Superseded();
  return answer;
}

interface StatusState {
  what: string;
  share: number | null;
  stoppable: boolean;
  failure: Failure | null;
  /** Whether the failure stands until it is over, and cannot be dismissed. */
  lasting: boolean;
}

/** Draws the line; it takes no room while there is nothing to say. */
export function statusView(
  ui: Ui,
  on: { stop(): void; dismiss(): void },
): { element: HTMLElement; show(state: StatusState): void } {
  const text = h(ui, "span", { class: "saec-status-text", attrs: { role: "status" } });
  const bar = h(ui, "progress", {
    class: "saec-status-bar",
    attrs: { max: 1, "aria-label": "How far it is" },
  });
  const stop = h(ui, "button", {
    class: "saec-button saec-button-small saec-stop",
    text: "Stop",
    on: { click: on.stop },
  });
  const running = h(ui, "div", { class: "saec-status-running" }, bar, text, stop);
  const message = h(ui, "span", { class: "saec-error-message" });
  const cure = h(ui, "span", { class: "saec-error-cure" });
  const dismiss = h(ui, "button", {
    class: "saec-button saec-button-small saec-dismiss",
    text: "Dismiss",
    on: { click: on.dismiss },
  });
  const error = h(
    ui,
    "div",
    { class: "saec-error", attrs: { role: "alert" } },
    h(ui, "div", { class: "saec-error-text" }, message, cure),
    dismiss,
  );
  const element = h(ui, "div", { class: "saec-status" }, running, error);
  return {
    element,
    show({ what, share, stoppable, failure, lasting }) {
      running.hidden = what === "";
      stop.hidden = !stoppable;
      text.textContent =
        what === "" ? "" : `${visible(what)}${share === null ? " …" : ` … ${percent(share)}`}`;
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
      error.hidden = failure === null;
      dismiss.hidden = lasting;
      message.textContent = failure ? visible(failure.message) : "";
      cure.textContent = visible(failure?.cure ?? "");
    },
  };
}
