/** Why a head looks where it looks: the pattern over the prompt, and what made the score of one key. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { format, percent } from "../text.js";
import { matrix } from "./matrix.js";
import { tokenText } from "./names.js";
import { outsideCard } from "./outside.js";
import { pairList } from "./pairs.js";
import { createPattern } from "./pattern.js";
import type { Question, Score } from "./state.js";

const MEAN_TIP =
  "A softmax does not see what all keys have in common: explain by how much the score is above their mean";
const TRACED_TIP =
  "Trace what stands at query and key to where it was written, through the heads of the layers below";

export function scoreView(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const title = h(ui, "h5", { class: "saec-subtitle saec-qk-title" });
  const facts = h(ui, "div", { class: "saec-qk-facts", attrs: { role: "status" } });
  const pattern = createPattern(ui, {
    query: (query) => ask({ query, key: null }),
    key: (key) => ask({ key }),
  });
  const against = option(ui, "against the mean key", MEAN_TIP, (on) => ask({ against: on }));
  const traced = option(ui, "follow through lower attention", TRACED_TIP, (on) => ask({ traced: on }));
  const pairs = h(ui, "div", { class: "saec-qk-pairs" });
  const table = h(ui, "div", { class: "saec-qk-matrix" });
  const caption = (text: string) => h(ui, "span", { class: "saec-caption", text });
  const bar = h(
    ui,
    "div",
    { class: "saec-qk-bar" },
    h(ui, "label", { class: "saec-field" }, caption("Query"), pattern.query),
    h(ui, "div", { class: "saec-qk-keys" }, caption("looks at"), pattern.keys),
    h(ui, "div", { class: "saec-qk-options" }, against.element, traced.element),
  );
  const element = h(
    ui,
    "section",
    { class: "saec-qk", attrs: { "aria-label": "Why the head looks there" } },
    h(ui, "div", { class: "saec-qk-head" }, title, facts),
    bar,
    h(ui, "div", { class: "saec-qk-body" }, pairs, table),
    outsideCard(ui, store, actions),
  );
  let shown: Score | null = null;
  let labelled: Graph | null = null;

  function ask(change: Partial<Question>): void {
    const { question } = store.get().attention;
    if (question) actions.attention.explain({ ...question, ...change });
  }

  function draw(graph: Graph, score: Score, question: Question): void {
    const [from, to] = [score.query, score.key].map((at) => `“${tokenText(graph, at)}” (${at})`);
    title.textContent = `Head ${score.layer}.${score.head}: why ${from} looks at ${to}`;
    facts.replaceChildren(...factParts(ui, score, question));
    pattern.show(graph, score);
    pairs.replaceChildren(...pairList(ui, graph, score, actions));
    table.replaceChildren(matrix(ui, graph, score, actions));
  }

  store.watch(["attention", "graph"], ({ graph, attention: { question, score, waiting } }) => {
    const first = element.hidden;
    element.hidden = question === null || score === null;
    element.classList.toggle("saec-pending", waiting !== "");
    if (graph && question) {
      pattern.choose(graph, question.query);
      against.box.checked = question.against;
      traced.box.checked = question.traced;
      if (score && (score !== shown || graph !== labelled)) draw(graph, score, question);
      if (score && first) element.scrollIntoView?.({ block: "nearest" });
    }
    shown = score;
    labelled = graph;
  });
  return element;
}

function option(ui: Ui, text: string, title: string, change: (on: boolean) => void) {
  const box = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => change(box.checked) },
  });
  return { box, element: h(ui, "label", { class: "saec-check", title }, box, text) };
}

function factParts(ui: Ui, score: Score, question: Question): HTMLElement[] {
  const fact = (name: string, text: string, title: string) =>
    h(
      ui,
      "span",
      { class: "saec-fact", title },
      h(ui, "span", { class: "saec-caption", text: name }),
      h(ui, "span", { class: "saec-number", text }),
    );
  const capped = Math.abs(score.capped - score.score) > 1e-4 * Math.abs(score.score);
  const what = question.against ? "score above the mean" : "score";
  return [
    fact("pattern", percent(score.weight), "Share of the attention of this query that goes to this key"),
    fact(what, format(score.score), "Before cap, mask and softmax"),
    ...(capped ? [fact("after the cap", format(score.capped), "After the soft cap of this model")] : []),
  ];
}
