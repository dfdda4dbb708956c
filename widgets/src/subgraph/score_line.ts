/** How much of the circuit what is on show, and what is pinned, accounts for; follows every pin and the slider. */

import { h, type Ui } from "../dom.js";
import { type Graph, Kind } from "../model/decode.js";
import { type Scores, scores } from "../model/scores.js";
import { type ExplorerStore, rows } from "../model/state.js";
import { percent } from "../text.js";

const TIPS: Record<keyof Scores, string> = {
  replacement:
    "Of all paths that start at a token or at an error, this part starts at a token, where features that are not kept count as errors.",
  completeness:
    "How much of the input of the nodes comes from features that are kept and from tokens, and not from errors, weighted by influence.",
};

export function scoreLine(ui: Ui, store: ExplorerStore): HTMLElement {
  const element = h(ui, "div", { class: "saec-sub-scores" });
  const known = new Map<string, { of: unknown[]; scores: Scores }>();
  // The slider may ask for more than a frame can do: the last one counts.
  const view = ui.doc.defaultView ?? window;
  let due = false;

  /** Scores of a part, worked out anew only when it has changed. */
  function part(name: string, of: unknown[], work: () => Scores): Scores {
    const before = known.get(name);
    if (before?.of.every((item, at) => item === of[at])) return before.scores;
    const now = { of, scores: work() };
    known.set(name, now);
    return now.scores;
  }

  function render(): void {
    due = false;
    const { graph, visible, pinned, supernodes } = store.get();
    element.hidden = graph === null;
    if (ui.signal.aborted || !graph || !visible) return;
    const members = supernodes.flatMap((group) => group.members);
    const shown = part("shown", [graph, visible], () => scores(graph, visible.node));
    const chosen = features(graph, [...pinned, ...members]);
    const own = chosen ? part("pinned", [graph, pinned, supernodes], () => scores(graph, chosen)) : null;
    element.replaceChildren(
      ...(["replacement", "completeness"] as const).map((name) =>
        score(name, shown[name], own?.[name] ?? null),
      ),
    );
  }

  function score(name: keyof Scores, shown: number, pinned: number | null): HTMLElement {
    const number = (value: number, what: string) => [
      h(ui, "span", {
        class: "saec-number saec-sub-score",
        text: percent(value),
        attrs: { "data-of": what, "data-value": value },
      }),
      h(ui, "span", { class: "saec-caption", text: what }),
    ];
    const words = `${name}: on show ${percent(shown)}${pinned === null ? "" : `, pinned ${percent(pinned)}`}`;
    return h(
      ui,
      "span",
      {
        class: `saec-score saec-tip saec-score-${name}`,
        attrs: { tabindex: 0, role: "note", "data-tip": TIPS[name], "aria-label": `${words}. ${TIPS[name]}` },
      },
      h(ui, "span", { class: "saec-caption", text: name }),
      ...(pinned === null ? [] : number(pinned, "pinned")),
      ...number(shown, "on show"),
    );
  }

  store.watch(["graph", "visible", "pinned", "supernodes"], () => {
    if (!due) view.requestAnimationFrame(render);
    due = true;
  });
  return element;
}

/** Which rows are kept; null where no feature is. */
function features(graph: Graph, ids: readonly string[]): Uint8Array | null {
  const kept = new Uint8Array(graph.size);
  const found = rows(graph, ids).filter((row) => graph.kind[row] === Kind.feature);
  for (const row of found) kept[row] = 1;
  return found.length > 0 ? kept : null;
}
