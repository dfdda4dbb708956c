// src/dom.ts
var CONTROLS = /* @__PURE__ */ new Set(["button", "input", "select", "textarea", "summary"]);
var SVG = "http://www.w3.org/2000/svg";
function h(ui, tag, props = {}, ...children) {
  const element2 = ui.doc.createElement(tag);
  if (props.class) element2.className = props.class;
  if (props.title) element2.title = props.title;
  if (tag === "button") element2.setAttribute("type", "button");
  setAttributes(element2, props.attrs);
  if (CONTROLS.has(tag) || element2.hasAttribute("tabindex")) {
    element2.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  for (const [name, handler] of Object.entries(props.on ?? {})) {
    element2.addEventListener(name, handler);
  }
  if (props.text !== void 0) element2.textContent = props.text;
  element2.append(...children.filter((child) => Boolean(child)));
  return element2;
}
function s(ui, tag, attrs = {}, ...children) {
  const element2 = ui.doc.createElementNS(SVG, tag);
  setAttributes(element2, attrs);
  element2.append(...children.filter((child) => Boolean(child)));
  return element2;
}
function setAttributes(element2, attrs = {}) {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === void 0 || value === false) element2.removeAttribute(name);
    else element2.setAttribute(name, value === true ? "" : String(value));
  }
}
function keepFromNotebook(event) {
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
}
function download(ui, name, content2) {
  const url = URL.createObjectURL(content2);
  const link2 = h(ui, "a", { attrs: { href: url, download: name } });
  link2.click();
  setTimeout(() => URL.revokeObjectURL(url), 1e4);
}
async function copy(ui, text2) {
  const clipboard = ui.doc.defaultView?.navigator.clipboard;
  if (clipboard) {
    try {
      await clipboard.writeText(text2);
      return true;
    } catch {
    }
  }
  const area = h(ui, "textarea", { class: "saec-offscreen", attrs: { "aria-hidden": "true" } });
  area.value = text2;
  ui.doc.body.append(area);
  area.select();
  const copied = ui.doc.execCommand?.("copy") ?? false;
  area.remove();
  return copied;
}

// src/model/possible.ts
var NO_KERNEL = {
  message: "This page has no model behind it.",
  cure: "Open in a notebook to edit features, watch the output change and check the circuit."
};
var ONE_PROMPT = { kind: "prompt", prompts: [], method: "" };
function originOf(graph) {
  return graph.meta.origin ?? ONE_PROMPT;
}
function refusal(graph) {
  if (graph.meta.refusal) return graph.meta.refusal;
  return graph.meta.live ? null : NO_KERNEL;
}
function hasKernel(graph) {
  return graph.meta.kernel ?? graph.meta.live;
}

// src/text.ts
var INVISIBLE = (
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be made visible
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g
);
var named = { "\n": "↵", "\r": "␍", "	": "⇥" };
function showToken(token) {
  if (token === "") return "∅";
  return visible(token).replace(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length));
}
function visible(text2) {
  return text2.replace(/[\n\r\t]/g, (character) => named[character] ?? character).replace(INVISIBLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}
function shorten(text2, length) {
  const characters = [...text2];
  return characters.length <= length ? text2 : `${characters.slice(0, length - 1).join("").trimEnd()}…`;
}
function format(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text2 = size > 0 && size < 5e-3 ? size.toPrecision(1) : size.toFixed(digits);
  return value < 0 && Number(text2) !== 0 ? `−${text2}` : text2;
}
function signed(value) {
  return value > 0 ? `+${format(value)}` : format(value);
}
function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1 %";
  return `${value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
}
function compact(value) {
  const size = Math.abs(value);
  const [unit, sign] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / Number(unit);
  const digits = Math.abs(scaled) >= 100 || unit === 1 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${sign}`.replace("-", "−");
}

// src/check/button.ts
var TIP = "How far to trust this circuit: ablates its strongest features one by one and compares what the graph predicts with what the model does.";
function checkButton(ui, store, actions) {
  const button2 = h(ui, "button", {
    class: "saec-button saec-trust-button",
    on: { click: actions.check }
  });
  store.watch(["graph", "report", "reportOpen", "checking"], ({ graph, report, reportOpen, checking }) => {
    const refused = graph && !report ? refusal(graph) : null;
    const tip = refused ? visible(`${refused.message} ${refused.cure}`.trim()) : TIP;
    button2.hidden = graph === null;
    button2.textContent = checking ? "Checking …" : "Check";
    button2.classList.toggle("saec-tip", !reportOpen);
    setAttributes(button2, {
      "data-tip": tip,
      "aria-label": `${checking ? "Checking" : "Check"}. ${tip}`,
      "aria-disabled": refused ? "true" : null,
      "aria-busy": checking ? "true" : null,
      "aria-expanded": report ? String(reportOpen) : null
    });
  });
  return button2;
}

// src/chart/series.ts
function outline(shape2, r) {
  const polygon = (points) => `M${points.map(([x, y]) => `${round(x * r)},${round(y * r)}`).join("L")}Z`;
  switch (shape2) {
    case "circle":
      return `M${round(-r)},0A${round(r)},${round(r)} 0 1 1 ${round(r)},0A${round(r)},${round(r)} 0 1 1 ${round(-r)},0Z`;
    case "square":
      return polygon([
        [-0.89, -0.89],
        [0.89, -0.89],
        [0.89, 0.89],
        [-0.89, 0.89]
      ]);
    case "triangle":
      return polygon([
        [0, -1.3],
        [1.2, 0.8],
        [-1.2, 0.8]
      ]);
    case "wedge":
      return polygon([
        [0, 1.3],
        [1.2, -0.8],
        [-1.2, -0.8]
      ]);
    case "diamond":
      return polygon([
        [0, -1.3],
        [1.15, 0],
        [0, 1.3],
        [-1.15, 0]
      ]);
    case "cross":
      return polygon(CROSS);
  }
}
var CROSS = [
  [-0.4, -1.2],
  [0.4, -1.2],
  [0.4, -0.4],
  [1.2, -0.4],
  [1.2, 0.4],
  [0.4, 0.4],
  [0.4, 1.2],
  [-0.4, 1.2],
  [-0.4, 0.4],
  [-1.2, 0.4],
  [-1.2, -0.4],
  [-0.4, -0.4]
];
var round = (value) => Math.round(value * 10) / 10;

// src/chart/frame.ts
function axes(ui, x, y, box) {
  const { left, top } = box;
  const right = box.width - box.right;
  const bottom = box.height - box.bottom;
  const marks = [];
  for (const { value, text: text2 } of y.ticks) {
    const at = round(y.at(value));
    marks.push(s(ui, "line", { class: "saec-grid", x1: left, x2: right, y1: at, y2: at }));
    marks.push(s(ui, "text", { class: "saec-tick", x: left - 5, y: at + 3.5, "text-anchor": "end" }, text2));
  }
  for (const { value, text: text2 } of x.ticks) {
    const at = round(x.at(value));
    marks.push(s(ui, "line", { class: "saec-notch", x1: at, x2: at, y1: bottom, y2: bottom + 3 }));
    const anchor = at > right - 12 ? "end" : "middle";
    const attrs = {
      class: "saec-tick",
      x: anchor === "end" ? right : at,
      y: bottom + 14,
      "text-anchor": anchor
    };
    marks.push(s(ui, "text", attrs, text2));
  }
  marks.push(s(ui, "line", { class: "saec-axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  marks.push(s(ui, "line", { class: "saec-notch", x1: left, x2: left, y1: top, y2: bottom }));
  return marks;
}
function inside(ui, { width, height, left, right, top, bottom }) {
  const w = Math.max(0, width - left - right);
  const h2 = Math.max(0, height - top - bottom);
  return s(ui, "svg", { x: left, y: top, width: w, height: h2, viewBox: `${left} ${top} ${w} ${h2}` });
}
function followWidth(ui, element2, fallback, draw) {
  let last = 0;
  const measure = () => {
    const width = Math.round(element2.clientWidth) || fallback;
    if (width === last) return;
    last = width;
    draw(width);
  };
  const observer = new ResizeObserver(measure);
  observer.observe(element2);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  measure();
}

// src/chart/scale.ts
function linear({ low, high }, from, to, count) {
  const span = high - low || 1;
  return {
    at: (value) => from + (value - low) / span * (to - from),
    value: (pixel) => low + (pixel - from) / (to - from) * span,
    ticks: linearTicks({ low, high }, count),
    log: false
  };
}
function logarithmic(range, from, to, count) {
  const inner = linear({ low: Math.log(range.low), high: Math.log(range.high) }, from, to, count);
  return {
    at: (value) => inner.at(Math.log(value)),
    value: (pixel) => Math.exp(inner.value(pixel)),
    ticks: logTicks(range, count),
    log: true
  };
}
function rangeOf(values, log, air = 0.06) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || log && value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return log ? { low: 1, high: 10 } : { low: 0, high: 1 };
  if (log) {
    const factor = Math.max(1.12, (high / low) ** air);
    return { low: low / factor, high: high * factor };
  }
  const margin = high > low ? air * (high - low) : 0.1 * Math.abs(high) || 0.1;
  return { low: low - margin, high: high + margin };
}
function linearTicks({ low, high }, count) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step2 = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step2) + 1e-9));
  const first = Math.ceil(low / step2 - 1e-9);
  const last = Math.floor(high / step2 + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = Number(((first + i) * step2).toFixed(decimals));
    return { value, text: step2 >= 1e3 || value >= 1e4 ? compact(value) : minus(value.toFixed(decimals)) };
  });
}
function logTicks(range, count) {
  const lowest = Math.floor(Math.log10(range.low));
  const highest = Math.ceil(Math.log10(range.high));
  const within2 = (factors) => {
    const values2 = [];
    for (let power = lowest; power <= highest; power++)
      for (const factor of factors) values2.push(Number((factor * 10 ** power).toPrecision(1)));
    return values2.filter((value) => value >= range.low && value <= range.high);
  };
  const fitting = [[1, 2, 5], [1, 3], [1]].map(within2).find((values2) => values2.length <= count * 1.5);
  let values = fitting ?? within2([1]);
  if (values.length < 2) return linearTicks(range, Math.max(2, count - 1));
  const skip = Math.ceil(values.length / (count * 1.5));
  values = values.filter((_, i) => i % skip === 0);
  return values.map((value) => ({ value, text: value >= 1e3 ? compact(value) : String(value) }));
}
var minus = (text2) => text2.replace("-", "−");

// src/check/describe.ts
var known = (value) => value ?? Number.NaN;
function gap({ predicted, live }) {
  return Math.abs(known(predicted) - known(live));
}
function worst(rows2) {
  const most = Math.max(...rows2.map(gap).filter(Number.isFinite));
  return rows2.findIndex((row) => gap(row) === most);
}
function facts(report) {
  const { scores, curve } = report;
  const found = [
    part(
      "replacement",
      scores.replacement,
      "Of all paths that start at a token or an error, the part that starts at a token."
    ),
    part(
      "completeness",
      scores.completeness,
      "Of the input of the nodes, the part that comes from features and tokens."
    ),
    part(
      "error share",
      scores.error_share,
      "What the dictionaries cannot reconstruct adds this directly to the target, as a share of its value. 0 is best."
    ),
    {
      name: "correlation, live",
      value: known(report.live_correlation),
      text: format(known(report.live_correlation)),
      tip: "Of predicted and measured changes when a feature is ablated in the live model. 1 is best."
    },
    part(
      "largest gap, live",
      report.live_error,
      "Between prediction and live measurement, as a part of the largest measurement. 0 is best."
    ),
    part(
      "largest gap, frozen",
      report.frozen_error,
      "The same with attention and norms held: 0 for a whole graph, since there the graph is exact."
    )
  ];
  if (curve) {
    const text2 = report.enough === null ? "not reached" : `${report.enough} nodes`;
    const tip = `From this number of nodes on, the circuit alone gives at least 90 % of the target. There are ${curve.total}.`;
    found.push({ name: "90 % faithful", value: 1, text: text2, tip });
  }
  return found.filter(({ value }) => Number.isFinite(value));
}
function part(name, share, tip) {
  return { name, value: known(share), text: percent(known(share)), tip };
}
function remarks(report) {
  const found = [];
  if (report.rows.length === 0) found.push("The circuit has no features, so nothing was ablated.");
  if (!report.whole)
    found.push("The graph was pruned: it predicts only what runs through the nodes that were kept.");
  if (report.rows.length > 0 && report.frozen_error === null)
    found.push(
      "Nothing is measured with attention and norms held: predictions are the method's total effects."
    );
  if (report.curve === null && report.rows.length > 0)
    found.push("There is no faithfulness curve: the target is not a next token.");
  return found;
}
function announce(report) {
  const said = facts(report).map(({ name, text: text2 }) => `${name} ${text2}`);
  return `Checked ${report.rows.length} features: ${said.join(", ")}.`;
}
function rowName({ label, token, node }) {
  return `${visible(label) || node} at “${visible(token)}”`;
}

// src/check/scatter.ts
var HEIGHT = 224;
var FALLBACK_WIDTH = 250;
function checkScatter(ui, store, actions) {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const element2 = h(ui, "div", { class: "saec-trust-figure" }, svg);
  let width = 0;
  function draw({ report, graph, selected, hovered }) {
    const rows2 = (report?.rows ?? []).filter(
      (row) => Number.isFinite(known(row.predicted) + known(row.live))
    );
    element2.hidden = rows2.length === 0;
    if (width === 0 || rows2.length === 0) return;
    const box = { width, height: HEIGHT, left: 38, right: 10, top: 24, bottom: 36 };
    const range = rangeOf([0, ...rows2.flatMap((row) => [known(row.predicted), known(row.live)])], false);
    const x = linear(range, box.left, width - box.right, Math.max(2, width / 80));
    const y = linear(range, HEIGHT - box.bottom, box.top, 5);
    const area = inside(ui, box);
    const rule = (x1, y1, x2, y2, kind) => s(ui, "line", { class: kind, x1: x.at(x1), y1: y.at(y1), x2: x.at(x2), y2: y.at(y2) });
    area.append(
      rule(0, range.low, 0, range.high, "saec-trust-zero"),
      rule(range.low, 0, range.high, 0, "saec-trust-zero"),
      rule(range.low, range.low, range.high, range.high, "saec-trust-diagonal")
    );
    const off = worst(rows2);
    const marks = rows2.map((row, at) => {
      const node = graph?.rowOf.get(row.node);
      const place3 = `translate(${round(x.at(known(row.predicted)))},${round(y.at(known(row.live)))})`;
      return point(ui, row, { place: place3, node, off: at === off, actions });
    });
    setAttributes(svg, {
      width,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      "aria-label": `Predicted against live change of the target for ${rows2.length} features; correlation ${format(known(report?.live_correlation))}.`
    });
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, "live"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: width - box.right, y: HEIGHT - 4, "text-anchor": "end" },
        "predicted"
      ),
      area,
      ...marks
    );
    emphasise(selected, hovered);
  }
  function emphasise(selected, hovered) {
    for (const mark of svg.querySelectorAll("[data-node]")) {
      mark.classList.toggle("saec-selected", selected !== null && mark.dataset.node === String(selected));
      mark.classList.toggle("saec-hovered", hovered !== null && mark.dataset.node === String(hovered));
    }
  }
  followWidth(ui, element2, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["report", "graph"], draw);
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(selected, hovered));
  return element2;
}
function point(ui, row, { place: place3, node, off, actions }) {
  const title2 = `${rowName(row)}: predicted ${signed(known(row.predicted))}, live ${signed(known(row.live))}`;
  const mark = s(
    ui,
    "g",
    { class: "saec-trust-point", transform: place3, "data-node": node },
    s(ui, "path", { class: "saec-point-ring", d: outline("circle", 9) }),
    s(ui, "path", { class: "saec-point-mark", d: outline(off ? "diamond" : "circle", off ? 5 : 4.5) }),
    s(ui, "title", {}, title2)
  );
  if (node === void 0) return mark;
  mark.addEventListener("click", () => actions.select(node));
  mark.addEventListener("pointerenter", () => actions.hover(node));
  mark.addEventListener("pointerleave", () => actions.hover(null));
  return mark;
}

// src/check/curve.ts
var FALLBACK_WIDTH2 = 300;
function checkCurve(ui, store) {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, role: "img" });
  const element2 = h(ui, "div", { class: "saec-trust-figure" }, svg);
  let width = 0;
  function draw({ report }) {
    const points = (report?.curve?.points ?? []).map(({ nodes: nodes2, faithfulness }) => ({ nodes: nodes2, faithful: known(faithfulness) })).filter(({ nodes: nodes2, faithful }) => nodes2 > 0 && Number.isFinite(faithful));
    element2.hidden = points.length === 0;
    if (width === 0 || points.length === 0 || !report?.curve) return;
    const box = { width, height: HEIGHT, left: 38, right: 12, top: 24, bottom: 36 };
    const across = rangeOf(
      points.map(({ nodes: nodes2 }) => nodes2),
      true,
      0.03
    );
    const up = rangeOf([0, 1, ...points.map(({ faithful }) => faithful)], false);
    const x = logarithmic(across, box.left, width - box.right, Math.max(3, width / 60));
    const y = linear(up, HEIGHT - box.bottom, box.top, 5);
    const right = width - box.right;
    const spots = points.map(({ nodes: nodes2, faithful }) => `${round(x.at(nodes2))},${round(y.at(faithful))}`);
    const area = inside(ui, box);
    area.append(
      s(ui, "line", { class: "saec-trust-diagonal", x1: box.left, x2: right, y1: y.at(1), y2: y.at(1) }),
      s(ui, "path", { class: "saec-line saec-trust-line", d: `M${spots.join("L")}` })
    );
    const { cmd, cmd_log } = report.curve;
    const reached = report.enough === null ? "never" : `from ${report.enough} nodes on`;
    setAttributes(svg, {
      width,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      "aria-label": `Faithfulness of the circuit over the number of its nodes: ${percent(points[0]?.faithful ?? 0)} with ${points[0]?.nodes}, at least 90 % ${reached}. CMD ${format(known(cmd.value))}, over the logarithm ${format(known(cmd_log.value))}.`
    });
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, "faithfulness"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: right, y: HEIGHT - 4, "text-anchor": "end" },
        "nodes that stay (log)"
      ),
      s(ui, "text", { class: "saec-tick", x: box.left + 5, y: y.at(1) - 4 }, "the model"),
      area,
      ...points.map(({ nodes: nodes2, faithful }) => {
        const place3 = `translate(${round(x.at(nodes2))},${round(y.at(faithful))})`;
        const title2 = s(ui, "title", {}, `${nodes2} nodes: ${percent(faithful)} of the target`);
        return s(
          ui,
          "g",
          { class: "saec-trust-step", transform: place3 },
          s(ui, "path", { d: outline("circle", 3) }),
          title2
        );
      })
    );
  }
  followWidth(ui, element2, FALLBACK_WIDTH2, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["report"], draw);
  return element2;
}

// src/check/table.ts
var OFF = "The prediction of this feature lies furthest from the live measurement.";
var COLUMNS = ["predicted", "frozen", "live"];
function checkTable(ui, store, actions) {
  const body = h(ui, "tbody");
  const heading2 = (text2, title2 = "") => h(ui, "th", { class: title2 ? "saec-trust-number" : "", text: text2, title: title2, attrs: { scope: "col" } });
  const head = h(
    ui,
    "tr",
    {},
    heading2("feature"),
    heading2("at"),
    heading2("predicted", "What the graph says that the target changes by when the feature is ablated"),
    heading2("frozen", "Measured with attention and norms held"),
    heading2("live", "Measured in the live model")
  );
  const table = h(ui, "table", { class: "saec-trust-table" });
  const caption2 = "Change of the target when a feature is ablated";
  table.append(h(ui, "caption", { class: "saec-caption", text: caption2 }), h(ui, "thead", {}, head), body);
  let rowsOf = [];
  const emphasise = (selected, hovered) => {
    for (const [at, line3] of [...body.rows].entries()) {
      const node = rowsOf[at];
      line3.classList.toggle("saec-selected", node !== void 0 && node === selected);
      line3.classList.toggle("saec-hovered", node !== void 0 && node === hovered);
    }
  };
  store.watch(["report", "graph"], ({ report, graph, selected, hovered }) => {
    const rows2 = report?.rows ?? [];
    const off = worst(rows2);
    rowsOf = rows2.map((row) => graph?.rowOf.get(row.node));
    body.replaceChildren(...rows2.map((row, at) => line(ui, row, rowsOf[at], at === off, actions)));
    table.hidden = rows2.length === 0;
    emphasise(selected, hovered);
  });
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(selected, hovered));
  return h(ui, "div", { class: "saec-trust-rows" }, table);
}
function line(ui, row, node, off, actions) {
  const missing = "This node was pruned away in the graph below.";
  const button2 = h(ui, "button", {
    class: "saec-trust-name",
    title: node === void 0 ? `${rowName(row)}. ${missing}` : `${rowName(row)}. Select it in the graph.`,
    attrs: { disabled: node === void 0 }
  });
  button2.append(h(ui, "bdi", { text: visible(row.label) || row.node }));
  const mark = h(ui, "span", {
    class: "saec-trust-off",
    text: "◆",
    title: OFF,
    attrs: { role: "img", "aria-label": OFF }
  });
  const choose = () => {
    if (node !== void 0) actions.select(node);
  };
  const hover = (over) => {
    if (node !== void 0) actions.hover(over);
  };
  return h(
    ui,
    "tr",
    { on: { click: choose, pointerenter: () => hover(node ?? null), pointerleave: () => hover(null) } },
    h(
      ui,
      "th",
      { attrs: { scope: "row" } },
      h(ui, "div", { class: "saec-trust-feature" }, button2, off && mark)
    ),
    h(ui, "td", { class: "saec-trust-token" }, h(ui, "bdi", { text: showToken(row.token) })),
    ...COLUMNS.map((column) => number(ui, known(row[column])))
  );
}
function number(ui, value) {
  const direction = value < 0 ? " saec-down" : value > 0 ? " saec-up" : "";
  return h(ui, "td", { class: `saec-number saec-trust-number${direction}`, text: signed(value) });
}

// src/check/panel.ts
function checkPanel(ui, store, actions, leave) {
  const hide = () => {
    leave();
    actions.check();
  };
  const numbers = h(ui, "div", { class: "saec-trust-facts" });
  const notes = h(ui, "div", { class: "saec-trust-notes" });
  const summary = h(ui, "p", { class: "saec-caption" });
  const close = h(ui, "button", {
    class: "saec-button saec-button-small saec-trust-close",
    text: "✕",
    title: "Close the report",
    attrs: { "aria-label": "Close the report" },
    on: { click: hide }
  });
  const scatter = checkScatter(ui, store, actions);
  const curve = checkCurve(ui, store);
  const figure = (title2, drawing, note) => h(
    ui,
    "figure",
    { class: "saec-trust-part" },
    h(ui, "figcaption", { class: "saec-caption", text: title2 }),
    drawing,
    note
  );
  const key3 = h(ui, "p", { class: "saec-caption", text: "dashed: live as predicted · ◆ furthest off" });
  const left = figure("Predicted against live", scatter, key3);
  const right = figure("What the strongest nodes restore alone", curve, summary);
  const section = h(
    ui,
    "section",
    {
      class: "saec-trust",
      attrs: { "aria-label": "Check of the circuit" },
      on: { keydown: ({ key: key4 }) => key4 === "Escape" && hide() }
    },
    h(
      ui,
      "div",
      { class: "saec-trust-head" },
      h(ui, "h4", { class: "saec-subtitle", text: "Check" }),
      numbers,
      close
    ),
    notes,
    h(ui, "div", { class: "saec-trust-body" }, checkTable(ui, store, actions), left, right)
  );
  const live = h(ui, "div", { class: "saec-offscreen saec-trust-live", attrs: { role: "status" } });
  store.watch(["report", "reportOpen"], ({ report, reportOpen }) => {
    section.hidden = report === null || !reportOpen;
    live.textContent = report && reportOpen ? announce(report) : "";
  });
  store.watch(["report"], ({ report }) => {
    if (!report) return;
    numbers.replaceChildren(...factParts(ui, report));
    notes.replaceChildren(...remarks(report).map((text2) => h(ui, "p", { class: "saec-hint", text: text2 })));
    left.hidden = report.rows.length === 0;
    right.hidden = report.curve === null;
    summary.textContent = summaryOf(report);
  });
  return h(ui, "div", { class: "saec-trust-place" }, section, live);
}
function factParts(ui, report) {
  return facts(report).map(
    ({ name, text: text2, tip }) => h(
      ui,
      "span",
      {
        class: "saec-score saec-tip",
        attrs: { tabindex: 0, "data-tip": tip, "aria-label": `${name} ${text2}. ${tip}` }
      },
      h(ui, "span", { class: "saec-caption", text: name }),
      h(ui, "span", { class: "saec-number", text: text2 })
    )
  );
}
function summaryOf({ curve }) {
  if (!curve) return "";
  const [cmd, log] = [format(known(curve.cmd.value)), format(known(curve.cmd_log.value))];
  return `CMD ${cmd}, over log k ${log} (0 is best) · the others at ${curve.ablation}, errors ${curve.errors}`;
}

// src/focus.ts
var GONE = "[hidden], :disabled";
var WATCHED = { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "disabled"] };
function keepFocus(ui, root, fallback) {
  const { doc, signal } = ui;
  let last = null;
  const follow = ({ target }) => {
    last = target instanceof Element && root.contains(target) ? target : null;
  };
  doc.addEventListener("focusin", follow);
  doc.addEventListener("pointerdown", follow, true);
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected && !last.closest(GONE)) return;
    if (doc.activeElement !== last && doc.activeElement !== doc.body) return;
    const alike = [...root.getElementsByClassName(last.getAttribute("class") ?? "")];
    const [heir = fallback, second] = alike.filter((element2) => !element2.closest(GONE));
    (second || !(heir instanceof HTMLElement) ? fallback : heir).focus({ preventScroll: true });
  });
  observer.observe(root, WATCHED);
  const stop = () => {
    observer.disconnect();
    doc.removeEventListener("focusin", follow);
    doc.removeEventListener("pointerdown", follow, true);
  };
  signal.addEventListener("abort", stop, { once: true });
}

// src/model/decode.ts
var Kind = { feature: 0, error: 1, token: 2, bias: 3, target: 4 };
function typed(view, type) {
  if (!view) return new type(new ArrayBuffer(0));
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  if (bytes.byteLength % type.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(
      `${bytes.byteLength} bytes are not a whole number of ${type.BYTES_PER_ELEMENT}-byte items`
    );
  }
  return new type(bytes.buffer);
}
function decodeGraph(trait) {
  const { nodes: nodes2, edges, ...meta } = trait;
  const size = nodes2.id.length;
  const columns = {
    kind: typed(nodes2.kind, Uint8Array),
    layer: typed(nodes2.layer, Int16Array),
    position: typed(nodes2.position, Uint16Array),
    dictionary: typed(nodes2.dictionary, Int16Array),
    feature: typed(nodes2.feature, Int32Array),
    value: typed(nodes2.value, Float32Array),
    influence: typed(nodes2.influence, Float32Array),
    probability: ownProbabilities(nodes2),
    effect: nodes2.effect ? typed(nodes2.effect, Float32Array) : new Float32Array(size).fill(Number.NaN)
  };
  for (const [name, column] of Object.entries({ label: nodes2.label, ...columns })) {
    if (column.length !== size)
      throw new RangeError(`nodes.${name} has ${column.length} rows, expected ${size}`);
  }
  const source = typed(edges.source, Uint32Array);
  const target = typed(edges.target, Uint32Array);
  const weight = typed(edges.weight, Float32Array);
  checkEdges(source, target, weight, size);
  const share = inputShares(target, weight, size);
  const score = share.map((value, edge) => Math.abs(value) * (columns.influence[target[edge] ?? 0] ?? 0));
  return {
    meta,
    size,
    id: nodes2.id,
    label: nodes2.label,
    ...columns,
    rowOf: new Map(nodes2.id.map((id, row) => [id, row])),
    source,
    target,
    weight,
    share,
    score,
    ranked: Uint32Array.from(score.keys()).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0)),
    inputs: groupBy(target, size),
    outputs: groupBy(source, size),
    totalInfluence: columns.influence.reduce(
      (sum2, v, i) => columns.kind[i] === Kind.target ? sum2 : sum2 + v,
      0
    )
  };
}
function decodeEffect(effect, buffers) {
  const inside2 = effect;
  const [before, after, nodeValue] = buffers ?? [inside2.before, inside2.after, inside2.node_value];
  const decoded = {
    tokens: effect.tokens,
    before: typed(before, Float32Array),
    after: typed(after, Float32Array),
    targetBefore: effect.target_before,
    targetAfter: effect.target_after,
    topBefore: effect.top_before,
    topAfter: effect.top_after,
    nodeValue: typed(nodeValue, Float32Array),
    edits: effect.edits ?? [],
    milliseconds: effect.milliseconds
  };
  for (const name of ["before", "after"]) {
    if (decoded[name].length !== effect.tokens.length) {
      throw new RangeError(
        `effect.${name} has ${decoded[name].length} rows, expected ${effect.tokens.length}`
      );
    }
  }
  return decoded;
}
function ownProbabilities({ label, probability }) {
  return typed(probability, Float32Array).map(
    (value, node) => label[node]?.includes(" − ") ? Number.NaN : value
  );
}
function checkEdges(source, target, weight, size) {
  if (source.length !== target.length || source.length !== weight.length) {
    throw new RangeError(
      `edges have ${source.length} sources, ${target.length} targets and ${weight.length} weights, expected equal counts`
    );
  }
  const outside = [...source, ...target].find((row) => row >= size);
  if (outside !== void 0) throw new RangeError(`an edge names node row ${outside} of ${size}`);
}
function inputShares(target, weight, size) {
  const total = new Float64Array(size);
  for (const [edge, row] of target.entries()) total[row] = (total[row] ?? 0) + Math.abs(weight[edge] ?? 0);
  return weight.map((value, edge) => value / Math.max(total[target[edge] ?? 0] ?? 0, 1e-12));
}
function groupBy(end, size) {
  const start = new Uint32Array(size + 1);
  for (const row of end) start[row + 1] = (start[row + 1] ?? 0) + 1;
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const next = start.slice();
  const edge = new Uint32Array(end.length);
  for (const [index, row] of end.entries()) {
    const at = next[row] ?? 0;
    edge[at] = index;
    next[row] = at + 1;
  }
  return { start, edge };
}
function edgesOf(adjacency, node) {
  return adjacency.edge.subarray(adjacency.start[node] ?? 0, adjacency.start[node + 1] ?? 0);
}

// src/model/prune.ts
var MAX_LINKS = 1e4;
var EDGE_SHARE = 0.98;
function prune(graph, share, always = []) {
  const ranked = rankPrunable(graph);
  const node = new Uint8Array(graph.size);
  for (let row = 0; row < graph.size; row++) {
    const kind = graph.kind[row];
    if (kind === Kind.token || kind === Kind.target) node[row] = 1;
  }
  for (const row of always) if (row >= 0 && row < graph.size) node[row] = 1;
  for (const row of keepUntil(ranked, graph.influence, share)) node[row] = 1;
  const nodes2 = node.reduce((sum2, kept) => sum2 + kept, 0);
  return { node, nodes: nodes2, edges: pruneEdges(graph, node), prunable: ranked.length };
}
function rankPrunable(graph) {
  const rows2 = [];
  for (let row = 0; row < graph.size; row++) {
    const kind = graph.kind[row];
    if (kind !== Kind.token && kind !== Kind.target) rows2.push(row);
  }
  return rows2.sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}
function keepUntil(ranked, score, share) {
  if (share >= 1) return ranked;
  if (share <= 0) return [];
  const total = ranked.reduce((sum3, row) => sum3 + (score[row] ?? 0), 0);
  let sum2 = 0;
  for (const [count, row] of ranked.entries()) {
    sum2 += score[row] ?? 0;
    if (sum2 >= share * total) return ranked.slice(0, count + 1);
  }
  return ranked;
}
function pruneEdges(graph, node) {
  const shown = [...graph.ranked].filter(
    (edge) => node[graph.source[edge] ?? 0] && node[graph.target[edge] ?? 0]
  );
  return Uint32Array.from(keepUntil(shown, graph.score, EDGE_SHARE).slice(0, MAX_LINKS)).reverse();
}

// src/model/state.ts
function initialState() {
  return {
    graph: null,
    visible: null,
    selected: null,
    hovered: null,
    pinned: [],
    supernodes: [],
    share: 0.8,
    edits: [],
    frozen: false,
    effect: null,
    report: null,
    reportOpen: false,
    checking: false,
    cards: /* @__PURE__ */ new Map(),
    failure: null,
    busy: "",
    waiting: "",
    query: "",
    matches: null,
    code: "",
    canUndo: false,
    canRedo: false
  };
}
function derive(store) {
  let shown = null;
  store.watch(
    ["graph", "share", "pinned", "selected", "edits"],
    ({ graph, share, pinned, selected, edits }) => {
      if (!graph) return store.set({ visible: null });
      if (graph !== shown) store.set({ visible: null });
      shown = graph;
      const always = [...rows(graph, pinned), ...edits.flatMap((edit) => editedRows(graph, edit))];
      if (selected !== null) always.push(selected);
      const visible2 = prune(graph, share, always);
      if (!store.get().visible || !sameNodes(store.get().visible, visible2)) store.set({ visible: visible2 });
    }
  );
  store.watch(["graph", "query"], ({ graph, query }) => {
    store.set({ matches: graph && query.trim() !== "" ? search(graph, query) : null });
  });
}
function sameNodes(a, b) {
  return a?.node.length === b.node.length && a.edges.length === b.edges.length && a.node.every((kept, row) => kept === b.node[row]);
}
function rows(graph, ids) {
  return ids.map((id) => graph.rowOf.get(id)).filter((row) => row !== void 0);
}
function editedRows(graph, edit) {
  const dictionary = graph.meta.dictionaries.indexOf(edit.dictionary);
  if (dictionary < 0) return [];
  const found = [];
  for (let row = 0; row < graph.size; row++) {
    const here = edit.positions === null || edit.positions.includes(graph.position[row] ?? -1);
    if (here && graph.dictionary[row] === dictionary && graph.feature[row] === edit.feature) found.push(row);
  }
  return found;
}
function search(graph, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (let row = 0; row < graph.size; row++) {
    const token = graph.meta.tokens[graph.position[row] ?? 0] ?? "";
    const text2 = `${graph.label[row]} ${token} ${graph.id[row]} ${featureKey(graph, row) ?? ""}`.toLowerCase();
    if (words.every((word) => text2.includes(word))) found.push(row);
  }
  return found.sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}
function featureKey(graph, row) {
  const dictionary = graph.meta.dictionaries[graph.dictionary[row] ?? -1];
  const feature = graph.feature[row] ?? -1;
  return dictionary === void 0 || feature < 0 ? null : `${dictionary}/${feature}`;
}

// src/panels/describe.ts
var NAMES = {
  [Kind.feature]: "feature",
  [Kind.error]: "error",
  [Kind.token]: "token",
  [Kind.bias]: "bias",
  [Kind.target]: "target"
};
function kindName(graph, node) {
  if (graph.kind[node] === Kind.feature && originOf(graph).nodes === "neurons") return "neuron";
  return NAMES[graph.kind[node] ?? -1] ?? "node";
}
function nodeName(graph, node) {
  const label = graph.label[node] ?? "";
  const kind = graph.kind[node];
  if (kind === Kind.token || kind === Kind.target) return showToken(label);
  return visible(label) || featureKey(graph, node) || kindName(graph, node);
}
function tokenAt(graph, node) {
  return showToken(graph.meta.tokens[graph.position[node] ?? 0] ?? "");
}
function layerName(graph, node) {
  const layer = graph.layer[node] ?? 0;
  if (layer < 0) return "embeddings";
  return layer >= graph.meta.n_layers ? "output" : `layer ${layer}`;
}
function place(graph, node) {
  return `${layerName(graph, node)} · at “${tokenAt(graph, node)}” (${graph.position[node] ?? 0})`;
}
function influenceShare(graph, node) {
  return graph.totalInfluence > 0 ? (graph.influence[node] ?? 0) / graph.totalInfluence : Number.NaN;
}
function valueName(graph, node) {
  const { kind } = originOf(graph);
  if (kind === "difference") return "change";
  const mean = kind === "merged" ? "mean " : "";
  if (graph.kind[node] === Kind.target) return `${mean}value`;
  return graph.kind[node] === Kind.feature ? `${mean}activation` : "size";
}
function valueText(graph, value) {
  return originOf(graph).kind === "difference" ? signed(value) : format(value);
}
function effectText(graph, node) {
  const effect = graph.effect[node] ?? Number.NaN;
  return Number.isFinite(effect) && graph.kind[node] !== Kind.target ? signed(effect) : "";
}
function hasMoved(before, after) {
  return Number.isFinite(before) && Number.isFinite(after) && format(before) !== format(after);
}
function announce2(graph, node) {
  const value = graph.value[node] ?? Number.NaN;
  const effect = effectText(graph, node);
  const facts2 = [
    `${nodeName(graph, node)}, ${kindName(graph, node)}`,
    place(graph, node),
    Number.isFinite(value) ? `${valueName(graph, node)} ${valueText(graph, value)}` : "",
    graph.kind[node] === Kind.target ? "" : `influence ${percent(influenceShare(graph, node))}`,
    effect ? `total effect ${effect}` : ""
  ];
  return facts2.filter(Boolean).join(", ");
}

// src/panels/tooltip.ts
var WIDTH = 240;
function createTooltip(ui) {
  const element2 = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown = "";
  return {
    element: element2,
    show(drawing, { effect }) {
      const node = drawing?.hovered ?? null;
      element2.hidden = node === null;
      if (!drawing || node === null) return;
      const { at, graph } = drawing;
      const after = effect?.nodeValue[node] ?? Number.NaN;
      const key3 = `${node} ${graph.id[node]} ${after}`;
      if (key3 !== shown) element2.replaceChildren(...content(ui, drawing, node, after));
      shown = key3;
      const x = at.x[node] ?? 0;
      const y = at.y[node] ?? 0;
      const left = x + 16 + WIDTH > at.width ? x - 16 - WIDTH : x + 16;
      element2.style.left = `${Math.max(4, left)}px`;
      element2.classList.toggle("saec-tooltip-left", left < x);
      element2.style.top = `${Math.max(4, Math.min(at.height - 84, y - 20))}px`;
    }
  };
}
function content(ui, { graph }, node, after) {
  const value = graph.value[node] ?? Number.NaN;
  const moved = hasMoved(value, after) ? ` → ${format(after)}` : "";
  const facts2 = Number.isFinite(value) ? [`${valueName(graph, node)} ${valueText(graph, value)}${moved}`] : [];
  if (graph.kind[node] !== Kind.target) facts2.push(`influence ${percent(influenceShare(graph, node))}`);
  const effect = effectText(graph, node);
  if (effect) facts2.push(`total effect ${effect}`);
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: nodeName(graph, node) }),
    h(ui, "div", { class: "saec-tooltip-place", text: `${kindName(graph, node)} · ${place(graph, node)}` }),
    h(ui, "div", { text: facts2.join(" · ") })
  ];
}

// src/theme.ts
var VARIABLES = {
  ink: ["--saec-ink", "#1f2328"],
  muted: ["--saec-muted", "#5c6570"],
  faint: ["--saec-line", "#d5dae0"],
  paper: ["--saec-paper", "#ffffff"],
  band: ["--saec-band", "#f6f7f9"],
  node: ["--saec-node", "#66758a"],
  positive: ["--saec-positive", "#0072b2"],
  negative: ["--saec-negative", "#d55e00"],
  accent: ["--saec-accent", "#a6307c"],
  group: ["--saec-group", "#007d5b"],
  font: ["--saec-font", "system-ui, sans-serif"]
};
function readPalette(root) {
  const style = root.ownerDocument.defaultView?.getComputedStyle(root);
  const read = ([name, fallback]) => style?.getPropertyValue(name).trim() || fallback;
  const entries = Object.entries(VARIABLES).map(([key3, variable]) => [key3, read(variable)]);
  return Object.fromEntries(entries);
}
var WATCHED2 = {
  attributes: true,
  attributeFilter: [
    "data-jp-theme-light",
    "data-jp-theme-name",
    "data-vscode-theme-kind",
    "class",
    "data-theme"
  ]
};
function followTheme(ui, root, changed) {
  const view = ui.doc.defaultView;
  const preference = view?.matchMedia?.("(prefers-color-scheme: dark)");
  const apply = () => {
    root.classList.toggle("saec-dark", hostIsDark(ui.doc, preference?.matches ?? false));
    changed();
  };
  const observer = new MutationObserver(apply);
  observer.observe(ui.doc.body, WATCHED2);
  observer.observe(ui.doc.documentElement, WATCHED2);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  preference?.addEventListener("change", apply, { signal: ui.signal });
  apply();
}
function hostIsDark(doc, preferred) {
  const jupyter = doc.body.dataset.jpThemeLight;
  if (jupyter !== void 0) return jupyter === "false";
  for (const element2 of [doc.body, doc.documentElement]) {
    const { classList, dataset } = element2;
    const said = dataset.theme ?? "";
    if (classList.contains("vscode-dark") || classList.contains("dark") || said.includes("dark")) return true;
    if (classList.contains("vscode-light") || classList.contains("light") || said.includes("light"))
      return false;
  }
  return preferred;
}

// src/graph/shapes.ts
function bend({ y1, y2 }) {
  return (y2 - y1) * 0.42;
}
var DASH = [5, 3];

// src/graph/canvas.ts
function paint(context, shapes, font) {
  for (const shape2 of shapes) paintShape(context, shape2, font);
  context.globalAlpha = 1;
  context.setLineDash([]);
}
function paintClipped(context, shapes, font, clip) {
  context.save();
  context.beginPath();
  context.rect(clip.x, clip.y, clip.width, clip.height);
  context.clip();
  paint(context, shapes, font);
  context.restore();
}
function paintShape(context, shape2, font) {
  context.globalAlpha = shape2.alpha;
  switch (shape2.type) {
    case "curve": {
      const reach = bend(shape2);
      context.beginPath();
      context.moveTo(shape2.x1, shape2.y1);
      context.bezierCurveTo(shape2.x1, shape2.y1 + reach, shape2.x2, shape2.y2 - reach, shape2.x2, shape2.y2);
      outline2(context, shape2.stroke, shape2.width, shape2.dashed);
      return;
    }
    case "circle":
      context.beginPath();
      context.arc(shape2.x, shape2.y, shape2.r, 0, 2 * Math.PI);
      fill(context, shape2.fill);
      outline2(context, shape2.stroke, shape2.width, shape2.dashed ?? false);
      return;
    case "polygon":
      context.beginPath();
      for (let i = 0; i < shape2.points.length; i += 2) {
        context.lineTo(shape2.points[i] ?? 0, shape2.points[i + 1] ?? 0);
      }
      if (shape2.closed) context.closePath();
      fill(context, shape2.fill);
      outline2(context, shape2.stroke, shape2.width, false);
      return;
    case "box":
      context.beginPath();
      context.roundRect(shape2.x, shape2.y, shape2.width, shape2.height, shape2.radius);
      fill(context, shape2.fill);
      outline2(context, shape2.stroke, shape2.line, false);
      return;
    case "text":
      write(context, shape2, font);
  }
}
function fill(context, colour) {
  if (colour === null) return;
  context.fillStyle = colour;
  context.fill();
}
function outline2(context, colour, width, dashed) {
  if (colour === null || width <= 0) return;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashed ? DASH : []);
  context.stroke();
}
function write(context, shape2, font) {
  context.save();
  context.translate(shape2.x, shape2.y);
  context.rotate(shape2.rotate * Math.PI / 180);
  context.font = `${shape2.bold ? "600 " : ""}${shape2.size}px ${font}`;
  context.textAlign = shape2.anchor === "middle" ? "center" : shape2.anchor === "end" ? "right" : "left";
  context.textBaseline = "middle";
  context.direction = "ltr";
  if (shape2.halo !== null) {
    context.strokeStyle = shape2.halo;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.setLineDash([]);
    context.strokeText(shape2.text, 0, 0);
  }
  context.fillStyle = shape2.fill;
  context.fillText(shape2.text, 0, 0);
  context.restore();
}
function openCanvas(canvas, size, density) {
  const width = Math.round(size.width * density);
  const height = Math.round(size.height * density);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(density, 0, 0, density, 0, 0);
  context?.clearRect(0, 0, size.width, size.height);
  return context;
}
function createMeasure(doc, font) {
  const context = doc.createElement("canvas").getContext("2d");
  const known2 = /* @__PURE__ */ new Map();
  return (text2, size) => {
    const key3 = `${size} ${font()} ${text2}`;
    let width = known2.get(key3);
    if (width === void 0) {
      if (context) context.font = `${size}px ${font()}`;
      width = context?.measureText(text2)?.width ?? text2.length * size * 0.55;
      known2.set(key3, width);
    }
    return width;
  };
}

// src/graph/drawing.ts
function prepare(input) {
  const { graph, visible: visible2, at } = input;
  const active = input.hovered ?? input.selected;
  const strongest2 = Math.max(1e-12, ...prunableInfluence(graph));
  return {
    ...input,
    active,
    pinned: new Set(rows(graph, input.pins)),
    edited: new Map(
      input.edits.flatMap((edit) => editedRows(graph, edit).map((row) => [row, edit]))
    ),
    matches: input.found && new Set(input.found),
    lit: active === null ? /* @__PURE__ */ new Map() : litNeighbours(graph, visible2, active),
    radius: (node) => nodeRadius(graph, node, at.radius, strongest2)
  };
}
function prunableInfluence(graph) {
  return graph.influence.filter((_, node) => graph.kind[node] !== Kind.target);
}
function nodeRadius(graph, node, most, strongest2) {
  const kind = graph.kind[node];
  if (kind === Kind.target) return most;
  if (kind === Kind.token) return most * 0.72;
  const share = Math.sqrt(Math.min(1, (graph.influence[node] ?? 0) / strongest2));
  const largest = kind === Kind.feature ? most : most * 0.75;
  return Math.max(1.8, largest * (0.34 + 0.66 * share));
}
function litNeighbours(graph, visible2, active) {
  const lit = /* @__PURE__ */ new Map();
  for (const edge of edgesOf(graph.inputs, active)) lit.set(graph.source[edge] ?? 0, graph.share[edge] ?? 0);
  for (const edge of edgesOf(graph.outputs, active)) lit.set(graph.target[edge] ?? 0, graph.share[edge] ?? 0);
  for (const node of lit.keys()) if (!visible2.node[node]) lit.delete(node);
  return lit;
}
function occurrences(drawing, node) {
  const key3 = featureKey(drawing.graph, node);
  if (key3 === null) return [];
  return [...drawing.at.x.keys()].filter(
    (other) => other !== node && drawing.visible.node[other] === 1 && featureKey(drawing.graph, other) === key3
  );
}

// src/graph/hit.ts
var REACH = 30;
function nearest(x, y, at, reach = REACH) {
  let best = null;
  let least = reach * reach;
  for (let node = 0; node < x.length; node++) {
    const dx = (x[node] ?? Number.NaN) - at.x;
    const dy = (y[node] ?? Number.NaN) - at.y;
    const distance = dx * dx + dy * dy;
    if (distance <= least) {
      least = distance;
      best = node;
    }
  }
  return best;
}
function step(graph, x, y, from, direction) {
  const layer = (node) => graph.layer[node] ?? 0;
  const shown = [...x.keys()].filter((node) => !Number.isNaN(x[node] ?? Number.NaN));
  const at = { x: x[from] ?? 0, y: y[from] ?? 0 };
  if (direction === "left" || direction === "right") {
    const row2 = shown.filter((node) => layer(node) === layer(from));
    row2.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || (y[a] ?? 0) - (y[b] ?? 0) || a - b);
    return row2[row2.indexOf(from) + (direction === "right" ? 1 : -1)] ?? from;
  }
  const sign = direction === "up" ? 1 : -1;
  const beyond = shown.filter((node) => (layer(node) - layer(from)) * sign > 0);
  if (beyond.length === 0) return from;
  const next = Math.min(...beyond.map((node) => Math.abs(layer(node) - layer(from))));
  const row = beyond.filter((node) => Math.abs(layer(node) - layer(from)) === next);
  return row.reduce(
    (best, node) => Math.abs((x[node] ?? 0) - at.x) < Math.abs((x[best] ?? 0) - at.x) ? node : best
  );
}

// src/graph/keys.ts
function handleKeys(ui, stage, target) {
  const commands = {
    ArrowLeft: () => target.step("left"),
    ArrowRight: () => target.step("right"),
    ArrowUp: () => target.step("up"),
    ArrowDown: () => target.step("down"),
    Enter: target.open,
    p: target.pin,
    a: target.ablate,
    u: target.undo,
    U: target.redo,
    "/": target.search,
    Escape: target.clear,
    "+": () => target.zoom(1.3),
    "=": () => target.zoom(1.3),
    "-": () => target.zoom(1 / 1.3),
    "0": target.reset
  };
  const press = (event) => {
    const command = commands[event.key];
    if (!command || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  };
  stage.addEventListener("keydown", press, { signal: ui.signal });
}

// src/graph/layout.ts
var LABEL_SIZE = 12;
var SLANT = 38;
var TARGET_LENGTH = 16;
var TARGET_SLANT = 48;
var BOLD = 1.1;
var LEFT = 44;
var RIGHT = 14;
var EDGE_ROW = 34;
var GAP = 19;
var SWEEPS = 6;
function layout(graph, visible2, size, measure) {
  const cells = collectCells(graph, visible2);
  const labels = graph.meta.tokens.map((token) => shorten(showToken(token), 16));
  const widths = labels.map((label) => measure(label, LABEL_SIZE));
  const plotWidth = size.width - LEFT - RIGHT;
  const room = plotWidth / Math.max(1, labels.length) * 1.1;
  const slanted = Math.max(0, ...widths) > room;
  const bottom = slanted ? 14 + Math.sin(SLANT * Math.PI / 180) * Math.max(...widths) : 26;
  const plot = { x: LEFT, y: targetHeight(graph, measure), width: plotWidth, height: 0 };
  plot.height = Math.max(120, size.height - plot.y - bottom);
  const rows2 = makeRows(graph, plot);
  const floor = slanted ? 18 : 0;
  const least = labels.map((_, position) => slanted ? floor : (widths[position] ?? 0) + 12);
  const { columns, spacing, lines } = makeColumns(graph, cells, plot, rows2, least);
  const x = new Float32Array(graph.size).fill(Number.NaN);
  const y = new Float32Array(graph.size).fill(Number.NaN);
  const result = {
    ...size,
    plot,
    rows: rows2,
    columns,
    x,
    y,
    radius: radius(rows2, spacing, lines),
    labels,
    slanted
  };
  place2(cells, result, spacing, lines);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    order(graph, visible2, cells, x);
    place2(cells, result, spacing, lines);
  }
  return result;
}
function rowIndex(graph, node) {
  return Math.min(Math.max((graph.layer[node] ?? 0) + 1, 0), graph.meta.n_layers + 1);
}
function collectCells(graph, visible2) {
  const cells = /* @__PURE__ */ new Map();
  for (let node = 0; node < graph.size; node++) {
    if (!visible2.node[node]) continue;
    const row = rowIndex(graph, node);
    const column = Math.min(graph.position[node] ?? 0, Math.max(0, graph.meta.tokens.length - 1));
    const cell = cells.get(`${row} ${column}`) ?? { row, column, nodes: [], biases: [] };
    cells.set(`${row} ${column}`, cell);
    (graph.kind[node] === Kind.bias ? cell.biases : cell.nodes).push(node);
  }
  return [...cells.values()];
}
function targetLabel(graph, node, length) {
  const chance = graph.probability[node] ?? Number.NaN;
  const number3 = Number.isNaN(chance) ? format(graph.value[node] ?? Number.NaN) : percent(chance);
  return `${shorten(showToken(graph.label[node] ?? ""), length)}  ${number3}`;
}
function targetHeight(graph, measure) {
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  if (targets.length <= 1) return 30;
  const longest = Math.max(
    ...targets.map((node) => measure(targetLabel(graph, node, TARGET_LENGTH), LABEL_SIZE))
  );
  return 16 + Math.sin(TARGET_SLANT * Math.PI / 180) * longest * BOLD;
}
function makeRows(graph, plot) {
  const count = graph.meta.n_layers;
  const edge = Math.min(EDGE_ROW, plot.height / (count + 2));
  const height = (plot.height - 2 * edge) / Math.max(1, count);
  const rows2 = [{ layer: -1, mid: plot.y + plot.height - edge / 2, height: edge }];
  for (let layer = 0; layer < count; layer++) {
    rows2.push({ layer, mid: plot.y + plot.height - edge - (layer + 0.5) * height, height });
  }
  rows2.push({ layer: count, mid: plot.y + edge / 2, height: edge });
  return rows2;
}
function makeColumns(graph, cells, plot, rows2, least) {
  const count = Math.max(1, graph.meta.tokens.length);
  const most = rows2.map((row) => Math.max(1, Math.floor((row.height - 4) / 16)));
  let lines = rows2.map(() => 1);
  let needs = [];
  for (let limit2 = 1; limit2 <= Math.max(...most); limit2++) {
    lines = most.map((lineCount) => Math.min(lineCount, limit2));
    needs = new Array(count).fill(1);
    for (const cell of cells) {
      const across = Math.ceil(cell.nodes.length / (lines[cell.row] ?? 1));
      needs[cell.column] = Math.max(needs[cell.column] ?? 1, across);
    }
    if (sum(needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0))) <= plot.width) break;
  }
  const wanted = needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0) + 4);
  const spare = Math.max(0, plot.width - sum(wanted));
  const scale = Math.min(1, plot.width / sum(wanted));
  const widths = wanted.map((width) => width * scale + spare * (0.2 / count + 0.8 * width / sum(wanted)));
  const spacing = Math.min(26, ...needs.map((need, column) => ((widths[column] ?? 0) - 6) / need));
  let left = plot.x;
  const columns = widths.map((width) => {
    left += width;
    return { mid: left - width / 2, width };
  });
  return { columns, spacing: Math.max(2, spacing), lines };
}
var sum = (values) => values.reduce((total, value) => total + value, 0);
function radius(rows2, spacing, lines) {
  const heights = rows2.slice(1, -1).map((row, index) => row.height / (lines[index + 1] ?? 1));
  return Math.max(2, Math.min(8, spacing * 0.46, Math.min(...heights, 40) * 0.4));
}
function place2(cells, { columns, rows: rows2, x, y }, spacing, lines) {
  for (const { row, column, nodes: nodes2, biases } of cells) {
    const { mid, height } = rows2[row] ?? { mid: 0, height: 0 };
    const { mid: middle, width } = columns[column] ?? { mid: 0, width: 0 };
    for (const [index, node] of biases.entries()) {
      x[node] = middle - width / 2 + Math.min(9, width / 4) + index * spacing;
      y[node] = row === 0 ? mid : mid + height * 0.4;
    }
    const high = Math.min(lines[row] ?? 1, nodes2.length);
    const wide = Math.ceil(nodes2.length / high);
    const step2 = high === 1 ? 0 : Math.min(20, (height - 8) / high);
    const aside = nodes2.length === 1 && row > 0 && row < rows2.length - 1 ? (row % 3 - 1) * 7 : 0;
    for (const [index, node] of nodes2.entries()) {
      const across = Math.floor(index / high);
      const down = index % high;
      const stagger = high > 1 && down % 2 === 1 ? spacing * 0.25 : 0;
      x[node] = middle + (across - (wide - 1) / 2) * spacing + stagger + aside;
      y[node] = mid + (down - (high - 1) / 2) * step2;
    }
  }
}
function order(graph, visible2, cells, x) {
  const total = new Float64Array(graph.size);
  const weight = new Float64Array(graph.size);
  for (const edge of visible2.edges) {
    const source = graph.source[edge] ?? 0;
    const target = graph.target[edge] ?? 0;
    const share = Math.abs(graph.share[edge] ?? 0);
    total[source] = (total[source] ?? 0) + share * (x[target] ?? 0);
    weight[source] = (weight[source] ?? 0) + share;
    total[target] = (total[target] ?? 0) + share * (x[source] ?? 0);
    weight[target] = (weight[target] ?? 0) + share;
  }
  const wish = (node) => weight[node] ? (total[node] ?? 0) / (weight[node] ?? 1) : x[node] ?? 0;
  for (const cell of cells) {
    const leads = (node) => graph.kind[node] === Kind.token || graph.kind[node] === Kind.target;
    cell.nodes.sort((a, b) => {
      if (leads(a) !== leads(b)) return leads(a) ? -1 : 1;
      return (leads(a) ? 0 : wish(a) - wish(b)) || a - b;
    });
  }
}

// src/graph/marks/axes.ts
var text = (x, y, content2, fill2, more = {}) => ({
  type: "text",
  x,
  y,
  text: content2,
  size: LABEL_SIZE,
  bold: false,
  anchor: "middle",
  rotate: 0,
  fill: fill2,
  halo: null,
  alpha: 1,
  ...more
});
function grid({ at, palette }) {
  const shapes = [];
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
      alpha: 0.8
    });
  }
  return shapes;
}
function frame(drawing) {
  return [...layerNames(drawing), ...tokenLabels(drawing), ...targetLabels(drawing)];
}
function layerNames({ at, graph, palette }) {
  const { plot, rows: rows2 } = at;
  const inside2 = rows2.filter((row) => row.mid > plot.y - 1 && row.mid < plot.y + plot.height + 1);
  const height = Math.max(1, rows2[1]?.height ?? 1);
  const every = [1, 2, 5, 10, 20, 50].find((count) => count * height >= 14) ?? 50;
  return inside2.filter((row) => row.layer < 0 || row.layer >= graph.meta.n_layers || row.layer % every === 0).map((row) => {
    const name = row.layer < 0 ? "token" : row.layer >= graph.meta.n_layers ? "out" : `L${row.layer}`;
    return text(plot.x - 8, row.mid, name, palette.muted, { anchor: "end", size: 11 });
  });
}
function tokenLabels({ at, graph, palette, active, selected }) {
  const { plot, columns } = at;
  const y = plot.y + plot.height + 13;
  const marked = new Set(
    [active, selected].filter((node) => node !== null).map((node) => graph.position[node])
  );
  return columns.flatMap((column, position) => {
    if (column.mid < plot.x || column.mid > plot.x + plot.width) return [];
    const label = at.labels[position] ?? "";
    const fill2 = marked.has(position) ? palette.accent : palette.ink;
    const bold = marked.has(position);
    if (!at.slanted) return [text(column.mid, y, label, fill2, { bold })];
    return [text(column.mid + 4, y - 3, label, fill2, { anchor: "end", rotate: -SLANT, bold })];
  });
}
function targetLabels({ at, graph, palette, measure, selected }) {
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  const { plot } = at;
  return targets.flatMap((node) => {
    const x = at.x[node] ?? Number.NaN;
    if (!(x >= plot.x && x <= plot.x + plot.width)) return [];
    const label = targetLabel(graph, node, targets.length > 1 ? TARGET_LENGTH : 40);
    const fill2 = node === selected ? palette.accent : palette.ink;
    if (targets.length > 1) {
      return [text(x + 2, plot.y - 8, label, fill2, { anchor: "end", rotate: TARGET_SLANT, bold: true })];
    }
    const half = measure(label, LABEL_SIZE + 1) / 2 * BOLD + 4;
    const middle = Math.max(plot.x + half, Math.min(plot.x + plot.width - half, x));
    return [text(middle, plot.y - 13, label, fill2, { bold: true, size: LABEL_SIZE + 1 })];
  });
}

// src/graph/marks/links.ts
function links(drawing) {
  const { graph, visible: visible2 } = drawing;
  const most = Math.max(1e-12, graph.score[visible2.edges.at(-1) ?? 0] ?? 0);
  const crowd = Math.min(1, 12 / Math.sqrt(Math.max(1, visible2.edges.length)));
  return [...visible2.edges].map((edge) => {
    const strength = Math.sqrt((graph.score[edge] ?? 0) / most);
    return link(drawing, edge, Math.min(0.9, 0.08 + crowd * 0.35 * strength + 0.55 * strength ** 2));
  });
}
function focusLinks(drawing) {
  const { graph, visible: visible2, active } = drawing;
  if (active === null) return [];
  const edges = [...edgesOf(graph.inputs, active), ...edgesOf(graph.outputs, active)];
  return edges.filter((edge) => visible2.node[graph.source[edge] ?? 0] && visible2.node[graph.target[edge] ?? 0]).sort((a, b) => Math.abs(graph.share[a] ?? 0) - Math.abs(graph.share[b] ?? 0)).map(
    (edge) => link(drawing, edge, Math.min(0.95, 0.25 + 1.6 * Math.sqrt(Math.abs(graph.share[edge] ?? 0))))
  );
}
function link({ graph, at, palette, zoom }, edge, alpha) {
  const source = graph.source[edge] ?? 0;
  const target = graph.target[edge] ?? 0;
  const share = graph.share[edge] ?? 0;
  return {
    type: "curve",
    x1: at.x[source] ?? 0,
    y1: at.y[source] ?? 0,
    x2: at.x[target] ?? 0,
    y2: at.y[target] ?? 0,
    stroke: share < 0 ? palette.negative : palette.positive,
    width: (0.5 + 4 * Math.sqrt(Math.abs(share)) ** 1.2) * zoom ** 0.35,
    dashed: share < 0,
    alpha
  };
}

// src/graph/marks/halos.ts
var LEAST = 0.02;
var MOST_HALOS = 80;
function haloOf(graph, effect, node) {
  const after = effect?.nodeValue[node] ?? Number.NaN;
  const before = graph.value[node] ?? Number.NaN;
  const change = after - before;
  if (!Number.isFinite(change) || Math.abs(change) < 1e-5) return 0;
  const relative = change / Math.max(Math.abs(before), Math.abs(after), 1e-9);
  return Math.abs(relative) < LEAST ? 0 : relative;
}
function halos(drawing) {
  const { graph, visible: visible2, effect, at, palette } = drawing;
  if (!effect) return [];
  const moved = [...at.x.keys()].filter((node) => visible2.node[node] === 1).map((node) => ({ node, change: haloOf(graph, effect, node) })).filter(({ change }) => change !== 0).sort((a, b) => weightOf(graph, b.node, b.change) - weightOf(graph, a.node, a.change)).slice(0, MOST_HALOS);
  return moved.flatMap(({ node, change }) => {
    const strength = Math.min(1, Math.abs(change));
    const x = at.x[node] ?? 0;
    const y = at.y[node] ?? 0;
    const r = drawing.radius(node) + 3.2;
    const colour = change > 0 ? palette.positive : palette.negative;
    const glow = {
      type: "circle",
      x,
      y,
      r: r + 2,
      fill: colour,
      stroke: null,
      width: 0,
      alpha: 0.08 + 0.22 * strength
    };
    const ring2 = { type: "circle", x, y, r, fill: null, stroke: colour, width: 1 + 1.4 * strength };
    return [
      glow,
      { ...ring2, dashed: change < 0, alpha: 0.9 },
      arrow(x + r * 0.8, y - r * 0.8, change, colour, palette.paper)
    ];
  });
}
function weightOf(graph, node, change) {
  return Math.abs(change) * (graph.kind[node] === Kind.target ? 10 : graph.influence[node] ?? 0);
}
function arrow(x, y, change, fill2, casing) {
  const tip = change > 0 ? -4.5 : 4.5;
  const points = [x, y + tip, x + 4.6, y - tip * 0.75, x - 4.6, y - tip * 0.75];
  return { type: "polygon", points, closed: true, fill: fill2, stroke: casing, width: 1, alpha: 1 };
}

// src/graph/marks/supernodes.ts
var SIZE = 11;
var HEIGHT2 = 17;
function chips(drawing) {
  const { graph, visible: visible2, at, measure, supernodes } = drawing;
  return supernodes.flatMap(({ name, members }) => {
    const shown = rows(graph, members).filter((node) => visible2.node[node] === 1);
    const [first] = shown.toSorted((a, b) => (at.y[a] ?? 0) - (at.y[b] ?? 0));
    if (first === void 0) return [];
    const text2 = `${shorten(visible(name), 24)} ×${shown.length}`;
    const width = measure(text2, SIZE) * BOLD + 14;
    const left = (at.x[first] ?? 0) - width / 2;
    const box = {
      x: Math.max(at.plot.x, Math.min(at.plot.x + at.plot.width - width, left)),
      y: Math.max(at.plot.y + 1, (at.y[first] ?? 0) - drawing.radius(first) - HEIGHT2 - 7),
      width,
      height: HEIGHT2
    };
    return [{ text: text2, box, members: shown }];
  });
}
function supernodeChips(drawing) {
  const { at, palette } = drawing;
  return chips(drawing).flatMap(({ text: text2, box, members }) => {
    const rings2 = members.map((node) => {
      const r = drawing.radius(node) + 2.6;
      const circle = { type: "circle", x: at.x[node] ?? 0, y: at.y[node] ?? 0, r, fill: null };
      return { ...circle, stroke: palette.group, width: 1.8, alpha: 1 };
    });
    const chip = {
      type: "box",
      ...box,
      radius: HEIGHT2 / 2,
      fill: palette.group,
      stroke: palette.paper,
      line: 1,
      alpha: 1
    };
    const middle = { x: box.x + box.width / 2, y: box.y + HEIGHT2 / 2 + 0.5, anchor: "middle" };
    const look = { size: SIZE, bold: true, rotate: 0, fill: palette.paper, halo: null, alpha: 1 };
    return [...rings2, chip, { type: "text", text: text2, ...middle, ...look }];
  });
}

// src/graph/marks/labels.ts
var SIZE2 = 11;
var LENGTH = 24;
var STRONGEST = 14;
function nodeLabels(drawing) {
  const { at, measure, palette, visible: visible2, graph } = drawing;
  const groups = chips(drawing);
  const grouped = new Set(groups.flatMap(({ members }) => members));
  const taken = groups.map(({ box }) => box);
  for (let node = 0; node < graph.size; node++) if (visible2.node[node]) taken.push(around(drawing, node));
  const labels = [];
  for (const node of candidates(drawing)) {
    if (grouped.has(node) && node !== drawing.selected) continue;
    const important = node === drawing.active || node === drawing.selected;
    const text2 = shorten(visible(graph.label[node] ?? ""), important ? 36 : LENGTH);
    const spot = findSpot(drawing, node, measure(text2, SIZE2) * (important ? BOLD : 1) + 4, taken);
    if (!spot) continue;
    taken.push(spot.box);
    labels.push({
      type: "text",
      x: spot.x,
      y: spot.box.y + spot.box.height / 2,
      text: text2,
      size: SIZE2,
      bold: important,
      anchor: spot.anchor,
      rotate: 0,
      fill: important ? palette.accent : palette.ink,
      halo: palette.paper,
      alpha: drawing.active === null || important || drawing.lit.has(node) ? 1 : 0.75
    });
  }
  return labels.filter((label) => label.x >= at.plot.x);
}
function candidates(drawing) {
  const { graph, visible: visible2, active, selected, pinned, edited, matches, lit } = drawing;
  const wanted = [selected, ...edited.keys(), ...pinned];
  if (matches) wanted.push(...[...matches].slice(0, STRONGEST));
  const neighbours = [...lit.entries()].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).map(([node]) => node);
  wanted.push(...neighbours.slice(0, STRONGEST));
  if (active === null && !matches) wanted.push(...strongest(drawing));
  return [...new Set(wanted)].filter(
    // The hovered node is named by its tooltip.
    (node) => node !== null && node !== drawing.hovered && visible2.node[node] === 1 && isNamed(graph.kind[node] ?? 0)
  );
}
function isNamed(kind) {
  return kind === Kind.feature;
}
function strongest({ graph, visible: visible2, zoom }) {
  return [...graph.influence.keys()].filter((node) => visible2.node[node] === 1 && graph.kind[node] === Kind.feature).sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0)).slice(0, Math.round(STRONGEST * zoom));
}
function around(drawing, node) {
  const r = drawing.radius(node) + 1;
  return { x: (drawing.at.x[node] ?? 0) - r, y: (drawing.at.y[node] ?? 0) - r, width: 2 * r, height: 2 * r };
}
function findSpot(drawing, node, width, taken) {
  const { at } = drawing;
  const x = at.x[node] ?? 0;
  const y = at.y[node] ?? 0;
  const ringed = node === drawing.active || node === drawing.selected;
  const moved = haloOf(drawing.graph, drawing.effect, node) !== 0;
  const gap2 = drawing.radius(node) + (moved ? 11 : ringed ? 8 : 5);
  const height = SIZE2 + 3;
  const half = width / 2;
  const middle = Math.max(at.plot.x + half, Math.min(x, at.plot.x + at.plot.width - half));
  const spots = [
    { x: x + gap2, anchor: "start", box: { x: x + gap2, y: y - height / 2, width, height } },
    { x: x - gap2, anchor: "end", box: { x: x - gap2 - width, y: y - height / 2, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y - gap2 - height, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y + gap2, width, height } }
  ];
  return spots.find(({ box }) => within(box, at.plot) && !taken.some((other) => overlap(box, other))) ?? null;
}
function within(box, plot) {
  const right = box.x + box.width <= plot.x + plot.width;
  return box.x >= plot.x && right && box.y >= plot.y && box.y + box.height <= plot.y + plot.height;
}
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// src/graph/marks/nodes.ts
function nodes(drawing) {
  const { graph, visible: visible2 } = drawing;
  const shapes = [];
  for (let node = 0; node < graph.size; node++) if (visible2.node[node]) shapes.push(...glyph(drawing, node));
  return shapes;
}
function glyph(drawing, node) {
  const { graph, at, palette, edited } = drawing;
  const x = at.x[node] ?? 0;
  const y = at.y[node] ?? 0;
  const r = drawing.radius(node);
  const alpha = inkOf(drawing, node);
  const share = drawing.lit.get(node);
  const linked = share === void 0 ? null : share < 0 ? palette.negative : palette.positive;
  const fill2 = node === drawing.selected ? palette.accent : linked ?? palette.node;
  const casing = {
    type: "circle",
    x,
    y,
    r: r + 1.2,
    fill: palette.paper,
    stroke: null,
    width: 0,
    alpha: 1
  };
  switch (graph.kind[node]) {
    case Kind.error: {
      const d = r * 1.15;
      const points = [x, y - d, x + d, y, x, y + d, x - d, y];
      return [
        { type: "polygon", points, closed: true, fill: palette.paper, stroke: fill2, width: 1.4, alpha }
      ];
    }
    case Kind.token: {
      const box = { x: x - r, y: y - r, width: 2 * r, height: 2 * r, radius: 1 };
      return [
        {
          type: "box",
          ...box,
          fill: linked ?? palette.paper,
          stroke: linked ?? palette.ink,
          line: 1.4,
          alpha
        }
      ];
    }
    case Kind.bias: {
      const points = [x, y - r, x + r, y + r * 0.8, x - r, y + r * 0.8];
      return [
        { type: "polygon", points, closed: true, fill: palette.paper, stroke: fill2, width: 1.3, alpha }
      ];
    }
    case Kind.target: {
      const box = { x: x - r, y: y - r, width: 2 * r, height: 2 * r, radius: r * 0.45 };
      const ink = node === drawing.selected ? palette.accent : palette.ink;
      return [{ type: "box", ...box, fill: ink, stroke: palette.paper, line: 1, alpha }];
    }
    default: {
      const circle = { type: "circle", x, y, r, fill: fill2, stroke: null, width: 0, alpha };
      return edited.has(node) ? [casing, circle, ...badge(drawing, node, x, y, r)] : [casing, circle];
    }
  }
}
function badge({ palette, edited }, node, x, y, r) {
  const reach = Math.max(3.2, r * 0.75);
  const stroke = (points) => ({
    type: "polygon",
    points,
    closed: false,
    fill: null,
    stroke: palette.paper,
    width: 1.8,
    alpha: 1
  });
  const back = {
    type: "circle",
    x,
    y,
    r: Math.max(r, 5),
    fill: palette.accent,
    stroke: null,
    width: 0,
    alpha: 1
  };
  const falling = stroke([x - reach * 0.7, y - reach * 0.7, x + reach * 0.7, y + reach * 0.7]);
  const rising = stroke([x - reach * 0.7, y + reach * 0.7, x + reach * 0.7, y - reach * 0.7]);
  if (edited.get(node)?.op === "ablate") return [back, falling, rising];
  return [back, stroke([x - reach * 0.8, y, x + reach * 0.8, y])];
}
function inkOf({ active, selected, lit, matches, edited, pinned }, node) {
  if (node === active || node === selected || edited.has(node)) return 1;
  if (matches !== null) return matches.has(node) ? 1 : 0.15;
  if (active === null || lit.has(node)) return 1;
  return pinned.has(node) ? 0.8 : 0.36;
}

// src/graph/marks/rings.ts
function rings(drawing) {
  const { selected, hovered, active, pinned, matches, palette } = drawing;
  const shapes = [];
  const add = (node, gap2, stroke, width, dashed = false) => {
    if (drawing.visible.node[node]) shapes.push(ring(drawing, node, gap2, stroke, width, dashed));
  };
  for (const node of pinned) add(node, 2.6, palette.ink, 1.6);
  if (matches && matches.size <= 200) for (const node of matches) add(node, 2.6, palette.group, 1.4);
  if (active !== null)
    for (const node of occurrences(drawing, active)) add(node, 3.4, palette.accent, 1.2, true);
  if (selected !== null) add(selected, 4, palette.accent, 2.2);
  if (hovered !== null && hovered !== selected) add(hovered, 4, palette.accent, 1.4, true);
  return shapes;
}
function ring(drawing, node, gap2, stroke, width, dashed) {
  const { at } = drawing;
  return {
    type: "circle",
    x: at.x[node] ?? 0,
    y: at.y[node] ?? 0,
    r: drawing.radius(node) + gap2,
    fill: null,
    stroke,
    width,
    dashed,
    alpha: 1
  };
}

// src/graph/scene.ts
function buildFront(drawing) {
  const marks = [...halos(drawing), ...nodes(drawing), ...rings(drawing), ...supernodeChips(drawing)];
  return {
    focus: focusLinks(drawing),
    nodes: [...marks, ...nodeLabels(drawing)],
    frame: frame(drawing)
  };
}
function linksAlpha({ active, matches }) {
  return active !== null || matches !== null ? 0.25 : 1;
}
function buildScene(drawing) {
  const { width, height, plot } = drawing.at;
  const fade = linksAlpha(drawing);
  const faded = links(drawing).map((link2) => ({ ...link2, alpha: link2.alpha * fade }));
  return { width, height, plot, back: grid(drawing), links: faded, ...buildFront(drawing) };
}

// src/graph/layers.ts
var HEAVY = 2500;
function createLayers(ui) {
  const layer = (name) => h(ui, "canvas", { class: `saec-canvas saec-canvas-${name}` });
  const [back, middle, focus, front] = [layer("grid"), layer("links"), layer("focus"), layer("nodes")];
  let painted = null;
  function render2(drawing, size, zoom, extent) {
    const density = ui.doc.defaultView?.devicePixelRatio || 1;
    const open = (canvas) => openCanvas(canvas, size, density);
    const contexts = { back: open(back), focus: open(focus), front: open(front) };
    const mustPaint = !painted || extent === "all" || extent === "moving" && (drawing?.visible.edges.length ?? 0) <= HEAVY;
    const linksContext = mustPaint ? open(middle) : null;
    if (!drawing) {
      painted = null;
      return;
    }
    const { at, palette } = drawing;
    if (contexts.back) paintClipped(contexts.back, grid(drawing), palette.font, at.plot);
    if (linksContext) {
      paintClipped(linksContext, links(drawing), palette.font, at.plot);
      painted = zoom;
    }
    shift(middle, painted ?? zoom, zoom);
    middle.style.opacity = String(linksAlpha(drawing));
    const scene = buildFront(drawing);
    if (contexts.focus) paintClipped(contexts.focus, scene.focus, palette.font, at.plot);
    if (contexts.front) {
      paintClipped(contexts.front, scene.nodes, palette.font, at.plot);
      paint(contexts.front, scene.frame, palette.font);
    }
  }
  return { elements: [back, middle, focus, front], render: render2 };
}
function shift(canvas, from, to) {
  const k = to.k / from.k;
  const moved = k !== 1 || to.x !== from.x || to.y !== from.y;
  canvas.style.transform = moved ? `translate(${to.x - from.x * k}px, ${to.y - from.y * k}px) scale(${k})` : "";
}

// src/graph/pointer.ts
var SLACK = 4;
function handlePointer(ui, stage, target) {
  const pressed = /* @__PURE__ */ new Map();
  let travelled = 0;
  const options = { signal: ui.signal };
  const place3 = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - stage.clientLeft, y: event.clientY - box.top - stage.clientTop };
  };
  const gap2 = () => {
    const [a, b] = [...pressed.values()];
    return a && b ? { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : null;
  };
  const down = (event) => {
    if (event.button !== 0) return;
    pressed.set(event.pointerId, place3(event));
    travelled = 0;
  };
  const move = (event) => {
    const at = place3(event);
    const last = pressed.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch") target.hover(at);
      return;
    }
    const before = gap2();
    pressed.set(event.pointerId, at);
    travelled += Math.hypot(at.x - last.x, at.y - last.y);
    if (travelled < SLACK) return;
    stage.setPointerCapture?.(event.pointerId);
    stage.classList.add("saec-dragging");
    const after = gap2();
    if (before && after) target.zoom(after.distance / Math.max(1, before.distance), after);
    else target.pan(at.x - last.x, at.y - last.y);
  };
  const up = (event) => {
    pressed.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
  };
  const click = (event) => {
    if (travelled < SLACK) target.click(place3(event), event.metaKey || event.ctrlKey);
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), place3(event));
  };
  stage.addEventListener("pointerdown", down, options);
  stage.addEventListener("pointermove", move, options);
  stage.addEventListener("pointerup", up, options);
  stage.addEventListener("pointercancel", up, options);
  stage.addEventListener("pointerleave", () => target.hover(null), options);
  stage.addEventListener("click", click, options);
  stage.addEventListener("dblclick", () => target.reset(), options);
  stage.addEventListener("wheel", wheel, { ...options, passive: false });
}

// src/graph/view.ts
var NO_ZOOM = { k: 1, x: 0, y: 0 };
var MOST = 12;
function limit(zoom, plot) {
  const k = Math.min(MOST, Math.max(1, zoom.k));
  const hold = (shift2, from, length) => Math.min(from * (1 - k), Math.max((from + length) * (1 - k), shift2));
  return { k, x: hold(zoom.x, plot.x, plot.width), y: hold(zoom.y, plot.y, plot.height) };
}
function zoomAt(zoom, factor, at, plot) {
  const k = Math.min(MOST, Math.max(1, zoom.k * factor));
  const by = k / zoom.k;
  return limit({ k, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, plot);
}
function applyZoom(layout2, zoom) {
  const { k, x, y } = zoom;
  return {
    ...layout2,
    x: layout2.x.map((value) => value * k + x),
    y: layout2.y.map((value) => value * k + y),
    rows: layout2.rows.map((row) => ({ ...row, mid: row.mid * k + y, height: row.height * k })),
    columns: layout2.columns.map((column) => ({ mid: column.mid * k + x, width: column.width * k })),
    radius: Math.min(layout2.radius * Math.sqrt(k), 14)
  };
}
function reveal(zoom, at, plot) {
  const margin = 40;
  const shift2 = (value, from, length) => Math.max(from + margin - value, 0) + Math.min(from + length - margin - value, 0);
  if (zoom.k === 1) return zoom;
  const x = at.x * zoom.k + zoom.x;
  const y = at.y * zoom.k + zoom.y;
  return limit(
    { k: zoom.k, x: zoom.x + shift2(x, plot.x, plot.width), y: zoom.y + shift2(y, plot.y, plot.height) },
    plot
  );
}

// src/graph/zoom_buttons.ts
function zoomButtons(ui, zoomBy, reset) {
  const button2 = (text2, title2, run) => {
    const on = { click: run };
    return h(ui, "button", {
      class: "saec-button saec-button-small",
      text: text2,
      title: title2,
      attrs: { "aria-label": title2 },
      on
    });
  };
  const element2 = h(
    ui,
    "div",
    { class: "saec-zoom", attrs: { role: "group", "aria-label": "Zoom" } },
    button2("+", "Zoom in", () => zoomBy(1.4)),
    button2("−", "Zoom out", () => zoomBy(1 / 1.4)),
    button2("⤢", "Show all", reset)
  );
  for (const event of ["pointerdown", "pointermove", "click", "dblclick", "keydown"]) {
    element2.addEventListener(event, (happened) => happened.stopPropagation());
  }
  return element2;
}

// src/graph/stage.ts
var SIZE3 = { width: 720, height: 420 };
var REST_MS = 120;
var HELP = "Circuit by layer and token. Arrow keys move between nodes, Enter opens the panel, P pins, A ablates, U undoes, slash searches, Escape clears.";
var RANK = { front: 0, moving: 1, all: 2 };
function createStage(ui, { store, actions, root, commands }) {
  const view = ui.doc.defaultView ?? window;
  const layers = createLayers(ui);
  const tooltip = createTooltip(ui);
  const live = h(ui, "div", { class: "saec-offscreen saec-live", attrs: { "aria-live": "polite" } });
  const attrs = { tabindex: 0, role: "application", "aria-roledescription": "circuit", "aria-label": HELP };
  const element2 = h(ui, "div", { class: "saec-stage", attrs }, ...layers.elements, tooltip.element, live);
  let palette = readPalette(root);
  const measure = createMeasure(ui.doc, () => palette.font);
  let size = SIZE3;
  let zoom = NO_ZOOM;
  let base = null;
  let due = null;
  let rest;
  function drawing(quiet = false) {
    const { graph, visible: visible2, selected, edits, effect, supernodes, pinned, matches } = store.get();
    const hovered = quiet ? null : store.get().hovered;
    if (!graph || !visible2 || !base) return null;
    const at = applyZoom(base, zoom);
    const looks = { measure, palette, zoom: zoom.k };
    return prepare({
      graph,
      visible: visible2,
      at,
      ...looks,
      selected,
      hovered,
      edits,
      effect,
      supernodes,
      pins: pinned,
      found: matches
    });
  }
  function render2() {
    const extent = due ?? "all";
    due = null;
    if (ui.signal.aborted) return;
    const now = drawing();
    layers.render(now, size, zoom, extent);
    tooltip.show(now, store.get());
    if (extent === "moving" && (now?.visible.edges.length ?? 0) > HEAVY) {
      clearTimeout(rest);
      rest = setTimeout(() => request("all"), REST_MS);
    }
  }
  function request(extent) {
    if (due === null) view.requestAnimationFrame(render2);
    if (due === null || RANK[extent] > RANK[due]) due = extent;
  }
  function arrange() {
    const { graph, visible: visible2 } = store.get();
    base = graph && visible2 ? layout(graph, visible2, size, measure) : null;
    if (base) zoom = limit(zoom, base.plot);
    request("all");
  }
  function setZoom(next) {
    if (next.k === zoom.k && next.x === zoom.x && next.y === zoom.y) return;
    zoom = next;
    request("moving");
  }
  function nodeAt(at) {
    if (!base) return null;
    const { x, y } = applyZoom(base, zoom);
    return nearest(x, y, at);
  }
  const zoomBy = (factor) => {
    if (base) setZoom(zoomAt(zoom, factor, { x: size.width / 2, y: size.height / 2 }, base.plot));
  };
  const current = () => store.get().selected ?? store.get().hovered;
  element2.append(zoomButtons(ui, zoomBy, () => setZoom(NO_ZOOM)));
  handlePointer(ui, element2, {
    hover: (at) => actions.hover(at && nodeAt(at)),
    click(at, pin2) {
      const node = nodeAt(at);
      if (pin2 && node !== null) actions.togglePin(node);
      else actions.select(node);
    },
    pan(dx, dy) {
      if (base) setZoom(limit({ k: zoom.k, x: zoom.x + dx, y: zoom.y + dy }, base.plot));
    },
    zoom(factor, at) {
      if (base) setZoom(zoomAt(zoom, factor, at, base.plot));
    },
    reset: () => setZoom(NO_ZOOM)
  });
  handleKeys(ui, element2, {
    step(direction) {
      const { graph, selected } = store.get();
      if (!graph || !base) return;
      const next = selected === null ? graph.kind.indexOf(Kind.target) : step(graph, base.x, base.y, selected, direction);
      actions.hover(null);
      if (next >= 0) actions.select(next);
    },
    open() {
      const node = current();
      if (node !== null) actions.select(node);
      commands.panel();
    },
    pin() {
      const node = current();
      if (node !== null) actions.togglePin(node);
    },
    ablate() {
      const node = current();
      if (node !== null) commands.ablate(node);
    },
    undo: actions.undo,
    redo: actions.redo,
    search: commands.search,
    clear() {
      actions.search("");
      actions.select(null);
    },
    zoom: zoomBy,
    reset: () => setZoom(NO_ZOOM)
  });
  store.watch(["graph"], () => {
    zoom = NO_ZOOM;
  });
  store.watch(["graph", "visible"], arrange);
  store.watch(["selected"], ({ graph, selected }) => {
    live.textContent = graph && selected !== null ? announce2(graph, selected) : "";
    const at = base && selected !== null ? { x: base.x[selected] ?? 0, y: base.y[selected] ?? 0 } : null;
    if (base && at) setZoom(reveal(zoom, at, base.plot));
  });
  store.watch(
    ["selected", "hovered", "pinned", "edits", "effect", "supernodes", "matches"],
    () => request("front")
  );
  const observer = new ResizeObserver(() => {
    const next = { width: element2.clientWidth || SIZE3.width, height: element2.clientHeight || SIZE3.height };
    if (next.width === size.width && next.height === size.height) return;
    size = next;
    arrange();
  });
  observer.observe(element2);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  ui.signal.addEventListener("abort", () => clearTimeout(rest), { once: true });
  return {
    element: element2,
    picture() {
      const now = drawing(true);
      return now && { scene: buildScene(now), palette };
    },
    restyle() {
      palette = readPalette(root);
      arrange();
    }
  };
}

// src/model/ask.ts
var TIMEOUT_MS = 12e4;
var BUSY = "The kernel may be busy or stopped: wait for the running cell, or run the cell of this widget again.";
var AskError = class extends Error {
  cure;
  constructor(failure) {
    super(failure.message);
    this.name = "AskError";
    this.cure = failure.cure;
  }
};
function createAsk(model, timeout = TIMEOUT_MS, cure = BUSY) {
  const waiting = /* @__PURE__ */ new Map();
  const prefix = Math.random().toString(36).slice(2, 8);
  let count = 0;
  const hear = (message, buffers) => {
    const open = waiting.get(message?.id ?? "");
    if (!open || message.id === void 0) return;
    waiting.delete(message.id);
    clearTimeout(open.timer);
    if (message.error) open.reject(new AskError(message.error));
    else open.resolve({ body: message, buffers: buffers ?? [] });
  };
  model.on("msg:custom", hear);
  const ask = (type, fields = {}) => new Promise((resolve, reject) => {
    const id = `${prefix}-${++count}`;
    const timer = setTimeout(() => {
      waiting.delete(id);
      reject(
        new AskError({
          message: `Python has not answered “${type}” for ${Math.round(timeout / 1e3)} seconds.`,
          cure
        })
      );
    }, timeout);
    waiting.set(id, { resolve, reject, timer });
    model.send({ id, type, ...fields });
  });
  const close = () => {
    model.off("msg:custom", hear);
    for (const open of waiting.values()) {
      clearTimeout(open.timer);
      open.reject(new AskError({ message: "The widget was closed.", cure: "" }));
    }
    waiting.clear();
  };
  return { ask, close };
}

// src/model/failure.ts
function asFailure(error) {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}

// src/model/checking.ts
function createChecking(store, ask, done) {
  let turn = 0;
  async function send() {
    const mine = ++turn;
    store.set({ checking: true });
    try {
      const { body } = await ask("check");
      if (mine !== turn) return;
      const report = store.get().report ?? body.report;
      store.set({ checking: false, report, reportOpen: true, failure: null });
      done();
    } catch (error) {
      if (mine === turn) store.set({ checking: false, failure: asFailure(error) });
    }
  }
  return {
    toggle() {
      const { graph, report, reportOpen, checking } = store.get();
      if (report) store.set({ reportOpen: !reportOpen });
      else if (graph && !checking && !refusal(graph)) void send();
    },
    reset() {
      turn++;
      store.set({ checking: false });
    }
  };
}

// src/model/editing.ts
function createEditing(store, ask, done) {
  let confirmed = null;
  let queued = null;
  let turn = 0;
  function settle(fallback) {
    const before = confirmed ?? fallback;
    confirmed = null;
    return before;
  }
  async function send(now, key3) {
    const mine = ++turn;
    queued = null;
    const { edits, frozen } = store.get();
    confirmed ??= { edits, frozen };
    store.set({ ...now, waiting: "running the model with the edits" });
    try {
      const { body, buffers } = await ask("edit", { ...now });
      if (mine !== turn) return;
      const effect = body.effect ? decodeEffect(body.effect, buffers) : null;
      const before = settle(now);
      store.set({ effect, waiting: "", failure: null });
      done(before, now, key3);
    } catch (error) {
      if (mine !== turn) return;
      queued = null;
      store.set({ ...settle(now), waiting: "", failure: asFailure(error) });
    }
    if (queued) void send(queued, key3);
  }
  return {
    send,
    sendLater(now, key3) {
      if (confirmed === null) {
        void send(now, key3);
        return;
      }
      queued = now;
      store.set(now);
    },
    active: () => confirmed !== null,
    reset() {
      turn++;
      confirmed = null;
      queued = null;
    }
  };
}

// src/model/edits.ts
function sameEdit(a, b) {
  return key(a) === key(b);
}
function sameEdits(a, b) {
  return a.length === b.length && a.every((edit, index) => sameEdit(edit, b[index]));
}
function withEdit(edits, edit) {
  return [...edits.filter((other) => !overlaps(other, edit)), edit];
}
function overlaps(a, b) {
  if (a.dictionary !== b.dictionary || a.feature !== b.feature) return false;
  if (a.positions === null || b.positions === null) return true;
  return a.positions.some((position) => b.positions?.includes(position));
}
function key(edit) {
  const { op, dictionary, feature, positions: positions2, value, source, source_position } = edit;
  return JSON.stringify(
    [op, dictionary, feature, positions2, value, source, source_position].map((x) => x ?? null)
  );
}
function describeOp(edit) {
  switch (edit.op) {
    case "ablate":
      return "ablate";
    case "scale":
      return `× ${format(edit.value ?? Number.NaN)}`;
    case "set":
      return `= ${format(edit.value ?? Number.NaN)}`;
    case "add":
      return `${(edit.value ?? 0) < 0 ? "−" : "+"} ${format(Math.abs(edit.value ?? Number.NaN))}`;
    case "patch":
      return `patch from “${shorten(visible(edit.source ?? ""), 40)}”`;
  }
}
function describeWhere(edit, graph) {
  if (edit.positions === null) return "all tokens";
  return edit.positions.map((position) => shorten(showToken(graph?.meta.tokens[position] ?? `#${position}`), 14)).join(", ");
}

// src/model/python.ts
var UNPRINTABLE = (
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be escaped
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udfff]/gu
);
function literal(text2) {
  const named2 = { "\n": "\\n", "\r": "\\r", "	": "\\t" };
  const body = text2.replace(/[\\"]/g, (character) => `\\${character}`).replace(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return named2[character] ?? (code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`);
  });
  return `"${body}"`;
}
function number2(value) {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  return String(Number(value.toPrecision(6)));
}
var list = (items) => `[${items.join(", ")}]`;
function positions(edit) {
  return edit.positions === null ? "" : `, positions=${list(edit.positions.map(String))}`;
}
function editCall(edit) {
  const feature = `sc.Feature(${literal(edit.dictionary)}, ${edit.feature})`;
  const value = number2(edit.value ?? 0);
  const from = edit.source_position === null ? "" : `, source_positions=[${edit.source_position}]`;
  switch (edit.op) {
    case "ablate":
      return `sc.Ablate(${feature}${positions(edit)})`;
    case "scale":
      return `sc.Scale(${feature}, ${value}${positions(edit)})`;
    case "set":
      return `sc.Set(${feature}, ${value}${positions(edit)})`;
    case "add":
      return `sc.Add(${feature}, ${value}${positions(edit)})`;
    case "patch":
      return `sc.Patch(${feature}, source=${literal(edit.source ?? "")}${positions(edit)}${from})`;
  }
}
function intervene(prompt, edits, frozen) {
  return `lab.intervene(${literal(prompt)}, ${list(edits.map(editCall))}, frozen=${frozen ? "True" : "False"})`;
}
function load(model) {
  return `lab = sc.load(${literal(model)})`;
}
function attribute(prompt, target, against, method = "") {
  const chosen = target ? `, target=${literal(target)}` : "";
  const other = against ? `, against=${literal(against)}` : "";
  const how = method ? `, method=${method}` : "";
  return `circuit = lab.attribute(${literal(prompt)}${chosen}${other}${how})`;
}
function severalPrompts(kind, prompts) {
  const [first = "", second = ""] = prompts.map(literal);
  return kind === "difference" ? `# circuit: that of ${second} less that of ${first}` : `# circuit: the mean of those of ${prompts.map(literal).join(", ")}`;
}
function check() {
  return "report = lab.check(circuit)";
}
function prune2(share) {
  return `explorer.prune = ${number2(share)}`;
}
function select(id) {
  return `explorer.selected = ${id === null ? "None" : literal(id)}`;
}
function pin(ids) {
  return `explorer.pinned = ${list(ids.map(literal))}`;
}
function group(supernodes) {
  const items = supernodes.map(
    ({ name, members }) => `{"name": ${literal(name)}, "members": ${list(members.map(literal))}}`
  );
  return `explorer.supernodes = ${list(items)}`;
}
function script(opening2, lines) {
  const widget = lines.some((line3) => line3.startsWith("explorer."));
  return [
    "import saecircuits as sc",
    "",
    ...opening2,
    ...widget ? ["explorer = lab.explore(circuit)"] : [],
    ...lines,
    ""
  ].join("\n");
}
function exported(filename, format2) {
  const named2 = format2 === "neuronpedia" ? ', format="neuronpedia"' : "";
  return `sc.export(circuit, ${literal(filename)}${named2})`;
}

// src/model/question.ts
function question(graph) {
  if (originOf(graph).kind !== "prompt") return { target: null, against: null };
  const { label, token, against } = graph.meta.target;
  if (token !== void 0) return { target: token, against: against ?? null };
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  const [only] = targets;
  if (only === void 0 || targets.length > 1) return { target: null, against: null };
  const [first, second] = label.split(" − ");
  if (second !== void 0) return { target: first || null, against: second };
  const isToken = Number.isFinite(graph.probability[only] ?? Number.NaN);
  return { target: isToken ? graph.label[only] ?? null : null, against: null };
}
function opening(graph) {
  const { target, against } = question(graph);
  const { kind, prompts, method } = originOf(graph);
  const made = kind === "prompt" ? attribute(graph.meta.prompt, target, against, method) : severalPrompts(kind, prompts);
  return [load(graph.meta.model), made];
}

// src/model/actions.ts
function createActions({ model, store, ask, history }) {
  let drag = 0;
  function save(name, value) {
    model.set(name, value);
    model.save_changes();
  }
  function record(line3, key3, change) {
    history.record(change ? { python: line3, key: key3, change } : { python: line3, key: key3 });
    store.set({ code: line3, canUndo: history.canUndo(), canRedo: history.canRedo() });
  }
  function setPins(pinned) {
    const before = store.get().pinned;
    store.set({ pinned });
    save("pinned", pinned);
    record(pin(pinned), "", { before: { pinned: before }, after: { pinned } });
  }
  const editing = createEditing(store, ask, (before, now, key3) => {
    if (key3 === null || sameEdits(before.edits, now.edits) && before.frozen === now.frozen) return;
    record(intervene(store.get().graph?.meta.prompt ?? "", now.edits, now.frozen), key3, {
      before,
      after: now
    });
  });
  const checking = createChecking(store, ask, () => record(check(), "check"));
  function restore(change, verb) {
    if (!change) return;
    const { pinned, supernodes, share, edits, frozen } = change;
    if (pinned) store.set({ pinned });
    if (pinned) save("pinned", pinned);
    if (supernodes) store.set({ supernodes });
    if (supernodes) save("supernodes", supernodes);
    if (share !== void 0) store.set({ share });
    if (share !== void 0) save("prune", share);
    if (edits) void editing.send({ edits, frozen: frozen ?? store.get().frozen }, null);
    store.set({
      code: history.lines().at(-1) ?? `# ${verb}`,
      canUndo: history.canUndo(),
      canRedo: history.canRedo()
    });
  }
  return {
    select(row) {
      const { graph, selected } = store.get();
      if (!graph || row === selected) return;
      const id = row === null ? null : graph.id[row] ?? null;
      store.set({ selected: row });
      save("selected", id);
      record(select(id), "select");
    },
    hover(row) {
      store.set({ hovered: row });
    },
    togglePin(row) {
      const { graph, pinned } = store.get();
      const id = graph?.id[row];
      if (id === void 0) return;
      setPins(pinned.includes(id) ? pinned.filter((other) => other !== id) : [...pinned, id]);
    },
    unpinAll() {
      if (store.get().pinned.length > 0) setPins([]);
    },
    ungroup(name) {
      const before = store.get().supernodes;
      const supernodes = before.filter((group2) => group2.name !== name);
      store.set({ supernodes });
      save("supernodes", supernodes);
      record(group(supernodes), "", { before: { supernodes: before }, after: { supernodes } });
    },
    setShare(share, done) {
      const before = store.get().share;
      store.set({ share });
      if (done) save("prune", share);
      if (done || before !== share) {
        record(prune2(share), `prune ${drag}`, { before: { share: before }, after: { share } });
      }
      if (done) drag++;
    },
    search(query) {
      store.set({ query });
    },
    edit(edit, live = false) {
      const { edits, frozen } = store.get();
      const now = { edits: withEdit(edits, edit), frozen };
      if (live) editing.sendLater(now, `edit ${edit.op} ${edit.dictionary}/${edit.feature}`);
      else void editing.send(now, "");
    },
    setEdits(edits, frozen = store.get().frozen) {
      void editing.send({ edits, frozen }, "");
    },
    undo: () => restore(history.undo(), "undone"),
    redo: () => restore(history.redo(), "redone"),
    async attribute(prompt, target, against) {
      store.set({ waiting: "finding the circuit" });
      try {
        await ask("attribute", { prompt, target, against });
        store.set({ waiting: "", failure: null, code: attribute(prompt, target, against) });
      } catch (error) {
        store.set({ waiting: "", failure: asFailure(error) });
      }
    },
    check: checking.toggle,
    async export(format2) {
      store.set({ waiting: "writing the file" });
      try {
        const { body, buffers } = await ask("export", { format: format2 });
        const bytes = buffers[0];
        if (!bytes)
          throw new AskError({ message: "Python sent an empty file.", cure: "Try another format." });
        store.set({ waiting: "", failure: null });
        record(exported(body.filename, format2), "");
        return { ...body, bytes };
      } catch (error) {
        store.set({ waiting: "", failure: asFailure(error) });
        return null;
      }
    },
    fail: (failure) => store.set({ failure }),
    dismiss() {
      store.set({ failure: null });
      if (model.get("error") !== null) save("error", null);
    },
    script() {
      const graph = store.get().graph;
      return script(graph ? opening(graph) : [], history.lines());
    },
    editing: editing.active,
    reset() {
      editing.reset();
      checking.reset();
      history.clear();
      store.set({ canUndo: false, canRedo: false, waiting: "" });
    }
  };
}

// src/model/cards.ts
function fetchCards(store, ask) {
  const asked = /* @__PURE__ */ new Set();
  async function fetch(key3, node) {
    asked.add(key3);
    let found;
    try {
      found = (await ask("card", { node })).body.card;
    } catch (error) {
      asked.delete(key3);
      found = asFailure(error);
    }
    store.set({ cards: new Map(store.get().cards).set(key3, found) });
  }
  store.watch(["graph", "selected"], ({ graph, selected, cards }) => {
    if (!graph?.meta.live || selected === null) return;
    const key3 = featureKey(graph, selected);
    const known2 = key3 !== null && cards.get(key3);
    if (key3 === null || asked.has(key3) || known2 && !isFailure(known2)) return;
    void fetch(key3, graph.id[selected] ?? "");
  });
}
function isFailure(card) {
  return "cure" in card;
}

// src/model/history.ts
function createHistory() {
  let done = [];
  let undone = [];
  const lastChange = () => done.findLastIndex((entry) => entry.change);
  return {
    record(entry) {
      const last = done.at(-1);
      if (last && entry.key !== "" && last.key === entry.key) done.pop();
      const before = last?.key === entry.key && entry.key !== "" ? last.change?.before : void 0;
      const change = entry.change && { ...entry.change, before: before ?? entry.change.before };
      done.push(change ? { ...entry, change } : entry);
      if (entry.change) undone = [];
    },
    undo() {
      const at = lastChange();
      const entry = done[at];
      if (!entry?.change) return null;
      done.splice(at, 1);
      undone.push(entry);
      return entry.change.before;
    },
    redo() {
      const entry = undone.pop();
      if (!entry?.change) return null;
      done.push(entry);
      return entry.change.after;
    },
    canUndo: () => lastChange() >= 0,
    canRedo: () => undone.length > 0,
    lines: () => done.map((entry) => entry.python),
    clear() {
      done = [];
      undone = [];
    }
  };
}

// src/model/store.ts
function createStore(initial) {
  let state = initial;
  let listeners = [];
  let changed = /* @__PURE__ */ new Set();
  let telling = false;
  function tell() {
    if (telling) return;
    telling = true;
    try {
      while (changed.size > 0) {
        const now = changed;
        changed = /* @__PURE__ */ new Set();
        for (const { keys, listener } of listeners)
          if ([...now].some((key3) => keys.has(key3))) listener(state);
      }
    } finally {
      telling = false;
    }
  }
  return {
    get: () => state,
    set(patch) {
      for (const key3 of Object.keys(patch))
        if (!Object.is(state[key3], patch[key3])) changed.add(key3);
      if (changed.size === 0) return;
      state = { ...state, ...patch };
      tell();
    },
    watch(keys, listener) {
      listeners.push({ keys: new Set(keys), listener });
      listener(state);
    },
    close() {
      listeners = [];
    }
  };
}

// src/model/sync.ts
var VERSION = 1;
function followTraits(model, store, actions) {
  const selectedRow = () => {
    const id = model.get("selected");
    return id === null ? null : store.get().graph?.rowOf.get(id) ?? null;
  };
  const blocks = {
    // First, so that what cannot be read below has the last word.
    error: () => store.set({ failure: model.get("error") ?? null }),
    graph() {
      const trait = model.get("graph");
      actions.reset();
      try {
        const graph = isGraph(trait) ? decodeGraph(checkVersion(trait)) : null;
        store.set({ graph, selected: null, hovered: null, effect: null, query: "" });
        store.set({ selected: selectedRow(), code: graph ? opening(graph).at(-1) ?? "" : "" });
        blocks.effect();
        blocks.report();
      } catch (error) {
        const { message } = asFailure(error);
        const cure = "The widget and the Python package may be of different versions: restart the kernel and reload the page.";
        store.set({
          graph: null,
          selected: null,
          failure: { message: `This circuit cannot be shown: ${message}.`, cure }
        });
      }
    },
    selected: () => store.set({ selected: selectedRow() }),
    pinned: () => store.set({ pinned: model.get("pinned") ?? [] }),
    supernodes: () => store.set({ supernodes: model.get("supernodes") ?? [] }),
    prune: () => store.set({ share: model.get("prune") ?? 0.8 }),
    edits() {
      const edits = model.get("edits") ?? [];
      if (!actions.editing() && !sameEdits(edits, store.get().edits)) store.set({ edits });
    },
    frozen() {
      if (!actions.editing()) store.set({ frozen: model.get("frozen") ?? false });
    },
    effect() {
      if (actions.editing()) return;
      const effect = model.get("effect");
      try {
        const decoded = effect ? decodeEffect(effect) : null;
        const fits = decoded?.nodeValue.length === store.get().graph?.size;
        store.set({ effect: fits ? decoded : null });
      } catch (error) {
        store.set({ failure: asFailure(error) });
      }
    },
    report() {
      const report = model.get("report") ?? null;
      store.set({ report, reportOpen: report !== null });
    },
    cards() {
      const known2 = store.get().cards;
      store.set({ cards: new Map([...known2, ...Object.entries(model.get("cards") ?? {})]) });
    },
    busy: () => store.set({ busy: model.get("busy") ?? "" })
  };
  const entries = Object.entries(blocks);
  for (const [name, block] of entries) {
    block();
    model.on(`change:${name}`, block);
  }
  return () => {
    for (const [name, block] of entries) model.off(`change:${name}`, block);
  };
}
function isGraph(trait) {
  return Boolean(trait && "nodes" in trait);
}
function checkVersion(trait) {
  if (trait.version === VERSION) return trait;
  throw new RangeError(`its version is ${trait.version}, this widget reads version ${VERSION}`);
}

// src/panels/banner.ts
function banner(ui, store, dismiss) {
  const message = h(ui, "span", { class: "saec-error-message" });
  const cure = h(ui, "span", { class: "saec-error-cure" });
  const button2 = h(ui, "button", {
    class: "saec-button saec-button-small saec-dismiss",
    text: "Dismiss",
    on: { click: dismiss }
  });
  const element2 = h(ui, "div", { class: "saec-error", attrs: { role: "alert" } });
  element2.append(h(ui, "div", { class: "saec-error-text" }, message, cure), button2);
  store.watch(["failure"], ({ failure }) => {
    element2.hidden = failure === null;
    message.textContent = failure ? visible(failure.message) : "";
    cure.textContent = failure?.cure ?? "";
  });
  return element2;
}
function progress(ui, store) {
  const text2 = h(ui, "span", { class: "saec-progress-text" });
  const bar = h(ui, "div", { class: "saec-progress-bar" });
  const element2 = h(ui, "div", { class: "saec-progress", attrs: { role: "status" } }, bar, text2);
  store.watch(["busy", "waiting", "checking"], ({ busy, waiting, checking }) => {
    const what = busy || waiting || (checking ? "checking the circuit" : "");
    element2.classList.toggle("saec-progress-on", what !== "");
    text2.textContent = what === "" ? "" : `${what} …`;
  });
  return element2;
}

// src/panels/code.ts
var SAID_MS = 1500;
function codeStrip(ui, buttons) {
  const code = h(ui, "code", {
    class: "saec-code-text",
    attrs: { tabindex: 0, "aria-label": "Python of the last action" }
  });
  const button2 = ({ text: text2, title: title2, content: content2 }) => {
    const element3 = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text: text2, title: title2 });
    const press = async () => {
      const copied = await copy(ui, content2());
      element3.textContent = copied ? "Copied" : "Not allowed";
      setTimeout(() => {
        element3.textContent = text2;
      }, SAID_MS);
    };
    element3.addEventListener("click", () => void press(), { signal: ui.signal });
    return element3;
  };
  const element2 = h(
    ui,
    "div",
    { class: "saec-code" },
    h(ui, "span", { class: "saec-code-prompt", text: ">>>", attrs: { "aria-hidden": "true" } }),
    code,
    ...buttons.map(button2)
  );
  return {
    element: element2,
    show(line3) {
      code.textContent = line3;
    }
  };
}

// src/panels/edit_form.ts
function createEditForm(ui, { toggleAblation, apply }) {
  const ablate = button(
    ui,
    "Ablate",
    "Set this feature to zero (a)",
    "saec-button-main saec-ablate",
    toggleAblation
  );
  const scale = scaleSlider(ui, (value) => apply("scale", { value }, true));
  const scope = scopeChoice(ui);
  const amount = h(ui, "input", {
    class: "saec-input saec-amount",
    attrs: { type: "number", step: "any", placeholder: "value", "aria-label": "Value to set or to add" },
    on: { keydown: (event) => onEnter(event, () => applyAmount("set")) }
  });
  const applyAmount = (op) => {
    const value = Number.parseFloat(amount.value);
    if (Number.isFinite(value)) apply(op, { value });
    else amount.focus();
  };
  const source = h(ui, "input", {
    class: "saec-input saec-source",
    attrs: {
      type: "text",
      spellcheck: "false",
      dir: "auto",
      placeholder: "another prompt …",
      "aria-label": "Prompt to take the value from"
    },
    on: { keydown: (event) => onEnter(event, applyPatch) }
  });
  const applyPatch = () => {
    if (source.value.trim() !== "") apply("patch", { source: source.value });
    else source.focus();
  };
  const row = (...children) => h(ui, "div", { class: "saec-edit-row" }, ...children);
  const element2 = h(
    ui,
    "div",
    { class: "saec-edit" },
    row(ablate, scale.element),
    row(
      amount,
      button(ui, "Set", "Hold the feature at this value", "saec-set", () => applyAmount("set")),
      button(ui, "Add", "Add this to the feature", "saec-add", () => applyAmount("add")),
      h(ui, "span", { class: "saec-spacer" }),
      scope.element
    ),
    row(
      source,
      button(ui, "Patch", "Take the feature's value from this other prompt", "saec-patch", applyPatch)
    )
  );
  return {
    element: element2,
    everywhere: scope.everywhere,
    show(factor, edited) {
      scale.show(factor);
      ablate.textContent = edited ? "Restore" : "Ablate";
      ablate.title = edited ? "Take the edit back (a)" : "Set this feature to zero (a)";
      ablate.classList.toggle("saec-restore", edited);
    },
    setAmount(value) {
      amount.value = Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "";
    },
    focus: () => ablate.focus()
  };
}
function button(ui, text2, title2, kind, run) {
  return h(ui, "button", { class: `saec-button ${kind}`, text: text2, title: title2, on: { click: run } });
}
function scaleSlider(ui, moved) {
  const factor = h(ui, "output", { class: "saec-number saec-factor" });
  const say = (value) => {
    factor.textContent = `× ${format(value)}`;
  };
  const slider = h(ui, "input", {
    class: "saec-slider saec-scale",
    attrs: { type: "range", min: -2, max: 4, step: 0.1, "aria-label": "Scale the feature by" },
    on: {
      input: () => {
        say(Number(slider.value));
        moved(Number(slider.value));
      }
    }
  });
  const caption2 = h(ui, "span", { class: "saec-caption", text: "Scale" });
  const element2 = h(ui, "label", { class: "saec-edit-scale" }, caption2, slider, factor);
  const show = (value) => {
    slider.value = String(value);
    say(value);
  };
  return { element: element2, show };
}
function scopeChoice(ui) {
  let everywhere = false;
  const choice = (text2, title2, value) => h(ui, "button", { class: "saec-choice", text: text2, title: title2, on: { click: () => choose(value) } });
  const here = choice("here", "Edit the feature at this token", false);
  const all = choice("all", "Edit the feature at all tokens", true);
  const choose = (value) => {
    everywhere = value;
    here.setAttribute("aria-pressed", String(!value));
    all.setAttribute("aria-pressed", String(value));
  };
  choose(false);
  const label = h(ui, "span", { class: "saec-caption", text: "at" });
  const attrs = { role: "group", "aria-label": "Tokens to edit" };
  const element2 = h(
    ui,
    "div",
    { class: "saec-scope" },
    label,
    h(ui, "div", { class: "saec-choices", attrs }, here, all)
  );
  return { element: element2, everywhere: () => everywhere };
}
function onEnter(event, run) {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  run();
}

// src/panels/edit_controls.ts
function createEditControls(ui, store, actions) {
  const form = createEditForm(ui, {
    toggleAblation() {
      const { selected } = store.get();
      if (selected !== null) toggleAblation(selected);
    },
    apply(op, more, live) {
      const { graph, selected } = store.get();
      const edit = graph && selected !== null ? makeEdit(graph, selected, op, more) : null;
      if (edit) actions.edit(edit, live);
    }
  });
  const note = h(ui, "p", { class: "saec-hint" });
  const element2 = h(ui, "div", { class: "saec-edit-panel" }, form.element, note);
  function makeEdit(graph, node, op, more = {}) {
    const dictionary = graph.meta.dictionaries[graph.dictionary[node] ?? -1];
    const feature = graph.feature[node] ?? -1;
    if (dictionary === void 0 || feature < 0 || refusal(graph)) return null;
    const positions2 = form.everywhere() ? null : [graph.position[node] ?? 0];
    return { op, dictionary, feature, positions: positions2, value: null, source: null, source_position: null, ...more };
  }
  function toggleAblation(node) {
    const { graph, edits } = store.get();
    const edit = graph && makeEdit(graph, node, "ablate");
    if (!edit) return;
    const present = edits.find((other) => overlaps(other, edit));
    if (present) actions.setEdits(edits.filter((other) => other !== present));
    else actions.edit(edit);
  }
  store.watch(["graph", "selected", "edits"], ({ graph, selected, edits }) => {
    const feature = graph !== null && selected !== null && graph.kind[selected] === Kind.feature;
    element2.hidden = !feature;
    const refused = graph && refusal(graph);
    form.element.hidden = !graph || refused !== null;
    note.hidden = !form.element.hidden;
    note.textContent = refused ? visible(`${refused.message} ${refused.cure}`) : "";
    const probe = feature ? makeEdit(graph, selected, "ablate") : null;
    const present = probe && edits.find((edit) => overlaps(edit, probe));
    const factors = { ablate: 0, scale: present?.value ?? 1 };
    form.show(present ? factors[present.op] ?? 1 : 1, Boolean(present));
  });
  store.watch(["graph", "selected"], ({ graph, selected }) => {
    form.setAmount(graph && selected !== null ? graph.value[selected] ?? Number.NaN : Number.NaN);
  });
  const focus = () => {
    const editable = !element2.hidden && !form.element.hidden;
    if (editable) form.focus();
    return editable;
  };
  return { element: element2, focus, toggleAblation };
}

// src/card/histogram.ts
var WIDTH2 = 240;
var HEIGHT3 = 44;
function histogram(ui, { edges, counts }, values) {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const scale = (value) => WIDTH2 * (Math.min(last, Math.max(first, value)) - first) / Math.max(last - first, 1e-12);
  const most = Math.sqrt(Math.max(1, ...counts));
  const svg = s(ui, "svg", {
    class: "saec-histogram-bars",
    viewBox: `0 0 ${WIDTH2} ${HEIGHT3}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Histogram of activations from ${format(first)} to ${format(last)}`
  });
  for (const [bin, count] of counts.entries()) {
    const x = scale(edges[bin] ?? 0);
    const width = Math.max(0.5, scale(edges[bin + 1] ?? last) - x - 0.8);
    const height = (HEIGHT3 - 2) * Math.sqrt(count) / most;
    svg.append(s(ui, "rect", { class: "saec-histogram-bar", x, y: HEIGHT3 - height, width, height }));
  }
  const marks = values.filter(({ value }) => Number.isFinite(value));
  for (const { value } of marks) {
    const x = Math.max(1, Math.min(WIDTH2 - 1, scale(value)));
    svg.append(s(ui, "line", { class: "saec-histogram-mark", x1: x, x2: x, y1: 0, y2: HEIGHT3 }));
  }
  const middle = marks.map(({ value, name }) => `${name} ${format(value)}`).join(" · ");
  return h(
    ui,
    "div",
    { class: "saec-histogram" },
    svg,
    h(
      ui,
      "div",
      { class: "saec-histogram-axis" },
      h(ui, "span", { text: format(first) }),
      h(ui, "span", { class: "saec-histogram-now", text: middle }),
      h(ui, "span", { text: format(last) })
    )
  );
}

// src/card/card.ts
var BEFORE = 14;
var AFTER = 12;
var TOKENS = 8;
function cardView(ui, card, values = []) {
  return h(
    ui,
    "div",
    { class: "saec-card" },
    h(
      ui,
      "div",
      { class: "saec-card-main" },
      caption(ui, "Fires most on"),
      h(
        ui,
        "div",
        { class: "saec-contexts" },
        ...card.contexts.map((context) => contextLine(ui, context, card.max))
      ),
      card.contexts.length === 0 && h(ui, "p", { class: "saec-hint", text: "It never fired on the corpus." })
    ),
    h(
      ui,
      "div",
      { class: "saec-card-side" },
      caption(ui, "Activations", `fires on ${percent(card.firing_rate)} of tokens · max ${format(card.max)}`),
      histogram(ui, card.histogram, values),
      h(
        ui,
        "div",
        { class: "saec-tokens" },
        tokenList(ui, "Promotes", card.promoted, "saec-bar-positive"),
        tokenList(ui, "Suppresses", card.suppressed, "saec-bar-negative")
      )
    )
  );
}
function caption(ui, title2, note = "") {
  return h(
    ui,
    "div",
    { class: "saec-card-caption" },
    h(ui, "span", { class: "saec-subtitle", text: title2 }),
    note !== "" && h(ui, "span", { class: "saec-hint", text: note })
  );
}
function contextLine(ui, { tokens, activations, peak }, max) {
  const token = (index) => {
    const activation = activations[index] ?? 0;
    const share = Math.min(1, Math.max(0, activation) / Math.max(max, 1e-9));
    const element2 = h(ui, "bdi", { class: "saec-heat", text: contextToken(tokens[index] ?? "") });
    element2.title = `${showToken(tokens[index] ?? "")}  ${format(activation)}`;
    element2.style.setProperty("--saec-heat-share", `${Math.round(85 * share)}%`);
    if (index === peak) element2.classList.add("saec-heat-peak");
    return element2;
  };
  const run = (from, to) => {
    const indices = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    return indices.flatMap((index) => [token(index), " "]);
  };
  const before = h(ui, "span", { class: "saec-context-run" }, ...run(Math.max(0, peak - BEFORE), peak));
  const after = h(
    ui,
    "span",
    { class: "saec-context-run" },
    ...run(peak, Math.min(tokens.length, peak + AFTER + 1))
  );
  return h(
    ui,
    "div",
    { class: "saec-context", title: visible(tokens.join(" ")) },
    h(ui, "span", { class: "saec-number saec-context-value", text: format(activations[peak] ?? Number.NaN) }),
    h(ui, "span", { class: "saec-context-before" }, before),
    h(ui, "span", { class: "saec-context-after" }, after)
  );
}
function contextToken(token) {
  return token.trim() === "" ? showToken(token) : visible(token.trim());
}
function tokenList(ui, title2, tokens, bar) {
  const shown = tokens.slice(0, TOKENS);
  const most = Math.max(1e-9, ...shown.map(([, value]) => Math.abs(value)));
  return h(
    ui,
    "div",
    { class: "saec-token-list" },
    h(ui, "div", { class: "saec-subtitle", text: title2 }),
    ...shown.map(([token, value]) => {
      const fill2 = h(ui, "span", { class: `saec-row-bar ${bar}` });
      fill2.style.width = `${(100 * Math.abs(value) / most).toFixed(1)}%`;
      return h(
        ui,
        "div",
        { class: "saec-token-row" },
        fill2,
        h(
          ui,
          "span",
          { class: "saec-token-name", title: visible(token) },
          h(ui, "bdi", { text: showToken(token) })
        ),
        h(ui, "span", { class: "saec-number", text: format(value) })
      );
    }),
    shown.length === 0 && h(ui, "p", { class: "saec-hint", text: "none" })
  );
}

// src/panels/glyph.ts
function glyph2(ui, kind) {
  const svg = s(ui, "svg", {
    class: "saec-glyph",
    viewBox: "-7 -7 14 14",
    width: 14,
    height: 14,
    "aria-hidden": "true"
  });
  svg.append(shape(ui, kind));
  return svg;
}
function shape(ui, kind) {
  switch (kind) {
    case Kind.error:
      return s(ui, "polygon", { points: "0,-5.5 5.5,0 0,5.5 -5.5,0", class: "saec-glyph-open" });
    case Kind.token:
      return s(ui, "rect", { x: -4.5, y: -4.5, width: 9, height: 9, rx: 1, class: "saec-glyph-open" });
    case Kind.bias:
      return s(ui, "polygon", { points: "0,-5 5,4 -5,4", class: "saec-glyph-open" });
    case Kind.target:
      return s(ui, "rect", { x: -5, y: -5, width: 10, height: 10, rx: 3, class: "saec-glyph-ink" });
    default:
      return s(ui, "circle", { r: 5, class: "saec-glyph-full" });
  }
}

// src/panels/evidence.ts
function evidencePanel(ui, store) {
  const body = h(ui, "div", { class: "saec-evidence-body" });
  const title2 = h(ui, "h4", { class: "saec-subtitle", text: "How to read this" });
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-evidence", attrs: { "aria-label": "Evidence" } },
    title2,
    body
  );
  const guide = legend(ui);
  store.watch(["graph", "selected", "cards", "effect"], ({ graph, selected, cards, effect }) => {
    const key3 = graph && selected !== null ? featureKey(graph, selected) : null;
    title2.hidden = key3 !== null;
    if (!graph || selected === null || key3 === null) return body.replaceChildren(guide);
    const card = cards.get(key3);
    if (!card) {
      const text2 = graph.meta.live ? "Looking up where this feature fires …" : hasKernel(graph) ? "There is no model behind this circuit, so there is no evidence of this feature." : "This page holds no evidence of this feature.";
      return body.replaceChildren(h(ui, "p", { class: "saec-hint", text: text2 }));
    }
    if (isFailure(card)) {
      const text2 = `${visible(card.message)} ${card.cure}`;
      return body.replaceChildren(h(ui, "p", { class: "saec-hint", text: text2 }));
    }
    const now = effect?.nodeValue[selected] ?? Number.NaN;
    const value = graph.value[selected] ?? Number.NaN;
    const values = [{ value, name: "here" }];
    if (hasMoved(value, now)) values.push({ value: now, name: "edited" });
    return body.replaceChildren(cardView(ui, card, values));
  });
  return element2;
}
function legend(ui) {
  const entry = (kind, text2) => h(ui, "span", { class: "saec-legend-item" }, glyph2(ui, kind), text2);
  const line3 = (kind, text2) => {
    const stroke = s(ui, "line", { x1: 0, x2: 26, y1: 6, y2: 6, class: kind });
    return h(
      ui,
      "span",
      { class: "saec-legend-item" },
      s(ui, "svg", { width: 26, height: 12, "aria-hidden": "true" }, stroke),
      text2
    );
  };
  const keys = (names, text2) => h(ui, "span", { class: "saec-legend-item" }, ...names.map((name) => h(ui, "kbd", { text: name })), text2);
  return h(
    ui,
    "div",
    { class: "saec-legend" },
    h(
      ui,
      "div",
      { class: "saec-legend-row" },
      entry(Kind.feature, "feature"),
      entry(Kind.token, "token"),
      entry(Kind.error, "error: what dictionaries miss"),
      entry(Kind.bias, "bias"),
      entry(Kind.target, "target")
    ),
    h(
      ui,
      "div",
      { class: "saec-legend-row" },
      line3("saec-line-positive", "pushes up"),
      line3("saec-line-negative", "pushes down"),
      h(ui, "span", {
        class: "saec-legend-item",
        text: "wide = large part of the input · large = much influence · ▲▼ = moved by the edits"
      })
    ),
    h(
      ui,
      "div",
      { class: "saec-legend-row" },
      keys(["click"], "select"),
      keys(["Ctrl", "click"], "pin"),
      keys(["←", "↑", "↓", "→"], "walk"),
      keys(["p"], "pin"),
      keys(["a"], "ablate"),
      keys(["u"], "undo"),
      keys(["/"], "search"),
      keys(["Ctrl", "wheel"], "zoom"),
      keys(["Esc"], "clear")
    )
  );
}

// src/panels/header.ts
function header(ui, store, actions, check2, exportMenu) {
  const field = (name, label, placeholder) => h(ui, "input", {
    class: `saec-input saec-input-${name}`,
    attrs: {
      type: "text",
      spellcheck: "false",
      autocomplete: "off",
      dir: "auto",
      "aria-label": label,
      placeholder
    },
    on: { keydown: submitOnEnter }
  });
  const prompt = field("prompt", "Prompt", "a prompt");
  const target = field("target", "Target token", "top token");
  const against = field("against", "Against token", "none");
  const ask = h(ui, "button", {
    class: "saec-button saec-ask",
    text: "Find circuit",
    title: "Ask for the circuit of this prompt",
    on: { click: submit }
  });
  const form = h(
    ui,
    "div",
    { class: "saec-question" },
    h(
      ui,
      "label",
      { class: "saec-field saec-field-prompt" },
      h(ui, "span", { class: "saec-caption", text: "Prompt" }),
      prompt
    ),
    h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text: "Target" }), target),
    h(
      ui,
      "label",
      { class: "saec-field" },
      h(ui, "span", { class: "saec-caption", text: "Against" }),
      against
    ),
    ask
  );
  function submit() {
    if (prompt.value.trim() === "" || ask.disabled) return;
    void actions.attribute(prompt.value, target.value || null, against.value || null);
  }
  function submitOnEnter(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    submit();
  }
  const scores = h(ui, "div", { class: "saec-scores" });
  const undo = h(ui, "button", {
    class: "saec-button saec-undo",
    text: "↶ Undo",
    title: "Undo (u)",
    on: { click: actions.undo }
  });
  const redo = h(ui, "button", {
    class: "saec-button saec-redo",
    text: "↷ Redo",
    title: "Redo (Shift+U)",
    on: { click: actions.redo }
  });
  const facts2 = h(
    ui,
    "div",
    { class: "saec-facts" },
    scores,
    check2,
    h(ui, "div", { class: "saec-actions" }, undo, redo, exportMenu)
  );
  store.watch(["graph"], ({ graph }) => {
    const live = graph?.meta.live ?? false;
    const asked = graph ? question(graph) : { target: null, against: null };
    const one = !live || graph === null || originOf(graph).kind === "prompt";
    prompt.value = one ? graph?.meta.prompt ?? "" : "";
    prompt.placeholder = one ? "a prompt" : `${visible(graph.meta.prompt)} · type one to ask about it`;
    target.value = asked.target ?? "";
    against.value = asked.against ?? "";
    if (!live) prompt.value = visible(prompt.value);
    for (const input of [prompt, target, against]) input.readOnly = !live;
    ask.hidden = !live;
    scores.replaceChildren(...graph ? scoreParts(ui, graph.meta) : []);
  });
  store.watch(["canUndo", "canRedo", "waiting"], ({ canUndo, canRedo, waiting }) => {
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
    ask.disabled = waiting !== "";
  });
  return h(ui, "div", { class: "saec-header" }, form, facts2);
}
function scoreParts(ui, { target, scores }) {
  const score = (name, value, tip2) => value === void 0 || value === null ? [] : [
    h(
      ui,
      "span",
      {
        class: "saec-score saec-tip",
        attrs: { tabindex: 0, "data-tip": tip2, "aria-label": `${name} ${percent(value)}. ${tip2}` }
      },
      h(ui, "span", { class: "saec-caption", text: name }),
      h(ui, "span", { class: "saec-number", text: percent(value) })
    )
  ];
  const difference = target.label.includes(" − ");
  const tip = difference ? "The quantity that this circuit explains: how much higher the logit of the first token is." : "The quantity that this circuit explains.";
  return [
    h(
      ui,
      "span",
      {
        class: "saec-target saec-tip",
        attrs: {
          tabindex: 0,
          "data-tip": tip,
          "aria-label": `${visible(target.label)} ${signed(target.value)}. ${tip}`
        }
      },
      h(ui, "span", { class: "saec-target-label", text: shorten(visible(target.label), 40) }),
      h(ui, "span", { class: "saec-number", text: signed(target.value) })
    ),
    ...score(
      "replacement",
      scores.replacement,
      "Of all paths that start at a token or at an error, this part starts at a token. 100 % means that features explain everything."
    ),
    ...score(
      "completeness",
      scores.completeness,
      "How much of the input of the nodes comes from features and tokens and not from errors, weighted by influence."
    ),
    ...score(
      "error",
      scores.error_share,
      "What the dictionaries cannot reconstruct adds this directly to the target, as a share of its value. Small is good."
    )
  ];
}

// src/graph/svg.ts
var escapes = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
};
var FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;
function escapeXml(text2) {
  return text2.replace(FORBIDDEN, "").replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
function element(name, attributes, content2 = "") {
  const written = Object.entries(attributes).filter(([, value]) => value !== null && value !== void 0).map(([key3, value]) => ` ${key3}="${typeof value === "number" ? round2(value) : escapeXml(value ?? "")}"`).join("");
  return content2 === "" ? `<${name}${written}/>` : `<${name}${written}>${content2}</${name}>`;
}
var round2 = (value) => String(Math.round(value * 100) / 100);
function toSvg(scene, options) {
  const { width, height, plot } = scene;
  const top = options.title === "" ? 0 : 30;
  const title2 = { x: 12, y: 20, "font-size": 13, "font-weight": 600, fill: options.ink };
  const clipped = [scene.back, scene.links, scene.focus, scene.nodes].map(
    (layer) => layer.map(shapeToSvg).join("\n")
  );
  const clip = element("clipPath", { id: "saec-plot" }, element("rect", { ...plot }));
  const body = [
    element("title", {}, escapeXml(options.title) || " "),
    element("defs", {}, clip),
    element("rect", { width, height: height + top, fill: options.paper }),
    options.title === "" ? "" : element("text", title2, escapeXml(options.title)),
    `<g transform="translate(0 ${top})">`,
    `<g clip-path="url(#saec-plot)">`,
    ...clipped,
    "</g>",
    ...scene.frame.map(shapeToSvg),
    "</g>"
  ];
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height: height + top,
    viewBox: `0 0 ${round2(width)} ${round2(height + top)}`,
    "font-family": options.font
  };
  return `${element("svg", root, `
${body.filter(Boolean).join("\n")}
`)}
`;
}
function shapeToSvg(shape2) {
  const opacity = shape2.alpha < 1 ? shape2.alpha : null;
  switch (shape2.type) {
    case "curve": {
      const reach = bend(shape2);
      const ends = [
        shape2.x1,
        shape2.y1,
        shape2.x1,
        shape2.y1 + reach,
        shape2.x2,
        shape2.y2 - reach,
        shape2.x2,
        shape2.y2
      ];
      const [x1, y1, ...rest] = ends.map(round2);
      return element("path", {
        d: `M${x1} ${y1}C${rest.join(" ")}`,
        fill: "none",
        ...line2(shape2.stroke, shape2.width, shape2.dashed),
        opacity
      });
    }
    case "circle":
      return element("circle", {
        cx: shape2.x,
        cy: shape2.y,
        r: shape2.r,
        fill: shape2.fill ?? "none",
        ...line2(shape2.stroke, shape2.width, shape2.dashed ?? false),
        opacity
      });
    case "polygon":
      return element(shape2.closed ? "polygon" : "polyline", {
        points: shape2.points.map(round2).join(" "),
        fill: shape2.fill ?? "none",
        ...line2(shape2.stroke, shape2.width, false),
        opacity
      });
    case "box": {
      const { x, y, width, height, radius: radius2, fill: fill2 } = shape2;
      return element("rect", {
        x,
        y,
        width,
        height,
        rx: radius2,
        fill: fill2 ?? "none",
        ...line2(shape2.stroke, shape2.line, false),
        opacity
      });
    }
    case "text":
      return element(
        "text",
        {
          transform: `translate(${round2(shape2.x)} ${round2(shape2.y)})${shape2.rotate ? ` rotate(${shape2.rotate})` : ""}`,
          "font-size": shape2.size,
          "font-weight": shape2.bold ? 600 : null,
          "text-anchor": shape2.anchor === "start" ? null : shape2.anchor,
          "dominant-baseline": "central",
          fill: shape2.fill,
          stroke: shape2.halo,
          "stroke-width": shape2.halo === null ? null : 3,
          "stroke-linejoin": shape2.halo === null ? null : "round",
          "paint-order": shape2.halo === null ? null : "stroke",
          opacity
        },
        escapeXml(shape2.text) || " "
      );
  }
}
function line2(stroke, width, dashed) {
  if (stroke === null || width <= 0) return {};
  return { stroke, "stroke-width": width, "stroke-dasharray": dashed ? DASH.join(" ") : null };
}

// src/graph/picture.ts
var TITLE_HEIGHT = 30;
var DENSITY = 2;
function svgFile({ scene, palette }, title2) {
  const { paper, ink, font } = palette;
  return new Blob([toSvg(scene, { paper, ink, font, title: title2 })], { type: "image/svg+xml" });
}
function pngFile(ui, { scene, palette }, title2) {
  const canvas = ui.doc.createElement("canvas");
  const { width, height, plot } = scene;
  const context = openCanvas(canvas, { width, height: height + TITLE_HEIGHT }, DENSITY);
  if (!context) return Promise.resolve(null);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height + TITLE_HEIGHT);
  const heading2 = { type: "text", x: 12, y: 16, text: title2, size: 13, bold: true, anchor: "start" };
  paint(context, [{ ...heading2, rotate: 0, fill: palette.ink, halo: null, alpha: 1 }], palette.font);
  context.translate(0, TITLE_HEIGHT);
  for (const layer of [scene.back, scene.links, scene.focus, scene.nodes]) {
    paintClipped(context, layer, palette.font, plot);
  }
  paint(context, scene.frame, palette.font);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// src/panels/menu.ts
var FILES = [
  ["html", "Web page (.html)"],
  ["json", "Circuit (.json)"],
  ["graphml", "GraphML (.graphml)"],
  ["neuronpedia", "Neuronpedia (.json)"]
];
function createMenu(ui, store, actions, stage) {
  const items = [
    { button: item("Picture (.png)", () => void savePicture("png")), python: false },
    { button: item("Picture (.svg)", () => void savePicture("svg")), python: false },
    ...FILES.map(([format2, name]) => ({ button: item(name, () => void saveFile(format2)), python: true }))
  ];
  const list3 = h(ui, "div", {
    class: "saec-menu-list",
    attrs: { role: "menu", "aria-label": "Export", hidden: true }
  });
  list3.append(...items.map(({ button: button2 }) => button2));
  const opener = h(ui, "button", {
    class: "saec-button saec-export",
    text: "Export ▾",
    attrs: { "aria-haspopup": "menu", "aria-expanded": "false" },
    on: { click: () => toggle(list3.hidden === true) }
  });
  const menu = h(ui, "div", { class: "saec-menu", on: { keydown: press, focusout: leave } }, opener, list3);
  function item(name, run) {
    const choose = () => {
      toggle(false);
      opener.focus();
      run();
    };
    return h(ui, "button", {
      class: "saec-menu-item",
      text: name,
      attrs: { role: "menuitem", tabindex: -1 },
      on: { click: choose }
    });
  }
  function toggle(open) {
    list3.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) choices()[0]?.focus();
  }
  const choices = () => items.map(({ button: button2 }) => button2).filter((button2) => !button2.hidden);
  function press(event) {
    if (list3.hidden) return;
    const all = choices();
    const at = all.indexOf(ui.doc.activeElement);
    if (event.key === "Escape") {
      toggle(false);
      opener.focus();
    } else if (event.key === "ArrowDown") {
      all[(at + 1) % all.length]?.focus();
    } else if (event.key === "ArrowUp") {
      all[(at - 1 + all.length) % all.length]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
  function leave(event) {
    if (!menu.contains(event.relatedTarget)) toggle(false);
  }
  async function savePicture(kind) {
    const picture = stage.picture();
    const meta = store.get().graph?.meta;
    if (!picture || !meta) return;
    const room = Math.floor(picture.scene.width / 8);
    const target = shorten(visible(meta.target.label), Math.floor(room / 2));
    const title2 = `${shorten(visible(meta.prompt), room - target.length - 5)}  →  ${target}`;
    const file = kind === "svg" ? svgFile(picture, title2) : await pngFile(ui, picture, title2);
    if (file) download(ui, `circuit.${kind}`, file);
    else
      actions.fail({ message: "The browser could not make the picture.", cure: "Save it as SVG instead." });
  }
  async function saveFile(format2) {
    const file = await actions.export(format2);
    if (!file) return;
    const { buffer, byteOffset, byteLength } = file.bytes;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    download(ui, file.filename, new Blob([bytes], { type: file.mime }));
  }
  store.watch(["graph"], ({ graph }) => {
    opener.disabled = graph === null;
    for (const { button: button2, python } of items) button2.hidden = python && !(graph && hasKernel(graph));
  });
  return menu;
}

// src/panels/rows.ts
function nodeRow(ui, graph, node, look, actions) {
  const length = Math.min(1, Math.abs(look.share));
  const bar = h(ui, "span", { class: `saec-row-bar ${barClass(look)}` });
  bar.style.width = `${(100 * length).toFixed(1)}%`;
  const name = nodeName(graph, node);
  const where = `${layerName(graph, node)}, ${tokenAt(graph, node)}`;
  return h(
    ui,
    "button",
    {
      class: `saec-row${look.faint ? " saec-row-faint" : ""}`,
      title: look.title ?? `${name} · ${where}`,
      attrs: { "aria-label": [name, where, look.text, look.note].filter(Boolean).join(", ") },
      on: {
        click: () => actions.select(node),
        pointerenter: () => actions.hover(node),
        pointerleave: () => actions.hover(null),
        focus: () => actions.hover(node),
        blur: () => actions.hover(null)
      }
    },
    bar,
    glyph2(ui, graph.kind[node] ?? 0),
    h(ui, "span", { class: "saec-row-name" }, h(ui, "bdi", { text: name })),
    h(ui, "span", { class: "saec-row-place" }, h(ui, "bdi", { text: placeName(graph, node) })),
    h(ui, "span", { class: "saec-number saec-row-value", text: look.text }),
    look.note !== void 0 && h(ui, "span", { class: "saec-number saec-row-note", text: look.note })
  );
}
function barClass({ share, neutral }) {
  if (neutral) return "saec-bar-neutral";
  return share < 0 ? "saec-bar-negative" : "saec-bar-positive";
}
function placeName(graph, node) {
  const layer = graph.layer[node] ?? 0;
  const short = layer < 0 ? "" : layer >= graph.meta.n_layers ? "out · " : `L${layer} · `;
  return `${short}${tokenAt(graph, node)}`;
}

// src/panels/connections.ts
var FIRST = 6;
var MOST2 = 200;
function connections(ui, store, actions) {
  const element2 = h(ui, "div", { class: "saec-connections" });
  let open = /* @__PURE__ */ new Set();
  let shownFor = null;
  function list3(graph, node, side, sign) {
    const ends = side === "inputs" ? graph.source : graph.target;
    const edges = [...edgesOf(graph[side], node)].filter(
      (edge) => Math.sign(graph.weight[edge] ?? 0) === sign
    );
    if (edges.length === 0) return null;
    edges.sort((a, b) => Math.abs(graph.weight[b] ?? 0) - Math.abs(graph.weight[a] ?? 0));
    const key3 = `${side} ${sign}`;
    const count = open.has(key3) ? MOST2 : FIRST;
    const longest = Math.max(
      ...[...edgesOf(graph[side], node)].map((edge) => Math.abs(graph.weight[edge] ?? 0))
    );
    const rows2 = edges.slice(0, count).map((edge) => {
      const end = ends[edge] ?? 0;
      const weight = graph.weight[edge] ?? 0;
      const share = Math.abs(graph.share[edge] ?? 0);
      const hidden = store.get().visible?.node[end] !== 1;
      const title2 = `direct effect ${signed(weight)}, ${percent(share)} of the input of ${side === "inputs" ? "this node" : "that node"}${hidden ? " · hidden by the influence slider" : ""}`;
      const look = {
        share: weight / longest,
        text: signed(weight),
        note: percent(share),
        title: title2,
        faint: hidden
      };
      return nodeRow(ui, graph, end, look, actions);
    });
    const rest = Math.min(edges.length, MOST2) - rows2.length;
    const more = () => {
      open.add(key3);
      render2();
    };
    return h(
      ui,
      "div",
      {
        class: "saec-list",
        attrs: { role: "group", "aria-label": `${sign > 0 ? "positive" : "negative"} ${side}` }
      },
      h(ui, "div", { class: "saec-list-sign", text: sign > 0 ? "+ pushes up" : "− pushes down" }),
      ...rows2,
      rest > 0 && h(ui, "button", { class: "saec-more", text: `${rest} more`, on: { click: more } })
    );
  }
  function section(graph, node, side) {
    const title2 = side === "inputs" ? "Inputs" : "Outputs";
    const lists = [list3(graph, node, side, 1), list3(graph, node, side, -1)];
    const empty = !lists[0] && !lists[1];
    const none = side === "inputs" ? "Nothing flows in." : "Nothing flows out.";
    return h(
      ui,
      "section",
      { class: `saec-side saec-side-${side}` },
      h(ui, "h4", { class: "saec-subtitle", text: title2 }),
      ...lists,
      empty && h(ui, "p", { class: "saec-hint", text: none })
    );
  }
  function render2() {
    const { graph, selected } = store.get();
    element2.hidden = !graph || selected === null;
    element2.replaceChildren();
    if (!graph || selected === null) return;
    const key3 = `${graph.id[selected]}`;
    if (key3 !== shownFor) open = /* @__PURE__ */ new Set();
    shownFor = key3;
    element2.replaceChildren(section(graph, selected, "inputs"), section(graph, selected, "outputs"));
  }
  store.watch(["graph", "selected", "visible"], render2);
  return element2;
}

// src/panels/node_panel.ts
var STRONGEST2 = 15;
var MOST_FOUND = 200;
var EFFECT = "What the target would lose if this node went to its baseline, over all paths";
function nodePanel(ui, store, actions, edit) {
  const title2 = h(ui, "div", { class: "saec-node-title" });
  const strongest2 = h(ui, "div", { class: "saec-strongest" });
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-node", attrs: { "aria-label": "Selected node" } },
    title2,
    edit.element,
    connections(ui, store, actions),
    strongest2
  );
  store.watch(["graph", "selected", "pinned", "effect"], ({ graph, selected, pinned, effect }) => {
    title2.hidden = !graph || selected === null;
    if (!graph || selected === null) return;
    const after = effect?.nodeValue[selected] ?? Number.NaN;
    title2.replaceChildren(
      ...heading(ui, graph, selected, after, pinned.includes(graph.id[selected] ?? ""), actions)
    );
  });
  store.watch(["graph", "selected", "visible", "matches"], ({ graph, selected, visible: visible2, matches }) => {
    strongest2.hidden = !graph || selected !== null;
    if (!graph || selected !== null) return;
    const nodes2 = matches?.slice(0, MOST_FOUND) ?? byInfluence(graph).slice(0, STRONGEST2);
    const most = Math.max(1e-12, ...nodes2.map((node) => graph.influence[node] ?? 0));
    strongest2.replaceChildren(
      h(ui, "h4", { class: "saec-subtitle", text: matches ? "Found" : "Strongest nodes" }),
      h(ui, "p", {
        class: "saec-hint",
        text: matches && nodes2.length === 0 ? "No node matches." : "Click a node here or in the graph."
      }),
      ...nodes2.map((node) => {
        const look = {
          share: (graph.influence[node] ?? 0) / most,
          neutral: true,
          text: percent(influenceShare(graph, node)),
          faint: visible2?.node[node] !== 1
        };
        return nodeRow(ui, graph, node, look, actions);
      })
    );
  });
  return element2;
}
function byInfluence(graph) {
  return [...graph.influence.keys()].filter((node) => graph.kind[node] === Kind.feature).sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}
function heading(ui, graph, node, after, pinned, actions) {
  const value = graph.value[node] ?? Number.NaN;
  const moved = hasMoved(value, after);
  const effect = effectText(graph, node);
  const fact = (name, text2, kind = "", title2 = "") => h(
    ui,
    "span",
    { class: `saec-fact ${kind}`, title: title2 },
    h(ui, "span", { class: "saec-caption", text: name }),
    h(ui, "span", { class: "saec-number", text: text2 })
  );
  const key3 = featureKey(graph, node);
  const isTarget = graph.kind[node] === Kind.target;
  const chance = graph.probability[node] ?? Number.NaN;
  const pin2 = h(ui, "button", {
    class: "saec-button saec-button-small saec-pin",
    text: pinned ? "Unpin" : "Pin",
    title: "Pin this node (p)",
    attrs: { "aria-pressed": String(pinned) },
    on: { click: () => actions.togglePin(node) }
  });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small saec-clear",
    text: "✕",
    title: "Clear the selection (Escape)",
    attrs: { "aria-label": "Clear the selection" },
    on: { click: () => actions.select(null) }
  });
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      glyph2(ui, graph.kind[node] ?? 0),
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: nodeName(graph, node) })),
      pin2,
      clear
    ),
    h(ui, "div", {
      class: "saec-node-place",
      text: `${kindName(graph, node)}${key3 ? ` ${key3}` : ""} · ${place(graph, node)}`
    }),
    h(
      ui,
      "div",
      { class: "saec-node-facts" },
      Number.isFinite(value) && fact(
        valueName(graph, node),
        valueText(graph, value) + (moved ? ` → ${format(after)}` : ""),
        moved ? "saec-fact-moved" : ""
      ),
      Number.isFinite(chance) && fact("probability", percent(chance)),
      !isTarget && fact("influence", percent(influenceShare(graph, node))),
      effect && fact("total effect", effect, (graph.effect[node] ?? 0) < 0 ? "saec-down" : "saec-up", EFFECT)
    )
  ];
}

// src/panels/note.ts
var MOST_PROMPTS = 6;
function originNote(ui, store) {
  const element2 = h(ui, "div", { class: "saec-note", attrs: { role: "note" } });
  store.watch(["graph"], ({ graph }) => {
    const refused = graph && hasKernel(graph) ? refusal(graph) : null;
    const origin = graph && originOf(graph).prompts.length > 0 ? originOf(graph) : null;
    element2.hidden = refused === null && origin === null;
    element2.replaceChildren(
      ...refused ? [h(ui, "span", { text: `${visible(refused.message)} ${visible(refused.cure)}` })] : [],
      ...origin ? [list2(ui, origin)] : []
    );
  });
  return element2;
}
function list2(ui, { kind, prompts: given }) {
  const difference = kind === "difference";
  const prompts = difference ? given.toReversed() : given;
  const words = (at) => at === 0 ? difference ? "difference: " : "mean of " : difference ? "less " : "";
  const more = prompts.length - MOST_PROMPTS;
  return h(
    ui,
    "ul",
    { class: "saec-prompts", attrs: { "aria-label": "Prompts of this circuit" } },
    ...prompts.slice(0, MOST_PROMPTS).map(
      (prompt, at) => h(
        ui,
        "li",
        { title: visible(prompt) },
        words(at),
        "“",
        h(ui, "bdi", { text: shorten(visible(prompt), 80) }),
        "”"
      )
    ),
    more > 0 && h(ui, "li", { text: `and ${more} more` })
  );
}

// src/panels/output.ts
var ROWS = 8;
var NO_EDITS = "No edits yet. Select a feature, then ablate, scale or patch it: what the model says before and after appears here.";
function outputPanel(ui, store, actions) {
  const headline = h(ui, "div", { class: "saec-headline" });
  const chart = h(ui, "div", { class: "saec-chart" });
  const hint = h(ui, "p", { class: "saec-hint", text: NO_EDITS });
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-output", attrs: { "aria-label": "Output" } },
    h(ui, "h4", { class: "saec-subtitle", text: "Output" }),
    editChips(ui, store, actions),
    headline,
    chart,
    hint
  );
  store.watch(["graph", "effect", "edits"], ({ graph, effect, edits }) => {
    const rows2 = !graph ? [] : effect ? effectRows(effect) : targetRows(graph);
    const edited = effect !== null && effect.edits.length > 0;
    const still = !graph || refusal(graph) !== null;
    element2.hidden = still && rows2.length === 0;
    hint.hidden = still || edits.length > 0;
    chart.classList.toggle("saec-plain", !edited);
    headline.replaceChildren(...graph && edited ? verdict(ui, graph, effect) : []);
    chart.replaceChildren(
      ...rows2.length > 0 ? [key2(ui, edited), ...rows2.map((row) => bars(ui, row, edited))] : []
    );
  });
  store.watch(["waiting"], ({ waiting }) => {
    element2.classList.toggle("saec-pending", waiting !== "");
  });
  return element2;
}
function effectRows({ tokens, before, after }) {
  const rows2 = tokens.map((token, index) => ({
    token,
    before: before[index] ?? 0,
    after: after[index] ?? 0
  }));
  return rows2.sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after)).slice(0, ROWS);
}
function targetRows(graph) {
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  return targets.map((node) => ({
    token: graph.label[node] ?? "",
    before: graph.probability[node] ?? Number.NaN,
    after: Number.NaN
  })).filter(({ before }) => Number.isFinite(before)).sort((a, b) => b.before - a.before).slice(0, ROWS);
}
function verdict(ui, graph, effect) {
  const token = (text2, kind) => h(ui, "span", { class: `saec-answer ${kind}` }, h(ui, "bdi", { text: showToken(text2) }));
  const arrow2 = () => h(ui, "span", { class: "saec-arrow", text: "→", attrs: { "aria-label": "becomes" } });
  const changed = effect.topBefore !== effect.topAfter;
  const change = effect.targetAfter - effect.targetBefore;
  return [
    h(
      ui,
      "div",
      { class: `saec-verdict${changed ? " saec-changed" : ""}` },
      h(ui, "span", { class: "saec-caption", text: changed ? "Answer changes" : "Answer stays" }),
      token(effect.topBefore, "saec-answer-before"),
      ...changed ? [arrow2(), token(effect.topAfter, "saec-answer-after")] : []
    ),
    h(
      ui,
      "div",
      { class: "saec-verdict saec-verdict-target" },
      h(ui, "span", { class: "saec-caption", text: shorten(visible(graph.meta.target.label), 30) }),
      h(ui, "span", { class: "saec-number", text: signed(effect.targetBefore) }),
      arrow2(),
      h(ui, "span", { class: "saec-number saec-strong", text: signed(effect.targetAfter) }),
      h(ui, "span", {
        class: `saec-delta ${change < 0 ? "saec-down" : "saec-up"}`,
        text: `${change < 0 ? "▼" : "▲"} ${signed(change)}`
      })
    )
  ];
}
function key2(ui, edited) {
  const item = (kind, text2) => h(ui, "span", { class: "saec-key-item" }, h(ui, "span", { class: `saec-swatch ${kind}` }), text2);
  return h(
    ui,
    "div",
    { class: "saec-key" },
    item("saec-swatch-before", edited ? "before" : "probability of the next token"),
    edited && item("saec-swatch-after", "after the edits")
  );
}
function bars(ui, { token, before, after }, edited) {
  const bar = (value, kind) => {
    const fill2 = h(ui, "span", { class: `saec-pair-bar ${kind}` });
    fill2.style.width = `${Math.max(0, Math.min(100, 100 * value)).toFixed(2)}%`;
    return fill2;
  };
  const change = after - before;
  const direction = !edited || Math.abs(change) < 5e-3 ? "" : change < 0 ? " saec-down" : " saec-up";
  const numbers = edited ? `${percent(before)} → ${percent(after)}` : percent(before);
  return h(
    ui,
    "div",
    { class: "saec-pair" },
    h(
      ui,
      "span",
      { class: "saec-pair-token", title: visible(token) },
      h(ui, "bdi", { text: showToken(token) })
    ),
    h(
      ui,
      "span",
      { class: "saec-pair-bars", attrs: { "aria-hidden": "true" } },
      bar(before, "saec-pair-before"),
      edited && bar(after, "saec-pair-after")
    ),
    h(ui, "span", { class: `saec-number saec-pair-numbers${direction}`, text: numbers })
  );
}
function editChips(ui, store, actions) {
  const list3 = h(ui, "div", { class: "saec-chips", attrs: { role: "list", "aria-label": "Edits" } });
  const frozen = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => actions.setEdits(store.get().edits, frozen.checked) }
  });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Clear",
    title: "Take all edits back",
    on: { click: () => actions.setEdits([]) }
  });
  const tip = "Attention patterns and norm denominators keep their values of the unedited prompt: then effects are exactly the graph's predictions.";
  const hold = h(ui, "label", { class: "saec-check", title: tip }, frozen, "hold attention and norms");
  const tools = h(ui, "div", { class: "saec-edit-tools" }, hold, clear);
  const element2 = h(ui, "div", { class: "saec-edits" }, list3, tools);
  function chip(edit, graph, edits) {
    const node = graph ? editedRows(graph, edit)[0] : void 0;
    const name = graph && node !== void 0 ? nodeName(graph, node) : `${edit.dictionary}/${edit.feature}`;
    const text2 = `${describeOp(edit)} · ${describeWhere(edit, graph)}`;
    const remove = () => actions.setEdits(edits.filter((other) => other !== edit));
    const choose = () => node !== void 0 && actions.select(node);
    return h(
      ui,
      "span",
      { class: "saec-chip saec-chip-edit", attrs: { role: "listitem" } },
      h(
        ui,
        "button",
        { class: "saec-chip-name", title: `${name} · ${text2}`, on: { click: choose } },
        h(ui, "bdi", { text: shorten(name, 28) })
      ),
      h(ui, "span", { class: "saec-chip-what", text: text2 }),
      h(ui, "button", {
        class: "saec-chip-remove",
        text: "✕",
        title: "Take this edit back",
        attrs: { "aria-label": `Take back: ${name} ${text2}` },
        on: { click: remove }
      })
    );
  }
  store.watch(["graph", "edits", "frozen"], ({ graph, edits, frozen: held }) => {
    element2.hidden = edits.length === 0 || !graph?.meta.live;
    frozen.checked = held;
    list3.replaceChildren(...edits.map((edit) => chip(edit, graph, edits)));
  });
  return element2;
}

// src/panels/pinned.ts
var BOX = { width: 138, height: 34, gapX: 54, gapY: 8 };
var MOST3 = 200;
function pinnedPanel(ui, store, actions) {
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Unpin all",
    on: { click: actions.unpinAll }
  });
  const drawing = h(ui, "div", { class: "saec-subgraph" });
  const head = h(
    ui,
    "div",
    { class: "saec-panel-head" },
    h(ui, "h4", { class: "saec-subtitle", text: "Pinned" }),
    clear
  );
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-pinned", attrs: { "aria-label": "Pinned nodes" } },
    head,
    drawing
  );
  store.watch(["graph", "pinned", "supernodes", "selected"], ({ graph, pinned, supernodes, selected }) => {
    const nodes2 = graph ? rows(graph, pinned).slice(0, MOST3) : [];
    element2.hidden = !graph || nodes2.length === 0 && supernodes.length === 0;
    if (!graph || element2.hidden) return drawing.replaceChildren();
    clear.hidden = nodes2.length === 0;
    drawing.replaceChildren(subgraph(ui, graph, makeBoxes(graph, nodes2, supernodes), selected, actions));
  });
  return element2;
}
function makeBoxes(graph, nodes2, supernodes) {
  const boxes = [];
  const grouped = /* @__PURE__ */ new Set();
  const blank = { column: 0, x: 0, y: 0 };
  for (const { name, members } of supernodes) {
    const found = rows(graph, members);
    for (const node of found) grouped.add(node);
    if (found.length > 0)
      boxes.push({
        ...blank,
        name: visible(name),
        note: `${found.length} nodes`,
        members: found,
        group: name
      });
  }
  for (const node of nodes2) {
    if (!grouped.has(node))
      boxes.push({
        ...blank,
        name: nodeName(graph, node),
        note: shortPlace(graph, node),
        members: [node],
        group: null
      });
  }
  const layer = (box) => Math.max(...box.members.map((node) => graph.layer[node] ?? 0));
  const position = (box) => Math.min(...box.members.map((node) => graph.position[node] ?? 0));
  const layers = [...new Set(boxes.map(layer))].sort((a, b) => a - b);
  boxes.sort((a, b) => layer(a) - layer(b) || position(a) - position(b));
  const height = Math.max(...layers.map((value) => boxes.filter((box) => layer(box) === value).length));
  for (const [column, value] of layers.entries()) {
    const here = boxes.filter((box) => layer(box) === value);
    for (const [line3, box] of here.entries()) {
      box.column = column;
      box.x = 1 + column * (BOX.width + BOX.gapX);
      box.y = 1 + (line3 + (height - here.length) / 2) * (BOX.height + BOX.gapY);
    }
  }
  return boxes;
}
function shortPlace(graph, node) {
  const layer = graph.layer[node] ?? 0;
  const name = layer < 0 ? "token" : layer >= graph.meta.n_layers ? "out" : `L${layer}`;
  return `${name} · ${shorten(tokenAt(graph, node), 12)}`;
}
function subgraph(ui, graph, boxes, selected, actions) {
  const width = Math.max(...boxes.map((box) => box.x)) + BOX.width + 1;
  const height = Math.max(...boxes.map((box) => box.y)) + BOX.height + 1;
  const svg = s(ui, "svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "group",
    "aria-label": "Links among the pinned nodes"
  });
  svg.append(...boxLinks(ui, graph, boxes));
  for (const box of boxes) svg.append(boxMark(ui, graph, box, selected, actions));
  return svg;
}
function boxLinks(ui, graph, boxes) {
  const owner = new Map(boxes.flatMap((box, index) => box.members.map((node) => [node, index])));
  const sums = /* @__PURE__ */ new Map();
  for (let edge = 0; edge < graph.weight.length; edge++) {
    const from = owner.get(graph.source[edge] ?? -1);
    const to = owner.get(graph.target[edge] ?? -1);
    if (from === void 0 || to === void 0 || from === to) continue;
    const sum2 = sums.get(`${from} ${to}`) ?? { from, to, weight: 0, share: 0 };
    sum2.weight += graph.weight[edge] ?? 0;
    sum2.share += (graph.share[edge] ?? 0) / (boxes[to]?.members.length ?? 1);
    sums.set(`${from} ${to}`, sum2);
  }
  return [...sums.values()].sort((a, b) => Math.abs(a.share) - Math.abs(b.share)).map((sum2) => linkMark(ui, boxes[sum2.from], boxes[sum2.to], sum2));
}
function linkMark(ui, from, to, { weight, share }) {
  const same = from.column === to.column;
  const x1 = from.x + (same ? BOX.width / 2 : BOX.width);
  const y1 = from.y + (same ? from.y < to.y ? BOX.height : 0 : BOX.height / 2);
  const x2 = to.x + (same ? BOX.width / 2 : 0);
  const y2 = to.y + (same ? from.y < to.y ? 0 : BOX.height : BOX.height / 2);
  const reach = same ? 0 : (x2 - x1) * 0.45;
  const path = s(ui, "path", {
    d: `M${x1} ${y1}C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}`,
    class: weight < 0 ? "saec-line-negative" : "saec-line-positive",
    "stroke-width": (1 + 6 * Math.sqrt(Math.min(1, Math.abs(share)))).toFixed(2),
    opacity: Math.min(1, 0.35 + Math.sqrt(Math.abs(share))).toFixed(2)
  });
  path.append(
    title(ui, `${from.name} → ${to.name}: ${signed(weight)}, ${percent(Math.abs(share))} of its input`)
  );
  return path;
}
function boxMark(ui, graph, box, selected, actions) {
  const node = box.members[0] ?? 0;
  const chosen = selected !== null && box.members.includes(selected);
  const group2 = s(ui, "g", {
    class: `saec-box${box.group === null ? "" : " saec-box-group"}${chosen ? " saec-box-chosen" : ""}`,
    transform: `translate(${box.x} ${box.y})`,
    tabindex: 0,
    role: "button",
    "aria-label": `${box.name}, ${box.note}`,
    "data-lm-suppress-shortcuts": "true"
  });
  const rect = s(ui, "rect", { width: BOX.width, height: BOX.height, rx: 6 });
  const name = s(ui, "text", { x: 8, y: 14, class: "saec-box-name" }, shorten(box.name, 19));
  const note = s(ui, "text", { x: 8, y: 27, class: "saec-box-note" }, box.note);
  group2.append(
    title(ui, `${box.name} · ${place(graph, node)}`),
    rect,
    name,
    note,
    removeMark(ui, graph, box, actions)
  );
  const press = (event) => {
    const key3 = event.key;
    if (event.type === "keydown" && key3 !== "Enter" && key3 !== " ") return;
    event.preventDefault();
    actions.select(node);
  };
  const options = { signal: ui.signal };
  group2.addEventListener("click", press, options);
  group2.addEventListener("keydown", press, options);
  group2.addEventListener("pointerenter", () => actions.hover(node), options);
  group2.addEventListener("pointerleave", () => actions.hover(null), options);
  return group2;
}
function removeMark(ui, graph, box, actions) {
  const what = box.group === null ? `Unpin ${box.name}` : `Ungroup ${box.name}`;
  const mark = s(ui, "g", {
    class: "saec-box-remove",
    tabindex: 0,
    role: "button",
    "aria-label": what,
    "data-lm-suppress-shortcuts": "true"
  });
  const cross = s(ui, "text", { x: BOX.width - 10, y: 14, "text-anchor": "middle" }, "✕");
  mark.append(
    title(ui, what),
    s(ui, "rect", { x: BOX.width - 19, y: 1, width: 18, height: 18, rx: 5 }),
    cross
  );
  const press = (event) => {
    const key3 = event.key;
    if (event.type === "keydown" && key3 !== "Enter" && key3 !== " ") return;
    event.stopPropagation();
    event.preventDefault();
    if (box.group === null) actions.togglePin(box.members[0] ?? 0);
    else actions.ungroup(box.group);
  };
  setAttributes(mark, { "data-node": graph.id[box.members[0] ?? 0] });
  mark.addEventListener("click", press, { signal: ui.signal });
  mark.addEventListener("keydown", press, { signal: ui.signal });
  return mark;
}
function title(ui, text2) {
  return s(ui, "title", {}, text2);
}

// src/panels/toolbar.ts
function createToolbar(ui, store, actions, leave) {
  const search2 = h(ui, "input", {
    class: "saec-input saec-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search nodes by label or token" },
    on: { input: () => actions.search(search2.value), keydown: press }
  });
  const found = h(ui, "span", { class: "saec-found", attrs: { "aria-live": "polite" } });
  function press(event) {
    if (event.key === "Escape") {
      actions.search("");
      leave();
    } else if (event.key === "Enter") {
      next();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
  function next() {
    const { matches, selected } = store.get();
    if (!matches || matches.length === 0) return;
    const at = selected === null ? -1 : matches.indexOf(selected);
    actions.select(matches[(at + 1) % matches.length] ?? null);
  }
  const slider = h(ui, "input", {
    class: "saec-slider saec-prune",
    attrs: {
      type: "range",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": "Share of influence to keep, in percent"
    },
    on: {
      input: () => actions.setShare(Number(slider.value) / 100, false),
      change: () => actions.setShare(Number(slider.value) / 100, true)
    }
  });
  const share = h(ui, "output", { class: "saec-number saec-share" });
  const counts = h(ui, "span", { class: "saec-counts" });
  store.watch(["query"], ({ query }) => {
    if (search2.value !== query) search2.value = query;
  });
  store.watch(["matches"], ({ matches }) => {
    found.textContent = matches === null ? "" : matches.length === 1 ? "1 node" : `${matches.length} nodes`;
  });
  store.watch(["share"], (state) => {
    slider.value = String(Math.round(state.share * 100));
    share.textContent = `${Math.round(state.share * 100)} %`;
  });
  store.watch(["visible", "graph"], ({ visible: visible2, graph }) => {
    counts.textContent = visible2 && graph ? `${visible2.nodes} of ${graph.size} nodes · ${visible2.edges.length} links` : "";
  });
  const element2 = h(
    ui,
    "div",
    { class: "saec-toolbar" },
    search2,
    found,
    h(ui, "div", { class: "saec-spacer" }),
    h(
      ui,
      "label",
      { class: "saec-prune-field", title: "Shows the nodes that together carry this share of the influence" },
      h(ui, "span", { class: "saec-caption", text: "Influence kept" }),
      slider,
      share
    ),
    counts
  );
  return { element: element2, focusSearch: () => search2.focus() };
}

// src/explorer.ts
function render({ model, el, signal }) {
  const stop = new AbortController();
  const ui = { doc: el.ownerDocument, signal: stop.signal };
  const store = createStore(initialState());
  const { ask, close } = createAsk(model);
  const actions = createActions({ model, store, ask, history: createHistory() });
  derive(store);
  const unfollow = followTraits(model, store, actions);
  fetchCards(store, ask);
  const { root, stage } = assemble(ui, store, actions);
  el.append(root);
  followTheme(ui, root, stage.restyle);
  keepFocus(ui, root, stage.element);
  const clean = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    unfollow();
    close();
    store.close();
    root.remove();
  };
  signal?.addEventListener("abort", clean, { once: true });
  return clean;
}
function assemble(ui, store, actions) {
  const root = h(ui, "div", { class: "saec", on: { keydown: keepFromNotebook } });
  const edit = createEditControls(ui, store, actions);
  const check2 = checkButton(ui, store, actions);
  const toolbar = createToolbar(ui, store, actions, () => stage.element.focus());
  const panel = nodePanel(ui, store, actions, edit);
  const stage = createStage(ui, {
    store,
    actions,
    root,
    commands: {
      search: toolbar.focusSearch,
      panel: () => edit.focus() || panel.querySelector("button")?.focus(),
      ablate: edit.toggleAblation
    }
  });
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that does the last action",
      content: () => store.get().code
    },
    { text: "Copy all", title: "Copy a script that does every action so far", content: actions.script }
  ]);
  const empty = h(ui, "p", {
    class: "saec-empty",
    text: "No circuit yet. It appears here as soon as Python has found one."
  });
  const body = h(
    ui,
    "div",
    { class: "saec-body" },
    h(ui, "div", { class: "saec-graph" }, toolbar.element, stage.element, pinnedPanel(ui, store, actions)),
    panel,
    h(ui, "div", { class: "saec-bottom" }, outputPanel(ui, store, actions), evidencePanel(ui, store))
  );
  root.append(
    header(ui, store, actions, check2, createMenu(ui, store, actions, stage)),
    progress(ui, store),
    banner(ui, store, actions.dismiss),
    originNote(ui, store),
    checkPanel(ui, store, actions, () => check2.focus()),
    empty,
    body,
    code.element
  );
  store.watch(["code"], (state) => code.show(state.code));
  store.watch(["graph"], ({ graph }) => {
    empty.hidden = graph !== null;
    body.hidden = graph === null;
  });
  return { root, stage };
}
var explorer_default = { render };
export {
  explorer_default as default
};
