/** Above the graph: search, filter and the prune slider. */

import { h, type Ui } from "../dom.js";
import { linkTypeChoice } from "../graph/pinned_links.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore } from "../model/state.js";
import { filterControls } from "./filter_panel.js";

export interface Toolbar {
  element: HTMLElement;
  focusSearch(): void;
}

export function createToolbar(ui: Ui, store: ExplorerStore, actions: Actions, leave: () => void): Toolbar {
  const search = h(ui, "input", {
    class: "saec-input saec-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search nodes by label or token" },
    on: { input: () => actions.search(search.value), keydown: press },
  });
  const found = h(ui, "span", { class: "saec-hits", attrs: { "aria-live": "polite" } });

  function press(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      actions.search("");
      leave();
    } else if (event.key === "Enter") {
      next();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Selects the match after the selected one. */
  function next(): void {
    const { matches, selected } = store.get();
    if (!matches || matches.length === 0) return;
    const at = selected === null ? -1 : matches.indexOf(selected);
    actions.select(matches[(at + 1) % matches.length] ?? null);
  }

  const filter = filterControls(ui, store, actions);
  const slider = h(ui, "input", {
    class: "saec-slider saec-prune",
    attrs: {
      type: "range",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": "Share of influence to keep, in percent",
    },
    on: {
      input: () => actions.setShare(Number(slider.value) / 100, false),
      change: () => actions.setShare(Number(slider.value) / 100, true),
    },
  });
  const share = h(ui, "output", { class: "saec-number saec-share" });
  const counts = h(ui, "span", { class: "saec-counts" });
  store.watch(["query"], ({ query }) => {
    if (search.value !== query) search.value = query;
  });
  store.watch(["matches"], ({ matches }) => {
    found.textContent = matches === null ? "" : matches.length === 1 ? "1 node" : `${matches.length} nodes`;
  });
  store.watch(["share"], (state) => {
    slider.value = String(Math.round(state.share * 100));
    share.textContent = `${Math.round(state.share * 100)} %`;
  });
  store.watch(["visible", "graph"], ({ visible, graph }) => {
    counts.textContent =
      visible && graph ? `${visible.nodes} of ${graph.size} nodes · ${visible.edges.length} links` : "";
  });

  const element = h(
    ui,
    "div",
    { class: "saec-toolbar" },
    search,
    filter.button,
    found,
    linkTypeChoice(ui, store),
    h(ui, "div", { class: "saec-spacer" }),
    h(
      ui,
      "label",
      { class: "saec-prune-field", title: "Shows the nodes that together carry this share of the influence" },
      h(ui, "span", { class: "saec-caption", text: "Influence kept" }),
      slider,
      share,
    ),
    counts,
    filter.chips,
  );
  return { element, focusSearch: () => search.focus() };
}
