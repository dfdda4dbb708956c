/** Below the Explorer's output: the text that follows its prompt, without and with the edits. */

import { h, type Ui } from "../dom.js";
import type { Ask } from "../model/ask.js";
import { failureOf } from "../model/failure.js";
import { refusal } from "../model/possible.js";
import { editCall, literal } from "../model/python.js";
import type { ExplorerStore, State } from "../model/state.js";
import type { Edit, Failure } from "../model/traits.js";
import { continuation } from "./continuation.js";
import type { TextTrait } from "./traits.js";

type Plain = Omit<TextTrait, "probability" | "odds">;

export interface Written {
  plain: TextTrait;
  edited: TextTrait;
}

/**
 * Asks for both texts; a newer question takes the place of an older one, which is answered with null. One that a person
 * asked for, rather than an edit, is told as Python.
 */
export type WriteOn = (
  edits: readonly Edit[],
  tokens: number,
  tell: boolean,
) => Promise<Written | Failure | null>;

export function createWriteOn(store: ExplorerStore, ask: Ask, told: (python: string) => void): WriteOn {
  let last: AbortController | null = null;
  return async (edits, tokens, tell) => {
    last?.abort();
    const mine = new AbortController();
    last = mine;
    try {
      const fields = { edits, tokens, temperature: 0, seed: 0 };
      const answer = await ask<{ plain: Plain; edited: Plain }>("continue", fields, { signal: mine.signal });
      if (tell) told(writeOnCall(store.get().graph?.meta.prompt ?? "", edits, tokens));
      const [chance, odds, chanceEdited, oddsEdited] = answer.buffers as [
        DataView,
        DataView,
        DataView,
        DataView,
      ];
      return {
        plain: { ...answer.body.plain, probability: chance, odds },
        edited: { ...answer.body.edited, probability: chanceEdited, odds: oddsEdited },
      };
    } catch (error) {
      return failureOf(error);
    }
  };
}

const TOKENS = 12;

/** Opened by its button; while it is open every edit writes the text anew. */
export function textBelow(
  ui: Ui,
  store: ExplorerStore,
  actions: { writeOn: WriteOn; fail(failure: Failure): void },
): HTMLElement {
  const texts = continuation(ui, ["without edits", "with the edits"]);
  const button = h(ui, "button", {
    class: "saec-button saec-button-small saec-write-on",
    text: "Continue the text",
    title: "Write what follows the prompt, without and with the edits",
    attrs: { "aria-expanded": "false" },
    on: { click: () => toggle() },
  });
  const count = h(ui, "input", {
    class: "saec-input saec-write-tokens",
    attrs: { type: "number", min: 1, max: 50, value: TOKENS, "aria-label": "New tokens" },
    on: { change: () => void write(store.get(), true) },
  });
  const tokens = h(
    ui,
    "label",
    { class: "saec-write-count" },
    count,
    h(ui, "span", { class: "saec-caption", text: "tokens" }),
  );
  const element = h(
    ui,
    "div",
    { class: "saec-write" },
    h(ui, "div", { class: "saec-write-head" }, button, tokens),
    texts.element,
  );
  let open = false;
  let written: { edits: readonly Edit[]; graph: State["graph"]; tokens: number } | null = null;

  function toggle(): void {
    open = !open;
    button.setAttribute("aria-expanded", String(open));
    tokens.hidden = !open;
    if (open) void write(store.get(), true);
    else {
      written = null;
      texts.show(null);
    }
  }

  async function write({ edits, graph }: Readonly<State>, tell: boolean): Promise<void> {
    const asked = {
      edits,
      graph,
      tokens: Math.max(1, Math.min(50, Math.round(Number(count.value)) || TOKENS)),
    };
    if (written && written.edits === edits && written.graph === graph && written.tokens === asked.tokens)
      return;
    written = asked;
    texts.wait(true);
    const answer = await actions.writeOn(edits, asked.tokens, tell);
    if (answer === null || written !== asked) return;
    texts.wait(false);
    if ("cure" in answer) actions.fail(answer);
    else store.attempt(texts, () => texts.show({ prompt: "", ...answer }));
  }

  texts.show(null);
  tokens.hidden = true;
  store.watch(["graph", "edits", "waiting"], (state) => {
    const { graph, waiting } = state;
    element.hidden = !graph?.meta.live || refusal(graph) !== null;
    // A slider that is held sends many edits: the text follows once they are answered.
    if (open && !element.hidden && waiting === "") void write(state, false);
  });
  return element;
}

/** The Python that writes the edited text. */
function writeOnCall(prompt: string, edits: readonly Edit[], tokens: number): string {
  return `lab.generate(${literal(prompt)}, [${edits.map(editCall).join(", ")}], max_new_tokens=${tokens})`;
}
