/** "Copy all": the actions that stand, in order, and what else made it so. */

import { beforeEach, expect, test } from "vitest";
import { exampleState } from "../gallery/example.js";
import { type Changed, scriptOf } from "../src/model/script.js";
import { initialState, type State } from "../src/model/state.js";
import type { Edit } from "../src/model/traits.js";
import { tinyGraph } from "./tiny.js";

const ablated: Edit = {
  op: "ablate",
  dictionary: "transcoder.0",
  feature: 7,
  positions: [0],
  value: null,
  source: null,
  source_position: null,
};
const OPENING = [
  "import saecircuits as sc",
  "",
  'lab = sc.load("world")',
  'circuit = lab.attribute("a b", target="x", against="y")',
];
let state: State;
beforeEach(() => {
  state = { ...initialState(), graph: tinyGraph(), share: exampleState().prune };
});
const body = (lines: string[] = [], changes: Changed[] = []) => {
  const script = scriptOf(state, lines, changes).split("\n");
  expect(script.slice(0, 4)).toEqual(OPENING);
  return script.slice(4, -1);
};

test("nothing done is nothing but the question", () => {
  expect(body()).toEqual([]);
});

test("a graph of another tool is read from its file, with its model where there is one", () => {
  const graph = tinyGraph();
  const read = (live: boolean) => {
    const meta = {
      ...graph.meta,
      live,
      origin: { kind: "prompt" as const, prompts: [], method: "", file: "a.pt" },
    };
    return scriptOf({ ...state, graph: { ...graph, meta }, pinned: ["f0"] }, [], [])
      .split("\n")
      .slice(2, -1);
  };
  expect(read(true)).toEqual([
    'lab = sc.load("world")',
    'circuit = sc.read_graph("a.pt").attach(lab)',
    "explorer = lab.explore(circuit)",
    'explorer.pinned = ["f0"]',
  ]);
  expect(read(false)).toEqual([
    'circuit = sc.read_graph("a.pt")',
    "explorer = sc.Explorer(circuit)",
    'explorer.pinned = ["f0"]',
  ]);
});

test("actions that stand are enough where they made what is there", () => {
  state = { ...state, pinned: ["f0"], edits: [ablated], selected: 2 };
  const lines = [
    'explorer.selected = "f0"',
    'explorer.pinned = ["f0"]',
    'effect = explorer.apply([sc.Ablate(sc.Feature("transcoder.0", 7), positions=[0])], frozen=False)',
  ];
  const changes: Changed[] = [{ pinned: ["f0"] }, { edits: [ablated], frozen: false }];
  expect(body(lines, changes)).toEqual(["explorer = lab.explore(circuit)", ...lines]);
});

test("what Python or another view has set is set at the end", () => {
  state = {
    ...state,
    pinned: ["f1"],
    supernodes: [{ name: 'a "b"', members: ["f0", "f1"] }],
    places: { f0: [1.5, 2] },
    flow: "up",
    share: 0.5,
    edits: [{ ...ablated, op: "scale", value: 0.123456789012 }],
    frozen: true,
    selected: 3,
  };
  expect(body(['explorer.pinned = ["f0"]'], [{ pinned: ["f0"] }])).toEqual([
    "explorer = lab.explore(circuit)",
    'explorer.pinned = ["f0"]',
    'explorer.supernodes = [{"name": "a \\"b\\"", "members": ["f0", "f1"]}]',
    'explorer.places = {"f0": [1.5, 2]}',
    'explorer.flow = "up"',
    'explorer.pinned = ["f1"]',
    "explorer.prune = 0.5",
    'effect = explorer.apply([sc.Scale(sc.Feature("transcoder.0", 7), 0.123456789012, positions=[0])], frozen=True)',
    'explorer.selected = "f1"',
  ]);
});

test("an undone action that Python had overtaken is set back too", () => {
  state = { ...state, pinned: [] };
  expect(body([], [{ pinned: ["f0"] }])).toEqual(["explorer = lab.explore(circuit)", "explorer.pinned = []"]);
});

test("a feature that is the target is asked for again", () => {
  const graph = tinyGraph();
  const target = { label: "plural", value: 2, feature: "transcoder.0/7", position: 1 };
  state = { ...state, graph: { ...graph, meta: { ...graph.meta, target } } };
  expect(scriptOf(state, [], []).split("\n")[3]).toBe(
    'circuit = lab.attribute("a b", target=sc.Feature.parse("transcoder.0/7"), position=1)',
  );
});
