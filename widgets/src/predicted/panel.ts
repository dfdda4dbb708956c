/** What the graph predicted of the edits and what the model did: the target in words, all nodes as a picture. */

import { followWidth } from "../chart/frame.js";
import { drawAgreement, emphasise } from "../check/agreement.js";
import { h, s, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Effect } from "../model/decode.js";
import type { ExplorerStore, State } from "../model/state.js";
import { nodeName, tokenAt } from "../panels/describe.js";
import { format, percent, signed, visible } from "../text.js";
import { type Compared, compared, correlation } from "./compare.js";

const HEIGHT = 208;
const FALLBACK_WIDTH = 300;

export function predictedPanel(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const said = h(ui, "p", { class: "saec-predicted-line", attrs: { "aria-live": "polite" } });
  const opener = h(ui, "button", {
    class: "saec-more saec-predicted-opener",
    attrs: { "aria-expanded": "false" },
    on: { click: () => toggle() },
  });
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const note = h(ui, "p", {
    class: "saec-caption",
    text: "In shares of the strongest activation of the layer. Dashed: as the graph says · ◆ furthest off",
  });
  const figure = h(ui, "div", { class: "saec-predicted-figure", attrs: { hidden: true } }, svg, note);
  const element = h(ui, "div", { class: "saec-predicted" }, said, opener, figure);
  let width = 0;
  let nodes: Compared[] = [];

  function toggle(): void {
    figure.hidden = !figure.hidden;
    opener.setAttribute("aria-expanded", String(!figure.hidden));
    name();
    draw(store.get());
  }

  function name(): void {
    const r = correlation(nodes);
    const agreement = Number.isFinite(r) ? ` · r ${format(r)}` : "";
    opener.textContent = `${figure.hidden ? "▸" : "▾"} predicted against measured, ${nodes.length} features${agreement}`;
  }

  function draw({ graph, selected, hovered }: Readonly<State>): void {
    if (figure.hidden || width === 0 || !graph || nodes.length === 0) return;
    const gaps = nodes.map(({ predicted, measured }) => Math.abs(predicted - measured));
    const worst = gaps.indexOf(Math.max(...gaps));
    const points = nodes.map(({ node, predicted, measured }, at) => ({
      node,
      predicted,
      measured,
      off: at === worst,
      title: `${nodeName(graph, node)} at “${tokenAt(graph, node)}”: predicted ${signedPercent(predicted)}, measured ${signedPercent(measured)}`,
    }));
    const label = `Predicted against measured change of ${nodes.length} features; correlation ${format(correlation(nodes))}.`;
    drawAgreement(ui, svg, { width, height: HEIGHT, points, label, measured: "measured" }, actions);
    emphasise(svg, selected, hovered);
  }

  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["graph", "effect"], (state) => {
    const { graph, effect } = state;
    const edited = graph !== null && effect !== null && effect.edits.length > 0;
    element.hidden = !edited;
    if (!edited) return;
    said.replaceChildren(...sentence(ui, effect));
    nodes = compared(graph, effect);
    opener.hidden = nodes.length < 2;
    if (opener.hidden) figure.hidden = true;
    name();
    draw(state);
  });
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(svg, selected, hovered));
  return element;
}

function signedPercent(share: number): string {
  return `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
}

function sentence(ui: Ui, effect: Effect): (HTMLElement | string)[] {
  const { targetPredicted, unpredicted, targetBefore, targetAfter } = effect;
  const number = (value: number) =>
    h(ui, "span", {
      class: `saec-number ${value < 0 ? "saec-down" : value > 0 ? "saec-up" : ""}`,
      text: signed(value),
    });
  const why = unpredicted ? visible(`${unpredicted.message} ${unpredicted.cure}`.trim()) : "";
  if (!Number.isFinite(targetPredicted)) return why ? [h(ui, "span", { class: "saec-hint", text: why })] : [];
  const line = [
    "The graph predicted ",
    number(targetPredicted),
    ", the model did ",
    number(targetAfter - targetBefore),
    ".",
  ];
  return why ? [...line, " ", h(ui, "span", { class: "saec-hint", text: why })] : line;
}
