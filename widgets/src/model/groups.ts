/**
 * Supernodes by hand and by proposal. A node is in one group at the most, and making a group of all of another's
 * members goes on under its name: as `sc.group` of the Python half.
 */

import type { Commit } from "./actions.js";
import type { Ask } from "./ask.js";
import { type Graph, Kind } from "./decode.js";
import { failureOf } from "./failure.js";
import * as python from "./python.js";
import { type ExplorerStore, rows } from "./state.js";
import type { Places, Supernode } from "./traits.js";

export interface Groups {
  /** Starts or leaves the mode in which clicks mark nodes. */
  toggle(): void;
  begin(): void;
  cancel(): void;
  /** Marks nodes, or takes the mark from them if all have it. */
  mark(nodes: readonly number[]): void;
  /** Makes the marked nodes one group, and returns its name; null where nothing is marked. */
  make(): string | null;
  rename(name: string, to: string): void;
  ungroup(name: string): void;
  add(name: string, node: number): void;
  remove(node: number): void;
  /** Asks Python for groups among `nodes`; those of the last proposal are replaced. */
  propose(count: number, nodes: readonly number[], everything: boolean): Promise<void>;
  /** What was proposed stays; the next proposal leaves it alone. */
  keep(): void;
}

/** The places that can be read; those of a trait that a person set by hand may be anything. */
export function readPlaces(trait: unknown): Places {
  const fits = ([, place]: [string, unknown]) =>
    Array.isArray(place) && place.length === 2 && place.every(Number.isFinite);
  if (typeof trait !== "object" || trait === null) return {};
  const places = Object.entries(trait);
  return places.every(fits) ? (trait as Places) : Object.fromEntries(places.filter(fits));
}

/** Python's `sc.group`: the members leave their groups, a group of that name is replaced, empty ones go. */
export function grouped(
  supernodes: readonly Supernode[],
  name: string,
  members: readonly string[],
): Supernode[] {
  const own = [...new Set(members)];
  const others = supernodes
    .filter((other) => other.name !== name)
    .map((other) => ({ ...other, members: other.members.filter((id) => !own.includes(id)) }))
    .filter((other) => other.members.length > 0);
  return own.length > 0 ? [...others, { name, members: own }] : others;
}

/** The group that a node is in. */
export function groupOf(supernodes: readonly Supernode[], id: string | undefined): Supernode | null {
  return supernodes.find(({ members }) => id !== undefined && members.includes(id)) ?? null;
}

/** The words that labels share most, weighted by influence; unique among the groups. */
export function proposeName(graph: Graph, ids: readonly string[], taken: readonly string[]): string {
  const weight = new Map<string, number>();
  const nodes = rows(graph, ids);
  for (const row of nodes) {
    const named = graph.kind[row] === Kind.feature && !/^[\w.]+\/\d+$/.test(graph.label[row] ?? "");
    const words = named ? (graph.label[row]?.match(/\p{L}[\p{L}\p{N}_]*/gu) ?? []) : [];
    for (const word of new Set(words))
      weight.set(word, (weight.get(word) ?? 0) + (graph.influence[row] ?? 0) + 1e-12);
  }
  const words = [...weight].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const token = graph.meta.tokens[graph.position[nodes[0] ?? 0] ?? 0]?.trim();
  return unique(words.map(([word]) => word).join(", ") || token || "group", taken);
}

function unique(name: string, taken: readonly string[]): string {
  let candidate = name;
  for (let number = 2; taken.includes(candidate); number++) candidate = `${name} (${number})`;
  return candidate;
}

export function createGroups(store: ExplorerStore, ask: Ask, commit: Commit): Groups {
  let proposals = 0;
  let asked = 0;

  const ids = (nodes: readonly number[]) =>
    nodes.map((node) => store.get().graph?.id[node]).filter((id) => id !== undefined);

  function put(name: string, members: readonly string[], from = store.get().supernodes): void {
    const line = members.length > 0 ? python.groupCall(name, members) : python.ungroupCall(name);
    commit({ supernodes: grouped(from, name, members) }, line);
    store.set({ proposal: null });
  }

  const cancel = () => store.set({ marked: null });

  return {
    toggle: () => store.set({ marked: store.get().marked === null ? [] : null }),
    begin: () => store.set({ marked: store.get().marked ?? [] }),
    cancel,
    mark(nodes) {
      const marked = store.get().marked;
      const chosen = ids(nodes);
      if (marked === null || chosen.length === 0) return;
      const all = chosen.every((id) => marked.includes(id));
      const others = marked.filter((id) => !chosen.includes(id));
      store.set({ marked: all ? others : [...others, ...chosen] });
    },
    make() {
      const { graph, marked, supernodes } = store.get();
      store.set({ marked: null });
      if (!graph || !marked || marked.length === 0) return null;
      const whole = supernodes.filter(({ members }) => members.every((id) => marked.includes(id)));
      const [first] = whole;
      // Marked nodes join a group that is marked with all its members; two groups that become one get a new name.
      const left = supernodes.filter((group) => !whole.includes(group)).map(({ name }) => name);
      const name = first && whole.length === 1 ? first.name : proposeName(graph, marked, left);
      put(name, marked);
      return name;
    },
    rename(name, to) {
      const { supernodes } = store.get();
      const members = supernodes.find((group) => group.name === name)?.members;
      const wanted = to.trim();
      if (!members || wanted === "" || wanted === name) return;
      const others = supernodes.map((group) => group.name).filter((other) => other !== name);
      put(unique(wanted, others), members);
    },
    ungroup(name) {
      const { supernodes } = store.get();
      if (!supernodes.some((group) => group.name === name)) return;
      put(name, []);
    },
    add(name, node) {
      const members = store.get().supernodes.find((group) => group.name === name)?.members ?? [];
      put(name, [...members, ...ids([node])]);
    },
    remove(node) {
      const { graph, supernodes } = store.get();
      const id = graph?.id[node];
      const group = groupOf(supernodes, id);
      if (group)
        put(
          group.name,
          group.members.filter((other) => other !== id),
        );
    },
    async propose(count, nodes, everything) {
      const mine = ++asked;
      const { proposal, supernodes } = store.get();
      const standing = proposal?.before ?? supernodes;
      const taken = standing.flatMap(({ members }) => members);
      const free = ids(nodes).filter((id) => !taken.includes(id));
      store.set({ waiting: "grouping" });
      try {
        const { body } = await ask<{ supernodes: Supernode[] }>("group", { count, nodes: free });
        if (mine !== asked) return;
        const names = standing.map(({ name }) => name);
        const found = body.supernodes.map(({ name, members }) => {
          const own = { name: unique(name, names), members };
          names.push(own.name);
          return own;
        });
        if (!proposal) proposals++;
        const line = python.groupAutomatically(count, everything && taken.length === 0 ? null : free);
        commit({ supernodes: [...standing, ...found] }, line, `propose ${proposals}`);
        store.set({ waiting: "", failure: null, proposal: { before: standing, count: found.length } });
      } catch (error) {
        if (mine === asked) store.set({ waiting: "", failure: failureOf(error) });
      }
    },
    keep: () => store.set({ proposal: null }),
  };
}
