/** The gallery page: the Explorer on the example, with a kernel that is made up. Options come from the address. */

import explorer from "../src/explorer.js";
import featureCard from "../src/feature_card.js";
import type { Edit, EffectTrait, GraphTrait } from "../src/model/traits.js";
import { exampleCard, exampleEffect, exampleState } from "./example.js";
import { fakeModel, type Message, type Reply } from "./fake_model.js";

const options = new URLSearchParams(location.search);
const on = (name: string) => options.get(name) === "1";
const crowd = Number(options.get("crowd") ?? 1);
document.documentElement.dataset.theme = options.get("theme") ?? "light";

const state = exampleState({
  hostile: on("hostile"),
  live: options.get("live") !== "0",
  manyTargets: on("many"),
  crowd,
});

function answer(message: Message, reply: Reply): void {
  const graph = state.graph as GraphTrait;
  if (!("nodes" in graph)) return;
  if (message.type === "card") {
    const row = graph.nodes.id.indexOf(String(message.node));
    const feature = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer)[row] ?? 0;
    reply({ card: exampleCard("transcoder.0", feature, graph.nodes.label[row]) });
  } else if (message.type === "edit") {
    const edits = message.edits as Edit[];
    const { before, after, node_value, ...effect }: EffectTrait = exampleEffect(graph, edits);
    setTimeout(
      () => reply({ effect: edits.length > 0 ? effect : null }, [before, after, node_value]),
      Number(options.get("delay") ?? 40),
    );
  } else {
    reply({
      error: {
        message: `The gallery has no model to answer “${message.type}”.`,
        cure: "Open the widget in a notebook.",
      },
    });
  }
}

const widget = fakeModel(state, answer);
const place = document.querySelector<HTMLElement>(".gallery-explorer");
const card = document.querySelector<HTMLElement>(".gallery-card");
if (place) explorer.render({ model: widget.model, el: place });
if (card)
  featureCard.render({
    model: fakeModel({ card: exampleCard("transcoder.1", 12), value: 3.1 }).model,
    el: card,
  });
Object.assign(globalThis, { gallery: widget });
document.documentElement.dataset.ready = "1";
