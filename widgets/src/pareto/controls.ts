/** What is shown on the axes, and the legend of the groups. */

import { look, outline } from "../chart/series.js";
import { h, s, type Ui } from "../dom.js";
import { visible } from "../text.js";
import type { ParetoActions } from "./actions.js";
import { direction, scoreName } from "./describe.js";
import type { ParetoStore, State } from "./state.js";

export function paretoControls(ui: Ui, store: ParetoStore, actions: ParetoActions): HTMLElement {
  const up = choice(ui, "y", "Up", actions);
  const across = choice(ui, "x", "Across", actions);
  const missing = h(ui, "span", { class: "saec-caption saec-missing" });
  const legend = h(ui, "div", { class: "saec-groups", attrs: { role: "group", "aria-label": "Groups" } });

  store.watch(["scores", "x", "y", "lower"], (state) => {
    up.update(state);
    across.update(state);
  });
  store.watch(["points", "places"], ({ points, places, x, y }) => {
    const without = points.length - places.length;
    const both = `${scoreName(x)} and ${scoreName(y)}`;
    missing.textContent = without === 0 ? "" : `${without} of ${points.length} without ${both}`;
  });
  store.watch(["points", "groups"], ({ points, groups }) => {
    const widths = new Set(points.map(({ width }) => width));
    legend.hidden = groups.length === 1 && groups[0] === "" && widths.size < 2;
    legend.replaceChildren(
      ...groups.map((group, i) => groupKey(ui, group, i, actions)),
      ...(widths.size > 1
        ? [h(ui, "span", { class: "saec-caption", text: "size: number of features" })]
        : []),
    );
  });
  store.watch(["group"], ({ group, groups }) => {
    for (const [i, key] of [...legend.querySelectorAll("button")].entries())
      key.classList.toggle("saec-on", groups[i] === group);
  });
  return h(
    ui,
    "div",
    { class: "saec-pareto-head" },
    up.element,
    across.element,
    missing,
    h(ui, "div", { class: "saec-spacer" }),
    legend,
  );
}

function choice(ui: Ui, axis: "x" | "y", name: string, actions: ParetoActions) {
  const select = h(ui, "select", {
    class: `saec-input saec-select-${axis}`,
    on: { change: () => actions.show(axis, select.value) },
  });
  const tip = h(ui, "span", { class: "saec-caption" });
  const element = h(
    ui,
    "label",
    { class: "saec-field" },
    h(ui, "span", { class: "saec-caption", text: name }),
    select,
    tip,
  );
  let listed: readonly string[] = [];
  return {
    element,
    update(state: Readonly<State>) {
      if (listed !== state.scores) {
        listed = state.scores;
        select.replaceChildren(
          ...listed.map((score) => h(ui, "option", { text: scoreName(score), attrs: { value: score } })),
        );
      }
      select.value = state[axis];
      tip.textContent = direction(state, axis);
    },
  };
}

function groupKey(ui: Ui, group: string, number: number, actions: ParetoActions): HTMLElement {
  const { colour, shape } = look(number);
  const svg = s(ui, "svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
  svg.append(s(ui, "path", { class: "saec-point-mark", d: outline(shape, 4.6), style: `fill:${colour}` }));
  const here = () => actions.lookAtGroup(group);
  const away = () => actions.lookAtGroup(null);
  return h(
    ui,
    "button",
    {
      class: "saec-group-key",
      title: "Shows the points of this group",
      on: { pointerenter: here, pointerleave: away, focus: here, blur: away },
    },
    svg,
    h(ui, "bdi", { text: visible(group) || "no group" }),
  );
}
