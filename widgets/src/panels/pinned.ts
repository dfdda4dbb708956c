/** The pinned nodes and supernodes as a graph of their own, with its scores and the making of groups. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import * as python from "../model/python.js";
import type { ExplorerStore } from "../model/state.js";
import { MOST_CARDS, makeCards } from "../subgraph/cards.js";
import { handleGroupKeys, modeBar } from "../subgraph/mode.js";
import { proposeGroups } from "../subgraph/propose.js";
import { scoreLine } from "../subgraph/score_line.js";
import { createSheet } from "../subgraph/sheet.js";

/** `root` is the widget's: the keys of grouping are heard everywhere in it. */
export function pinnedPanel(ui: Ui, store: ExplorerStore, actions: Actions, root: HTMLElement): HTMLElement {
  const small = (name: string, text: string, title: string, run: () => void) =>
    h(ui, "button", { class: `saec-button saec-button-small ${name}`, text, title, on: { click: run } });
  const sheet = createSheet(ui, store, actions);
  const group = small(
    "saec-group-mode",
    "Group",
    "Mark nodes and make a group of them (hold g)",
    actions.groups.toggle,
  );
  const flow = small("saec-flow", "", "", () => {
    const next = store.get().flow === "across" ? "up" : "across";
    // Places belong to one direction.
    const moved = Object.keys(store.get().places).length > 0;
    const line = moved ? `${python.flow(next)}; ${python.places({})}` : python.flow(next);
    actions.commit({ flow: next, places: {} }, line);
  });
  const tidy = small("saec-tidy", "Tidy", "Put all cards back where they belong", () =>
    actions.commit({ places: {} }, python.places({})),
  );
  const size = small("saec-sheet-size", "⇕", "Give the subgraph more room", () =>
    size.setAttribute("aria-pressed", String(sheet.resize())),
  );
  size.setAttribute("aria-label", size.title);
  size.setAttribute("aria-pressed", "false");
  const save = small("saec-save-sheet", "SVG", "Save the subgraph as a picture (.svg)", sheet.save);
  const clear = small("saec-unpin-all", "Unpin all", "Unpin all nodes; groups stay", actions.unpinAll);
  const hint = h(ui, "p", {
    class: "saec-hint saec-pinned-hint",
    text: "Pin nodes (p, Ctrl-click) to see the links among them; hold g and click to group.",
  });
  const more = h(ui, "p", { class: "saec-hint" });
  const tools = h(ui, "div", { class: "saec-pinned-tools" });
  tools.append(group, proposeGroups(ui, store, actions), flow, sheet.zoom, size, tidy, save, clear);
  const head = h(
    ui,
    "div",
    { class: "saec-panel-head" },
    h(ui, "h3", { class: "saec-subtitle", text: "Pinned" }),
    scoreLine(ui, store),
    tools,
  );
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-pinned", attrs: { "aria-label": "Pinned nodes" } },
    head,
    modeBar(ui, store, actions, sheet.rename),
    hint,
    sheet.element,
    more,
  );
  handleGroupKeys(ui, root, store, actions, sheet.rename);

  store.watch(["marked"], ({ marked }) => group.setAttribute("aria-pressed", String(marked !== null)));
  store.watch(["flow"], ({ flow: now }) => {
    flow.textContent = now === "across" ? "Layers →" : "Layers ↑";
    flow.title = now === "across" ? "Let the layers go upwards" : "Let the layers go across";
    flow.setAttribute("aria-label", flow.title);
  });
  store.watch(["graph", "pinned", "supernodes", "places"], ({ graph, pinned, supernodes, places }) => {
    element.hidden = graph === null;
    const { cards, left } = graph ? makeCards(graph, pinned, supernodes) : { cards: [], left: 0 };
    hint.hidden = cards.length > 0;
    for (const button of [sheet.zoom, size, flow, save]) button.hidden = cards.length === 0;
    clear.hidden = pinned.length === 0;
    tidy.hidden = !cards.some(({ key }) => key in places);
    more.hidden = left === 0;
    more.textContent = `${left} more are pinned; the subgraph shows ${MOST_CARDS}.`;
  });
  return element;
}
