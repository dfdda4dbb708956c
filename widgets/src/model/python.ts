/** The Python that does what was just done by hand. */

import type { Edit, FilterTrait, Flow, Places, Supernode } from "./traits.js";

// Control characters, zero-width and direction marks, line separators, halves of surrogate pairs.
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be escaped
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udfff]/gu;

/** A Python string literal of `text`, readable where it can be and escaped where it must be. */
export function literal(text: string): string {
  const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const body = text
    .replace(/[\\"]/g, (character) => `\\${character}`)
    .replace(UNPRINTABLE, (character) => {
      const code = (character.codePointAt(0) ?? 0).toString(16);
      return (
        named[character] ?? (code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`)
      );
    });
  return `"${body}"`;
}

/** A Python number: `inf` and `nan` are no literals. */
export function number(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  return String(Number(value.toPrecision(12)));
}

const list = (items: readonly string[]) => `[${items.join(", ")}]`;

function positions(edit: Edit): string {
  return edit.positions === null ? "" : `, positions=${list(edit.positions.map(String))}`;
}

/** `sc.Ablate(sc.Feature("transcoder.0", 12), positions=[5])` and its four sisters. */
export function editCall(edit: Edit): string {
  const feature = `sc.Feature(${literal(edit.dictionary)}, ${edit.feature})`;
  const value = number(edit.value ?? 0);
  const from = edit.source_position === null ? "" : `, source_positions=[${edit.source_position}]`;
  switch (edit.op) {
    case "ablate":
      return `sc.Ablate(${feature}${positions(edit)})`;
    case "scale":
      return `sc.Scale(${feature}, ${value}${positions(edit)})`;
    case "set":
      return `sc.Set(${feature}, ${value}${positions(edit)})`;
    case "add":
      return `sc.Add(${feature}, ${value}${positions(edit)})`;
    case "patch":
      return `sc.Patch(${feature}, source=${literal(edit.source ?? "")}${positions(edit)}${from})`;
  }
}

export function intervene(prompt: string, edits: readonly Edit[], frozen: boolean): string {
  return `lab.intervene(${literal(prompt)}, ${list(edits.map(editCall))}, frozen=${frozen ? "True" : "False"})`;
}

/** The same in the widget, for scripts. */
export function apply(edits: readonly Edit[], frozen: boolean): string {
  return `effect = explorer.apply(${list(edits.map(editCall))}, frozen=${frozen ? "True" : "False"})`;
}

export function load(model: string): string {
  return `lab = sc.load(${literal(model)})`;
}

/** `method` is a call, or empty for the model's own choice. */
export function attribute(
  prompt: string,
  target: string | null,
  against: string | null,
  method = "",
): string {
  const chosen = target ? `, target=${literal(target)}` : "";
  const other = against ? `, against=${literal(against)}` : "";
  const how = method ? `, method=${method}` : "";
  return `circuit = lab.attribute(${literal(prompt)}${chosen}${other}${how})`;
}

/** The same for a feature, by its name. */
export function attributeFeature(prompt: string, feature: string, position: number, method = ""): string {
  const how = method ? `, method=${method}` : "";
  const target = `sc.Feature.parse(${literal(feature)})`;
  return `circuit = lab.attribute(${literal(prompt)}, target=${target}, position=${position}${how})`;
}

/** In place of a question, for a circuit that no single prompt made; prompts may hold line breaks. */
export function severalPrompts(kind: string, prompts: readonly string[]): string {
  const [first = "", second = ""] = prompts.map(literal);
  return kind === "difference"
    ? `# circuit: that of ${second} less that of ${first}`
    : `# circuit: the mean of those of ${prompts.map(literal).join(", ")}`;
}

/** For a graph that another tool has made; `attached` to the model, or to be looked at alone. */
export function readGraph(file: string, attached: boolean): string {
  return `circuit = sc.read_graph(${literal(file)})${attached ? ".attach(lab)" : ""}`;
}

export function check(): string {
  return "report = lab.check(circuit)";
}

export function prune(share: number): string {
  return `explorer.prune = ${number(share)}`;
}

export function select(id: string | null): string {
  return `explorer.selected = ${id === null ? "None" : literal(id)}`;
}

export function pin(ids: readonly string[]): string {
  return `explorer.pinned = ${list(ids.map(literal))}`;
}

export function supernodes(groups: readonly Supernode[]): string {
  const items = groups.map(
    ({ name, members }) => `{"name": ${literal(name)}, "members": ${list(members.map(literal))}}`,
  );
  return `explorer.supernodes = ${list(items)}`;
}

export function groupCall(name: string, members: readonly string[]): string {
  return `explorer.group(${literal(name)}, ${list(members.map(literal))})`;
}

export function ungroupCall(name: string): string {
  return `explorer.ungroup(${literal(name)})`;
}

/** `ids` null stands for every feature of the circuit. */
export function groupAutomatically(count: number, ids: readonly string[] | null): string {
  return `explorer.group_automatically(${count}${ids ? `, ${list(ids.map(literal))}` : ""})`;
}

export function places(places: Places): string {
  const items = Object.entries(places).map(([id, [x, y]]) => `${literal(id)}: [${number(x)}, ${number(y)}]`);
  return `explorer.places = {${items.join(", ")}}`;
}

export function flow(flow: Flow): string {
  return `explorer.flow = ${literal(flow)}`;
}

export function filter(filter: FilterTrait): string {
  const value = (part: unknown): string => {
    if (Array.isArray(part)) return list(part.map(value));
    if (typeof part === "boolean") return part ? "True" : "False";
    return typeof part === "number" ? number(part) : literal(String(part));
  };
  const items = Object.entries(filter).map(([name, part]) => `${literal(name)}: ${value(part)}`);
  return `explorer.filter = {${items.join(", ")}}`;
}

/** A script that does everything so far, from a fresh kernel. */
export function script(opening: readonly string[], lines: readonly string[]): string {
  const widget = lines.some((line) => line.includes("explorer."));
  const model = opening.some((line) => line.startsWith("lab = "));
  return [
    "import saecircuits as sc",
    "",
    ...opening,
    ...(widget ? [`explorer = ${model ? "lab.explore" : "sc.Explorer"}(circuit)`] : []),
    ...lines,
    "",
  ].join("\n");
}

export function exported(filename: string, format: string): string {
  if (format === "html") return `open(${literal(filename)}, "w", encoding="utf-8").write(explorer.html())`;
  const named = format === "neuronpedia" ? ', format="neuronpedia"' : "";
  return `sc.export(explorer.grouped, ${literal(filename)}${named})`;
}

export function stopRuns(name?: string): string {
  return `monitor.stop(${name === undefined ? "" : literal(name)})`;
}

/** Reads the dictionary of a point: from its folder where it has one, or else through the plot. */
export function dictionaryOf(name: string | null, folder: string): string {
  if (name === null) return "plot.selected = None";
  if (folder) return `dictionary = sc.load_dictionary(${literal(folder)})`;
  return `plot.selected = ${literal(name)}; dictionary = plot.dictionary`;
}
