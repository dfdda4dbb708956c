import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleCard, exampleEffect, exampleState, HOSTILE, type Options } from "../gallery/example.js";
import { type FakeModel, fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import explorer from "../src/explorer.js";
import type { Edit, ExplorerTraits, GraphTrait } from "../src/model/traits.js";
import { calls, fakeBrowser, settle } from "./setup.js";
import { tinyTrait } from "./tiny.js";

type Fake = FakeModel<ExplorerTraits>;

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
const all = (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)];
const text = (selector: string) => q(selector).textContent ?? "";
const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

/** Answers as a kernel would. */
function kernel(state: ExplorerTraits) {
  return (message: Message, reply: Reply) => {
    const graph = state.graph as GraphTrait;
    if (message.type === "card") return reply({ card: exampleCard("transcoder.0", 7, HOSTILE) });
    if (message.type === "edit") {
      const { before, after, node_value, ...effect } = exampleEffect(graph, message.edits as Edit[]);
      return reply({ effect }, [before, after, node_value]);
    }
    return reply({ error: { message: "no", cure: "none" } });
  };
}

async function mount(state: ExplorerTraits, answer = kernel(state)): Promise<Fake & { clean(): void }> {
  const fake = fakeModel(state, answer);
  const clean = explorer.render({ model: fake.model, el });
  await settle();
  return { ...fake, clean };
}

const tiny = (): ExplorerTraits => ({ ...exampleState(), prune: 1, graph: tinyTrait() });
const example = (options: Options = {}) => exampleState(options);

describe("selecting", () => {
  test("a click on a row selects, saves the trait and shows the node", async () => {
    const fake = await mount(tiny());
    q(".saec-strongest .saec-row").click();
    expect(fake.saved).toEqual([{ selected: "f0" }]);
    expect(text(".saec-node-title")).toContain("plural");
    expect(text(".saec-live")).toContain("plural, feature, layer 0 · at “a” (0), activation 2.00");
    expect(text(".saec-code-text")).toBe('explorer.selected = "f0"');
  });

  test("inputs and outputs are split by sign, strongest first", async () => {
    await mount({ ...tiny(), selected: "y" });
    const groups = all(".saec-list").map((list) => [
      list.getAttribute("aria-label"),
      list.querySelectorAll(".saec-row").length,
    ]);
    expect(groups).toEqual([
      ["positive inputs", 3],
      ["negative inputs", 1],
    ]);
    expect(all(".saec-list")[0]?.querySelector(".saec-row")?.textContent).toContain("plural");
    expect(all(".saec-list")[1]?.textContent).toContain("−1.00");
  });

  test("Python may select, pin and prune at any time", async () => {
    const fake = await mount(tiny());
    fake.model.set("selected", "f1");
    expect(text(".saec-node-title")).toContain("verbs");
    fake.model.set("pinned", ["f0", "gone"]);
    expect(all(".saec-box")).toHaveLength(1);
    fake.model.set("prune", 0);
    expect(text(".saec-counts")).toContain("5 of 6 nodes");
    fake.model.set("supernodes", [{ name: HOSTILE, members: ["f0", "f1"] }]);
    expect(text(".saec-box-group")).toContain("<img");
    fake.model.set("selected", null);
    expect(q(".saec-node-title").hidden).toBe(true);
  });

  test("a new circuit starts anew", async () => {
    const fake = await mount({ ...tiny(), selected: "f0" });
    fake.model.set("selected", null);
    fake.model.set("graph", { ...tinyTrait(), prompt: "another" });
    expect(q<HTMLInputElement>(".saec-input-prompt").value).toBe("another");
    expect(q(".saec-undo")).toHaveProperty("disabled", true);
  });
});

describe("keys", () => {
  test("arrows, pin, undo; nothing reaches the notebook", async () => {
    const fake = await mount(tiny());
    const outside = vi.fn();
    el.addEventListener("keydown", outside);
    const stage = q(".saec-stage");
    press(stage, "ArrowUp");
    expect(fake.model.get("selected")).toBe("y");
    press(stage, "ArrowDown");
    expect(["f0", "f1", "e"]).toContain(fake.model.get("selected"));
    press(stage, "p");
    expect(fake.model.get("pinned")).toHaveLength(1);
    press(stage, "u");
    expect(fake.model.get("pinned")).toHaveLength(0);
    press(stage, "U");
    expect(fake.model.get("pinned")).toHaveLength(1);
    press(stage, "Escape");
    expect(fake.model.get("selected")).toBeNull();
    press(stage, "x");
    expect(outside).not.toHaveBeenCalled();
  });

  test("slash searches, Enter selects the best match, Escape clears", async () => {
    const fake = await mount(tiny());
    press(q(".saec-stage"), "/");
    const search = q<HTMLInputElement>(".saec-search");
    expect(document.activeElement).toBe(search);
    search.value = "verbs";
    search.dispatchEvent(new Event("input"));
    expect(text(".saec-hits")).toBe("1 node");
    press(search, "Enter");
    expect(fake.model.get("selected")).toBe("f1");
    press(search, "Escape");
    expect(search.value).toBe("");
  });

  test("every control keeps Jupyter's shortcuts away", async () => {
    await mount({ ...example(), selected: null, pinned: exampleState().graph.nodes?.id.slice(20, 24) ?? [] });
    q(".saec-strongest .saec-row").click();
    const focusable = all("button, input, select, textarea, [tabindex]");
    expect(focusable.length).toBeGreaterThan(30);
    for (const control of focusable)
      expect(control.getAttribute("data-lm-suppress-shortcuts"), control.outerHTML).toBe("true");
  });
});

describe("editing", () => {
  const ablated: Edit = {
    op: "ablate",
    dictionary: "transcoder.0",
    feature: 7,
    positions: [0],
    value: null,
    source: null,
    source_position: null,
  };

  test("ablating asks the kernel and shows what changed", async () => {
    const fake = await mount({ ...tiny(), selected: "f0" });
    q(".saec-ablate").click();
    expect(fake.sent.at(-1)).toMatchObject({ type: "edit", edits: [ablated], frozen: false });
    await settle();
    expect(text(".saec-verdict")).toContain("Answer changes");
    expect(text(".saec-verdict")).toContain("Paris");
    expect(all(".saec-pair").length).toBe(8);
    expect(text(".saec-chip-edit")).toContain("ablate · a");
    expect(text(".saec-code-text")).toBe(
      'lab.intervene("a b", [sc.Ablate(sc.Feature("transcoder.0", 7), positions=[0])], frozen=False)',
    );
    expect(text(".saec-node-facts")).toContain("2.00 → 0.00");
  });

  test("undo takes an edit back, redo makes it again", async () => {
    const fake = await mount({ ...tiny(), selected: "f0" });
    press(q(".saec-stage"), "a");
    await settle();
    q(".saec-undo").click();
    expect(fake.sent.at(-1)).toMatchObject({ type: "edit", edits: [] });
    await settle();
    expect(all(".saec-chip-edit")).toHaveLength(0);
    q(".saec-redo").click();
    await settle();
    expect(fake.sent.at(-1)).toMatchObject({ type: "edit", edits: [ablated] });
    expect(all(".saec-chip-edit")).toHaveLength(1);
  });

  test("scale, set, add, patch and where they act", async () => {
    const fake = await mount({ ...tiny(), selected: "f0" });
    const slider = q<HTMLInputElement>(".saec-scale");
    slider.value = "2.5";
    slider.dispatchEvent(new Event("input"));
    await settle();
    q<HTMLInputElement>(".saec-amount").value = "-3";
    q(".saec-set").click();
    await settle();
    all(".saec-scope .saec-choice")[1]?.click();
    q(".saec-add").click();
    await settle();
    q<HTMLInputElement>(".saec-source").value = 'another "prompt"';
    q(".saec-patch").click();
    await settle();
    const asked = fake.sent.filter(({ type }) => type === "edit").map(({ edits }) => (edits as Edit[])[0]);
    expect(asked).toEqual([
      { ...ablated, op: "scale", value: 2.5 },
      { ...ablated, op: "set", value: -3 },
      { ...ablated, op: "add", value: -3, positions: null },
      { ...ablated, op: "patch", source: 'another "prompt"', positions: null },
    ]);
  });

  test("a newer request makes an older answer void", async () => {
    const replies: [Message, Reply][] = [];
    const state = { ...tiny(), selected: "f0" };
    const fake = await mount(state, (message, reply) => {
      if (message.type === "edit") replies.push([message, reply]);
    });
    q(".saec-ablate").click();
    q(".saec-set").click();
    expect(replies).toHaveLength(2);
    const answer = ([message, reply]: [Message, Reply], top: string) => {
      const { before, after, node_value, ...effect } = exampleEffect(
        state.graph as GraphTrait,
        message.edits as Edit[],
      );
      reply({ effect: { ...effect, top_before: "x", top_after: top } }, [before, after, node_value]);
    };
    answer(replies[1] as [Message, Reply], "second");
    await settle();
    answer(replies[0] as [Message, Reply], "first");
    await settle();
    expect(text(".saec-verdict")).toContain("second");
    expect(text(".saec-chip-what")).toContain("= 2.00");
    q(".saec-undo").click();
    expect(fake.sent.at(-1)).toMatchObject({ edits: [] });
  });

  test("while a slider waits for an answer, only its last value is asked for next", async () => {
    const replies: [Message, Reply][] = [];
    const state = { ...tiny(), selected: "f0" };
    await mount(state, (message, reply) => {
      if (message.type === "edit") replies.push([message, reply]);
    });
    const slider = q<HTMLInputElement>(".saec-scale");
    for (const value of ["1.5", "2", "3"]) {
      slider.value = value;
      slider.dispatchEvent(new Event("input"));
    }
    expect(replies).toHaveLength(1);
    kernel(state)(...(replies[0] as [Message, Reply]));
    await settle();
    expect(replies).toHaveLength(2);
    const [asked] = replies[1] as [Message, Reply];
    expect(asked.edits).toMatchObject([{ op: "scale", value: 3 }]);
  });

  test("a refused edit is taken back and its cure shown", async () => {
    await mount({ ...tiny(), selected: "f0" }, (message, reply) => {
      if (message.type === "edit") reply({ error: { message: `bad ${HOSTILE}`, cure: "do this" } });
    });
    q(".saec-ablate").click();
    await settle();
    expect(text(".saec-error-message")).toBe(`bad ${HOSTILE}`);
    expect(text(".saec-error-cure")).toBe("do this");
    expect(all(".saec-chip-edit")).toHaveLength(0);
    expect(q(".saec-undo")).toHaveProperty("disabled", true);
    q(".saec-dismiss").click();
    expect(q(".saec-error").hidden).toBe(true);
  });

  test("edits and effects that Python sets are shown", async () => {
    const state = tiny();
    const fake = await mount(state);
    fake.model.set("edits", [ablated]);
    fake.model.set("effect", exampleEffect(state.graph as GraphTrait, [ablated]));
    expect(all(".saec-chip-edit")).toHaveLength(1);
    expect(text(".saec-verdict")).toContain("Paris");
    fake.model.set("effect", null);
    fake.model.set("edits", []);
    expect(all(".saec-verdict")).toHaveLength(0);
  });

  test("removing a chip takes the edit back; freezing asks again", async () => {
    const fake = await mount({ ...tiny(), edits: [ablated] });
    q<HTMLInputElement>(".saec-edit-tools .saec-check input").click();
    expect(fake.sent.at(-1)).toMatchObject({ edits: [ablated], frozen: true });
    await settle();
    q(".saec-chip-remove").click();
    expect(fake.sent.at(-1)).toMatchObject({ edits: [], frozen: true });
  });
});

describe("waiting for an answer", () => {
  test("the old output is not told as that of the new edits", async () => {
    await mount({ ...tiny(), selected: "f0", effect: exampleEffect(tinyTrait(), []) }, () => {});
    q(".saec-ablate").click();
    expect(all(".saec-chip-edit")).toHaveLength(1);
    expect(all(".saec-verdict")).toHaveLength(0);
    expect(all(".saec-pair-after")).toHaveLength(0);
  });
});

describe("focus", () => {
  test("a control that is redrawn keeps the focus; one that is gone leaves it to the graph", async () => {
    await mount({ ...tiny(), selected: "f0" });
    q(".saec-pin").focus();
    q(".saec-pin").click();
    await settle();
    expect(document.activeElement).toBe(q(".saec-pin"));
    q(".saec-clear").focus();
    q(".saec-clear").click();
    await settle();
    expect(document.activeElement).toBe(q(".saec-stage"));
  });

  test("a click elsewhere takes the focus away for good", async () => {
    const fake = await mount({ ...tiny(), selected: "f0" });
    q(".saec-pin").focus();
    document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    q(".saec-pin").blur();
    fake.model.set("selected", null);
    await settle();
    expect(document.activeElement).toBe(document.body);
  });
});

describe("asking", () => {
  test("the output of a new circuit is shown, whichever trait is told first", async () => {
    const fake = await mount({ ...tiny(), effect: exampleEffect(tinyTrait(), []) });
    const shown = all(".saec-pair").length;
    fake.model.set("effect", exampleEffect(tinyTrait(), []));
    fake.model.set("graph", { ...tinyTrait(), prompt: "another" });
    expect(shown).toBeGreaterThan(0);
    expect(all(".saec-pair")).toHaveLength(shown);
  });

  test("Enter in the prompt asks for a circuit", async () => {
    const fake = await mount(tiny(), (message, reply) => message.type === "attribute" && reply({}));
    q<HTMLInputElement>(".saec-input-prompt").value = "new\tprompt";
    press(q(".saec-input-prompt"), "Enter");
    expect(fake.sent.at(-1)).toMatchObject({
      type: "attribute",
      prompt: "new\tprompt",
      target: "x",
      against: "y",
    });
    await settle();
    expect(text(".saec-code-text")).toContain('lab.attribute("new\\tprompt", target="x", against="y")');
  });

  test("errors and progress from Python", async () => {
    const fake = await mount(tiny());
    fake.model.set("busy", "attributing");
    expect(text(".saec-progress-on .saec-progress-text")).toBe("attributing …");
    fake.model.set("busy", "");
    fake.model.set("error", { message: "broken", cure: "mend it" });
    expect(text(".saec-error")).toContain("brokenmend it");
    q(".saec-dismiss").click();
    expect(fake.model.get("error")).toBeNull();
  });

  test("a circuit that cannot be read says so", async () => {
    await mount({ ...tiny(), graph: { ...tinyTrait(), version: 9 } });
    expect(text(".saec-error")).toContain("its version is 9, this widget reads version 1");
    expect(q(".saec-empty").hidden).toBe(false);
  });

  test("files made by Python are offered with their name", async () => {
    const make = vi.fn((_: Blob) => "blob:x");
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: make, revokeObjectURL: () => {} }));
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    await mount(tiny(), (message, reply) => {
      if (message.type === "export")
        reply({ filename: "c.graphml", mime: "text/xml" }, [new DataView(new ArrayBuffer(5))]);
    });
    all(".saec-menu-item")[4]?.click();
    await settle();
    expect(clicked).toHaveBeenCalledOnce();
    expect(make.mock.calls[0]?.[0].size).toBe(5);
    expect(text(".saec-code-text")).toBe('sc.export(explorer.grouped, "c.graphml")');
  });
});

describe("a page without a kernel", () => {
  test("has no edit controls and asks nothing, and shows the cards that it holds", async () => {
    const state = example({ live: false });
    const graph = state.graph as GraphTrait;
    const row = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer).indexOf(0);
    const feature = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer)[row] ?? 0;
    const card = exampleCard("transcoder.0", feature);
    const fake = await mount({
      ...state,
      selected: graph.nodes.id[row] ?? null,
      cards: { [`transcoder.0/${feature}`]: card },
    });
    expect(q(".saec-edit").hidden).toBe(true);
    expect(text(".saec-edit-panel")).toContain("Open in a notebook to edit");
    expect(q(".saec-ask").hidden).toBe(true);
    expect(all(".saec-context")).toHaveLength(7);
    expect(fake.sent).toEqual([]);
  });
});

describe("text is never markup", () => {
  test("in tokens, labels, prompts, cards, edits and errors", async () => {
    const state = example({ hostile: true, manyTargets: true });
    const fake = await mount(state);
    for (const row of all(".saec-strongest .saec-row").slice(0, 3)) row.click();
    const graph = state.graph as GraphTrait;
    fake.model.set("selected", graph.nodes.id[graph.nodes.label.indexOf(HOSTILE, 12)] ?? null);
    fake.model.set("pinned", graph.nodes.id.slice(0, 12));
    fake.model.set("error", { message: HOSTILE, cure: HOSTILE });
    fake.model.set("busy", HOSTILE);
    q(".saec-ablate").click();
    await settle();
    expect(all("img, script, iframe")).toHaveLength(0);
    expect(text(".saec")).toContain(HOSTILE);
    expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
    expect(calls.some(({ name, args }) => name === "fillText" && String(args[0]).includes("\u202e"))).toBe(
      false,
    );
  });
});

describe("clean-up", () => {
  test.each(["returned function", "abort signal"])("by the %s leaves nothing behind", async (way) => {
    const added = new Map<string, number>();
    for (const [name, target] of Object.entries({ document, window, body: document.body })) {
      const count = (by: number) => added.set(name, (added.get(name) ?? 0) + by);
      const { addEventListener, removeEventListener } = target;
      vi.spyOn(target, "addEventListener").mockImplementation((...args) => {
        count(1);
        addEventListener.apply(target, args as never);
      });
      vi.spyOn(target, "removeEventListener").mockImplementation((...args) => {
        count(-1);
        removeEventListener.apply(target, args as never);
      });
    }
    const disconnected = vi.spyOn(MutationObserver.prototype, "disconnect");
    const stop = new AbortController();
    const fake = fakeModel(example());
    const clean = explorer.render({ model: fake.model, el, signal: stop.signal });
    expect(fake.listeners()).toBe(Object.keys(example()).length + 2);
    if (way === "abort signal") stop.abort();
    else clean();
    clean();
    expect(fake.listeners()).toBe(0);
    expect(el.children).toHaveLength(0);
    expect(disconnected).toHaveBeenCalledTimes(2);
    expect([...added.values()].every((count) => count === 0)).toBe(true);
    fake.model.set("selected", null);
    await settle();
  });

  test("two views of one model stay apart", async () => {
    const state = tiny();
    const fake = fakeModel(state, kernel(state));
    explorer.render({ model: fake.model, el });
    const other = document.createElement("div");
    el.append(other);
    const clean = explorer.render({ model: fake.model, el: other });
    q(".saec-strongest .saec-row").click();
    expect(other.querySelector(".saec-node-title")?.textContent).toContain("plural");
    clean();
    expect(fake.listeners()).toBe(Object.keys(example()).length + 2);
  });
});
