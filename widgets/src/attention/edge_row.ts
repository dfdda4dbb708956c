/** A row of the connections with a button beside it that asks through which heads that edge flows; `h` does the same. */

import { h, type Ui } from "../dom.js";
import { glyph } from "../panels/glyph.js";

export function edgeRow(ui: Ui, row: HTMLElement, name: string, open: () => void): HTMLElement {
  const button = h(
    ui,
    "button",
    {
      class: "saec-edge-heads",
      title: "Through which attention heads? (h)",
      attrs: { "aria-label": `Through which attention heads: ${name}` },
      on: { click: open },
    },
    glyph(ui, "attention"),
  );
  const press = (event: KeyboardEvent) => {
    if (event.key !== "h" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  };
  return h(ui, "div", { class: "saec-edge-row", on: { keydown: press } }, row, button);
}
