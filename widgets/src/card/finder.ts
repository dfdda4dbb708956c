/**
 * A box that finds features by number or by words of their labels, with a list below. What is found and highlighted is
 * told to screen readers in words: a combobox would have to name its list by an id, and nothing here has one.
 */

import { h, type Ui } from "../dom.js";
import { visible } from "../text.js";
import type { FoundFeature } from "./traits.js";

/** Pause after the last key before Python is asked. */
const PAUSE_MS = 150;

/** `find` asks Python and `choose` is told of the feature; an answer that comes after a newer question is let be. */
export function finder(
  ui: Ui,
  find: (text: string) => Promise<FoundFeature[]>,
  choose: (feature: string) => void,
): HTMLElement {
  let found: FoundFeature[] = [];
  let at = -1;
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const list = h(ui, "div", {
    class: "saec-found",
    attrs: { role: "listbox", "aria-label": "Features", hidden: true },
  });
  const said = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const input = h(ui, "input", {
    class: "saec-input saec-find",
    attrs: {
      type: "search",
      "aria-label":
        "Find a feature by number or words of its label. The arrow keys go through what is found, Enter shows it.",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "Find a feature: 3/203 or words of its label",
    },
  });

  const close = () => {
    list.hidden = true;
    at = -1;
  };
  const pick = (feature: string) => {
    asked++;
    input.value = "";
    close();
    choose(feature);
  };
  const highlight = (index: number) => {
    at = index;
    for (const [i, option] of [...list.children].entries()) {
      option.classList.toggle("saec-on", i === at);
      option.setAttribute("aria-selected", String(i === at));
      if (i === at) option.scrollIntoView?.({ block: "nearest" });
    }
    const chosen = found[at];
    if (chosen) said.textContent = `${chosen.feature}: ${visible(chosen.label)}`;
  };
  function show(): void {
    list.replaceChildren(
      ...found.map(({ feature, label }, index) =>
        h(
          ui,
          "div",
          {
            class: "saec-found-row",
            attrs: { role: "option", "aria-selected": "false" },
            on: {
              pointerdown: (event) => event.preventDefault(), // the box keeps the focus
              click: () => pick(feature),
              pointerenter: () => highlight(index),
            },
          },
          h(ui, "bdi", { class: "saec-token-name", text: visible(label) }),
          h(ui, "span", { class: "saec-caption", text: feature }),
        ),
      ),
    );
    if (found.length === 0) list.replaceChildren(h(ui, "p", { class: "saec-hint", text: "Nothing found" }));
    list.hidden = false;
    said.textContent = `${found.length} found`;
    at = -1;
  }
  async function ask(): Promise<void> {
    const mine = ++asked;
    const text = input.value.trim();
    if (text === "") return close();
    const answer = await find(text);
    if (mine !== asked || ui.signal.aborted) return;
    found = answer;
    show();
  }
  const handlers: [string, (event: Event) => void][] = [
    [
      "input",
      () => {
        clearTimeout(timer);
        timer = setTimeout(() => void ask(), PAUSE_MS);
      },
    ],
    ["blur", close],
    [
      "keydown",
      (event) => {
        const { key } = event as KeyboardEvent;
        if (key === "ArrowDown" && !list.hidden) highlight(Math.min(found.length - 1, at + 1));
        else if (key === "ArrowUp" && !list.hidden) highlight(Math.max(0, at - 1));
        else if (key === "Escape" && !list.hidden) close();
        else if (key === "Enter" && !list.hidden && found.length > 0)
          pick((found[at] ?? found[0])?.feature ?? "");
        else if (key === "Enter") void ask();
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    ],
  ];
  for (const [name, handler] of handlers) input.addEventListener(name, handler, { signal: ui.signal });
  ui.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return h(ui, "div", { class: "saec-finder" }, input, list, said);
}
