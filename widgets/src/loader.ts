/**
 * What hosts import for every widget: it imports the widget's bundle, once a page for all widgets of a kind.
 *
 * Hosts import a module anew for each widget, and a page never frees a module: with the bundle itself, a cell that is run
 * fifty times would leave fifty copies of it. So the bundle comes as the trait `script`, and is run when the widget is
 * shown, which hosts allow only once the notebook is trusted. Its style sheet comes as `sheet`.
 *
 * JupyterLab 4 keeps the model of every widget that was ever closed (each comm listens to its kernel for good), so a model
 * that ends lets go of what it holds: the traits that `owned` names.
 */

import { load, type Traits } from "./bundles.js";
import type { Model } from "./model/traits.js";

interface Props {
  model: Model<Traits>;
  el: HTMLElement;
  signal?: AbortSignal;
}

function initialize({ model, signal }: Pick<Props, "model" | "signal">): void {
  const release = () => {
    for (const name of model.get("owned") ?? []) model.set(name as keyof Traits, null as never);
  };
  signal?.addEventListener("abort", release, { once: true });
}

async function render(props: Props): Promise<() => void> {
  const { model, el, signal } = props;
  addSheet(el, model.get("sheet") ?? "");
  const widget = await load(model.get("script") ?? "");
  return signal?.aborted ? () => {} : widget.render(props);
}

/** Puts a style sheet where it reaches the element, once a page or shadow root. */
function addSheet(el: HTMLElement, sheet: string): void {
  const root = el.getRootNode();
  const place = root instanceof ShadowRoot ? root : el.ownerDocument.head;
  const styles = [...place.querySelectorAll("style.saec-sheet")];
  if (styles.some((style) => style.textContent === sheet)) return;
  const style = el.ownerDocument.createElement("style");
  style.className = "saec-sheet";
  style.textContent = sheet;
  place.append(style);
}

export default { initialize, render };
