/** The strongest sources of query and key against each other; sums at the edges, the score in the corner. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import { signed } from "../text.js";
import { sourceChip } from "./names.js";
import type { Rest, Score, SourceShare } from "./state.js";

export function matrix(ui: Ui, graph: Graph, score: Score, actions: Actions): HTMLElement {
  const rows = side(score.query_sources, score.query_rest);
  const columns = side(score.key_sources, score.key_rest);
  const width = score.key_sources.length + 1;
  const part = (row: number, column: number) => score.parts[row * width + column] ?? 0;
  const most = Math.max(1e-12, ...score.parts.map(Math.abs));
  const head = h(
    ui,
    "tr",
    {},
    h(ui, "td", { class: "saec-qk-corner" }),
    ...columns.map((entry) =>
      h(
        ui,
        "th",
        { class: "saec-qk-column", attrs: { scope: "col" } },
        h(ui, "div", { class: "saec-qk-turned" }, name(ui, graph, entry, score.key, actions)),
      ),
    ),
    h(
      ui,
      "th",
      {
        class: "saec-qk-column saec-qk-all",
        attrs: { scope: "col" },
        title: "What each source of the query adds, whatever the key's side",
      },
      h(ui, "div", { class: "saec-qk-turned" }, h(ui, "span", { text: "sum" })),
    ),
  );
  const lines = rows.map((entry, row) =>
    h(
      ui,
      "tr",
      {},
      h(
        ui,
        "th",
        { class: "saec-qk-row", attrs: { scope: "row" } },
        name(ui, graph, entry, score.query, actions),
      ),
      ...columns.map((_, column) => cell(ui, part(row, column), most)),
      h(ui, "td", { class: "saec-number saec-qk-sum", text: short(entry.value) }),
    ),
  );
  const foot = h(
    ui,
    "tr",
    { class: "saec-qk-foot" },
    h(ui, "th", {
      class: "saec-qk-row saec-qk-all",
      attrs: { scope: "row" },
      title: "What each source of the key adds, whatever the query's side",
      text: "sum",
    }),
    ...columns.map(({ value }) => h(ui, "td", { class: "saec-number saec-qk-sum", text: short(value) })),
    h(ui, "td", {
      class: "saec-number saec-qk-sum saec-qk-total",
      title: "All pairs together: the score",
      text: short(score.total),
    }),
  );
  const table = h(ui, "table", { class: "saec-qk-table" });
  table.append(
    h(ui, "caption", {
      class: "saec-caption",
      text: "What wrote the query (rows) against what wrote the key (columns)",
    }),
    h(ui, "thead", {}, head),
    h(ui, "tbody", {}, ...lines, foot),
  );
  return table;
}

type Entry = (SourceShare & { rest?: undefined }) | { rest: number; value: number };

/** The strongest, and the others together if there are any. */
function side(sources: readonly SourceShare[], rest: Rest): Entry[] {
  return rest.count === 0 ? [...sources] : [...sources, { rest: rest.count, value: rest.value }];
}

function name(ui: Ui, graph: Graph, entry: Entry, home: number, actions: Actions): HTMLElement {
  if (entry.rest === undefined) return sourceChip(ui, graph, entry, home, actions);
  return h(ui, "span", { class: "saec-source-chip saec-source-plain", text: `${entry.rest} others` });
}

function cell(ui: Ui, value: number, most: number): HTMLElement {
  const share = Math.abs(value) / most;
  const element = h(ui, "td", {
    class: `saec-number saec-qk-cell ${value < 0 ? "saec-qk-negative" : "saec-qk-positive"}`,
    text: short(value),
    title: signed(value),
  });
  element.style.setProperty("--saec-part", `${(55 * Math.sqrt(share)).toFixed(0)}%`);
  return element;
}

/** One decimal is enough to compare by; what rounds to nothing is a dot. */
function short(value: number): string {
  const text = Math.abs(value).toFixed(Math.abs(value) >= 100 ? 0 : 1);
  if (Number(text) === 0) return "·";
  return value < 0 ? `−${text}` : text;
}
