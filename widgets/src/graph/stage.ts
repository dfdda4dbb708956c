/** The stage: positions the circuit, draws it when something has changed, and turns gestures into actions. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { Kind } from "../model/decode.js";
import type { ExplorerStore } from "../model/state.js";
import { announce } from "../panels/describe.js";
import { createTooltip } from "../panels/tooltip.js";
import { type Palette, readPalette } from "../theme.js";
import { createCamera } from "./camera.js";
import { createMeasure } from "./canvas.js";
import { followDensity } from "./density.js";
import { type Drawing, prepare } from "./drawing.js";
import { createFullScreen } from "./full_screen.js";
import { nearest, step } from "./hit.js";
import { handleKeys } from "./keys.js";
import { createLayers, type Extent, isHeavy } from "./layers.js";
import { MANY_LINKS } from "./marks/links.js";
import { createPace } from "./pace.js";
import { handlePointer } from "./pointer.js";
import { buildScene } from "./scene.js";
import { createScrollBar } from "./scroll_bar.js";
import type { Scene } from "./shapes.js";
import { cornerButton, zoomButtons } from "./zoom_buttons.js";

export interface Stage {
  element: HTMLElement;
  /** The whole picture as it is on show, for a file. */
  picture(): { scene: Scene; palette: Palette } | null;
  /** Colours or fonts have changed. */
  restyle(): void;
}

/** What the stage asks for. */
export type StageActions = Pick<
  Actions,
  "select" | "pick" | "hover" | "togglePin" | "undo" | "redo" | "search"
>;

export interface StageParts {
  store: ExplorerStore;
  actions: StageActions;
  root: HTMLElement;
  /** Keys that lead out of the stage. */
  commands: { search(): void; panel(): void; ablate(row: number): void };
}

const SIZE = { width: 720, height: 420 };
const REST_MS = 120;
/** Prompts with more tokens can be spread out. */
const LONG = 16;
const HELP =
  "Circuit by layer and token. Arrow keys move between nodes, Enter opens the panel, P pins, G groups, A ablates, U undoes, slash searches, Escape clears.";
/** `rest`: nothing has changed, links are left to be painted. */
const RANK: Record<Extent | "rest", number> = { rest: 0, front: 1, moving: 2, all: 3 };

export function createStage(ui: Ui, { store, actions, root, commands }: StageParts): Stage {
  const view = ui.doc.defaultView ?? window;
  const layers = createLayers(ui);
  const tooltip = createTooltip(ui);
  const live = h(ui, "div", { class: "saec-offscreen saec-live", attrs: { "aria-live": "polite" } });
  const attrs = { tabindex: 0, role: "application", "aria-roledescription": "circuit", "aria-label": HELP };
  const element = h(ui, "div", { class: "saec-stage", attrs }, ...layers.elements, tooltip.element, live);

  let palette = readPalette(root);
  const measure = createMeasure(ui.doc, () => palette.font);
  const camera = createCamera(SIZE, () => request("moving"));
  const pace = createPace();
  let due: Extent | "rest" | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  /** What is put right when the hand rests: order of the nodes, sharpness of the picture. */
  let unsettled: { order: boolean } | null = null;

  function drawing(quiet = false): Drawing | null {
    const { graph, visible, selected, edits, effect, supernodes, pinned, matches, marked } = store.get();
    const hovered = quiet ? null : store.get().hovered;
    const at = camera.seen();
    if (!graph || !visible || !at) return null;
    const looks = { measure, palette, zoom: camera.zoom().k };
    return prepare({
      graph,
      visible,
      at,
      ...looks,
      selected,
      hovered,
      edits,
      effect,
      afterEdit: store.get().afterEdit,
      supernodes: marked?.length ? [...supernodes, { name: "new group", members: [...marked] }] : supernodes,
      pins: pinned,
      found: matches,
      linkType: store.get().linkType,
    });
  }

  function render(time: number): void {
    const asked = due ?? "all";
    due = null;
    if (ui.signal.aborted) return;
    let left: boolean;
    if (asked === "rest") {
      left = layers.more(pace.idle(time));
    } else {
      left = renderNow(asked, pace.busy(time));
    }
    element.setAttribute("aria-busy", String(left || unsettled !== null));
    if (left) request("rest");
  }

  /** True while links are left to be painted. */
  function renderNow(asked: Extent, cost: number): boolean {
    const now = drawing();
    // Between two moves of a heavy picture the pointer alone does not make it worth painting.
    const extent = asked === "front" && unsettled ? "moving" : asked;
    const left = layers.render(now, camera.size(), camera.zoom(), { extent, cost });
    tooltip.show(now, store.get());
    if (now) scrollBar.show(now.at.plot, now.at.field);
    if (asked === "moving" && now && isHeavy(now)) settleLater(false);
    else if (asked === "all" && !unsettled?.order) unsettled = null;
    return left;
  }

  function settleLater(order: boolean): void {
    unsettled = { order: order || (unsettled?.order ?? false) };
    clearTimeout(rest);
    rest = setTimeout(() => {
      const { order } = unsettled ?? {};
      unsettled = null;
      if (order) arrange();
      else request("all");
    }, REST_MS);
  }

  function request(extent: Extent | "rest"): void {
    if (due === null) view.requestAnimationFrame((time) => store.attempt(render, () => render(time)));
    if (due === null || RANK[extent] > RANK[due]) due = extent;
  }

  /** While a slider moves, the order of a heavy picture stays; it is put right when the hand rests. */
  function arrange(moving = false): void {
    const { graph, visible } = store.get();
    const keep = moving && (visible?.edges.length ?? 0) > MANY_LINKS && camera.base() !== null;
    camera.arrange(graph, visible, measure, keep);
    if (keep) settleLater(true);
    const long = (graph?.meta.tokens.length ?? 0) > LONG;
    expand.hidden = !long;
    expand.setAttribute("aria-pressed", String(camera.wide()));
    request("all");
  }

  function nodeAt(at: { x: number; y: number }): number | null {
    const seen = camera.seen();
    return seen && nearest(seen.x, seen.y, at);
  }

  const zoomBy = (factor: number) => camera.zoomAt(factor);
  const current = () => store.get().selected ?? store.get().hovered;
  const scrollBar = createScrollBar(ui, (left) => {
    const seen = camera.seen();
    if (seen) camera.pan(seen.plot.x - seen.field.x - left, 0);
  });
  const expand = cornerButton(ui, "↔", "Spread the prompt out", () => {
    camera.setWide(!camera.wide());
    arrange();
  });
  expand.classList.add("saec-expand");
  const fullScreen = createFullScreen(ui, root);
  element.append(zoomButtons(ui, zoomBy, camera.reset, expand, fullScreen.button), scrollBar.element);
  handlePointer(ui, element, {
    hover: (at) => actions.hover(at && nodeAt(at)),
    click(at, pin) {
      const node = nodeAt(at);
      if (pin && node !== null) actions.togglePin(node);
      else (actions.pick ?? actions.select)(node);
    },
    pan: camera.pan,
    zoom: camera.zoomAt,
    reset: camera.reset,
    alone: fullScreen.on,
    scroll(dx) {
      const before = camera.zoom();
      camera.pan(-dx, 0);
      return camera.zoom() !== before;
    },
  });
  handleKeys(ui, element, {
    step(direction) {
      const { graph, selected } = store.get();
      const base = camera.base();
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
    reset: camera.reset,
  });

  let ids: readonly string[] | undefined;
  store.watch(["graph"], ({ graph }) => {
    // A name that was given moves nothing.
    if (graph?.id !== ids) camera.reset();
    ids = graph?.id;
  });
  store.watch(["graph", "visible"], () => arrange(true));
  store.watch(["selected"], ({ graph, selected }) => {
    live.textContent = graph && selected !== null ? announce(graph, selected) : "";
    if (selected !== null) camera.reveal(selected);
  });
  store.watch(
    [
      "selected",
      "hovered",
      "pinned",
      "edits",
      "effect",
      "supernodes",
      "matches",
      "marked",
      "afterEdit",
      "linkType",
    ],
    () => request("front"),
  );

  const observer = new ResizeObserver(() => {
    const next = { width: element.clientWidth || SIZE.width, height: element.clientHeight || SIZE.height };
    if (camera.resize(next)) arrange();
  });
  observer.observe(element);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  ui.signal.addEventListener("abort", () => clearTimeout(rest), { once: true });

  followDensity(ui, () => request("all"));

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
