/** The output before and after the edits: the answer, the target's value, and the distribution as paired bars. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { type Effect, type Graph, Kind } from "../model/decode.js";
import { describeOp, describeWhere } from "../model/edits.js";
import { refusal } from "../model/possible.js";
import { type ExplorerStore, editedRows } from "../model/state.js";
import type { Edit } from "../model/traits.js";
import { predictedPanel } from "../predicted/panel.js";
import { textBelow } from "../steer/below.js";
import { percent, shorten, showToken, signed, visible } from "../text.js";
import { nodeName } from "./describe.js";

const ROWS = 8;
const NO_EDITS =
  "No edits yet. Select a feature, then ablate, scale or patch it: what the model says before and after appears here.";

export function outputPanel(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const headline = h(ui, "div", { class: "saec-headline" });
  const chart = h(ui, "div", { class: "saec-chart" });
  const hint = h(ui, "p", { class: "saec-hint", text: NO_EDITS });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-output", attrs: { "aria-label": "Output" } },
    h(ui, "h4", { class: "saec-subtitle", text: "Output" }),
    editChips(ui, store, actions),
    headline,
    predictedPanel(ui, store, actions),
    chart,
    hint,
    textBelow(ui, store, actions),
  );
  store.watch(["graph", "effect", "edits"], ({ graph, effect, edits }) => {
    const rows = !graph ? [] : effect ? effectRows(effect) : targetRows(graph);
    // While an answer is awaited, the picture stays that of the edits it was made for.
    const edited = effect !== null && effect.edits.length > 0;
    // Where nothing will ever move, only what is known is shown.
    const still = !graph || refusal(graph) !== null;
    element.hidden = still && rows.length === 0;
    hint.hidden = still || edits.length > 0;
    chart.classList.toggle("saec-plain", !edited);
    headline.replaceChildren(...(graph && edited ? verdict(ui, graph, effect) : []));
    chart.replaceChildren(
      ...(rows.length > 0 ? [key(ui, edited), ...rows.map((row) => bars(ui, row, edited))] : []),
    );
  });
  store.watch(["waiting"], ({ waiting }) => {
    element.classList.toggle("saec-pending", waiting !== "");
  });
  return element;
}

export interface Chance {
  token: string;
  before: number;
  after: number;
}

function effectRows({ tokens, before, after }: Effect): Chance[] {
  const rows = tokens.map((token, index) => ({
    token,
    before: before[index] ?? 0,
    after: after[index] ?? 0,
  }));
  return rows.sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after)).slice(0, ROWS);
}

/** What the circuit itself knows of the output: the probabilities of its targets. */
function targetRows(graph: Graph): Chance[] {
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  return targets
    .map((node) => ({
      token: graph.label[node] ?? "",
      before: graph.probability[node] ?? Number.NaN,
      after: Number.NaN,
    }))
    .filter(({ before }) => Number.isFinite(before))
    .sort((a, b) => b.before - a.before)
    .slice(0, ROWS);
}

function verdict(ui: Ui, graph: Graph, effect: Effect): HTMLElement[] {
  const token = (text: string, kind: string) =>
    h(ui, "span", { class: `saec-answer ${kind}` }, h(ui, "bdi", { text: showToken(text) }));
  const arrow = () => h(ui, "span", { class: "saec-arrow", text: "→", attrs: { "aria-label": "becomes" } });
  const changed = effect.topBefore !== effect.topAfter;
  const change = effect.targetAfter - effect.targetBefore;
  return [
    h(
      ui,
      "div",
      { class: `saec-verdict${changed ? " saec-changed" : ""}` },
      h(ui, "span", { class: "saec-caption", text: changed ? "Answer changes" : "Answer stays" }),
      token(effect.topBefore, "saec-answer-before"),
      ...(changed ? [arrow(), token(effect.topAfter, "saec-answer-after")] : []),
    ),
    h(
      ui,
      "div",
      { class: "saec-verdict saec-verdict-target" },
      h(ui, "span", { class: "saec-caption", text: shorten(visible(graph.meta.target.label), 30) }),
      h(ui, "span", { class: "saec-number", text: signed(effect.targetBefore) }),
      arrow(),
      h(ui, "span", { class: "saec-number saec-strong", text: signed(effect.targetAfter) }),
      h(ui, "span", {
        class: `saec-delta ${change < 0 ? "saec-down" : "saec-up"}`,
        text: `${change < 0 ? "▼" : "▲"} ${signed(change)}`,
      }),
    ),
  ];
}

export function key(ui: Ui, edited: boolean): HTMLElement {
  const item = (kind: string, text: string) =>
    h(ui, "span", { class: "saec-key-item" }, h(ui, "span", { class: `saec-swatch ${kind}` }), text);
  return h(
    ui,
    "div",
    { class: "saec-key" },
    item("saec-swatch-before", edited ? "before" : "probability of the next token"),
    edited && item("saec-swatch-after", "after the edits"),
  );
}

export function bars(ui: Ui, { token, before, after }: Chance, edited: boolean): HTMLElement {
  const bar = (value: number, kind: string) => {
    const fill = h(ui, "span", { class: `saec-pair-bar ${kind}` });
    fill.style.width = `${Math.max(0, Math.min(100, 100 * value)).toFixed(2)}%`;
    return fill;
  };
  const change = after - before;
  const direction = !edited || Math.abs(change) < 0.005 ? "" : change < 0 ? " saec-down" : " saec-up";
  const numbers = edited ? `${percent(before)} → ${percent(after)}` : percent(before);
  return h(
    ui,
    "div",
    { class: "saec-pair" },
    h(
      ui,
      "span",
      { class: "saec-pair-token", title: visible(token) },
      h(ui, "bdi", { text: showToken(token) }),
    ),
    h(
      ui,
      "span",
      { class: "saec-pair-bars", attrs: { "aria-hidden": "true" } },
      bar(before, "saec-pair-before"),
      edited && bar(after, "saec-pair-after"),
    ),
    h(ui, "span", { class: `saec-number saec-pair-numbers${direction}`, text: numbers }),
  );
}

/** The edits in force, each removable, and how they act. */
function editChips(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const list = h(ui, "div", { class: "saec-chips", attrs: { role: "list", "aria-label": "Edits" } });
  const frozen = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => actions.setEdits(store.get().edits, frozen.checked) },
  });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Clear",
    title: "Take all edits back",
    on: { click: () => actions.setEdits([]) },
  });
  const tip =
    "Attention patterns and norm denominators keep their values of the unedited prompt: then effects are exactly the graph's predictions.";
  const hold = h(ui, "label", { class: "saec-check", title: tip }, frozen, "hold attention and norms");
  const tools = h(ui, "div", { class: "saec-edit-tools" }, hold, clear);
  const element = h(ui, "div", { class: "saec-edits" }, list, tools);

  function chip(edit: Edit, graph: Graph | null, edits: readonly Edit[]): HTMLElement {
    const node = graph ? editedRows(graph, edit)[0] : undefined;
    const name = graph && node !== undefined ? nodeName(graph, node) : `${edit.dictionary}/${edit.feature}`;
    const text = `${describeOp(edit)} · ${describeWhere(edit, graph)}`;
    const remove = () => actions.setEdits(edits.filter((other) => other !== edit));
    const choose = () => node !== undefined && actions.select(node);
    return h(
      ui,
      "span",
      { class: "saec-chip saec-chip-edit", attrs: { role: "listitem" } },
      h(
        ui,
        "button",
        { class: "saec-chip-name", title: `${name} · ${text}`, on: { click: choose } },
        h(ui, "bdi", { text: shorten(name, 28) }),
      ),
      h(ui, "span", { class: "saec-chip-what", text }),
      h(ui, "button", {
        class: "saec-chip-remove",
        text: "✕",
        title: "Take this edit back",
        attrs: { "aria-label": `Take back: ${name} ${text}` },
        on: { click: remove },
      }),
    );
  }
  store.watch(["graph", "edits", "frozen"], ({ graph, edits, frozen: held }) => {
    // Without a model the edits stay on show beside their effect, but cannot be changed.
    const fixed = !graph || refusal(graph) !== null;
    element.hidden = edits.length === 0;
    tools.hidden = fixed && !held;
    clear.hidden = fixed;
    frozen.checked = held;
    frozen.disabled = fixed;
    list.replaceChildren(...edits.map((edit) => chip(edit, graph, edits)));
    for (const remove of list.querySelectorAll<HTMLElement>(".saec-chip-remove")) remove.hidden = fixed;
  });
  return element;
}
