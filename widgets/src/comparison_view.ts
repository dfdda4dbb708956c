/** The ComparisonView: two circuits side by side, or one graph of their difference; one selection over all of them. */

import { comparisonHead } from "./comparison/head.js";
import { nodeLists } from "./comparison/list.js";
import { createPane, type Pane } from "./comparison/pane.js";
import type { ComparisonTraits } from "./comparison/traits.js";
import { h } from "./dom.js";
import { mount, type Stand } from "./mount.js";
import { statusLine } from "./status.js";

const NAMES = ["A", "B", "B − A"];

function build(stand: Stand<ComparisonTraits>) {
  const { model, ui, root, follow, save, onClean } = stand;
  const status = statusLine(stand);
  const head = comparisonHead(ui, {
    mode: (mode) => save("mode", mode),
    share(share, done) {
      for (const pane of panes) pane.setShare(share);
      head.showShare(share);
      if (done) save("prune", share);
    },
  });
  const graphs = h(ui, "div", { class: "saec-compared-graphs" });
  const below = h(ui, "div");
  const empty = h(ui, "p", { class: "saec-empty", text: "No circuits yet." });
  root.append(head.element, status.element, empty, graphs, below);

  let panes: Pane[] = [];
  let mark: (id: string | null) => void = () => {};
  const select = (id: string | null) => save("selected", id);
  const hover = (id: string | null) => {
    for (const pane of panes) pane.hover(id);
  };
  const close = () => {
    for (const pane of panes) pane.close();
    panes = [];
  };
  onClean(close);

  follow(["graphs", "rows"], () => {
    close();
    const traits = model.get("graphs") ?? [];
    empty.hidden = traits.length === NAMES.length;
    try {
      const leave = () => below.querySelector<HTMLElement>("button")?.focus();
      panes = traits.map((trait, at) =>
        createPane(ui, { name: NAMES[at] ?? "", trait, root, select, hover, leave }),
      );
      const [first, second, union] = panes.map(({ graph }) => graph);
      if (!first || !second || !union) return below.replaceChildren();
      const named = { lost: first, shared: union, gained: second };
      const lists = nodeLists(ui, model.get("rows") ?? [], named, { select, hover });
      mark = lists.mark;
      below.replaceChildren(lists.element);
    } finally {
      graphs.replaceChildren(...panes.map(({ element }) => element));
      showAll();
    }
  });

  function showMode(): void {
    const mode = model.get("mode") ?? "side by side";
    for (const [at, pane] of panes.entries()) pane.element.hidden = (at === 2) !== (mode === "difference");
    head.show({ scores: model.get("scores") ?? {}, rows: model.get("rows") ?? [], mode });
  }
  function showSelected(): void {
    const selected = model.get("selected") ?? null;
    for (const pane of panes) pane.select(selected);
    mark(selected);
  }
  function showShare(): void {
    const share = model.get("prune") ?? 0.8;
    for (const pane of panes) pane.setShare(share);
    head.showShare(share);
  }
  function showAll(): void {
    showMode();
    showSelected();
    showShare();
  }
  follow(["mode", "scores"], showMode);
  follow(["selected"], showSelected);
  follow(["prune"], showShare);
  return {
    restyle() {
      for (const pane of panes) pane.restyle();
    },
  };
}

export default mount<ComparisonTraits>(build, "saec-comparison");
