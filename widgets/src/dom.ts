/** Elements without markup: every string becomes text, and every control keeps the notebook's shortcuts away. */

export interface Ui {
  doc: Document;
  /** Aborted on clean-up: listeners outside of the widget's own elements are bound to it. */
  signal: AbortSignal;
}

type Child = Node | string | null | undefined | false;
type Handlers = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Props {
  class?: string;
  text?: string;
  title?: string;
  attrs?: Record<string, string | number | boolean | null | undefined>;
  on?: Handlers;
}

const CONTROLS = new Set(["button", "input", "select", "textarea", "summary"]);
const SVG = "http://www.w3.org/2000/svg";

/** A new HTML element; controls get `data-lm-suppress-shortcuts`, without which Jupyter takes their keys. */
export function h<K extends keyof HTMLElementTagNameMap>(
  ui: Ui,
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = ui.doc.createElement(tag);
  if (props.class) element.className = props.class;
  if (props.title) element.title = props.title;
  if (tag === "button") element.setAttribute("type", "button");
  setAttributes(element, props.attrs);
  if (CONTROLS.has(tag) || element.hasAttribute("tabindex")) {
    element.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  for (const [name, handler] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, handler as EventListener);
  }
  if (props.text !== undefined) element.textContent = props.text;
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A new SVG element. */
export function s(ui: Ui, tag: string, attrs: Props["attrs"] = {}, ...children: Child[]): SVGElement {
  const element = ui.doc.createElementNS(SVG, tag) as SVGElement;
  setAttributes(element, attrs);
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

export function setAttributes(element: Element, attrs: Props["attrs"] = {}): void {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** What has the focus; of a shadow root, in which marimo puts widgets, a document only names the host. */
export function focused(doc: Document): Element | null {
  let at = doc.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

/** Plain keys end here; Ctrl and Cmd combinations (save, run) still reach the notebook. */
export function keepFromNotebook(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
}

/** Offers bytes as a download. */
export function download(ui: Ui, name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = h(ui, "a", { attrs: { href: url, download: name } });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Copies text; pages without a clipboard (plain http) fall back to a selection. */
export async function copy(ui: Ui, text: string): Promise<boolean> {
  const clipboard = ui.doc.defaultView?.navigator.clipboard;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser: the selection below may still be allowed.
    }
  }
  const area = h(ui, "textarea", { class: "saec-offscreen", attrs: { "aria-hidden": "true" } });
  area.value = text;
  ui.doc.body.append(area);
  area.select();
  const copied = ui.doc.execCommand?.("copy") ?? false;
  area.remove();
  return copied;
}
