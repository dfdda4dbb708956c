/** What the ticked patches do together: the answer, the share of the gap, and the next tokens before and after. */

import { h, type Ui } from "../dom.js";
import { typed } from "../model/decode.js";
import { bars } from "../panels/output.js";
import { percent, shorten, showToken, signed, visible } from "../text.js";
import { type Board, partsOf, tokensOf } from "./cells.js";
import { toneOf } from "./side.js";
import type { PatchActions, PatchStore, State } from "./state.js";
import type { PatchEffectTrait } from "./traits.js";

const ROWS = 6;

export function outputPanel(ui: Ui, store: PatchStore, actions: PatchActions): HTMLElement {
  const chips = h(ui, "div", { class: "saec-chips", attrs: { role: "list", "aria-label": "Patches" } });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Clear",
    title: "Take all patches back",
    on: { click: actions.clear },
  });
  const row = h(ui, "div", { class: "saec-patch-ticked" }, chips, clear);
  const head = h(ui, "div", { class: "saec-headline", attrs: { "aria-live": "polite" } });
  const chart = h(ui, "div", { class: "saec-chart" });
  const hint = h(ui, "p", {
    class: "saec-hint",
    text: "Nothing is patched yet. Click a square, then tick all of it or single features: what they do together appears here.",
  });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-patch-output", attrs: { "aria-label": "Output" } },
    h(ui, "h3", { class: "saec-subtitle", text: "Output" }),
    row,
    hint,
    head,
    chart,
  );
  store.watch(["ticked", "board", "features", "noising"], (state) => {
    const { ticked, board } = state;
    hint.hidden = ticked.length > 0;
    row.hidden = ticked.length === 0;
    chips.replaceChildren(...(board ? ticked.map((id) => chip(ui, board, state, id, actions)) : []));
  });
  store.watch(["effect", "board", "noising"], ({ effect, board, noising }) => {
    head.replaceChildren(
      ...(effect && board && effect.share !== null ? verdict(ui, effect, board.target) : []),
    );
    chart.replaceChildren(...(effect ? chances(ui, effect, noising) : []));
  });
  store.watch(["waiting"], ({ waiting }) => element.classList.toggle("saec-pending", waiting));
  return element;
}

function chip(ui: Ui, board: Board, state: Readonly<State>, id: string, actions: PatchActions): HTMLElement {
  const { dictionary, feature, place } = partsOf(id);
  const known = state.features?.features.find((each) => each.id === id);
  const name = visible(feature === null ? `${dictionary}, all` : known?.label || `${dictionary}/${feature}`);
  const where = `at “${showToken(tokensOf(board, state.noising).base[place] ?? "")}”`;
  return h(
    ui,
    "span",
    { class: "saec-chip", attrs: { role: "listitem" }, title: visible(id) },
    h(ui, "bdi", { class: "saec-strong", text: shorten(name, 26) }),
    h(ui, "span", { class: "saec-chip-what", text: where }),
    h(ui, "button", {
      class: "saec-chip-remove",
      text: "✕",
      title: "Take this patch back",
      attrs: { "aria-label": `Take back: ${name} ${where}` },
      on: { click: () => actions.tick(id) },
    }),
  );
}

function verdict(ui: Ui, effect: PatchEffectTrait, target: string): HTMLElement[] {
  const { top_before: was, top_after: is, share } = effect;
  const changed = was !== is;
  const answer = (text: string, kind: string) =>
    h(ui, "span", { class: `saec-answer ${kind}` }, h(ui, "bdi", { text: showToken(text) }));
  const arrow = () =>
    h(ui, "span", { class: "saec-arrow", text: "→", attrs: { role: "img", "aria-label": "becomes" } });
  return [
    h(
      ui,
      "div",
      { class: `saec-verdict${changed ? " saec-changed" : ""}` },
      h(ui, "span", { class: "saec-caption", text: changed ? "Answer changes" : "Answer stays" }),
      answer(was, "saec-answer-before"),
      ...(changed ? [arrow(), answer(is, "saec-answer-after")] : []),
    ),
    h(
      ui,
      "div",
      { class: "saec-verdict" },
      h(ui, "bdi", { class: "saec-caption", text: shorten(visible(target), 30) }),
      h(ui, "span", { class: "saec-number", text: signed(effect.target_before) }),
      arrow(),
      h(ui, "span", { class: "saec-number saec-strong", text: signed(effect.target_after) }),
      h(ui, "span", {
        class: `saec-number saec-patch-share ${toneOf(share ?? 0)}`,
        text: `${percentOf(share ?? 0)} of the gap`,
      }),
    ),
  ];
}

function percentOf(share: number): string {
  return share < 0 ? `−${percent(-share)}` : percent(share);
}

/** Before and after the patches; without any, the two prompts beside one another. */
function chances(ui: Ui, effect: PatchEffectTrait, noising: boolean): HTMLElement[] {
  const [before, after] = [typed(effect.before, Float32Array), typed(effect.after, Float32Array)];
  const rows = effect.tokens.slice(0, ROWS).map((token, i) => ({
    token,
    before: before[i] ?? Number.NaN,
    after: after[i] ?? Number.NaN,
  }));
  const prompts = noising ? ["clean", "corrupted"] : ["corrupted", "clean"];
  const names =
    effect.share === null ? prompts.map((name) => `${name} prompt`) : ["before", "with the patches"];
  const item = (kind: string, text: string | undefined) =>
    h(ui, "span", { class: "saec-key-item" }, h(ui, "span", { class: `saec-swatch ${kind}` }), text);
  return [
    h(
      ui,
      "div",
      { class: "saec-key" },
      item("saec-swatch-before", names[0]),
      item("saec-swatch-after", names[1]),
    ),
    ...rows.map((row) => bars(ui, row, true)),
  ];
}
