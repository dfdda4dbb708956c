/** The pinned nodes and the links among them, left to right; supernodes as one box. */

import { h, s, setAttributes, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { Graph } from "../model/decode.js";
import { type ExplorerStore, rows } from "../model/state.js";
import type { Supernode } from "../model/traits.js";
import { percent, shorten, signed, visible } from "../text.js";
import { nodeName, place, tokenAt } from "./describe.js";

const BOX = { width: 138, height: 34, gapX: 54, gapY: 8 };
const MOST = 200;

interface Box {
  name: string;
  note: string;
  members: number[];
  group: string | null;
  column: number;
  x: number;
  y: number;
}

export function pinnedPanel(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Unpin all",
    on: { click: actions.unpinAll },
  });
  const drawing = h(ui, "div", { class: "saec-subgraph" });
  const head = h(
    ui,
    "div",
    { class: "saec-panel-head" },
    h(ui, "h4", { class: "saec-subtitle", text: "Pinned" }),
    clear,
  );
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-pinned", attrs: { "aria-label": "Pinned nodes" } },
    head,
    drawing,
  );
  store.watch(["graph", "pinned", "supernodes", "selected"], ({ graph, pinned, supernodes, selected }) => {
    const nodes = graph ? rows(graph, pinned).slice(0, MOST) : [];
    element.hidden = !graph || (nodes.length === 0 && supernodes.length === 0);
    if (!graph || element.hidden) return drawing.replaceChildren();
    clear.hidden = nodes.length === 0;
    drawing.replaceChildren(subgraph(ui, graph, makeBoxes(graph, nodes, supernodes), selected, actions));
  });
  return element;
}

/** One box a supernode, one a pinned node outside of them; columns by layer, lines by position. */
function makeBoxes(graph: Graph, nodes: readonly number[], supernodes: readonly Supernode[]): Box[] {
  const boxes: Box[] = [];
  const grouped = new Set<number>();
  const blank = { column: 0, x: 0, y: 0 };
  for (const { name, members } of supernodes) {
    const found = rows(graph, members);
    for (const node of found) grouped.add(node);
    if (found.length > 0)
      boxes.push({
        ...blank,
        name: visible(name),
        note: `${found.length} nodes`,
        members: found,
        group: name,
      });
  }
  for (const node of nodes) {
    if (!grouped.has(node))
      boxes.push({
        ...blank,
        name: nodeName(graph, node),
        note: shortPlace(graph, node),
        members: [node],
        group: null,
      });
  }
  const layer = (box: Box) => Math.max(...box.members.map((node) => graph.layer[node] ?? 0));
  const position = (box: Box) => Math.min(...box.members.map((node) => graph.position[node] ?? 0));
  const layers = [...new Set(boxes.map(layer))].sort((a, b) => a - b);
  boxes.sort((a, b) => layer(a) - layer(b) || position(a) - position(b));
  const height = Math.max(...layers.map((value) => boxes.filter((box) => layer(box) === value).length));
  for (const [column, value] of layers.entries()) {
    const here = boxes.filter((box) => layer(box) === value);
    for (const [line, box] of here.entries()) {
      box.column = column;
      box.x = 1 + column * (BOX.width + BOX.gapX);
      box.y = 1 + (line + (height - here.length) / 2) * (BOX.height + BOX.gapY);
    }
  }
  return boxes;
}

function shortPlace(graph: Graph, node: number): string {
  const layer = graph.layer[node] ?? 0;
  const name = layer < 0 ? "token" : layer >= graph.meta.n_layers ? "out" : `L${layer}`;
  return `${name} · ${shorten(tokenAt(graph, node), 12)}`;
}

function subgraph(
  ui: Ui,
  graph: Graph,
  boxes: readonly Box[],
  selected: number | null,
  actions: Actions,
): SVGElement {
  const width = Math.max(...boxes.map((box) => box.x)) + BOX.width + 1;
  const height = Math.max(...boxes.map((box) => box.y)) + BOX.height + 1;
  const svg = s(ui, "svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "group",
    "aria-label": "Links among the pinned nodes",
  });
  svg.append(...boxLinks(ui, graph, boxes));
  for (const box of boxes) svg.append(boxMark(ui, graph, box, selected, actions));
  return svg;
}

/** Links summed between boxes; the share is that of the receiving box's whole input. */
function boxLinks(ui: Ui, graph: Graph, boxes: readonly Box[]): SVGElement[] {
  const owner = new Map(boxes.flatMap((box, index) => box.members.map((node) => [node, index] as const)));
  const sums = new Map<string, { from: number; to: number; weight: number; share: number }>();
  for (let edge = 0; edge < graph.weight.length; edge++) {
    const from = owner.get(graph.source[edge] ?? -1);
    const to = owner.get(graph.target[edge] ?? -1);
    if (from === undefined || to === undefined || from === to) continue;
    const sum = sums.get(`${from} ${to}`) ?? { from, to, weight: 0, share: 0 };
    sum.weight += graph.weight[edge] ?? 0;
    sum.share += (graph.share[edge] ?? 0) / (boxes[to]?.members.length ?? 1);
    sums.set(`${from} ${to}`, sum);
  }
  return [...sums.values()]
    .sort((a, b) => Math.abs(a.share) - Math.abs(b.share))
    .map((sum) => linkMark(ui, boxes[sum.from] as Box, boxes[sum.to] as Box, sum));
}

function linkMark(
  ui: Ui,
  from: Box,
  to: Box,
  { weight, share }: { weight: number; share: number },
): SVGElement {
  const same = from.column === to.column;
  const x1 = from.x + (same ? BOX.width / 2 : BOX.width);
  const y1 = from.y + (same ? (from.y < to.y ? BOX.height : 0) : BOX.height / 2);
  const x2 = to.x + (same ? BOX.width / 2 : 0);
  const y2 = to.y + (same ? (from.y < to.y ? 0 : BOX.height) : BOX.height / 2);
  const reach = same ? 0 : (x2 - x1) * 0.45;
  const path = s(ui, "path", {
    d: `M${x1} ${y1}C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}`,
    class: weight < 0 ? "saec-line-negative" : "saec-line-positive",
    "stroke-width": (1 + 6 * Math.sqrt(Math.min(1, Math.abs(share)))).toFixed(2),
    opacity: Math.min(1, 0.35 + Math.sqrt(Math.abs(share))).toFixed(2),
  });
  path.append(
    title(ui, `${from.name} → ${to.name}: ${signed(weight)}, ${percent(Math.abs(share))} of its input`),
  );
  return path;
}

function boxMark(ui: Ui, graph: Graph, box: Box, selected: number | null, actions: Actions): SVGElement {
  const node = box.members[0] ?? 0;
  const chosen = selected !== null && box.members.includes(selected);
  const group = s(ui, "g", {
    class: `saec-box${box.group === null ? "" : " saec-box-group"}${chosen ? " saec-box-chosen" : ""}`,
    transform: `translate(${box.x} ${box.y})`,
    tabindex: 0,
    role: "button",
    "aria-label": `${box.name}, ${box.note}`,
    "data-lm-suppress-shortcuts": "true",
  });
  const rect = s(ui, "rect", { width: BOX.width, height: BOX.height, rx: 6 });
  const name = s(ui, "text", { x: 8, y: 14, class: "saec-box-name" }, shorten(box.name, 19));
  const note = s(ui, "text", { x: 8, y: 27, class: "saec-box-note" }, box.note);
  group.append(
    title(ui, `${box.name} · ${place(graph, node)}`),
    rect,
    name,
    note,
    removeMark(ui, graph, box, actions),
  );
  const press = (event: Event) => {
    const key = (event as KeyboardEvent).key;
    if (event.type === "keydown" && key !== "Enter" && key !== " ") return;
    event.preventDefault();
    actions.select(node);
  };
  const options = { signal: ui.signal };
  group.addEventListener("click", press, options);
  group.addEventListener("keydown", press, options);
  group.addEventListener("pointerenter", () => actions.hover(node), options);
  group.addEventListener("pointerleave", () => actions.hover(null), options);
  return group;
}

/** Unpins a node, ungroups a supernode. */
function removeMark(ui: Ui, graph: Graph, box: Box, actions: Actions): SVGElement {
  const what = box.group === null ? `Unpin ${box.name}` : `Ungroup ${box.name}`;
  const mark = s(ui, "g", {
    class: "saec-box-remove",
    tabindex: 0,
    role: "button",
    "aria-label": what,
    "data-lm-suppress-shortcuts": "true",
  });
  const cross = s(ui, "text", { x: BOX.width - 10, y: 14, "text-anchor": "middle" }, "✕");
  mark.append(
    title(ui, what),
    s(ui, "rect", { x: BOX.width - 19, y: 1, width: 18, height: 18, rx: 5 }),
    cross,
  );
  const press = (event: Event) => {
    const key = (event as KeyboardEvent).key;
    if (event.type === "keydown" && key !== "Enter" && key !== " ") return;
    event.stopPropagation();
    event.preventDefault();
    if (box.group === null) actions.togglePin(box.members[0] ?? 0);
    else actions.ungroup(box.group);
  };
  setAttributes(mark, { "data-node": graph.id[box.members[0] ?? 0] });
  mark.addEventListener("click", press, { signal: ui.signal });
  mark.addEventListener("keydown", press, { signal: ui.signal });
  return mark;
}

function title(ui: Ui, text: string): SVGElement {
  return s(ui, "title", {}, text);
}
