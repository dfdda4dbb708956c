/** Which nodes are looked for: by layer, token, kind, sign of their effect and how often they fire. */

import { type Graph, Kind } from "./decode.js";
import type { Visible } from "./prune.js";
import { signedInfluence } from "./scores.js";
import type { FilterTrait } from "./traits.js";

export const KINDS = ["feature", "error", "token", "bias", "target"] as const;
export type KindName = (typeof KINDS)[number];

export interface Filter {
  /** From and to, both included. */
  layers: readonly [number, number] | null;
  /** A place in the prompt. */
  token: number | null;
  /** Empty for all kinds. */
  kinds: readonly KindName[];
  /** Sign of the effect over all paths. */
  sign: "+" | "-" | null;
  /** What the effect is on. */
  of: "target" | "selected";
  /** The largest share of tokens that a feature may fire on. */
  densest: number | null;
  /** Nodes that do not pass are left out of the picture, not only faint. */
  hide: boolean;
}

export const NO_FILTER: Filter = {
  layers: null,
  token: null,
  kinds: [],
  sign: null,
  of: "target",
  densest: null,
  hide: false,
};

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** What Python sent, as far as it can be read. */
export function readFilter(trait: FilterTrait | null | undefined): Filter {
  const { layers, token, kinds, sign, of, densest, hide } = trait ?? {};
  const [from, to] = Array.isArray(layers) ? layers : [];
  return {
    layers: isNumber(from) && isNumber(to) ? [from, to] : null,
    token: isNumber(token) ? token : null,
    kinds: KINDS.filter((kind) => Array.isArray(kinds) && kinds.includes(kind)),
    sign: sign === "+" || sign === "-" ? sign : null,
    of: of === "selected" ? of : "target",
    densest: isNumber(densest) ? densest : null,
    hide: hide === true,
  };
}

/** The filter for Python: only what is set. */
export function writeFilter(filter: Filter): FilterTrait {
  const { layers, token, kinds, sign, of, densest, hide } = filter;
  return {
    ...(layers && { layers: [...layers] }),
    ...(token !== null && { token }),
    ...(kinds.length > 0 && { kinds: [...kinds] }),
    ...(sign && { sign, of }),
    ...(densest !== null && { densest }),
    ...(hide && { hide }),
  };
}

/** Whether anything is filtered at all. */
export function isActive({ layers, token, kinds, sign, densest }: Filter): boolean {
  return layers !== null || token !== null || kinds.length > 0 || sign !== null || densest !== null;
}

/** 1 for every node that passes; null where nothing is filtered. */
export function passing(graph: Graph, filter: Filter, selected: number | null): Uint8Array | null {
  const { layers, token, densest } = filter;
  const effect = filter.sign === null ? null : effectOf(graph, filter, selected);
  if (!isActive(filter) || (filter.sign !== null && effect === null && !isActive({ ...filter, sign: null })))
    return null;
  const kinds = filter.kinds.map((kind) => Kind[kind]);
  const passes = new Uint8Array(graph.size).fill(1);
  for (let row = 0; row < graph.size; row++) {
    const layer = graph.layer[row] ?? 0;
    if (layers && (layer < layers[0] || layer > layers[1])) passes[row] = 0;
    if (token !== null && graph.position[row] !== token) passes[row] = 0;
    if (kinds.length > 0 && !kinds.includes(graph.kind[row] as Kind)) passes[row] = 0;
    // Of nodes without a known rate, and only of them, the comparison is false.
    if (densest !== null && (graph.density[row] ?? Number.NaN) > densest * (1 + 1e-6)) passes[row] = 0;
    if (effect && Math.sign(effect[row] ?? 0) !== (filter.sign === "+" ? 1 : -1)) passes[row] = 0;
  }
  return passes;
}

/** Signed effects over all paths on the target, by the method's own estimate where it has one, or on a node. */
function effectOf(graph: Graph, { of }: Filter, selected: number | null): ArrayLike<number> | null {
  const start = new Float64Array(graph.size);
  if (of === "selected") {
    if (selected === null) return null;
    start[selected] = 1;
  } else {
    if (graph.effect.some(Number.isFinite)) return graph.effect;
    for (let row = 0; row < graph.size; row++)
      if (graph.kind[row] === Kind.target) start[row] = graph.influence[row] ?? 0;
  }
  return signedInfluence(graph, start);
}

/**
 * Leaves out what does not pass. Targets and the rows in `always` stay, and so do tokens, unless the filter names
 * kinds without them: they are what the picture stands on.
 */
export function hideRest(
  graph: Graph,
  visible: Visible,
  passes: Uint8Array,
  { kinds }: Filter,
  always: readonly number[],
): Visible {
  const stay = new Set(always);
  const tokens = kinds.length === 0 || kinds.includes("token");
  const node = visible.node.map((shown, row) => {
    const kind = graph.kind[row];
    const fixed = kind === Kind.target || (tokens && kind === Kind.token) || stay.has(row);
    return shown && (fixed || passes[row]) ? 1 : 0;
  });
  return {
    ...visible,
    node,
    nodes: node.reduce((sum, shown) => sum + shown, 0),
    edges: visible.edges.filter((edge) => node[graph.source[edge] ?? 0] && node[graph.target[edge] ?? 0]),
  };
}

/** The rates that a graph knows, smallest first. */
export function knownRates(graph: Graph): Float32Array {
  return graph.density.filter((rate) => Number.isFinite(rate) && rate > 0).sort();
}
