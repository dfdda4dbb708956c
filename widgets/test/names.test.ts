import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleCard, exampleState, HOSTILE } from "../gallery/example.js";
import { type FakeModel, fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import explorer from "../src/explorer.js";
import { cardsWithNames, readNames, withNames } from "../src/model/names.js";
import type { Card, ExplorerTraits, Failure } from "../src/model/traits.js";
import { fakeBrowser, settle } from "./setup.js";
import { tinyGraph, tinyTrait } from "./tiny.js";

const names = (record: Record<string, unknown>) => readNames(record);

describe("names over labels", () => {
  test("only the feature that was named has another label", () => {
    const graph = tinyGraph();
    const named = withNames(graph, names({ "transcoder.0/7": "kings" }));
    expect(named.label).toEqual(["a", " b", "kings", "verbs", "error", "x − y"]);
    expect(graph.label[2]).toBe("plural");
    expect(named.id).toBe(graph.id);
  });

  test("where nothing changes the graph stays the same object", () => {
    const graph = tinyGraph();
    expect(withNames(graph, names({}))).toBe(graph);
    expect(withNames(graph, names({ "transcoder.0/7": "plural", "transcoder.9/1": "x" }))).toBe(graph);
  });

  test("what is no name is passed over", () => {
    for (const value of [null, undefined, [], "x", 3]) expect(readNames(value).size).toBe(0);
    expect([...readNames({ a: "b", c: 4, d: null })]).toEqual([["a", "b"]]);
  });

  test("cards are named too", () => {
    const card = exampleCard("transcoder.0", 7);
    const failure = { message: "no", cure: "" };
    const cards = new Map<string, Card | Failure>([
      ["transcoder.0/7", card],
      ["transcoder.0/8", failure],
    ]);
    const named = cardsWithNames(cards, names({ "transcoder.0/7": "kings", "transcoder.0/8": "x" }));
    expect(named.get("transcoder.0/7")).toEqual({ ...card, label: "kings" });
    expect(named.get("transcoder.0/8")).toBe(failure);
  });
});

describe("in the Explorer", () => {
  let el: HTMLElement;
  beforeEach(() => {
    fakeBrowser();
    el = document.createElement("div");
    document.body.append(el);
  });
  afterEach(() => {
    el.remove();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
  const q = <E extends Element = HTMLElement>(selector: string) => {
    const found = el.querySelector<E>(selector);
    if (!found) throw new Error(`nothing matches ${selector}`);
    return found;
  };
  const text = (selector: string) => q(selector).textContent ?? "";

  async function mount(change: Partial<ExplorerTraits> = {}): Promise<FakeModel<ExplorerTraits>> {
    const state = { ...exampleState(), prune: 1, graph: tinyTrait(), selected: "f0", ...change };
    const fake: FakeModel<ExplorerTraits> = fakeModel(state, (message: Message, reply: Reply) => {
      if (message.type === "card") return reply({ card: exampleCard("transcoder.0", 7, "plural") });
      if (message.type !== "label" || message.label === "no") {
        return reply({ error: { message: "It cannot be named.", cure: "Try another." } });
      }
      fake.model.set("names", { "transcoder.0/7": String(message.label).trim() });
      return reply({ feature: message.feature, label: message.label });
    });
    explorer.render({ model: fake.model, el });
    await settle();
    return fake;
  }

  async function name(label: string): Promise<void> {
    q(".saec-label-edit").click();
    const input = q<HTMLInputElement>(".saec-label-input");
    input.value = label;
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await settle();
  }

  test("a feature is named in its card, and has the name everywhere", async () => {
    const fake = await mount();
    await name(` kings ${HOSTILE} `);
    expect(fake.sent.at(-1)).toMatchObject({ type: "label", feature: "transcoder.0/7" });
    for (const place of [".saec-node-title", ".saec-evidence .saec-label-text"]) {
      expect(text(place)).toContain(`kings ${HOSTILE}`);
    }
    expect(el.querySelector("img")).toBeNull();
    expect(text(".saec-code-text")).toBe(`lab.set_label("transcoder.0/7", "kings ${HOSTILE}")`);
    expect(fake.model.get("selected")).toBe("f0");
    q(".saec-node .saec-clear").click();
    expect(text(".saec-strongest")).toContain("kings");
  });

  test("what Python refuses is said below the field", async () => {
    await mount();
    await name("no");
    expect(text(".saec-label-failed")).toBe("It cannot be named. Try another.");
    expect(text(".saec-node-title")).toContain("plural");
  });

  test("names from elsewhere, and those of a saved widget, are shown", async () => {
    const fake = await mount({ names: { "transcoder.0/7": "before" } });
    expect(text(".saec-node-title")).toContain("before");
    fake.model.set("names", { "transcoder.0/7": "after" });
    expect(text(".saec-node-title")).toContain("after");
    expect(text(".saec-evidence .saec-label-text")).toBe("after");
  });

  test("without a model a label can only be read", async () => {
    const cards = { "transcoder.0/7": exampleCard("transcoder.0", 7, "plural") };
    await mount({ graph: { ...tinyTrait(), live: false }, cards });
    expect(text(".saec-evidence .saec-label-text")).toBe("plural");
    expect(el.querySelector(".saec-label-edit")).toBeNull();
  });
});
