/** The features by keyboard, in the order of the map. */

import type { CrosscoderActions } from "./actions.js";
import type { State } from "./state.js";

const PAGE = 25;

export function pressed(
  event: KeyboardEvent,
  state: Readonly<State>,
  actions: CrosscoderActions,
  search: () => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { order, hovered, selected, brush, chosen } = state;
  const last = order.length - 1;
  const at = order.indexOf(hovered ?? selected ?? -1);
  const go = (rank: number) => actions.hover(order[Math.max(0, Math.min(last, rank))] ?? null);
  const moves: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowLeft: at < 0 ? last : at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: last,
  };
  const to = moves[event.key];
  if (to !== undefined) go(to);
  else if ((event.key === "Enter" || event.key === " ") && hovered !== null)
    actions.select(hovered === selected ? null : hovered);
  else if (event.key === "/") search();
  else if (event.key === "Escape" && hovered !== null) actions.hover(null);
  else if (event.key === "Escape" && (brush !== null || chosen.size > 0)) actions.brush(null);
  else if (event.key === "Escape" && selected !== null) actions.select(null);
  else return;
  event.preventDefault();
}
