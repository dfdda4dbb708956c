/** The stage under gestures and changes of its surroundings; each canvas writes down what is painted on it. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleState } from "../gallery/example.js";
import { fakeModel } from "../gallery/fake_model.js";
import explorer from "../src/explorer.js";
import { layout } from "../src/graph/layout.js";
import { pinnedLinks } from "../src/graph/pinned_links.js";
import { decodeGraph } from "../src/model/decode.js";
import { prune } from "../src/model/prune.js";
import type { ExplorerTraits, GraphTrait } from "../src/model/traits.js";
import { bigTrait } from "./big.js";
import { fakeBrowser, settle, view } from "./setup.js";
import { tinyGraph, tinyTrait } from "./tiny.js";

let el: HTMLElement;
let clean: () => void;
/** Calls by canvas and name, since the last `forget`. */
let painted = new Map<string, number>();
const forget = () => painted.clear();
const count = (canvas: string, name: string) => painted.get(`${canvas} ${name}`) ?? 0;

beforeEach(() => {
  fakeBrowser();
  painted = new Map();
  vi.mocked(HTMLCanvasElement.prototype.getContext).mockImplementation(function (this: HTMLCanvasElement) {
    const layer = this.className.split("saec-canvas-")[1] ?? "sheet";
    const get = (_: object, name: string | symbol) => {
      if (name === "canvas") return this;
      if (name === "measureText") return (text: string) => ({ width: 6 * text.length });
      if (name === "getTransform") return () => ({ a: 1 });
      return () => {
        const key = `${layer} ${String(name)}`;
        painted.set(key, (painted.get(key) ?? 0) + 1);
      };
    };
    return new Proxy({}, { get, set: () => true }) as never;
  } as never);
  el = document.createElement("div");
  document.body.append(el);
});
afterEach(() => {
  clean();
  el.remove();
  delete document.documentElement.dataset.theme;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const q = <E extends Element = HTMLElement>(selector: string) => {
  const found = el.querySelector<E>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
};
const stage = () => q(".saec-stage");
const tip = () => q(".saec-tooltip");

async function mount(state: Partial<ExplorerTraits> = {}) {
  const fake = fakeModel<ExplorerTraits>({ ...exampleState(), prune: 1, graph: tinyTrait(), ...state });
  clean = explorer.render({ model: fake.model, el });
  await settle();
  return fake;
}

/** Where a node of the tiny circuit is on the stage. */
function placeOf(node: number) {
  const graph = tinyGraph();
  const { x, y } = layout(graph, prune(graph, 1), { width: 720, height: 420 }, (text) => 6 * text.length);
  return { clientX: x[node] ?? 0, clientY: y[node] ?? 0 };
}

function pointer(type: string, at: object, more: MouseEventInit = {}) {
  const event = new MouseEvent(type, { bubbles: true, cancelable: true, ...at, ...more });
  Object.assign(event, { pointerId: 1, pointerType: "mouse" });
  stage().dispatchEvent(event);
  return event;
}

function wheel(at: object, more: WheelEventInit) {
  const event = new WheelEvent("wheel", { bubbles: true, cancelable: true, ...at, ...more });
  stage().dispatchEvent(event);
  return event.defaultPrevented;
}

describe("pointing", () => {
  test("the nearest node within 30 pixels is meant, and no other", async () => {
    await mount();
    const { clientX, clientY } = placeOf(5);
    pointer("pointermove", { clientX: clientX + 15, clientY: clientY - 18 });
    await settle();
    expect(tip().textContent).toContain("x − y");
    pointer("pointermove", { clientX: clientX + 25, clientY: clientY - 25 });
    await settle();
    expect(tip().hidden).toBe(true);
  });

  test("Shift holds the hover, over the stage, out of it and over lists", async () => {
    await mount();
    pointer("pointermove", placeOf(5));
    await settle();
    const held = tip().textContent;
    pointer("pointermove", placeOf(2), { shiftKey: true });
    pointer("pointerleave", placeOf(2), { shiftKey: true });
    q(".saec-strongest .saec-row").dispatchEvent(new MouseEvent("pointerenter", { shiftKey: true }));
    await settle();
    expect(tip()).toMatchObject({ hidden: false, textContent: held });
    pointer("pointermove", placeOf(2));
    await settle();
    expect(tip().textContent).not.toBe(held);
    pointer("pointerleave", placeOf(2));
    await settle();
    expect(tip().hidden).toBe(true);
  });

  test("every node of the hovered feature has a dashed ring", async () => {
    const graph = tinyTrait();
    graph.nodes.feature = view(Int32Array.from([-1, -1, 7, 7, -1, -1]));
    await mount({ graph });
    const dashes = vi.fn();
    vi.mocked(HTMLCanvasElement.prototype.getContext).mockImplementation(function (this: HTMLCanvasElement) {
      const front = this.className.endsWith("-front");
      let pattern: number[] = [];
      const own: Record<string, unknown> = {
        setLineDash: (next: number[]) => (pattern = next),
        stroke: () => front && pattern.length > 0 && dashes(),
        measureText: () => ({ width: 10 }),
        getTransform: () => ({ a: 1 }),
      };
      return new Proxy({}, { get: (_, name) => own[String(name)] ?? (() => {}), set: () => true }) as never;
    } as never);
    pointer("pointermove", placeOf(2));
    await settle();
    // The hovered node itself, and the same feature at the other token.
    expect(dashes).toHaveBeenCalledTimes(2);
  });

  test("a click selects, one on empty ground and Escape clear, one with Ctrl or Cmd pins", async () => {
    const fake = await mount();
    const click = (at: object, more: MouseEventInit = {}) => pointer("click", at, more);
    click(placeOf(2));
    expect(fake.state.selected).toBe("f0");
    click({ clientX: 400, clientY: 100 });
    expect(fake.state.selected).toBeNull();
    click(placeOf(2));
    stage().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(fake.state.selected).toBeNull();
    click(placeOf(2), { ctrlKey: true });
    click(placeOf(3), { metaKey: true });
    expect(fake.state.pinned).toEqual(["f0", "f1"]);
    click(placeOf(3), { metaKey: true });
    expect(fake.state).toMatchObject({ pinned: ["f0"], selected: null });
  });
});

describe("links of pinned nodes", () => {
  // Edges: 0→2, 1→3, 2→5, 3→5, 4→5, 1→5.
  test.each([
    ["all", []],
    ["input", [0, 2, 3, 4, 5]],
    ["output", [2]],
    ["either", [0, 2, 3, 4, 5]],
    ["both", [2]],
  ] as const)("%s", (type, expected) => {
    const graph = tinyGraph();
    const found = pinnedLinks(graph, prune(graph, 1), new Set([2, 5]), type);
    expect(found.toSorted((a, b) => a - b)).toEqual(expected);
  });

  test("the choice is there while something is pinned, and lights them while nothing is selected", async () => {
    const fake = await mount();
    const choice = q<HTMLSelectElement>(".saec-link-type");
    expect(choice.hidden).toBe(true);
    fake.model.set("pinned", ["f0", "y"]);
    await settle();
    expect(choice.hidden).toBe(false);
    forget();
    choice.value = "either";
    choice.dispatchEvent(new Event("change"));
    await settle();
    expect(count("focus", "bezierCurveTo")).toBe(5);
    expect(q<HTMLElement>(".saec-canvas-links").style.opacity).toBe("0.25");
    forget();
    fake.model.set("selected", "f1");
    await settle();
    expect(count("focus", "bezierCurveTo")).toBe(2);
  });
});

describe("moving about", () => {
  test("the wheel scrolls the page unless Ctrl or Cmd is held", async () => {
    await mount();
    forget();
    expect(wheel({ clientX: 300, clientY: 200 }, { deltaY: -100 })).toBe(false);
    await settle();
    expect(count("links", "stroke")).toBe(0);
    expect(wheel({ clientX: 300, clientY: 200 }, { deltaY: -100, ctrlKey: true })).toBe(true);
    await settle();
    expect(count("links", "stroke")).toBe(6);
  });

  test("a long prompt can be spread out, and is scrolled with a bar of its own", async () => {
    await mount();
    expect(q(".saec-expand").hidden).toBe(true);
    clean();
    await mount({ graph: bigTrait(120, 300) });
    const expand = q(".saec-expand");
    expect(expand.hidden).toBe(false);
    expect(q(".saec-scroll").hidden).toBe(true);
    expect(wheel({}, { deltaX: 40 })).toBe(false);
    expand.click();
    await settle();
    expect(expand.getAttribute("aria-pressed")).toBe("true");
    const bar = q(".saec-scroll");
    const inside = bar.firstElementChild as HTMLElement;
    expect(bar.hidden).toBe(false);
    expect(Number.parseFloat(inside.style.width)).toBeGreaterThan(2 * Number.parseFloat(bar.style.width));
    bar.scrollLeft = 100;
    bar.dispatchEvent(new Event("scroll"));
    expect(wheel({}, { deltaX: 40 })).toBe(true);
    await settle();
    expect(bar.scrollLeft).toBe(140);
    expand.click();
    await settle();
    expect(bar.hidden).toBe(true);
  });

  test("full screen: the whole widget, and then the wheel zooms", async () => {
    vi.stubGlobal("fullscreen", null);
    Object.defineProperty(document, "fullscreenEnabled", { value: true, configurable: true });
    let full: Element | null = null;
    Object.defineProperty(document, "fullscreenElement", { get: () => full, configurable: true });
    await mount();
    const root = q(".saec");
    const change = (element: Element | null) => {
      full = element;
      root.dispatchEvent(new Event("fullscreenchange", { bubbles: true }));
      return Promise.resolve();
    };
    root.requestFullscreen = () => change(root);
    document.exitFullscreen = () => change(null);
    const button = q(".saec-full");
    expect(button.hidden).toBe(false);
    button.click();
    expect(root.classList.contains("saec-on-screen")).toBe(true);
    expect(button.getAttribute("aria-pressed")).toBe("true");
    expect(wheel({ clientX: 300, clientY: 200 }, { deltaY: -100 })).toBe(true);
    button.click();
    expect(root.classList.contains("saec-on-screen")).toBe(false);
    expect(wheel({ clientX: 300, clientY: 200 }, { deltaY: -100 })).toBe(false);
    for (const name of ["fullscreenEnabled", "fullscreenElement"]) Reflect.deleteProperty(document, name);
  });

  test("a heavy picture is shifted while it is dragged and painted when the hand rests", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const graph: GraphTrait = bigTrait(1000, 6000);
    const mounting = mount({ graph });
    await vi.advanceTimersByTimeAsync(1000);
    await mounting;
    wheel({ clientX: 300, clientY: 200 }, { deltaY: -200, ctrlKey: true });
    await vi.advanceTimersByTimeAsync(1000);
    expect(stage().getAttribute("aria-busy")).toBe("false");
    forget();
    pointer("pointerdown", { clientX: 300, clientY: 200 }, { button: 0 });
    for (let step = 1; step < 6; step++) {
      pointer("pointermove", { clientX: 300 + 6 * step, clientY: 200 });
      await vi.advanceTimersByTimeAsync(16);
    }
    expect(count("links", "stroke") + count("nodes", "fill") + count("front", "fill")).toBe(0);
    expect(q<HTMLElement>(".saec-canvas-links").style.transform).toContain("translate(30px, 0px)");
    expect(count("frame", "fillText")).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(count("links", "stroke")).toBeGreaterThan(0);
    expect(q<HTMLElement>(".saec-canvas-links").style.transform).toBe("");
    const all = decodeGraph(graph).source.length;
    expect(count("sheet", "stroke")).toBe(all);
  });

  test("the pointer alone paints neither links nor all nodes", async () => {
    await mount();
    pointer("pointermove", placeOf(2));
    await settle();
    forget();
    pointer("pointermove", placeOf(3));
    await settle();
    expect(count("front", "fill")).toBeGreaterThan(0);
    for (const name of ["links", "nodes", "dim", "grid", "moves"]) expect(count(name, "clearRect")).toBe(0);
  });
});

describe("surroundings", () => {
  /** So that there is something on the canvas of lit links. */
  function lightPinned() {
    const choice = q<HTMLSelectElement>(".saec-link-type");
    choice.value = "input";
    choice.dispatchEvent(new Event("change"));
  }
  const every = ["grid", "links", "focus", "nodes", "front", "frame"];

  test("another theme paints everything anew", async () => {
    await mount({ pinned: ["y"] });
    lightPinned();
    await settle();
    forget();
    document.documentElement.dataset.theme = "dark";
    await settle();
    await settle();
    expect(q(".saec").classList.contains("saec-dark")).toBe(true);
    for (const name of every) expect([name, count(name, "clearRect")]).toEqual([name, 1]);
  });

  test("another density of the screen paints everything anew, as sharp as it is", async () => {
    const queries: { query: string; change?: () => void }[] = [];
    vi.stubGlobal("matchMedia", (query: string) => {
      const entry: (typeof queries)[number] = { query };
      queries.push(entry);
      const addEventListener = (_: string, change: () => void) => Object.assign(entry, { change });
      return { matches: false, addEventListener, removeEventListener() {} };
    });
    vi.stubGlobal("devicePixelRatio", 1);
    await mount({ pinned: ["y"] });
    lightPinned();
    await settle();
    const canvas = q<HTMLCanvasElement>(".saec-canvas-links");
    const width = canvas.width;
    forget();
    vi.stubGlobal("devicePixelRatio", 2);
    queries.find(({ query }) => query === "(resolution: 1dppx)")?.change?.();
    await settle();
    expect(canvas.width).toBe(2 * width);
    for (const name of every) expect([name, count(name, "clearRect")]).toEqual([name, 1]);
    expect(queries.some(({ query }) => query === "(resolution: 2dppx)")).toBe(true);
  });

  test("the stage says while it is being painted", async () => {
    await mount({ graph: bigTrait(1000, 6000) });
    await settle();
    expect(stage().getAttribute("aria-busy")).toBe("false");
  });
});
