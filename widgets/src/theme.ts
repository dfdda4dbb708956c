/** Light or dark as the host is, and the colours that a canvas needs as plain strings. */

import type { Ui } from "./dom.js";

export interface Palette {
  ink: string;
  muted: string;
  faint: string;
  paper: string;
  band: string;
  node: string;
  positive: string;
  negative: string;
  accent: string;
  group: string;
  font: string;
}

const VARIABLES: Record<keyof Palette, [name: string, fallback: string]> = {
  ink: ["--saec-ink", "#1f2328"],
  muted: ["--saec-muted", "#5c6570"],
  faint: ["--saec-line", "#d5dae0"],
  paper: ["--saec-paper", "#ffffff"],
  band: ["--saec-band", "#f6f7f9"],
  node: ["--saec-node", "#66758a"],
  positive: ["--saec-positive", "#0072b2"],
  negative: ["--saec-negative", "#d55e00"],
  accent: ["--saec-accent", "#a6307c"],
  group: ["--saec-group", "#007d5b"],
  font: ["--saec-font", "system-ui, sans-serif"],
};

export function readPalette(root: Element): Palette {
  const style = root.ownerDocument.defaultView?.getComputedStyle(root);
  const read = ([name, fallback]: [string, string]) => style?.getPropertyValue(name).trim() || fallback;
  const entries = Object.entries(VARIABLES).map(([key, variable]) => [key, read(variable)]);
  return Object.fromEntries(entries) as unknown as Palette;
}

const WATCHED = {
  attributes: true,
  attributeFilter: [
    "data-jp-theme-light",
    "data-jp-theme-name",
    "data-vscode-theme-kind",
    "class",
    "data-theme",
  ],
};

/** Keeps `saec-dark` on the root as the host's theme is, and calls back on every change of theme. */
export function followTheme(ui: Ui, root: HTMLElement, changed: () => void): void {
  const view = ui.doc.defaultView;
  const preference = view?.matchMedia?.("(prefers-color-scheme: dark)");
  const apply = () => {
    root.classList.toggle("saec-dark", hostIsDark(ui.doc, preference?.matches ?? false));
    changed();
  };
  const observer = new MutationObserver(apply);
  observer.observe(ui.doc.body, WATCHED);
  observer.observe(ui.doc.documentElement, WATCHED);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  preference?.addEventListener("change", apply, { signal: ui.signal });
  if (!root.isConnected) applyWhenShown(ui, root, apply);
  apply();
}

/** A host may draw a widget before it puts it into the page; only there have its variables a value. */
function applyWhenShown(ui: Ui, root: HTMLElement, apply: () => void): void {
  const observer = new ResizeObserver(() => {
    observer.disconnect();
    apply();
  });
  observer.observe(root);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}

/** Each host says it in its own way; only a bare page follows the system's preference. */
function hostIsDark(doc: Document, preferred: boolean): boolean {
  const jupyter = doc.body.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "false";
  for (const element of [doc.body, doc.documentElement]) {
    const { classList, dataset } = element;
    const said = dataset.theme ?? "";
    if (classList.contains("vscode-dark") || classList.contains("dark") || said.includes("dark")) return true;
    if (classList.contains("vscode-light") || classList.contains("light") || said.includes("light"))
      return false;
  }
  return preferred;
}
