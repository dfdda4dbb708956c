/** The whole widget on the whole screen, where the host allows it. */

import { s, type Ui } from "../dom.js";
import { cornerButton } from "./zoom_buttons.js";

export interface FullScreen {
  button: HTMLElement;
  on(): boolean;
}

const NAME = "saec-on-screen";
/** Four corners; the character for it is missing in many fonts. */
const ICON = {
  viewBox: "0 0 12 12",
  width: 11,
  height: 11,
  fill: "none",
  stroke: "currentColor",
  "stroke-width": 1.5,
  "aria-hidden": "true",
};

export function createFullScreen(ui: Ui, root: HTMLElement): FullScreen {
  const on = () => root.classList.contains(NAME);
  const button = cornerButton(ui, "", "Full screen", () => {
    // Refused by some hosts (a frame without permission): then everything stays as it is.
    if (on()) void ui.doc.exitFullscreen().catch(() => {});
    else void root.requestFullscreen().catch(() => {});
  });
  button.classList.add("saec-full");
  button.append(s(ui, "svg", ICON, s(ui, "path", { d: "M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8" })));
  button.hidden = !ui.doc.fullscreenEnabled;

  /** In a shadow root the document names the host, and only the root itself knows. */
  function follow(): void {
    const tree = root.getRootNode() as Document | ShadowRoot;
    const now = tree.fullscreenElement === root;
    root.classList.toggle(NAME, now);
    button.setAttribute("aria-pressed", String(now));
    button.title = now ? "Leave the full screen (Escape)" : "Full screen";
  }
  root.addEventListener("fullscreenchange", follow, { signal: ui.signal });
  button.setAttribute("aria-pressed", "false");
  return { button, on };
}
