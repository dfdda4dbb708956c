import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleReport, exampleState, HOSTILE, type Options } from "../gallery/example.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { announce, facts, gap, remarks, worst } from "../src/check/describe.js";
import explorer from "../src/explorer.js";
import { decodeGraph } from "../src/model/decode.js";
import { opening, question } from "../src/model/question.js";
import type { CheckRow, ExplorerTraits, GraphTrait, Report } from "../src/model/traits.js";
import { fakeBrowser, settle, view } from "./setup.js";
import { tinyTrait } from "./tiny.js";

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

const ROW: CheckRow = { node: "f0", label: "plural", token: "a", predicted: -2, frozen: -2, live: -0.5 };
const report = (changes: Partial<Report> = {}): Report =>
  exampleReport(tinyTrait(), {
    rows: [ROW, { ...ROW, node: "gone@3", label: "", predicted: 1, frozen: 1, live: 0.9 }],
    ...changes,
  });
const tiny = (graph: Partial<GraphTrait> = {}): ExplorerTraits => ({
  ...exampleState(),
  prune: 1,
  graph: { ...tinyTrait(), ...graph },
});

async function mount(state: ExplorerTraits, answer?: (message: Message, reply: Reply) => void) {
  const fake = fakeModel(
    state,
    answer ?? ((message, reply) => message.type === "check" && reply({ report: report() })),
  );
  explorer.render({ model: fake.model, el });
  await settle();
  return fake;
}

describe("Check", () => {
  test("asks once, shows the report, and closes and opens it without asking again", async () => {
    const fake = await mount(tiny());
    expect(q(".saec-trust").hidden).toBe(true);
    q(".saec-trust-button").click();
    expect(fake.sent.at(-1)).toMatchObject({ type: "check" });
    expect(text(".saec-trust-button")).toBe("Checking …");
    expect(q(".saec-trust-button").getAttribute("aria-busy")).toBe("true");
    expect(text(".saec-progress-on .saec-progress-text")).toBe("checking the circuit …");
    q(".saec-trust-button").click();
    await settle();
    expect(fake.sent.filter(({ type }) => type === "check")).toHaveLength(1);
    expect(q(".saec-trust").hidden).toBe(false);
    expect(q(".saec-trust-button").getAttribute("aria-expanded")).toBe("true");
    expect(all(".saec-progress-on")).toHaveLength(0);
    expect(text(".saec-trust-live")).toContain("Checked 2 features: replacement 86 %, completeness 94 %");
    expect(text(".saec-code-text")).toBe("report = lab.check(circuit)");
    q(".saec-trust-close").click();
    expect(q(".saec-trust").hidden).toBe(true);
    expect(document.activeElement).toBe(q(".saec-trust-button"));
    q(".saec-trust-button").click();
    expect(q(".saec-trust").hidden).toBe(false);
    q(".saec-trust-name").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(q(".saec-trust").hidden).toBe(true);
    expect(fake.sent.filter(({ type }) => type === "check")).toHaveLength(1);
  });

  test("numbers carry their sign in text, the furthest one is marked, a click selects", async () => {
    const fake = await mount({ ...tiny(), report: report() });
    const cells = all(".saec-trust-table tbody tr").map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(cells).toEqual([
      ["plural◆", "a", "−2.00", "−2.00", "−0.50"],
      ["gone@3", "a", "+1.00", "+1.00", "+0.90"],
    ]);
    expect(all(".saec-trust-point")).toHaveLength(2);
    expect(all(".saec-trust-step")).toHaveLength(11);
    expect(text(".saec-trust-part:last-child")).toContain("CMD 0.11, over log k 0.42");
    q(".saec-trust-name").click();
    expect(fake.model.get("selected")).toBe("f0");
    expect(q(".saec-trust-table tbody tr").classList).toContain("saec-selected");
    expect(q(".saec-trust-point[data-node='2']").classList).toContain("saec-selected");
    expect(all(".saec-trust-name")[1]).toHaveProperty("disabled", true);
    fake.model.set("selected", null);
    q(".saec-trust-point[data-node='2']").dispatchEvent(new MouseEvent("click"));
    expect(fake.model.get("selected")).toBe("f0");
  });

  test("an answer for a circuit that is gone is dropped, with its error", async () => {
    const replies: Reply[] = [];
    const fake = await mount(tiny(), (message, reply) => {
      if (message.type === "check") replies.push(reply);
    });
    q(".saec-trust-button").click();
    fake.model.set("graph", { ...tinyTrait(), prompt: "another" });
    expect(text(".saec-trust-button")).toBe("Check");
    replies[0]?.({ report: report() });
    await settle();
    expect(q(".saec-trust").hidden).toBe(true);
    q(".saec-trust-button").click();
    fake.model.set("graph", { ...tinyTrait(), prompt: "a third" });
    replies[1]?.({ error: { message: "late", cure: "" } });
    await settle();
    expect(q(".saec-error").hidden).toBe(true);
  });

  test("what goes wrong is shown with its cure, and may be tried again", async () => {
    const fake = await mount(tiny(), (_, reply) => reply({ error: { message: HOSTILE, cure: "do this" } }));
    q(".saec-trust-button").click();
    await settle();
    expect(text(".saec-error-message")).toBe(HOSTILE);
    expect(text(".saec-error-cure")).toBe("do this");
    expect(text(".saec-trust-button")).toBe("Check");
    q(".saec-trust-button").click();
    expect(fake.sent.filter(({ type }) => type === "check")).toHaveLength(2);
  });

  test("a report that Python sets is shown, and goes with its circuit", async () => {
    const fake = await mount(tiny());
    fake.model.set("report", report());
    expect(q(".saec-trust").hidden).toBe(false);
    fake.model.set("report", null);
    fake.model.set("graph", { ...tinyTrait(), prompt: "another" });
    expect(q(".saec-trust").hidden).toBe(true);
  });

  test("edits and selections leave the report as it is", async () => {
    const fake = await mount({ ...tiny(), report: report() });
    fake.model.set("selected", "f1");
    fake.model.set("edits", []);
    expect(q(".saec-trust").hidden).toBe(false);
  });

  test("a page without a kernel says why, in the tab order, but shows the report that it holds", async () => {
    const fake = await mount(tiny({ live: false }));
    const button = q<HTMLButtonElement>(".saec-trust-button");
    button.click();
    expect(fake.sent).toEqual([]);
    expect(button.disabled).toBe(false);
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.getAttribute("aria-label")).toContain("This page has no model behind it");
    el.replaceChildren();
    await mount({ ...tiny({ live: false }), report: report() });
    expect(q(".saec-trust").hidden).toBe(false);
    q(".saec-trust-button").click();
    expect(q(".saec-trust").hidden).toBe(true);
  });

  test("labels and tokens are text", async () => {
    await mount({ ...tiny(), report: report({ rows: [{ ...ROW, label: HOSTILE, token: HOSTILE }] }) });
    expect(all("img")).toHaveLength(0);
    expect(text(".saec-trust-table")).toContain(HOSTILE);
    expect(text(".saec-trust-point title")).toContain(HOSTILE);
    for (const control of all("button, [tabindex]"))
      expect(control.getAttribute("data-lm-suppress-shortcuts"), control.outerHTML).toBe("true");
  });
});

describe("a report in words", () => {
  test("the furthest is the one with the largest gap", () => {
    expect(gap(ROW)).toBe(1.5);
    expect(worst([{ ...ROW, live: -1.9 }, ROW])).toBe(1);
    expect(worst([])).toBe(-1);
    expect(worst([{ ...ROW, live: null }])).toBe(-1);
  });

  test("what is missing is left out and said", () => {
    const part = report({ whole: false, frozen_error: null, curve: null, live_correlation: null });
    expect(facts(part).map(({ name }) => name)).toEqual([
      "replacement",
      "completeness",
      "error share",
      "largest gap, live",
    ]);
    expect(remarks(part)).toHaveLength(3);
    expect(remarks(report())).toEqual([]);
    expect(remarks(report({ rows: [], curve: null }))).toEqual([
      "The circuit has no features, so nothing was ablated.",
    ]);
    expect(facts(report({ enough: null })).at(-1)?.text).toBe("not reached");
    expect(announce(report())).toContain("90 % faithful 28 nodes.");
  });

  test("a report without features or curve leaves no empty axes", async () => {
    await mount({ ...tiny(), report: report({ rows: [], curve: null }) });
    expect(all(".saec-trust-part").every((part) => part.hidden)).toBe(true);
    expect(q(".saec-trust-table").hidden).toBe(true);
    expect(text(".saec-trust-notes")).toContain("no features");
  });
});

describe("circuits that can only be looked at", () => {
  const example = (only: NonNullable<Options["only"]>, more: Options = {}) => exampleState({ only, ...more });

  test.each(["merged", "difference", "neurons"] as const)(
    "%s: nothing can be edited, and it says why",
    async (only) => {
      const state = example(only);
      const graph = state.graph as GraphTrait;
      const row = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer).indexOf(0);
      const fake = await mount({ ...state, selected: graph.nodes.id[row] ?? null });
      const why = graph.refusal?.message ?? "";
      expect(text(".saec-note")).toContain(why);
      expect(text(".saec-edit-panel .saec-hint")).toContain(why);
      expect(q(".saec-edit").hidden).toBe(true);
      expect(q(".saec-trust-button").getAttribute("aria-label")).toContain(why);
      q(".saec-stage").dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
      q(".saec-trust-button").click();
      expect(fake.sent.map(({ type }) => type)).toEqual(["card"]);
      expect(q(".saec-ask").hidden).toBe(false);
      expect(all(".saec-menu-item").every((item) => !item.hidden)).toBe(true);
    },
  );

  test("several prompts are listed as text, and are no question", async () => {
    await mount(example("merged", { hostile: true }));
    expect(text(".saec-prompts")).toContain(HOSTILE);
    expect(all("img")).toHaveLength(0);
    expect(q<HTMLInputElement>(".saec-input-prompt").value).toBe("");
    expect(q<HTMLInputElement>(".saec-input-prompt").placeholder).toBe(
      "2 prompts · type one to ask about it",
    );
    expect(q<HTMLInputElement>(".saec-input-target").value).toBe("");
    el.replaceChildren();
    await mount(example("difference"));
    expect(text(".saec-prompts")).toBe(
      "difference: “the farmer near the kings”less “the farmers near the king”",
    );
  });

  test("neurons are called so", async () => {
    const state = example("neurons");
    const row = new Uint8Array((state.graph as GraphTrait).nodes.kind.buffer as ArrayBuffer).indexOf(0);
    await mount({ ...state, selected: state.graph.nodes?.id[row] ?? null });
    expect(text(".saec-node-place")).toContain("neuron ");
  });

  test("the Python of a circuit says what it was made of", () => {
    const made = (changes: Partial<GraphTrait>) => decodeGraph({ ...tinyTrait(), ...changes });
    const several = { prompts: ["a", "b\n"], method: "" };
    const merged = made({ origin: { kind: "merged", ...several } });
    expect(opening(merged).at(-1)).toBe('# circuit: the mean of those of "a", "b\\n"');
    expect(question(merged)).toEqual({ target: null, against: null });
    expect(opening(made({ origin: { kind: "difference", ...several } })).at(-1)).toBe(
      '# circuit: that of "b\\n" less that of "a"',
    );
    const method = "sc.RelP(nodes='neurons')";
    expect(opening(made({ origin: { kind: "prompt", prompts: [], method } })).at(-1)).toBe(
      `circuit = lab.attribute("a b", target="x", against="y", method=${method})`,
    );
  });

  test("values of a difference are changes, those of several prompts means", async () => {
    await mount({
      ...tiny({ origin: { kind: "difference", prompts: ["a", "b"], method: "" } }),
      selected: "f0",
    });
    expect(text(".saec-node-facts")).toContain("change+2.00");
    el.replaceChildren();
    await mount({ ...tiny({ origin: { kind: "merged", prompts: ["a", "b"], method: "" } }), selected: "f0" });
    expect(text(".saec-node-facts")).toContain("mean activation2.00");
  });

  test("a notebook without a model still writes files, a page does not", async () => {
    await mount(tiny({ live: false, kernel: true }));
    expect(all(".saec-menu-item").every((item) => !item.hidden)).toBe(true);
    el.replaceChildren();
    await mount(tiny({ live: false }));
    expect(all(".saec-menu-item").filter((item) => !item.hidden)).toHaveLength(2);
  });
});

describe("total effects", () => {
  test("are shown with their sign beside the influence, where there are any", async () => {
    const trait = tinyTrait();
    const values = [Number.NaN, Number.NaN, -1.25, 0.5, Number.NaN, 2];
    trait.nodes.effect = view(Float32Array.from(values));
    const fake = await mount({ ...tiny(trait), selected: "f0" });
    expect(text(".saec-node-facts")).toContain("total effect−1.25");
    expect(text(".saec-live")).toContain("total effect −1.25");
    fake.model.set("selected", "e");
    expect(text(".saec-node-facts")).not.toContain("total effect");
    fake.model.set("selected", "y");
    expect(text(".saec-node-facts")).not.toContain("total effect");
  });

  test("a column of the wrong length is named", () => {
    const trait = tinyTrait();
    trait.nodes.effect = view(new Float32Array(2));
    expect(() => decodeGraph(trait)).toThrow("nodes.effect has 2 rows, expected 6");
  });
});

describe("freezing", () => {
  test("a refused freeze leaves the trait as it was", async () => {
    const edits = [
      {
        op: "ablate" as const,
        dictionary: "transcoder.0",
        feature: 7,
        positions: [0],
        value: null,
        source: null,
        source_position: null,
      },
    ];
    const fake = await mount({ ...tiny(), edits }, (_, reply) =>
      reply({ error: { message: "no frozen pass", cure: "Leave frozen out." } }),
    );
    const box = q<HTMLInputElement>(".saec-edit-tools .saec-check input");
    box.click();
    await settle();
    expect(text(".saec-error-cure")).toBe("Leave frozen out.");
    expect(fake.model.get("frozen")).toBe(false);
    expect(box.checked).toBe(false);
  });
});
