/** Faithfulness over the number of nodes that stay, on a logarithmic axis. */

import { axes, type Box, followWidth, inside } from "../chart/frame.js";
import { linear, logarithmic, rangeOf } from "../chart/scale.js";
import { outline, round } from "../chart/series.js";
import { h, s, setAttributes, type Ui } from "../dom.js";
import type { ExplorerStore, State } from "../model/state.js";
import { format, percent } from "../text.js";
import { known } from "./describe.js";
import { HEIGHT } from "./scatter.js";

const FALLBACK_WIDTH = 300;

export function checkCurve(ui: Ui, store: ExplorerStore): HTMLElement {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const element = h(ui, "div", { class: "saec-trust-figure" }, svg);
  let width = 0;

  function draw({ report }: Readonly<State>): void {
    const points = (report?.curve?.points ?? [])
      .map(({ nodes, faithfulness }) => ({ nodes, faithful: known(faithfulness) }))
      .filter(({ nodes, faithful }) => nodes > 0 && Number.isFinite(faithful));
    element.hidden = points.length === 0;
    if (width === 0 || points.length === 0 || !report?.curve) return;
    const box: Box = { width, height: HEIGHT, left: 38, right: 12, top: 24, bottom: 36 };
    const across = rangeOf(
      points.map(({ nodes }) => nodes),
      true,
      0.03,
    );
    const up = rangeOf([0, 1, ...points.map(({ faithful }) => faithful)], false);
    const x = logarithmic(across, box.left, width - box.right, Math.max(3, width / 60));
    const y = linear(up, HEIGHT - box.bottom, box.top, 5);
    const right = width - box.right;
    const spots = points.map(({ nodes, faithful }) => `${round(x.at(nodes))},${round(y.at(faithful))}`);
    const area = inside(ui, box);
    area.append(
      s(ui, "line", { class: "saec-trust-diagonal", x1: box.left, x2: right, y1: y.at(1), y2: y.at(1) }),
      s(ui, "path", { class: "saec-line saec-trust-line", d: `M${spots.join("L")}` }),
    );
    const { cmd, cmd_log } = report.curve;
    const reached = report.enough === null ? "never" : `from ${report.enough} nodes on`;
    setAttributes(svg, {
      width,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      "aria-label": `Faithfulness of the circuit over the number of its nodes: ${percent(points[0]?.faithful ?? 0)} with ${points[0]?.nodes}, at least 90 % ${reached}. CMD ${format(known(cmd.value))}, over the logarithm ${format(known(cmd_log.value))}.`,
    });
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, "faithfulness"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: right, y: HEIGHT - 4, "text-anchor": "end" },
        "nodes that stay (log)",
      ),
      s(ui, "text", { class: "saec-tick", x: box.left + 5, y: y.at(1) - 4 }, "the model"),
      area,
      ...points.map(({ nodes, faithful }) => {
        const place = `translate(${round(x.at(nodes))},${round(y.at(faithful))})`;
        const title = s(ui, "title", {}, `${nodes} nodes: ${percent(faithful)} of the target`);
        return s(
          ui,
          "g",
          { class: "saec-trust-step", transform: place },
          s(ui, "path", { d: outline("circle", 3) }),
          title,
        );
      }),
    );
  }

  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["report"], draw);
  return element;
}
