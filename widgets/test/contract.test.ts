/** What every widget keeps to, whatever it shows; the widgets are those of the gallery. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Exhibit, Traits } from "../gallery/exhibit.js";
import { EXHIBITS } from "../gallery/exhibits.js";
import { type FakeModel, fakeModel } from "../gallery/fake_model.js";
import { WIDGETS } from "../widgets.mjs";
import { monkey } from "./monkey.js";
import { fakeBrowser, settle } from "./setup.js";
import { watchPage } from "./watch_page.js";

const IMAGE = "<img src=x onerror=globalThis.pwned=1>";
const NASTY = [IMAGE, "\u202eevil\u202c", "word ".repeat(2000), "\u0000\n\t", "{}", "__proto__"];
const FOCUSABLE = "button, input, select, textarea, summary, a[href], [tabindex], [contenteditable]";
const plain = new URLSearchParams();
const hostile = new URLSearchParams("hostile=1");

vi.setConfig({ testTimeout: 60_000 }); // everything is touched, and the document here is slow

let el: HTMLElement;
beforeEach(() => {
  fakeBrowser();
  vi.spyOn(console, "error").mockImplementation(() => {});
  el = document.createElement("div");
  document.body.append(el);
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("every widget has a place in the gallery", () => {
  expect(EXHIBITS.map(({ name }) => name).sort()).toEqual(WIDGETS);
});

describe.each(EXHIBITS)("$name", (widget) => {
  const fixed = () => widget.open(plain).model;
  const traits = () => Object.keys(traitsOf(widget));

  test("shows its example, and cleans up without a trace", async () => {
    const page = watchPage();
    const fake = widget.open(plain);
    const clean = widget.render(fake.model, el);
    await settle();
    expect(text(el).length).toBeGreaterThan(20);
    expect(el.querySelector(".saec")).not.toBeNull();
    expect(page.held()).not.toEqual([]);
    clean();
    expect(page.held()).toEqual([]);
    expect(fake.listeners()).toBe(0);
    expect(el.childNodes).toHaveLength(0);
    clean();
  });

  test("cleans up after everything was touched, and takes late answers for nothing", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    const page = watchPage();
    const fake = silent(widget);
    const clean = widget.render(fake.model, el);
    monkey(el);
    await tick();
    clean();
    vi.advanceTimersByTime(10_000); // a download is given up after that time, wherever its widget is
    await tick();
    const saved = fake.saved.length;
    expect(vi.getTimerCount()).toBe(0);
    expect(page.held()).toEqual([]);
    expect(fake.listeners()).toBe(0);
    for (const { id } of fake.sent) {
      fake.emit("msg:custom", { id }, []);
      fake.emit("msg:custom", { id, error: { message: "late", cure: "" } }, []);
    }
    await tick();
    expect(fake.saved).toHaveLength(saved);
    expect(document.body.childNodes).toHaveLength(1);
  });

  test("looks the same when it is rendered again", async () => {
    const model = fixed();
    const clean = widget.render(model, el);
    await settle();
    const before = text(el);
    clean();
    widget.render(model, el);
    await settle();
    expect(text(el)).toBe(before);
  });

  test("two views of one model stay in step", async () => {
    const [a, b] = [document.createElement("div"), document.createElement("div")];
    el.append(a, b);
    const fake = widget.open(plain);
    widget.render(fake.model, a);
    widget.render(fake.model, b);
    await settle();
    expect(text(a)).toBe(text(b));
    const before = text(a);
    for (const [name, value] of Object.entries(traitsOf(widget, hostile))) fake.model.set(name, value);
    await settle();
    expect(text(a)).toBe(text(b));
    expect(text(a)).not.toBe(before);
  });

  test("closing one of two views leaves the other alive", async () => {
    const [a, b] = [document.createElement("div"), document.createElement("div")];
    el.append(a, b);
    const fake = widget.open(plain);
    widget.render(fake.model, a)();
    widget.render(fake.model, b);
    const clean = widget.render(fake.model, a);
    clean();
    for (const [name, value] of Object.entries(traitsOf(widget, hostile))) fake.model.set(name, value);
    await settle();
    expect(text(b)).toContain(IMAGE.slice(0, 9));
  });

  test("hostile text stays text", async () => {
    widget.render(widget.open(hostile).model, el);
    monkey(el);
    await settle();
    expect(text(el)).toContain(IMAGE.slice(0, 9));
    expect(el.querySelector("img, script, iframe, object")).toBeNull();
    expect("pwned" in globalThis).toBe(false);
    expect(text(el)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  test.each(NASTY.map((nasty) => [nasty.slice(0, 8), nasty]))("any text may be %j", async (_, nasty) => {
    const fake = fakeModel(withText(traitsOf(widget), nasty) as Traits);
    widget.render(fake.model, el);
    await settle();
    expect(el.querySelector("img, script, iframe, object")).toBeNull();
    expect(text(el)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  test("shows something when Python has set nothing yet", async () => {
    for (const empty of [emptied(traitsOf(widget)), {}]) {
      el.replaceChildren();
      const clean = widget.render(fakeModel(empty as Traits).model, el);
      await settle();
      expect(el.querySelector(".saec")).not.toBeNull();
      monkey(el);
      await settle();
      clean();
    }
  });

  test.each(traits())("survives any value of %s", async (name) => {
    const fake = widget.open(plain);
    const good = fake.model.get(name);
    const clean = widget.render(fake.model, el);
    await settle();
    const before = text(el);
    for (const bad of garbage(good)) {
      fake.model.set(name, bad);
      await settle();
      expect(text(el).length, `nothing is shown for ${JSON.stringify(bad)}`).toBeGreaterThan(0);
      fake.model.set(name, good);
      await settle();
    }
    expect(text(el)).toBe(before);
    clean();
    fake.model.set(name, garbage(good)[0]);
    widget.render(fake.model, el);
    await settle();
    expect(text(el).length).toBeGreaterThan(0);
  });

  test("says so when what came cannot be shown", async () => {
    const broken = Object.entries(traitsOf(widget)).filter(([, value]) => isTree(value));
    for (const [name, good] of broken) {
      const fake = widget.open(plain);
      const clean = widget.render(fake.model, el);
      await settle();
      const before = text(el);
      fake.model.set(name, scrambled(good));
      await settle();
      const said = shownErrors(el) + el.querySelectorAll(".saec-empty").length;
      expect(said > 0 || text(el) !== before, `${name} is scrambled and nothing is said`).toBe(true);
      clean();
    }
  });

  test("a request that is refused, or answered with nonsense, is said", async () => {
    for (const body of [
      { error: { message: "No such thing.", cure: "Do that." } },
      {},
      { error: 7 },
      { card: 3, effect: [] },
    ]) {
      el.replaceChildren();
      const fake = fakeModel(traitsOf(widget), (_, reply) => reply(body as Record<string, unknown>));
      const clean = widget.render(fake.model, el);
      monkey(el);
      await settle();
      monkey(el);
      await settle();
      expect(el.querySelector(".saec")).not.toBeNull();
      clean();
    }
  });

  test("keys of every control stay away from the notebook, and nothing has an id", async () => {
    widget.render(fixed(), el);
    await settle();
    for (const round of ["at first", "after everything was touched"]) {
      const leaky = [...el.querySelectorAll(FOCUSABLE)].filter(
        (element) => element.getAttribute("data-lm-suppress-shortcuts") !== "true",
      );
      expect(
        leaky.map((element) => element.outerHTML.slice(0, 120)),
        round,
      ).toEqual([]);
      expect(
        [...el.querySelectorAll("[id]")].map(({ id }) => id),
        round,
      ).toEqual([]);
      monkey(el);
      await settle();
    }
    const heard = vi.fn();
    document.body.addEventListener("keydown", heard);
    for (const element of el.querySelectorAll(FOCUSABLE))
      element.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true, composed: true }));
    document.body.removeEventListener("keydown", heard);
    expect(heard).not.toHaveBeenCalled();
  });

  test("lives in a shadow root and leaves the page around it alone", async () => {
    const inner = document.createElement("div");
    el.attachShadow({ mode: "open" }).append(inner);
    const around = [document.head.innerHTML, document.body.childElementCount];
    const clean = widget.render(fixed(), inner);
    monkey(inner);
    await settle();
    expect(text(inner).length).toBeGreaterThan(20);
    expect([document.head.innerHTML, document.body.childElementCount]).toEqual(around);
    clean();
    expect(inner.childNodes).toHaveLength(0);
  });
});

const text = (element: Element) => element.textContent ?? "";
const tick = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const shownErrors = (root: Element) =>
  [...root.querySelectorAll(".saec-error")].filter((error) => !error.closest("[hidden]")).length;

function traitsOf(widget: Exhibit, options = plain): Traits {
  return { ...widget.open(options).state };
}

/** The example with a kernel that never answers. */
function silent(widget: Exhibit): FakeModel<Traits> {
  return fakeModel(traitsOf(widget));
}

const isTree = (value: unknown) => typeof value === "object" && value !== null;

/** The same shape with every text replaced. */
function withText(value: unknown, text: string): unknown {
  if (typeof value === "string") return text;
  if (Array.isArray(value)) return value.map((each) => withText(each, text));
  if (!isTree(value) || value instanceof DataView) return value;
  return Object.fromEntries(
    Object.entries(value as object).map(([key, each]) => [key, withText(each, text)]),
  );
}

/** Every trait as Python declares it before anything is known. */
function emptied(traits: Traits): Traits {
  const empty = (value: unknown): unknown => {
    if (typeof value === "string") return "";
    if (typeof value === "number") return 0;
    if (typeof value === "boolean") return false;
    if (value instanceof DataView) return new DataView(new ArrayBuffer(0));
    return Array.isArray(value) ? [] : value === null ? null : {};
  };
  return Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, empty(value)]));
}

/** What a trait could be if Python and the widget were of different versions, or a saved state was broken. */
function garbage(good: unknown): unknown[] {
  const kinds = [null, undefined, 7, Number.NaN, "text", true, [], [null], [[]], {}, { nodes: 3 }];
  return [...kinds, new DataView(new ArrayBuffer(3)), scrambled(good)];
}

/** The same names with values of other kinds below. */
function scrambled(value: unknown): unknown {
  if (value instanceof DataView) return new DataView(new ArrayBuffer(5));
  if (Array.isArray(value)) return value.length > 0 ? [7, null, "text"] : [null];
  if (!isTree(value)) return { text: [value] };
  return Object.fromEntries(
    Object.entries(value as object).map(([key, each], at) => [
      key,
      [7, "text", null, [], {}][(at + key.length) % 5] ?? each,
    ]),
  );
}
