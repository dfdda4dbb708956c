/** Controls are redrawn, hidden or disabled while they have the focus: it then stays in the widget, and so do its keys. */

import { focused, type Ui } from "./dom.js";

const GONE = "[hidden], :disabled";
const WATCHED = { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "disabled"] };

/** Gives a lost focus to the one control that has taken the place of the old, or else to `fallback`. */
export function keepFocus(ui: Ui, root: HTMLElement, fallback: HTMLElement): void {
  const { doc, signal } = ui;
  let last: Element | null = null;
  const follow = (event: Event) => {
    const [target] = event.composedPath();
    last = target instanceof Element && root.contains(target) ? target : null;
  };
  doc.addEventListener("focusin", follow);
  doc.addEventListener("pointerdown", follow, true);

  const observer = new MutationObserver(() => {
    if (!last || (last.isConnected && !last.closest(GONE))) return;
    const now = focused(doc);
    if (now && now !== last && now !== doc.body && !now.shadowRoot) return;
    const alike = [...root.getElementsByClassName(last.getAttribute("class") ?? "")];
    const [heir = fallback, second] = alike.filter((element) => !element.closest(GONE));
    (second || !(heir instanceof HTMLElement) ? fallback : heir).focus({ preventScroll: true });
  });
  observer.observe(root, WATCHED);
  const stop = () => {
    observer.disconnect();
    doc.removeEventListener("focusin", follow);
    doc.removeEventListener("pointerdown", follow, true);
  };
  signal.addEventListener("abort", stop, { once: true });
}
