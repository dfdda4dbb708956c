/** The frame of the picture: a band a layer, layer names at the left, tokens below, targets on top. */

import type { Drawing } from "../drawing.js";
import { BOLD, LABEL_SIZE, SLANT, TARGET_LENGTH, TARGET_SLANT, targetLabel } from "../layout.js";
import type { Shape, Text } from "../shapes.js";

const text = (x: number, y: number, content: string, fill: string, more: Partial<Text> = {}): Text => ({
  type: "text",
  x,
  y,
  text: content,
  size: LABEL_SIZE,
  bold: false,
  anchor: "middle",
  rotate: 0,
  fill,
  halo: null,
  alpha: 1,
  ...more,
});

/** Alternate bands, and a hairline between tokens. */
export function grid({ at, palette }: Drawing): Shape[] {
  const shapes: Shape[] = [];
  const { plot } = at;
  for (const [index, row] of at.rows.entries()) {
    if (index % 2 === 0) continue;
    const box = { x: plot.x, y: row.mid - row.height / 2, width: plot.width, height: row.height };
    shapes.push({ type: "box", ...box, radius: 0, fill: palette.band, stroke: null, line: 0, alpha: 1 });
  }
  for (const column of at.columns.slice(1)) {
    const x = column.mid - column.width / 2;
    const points = [x, plot.y, x, plot.y + plot.height];
    shapes.push({
      type: "polygon",
      points,
      closed: false,
      fill: null,
      stroke: palette.faint,
      width: 0.6,
      alpha: 0.8,
    });
  }
  return shapes;
}

export function frame(drawing: Drawing): Shape[] {
  return [...layerNames(drawing), ...tokenLabels(drawing), ...targetLabels(drawing)];
}

function layerNames({ at, graph, palette }: Drawing): Shape[] {
  const { plot, rows } = at;
  const inside = rows.filter((row) => row.mid > plot.y - 1 && row.mid < plot.y + plot.height + 1);
  // Names keep 14 pixels apart: with many layers only every second, fifth … is written.
  const height = Math.max(1, rows[1]?.height ?? 1);
  const every = [1, 2, 5, 10, 20, 50].find((count) => count * height >= 14) ?? 50;
  return inside
    .filter((row) => row.layer < 0 || row.layer >= graph.meta.n_layers || row.layer % every === 0)
    .map((row) => {
      const name = row.layer < 0 ? "token" : row.layer >= graph.meta.n_layers ? "out" : `L${row.layer}`;
      return text(plot.x - 8, row.mid, name, palette.muted, { anchor: "end", size: 11 });
    });
}

/** Slanted lines of text this far apart, in pixels across, do not touch. */
const LINE = 17;

/** Labels at these places that have room beside each other; those of `first` before all others. */
function withRoom(
  places: readonly { index: number; x: number; half: number }[],
  first: (index: number) => boolean,
): Set<number> {
  const kept: { index: number; x: number; half: number }[] = [];
  for (const place of [...places].sort((a, b) => Number(first(b.index)) - Number(first(a.index)))) {
    if (kept.every(({ x, half }) => Math.abs(x - place.x) >= half + place.half)) kept.push(place);
  }
  return new Set(kept.map(({ index }) => index));
}

function tokenLabels({ at, graph, palette, measure, active, selected }: Drawing): Shape[] {
  const { plot, columns } = at;
  const y = plot.y + plot.height + 13;
  const marked = new Set(
    [active, selected].filter((node) => node !== null).map((node) => graph.position[node]),
  );
  const places = columns
    .map(({ mid }, index) => {
      const width = at.slanted ? LINE : measure(at.labels[index] ?? "", LABEL_SIZE) * BOLD + 2;
      return { index, x: mid, half: width / 2 };
    })
    .filter(({ x }) => x >= plot.x && x <= plot.x + plot.width);
  const kept = withRoom(places, (index) => marked.has(index));
  return columns.flatMap((column, position) => {
    if (!kept.has(position)) return [];
    const label = at.labels[position] ?? "";
    const fill = marked.has(position) ? palette.accent : palette.ink;
    const bold = marked.has(position);
    if (!at.slanted) return [text(column.mid, y, label, fill, { bold })];
    return [text(column.mid + 4, y - 3, label, fill, { anchor: "end", rotate: -SLANT, bold })];
  });
}

/** One target reads across; several stand slanted above their nodes, as many as have room. */
function targetLabels({ at, graph, palette, measure, active, selected }: Drawing): Shape[] {
  const { plot, targets } = at;
  const places = targets
    .map((node) => ({ index: node, x: at.x[node] ?? Number.NaN, half: LINE / 2 }))
    .filter(({ x }) => x >= plot.x && x <= plot.x + plot.width);
  const kept = withRoom(places, (node) => node === active || node === selected);
  return targets.flatMap((node) => {
    if (!kept.has(node)) return [];
    const x = at.x[node] ?? Number.NaN;
    const label = targetLabel(graph, node, targets.length > 1 ? TARGET_LENGTH : 40);
    const fill = node === selected ? palette.accent : palette.ink;
    if (targets.length > 1) {
      return [text(x + 2, plot.y - 8, label, fill, { anchor: "end", rotate: TARGET_SLANT, bold: true })];
    }
    const half = (measure(label, LABEL_SIZE + 1) / 2) * BOLD + 4;
    const middle = Math.max(plot.x + half, Math.min(plot.x + plot.width - half, x));
    return [text(middle, plot.y - 13, label, fill, { bold: true, size: LABEL_SIZE + 1 })];
  });
}
