/** Beside the picture: the clicked feature with its true neighbours; below it what was found or chosen, or the clusters. */

import { h, type Ui } from "../dom.js";
import { percent, visible } from "../text.js";
import type { AtlasActions } from "./actions.js";
import { type Atlas, closest, nameOf } from "./decode.js";
import { clusterName, facts, labelOf } from "./describe.js";
import type { AtlasStore, State } from "./state.js";

const MOST_ROWS = 60;

export function sidePanel(ui: Ui, store: AtlasStore, actions: AtlasActions): HTMLElement {
  const feature = h(ui, "section", {
    class: "saec-atlas-feature",
    attrs: { "aria-label": "Selected feature" },
  });
  const list = h(ui, "section", { attrs: { "aria-label": "Features and clusters" } });
  store.watch(["atlas", "selected"], (state) => feature.replaceChildren(...selectedView(ui, state, actions)));
  store.watch(["atlas", "found", "chosen"], (state) => list.replaceChildren(...listView(ui, state, actions)));
  store.watch(["atlas", "found", "chosen", "selected", "hovered"], (state) => mark(feature, list, state));
  return h(ui, "div", { class: "saec-atlas-side" }, feature, list);
}

function mark(feature: HTMLElement, list: HTMLElement, { hovered, selected }: Readonly<State>): void {
  for (const row of [feature, list].flatMap((part) => [
    ...part.querySelectorAll<HTMLElement>("[data-row]"),
  ])) {
    row.classList.toggle("saec-on", row.dataset.row === String(hovered));
    if (row.matches("button")) row.setAttribute("aria-pressed", String(row.dataset.row === String(selected)));
  }
}

function selectedView(ui: Ui, { atlas, selected }: Readonly<State>, actions: AtlasActions): HTMLElement[] {
  if (!atlas) return [];
  if (selected === null)
    return [
      h(ui, "p", { class: "saec-hint", text: "Click a point to see what lies closest to it in truth." }),
    ];
  const cluster = clusterName(atlas, selected);
  const near = closest(atlas, selected);
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: labelOf(atlas, selected) })),
      h(ui, "button", {
        class: "saec-button saec-button-small saec-clear",
        text: "✕",
        title: "Select nothing",
        attrs: { "aria-label": "Select nothing" },
        on: { click: () => actions.select(null) },
      }),
    ),
    h(ui, "div", {
      class: "saec-caption",
      text: [visible(nameOf(atlas, selected)), ...facts(atlas, selected)].join(" · "),
    }),
    h(
      ui,
      "div",
      { class: "saec-caption" },
      cluster ? "cluster " : "in no cluster",
      cluster && h(ui, "bdi", { text: cluster }),
    ),
    ...(near.length === 0
      ? []
      : [
          heading(ui, "Closest directions", "cosine"),
          ...near.map(({ row, cosine }) => featureRow(ui, atlas, row, actions, cosine)),
        ]),
  ];
}

function listView(ui: Ui, { atlas, found, chosen }: Readonly<State>, actions: AtlasActions): HTMLElement[] {
  if (!atlas) return [];
  const parts: HTMLElement[] = [];
  if (found) {
    const all = actionButton(ui, "Choose all", "Choose what was found", () => actions.choose(found));
    parts.push(...rowsView(ui, atlas, `${found.length} found`, found, actions, found.length > 0 && all));
  }
  if (chosen.size > 0) {
    const clear = actionButton(ui, "Clear", "Choose nothing", () => actions.choose([]));
    parts.push(...rowsView(ui, atlas, `${chosen.size} chosen`, [...chosen], actions, clear));
  }
  return parts.length > 0 ? parts : clusterView(ui, atlas, actions);
}

function rowsView(
  ui: Ui,
  atlas: Atlas,
  title: string,
  rows: readonly number[],
  actions: AtlasActions,
  button: HTMLElement | false,
): HTMLElement[] {
  const more = rows.length - MOST_ROWS;
  return [
    heading(ui, title, "", button),
    ...rows.slice(0, MOST_ROWS).map((row) => featureRow(ui, atlas, row, actions)),
    ...(more > 0 ? [h(ui, "p", { class: "saec-hint", text: `and ${more} more` })] : []),
  ];
}

function clusterView(ui: Ui, atlas: Atlas, actions: AtlasActions): HTMLElement[] {
  const { clusters, size } = atlas;
  if (clusters.length === 0) return [];
  const members = clusters.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    heading(ui, `${clusters.length} clusters`, `${percent(members / Math.max(1, size))} of features`),
    ...clusters.slice(0, MOST_ROWS).map(({ name, rows }, number) => {
      const here = () => actions.emphasise(number);
      const away = () => actions.emphasise(null);
      return h(
        ui,
        "button",
        {
          class: "saec-atlas-row",
          title: "Choose the features of this cluster",
          on: {
            click: () => actions.choose(rows),
            pointerenter: here,
            pointerleave: away,
            focus: here,
            blur: away,
          },
        },
        h(ui, "bdi", { class: "saec-atlas-name", text: visible(name) }),
        h(ui, "span", { class: "saec-number saec-caption", text: String(rows.length) }),
      );
    }),
  ];
}

function heading(ui: Ui, title: string, note: string, button: HTMLElement | false = false): HTMLElement {
  return h(
    ui,
    "div",
    { class: "saec-atlas-heading" },
    h(ui, "span", { class: "saec-subtitle", text: title }),
    h(ui, "span", { class: "saec-caption", text: note }),
    button,
  );
}

function actionButton(ui: Ui, text: string, title: string, click: () => void): HTMLElement {
  return h(ui, "button", { class: "saec-button saec-button-small", text, title, on: { click } });
}

/** A feature as a row; with a cosine, a bar behind it. */
function featureRow(
  ui: Ui,
  atlas: Atlas,
  row: number,
  actions: AtlasActions,
  cosine: number | null = null,
): HTMLElement {
  const here = () => actions.hover(row);
  const away = () => actions.hover(null);
  const several = atlas.sets.length > 1;
  const name = visible(nameOf(atlas, row));
  const short = several || !atlas.labels[row] ? name : `/${atlas.feature[row]}`;
  const bar = h(ui, "span", { class: "saec-row-bar saec-bar-neutral" });
  bar.style.width = `${Math.round(100 * Math.max(0, cosine ?? 0))}%`;
  return h(
    ui,
    "button",
    {
      class: "saec-atlas-row",
      title: name,
      attrs: { "data-row": row },
      on: {
        click: () => actions.select(row),
        pointerenter: here,
        pointerleave: away,
        focus: here,
        blur: away,
      },
    },
    cosine !== null && bar,
    h(ui, "bdi", { class: "saec-atlas-name", text: labelOf(atlas, row) }),
    h(ui, "span", { class: "saec-caption saec-atlas-short", text: atlas.labels[row] ? short : "" }),
    h(ui, "span", {
      class: "saec-number",
      text: cosine === null ? "" : cosine.toFixed(2).replace("-", "−"),
    }),
  );
}
