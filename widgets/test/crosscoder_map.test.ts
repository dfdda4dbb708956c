import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CrosscoderOptions, exampleCrosscoder } from "../gallery/crosscoder.js";
import { HOSTILE } from "../gallery/example.js";
import { fakeModel } from "../gallery/fake_model.js";
import { outward } from "../src/crosscoder/actions.js";
import { BINS, binsOf, shareOf, valueAt } from "../src/crosscoder/bins.js";
import { decodeCrosscoder, normsOf, rowOf } from "../src/crosscoder/decode.js";
import { heatOf, litColumns, rankAt, rowsOf } from "../src/crosscoder/heat.js";
import type { State } from "../src/crosscoder/state.js";
import type { CrosscoderTraits, MeasureTrait } from "../src/crosscoder/traits.js";
import crosscoderMap from "../src/crosscoder_map.js";
import { calls, fakeBrowser, settle } from "./setup.js";

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
const all = <E extends Element = HTMLElement>(selector: string) => [...el.querySelectorAll<E>(selector)];
const text = (selector: string) => q(selector).textContent ?? "";

const floats = (...values: number[]) => new DataView(Float32Array.from(values).buffer);
const measures = (centre: number[], norm: number[]) => ({ centre: floats(...centre), norm: floats(...norm) });

/** Four features over three layers: at the first alone, at all alike, at the last alone, and one that writes nothing. */
const small = (): CrosscoderTraits => ({
  error: null,
  busy: "",
  progress: null,
  dictionary: "cc",
  places: [0, 1, 2].map((layer) => ({ name: `resid_post.${layer}`, stage: layer, model: "", layer })),
  stages: ["resid_post.0", "resid_post.1", "resid_post.2"],
  pair: [],
  labels: ["early birds", "always", "late birds", "never fires"],
  columns: {
    norms: floats(2, 0, 0, 1, 2, 4, 0, 0, 8, 0, 0, 0),
    sizes: floats(1, 2, 4),
    cosines: floats(Number.NaN, Number.NaN, 0.5, -0.25, Number.NaN, Number.NaN, Number.NaN, Number.NaN),
    rates: floats(0.1, 0.01, 0.001, 0),
  },
  links: [
    [0, 1],
    [1, 2],
  ],
  known: [
    { name: "centre", title: "centre of mass", low: 0, high: 2 },
    { name: "norm", title: "norm", low: 0, high: null },
  ],
  measures: {
    alike: measures([0, 1, 2, Number.NaN], [2, 1.732, 2, Number.NaN]),
    raw: measures([0, 1.8, 2, Number.NaN], [2, 4.58, 8, Number.NaN]),
  },
  measure: "centre",
  brush: null,
  scale: "alike",
  normalised: true,
  feature: null,
  chosen: new DataView(new ArrayBuffer(0)),
});

const decoded = (traits = small()) => {
  const found = decodeCrosscoder((name) => traits[name]);
  if (!found) throw new Error("no crosscoder");
  return found;
};

const state = (traits = small(), more: Partial<State> = {}): State => {
  const crosscoder = decoded(traits);
  const values = crosscoder.measures.alike.centre ?? new Float32Array(0);
  return {
    crosscoder,
    scale: "alike",
    measure: crosscoder.known[0] ?? null,
    values,
    order: Uint32Array.from([0, 1, 2]),
    normalised: true,
    brush: null,
    chosen: new Set(),
    query: "",
    selected: null,
    hovered: null,
    code: "",
    ...more,
  };
};

async function mount(traits = small()) {
  const fake = fakeModel(traits);
  const clean = crosscoderMap.render({ model: fake.model, el });
  await settle();
  return { ...fake, clean };
}

const example = (options: CrosscoderOptions) => mount(exampleCrosscoder(options));

/** In jsdom, which has no layout, elements are 640 wide and begin at 0. */
async function drag(selector: string, from: number, to: number) {
  const go = (type: string, clientX: number) =>
    q(selector).dispatchEvent(new MouseEvent(type, { bubbles: true, clientX, clientY: 20 }));
  go("pointerdown", from);
  go("pointermove", (from + to) / 2);
  go("pointermove", to);
  go("pointerup", to);
  await settle();
}

const press = (key: string) =>
  q(".saec-cross-map").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const names = () => all(".saec-cross-row").map((row) => row.title);

describe("what Python sends", () => {
  test("becomes norms in both units, and names lead to rows", () => {
    const found = decoded();
    expect(normsOf(found, "raw", 1)).toEqual([1, 2, 4]);
    expect(normsOf(found, "alike", 1)).toEqual([1, 1, 1]);
    expect(["cc/2", "cc/4", "cc/x", "other/1", null].map((name) => rowOf(found, name))).toEqual([
      2,
      null,
      null,
      null,
      null,
    ]);
  });

  test("is refused by name where columns do not fit", () => {
    const short = { ...small(), labels: ["one"] };
    expect(() => decoded(short)).toThrow("“norms” has 12 numbers, not 3");
    const bare = { ...small(), measures: { alike: {}, raw: {} } } as unknown as CrosscoderTraits;
    expect(() => decoded(bare)).toThrow("measures");
    expect(decodeCrosscoder((name) => ({ ...small(), columns: {} })[name])).toBeNull();
  });
});

describe("positions", () => {
  test("the last layer is on top, and a feature's largest norm is the end of the ramp", () => {
    const heat = heatOf(state(), 640);
    if (!heat) throw new Error("no heat map");
    expect(heat.rows.map(({ name }) => name)).toEqual(["layer 2", "layer 1", "layer 0"]);
    expect(heat.columns).toBe(3);
    expect([...heat.steps]).toEqual([0, 23, 23, 0, 23, 0, 23, 23, 0]);
    expect(heat.top).toBeNull();
    const plain = heatOf(state(small(), { normalised: false }), 640);
    expect(plain?.top).toBeGreaterThan(0);
    expect([63, 400, 9999, -5].map((x) => rankAt(heat, x, 3))).toEqual([0, 1, 2, 0]);
  });

  test("more features than pixels share a column, and each is in one", () => {
    const traits = exampleCrosscoder({ count: 3000 });
    const crosscoder = decoded(traits);
    const order = Uint32Array.from({ length: 3000 }, (_, i) => i);
    const heat = heatOf(state(traits, { crosscoder, order }), 640);
    if (!heat) throw new Error("no heat map");
    expect(heat.columns).toBe(564);
    expect(heat.steps.includes(255)).toBe(false);
    const values = crosscoder.measures.alike.centre ?? new Float32Array(0);
    const lit = litColumns(state(traits, { crosscoder, order, values, brush: [0, 0.001] }), heat);
    expect(lit?.some((each) => each === 1)).toBe(true);
    expect(lit?.every((each) => each === 1)).toBe(false);
  });

  test("two models are two blocks, named above their rows", () => {
    const { rows, heads } = rowsOf(decoded(exampleCrosscoder({ two: true, deep: 2 })));
    expect(rows.map(({ place }) => place)).toEqual([1, 0, 3, 2]);
    expect(heads.map(({ name }) => name)).toEqual(["base", "tuned"]);
    const one = rowsOf(decoded(exampleCrosscoder({ two: true })));
    expect([one.rows.map(({ name }) => name), one.heads]).toEqual([["base", "tuned"], []]);
  });

  test("bins count every value once, rates by their logarithm", () => {
    const unitary: MeasureTrait = { name: "relative", title: "", low: 0, high: 1 };
    const bins = binsOf(Float32Array.from([0, 0.5, 1, 1, Number.NaN]), unitary);
    expect([bins.counts[0], bins.counts[BINS / 2], bins.counts[BINS - 1]]).toEqual([1, 1, 2]);
    const rate: MeasureTrait = { name: "rate", title: "", low: 0, high: null };
    const rates = binsOf(Float32Array.from([0.001, 0.01, 0.1]), rate);
    expect(valueAt(rates, 0.5)).toBeCloseTo(0.01);
    expect(shareOf(rates, 0.1)).toBeCloseTo(1);
    const same = binsOf(Float32Array.from([3, 3]), { name: "norm", title: "", low: null, high: null });
    expect(same.counts.reduce((a, b) => a + b)).toBe(2);
    expect(binsOf(new Float32Array(0), rate).counts.every((count) => count === 0)).toBe(true);
  });

  test("a range is rounded outwards, so that nothing drops out of it", () => {
    const values = Float32Array.from([0.12345678, 2.7654321]);
    const [low, high] = outward(values, values[0] ?? 0, values[1] ?? 0);
    expect([low, high]).toEqual([0.123, 2.766]);
    const rates = Float32Array.from([0.00012]);
    expect(outward(rates, 0.00011111, 0.00011119)).toEqual([0.0001111, 0.0001112]);
  });
});

describe("choosing", () => {
  test("a drag over the histogram marks at once and tells Python at its end", async () => {
    const { saved } = await mount();
    await drag(".saec-cross-bars", 62 + 282, 640);
    expect(saved).toHaveLength(1);
    const brush = saved[0]?.brush as [number, number];
    expect(brush[0]).toBeCloseTo(1, 1);
    expect(brush[1]).toBe(2);
    expect(names()).toEqual(brush[0] <= 1 ? ["cc/1", "cc/2"] : ["cc/2"]);
    expect(text(".saec-code-text")).toBe(`map.brush = [${brush[0]}, ${brush[1]}]`);
    expect(all(".saec-cross-brush")).toHaveLength(1);
  });

  test("a drag over the map chooses columns by their values", async () => {
    const { saved } = await mount();
    await drag(".saec-cross-map", 70, 62 + 290);
    expect(saved).toEqual([{ brush: [0, 1] }]);
    expect(names()).toEqual(["cc/0", "cc/1"]);
    expect(text(".saec-cross-list-head .saec-subtitle")).toBe("2 of 3 features");
  });

  test("two numbers do the same, and Clear takes it back", async () => {
    const { saved, model } = await mount();
    const [from, to] = all<HTMLInputElement>(".saec-cross-number");
    if (!from || !to) throw new Error("no fields");
    from.value = "1.5";
    from.dispatchEvent(new Event("change"));
    await settle();
    expect(saved.at(-1)).toEqual({ brush: [1.5, 2] });
    expect([from.value, to.value]).toEqual(["1.5", "2"]);
    expect(names()).toEqual(["cc/2"]);
    const clear = all<HTMLButtonElement>(".saec-cross-range button")[0];
    clear?.click();
    await settle();
    expect(model.get("brush")).toBeNull();
    expect(saved.at(-1)).toHaveProperty("chosen");
    expect(names()).toHaveLength(3);
    expect(clear?.disabled).toBe(true);
  });

  test("two models offer what is exclusive and what is shared", async () => {
    const { saved } = await example({ two: true });
    const [a, shared, b] = all<HTMLButtonElement>(".saec-cross-presets button");
    expect([a, shared, b].map((each) => each?.textContent?.replace(/\d+/, "n"))).toEqual([
      "only base n",
      "shared n",
      "only tuned n",
    ]);
    b?.click();
    await settle();
    expect(saved.at(-1)).toEqual({ brush: [0.9, 1] });
    const count = Number(b?.textContent?.match(/\d+/)?.[0]);
    expect(text(".saec-cross-list-head .saec-subtitle")).toBe(`${count} of 300 features`);
    expect(text(".saec-cross-note")).toContain("L1 exaggerate");
  });

  test("Python chooses features that are in no range, and they are marked", async () => {
    const { model } = await mount();
    model.set("chosen", new DataView(Uint32Array.from([0, 2, 77]).buffer));
    await settle();
    expect(names()).toEqual(["cc/0", "cc/2"]);
    expect(all(".saec-cross-bar.saec-on")).toHaveLength(2);
  });

  test("search looks among those that are chosen", async () => {
    const { model } = await mount();
    model.set("brush", [0, 1]);
    const field = q<HTMLInputElement>(".saec-cross-search");
    field.value = "birds";
    field.dispatchEvent(new Event("input"));
    await settle();
    expect(names()).toEqual(["cc/0"]);
  });
});

describe("one feature", () => {
  test("a click on its row selects it and draws its norms and cosines", async () => {
    const { saved } = await mount();
    all(".saec-cross-row")[1]?.click();
    await settle();
    expect(saved).toEqual([{ feature: "cc/1" }]);
    expect(text(".saec-cross-feature .saec-title")).toBe("always");
    expect(all(".saec-cross-profile .saec-end")).toHaveLength(3);
    expect(all(".saec-cross-cosine").map((each) => each.textContent)).toEqual(["0.50", "−0.25"]);
    expect(q(".saec-cross-profile svg").getAttribute("aria-label")).toContain("resid_post.2 1");
    expect(q(".saec-cross-profile svg").outerHTML).toMatchSnapshot();
    q(".saec-clear").click();
    expect(saved.at(-1)).toEqual({ feature: null });
  });

  test("two models are two lines, the second dashed", async () => {
    const { model } = await example({ two: true, deep: 3 });
    model.set("feature", "crosscoder/5");
    await settle();
    expect(
      all(".saec-cross-profile .saec-line").map((line) => line.getAttribute("stroke-dasharray")),
    ).toEqual([null, "6 4"]);
    expect(all(".saec-cross-cosine")).toHaveLength(3);
  });

  test("keys walk in the order of the map, Enter selects, Escape leaves step by step", async () => {
    const { model, saved } = await mount();
    press("ArrowRight");
    expect(text(".saec-cross-map [aria-live]")).toBe(
      "early birds, cc/0, centre of mass 0.00, fires on 10 % of tokens",
    );
    press("End");
    expect(text(".saec-cross-map [aria-live]")).toContain("late birds");
    press("ArrowLeft");
    press("Enter");
    expect(model.get("feature")).toBe("cc/1");
    model.set("brush", [0, 1]);
    press("Escape");
    press("Escape");
    expect(model.get("brush")).toBeNull();
    press("Escape");
    expect(model.get("feature")).toBeNull();
    press("/");
    expect(document.activeElement).toBe(q(".saec-cross-search"));
    expect(saved).toHaveLength(3);
  });

  test("hovering the map reads a column and tells nobody", async () => {
    const { saved } = await mount();
    q(".saec-cross-map").dispatchEvent(new MouseEvent("pointermove", { clientX: 630, bubbles: true }));
    expect(text(".saec-tooltip")).toContain("late birds");
    expect(q('.saec-cross-row[data-row="2"]').classList.contains("saec-on")).toBe(true);
    expect(saved).toEqual([]);
  });
});

describe("what is shown", () => {
  test("another measure takes the brush away; another unit keeps it", async () => {
    const { saved, model } = await mount();
    model.set("brush", [0, 1]);
    const [measure, scale] = all<HTMLSelectElement>("select");
    if (!measure || !scale) throw new Error("no lists");
    scale.value = "raw";
    scale.dispatchEvent(new Event("change"));
    await settle();
    expect(saved).toEqual([{ brush: [0, 1], scale: "raw" }]);
    expect(names()).toEqual(["cc/0"]);
    measure.value = "norm";
    measure.dispatchEvent(new Event("change"));
    await settle();
    expect(saved.at(-1)).toEqual({ brush: null, measure: "norm" });
    expect(names()).toEqual(["cc/0", "cc/1", "cc/2"]);
  });

  test("norms as they are, instead of relative to the largest", async () => {
    const { saved } = await mount();
    q<HTMLInputElement>("input[type=checkbox]").click();
    await settle();
    expect(saved).toEqual([{ normalised: false }]);
    expect(text(".saec-cross-legend")).toContain("norm 2.00 or more");
    expect(text(".saec-cross-legend")).toContain("1 that never fire or write nothing are left out");
  });

  test("a cell a feature and place is painted", async () => {
    calls.length = 0;
    await mount();
    const painted = calls.filter(({ name }) => name === "fillRect");
    expect(painted.length).toBeGreaterThanOrEqual(9);
    expect(calls.filter(({ name }) => name === "fillText").map(({ args }) => args[0])).toContain("layer 2");
  });

  test("one feature at one place, and nothing at all", async () => {
    const one: CrosscoderTraits = {
      ...small(),
      places: small().places.slice(0, 1),
      stages: ["resid_post.0"],
      labels: [HOSTILE],
      links: [],
      known: [{ name: "norm", title: "norm", low: 0, high: null }],
      measure: "norm",
      measures: { alike: { norm: floats(1) }, raw: { norm: floats(5) } },
      columns: { norms: floats(5), sizes: floats(5), cosines: floats(), rates: floats(Number.NaN) },
    };
    const { model } = await mount(one);
    expect(all(".saec-cross-row")).toHaveLength(1);
    model.set("feature", "cc/0");
    await settle();
    expect(text(".saec-cross-feature .saec-title")).toBe(HOSTILE);
    expect(el.querySelector("img")).toBeNull();
    model.set("columns", {});
    expect(q(".saec-cross > .saec-empty").hidden).toBe(false);
  });
});
