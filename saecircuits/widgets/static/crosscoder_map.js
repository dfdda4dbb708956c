// src/model/python.ts
var UNPRINTABLE = (
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be escaped
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udfff]/gu
);
function literal(text) {
  const named2 = { "\n": "\\n", "\r": "\\r", "	": "\\t" };
  const body = text.replace(/[\\"]/g, (character) => `\\${character}`).replace(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return named2[character] ?? (code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`);
  });
  return `"${body}"`;
}

// src/model/rank.ts
var BITS = 11;
var BUCKETS = 1 << BITS;

// src/model/decode.ts
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

// src/model/expect.ts
var isText = (value) => typeof value === "string";
var isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
function expectList(name, value, fits) {
  if (value === null || value === void 0) return [];
  if (Array.isArray(value) && value.every(fits)) return value;
  throw new TypeError(`“${name}” is not the list that it should be`);
}
function expectRecord(name, value, fields = []) {
  if (value === null || value === void 0) return null;
  if (isRecord(value) && fields.every((field) => field in value)) return value;
  throw new TypeError(`“${name}” is not the record that it should be`);
}

// src/crosscoder/decode.ts
function decodeCrosscoder(get) {
  const given = get("columns") ?? {};
  if (isRecord(given) && Object.keys(given).length === 0) return null;
  const columns = expectRecord("columns", given, ["norms", "sizes", "cosines", "rates"]);
  if (!columns) return null;
  const places = expectList(
    "places",
    get("places"),
    (each) => isRecord(each) && isText(each.name)
  );
  const links = expectList("links", get("links"), Array.isArray);
  const labels = expectList("labels", get("labels"), isText);
  const known = expectList(
    "known",
    get("known"),
    (each) => isRecord(each) && isText(each.name)
  );
  const size = labels.length;
  const floats = (name, wide) => {
    const values = typed(columns[name], Float32Array);
    if (values.length !== wide) throw new RangeError(`“${name}” has ${values.length} numbers, not ${wide}`);
    return values;
  };
  return {
    name: isText(get("dictionary")) ? get("dictionary") : "",
    size,
    places,
    stages: expectList("stages", get("stages"), isText),
    pair: expectList("pair", get("pair"), isText),
    labels,
    links,
    known,
    norms: floats("norms", size * places.length),
    sizes: floats("sizes", places.length),
    cosines: floats("cosines", size * links.length),
    rates: floats("rates", size),
    measures: { alike: measuresIn(get, known, "alike", size), raw: measuresIn(get, known, "raw", size) }
  };
}
function measuresIn(get, known, scale, size) {
  const names2 = known.map(({ name }) => name);
  const given = expectRecord("measures", get("measures")?.[scale], names2) ?? {};
  return Object.fromEntries(
    names2.map((name) => {
      const values = typed(given[name], Float32Array);
      if (values.length !== size) throw new RangeError(`“${name}” has ${values.length} numbers, not ${size}`);
      return [name, values];
    })
  );
}
function normAt({ norms, sizes, places }, scale, row, place) {
  const norm = norms[row * places.length + place] ?? Number.NaN;
  return scale === "raw" ? norm : norm / (sizes[place] ?? 1);
}
function normsOf(crosscoder, scale, row) {
  return crosscoder.places.map((_, place) => normAt(crosscoder, scale, row, place));
}
var nameOf = ({ name }, row) => `${name}/${row}`;
function rowOf(crosscoder, feature) {
  const cut = feature?.lastIndexOf("/") ?? -1;
  if (feature === null || feature.slice(0, cut) !== crosscoder.name) return null;
  const row = Number(feature.slice(cut + 1));
  return Number.isInteger(row) && row >= 0 && row < crosscoder.size ? row : null;
}

// src/crosscoder/actions.ts
function createActions({ model, save }, store) {
  return {
    select(row) {
      const { crosscoder } = store.get();
      const feature = row === null || !crosscoder ? null : nameOf(crosscoder, row);
      store.set({ code: `map.feature = ${feature === null ? "None" : literal(feature)}` });
      save("feature", feature);
    },
    hover: (hovered) => store.set({ hovered }),
    preview(low, high) {
      store.set({ brush: outward(store.get().values, low, high) });
    },
    brush(range) {
      if (range === null) {
        store.set({ brush: null, code: "map.selected = []" });
        model.set("brush", null);
        return save("chosen", new DataView(new ArrayBuffer(0)));
      }
      const [low, high] = outward(store.get().values, ...range);
      store.set({ brush: [low, high], code: `map.brush = [${low}, ${high}]` });
      return save("brush", [low, high]);
    },
    find: (query) => store.set({ query }),
    sortBy(measure) {
      store.set({ brush: null, code: `map.measure = ${literal(measure)}` });
      model.set("brush", null);
      save("measure", measure);
    },
    scale(scale) {
      store.set({ code: `map.scale = ${literal(scale)}` });
      save("scale", scale);
    },
    normalise(on) {
      store.set({ code: `map.normalised = ${on ? "True" : "False"}` });
      save("normalised", on);
    }
  };
}
function outward(values, low, high) {
  let span = 0;
  for (const value of values) if (Number.isFinite(value)) span = Math.max(span, Math.abs(value));
  const digits = Math.max(0, 3 - Math.floor(Math.log10(span || 1)));
  const unit = 10 ** digits;
  const tidy = (value) => Number(value.toFixed(digits));
  return [tidy(Math.floor(low * unit) / unit), tidy(Math.ceil(high * unit) / unit)];
}

// src/chart/ramp.ts
var FALLBACK = ["#e9f0f6", "#a9cbe2", "#4f9fce", "#0067a5", "#002c49"];
var STEPS = 24;
function readRamp(root) {
  const style = root.ownerDocument.defaultView?.getComputedStyle(root);
  const stops = FALLBACK.map((colour, i) => channels(style?.getPropertyValue(`--saec-ramp-${i}`), colour));
  return Array.from({ length: STEPS }, (_, step) => {
    const at = step / (STEPS - 1) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    const mixed = [0, 1, 2].map((c) => {
      const [from, to] = [stops[low]?.[c] ?? 0, stops[low + 1]?.[c] ?? 0];
      return Math.round(from + (to - from) * (at - low));
    });
    return `rgb(${mixed.join(", ")})`;
  });
}
function stepOf(share) {
  return Math.max(0, Math.min(STEPS - 1, Math.round(share * (STEPS - 1))));
}
function channels(said, fallback) {
  const text = /^#[0-9a-f]{6}$/i.test(said?.trim() ?? "") ? (said ?? "").trim() : fallback;
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
}

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
function focused(doc) {
  let at = doc.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}
function keepFromNotebook(event) {
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
}
function download(ui, name, content) {
  const url = URL.createObjectURL(content);
  const link = h(ui, "a", { attrs: { href: url, download: name } });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1e4);
}
async function copy(ui, text) {
  const clipboard = ui.doc.defaultView?.navigator.clipboard;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
    }
  }
  const area = h(ui, "textarea", { class: "saec-offscreen", attrs: { "aria-hidden": "true" } });
  area.value = text;
  ui.doc.body.append(area);
  area.select();
  const copied = ui.doc.execCommand?.("copy") ?? false;
  area.remove();
  return copied;
}

// src/text.ts
var INVISIBLE = (
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be made visible
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g
);
var named = { "\n": "↵", "\r": "␍", "	": "⇥" };
function visible(text) {
  return text.replace(/[\n\r\t]/g, (character) => named[character] ?? character).replace(INVISIBLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}
function shorten(text, length) {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("").trimEnd()}…`;
}
function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1 %";
  return `${value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
}
function significant(value) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const text = Math.abs(value) >= 1e3 ? compact(value) : value.toPrecision(3);
  return text.replace("-", "−");
}
function compact(value) {
  const size = Math.abs(value);
  const [unit, sign] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / Number(unit);
  const digits = Math.abs(scaled) >= 100 || unit === 1 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${sign}`.replace("-", "−");
}

// src/crosscoder/controls.ts
var MARKS = 7;
var SCALES = [
  [
    "alike",
    "each place in its unit",
    "Norms divided by the size of each place, so that places can be compared"
  ],
  ["raw", "raw", "Norms as the decoder has them: larger where activations are larger"]
];
function crosscoderControls(ui, store, actions, parts) {
  const search = h(ui, "input", {
    class: "saec-input saec-cross-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search labels" },
    on: {
      input: () => actions.find(search.value),
      keydown: (event) => {
        if (event.key !== "Escape") return;
        search.value = "";
        actions.find("");
        parts.leave();
        event.preventDefault();
      }
    }
  });
  const measure = h(ui, "select", {
    class: "saec-input saec-cross-measure",
    on: { change: () => actions.sortBy(measure.value) }
  });
  const scale = h(
    ui,
    "select",
    {
      class: "saec-input saec-cross-scale",
      on: { change: () => actions.scale(scale.value) }
    },
    ...SCALES.map(([value, text, title]) => h(ui, "option", { text, title, attrs: { value } }))
  );
  const normalised = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => actions.normalise(normalised.checked) }
  });
  let listed2 = [];
  store.watch(["crosscoder", "measure", "scale", "normalised"], (state) => {
    const known = state.crosscoder?.known ?? [];
    if (known !== listed2)
      measure.replaceChildren(
        ...known.map(({ name, title }) => h(ui, "option", { text: title, attrs: { value: name } }))
      );
    listed2 = known;
    measure.value = state.measure?.name ?? "";
    scale.value = state.scale;
    normalised.checked = state.normalised;
  });
  const field = (name, control) => h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text: name }), control);
  const element2 = h(
    ui,
    "div",
    { class: "saec-cross-head" },
    search,
    field("Sort by", measure),
    field("Norms", scale),
    h(
      ui,
      "label",
      { class: "saec-field", title: "Each feature's norms relative to its largest" },
      normalised,
      h(ui, "span", { class: "saec-caption", text: "relative to the largest" })
    ),
    h(ui, "div", { class: "saec-spacer" }),
    ...["png", "svg"].map(
      (kind) => h(ui, "button", {
        class: "saec-button saec-button-small",
        text: kind.toUpperCase(),
        title: `Save the map as ${kind.toUpperCase()}`,
        on: { click: () => parts.save(kind) }
      })
    )
  );
  return { element: element2, search: () => search.focus(), restyle: () => {
  } };
}
function mapLegend(ui, store, map) {
  const bar = h(ui, "span", { class: "saec-ramp-bar", attrs: { "aria-hidden": "true" } });
  const top = h(ui, "span");
  const order = h(ui, "span");
  const draw = () => {
    const { measure, order: rows, crosscoder } = store.get();
    const ramp = map.ramp();
    bar.replaceChildren(
      ...Array.from({ length: MARKS }, (_, i) => {
        const mark = h(ui, "span", { class: "saec-ramp-mark" });
        mark.style.background = ramp[Math.round(i / (MARKS - 1) * (STEPS - 1))] ?? "";
        return mark;
      })
    );
    const end = map.top();
    top.textContent = end === null ? "the feature's largest norm" : `norm ${significant(end)} or more`;
    const without = (crosscoder?.size ?? 0) - rows.length;
    order.textContent = `from the least to the largest ${measure?.title ?? ""}` + (without > 0 ? `; ${without} that never fire or write nothing are left out` : "");
  };
  const element2 = h(
    ui,
    "div",
    { class: "saec-cross-legend saec-caption" },
    order,
    h(ui, "div", { class: "saec-spacer" }),
    h(ui, "span", { text: "0" }),
    bar,
    top
  );
  return { element: element2, restyle: draw };
}

// src/chart/series.ts
function outline(shape, r) {
  const polygon = (points) => `M${points.map(([x, y]) => `${round(x * r)},${round(y * r)}`).join("L")}Z`;
  switch (shape) {
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
  for (const { value, text } of y.ticks) {
    const at = round(y.at(value));
    marks.push(s(ui, "line", { class: "saec-grid", x1: left, x2: right, y1: at, y2: at }));
    marks.push(s(ui, "text", { class: "saec-tick", x: left - 5, y: at + 3.5, "text-anchor": "end" }, text));
  }
  for (const { value, text } of x.ticks) {
    const at = round(x.at(value));
    marks.push(s(ui, "line", { class: "saec-notch", x1: at, x2: at, y1: bottom, y2: bottom + 3 }));
    const anchor = at > right - 12 ? "end" : "middle";
    const attrs = {
      class: "saec-tick",
      x: anchor === "end" ? right : at,
      y: bottom + 14,
      "text-anchor": anchor
    };
    marks.push(s(ui, "text", attrs, text));
  }
  marks.push(s(ui, "line", { class: "saec-axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  marks.push(s(ui, "line", { class: "saec-notch", x1: left, x2: left, y1: top, y2: bottom }));
  return marks;
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
function linearTicks({ low, high }, count) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = Number(((first + i) * step).toFixed(decimals));
    return { value, text: step >= 1e3 || value >= 1e4 ? compact(value) : minus(value.toFixed(decimals)) };
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
var minus = (text) => text.replace("-", "−");

// src/chart/soon.ts
function soon(ui, attempt, draw) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    ui.doc.defaultView?.requestAnimationFrame(() => {
      due = false;
      if (!ui.signal.aborted) attempt(draw, draw);
    });
  };
}

// src/crosscoder/bins.ts
var BINS = 40;
function binsOf(values, measure) {
  const log = measure.name === "rate";
  const there = [...values].filter((value) => Number.isFinite(value) && (!log || value > 0));
  const least = there.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = there.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let low = log ? least : measure.low ?? least;
  let high = measure.high ?? most;
  if (!(Number.isFinite(low) && Number.isFinite(high))) [low, high] = [log ? 0.01 : 0, 1];
  if (!(high > low)) [low, high] = log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const bins = { low, high, log, counts: new Array(BINS).fill(0) };
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const at = Math.max(0, Math.min(BINS - 1, Math.floor(shareOf(bins, value) * BINS)));
    bins.counts[at] = (bins.counts[at] ?? 0) + 1;
  }
  return bins;
}
function shareOf({ low, high, log }, value) {
  if (!log) return (value - low) / (high - low);
  return Math.log(Math.max(value, 1e-30) / low) / Math.log(high / low);
}
function valueAt({ low, high, log }, share) {
  return log ? low * (high / low) ** share : low + share * (high - low);
}

// src/crosscoder/describe.ts
function labelOf(crosscoder, row) {
  return visible(crosscoder.labels[row] ?? "") || visible(nameOf(crosscoder, row));
}
function stageNames({ stages }) {
  const parts = stages.map((stage) => /^(.*)\.(\d+)$/.exec(stage));
  const kinds = new Set(parts.map((part) => part?.[1]));
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === void 0) return { names: stages.map(visible), kind: "" };
  return { names: parts.map((part) => `layer ${part?.[2]}`), kind: visible(kind) };
}
function modelName(model) {
  return visible(model) || "this model";
}
function valueText(measure, value) {
  if (value === void 0 || Number.isNaN(value)) return "–";
  if (measure?.name === "rate") return percent(value);
  return measure?.name === "norm" ? significant(value) : value.toFixed(2).replace("-", "−");
}
function explained({ name }, { pair }) {
  const [a = "", b = ""] = pair.map(modelName);
  switch (name) {
    case "relative":
      return `‖d‖ of ${b} as a share of both: 0 is ${a} alone, 1 is ${b} alone. Crosscoders trained with L1 exaggerate it.`;
    case "cosine":
      return `Whether a feature writes the same direction in ${a} and ${b}.`;
    case "centre":
      return "The mean layer of what a feature writes, weighted with the squared norms.";
    case "spread":
      return "Participation ratio of the squared norms: 1 for one place, as many as there are if all are alike.";
    case "norm":
      return "Root of the sum of the squared norms.";
    default:
      return "Share of tokens at which a feature fires.";
  }
}
function announce({ crosscoder, measure, values, selected }, row) {
  if (!crosscoder || !measure) return "";
  const rate = crosscoder.rates[row] ?? Number.NaN;
  return [
    labelOf(crosscoder, row),
    visible(nameOf(crosscoder, row)),
    `${measure.title} ${valueText(measure, values[row])}`,
    Number.isFinite(rate) && measure.name !== "rate" ? `fires on ${percent(rate)} of tokens` : "",
    row === selected ? "selected" : ""
  ].filter(Boolean).join(", ");
}

// src/crosscoder/drag.ts
var SLACK = 4;
function followDrag(ui, element2, target) {
  let from = null;
  let dragging = false;
  const options = { signal: ui.signal };
  const place = (event) => event.clientX - element2.getBoundingClientRect().left;
  const down = (event) => {
    if (!(event instanceof MouseEvent) || event.button !== 0) return;
    from = place(event);
    dragging = false;
  };
  const move = (event) => {
    if (!(event instanceof MouseEvent)) return;
    const at = place(event);
    if (from === null) return target.hover(at);
    if (!dragging && Math.abs(at - from) < SLACK) return;
    if (!dragging && "pointerId" in event) element2.setPointerCapture?.(event.pointerId);
    dragging = true;
    target.drag(from, at);
  };
  const up = (event) => {
    if (from === null || !(event instanceof MouseEvent)) return;
    const at = place(event);
    if (dragging) target.done(from, at);
    else target.click(at);
    from = null;
  };
  const lost = () => {
    from = null;
  };
  element2.addEventListener("pointerdown", down, options);
  element2.addEventListener("pointermove", move, options);
  element2.addEventListener("pointerup", up, options);
  element2.addEventListener("pointercancel", lost, options);
  element2.addEventListener("pointerleave", () => target.hover(null), options);
}

// src/model/store.ts
function createStore(initial, attempt = (_, block) => block()) {
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
          if ([...now].some((key) => keys.has(key))) attempt(listener, () => listener(state));
      }
    } finally {
      telling = false;
    }
  }
  return {
    get: () => state,
    set(patch) {
      for (const key of Object.keys(patch))
        if (!Object.is(state[key], patch[key])) changed.add(key);
      if (changed.size === 0) return;
      state = { ...state, ...patch };
      tell();
    },
    watch(keys, listener) {
      listeners.push({ keys: new Set(keys), listener });
      attempt(listener, () => listener(state));
    },
    attempt,
    close() {
      listeners = [];
    }
  };
}

// src/crosscoder/state.ts
var INITIAL = {
  crosscoder: null,
  scale: "alike",
  measure: null,
  values: new Float32Array(0),
  order: new Uint32Array(0),
  normalised: true,
  brush: null,
  chosen: /* @__PURE__ */ new Set(),
  query: "",
  selected: null,
  hovered: null,
  code: ""
};
function followCrosscoder({
  model,
  follow,
  attempt,
  onClean
}) {
  const store = createStore(INITIAL, attempt);
  onClean(store.close);
  const sort = () => {
    const { crosscoder } = store.get();
    const scale = model.get("scale") === "raw" ? "raw" : "alike";
    const said = model.get("measure");
    const measure = crosscoder?.known.find(({ name }) => name === said) ?? crosscoder?.known[0] ?? null;
    const values = measure && crosscoder?.measures[scale][measure.name] || new Float32Array(0);
    store.set({ scale, measure, values, order: sorted(values) });
  };
  const select = () => {
    const { crosscoder } = store.get();
    store.set({ selected: crosscoder && rowOf(crosscoder, model.get("feature") ?? null) });
  };
  const choose = () => {
    const { crosscoder } = store.get();
    const given = model.get("chosen");
    const rows = given && crosscoder ? [...typed(given, Uint32Array)] : [];
    store.set({ chosen: new Set(rows.filter((row) => row < (crosscoder?.size ?? 0))) });
  };
  follow(["columns", "labels", "places", "measures", "known", "links"], () => {
    store.set({ crosscoder: null, selected: null, hovered: null, chosen: /* @__PURE__ */ new Set() });
    store.set({ crosscoder: decodeCrosscoder((name) => model.get(name)) });
    sort();
    select();
    choose();
  });
  follow(["measure", "scale"], sort);
  follow(["normalised"], () => store.set({ normalised: model.get("normalised") !== false }));
  follow(["brush"], () => store.set({ brush: asBrush(model.get("brush")) }));
  follow(["feature"], select);
  follow(["chosen"], choose);
  return store;
}
function listed(state) {
  const { crosscoder, order, brush, chosen, values } = state;
  if (!crosscoder) return [];
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  return [...order].filter((row) => {
    if (brush ? !within(brush, values[row]) : chosen.size > 0 && !chosen.has(row)) return false;
    if (words.length === 0) return true;
    const text = `${crosscoder.labels[row]} ${nameOf(crosscoder, row)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
function isPart({ brush, chosen, query }) {
  return brush !== null || chosen.size > 0 || query.trim() !== "";
}
var within = (brush, value = Number.NaN) => value >= brush[0] && value <= brush[1];
function sorted(values) {
  const rows = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row] ?? Number.NaN));
  return rows.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}
function asBrush(given) {
  if (!Array.isArray(given) || given.length !== 2) return null;
  const [low, high] = given;
  return typeof low === "number" && typeof high === "number" ? [low, high] : null;
}

// src/crosscoder/histogram.ts
var HEIGHT = 128;
var FALLBACK_WIDTH = 640;
var PRESETS = [
  [0, 0.1],
  [0.3, 0.7],
  [0.9, 1]
];
function createHistogram(ui, store, actions) {
  const svg = s(ui, "svg", { class: "saec-plot saec-cross-bars", height: HEIGHT, role: "img" });
  const stage = h(ui, "div", { class: "saec-cross-histogram" }, svg);
  const title = h(ui, "span", { class: "saec-subtitle" });
  const note = h(ui, "span", { class: "saec-caption saec-cross-note" });
  const range = rangeFields(ui, store, actions);
  const presets = h(ui, "div", { class: "saec-cross-presets" });
  let width = 0;
  let bins = null;
  let box = { width: 0, height: HEIGHT, left: 62, right: 14, top: 8, bottom: 22 };
  function draw() {
    const state = store.get();
    const { crosscoder, measure, values } = state;
    bins = crosscoder && measure && binsOf(values, measure);
    svg.replaceChildren();
    if (!bins || !measure || width === 0) return;
    box = { ...box, width };
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("aria-label", `Histogram of the ${measure.title} of ${values.length} features`);
    svg.append(...bars(ui, bins, box, state));
  }
  const ask = soon(ui, store.attempt, draw);
  const value = (at) => {
    const share = (at - box.left) / Math.max(1, box.width - box.left - box.right);
    return bins ? valueAt(bins, Math.max(0, Math.min(1, share))) : 0;
  };
  const ends = (from, to) => [
    value(Math.min(from, to)),
    value(Math.max(from, to))
  ];
  followDrag(ui, svg, {
    drag: (from, to) => bins && actions.preview(...ends(from, to)),
    done: (from, to) => bins && actions.brush(ends(from, to)),
    click: () => isChosen(store.get()) && actions.brush(null),
    hover: () => {
    }
  });
  followWidth(ui, stage, FALLBACK_WIDTH, (now) => {
    width = now;
    ask();
  });
  store.watch(["crosscoder", "measure", "values", "brush", "chosen"], ask);
  store.watch(["crosscoder", "measure"], ({ crosscoder, measure }) => {
    title.textContent = measure ? `${measure.title[0]?.toUpperCase() ?? ""}${measure.title.slice(1)}` : "";
    note.textContent = measure && crosscoder ? explained(measure, crosscoder) : "";
  });
  store.watch(["crosscoder", "values", "measure"], (state) => {
    presets.replaceChildren(...presetButtons(ui, state, actions));
  });
  return h(
    ui,
    "section",
    { class: "saec-cross-part", attrs: { "aria-label": "How many features have which value" } },
    h(
      ui,
      "div",
      { class: "saec-cross-caption" },
      title,
      presets,
      h(ui, "div", { class: "saec-spacer" }),
      range
    ),
    note,
    stage
  );
}
var isChosen = ({ brush, chosen }) => brush !== null || chosen.size > 0;
function bars(ui, bins, box, { brush, chosen, values }) {
  const most = Math.max(1, ...bins.counts);
  const bottom = box.height - box.bottom;
  const range = { low: bins.low, high: bins.high };
  const x = (bins.log ? logarithmic : linear)(range, box.left, box.width - box.right, box.width / 80);
  const height = (count) => Math.sqrt(count / most) * (bottom - box.top);
  const counts = linearTicks({ low: 0, high: most }, 3).filter(
    (tick) => tick.value > 0 && height(tick.value) > 14
  );
  const y = { at: (count) => bottom - height(count), value: () => 0, ticks: counts, log: false };
  const marked = markedCounts(bins, values, brush ? null : chosen);
  const step = (box.width - box.left - box.right) / BINS;
  return [
    ...axes(ui, x, y, box),
    ...bins.counts.flatMap((count, bin) => {
      if (count === 0) return [];
      const middle = valueAt(bins, (bin + 0.5) / BINS);
      const on = brush !== null && within(brush, middle);
      const bar = (each, name) => {
        const tall = round(Math.max(1.5, height(each)));
        const place = { x: round(box.left + bin * step + 0.5), width: round(Math.max(1, step - 1)) };
        return s(ui, "rect", { class: name, ...place, y: round(bottom - tall), height: tall });
      };
      const few = marked[bin] ?? 0;
      const here = bar(count, on ? "saec-cross-bar saec-on" : "saec-cross-bar");
      const from = [bin, bin + 1].map((edge) => valueAt(bins, edge / BINS).toPrecision(3));
      here.append(s(ui, "title", {}, `${count} features from ${from.join(" to ")}`));
      return few > 0 ? [here, bar(few, "saec-cross-bar saec-on")] : [here];
    }),
    ...brush ? [brushMark(ui, bins, box, brush)] : []
  ];
}
function markedCounts(bins, values, chosen) {
  const counts = new Array(BINS).fill(0);
  for (const row of chosen ?? []) {
    const at = Math.max(0, Math.min(BINS - 1, Math.floor(shareOf(bins, values[row] ?? Number.NaN) * BINS)));
    if (!Number.isNaN(at)) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
function brushMark(ui, bins, box, brush) {
  const wide = box.width - box.left - box.right;
  const at = (value) => box.left + Math.max(0, Math.min(1, shareOf(bins, value))) * wide;
  const [from, to] = [at(brush[0]), at(brush[1])];
  return s(ui, "rect", {
    class: "saec-cross-brush",
    x: round(from),
    y: box.top - 4,
    width: round(Math.max(2, to - from)),
    height: box.height - box.bottom - box.top + 4
  });
}
function rangeFields(ui, store, actions) {
  const change = () => {
    const [low, high] = [Number.parseFloat(from.value), Number.parseFloat(to.value)];
    if (Number.isNaN(low) && Number.isNaN(high)) return actions.brush(null);
    const { order, values } = store.get();
    const least = Number.isNaN(low) ? values[order[0] ?? 0] ?? 0 : low;
    const most = Number.isNaN(high) ? values[order[order.length - 1] ?? 0] ?? 0 : high;
    return actions.brush([Math.min(least, most), Math.max(least, most)]);
  };
  const field = (name) => h(ui, "input", {
    class: "saec-input saec-cross-number",
    attrs: { type: "number", step: "any", "aria-label": name, placeholder: name },
    on: { change }
  });
  const [from, to] = [field("from"), field("to")];
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Clear",
    title: "Choose nothing",
    on: { click: () => actions.brush(null) }
  });
  store.watch(["brush", "chosen"], (state) => {
    from.value = state.brush ? String(state.brush[0]) : "";
    to.value = state.brush ? String(state.brush[1]) : "";
    clear.disabled = !isChosen(state);
  });
  return h(
    ui,
    "div",
    { class: "saec-cross-range", attrs: { role: "group", "aria-label": "Choose by value" } },
    h(ui, "span", { class: "saec-caption", text: "Choose" }),
    from,
    h(ui, "span", { class: "saec-caption", text: "to" }),
    to,
    clear
  );
}
function presetButtons(ui, state, actions) {
  const { crosscoder, measure, values } = state;
  if (measure?.name !== "relative" || !crosscoder) return [];
  const [a = "", b = ""] = crosscoder.pair.map((model) => shorten(modelName(model), 14));
  return PRESETS.map((range, i) => {
    const count = values.filter((value) => within(range, value)).length;
    const name = [`only ${a}`, "shared", `only ${b}`][i] ?? "";
    return h(ui, "button", {
      class: "saec-button saec-button-small",
      text: `${name} ${count}`,
      title: `Choose relative norms from ${valueText(measure, range[0])} to ${valueText(measure, range[1])}`,
      on: { click: () => actions.brush(range) }
    });
  });
}

// src/crosscoder/heat.ts
var LEFT = 62;
var RIGHT = 14;
var TOP = 4;
var GAP = 8;
var HEAD = 16;
var ROOM = 190;
var NONE = 255;
var MOST = 0.995;
function rowsOf(crosscoder) {
  const { places, pair, stages } = crosscoder;
  const { names: names2 } = stageNames(crosscoder);
  const models = pair.length > 0 ? [...new Set(places.map(({ model }) => model))] : [places[0]?.model ?? ""];
  const tall = Math.max(7, Math.min(34, Math.floor(ROOM / Math.max(1, places.length))));
  const rows = [];
  const heads = [];
  let y = TOP;
  for (const model of models) {
    if (models.length > 1 && stages.length > 1) {
      heads.push({ name: modelName(model), y: y + HEAD / 2 - 1 });
      y += HEAD;
    }
    const mine = places.flatMap((place, number) => place.model === model ? [{ place, number }] : []);
    mine.sort((a, b) => b.place.stage - a.place.stage);
    for (const { place, number } of mine) {
      const stage = names2[place.stage] ?? place.name;
      const name = models.length > 1 && stages.length === 1 ? model : stage;
      rows.push({ place: number, name, y, height: tall });
      y += tall;
    }
    y += GAP;
  }
  return { rows, heads, height: y };
}
function heatOf(state, width) {
  const { crosscoder, order } = state;
  if (!crosscoder || order.length === 0) return null;
  const { rows, heads, height } = rowsOf(crosscoder);
  const wide = Math.max(1, width - LEFT - RIGHT);
  const columns = Math.min(order.length, Math.floor(wide));
  const top = state.normalised ? null : upperEnd(crosscoder, state);
  const steps = new Uint8Array(rows.length * columns).fill(NONE);
  const sums = new Float64Array(rows.length * columns);
  const counts = new Uint32Array(columns);
  for (let rank = 0; rank < order.length; rank++) {
    const row = order[rank] ?? 0;
    const column = columnOf(rank, order.length, columns);
    const norms = rows.map(({ place }) => normAt(crosscoder, state.scale, row, place));
    const unit = top ?? Math.max(...norms);
    counts[column] = (counts[column] ?? 0) + 1;
    for (const [i, norm] of norms.entries())
      sums[i * columns + column] = (sums[i * columns + column] ?? 0) + norm / (unit || 1);
  }
  for (const at of steps.keys()) steps[at] = stepOf((sums[at] ?? 0) / (counts[at % columns] ?? 1));
  const plot = { x: LEFT, y: TOP, width: wide, height: height - GAP - TOP };
  return { rows, heads, plot, height, columns, steps, top };
}
var columnOf = (rank, count, columns) => Math.floor(rank * columns / count);
function litColumns(state, { columns }) {
  if (!isPart(state)) return null;
  const here = new Set(listed(state));
  const lit = new Uint8Array(columns);
  for (const [rank, row] of state.order.entries())
    if (here.has(row)) lit[columnOf(rank, state.order.length, columns)] = 1;
  return lit;
}
function upperEnd(crosscoder, { scale }) {
  const many = crosscoder.places.length;
  const norms = crosscoder.norms.map((_, at) => normAt(crosscoder, scale, Math.floor(at / many), at % many));
  norms.sort();
  return norms[Math.floor((norms.length - 1) * MOST)] || norms[norms.length - 1] || 1;
}
function spanOf({ plot }, rank, count) {
  const width = plot.width / count;
  return { x: plot.x + rank * width, width };
}
function rankAt({ plot }, x, count) {
  return Math.max(0, Math.min(count - 1, Math.floor((x - plot.x) / plot.width * count)));
}

// src/crosscoder/list.ts
var MOST_ROWS = 60;
var SPARK = { width: 52, height: 16 };
function createList(ui, store, actions, ramp) {
  const title = h(ui, "span", { class: "saec-subtitle", attrs: { role: "status" } });
  const name = h(ui, "bdi", { class: "saec-caption saec-cross-of" });
  const note = h(ui, "span", { class: "saec-caption" });
  const rows = h(ui, "div", { class: "saec-cross-rows" });
  const draw = () => {
    const state = store.get();
    const found = listed(state);
    const all = state.order.length;
    title.textContent = isPart(state) ? `${found.length} of ${all} features` : `${all} features`;
    name.textContent = visible(state.crosscoder?.name ?? "");
    note.textContent = state.measure ? state.measure.title : "";
    const more = found.length - MOST_ROWS;
    rows.replaceChildren(
      ...found.slice(0, MOST_ROWS).map((row) => featureRow(ui, state, row, actions, ramp())),
      ...more > 0 ? [h(ui, "p", { class: "saec-hint", text: `and ${more} more` })] : []
    );
    mark(state);
  };
  const mark = ({ selected, hovered }) => {
    for (const each of rows.querySelectorAll("button")) {
      each.setAttribute("aria-pressed", String(each.dataset.row === String(selected)));
      each.classList.toggle("saec-on", each.dataset.row === String(hovered));
    }
  };
  const ask = soon(ui, store.attempt, draw);
  store.watch(["crosscoder", "order", "measure", "scale", "brush", "chosen", "query"], ask);
  store.watch(["selected", "hovered"], mark);
  const attrs = { "aria-label": "Features" };
  const head = h(ui, "div", { class: "saec-cross-list-head" }, title, note, name);
  return {
    element: h(ui, "section", { class: "saec-cross-side", attrs }, head, rows),
    restyle: ask
  };
}
function featureRow(ui, state, row, actions, ramp) {
  const { crosscoder, measure, values } = state;
  if (!crosscoder) return h(ui, "span");
  const rate = crosscoder.rates[row] ?? Number.NaN;
  const here = () => actions.hover(row);
  const away = () => actions.hover(null);
  return h(
    ui,
    "button",
    {
      class: "saec-cross-row",
      title: visible(nameOf(crosscoder, row)),
      attrs: { "data-row": row },
      on: {
        click: () => actions.select(row === state.selected ? null : row),
        pointerenter: here,
        pointerleave: away,
        focus: here,
        blur: away
      }
    },
    spark(ui, state, row, ramp),
    h(ui, "bdi", { class: "saec-cross-name", text: labelOf(crosscoder, row) }),
    h(ui, "span", {
      class: "saec-number saec-caption",
      text: Number.isFinite(rate) && measure?.name !== "rate" ? percent(rate) : "",
      title: "of tokens"
    }),
    h(ui, "span", { class: "saec-number saec-cross-value", text: valueText(measure, values[row]) })
  );
}
function spark(ui, { crosscoder, scale }, row, ramp) {
  const { width, height } = SPARK;
  const svg = s(ui, "svg", { class: "saec-cross-spark", width, height, "aria-hidden": "true" });
  if (!crosscoder) return svg;
  const norms = normsOf(crosscoder, scale, row);
  const most = Math.max(...norms, 1e-12);
  const order = bottomUp(crosscoder);
  const step = width / order.length;
  const bars2 = order.map((place, i) => {
    const tall = Math.max(1, (norms[place] ?? 0) / most * height);
    const wide = Math.max(0.8, step - 1);
    return `M${round(i * step)} ${height}v${round(-tall)}h${round(wide)}v${round(tall)}z`;
  });
  svg.append(s(ui, "path", { d: bars2.join(""), style: `fill:${ramp[stepOf(0.65)]}` }));
  return svg;
}
var orders = /* @__PURE__ */ new WeakMap();
function bottomUp(crosscoder) {
  let order = orders.get(crosscoder);
  if (!order) {
    const { places, pair } = crosscoder;
    const rows = rowsOf(crosscoder).rows.map(({ place }) => place);
    const models = pair.length > 0 ? [...new Set(places.map(({ model }) => model))] : [places[0]?.model ?? ""];
    order = models.flatMap((model) => rows.filter((place) => places[place]?.model === model).reverse());
    orders.set(crosscoder, order);
  }
  return order;
}

// src/graph/shapes.ts
function bend({ y1, y2 }) {
  return (y2 - y1) * BEND;
}
var BEND = 0.42;
var DASH = [5, 3];

// src/graph/canvas.ts
function paint(context, shapes, font) {
  for (const shape of shapes) paintShape(context, shape, font);
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
function paintShape(context, shape, font) {
  context.globalAlpha = shape.alpha;
  switch (shape.type) {
    case "curve": {
      const reach = bend(shape);
      context.beginPath();
      context.moveTo(shape.x1, shape.y1);
      context.bezierCurveTo(shape.x1, shape.y1 + reach, shape.x2, shape.y2 - reach, shape.x2, shape.y2);
      outline2(context, shape.stroke, shape.width, shape.dashed);
      return;
    }
    case "circle":
      context.beginPath();
      context.arc(shape.x, shape.y, shape.r, 0, 2 * Math.PI);
      fill(context, shape.fill);
      outline2(context, shape.stroke, shape.width, shape.dashed ?? false);
      return;
    case "polygon":
      context.beginPath();
      for (let i = 0; i < shape.points.length; i += 2) {
        context.lineTo(shape.points[i] ?? 0, shape.points[i + 1] ?? 0);
      }
      if (shape.closed) context.closePath();
      fill(context, shape.fill);
      outline2(context, shape.stroke, shape.width, false);
      return;
    case "box":
      context.beginPath();
      context.roundRect(shape.x, shape.y, shape.width, shape.height, shape.radius);
      fill(context, shape.fill);
      outline2(context, shape.stroke, shape.line, false);
      return;
    case "text":
      write(context, shape, font);
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
function write(context, shape, font) {
  context.save();
  context.translate(shape.x, shape.y);
  context.rotate(shape.rotate * Math.PI / 180);
  context.font = `${shape.bold ? "600 " : ""}${shape.size}px ${font}`;
  context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor === "end" ? "right" : "left";
  context.textBaseline = "middle";
  context.direction = "ltr";
  if (shape.halo !== null) {
    context.strokeStyle = shape.halo;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.setLineDash([]);
    context.strokeText(shape.text, 0, 0);
  }
  context.fillStyle = shape.fill;
  context.fillText(shape.text, 0, 0);
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
  const entries = Object.entries(VARIABLES).map(([key, variable]) => [key, read(variable)]);
  return Object.fromEntries(entries);
}
var WATCHED = {
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
  observer.observe(ui.doc.body, WATCHED);
  observer.observe(ui.doc.documentElement, WATCHED);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  preference?.addEventListener("change", apply, { signal: ui.signal });
  if (!root.isConnected) applyWhenShown(ui, root, apply);
  apply();
}
function applyWhenShown(ui, root, apply) {
  const observer = new ResizeObserver(() => {
    observer.disconnect();
    apply();
  });
  observer.observe(root);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
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

// src/crosscoder/keys.ts
var PAGE = 25;
function pressed(event, state, actions, search) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { order, hovered, selected, brush, chosen } = state;
  const last = order.length - 1;
  const at = order.indexOf(hovered ?? selected ?? -1);
  const go = (rank) => actions.hover(order[Math.max(0, Math.min(last, rank))] ?? null);
  const moves = {
    ArrowRight: at + 1,
    ArrowLeft: at < 0 ? last : at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: last
  };
  const to = moves[event.key];
  if (to !== void 0) go(to);
  else if ((event.key === "Enter" || event.key === " ") && hovered !== null)
    actions.select(hovered === selected ? null : hovered);
  else if (event.key === "/") search();
  else if (event.key === "Escape" && hovered !== null) actions.hover(null);
  else if (event.key === "Escape" && (brush !== null || chosen.size > 0)) actions.brush(null);
  else if (event.key === "Escape" && selected !== null) actions.select(null);
  else return;
  event.preventDefault();
}

// src/crosscoder/tip.ts
var ROOM2 = 250;
function createTip(ui) {
  const element2 = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  return {
    element: element2,
    show({ crosscoder, hovered, measure, values }, at) {
      element2.hidden = !crosscoder || hovered === null || !at;
      if (!crosscoder || hovered === null || !at) return;
      const rate = crosscoder.rates[hovered] ?? Number.NaN;
      const facts = [
        visible(nameOf(crosscoder, hovered)),
        measure ? `${measure.title} ${valueText(measure, values[hovered])}` : "",
        Number.isFinite(rate) && measure?.name !== "rate" ? `fires on ${percent(rate)} of tokens` : ""
      ];
      element2.replaceChildren(
        h(ui, "div", { class: "saec-tooltip-name" }, h(ui, "bdi", { text: labelOf(crosscoder, hovered) })),
        h(ui, "div", { class: "saec-tooltip-place", text: facts.filter(Boolean).join(" · ") })
      );
      const left = at.x + 14 + ROOM2 > at.width;
      element2.style.left = left ? "auto" : `${at.x + 14}px`;
      element2.style.right = left ? `${Math.max(4, at.width - at.x + 14)}px` : "auto";
      element2.style.top = "14px";
    }
  };
}

// src/crosscoder/map.ts
var FALLBACK_WIDTH2 = 640;
var FADED = 0.18;
var NAME = 10;
var HELP = "Decoder norms, a column a feature. Left and right arrows move from feature to feature, Enter selects, / searches.";
function createMap(parts) {
  const { ui, root, store, actions } = parts;
  const base = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const over = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const tip = createTip(ui);
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const element2 = h(
    ui,
    "div",
    {
      class: "saec-cross-map",
      attrs: { tabindex: 0, role: "application", "aria-label": HELP },
      on: {
        keydown: (event) => pressed(event, store.get(), actions, parts.search),
        blur: () => actions.hover(null)
      }
    },
    base,
    over,
    tip.element,
    live
  );
  let width = 0;
  let heat = null;
  let lit = null;
  let palette = readPalette(root);
  let ramp = readRamp(root);
  const density = () => ui.doc.defaultView?.devicePixelRatio ?? 1;
  function paint2() {
    const height = heat?.height ?? 0;
    element2.style.height = `${height}px`;
    const context = heat && openCanvas(base, { width, height }, density());
    if (context && heat) paintHeat(context, heat, lit, { ramp, palette });
    paintOver();
  }
  function paintOver() {
    if (ui.signal.aborted || !heat) return;
    const context = openCanvas(over, { width, height: heat.height }, density());
    if (context) paintMarks(context, heat, store.get(), palette);
  }
  const lay = soon(ui, store.attempt, () => {
    heat = width > 0 ? heatOf(store.get(), width) : null;
    lit = heat && litColumns(store.get(), heat);
    paint2();
    parts.laid();
  });
  const light = soon(ui, store.attempt, () => {
    lit = heat && litColumns(store.get(), heat);
    paint2();
  });
  const mark = soon(ui, store.attempt, paintOver);
  const rowAt = (x) => {
    const { order } = store.get();
    return heat && order.length > 0 ? order[rankAt(heat, x, order.length)] ?? null : null;
  };
  const ends = (from, to) => {
    const { values } = store.get();
    const value = (x) => values[rowAt(x) ?? 0] ?? 0;
    return [value(Math.min(from, to)), value(Math.max(from, to))];
  };
  followDrag(ui, element2, {
    drag: (from, to) => heat && actions.preview(...ends(from, to)),
    done: (from, to) => heat && actions.brush(ends(from, to)),
    click: (at) => {
      const row = rowAt(at);
      actions.select(row === store.get().selected ? null : row);
    },
    hover: (at) => actions.hover(at === null ? null : rowAt(at))
  });
  followWidth(ui, element2, FALLBACK_WIDTH2, (now) => {
    width = now;
    lay();
  });
  store.watch(["crosscoder", "order", "scale", "normalised"], lay);
  store.watch(["brush", "chosen", "query"], light);
  store.watch(["hovered", "selected"], (state) => {
    mark();
    live.textContent = state.hovered === null ? "" : announce(state, state.hovered);
    const rank = state.hovered === null ? -1 : state.order.indexOf(state.hovered);
    const span = heat && rank >= 0 ? spanOf(heat, rank, state.order.length) : null;
    tip.show(state, span && { x: span.x + span.width / 2, width });
  });
  return {
    element: element2,
    ramp: () => ramp,
    top: () => heat?.top ?? null,
    restyle() {
      palette = readPalette(root);
      ramp = readRamp(root);
      paint2();
    },
    picture: () => heat && { scene: sceneOf(heat, lit, width, { ramp, palette }), palette }
  };
}
function cells({ rows, plot, columns, steps }, lit, ramp) {
  const step = plot.width / columns;
  return rows.flatMap(
    ({ y, height }, i) => Array.from({ length: columns }, (_, column) => {
      const fill2 = ramp[steps[i * columns + column] ?? 0] ?? null;
      const alpha = lit && !lit[column] ? FADED : 1;
      const box = { x: plot.x + column * step, y: y + 0.5, width: step + 0.4, height: height - 1 };
      return { type: "box", ...box, radius: 0, fill: fill2, stroke: null, line: 0, alpha };
    })
  );
}
function names({ rows, heads, plot }, palette) {
  const every = Math.max(1, Math.ceil(12 / (rows[0]?.height ?? 12)));
  const look = { type: "text", size: NAME, rotate: 0, alpha: 1, halo: null };
  const left = { ...look, bold: false, anchor: "end", x: plot.x - 6, fill: palette.muted };
  const above = { ...look, bold: true, anchor: "start", x: plot.x, fill: palette.ink };
  return [
    ...rows.flatMap(
      ({ name, y, height }, i) => i % every === 0 ? [{ ...left, y: y + height / 2, text: shorten(visible(name), 11) }] : []
    ),
    ...heads.map(({ name, y }) => ({ ...above, y, text: shorten(name, 60) }))
  ];
}
function paintHeat(context, heat, lit, { ramp, palette }) {
  for (const cell of cells(heat, lit, ramp)) {
    if (cell.type !== "box") continue;
    context.globalAlpha = cell.alpha;
    context.fillStyle = cell.fill ?? palette.paper;
    context.fillRect(cell.x, cell.y, cell.width, cell.height);
  }
  context.globalAlpha = 1;
  context.textBaseline = "middle";
  context.direction = "ltr";
  for (const { text, x, y, bold, anchor, fill: fill2 } of names(heat, palette)) {
    context.font = `${bold ? "600 " : ""}${NAME}px ${palette.font}`;
    context.textAlign = anchor === "end" ? "right" : "left";
    context.fillStyle = fill2;
    context.fillText(text, x, y);
  }
}
function paintMarks(context, heat, { order, hovered, selected }, { ink, accent }) {
  const frame = (row, colour, width) => {
    const rank = order.indexOf(row);
    if (rank < 0) return;
    const span = spanOf(heat, rank, order.length);
    const wide = Math.max(3, span.width);
    context.strokeStyle = colour;
    context.lineWidth = width;
    const { y, height } = heat.plot;
    context.strokeRect(span.x + span.width / 2 - wide / 2, y - 2, wide, height + 4);
  };
  if (selected !== null) frame(selected, accent, 2);
  if (hovered !== null) frame(hovered, ink, 1);
}
function sceneOf(heat, lit, width, { ramp, palette }) {
  const plot = { x: 0, y: 0, width, height: heat.height };
  const empty = { back: [], links: [], focus: [] };
  return { ...plot, plot, ...empty, nodes: cells(heat, lit, ramp), frame: names(heat, palette) };
}

// src/crosscoder/profile.ts
var HEIGHT2 = 150;
var FALLBACK_WIDTH3 = 640;
var COLOURS = ["var(--saec-positive)", "var(--saec-negative)"];
function createProfile(ui, store, actions) {
  const head = h(ui, "div");
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT2, role: "img" });
  const stage = h(ui, "div", { class: "saec-cross-profile" }, svg);
  const empty = h(ui, "p", {
    class: "saec-hint",
    text: "Click a feature to see its norm at every place, and how much its direction turns."
  });
  let width = 0;
  const draw = ({ crosscoder, selected, scale }) => {
    svg.replaceChildren();
    if (!crosscoder || selected === null || width === 0) return;
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT2}`);
    const norms = normsOf(crosscoder, scale, selected);
    const told = crosscoder.places.map(({ name }, i) => `${visible(name)} ${significant(norms[i] ?? 0)}`);
    svg.setAttribute("aria-label", `Norms: ${told.join(", ")}. ${cosinesText(crosscoder, selected)}`);
    svg.append(...lines(ui, crosscoder, norms, selected, width));
  };
  store.watch(["crosscoder", "selected", "scale", "values", "measure"], (state) => {
    const there = state.crosscoder !== null && state.selected !== null;
    empty.hidden = there || state.crosscoder === null;
    stage.hidden = !there;
    head.replaceChildren(...there ? headOf(ui, state, actions) : []);
    draw(state);
  });
  followWidth(ui, stage, FALLBACK_WIDTH3, (now) => {
    width = now;
    draw(store.get());
  });
  const attrs = { "aria-label": "Selected feature" };
  return h(ui, "section", { class: "saec-cross-part saec-cross-feature", attrs }, head, empty, stage);
}
function headOf(ui, state, actions) {
  const { crosscoder, selected, measure, values } = state;
  if (!crosscoder || selected === null) return [];
  const rate = crosscoder.rates[selected] ?? Number.NaN;
  const facts = [
    visible(nameOf(crosscoder, selected)),
    measure ? `${measure.title} ${valueText(measure, values[selected])}` : "",
    Number.isFinite(rate) && measure?.name !== "rate" ? `fires on ${percent(rate)} of tokens` : ""
  ];
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: labelOf(crosscoder, selected) })),
      h(ui, "button", {
        class: "saec-button saec-button-small saec-clear",
        text: "✕",
        title: "Select nothing",
        attrs: { "aria-label": "Select nothing" },
        on: { click: () => actions.select(null) }
      })
    ),
    h(ui, "div", { class: "saec-caption", text: facts.filter(Boolean).join(" · ") }),
    h(ui, "div", { class: "saec-caption saec-cross-key" }, ...keyOf(ui, crosscoder))
  ];
}
function keyOf(ui, crosscoder) {
  const { pair, links } = crosscoder;
  const cosine = links.length > 0 ? "numbers: cosine of the directions at both ends" : "";
  const what = `decoder norm, ${stageNames(crosscoder).kind || "by place"}`;
  if (pair.length === 0) return [[what, cosine].filter(Boolean).join("; ")];
  return [
    ...pair.map((model, i) => {
      const key = h(ui, "span", { class: "saec-cross-model" });
      key.style.borderTop = `2px ${i ? "dashed" : "solid"} ${COLOURS[i]}`;
      return h(ui, "span", { class: "saec-cross-keyed" }, key, h(ui, "bdi", { text: modelName(model) }));
    }),
    [what, cosine].filter(Boolean).join("; ")
  ];
}
function lines(ui, crosscoder, norms, row, width) {
  const { places, pair, links } = crosscoder;
  const box = { width, height: HEIGHT2, left: 62, right: pair.length > 0 ? 48 : 34, top: 16, bottom: 24 };
  const most = Math.max(...norms, 1e-12);
  const y = linear({ low: 0, high: most * 1.12 }, HEIGHT2 - box.bottom, box.top, 3);
  const x = stageScale(stageNames(crosscoder).names, box);
  const at = (place) => ({
    x: x.at(places[place]?.stage ?? 0),
    y: y.at(norms[place] ?? 0)
  });
  const models = pair.length > 0 ? pair : [places[0]?.model ?? ""];
  const shown = { ...y, ticks: linearTicks({ low: 0, high: most }, 3) };
  return [
    ...axes(ui, x, shown, box),
    ...pair.length > 0 ? links.map(([a, b]) => thread(ui, at(a), at(b))) : [],
    ...models.flatMap((model, i) => {
      const mine = places.flatMap((place, number) => place.model === model ? [number] : []);
      mine.sort((a, b) => (places[a]?.stage ?? 0) - (places[b]?.stage ?? 0));
      const style = `stroke:${COLOURS[i]}`;
      const d = mine.map(at).map((point) => `${round(point.x)},${round(point.y)}`);
      const dash = i > 0 ? "6 4" : null;
      return [
        s(ui, "path", { class: "saec-line", d: `M${d.join("L")}`, style, "stroke-dasharray": dash }),
        ...mine.map((number) => {
          const spot = at(number);
          return s(ui, "path", {
            class: "saec-end",
            d: outline(i > 0 ? "square" : "circle", 4),
            transform: `translate(${round(spot.x)},${round(spot.y)})`,
            style: `fill:${COLOURS[i]}`
          });
        })
      ];
    }),
    ...links.flatMap(([a, b], link) => {
      const cosine = crosscoder.cosines[row * links.length + link] ?? Number.NaN;
      const [from, to] = [at(a), at(b)];
      if (Number.isNaN(cosine) || links.length > box.width / 34) return [];
      const aside = pair.length > 0 ? 22 : 0;
      return [
        s(
          ui,
          "text",
          {
            class: "saec-cross-cosine",
            x: round((from.x + to.x) / 2 + aside),
            y: round((from.y + to.y) / 2 - (aside ? -4 : 7)),
            "text-anchor": "middle"
          },
          cosine.toFixed(2).replace("-", "−")
        )
      ];
    })
  ];
}
var thread = (ui, a, b) => s(ui, "line", { class: "saec-cross-thread", x1: a.x, y1: round(a.y), x2: b.x, y2: round(b.y) });
function stageScale(stages, box) {
  const last = Math.max(1, stages.length - 1);
  const [from, to] = [box.left + 26, box.width - box.right];
  const at = (stage) => stages.length === 1 ? (from + to) / 2 : from + stage / last * (to - from);
  const every = Math.max(1, Math.ceil(stages.length / ((to - from) / 76)));
  const ticks = stages.flatMap(
    (name, value) => value % every === 0 ? [{ value, text: shorten(visible(name), 14) }] : []
  );
  return { at, value: () => 0, ticks, log: false };
}
function cosinesText({ links, cosines, places }, row) {
  const told = links.map(([a, b], link) => {
    const cosine = cosines[row * links.length + link] ?? Number.NaN;
    return `${visible(places[a]?.name ?? "")} to ${visible(places[b]?.name ?? "")} ${cosine.toFixed(2)}`;
  });
  return told.length > 0 ? `Cosines: ${told.join(", ")}.` : "";
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
function escapeXml(text) {
  return text.replace(FORBIDDEN, "").replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
function element(name, attributes, content = "") {
  const written = Object.entries(attributes).filter(([, value]) => value !== null && value !== void 0).map(([key, value]) => ` ${key}="${typeof value === "number" ? round2(value) : escapeXml(value ?? "")}"`).join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}
var round2 = (value) => String(Math.round(value * 100) / 100);
function toSvg(scene, options) {
  const { width, height, plot } = scene;
  const top = options.title === "" ? 0 : 30;
  const title = { x: 12, y: 20, "font-size": 13, "font-weight": 600, fill: options.ink };
  const clipped = [scene.back, scene.links, scene.focus, scene.nodes].map(
    (layer) => layer.map(shapeToSvg).join("\n")
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
function shapeToSvg(shape) {
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
        shape.y2
      ];
      const [x1, y1, ...rest] = ends.map(round2);
      return element("path", {
        d: `M${x1} ${y1}C${rest.join(" ")}`,
        fill: "none",
        ...line(shape.stroke, shape.width, shape.dashed),
        opacity
      });
    }
    case "circle":
      return element("circle", {
        cx: shape.x,
        cy: shape.y,
        r: shape.r,
        fill: shape.fill ?? "none",
        ...line(shape.stroke, shape.width, shape.dashed ?? false),
        opacity
      });
    case "polygon":
      return element(shape.closed ? "polygon" : "polyline", {
        points: shape.points.map(round2).join(" "),
        fill: shape.fill ?? "none",
        ...line(shape.stroke, shape.width, false),
        opacity
      });
    case "box": {
      const { x, y, width, height, radius, fill: fill2 } = shape;
      return element("rect", {
        x,
        y,
        width,
        height,
        rx: radius,
        fill: fill2 ?? "none",
        ...line(shape.stroke, shape.line, false),
        opacity
      });
    }
    case "text":
      return element(
        "text",
        {
          transform: `translate(${round2(shape.x)} ${round2(shape.y)})${shape.rotate ? ` rotate(${shape.rotate})` : ""}`,
          "font-size": shape.size,
          "font-weight": shape.bold ? 600 : null,
          "text-anchor": shape.anchor === "start" ? null : shape.anchor,
          "dominant-baseline": "central",
          fill: shape.fill,
          stroke: shape.halo,
          "stroke-width": shape.halo === null ? null : 3,
          "stroke-linejoin": shape.halo === null ? null : "round",
          "paint-order": shape.halo === null ? null : "stroke",
          opacity
        },
        escapeXml(shape.text) || " "
      );
  }
}
function line(stroke, width, dashed) {
  if (stroke === null || width <= 0) return {};
  return { stroke, "stroke-width": width, "stroke-dasharray": dashed ? DASH.join(" ") : null };
}

// src/graph/picture.ts
var TITLE_HEIGHT = 30;
var DENSITY = 2;
function svgFile({ scene, palette }, title) {
  const { paper, ink, font } = palette;
  return new Blob([toSvg(scene, { paper, ink, font, title })], { type: "image/svg+xml" });
}
function pngFile(ui, { scene, palette }, title) {
  const canvas = ui.doc.createElement("canvas");
  const { width, height, plot } = scene;
  const context = openCanvas(canvas, { width, height: height + TITLE_HEIGHT }, DENSITY);
  if (!context) return Promise.resolve(null);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height + TITLE_HEIGHT);
  const heading = { type: "text", x: 12, y: 16, text: title, size: 13, bold: true, anchor: "start" };
  paint(context, [{ ...heading, rotate: 0, fill: palette.ink, halo: null, alpha: 1 }], palette.font);
  context.translate(0, TITLE_HEIGHT);
  for (const layer of [scene.back, scene.links, scene.focus, scene.nodes]) {
    paintClipped(context, layer, palette.font, plot);
  }
  paint(context, scene.frame, palette.font);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// src/focus.ts
var GONE = "[hidden], :disabled";
var WATCHED2 = { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "disabled"] };
function keepFocus(ui, root, fallback) {
  const { doc, signal } = ui;
  let last = null;
  const follow = (event) => {
    const [target] = event.composedPath();
    last = target instanceof Element && root.contains(target) ? target : null;
  };
  doc.addEventListener("focusin", follow);
  doc.addEventListener("pointerdown", follow, true);
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected && !last.closest(GONE)) return;
    const now = focused(doc);
    if (now && now !== last && now !== doc.body && !now.shadowRoot) return;
    const alike = [...root.getElementsByClassName(last.getAttribute("class") ?? "")];
    const [heir = fallback, second] = alike.filter((element2) => !element2.closest(GONE));
    (second || !(heir instanceof HTMLElement) ? fallback : heir).focus({ preventScroll: true });
  });
  observer.observe(root, WATCHED2);
  const stop = () => {
    observer.disconnect();
    doc.removeEventListener("focusin", follow);
    doc.removeEventListener("pointerdown", follow, true);
  };
  signal.addEventListener("abort", stop, { once: true });
}

// src/guard.ts
var CURE = "The widget and the Python package may be of different versions: restart the kernel and reload the page.";
function createGuard(ui) {
  const broken = /* @__PURE__ */ new Map();
  const element2 = h(ui, "div", { class: "saec-broken", attrs: { role: "alert" } });
  const show = () => {
    const [first] = broken.values();
    element2.replaceChildren(...first === void 0 ? [] : [line2(ui, first)]);
  };
  return {
    element: element2,
    attempt(part, block) {
      try {
        block();
        if (broken.delete(part)) show();
      } catch (error) {
        broken.set(part, error instanceof Error ? error.message : String(error));
        show();
        console.error(error);
      }
    }
  };
}
function line2(ui, reason) {
  const message = `A part of this widget cannot be shown: ${visible(reason)}.`;
  const text = h(
    ui,
    "div",
    { class: "saec-error-text" },
    h(ui, "span", { class: "saec-error-message", text: message }),
    h(ui, "span", { class: "saec-error-cure", text: CURE })
  );
  return h(ui, "div", { class: "saec-error" }, text);
}

// src/model/host_kernel.ts
var LOST = /* @__PURE__ */ new Set(["restarting", "autorestarting", "terminating", "dead"]);
function followHostKernel(model, lost) {
  const { widget_manager: manager } = model;
  const known = Boolean(manager && "kernel" in manager);
  const kernel = known ? manager?.kernel : null;
  const told = (_, status) => {
    if (LOST.has(status)) lost();
  };
  kernel?.statusChanged?.connect(told);
  kernel?.disposed?.connect(lost);
  return {
    known,
    absent: known && kernel === null,
    end() {
      kernel?.statusChanged?.disconnect(told);
      kernel?.disposed?.disconnect(lost);
    }
  };
}

// src/model/kernel.ts
var OVERDUE_MS = 2e3;
var SILENCE_MS = 5e3;
var MARK = ".jupyter-widgets-disconnected";
var MARKED = "comm_live_update";
var NO_KERNEL = {
  message: "No kernel is behind this widget: it was stopped or restarted, or was never started.",
  cure: "Run the cell of this widget again; until then it can be looked at."
};
var SILENT = {
  message: `Python has not answered for ${SILENCE_MS / 1e3} seconds: it is busy with a cell, or has stopped.`,
  cure: "Wait for the cell, or restart the kernel and run the cell of this widget again; until then it can be looked at."
};
function watchKernel(model, ping, element2) {
  const listeners = [];
  const marked = () => element2?.closest(MARK) !== null && element2 !== void 0;
  let gone = marked() ? NO_KERNEL : null;
  let timer;
  let waiting = false;
  let over = false;
  function set(now) {
    if (now === gone) return;
    gone = now;
    for (const listener of listeners) listener(gone);
  }
  function rest() {
    clearTimeout(timer);
    timer = void 0;
  }
  function ask() {
    ping();
    timer = setTimeout(() => {
      if (gone === NO_KERNEL) return rest();
      set(SILENT);
      ask();
    }, SILENCE_MS);
  }
  function lose() {
    rest();
    set(NO_KERNEL);
  }
  const look = () => queueMicrotask(() => {
    if (over) return;
    if (marked()) lose();
    else probe();
  });
  function probe() {
    rest();
    ask();
  }
  model.on(MARKED, look);
  const host = followHostKernel(model, () => {
    over = true;
    lose();
  });
  if (host.absent) lose();
  else if (host.known && gone === null) probe();
  return {
    gone: () => gone,
    follow(listener) {
      listeners.push(listener);
      listener(gone);
    },
    heard() {
      rest();
      set(null);
      if (waiting) timer = setTimeout(ask, OVERDUE_MS);
    },
    await(now) {
      waiting = now;
      if (!now && gone === null) rest();
      else if (now && timer === void 0 && gone === null) timer = setTimeout(ask, OVERDUE_MS);
    },
    close() {
      over = true;
      rest();
      host.end();
      model.off(MARKED, look);
      listeners.length = 0;
    }
  };
}

// src/model/ask.ts
var MOST_BYTES = 8e6;
var TIMEOUT_MS = 12e4;
var BUSY = "The kernel may be busy or stopped: wait for the running cell, or run the cell of this widget again.";
var TOO_LARGE = {
  message: "This is too large to be sent from the browser to Python (8 MB).",
  cure: "Do it in Python instead."
};
var AskError = class extends Error {
  cure;
  constructor(failure) {
    super(failure.message);
    this.name = "AskError";
    this.cure = failure.cure;
  }
};
var Superseded = class extends Error {
  constructor() {
    super("A newer request has taken the place of this one.");
    this.name = "Superseded";
  }
};
function createAsk(model, timeout = TIMEOUT_MS, cure = BUSY, element2) {
  const waiting = /* @__PURE__ */ new Map();
  const prefix = Math.random().toString(36).slice(2, 8);
  let count = 0;
  const kernel = watchKernel(model, () => model.send({ id: `${prefix}-${++count}`, type: "ping" }), element2);
  const hear = (message, buffers) => {
    kernel.heard();
    const open = waiting.get(message?.id ?? "");
    if (!open || message.id === void 0) {
      for (const other of waiting.values()) {
        clearTimeout(other.timer);
        other.timer = setTimeout(other.late, timeout);
      }
      return;
    }
    forget(message.id);
    if (message.superseded) open.reject(new Superseded());
    else if (message.error) open.reject(new AskError(message.error));
    else open.resolve({ body: message, buffers: buffers ?? [] });
  };
  model.on("msg:custom", hear);
  function forget(id) {
    clearTimeout(waiting.get(id)?.timer);
    waiting.delete(id);
    kernel.await(waiting.size > 0);
  }
  const ask = (type, fields = {}, { signal } = {}) => new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Superseded());
    const gone = kernel.gone();
    if (gone) return reject(new AskError(gone));
    const id = `${prefix}-${++count}`;
    const message = { id, type, ...fields };
    if (JSON.stringify(message).length > MOST_BYTES) return reject(new AskError(TOO_LARGE));
    const cancel = () => {
      if (!waiting.has(id)) return;
      forget(id);
      model.send({ id: `${prefix}-${++count}`, type: "cancel", of: id });
      reject(new Superseded());
    };
    signal?.addEventListener("abort", cancel, { once: true });
    const late = () => {
      forget(id);
      const seconds = Math.round(timeout / 1e3);
      reject(new AskError({ message: `Python has not answered “${type}” for ${seconds} seconds.`, cure }));
    };
    waiting.set(id, { resolve, reject, timer: setTimeout(late, timeout), late });
    kernel.await(true);
    model.send(message);
  });
  function refuseAll(failure) {
    for (const [id, open] of [...waiting]) {
      forget(id);
      open.reject(new AskError(failure));
    }
  }
  kernel.follow((gone) => gone === NO_KERNEL && refuseAll(gone));
  const close = () => {
    model.off("msg:custom", hear);
    refuseAll({ message: "The widget was closed.", cure: "" });
    kernel.close();
  };
  return { ask, kernel, close };
}

// src/mount.ts
function mount(build2, className, patience) {
  return {
    render({ model, el, signal }) {
      const stop = new AbortController();
      const ui = { doc: el.ownerDocument, signal: stop.signal };
      const onClean = (run) => stop.signal.addEventListener("abort", run, { once: true });
      const { ask, kernel, close } = createAsk(model, patience?.timeout, patience?.cure, el);
      const { element: broken, attempt } = createGuard(ui);
      const root = h(ui, "div", {
        class: `saec ${className}`,
        // Focusable by script: a focus that loses its control stays in the widget.
        attrs: { tabindex: -1 },
        on: { keydown: keepFromNotebook }
      });
      root.append(broken);
      const stand = {
        model,
        ui,
        root,
        ask,
        kernel,
        follow(names2, block) {
          const run = () => attempt(block, block);
          for (const name of names2) {
            model.on(`change:${name}`, run);
            onClean(() => model.off(`change:${name}`, run));
          }
          run();
        },
        save(name, value) {
          model.set(name, value);
          model.save_changes();
        },
        onClean,
        attempt
      };
      let built = {};
      attempt(build2, () => {
        built = build2(stand) ?? built;
      });
      el.append(root);
      followTheme(ui, root, built.restyle ?? (() => {
      }));
      keepFocus(ui, root, built.home ?? root);
      const clean = () => {
        if (stop.signal.aborted) return;
        stop.abort();
        close();
        root.remove();
      };
      signal?.addEventListener("abort", clean, { once: true });
      return clean;
    }
  };
}

// src/panels/code.ts
var SAID_MS = 1500;
function codeStrip(ui, buttons) {
  const code = h(ui, "code", {
    class: "saec-code-text",
    attrs: { tabindex: 0, "aria-label": "Python of the last action" }
  });
  const button = ({ text, title, content }) => {
    const element3 = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text, title });
    let said;
    const ownText = () => {
      element3.textContent = text;
    };
    ui.signal.addEventListener("abort", () => clearTimeout(said), { once: true });
    const press = async () => {
      const copied = await copy(ui, content());
      element3.textContent = copied ? "Copied" : "Not allowed";
      clearTimeout(said);
      if (!ui.signal.aborted) said = setTimeout(ownText, SAID_MS);
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
    ...buttons.map(button)
  );
  return {
    element: element2,
    show(line3) {
      code.textContent = line3;
    }
  };
}
function lastAction(ui, store) {
  const title = "Copy the Python that does the last action";
  const strip = codeStrip(ui, [{ text: "Copy as Python", title, content: () => store.get().code }]);
  store.watch(["code"], ({ code }) => {
    strip.element.hidden = code === "";
    strip.show(code);
  });
  return strip.element;
}

// src/model/failure.ts
function asFailure(error) {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}

// src/status.ts
function statusLine(stand) {
  const { model, ui, ask, kernel, follow, save } = stand;
  const common = model;
  const open = /* @__PURE__ */ new Map();
  let own = null;
  const view = statusView(ui, {
    stop() {
      for (const { stop } of [...open.values()]) stop.abort();
    },
    dismiss() {
      own = null;
      if (common.get("error")) save("error", null);
      show();
    }
  });
  function show() {
    const [first] = open.values();
    const gone = kernel.gone();
    const what = gone ? "" : common.get("busy") || first?.what || "";
    view.show({
      what,
      share: common.get("progress") ?? null,
      stoppable: open.size > 0,
      failure: gone ?? own ?? common.get("error") ?? null,
      lasting: gone !== null
    });
  }
  follow(["busy", "progress", "error"], show);
  kernel.follow(show);
  return {
    element: view.element,
    async run(what, type, fields = {}) {
      open.get(type)?.stop.abort();
      const mine = { stop: new AbortController(), what };
      open.set(type, mine);
      own = null;
      show();
      try {
        return await runOnce(ask, type, fields, mine.stop.signal);
      } catch (error) {
        if (!(error instanceof Superseded)) own = asFailure(error);
        return null;
      } finally {
        if (open.get(type) === mine) open.delete(type);
        show();
      }
    },
    fail(failure) {
      own = failure;
      show();
    }
  };
}
async function runOnce(ask, type, fields, signal) {
  const answer = await ask(type, fields, { signal });
  if (signal.aborted) throw new Superseded();
  return answer;
}
function statusView(ui, on) {
  const text = h(ui, "span", { class: "saec-status-text", attrs: { role: "status" } });
  const bar = h(ui, "progress", {
    class: "saec-status-bar",
    attrs: { max: 1, "aria-label": "How far it is" }
  });
  const stop = h(ui, "button", {
    class: "saec-button saec-button-small saec-stop",
    text: "Stop",
    on: { click: on.stop }
  });
  const running = h(ui, "div", { class: "saec-status-running" }, bar, text, stop);
  const message = h(ui, "span", { class: "saec-error-message" });
  const cure = h(ui, "span", { class: "saec-error-cure" });
  const dismiss = h(ui, "button", {
    class: "saec-button saec-button-small saec-dismiss",
    text: "Dismiss",
    on: { click: on.dismiss }
  });
  const error = h(
    ui,
    "div",
    { class: "saec-error", attrs: { role: "alert" } },
    h(ui, "div", { class: "saec-error-text" }, message, cure),
    dismiss
  );
  const element2 = h(ui, "div", { class: "saec-status" }, running, error);
  return {
    element: element2,
    show({ what, share, stoppable, failure, lasting }) {
      running.hidden = what === "";
      stop.hidden = !stoppable;
      text.textContent = what === "" ? "" : `${visible(what)}${share === null ? " …" : ` … ${percent(share)}`}`;
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
      error.hidden = failure === null;
      dismiss.hidden = lasting;
      message.textContent = failure ? visible(failure.message) : "";
      cure.textContent = visible(failure?.cure ?? "");
    }
  };
}

// src/crosscoder_map.ts
function build(stand) {
  const { ui, root } = stand;
  const status = statusLine(stand);
  const store = followCrosscoder(stand);
  const actions = createActions(stand, store);
  const map = createMap({
    ui,
    root,
    store,
    actions,
    search: () => controls.search(),
    laid: () => legend.restyle()
  });
  const controls = crosscoderControls(ui, store, actions, {
    leave: () => map.element.focus(),
    save: (kind) => void savePicture(kind)
  });
  const legend = mapLegend(ui, store, map);
  const list = createList(ui, store, actions, map.ramp);
  const code = lastAction(ui, store);
  const empty = h(ui, "p", { class: "saec-empty", text: "No crosscoder yet." });
  const body = h(
    ui,
    "div",
    { class: "saec-cross-body" },
    h(
      ui,
      "div",
      { class: "saec-cross-main" },
      createHistogram(ui, store, actions),
      h(
        ui,
        "section",
        { class: "saec-cross-part", attrs: { "aria-label": "Norms of all features" } },
        map.element,
        legend.element
      ),
      createProfile(ui, store, actions)
    ),
    list.element
  );
  root.append(controls.element, status.element, empty, body, code);
  async function savePicture(kind) {
    const picture = map.picture();
    const { crosscoder, measure } = store.get();
    if (!picture || !crosscoder) return;
    const title = `${visible(crosscoder.name)}, by ${measure?.title ?? ""}`;
    const file = kind === "svg" ? svgFile(picture, title) : await pngFile(ui, picture, title);
    if (file) download(ui, `crosscoder.${kind}`, file);
    else status.fail({ message: "The browser could not make the picture.", cure: "Save it as SVG instead." });
  }
  store.watch(["crosscoder"], ({ crosscoder }) => {
    empty.hidden = crosscoder !== null;
    body.hidden = crosscoder === null;
  });
  return {
    restyle() {
      map.restyle();
      legend.restyle();
      list.restyle();
    }
  };
}
var crosscoder_map_default = mount(build, "saec-cross");
export {
  crosscoder_map_default as default
};
