/** The small box beside the point that is looked at. */

import { h, type Ui } from "../dom.js";
import { visible } from "../text.js";
import { type Atlas, nameOf } from "./decode.js";
import { clusterName, facts, labelOf } from "./describe.js";
import { toScreen, type View } from "./view.js";

const ROOM = 250;
const HIGH = 96;

export function createTip(ui: Ui): {
  element: HTMLElement;
  show(atlas: Atlas | null, row: number | null, view: View): void;
} {
  const element = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown: { atlas: Atlas; row: number } | null = null;
  return {
    element,
    show(atlas, row, view) {
      element.hidden = !atlas || row === null;
      if (!atlas || row === null) return;
      if (shown?.row !== row || shown.atlas !== atlas) element.replaceChildren(...content(ui, atlas, row));
      shown = { atlas, row };
      const { x, y } = toScreen(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0);
      const left = x + 16 + ROOM > view.width;
      element.style.left = left ? "auto" : `${x + 16}px`;
      element.style.right = left ? `${Math.max(4, view.width - x + 16)}px` : "auto";
      element.style.top = `${Math.max(4, Math.min(view.height - HIGH, y - 22))}px`;
    },
  };
}

function content(ui: Ui, atlas: Atlas, row: number): HTMLElement[] {
  const cluster = clusterName(atlas, row);
  return [
    h(ui, "div", { class: "saec-tooltip-name" }, h(ui, "bdi", { text: labelOf(atlas, row) })),
    h(ui, "div", {
      class: "saec-tooltip-place",
      text: [visible(nameOf(atlas, row)), ...facts(atlas, row)].join(" · "),
    }),
    ...(cluster
      ? [h(ui, "div", { class: "saec-tooltip-place" }, "cluster ", h(ui, "bdi", { text: cluster }))]
      : []),
  ];
}
