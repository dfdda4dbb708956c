/** The CrosscoderMap: where the features of a crosscoder live, by the norms of their decoders. */

import { createActions } from "./crosscoder/actions.js";
import { crosscoderControls, mapLegend } from "./crosscoder/controls.js";
import { createHistogram } from "./crosscoder/histogram.js";
import { createList } from "./crosscoder/list.js";
import { createMap } from "./crosscoder/map.js";
import { createProfile } from "./crosscoder/profile.js";
import { followCrosscoder } from "./crosscoder/state.js";
import type { CrosscoderTraits } from "./crosscoder/traits.js";
import { download, h } from "./dom.js";
import { pngFile, svgFile } from "./graph/picture.js";
import { mount, type Stand } from "./mount.js";
import { lastAction } from "./panels/code.js";
import { statusLine } from "./status.js";
import { visible } from "./text.js";

function build(stand: Stand<CrosscoderTraits>) {
  const { ui, root } = stand;
  const status = statusLine(stand);
  const store = followCrosscoder(stand);
  const actions = createActions(stand, store);
  const map = createMap({
    ui,
    root,
    store,
    actions,
    search: () => controls.search(),
    laid: () => legend.restyle(),
  });
  const controls = crosscoderControls(ui, store, actions, {
    leave: () => map.element.focus(),
    save: (kind) => void savePicture(kind),
  });
  const legend = mapLegend(ui, store, map);
  const list = createList(ui, store, actions, map.ramp);
  const code = lastAction(ui, store);
  const empty = h(ui, "p", { class: "saec-empty", text: "No crosscoder yet." });
  const body = h(
    ui,
    "div",
    { class: "saec-cross-body" },
    h(
      ui,
      "div",
      { class: "saec-cross-main" },
      createHistogram(ui, store, actions),
      h(
        ui,
        "section",
        { class: "saec-cross-part", attrs: { "aria-label": "Norms of all features" } },
        map.element,
        legend.element,
      ),
      createProfile(ui, store, actions),
    ),
    list.element,
  );
  root.append(controls.element, status.element, empty, body, code);

  async function savePicture(kind: "png" | "svg"): Promise<void> {
    const picture = map.picture();
    const { crosscoder, measure } = store.get();
    if (!picture || !crosscoder) return;
    const title = `${visible(crosscoder.name)}, by ${measure?.title ?? ""}`;
    const file = kind === "svg" ? svgFile(picture, title) : await pngFile(ui, picture, title);
    if (file) download(ui, `crosscoder.${kind}`, file);
    else status.fail({ message: "The browser could not make the picture.", cure: "Save it as SVG instead." });
  }

  store.watch(["crosscoder"], ({ crosscoder }) => {
    empty.hidden = crosscoder !== null;
    body.hidden = crosscoder === null;
  });
  return {
    restyle() {
      map.restyle();
      legend.restyle();
      list.restyle();
    },
  };
}

export default mount<CrosscoderTraits>(build, "saec-cross");
