/** The mode in which clicks mark nodes for a group: held with `g`, or switched on by its button. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import type { ExplorerStore } from "../model/state.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const CONTROLS = `${FIELDS}, button, summary`;

/**
 * Keys of the mode, anywhere in the widget but in fields. Letting go of `g` makes the group, if anything was marked
 * meanwhile; else the mode stays, so that nobody has to hold a key: `g` again or Enter makes the group, Escape leaves.
 * `made` is told the name of a new group.
 */
export function handleGroupKeys(
  ui: Ui,
  root: HTMLElement,
  store: ExplorerStore,
  actions: Actions,
  made: (name: string) => void,
): void {
  const make = () => {
    const name = actions.groups.make();
    if (name !== null) made(name);
  };
  let held: number | null = null;
  const press = (event: KeyboardEvent) => {
    const target = event.target as Element;
    const { marked, graph } = store.get();
    if (!graph || event.ctrlKey || event.metaKey || event.altKey || target.closest(FIELDS)) return;
    if (event.key === "g") {
      if (!event.repeat && marked?.length) make();
      else if (!event.repeat && marked !== null) actions.groups.cancel();
      else if (!event.repeat) {
        actions.groups.begin();
        held = 0;
      }
    } else if (event.key === "Escape" && marked !== null) actions.groups.cancel();
    else if (event.key === "Enter" && marked?.length && !target.closest(CONTROLS)) make();
    else if (event.key === " " && marked !== null && target.closest(".saec-stage")) {
      const { selected } = store.get();
      if (selected !== null) actions.groups.mark([selected]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const release = (event: KeyboardEvent) => {
    if (event.key !== "g" || held === null) return;
    held = null;
    if (store.get().marked?.length) make();
  };
  root.addEventListener("keydown", press, { capture: true, signal: ui.signal });
  root.addEventListener("keyup", release, { capture: true, signal: ui.signal });
}

/** What the mode wants, in words, with its two ways out. */
export function modeBar(
  ui: Ui,
  store: ExplorerStore,
  actions: Actions,
  made: (name: string) => void,
): HTMLElement {
  const words = h(ui, "span", { class: "saec-mode-words", attrs: { "aria-live": "polite" } });
  const make = h(ui, "button", {
    class: "saec-button saec-button-small saec-button-main saec-make-group",
    text: "Make group",
    title: "Make one group of the marked nodes (Enter, or let go of g)",
    on: {
      click() {
        const name = actions.groups.make();
        if (name !== null) made(name);
      },
    },
  });
  const cancel = h(ui, "button", {
    class: "saec-button saec-button-small saec-cancel-group",
    text: "Cancel",
    title: "Leave without a group (Escape)",
    on: { click: actions.groups.cancel },
  });
  const element = h(ui, "div", { class: "saec-mode", attrs: { role: "group", "aria-label": "New group" } });
  element.append(words, make, cancel);
  store.watch(["marked"], ({ marked }) => {
    element.hidden = marked === null;
    make.disabled = !marked?.length;
    const count = marked?.length ?? 0;
    words.textContent =
      count === 0
        ? "Click nodes of the graph, cards or rows to mark them for a group."
        : `${count === 1 ? "1 node" : `${count} nodes`} marked.`;
  });
  return element;
}
