/** Features as arrows in the plane of two neurons; with more neurons, how long each direction is and what it shares. */

import { round } from "../chart/series.js";
import { s, type Ui } from "../dom.js";
import { format } from "../text.js";
import { direction, gram, latents, type Toy } from "./decode.js";

const SIZE = 230;
const REACH = 1.5;
/** Latents reach beyond the features that they lie on. */
const BEYOND = 1.38;
const HEAD = 7;

export function directions(ui: Ui, toy: Toy, level: number): SVGElement {
  return toy.neurons === 2 ? plane(ui, toy, level) : lengths(ui, toy, level);
}

function plane(ui: Ui, toy: Toy, level: number): SVGElement {
  const middle = SIZE / 2;
  const at = (value: number) => middle + (value / REACH) * (middle - 14);
  const features = Array.from({ length: toy.features }, (_, i) => direction(toy, level, i));
  const axis = (x1: number, y1: number, x2: number, y2: number) =>
    s(ui, "line", { class: "saec-notch", x1, y1, x2, y2 });
  const marks: SVGElement[] = [
    axis(8, middle, SIZE - 8, middle),
    axis(middle, 8, middle, SIZE - 8),
    s(ui, "circle", { class: "saec-toy-unit", cx: middle, cy: middle, r: round(at(1) - middle) }),
  ];
  for (const [x = 0, y = 0] of latents(toy, level))
    marks.push(
      s(ui, "line", {
        class: "saec-toy-latent",
        x1: middle,
        y1: middle,
        x2: round(at(BEYOND * x)),
        y2: round(at(-BEYOND * y)),
      }),
    );
  for (const [i, [x = 0, y = 0]] of features.entries()) {
    const size = Math.hypot(x, y);
    if (size < 0.04) continue;
    marks.push(arrow(ui, middle, at(x), at(-y)));
    // Beside the arrow, so that what lies in its direction can be seen.
    const [dx, dy] = [(0.12 * y) / size, (-0.12 * x) / size];
    marks.push(
      s(
        ui,
        "text",
        {
          class: "saec-toy-number",
          x: round(at(0.82 * x + dx)),
          y: round(at(-0.82 * y - dy) + 4),
          "text-anchor": "middle",
        },
        String(i + 1),
      ),
    );
  }
  const told = features.map((each, i) => `${i + 1}: ${each.map(format).join(", ")}`).join("; ");
  return picture(ui, SIZE, `Directions of the features in the plane of the two neurons. ${told}`, marks);
}

function arrow(ui: Ui, middle: number, x: number, y: number): SVGElement {
  const angle = Math.atan2(y - middle, x - middle);
  const size = Math.min(HEAD, Math.hypot(x - middle, y - middle));
  const wing = (turn: number) =>
    `L${round(x - size * Math.cos(angle + turn))},${round(y - size * Math.sin(angle + turn))}`;
  const d = `M${round(middle)},${round(middle)}L${round(x)},${round(y)}M${round(x)},${round(y)}${wing(0.45)}M${round(x)},${round(y)}${wing(-0.45)}`;
  return s(ui, "path", { class: "saec-toy-arrow", d });
}

/** Length of each direction, and beside it how much of other features lies along it. */
function lengths(ui: Ui, toy: Toy, level: number): SVGElement {
  const products = gram(toy, level);
  const sizes = products.map((row, i) => Math.sqrt(row[i] ?? 0));
  const shared = products.map((row, i) => {
    const own = row[i] ?? 0;
    return own > 1e-6 ? row.reduce((sum, value, j) => sum + (i === j ? 0 : value ** 2), 0) / own : 0;
  });
  const step = Math.min(26, (SIZE - 26) / toy.features);
  const most = Math.max(1.25, ...sizes, ...shared);
  const scale = (value: number) => (value / most) * (SIZE - 34);
  const every = Math.ceil(toy.features / 14);
  const marks = sizes.flatMap((size, i) => {
    const y = 20 + i * step;
    const bar = (kind: string, value: number, top: number) =>
      s(ui, "rect", {
        class: kind,
        x: 24,
        y: round(y + top),
        width: round(Math.max(0.5, scale(value))),
        height: round(step * 0.38),
      });
    const name = s(
      ui,
      "text",
      { class: "saec-tick", x: 19, y: round(y + step * 0.4 + 3.5), "text-anchor": "end" },
      i % every === 0 ? String(i + 1) : "",
    );
    return [name, bar("saec-toy-length", size, 0), bar("saec-toy-shared", shared[i] ?? 0, step * 0.4)];
  });
  marks.push(
    s(ui, "line", { class: "saec-notch", x1: 24 + scale(1), x2: 24 + scale(1), y1: 14, y2: SIZE - 4 }),
    s(ui, "text", { class: "saec-tick", x: 24 + scale(1), y: 11, "text-anchor": "middle" }, "1"),
  );
  const told = sizes.map((size, i) => `${i + 1}: ${format(size)}`).join("; ");
  return picture(ui, SIZE, `Lengths of the features' directions. ${told}`, marks);
}

/** `WᵀW`: what comes out for each feature that goes in. */
export function heat(ui: Ui, toy: Toy, level: number): SVGElement {
  const rows = gram(toy, level);
  const cell = (SIZE - 22) / toy.features;
  const marks = rows.flatMap((row, i) =>
    row.flatMap((value, j) => {
      const box = {
        x: round(20 + j * cell),
        y: round(18 + i * cell),
        width: round(cell - 1),
        height: round(cell - 1),
      };
      const share = Math.min(1, Math.abs(value));
      const kind = value >= 0 ? "saec-toy-plus" : "saec-toy-minus";
      const marks = [s(ui, "rect", { class: kind, "fill-opacity": share.toFixed(3), ...box })];
      marks[0]?.append(s(ui, "title", {}, `${j + 1} in, ${i + 1} out: ${format(value)}`));
      // The sign a second way: a dash in the cells that take away.
      if (value < -0.15 && cell > 9) {
        const y = round(box.y + box.height / 2);
        const x = box.x + box.width / 2;
        marks.push(
          s(ui, "line", { class: "saec-toy-dash", x1: round(x - 3), x2: round(x + 3), y1: y, y2: y }),
        );
      }
      return marks;
    }),
  );
  const every = Math.ceil(toy.features / 10);
  for (let i = 0; i < toy.features; i += every) {
    const middle = (i + 0.5) * cell;
    marks.push(
      s(
        ui,
        "text",
        { class: "saec-tick", x: round(20 + middle), y: 12, "text-anchor": "middle" },
        String(i + 1),
      ),
      s(
        ui,
        "text",
        { class: "saec-tick", x: 15, y: round(21 + middle), "text-anchor": "end" },
        String(i + 1),
      ),
    );
  }
  return picture(ui, SIZE, "W transposed times W, feature by feature", marks);
}

function picture(ui: Ui, size: number, label: string, marks: SVGElement[]): SVGElement {
  return s(
    ui,
    "svg",
    {
      class: "saec-plot saec-toy-picture",
      width: size,
      height: size,
      viewBox: `0 0 ${size} ${size}`,
      role: "img",
      "aria-label": label,
    },
    ...marks,
  );
}
