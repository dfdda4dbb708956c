/** The FeatureCard: evidence of one feature, and the way to others; its label is edited in place. */

import { bandsView } from "./card/bands.js";
import type { Look } from "./card/contexts.js";
import { finder } from "./card/finder.js";
import { fullCard, replaceCard } from "./card/full.js";
import { nameFeature, showFeature } from "./card/python.js";
import { type Bands, type CardTraits, type FoundFeature, isCard, nameOf } from "./card/traits.js";
import { h } from "./dom.js";
import { expectList, expectRecord, isRecord } from "./model/expect.js";
import { asFailure } from "./model/failure.js";
import type { Card } from "./model/traits.js";
import { mount, type Stand } from "./mount.js";
import { codeStrip } from "./panels/code.js";
import { statusLine } from "./status.js";
import { visible } from "./text.js";

function build(stand: Stand<CardTraits>): void {
  const { model, ui, root, ask, follow, save } = stand;
  const status = statusLine(stand);
  /** Features that were shown before this one. */
  const past: string[] = [];
  let shown: string | null = model.get("feature") ?? null;
  let line = "";

  const code = codeStrip(ui, [
    { text: "Copy as Python", title: "Copy the Python that does the last action", content: () => line },
  ]);
  const say = (text: string) => {
    line = text;
    code.element.hidden = text === "";
    code.show(text);
  };
  const back = h(ui, "button", {
    class: "saec-button saec-button-small saec-back",
    text: "←",
    title: "Back to the feature before",
    attrs: { "aria-label": "Back to the feature before" },
    on: {
      click() {
        const feature = past.pop();
        if (feature === undefined) return;
        shown = feature;
        save("feature", feature);
        say(showFeature(feature));
      },
    },
  });
  const go = (feature: string) => {
    save("feature", feature);
    say(showFeature(feature));
  };
  const find = async (text: string) => {
    try {
      const { found } = (await ask<{ found: FoundFeature[] }>("find", { text })).body;
      return expectList<FoundFeature>("found features", found, isRecord);
    } catch (error) {
      if (!ui.signal.aborted) status.fail(asFailure(error));
      return [];
    }
  };
  const bar = h(ui, "div", { class: "saec-card-bar" }, back, finder(ui, find, go));
  const body = h(ui, "div", { class: "saec-card-body" });
  root.append(bar, status.element, body, code.element);
  say("");

  follow(["feature"], () => {
    const feature = model.get("feature") ?? null;
    if (shown !== null && feature !== shown) past.push(shown);
    shown = feature;
    back.disabled = past.length === 0;
  });
  follow(["live"], () => {
    bar.hidden = !model.get("live");
  });

  const rename = async (feature: string, label: string) => {
    await ask("label", { feature, label });
    say(nameFeature(feature, label.trim()));
  };

  function draw(): void {
    const card = model.get("card");
    if (!isCard(card)) {
      body.replaceChildren(h(ui, "p", { class: "saec-empty", text: emptyText(model) }));
      return;
    }
    const value = model.get("value") ?? null;
    const live = Boolean(model.get("live"));
    const marks = value === null ? [] : [{ value, name: "here" }];
    const below = (look: Look) => weaker(card, live, look);
    replaceCard(body, fullCard(ui, card, marks, live ? { go, rename, below } : { below }));
  }

  /** Contexts of weaker activations, once they were asked for. */
  function weaker(card: Card, live: boolean, look: Look): HTMLElement {
    const bands = expectRecord<Bands>("bands", model.get("bands"));
    if (bands?.feature === nameOf(card)) return bandsView(ui, bands, card.max, look);
    const button = h(ui, "button", {
      class: "saec-button saec-button-small saec-ask-bands",
      text: "Show weaker activations too",
      title: "Read some texts again and draw contexts from each quarter of the feature's range",
      on: { click: () => void status.run("Sampling texts", "bands", { feature: nameOf(card) }) },
    });
    button.hidden = !live || !(card.max > 0);
    return button;
  }
  follow(["card", "value", "bands", "live"], draw);
}

function emptyText(model: Stand<CardTraits>["model"]): string {
  const feature = model.get("feature");
  if (feature) return `${visible(feature)} is not among these dictionaries, or nothing is known of it.`;
  return model.get("live") ? "No feature yet: find one above, or click one elsewhere." : "No feature yet.";
}

export default mount<CardTraits>(build, "saec-card-alone");
