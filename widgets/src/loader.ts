/**
 * What hosts import for every widget: it imports the widget's bundle, once a page for all widgets of a kind.
 *
 * Hosts import a module anew for each widget, and a page never frees a module: with the bundle itself, a cell that is run
 * fifty times would leave fifty copies of it. So the bundle comes as the trait `script`, and is run when the widget is
 * shown, which hosts allow only once the notebook is trusted.
 */

import { load, type RenderProps } from "./bundles.js";

async function render(props: RenderProps): Promise<() => void> {
  const widget = await load(props.model.get("script"));
  return props.signal?.aborted ? () => {} : widget.render(props);
}

export default { render };
