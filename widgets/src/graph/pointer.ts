/**
 * Mouse, pen and touch on the stage: hover, click, drag, pinch, wheel.
 *
 * Shift holds the hover where it is, so that one can go and read about it. The wheel zooms with Ctrl or Cmd, and without
 * them where nothing else could scroll.
 */

import type { Ui } from "../dom.js";

export interface PointerTarget {
  hover(at: { x: number; y: number } | null): void;
  click(at: { x: number; y: number }, pin: boolean): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: { x: number; y: number }): void;
  reset(): void;
  /** Whether the page behind has nothing to scroll. */
  alone(): boolean;
  /** Moves along the prompt; false where there is no further to go. */
  scroll(dx: number): boolean;
}

/** Less movement than this between press and release is a click. */
const SLACK = 4;

export function handlePointer(ui: Ui, stage: HTMLElement, target: PointerTarget): void {
  const pressed = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const options = { signal: ui.signal };

  const place = (event: MouseEvent) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - stage.clientLeft, y: event.clientY - box.top - stage.clientTop };
  };
  const gap = () => {
    const [a, b] = [...pressed.values()];
    return a && b
      ? { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
      : null;
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    pressed.set(event.pointerId, place(event));
    travelled = 0;
  };
  const move = (event: PointerEvent) => {
    const at = place(event);
    const last = pressed.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch" && !event.shiftKey) target.hover(at);
      return;
    }
    const before = gap();
    pressed.set(event.pointerId, at);
    travelled += Math.hypot(at.x - last.x, at.y - last.y);
    if (travelled < SLACK) return;
    stage.setPointerCapture?.(event.pointerId);
    stage.classList.add("saec-dragging");
    const after = gap();
    if (before && after) target.zoom(after.distance / Math.max(1, before.distance), after);
    else target.pan(at.x - last.x, at.y - last.y);
  };
  const up = (event: PointerEvent) => {
    pressed.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
  };
  const click = (event: MouseEvent) => {
    if (travelled < SLACK) target.click(place(event), event.metaKey || event.ctrlKey);
  };
  const wheel = (event: WheelEvent) => {
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (
      !event.ctrlKey &&
      !event.metaKey &&
      Math.abs(sideways) >= Math.abs(event.shiftKey ? 0 : event.deltaY)
    ) {
      if (sideways !== 0 && target.scroll(sideways)) event.preventDefault();
      return;
    }
    // Without Ctrl the wheel scrolls the notebook.
    if (!event.ctrlKey && !event.metaKey && !target.alone()) return;
    event.preventDefault();
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), place(event));
  };
  stage.addEventListener("pointerdown", down, options);
  stage.addEventListener("pointermove", move, options);
  stage.addEventListener("pointerup", up, options);
  stage.addEventListener("pointercancel", up, options);
  const leave = (event: PointerEvent) => {
    if (!event.shiftKey) target.hover(null);
  };
  stage.addEventListener("pointerleave", leave, options);
  stage.addEventListener("click", click, options);
  stage.addEventListener("dblclick", () => target.reset(), options);
  stage.addEventListener("wheel", wheel, { ...options, passive: false });
}
