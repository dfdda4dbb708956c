/** The stage: positions the circuit, draws it when something has changed, and turns gestures into actions. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { Kind } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { announce } from "../panels/describe.js";
import { createTooltip } from "../panels/tooltip.js";
import { type Palette, readPalette } from "../theme.js";
import { createMeasure } from "./canvas.js";
import { type Drawing, prepare } from "./drawing.js";
import { nearest, step } from "./hit.js";
import { handleKeys } from "./keys.js";
import { createLayers, type Extent, HEAVY } from "./layers.js";
import { type Layout, layout } from "./layout.js";
import { handlePointer } from "./pointer.js";
import { buildScene } from "./scene.js";
import type { Scene } from "./shapes.js";
import { applyZoom, limit, NO_ZOOM, reveal, zoomAt } from "./view.js";
import { zoomButtons } from "./zoom_buttons.js";

export interface Stage {
  element: HTMLElement;
  /** The whole picture as it is on show, for a file. */
  picture(): { scene: Scene; palette: Palette } | null;
  /** Colours or fonts have changed. */
  restyle(): void;
}

export interface StageParts {
  store: ExplorerStore;
  actions: Actions;
  root: HTMLElement;
  /** Keys that lead out of the stage. */
  commands: { search(): void; panel(): void; ablate(row: number): void };
}

const SIZE = { width: 720, height: 420 };
const REST_MS = 120;
const HELP =
  "Circuit by layer and token. Arrow keys move between nodes, Enter opens the panel, P pins, A ablates, U undoes, slash searches, Escape clears.";
const RANK: Record<Extent, number> = { front: 0, moving: 1, all: 2 };

export function createStage(ui: Ui, { store, actions, root, commands }: StageParts): Stage {
  const view = ui.doc.defaultView ?? window;
  const layers = createLayers(ui);
  const tooltip = createTooltip(ui);
  const live = h(ui, "div", { class: "saec-offscreen saec-live", attrs: { "aria-live": "polite" } });
  const attrs = { tabindex: 0, role: "application", "aria-roledescription": "circuit", "aria-label": HELP };
  const element = h(ui, "div", { class: "saec-stage", attrs }, ...layers.elements, tooltip.element, live);

  let palette = readPalette(root);
  const measure = createMeasure(ui.doc, () => palette.font);
  let size = SIZE;
  let zoom = NO_ZOOM;
  let base: Layout | null = null;
  let due: Extent | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;

  function drawing(quiet = false): Drawing | null {
    const { graph, visible, selected, edits, effect, supernodes, pinned, matches } = store.get();
    const hovered = quiet ? null : store.get().hovered;
    if (!graph || !visible || !base) return null;
    const at = applyZoom(base, zoom);
    const looks = { measure, palette, zoom: zoom.k };
    return prepare({
      graph,
      visible,
      at,
      ...looks,
      selected,
      hovered,
      edits,
      effect,
      supernodes,
      pins: pinned,
      found: matches,
    });
  }

  function render(): void {
    const extent = due ?? "all";
    due = null;
    if (ui.signal.aborted) return;
    const now = drawing();
    layers.render(now, size, zoom, extent);
    tooltip.show(now, store.get());
    if (extent === "moving" && (now?.visible.edges.length ?? 0) > HEAVY) {
      clearTimeout(rest);
      rest = setTimeout(() => request("all"), REST_MS);
    }
  }

  function request(extent: Extent): void {
    if (due === null) view.requestAnimationFrame(render);
    if (due === null || RANK[extent] > RANK[due]) due = extent;
  }

  function arrange(): void {
    const { graph, visible } = store.get();
    base = graph && visible ? layout(graph, visible, size, measure) : null;
    if (base) zoom = limit(zoom, base.plot);
    request("all");
  }

  function setZoom(next: typeof zoom): void {
    if (next.k === zoom.k && next.x === zoom.x && next.y === zoom.y) return;
    zoom = next;
    request("moving");
  }

  function nodeAt(at: { x: number; y: number }): number | null {
    if (!base) return null;
    const { x, y } = applyZoom(base, zoom);
    return nearest(x, y, at);
  }

  const zoomBy = (factor: number) => {
    if (base) setZoom(zoomAt(zoom, factor, { x: size.width / 2, y: size.height / 2 }, base.plot));
  };
  const current = () => store.get().selected ?? store.get().hovered;

  element.append(zoomButtons(ui, zoomBy, () => setZoom(NO_ZOOM)));
  handlePointer(ui, element, {
    hover: (at) => actions.hover(at && nodeAt(at)),
    click(at, pin) {
      const node = nodeAt(at);
      if (pin && node !== null) actions.togglePin(node);
      else actions.select(node);
    },
    pan(dx, dy) {
      if (base) setZoom(limit({ k: zoom.k, x: zoom.x + dx, y: zoom.y + dy }, base.plot));
    },
    zoom(factor, at) {
      if (base) setZoom(zoomAt(zoom, factor, at, base.plot));
    },
    reset: () => setZoom(NO_ZOOM),
  });
  handleKeys(ui, element, {
    step(direction) {
      const { graph, selected } = store.get();
      if (!graph || !base) return;
      const next =
        selected === null
          ? graph.kind.indexOf(Kind.target)
          : step(graph, base.x, base.y, selected, direction);
      actions.hover(null);
      if (next >= 0) actions.select(next);
    },
    open() {
      const node = current();
      if (node !== null) actions.select(node);
      commands.panel();
    },
    pin() {
      const node = current();
      if (node !== null) actions.togglePin(node);
    },
    ablate() {
      const node = current();
      if (node !== null) commands.ablate(node);
    },
    undo: actions.undo,
    redo: actions.redo,
    search: commands.search,
    clear() {
      actions.search("");
      actions.select(null);
    },
    zoom: zoomBy,
    reset: () => setZoom(NO_ZOOM),
  });

  store.watch(["graph"], () => {
    zoom = NO_ZOOM;
  });
  store.watch(["graph", "visible"], arrange);
  store.watch(["selected"], ({ graph, selected }) => {
    live.textContent = graph && selected !== null ? announce(graph, selected) : "";
    const at = base && selected !== null ? { x: base.x[selected] ?? 0, y: base.y[selected] ?? 0 } : null;
    if (base && at) setZoom(reveal(zoom, at, base.plot));
  });
  store.watch(["selected", "hovered", "pinned", "edits", "effect", "supernodes", "matches"], () =>
    request("front"),
  );

  const observer = new ResizeObserver(() => {
    const next = { width: element.clientWidth || SIZE.width, height: element.clientHeight || SIZE.height };
    if (next.width === size.width && next.height === size.height) return;
    size = next;
    arrange();
  });
  observer.observe(element);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  ui.signal.addEventListener("abort", () => clearTimeout(rest), { once: true });

  return {
    element,
    picture() {
      const now = drawing(true);
      return now && { scene: buildScene(now), palette };
    },
    restyle() {
      palette = readPalette(root);
      arrange();
    },
  };
}
