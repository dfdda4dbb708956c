/** Names beside the nodes that matter most, each where nothing else is; what finds no room is left out. */

import { Kind } from "../../model/decode.js";
import { visible as seen, shorten } from "../../text.js";
import type { Drawing } from "../drawing.js";
import { BOLD } from "../layout.js";
import type { Rect, Text } from "../shapes.js";
import { haloOf } from "./halos.js";
import { createRoom, type Room } from "./room.js";
import { chips } from "./supernodes.js";

const SIZE = 11;
const LENGTH = 24;
const STRONGEST = 14;

export function nodeLabels(drawing: Drawing): Text[] {
  const { at, measure, palette, graph } = drawing;
  const groups = chips(drawing);
  const grouped = new Set(groups.flatMap(({ members }) => members));
  const room = createRoom(
    drawing,
    groups.map(({ box }) => box),
  );
  const labels: Text[] = [];
  for (const node of candidates(drawing)) {
    // The chip of a supernode speaks for its members.
    if (grouped.has(node) && node !== drawing.selected) continue;
    const important = node === drawing.active || node === drawing.selected;
    const text = shorten(seen(graph.label[node] ?? ""), important ? 36 : LENGTH);
    const spot = findSpot(drawing, node, measure(text, SIZE) * (important ? BOLD : 1) + 4, room);
    if (!spot) continue;
    room.take(spot.box);
    labels.push({
      type: "text",
      x: spot.x,
      y: spot.box.y + spot.box.height / 2,
      text,
      size: SIZE,
      bold: important,
      anchor: spot.anchor,
      rotate: 0,
      fill: important ? palette.accent : palette.ink,
      halo: palette.paper,
      alpha: drawing.active === null || important || drawing.lit.has(node) ? 1 : 0.75,
    });
  }
  return labels.filter((label) => label.x >= at.plot.x);
}

/** Best first: what is selected, edited, pinned, found, then the neighbours or the strongest. */
function candidates(drawing: Drawing): number[] {
  const { graph, visible, active, selected, pinned, edited, matches, lit } = drawing;
  const wanted: (number | null)[] = [selected, ...edited.keys(), ...pinned];
  if (matches) wanted.push(...[...matches].slice(0, STRONGEST));
  const neighbours = [...lit.entries()].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).map(([node]) => node);
  wanted.push(...neighbours.slice(0, STRONGEST));
  if (active === null && !matches) wanted.push(...strongest(drawing));
  return [...new Set(wanted)].filter(
    // The hovered node is named by its tooltip.
    (node): node is number =>
      node !== null && node !== drawing.hovered && visible.node[node] === 1 && isNamed(graph.kind[node] ?? 0),
  );
}

/** Tokens and targets are named by the frame; errors and biases say little. */
function isNamed(kind: number): boolean {
  return kind === Kind.feature;
}

function strongest({ graph, visible, zoom }: Drawing): number[] {
  const most = Math.round(STRONGEST * zoom);
  const found: number[] = [];
  for (const node of graph.strongest) {
    if (found.length >= most) break;
    if (visible.node[node] === 1 && graph.kind[node] === Kind.feature) found.push(node);
  }
  return found;
}

interface Spot {
  x: number;
  anchor: Text["anchor"];
  box: Rect;
}

function findSpot(drawing: Drawing, node: number, width: number, room: Room): Spot | null {
  const { at } = drawing;
  const x = at.x[node] ?? 0;
  const y = at.y[node] ?? 0;
  const ringed = node === drawing.active || node === drawing.selected;
  const moved = haloOf(drawing.graph, drawing.effect, node) !== 0;
  const gap = drawing.radius(node) + (moved ? 11 : ringed ? 8 : 5);
  const height = SIZE + 3;
  // Above and below, a name moves aside as far as the plot's edge asks.
  const half = width / 2;
  const middle = Math.max(at.plot.x + half, Math.min(x, at.plot.x + at.plot.width - half));
  const spots: Spot[] = [
    { x: x + gap, anchor: "start", box: { x: x + gap, y: y - height / 2, width, height } },
    { x: x - gap, anchor: "end", box: { x: x - gap - width, y: y - height / 2, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y - gap - height, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y + gap, width, height } },
  ];
  return spots.find(({ box }) => within(box, at.plot) && room.free(box)) ?? null;
}

function within(box: Rect, plot: Rect): boolean {
  const right = box.x + box.width <= plot.x + plot.width;
  return box.x >= plot.x && right && box.y >= plot.y && box.y + box.height <= plot.y + plot.height;
}
