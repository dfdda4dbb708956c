import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleFullCard } from "../gallery/card.js";
import { exampleDisentangler, exampleNeuron, exampleToy } from "../gallery/disentangle.js";
import { HOSTILE } from "../gallery/example.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { decodeToy, followed, gram, kept, latents } from "../src/disentangle/decode.js";
import { levelText, story } from "../src/disentangle/describe.js";
import type { DisentangleTraits } from "../src/disentangle/traits.js";
import disentangler from "../src/disentangler.js";
import { view as bytes, fakeBrowser, settle } from "./setup.js";

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
const decoded = (found = true) => {
  const toy = decodeToy(exampleToy(found));
  if (!toy) throw new Error("no toy");
  return toy;
};

function mount(
  state: DisentangleTraits = exampleDisentangler(),
  answer?: (message: Message, reply: Reply) => void,
) {
  const fake = fakeModel(state, answer);
  const clean = disentangler.render({ model: fake.model, el });
  return { ...fake, clean };
}

describe("the numbers", () => {
  test("a feature is kept if its direction is longer than a half", () => {
    const toy = decoded();
    expect([0, 1, 2, 3].map((level) => kept(toy, level).filter(Boolean).length)).toEqual([2, 4, 5, 5]);
    expect(kept(toy, 1)).toEqual([true, true, true, true, false]);
  });

  test("products of directions", () => {
    const rows = gram(decoded(), 0);
    expect(rows[0]).toEqual([1, 0, 0, 0, 0]);
    const pentagon = gram(decoded(), 2);
    expect(pentagon[0]?.[0]).toBeCloseTo(1.21, 2);
    expect(pentagon[0]?.[1]).toBeCloseTo(1.21 * Math.cos((2 * Math.PI) / 5), 2);
    expect(pentagon[0]?.[2]).toBeCloseTo(1.21 * Math.cos((4 * Math.PI) / 5), 2);
  });

  test("how well units follow the kept features, and which latents live", () => {
    const toy = decoded();
    expect(followed(toy, 1, "neurons")).toBeCloseTo(0.59);
    expect(followed(toy, 3, "latents")).toBeCloseTo(1);
    expect([0, 1, 2].map((level) => latents(toy, level).length)).toEqual([2, 4, 5]);
    expect(followed(decoded(false), 1, "latents")).toBeNaN();
    expect(latents(decoded(false), 1)).toEqual([]);
  });

  test("columns that do not fit are refused", () => {
    const floats = (...values: number[]) => bytes(Float32Array.from(values));
    for (const broken of [
      { ...exampleToy(), weight: floats(1) },
      { ...exampleToy(), levels: floats() },
      { ...exampleToy(), features: 6 },
      { ...exampleToy(), found: { ...exampleToy().found, tracks: floats(1) } },
    ])
      expect(() => decodeToy(broken)).toThrow();
    expect(decodeToy({})).toBeNull();
  });

  test("words", () => {
    const toy = decoded();
    expect(levelText(toy, 0)).toBe("0: every feature is always on");
    expect(levelText(toy, 2)).toBe("0.9: a feature is off 90 % of the time");
    expect(story(toy, 0)).toContain("Only 2 of 5 features are kept, no more than there are neurons.");
    expect(story(toy, 3)).toBe(
      "5 of 5 features share 2 neurons: each neuron is mixed from several. The best neuron follows a feature with a correlation of 0.77, the best latent of the autoencoder with 1.00.",
    );
    expect(story(decoded(false), 3)).toContain("not trained yet");
  });
});

describe("the toy", () => {
  test("is drawn", () => {
    mount();
    expect(all(".saec-toy-arrow")).toHaveLength(5);
    expect(all(".saec-toy-latent")).toHaveLength(5);
    expect(all(".saec-toy-plus, .saec-toy-minus")).toHaveLength(25);
    expect(all(".saec-toy-dash")).toHaveLength(10);
    for (const picture of all(".saec-plot")) expect(picture.outerHTML).toMatchSnapshot();
  });

  test("the slider works without Python, and tells it the level", () => {
    const { sent, saved } = mount();
    const slider = q<HTMLInputElement>(".saec-toy-slider");
    slider.value = "0";
    slider.dispatchEvent(new Event("input"));
    expect(saved).toEqual([{ level: 0 }]);
    expect(all(".saec-toy-arrow")).toHaveLength(2);
    expect(text(".saec-toy-sparsity")).toBe("0: every feature is always on");
    expect(slider.getAttribute("aria-valuetext")).toBe("Sparsity 0: every feature is always on");
    expect(text(".saec-code-text")).toBe("widget.level = 0");
    all(".saec-toy-level")[1]?.dispatchEvent(new MouseEvent("click"));
    expect(saved.at(-1)).toEqual({ level: 1 });
    expect(sent).toHaveLength(0);
  });

  test("with more than two neurons lengths are shown in place of arrows", () => {
    const values = (count: number) => bytes(Float32Array.from({ length: count }, (_, i) => (i % 4) / 3));
    const toy = {
      features: 4,
      neurons: 3,
      levels: bytes(Float32Array.from([0, 0.9])),
      importance: values(4),
      weight: values(24),
      bias: values(8),
      loss: values(2),
    };
    mount({ ...exampleDisentangler(), toy });
    expect(all(".saec-toy-arrow")).toHaveLength(0);
    expect(all("rect.saec-toy-length")).toHaveLength(4);
    expect(all("rect.saec-toy-shared")).toHaveLength(4);
  });

  test("other settings are trained, and a newer training takes the place of an older one", async () => {
    const replies: Reply[] = [];
    const { sent, model } = mount(exampleDisentangler(), (_, reply) => replies.push(reply));
    q<HTMLInputElement>(".saec-set-features").value = "6";
    q<HTMLInputElement>(".saec-set-seed").value = "3";
    q("form").dispatchEvent(new Event("submit", { cancelable: true }));
    expect(sent[0]).toMatchObject({ type: "train", features: 6, neurons: 2, decay: 0.9, seed: 3 });
    expect(q(".saec-stop").hidden).toBe(false);
    model.set("toy", exampleToy(false)); // while it learns
    expect(text(".saec-toy-story")).toContain("not trained yet");
    q(".saec-stop").click();
    expect(sent.at(-1)).toMatchObject({ type: "cancel", of: sent[0]?.id });
    await settle();
    expect(q(".saec-status-running").hidden).toBe(true);
    expect(text(".saec-code-text")).toBe(""); // what was stopped is no Python of anything
    q("form").dispatchEvent(new Event("submit", { cancelable: true }));
    replies.at(-1)?.({});
    await settle();
    expect(text(".saec-code-text")).toBe(
      "widget = sc.Disentangler(lab, toy=sc.ToySettings(features=6, neurons=2, decay=0.9, seed=3))",
    );
  });

  test("a refusal is shown with its cure", async () => {
    mount(exampleDisentangler(), (_, reply) =>
      reply({ error: { message: "2 features do not fit 3 neurons.", cure: "Give fewer." } }),
    );
    q("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(text(".saec-error-message")).toBe("2 features do not fit 3 neurons.");
    expect(text(".saec-code-text")).toBe("");
  });

  test("what began with the widget can be stopped", () => {
    const { sent } = mount({ ...exampleDisentangler(), toy: {}, busy: "Training toy models" });
    expect(text(".saec-toy .saec-empty")).toContain("not trained yet");
    q(".saec-toy-stop").click();
    expect(sent).toMatchObject([{ type: "cancel", of: "first" }]);
  });
});

describe("the neuron", () => {
  test("is told by tokens and kinds, beside the features that it is mixed from", () => {
    mount();
    expect(text(".saec-neuron-side .saec-subtitle")).toBe("Neuron 243 of layer 1");
    expect(text(".saec-neuron-side .saec-purity")).toBe("purity 0.41 (object)");
    expect(all(".saec-split-row .saec-purity").map((badge) => badge.textContent)).toEqual([
      "purity 0.97 (person)",
      "purity 0.94 (object)",
      "purity 0.65 (animal)",
      "purity –",
    ]);
    expect(all(".saec-split-name .saec-number").map((gain) => gain.textContent)).toEqual([
      "+28 %",
      "+18 %",
      "+12 %",
      "+6.0 %",
    ]);
    expect(text(".saec-neuron-features .saec-hint")).toBe("together 64 % of its activation");
    expect(text(".saec-neuron-side > p:last-child")).toBe(
      "Median purity of all neurons here 0.31, of all features 0.78, on 4,000 tokens.",
    );
  });

  test("another one is asked for by number, or left to Python", async () => {
    const { sent, model } = mount(exampleDisentangler(), (message, reply) => {
      const neuron = exampleNeuron();
      model.set("neuron", { ...neuron, unit: { ...neuron.unit, index: Number(message.neuron ?? 7) } });
      reply({});
    });
    const number = q<HTMLInputElement>(".saec-neuron-number");
    number.value = "12";
    number.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
    await settle();
    expect(sent[0]).toMatchObject({ type: "neuron", dictionary: "transcoder.1", neuron: 12 });
    expect(text(".saec-neuron-side .saec-subtitle")).toBe("Neuron 12 of layer 1");
    expect(text(".saec-code-text")).toBe('widget.split("transcoder.1", 12)');
    q(".saec-neuron-mixed").click();
    expect(sent.at(-1)).toMatchObject({ neuron: null });
  });

  test("a feature is selected, and its card shown and named", async () => {
    const { model, saved, sent } = mount(exampleDisentangler(), (_, reply) => reply({}));
    q(".saec-split-row").click();
    expect(saved).toEqual([{ feature: "transcoder.1/12" }]);
    expect(q(".saec-split-row").getAttribute("aria-pressed")).toBe("true");
    model.set("card", exampleFullCard(12));
    expect(text(".saec-split-evidence .saec-card-name")).toBe("transcoder.1/12");
    q(".saec-label-edit").click();
    const input = q<HTMLInputElement>(".saec-label-input");
    input.value = "people";
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await settle();
    expect(sent.at(-1)).toMatchObject({ type: "label", feature: "transcoder.1/12", label: "people" });
    expect(text(".saec-code-text")).toBe('lab.set_label("transcoder.1/12", "people")');
  });

  test("without a laboratory there is only the toy", () => {
    mount({ ...exampleDisentangler(), places: [], neuron: {} });
    expect(q(".saec-neuron").hidden).toBe(true);
    expect(all(".saec-toy-arrow")).toHaveLength(5);
  });

  test("hostile text stays text", () => {
    mount(exampleDisentangler(true));
    expect(all("img")).toHaveLength(0);
    expect(text(".saec-split-row")).toContain(HOSTILE);
  });
});
