import { describe, expect, test } from "vitest";
import { decodeGraph } from "../src/model/decode.js";
import {
  hideRest,
  isActive,
  knownRates,
  NO_FILTER,
  passing,
  readFilter,
  writeFilter,
} from "../src/model/filter.js";
import { prune } from "../src/model/prune.js";
import { filter as inPython } from "../src/model/python.js";
import { view } from "./setup.js";
import { tinyTrait } from "./tiny.js";

const trait = tinyTrait();
trait.nodes.density = view(Float32Array.from([Number.NaN, Number.NaN, 0.002, 0.2, Number.NaN, Number.NaN]));
const graph = decodeGraph(trait);
const names = (passes: Uint8Array | null) => graph.id.filter((_, row) => passes?.[row] === 1);
const passed = (change: object, selected: number | null = null) =>
  names(passing(graph, { ...NO_FILTER, ...change }, selected));

describe("what passes", () => {
  test("nothing is filtered at first, whatever is hidden", () => {
    expect(passing(graph, NO_FILTER, null)).toBeNull();
    expect(passing(graph, { ...NO_FILTER, hide: true }, null)).toBeNull();
  });

  test("layers, token, kinds and density, together and alone", () => {
    expect(passed({ layers: [0, 0] })).toEqual(["f0", "f1", "e"]);
    expect(passed({ layers: [0, 1] })).toEqual(["f0", "f1", "e", "y"]);
    expect(passed({ token: 0 })).toEqual(["t0", "f0"]);
    expect(passed({ kinds: ["feature", "error"] })).toEqual(["f0", "f1", "e"]);
    expect(passed({ kinds: ["feature"], densest: 0.01 })).toEqual(["f0"]);
    expect(passed({ kinds: ["feature"], token: 1, layers: [0, 0] })).toEqual(["f1"]);
  });

  test("a rate that is not known is no reason to leave a node out", () => {
    expect(passed({ densest: 0.01 })).toEqual(["t0", "t1", "f0", "e", "y"]);
    expect([...knownRates(graph)]).toEqual([Math.fround(0.002), Math.fround(0.2)]);
  });

  test("the sign of the effect over all paths, on the target or the selected node", () => {
    expect(passed({ sign: "+" })).toEqual(["t0", "f0", "e"]);
    expect(passed({ sign: "-" })).toEqual(["t1", "f1"]);
    expect(passed({ sign: "+", of: "selected" }, 3)).toEqual(["t1"]);
    expect(passing(graph, { ...NO_FILTER, sign: "+", of: "selected" }, null)).toBeNull();
    expect(passed({ sign: "+", of: "selected", token: 0 })).toEqual(["t0", "f0"]);
  });

  test("where the method estimates total effects, these count", () => {
    const estimated = tinyTrait();
    estimated.nodes.effect = view(Float32Array.from([-1, -1, -1, 1, 1, 2]));
    const other = decodeGraph(estimated);
    const passes = passing(other, { ...NO_FILTER, sign: "+" }, null);
    expect(other.id.filter((_, row) => passes?.[row])).toEqual(["f1", "e", "y"]);
  });
});

test("hiding leaves targets, tokens and what is pinned; links go with their ends", () => {
  const visible = prune(graph, 1);
  const filter = { ...NO_FILTER, layers: [3, 4] as const, hide: true };
  const passes = passing(graph, filter, null) as Uint8Array;
  const rest = hideRest(graph, visible, passes, filter, [3]);
  expect(names(rest.node)).toEqual(["t0", "t1", "f1", "y"]);
  expect(rest.nodes).toBe(4);
  expect([...rest.edges].sort()).toEqual([1, 3, 5]);
  const features = { ...NO_FILTER, kinds: ["feature"] as const, hide: true };
  expect(
    names(hideRest(graph, visible, passing(graph, features, null) as Uint8Array, features, []).node),
  ).toEqual(["f0", "f1", "y"]);
});

describe("on the wire", () => {
  test("only what is set, and back", () => {
    expect(writeFilter(NO_FILTER)).toEqual({});
    const filter = readFilter({ layers: [0, 2], kinds: ["feature"], sign: "-", of: "selected", hide: true });
    expect(filter).toEqual({
      ...NO_FILTER,
      layers: [0, 2],
      kinds: ["feature"],
      sign: "-",
      of: "selected",
      hide: true,
    });
    expect(readFilter(writeFilter(filter))).toEqual(filter);
    expect(isActive(filter)).toBe(true);
  });

  test("what cannot be read is passed over", () => {
    const odd = { layers: "all", token: "x", kinds: "feature", sign: 1, densest: null, hide: 1 };
    expect(readFilter(odd as never)).toEqual(NO_FILTER);
    expect(readFilter(null)).toEqual(NO_FILTER);
    expect(readFilter({ layers: [1, Number.NaN], kinds: ["odd"] })).toEqual(NO_FILTER);
  });

  test("in Python", () => {
    expect(inPython({ layers: [0, 2], kinds: ["feature"], densest: 0.01, hide: true })).toBe(
      'explorer.filter = {"layers": [0, 2], "kinds": ["feature"], "densest": 0.01, "hide": True}',
    );
    expect(inPython({})).toBe("explorer.filter = {}");
  });
});
