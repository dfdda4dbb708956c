/** Mouse, pen and touch on the sheet: a card is dragged, the ground is panned, Ctrl and the wheel zoom. */

import type { Ui } from "../dom.js";

export interface SheetTarget {
  /** The card under an element of the sheet; null for the ground. */
  cardAt(element: Element): number | null;
  drag(card: number, dx: number, dy: number): void;
  drop(card: number): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: { x: number; y: number }): void;
  click(element: Element, pin: boolean): void;
  rename(element: Element): void;
  hover(element: Element | null): void;
}

/** Less movement than this is a click. */
const SLACK = 4;

export function handleSheet(ui: Ui, sheet: SVGElement, target: SheetTarget): void {
  const options = { signal: ui.signal };
  let held: { id: number; card: number | null; x: number; y: number; travelled: number } | null = null;
  let moved = false;
  const element = (event: Event) => event.target as Element;

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    moved = false;
    held = {
      id: event.pointerId,
      card: target.cardAt(element(event)),
      x: event.clientX,
      y: event.clientY,
      travelled: 0,
    };
  };
  const move = (event: PointerEvent) => {
    if (!held || held.id !== event.pointerId) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    held.travelled += Math.hypot(dx, dy);
    if (held.travelled < SLACK) return;
    if (!moved) sheet.setPointerCapture?.(event.pointerId);
    moved = true;
    sheet.classList.add("saec-dragging");
    Object.assign(held, { x: event.clientX, y: event.clientY });
    if (held.card === null) target.pan(dx, dy);
    else target.drag(held.card, dx, dy);
  };
  const up = () => {
    sheet.classList.remove("saec-dragging");
    if (held && moved && held.card !== null) target.drop(held.card);
    held = null;
  };
  const click = (event: MouseEvent) => {
    if (!moved) target.click(element(event), event.metaKey || event.ctrlKey);
    moved = false;
  };
  const wheel = (event: WheelEvent) => {
    // Without Ctrl the wheel scrolls the notebook.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = sheet.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), at);
  };
  sheet.addEventListener("pointerdown", down, options);
  sheet.addEventListener("pointermove", move, options);
  sheet.addEventListener("pointerup", up, options);
  sheet.addEventListener("pointercancel", up, options);
  sheet.addEventListener("click", click, options);
  sheet.addEventListener("dblclick", (event) => target.rename(element(event)), options);
  sheet.addEventListener("pointerover", (event) => target.hover(element(event)), options);
  sheet.addEventListener("pointerleave", () => target.hover(null), options);
  sheet.addEventListener("wheel", wheel, { ...options, passive: false });
}
