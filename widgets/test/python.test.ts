import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import * as python from "../src/model/python.js";
import type { Edit } from "../src/model/traits.js";

const edit: Edit = {
  op: "ablate",
  dictionary: "transcoder.0",
  feature: 12,
  positions: [5],
  value: null,
  source: null,
  source_position: null,
};

const HARD = [
  'say "hi"',
  "back\\slash",
  "line\nbreak\r\t",
  "\u202eevil",
  "naïve 日本 🙂",
  "\u2028\u0000\u007f",
  "'''",
  "{x}",
  "\ud800",
];

describe("literals", () => {
  test("what cannot be seen is escaped, the rest stays readable", () => {
    expect(HARD.map(python.literal)).toEqual([
      '"say \\"hi\\""',
      '"back\\\\slash"',
      '"line\\nbreak\\r\\t"',
      '"\\u202eevil"',
      '"naïve 日本 🙂"',
      '"\\u2028\\x00\\x7f"',
      "\"'''\"",
      '"{x}"',
      '"\\ud800"',
    ]);
  });

  test("Python reads back the same text", ({ skip }) => {
    const program = `import json, sys; print(json.dumps([eval(line) for line in json.load(sys.stdin)]))`;
    let output: string;
    try {
      output = execFileSync("python3", ["-c", program], {
        input: JSON.stringify(HARD.map(python.literal)),
      }).toString();
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") skip();
      throw error;
    }
    expect(JSON.parse(output)).toEqual(HARD);
  });

  test("numbers", () => {
    expect([0.1 + 0.2, -2, Number.NaN, -Infinity].map(python.number)).toEqual([
      "0.3",
      "-2",
      'float("nan")',
      'float("-inf")',
    ]);
  });
});

describe("lines of the other widgets", () => {
  test("stop runs and read dictionaries", () => {
    expect([python.stopRuns('a"b'), python.stopRuns()]).toEqual(['monitor.stop("a\\"b")', "monitor.stop()"]);
    expect(python.dictionaryOf("k4", "")).toBe('plot.selected = "k4"; dictionary = plot.dictionary');
    expect(python.dictionaryOf("k4", "C:\\out")).toBe('dictionary = sc.load_dictionary("C:\\\\out")');
    expect(python.dictionaryOf(null, "")).toBe("plot.selected = None");
  });
});

describe("calls", () => {
  test("each edit", () => {
    const calls = [
      edit,
      { ...edit, op: "scale" as const, value: -1.5, positions: null },
      { ...edit, op: "set" as const, value: 2 },
      { ...edit, op: "add" as const, value: 0.25 },
      { ...edit, op: "patch" as const, source: 'the "capital"', source_position: 3 },
    ].map(python.editCall);
    const feature = 'sc.Feature("transcoder.0", 12)';
    expect(calls).toEqual([
      `sc.Ablate(${feature}, positions=[5])`,
      `sc.Scale(${feature}, -1.5)`,
      `sc.Set(${feature}, 2, positions=[5])`,
      `sc.Add(${feature}, 0.25, positions=[5])`,
      `sc.Patch(${feature}, source="the \\"capital\\"", positions=[5], source_positions=[3])`,
    ]);
  });

  test("questions, pins, selections, pruning", () => {
    expect(python.attribute("a", "Warsaw", null)).toBe('circuit = lab.attribute("a", target="Warsaw")');
    expect(python.attribute("a", null, null)).toBe('circuit = lab.attribute("a")');
    expect(python.pin(["n/1", "n/2"])).toBe('explorer.pinned = ["n/1", "n/2"]');
    expect(python.select(null)).toBe("explorer.selected = None");
    expect(python.prune(0.8)).toBe("explorer.prune = 0.8");
    expect(python.intervene("a b", [edit], true)).toMatch(
      /^lab\.intervene\("a b", \[sc\.Ablate\(.*\)\], frozen=True\)$/,
    );
    expect(python.exported("circuit.html", "html")).toBe(
      'open("circuit.html", "w", encoding="utf-8").write(explorer.html())',
    );
    expect(python.exported("circuit.json", "neuronpedia")).toBe(
      'sc.export(explorer.grouped, "circuit.json", format="neuronpedia")',
    );
  });

  test("the script opens a widget only where one is needed", () => {
    const opening = [python.load("world"), python.attribute("a", null, null)];
    expect(python.script(opening, [])).toBe(
      'import saecircuits as sc\n\nlab = sc.load("world")\ncircuit = lab.attribute("a")\n',
    );
    expect(python.script(opening, [python.select("n")])).toContain("explorer = lab.explore(circuit)\n");
  });
});
