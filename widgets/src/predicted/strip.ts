/** Below the graph, after an edit: what is drawn on the nodes, and how to read it. */

import { h, s, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore } from "../model/state.js";
import { type AfterEdit, isPredicted } from "./compare.js";

const CHOICES: [AfterEdit, string, string][] = [
  ["measured", "measured", "How the model's nodes moved"],
  ["predicted", "predicted", "How the graph says that they move"],
  ["both", "both", "What the graph says on the left of a node, what was measured on the right"],
];

export function afterEditStrip(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const buttons = CHOICES.map(([what, text, title]) =>
    h(ui, "button", {
      class: "saec-choice",
      text,
      title,
      attrs: { "data-after": what },
      on: { click: () => actions.showAfterEdit(what) },
    }),
  );
  const key = h(ui, "span", { class: "saec-after-key" });
  const element = h(
    ui,
    "div",
    { class: "saec-after" },
    h(ui, "span", { class: "saec-caption", text: "After the edits" }),
    h(
      ui,
      "div",
      {
        class: "saec-choices",
        attrs: { role: "group", "aria-label": "What is drawn on the nodes after the edits" },
      },
      ...buttons,
    ),
    key,
  );
  const legends: Record<AfterEdit, Node[]> = {
    measured: rings(ui, "measured in the model"),
    predicted: rings(ui, "as the graph says"),
    both: wings(ui),
  };
  store.watch(["graph", "effect", "afterEdit"], ({ graph, effect, afterEdit }) => {
    element.hidden = !graph || !isPredicted(graph, effect);
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(button.dataset.after === afterEdit));
    key.replaceChildren(...legends[afterEdit]);
  });
  return element;
}

function item(ui: Ui, drawing: SVGElement[], text: string, width = 22): HTMLElement {
  const svg = s(ui, "svg", {
    width,
    height: 18,
    viewBox: `${-width / 2} -9 ${width} 18`,
    "aria-hidden": "true",
  });
  svg.append(...drawing);
  return h(ui, "span", { class: "saec-legend-item" }, svg, text);
}

function rings(ui: Ui, what: string): Node[] {
  const ring = (kind: string, points: string) => [
    s(ui, "circle", { r: 3, class: "saec-glyph-full" }),
    s(ui, "circle", { r: 6, class: `saec-after-ring ${kind}` }),
    s(ui, "polygon", { points, class: kind }),
  ];
  return [
    item(ui, ring("saec-after-up", "5,-9 8,-4 2,-4"), "up"),
    item(ui, ring("saec-after-down", "5,-3 8,-8 2,-8"), "down"),
    h(ui, "span", { text: what }),
  ];
}

/** The two wings as the graph draws them. */
function wings(ui: Ui): Node[] {
  const node = () => s(ui, "circle", { r: 3, class: "saec-glyph-full" });
  const wing = (d: string, kind: string) => s(ui, "path", { d, class: `saec-after-wing ${kind}` });
  return [
    item(ui, [node(), wing("M-7 0A7 7 0 0 1 0 -7", "saec-after-up saec-after-thin")], "left: the graph"),
    item(ui, [node(), wing("M7 0A7 7 0 0 0 0 -7", "saec-after-up")], "right: the model"),
    item(
      ui,
      [
        node(),
        wing("M-7 0A7 7 0 0 0 0 7", "saec-after-down saec-after-thin"),
        wing("M7 0A7 7 0 0 1 0 7", "saec-after-down"),
      ],
      "raised = up, lowered = down",
    ),
  ];
}
