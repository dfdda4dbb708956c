/** Edits of the selected feature: what the form asks for becomes edits; pages without a kernel say where to edit. */

import { h, type Ui } from "../dom.js";
import type { Actions } from "../model/actions.js";
import { type Graph, Kind } from "../model/decode.js";
import { overlaps } from "../model/edits.js";
import { refusal } from "../model/possible.js";
import type { ExplorerStore } from "../model/state.js";
import type { Edit, EditOp } from "../model/traits.js";
import { visible } from "../text.js";
import { createEditForm } from "./edit_form.js";

export interface EditControls {
  element: HTMLElement;
  /** False where the selected node cannot be edited. */
  focus(): boolean;
  /** Ablates the feature of a node, or takes its edit back. */
  toggleAblation(node: number): void;
}

export function createEditControls(ui: Ui, store: ExplorerStore, actions: Actions): EditControls {
  const form = createEditForm(ui, {
    toggleAblation() {
      const { selected } = store.get();
      if (selected !== null) toggleAblation(selected);
    },
    apply(op, more, live) {
      const { graph, selected } = store.get();
      const edit = graph && selected !== null ? makeEdit(graph, selected, op, more) : null;
      if (edit) actions.edit(edit, live);
    },
  });
  const note = h(ui, "p", { class: "saec-hint" });
  const element = h(ui, "div", { class: "saec-edit-panel" }, form.element, note);

  function makeEdit(graph: Graph, node: number, op: EditOp, more: Partial<Edit> = {}): Edit | null {
    const dictionary = graph.meta.dictionaries[graph.dictionary[node] ?? -1];
    const feature = graph.feature[node] ?? -1;
    if (dictionary === undefined || feature < 0 || refusal(graph)) return null;
    const positions = form.everywhere() ? null : [graph.position[node] ?? 0];
    return { op, dictionary, feature, positions, value: null, source: null, source_position: null, ...more };
  }

  function toggleAblation(node: number): void {
    const { graph, edits } = store.get();
    const edit = graph && makeEdit(graph, node, "ablate");
    if (!edit) return;
    const present = edits.find((other) => overlaps(other, edit));
    if (present) actions.setEdits(edits.filter((other) => other !== present));
    else actions.edit(edit);
  }

  store.watch(["graph", "selected", "edits"], ({ graph, selected, edits }) => {
    const feature = graph !== null && selected !== null && graph.kind[selected] === Kind.feature;
    element.hidden = !feature;
    const refused = graph && refusal(graph);
    form.element.hidden = !graph || refused !== null;
    note.hidden = !form.element.hidden;
    note.textContent = refused ? visible(`${refused.message} ${refused.cure}`) : "";
    const probe = feature ? makeEdit(graph, selected, "ablate") : null;
    const present = probe && edits.find((edit) => overlaps(edit, probe));
    const factors: Partial<Record<EditOp, number>> = { ablate: 0, scale: present?.value ?? 1 };
    form.show(present ? (factors[present.op] ?? 1) : 1, Boolean(present));
  });
  store.watch(["graph", "selected"], ({ graph, selected }) => {
    form.setAmount(graph && selected !== null ? (graph.value[selected] ?? Number.NaN) : Number.NaN);
  });
  const focus = () => {
    const editable = !element.hidden && !form.element.hidden;
    if (editable) form.focus();
    return editable;
  };
  return { element, focus, toggleAblation };
}
