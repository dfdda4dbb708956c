/** A drag along a line, as a range of it; a press without a drag is a click. */

import type { Ui } from "../dom.js";

export interface DragTarget {
  /** While it goes on; both in pixels from the left of the element. */
  drag(from: number, to: number): void;
  done(from: number, to: number): void;
  click(at: number): void;
  hover(at: number | null): void;
}

const SLACK = 4;

export function followDrag(ui: Ui, element: HTMLElement | SVGElement, target: DragTarget): void {
  let from: number | null = null;
  let dragging = false;
  const options = { signal: ui.signal };
  const place = (event: MouseEvent) => event.clientX - element.getBoundingClientRect().left;
  const down = (event: Event) => {
    if (!(event instanceof MouseEvent) || event.button !== 0) return;
    from = place(event);
    dragging = false;
  };
  const move = (event: Event) => {
    if (!(event instanceof MouseEvent)) return;
    const at = place(event);
    if (from === null) return target.hover(at);
    if (!dragging && Math.abs(at - from) < SLACK) return;
    if (!dragging && "pointerId" in event) element.setPointerCapture?.(event.pointerId as number);
    dragging = true;
    target.drag(from, at);
  };
  const up = (event: Event) => {
    if (from === null || !(event instanceof MouseEvent)) return;
    const at = place(event);
    if (dragging) target.done(from, at);
    else target.click(at);
    from = null;
  };
  const lost = () => {
    from = null;
  };
  element.addEventListener("pointerdown", down, options);
  element.addEventListener("pointermove", move, options);
  element.addEventListener("pointerup", up, options);
  element.addEventListener("pointercancel", lost, options);
  element.addEventListener("pointerleave", () => target.hover(null), options);
}
