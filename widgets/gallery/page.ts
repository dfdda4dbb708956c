/** The gallery page: every widget on fixed data, with a kernel that is made up. Options come from the address. */

import { h, type Ui } from "../src/dom.js";
import type { Exhibit, Traits } from "./exhibit.js";
import { EXHIBITS } from "./exhibits.js";
import type { FakeModel } from "./fake_model.js";
import { exampleSweep } from "./sweep.js";

const options = new URLSearchParams(location.search);
const page = document.documentElement;
page.dataset.theme = options.get("theme") ?? "light";

const ui: Ui = { doc: document, signal: new AbortController().signal };
const names = options.get("only")?.split(" ");
const shown = EXHIBITS.filter(({ name }) => !names || names.includes(name));
const models: Record<string, FakeModel<Traits>> = {};
for (const { name } of EXHIBITS) if (!shown.some((each) => each.name === name)) forget(name);

document.body.append(head(shown), h(ui, "main", {}, ...shown.map(section)));
if (options.get("grow") === "1") grow(Number(options.get("entries") ?? 240));
/** For the console and for tests: the models, and the widgets to open again. */
Object.assign(globalThis, {
  gallery: { models, open, names: shown.map(({ name }) => name), all: EXHIBITS.map(({ name }) => name) },
});
page.dataset.ready = "1";

/** Alone on the page a widget has its own style sheet and no other, as in a notebook that shows only this one. */
function forget(name: string): void {
  document.querySelector(`style[data-widget="${name}"]`)?.remove();
}

/** One more view of a widget on a model of its own, for `el`; the clean-up of the view. */
function open(name: string, el: HTMLElement, options = new URLSearchParams()): () => void {
  const found = EXHIBITS.find((each) => each.name === name);
  if (!found) throw new RangeError(`There is no widget ${name}; known are ${EXHIBITS.map((e) => e.name)}.`);
  return found.render(found.open(options).model, el);
}

function head(exhibits: readonly Exhibit[]): HTMLElement {
  const link = ({ name, title }: Exhibit) =>
    h(ui, "li", {}, h(ui, "a", { text: title, attrs: { href: `#${name}` } }));
  const dark = h(ui, "button", {
    class: "page-theme",
    attrs: { "aria-pressed": String(page.dataset.theme === "dark") },
    text: "Dark",
    on: {
      click() {
        page.dataset.theme = page.dataset.theme === "dark" ? "light" : "dark";
        dark.setAttribute("aria-pressed", String(page.dataset.theme === "dark"));
      },
    },
  });
  return h(
    ui,
    "header",
    { class: "page-head" },
    h(ui, "div", { class: "page-title" }, h(ui, "h1", { text: "Widgets of saecircuits" }), dark),
    h(ui, "p", {
      text: "On fixed data, without a notebook: what Python would answer is made up, and the same every time.",
    }),
    h(ui, "nav", { attrs: { "aria-label": "Widgets" } }, h(ui, "ul", {}, ...exhibits.map(link))),
  );
}

function section(exhibit: Exhibit): HTMLElement {
  const { name, title, says } = exhibit;
  const place = h(ui, "div", { class: "page-widget" });
  const model = exhibit.open(options);
  models[name] = model;
  exhibit.render(model.model, place);
  return h(
    ui,
    "section",
    { attrs: { id: name, "aria-labelledby": `${name}-title` } },
    h(ui, "h2", { text: title, attrs: { id: `${name}-title` } }),
    h(ui, "p", { text: says }),
    place,
  );
}

/** Goes on with the made-up training, an entry a tick. */
function grow(entries: number): void {
  const total = Number(options.get("total") ?? 400);
  const { past, recent, latest, progress } = exampleSweep({
    runs: Number(options.get("runs") ?? 6),
    total,
    entries,
  });
  for (const [name, value] of Object.entries({ past, recent, latest, progress }))
    models.training_monitor?.model.set(name, value);
  if (entries < total) setTimeout(() => grow(entries + 1), 250);
}
