import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exampleComparison } from "../gallery/comparison.js";
import { fakeModel } from "../gallery/fake_model.js";
import comparison from "../src/comparison_view.js";
import { fakeBrowser } from "./setup.js";

beforeEach(() => {
  fakeBrowser();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function open(state = exampleComparison()) {
  const fake = fakeModel(state);
  const el = document.createElement("div");
  document.body.append(el);
  const clean = comparison.render({ model: fake.model, el });
  const all = (name: string) => [...el.querySelectorAll<HTMLElement>(name)];
  return { ...fake, el, clean, all };
}

const shown = (elements: HTMLElement[]) => elements.filter((element) => !element.hidden);

describe("the ComparisonView", () => {
  it("shows both circuits, or their difference", () => {
    const { all, model } = open();
    expect(
      shown(all(".saec-compared")).map((pane) => pane.querySelector(".saec-compared-name")?.textContent),
    ).toEqual(["A", "B"]);
    all(".saec-choice")
      .find((button) => button.textContent === "difference")
      ?.click();
    expect(model.get("mode")).toBe("difference");
    expect(
      shown(all(".saec-compared")).map((pane) => pane.querySelector(".saec-compared-name")?.textContent),
    ).toEqual(["B − A"]);
  });

  it("lists what either has alone and what both have", () => {
    const state = exampleComparison();
    const { all } = open(state);
    const lists = all(".saec-compared-list");
    expect(lists.map((list) => list.getAttribute("aria-label"))).toEqual([
      "Only in A",
      "In both",
      "Only in B",
    ]);
    const counts = lists.map((list) => list.querySelectorAll(".saec-compared-row").length);
    const expected = ["lost", "shared", "gained"].map(
      (status) => state.rows.filter((row) => row.status === status).length,
    );
    expect(counts).toEqual(expected);
    expect(Math.min(...expected)).toBeGreaterThan(0);
  });

  it("selects a node in all pictures, and tells Python", () => {
    const { all, model, saved } = open();
    const row = all(".saec-compared-row")[0] as HTMLElement;
    row.click();
    expect(saved.at(-1)).toEqual({ selected: model.get("selected") });
    expect(row.getAttribute("aria-pressed")).toBe("true");
    model.set("selected", null);
    expect(row.getAttribute("aria-pressed")).toBe("false");
  });

  it("prunes both by one slider, and tells Python at its end", () => {
    const { all, saved } = open();
    const slider = all(".saec-prune")[0] as HTMLInputElement;
    slider.value = "30";
    slider.dispatchEvent(new Event("input"));
    expect(saved).toEqual([]);
    slider.dispatchEvent(new Event("change"));
    expect(saved).toEqual([{ prune: 0.3 }]);
    expect(all(".saec-share")[0]?.textContent).toBe("30 %");
  });

  it("shows what is wrong with a circuit that cannot be read", () => {
    const state = exampleComparison();
    const [first] = state.graphs;
    if (first) first.nodes.kind = new DataView(new ArrayBuffer(1));
    const { all } = open(state);
    expect(all(".saec-error-message")[0]?.textContent).toContain("nodes.kind has 1 rows");
  });

  it("leaves nothing behind", () => {
    const { clean, el, listeners } = open();
    clean();
    expect(el.children).toHaveLength(0);
    expect(listeners()).toBe(0);
  });
});
