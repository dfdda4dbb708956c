import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HOSTILE } from "../gallery/example.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { exampleEffect, exampleFeatures, examplePatch } from "../gallery/patch.js";
import { decodeBoard, partsOf, shareText } from "../src/patch/cells.js";
import { layoutOf, topOf } from "../src/patch/layout.js";
import { boardCall, patchCall } from "../src/patch/python.js";
import type { BoardTrait, PatchTraits } from "../src/patch/traits.js";
import patchBoard from "../src/patch_board.js";
import { fakeBrowser, settle } from "./setup.js";

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
  q(".saec-patch-stage").dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
const cell = (id: string) => q<SVGElement>(`[data-cell="${id}"]`);
/** A pointer event in the middle of a cell; nothing has a place of its own in jsdom. */
const point = (id: string, type: string, more: MouseEventInit = {}) => {
  const ground = cell(id).querySelector(".saec-patch-ground");
  const at = (name: string) => Number(ground?.getAttribute(name));
  const middle = { clientX: at("x") + at("width") / 2, clientY: at("y") + at("height") / 2 };
  q(".saec-patch-stage").dispatchEvent(new MouseEvent(type, { bubbles: true, ...middle, ...more }));
};

/** Answers as Python would. */
function python(fake: { model: ReturnType<typeof fakeModel<PatchTraits>>["model"] }) {
  return ({ type, ...message }: Message, reply: Reply) => {
    if (type === "features") {
      fake.model.set("features", exampleFeatures(String(message.cell)));
      fake.model.set("cell", String(message.cell));
    } else if (type === "patch") {
      fake.model.set("effect", exampleEffect(message.ticked as string[]));
      fake.model.set("ticked", message.ticked as string[]);
    } else if (type === "measure") fake.model.set("noising", message.noising as boolean);
    reply({});
  };
}

function mount(state = examplePatch(), answer?: (message: Message, reply: Reply) => void) {
  const fake: ReturnType<typeof fakeModel<PatchTraits>> = fakeModel(state, (message, reply) =>
    (answer ?? python(fake))(message, reply),
  );
  const clean = patchBoard.render({ model: fake.model, el });
  return { ...fake, clean };
}
const asked = (fake: { sent: Message[] }) => fake.sent.map(({ id, ...message }) => message);

describe("the picture", () => {
  test("has a square a cell: sign as colour, rim and number, the first layer at the bottom", () => {
    mount();
    expect(all(".saec-patch-cell")).toHaveLength(36);
    expect(all(".saec-patch-name").map((name) => name.textContent)).toEqual([
      "transcoder.3",
      "transcoder.2",
      "transcoder.1",
      "transcoder.0",
    ]);
    expect(cell("transcoder.0@7").textContent).toBe("+0.97");
    expect(cell("transcoder.2@7").textContent).toBe("−0.12");
    expect(cell("transcoder.2@7").querySelector(".saec-patch-negative.saec-patch-strong")).not.toBeNull();
    expect(cell("transcoder.0@0").textContent).toBe("–");
    expect(cell("transcoder.0@3").querySelector(".saec-patch-fill")).toBeNull();
    const strength = (id: string) =>
      Number(cell(id).querySelector(".saec-patch-fill")?.getAttribute("fill-opacity"));
    expect(strength("transcoder.0@7")).toBeGreaterThan(strength("transcoder.3@8"));
  });

  test("marks the tokens that differ, those of the other prompt below", () => {
    mount();
    expect(all(".saec-patch-differs").map((token) => token.lastChild?.textContent)).toEqual([
      "Gdansk",
      "Florence ↑",
    ]);
    expect(all(".saec-patch-token")).toHaveLength(10);
  });

  test("is the same on the same numbers", () => {
    mount();
    expect(q(".saec-patch-svg").outerHTML.replaceAll("><", ">\n<")).toMatchSnapshot();
  });

  test("fills in as Python measures", () => {
    const fake = mount(examplePatch({ measured: 18 }));
    expect(all(".saec-patch-unknown")).toHaveLength(16);
    expect(text(".saec-patch-rest")).toBe("Measure all");
    fake.model.set("busy", "measuring places");
    q(".saec-patch-rest").click();
    expect(asked(fake)).toEqual([{ type: "cancel", of: "own-measure" }]);
    fake.model.set("measured", examplePatch().measured);
    expect(all(".saec-patch-unknown")).toHaveLength(0);
    expect(q<HTMLButtonElement>(".saec-patch-rest").hidden).toBe(true);
  });

  test("gives signs where there is no room for numbers, and slants the tokens", () => {
    const { board, measured } = examplePatch({ long: true });
    const decoded = decodeBoard(board as BoardTrait, measured);
    const wide = layoutOf(decoded, true, 4000);
    const narrow = layoutOf(decoded, true, 300);
    expect([wide.numbers, wide.slanted, wide.cell.width]).toEqual([true, false, 84]);
    expect([narrow.numbers, narrow.slanted, narrow.cell.width]).toEqual([false, true, 28]);
    const deep = { ...decoded, rows: Array<string>(48).fill("t"), cells: [] };
    expect([narrow.cell.height, layoutOf(deep, true, 300).cell.height]).toEqual([32, 18]);
    expect(topOf(narrow, 4, 3)).toBe(narrow.above);
    expect(topOf(narrow, 4, 0) + narrow.cell.height + narrow.below).toBe(narrow.height);
  });

  test("refuses numbers that do not fit, and says so", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { board } = examplePatch();
    const short = new DataView(new ArrayBuffer(12));
    expect(() => decodeBoard(board as BoardTrait, short)).toThrow("3 cells came for 4 rows and 9 places");
    mount({ ...examplePatch(), measured: short });
    expect(text(".saec-broken")).toContain("3 cells came");
  });
});

describe("looking", () => {
  test("hovering tells the share and what it is a share of, and asks nobody", () => {
    const fake = mount();
    point("transcoder.0@7", "pointermove");
    expect(text(".saec-patch-tip")).toBe(
      "transcoder.0at “Gdansk” ← “Florence”+0.97 of the gap: 23.3 → −18.8",
    );
    expect(cell("transcoder.0@7").classList.contains("saec-hovered")).toBe(true);
    q(".saec-patch-stage").dispatchEvent(new MouseEvent("pointerleave"));
    expect(q(".saec-patch-tip").hidden).toBe(true);
    expect([fake.sent, fake.saved]).toEqual([[], []]);
  });

  test("a click opens the features of a cell, measured one at a time", async () => {
    const fake = mount();
    point("transcoder.0@7", "click");
    expect(asked(fake)).toEqual([{ type: "features", cell: "transcoder.0@7" }]);
    await settle();
    expect(cell("transcoder.0@7").classList.contains("saec-selected")).toBe(true);
    expect(text(".saec-patch-cell-head")).toContain("at “Gdansk” ← “Florence”");
    const rows = all("[role=listitem].saec-patch-feature");
    expect(rows).toHaveLength(7);
    expect(rows[0]?.textContent).toBe("Poland · Norway …+0.357+0.460");
    expect(rows[2]?.querySelector(".saec-bar-negative")).not.toBeNull();
    expect(text(".saec-patch-side .saec-hint")).toBe(
      "4 more differ, with weaker estimates; they are not measured.",
    );
    expect(text(".saec-code-text")).toBe('board.cell = "transcoder.0@7"');
    point("transcoder.0@0", "click");
    expect(fake.sent).toHaveLength(1);
  });

  test("a feature is selected for all widgets", async () => {
    const fake = mount();
    point("transcoder.0@7", "click");
    await settle();
    q(".saec-patch-feature-name").click();
    expect(fake.saved.at(-1)).toMatchObject({ feature: "transcoder.0/12" });
    expect(q(".saec-patch-feature-name").getAttribute("aria-pressed")).toBe("true");
    fake.model.set("feature", "transcoder.0/43");
    expect(all(".saec-patch-feature-name").map((name) => name.getAttribute("aria-pressed"))).toEqual([
      "false",
      "true",
      ...Array(5).fill("false"),
    ]);
    fake.model.set("feature", "elsewhere/9");
    expect(all('.saec-patch-feature-name[aria-pressed="true"]')).toHaveLength(0);
  });

  test("by keys: arrows, Enter looks into, Space patches, Escape leaves", async () => {
    const fake = mount();
    const outside = vi.fn();
    el.addEventListener("keydown", outside);
    press("ArrowRight");
    expect(text(".saec-patch-map [aria-live]")).toBe(
      "transcoder.0 at “Gdansk” ← “Florence”: +0.97 of the gap",
    );
    press("ArrowUp");
    press("ArrowUp");
    press("ArrowRight");
    press("ArrowRight");
    expect(text(".saec-patch-map [aria-live]")).toBe("transcoder.2 at “is”: +0.22 of the gap");
    press(" ");
    expect(asked(fake)).toEqual([{ type: "patch", ticked: ["transcoder.2@8"] }]);
    press("Enter");
    await settle();
    expect(asked(fake).at(-1)).toEqual({ type: "features", cell: "transcoder.2@8" });
    press("Escape");
    expect(q(".saec-patch-tip").hidden).toBe(true);
    press("Escape");
    expect(fake.saved.at(-1)).toMatchObject({ cell: null });
    press("ArrowLeft");
    press("x");
    expect(outside).not.toHaveBeenCalled();
    const focusable = all("button, input, [tabindex='0']");
    expect(focusable.every((each) => each.dataset.lmSuppressShortcuts === "true")).toBe(true);
  });
});

describe("patching", () => {
  test("cells and features act together; each can be taken back", async () => {
    const fake = mount();
    expect(text(".saec-patch-output .saec-key")).toBe("clean promptcorrupted prompt");
    point("transcoder.0@7", "click");
    await settle();
    const whole = q<HTMLInputElement>(".saec-patch-all input");
    whole.click();
    await settle();
    q<HTMLInputElement>(".saec-patch-features input").click();
    await settle();
    expect(asked(fake).slice(1)).toEqual([
      { type: "patch", ticked: ["transcoder.0@7"] },
      { type: "patch", ticked: ["transcoder.0@7", "transcoder.0/12@7"] },
    ]);
    expect(all(".saec-patch-output .saec-chip").map((chip) => chip.firstChild?.textContent)).toEqual([
      "transcoder.0, all",
      "Poland · Norway …",
    ]);
    expect(text(".saec-patch-output .saec-headline")).toContain("Answer changes");
    expect(text(".saec-patch-share")).toBe("100 % of the gap");
    expect(text(".saec-patch-output .saec-key")).toBe("beforewith the patches");
    expect(cell("transcoder.0@7").classList.contains("saec-ticked")).toBe(true);
    expect(text(".saec-code-text")).toBe(
      'lab.intervene("the capital of the country containing Gdansk is", [' +
        'sc.Patch(sc.AllFeatures("transcoder.0"), source="the capital of the country containing Florence is", positions=[7], source_positions=[7]), ' +
        'sc.Patch(sc.Feature("transcoder.0", 12), source="the capital of the country containing Florence is", positions=[7], source_positions=[7])])',
    );
    q(".saec-chip-remove").click();
    await settle();
    expect(asked(fake).at(-1)).toEqual({ type: "patch", ticked: ["transcoder.0/12@7"] });
    all(".saec-patch-ticked button").at(-1)?.click();
    await settle();
    expect(asked(fake).at(-1)).toEqual({ type: "patch", ticked: [] });
    expect(whole.isConnected && whole.checked).toBe(false);
  });

  test("Ctrl-click patches at once", () => {
    const fake = mount();
    point("transcoder.3@8", "click", { ctrlKey: true });
    expect(asked(fake)).toEqual([{ type: "patch", ticked: ["transcoder.3@8"] }]);
  });

  test("one that is refused is taken back and says why", async () => {
    mount(examplePatch(), (_, reply) => reply({ error: { message: "No.", cure: "Do otherwise." } }));
    point("transcoder.3@8", "click", { ctrlKey: true });
    expect(cell("transcoder.3@8").classList.contains("saec-ticked")).toBe(true);
    await settle();
    expect(cell("transcoder.3@8").classList.contains("saec-ticked")).toBe(false);
    expect(text(".saec-error")).toContain("No.Do otherwise.");
  });

  test("of two in a row the newest counts", async () => {
    const replies: [Message, Reply][] = [];
    const fake = mount(examplePatch(), (message, reply) => replies.push([message, reply]));
    point("transcoder.3@8", "click", { ctrlKey: true });
    point("transcoder.0@7", "click", { ctrlKey: true });
    const [first, cancel, second] = fake.sent;
    expect(cancel).toMatchObject({ type: "cancel", of: first?.id });
    expect(second).toMatchObject({ type: "patch", ticked: ["transcoder.3@8", "transcoder.0@7"] });
    expect(q(".saec-patch-output").classList.contains("saec-pending")).toBe(true);
    replies[0]?.[1]({ superseded: true });
    await settle();
    expect(q(".saec-patch-output").classList.contains("saec-pending")).toBe(true);
    replies[2]?.[1]({});
    await settle();
    expect(q(".saec-patch-output").classList.contains("saec-pending")).toBe(false);
    expect(all(".saec-ticked")).toHaveLength(2);
  });
});

describe("the question", () => {
  test("Enter measures other prompts, Escape takes them back", async () => {
    const fake = mount();
    const clean = q<HTMLInputElement>(".saec-patch-clean");
    clean.value = "the capital of the country containing Krakow is";
    q<HTMLInputElement>(".saec-input-target").value = " Warsaw ";
    const key = (name: string) =>
      clean.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    key("Enter");
    expect(asked(fake)).toEqual([
      {
        type: "measure",
        clean: "the capital of the country containing Krakow is",
        corrupted: "the capital of the country containing Florence is",
        target: "Warsaw",
        against: "",
        noising: true,
      },
    ]);
    expect(text(".saec-status")).toContain("running both prompts");
    expect(q<HTMLButtonElement>(".saec-stop").hidden).toBe(false);
    await settle();
    key("Escape");
    expect(clean.value).toBe("the capital of the country containing Gdansk is");
    expect(text(".saec-patch-gap")).toBe("Warsaw − Rome+23.3clean,−20.1corrupted");
    expect(all(".saec-patch-answer").map((answer) => answer.textContent)).toEqual([
      "Warsaw 100 %",
      "Rome 100 %",
    ]);
  });

  test("the direction turns", async () => {
    const fake = mount();
    const [to, fro] = all(".saec-patch-head .saec-choice");
    to?.click();
    expect(fake.sent).toHaveLength(0);
    fro?.click();
    expect(fake.sent[0]).toMatchObject({ type: "measure", noising: false });
    expect(text(".saec-code-text")).toBe("board.noising = False");
    await settle();
    expect(fro?.getAttribute("aria-pressed")).toBe("true");
    expect(all(".saec-patch-differs").map((token) => token.lastChild?.textContent)).toEqual([
      "Florence",
      "Gdansk ↑",
    ]);
  });
});

test("Python that is copied", () => {
  const question = { clean: 'a "b"', corrupted: "c", target: "", against: "" };
  expect(boardCall(question)).toBe('board = lab.patch_board("a \\"b\\"", "c")');
  expect(boardCall({ ...question, target: "x" })).toBe('board = lab.patch_board("a \\"b\\"", "c", "x")');
  expect(boardCall({ ...question, against: "y" })).toBe(
    'board = lab.patch_board("a \\"b\\"", "c", against="y")',
  );
  const board = {
    ...(examplePatch().board as BoardTrait),
    positions: [
      [0, 0],
      [1, 2],
    ] as [number, number][],
  };
  expect(patchCall(question, board, false, ["t.0@1"])).toBe(
    'lab.intervene("c", [sc.Patch(sc.AllFeatures("t.0"), source="a \\"b\\"", positions=[1], source_positions=[2])])',
  );
});

test("names of cells and features", () => {
  expect(partsOf("transcoder.0@7")).toEqual({ dictionary: "transcoder.0", feature: null, place: 7 });
  expect(partsOf("sae.resid_post.1/12@30")).toEqual({
    dictionary: "sae.resid_post.1",
    feature: 12,
    place: 30,
  });
  expect([0.972, -0.117, 0.004, -0.004, Number.NaN].map(shareText)).toEqual([
    "+0.97",
    "−0.12",
    "0",
    "0",
    "–",
  ]);
});

test("texts are never markup; clean-up leaves nothing", async () => {
  const fake = mount(examplePatch({ hostile: true }), (message, reply) => {
    if (message.type === "features") fake.model.set("features", exampleFeatures(String(message.cell), true));
    reply({});
  });
  point("transcoder.0@7", "click");
  await settle();
  expect(all("img, script, [id]")).toHaveLength(0);
  expect(text(".saec")).toContain(HOSTILE);
  expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
  fake.clean();
  fake.clean();
  expect(fake.listeners()).toBe(0);
  expect(el.children).toHaveLength(0);
  fake.model.set("cell", null);
});
