/** The heat map on its canvases: hover, click, drag, keys. */

import { followWidth } from "../chart/frame.js";
import { readRamp } from "../chart/ramp.js";
import { soon } from "../chart/soon.js";
import { h, type Ui } from "../dom.js";
import { openCanvas } from "../graph/canvas.js";
import type { Scene, Shape, Text as TextShape } from "../graph/shapes.js";
import { shorten, visible } from "../text.js";
import { type Palette, readPalette } from "../theme.js";
import type { CrosscoderActions } from "./actions.js";
import { announce } from "./describe.js";
import { followDrag } from "./drag.js";
import { type Heat, heatOf, litColumns, rankAt, spanOf } from "./heat.js";
import { pressed } from "./keys.js";
import type { CrosscoderStore, State } from "./state.js";
import { createTip } from "./tip.js";

const FALLBACK_WIDTH = 640;
const FADED = 0.18;
const NAME = 10;
const HELP =
  "Decoder norms, a column a feature. Left and right arrows move from feature to feature, Enter selects, / searches.";

export interface HeatMap {
  element: HTMLElement;
  restyle(): void;
  ramp(): readonly string[];
  /** What is on show, for a file. */
  picture(): { scene: Scene; palette: Palette } | null;
  /** Norm at the upper end of the ramp; null where rows are normalised. */
  top(): number | null;
}

export function createMap(parts: {
  ui: Ui;
  root: HTMLElement;
  store: CrosscoderStore;
  actions: CrosscoderActions;
  search(): void;
  /** The colours have a new meaning. */
  laid(): void;
}): HeatMap {
  const { ui, root, store, actions } = parts;
  const base = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const over = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const tip = createTip(ui);
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const element = h(
    ui,
    "div",
    {
      class: "saec-cross-map",
      attrs: { tabindex: 0, role: "application", "aria-label": HELP },
      on: {
        keydown: (event) => pressed(event, store.get(), actions, parts.search),
        blur: () => actions.hover(null),
      },
    },
    base,
    over,
    tip.element,
    live,
  );
  let width = 0;
  let heat: Heat | null = null;
  let lit: Uint8Array | null = null;
  let palette = readPalette(root);
  let ramp = readRamp(root);
  const density = () => ui.doc.defaultView?.devicePixelRatio ?? 1;

  function paint(): void {
    const height = heat?.height ?? 0;
    element.style.height = `${height}px`;
    const context = heat && openCanvas(base, { width, height }, density());
    if (context && heat) paintHeat(context, heat, lit, { ramp, palette });
    paintOver();
  }

  function paintOver(): void {
    if (ui.signal.aborted || !heat) return;
    const context = openCanvas(over, { width, height: heat.height }, density());
    if (context) paintMarks(context, heat, store.get(), palette);
  }

  const lay = soon(ui, store.attempt, () => {
    heat = width > 0 ? heatOf(store.get(), width) : null;
    lit = heat && litColumns(store.get(), heat);
    paint();
    parts.laid();
  });
  const light = soon(ui, store.attempt, () => {
    lit = heat && litColumns(store.get(), heat);
    paint();
  });

  const mark = soon(ui, store.attempt, paintOver);

  const rowAt = (x: number): number | null => {
    const { order } = store.get();
    return heat && order.length > 0 ? (order[rankAt(heat, x, order.length)] ?? null) : null;
  };
  const ends = (from: number, to: number): [number, number] => {
    const { values } = store.get();
    const value = (x: number) => values[rowAt(x) ?? 0] ?? 0;
    return [value(Math.min(from, to)), value(Math.max(from, to))];
  };
  followDrag(ui, element, {
    drag: (from, to) => heat && actions.preview(...ends(from, to)),
    done: (from, to) => heat && actions.brush(ends(from, to)),
    click: (at) => {
      const row = rowAt(at);
      actions.select(row === store.get().selected ? null : row);
    },
    hover: (at) => actions.hover(at === null ? null : rowAt(at)),
  });
  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    lay();
  });
  store.watch(["crosscoder", "order", "scale", "normalised"], lay);
  store.watch(["brush", "chosen", "query"], light);
  store.watch(["hovered", "selected"], (state) => {
    mark();
    live.textContent = state.hovered === null ? "" : announce(state, state.hovered);
    const rank = state.hovered === null ? -1 : state.order.indexOf(state.hovered);
    const span = heat && rank >= 0 ? spanOf(heat, rank, state.order.length) : null;
    tip.show(state, span && { x: span.x + span.width / 2, width });
  });

  return {
    element,
    ramp: () => ramp,
    top: () => heat?.top ?? null,
    restyle() {
      palette = readPalette(root);
      ramp = readRamp(root);
      paint();
    },
    picture: () => heat && { scene: sceneOf(heat, lit, width, { ramp, palette }), palette },
  };
}

/** Cells as rectangles: the same for the canvas and for files. */
function cells(
  { rows, plot, columns, steps }: Heat,
  lit: Uint8Array | null,
  ramp: readonly string[],
): Shape[] {
  const step = plot.width / columns;
  return rows.flatMap(({ y, height }, i) =>
    Array.from({ length: columns }, (_, column): Shape => {
      const fill = ramp[steps[i * columns + column] ?? 0] ?? null;
      const alpha = lit && !lit[column] ? FADED : 1;
      // A little wider than a column, or seams would show between them.
      const box = { x: plot.x + column * step, y: y + 0.5, width: step + 0.4, height: height - 1 };
      return { type: "box", ...box, radius: 0, fill, stroke: null, line: 0, alpha };
    }),
  );
}

function names({ rows, heads, plot }: Heat, palette: Palette): TextShape[] {
  const every = Math.max(1, Math.ceil(12 / (rows[0]?.height ?? 12)));
  const look = { type: "text", size: NAME, rotate: 0, alpha: 1, halo: null } as const;
  const left = { ...look, bold: false, anchor: "end", x: plot.x - 6, fill: palette.muted } as const;
  const above = { ...look, bold: true, anchor: "start", x: plot.x, fill: palette.ink } as const;
  return [
    ...rows.flatMap(({ name, y, height }, i): TextShape[] =>
      i % every === 0 ? [{ ...left, y: y + height / 2, text: shorten(visible(name), 11) }] : [],
    ),
    ...heads.map(({ name, y }): TextShape => ({ ...above, y, text: shorten(name, 60) })),
  ];
}

interface Inks {
  ramp: readonly string[];
  palette: Palette;
}

function paintHeat(
  context: CanvasRenderingContext2D,
  heat: Heat,
  lit: Uint8Array | null,
  { ramp, palette }: Inks,
): void {
  for (const cell of cells(heat, lit, ramp)) {
    if (cell.type !== "box") continue;
    context.globalAlpha = cell.alpha;
    context.fillStyle = cell.fill ?? palette.paper;
    context.fillRect(cell.x, cell.y, cell.width, cell.height);
  }
  context.globalAlpha = 1;
  context.textBaseline = "middle";
  context.direction = "ltr";
  for (const { text, x, y, bold, anchor, fill } of names(heat, palette)) {
    context.font = `${bold ? "600 " : ""}${NAME}px ${palette.font}`;
    context.textAlign = anchor === "end" ? "right" : "left";
    context.fillStyle = fill;
    context.fillText(text, x, y);
  }
}

function paintMarks(
  context: CanvasRenderingContext2D,
  heat: Heat,
  { order, hovered, selected }: Readonly<State>,
  { ink, accent }: Palette,
): void {
  const frame = (row: number, colour: string, width: number) => {
    const rank = order.indexOf(row);
    if (rank < 0) return;
    const span = spanOf(heat, rank, order.length);
    const wide = Math.max(3, span.width);
    context.strokeStyle = colour;
    context.lineWidth = width;
    const { y, height } = heat.plot;
    context.strokeRect(span.x + span.width / 2 - wide / 2, y - 2, wide, height + 4);
  };
  if (selected !== null) frame(selected, accent, 2);
  if (hovered !== null) frame(hovered, ink, 1);
}

function sceneOf(heat: Heat, lit: Uint8Array | null, width: number, { ramp, palette }: Inks): Scene {
  const plot = { x: 0, y: 0, width, height: heat.height };
  const empty = { back: [], links: [], focus: [] };
  return { ...plot, plot, ...empty, nodes: cells(heat, lit, ramp), frame: names(heat, palette) };
}
