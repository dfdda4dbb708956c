/** The sheet of cards: data → cards and links → places → SVG; gestures and keys → actions. */

import { download, focused, h, s, type Ui } from "../dom.js";
import { zoomButtons } from "../graph/zoom_buttons.js";
import type { Actions } from "../model/actions.js";
import * as python from "../model/python.js";
import type { ExplorerStore } from "../model/state.js";
import { readPalette } from "../theme.js";
import { type Card, makeCards } from "./cards.js";
import { fitted, HEIGHTS, type SheetView } from "./fit.js";
import { handleSheet } from "./gestures.js";
import { type Direction, handleSheetKeys, neighbour } from "./keys.js";
import { arrange, type Place } from "./layout.js";
import { light } from "./light.js";
import { cardLinks } from "./links.js";
import { type CardMark, cardMark, type LinkMark, linkMark, linkPath } from "./marks.js";
import { createRenaming } from "./rename.js";
import { sheetFile } from "./save.js";

export interface Sheet {
  element: HTMLElement;
  /** Buttons for its zoom. */
  zoom: HTMLElement;
  /** Gives it more room, or takes that back; whether it has more now. */
  resize(): boolean;
  /** Offers the picture as a file. */
  save(): void;
  /** Opens the name of a supernode for editing. */
  rename(name: string): void;
}

/** The weakest links beyond these are left out. */
const MOST_LINKS = 600;
const ZOOM = { least: 0.3, most: 3 };

export function createSheet(ui: Ui, store: ExplorerStore, actions: Actions): Sheet {
  const links = s(ui, "g");
  const cards = s(ui, "g");
  const content = s(ui, "g", {}, links, cards);
  const svg = s(
    ui,
    "svg",
    { class: "saec-sheet", role: "group", "aria-label": "Pinned nodes and their links" },
    content,
  );
  const renaming = createRenaming(ui);
  const element = h(ui, "div", { class: "saec-subgraph" }, svg, renaming.element);

  let marks: CardMark[] = [];
  let lines: LinkMark[] = [];
  let places: Place[] = [];
  let view: SheetView = { k: 1, x: 0, y: 0, height: 0 };
  /** Whether a person has zoomed or panned: then the view stays. */
  let touched = false;
  let large = false;
  let current = 0;
  let pointed: number | null = null;

  const cardOf = (at: number): Card | null => marks[at]?.card ?? null;
  const boxed = (at: number) => ({ ...(cardOf(at) as Card), ...(places[at] as Place) });

  function draw(): void {
    const { graph, pinned, supernodes, places: chosen, flow } = store.get();
    const held = marks.findIndex(({ element }) => element.contains(focused(ui.doc)));
    const key = cardOf(held)?.key;
    const made = graph ? makeCards(graph, pinned, supernodes).cards : [];
    const found = graph ? cardLinks(graph, made).slice(-MOST_LINKS) : [];
    places = arrange(made, found, flow, chosen);
    marks = graph ? made.map((card) => cardMark(ui, graph, card)) : [];
    lines = found.map((link) => linkMark(ui, link, made));
    links.replaceChildren(...lines.map((line) => line.element));
    cards.replaceChildren(...marks.map((mark) => mark.element));
    element.hidden = marks.length === 0;
    current = Math.max(
      0,
      key ? marks.findIndex(({ card }) => card.key === key) : Math.min(current, marks.length - 1),
    );
    renaming.close();
    settle();
    rove(current, key !== undefined);
    relight();
  }

  /** Puts everything where it belongs. */
  function settle(only?: number): void {
    const { flow } = store.get();
    for (const [at, mark] of marks.entries()) {
      const { x = 0, y = 0 } = places[at] ?? {};
      if (only === undefined || at === only) mark.element.setAttribute("transform", `translate(${x} ${y})`);
    }
    for (const { link, element } of lines)
      if (only === undefined || link.from === only || link.to === only)
        element.setAttribute("d", linkPath(boxed(link.from), boxed(link.to), flow));
    if (only === undefined) showAll(false);
  }

  function showAll(anew: boolean): void {
    if (anew) touched = false;
    const best = fitted(
      marks.map((_, at) => boxed(at)),
      element.clientWidth || 720,
      large ? HEIGHTS.large : HEIGHTS.usual,
    );
    view = touched ? { ...view, height: best.height } : best;
    show();
  }

  function show(): void {
    content.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
    svg.setAttribute("height", String(view.height));
  }

  function zoomBy(factor: number, at = { x: (element.clientWidth || 720) / 2, y: view.height / 2 }): void {
    const k = Math.min(ZOOM.most, Math.max(ZOOM.least, view.k * factor));
    const by = k / view.k;
    view = { ...view, k, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
    touched = true;
    show();
  }

  function relight(): void {
    const { graph, hovered, selected, marked } = store.get();
    if (graph)
      light(svg, marks, lines, { graph, active: hovered ?? selected, card: pointed, selected, marked });
  }

  /** Gives the sheet's place in the order of the tab key to one card. */
  function rove(at: number, focus: boolean): void {
    marks[current]?.button.setAttribute("tabindex", "-1");
    current = at;
    const button = marks[at]?.button;
    button?.setAttribute("tabindex", "0");
    if (focus) (button as SVGElement | undefined)?.focus({ preventScroll: true });
  }

  function keep(at: number, key = ""): void {
    const card = cardOf(at);
    const place = places[at];
    if (!card || !place) return;
    const chosen = {
      ...store.get().places,
      [card.key]: [Math.round(place.x), Math.round(place.y)] as [number, number],
    };
    actions.commit({ places: chosen }, python.places(chosen), key);
  }

  function press(at: number): void {
    const card = cardOf(at);
    if (!card) return;
    if (store.get().marked !== null) {
      actions.groups.mark(card.members);
      return;
    }
    // A supernode: its members one after the other.
    const turn = card.members.indexOf(store.get().selected ?? -1);
    actions.select(card.members[(turn + 1) % card.members.length] ?? null);
  }

  function remove(at: number): void {
    const card = cardOf(at);
    if (card?.group) actions.groups.ungroup(card.group);
    else if (card) actions.togglePin(card.members[0] ?? 0);
  }

  function rename(at: number): void {
    const card = cardOf(at);
    const name = card?.group;
    if (!card || !name) return;
    const { x, y } = places[at] ?? { x: 0, y: 0 };
    const box = {
      left: view.x + x * view.k,
      top: view.y + y * view.k,
      width: Math.max(130, card.width * view.k),
    };
    renaming.open(name, box, (to) => {
      if (to !== null) actions.groups.rename(name, to);
      const again = marks.findIndex((mark) => mark.card.key === card.key);
      if (again >= 0) rove(again, true);
    });
  }

  /** Between two nodes: through which heads the effect goes. */
  function openLink(target: Element): void {
    const link = lines.find(({ element }) => element === target)?.link;
    const [from, to] = [cardOf(link?.from ?? -1), cardOf(link?.to ?? -1)];
    if (from?.group === null && to?.group === null)
      actions.openEdge(from.members[0] ?? 0, to.members[0] ?? 0);
  }

  const cardAt = (target: Element): number | null => {
    const key = target.closest("[data-key]")?.getAttribute("data-key");
    const at = marks.findIndex(({ card }) => card.key === key);
    return at < 0 ? null : at;
  };
  const memberAt = (target: Element): number | null => {
    const id = target.closest("[data-node]")?.getAttribute("data-node");
    return id ? (store.get().graph?.rowOf.get(id) ?? null) : null;
  };

  handleSheet(ui, svg, {
    cardAt,
    drag(at, dx, dy) {
      const place = places[at];
      if (!place) return;
      places[at] = { x: place.x + dx / view.k, y: place.y + dy / view.k };
      settle(at);
    },
    drop: (at) => keep(at),
    pan(dx, dy) {
      view = { ...view, x: view.x + dx, y: view.y + dy };
      touched = true;
      show();
    },
    zoom: zoomBy,
    click(target, pin) {
      const at = cardAt(target);
      const member = memberAt(target);
      if (at === null) openLink(target);
      if (at === null) return;
      rove(at, true);
      if (target.closest(".saec-box-remove")) remove(at);
      else if (target.closest(".saec-box-rename")) rename(at);
      else if (member !== null) pin ? actions.togglePin(member) : actions.pick(member);
      else if (pin && cardOf(at)?.group === null) remove(at);
      else press(at);
    },
    rename(target) {
      const at = cardAt(target);
      if (at !== null && memberAt(target) === null) rename(at);
    },
    hover(target) {
      const at = target && cardAt(target);
      const card = at === null ? null : cardOf(at);
      const member = target && memberAt(target);
      const whole = card !== null && card.group !== null && member === null;
      const changed = pointed !== (whole ? at : null);
      pointed = whole ? at : null;
      const row = member ?? (card && !whole ? (card.members[0] ?? null) : null);
      if (row !== store.get().hovered) actions.hover(row);
      else if (changed) relight();
    },
  });
  handleSheetKeys(ui, svg, {
    go: (direction: Direction) => rove(neighbour(places, current, direction), true),
    move(dx, dy) {
      const place = places[current];
      if (!place) return;
      places[current] = { x: place.x + dx, y: place.y + dy };
      keep(current, `move ${cardOf(current)?.key}`);
    },
    press: () => press(current),
    remove: () => remove(current),
    rename: () => rename(current),
    unpin() {
      if (cardOf(current)?.group === null) remove(current);
    },
    clear: () => actions.select(null),
    undo: actions.undo,
    redo: actions.redo,
    zoom: (factor) => zoomBy(factor),
    reset: () => showAll(true),
  });
  const zoom = zoomButtons(ui, zoomBy, () => showAll(true));

  store.watch(["graph", "flow"], () => {
    touched = false;
  });
  store.watch(["graph", "pinned", "supernodes", "places", "flow"], draw);
  store.watch(["hovered", "selected", "marked"], relight);
  const observer = new ResizeObserver(() => showAll(false));
  observer.observe(element);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });

  return {
    element,
    zoom,
    resize() {
      large = !large;
      showAll(true);
      return large;
    },
    save() {
      const boxes = marks.map((_, at) => boxed(at));
      const style = readPalette(element);
      const box = {
        left: Math.min(...boxes.map(({ x }) => x)),
        top: Math.min(...boxes.map(({ y }) => y)),
        right: Math.max(...boxes.map(({ x, width }) => x + width)),
        bottom: Math.max(...boxes.map(({ y, height }) => y + height)),
      };
      if (boxes.length > 0) download(ui, "subgraph.svg", sheetFile(ui, content, box, style));
    },
    rename(name) {
      const at = marks.findIndex(({ card }) => card.group === name);
      if (at < 0) return;
      rove(at, false);
      rename(at);
    },
  };
}
