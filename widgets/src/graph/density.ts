/** Device pixels a pixel: another screen or a zoomed page needs sharper canvases. */

import type { Ui } from "../dom.js";

/** Calls back whenever the density of the screen changes. */
export function followDensity(ui: Ui, changed: () => void): void {
  const view = ui.doc.defaultView;
  // A query asks for one density: after a change the next is another query.
  let asked = new AbortController();
  function watch(): void {
    asked.abort();
    if (ui.signal.aborted) return;
    asked = new AbortController();
    const query = view?.matchMedia?.(`(resolution: ${view.devicePixelRatio}dppx)`);
    query?.addEventListener?.("change", note, { signal: asked.signal });
  }
  function note(): void {
    changed();
    watch();
  }
  ui.signal.addEventListener("abort", () => asked.abort(), { once: true });
  watch();
}
