/** The zoom at which all cards are on show, if they can still be read then. */

import type { Card } from "./cards.js";
import type { Place } from "./layout.js";

export interface SheetView {
  k: number;
  x: number;
  y: number;
  height: number;
}

/** Of the sheet, and of one that was given more room. */
export const HEIGHTS = { usual: 400, large: 760 };
const LEAST_HEIGHT = 92;
const MARGIN = 14;
const LEAST_ZOOM = 0.55;

export function fitted(boxes: readonly (Card & Place)[], width: number, highest: number): SheetView {
  if (boxes.length === 0) return { k: 1, x: 0, y: 0, height: LEAST_HEIGHT };
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const wide = Math.max(...boxes.map((box) => box.x + box.width)) - left;
  const high = Math.max(...boxes.map((box) => box.y + box.height)) - top;
  const most = Math.min((width - 2 * MARGIN) / wide, (highest - 2 * MARGIN) / high, 1);
  const k = Math.max(LEAST_ZOOM, most);
  const height = Math.min(highest, Math.max(LEAST_HEIGHT, high * k + 2 * MARGIN));
  // What does not fit begins at the edge and is panned to.
  const centred = (length: number, room: number) => Math.max(MARGIN, (room - length * k) / 2);
  return { k, x: centred(wide, width) - left * k, y: centred(high, height) - top * k, height };
}
