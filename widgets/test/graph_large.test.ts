/** What makes a large graph fast gives the same as the slow way; and names have room. */

import { describe, expect, test } from "vitest";
import { exampleGraph, random } from "../gallery/example.js";
import { prepare } from "../src/graph/drawing.js";
import { layout } from "../src/graph/layout.js";
import { createLinkPainter, isSlow } from "../src/graph/link_painter.js";
import { frame } from "../src/graph/marks/axes.js";
import { nodeLabels } from "../src/graph/marks/labels.js";
import { focusLinks, inksOf, isFaint, links } from "../src/graph/marks/links.js";
import { createPace } from "../src/graph/pace.js";
import { buildScene } from "../src/graph/scene.js";
import type { Rect, Shape, Text } from "../src/graph/shapes.js";
import { decodeGraph, type Graph, Kind } from "../src/model/decode.js";
import { EDGE_SHARE, prune } from "../src/model/prune.js";
import { rankDescending } from "../src/model/rank.js";
import { bigTrait } from "./big.js";

const SIZE = { width: 960, height: 600 };
const measure = (text: string, size: number) => text.length * size * 0.55;
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
const big = decodeGraph(bigTrait(1200, 9000));

function drawingOf(graph: Graph, share: number, hovered: number | null = null) {
  const visible = prune(graph, share);
  const at = layout(graph, visible, SIZE, measure);
  const base = { graph, visible, at, palette, measure, zoom: 1, selected: null, hovered };
  return prepare({ ...base, effect: null, supernodes: [], pins: [], edits: [], found: null });
}

describe("ranks", () => {
  test("are those of a sort by comparison, whatever the numbers", () => {
    const next = random(5);
    const odd = [0, -0, Number.NaN, Infinity, -Infinity, 1e-40, -1e-40, 3e38, -3e38];
    const values = Float32Array.from({ length: 4000 }, (_, at) =>
      at % 7 === 0 ? (odd[at % odd.length] ?? 0) : Math.round(1e3 * (next() - 0.4)) / 10 ** (at % 5),
    );
    const last = (value: number) => (Number.isNaN(value) ? -Infinity : value);
    const slow = [...values.keys()].sort((a, b) => {
      const [one, other] = [values[a] ?? 0, values[b] ?? 0];
      if (Number.isNaN(one) !== Number.isNaN(other)) return Number.isNaN(one) ? 1 : -1;
      return last(other) > last(one) ? 1 : last(other) < last(one) ? -1 : a - b;
    });
    expect([...rankDescending(values)]).toEqual(slow);
  });
});

describe("pruning", () => {
  /** As it is defined, with a sort and a sum at every step. */
  function slowPrune(graph: Graph, share: number): { node: number[]; edges: number[] } {
    const free = [...graph.kind.keys()].filter(
      (row) => graph.kind[row] !== Kind.token && graph.kind[row] !== Kind.target,
    );
    free.sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0) || a - b);
    const until = (rows: number[], score: Float32Array, part: number) => {
      const total = rows.reduce((sum, row) => sum + (score[row] ?? 0), 0);
      let sum = 0;
      const end = rows.findIndex((row) => {
        sum += score[row] ?? 0;
        return sum >= part * total;
      });
      return part >= 1 || end < 0 ? rows : part <= 0 ? [] : rows.slice(0, end + 1);
    };
    const kept = new Set(until(free, graph.influence, share));
    const node = [...graph.kind].map((kind, row) =>
      kind === Kind.token || kind === Kind.target || kept.has(row) ? 1 : 0,
    );
    const shown = [...graph.ranked].filter(
      (edge) => node[graph.source[edge] ?? 0] && node[graph.target[edge] ?? 0],
    );
    return { node, edges: until(shown, graph.score, share < 1 ? EDGE_SHARE : 1).reverse() };
  }

  test.each([0, 0.01, 0.3, 0.777, 0.98, 1])("is what its definition says at a share of %d", (share) => {
    const { node, edges } = prune(big, share);
    const slow = slowPrune(big, share);
    expect([...node]).toEqual(slow.node);
    expect([...edges]).toEqual(slow.edges);
  });

  test("a step leaves the step before as it was", () => {
    const before = prune(big, 0.9);
    const copy = { node: before.node.slice(), edges: before.edges.slice() };
    prune(big, 0.4);
    expect(before).toMatchObject(copy);
  });
});

describe("layout while the slider moves", () => {
  const [all, few] = [prune(big, 1), prune(big, 0.5)];

  test("nothing has changed: nothing moves", () => {
    const before = layout(big, few, SIZE, measure);
    const after = layout(big, few, SIZE, measure, { like: before });
    expect(after.x).toEqual(before.x);
    expect(after.y).toEqual(before.y);
  });

  test("nodes keep their order in each cell, new ones find a place", () => {
    const before = layout(big, few, SIZE, measure);
    const after = layout(big, all, SIZE, measure, { like: before });
    const cells = new Map<string, number[]>();
    for (let node = 0; node < big.size; node++) {
      expect(Number.isNaN(after.x[node])).toBe(false);
      if (few.node[node] !== 1) continue;
      const key = `${big.layer[node]} ${big.position[node]}`;
      cells.set(key, [...(cells.get(key) ?? []), node]);
    }
    for (const cell of cells.values()) {
      const by = (x: Float32Array) => cell.toSorted((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
      expect(by(after.x)).toEqual(by(before.x));
    }
  });

  test("columns are as wide as their busiest layer", () => {
    const { columns } = layout(big, all, SIZE, measure);
    const busiest = columns.map((_, position) => {
      const counts = new Map<number, number>();
      for (let node = 0; node < big.size; node++)
        if (big.position[node] === position)
          counts.set(big.layer[node] ?? 0, (counts.get(big.layer[node] ?? 0) ?? 0) + 1);
      return Math.max(...counts.values());
    });
    const [narrow, wide] = [busiest.indexOf(Math.min(...busiest)), busiest.indexOf(Math.max(...busiest))];
    expect(columns[wide]?.width).toBeGreaterThan(1.5 * (columns[narrow]?.width ?? 0));
  });

  test("a long prompt is spread out beyond the plot", () => {
    const { plot, field, columns } = layout(big, all, SIZE, measure, { wide: true });
    expect(field.width).toBeGreaterThan(1.5 * plot.width);
    expect(columns.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(field.width, 2);
  });
});

/** A context that writes down what is painted on it. */
function sketch() {
  const done = { strokes: 0, images: 0, dashes: 0 };
  let dash: number[] = [];
  const context = {
    canvas: { width: 0, height: 0 },
    getTransform: () => ({ a: 1 }),
    setLineDash: (pattern: number[]) => {
      dash = pattern;
    },
    stroke: () => {
      done.strokes++;
      if (dash.length > 0) done.dashes++;
    },
    drawImage: () => done.images++,
  };
  const proxy = new Proxy(context, {
    get: (target, name) => Reflect.get(target, name) ?? (() => {}),
    set: () => true,
  });
  return { done, context: proxy as unknown as CanvasRenderingContext2D };
}

describe("painting links", () => {
  function painter(calm: boolean) {
    const sheet = sketch();
    const doc = { createElement: () => ({ getContext: () => sheet.context }) } as unknown as Document;
    return { sheet, painter: createLinkPainter(doc, () => calm) };
  }

  test("few: all at once", () => {
    const drawing = drawingOf(decodeGraph(exampleGraph()), 0.5);
    const page = sketch();
    const { painter: few } = painter(false);
    few.start(page.context, drawing, 1e9);
    expect(page.done.strokes).toBe(drawing.visible.edges.length);
    expect(few.left()).toBe(false);
    expect(isSlow(drawing)).toBe(false);
  });

  test("many: the strongest at once, the others over several frames, then shown at one stroke", () => {
    const drawing = drawingOf(big, 1);
    const page = sketch();
    const { sheet, painter: many } = painter(false);
    many.start(page.context, drawing, 1500);
    expect(page.done.strokes).toBeGreaterThan(100);
    expect(page.done.strokes).toBeLessThan(1500);
    let frames = 0;
    while (many.more(1000)) frames++;
    expect(frames).toBeGreaterThan(5);
    expect(sheet.done.strokes).toBe(drawing.visible.edges.length);
    expect(page.done.images).toBe(1);
    expect(isSlow(drawing)).toBe(true);
  });

  test.each([
    ["a step between", false, 2],
    ["no step between for those who ask for less motion", true, 1],
  ])("very many: %s", (_, calm, images) => {
    const drawing = drawingOf(decodeGraph(bigTrait(1500, 20_000)), 1);
    const page = sketch();
    const { painter: many } = painter(calm);
    many.start(page.context, drawing, 1500);
    while (many.more(5000)) expect(page.done.images).toBeLessThan(images);
    expect(page.done.images).toBe(images);
  });

  test("nothing more is painted of a picture that is no longer wanted", () => {
    const { painter: many, sheet } = painter(false);
    many.start(sketch().context, drawingOf(big, 1), 1500);
    many.stop();
    expect(many.more(1000)).toBe(false);
    expect(sheet.done.strokes).toBe(0);
  });

  test("less is painted at once while frames come late, and more again later", () => {
    const pace = createPace();
    const first = pace.busy(0);
    for (let time = 40; time < 400; time += 40) pace.busy(time);
    expect(pace.busy(420)).toBeLessThan(first / 2);
    expect(pace.busy(2000)).toBe(first);
    const idle = pace.idle(3000);
    for (let time = 3016; time < 3200; time += 16) pace.idle(time);
    expect(pace.idle(3208)).toBeGreaterThan(2 * idle);
  });
});

describe("the picture of 5,000 nodes and 100,000 links", () => {
  const graph = decodeGraph(bigTrait(5000, 100_000, { layers: 26 }));
  const drawing = drawingOf(graph, 1);

  test("has every one of them", () => {
    const scene = buildScene(drawing);
    const count = (shapes: Shape[], type: Shape["type"]) =>
      shapes.filter((shape) => shape.type === type).length;
    const kinds = [...graph.kind].reduce((sum, kind) => sum.set(kind, (sum.get(kind) ?? 0) + 1), new Map());
    expect(count(scene.links, "curve")).toBe(100_000);
    expect(count(scene.nodes, "circle")).toBe(2 * kinds.get(Kind.feature));
    expect(count(scene.nodes, "polygon")).toBe(kinds.get(Kind.error));
    expect(count(scene.nodes, "box")).toBe(kinds.get(Kind.token) + kinds.get(Kind.target));
  });

  test("its weak links are a haze: thin, solid, with little ink", () => {
    const curves = links(drawing);
    const inks = inksOf(graph, drawing.visible);
    const faint = curves.filter(({ alpha }) => isFaint(inks, alpha));
    expect(faint.length).toBeGreaterThan(90_000);
    expect(Math.max(...faint.map(({ width }) => width))).toBeLessThanOrEqual(1);
    expect(faint.some(({ dashed }) => dashed)).toBe(false);
    expect(curves.some(({ alpha, dashed }) => dashed && !isFaint(inks, alpha))).toBe(true);
  });
});

test("of a hub's links all are lit, the strongest in full", () => {
  const trait = bigTrait(1200, 9000);
  const target = new Uint32Array(trait.edges.target.buffer as ArrayBuffer);
  const hub = 1199;
  target.fill(hub, 0, 800);
  const drawing = drawingOf(decodeGraph(trait), 1, hub);
  const lit = focusLinks(drawing);
  expect(lit.length).toBeGreaterThanOrEqual(800);
  expect(lit.slice(0, -300).every(({ dashed, width }) => !dashed && width <= 1)).toBe(true);
  expect(lit.slice(-300).some(({ dashed }) => dashed)).toBe(true);
});

describe("names have room", () => {
  const graphs: [string, Graph, number][] = [
    ["a small circuit", decodeGraph(exampleGraph()), 0.8],
    ["several targets", decodeGraph(exampleGraph({ manyTargets: true, hostile: true })), 0.9],
    ["a crowd", decodeGraph(exampleGraph({ crowd: 5 })), 0.9],
    ["many tokens", decodeGraph(bigTrait(700, 3000, { tokens: 90, targets: 10 })), 1],
    ["a large circuit", big, 1],
  ];
  const overlap = (a: Rect, b: Rect) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  test.each(graphs)("beside nodes: %s", (_, graph, share) => {
    const busy = graph.strongest.find((row) => graph.kind[row] === Kind.feature) ?? 0;
    for (const hovered of [null, busy]) {
      const drawing = drawingOf(graph, share, hovered);
      const labels = nodeLabels(drawing).map((label) => {
        const width = measure(label.text, label.size);
        const x =
          label.anchor === "middle"
            ? label.x - width / 2
            : label.anchor === "end"
              ? label.x - width
              : label.x;
        return { x, y: label.y - 6, width, height: 12 };
      });
      for (const [at, label] of labels.entries()) {
        for (const other of labels.slice(at + 1)) expect(overlap(label, other)).toBe(false);
        for (let node = 0; node < graph.size; node++) {
          const r = drawing.radius(node);
          const box = {
            x: (drawing.at.x[node] ?? 0) - r,
            y: (drawing.at.y[node] ?? 0) - r,
            width: 2 * r,
            height: 2 * r,
          };
          if (drawing.visible.node[node] && overlap(label, box))
            throw new Error(`a name lies on node ${node}`);
        }
      }
    }
  });

  test.each(graphs)("along the axes: %s", (_, graph, share) => {
    const drawing = drawingOf(graph, share);
    const texts = frame(drawing).filter((shape): shape is Text => shape.type === "text");
    const { plot, slanted } = drawing.at;
    const below = texts.filter(({ y }) => y > plot.y + plot.height);
    const above = texts.filter(({ y, anchor }) => y < plot.y && anchor === "end");
    expect(below.length).toBeGreaterThan(5);
    for (const row of [below, above]) {
      const sorted = row.toSorted((a, b) => a.x - b.x);
      for (const [at, label] of sorted.slice(1).entries()) {
        const before = sorted[at] as Text;
        const room = slanted || row === above ? 16 : (measure(label.text, 12) + measure(before.text, 12)) / 2;
        expect(label.x - before.x).toBeGreaterThanOrEqual(room);
      }
    }
  });
});
