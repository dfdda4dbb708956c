/** The report of a check: scores, the ablated features, predicted against live, and faithfulness. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore } from "../model/state.js";
import type { Report } from "../model/traits.js";
import { format } from "../text.js";
import { checkCurve } from "./curve.js";
import { announce, facts, known, remarks } from "./describe.js";
import { checkScatter } from "./scatter.js";
import { checkTable } from "./table.js";

/** `leave` takes the focus where it was before the report came. */
export function checkPanel(ui: Ui, store: ExplorerStore, actions: Actions, leave: () => void): HTMLElement {
  const hide = () => {
    leave();
    actions.check();
  };
  const numbers = h(ui, "div", { class: "saec-trust-facts" });
  const notes = h(ui, "div", { class: "saec-trust-notes" });
  const summary = h(ui, "p", { class: "saec-caption" });
  const close = h(ui, "button", {
    class: "saec-button saec-button-small saec-trust-close",
    text: "✕",
    title: "Close the report",
    attrs: { "aria-label": "Close the report" },
    on: { click: hide },
  });
  const scatter = checkScatter(ui, store, actions);
  const curve = checkCurve(ui, store);
  const figure = (title: string, drawing: HTMLElement, note?: HTMLElement) =>
    h(
      ui,
      "figure",
      { class: "saec-trust-part" },
      h(ui, "figcaption", { class: "saec-caption", text: title }),
      drawing,
      note,
    );
  const key = h(ui, "p", { class: "saec-caption", text: "dashed: live as predicted · ◆ furthest off" });
  const left = figure("Predicted against live", scatter, key);
  const right = figure("What the strongest nodes restore alone", curve, summary);
  const section = h(
    ui,
    "section",
    {
      class: "saec-trust",
      attrs: { "aria-label": "Check of the circuit" },
      on: { keydown: ({ key }) => key === "Escape" && hide() },
    },
    h(
      ui,
      "div",
      { class: "saec-trust-head" },
      h(ui, "h4", { class: "saec-subtitle", text: "Check" }),
      numbers,
      close,
    ),
    notes,
    h(ui, "div", { class: "saec-trust-body" }, checkTable(ui, store, actions), left, right),
  );
  const live = h(ui, "div", { class: "saec-offscreen saec-trust-live", attrs: { role: "status" } });

  store.watch(["report", "reportOpen"], ({ report, reportOpen }) => {
    section.hidden = report === null || !reportOpen;
    live.textContent = report && reportOpen ? announce(report) : "";
  });
  store.watch(["report"], ({ report }) => {
    if (!report) return;
    numbers.replaceChildren(...factParts(ui, report));
    notes.replaceChildren(...remarks(report).map((text) => h(ui, "p", { class: "saec-hint", text })));
    left.hidden = report.rows.length === 0;
    right.hidden = report.curve === null;
    summary.textContent = summaryOf(report);
  });
  return h(ui, "div", { class: "saec-trust-place" }, section, live);
}

function factParts(ui: Ui, report: Report): HTMLElement[] {
  return facts(report).map(({ name, text, tip }) =>
    h(
      ui,
      "span",
      {
        class: "saec-score saec-tip",
        attrs: { tabindex: 0, "data-tip": tip, "aria-label": `${name} ${text}. ${tip}` },
      },
      h(ui, "span", { class: "saec-caption", text: name }),
      h(ui, "span", { class: "saec-number", text }),
    ),
  );
}

function summaryOf({ curve }: Report): string {
  if (!curve) return "";
  const [cmd, log] = [format(known(curve.cmd.value)), format(known(curve.cmd_log.value))];
  return `CMD ${cmd}, over log k ${log} (0 is best) · the others at ${curve.ablation}, errors ${curve.errors}`;
}
