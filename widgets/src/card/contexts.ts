/** Contexts of a feature: a line each, its peak in the middle of the column, every token with its activation. */

import { h, type Ui } from "../dom.js";
import type { CardContext } from "../model/traits.js";
import { format, percent, showToken, visible } from "../text.js";

/** Tokens shown before and after the peak of a context. */
const BEFORE = 14;
const AFTER = 12;

/** Told of the token that is looked at, in words, and of its activation; null for none. */
export type Look = (token: { text: string; activation: number } | null) => void;

/**
 * Lines of contexts. A token is looked at by pointer, or by arrow keys once the list has the focus.
 *
 * @param max - the most that the feature was seen to fire: full heat.
 */
export function contextList(ui: Ui, contexts: readonly CardContext[], max: number, look: Look): HTMLElement {
  const lines = contexts.map((context) => contextLine(ui, context, max));
  const said = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  let at: HTMLElement | null = null;

  const go = (element: HTMLElement | null, speak = false) => {
    if (element === at) return;
    at?.classList.remove("saec-looked");
    at = element;
    at?.classList.add("saec-looked");
    const token = at && tokenAt(at);
    look(token);
    if (speak) said.textContent = token ? `${token.text}, ${format(token.activation)}` : "";
  };
  const element = h(
    ui,
    "div",
    {
      class: "saec-contexts",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": `${contexts.length} contexts. The arrow keys go from token to token.`,
      },
      on: {
        pointerover: ({ target }) => go(target instanceof Element ? target.closest(".saec-heat") : null),
        pointerleave: () => go(null),
        blur: () => go(null),
        keydown(event) {
          const next = event.key === "Escape" ? null : step(lines, at, event.key);
          if (next === undefined || (next === null && at === null)) return;
          event.preventDefault();
          event.stopPropagation();
          next?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
          go(next, true);
        },
      },
    },
    ...lines,
    said,
  );

  function tokenAt(token: HTMLElement): { text: string; activation: number } {
    const line = lines.findIndex((each) => each.contains(token));
    const index = Number(token.dataset.token);
    const context = contexts[line];
    return {
      text: showToken(context?.tokens[index] ?? ""),
      activation: context?.activations[index] ?? Number.NaN,
    };
  }
  return element;
}

/** What is looked at, for the caption: `Gdansk  5.2 · 84 % of the most`. */
export function lookText(token: { text: string; activation: number } | null, max: number): string {
  if (!token) return "";
  const share = max > 0 && token.activation > 0 ? ` · ${percent(token.activation / max)} of the most` : "";
  return `${token.text}  ${format(token.activation)}${share}`;
}

/** The token that a key leads to; undefined for keys that lead nowhere. */
function step(lines: readonly HTMLElement[], at: HTMLElement | null, key: string): HTMLElement | undefined {
  const across = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const down = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (across === 0 && down === 0) return undefined;
  const peak = (line: HTMLElement | undefined) =>
    line?.querySelector<HTMLElement>(".saec-heat-peak") ?? undefined;
  const row = at === null ? -1 : lines.findIndex((line) => line.contains(at));
  if (at === null || row < 0) return peak(lines[0]);
  if (down !== 0) return peak(lines[row + down]) ?? at;
  const tokens = [...(lines[row]?.querySelectorAll<HTMLElement>(".saec-heat") ?? [])];
  return tokens[tokens.indexOf(at) + across] ?? at;
}

function contextLine(ui: Ui, { tokens, activations, peak }: CardContext, max: number): HTMLElement {
  const token = (index: number) => {
    const activation = activations[index] ?? 0;
    const share = Math.min(1, Math.max(0, activation) / Math.max(max, 1e-9));
    const element = h(ui, "bdi", { class: "saec-heat", text: contextToken(tokens[index] ?? "") });
    element.title = `${showToken(tokens[index] ?? "")}  ${format(activation)}`;
    element.dataset.token = String(index);
    element.style.setProperty("--saec-heat-share", `${Math.round(85 * share)}%`);
    if (index === peak) element.classList.add("saec-heat-peak");
    return element;
  };
  const run = (from: number, to: number) => {
    const indices = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    return indices.flatMap((index) => [token(index), " "]);
  };
  const before = h(ui, "span", { class: "saec-context-run" }, ...run(Math.max(0, peak - BEFORE), peak));
  const after = h(
    ui,
    "span",
    { class: "saec-context-run" },
    ...run(peak, Math.min(tokens.length, peak + AFTER + 1)),
  );
  return h(
    ui,
    "div",
    { class: "saec-context", title: visible(tokens.join(" ")) },
    h(ui, "span", { class: "saec-number saec-context-value", text: format(activations[peak] ?? Number.NaN) }),
    h(ui, "span", { class: "saec-context-before" }, before),
    h(ui, "span", { class: "saec-context-after" }, after),
  );
}

/** In running text a leading blank is just a blank. */
function contextToken(token: string): string {
  return token.trim() === "" ? showToken(token) : visible(token.trim());
}
