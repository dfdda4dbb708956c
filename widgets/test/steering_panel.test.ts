import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleState, HOSTILE } from "../gallery/example.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { exampleSteering, exampleText, FOUND, steeredText } from "../gallery/steer.js";
import explorer from "../src/explorer.js";
import type { ExplorerTraits } from "../src/model/traits.js";
import { continuation } from "../src/steer/continuation.js";
import { generateCall, rowCall } from "../src/steer/python.js";
import type { OptionsTrait, RowTrait, SteeringTraits } from "../src/steer/traits.js";
import steeringPanel from "../src/steering_panel.js";
import { fakeBrowser } from "./setup.js";

let el: HTMLElement;
beforeEach(() => {
  fakeBrowser();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  el = document.createElement("div");
  document.body.append(el);
});
afterEach(() => {
  el.remove();
  vi.useRealTimers();
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
const key = (element: Element, name: string) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
/** Lets this much time go by, and the answers come. */
const wait = async (milliseconds: number) => {
  await vi.advanceTimersByTimeAsync(milliseconds);
};

const LIVE = new Set(["steer", "search"]);

function mount(state = exampleSteering(), answer?: (message: Message, reply: Reply) => void) {
  const fake: ReturnType<typeof fakeModel<SteeringTraits>> = fakeModel(state, (message, reply) => {
    if (answer) return answer(message, reply);
    if (message.type === "search") return reply({ found: FOUND });
    const { prompt, rows, options } = message as unknown as SteeringTraits;
    for (const [name, value] of Object.entries({ prompt, rows, options }))
      fake.model.set(name as "prompt", value as string);
    fake.model.set("edited", steeredText(rows, options));
    return reply({});
  });
  const clean = steeringPanel.render({ model: fake.model, el });
  return { ...fake, clean };
}
const asked = (fake: { sent: Message[] }) =>
  fake.sent
    .filter(({ type }) => LIVE.has(type))
    .map(({ id, ...message }): Record<string, unknown> => message);
const slide = (row: number, value: number) => {
  const slider = all(".saec-steer-slider")[row] as HTMLInputElement;
  slider.value = String(value);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
};

describe("the rows", () => {
  test("tell label, activation here, strength and place", () => {
    mount();
    const rows = all(".saec-steer-row");
    expect(rows).toHaveLength(2);
    expect(rows.map((row) => row.querySelector(".saec-steer-what")?.textContent)).toEqual([
      "is · in · speaks → Italian, Italyfires 12.6 at “is”",
      "Norway · Chile · Polandfires 35.7 at “Gdansk”",
    ]);
    expect(rows.map((row) => row.querySelector(".saec-steer-amount")?.textContent)).toEqual([
      "+3.0 × 49.1",
      "to 0",
    ]);
    expect(all(".saec-steer-at").map((select) => (select as HTMLSelectElement).value)).toEqual(["all", "7"]);
    expect((all(".saec-steer-slider")[1] as HTMLInputElement).disabled).toBe(true);
  });

  test("a slider that moves writes the text once it rests, the newest value alone", async () => {
    const fake = mount();
    for (const value of [2, 1, -1.5]) slide(0, value);
    expect(text(".saec-steer-amount")).toBe("−1.5 × 49.1");
    expect(asked(fake)).toEqual([]);
    expect(q(".saec-steer-texts").classList.contains("saec-pending")).toBe(true);
    await wait(299);
    expect(asked(fake)).toEqual([]);
    await wait(1);
    expect(asked(fake)).toHaveLength(1);
    expect(asked(fake)[0]).toMatchObject({ type: "steer", rows: [{ strength: -1.5 }, { ablate: true }] });
    await wait(1);
    expect(q(".saec-steer-texts").classList.contains("saec-pending")).toBe(false);
  });

  test("a slider that is held is not made anew, nor set back by an older answer", async () => {
    const replies: Reply[] = [];
    const fake = mount(exampleSteering(), (_, reply) => replies.push(reply));
    const slider = q<HTMLInputElement>(".saec-steer-slider");
    slide(0, 2);
    await wait(300);
    slide(0, 4);
    fake.model.set("rows", [{ feature: "transcoder.3/101", strength: 2, ablate: false, at: "all" }]);
    replies[0]?.({});
    await wait(1);
    expect(q(".saec-steer-slider")).toBe(slider);
    expect(slider.value).toBe("4");
    await wait(300);
    expect(asked(fake).at(-1)).toMatchObject({ rows: [{ strength: 4 }, {}] });
    expect(fake.sent.filter(({ type }) => type === "cancel")).toHaveLength(0);
  });

  test("an unanswered question is ended by a newer one, and Stop ends the last", async () => {
    const fake = mount(exampleSteering(), () => {});
    slide(0, 2);
    await wait(300);
    slide(0, 4);
    await wait(300);
    const [first, cancel, second] = fake.sent;
    expect(cancel).toMatchObject({ type: "cancel", of: first?.id });
    q(".saec-stop").click();
    await wait(1);
    expect(fake.sent.at(-1)).toMatchObject({ type: "cancel", of: second?.id });
    expect(text(".saec-steer-amount")).toBe("+3.0 × 49.1");
    expect(q(".saec-steer-texts").classList.contains("saec-pending")).toBe(false);
  });

  test("ablate, place, remove: at once", async () => {
    const fake = mount();
    q(".saec-steer-ablate").click();
    await wait(1);
    const at = q<HTMLSelectElement>(".saec-steer-at");
    at.value = "new";
    at.dispatchEvent(new Event("change"));
    await wait(1);
    at.value = "8";
    at.dispatchEvent(new Event("change"));
    await wait(1);
    all(".saec-steer-remove")[1]?.click();
    await wait(1);
    const first = asked(fake).map((message) => (message.rows as RowTrait[])[0]);
    expect(first.map((row) => [row?.ablate, row?.at])).toEqual([
      [true, "all"],
      [true, "new"],
      [true, [8]],
      [true, [8]],
    ]);
    expect(all(".saec-steer-row")).toHaveLength(1);
    q(".saec-steer-remove").click();
    expect(text(".saec-steer-none")).toContain("No feature is steered");
  });

  test("several places, which Python chose, are shown and kept", () => {
    const state = exampleSteering();
    mount({ ...state, rows: [{ feature: "transcoder.3/101", strength: 1, ablate: false, at: [2, 5] }] });
    const at = q<HTMLSelectElement>(".saec-steer-at");
    expect([at.value, at.selectedOptions[0]?.textContent]).toEqual(["several", "2 tokens"]);
  });

  test("a feature is selected for all widgets", () => {
    const fake = mount();
    q(".saec-steer-name").click();
    expect(fake.saved).toEqual([{ feature: "transcoder.3/101" }]);
    expect(q(".saec-steer-name").getAttribute("aria-pressed")).toBe("true");
    fake.model.set("feature", "elsewhere/3");
    expect(all('.saec-steer-name[aria-pressed="true"]')).toHaveLength(0);
  });

  test("what is refused goes back to what Python holds", async () => {
    mount(exampleSteering(), (_, reply) => reply({ error: { message: "No.", cure: "Do otherwise." } }));
    slide(0, 5);
    await wait(310);
    expect(text(".saec-error")).toContain("No.Do otherwise.");
    expect(q<HTMLInputElement>(".saec-steer-slider").value).toBe("3");
  });
});

describe("adding a feature", () => {
  test("by words: a click adds it with its own maximum", async () => {
    const fake = mount();
    const search = q<HTMLInputElement>(".saec-steer-search");
    search.dispatchEvent(new FocusEvent("focus"));
    await wait(1);
    expect(text(".saec-steer-found")).toContain("They fire most in this prompt");
    search.value = "poland";
    search.dispatchEvent(new Event("input"));
    await wait(200);
    expect(asked(fake).at(-1)).toEqual({ type: "search", text: "poland" });
    expect(all(".saec-steer-result").map((each) => each.textContent)).toEqual([
      "Poland · Norway · yesterday …transcoder.1/7233.20 at “Gdansk”",
      "in · is → Poland, Portugaltranscoder.3/22621.4 at “is”",
      "Portugal · Poland …transcoder.2/35",
    ]);
    all(".saec-steer-result")[1]?.click();
    expect(q(".saec-steer-found").hidden).toBe(true);
    await wait(1);
    expect(asked(fake).at(-1)).toMatchObject({
      type: "steer",
      rows: [{}, {}, { feature: "transcoder.3/226", strength: 1, ablate: false, at: "all" }],
    });
    expect(all(".saec-steer-row")).toHaveLength(3);
  });

  test("by keys: arrows along the list, Enter takes the first, Escape closes", async () => {
    const fake = mount();
    const search = q<HTMLInputElement>(".saec-steer-search");
    search.focus();
    await wait(1);
    key(search, "ArrowDown");
    expect(document.activeElement).toBe(all(".saec-steer-result")[0]);
    key(all(".saec-steer-result")[0] as HTMLElement, "Escape");
    expect(document.activeElement).toBe(search);
    expect(q(".saec-steer-found").hidden).toBe(true);
    search.dispatchEvent(new Event("input"));
    await wait(201);
    key(search, "Enter");
    await wait(1);
    expect(asked(fake).at(-1)).toMatchObject({ rows: [{}, {}, { feature: "transcoder.1/723" }] });
    const focusable = all("button, input, select, [tabindex='0']");
    expect(focusable.every((each) => each.dataset.lmSuppressShortcuts === "true")).toBe(true);
  });
});

describe("the options", () => {
  test("go to Python within their bounds", async () => {
    const fake = mount();
    const set = (name: string, value: string) => {
      const input = q<HTMLInputElement>(`.saec-steer-${name}`);
      input.value = value;
      input.dispatchEvent(new Event("change"));
    };
    expect(q<HTMLInputElement>(".saec-steer-seed").disabled).toBe(true);
    set("tokens", "900");
    set("temperature", "0.7");
    set("seed", "3.4");
    q<HTMLInputElement>(".saec-steer-top input[type=checkbox]").click();
    await wait(301);
    expect(asked(fake)).toHaveLength(1);
    expect(asked(fake)[0]).toMatchObject({ options: { tokens: 50, temperature: 0.7, seed: 3, hold: true } });
    expect(q<HTMLInputElement>(".saec-steer-seed").disabled).toBe(false);
  });

  test("another prompt on Enter, taken back by Escape", async () => {
    const fake = mount();
    const prompt = q<HTMLInputElement>(".saec-steer-input");
    prompt.value = "the kings";
    key(prompt, "Escape");
    expect(prompt.value).toBe("the capital of the country containing Gdansk is");
    prompt.value = "the kings";
    key(prompt, "Enter");
    await wait(1);
    expect(asked(fake)[0]).toMatchObject({ type: "steer", prompt: "the kings" });
  });
});

describe("the texts", () => {
  test("stand side by side, what differs is marked, a place tells what else could have come", () => {
    mount();
    const tokens = (side: string) => all(`.saec-steer-${side} [data-place]`).map((each) => each.textContent);
    expect(tokens("plain").slice(0, 3)).toEqual(["Warsaw", ".", "the"]);
    expect(tokens("edited").slice(0, 3)).toEqual(["Italian", ".", "the"]);
    expect(all(".saec-steer-edited .saec-steer-differs")).toHaveLength(9);
    expect(text(".saec-steer-edited .saec-caption")).toBe("9 tokens differ");
    all(".saec-steer-edited [data-place]")[0]?.dispatchEvent(
      new MouseEvent("pointerover", { bubbles: true }),
    );
    expect(text(".saec-steer-place .saec-subtitle")).toBe("What could stand at place 1");
    expect(
      all(".saec-steer-chances").map((each) => each.querySelector(".saec-steer-chance")?.textContent),
    ).toEqual(["Warsaw90 %", "Italian90 %"]);
    expect(all(".saec-steer-taken")).toHaveLength(2);
    expect(all("[data-place].saec-hovered")).toHaveLength(2);
    expect(q(".saec-steer-texts").outerHTML.replaceAll("><", ">\n<")).toMatchSnapshot();
  });

  test("the keys go along a text; one stop of Tab a text", () => {
    mount();
    const tokens = all(".saec-steer-plain [data-place]");
    expect(tokens.filter((each) => each.tabIndex === 0)).toHaveLength(1);
    tokens[0]?.focus();
    key(tokens[0] as HTMLElement, "ArrowRight");
    expect(document.activeElement).toBe(tokens[1]);
    expect(text(".saec-steer-place .saec-subtitle")).toBe("What could stand at place 2");
    key(tokens[1] as HTMLElement, "ArrowLeft");
    key(tokens[0] as HTMLElement, "ArrowLeft");
    expect(document.activeElement).toBe(tokens[0]);
  });

  test("pieces of words are joined as they came; one that ended says so", () => {
    const view = continuation({ doc: document, signal: new AbortController().signal });
    el.append(view.element);
    const plain = exampleText([" War", "saw", "."]);
    view.show({ prompt: "x".repeat(80), plain, edited: { ...exampleText([" War"]), ended: true } });
    expect(text(".saec-steer-plain .saec-steer-text")).toBe(`…${"x".repeat(59)} Warsaw.`);
    expect(text(".saec-steer-edited .saec-steer-text")).toContain("War■");
    expect(text(".saec-steer-edited .saec-caption")).toBe("2 tokens differ");
    all("[data-place]")[2]?.dispatchEvent(new MouseEvent("pointerover", { bubbles: true }));
    expect(all(".saec-steer-chances .saec-hint").map((each) => each.hidden)).toEqual([true, false]);
    view.show(null);
    expect(view.element.hidden).toBe(true);
  });
});

test("Python that is copied", () => {
  const options: OptionsTrait = { tokens: 12, temperature: 0, seed: 3, hold: false };
  const row: RowTrait = { feature: "transcoder.3/101", strength: 2, ablate: false, at: "all" };
  const known = { label: "", unit: 49.1, origin: "corpus" as const, values: [] };
  const call = (part: Partial<RowTrait>) => rowCall({ ...row, ...part }, known, 9, options);
  const feature = 'sc.Feature("transcoder.3", 101)';
  expect(call({})).toBe(`sc.Add(${feature}, 98.2)`);
  expect(call({ strength: 0 })).toBeNull();
  expect(call({ ablate: true, at: [7, 8] })).toBe(`sc.Ablate(${feature}, positions=[7, 8])`);
  expect(call({ at: "new" })).toBe(`sc.Add(${feature}, 98.2, positions=range(9, 21))`);
  expect(generateCall("a", [call({}), null], options)).toBe(
    `lab.generate("a", [sc.Add(${feature}, 98.2)], max_new_tokens=12)`,
  );
  expect(generateCall("a", [], { ...options, temperature: 0.7 })).toBe(
    'lab.generation("a", [], max_new_tokens=12, temperature=0.7, seed=3).text',
  );
  expect(generateCall("a", [call({})], { ...options, hold: true })).toBe(
    `lab.generation("a", [sc.Add(${feature}, 98.2)], max_new_tokens=12, hold_attention=True).text`,
  );
  mount();
  expect(text(".saec-code-text")).toBe(
    `lab.generate("the capital of the country containing Gdansk is", [sc.Add(${feature}, 147.3), ` +
      'sc.Ablate(sc.Feature("transcoder.0", 749), positions=[7])], max_new_tokens=12)',
  );
});

test("texts are never markup; clean-up leaves nothing, no timer either", async () => {
  const fake = mount(exampleSteering(true));
  for (const token of all("[data-place]"))
    token.dispatchEvent(new MouseEvent("pointerover", { bubbles: true }));
  expect(all("img, script, [id]")).toHaveLength(0);
  expect(text(".saec")).toContain(HOSTILE);
  expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
  slide(0, 1);
  fake.clean();
  await wait(1000);
  expect([fake.sent, fake.listeners(), vi.getTimerCount()]).toEqual([[], 0, 0]);
});

describe("below the Explorer's output", () => {
  const answers: Reply[] = [];
  function open() {
    answers.length = 0;
    const fake: ReturnType<typeof fakeModel<ExplorerTraits>> = fakeModel(exampleState(), (message, reply) => {
      if (message.type === "continue") answers.push(reply);
    });
    explorer.render({ model: fake.model, el });
    return fake;
  }
  const questions = (fake: { sent: Message[] }) => fake.sent.filter(({ type }) => type === "continue");
  const reply = (tokens: string[], edited: string[]) => {
    const [plain, other] = [exampleText(tokens), exampleText(edited)].map(
      ({ probability, odds, ...body }) => ({
        body,
        buffers: [probability, odds],
      }),
    );
    answers.at(-1)?.({ plain: plain?.body, edited: other?.body }, [
      ...(plain?.buffers ?? []),
      ...(other?.buffers ?? []),
    ]);
  };

  test("the text is written without and with the edits, and anew after each edit", async () => {
    const fake = open();
    expect(q(".saec-write .saec-steer-texts").hidden).toBe(true);
    q(".saec-write-on").click();
    expect(questions(fake)[0]).toMatchObject({ edits: [], tokens: 12, temperature: 0, seed: 0 });
    reply(["Warsaw", "."], ["Warsaw", "."]);
    await wait(1);
    expect(text(".saec-write .saec-steer-edited .saec-caption")).toBe("the same text");
    expect(text(".saec-code-text")).toContain("lab.generate(");
    const edit = { op: "ablate", dictionary: "transcoder.0", feature: 1, positions: null } as const;
    const edits = [{ ...edit, value: null, source: null, source_position: null }];
    fake.model.set("edits", edits);
    await wait(1);
    expect(questions(fake).at(-1)).toMatchObject({ edits, tokens: 12 });
    reply(["Warsaw", "."], ["Rome", "."]);
    await wait(1);
    expect(text(".saec-write .saec-steer-edited .saec-caption")).toBe("1 token differs");
    q(".saec-write-on").click();
    expect(q(".saec-write .saec-steer-texts").hidden).toBe(true);
    fake.model.set("edits", []);
    await wait(1);
    expect(questions(fake)).toHaveLength(2);
  });

  test("a refusal is shown where the Explorer shows them", async () => {
    open();
    q(".saec-write-on").click();
    answers[0]?.({ error: { message: "No.", cure: "Do otherwise." } });
    await wait(1);
    expect(text(".saec-error")).toContain("No.");
  });
});
