/** The points by keyboard: the next one in each direction, Enter to select, Escape to leave. */

import type { ParetoActions } from "./actions.js";
import type { State } from "./state.js";

export function pressed(event: KeyboardEvent, state: Readonly<State>, actions: ParetoActions): void {
  const { points, hovered, selected } = state;
  const step = (axis: "x" | "y", by: number) => actions.look(next(state, axis, by));
  if (event.key === "ArrowRight") step("x", 1);
  else if (event.key === "ArrowLeft") step("x", -1);
  else if (event.key === "ArrowUp") step("y", 1);
  else if (event.key === "ArrowDown") step("y", -1);
  else if ((event.key === "Enter" || event.key === " ") && hovered !== null) {
    const name = points[hovered]?.name ?? null;
    actions.select(name === selected ? null : name);
  } else if (event.key === "Escape" && hovered !== null) actions.look(null);
  else if (event.key === "Escape" && selected !== null) actions.select(null);
  else return;
  event.preventDefault();
}

/** The point that follows along an axis; from nowhere, the selected one or the first. */
function next(
  { places, points, hovered, selected }: Readonly<State>,
  axis: "x" | "y",
  by: number,
): number | null {
  const order = [...places].sort((a, b) => a[axis] - b[axis] || a.point - b.point);
  const from = order.findIndex(({ point }) => point === hovered);
  if (from < 0) {
    const chosen = order.find(({ point }) => selected !== null && points[point]?.name === selected);
    return (chosen ?? order.at(by > 0 ? 0 : -1))?.point ?? null;
  }
  return order[Math.max(0, Math.min(order.length - 1, from + by))]?.point ?? null;
}
