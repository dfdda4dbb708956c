/** The SteeringPanel: features on sliders, and two texts beside one another. */

import { h } from "./dom.js";
import { mount, type Stand } from "./mount.js";
import { codeStrip } from "./panels/code.js";
import { statusLine } from "./status.js";
import { continuation } from "./steer/continuation.js";
import { steerHead } from "./steer/options.js";
import { steerRows } from "./steer/rows.js";
import { featureSearch } from "./steer/search.js";
import { createActions, createSteerStore, panelCode } from "./steer/state.js";
import type { SteeringTraits } from "./steer/traits.js";

function build(stand: Stand<SteeringTraits>): void {
  const { ui, root } = stand;
  const status = statusLine(stand);
  const store = createSteerStore(stand);
  const actions = createActions(stand, store, status);
  const texts = continuation(ui);
  store.watch(["plain", "edited", "prompt"], ({ plain, edited, prompt }) =>
    texts.show(plain && edited ? { prompt, plain, edited } : null),
  );
  store.watch(["waiting"], ({ waiting }) => texts.wait(waiting));
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that writes this text",
      content: () => store.get().code,
    },
    {
      text: "Copy panel",
      title: "Copy the Python that opens this panel",
      content: () => panelCode(store.get()),
    },
  ]);
  store.watch(["code"], (state) => code.show(state.code));
  root.append(
    steerHead(ui, store, actions),
    status.element,
    h(
      ui,
      "section",
      { class: "saec-steer-features", attrs: { "aria-label": "Features" } },
      steerRows(ui, store, actions),
      featureSearch(ui, store, actions),
    ),
    texts.element,
    code.element,
  );
}

export default mount<SteeringTraits>(build, "saec-steer saec-late");
