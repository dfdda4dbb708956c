/** The ablated features: what the graph predicts, and what was measured. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore } from "../model/state.js";
import type { CheckRow } from "../model/traits.js";
import { showToken, signed, visible } from "../text.js";
import { known, rowName, worst } from "./describe.js";

const OFF = "The prediction of this feature lies furthest from the live measurement.";
const COLUMNS = ["predicted", "frozen", "live"] as const;

export function checkTable(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const body = h(ui, "tbody");
  const heading = (text: string, title = "") =>
    h(ui, "th", { class: title ? "saec-trust-number" : "", text, title, attrs: { scope: "col" } });
  const head = h(
    ui,
    "tr",
    {},
    heading("feature"),
    heading("at"),
    heading("predicted", "What the graph says that the target changes by when the feature is ablated"),
    heading("frozen", "Measured with attention and norms held"),
    heading("live", "Measured in the live model"),
  );
  const table = h(ui, "table", { class: "saec-trust-table" });
  const caption = "Change of the target when a feature is ablated";
  table.append(h(ui, "caption", { class: "saec-caption", text: caption }), h(ui, "thead", {}, head), body);

  let rowsOf: (number | undefined)[] = [];
  const emphasise = (selected: number | null, hovered: number | null) => {
    for (const [at, line] of [...body.rows].entries()) {
      const node = rowsOf[at];
      line.classList.toggle("saec-selected", node !== undefined && node === selected);
      line.classList.toggle("saec-hovered", node !== undefined && node === hovered);
    }
  };
  store.watch(["report", "graph"], ({ report, graph, selected, hovered }) => {
    const rows = report?.rows ?? [];
    const off = worst(rows);
    rowsOf = rows.map((row) => graph?.rowOf.get(row.node));
    body.replaceChildren(...rows.map((row, at) => line(ui, row, rowsOf[at], at === off, actions)));
    table.hidden = rows.length === 0;
    emphasise(selected, hovered);
  });
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(selected, hovered));
  return h(ui, "div", { class: "saec-trust-rows" }, table);
}

function line(
  ui: Ui,
  row: CheckRow,
  node: number | undefined,
  off: boolean,
  actions: Actions,
): HTMLTableRowElement {
  const missing = "This node was pruned away in the graph below.";
  const button = h(ui, "button", {
    class: "saec-trust-name",
    title: node === undefined ? `${rowName(row)}. ${missing}` : `${rowName(row)}. Select it in the graph.`,
    attrs: { disabled: node === undefined },
  });
  button.append(h(ui, "bdi", { text: visible(row.label) || row.node }));
  const mark = h(ui, "span", {
    class: "saec-trust-off",
    text: "◆",
    title: OFF,
    attrs: { role: "img", "aria-label": OFF },
  });
  const choose = () => {
    if (node !== undefined) actions.select(node);
  };
  const hover = (over: number | null) => {
    if (node !== undefined) actions.hover(over);
  };
  return h(
    ui,
    "tr",
    { on: { click: choose, pointerenter: () => hover(node ?? null), pointerleave: () => hover(null) } },
    h(
      ui,
      "th",
      { attrs: { scope: "row" } },
      h(ui, "div", { class: "saec-trust-feature" }, button, off && mark),
    ),
    h(ui, "td", { class: "saec-trust-token" }, h(ui, "bdi", { text: showToken(row.token) })),
    ...COLUMNS.map((column) => number(ui, known(row[column]))),
  );
}

function number(ui: Ui, value: number): HTMLElement {
  const direction = value < 0 ? " saec-down" : value > 0 ? " saec-up" : "";
  return h(ui, "td", { class: `saec-number saec-trust-number${direction}`, text: signed(value) });
}
