/** The stage: points on one canvas, what is emphasised on another, names in between. */

import { followWidth } from "../chart/frame.js";
import { readRamp } from "../chart/ramp.js";
import { h, type Ui } from "../dom.js";
import { createMeasure, openCanvas } from "../graph/canvas.js";
import { zoomButtons } from "../graph/zoom_buttons.js";
import { type Palette, readPalette } from "../theme.js";
import type { AtlasActions } from "./actions.js";
import { closest } from "./decode.js";
import { announce } from "./describe.js";
import { pressed } from "./keys.js";
import { colours, type Looks, looksOf, SERIES } from "./looks.js";
import { middles, NAME_SIZE, type Name, placeNames } from "./names.js";
import { type Brushes, createBrushes, paintMarks, paintPoints } from "./paint.js";
import type { Picture } from "./picture.js";
import { followPointer } from "./pointer.js";
import { type AtlasStore, emphasised, type State } from "./state.js";
import { createTip } from "./tip.js";
import { carry, inside, nearest, pan, type Spot, type View, zoomAt } from "./view.js";

const FALLBACK_WIDTH = 640;
const REACH = 18;
/** Milliseconds of painting from which on a moving picture is only carried along, and after which it rests. */
const LONG = 9;
const REST_MS = 110;
const HELP =
  "Features by similarity. Arrow keys move from point to point, Enter selects, Space chooses, + and − zoom, / searches.";

export interface Stage {
  element: HTMLElement;
  restyle(): void;
  /** What is on show, for a file; null without points. */
  picture(): Picture | null;
  /** The colours by their numbers. */
  palette(): readonly string[];
}

export interface StageParts {
  ui: Ui;
  root: HTMLElement;
  store: AtlasStore;
  actions: AtlasActions;
  search(): void;
}

export function createStage({ ui, root, store, actions, search }: StageParts): Stage {
  const base = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const over = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const tip = createTip(ui);
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const element = h(
    ui,
    "div",
    {
      class: "saec-atlas-stage",
      attrs: { tabindex: 0, role: "application", "aria-label": HELP },
      on: {
        keydown: (event) => {
          if (event.target === element) pressed(event, target, actions);
        },
        blur: () => actions.hover(null),
      },
    },
    base,
    over,
    tip.element,
    live,
  );
  let view: View = { width: 0, height: 0, k: 1, x: 0, y: 0 };
  let looks: Looks | null = null;
  let spots: Spot[] = [];
  let lasso: readonly Spot[] = [];
  let palette = readPalette(root);
  let inks: string[] = [];
  let brushes: Brushes | null = null;
  let due = { base: false, move: false, over: false, frame: false };
  let painted = view;
  let source: object | null = null;
  /** Milliseconds that the last painting took. */
  let cost = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  ui.signal.addEventListener("abort", () => clearTimeout(rest), { once: true });
  const measure = createMeasure(ui.doc, () => palette.font);
  const density = () => ui.doc.defaultView?.devicePixelRatio ?? 1;

  function ask(what: "base" | "move" | "over"): void {
    due[what] = true;
    if (due.frame) return;
    due.frame = true;
    ui.doc.defaultView?.requestAnimationFrame(draw);
  }

  function draw(): void {
    const now = due;
    due = { base: false, move: false, over: false, frame: false };
    const state = store.get();
    if (ui.signal.aborted) return;
    if (now.base) drawBase(state);
    else if (now.move) moveBase(state);
    drawOver(state);
  }

  /** Where painting takes long, a picture that moves is the last one carried along, and painted anew when it rests. */
  function moveBase(state: Readonly<State>): void {
    if (cost < LONG || painted.width !== view.width) {
      drawBase(state);
      return;
    }
    base.style.transform = carry(painted, view);
    clearTimeout(rest);
    rest = setTimeout(() => ask("base"), REST_MS);
  }

  function drawBase(state: Readonly<State>): void {
    const began = performance.now();
    clearTimeout(rest);
    base.style.transform = "";
    painted = view;
    paintBase(state);
    cost = performance.now() - began;
  }

  function paintBase(state: Readonly<State>): void {
    const context = openCanvas(base, view, density());
    if (!context || !state.atlas || !looks) return;
    brushes ??= createBrushes(ui.doc, inks, palette.paper, density());
    paintPoints(context, { atlas: state.atlas, looks, brushes, view }, emphasised(state));
    writeNames(context, names(state), palette);
  }

  function drawOver(state: Readonly<State>): void {
    const context = openCanvas(over, view, density());
    if (!context || !state.atlas || !looks) return;
    const { hovered, selected, chosen, atlas } = state;
    const neighbours = selected === null ? [] : closest(atlas, selected).map(({ row }) => row);
    paintMarks(context, { atlas, looks, view }, { hovered, selected, chosen, neighbours, lasso }, palette);
  }

  const names = ({ atlas, cluster, found }: Readonly<State>) =>
    atlas && !(found && cluster === null) ? placeNames(atlas, spots, view, measure, cluster) : [];

  function look(next: View): void {
    view = next;
    ask("move");
    tip.show(store.get().atlas, store.get().hovered, view);
  }

  function restyle(): void {
    palette = readPalette(root);
    const style = ui.doc.defaultView?.getComputedStyle(root);
    const series = Array.from({ length: SERIES }, (_, i) =>
      style?.getPropertyValue(`--saec-series-${i}`).trim(),
    );
    inks = colours(
      series.map((colour) => colour || palette.positive),
      style?.getPropertyValue("--saec-atlas-plain").trim() || palette.node,
      readRamp(root),
    );
    brushes = null;
    ask("base");
  }

  const target = {
    state: () => store.get(),
    view: () => view,
    look,
    search,
    hover(at: Spot | null) {
      const { atlas } = store.get();
      actions.hover(at && atlas ? nearest(view, atlas, at, REACH) : null);
    },
    click(at: Spot, more: boolean) {
      const { atlas, selected } = store.get();
      const row = atlas && nearest(view, atlas, at, REACH);
      if (row !== null && more) actions.toggle(row);
      else if (row !== null || selected !== null) actions.select(row);
    },
    pan: (dx: number, dy: number) => look(pan(view, dx, dy)),
    zoom: (factor: number, at: Spot) => look(zoomAt(view, factor, at)),
    drawing: (event: PointerEvent) => store.get().lasso || event.shiftKey,
    draw(line: readonly Spot[]) {
      actions.hover(null);
      lasso = line;
      ask("over");
    },
    drawn(line: readonly Spot[]) {
      const { atlas } = store.get();
      lasso = [];
      ask("over");
      if (atlas) actions.choose(inside(view, atlas, line));
    },
  };
  followPointer(ui, element, target);
  const centre = () => ({ x: view.width / 2, y: view.height / 2 });
  element.append(
    zoomButtons(
      ui,
      (factor) => look(zoomAt(view, factor, centre())),
      () => look({ ...view, k: 1, x: 0, y: 0 }),
    ),
  );

  followWidth(ui, element, FALLBACK_WIDTH, (width) => {
    const height = Math.round(Math.min(560, Math.max(320, width * 0.78)));
    element.style.height = `${height}px`;
    look({ ...view, width, height });
  });
  store.watch(["atlas", "colour"], ({ atlas, colour }) => {
    looks = atlas && looksOf(atlas, colour);
    spots = atlas ? middles(atlas) : [];
    ask("base");
  });
  store.watch(["atlas"], ({ atlas }) => {
    if (!atlas || atlas.source === source) return;
    source = atlas.source;
    look({ ...view, k: 1, x: 0, y: 0 });
  });
  store.watch(["found", "cluster"], () => ask("base"));
  store.watch(["hovered", "selected", "chosen"], (state) => {
    ask("over");
    tip.show(state.atlas, state.hovered, view);
    live.textContent = state.hovered === null ? "" : announce(state, state.hovered);
  });
  store.watch(["lasso"], (state) => element.classList.toggle("saec-drawing", state.lasso));

  return {
    element,
    restyle,
    palette: () => inks,
    picture() {
      const state = store.get();
      if (!state.atlas || !looks) return null;
      return { atlas: state.atlas, looks, view, colours: inks, names: names(state), palette };
    },
  };
}

function writeNames(context: CanvasRenderingContext2D, names: readonly Name[], palette: Palette): void {
  context.globalAlpha = 1;
  context.font = `600 ${NAME_SIZE}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.direction = "ltr";
  context.lineJoin = "round";
  context.lineWidth = 3.4;
  context.strokeStyle = palette.paper;
  context.fillStyle = palette.ink;
  for (const { x, y, text } of names) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}
