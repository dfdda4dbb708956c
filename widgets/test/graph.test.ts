import { describe, expect, test } from "vitest";
import { exampleGraph, HOSTILE } from "../gallery/example.js";
import { prepare } from "../src/graph/drawing.js";
import { nearest, step } from "../src/graph/hit.js";
import { type Layout, layout } from "../src/graph/layout.js";
import { haloOf } from "../src/graph/marks/halos.js";
import { buildScene } from "../src/graph/scene.js";
import type { Scene } from "../src/graph/shapes.js";
import { toSvg } from "../src/graph/svg.js";
import { applyZoom, limit, NO_ZOOM, zoomAt } from "../src/graph/view.js";
import { decodeGraph, type Graph } from "../src/model/decode.js";
import { prune } from "../src/model/prune.js";
import { tinyGraph } from "./tiny.js";

const SIZE = { width: 720, height: 420 };
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

function arrange(graph: Graph, share = 1): Layout {
  return layout(graph, prune(graph, share), SIZE, measure);
}

function sceneOf(graph: Graph, selected: number | null = null): Scene {
  const visible = prune(graph, 1);
  const base = { graph, visible, at: arrange(graph), palette, measure, zoom: 1, selected, hovered: null };
  return buildScene(prepare({ ...base, effect: null, supernodes: [], pins: [], edits: [], found: null }));
}

describe("layout", () => {
  test("tokens at the bottom, targets on top, later tokens further right", () => {
    const { x, y } = arrange(tinyGraph());
    expect(y[0]).toBeGreaterThan(y[2] ?? 0);
    expect(y[2]).toBeGreaterThan(y[5] ?? 0);
    expect(x[1]).toBeGreaterThan(x[0] ?? 0);
    expect(x[3]).toBeGreaterThan(x[2] ?? 0);
  });

  test("hidden nodes have no place", () => {
    expect(arrange(tinyGraph(), 0).x[4]).toBeNaN();
  });

  test.each([1, 3, 6])("nodes lie inside the plot, none on another (crowd %i)", (crowd) => {
    const graph = decodeGraph(exampleGraph({ crowd, hostile: true, manyTargets: true }));
    const { x, y, plot } = arrange(graph, 0.9);
    const placed = [...x.keys()].filter((node) => !Number.isNaN(x[node] ?? Number.NaN));
    const places = new Set(placed.map((node) => `${x[node]?.toFixed(2)} ${y[node]?.toFixed(2)}`));
    expect(places.size).toBe(placed.length);
    for (const node of placed) {
      expect(x[node]).toBeGreaterThan(plot.x);
      expect(x[node]).toBeLessThan(plot.x + plot.width);
      expect(y[node]).toBeGreaterThan(plot.y);
      expect(y[node]).toBeLessThan(plot.y + plot.height);
    }
  });

  test("columns fill the plot and keep the order of tokens", () => {
    const { columns, plot } = arrange(decodeGraph(exampleGraph()));
    const width = columns.reduce((sum, column) => sum + column.width, 0);
    expect(width).toBeCloseTo(plot.width, 3);
    expect(columns.map((column) => column.mid)).toEqual(
      [...columns.map((column) => column.mid)].sort((a, b) => a - b),
    );
  });

  test("the same circuit gives the same picture", () => {
    const make = () => [...arrange(decodeGraph(exampleGraph()), 0.8).x];
    expect(make()).toEqual(make());
  });
});

describe("hit test", () => {
  const x = Float32Array.from([0, 40, Number.NaN]);
  const y = Float32Array.from([0, 0, 0]);

  test("the nearest node within reach", () => {
    expect(nearest(x, y, { x: 15, y: 0 })).toBe(0);
    expect(nearest(x, y, { x: 25, y: 3 })).toBe(1);
    expect(nearest(x, y, { x: 0, y: 31 })).toBeNull();
  });

  test("arrows walk along the row and between rows", () => {
    const graph = tinyGraph();
    const at = arrange(graph);
    expect(step(graph, at.x, at.y, 2, "right")).not.toBe(2);
    expect(step(graph, at.x, at.y, 0, "left")).toBe(0);
    expect(step(graph, at.x, at.y, 2, "up")).toBe(5);
    expect(step(graph, at.x, at.y, 2, "down")).toBe(0);
    expect(step(graph, at.x, at.y, 5, "up")).toBe(5);
  });
});

describe("zoom", () => {
  const plot = { x: 50, y: 30, width: 600, height: 300 };

  test("the point under the pointer stays there", () => {
    const at = { x: 300, y: 120 };
    const zoom = zoomAt(NO_ZOOM, 2, at, plot);
    expect(at.x * zoom.k + zoom.x).toBeCloseTo(at.x);
  });

  test("the plot stays filled", () => {
    expect(limit({ k: 2, x: 999, y: 999 }, plot)).toEqual({ k: 2, x: -50, y: -30 });
    expect(limit({ k: 0.2, x: -7, y: 7 }, plot)).toMatchObject({ k: 1, x: 0 });
  });

  test("positions follow", () => {
    const base = arrange(tinyGraph());
    expect(applyZoom(base, { k: 2, x: -50, y: 0 }).x[0]).toBeCloseTo((base.x[0] ?? 0) * 2 - 50);
  });
});

describe("scene", () => {
  test("one link an edge, dashed and in the other colour where negative", () => {
    const graph = tinyGraph();
    const { links } = sceneOf(graph);
    expect(links).toHaveLength(6);
    const dashed = links.filter((link) => link.type === "curve" && link.dashed);
    expect(dashed).toHaveLength(1);
    expect(dashed[0]).toMatchObject({ stroke: palette.negative });
  });

  test("the links of the selected node are lit, the others step back", () => {
    const rest = sceneOf(tinyGraph());
    const lit = sceneOf(tinyGraph(), 5);
    expect(lit.focus).toHaveLength(4);
    expect(Math.max(...lit.links.map((link) => link.alpha))).toBeLessThan(
      Math.max(...rest.links.map((link) => link.alpha)),
    );
  });

  test("halos tell how far a value moved", () => {
    const graph = tinyGraph();
    const effect = { nodeValue: Float32Array.from([1, 1, 0, 3.01, Number.NaN, 4]) } as never;
    expect([2, 3, 4, 5].map((node) => haloOf(graph, effect, node))).toEqual([-1, 0, 0, 0.5]);
  });
});

describe("svg", () => {
  const options = { paper: "#fff", ink: "#111", font: '"Odd" font', title: "a <b> & c" };

  test("is well-formed and keeps hostile text as text", () => {
    const svg = toSvg(sceneOf(decodeGraph(exampleGraph({ hostile: true, manyTargets: true })), 3), options);
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(parsed.querySelector("img")).toBeNull();
    expect(parsed.documentElement.textContent).toContain("<img src=x");
    expect(parsed.querySelector("title")?.textContent).toBe("a <b> & c");
    expect(svg).not.toContain(HOSTILE);
    expect(svg).not.toContain("\u202e");
  });

  test("a tiny circuit looks as it did", () => {
    expect(toSvg(sceneOf(tinyGraph()), { ...options, title: "" })).toMatchSnapshot();
  });
});
