/** Drawing once a frame, however many parts of the state have changed. */

import type { Ui } from "../dom.js";
import type { Attempt } from "../guard.js";

/** A function that has `draw` called in the next frame, once; what it throws is shown. */
export function soon(ui: Ui, attempt: Attempt, draw: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    ui.doc.defaultView?.requestAnimationFrame(() => {
      due = false;
      if (!ui.signal.aborted) attempt(draw, draw);
    });
  };
}
