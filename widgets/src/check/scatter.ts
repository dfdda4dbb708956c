/** Predicted against live changes of the ablated features. */

import { followWidth } from "../chart/frame.js";
import { h, s, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore, State } from "../model/state.js";
import { format, signed } from "../text.js";
import { drawAgreement, emphasise } from "./agreement.js";
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
    const off = worst(rows);
    const points = rows.map((row, at) => ({
      predicted: known(row.predicted),
      measured: known(row.live),
      node: graph?.rowOf.get(row.node),
      title: `${rowName(row)}: predicted ${signed(known(row.predicted))}, live ${signed(known(row.live))}`,
      off: at === off,
    }));
    const label = `Predicted against live change of the target for ${rows.length} features; correlation ${format(known(report?.live_correlation))}.`;
    drawAgreement(ui, svg, { width, height: HEIGHT, points, label, measured: "live" }, actions);
    emphasise(svg, selected, hovered);
  }

  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["report", "graph"], draw);
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(svg, selected, hovered));
  return element;
}
