/** The circuit as a file: SVG text or PNG bytes, from the scene that is on show. */

import type { Ui } from "../dom.js";
import type { Palette } from "../theme.js";
import { openCanvas, paint, paintClipped } from "./canvas.js";
import type { Scene } from "./shapes.js";
import { toSvg } from "./svg.js";

const TITLE_HEIGHT = 30;
const DENSITY = 2;

export function svgFile({ scene, palette }: { scene: Scene; palette: Palette }, title: string): Blob {
  const { paper, ink, font } = palette;
  return new Blob([toSvg(scene, { paper, ink, font, title })], { type: "image/svg+xml" });
}

export function pngFile(
  ui: Ui,
  { scene, palette }: { scene: Scene; palette: Palette },
  title: string,
): Promise<Blob | null> {
  const canvas = ui.doc.createElement("canvas");
  const { width, height, plot } = scene;
  const context = openCanvas(canvas, { width, height: height + TITLE_HEIGHT }, DENSITY);
  if (!context) return Promise.resolve(null);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height + TITLE_HEIGHT);
  const heading = { type: "text", x: 12, y: 16, text: title, size: 13, bold: true, anchor: "start" } as const;
  paint(context, [{ ...heading, rotate: 0, fill: palette.ink, halo: null, alpha: 1 }], palette.font);
  context.translate(0, TITLE_HEIGHT);
  for (const layer of [scene.back, scene.links, scene.focus, scene.nodes]) {
    paintClipped(context, layer, palette.font, plot);
  }
  paint(context, scene.frame, palette.font);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
