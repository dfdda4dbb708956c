import { describe, expect, test, vi } from "vitest";
import { exampleGraph } from "../gallery/example.js";
import { fakeModel } from "../gallery/fake_model.js";
import { AskError, createAsk } from "../src/model/ask.js";
import { decodeEffect, decodeGraph, edgesOf, typed } from "../src/model/decode.js";
import { describeOp, sameEdits, withEdit } from "../src/model/edits.js";
import { createHistory } from "../src/model/history.js";
import { prune } from "../src/model/prune.js";
import { search } from "../src/model/state.js";
import { createStore } from "../src/model/store.js";
import type { Edit } from "../src/model/traits.js";
import { view } from "./setup.js";
import { tinyGraph, tinyTrait } from "./tiny.js";

const edit = (more: Partial<Edit> = {}): Edit => ({
  op: "ablate",
  dictionary: "transcoder.0",
  feature: 7,
  positions: [1],
  value: null,
  source: null,
  source_position: null,
  ...more,
});

describe("decode", () => {
  test("a view that is not aligned is copied", () => {
    const raw = new Uint8Array(13);
    new DataView(raw.buffer).setFloat32(1, 1.5, true);
    expect([...typed(new DataView(raw.buffer, 1, 4), Float32Array)]).toEqual([1.5]);
  });

  test("shares are signed parts of the absolute input of the target", () => {
    const graph = tinyGraph();
    expect([...graph.share]).toEqual([1, 1, 3 / 5, -1 / 5, 0.5 / 5, 0.5 / 5].map(Math.fround));
    expect([...edgesOf(graph.inputs, 5)]).toEqual([2, 3, 4, 5]);
    expect([...edgesOf(graph.outputs, 1)]).toEqual([1, 5]);
    expect(graph.totalInfluence).toBeCloseTo(1.6);
  });

  test("a column of the wrong length is named", () => {
    const trait = tinyTrait();
    trait.nodes.layer = view(new Int16Array(2));
    expect(() => decodeGraph(trait)).toThrow("nodes.layer has 2 rows, expected 6");
  });

  test("an edge to a node that is not there is refused", () => {
    const trait = tinyTrait();
    trait.edges.source = view(Uint32Array.from([0, 1, 2, 3, 4, 99]));
    expect(() => decodeGraph(trait)).toThrow("node row 99 of 6");
  });

  test("an effect reads its arrays from the trait or from buffers", () => {
    const rest = {
      tokens: ["x"],
      target_before: 1,
      target_after: 0,
      top_before: "x",
      top_after: "y",
      edits: [],
      milliseconds: 3,
    };
    const [before, after, nodes] = [[0.5], [0.25], [1, 2]].map((values) => view(Float32Array.from(values)));
    const inside = decodeEffect({ ...rest, before, after, node_value: nodes } as never);
    expect(decodeEffect(rest, [before, after, nodes] as DataView[])).toEqual(inside);
    expect([...inside.nodeValue]).toEqual([1, 2]);
    expect(() => decodeEffect({ ...rest, tokens: ["x", "y"] }, [before, after, nodes] as DataView[])).toThrow(
      "expected 2",
    );
  });
});

describe("prune", () => {
  test("keeps the strongest until their share is reached, tokens and targets always", () => {
    // Prunable influence: 0.6, 0.3, 0.1.
    expect([...prune(tinyGraph(), 0.6).node]).toEqual([1, 1, 1, 0, 0, 1]);
    expect([...prune(tinyGraph(), 0.61).node]).toEqual([1, 1, 1, 1, 0, 1]);
    expect([...prune(tinyGraph(), 1).node]).toEqual([1, 1, 1, 1, 1, 1]);
    expect([...prune(tinyGraph(), 0).node]).toEqual([1, 1, 0, 0, 0, 1]);
  });

  test("what is selected, pinned or edited stays", () => {
    expect([...prune(tinyGraph(), 0, [4]).node]).toEqual([1, 1, 0, 0, 1, 1]);
  });

  test("edges need both ends, and come weakest first", () => {
    const graph = tinyGraph();
    const { edges } = prune(graph, 0.6);
    expect([...edges].every((edge) => [0, 2, 5].includes(edge))).toBe(true);
    const scores = [...edges].map((edge) => graph.score[edge] ?? 0);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
  });

  test("everything is shown when everything is asked for; the weakest links go first", () => {
    const graph = decodeGraph(exampleGraph({ crowd: 9 }));
    expect(prune(graph, 1).edges.length).toBe(graph.source.length);
    expect(prune(graph, 0.99).edges.length).toBeLessThan(graph.source.length);
  });
});

describe("search", () => {
  test("every word must occur in label, token, id or feature name; best influence first", () => {
    const graph = tinyGraph();
    expect(search(graph, "plural")).toEqual([2]);
    expect(search(graph, "TRANSCODER.0/8")).toEqual([3]);
    expect(search(graph, "b")).toEqual(
      [5, 1, 3, 4].sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0)),
    );
    expect(search(graph, "plural verbs")).toEqual([]);
  });
});

describe("history", () => {
  test("undo passes over what changes nothing, redo brings it back", () => {
    const history = createHistory<{ pins: number }>();
    history.record({ python: "pin", key: "", change: { before: { pins: 0 }, after: { pins: 1 } } });
    history.record({ python: "select", key: "select" });
    expect(history.undo()).toEqual({ pins: 0 });
    expect(history.lines()).toEqual(["select"]);
    expect(history.canUndo()).toBe(false);
    expect(history.redo()).toEqual({ pins: 1 });
    expect(history.lines()).toEqual(["select", "pin"]);
  });

  test("a slider being dragged is one action", () => {
    const history = createHistory<number>();
    for (const value of [1, 2, 3]) {
      history.record({
        python: `prune ${value}`,
        key: "prune 0",
        change: { before: value - 1, after: value },
      });
    }
    expect(history.lines()).toEqual(["prune 3"]);
    expect(history.undo()).toBe(0);
    expect(history.redo()).toBe(3);
  });

  test("a new action ends what could be redone", () => {
    const history = createHistory<number>();
    history.record({ python: "a", key: "", change: { before: 0, after: 1 } });
    history.undo();
    history.record({ python: "b", key: "", change: { before: 0, after: 2 } });
    expect(history.canRedo()).toBe(false);
    expect(history.redo()).toBeNull();
  });
});

describe("edits", () => {
  test("an edit replaces those of the same feature at the same token", () => {
    const first = edit();
    const elsewhere = edit({ positions: [0] });
    const second = edit({ op: "scale", value: 2 });
    expect(withEdit([first, elsewhere], second)).toEqual([elsewhere, second]);
    expect(withEdit([first, elsewhere], edit({ positions: null }))).toHaveLength(1);
    expect(withEdit([first], edit({ feature: 8 }))).toHaveLength(2);
  });

  test("lists are compared by what they do", () => {
    expect(sameEdits([edit()], [{ ...edit() }])).toBe(true);
    expect(sameEdits([edit()], [edit({ op: "set", value: 1 })])).toBe(false);
  });

  test("words", () => {
    expect(describeOp(edit({ op: "scale", value: -1.5 }))).toBe("× −1.50");
    expect(describeOp(edit({ op: "patch", source: "a\nb" }))).toBe("patch from “a↵b”");
  });
});

describe("ask", () => {
  test("an answer finds its question, an error is thrown with its cure", async () => {
    const { model } = fakeModel({}, (message, reply) =>
      message.type === "good" ? reply({ ok: 1 }) : reply({ error: { message: "no", cure: "try" } }),
    );
    const { ask } = createAsk(model);
    await expect(ask("good")).resolves.toMatchObject({ body: { ok: 1 } });
    const failure = await ask("bad").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AskError);
    expect((failure as AskError).cure).toBe("try");
  });

  test("silence ends in an error", async () => {
    vi.useFakeTimers();
    const { ask } = createAsk(fakeModel({}).model, 1000);
    const asked = expect(ask("edit")).rejects.toThrow("has not answered “edit”");
    await vi.advanceTimersByTimeAsync(1001);
    await asked;
    vi.useRealTimers();
  });

  test("closing refuses what is open and stops listening", async () => {
    const fake = fakeModel({});
    const { ask, close } = createAsk(fake.model);
    const asked = expect(ask("edit")).rejects.toThrow("closed");
    close();
    await asked;
    expect(fake.listeners()).toBe(0);
  });
});

test("a store tells only those who watch what has changed", () => {
  const store = createStore({ a: 1, b: 1 });
  const seen: number[] = [];
  store.watch(["a"], ({ a }) => seen.push(a));
  store.set({ b: 2 });
  store.set({ a: 1 });
  store.set({ a: 5 });
  expect(seen).toEqual([1, 5]);
});
