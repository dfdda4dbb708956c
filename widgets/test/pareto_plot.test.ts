import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HOSTILE } from "../gallery/example.js";
import { fakeModel } from "../gallery/fake_model.js";
import { examplePareto } from "../gallery/sweep.js";
import type { ParetoTraits, PointTrait } from "../src/pareto/traits.js";
import pareto from "../src/pareto_plot.js";
import { fakeBrowser } from "./setup.js";

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
const press = (key: string) =>
  q(".saec-scatter").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const click = (mark: Element, type = "click") => {
  const [x = 0, y = 0] = (mark.getAttribute("transform") ?? "").match(/[\d.]+/g)?.map(Number) ?? [];
  q(".saec-scatter").dispatchEvent(new MouseEvent(type, { clientX: x + 3, clientY: y - 2, bubbles: true }));
};

const point = (name: string, scores: Record<string, number>, more: Partial<PointTrait> = {}): PointTrait => ({
  name,
  scores,
  group: "topk",
  width: 1024,
  recipe: `made as ${name}`,
  folder: "",
  ...more,
});

/** Three points on the front and one that two of them beat. */
const small = (): ParetoTraits => ({
  points: [
    point("thin", { l0: 8, variance_explained: 0.5, dead: 0.1 }),
    point("middle", { l0: 30, variance_explained: 0.8 }, { group: "relu", folder: "out/middle" }),
    point("beaten", { l0: 60, variance_explained: 0.7, dead: 0.3 }, { width: 4096 }),
    point("thick", { l0: 120, variance_explained: 0.9, dead: 0.2 }),
  ],
  x: "l0",
  y: "variance_explained",
  selected: null,
  lower_is_better: ["l0", "dead"],
});

function mount(state: ParetoTraits) {
  const fake = fakeModel(state);
  const clean = pareto.render({ model: fake.model, el });
  return { ...fake, clean };
}

describe("the picture", () => {
  test("has a mark a point, the front and its names", () => {
    mount(small());
    expect(all(".saec-point")).toHaveLength(4);
    expect(q(".saec-front").getAttribute("d")?.split("L")).toHaveLength(5);
    expect(all("button.saec-front-row").map((row) => row.textContent)).toEqual([
      "thin8.000.5000",
      "middle30.00.8000",
      "thick1200.9000",
    ]);
    expect(all(".saec-point-name").map((name) => name.textContent)).toEqual(["thin", "middle", "thick"]);
    expect(all(".saec-axis-name").map((name) => name.textContent)).toEqual([
      "Variance explained",
      "L0 (log)",
    ]);
  });

  test("groups differ by colour and shape, widths by size", () => {
    mount(small());
    const marks = all(".saec-point").map((mark) => ({
      point: Number(mark.dataset.point),
      style: mark.lastElementChild?.getAttribute("style"),
      d: mark.lastElementChild?.getAttribute("d") ?? "",
    }));
    const of = (number: number) => marks.find((mark) => mark.point === number);
    expect(of(0)?.style).toBe(of(3)?.style);
    expect(of(0)?.style).not.toBe(of(1)?.style);
    expect(of(0)?.d).toBe(of(3)?.d);
    expect(of(0)?.d).not.toBe(of(2)?.d);
    expect(all(".saec-group-key").map((key) => key.textContent)).toEqual(["topk", "relu"]);
    q(".saec-group-key").dispatchEvent(new MouseEvent("pointerenter"));
    expect(all(".saec-point.saec-on")).toHaveLength(3);
  });

  test("another score goes to Python, and comes back with another front", () => {
    const fake = mount(small());
    const select = q<HTMLSelectElement>(".saec-select-y");
    expect([...select.options].map((option) => option.text)).toEqual([
      "L0",
      "Variance explained",
      "Dead features",
    ]);
    select.value = "dead";
    select.dispatchEvent(new Event("change"));
    expect(fake.saved).toEqual([{ y: "dead" }]);
    expect(text(".saec-missing")).toBe("1 of 4 without L0 and Dead features");
    expect(all("button.saec-front-row").map((row) => row.textContent)).toEqual(["thin8.0010 %"]);
    fake.model.set("lower_is_better", ["l0"]);
    expect(all("button.saec-front-row")).toHaveLength(2);
    fake.model.set("points", [point("alone", { l0: 3 })]);
    expect(all(".saec-point")).toHaveLength(0);
    expect(text(".saec-missing")).toContain("1 of 1");
  });
});

describe("selecting", () => {
  test("a click on a point sets the trait; beside it, nothing is selected", () => {
    const fake = mount(small());
    const mark = all(".saec-point").find((each) => each.dataset.point === "3");
    click(mark as Element);
    expect(fake.saved).toEqual([{ selected: "thick" }]);
    expect(text(".saec-chosen-name")).toBe("thick");
    expect(text(".saec-scores-list")).toBe("L0120Variance explained0.9000Dead features20 %");
    expect(mark?.classList.contains("saec-selected")).toBe(true);
    expect(text(".saec-code-text")).toBe('plot.selected = "thick"; dictionary = plot.dictionary');
    q(".saec-scatter").dispatchEvent(new MouseEvent("click", { clientX: 0, clientY: 0 }));
    expect(fake.model.get("selected")).toBeNull();
    expect(text(".saec-chosen")).toContain("Click a point");
  });

  test("one that is saved on disk can be loaded without the plot", () => {
    mount(small());
    all("button.saec-front-row")[1]?.click();
    expect(text(".saec-code-text")).toBe('dictionary = sc.load_dictionary("out/middle")');
    expect(text(".saec-chosen-folder")).toBe("out/middle");
    expect(all("button.saec-front-row")[1]?.getAttribute("aria-pressed")).toBe("true");
    q(".saec-clear").click();
    expect(text(".saec-code-text")).toBe("plot.selected = None");
  });

  test("Python may select at any time", () => {
    const fake = mount({ ...small(), selected: "thin" });
    expect(text(".saec-chosen-name")).toBe("thin");
    fake.model.set("selected", "beaten");
    expect(text(".saec-chosen-recipe")).toBe("made as beaten");
    expect(fake.saved).toEqual([]);
  });

  test("by keys: look first, Enter selects, Escape leaves", () => {
    const fake = mount(small());
    const outside = vi.fn();
    el.addEventListener("keydown", outside);
    press("ArrowRight");
    expect(text("[aria-live]")).toBe("thin, topk, L0 8.00, Variance explained 0.5000, on the front");
    press("ArrowRight");
    press("ArrowUp");
    expect(text("[aria-live]")).toContain("thick");
    press("ArrowDown");
    press("ArrowDown");
    expect(text("[aria-live]")).toBe("beaten, topk, L0 60.0, Variance explained 0.7000");
    expect(fake.saved).toEqual([]);
    press("Enter");
    expect(fake.saved).toEqual([{ selected: "beaten" }]);
    press("Escape");
    press("Escape");
    expect(fake.model.get("selected")).toBeNull();
    press("x");
    expect(outside).not.toHaveBeenCalled();
    const focusable = all("button, select, [tabindex]");
    expect(focusable.every((each) => each.dataset.lmSuppressShortcuts === "true")).toBe(true);
  });

  test("hovering tells recipe and scores and asks nobody", () => {
    const fake = mount(small());
    click(all(".saec-point").find((each) => each.dataset.point === "1") as Element, "pointermove");
    expect(q(".saec-tooltip").hidden).toBe(false);
    expect(text(".saec-tooltip")).toBe("middlemade as middleL030.0Variance explained0.8000");
    q(".saec-scatter").dispatchEvent(new MouseEvent("pointerleave"));
    expect(q(".saec-tooltip").hidden).toBe(true);
    expect([fake.saved, fake.sent]).toEqual([[], []]);
  });
});

test("names are never markup", () => {
  mount(examplePareto(true));
  for (let i = 0; i < 50; i++) press("ArrowRight");
  for (const row of all("button.saec-front-row")) row.click();
  expect(all("img, script, [id]")).toHaveLength(0);
  expect(text(".saec")).toContain(HOSTILE);
  expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
});

test("two views share the selection and not the hovering; clean-up leaves nothing", () => {
  const fake = mount(small());
  const other = document.createElement("div");
  el.append(other);
  const stop = new AbortController();
  const clean = pareto.render({ model: fake.model, el: other, signal: stop.signal });
  press("ArrowRight");
  expect(other.querySelector(".saec-hovered")).toBeNull();
  press("Enter");
  expect(other.querySelector(".saec-chosen-name")?.textContent).toBe("thin");
  expect(fake.listeners()).toBeGreaterThan(0);
  stop.abort();
  clean();
  expect(other.children).toHaveLength(0);
  fake.clean();
  expect(fake.listeners()).toBe(0);
  fake.model.set("selected", null);
});
