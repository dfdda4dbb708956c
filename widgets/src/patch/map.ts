/** The picture: dictionary by token, with pointer and keys; the marks are drawn in `marks.ts`. */

import { followWidth } from "../chart/frame.js";
import { h, s, setAttributes, type Ui } from "../dom.js";
import { visible } from "../text.js";
import { announce, type Board, type Cell, cellOf, shareText, whereText } from "./cells.js";
import { type Layout, layoutOf } from "./layout.js";
import { cellMark, tokenMarks } from "./marks.js";
import type { PatchActions, PatchStore, State } from "./state.js";

const FALLBACK_WIDTH = 560;
const NAMES = 100;
const LABEL =
  "Effect by dictionary and token. The arrow keys move, Enter looks into a cell, Space patches it, Escape leaves.";

export function patchMap(ui: Ui, store: PatchStore, actions: PatchActions): HTMLElement {
  const names = h(ui, "div", { class: "saec-patch-names", attrs: { "aria-hidden": "true" } });
  const svg = s(ui, "svg", { class: "saec-patch-svg", role: "img", "aria-hidden": "true" });
  const tip = h(ui, "div", {
    class: "saec-tooltip saec-patch-tip",
    attrs: { hidden: true, "aria-hidden": "true" },
  });
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const stage = h(
    ui,
    "div",
    {
      class: "saec-patch-stage",
      attrs: { tabindex: 0, role: "application", "aria-label": LABEL },
      on: {
        pointermove: (event) => actions.look(under(event)),
        pointerleave: () => actions.look(null),
        click: clicked,
        keydown: pressed,
        blur: () => actions.look(null),
      },
    },
    svg,
  );
  const element = h(
    ui,
    "div",
    { class: "saec-patch-map" },
    h(ui, "div", { class: "saec-patch-picture" }, names, stage),
    tip,
    live,
  );
  let room = 0;
  let layout: Layout | null = null;

  function draw({ board, noising }: Readonly<State>): void {
    if (!board || room === 0) return;
    const now = layoutOf(board, noising, room);
    layout = now;
    setAttributes(svg, { width: now.width, height: now.height, viewBox: `0 0 ${now.width} ${now.height}` });
    svg.replaceChildren(
      ...tokenMarks(ui, board, noising, now),
      ...board.cells.flat().map((cell) => cellMark(ui, board, now, cell)),
    );
    names.style.paddingTop = `${now.above}px`;
    names.replaceChildren(...[...board.rows].reverse().map((name) => rowName(ui, name, now)));
    emphasise(store.get());
  }

  function emphasise(state: Readonly<State>): void {
    for (const mark of svg.querySelectorAll<SVGElement>(".saec-patch-cell")) {
      const id = mark.dataset.cell ?? "";
      mark.classList.toggle("saec-selected", id === state.cell);
      mark.classList.toggle("saec-ticked", state.ticked.includes(id));
      mark.classList.toggle("saec-hovered", id === cursorCell(state)?.id);
    }
    showTip(state);
  }

  function showTip(state: Readonly<State>): void {
    const cell = cursorCell(state);
    tip.hidden = cell === null;
    live.textContent = cell && state.board ? announce(state.board, state.noising, cell) : "";
    if (!cell || !state.board || !layout) return;
    tip.replaceChildren(...tipLines(ui, state.board, state.noising, cell));
    const left = NAMES + (cell.place + 1) * layout.cell.width - stage.scrollLeft + 6;
    const right = left > element.clientWidth - 190 && element.clientWidth > 0;
    tip.style.left = right ? "auto" : `${left}px`;
    tip.style.right = right
      ? `${Math.max(4, element.clientWidth - left + layout.cell.width + 12)}px`
      : "auto";
    tip.style.top = `${layout.above + (state.board.rows.length - 1 - cell.row) * layout.cell.height}px`;
  }

  function under(event: MouseEvent): State["cursor"] {
    const { board } = store.get();
    if (!board || !layout) return null;
    const { left, top } = svg.getBoundingClientRect();
    const place = Math.floor((event.clientX - left) / layout.cell.width);
    const fromTop = Math.floor((event.clientY - top - layout.above) / layout.cell.height);
    const row = board.rows.length - 1 - fromTop;
    return board.cells[row]?.[place] ? { row, place } : null;
  }

  function clicked(event: MouseEvent): void {
    const at = under(event);
    const cell = at && store.get().board?.cells[at.row]?.[at.place];
    if (!cell?.editable) return;
    if (event.ctrlKey || event.metaKey) actions.tick(cell.id);
    else actions.lookInto(cell.id);
  }

  function pressed(event: KeyboardEvent): void {
    const state = store.get();
    const cell = cursorCell(state);
    const step = STEPS[event.key];
    if (step && state.board) {
      actions.look(moved(state.board, state, step));
      svg.querySelector(".saec-hovered")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" && cell?.editable) actions.lookInto(cell.id);
    else if (event.key === " " && cell?.editable) actions.tick(cell.id);
    else if (event.key === "Escape" && state.cursor) actions.look(null);
    else if (event.key === "Escape" && state.cell) actions.lookInto(null);
    else return;
    event.preventDefault();
  }

  followWidth(ui, element, FALLBACK_WIDTH + NAMES, (width) => {
    room = width - NAMES - 8;
    draw(store.get());
  });
  store.watch(["board", "noising"], draw);
  store.watch(["cell", "ticked", "cursor"], emphasise);
  return element;
}

const STEPS: Record<string, { row: number; place: number }> = {
  ArrowUp: { row: 1, place: 0 },
  ArrowDown: { row: -1, place: 0 },
  ArrowRight: { row: 0, place: 1 },
  ArrowLeft: { row: 0, place: -1 },
};

/** From nowhere the keys begin at the cell that is looked into, or else at the strongest. */
function moved(board: Board, { cursor, cell }: Readonly<State>, step: { row: number; place: number }) {
  if (!cursor) return cellOf(board, cell) ?? strongest(board);
  const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
  return {
    row: within(cursor.row + step.row, board.rows.length),
    place: within(cursor.place + step.place, board.clean.length),
  };
}

function strongest(board: Board): Cell | null {
  const size = ({ share }: Cell) => (Number.isFinite(share) ? Math.abs(share) : -1);
  return board.cells
    .flat()
    .reduce<Cell | null>((best, cell) => (!best || size(cell) > size(best) ? cell : best), null);
}

function cursorCell({ board, cursor }: Readonly<State>): Cell | null {
  return (cursor && board?.cells[cursor.row]?.[cursor.place]) || null;
}

function rowName(ui: Ui, name: string, { cell }: Layout): HTMLElement {
  const element = h(
    ui,
    "div",
    { class: "saec-patch-name", title: visible(name) },
    h(ui, "bdi", { text: visible(name) }),
  );
  element.style.height = `${cell.height}px`;
  return element;
}

function tipLines(ui: Ui, board: Board, noising: boolean, cell: Cell): HTMLElement[] {
  const [clean, corrupted] = board.values;
  const [start, end] = noising ? [clean, corrupted] : [corrupted, clean];
  const known = cell.editable && Number.isFinite(cell.share);
  const said = !cell.editable ? "no dictionary stands in here" : known ? "" : "not measured yet";
  const value = start + cell.share * (end - start);
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: visible(cell.dictionary) }),
    h(ui, "div", { class: "saec-tooltip-place", text: whereText(board, noising, cell.place) }),
    h(ui, "div", {
      class: "saec-number",
      text: known
        ? `${shareText(cell.share)} of the gap: ${start.toFixed(1)} → ${value.toFixed(1)}`.replaceAll(
            "-",
            "−",
          )
        : said,
    }),
  ];
}
