/** The FeatureAtlas: directions of dictionaries in the plane, by similarity. */

import { createActions } from "./atlas/actions.js";
import { atlasControls } from "./atlas/controls.js";
import { fileOf } from "./atlas/picture.js";
import { sidePanel } from "./atlas/side.js";
import { createStage } from "./atlas/stage.js";
import { followAtlas } from "./atlas/state.js";
import type { AtlasTraits } from "./atlas/traits.js";
import { download, h } from "./dom.js";
import { mount, type Stand } from "./mount.js";
import { lastAction } from "./panels/code.js";
import { statusLine } from "./status.js";

function build(stand: Stand<AtlasTraits>) {
  const { ui, root, model, follow } = stand;
  const status = statusLine(stand);
  const store = followAtlas(stand);
  const actions = createActions(stand, store);
  const stage = createStage({ ui, root, store, actions, search: () => controls.search() });
  const controls = atlasControls(ui, store, actions, {
    palette: stage.palette,
    leave: () => stage.element.focus(),
    save: (kind) => void savePicture(kind),
  });
  const trust = h(ui, "p", { class: "saec-hint saec-atlas-trust" });
  const empty = h(ui, "p", { class: "saec-empty" });
  const body = h(
    ui,
    "div",
    { class: "saec-atlas-body" },
    h(ui, "div", { class: "saec-atlas-main" }, stage.element, trust),
    sidePanel(ui, store, actions),
  );
  const code = lastAction(ui, store);
  root.append(controls.element, status.element, empty, body, code);

  async function savePicture(kind: "png" | "svg"): Promise<void> {
    const picture = stage.picture();
    if (!picture) return;
    const title = picture.atlas.sets.map(({ name }) => name).join(", ");
    const file = await fileOf(ui, picture, kind, title);
    if (file) download(ui, `atlas.${kind}`, file);
    else status.fail({ message: "The browser could not make the picture.", cure: "Save it as SVG instead." });
  }

  store.watch(["atlas", "trust"], (state) => {
    trust.textContent = trustText(state.trust);
    trust.hidden = state.trust === null;
  });
  const showEmpty = () => {
    const { atlas } = store.get();
    empty.hidden = (atlas?.size ?? 0) > 0;
    body.hidden = !empty.hidden;
    empty.textContent = emptyText(atlas !== null, Boolean(model.get("busy")), Boolean(model.get("error")));
  };
  store.watch(["atlas"], showEmpty);
  follow(["busy", "error"], showEmpty);
  return {
    restyle() {
      stage.restyle();
      controls.restyle();
    },
  };
}

function trustText(trust: number | null): string {
  if (trust === null) return "";
  return (
    `Trustworthiness ${trust.toFixed(2)} for 10 neighbours, where 1 means that neighbours in the picture are ` +
    "neighbours in truth. What lies far apart here may be close: the list on the side goes by the cosine."
  );
}

function emptyText(there: boolean, busy: boolean, failed: boolean): string {
  if (there) return "There is no feature to show: none of them fires, or none writes anything.";
  if (busy) return "The features are being placed …";
  return failed ? "There is no picture." : "There is no picture yet.";
}

export default mount<AtlasTraits>(build, "saec-atlas");
