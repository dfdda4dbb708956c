/** Touches everything in a widget that can be touched: what a person may do, in no order that anyone had in mind. */

const KEYS = ["ArrowRight", "ArrowUp", "Enter", " ", "p", "a", "/", "g", "z", "Home", "End", "Escape"];
const MOST = 120;

/** Presses every button, fills every field, and tries keys and the pointer where they are heard. */
export function monkey(root: ParentNode): void {
  for (const [at, button] of [...root.querySelectorAll("button")].entries())
    if (at < MOST && isOffered(button)) button.click();
  for (const field of root.querySelectorAll<HTMLInputElement>("input, select, textarea"))
    if (isOffered(field)) fill(field);
  for (const place of root.querySelectorAll<HTMLElement>("[tabindex], svg, canvas, tr, li")) {
    if (place.closest("[hidden]")) continue;
    for (const type of ["pointermove", "pointerdown", "pointerup", "click", "pointerleave"])
      place.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: 40, clientY: 30 }));
    if (!place.hasAttribute("tabindex")) continue;
    place.focus();
    for (const key of KEYS) press(place, key);
  }
}

const isOffered = (control: HTMLButtonElement | HTMLInputElement) =>
  control.isConnected && !control.disabled && !control.closest("[hidden]");

export function press(place: Element, key: string): void {
  place.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true }));
}

function fill(field: HTMLInputElement): void {
  field.focus();
  if (field.type === "checkbox" || field.type === "radio") field.click();
  else if (field.tagName === "SELECT")
    field.value = field.querySelector("option:last-child")?.getAttribute("value") ?? "";
  else if (field.type === "number" || field.type === "range") field.value = field.max || "3";
  else field.value = "the king";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  press(field, "Enter");
}
