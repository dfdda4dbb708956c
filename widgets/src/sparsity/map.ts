/** The heat map: a row a feature, a column a token. */

import { followWidth } from "../chart/frame.js";
import { h, s, type Ui } from "../dom.js";
import { shorten, visible } from "../text.js";
import { cellText, tokenText } from "./describe.js";
import { HEAD, type Layout, layOut, ROW, STRIP, TOP } from "./layout.js";
import { cellMarks, headMarks, rowLines } from "./marks.js";
import type { Actions, SparsityStore, State } from "./state.js";

const LABEL = 34;
const TIP_ROOM = 230;

export function heatMap(ui: Ui, store: SparsityStore, actions: Actions): HTMLElement {
  const labels = h(ui, "div", { class: "saec-sparse-labels" });
  const svg = s(ui, "svg", { class: "saec-sparse-svg", "aria-hidden": "true" });
  const cursor = s(ui, "rect", { class: "saec-sparse-cursor", rx: 2, height: ROW - 1 });
  const tip = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const stage = h(
    ui,
    "div",
    {
      class: "saec-sparse-stage",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": "Features by tokens. The arrow keys go from cell to cell, Enter selects the feature.",
      },
      on: {
        pointermove: (event) => actions.look(cellAt(event)),
        pointerleave: () => actions.look(null),
        blur: () => actions.look(null),
        click: (event) => choose(cellAt(event)?.row),
        keydown: pressed,
      },
    },
    svg,
    tip,
    live,
  );
  const more = h(ui, "button", {
    class: "saec-button saec-button-small saec-sparse-more",
    text: "More rows",
    on: { click: actions.more },
  });
  const none = h(ui, "p", { class: "saec-empty", text: "No feature fires here." });
  const element = h(
    ui,
    "div",
    { class: "saec-sparse-map" },
    h(ui, "div", { class: "saec-sparse-both" }, labels, stage),
    none,
    more,
  );
  let layout: Layout | null = null;
  let room = 0;

  const drawn = ({ rows, most }: Readonly<State>) => rows.slice(0, most);

  function choose(place: number | undefined): void {
    const { view, rows, feature } = store.get();
    const name = place === undefined ? undefined : view?.features[rows[place] ?? -1];
    if (name !== undefined) actions.select(name === feature ? null : name);
  }

  function cellAt({ clientX, clientY }: MouseEvent): State["at"] {
    const { left, top } = svg.getBoundingClientRect();
    const token = layout?.tokenAt(clientX - left) ?? null;
    const row = Math.floor((clientY - top - TOP) / ROW);
    if (token === null || row >= drawn(store.get()).length || clientY - top < HEAD) return null;
    return { row: Math.max(-1, row), token };
  }

  function pressed(event: KeyboardEvent): void {
    const { view, at } = store.get();
    if (!view) return;
    const across = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const down = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (across !== 0 || down !== 0) {
      const rows = drawn(store.get()).length;
      const next = at
        ? {
            row: limit(at.row + down, -1, rows - 1),
            token: limit(at.token + across, 0, view.tokens.length - 1),
          }
        : { row: 0, token: 0 };
      actions.look(next);
      say(store.get());
    } else if (event.key === "Enter" || event.key === " ") choose(at?.row);
    else if (event.key === "Escape" && at) actions.look(null);
    else if (event.key === "Escape" && store.get().feature !== null) actions.select(null);
    else return;
    event.preventDefault();
  }

  function textAt({ view, rows, level, at }: Readonly<State>): [name: string, text: string] | null {
    if (!view || !at) return null;
    if (at.row < 0) return ["What is missed", tokenText(view, level, at.token)];
    const row = rows[at.row] ?? -1;
    return [visible(view.labels[row] ?? ""), cellText(view, level, row, at.token)];
  }

  function say(state: Readonly<State>): void {
    live.textContent = textAt(state)?.join(": ") ?? "";
  }

  function draw(state: Readonly<State>): void {
    const { view, level } = state;
    const rows = drawn(state);
    if (!view || room === 0) {
      layout = null;
      svg.replaceChildren();
      labels.replaceChildren();
      none.hidden = more.hidden = true;
      return;
    }
    layout = layOut(view, room);
    const height = TOP + rows.length * ROW + 2;
    svg.setAttribute("width", String(layout.width));
    svg.setAttribute("height", String(height));
    svg.replaceChildren(
      ...rowLines(ui, layout, rows.length),
      ...headMarks(ui, view, layout, level),
      ...cellMarks(ui, view, layout, rows, level),
      cursor,
    );
    labels.replaceChildren(caption(), ...rows.map((row, place) => label(state, row, place)));
    none.hidden = rows.length > 0;
    more.hidden = state.rows.length <= rows.length;
    more.textContent = `More rows (${state.rows.length - rows.length} left)`;
    mark(state);
  }

  function caption(): HTMLElement {
    const text = h(ui, "span", { class: "saec-caption", text: "missed at each token" });
    const element = h(ui, "div", { class: "saec-sparse-caption" }, text);
    element.style.height = `${TOP}px`;
    element.style.paddingTop = `${HEAD + STRIP - 17}px`;
    return element;
  }

  function label({ view, feature }: Readonly<State>, row: number, place: number): HTMLElement {
    const name = view?.features[row] ?? "";
    const text = visible(view?.labels[row] ?? "");
    const button = h(
      ui,
      "button",
      {
        class: "saec-sparse-label",
        title: `${text} (${name})`,
        attrs: { "aria-pressed": String(name === feature) },
        on: { click: () => choose(place) },
      },
      h(ui, "bdi", { text: shorten(text, LABEL) }),
    );
    button.style.height = `${ROW}px`;
    return button;
  }

  /** What changes without a new picture: the cell that is looked at, and the selected row. */
  function mark(state: Readonly<State>): void {
    const { view, rows, feature, at } = state;
    for (const [place, button] of [...labels.querySelectorAll("button")].entries())
      button.setAttribute("aria-pressed", String(view?.features[rows[place] ?? -1] === feature));
    const said = textAt(state);
    tip.hidden = said === null;
    cursor.setAttribute("visibility", at && layout ? "visible" : "hidden");
    if (!said || !at || !layout) return;
    const x = layout.x(at.token);
    const y = at.row < 0 ? HEAD : TOP + at.row * ROW;
    cursor.setAttribute("x", String(x));
    cursor.setAttribute("y", String(y));
    cursor.setAttribute("width", String(layout.column));
    const [name, text] = said;
    tip.replaceChildren(
      h(ui, "div", { class: "saec-tooltip-name", text: shorten(name, 60) }),
      h(ui, "div", { text }),
    );
    const shift = stage.scrollLeft;
    const right = x - shift + layout.column + 10;
    tip.style.left = `${right + TIP_ROOM > room ? Math.max(shift, x - 10 - TIP_ROOM) : right + shift}px`;
    tip.style.top = `${y + ROW + 4}px`;
  }

  store.watch(["view", "rows", "most", "level"], draw);
  store.watch(["at", "feature"], mark);
  followWidth(ui, stage, 560, (width) => {
    room = width;
    draw(store.get());
  });
  return element;
}

const limit = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
