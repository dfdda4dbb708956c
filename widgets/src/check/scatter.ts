/** Predicted against live changes: on the dashed diagonal the model does what the graph says. */

import { axes, type Box, followWidth, inside } from "../chart/frame.js";
import { linear, rangeOf } from "../chart/scale.js";
import { outline, round } from "../chart/series.js";
import { h, s, setAttributes, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore, State } from "../model/state.js";
import type { CheckRow } from "../model/traits.js";
import { format, signed } from "../text.js";
import { known, rowName, worst } from "./describe.js";

export const HEIGHT = 224;
const FALLBACK_WIDTH = 250;

export function checkScatter(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const element = h(ui, "div", { class: "saec-trust-figure" }, svg);
  let width = 0;

  function draw({ report, graph, selected, hovered }: Readonly<State>): void {
    const rows = (report?.rows ?? []).filter((row) =>
      Number.isFinite(known(row.predicted) + known(row.live)),
    );
    element.hidden = rows.length === 0;
    if (width === 0 || rows.length === 0) return;
    const box: Box = { width, height: HEIGHT, left: 38, right: 10, top: 24, bottom: 36 };
    const range = rangeOf([0, ...rows.flatMap((row) => [known(row.predicted), known(row.live)])], false);
    const x = linear(range, box.left, width - box.right, Math.max(2, width / 80));
    const y = linear(range, HEIGHT - box.bottom, box.top, 5);
    const area = inside(ui, box);
    const rule = (x1: number, y1: number, x2: number, y2: number, kind: string) =>
      s(ui, "line", { class: kind, x1: x.at(x1), y1: y.at(y1), x2: x.at(x2), y2: y.at(y2) });
    area.append(
      rule(0, range.low, 0, range.high, "saec-trust-zero"),
      rule(range.low, 0, range.high, 0, "saec-trust-zero"),
      rule(range.low, range.low, range.high, range.high, "saec-trust-diagonal"),
    );
    const off = worst(rows);
    const marks = rows.map((row, at) => {
      const node = graph?.rowOf.get(row.node);
      const place = `translate(${round(x.at(known(row.predicted)))},${round(y.at(known(row.live)))})`;
      return point(ui, row, { place, node, off: at === off, actions });
    });
    setAttributes(svg, {
      width,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      "aria-label": `Predicted against live change of the target for ${rows.length} features; correlation ${format(known(report?.live_correlation))}.`,
    });
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, "live"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: width - box.right, y: HEIGHT - 4, "text-anchor": "end" },
        "predicted",
      ),
      area,
      ...marks,
    );
    emphasise(selected, hovered);
  }

  function emphasise(selected: number | null, hovered: number | null): void {
    for (const mark of svg.querySelectorAll<SVGElement>("[data-node]")) {
      mark.classList.toggle("saec-selected", selected !== null && mark.dataset.node === String(selected));
      mark.classList.toggle("saec-hovered", hovered !== null && mark.dataset.node === String(hovered));
    }
  }

  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["report", "graph"], draw);
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(selected, hovered));
  return element;
}

interface Mark {
  place: string;
  node: number | undefined;
  off: boolean;
  actions: Actions;
}

/** A circle; a diamond for the feature whose prediction lies furthest off. */
function point(ui: Ui, row: CheckRow, { place, node, off, actions }: Mark): SVGElement {
  const title = `${rowName(row)}: predicted ${signed(known(row.predicted))}, live ${signed(known(row.live))}`;
  const mark = s(
    ui,
    "g",
    { class: "saec-trust-point", transform: place, "data-node": node },
    s(ui, "path", { class: "saec-point-ring", d: outline("circle", 9) }),
    s(ui, "path", { class: "saec-point-mark", d: outline(off ? "diamond" : "circle", off ? 5 : 4.5) }),
    s(ui, "title", {}, title),
  );
  if (node === undefined) return mark;
  mark.addEventListener("click", () => actions.select(node));
  mark.addEventListener("pointerenter", () => actions.hover(node));
  mark.addEventListener("pointerleave", () => actions.hover(null));
  return mark;
}
