import { expect, test, vi } from "vitest";
import { load } from "../src/bundles.js";

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
