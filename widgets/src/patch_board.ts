/** The PatchBoard: two prompts, and what features of one do in the run of the other. */

import { h } from "./dom.js";
import { mount, type Stand } from "./mount.js";
import { codeStrip } from "./panels/code.js";
import { legend } from "./patch/legend.js";
import { patchMap } from "./patch/map.js";
import { outputPanel } from "./patch/output.js";
import { questionHead } from "./patch/question.js";
import { sidePanel } from "./patch/side.js";
import { createActions, createPatchStore } from "./patch/state.js";
import type { PatchTraits } from "./patch/traits.js";
import { statusLine } from "./status.js";

function build(stand: Stand<PatchTraits>): void {
  const { ui, root } = stand;
  const status = statusLine(stand);
  const store = createPatchStore(stand);
  const actions = createActions(stand, store, status);
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that does the last action",
      content: () => store.get().code,
    },
  ]);
  store.watch(["code"], (state) => code.show(state.code));
  const picture = h(
    ui,
    "div",
    { class: "saec-patch-main" },
    patchMap(ui, store, actions),
    legend(ui, store, actions),
  );
  const side = sidePanel(ui, store, actions);
  root.append(
    questionHead(ui, store, actions),
    status.element,
    h(ui, "div", { class: "saec-patch-body" }, picture, side, outputPanel(ui, store, actions)),
    code.element,
  );
}

export default mount<PatchTraits>(build, "saec-patch saec-late");
