/** The label of a feature, edited in place: a click or Enter opens it, Enter saves, Escape leaves it as it was. */

import { h, type Ui } from "../dom.js";
import { asFailure } from "../model/failure.js";
import { visible } from "../text.js";

/** Characters that Python takes. */
const LONGEST = 200;

export interface Labelled {
  label: string;
  /** The label that the feature has while nobody names it; undefined where that is not known. */
  automatic?: string | undefined;
}

/**
 * A title with a button to edit it. `save` is given the new text, empty for the automatic label again; without it the
 * label can only be read. It asks Python, and what it throws is shown below.
 */
export function labelEditor(
  ui: Ui,
  { label, automatic }: Labelled,
  save?: (label: string) => Promise<void>,
): HTMLElement {
  const named = automatic !== undefined && automatic !== label;
  const text = h(ui, "bdi", { text: visible(label) || "unnamed feature" });
  const title = h(ui, "h3", { class: "saec-title saec-label-text" }, text);
  const note = h(ui, "div", { class: "saec-caption saec-label-note" });
  const element = h(ui, "div", { class: "saec-label" }, title, note);
  note.hidden = automatic === undefined;
  if (!save) {
    note.textContent = named ? `automatic: ${visible(automatic)}` : "automatic label";
    return element;
  }

  const failed = h(ui, "span", { class: "saec-label-failed", attrs: { role: "alert", hidden: true } });
  let saving = false;
  const keep = async (next: string) => {
    if (saving) return;
    saving = true;
    element.setAttribute("aria-busy", "true");
    failed.hidden = true;
    try {
      await save(next);
      close();
    } catch (error) {
      const { message, cure } = asFailure(error);
      failed.textContent = visible(`${message} ${cure}`);
      failed.hidden = false;
    } finally {
      saving = false;
      element.removeAttribute("aria-busy");
    }
  };

  const input = h(ui, "input", {
    class: "saec-input saec-label-input",
    attrs: {
      "aria-label": "Label of this feature. Enter saves, Escape leaves it as it was.",
      maxlength: LONGEST,
      placeholder: automatic ?? "",
      hidden: true,
    },
  });
  const edit = h(ui, "button", {
    class: "saec-button saec-button-small saec-label-edit",
    text: "Edit",
    title: "Name this feature",
    attrs: { "aria-label": "Edit the label" },
    on: { click: () => open() },
  });
  const reset = h(ui, "button", {
    class: "saec-link saec-label-reset",
    text: "use it again",
    title: "Take the label back; the automatic one holds again",
    on: { click: () => void keep("") },
  });

  function open(): void {
    element.classList.add("saec-editing");
    input.hidden = false;
    title.hidden = edit.hidden = true;
    input.value = label;
    input.focus();
    input.select();
    note.replaceChildren("Enter saves · Escape leaves it · an empty one brings the automatic label back");
  }
  function close(): void {
    const inside = element.querySelector(":focus") !== null;
    element.classList.remove("saec-editing");
    title.hidden = edit.hidden = false;
    input.hidden = true;
    failed.hidden = true;
    tell();
    if (inside) edit.focus();
  }
  function tell(): void {
    note.hidden = automatic === undefined;
    if (named) note.replaceChildren("given by hand · automatic: ", shown(ui, automatic), " ", reset);
    else note.replaceChildren("automatic label");
  }
  // On elements of its own, which go with every redraw: bound to the widget's signal they would pile up.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.isComposing) {
      if (input.value.trim() === label) close();
      else void keep(input.value);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  title.addEventListener("dblclick", () => open());
  tell();
  element.replaceChildren(h(ui, "div", { class: "saec-label-line" }, title, input, edit), note, failed);
  return element;
}

function shown(ui: Ui, label: string): HTMLElement {
  return h(ui, "bdi", { text: visible(label) });
}
