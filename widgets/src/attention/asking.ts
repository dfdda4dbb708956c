/** Questions about attention: the newest of each kind counts, and all are void once another circuit has come. */

import { type Ask, Superseded } from "../model/ask.js";
import { typed } from "../model/decode.js";
import { asFailure } from "../model/failure.js";
import { refusal } from "../model/possible.js";
import type { ExplorerStore } from "../model/state.js";
import type { Card } from "../model/traits.js";
import * as python from "./python.js";
import {
  type AttentionState,
  CLOSED,
  type EdgeHeads,
  type Question,
  type Score,
  type Source,
} from "./state.js";

export interface Asking {
  /** Asks through which heads one node reaches another. */
  open(source: number, target: number): void;
  /** Closes the panel and forgets everything. */
  close(): void;
  /** Asks why a head looks where it looks. */
  explain(question: Question): void;
  /** Shows the card of a feature that the circuit does not have; null hides it. */
  look(source: Source | null): void;
}

type Kind = "edge_heads" | "explain_head" | "feature_card";

/** `record` is called with the Python of each answered question. */
export function createAsking(store: ExplorerStore, ask: Ask, record: (line: string) => void): Asking {
  const running = new Map<Kind, AbortController>();
  const set = (patch: Partial<AttentionState>) =>
    store.set({ attention: { ...store.get().attention, ...patch } });

  /** The answer, or null where a newer question has come or nothing could be said; that is shown. */
  async function send<T>(kind: Kind, what: string, fields: Record<string, unknown>) {
    running.get(kind)?.abort();
    const mine = new AbortController();
    running.set(kind, mine);
    set({ waiting: what, failure: null });
    try {
      const answer = await ask<T>(kind, fields, { signal: mine.signal });
      if (mine.signal.aborted) return null;
      set({ waiting: "" });
      return answer;
    } catch (error) {
      if (!mine.signal.aborted) {
        const failure = error instanceof Superseded ? null : asFailure(error);
        set({ waiting: "", failure });
      }
      return null;
    } finally {
      if (running.get(kind) === mine) running.delete(kind);
    }
  }

  function stop(...kinds: Kind[]): void {
    for (const kind of kinds) {
      running.get(kind)?.abort();
      running.delete(kind);
    }
  }

  async function open(source: number, target: number): Promise<void> {
    const { graph } = store.get();
    if (!graph) return;
    stop("edge_heads", "explain_head", "feature_card");
    store.set({ attention: { ...CLOSED, edge: { source, target }, failure: refusal(graph) } });
    if (refusal(graph)) return;
    const ends = { source: graph.id[source] ?? "", target: graph.id[target] ?? "" };
    const answer = await send<{ edge: EdgeHeads }>(
      "edge_heads",
      "following the edge through the heads",
      ends,
    );
    if (!answer?.body.edge) return;
    set({ heads: answer.body.edge });
    record(python.edgeHeads(ends.source, ends.target));
  }

  async function explain(question: Question): Promise<void> {
    stop("feature_card");
    set({ question, outside: null });
    const answer = await send<{ score: Score }>("explain_head", "explaining the head", { ...question });
    if (!answer?.body.score) return;
    const { body, buffers } = answer;
    const [pattern, scores, parts] = [0, 1, 2].map((at) => typed(buffers[at], Float32Array));
    if (!pattern || !scores || !parts) return;
    const score = { ...body.score, pattern, scores, parts };
    set({ question: { ...question, key: score.key }, score });
    record(python.explainHead({ ...question, key: score.key }));
  }

  async function look(source: Source | null): Promise<void> {
    if (!source?.feature) return set({ outside: null });
    const card = store.get().cards.get(source.feature) ?? null;
    set({ outside: { source, card } });
    if (card) return;
    const answer = await send<{ card: Card }>("feature_card", "looking up the feature", {
      feature: source.feature,
    });
    const { outside, failure } = store.get().attention;
    if (outside?.source !== source) return;
    // What went wrong is said in the card's place.
    set({ outside: { source, card: answer?.body.card ?? failure }, failure: answer ? failure : null });
  }

  return {
    open: (source, target) => void open(source, target),
    close() {
      stop("edge_heads", "explain_head", "feature_card");
      store.set({ attention: CLOSED });
    },
    explain: (question) => void explain(question),
    look: (source) => void look(source),
  };
}
