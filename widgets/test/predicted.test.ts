import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleEffect, exampleGraph, exampleState } from "../gallery/example.js";
import { fakeModel } from "../gallery/fake_model.js";
import explorer from "../src/explorer.js";
import { prepare } from "../src/graph/drawing.js";
import { type Layout, layout } from "../src/graph/layout.js";
import { moves } from "../src/graph/marks/predicted.js";
import type { Polygon, Shape } from "../src/graph/shapes.js";
import { toSvg } from "../src/graph/svg.js";
import { decodeEffect, decodeGraph } from "../src/model/decode.js";
import { prune } from "../src/model/prune.js";
import type { Edit, EffectTrait, ExplorerTraits, GraphTrait } from "../src/model/traits.js";
import {
  type AfterEdit,
  changeOf,
  compared,
  correlation,
  isPredicted,
  relativeChanges,
} from "../src/predicted/compare.js";
import { fakeBrowser, settle, view } from "./setup.js";
import { tinyTrait } from "./tiny.js";

const ABLATED: Edit = {
  op: "ablate",
  dictionary: "transcoder.0",
  feature: 7,
  positions: [0],
  value: null,
  source: null,
  source_position: null,
};
const NAN = Number.NaN;

/** f0 (row 2, value 2) is ablated; f1 (row 3, value 3) and the target y (row 5, value 2) move. */
function effectOf(predicted: number[] | null, measured = [NAN, NAN, 0, 4.5, NAN, 1]): EffectTrait {
  return {
    tokens: ["x"],
    before: view(Float32Array.from([0.5])),
    after: view(Float32Array.from([0.4])),
    target_before: 2,
    target_after: 1,
    target_predicted: predicted ? predicted[5] : null,
    unpredicted: null,
    top_before: "x",
    top_after: "x",
    node_value: view(Float32Array.from(measured)),
    ...(predicted ? { predicted: view(Float32Array.from(predicted)) } : {}),
    edits: [ABLATED],
    milliseconds: 1,
  };
}
const PREDICTED = [NAN, NAN, -2, -1.5, NAN, -3];

const tiny = () => decodeGraph(tinyTrait());

describe("comparing", () => {
  test("changes of a node, as numbers and as parts of its size", () => {
    const graph = tiny();
    const effect = decodeEffect(effectOf(PREDICTED));
    expect(changeOf(graph, effect, 3)).toEqual({ predicted: -1.5, measured: 1.5 });
    const { predicted, measured, edited, said } = relativeChanges(graph, effect);
    // The largest value of row 3 is 4.5, measured; of the target 2, before the edit.
    expect([predicted[3], measured[3]]).toEqual([expect.closeTo(-1 / 3), expect.closeTo(1 / 3)]);
    expect([predicted[5], measured[5]]).toEqual([-1, -0.5]);
    expect([predicted[0], measured[4]]).toEqual([0, 0]);
    expect([...edited]).toEqual([2]);
    expect(said).toBe(true);
    expect(relativeChanges(graph, effect)).toBe(relativeChanges(graph, effect));
  });

  test("what is tiny is not drawn", () => {
    const graph = tiny();
    const effect = decodeEffect(effectOf([NAN, NAN, -2, -0.05, NAN, 1e-6], [NAN, NAN, 0, 3.05, NAN, 2]));
    const { predicted, measured } = relativeChanges(graph, effect);
    expect([predicted[3], measured[3], predicted[5], measured[5]]).toEqual([0, 0, 0, 0]);
  });

  test("features are compared in shares of the strongest activation of their dictionary", () => {
    const found = compared(tiny(), decodeEffect(effectOf(PREDICTED)));
    expect(found).toEqual([{ node: 3, predicted: -0.5, measured: 0.5 }]);
  });

  test("nothing is predicted without a prediction, or of the edited node alone", () => {
    expect(isPredicted(tiny(), decodeEffect(effectOf(null)))).toBe(false);
    expect(isPredicted(tiny(), decodeEffect(effectOf([NAN, NAN, -2, NAN, NAN, NAN])))).toBe(false);
    expect(isPredicted(tiny(), decodeEffect(effectOf(PREDICTED)))).toBe(true);
    expect(isPredicted(tiny(), null)).toBe(false);
  });

  test("Pearson's correlation", () => {
    const points = (...pairs: [number, number][]) =>
      pairs.map(([predicted, measured]) => ({ predicted, measured }));
    expect(correlation(points([0, 1], [1, 3], [2, 5]))).toBeCloseTo(1, 12);
    expect(correlation(points([0, 1], [1, 0], [2, -1]))).toBeCloseTo(-1, 12);
    // By hand: centred x −1, 0, 1; centred y −2/3, 4/3, −2/3; the product sums to 0.
    expect(correlation(points([0, 0], [1, 2], [2, 0]))).toBeCloseTo(0, 12);
    expect(correlation(points([0, 0], [1, 2]))).toBeNaN();
    expect(correlation(points([0, 1], [1, 1], [2, 1]))).toBeNaN();
  });

  test("a column of another length is refused", () => {
    expect(() => decodeEffect(effectOf([1, 2]))).toThrow("effect.predicted has 2 rows, expected 6");
  });
});

const palette = {
  ink: "#111",
  muted: "#555",
  faint: "#ddd",
  paper: "#fff",
  band: "#eee",
  node: "#678",
  positive: "#0072b2",
  negative: "#d55e00",
  accent: "#a6307c",
  group: "#007d5b",
  font: "sans-serif",
};
const measure = (text: string, size: number) => text.length * size * 0.55;

function drawn(
  trait: GraphTrait,
  effect: EffectTrait,
  afterEdit: AfterEdit,
): { shapes: Shape[]; at: Layout } {
  const graph = decodeGraph(trait);
  const visible = prune(graph, 1);
  const at = layout(graph, visible, { width: 720, height: 420 }, measure);
  const base = { graph, visible, at, palette, measure, zoom: 1, selected: null, hovered: null, afterEdit };
  const rest = { supernodes: [], pins: [], edits: effect.edits, found: null, effect: decodeEffect(effect) };
  return { shapes: moves(prepare({ ...base, ...rest })), at };
}

const strokes = (shapes: readonly Shape[]) =>
  shapes.filter(
    (shape): shape is Polygon => shape.type === "polygon" && !shape.closed && shape.stroke !== palette.paper,
  );

describe("wings", () => {
  test("left is the graph, right the model; up is raised, down is lowered, and longer is more", () => {
    const { shapes, at } = drawn(tinyTrait(), effectOf(PREDICTED), "both");
    const wings = strokes(shapes).filter(({ stroke }) => stroke !== palette.muted);
    const of = (node: number, side: -1 | 1) =>
      wings.filter(({ points: [x = 0, y = 0] }) => {
        const [dx, dy] = [x - (at.x[node] ?? 0), y - (at.y[node] ?? 0)];
        return Math.sign(dx) === side && Math.abs(dx) < 20 && Math.abs(dy) < 1;
      });
    const rise = ({ points }: Polygon) => (points[1] ?? 0) - (points.at(-1) ?? 0);
    const [left] = of(3, -1);
    const [right] = of(3, 1);
    expect(left?.stroke).toBe(palette.negative);
    expect(right?.stroke).toBe(palette.positive);
    expect(left && rise(left)).toBeLessThan(0);
    expect(right && rise(right)).toBeGreaterThan(0);
    expect((right?.width ?? 0) > (left?.width ?? 0)).toBe(true);
    expect(left && right && Math.abs(rise(left))).toBeCloseTo(right ? rise(right) : NAN, 6);
    // Nothing is drawn on the edited node, whose change is given.
    expect([...of(2, -1), ...of(2, 1)]).toEqual([]);
  });

  test("a wing that is not there still has its foot", () => {
    const { shapes } = drawn(tinyTrait(), effectOf([NAN, NAN, -2, 0, NAN, 0]), "both");
    const marks = strokes(shapes);
    expect(marks.filter(({ stroke }) => stroke === palette.muted)).toHaveLength(4);
    expect(marks.filter(({ stroke }) => stroke !== palette.muted)).toHaveLength(2);
  });

  test("measured or predicted alone are rings; without a prediction the rings are the measured ones", () => {
    const ring = (shapes: readonly Shape[]) =>
      shapes.filter((shape) => shape.type === "circle" && shape.stroke !== null).length;
    const measured = drawn(tinyTrait(), effectOf(PREDICTED), "measured").shapes;
    const predicted = drawn(tinyTrait(), effectOf(PREDICTED), "predicted").shapes;
    expect(ring(measured)).toBe(3);
    expect(ring(predicted)).toBe(3);
    expect(predicted).not.toEqual(measured);
    expect(drawn(tinyTrait(), effectOf(null), "both").shapes).toEqual(
      drawn(tinyTrait(), effectOf(null), "measured").shapes,
    );
  });

  test("the picture on fixed data", () => {
    const trait = exampleGraph();
    const features = new Int32Array(trait.nodes.feature.buffer as ArrayBuffer);
    const layers = new Int16Array(trait.nodes.layer.buffer as ArrayBuffer);
    const row = layers.findIndex((layer, at) => layer === 0 && (features[at] ?? -1) >= 0);
    const { shapes } = drawn(
      trait,
      exampleEffect(trait, [{ ...ABLATED, feature: features[row] ?? 0, positions: null }]),
      "both",
    );
    expect(shapes.length).toBeGreaterThan(12);
    const plot = { x: 0, y: 0, width: 720, height: 420 };
    const scene = { width: 720, height: 420, plot, back: [], links: [], focus: [], nodes: shapes, frame: [] };
    expect(toSvg(scene, { paper: "#fff", ink: "#111", font: "sans-serif", title: "" })).toMatchSnapshot();
  });
});

describe("in the widget", () => {
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
  const text = (selector: string) => q(selector).textContent ?? "";

  async function mount(change: Partial<ExplorerTraits>) {
    const fake = fakeModel<ExplorerTraits>({ ...exampleState(), prune: 1, graph: tinyTrait(), ...change });
    explorer.render({ model: fake.model, el });
    await settle();
    return fake;
  }
  const edited = (effect: EffectTrait): Partial<ExplorerTraits> => ({ effect, edits: effect.edits });

  test("the output panel says what was predicted and what happened", async () => {
    const fake = await mount(edited(effectOf(PREDICTED)));
    expect(text(".saec-predicted-line")).toBe("The graph predicted −3.00, the model did −1.00.");
    fake.model.set("effect", {
      ...effectOf(null),
      unpredicted: { message: "No <b>node</b>.", cure: "Look." },
    });
    expect(text(".saec-predicted-line")).toBe("No <b>node</b>. Look.");
    expect(q(".saec-predicted-opener").hidden).toBe(true);
    fake.model.set("effect", { ...effectOf(PREDICTED), edits: [] });
    expect(q(".saec-predicted").hidden).toBe(true);
  });

  test("the panel of a node holds both numbers", async () => {
    const fake = await mount({ ...edited(effectOf(PREDICTED)), selected: "f1" });
    expect(text(".saec-node-change")).toBe("predicted−1.50measured+1.50");
    fake.model.set("selected", "f0");
    expect(el.querySelector(".saec-node-change")).toBeNull();
  });

  test("below the graph one chooses what is drawn", async () => {
    await mount(edited(effectOf(PREDICTED)));
    const pressed = () =>
      [...el.querySelectorAll<HTMLElement>(".saec-after .saec-choice")]
        .filter((button) => button.getAttribute("aria-pressed") === "true")
        .map((button) => button.dataset.after);
    expect(pressed()).toEqual(["both"]);
    expect(text(".saec-after-key")).toContain("left: the graph");
    q(".saec-after [data-after=measured]").click();
    expect(pressed()).toEqual(["measured"]);
    expect(text(".saec-after-key")).toContain("measured in the model");
    q(".saec-after [data-after=predicted]").click();
    expect(text(".saec-after-key")).toContain("as the graph says");
  });

  test("without a prediction there is nothing to choose", async () => {
    await mount(edited(effectOf(null)));
    expect(q(".saec-after").hidden).toBe(true);
  });

  test("the comparison opens as a picture, its points are nodes", async () => {
    const graph = exampleGraph();
    const kinds = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer);
    const layers = new Int16Array(graph.nodes.layer.buffer as ArrayBuffer);
    const features = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer);
    const row = kinds.findIndex((kind, at) => kind === 0 && layers[at] === 0);
    const effect = exampleEffect(graph, [{ ...ABLATED, feature: features[row] ?? 0, positions: null }]);
    const fake = await mount({ graph, ...edited(effect) });
    const opener = q(".saec-predicted-opener");
    const count = compared(decodeGraph(graph), decodeEffect(effect)).length;
    expect(count).toBeGreaterThan(2);
    expect(opener.textContent).toContain(`${count} features · r 0.`);
    opener.click();
    expect(opener.getAttribute("aria-expanded")).toBe("true");
    const points = [...el.querySelectorAll<SVGElement>(".saec-predicted .saec-trust-point")];
    expect(points).toHaveLength(count);
    points[0]?.dispatchEvent(new MouseEvent("click"));
    expect(fake.model.get("selected")).toBe(graph.nodes.id[Number(points[0]?.dataset.node)]);
    expect(points[0]?.classList.contains("saec-selected")).toBe(true);
    opener.click();
    expect(q(".saec-predicted-figure").hidden).toBe(true);
  });
});
