/** The group of the selected node: leave it, or join one. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { groupOf } from "../model/groups.js";
import type { ExplorerStore } from "../model/state.js";
import { shorten, visible } from "../text.js";

export function membership(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const element = h(ui, "div", { class: "saec-membership" });
  store.watch(["graph", "selected", "supernodes"], ({ graph, selected, supernodes }) => {
    const own = groupOf(supernodes, graph?.id[selected ?? -1]);
    element.hidden = !graph || selected === null || supernodes.length === 0;
    if (element.hidden || selected === null) return;
    if (own) {
      const name = visible(own.name);
      const leave = h(ui, "button", {
        class: "saec-chip-remove",
        text: "✕",
        title: `Take this node out of “${name}”`,
        attrs: { "aria-label": `Take this node out of ${name}` },
        on: { click: () => actions.groups.remove(selected) },
      });
      const what = h(ui, "span", { class: "saec-chip-what", text: shorten(name, 36), title: name });
      const chip = h(ui, "span", { class: "saec-chip saec-chip-group" }, what, leave);
      element.replaceChildren(h(ui, "span", { class: "saec-caption", text: "group" }), chip);
      return;
    }
    const join = h(ui, "select", {
      class: "saec-input saec-join",
      attrs: { "aria-label": "Add this node to a group" },
      on: {
        change: () => {
          if (join.value !== "") actions.groups.add(supernodes[Number(join.value)]?.name ?? "", selected);
        },
      },
    });
    join.append(
      h(ui, "option", { text: "Add to a group …", attrs: { value: "" } }),
      ...supernodes.map(({ name }, at) =>
        h(ui, "option", { text: shorten(visible(name), 40), attrs: { value: at } }),
      ),
    );
    element.replaceChildren(join);
  });
  return element;
}
