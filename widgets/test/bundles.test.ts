import { expect, test, vi } from "vitest";
import { fakeModel } from "../gallery/fake_model.js";
import { load, type Traits } from "../src/bundles.js";
import loader from "../src/loader.js";

const widget = () => ({ render: vi.fn(() => () => {}) });

test("a bundle is imported once a page, whoever asks", async () => {
  const importer = vi.fn(async () => widget());
  const [first, second] = await Promise.all([load("first", importer), load("first", importer)]);
  expect(second).toBe(first);
  expect(await load("first", importer)).toBe(first);
  expect(importer).toHaveBeenCalledOnce();
});

test("another bundle is another widget", async () => {
  const importer = async () => widget();
  expect(await load("one", importer)).not.toBe(await load("two", importer));
});

test("one that could not be imported is tried again", async () => {
  const importer = vi.fn(async () => widget());
  importer.mockRejectedValueOnce(new Error("no"));
  await expect(load("broken", importer)).rejects.toThrow("no");
  await expect(load("broken", importer)).resolves.toBeDefined();
});

test("the style sheet is added once a page, and once to each shadow root", async () => {
  const fake = fakeModel<Traits>({ script: "", sheet: ".saec-tried {}", owned: [] });
  const found = (place: ParentNode) =>
    [...place.querySelectorAll("style.saec-sheet")].filter((style) => style.textContent === ".saec-tried {}")
      .length;
  const inside = document.createElement("div");
  const host = document.createElement("div");
  document.body.append(inside, host);
  const shadow = host.attachShadow({ mode: "open" });
  const deep = document.createElement("div");
  shadow.append(deep);
  for (const el of [inside, inside, deep, deep])
    await loader.render({ model: fake.model, el }).catch(() => {});
  expect([found(document), found(shadow)]).toEqual([1, 1]);
});

test("a model that ends lets go of what it owns, and of nothing else", () => {
  const fake = fakeModel<Traits>({ script: "text", sheet: "sheet", owned: ["script"] });
  const stop = new AbortController();
  loader.initialize({ model: fake.model, signal: stop.signal });
  expect(fake.model.get("script")).toBe("text");
  stop.abort();
  expect([fake.model.get("script"), fake.model.get("sheet")]).toEqual([null, "sheet"]);
  expect(fake.saved).toEqual([]);
});
