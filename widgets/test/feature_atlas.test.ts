import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleAtlas } from "../gallery/atlas.js";
import { HOSTILE } from "../gallery/example.js";
import { fakeModel } from "../gallery/fake_model.js";
import { closest, decodeAtlas, nameOf, rowOf } from "../src/atlas/decode.js";
import { looksOf, PLAIN } from "../src/atlas/looks.js";
import { middles, placeNames } from "../src/atlas/names.js";
import { sceneOf } from "../src/atlas/picture.js";
import { search } from "../src/atlas/state.js";
import type { AtlasTraits } from "../src/atlas/traits.js";
import {
  beyond,
  carry,
  inside,
  limit,
  nearest,
  pan,
  reveal,
  toScreen,
  unit,
  type View,
  zoomAt,
} from "../src/atlas/view.js";
import atlas from "../src/feature_atlas.js";
import { toSvg } from "../src/graph/svg.js";
import { typed } from "../src/model/decode.js";
import { readPalette } from "../src/theme.js";
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
const all = (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)];
const text = (selector: string) => q(selector).textContent ?? "";
const press = (key: string, target = ".saec-atlas-stage") =>
  q(target).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

const bytes = (values: number[], Type: new (values: number[]) => ArrayBufferView) =>
  new DataView(new Type(values).buffer as ArrayBuffer);

/** Four points on a cross and one in the middle; the first three are a cluster. */
const small = (): AtlasTraits => ({
  error: null,
  busy: "",
  progress: null,
  sets: [
    { name: "a", features: 4, shown: 3 },
    { name: "b/c", features: 2, shown: 2 },
  ],
  labels: ["cats", "dogs · cats", "cat → are", "the …", ""],
  points: {
    places: bytes([1, 0, 0, 1, -1, 0, 0, -1, 0, 0], Float32Array),
    dictionary: bytes([0, 0, 0, 1, 1], Uint16Array),
    feature: bytes([0, 2, 3, 0, 1], Uint32Array),
    layer: bytes([0, 0, 0, 2, 2], Int16Array),
    cluster: bytes([0, 0, 0, -1, -1], Int16Array),
    rate: bytes([0.01, 0.0001, 0.2, 0.05, Number.NaN], Float32Array),
    max: bytes([1, 2, 3, 4, Number.NaN], Float32Array),
    neighbours: bytes([1, 2, 0, 2, 0, 1, 4, 0, 3, 0], Uint32Array),
    cosines: bytes([0.9, 0.5, 0.9, 0.4, 0.5, 0.4, 0.3, -0.1, 0.3, 0.1], Float32Array),
  },
  clusters: ["cats"],
  trust: 0.9123,
  colour: "cluster",
  feature: null,
  chosen: new DataView(new ArrayBuffer(0)),
});

const decoded = (traits = small()) => {
  const found = decodeAtlas((name) => traits[name]);
  if (!found) throw new Error("no atlas");
  return found;
};

/** As the stage is in jsdom, which has no layout: 640 wide, so 499 high. */
const view: View = { width: 640, height: 499, k: 1, x: 0, y: 0 };

async function mount(state = small()) {
  const fake = fakeModel(state);
  const clean = atlas.render({ model: fake.model, el });
  await settle();
  return { ...fake, clean };
}

function point(row: number, type: string, more: Partial<PointerEvent> = {}, by = 0) {
  const found = decoded();
  const { x, y } = toScreen(view, found.x[row] ?? 0, found.y[row] ?? 0);
  const event = new MouseEvent(type, { bubbles: true, clientX: x + by, clientY: y + by, ...more });
  q(".saec-atlas-stage").dispatchEvent(event);
}

describe("what Python sends", () => {
  test("becomes columns, and names lead to rows and back", () => {
    const found = decoded();
    expect([found.size, found.near]).toEqual([5, 2]);
    expect([...found.x]).toEqual([1, 0, -1, 0, 0]);
    expect([0, 3].map((row) => nameOf(found, row))).toEqual(["a/0", "b/c/0"]);
    expect(["a/2", "b/c/1", "a/1", "nonsense", null].map((name) => rowOf(found, name))).toEqual([
      1,
      4,
      null,
      null,
      null,
    ]);
    expect(closest(found, 0).map(({ row }) => row)).toEqual([1, 2]);
    expect(found.clusters).toEqual([{ name: "cats", rows: [0, 1, 2] }]);
  });

  test("is refused by name where columns do not fit", () => {
    const short = { ...small(), labels: ["one"] };
    expect(() => decodeAtlas((name) => short[name])).toThrow("“labels” has 1 rows, not 5");
    const stray = small();
    stray.points = {
      ...stray.points,
      neighbours: bytes([9, 9, 9, 9, 9, 9, 9, 9, 9, 9], Uint32Array),
    } as never;
    expect(() => decodeAtlas((name) => stray[name])).toThrow("“neighbours” does not fit 5 features");
    expect(decodeAtlas((name) => ({ ...small(), points: {} })[name])).toBeNull();
  });
});

describe("zoom and pan", () => {
  test("keep the point under the pointer, and the picture in its frame", () => {
    const at = { x: 400, y: 120 };
    const size = unit(view);
    const [x, y] = [(at.x - 320) / size, (249.5 - at.y) / size];
    const near = zoomAt(view, 4, at);
    const again = toScreen(near, x, y);
    expect(again.x).toBeCloseTo(at.x);
    expect(again.y).toBeCloseTo(at.y);
    expect(zoomAt(near, 0, at)).toMatchObject({ k: 1 });
    expect(pan(view, 5000, 5000)).toMatchObject({ x: 0, y: 0 });
    const far = pan(near, 1e6, 1e6);
    expect(limit(far)).toEqual(far);
    expect(toScreen(far, -1, 1).x).toBeLessThan(640);
    const shown = toScreen(reveal(pan(near, 1e6, 0), 1, 0), 1, 0);
    expect(shown.x).toBeLessThan(640);
  });

  test("a painted picture is carried along just as its points move", () => {
    const to = pan(zoomAt(view, 3, { x: 100, y: 50 }), 40, -20);
    const [dx = 0, dy = 0, scale = 0] =
      carry(view, to)
        .match(/-?[\d.]+(?=px|\))/g)
        ?.map(Number) ?? [];
    for (const [x, y] of [
      [0, 0],
      [1, -0.5],
    ] as const) {
      const [before, after] = [toScreen(view, x, y), toScreen(to, x, y)];
      expect(before.x * scale + dx).toBeCloseTo(after.x);
      expect(before.y * scale + dy).toBeCloseTo(after.y);
    }
  });

  test("the nearest point is found by distance, the next one by direction", () => {
    const found = decoded();
    expect(nearest(view, found, { x: 322, y: 251 }, 18)).toBe(4);
    expect(nearest(view, found, { x: 400, y: 251 }, 18)).toBeNull();
    const steps = [
      [4, 1, 0, 0],
      [4, 0, 1, 1],
      [4, -1, 0, 2],
      [0, 1, 0, 0],
      [0, -1, 0, 4],
    ] as const;
    for (const [from, dx, dy, to] of steps) expect(beyond(found, from, dx, dy)).toBe(to);
  });

  test("a lasso holds what lies in it, whichever way it was drawn", () => {
    const found = decoded();
    const line = [
      { x: 250, y: 0 },
      { x: 700, y: 0 },
      { x: 700, y: 300 },
      { x: 250, y: 300 },
    ];
    expect(inside(view, found, line)).toEqual([0, 1, 4]);
    expect(inside(view, found, [...line].reverse())).toEqual([0, 1, 4]);
    expect(inside(view, found, line.slice(0, 2))).toEqual([]);
  });
});

describe("colours, sizes and names", () => {
  test("clusters side by side differ, features without one are plain", () => {
    expect([...looksOf(decoded(), "cluster").colour].slice(3)).toEqual([PLAIN, PLAIN]);
    const many = decoded(exampleAtlas());
    const looks = looksOf(many, "cluster");
    const colours = many.clusters.map(({ rows }) => looks.colour[rows[0] ?? 0]);
    expect(new Set(colours.slice(0, 6)).size).toBe(6);
  });

  test("a ramp goes from the least to the largest; what is not known is plain", () => {
    const { colour, range } = looksOf(decoded(), "firing rate");
    expect(range).toMatchObject({ log: true });
    expect(range?.low).toBeCloseTo(0.0001);
    const [a = 0, b = 0, c = 0, d = 0, e] = colour;
    expect(b < a && a < d && d < c).toBe(true);
    expect(e).toBe(PLAIN);
    expect([...looksOf(decoded(), "layer").colour]).toEqual([13, 13, 13, 30, 30]);
  });

  test("points that fire more are larger and lie below", () => {
    const { radius, order } = looksOf(decoded(), "cluster");
    expect((radius[2] ?? 0) > (radius[0] ?? 0) && (radius[0] ?? 0) > (radius[1] ?? 0)).toBe(true);
    expect(order[0]).toBe(2);
  });

  test("names never touch, and more appear from near", () => {
    const many = decoded(exampleAtlas());
    const measure = (name: string) => 6 * name.length;
    const far = placeNames(many, middles(many), { ...view, width: 300, height: 240 }, measure);
    expect(far.length).toBeGreaterThan(2);
    for (const [i, a] of far.entries())
      for (const b of far.slice(i + 1)) {
        const apart = (measure(a.text) + measure(b.text)) / 2;
        expect(Math.abs(a.x - b.x) > apart || Math.abs(a.y - b.y) > 11).toBe(true);
      }
    const near = placeNames(many, middles(many), { ...view, width: 900, height: 800 }, measure);
    expect(near.length).toBeGreaterThan(far.length);
  });

  test("search wants every word, in label or name", () => {
    const found = decoded();
    expect(search(found, "cat")).toEqual([0, 1, 2]);
    expect(search(found, "CATS dogs")).toEqual([1]);
    expect(search(found, "b/c")).toEqual([3, 4]);
    expect(search(found, "  ")).toBeNull();
  });
});

test("the picture as a file, on fixed data", () => {
  const found = decoded();
  const palette = readPalette(el);
  const inks = Array.from({ length: 40 }, (_, i) => `#0000${(i + 16).toString(16)}`);
  const names = placeNames(found, middles(found), view, (name) => 6 * name.length);
  const scene = sceneOf({
    atlas: found,
    looks: looksOf(found, "cluster"),
    view,
    colours: inks,
    names,
    palette,
  });
  const hostile = {
    ...scene,
    frame: scene.frame.map((each) => ({ ...each, text: HOSTILE })),
  } as typeof scene;
  const options = { paper: palette.paper, ink: palette.ink, font: "sans-serif", title: "a, b" };
  expect(toSvg(scene, options)).toMatchSnapshot();
  expect(toSvg(hostile, options)).not.toContain("<img");
});

describe("by mouse", () => {
  test("hovering reads a point and tells nobody", async () => {
    const { saved } = await mount();
    point(1, "pointermove", {}, 3);
    expect(text(".saec-tooltip")).toContain("dogs · cats");
    expect(text(".saec-atlas-stage [aria-live]")).toContain("a/2");
    point(1, "pointermove", {}, 60);
    expect(q(".saec-tooltip").hidden).toBe(true);
    expect(saved).toEqual([]);
  });

  test("a click selects, and lists the neighbours that Python sent, closest first", async () => {
    const { saved } = await mount();
    point(3, "click");
    expect(saved).toEqual([{ feature: "b/c/0" }]);
    expect(text(".saec-atlas-feature .saec-title")).toBe("the …");
    const rows = all(".saec-atlas-feature .saec-atlas-row").map((row) => row.textContent);
    expect(rows).toEqual(["b/c/10.30", "catsa/0−0.10"]);
    expect(text(".saec-code-text")).toBe('atlas.feature = "b/c/0"');
    all(".saec-atlas-feature .saec-atlas-row")[1]?.click();
    expect(saved.at(-1)).toEqual({ feature: "a/0" });
    q(".saec-clear").click();
    expect(saved.at(-1)).toEqual({ feature: null });
  });

  test("a lasso chooses; a click with Shift adds or takes away", async () => {
    const { saved } = await mount();
    all(".saec-choice")[1]?.click();
    const stage = q(".saec-atlas-stage");
    const go = (type: string, clientX: number, clientY: number) =>
      stage.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX, clientY }));
    go("pointerdown", 250, 1);
    for (const [x, y] of [
      [639, 1],
      [639, 300],
      [250, 300],
    ] as const)
      go("pointermove", x, y);
    go("pointerup", 250, 300);
    const rows = (at: number) => [...typed(saved.at(at)?.chosen as DataView, Uint32Array)];
    expect(rows(-1)).toEqual([0, 1, 4]);
    expect(text(".saec-code-text")).toBe('atlas.selected = ["a/0", "a/2", "b/c/1"]');
    expect(all(".saec-atlas-heading").map((each) => each.textContent)).toContain("3 chosenClear");
    point(1, "pointerdown");
    point(1, "pointerup");
    point(1, "click", { shiftKey: true });
    expect(rows(-1)).toEqual([0, 4]);
    point(2, "click", { shiftKey: true });
    expect(rows(-1)).toEqual([0, 2, 4]);
  });

  test("a cluster of the list is emphasised by hovering and chosen by a click", async () => {
    const { saved } = await mount();
    const row = q(".saec-atlas-row");
    calls.length = 0;
    row.dispatchEvent(new MouseEvent("pointerenter"));
    await settle();
    expect(calls.filter(({ name }) => name === "drawImage")).toHaveLength(5);
    row.click();
    expect([...typed(saved.at(-1)?.chosen as DataView, Uint32Array)]).toEqual([0, 1, 2]);
  });
});

describe("by keyboard", () => {
  test("arrows walk, Enter selects, Space chooses, Escape leaves step by step", async () => {
    const { saved, model } = await mount();
    press("ArrowRight");
    expect(text("[aria-live]")).toContain("b/c/1");
    press("ArrowUp");
    expect(text("[aria-live]")).toMatch(/^dogs · cats, a\/2, cluster cats, fires on <0.1 %/);
    press("Enter");
    expect(model.get("feature")).toBe("a/2");
    press(" ");
    expect([...typed(model.get("chosen"), Uint32Array)]).toEqual([1]);
    press("Escape");
    expect(text("[aria-live]")).toBe("");
    press("Escape");
    expect(model.get("chosen").byteLength).toBe(0);
    press("Escape");
    expect(model.get("feature")).toBeNull();
    expect(saved).toHaveLength(4);
  });

  test("/ searches, Enter takes the first, Escape comes back", async () => {
    const { model } = await mount();
    press("/");
    const field = q<HTMLInputElement>(".saec-atlas-search");
    expect(document.activeElement).toBe(field);
    field.value = "cats";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    expect(all(".saec-atlas-heading").at(-1)?.textContent).toBe("2 foundChoose all");
    press("Enter", ".saec-atlas-search");
    expect(model.get("feature")).toBe("a/0");
    press("Escape", ".saec-atlas-search");
    expect(document.activeElement).toBe(q(".saec-atlas-stage"));
    expect(text(".saec-atlas-side")).toContain("1 clusters");
  });
});

describe("what it says", () => {
  test("how far to trust it, and what is left out", async () => {
    const { model } = await mount();
    expect(text(".saec-atlas-trust")).toMatch(/^Trustworthiness 0.91 for 10 neighbours/);
    expect(text(".saec-atlas-count")).toBe("5 of 6 features; 1 never fire");
    model.set("trust", null);
    expect(q(".saec-atlas-trust").hidden).toBe(true);
  });

  test("that the picture is being made, that it failed, that there is nothing", async () => {
    const { model } = await mount(exampleAtlas({ waiting: true }));
    expect(text(".saec-atlas > .saec-empty")).toBe("The features are being placed …");
    expect(text(".saec-status-running")).toContain("placing directions in the plane");
    model.set("error", { message: "It broke.", cure: "Mend it." });
    model.set("busy", "");
    expect(text(".saec-atlas > .saec-empty")).toBe("There is no picture.");
    expect(text(".saec-error-message")).toBe("It broke.");
    const empty = exampleAtlas({ count: 0 });
    for (const name of ["sets", "labels", "clusters", "points"] as const)
      model.set(name, empty[name] as never);
    expect(text(".saec-atlas > .saec-empty")).toMatch(/^There is no feature to show/);
  });

  test("Python selects, chooses and colours, and the widget follows", async () => {
    const { model } = await mount();
    model.set("feature", "a/3");
    expect(text(".saec-atlas-feature .saec-title")).toBe("cat → are");
    model.set("chosen", bytes([3, 99], Uint32Array));
    expect(text(".saec-atlas-side")).toContain("1 chosen");
    expect(all(".saec-atlas-legend span")).toHaveLength(0);
    model.set("colour", "firing rate");
    expect(text(".saec-atlas-legend")).toBe("0.0100 %20.0 %");
    model.set("feature", "elsewhere/3");
    expect(all(".saec-atlas-feature .saec-title")).toHaveLength(0);
  });

  test("a new label is shown, and the picture stays as it was moved", async () => {
    const { model } = await mount();
    press("+");
    press("+");
    await settle();
    model.set("feature", "a/0");
    const drawn = () => calls.filter(({ name }) => name === "drawImage").length;
    calls.length = 0;
    model.set("labels", ["lions", "", "", "", ""]);
    await settle();
    expect(text(".saec-atlas-feature .saec-title")).toBe("lions");
    expect(drawn()).toBe(1); // the others lie outside of the frame
    calls.length = 0;
    model.set("points", { ...small().points });
    await settle();
    expect(drawn()).toBe(5);
  });

  test("one feature alone is shown and clicked", async () => {
    const { model } = await mount(exampleAtlas({ count: 1 }));
    press("ArrowLeft");
    press("Enter");
    expect(model.get("feature")).toBe("transcoder.0/0");
    expect(text(".saec-atlas-feature")).not.toContain("Closest");
  });
});
