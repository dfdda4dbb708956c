/** The nodes of both circuits in three columns: what the first has alone, what both have, what the second has alone. */

import { h, type Ui } from "../dom.js";
import type { Graph } from "../model/decode.js";
import { layerName, nodeName, tokenAt } from "../panels/describe.js";
import { glyph } from "../panels/glyph.js";
import { percent, signed } from "../text.js";
import type { RowTrait, Status } from "./traits.js";

const TITLES: Record<Status, string> = { lost: "Only in A", shared: "In both", gained: "Only in B" };
const SHOWN = 40;

export interface ListOn {
  select(id: string | null): void;
  hover(id: string | null): void;
}

/** Rows are in the order of their change; `graphs` tells in which circuit a row's node is named. */
export function nodeLists(
  ui: Ui,
  rows: readonly RowTrait[],
  graphs: Record<Status, Graph>,
  on: ListOn,
): { element: HTMLElement; mark(id: string | null): void } {
  const most = Math.max(1e-12, ...rows.flatMap(({ before, after }) => [before, after]));
  const buttons = new Map<string, HTMLElement>();
  const column = (status: Status) => {
    const mine = rows.filter((row) => row.status === status);
    const list = h(ui, "div", { class: "saec-compared-rows" });
    let shown = 0;
    const more = h(ui, "button", { class: "saec-more", on: { click: () => show() } });
    const show = () => {
      for (const row of mine.slice(shown, shown + SHOWN)) {
        const button = nodeButton(ui, row, graphs[status], most, on);
        buttons.set(row.node, button);
        list.append(button);
      }
      shown = Math.min(mine.length, shown + SHOWN);
      more.textContent = `${mine.length - shown} more`;
      more.hidden = shown === mine.length;
    };
    show();
    const title = h(ui, "h4", { class: "saec-subtitle", text: TITLES[status] });
    const count = h(ui, "span", { class: "saec-caption", text: String(mine.length) });
    const none = mine.length === 0 && h(ui, "p", { class: "saec-hint", text: "No node." });
    const head = h(ui, "div", { class: "saec-panel-head" }, title, count);
    return h(
      ui,
      "section",
      { class: "saec-compared-list", attrs: { "aria-label": TITLES[status] } },
      head,
      list,
      none,
      more,
    );
  };
  const element = h(
    ui,
    "div",
    { class: "saec-compared-lists" },
    column("lost"),
    column("shared"),
    column("gained"),
  );
  return {
    element,
    mark(id) {
      for (const [node, button] of buttons) setMark(button, node === id);
    },
  };
}

function setMark(button: HTMLElement, on: boolean): void {
  button.classList.toggle("saec-on", on);
  button.setAttribute("aria-pressed", String(on));
}

function nodeButton(ui: Ui, row: RowTrait, graph: Graph, most: number, on: ListOn): HTMLElement {
  const at = graph.rowOf.get(row.node);
  const name = at === undefined ? row.node : nodeName(graph, at);
  const where = at === undefined ? "" : `${layerName(graph, at)}, ${tokenAt(graph, at)}`;
  const change = row.after - row.before;
  const text = row.status === "shared" ? `${signed(100 * change)} %` : percent(row.before + row.after);
  const title = `${name} · ${where} · influence ${percent(row.before)} in A, ${percent(row.after)} in B`;
  const bars = h(
    ui,
    "span",
    { class: "saec-compared-bars" },
    bar(ui, row.before / most, "a"),
    bar(ui, row.after / most, "b"),
  );
  return h(
    ui,
    "button",
    {
      class: "saec-row saec-compared-row",
      title,
      attrs: { "aria-label": title, "aria-pressed": "false" },
      on: {
        click: () => on.select(row.node),
        pointerenter: () => on.hover(row.node),
        pointerleave: () => on.hover(null),
        focus: () => on.hover(row.node),
        blur: () => on.hover(null),
      },
    },
    at !== undefined && glyph(ui, graph.kind[at] ?? 0),
    h(ui, "span", { class: "saec-row-name" }, h(ui, "bdi", { text: name })),
    h(ui, "span", { class: "saec-row-place", text: where }),
    bars,
    h(ui, "span", { class: "saec-number", text }),
  );
}

function bar(ui: Ui, share: number, which: "a" | "b"): HTMLElement {
  const element = h(ui, "span", { class: `saec-compared-bar saec-compared-${which}` });
  element.style.width = `${(100 * Math.min(1, share)).toFixed(1)}%`;
  return element;
}
