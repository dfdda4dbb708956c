/** The question (prompt, target, other token) and its scores; undo, redo, export. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { originOf } from "../model/possible.js";
import { question } from "../model/question.js";
import type { ExplorerStore } from "../model/state.js";
import { percent, shorten, signed, visible } from "../text.js";

export function header(
  ui: Ui,
  store: ExplorerStore,
  actions: Actions,
  check: HTMLElement,
  exportMenu: HTMLElement,
): HTMLElement {
  const field = (name: string, label: string, placeholder: string) =>
    h(ui, "input", {
      class: `saec-input saec-input-${name}`,
      attrs: {
        type: "text",
        spellcheck: "false",
        autocomplete: "off",
        dir: "auto",
        "aria-label": label,
        placeholder,
      },
      on: { keydown: submitOnEnter },
    });
  const prompt = field("prompt", "Prompt", "a prompt");
  const target = field("target", "Target token", "top token");
  const against = field("against", "Against token", "none");
  const ask = h(ui, "button", {
    class: "saec-button saec-ask",
    text: "Find circuit",
    title: "Ask for the circuit of this prompt",
    on: { click: submit },
  });
  const form = h(
    ui,
    "div",
    { class: "saec-question" },
    h(
      ui,
      "label",
      { class: "saec-field saec-field-prompt" },
      h(ui, "span", { class: "saec-caption", text: "Prompt" }),
      prompt,
    ),
    h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text: "Target" }), target),
    h(
      ui,
      "label",
      { class: "saec-field" },
      h(ui, "span", { class: "saec-caption", text: "Against" }),
      against,
    ),
    ask,
  );

  function submit(): void {
    if (prompt.value.trim() === "" || ask.disabled) return;
    void actions.attribute(prompt.value, target.value || null, against.value || null);
  }
  function submitOnEnter(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    submit();
  }

  const scores = h(ui, "div", { class: "saec-scores" });
  const undo = h(ui, "button", {
    class: "saec-button saec-undo",
    text: "↶ Undo",
    title: "Undo (u)",
    on: { click: actions.undo },
  });
  const redo = h(ui, "button", {
    class: "saec-button saec-redo",
    text: "↷ Redo",
    title: "Redo (Shift+U)",
    on: { click: actions.redo },
  });
  const facts = h(
    ui,
    "div",
    { class: "saec-facts" },
    scores,
    check,
    h(ui, "div", { class: "saec-actions" }, undo, redo, exportMenu),
  );

  store.watch(["graph"], ({ graph }) => {
    const live = graph?.meta.live ?? false;
    const asked = graph ? question(graph) : { target: null, against: null };
    const one = !live || graph === null || originOf(graph).kind === "prompt";
    prompt.value = one ? (graph?.meta.prompt ?? "") : "";
    prompt.placeholder = one ? "a prompt" : `${visible(graph.meta.prompt)} · type one to ask about it`;
    target.value = asked.target ?? "";
    against.value = asked.against ?? "";
    if (!live) prompt.value = visible(prompt.value);
    for (const input of [prompt, target, against]) input.readOnly = !live;
    ask.hidden = !live;
    scores.replaceChildren(...(graph ? scoreParts(ui, graph.meta) : []));
  });
  store.watch(["canUndo", "canRedo", "waiting"], ({ canUndo, canRedo, waiting }) => {
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
    ask.disabled = waiting !== "";
  });
  return h(ui, "div", { class: "saec-header" }, form, facts);
}

type Meta = NonNullable<ReturnType<ExplorerStore["get"]>["graph"]>["meta"];

function scoreParts(ui: Ui, { target, scores }: Meta): HTMLElement[] {
  const score = (name: string, value: number | undefined, tip: string) =>
    value === undefined || value === null
      ? []
      : [
          h(
            ui,
            "span",
            {
              class: "saec-score saec-tip",
              attrs: { tabindex: 0, "data-tip": tip, "aria-label": `${name} ${percent(value)}. ${tip}` },
            },
            h(ui, "span", { class: "saec-caption", text: name }),
            h(ui, "span", { class: "saec-number", text: percent(value) }),
          ),
        ];
  const difference = target.label.includes(" − ");
  const tip = difference
    ? "The quantity that this circuit explains: how much higher the logit of the first token is."
    : "The quantity that this circuit explains.";
  return [
    h(
      ui,
      "span",
      {
        class: "saec-target saec-tip",
        attrs: {
          tabindex: 0,
          "data-tip": tip,
          "aria-label": `${visible(target.label)} ${signed(target.value)}. ${tip}`,
        },
      },
      h(ui, "span", { class: "saec-target-label", text: shorten(visible(target.label), 40) }),
      h(ui, "span", { class: "saec-number", text: signed(target.value) }),
    ),
    ...score(
      "replacement",
      scores.replacement,
      "Of all paths that start at a token or at an error, this part starts at a token. 100 % means that features explain everything.",
    ),
    ...score(
      "completeness",
      scores.completeness,
      "How much of the input of the nodes comes from features and tokens and not from errors, weighted by influence.",
    ),
    ...score(
      "error",
      scores.error_share,
      "What the dictionaries cannot reconstruct adds this directly to the target, as a share of its value. Small is good.",
    ),
  ];
}
