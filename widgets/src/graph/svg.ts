/** Writes a scene as one SVG document, from the same draw list as the canvas. */

import { bend, DASH, type Scene, type Shape } from "./shapes.js";

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// Control characters are not allowed in XML, even escaped.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must go
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, "").replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

type Attributes = Record<string, string | number | null | undefined>;

function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escapeXml(value ?? "")}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

const round = (value: number) => String(Math.round(value * 100) / 100);

/** The document; `title` is drawn above the picture and names it for screen readers. */
export function toSvg(
  scene: Scene,
  options: { paper: string; ink: string; font: string; title: string },
): string {
  const { width, height, plot } = scene;
  const top = options.title === "" ? 0 : 30;
  const title = { x: 12, y: 20, "font-size": 13, "font-weight": 600, fill: options.ink };
  const clipped = [scene.back, scene.links, scene.focus, scene.nodes].map((layer) =>
    layer.map(shapeToSvg).join("\n"),
  );
  const clip = element("clipPath", { id: "saec-plot" }, element("rect", { ...plot }));
  const body = [
    element("title", {}, escapeXml(options.title) || " "),
    element("defs", {}, clip),
    element("rect", { width, height: height + top, fill: options.paper }),
    options.title === "" ? "" : element("text", title, escapeXml(options.title)),
    `<g transform="translate(0 ${top})">`,
    `<g clip-path="url(#saec-plot)">`,
    ...clipped,
    "</g>",
    ...scene.frame.map(shapeToSvg),
    "</g>",
  ];
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height: height + top,
    viewBox: `0 0 ${round(width)} ${round(height + top)}`,
    "font-family": options.font,
  };
  return `${element("svg", root, `\n${body.filter(Boolean).join("\n")}\n`)}\n`;
}

function shapeToSvg(shape: Shape): string {
  const opacity = shape.alpha < 1 ? shape.alpha : null;
  switch (shape.type) {
    case "curve": {
      const reach = bend(shape);
      const ends = [
        shape.x1,
        shape.y1,
        shape.x1,
        shape.y1 + reach,
        shape.x2,
        shape.y2 - reach,
        shape.x2,
        shape.y2,
      ];
      const [x1, y1, ...rest] = ends.map(round);
      return element("path", {
        d: `M${x1} ${y1}C${rest.join(" ")}`,
        fill: "none",
        ...line(shape.stroke, shape.width, shape.dashed),
        opacity,
      });
    }
    case "circle":
      return element("circle", {
        cx: shape.x,
        cy: shape.y,
        r: shape.r,
        fill: shape.fill ?? "none",
        ...line(shape.stroke, shape.width, shape.dashed ?? false),
        opacity,
      });
    case "polygon":
      return element(shape.closed ? "polygon" : "polyline", {
        points: shape.points.map(round).join(" "),
        fill: shape.fill ?? "none",
        ...line(shape.stroke, shape.width, false),
        opacity,
      });
    case "box": {
      const { x, y, width, height, radius, fill } = shape;
      return element("rect", {
        x,
        y,
        width,
        height,
        rx: radius,
        fill: fill ?? "none",
        ...line(shape.stroke, shape.line, false),
        opacity,
      });
    }
    case "text":
      return element(
        "text",
        {
          transform: `translate(${round(shape.x)} ${round(shape.y)})${shape.rotate ? ` rotate(${shape.rotate})` : ""}`,
          "font-size": shape.size,
          "font-weight": shape.bold ? 600 : null,
          "text-anchor": shape.anchor === "start" ? null : shape.anchor,
          "dominant-baseline": "central",
          fill: shape.fill,
          stroke: shape.halo,
          "stroke-width": shape.halo === null ? null : 3,
          "stroke-linejoin": shape.halo === null ? null : "round",
          "paint-order": shape.halo === null ? null : "stroke",
          opacity,
        },
        escapeXml(shape.text) || " ",
      );
  }
}

function line(stroke: string | null, width: number, dashed: boolean): Attributes {
  if (stroke === null || width <= 0) return {};
  return { stroke, "stroke-width": width, "stroke-dasharray": dashed ? DASH.join(" ") : null };
}
