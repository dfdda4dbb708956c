/** A made-up circuit on fixed numbers, for tests and for looking at the widget: no model is involved. */

import type {
  Card,
  CheckRow,
  Edit,
  EffectTrait,
  ExplorerTraits,
  GraphTrait,
  Report,
} from "../src/model/traits.js";

export const HOSTILE = "<img src=x onerror=globalThis.pwned=1>";

const TOKENS = ["<bos>", "the", "capital", "of", "the", "country", "containing", "Gdansk", "is"];
const HOSTILE_TOKENS = ["<bos>", " the", HOSTILE, "\n", "  ", "\u202eevil\u202c", "مرحبا", "Gdansk", "is"];
const LAYERS = 4;
const WORDS = [
  "plural nouns: kings, farmers",
  "Polish cities: Gdansk, Krakow",
  "capital of …",
  "countries of Europe",
  "city → country: Poland",
  "say a capital",
  "say Warsaw",
  "definite article",
  "after a preposition",
  "containing, including",
  "end of a question",
  "names of cities",
  "language of …",
  "verbs in the present",
  "French cities: Lyon, Paris",
];

/** A small generator of the same numbers everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Node {
  id: string;
  label: string;
  kind: number;
  layer: number;
  position: number;
  dictionary: number;
  feature: number;
  value: number;
}

interface Link {
  source: number;
  target: number;
  weight: number;
}

export interface Options {
  hostile?: boolean;
  live?: boolean;
  /** Several single-token targets in place of one difference. */
  manyTargets?: boolean;
  /** A circuit of several prompts, or of neurons: to be looked at only. */
  only?: "merged" | "difference" | "neurons";
  /** Total effects of the nodes. */
  effects?: boolean;
  /** Multiplies the number of features. */
  crowd?: number;
}

export function exampleGraph(options: Options = {}): GraphTrait {
  const next = random(7);
  const tokens = options.hostile ? HOSTILE_TOKENS : TOKENS;
  const nodes = makeNodes(tokens, options, next);
  const links = makeLinks(nodes, next, options.crowd ?? 1);
  const influence = influences(nodes, links);
  const targets = nodes.filter((node) => node.kind === 4).length;
  const column = <
    T extends Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array,
  >(
    array: T,
  ) => new DataView(array.buffer);
  const pick = (key: "kind" | "layer" | "position" | "dictionary" | "feature" | "value") =>
    nodes.map((node) => node[key]);
  return {
    version: 1,
    prompt: options.hostile ? tokens.slice(1).join(" ") : "the capital of the country containing Gdansk is",
    tokens,
    n_layers: LAYERS,
    model: "world",
    target: { label: options.hostile ? `${HOSTILE} − Paris` : "Warsaw − Paris", value: 6.31 },
    scores: { replacement: 0.86, completeness: 0.94, error_share: 0.071 },
    dictionaries: Array.from({ length: LAYERS }, (_, layer) => `transcoder.${layer}`),
    live: options.live ?? true,
    ...looking(options),
    nodes: {
      id: nodes.map((node) => node.id),
      label: nodes.map((node) => node.label),
      kind: column(Uint8Array.from(pick("kind"))),
      layer: column(Int16Array.from(pick("layer"))),
      position: column(Uint16Array.from(pick("position"))),
      dictionary: column(Int16Array.from(pick("dictionary"))),
      feature: column(Int32Array.from(pick("feature"))),
      value: column(Float32Array.from(pick("value"))),
      influence: column(Float32Array.from(influence)),
      probability: column(
        Float32Array.from(nodes, (node, row) =>
          node.kind === 4 && targets > 1 ? (influence[row] ?? 0) : Number.NaN,
        ),
      ),
      density: column(
        Float32Array.from(nodes, ({ kind, feature }) =>
          kind === 0 ? 10 ** (-4 + (feature % 97) / 25) : Number.NaN,
        ),
      ),
      ...(options.effects
        ? { effect: column(Float32Array.from(influence, (size, row) => (row % 3 === 0 ? -3 : 5) * size)) }
        : {}),
    },
    edges: {
      source: column(Uint32Array.from(links, (link) => link.source)),
      target: column(Uint32Array.from(links, (link) => link.target)),
      weight: column(Float32Array.from(links, (link) => link.weight)),
    },
  };
}

/** What circuits that can only be looked at say of themselves. */
function looking({ only, hostile }: Options): Partial<GraphTrait> {
  const prompts = ["the farmers near the king", hostile ? HOSTILE : "the farmer near the kings"];
  const cure = "Open the circuit of one prompt to edit and check it.";
  switch (only) {
    case "merged":
      return {
        prompt: "2 prompts",
        kernel: true,
        origin: { kind: only, prompts, method: "" },
        refusal: {
          message: "This circuit is the mean of 2 prompts, so there is no run to edit or check.",
          cure,
        },
      };
    case "difference":
      return {
        prompt: prompts.join(" − "),
        kernel: true,
        origin: { kind: only, prompts, method: "" },
        refusal: { message: "This circuit is the difference of two others.", cure },
      };
    case "neurons":
      return {
        kernel: true,
        origin: { kind: "prompt", prompts: [], method: "sc.RelP(nodes='neurons')", nodes: only },
        refusal: {
          message: "The nodes of this circuit are neurons.",
          cure: 'Attribute with nodes="features".',
        },
      };
    default:
      return {};
  }
}

function makeNodes(
  tokens: string[],
  { hostile, manyTargets, crowd = 1 }: Options,
  next: () => number,
): Node[] {
  const nodes: Node[] = [];
  const none = { dictionary: -1, feature: -1, value: Number.NaN };
  for (const [position, token] of tokens.entries()) {
    nodes.push({ id: `token/${position}`, label: token, kind: 2, layer: -1, position, ...none, value: 1 });
  }
  nodes.push({
    id: "bias/position/8",
    label: "position embedding",
    kind: 3,
    layer: -1,
    position: 8,
    ...none,
  });
  for (let layer = 0; layer < LAYERS; layer++) {
    for (let position = 1; position < tokens.length; position++) {
      const heavy = position >= 7 ? 5 : 2;
      const count = Math.round((heavy * (0.4 + next()) + (position === 2 ? 1 : 0)) * crowd);
      for (let index = 0; index < count; index++) {
        const feature = Math.floor(next() * 512);
        const word = WORDS[Math.floor(next() * WORDS.length)] ?? "";
        const label = hostile && index === 0 && layer === 1 ? HOSTILE : word;
        const id = `transcoder.${layer}/${feature}@${position}.${index}`;
        nodes.push({
          id,
          label,
          kind: 0,
          layer,
          position,
          dictionary: layer,
          feature,
          value: 0.4 + 4 * next(),
        });
      }
      if (next() < 0.55)
        nodes.push({ id: `error/${layer}@${position}`, label: "error", kind: 1, layer, position, ...none });
    }
    nodes.push({
      id: `bias/${layer}`,
      label: `bias of layer ${layer}`,
      kind: 3,
      layer,
      position: 8,
      ...none,
    });
  }
  const answers = manyTargets
    ? ["Warsaw", "Paris", "Berlin", hostile ? HOSTILE : "Prague", "Krakow"]
    : [hostile ? HOSTILE : "Warsaw − Paris"];
  for (const [index, label] of answers.entries()) {
    nodes.push({
      id: `target/${index}`,
      label,
      kind: 4,
      layer: LAYERS,
      position: 8,
      ...none,
      value: 6.31 - 2 * index,
    });
  }
  return nodes;
}

function makeLinks(nodes: Node[], next: () => number, crowd: number): Link[] {
  const links: Link[] = [];
  for (const [target, to] of nodes.entries()) {
    if (to.kind !== 0 && to.kind !== 4) continue;
    for (const [source, from] of nodes.entries()) {
      if (from.kind === 4 || from.layer >= to.layer || from.position > to.position) continue;
      const near = from.position === to.position ? 0.9 : 0.36;
      if (next() > (near * (to.kind === 4 ? 1.4 : 1)) / crowd ** 0.4) continue;
      const size = (0.05 + next() ** 4 * 2) * (from.kind === 1 ? 0.35 : 1) * (from.kind === 3 ? 0.4 : 1);
      links.push({ source, target, weight: next() < 0.72 ? size : -size * 0.7 });
    }
  }
  return links;
}

/** Influence as the real thing defines it: paths to the targets with absolute, row-normalised weights. */
function influences(nodes: Node[], links: Link[]): number[] {
  const total = new Map<number, number>();
  for (const { target, weight } of links) total.set(target, (total.get(target) ?? 0) + Math.abs(weight));
  const targets = nodes.map((node, row) => ({ node, row })).filter(({ node }) => node.kind === 4);
  const chances = targets.length === 1 ? [1] : [0.62, 0.2, 0.09, 0.05, 0.02];
  const influence = nodes.map(() => 0);
  for (const [index, { row }] of targets.entries()) influence[row] = chances[index] ?? 0;
  const order = [...nodes.keys()].sort((a, b) => (nodes[b]?.layer ?? 0) - (nodes[a]?.layer ?? 0));
  for (const row of order) {
    for (const { source, target, weight } of links) {
      if (target !== row) continue;
      influence[source] =
        (influence[source] ?? 0) + ((influence[row] ?? 0) * Math.abs(weight)) / (total.get(row) ?? 1);
    }
  }
  return influence;
}

/** What a kernel would answer: edits pushed through the graph's links, and a distribution that follows the target. */
export function exampleEffect(graph: GraphTrait, edits: Edit[]): EffectTrait {
  const size = graph.nodes.id.length;
  const value = new Float32Array(graph.nodes.value.buffer as ArrayBuffer);
  const layer = new Int16Array(graph.nodes.layer.buffer as ArrayBuffer);
  const kind = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer);
  const after = value.slice();
  for (const edit of edits)
    for (const row of editedRows(graph, edit)) after[row] = edited(edit, value[row] ?? 0);
  const source = new Uint32Array(graph.edges.source.buffer as ArrayBuffer);
  const target = new Uint32Array(graph.edges.target.buffer as ArrayBuffer);
  const weight = new Float32Array(graph.edges.weight.buffer as ArrayBuffer);
  const fixed = new Set(edits.flatMap((edit) => editedRows(graph, edit)));
  const order = [...source.keys()].sort(
    (a, b) => (layer[target[a] ?? 0] ?? 0) - (layer[target[b] ?? 0] ?? 0),
  );
  for (const edge of order) {
    const from = source[edge] ?? 0;
    const to = target[edge] ?? 0;
    if (fixed.has(to) || !value[from]) continue;
    const change = ((after[from] ?? 0) / (value[from] ?? 1) - 1) * (weight[edge] ?? 0);
    if (Number.isFinite(change)) after[to] = (after[to] ?? 0) + change;
    if (kind[to] === 0) after[to] = Math.max(0, after[to] ?? 0);
  }
  const goal = kind.indexOf(4);
  // The made-up model answers its edges in part, and one feature in seven the other way round.
  const predicted = after.map((now, row) => {
    const change = now - (value[row] ?? 0);
    if (kind[row] !== 0 && kind[row] !== 4) return Number.NaN;
    return fixed.has(row) ? change : change * (row % 7 === 3 ? -0.6 : 1.1 + (row % 5) / 6);
  });
  const moved = 4 * ((after[goal] ?? 0) - (value[goal] ?? 0));
  const tokens = ["Warsaw", "Paris", "Berlin", "Prague", "Krakow", "Rome", HOSTILE, " Lisbon"];
  const logits = [8.2, 5.1, 4.6, 4.2, 3.3, 3, 2.4, 2];
  const share = (shift: number) =>
    softmax(logits.map((logit, index) => logit + (index === 0 ? shift : index === 1 ? -shift / 3 : 0)));
  const [before, now] = [share(0), share(moved)];
  const view = (array: Float32Array) => new DataView(array.buffer as ArrayBuffer);
  const top = (chances: Float32Array) => tokens[chances.indexOf(Math.max(...chances))] ?? "";
  return {
    tokens,
    before: view(before),
    after: view(now),
    target_before: graph.target.value,
    target_after: graph.target.value + moved,
    target_predicted: 1.3 * moved,
    unpredicted: null,
    predicted: view(predicted),
    top_before: top(before),
    top_after: top(now),
    node_value: view(after.subarray(0, size)),
    edits,
    milliseconds: 12,
  };
}

function editedRows(graph: GraphTrait, edit: Edit): number[] {
  const feature = new Int32Array(graph.nodes.feature.buffer as ArrayBuffer);
  const dictionary = new Int16Array(graph.nodes.dictionary.buffer as ArrayBuffer);
  const position = new Uint16Array(graph.nodes.position.buffer as ArrayBuffer);
  const index = graph.dictionaries.indexOf(edit.dictionary);
  return [...feature.keys()].filter(
    (row) =>
      dictionary[row] === index &&
      feature[row] === edit.feature &&
      (edit.positions === null || edit.positions.includes(position[row] ?? -1)),
  );
}

function edited(edit: Edit, value: number): number {
  const amount = edit.value ?? 0;
  const results = { ablate: 0, scale: value * amount, set: amount, add: value + amount, patch: value * 0.2 };
  return results[edit.op];
}

function softmax(logits: number[]): Float32Array {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(weights, (weight) => weight / total);
}

export function exampleCard(
  dictionary: string,
  feature: number,
  label = "Polish cities: Gdansk, Krakow",
): Card {
  const next = random(feature + 1);
  const edges = Array.from({ length: 25 }, (_, bin) => bin * 0.22);
  const words =
    "Anna lives in Gdansk and works in Krakow . the capital of the country containing Gdansk is Warsaw".split(
      " ",
    );
  const tokens = [...words.slice(0, 8), HOSTILE, ...words.slice(8)];
  const contexts = Array.from({ length: 7 }, (_, row) => {
    const peak = [4, 7, 16, 4, 7, 16, 8][row] ?? 4;
    const activations = tokens.map((token, index) =>
      index === peak ? 5.2 - 0.4 * row : token.includes("ra") ? next() * 2.5 : 0,
    );
    return { tokens, activations, peak };
  });
  return {
    dictionary,
    feature,
    label,
    firing_rate: 0.0132,
    max: 5.2,
    histogram: {
      edges,
      counts: edges.slice(1).map((_, bin) => Math.round(900 * Math.exp(-bin / 5) * (0.6 + next()))),
    },
    promoted: [
      ["Warsaw", 1.92],
      ["Polish", 1.31],
      ["Poland", 1.12],
      ["zloty", 0.83],
      [" Krakow", 0.5],
      ["Lodz", 0.44],
    ],
    suppressed: [
      ["Paris", -1.2],
      ["Rome", -0.91],
      [HOSTILE, -0.7],
      ["\n", -0.4],
      ["Lyon", -0.31],
    ],
    contexts,
  };
}

/** What a check of the strongest features could find. */
export function exampleReport(graph: GraphTrait, changes: Partial<Report> = {}): Report {
  const next = random(3);
  const influence = new Float32Array(graph.nodes.influence.buffer as ArrayBuffer);
  const kind = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer);
  const position = new Uint16Array(graph.nodes.position.buffer as ArrayBuffer);
  const strongest = [...kind.keys()]
    .filter((row) => kind[row] === 0)
    .sort((a, b) => (influence[b] ?? 0) - (influence[a] ?? 0))
    .slice(0, 10);
  const rows: CheckRow[] = strongest.map((row, at) => {
    const predicted = (at % 4 === 3 ? 1 : -1) * (2.6 - 0.2 * at) * (0.5 + next());
    return {
      node: graph.nodes.id[row] ?? "",
      label: graph.nodes.label[row] ?? "",
      token: graph.tokens[position[row] ?? 0] ?? "",
      predicted,
      frozen: predicted,
      live: predicted * (0.3 + 0.9 * next()),
    };
  });
  const sizes = [1, 2, 3, 5, 8, 12, 18, 28, 42, 64, 97];
  return {
    rows,
    whole: true,
    scores: { replacement: 0.86, completeness: 0.94, error_share: 0.071 },
    frozen_error: 2e-6,
    live_error: 0.52,
    live_correlation: 0.87,
    curve: {
      ablation: "zero",
      errors: "kept",
      total: 97,
      cmd: { value: 0.11 },
      cmd_log: { value: 0.42 },
      points: sizes.map((nodes) => ({
        nodes,
        faithfulness: 1 / (1 + Math.exp(-1.6 * (Math.log(nodes) - 1.9))) + 0.06 * (next() - 0.5),
      })),
    },
    enough: 28,
    milliseconds: 380,
    ...changes,
  };
}

/** All traits of an Explorer, as Python would set them. */
export function exampleState(options: Options = {}): ExplorerTraits {
  return {
    graph: exampleGraph(options),
    selected: null,
    pinned: [],
    supernodes: [],
    places: {},
    flow: "across",
    filter: {},
    names: {},
    prune: 0.8,
    edits: [],
    frozen: false,
    effect: null,
    report: null,
    cards: {},
    error: null,
    busy: "",
    progress: null,
  };
}
