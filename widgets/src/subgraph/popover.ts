/** A button that opens a small panel below it; Escape, or a focus that goes elsewhere, closes it. */

import { h, type Ui } from "../dom.js";

export interface Popover {
  element: HTMLElement;
  button: HTMLButtonElement;
  close(): void;
}

export function popover(
  ui: Ui,
  look: { text: string; title: string; class: string; label: string },
  content: (Node | string)[],
  opened: () => void = () => {},
): Popover {
  const panel = h(ui, "div", {
    class: "saec-popover-panel",
    attrs: { role: "dialog", "aria-label": look.label, hidden: true },
  });
  panel.append(...content);
  const button = h(ui, "button", {
    class: `saec-button ${look.class}`,
    text: look.text,
    title: look.title,
    attrs: { "aria-haspopup": "dialog", "aria-expanded": "false" },
    on: { click: () => toggle(panel.hidden === true) },
  });
  const element = h(ui, "div", { class: "saec-popover", on: { keydown: press } }, button, panel);

  function toggle(open: boolean): void {
    if (panel.hidden !== open) return;
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) ui.doc.addEventListener("pointerdown", elsewhere);
    else ui.doc.removeEventListener("pointerdown", elsewhere);
    if (!open) return;
    opened();
    place();
    panel.querySelector<HTMLElement>("select, input, button")?.focus();
  }

  /** Below the button, from its left edge or its right one, wherever the widget has more room. */
  function place(): void {
    const root = element.closest(".saec")?.getBoundingClientRect();
    const at = element.getBoundingClientRect();
    panel.classList.toggle("saec-popover-right", root !== undefined && at.left - root.left > root.width / 2);
  }

  function press(event: KeyboardEvent): void {
    if (event.key !== "Escape" || panel.hidden) return;
    toggle(false);
    button.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  // A press elsewhere closes it too: not everything takes the focus.
  const elsewhere = (event: Event) => {
    if (!event.composedPath().includes(element)) toggle(false);
  };
  ui.signal.addEventListener("abort", () => toggle(false), { once: true });
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !element.contains(relatedTarget)) toggle(false);
  });
  return { element, button, close: () => toggle(false) };
}
