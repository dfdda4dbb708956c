/** Groups found by Python: how many, among which nodes; what was found can be kept, undone or asked for anew. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { Kind } from "../model/decode.js";
import { hasKernel } from "../model/possible.js";
import { type ExplorerStore, rows, type State } from "../model/state.js";
import { popover } from "./popover.js";

type Scope = "shown" | "pinned" | "all";

/** Features of a part of the circuit. */
function features({ graph, visible, pinned }: Readonly<State>, scope: Scope): number[] {
  if (!graph) return [];
  const all = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.feature);
  if (scope === "all") return all;
  const chosen = new Set(rows(graph, pinned));
  return all.filter((node) => (scope === "shown" ? visible?.node[node] === 1 : chosen.has(node)));
}

export function proposeGroups(ui: Ui, store: ExplorerStore, actions: Actions): HTMLElement {
  const count = h(ui, "input", {
    class: "saec-input saec-group-count",
    attrs: { type: "number", min: 1, max: 50, step: 1, "aria-label": "Number of groups" },
    on: { keydown: enter, input: () => count.setAttribute("data-chosen", "1") },
  });
  const scope = h(ui, "select", {
    class: "saec-input saec-group-scope",
    attrs: { "aria-label": "Features to group" },
    on: { change: guess },
  });
  const go = h(ui, "button", {
    class: "saec-button saec-button-main saec-propose",
    text: "Propose",
    title: "Group features with alike inputs and outputs, labels and tokens",
    on: { click: ask },
  });
  const found = h(ui, "span", { class: "saec-hint", attrs: { "aria-live": "polite" } });
  const keep = h(ui, "button", {
    class: "saec-button saec-button-small saec-keep",
    text: "Keep",
    on: { click: actions.groups.keep },
  });
  const undo = h(ui, "button", {
    class: "saec-button saec-button-small saec-unpropose",
    text: "Undo",
    on: { click: actions.undo },
  });
  const answer = h(ui, "div", { class: "saec-popover-line" }, found, keep, undo);
  const form = h(
    ui,
    "div",
    { class: "saec-popover-line" },
    h(ui, "label", { class: "saec-field" }, count, h(ui, "span", { text: "groups of" })),
    scope,
    go,
  );
  const { element } = popover(
    ui,
    {
      text: "Auto-group ▾",
      title: "Let Python find groups of features that belong together",
      class: "saec-button-small saec-auto-group",
      label: "Find groups",
    },
    [form, answer],
    choices,
  );

  const chosen = () => features(store.get(), scope.value as Scope);

  /** The scopes that there are, with their sizes. */
  function choices(): void {
    const before = scope.value;
    const names: [Scope, string][] = [
      ["pinned", "the pinned features"],
      ["shown", "the features on show"],
      ["all", "all features"],
    ];
    const sized = names
      .map(([value, text]) => ({ value, text, size: features(store.get(), value).length }))
      .filter(({ size }) => size > 1);
    scope.replaceChildren(
      ...sized.map(({ value, text, size }) =>
        h(ui, "option", { text: `${text} (${size})`, attrs: { value } }),
      ),
    );
    scope.value = sized.some(({ value }) => value === before) ? before : (sized[0]?.value ?? "");
    guess();
  }

  /** The root of the number of features, until a person has chosen. */
  function guess(): void {
    const size = chosen().length;
    count.max = String(Math.max(1, size));
    if (!count.hasAttribute("data-chosen"))
      count.value = String(Math.max(1, Math.min(12, Math.round(Math.sqrt(size)))));
    go.disabled = size < 2;
  }

  function ask(): void {
    const nodes = chosen();
    const wanted = Math.round(Number(count.value));
    if (go.disabled || store.get().waiting !== "" || !Number.isFinite(wanted)) return;
    const many = Math.max(1, Math.min(nodes.length, wanted));
    count.value = String(many);
    void actions.groups.propose(many, nodes, scope.value === "all");
  }
  function enter(event: KeyboardEvent): void {
    if (event.key !== "Enter") return;
    event.preventDefault();
    ask();
  }

  store.watch(["proposal"], ({ proposal }) => {
    answer.hidden = proposal === null;
    const many = proposal?.count ?? 0;
    found.textContent =
      many === 0
        ? "Nothing hangs together so far."
        : many === 1
          ? "1 group proposed."
          : `${many} groups proposed.`;
  });
  store.watch(["graph"], ({ graph }) => {
    element.hidden = !graph || !hasKernel(graph);
  });
  // Not disabled: the focus would leave, and with it the panel.
  store.watch(["waiting"], ({ waiting }) => go.setAttribute("aria-disabled", String(waiting !== "")));
  return element;
}
