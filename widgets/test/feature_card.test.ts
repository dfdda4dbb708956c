import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cardExhibit, exampleCardTraits, exampleFullCard } from "../gallery/card.js";
import { HOSTILE } from "../gallery/example.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import type { CardTraits } from "../src/card/traits.js";
import featureCard from "../src/feature_card.js";
import { fakeBrowser, settle } from "./setup.js";

let el: HTMLElement;
beforeEach(() => {
  fakeBrowser();
  el = document.createElement("div");
  document.body.append(el);
});
afterEach(() => {
  el.remove();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const q = <E extends HTMLElement = HTMLElement>(selector: string) => {
  const found = el.querySelector<E>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
};
const all = (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)];
const text = (selector: string) => q(selector).textContent ?? "";
const key = (element: HTMLElement, name: string) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));

/** Answers as Python would: a new `feature` brings its card. */
function mount(state = exampleCardTraits(), answer?: (message: Message, reply: Reply) => void) {
  const fake = answer
    ? fakeModel(state, answer)
    : (cardExhibit.open(new URLSearchParams()) as unknown as ReturnType<typeof fakeModel<CardTraits>>);
  fake.model.on("change:feature", () => {
    const feature = fake.model.get("feature");
    fake.model.set("card", feature ? exampleFullCard(Number(feature.split("/")[1])) : {});
  });
  const clean = featureCard.render({ model: fake.model, el });
  return { ...fake, clean };
}

describe("the card", () => {
  test("tells contexts, histogram, tokens and neighbours", () => {
    mount();
    expect(text(".saec-label-text")).toBe("plural nouns");
    expect(text(".saec-card-name")).toBe("transcoder.1/12");
    expect(text(".saec-label-note")).toBe("automatic label");
    expect(all(".saec-context")).toHaveLength(7);
    expect(text(".saec-histogram-now")).toBe("here 3.10");
    expect(all(".saec-token-list .saec-subtitle").map((each) => each.textContent)).toEqual([
      "Promotes",
      "Suppresses",
      "Tokens it fires on",
      "Nearest directions",
    ]);
    expect(all(".saec-near-row").map((row) => row.textContent)).toContain("names of women0.55");
  });

  test("a token that is looked at tells its activation, and where it lies in the histogram", () => {
    mount();
    const token = q(".saec-heat-peak");
    token.dispatchEvent(new MouseEvent("pointerover", { bubbles: true }));
    expect(text(".saec-card-looked")).toBe(
      "Krakow  5.20 · 100 % of the most".replace("Krakow", token.textContent ?? ""),
    );
    expect(all(".saec-histogram-look")).toHaveLength(1);
    q(".saec-contexts").dispatchEvent(new MouseEvent("pointerleave"));
    expect(text(".saec-card-looked")).toBe("");
    expect(all(".saec-histogram-look")).toHaveLength(0);
  });

  test("arrow keys go from token to token, and say what they find", () => {
    mount();
    const contexts = q(".saec-contexts");
    key(contexts, "ArrowDown");
    expect(q(".saec-looked").classList).toContain("saec-heat-peak");
    const first = q(".saec-looked");
    key(contexts, "ArrowRight");
    expect(q(".saec-looked").dataset.token).toBe(String(Number(first.dataset.token) + 1));
    key(contexts, "ArrowDown");
    expect(all(".saec-context")[1]?.contains(q(".saec-looked"))).toBe(true);
    expect(text("[aria-live]:not(.saec-finder *)")).toMatch(/, \d/);
    key(contexts, "Escape");
    expect(all(".saec-looked")).toHaveLength(0);
  });

  test("hovering the histogram tells how many tokens a bin holds", () => {
    mount();
    const bars = q(".saec-histogram-bars");
    bars.getBoundingClientRect = () => ({ left: 0, width: 240 }) as DOMRect;
    bars.dispatchEvent(new MouseEvent("pointermove", { clientX: 3 }));
    expect(text(".saec-histogram-now")).toMatch(/^0\.00 to 0\.22: \d+ tokens$/);
    bars.dispatchEvent(new MouseEvent("pointerleave"));
    expect(text(".saec-histogram-now")).toBe("here 3.10");
  });

  test("hostile text stays text", () => {
    const { model } = fakeModel(exampleCardTraits(true));
    const clean = featureCard.render({ model, el });
    expect(all("img")).toHaveLength(0);
    expect(text(".saec-title")).toBe(HOSTILE);
    clean();
    expect(el.children).toHaveLength(0);
  });

  test("without a laboratory it can be looked at only", () => {
    const { model } = fakeModel({ ...exampleCardTraits(), live: false });
    featureCard.render({ model, el });
    expect(q(".saec-card-bar").hidden).toBe(true);
    expect(all(".saec-label-edit")).toHaveLength(0);
    expect(all("button.saec-near-row")).toHaveLength(0);
    expect(all(".saec-ask-bands").every((button) => button.hidden)).toBe(true);
    expect(all(".saec-context")).toHaveLength(7);
  });
});

describe("the label", () => {
  test("Enter saves, and the automatic one stays to be seen and brought back", async () => {
    const { sent } = mount();
    q(".saec-label-edit").click();
    const input = q<HTMLInputElement>(".saec-label-input");
    expect(input.value).toBe("plural nouns");
    expect(document.activeElement).toBe(input);
    input.value = "  many of them ";
    key(input, "Enter");
    await settle();
    expect(sent.at(-1)).toMatchObject({
      type: "label",
      feature: "transcoder.1/12",
      label: "  many of them ",
    });
    expect(text(".saec-label-text")).toBe("many of them");
    expect(text(".saec-label-note")).toContain("given by hand · automatic: plural nouns");
    expect(text(".saec-code-text")).toBe('lab.set_label("transcoder.1/12", "many of them")');
    expect(document.activeElement).toBe(q(".saec-label-edit"));
    q(".saec-label-reset").click();
    await settle();
    expect(sent.at(-1)).toMatchObject({ type: "label", label: "" });
    expect(text(".saec-label-text")).toBe("plural nouns");
    expect(text(".saec-label-note")).toBe("automatic label");
  });

  test("Escape leaves it as it was, and asks nothing", () => {
    const { sent } = mount();
    q(".saec-label-edit").click();
    const input = q<HTMLInputElement>(".saec-label-input");
    input.value = "something else";
    key(input, "Escape");
    expect(text(".saec-label-text")).toBe("plural nouns");
    expect(input.hidden).toBe(true);
    expect(sent).toHaveLength(0);
    expect(document.activeElement).toBe(q(".saec-label-edit"));
  });

  test("a refusal is shown, and what was typed stays", async () => {
    mount(exampleCardTraits(), (_, reply) =>
      reply({ error: { message: "The label has 300 characters.", cure: "Say it in fewer words." } }),
    );
    q(".saec-label-edit").click();
    const input = q<HTMLInputElement>(".saec-label-input");
    input.value = "too long";
    key(input, "Enter");
    await settle();
    expect(text(".saec-label-failed")).toBe("The label has 300 characters. Say it in fewer words.");
    expect(input.hidden).toBe(false);
    expect(input.value).toBe("too long");
  });
});

describe("the way to other features", () => {
  test("a neighbour, and back again", () => {
    const { model, saved } = mount();
    const back = q<HTMLButtonElement>(".saec-back");
    expect(back.disabled).toBe(true);
    q("button.saec-near-row").click();
    expect(saved.at(-1)).toEqual({ feature: "transcoder.1/13", card: exampleFullCard(13) });
    expect(text(".saec-card-name")).toBe("transcoder.1/13");
    expect(text(".saec-code-text")).toBe('lab.feature_card("transcoder.1/13")');
    model.set("feature", "transcoder.1/20"); // from Python, or another widget
    back.click();
    expect(model.get("feature")).toBe("transcoder.1/13");
    back.click();
    expect(model.get("feature")).toBe("transcoder.1/12");
    expect(back.disabled).toBe(true);
  });

  test("found by words of its label, by keyboard", async () => {
    vi.useFakeTimers();
    const { model, sent } = mount();
    const input = q<HTMLInputElement>(".saec-find");
    input.value = "warsaw";
    input.dispatchEvent(new Event("input"));
    await vi.advanceTimersByTimeAsync(200);
    expect(sent.at(-1)).toMatchObject({ type: "find", text: "warsaw" });
    expect(all(".saec-found-row").map((row) => row.textContent)).toEqual(["is · in → Warsawtranscoder.1/11"]);
    key(input, "ArrowDown");
    expect(q(".saec-found-row").getAttribute("aria-selected")).toBe("true");
    key(input, "Enter");
    expect(model.get("feature")).toBe("transcoder.1/11");
    expect(q(".saec-found").hidden).toBe(true);
  });

  test("an answer that comes after a newer question is let be", async () => {
    vi.useFakeTimers();
    const replies: Reply[] = [];
    mount(exampleCardTraits(), (_, reply) => replies.push(reply));
    const input = q<HTMLInputElement>(".saec-find");
    for (const words of ["a", "ab"]) {
      input.value = words;
      input.dispatchEvent(new Event("input"));
      await vi.advanceTimersByTimeAsync(200);
    }
    replies[1]?.({ found: [{ feature: "d/2", label: "new" }] });
    replies[0]?.({ found: [{ feature: "d/1", label: "old" }] });
    await vi.advanceTimersByTimeAsync(10);
    expect(text(".saec-found")).toContain("new");
    expect(text(".saec-found")).not.toContain("old");
  });

  test("without a feature it says how to come by one, and follows what is set", () => {
    const { model } = mount({ ...exampleCardTraits(), feature: null, card: {} }, () => {});
    expect(text(".saec-empty")).toContain("No feature yet");
    model.set("feature", "transcoder.1/14");
    expect(text(".saec-card-name")).toBe("transcoder.1/14");
    model.set("card", {});
    expect(text(".saec-empty")).toContain("transcoder.1/14 is not among these dictionaries");
  });
});

test("weaker activations are asked for and shown band by band", async () => {
  mount();
  q(".saec-ask-bands").click();
  await settle();
  expect(all(".saec-band .saec-subtitle").map((each) => each.textContent)).toEqual([
    "75 % to 100 %",
    "50 % to 75 %",
    "25 % to 50 %",
    "0 % to 25 %",
  ]);
  expect(all(".saec-band .saec-context")).toHaveLength(8);
  expect(text(".saec-band .saec-hint")).toBe("12 tokens");
});
