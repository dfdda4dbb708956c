/** The button that checks the circuit; where it cannot be checked it stays in the tab order and says why. */

import { h, setAttributes, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { refusal } from "../model/possible.js";
import type { ExplorerStore } from "../model/state.js";
import { visible } from "../text.js";

const TIP =
  "How far to trust this circuit: ablates its strongest features one by one and compares what the graph predicts with what the model does.";

export function checkButton(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const button = h(ui, "button", {
    class: "saec-button saec-trust-button",
    on: { click: actions.check },
  });
  store.watch(["graph", "report", "reportOpen", "checking"], ({ graph, report, reportOpen, checking }) => {
    const refused = graph && !report ? refusal(graph) : null;
    const tip = refused ? visible(`${refused.message} ${refused.cure}`.trim()) : TIP;
    button.hidden = graph === null;
    button.textContent = checking ? "Checking …" : "Check";
    // Over an open report the tip would hide what was asked for.
    button.classList.toggle("saec-tip", !reportOpen);
    setAttributes(button, {
      "data-tip": tip,
      "aria-label": `${checking ? "Checking" : "Check"}. ${tip}`,
      "aria-disabled": refused ? "true" : null,
      "aria-busy": checking ? "true" : null,
      "aria-expanded": report ? String(reportOpen) : null,
    });
  });
  return button;
}
