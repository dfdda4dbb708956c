/** The two prompts, what is measured, and the direction of the patches. */

import { h, type Ui } from "../dom.js";
import { percent, showToken, signed, visible } from "../text.js";
import type { PatchActions, PatchStore, State } from "./state.js";
import type { QuestionTrait } from "./traits.js";

export function questionHead(ui: Ui, store: PatchStore, actions: PatchActions): HTMLElement {
  const fields = {
    clean: input(ui, "Clean prompt", "saec-patch-clean"),
    corrupted: input(ui, "Corrupted prompt", "saec-patch-corrupted"),
    target: input(ui, "Target", "saec-input-target", "its answer"),
    against: input(ui, "against", "saec-input-against", "the other’s"),
  };
  const asked = (): QuestionTrait => ({
    clean: fields.clean.value,
    corrupted: fields.corrupted.value,
    target: fields.target.value.trim(),
    against: fields.against.value.trim(),
  });
  const element = h(ui, "div", {
    class: "saec-patch-head",
    on: {
      keydown(event) {
        const own = event.target instanceof HTMLInputElement;
        if (event.key === "Enter" && own && !event.isComposing) actions.ask(asked(), store.get().noising);
        else if (event.key === "Escape" && own) fill(store.get());
        else return;
        event.preventDefault();
      },
    },
  });
  const answers = [0, 1].map(() => h(ui, "span", { class: "saec-patch-answer" }));
  const gap = h(ui, "span", { class: "saec-patch-gap" });
  const note = h(ui, "p", { class: "saec-patch-note" });

  function fill({ question }: Readonly<State>): void {
    for (const [name, field] of Object.entries(fields))
      field.value = question[name as keyof QuestionTrait] ?? "";
  }
  store.watch(["question"], fill);
  store.watch(["board"], ({ board }) => {
    for (const [i, answer] of answers.entries()) {
      const [token, chance] = board?.answers[i] ?? ["", Number.NaN];
      answer.replaceChildren(
        ...(board
          ? [h(ui, "bdi", { class: "saec-patch-says", text: showToken(token) }), ` ${percent(chance)}`]
          : []),
      );
    }
    note.textContent = visible(board?.note ?? "");
    note.hidden = !board?.note;
    gap.replaceChildren(...(board ? gapText(ui, board.target, board.values) : []));
  });
  const line = (name: string, field: HTMLElement, answer: HTMLElement | undefined) =>
    h(
      ui,
      "div",
      { class: "saec-patch-line" },
      h(ui, "label", { class: "saec-field saec-patch-prompt" }, caption(ui, name), field),
      answer,
    );
  element.append(
    line("Clean", fields.clean, answers[0]),
    line("Corrupted", fields.corrupted, answers[1]),
    h(
      ui,
      "div",
      { class: "saec-patch-line" },
      h(ui, "label", { class: "saec-field" }, caption(ui, "Target"), fields.target),
      h(ui, "label", { class: "saec-field" }, caption(ui, "against", true), fields.against),
      gap,
      h(ui, "span", { class: "saec-spacer" }),
      direction(ui, store, (noising) => actions.ask(store.get().question, noising)),
    ),
    note,
  );
  return element;
}

function caption(ui: Ui, text: string, plain = false): HTMLElement {
  return h(ui, "span", { class: `saec-caption${plain ? "" : " saec-patch-caption"}`, text });
}

function input(ui: Ui, name: string, kind: string, placeholder = ""): HTMLInputElement {
  const attrs = { type: "text", "aria-label": name, placeholder, spellcheck: "false", autocomplete: "off" };
  return h(ui, "input", {
    class: `saec-input ${kind}`,
    attrs,
    title: "Enter measures, Escape takes it back",
  });
}

function gapText(ui: Ui, target: string, [clean, corrupted]: [number, number]): (HTMLElement | string)[] {
  const value = (number: number) => h(ui, "span", { class: "saec-number saec-strong", text: signed(number) });
  return [
    h(ui, "bdi", { class: "saec-caption", text: visible(target) }),
    value(clean),
    h(ui, "span", { class: "saec-caption", text: "clean," }),
    value(corrupted),
    h(ui, "span", { class: "saec-caption", text: "corrupted" }),
  ];
}

/** Which prompt is run, and which one gives its features. */
function direction(ui: Ui, store: PatchStore, choose: (noising: boolean) => void): HTMLElement {
  const choice = (text: string, title: string, noising: boolean) =>
    h(ui, "button", {
      class: "saec-choice",
      text,
      title,
      on: { click: () => store.get().noising !== noising && choose(noising) },
    });
  const to = choice(
    "corrupted → clean",
    "Noising: the clean prompt is run, with features of the corrupted one",
    true,
  );
  const fro = choice(
    "clean → corrupted",
    "Denoising: the corrupted prompt is run, with features of the clean one",
    false,
  );
  store.watch(["noising"], ({ noising }) => {
    to.setAttribute("aria-pressed", String(noising));
    fro.setAttribute("aria-pressed", String(!noising));
  });
  const attrs = { role: "group", "aria-label": "Direction of the patches" };
  return h(
    ui,
    "div",
    { class: "saec-scope" },
    h(ui, "span", { class: "saec-caption", text: "patch" }),
    h(ui, "div", { class: "saec-choices", attrs }, to, fro),
  );
}
