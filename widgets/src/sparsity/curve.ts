/** What sparsity costs: L0 against FVU, both logarithmic, a dot a level. */

import { axes, type Box, followWidth } from "../chart/frame.js";
import { logarithmic, rangeOf } from "../chart/scale.js";
import { round } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { visible } from "../text.js";
import type { View } from "./decode.js";
import { costs, levelName } from "./describe.js";
import type { Actions, SparsityStore, State } from "./state.js";

const HEIGHT = 190;

export function costCurve(ui: Ui, store: SparsityStore, actions: Actions): HTMLElement {
  const svg = s(ui, "svg", { class: "saec-plot saec-sparse-curve", height: HEIGHT, role: "img" });
  const note = h(ui, "p", { class: "saec-hint" });
  const element = h(
    ui,
    "div",
    { class: "saec-sparse-cost" },
    h(ui, "div", { class: "saec-subtitle", text: "What sparsity costs" }),
    svg,
    note,
  );
  let width = 0;

  function draw({ view, level }: Readonly<State>): void {
    svg.replaceChildren();
    if (width === 0 || !view) return;
    const box: Box = { width, height: HEIGHT, left: 38, right: 12, top: 10, bottom: 34 };
    const shown = view.levels.filter(({ l0, fvu }) => l0 > 0 && fvu > 0);
    const x = logarithmic(
      rangeOf(
        shown.map(({ l0 }) => l0),
        true,
      ),
      box.left,
      width - box.right,
      4,
    );
    const y = logarithmic(
      rangeOf(
        shown.map(({ fvu }) => fvu),
        true,
      ),
      HEIGHT - box.bottom,
      box.top,
      4,
    );
    const path = shown.map(({ l0, fvu }) => `${round(x.at(l0))},${round(y.at(fvu))}`).join("L");
    const dots = view.levels.flatMap((each, i) => {
      if (!shown.includes(each)) return [];
      const dot = s(ui, "circle", {
        class: i === level ? "saec-sparse-dot saec-on" : "saec-sparse-dot",
        cx: round(x.at(each.l0)),
        cy: round(y.at(each.fvu)),
        r: i === level ? 5.5 : 3.5,
      });
      dot.append(s(ui, "title", {}, `${levelName(view, each)}: ${costs(each)}`));
      dot.addEventListener("click", () => actions.setLevel(i));
      return [dot];
    });
    svg.setAttribute("width", String(width));
    svg.setAttribute("aria-label", spoken(view));
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "path", { class: "saec-line saec-sparse-path", d: path ? `M${path}` : "" }),
      ...dots,
      s(ui, "text", { class: "saec-axis-name", x: box.left, y: HEIGHT - 4 }, "features a token (L0)"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: width - box.right, y: box.top + 9, "text-anchor": "end" },
        "not explained (FVU)",
      ),
    );
    note.textContent = `Measured on ${visible(view.measuredOn)}, with the real decoder`;
  }
  store.watch(["view", "level"], draw);
  followWidth(ui, element, 250, (room) => {
    width = room;
    draw(store.get());
  });
  return element;
}

function spoken(view: View): string {
  return `Cost of sparsity: ${view.levels.map((level) => `${levelName(view, level)}, ${costs(level)}`).join("; ")}`;
}
