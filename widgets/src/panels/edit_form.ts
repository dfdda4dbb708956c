/** The form that changes a feature: ablate, scale, set, add, patch; at one token or at all. */

import { h, type Ui } from "../dom.js";
import type { Edit, EditOp } from "../model/traits.js";
import { format } from "../text.js";

export interface EditForm {
  element: HTMLElement;
  /** True while edits are meant for every token. */
  everywhere(): boolean;
  /** Shows the factor in force, and whether the feature is edited. */
  show(scale: number, edited: boolean): void;
  setAmount(value: number): void;
  focus(): void;
}

export interface EditRequests {
  toggleAblation(): void;
  /** `live` while a slider is being dragged. */
  apply(op: EditOp, more?: Partial<Edit>, live?: boolean): void;
}

export function createEditForm(ui: Ui, { toggleAblation, apply }: EditRequests): EditForm {
  const ablate = button(
    ui,
    "Ablate",
    "Set this feature to zero (a)",
    "saec-button-main saec-ablate",
    toggleAblation,
  );
  const scale = scaleSlider(ui, (value) => apply("scale", { value }, true));
  const scope = scopeChoice(ui);

  const amount = h(ui, "input", {
    class: "saec-input saec-amount",
    attrs: { type: "number", step: "any", placeholder: "value", "aria-label": "Value to set or to add" },
    on: { keydown: (event) => onEnter(event, () => applyAmount("set")) },
  });
  const applyAmount = (op: "set" | "add") => {
    const value = Number.parseFloat(amount.value);
    if (Number.isFinite(value)) apply(op, { value });
    else amount.focus();
  };
  const source = h(ui, "input", {
    class: "saec-input saec-source",
    attrs: {
      type: "text",
      spellcheck: "false",
      dir: "auto",
      placeholder: "another prompt …",
      "aria-label": "Prompt to take the value from",
    },
    on: { keydown: (event) => onEnter(event, applyPatch) },
  });
  const applyPatch = () => {
    if (source.value.trim() !== "") apply("patch", { source: source.value });
    else source.focus();
  };

  const row = (...children: Node[]) => h(ui, "div", { class: "saec-edit-row" }, ...children);
  const element = h(
    ui,
    "div",
    { class: "saec-edit" },
    row(ablate, scale.element),
    row(
      amount,
      button(ui, "Set", "Hold the feature at this value", "saec-set", () => applyAmount("set")),
      button(ui, "Add", "Add this to the feature", "saec-add", () => applyAmount("add")),
      h(ui, "span", { class: "saec-spacer" }),
      scope.element,
    ),
    row(
      source,
      button(ui, "Patch", "Take the feature's value from this other prompt", "saec-patch", applyPatch),
    ),
  );
  return {
    element,
    everywhere: scope.everywhere,
    show(factor, edited) {
      scale.show(factor);
      ablate.textContent = edited ? "Restore" : "Ablate";
      ablate.title = edited ? "Take the edit back (a)" : "Set this feature to zero (a)";
      ablate.classList.toggle("saec-restore", edited);
    },
    setAmount(value) {
      amount.value = Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "";
    },
    focus: () => ablate.focus(),
  };
}

function button(ui: Ui, text: string, title: string, kind: string, run: () => void): HTMLButtonElement {
  return h(ui, "button", { class: `saec-button ${kind}`, text, title, on: { click: run } });
}

function scaleSlider(
  ui: Ui,
  moved: (value: number) => void,
): { element: HTMLElement; show(factor: number): void } {
  const factor = h(ui, "output", { class: "saec-number saec-factor" });
  const say = (value: number) => {
    factor.textContent = `× ${format(value)}`;
  };
  const slider = h(ui, "input", {
    class: "saec-slider saec-scale",
    attrs: { type: "range", min: -2, max: 4, step: 0.1, "aria-label": "Scale the feature by" },
    on: {
      input: () => {
        say(Number(slider.value));
        moved(Number(slider.value));
      },
    },
  });
  const caption = h(ui, "span", { class: "saec-caption", text: "Scale" });
  const element = h(ui, "label", { class: "saec-edit-scale" }, caption, slider, factor);
  const show = (value: number) => {
    slider.value = String(value);
    say(value);
  };
  return { element, show };
}

/** At this token or at all of them. */
function scopeChoice(ui: Ui): { element: HTMLElement; everywhere(): boolean } {
  let everywhere = false;
  const choice = (text: string, title: string, value: boolean) =>
    h(ui, "button", { class: "saec-choice", text, title, on: { click: () => choose(value) } });
  const here = choice("here", "Edit the feature at this token", false);
  const all = choice("all", "Edit the feature at all tokens", true);
  const choose = (value: boolean) => {
    everywhere = value;
    here.setAttribute("aria-pressed", String(!value));
    all.setAttribute("aria-pressed", String(value));
  };
  choose(false);
  const label = h(ui, "span", { class: "saec-caption", text: "at" });
  const attrs = { role: "group", "aria-label": "Tokens to edit" };
  const element = h(
    ui,
    "div",
    { class: "saec-scope" },
    label,
    h(ui, "div", { class: "saec-choices", attrs }, here, all),
  );
  return { element, everywhere: () => everywhere };
}

function onEnter(event: KeyboardEvent, run: () => void): void {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  run();
}
