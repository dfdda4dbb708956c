/** The picture as a file: the points as they are on show, with the names of their clusters. */

import type { Ui } from "../dom.js";
import { pngFile, svgFile } from "../graph/picture.js";
import type { Scene, Shape } from "../graph/shapes.js";
import type { Palette } from "../theme.js";
import type { Atlas } from "./decode.js";
import type { Looks } from "./looks.js";
import { NAME_SIZE, type Name } from "./names.js";
import { growth } from "./paint.js";
import { toScreen, type View } from "./view.js";

export interface Picture {
  atlas: Atlas;
  looks: Looks;
  view: View;
  colours: readonly string[];
  names: readonly Name[];
  palette: Palette;
}

/** What lies in the frame, as a draw list. */
export function sceneOf({ atlas, looks, view, colours, names, palette }: Picture): Scene {
  const points: Shape[] = [];
  for (const row of looks.order) {
    const { x, y } = toScreen(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    const fill = colours[looks.colour[row] ?? 0] ?? palette.node;
    const r = (looks.radius[row] ?? 2) * growth(view);
    points.push({ type: "circle", x, y, r, fill, stroke: palette.paper, width: 0.8, alpha: 1 });
  }
  const texts = names.map(({ x, y, text }): Shape => {
    const look = { size: NAME_SIZE, bold: true, anchor: "middle", rotate: 0, alpha: 1 } as const;
    return { type: "text", x, y, text, fill: palette.ink, halo: palette.paper, ...look };
  });
  const plot = { x: 0, y: 0, width: view.width, height: view.height };
  return {
    width: view.width,
    height: view.height,
    plot,
    back: [],
    links: [],
    focus: [],
    nodes: points,
    frame: texts,
  };
}

export function fileOf(ui: Ui, picture: Picture, kind: "png" | "svg", title: string): Promise<Blob | null> {
  const drawn = { scene: sceneOf(picture), palette: picture.palette };
  return kind === "svg" ? Promise.resolve(svgFile(drawn, title)) : pngFile(ui, drawn, title);
}
