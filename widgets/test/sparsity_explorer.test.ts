import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleFullCard } from "../gallery/card.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { exampleSparsity, exampleSparsityView } from "../gallery/sparsity.js";
import { decodeView } from "../src/sparsity/decode.js";
import { cellText, percentFine } from "../src/sparsity/describe.js";
import { layOut, ROW, TOP } from "../src/sparsity/layout.js";
import { fires, firing, orderRows } from "../src/sparsity/rows.js";
import type { SparsityTraits, ViewTrait } from "../src/sparsity/traits.js";
import sparsityExplorer from "../src/sparsity_explorer.js";
import { view as bytes, fakeBrowser, settle } from "./setup.js";

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
const key = (name: string) =>
  q(".saec-sparse-stage").dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }),
  );
const ints = (...values: number[]) => bytes(Int32Array.from(values));
const floats = (...values: number[]) => bytes(Float32Array.from(values));

/**
 * Four tokens of two prompts. Row a fires at 0 and 1, b at 0 and 3, c at 2 only, d at 0 and 1 as a does.
 * Ranks at token 0: a, d, b; at token 1: d, a.
 */
const small = (): ViewTrait => ({
  tokens: ["w0", "w1", "w2", "w3"],
  prompt: ints(0, 0, 1, 1),
  members: ["d"],
  features: ["d/1", "d/2", "d/3", "d/4"],
  labels: ["a", "b", "c", "d"],
  row_member: ints(0, 0, 0, 0),
  cells: {
    row: ints(0, 0, 1, 1, 2, 3, 3),
    token: ints(0, 1, 0, 3, 2, 0, 1),
    rank: ints(0, 1, 2, 0, 0, 1, 0),
    value: floats(4, 2, 1, 3, 5, 2, 3),
  },
  levels: { member: ints(0, 0, 0), k: ints(1, 2, 0), l0: floats(1, 1.5, 1.75), fvu: floats(0.5, 0.1, 0.01) },
  errors: floats(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.05, 0),
  measured_on: "four tokens",
});

const decoded = (trait = small()) => {
  const view = decodeView(trait);
  if (!view) throw new Error("no view");
  return view;
};

function mount(state: SparsityTraits, answer?: (message: Message, reply: Reply) => void) {
  const fake = fakeModel(state, answer);
  const clean = sparsityExplorer.render({ model: fake.model, el });
  return { ...fake, clean };
}

const traits = (more: Partial<SparsityTraits> = {}): SparsityTraits => ({
  ...exampleSparsity(),
  view: small(),
  level: 2,
  feature: null,
  card: {},
  ...more,
});

describe("rows and cells", () => {
  test("a cell fires while its rank is below k", () => {
    const view = decoded();
    const on = (level: number) => [...view.row.keys()].filter((cell) => fires(view, cell, level));
    expect(on(0)).toEqual([0, 3, 4, 6]);
    expect(on(1)).toEqual([0, 1, 3, 4, 5, 6]);
    expect(on(2)).toHaveLength(7);
  });

  test("orders", () => {
    const view = decoded({
      ...small(),
      // a fires first at 2 and 3, b second at 0, c second at 2, d first at 1.
      cells: {
        row: ints(0, 0, 1, 2, 3),
        token: ints(2, 3, 0, 2, 1),
        rank: ints(0, 0, 1, 1, 0),
        value: floats(4, 2, 1, 3, 5),
      },
    });
    expect(orderRows(view, 2, "strongest")).toEqual([0, 3, 1, 2]);
    expect(orderRows(view, 2, "first")).toEqual([1, 3, 0, 2]);
    expect(orderRows(view, 2, "alike")).toEqual([0, 2, 3, 1]);
    expect(firing(view, [3, 2, 1, 0], 0)).toEqual([3, 0]);
    expect(firing(view, [3, 2, 1, 0], 1)).toEqual([3, 2, 1, 0]);
  });

  test("a family shows the rows of one member", () => {
    const trait = small();
    trait.members = ["sparse", "dense"];
    trait.row_member = ints(0, 1, 1, 0);
    trait.levels = {
      member: ints(0, 1, 1),
      k: ints(0, 0, 0),
      l0: floats(1, 2, 3),
      fvu: floats(0.3, 0.2, 0.1),
    };
    const view = decoded(trait);
    expect(orderRows(view, 0, "strongest")).toEqual([0, 3]);
    expect(orderRows(view, 1, "first")).toEqual([1, 2]);
  });

  test("columns that do not fit are refused", () => {
    for (const broken of [
      { ...small(), prompt: ints(0) },
      { ...small(), labels: ["a"] },
      { ...small(), errors: floats(1) },
      { ...small(), cells: { ...small().cells, row: ints(0, 0, 1, 1, 2, 3, 9) } },
      { ...small(), cells: { ...small().cells, token: ints(0, 1, 0, 3, 2, 0, -1) } },
    ])
      expect(() => decodeView(broken)).toThrow();
    expect(decodeView({})).toBeNull();
    expect(decodeView(null)).toBeNull();
  });

  test("tokens stand side by side, with a gap between prompts", () => {
    const layout = layOut(decoded(), 200);
    expect(layout.column).toBe(34);
    expect([0, 1, 2, 3].map(layout.x)).toEqual([0, 34, 80, 114]);
    expect([5, 40, 70, 90, 200].map(layout.tokenAt)).toEqual([0, 1, null, 2, null]);
  });

  test("words", () => {
    const view = decoded();
    expect(cellText(view, 2, 1, 0)).toBe("“w0”: 1.00, 3rd of its token");
    expect(cellText(view, 0, 1, 0)).toBe("“w0”: 1.00, 3rd of its token, cut off at k = 1");
    expect(cellText(view, 0, 2, 0)).toBe("“w0”: does not fire");
    expect([0.2, 0.93, 0.994, 0.99951, 1, -0.1].map(percentFine)).toEqual([
      "20 %",
      "93.0 %",
      "99.40 %",
      "99.95 %",
      "100 %",
      "−10 %",
    ]);
  });
});

describe("the widget", () => {
  test("draws rows, cells and costs", () => {
    mount(traits({ level: 1 }));
    expect(all(".saec-sparse-label").map((label) => label.textContent)).toEqual(["a", "d", "b", "c"]);
    expect(all(".saec-sparse-cell")).toHaveLength(6);
    expect(all(".saec-sparse-cut")).toHaveLength(1);
    expect(text(".saec-sparse-level")).toBe("k = 2");
    expect(text(".saec-sparse-text")).toBe(
      "1.5 features a token · 90 % of the variance explained · 4 of 4 features are left here",
    );
    expect(q(".saec-sparse-svg").outerHTML).toMatchSnapshot();
    expect(q(".saec-sparse-curve").outerHTML).toMatchSnapshot();
    expect(text(".saec-sparse-cost .saec-hint")).toBe("Measured on four tokens, with the real decoder");
  });

  test("the slider works without Python, and tells it the level", () => {
    const { sent, saved } = mount(traits());
    const slider = q<HTMLInputElement>(".saec-sparse-slider");
    expect([slider.max, slider.value]).toEqual(["2", "2"]);
    slider.value = "0";
    slider.dispatchEvent(new Event("input"));
    expect(saved).toEqual([{ level: 0 }]);
    expect(all(".saec-sparse-cell")).toHaveLength(4);
    expect(slider.getAttribute("aria-valuetext")).toBe(
      "k = 1: 1.0 features a token · 50 % of the variance explained",
    );
    expect(text(".saec-code-text")).toBe("explorer.level = 0");
    q<SVGElement>(".saec-sparse-dot:nth-of-type(3)").dispatchEvent(new MouseEvent("click"));
    expect(saved.at(-1)).toEqual({ level: 2 });
    expect(sent).toHaveLength(0);
  });

  test("a row is selected by click and by key, and again to leave it", () => {
    const { model, saved } = mount(traits());
    q(".saec-sparse-label").click();
    expect(saved).toEqual([{ feature: "d/1" }]);
    expect(q(".saec-sparse-label").getAttribute("aria-pressed")).toBe("true");
    expect(text(".saec-sparse-evidence")).toBe("Looking up d/1 …");
    model.set("card", { missing: "d/1" });
    expect(text(".saec-sparse-evidence")).toBe("Nothing more is known of d/1.");
    model.set("card", { ...exampleFullCard(1), dictionary: "d" });
    expect(text(".saec-sparse-evidence .saec-label-text")).toBe("is · in → Warsaw");
    model.set("feature", "d/2");
    expect(q(".saec-sparse-evidence").classList).toContain("saec-stale");
    model.set("feature", "d/1");
    expect(q(".saec-sparse-evidence").classList).not.toContain("saec-stale");
    q(".saec-sparse-label").click();
    expect(model.get("feature")).toBeNull();
    key("ArrowDown");
    key("ArrowDown");
    key("ArrowRight");
    expect(text(".saec-tooltip")).toBe("d“w1”: 3.00, 1st of its token");
    expect(text(".saec-sparse-stage [aria-live]")).toBe("d: “w1”: 3.00, 1st of its token");
    key("Enter");
    expect(model.get("feature")).toBe("d/4");
    key("Escape");
    expect(q(".saec-tooltip").hidden).toBe(true);
    key("Escape");
    expect(model.get("feature")).toBeNull();
  });

  test("the pointer reads cells, and what is missed at a token", () => {
    const { model } = mount(traits());
    const point = (type: string, x: number, y: number) =>
      q(".saec-sparse-stage").dispatchEvent(new MouseEvent(type, { clientX: x, clientY: y, bubbles: true }));
    point("pointermove", 10, TOP + 2 * ROW + 5);
    expect(text(".saec-tooltip")).toBe("b“w0”: 1.00, 3rd of its token");
    point("pointermove", 40, TOP - 10);
    expect(text(".saec-tooltip")).toBe("What is missed“w1”: 10 % of its length is missed");
    point("pointermove", 10, 5);
    expect(q(".saec-tooltip").hidden).toBe(true);
    point("click", 10, TOP + ROW + 5);
    expect(model.get("feature")).toBe("d/4");
  });

  test("prompts are read with Enter, and another dictionary at once", async () => {
    const { sent, model } = mount(traits(), (message, reply) => {
      model.set("prompts", message.prompts as string[]);
      model.set("view", exampleSparsityView(message.prompts as string[]));
      reply({});
    });
    const prompts = q<HTMLTextAreaElement>(".saec-sparse-prompts");
    prompts.value = " one two \n\nthree four five";
    prompts.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", shiftKey: true }));
    expect(sent).toHaveLength(0);
    prompts.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
    await settle();
    expect(sent[0]).toMatchObject({ type: "show", prompts: ["one two", "three four five"] });
    expect(all(".saec-sparse-token").map((token) => token.textContent)).toEqual(["two", "four", "five"]);
    expect(text(".saec-code-text")).toBe(
      'explorer = lab.sparsity_explorer(["one two", "three four five"], "transcoder.1")',
    );
    const dictionary = q<HTMLSelectElement>(".saec-sparse-dictionary");
    dictionary.value = "transcoder.0";
    dictionary.dispatchEvent(new Event("change"));
    expect(sent.at(-1)).toMatchObject({ dictionary: "transcoder.0" });
  });

  test("a refusal is shown with its cure", async () => {
    mount(traits(), (_, reply) =>
      reply({ error: { message: "The model does not know 'xyzzy'.", cure: "Use words of its vocabulary." } }),
    );
    q(".saec-sparse-read").click();
    await settle();
    expect(text(".saec-error-message")).toBe("The model does not know 'xyzzy'.");
    expect(text(".saec-error-cure")).toBe("Use words of its vocabulary.");
    expect(all(".saec-sparse-cell")).toHaveLength(7);
  });

  test("the order is Python's and the browser's", () => {
    const { model, saved } = mount(traits());
    const order = q<HTMLSelectElement>(".saec-sparse-order");
    order.value = "first";
    order.dispatchEvent(new Event("change"));
    expect(saved).toEqual([{ order: "first" }]);
    model.set("order", "alike");
    expect(order.value).toBe("alike");
  });

  test("many rows come page by page", () => {
    const trait = small();
    const rows = Array.from({ length: 90 }, (_, i) => i);
    trait.features = rows.map((i) => `d/${i}`);
    trait.labels = trait.features;
    trait.row_member = ints(...rows.map(() => 0));
    trait.cells = {
      row: ints(...rows),
      token: ints(...rows.map((i) => i % 4)),
      rank: ints(...rows),
      value: floats(...rows),
    };
    mount(traits({ view: trait }));
    expect(all(".saec-sparse-label")).toHaveLength(30);
    expect(text(".saec-sparse-more")).toBe("More rows (60 left)");
    q(".saec-sparse-more").click();
    q(".saec-sparse-more").click();
    expect(all(".saec-sparse-label")).toHaveLength(90);
    expect(q(".saec-sparse-more").hidden).toBe(true);
  });
});
