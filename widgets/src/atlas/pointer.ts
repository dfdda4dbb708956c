/** Mouse, pen and touch on the picture: hover, click, drag to move or to draw a lasso, pinch, wheel with Ctrl. */

import type { Ui } from "../dom.js";
import { SLACK, type Spot } from "./view.js";

export interface PointerTarget {
  hover(at: Spot | null): void;
  click(at: Spot, more: boolean): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Spot): void;
  /** Whether a drag draws a lasso. */
  drawing(event: PointerEvent): boolean;
  draw(line: readonly Spot[]): void;
  drawn(line: readonly Spot[]): void;
}

export function followPointer(ui: Ui, stage: HTMLElement, target: PointerTarget): void {
  const pressed = new Map<number, Spot>();
  let line: Spot[] | null = null;
  let travelled = 0;
  const options = { signal: ui.signal };
  const place = (event: MouseEvent): Spot => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const pinch = () => {
    const [a, b] = [...pressed.values()];
    return a && b ? { gap: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : null;
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const at = place(event);
    pressed.set(event.pointerId, at);
    travelled = 0;
    line = target.drawing(event) && pressed.size === 1 ? [at] : null;
  };
  const move = (event: PointerEvent) => {
    const at = place(event);
    const last = pressed.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch") target.hover(at);
      return;
    }
    const before = pinch();
    pressed.set(event.pointerId, at);
    travelled += Math.hypot(at.x - last.x, at.y - last.y);
    if (travelled < SLACK) return;
    stage.setPointerCapture?.(event.pointerId);
    const after = pinch();
    if (before && after) target.zoom(after.gap / Math.max(1, before.gap), after);
    else if (line) {
      line.push(at);
      target.draw(line);
    } else {
      stage.classList.add("saec-dragging");
      target.pan(at.x - last.x, at.y - last.y);
    }
  };
  const up = (event: PointerEvent) => {
    pressed.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
    if (line && travelled >= SLACK) target.drawn(line);
    line = null;
  };
  const lost = (event: PointerEvent) => {
    pressed.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
    if (line) target.draw([]);
    line = null;
  };
  const click = (event: MouseEvent) => {
    if (travelled < SLACK) target.click(place(event), event.shiftKey || event.metaKey || event.ctrlKey);
  };
  const wheel = (event: WheelEvent) => {
    // Without Ctrl the wheel scrolls the notebook.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), place(event));
  };
  stage.addEventListener("pointerdown", down, options);
  stage.addEventListener("pointermove", move, options);
  stage.addEventListener("pointerup", up, options);
  stage.addEventListener("pointercancel", lost, options);
  stage.addEventListener("pointerleave", () => target.hover(null), options);
  stage.addEventListener("click", click, options);
  stage.addEventListener("dblclick", (event) => target.zoom(2, place(event)), options);
  stage.addEventListener("wheel", wheel, { ...options, passive: false });
}
