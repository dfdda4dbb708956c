/** The shares of an edge: a line a head, and the sum, which is the edge. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { signed } from "../text.js";
import { tokenText } from "./names.js";
import type { EdgeHeads, HeadShare, Question, Rest, Way } from "./state.js";

const TITLES: Record<Way, { title: string; tip: string }> = {
  arriving: { title: "Arriving", tip: "by the last head of each path, where it comes in" },
  leaving: { title: "Leaving", tip: "by the first head of each path, where it goes out" },
};
/** Lines before "more". */
const FIRST = 7;

export function shareLists(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const element = h(ui, "div", { class: "saec-routes" });
  let shown: EdgeHeads | null = null;
  let open = new Set<Way>();

  const options = () => {
    const { against = false, traced = false } = store.get().attention.question ?? {};
    return { against, traced };
  };

  function draw(graph: Graph, heads: EdgeHeads): void {
    const longest = Math.max(
      ...[...heads.arriving, ...heads.leaving].map(({ value }) => Math.abs(value)),
      1e-12,
    );
    const list = (way: Way) => {
      const shares = open.has(way) ? heads[way] : heads[way].slice(0, FIRST);
      const rest = addUp(heads[way].slice(shares.length), heads[`${way}_rest`]);
      const sum = [...shares, rest].reduce((total, { value }) => total + value, 0);
      const lines = shares.map((share) => line(ui, graph, share, { heads, longest, actions, options }));
      const hidden = heads[way].length - shares.length;
      const more = () => {
        open.add(way);
        draw(graph, heads);
      };
      const { title, tip } = TITLES[way];
      return h(
        ui,
        "div",
        { class: "saec-route-list", attrs: { role: "group", "aria-label": `${title}: ${tip}` } },
        h(ui, "div", { class: "saec-route-title" }, h(ui, "h5", { class: "saec-subtitle", text: title })),
        h(ui, "p", { class: "saec-caption", text: tip }),
        ...lines,
        rest.count > 0 && restLine(ui, rest, hidden > 0 ? more : null),
        sumLine(ui, sum),
      );
    };
    element.replaceChildren(list("arriving"), list("leaving"), ...layers(ui, heads));
    press();
  }

  /** The head that is explained stays pressed. */
  function press(): void {
    const { question } = store.get().attention;
    for (const button of element.querySelectorAll<HTMLElement>("[data-head]")) {
      const on = question !== null && button.dataset.head === `${question.layer}.${question.head}`;
      button.setAttribute("aria-pressed", String(on));
    }
  }

  store.watch(["attention", "graph"], ({ graph, attention: { heads } }) => {
    element.hidden = heads === null;
    if (heads && graph && heads !== shown) {
      open = new Set();
      draw(graph, heads);
    }
    shown = heads;
    press();
  });
  return element;
}

function addUp(shares: readonly HeadShare[], rest: Rest): Rest {
  const value = shares.reduce((total, share) => total + share.value, rest.value);
  return { count: shares.length + rest.count, value };
}

interface Look {
  heads: EdgeHeads;
  longest: number;
  actions: Actions;
  /** How heads are explained now: another one is explained likewise. */
  options: () => Pick<Question, "against" | "traced">;
}

function line(
  ui: Ui,
  graph: Graph,
  share: HeadShare,
  { heads, longest, actions, options }: Look,
): HTMLElement {
  const { layer, head, value, key, query } = share;
  const parts = (name: string, where: string) => [
    h(ui, "span", { class: "saec-route-name", text: name }),
    h(ui, "span", { class: "saec-route-place" }, h(ui, "bdi", { text: where })),
    bar(ui, value / longest),
    h(ui, "span", { class: `saec-number saec-route-value ${tone(value)}`, text: signed(value) }),
  ];
  if (layer < 0 || key === null || query === null) {
    const title = "Paths through the residual stream alone, and through skip connections of dictionaries";
    return h(ui, "div", { class: "saec-route", title }, ...parts("no head", "straight, at its position"));
  }
  const name = `${layer}.${head}`;
  const where =
    key === query ? `at ${tokenText(graph, key)}` : `${tokenText(graph, key)} → ${tokenText(graph, query)}`;
  const title = `Head ${head} of layer ${layer} carries ${signed(value)} of ${signed(heads.weight)}, most from position ${key} to ${query}. Explain why it looks there.`;
  const explain = () => actions.attention.explain({ layer, head, query, key, ...options() });
  return h(
    ui,
    "button",
    {
      class: "saec-route saec-route-head",
      title,
      attrs: { "data-head": name, "aria-label": `head ${name}, ${where}, ${signed(value)}. Explain it` },
      on: { click: explain },
    },
    ...parts(name, where),
  );
}

/** From the middle to the right for what pushes up, to the left for what pushes down. */
function bar(ui: Ui, share: number): HTMLElement {
  const fill = h(ui, "span", {
    class: `saec-route-fill ${share < 0 ? "saec-bar-negative" : "saec-bar-positive"}`,
  });
  fill.style.width = `${(50 * Math.min(1, Math.abs(share))).toFixed(1)}%`;
  fill.style[share < 0 ? "right" : "left"] = "50%";
  return h(ui, "span", { class: "saec-route-bar", attrs: { "aria-hidden": "true" } }, fill);
}

function restLine(ui: Ui, { count, value }: Rest, more: (() => void) | null): HTMLElement {
  const name = count === 1 ? "1 more head" : `${count} more heads`;
  const parts = [
    h(ui, "span", { class: "saec-route-rest", text: name }),
    h(ui, "span", { class: `saec-number saec-route-value ${tone(value)}`, text: signed(value) }),
  ];
  if (!more) return h(ui, "div", { class: "saec-route" }, ...parts);
  return h(ui, "button", { class: "saec-route saec-route-more", on: { click: more } }, ...parts);
}

function sumLine(ui: Ui, sum: number): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-route saec-route-sum", title: "The shares add up to the edge" },
    h(ui, "span", { class: "saec-route-rest", text: "together: the edge" }),
    h(ui, "span", { class: "saec-number saec-route-value", text: signed(sum) }),
  );
}

/** Where a source writes several layers, what flows from each. */
function layers(ui: Ui, { layers: shares }: EdgeHeads): HTMLElement[] {
  if (shares.length < 2) return [];
  const longest = Math.max(...shares.map(({ value }) => Math.abs(value)), 1e-12);
  const lines = shares.map(({ layer, value }) =>
    h(
      ui,
      "div",
      { class: "saec-route" },
      h(ui, "span", { class: "saec-route-name", text: layer < 0 ? "emb." : `L${layer}` }),
      h(ui, "span", { class: "saec-route-place" }),
      bar(ui, value / longest),
      h(ui, "span", { class: `saec-number saec-route-value ${tone(value)}`, text: signed(value) }),
    ),
  );
  const sum = shares.reduce((total, { value }) => total + value, 0);
  const list = h(
    ui,
    "div",
    { class: "saec-route-list", attrs: { role: "group", "aria-label": "By the layer that is written" } },
    h(ui, "div", { class: "saec-route-title" }, h(ui, "h5", { class: "saec-subtitle", text: "By layer" })),
    h(ui, "p", { class: "saec-caption", text: "of those that the source writes" }),
    ...lines,
    sumLine(ui, sum),
  );
  return [list];
}

const tone = (value: number) => (value < 0 ? "saec-down" : value > 0 ? "saec-up" : "");
