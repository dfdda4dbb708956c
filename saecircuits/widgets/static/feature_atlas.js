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

// src/atlas/decode.ts
var COLUMNS = [
  "places",
  "dictionary",
  "feature",
  "layer",
  "cluster",
  "rate",
  "max",
  "neighbours",
  "cosines"
];
function decodeAtlas(get) {
  const given = get("points") ?? {};
  if (isRecord(given) && Object.keys(given).length === 0) return null;
  const points = expectRecord("points", given, COLUMNS);
  if (!points) return null;
  const places = typed(points.places, Float32Array);
  const size = places.length / 2;
  const columns = {
    set: typed(points.dictionary, Uint16Array),
    feature: typed(points.feature, Uint32Array),
    layer: typed(points.layer, Int16Array),
    cluster: typed(points.cluster, Int16Array),
    rate: typed(points.rate, Float32Array),
    max: typed(points.max, Float32Array),
    labels: expectList("labels", get("labels"), isText)
  };
  for (const [name, column] of Object.entries(columns))
    if (column.length !== size) throw new RangeError(`“${name}” has ${column.length} rows, not ${size}`);
  const names = expectList("clusters", get("clusters"), isText);
  return {
    source: points,
    size,
    x: places.filter((_, i) => i % 2 === 0),
    y: places.filter((_, i) => i % 2 === 1),
    ...columns,
    ...neighbourColumns(points, size),
    sets: expectList("sets", get("sets"), (each) => isRecord(each) && isText(each.name)),
    clusters: clustersOf(columns.cluster, names)
  };
}
function neighbourColumns({ neighbours, cosines }, size) {
  const rows = typed(neighbours, Uint32Array);
  const values = typed(cosines, Float32Array);
  const near = size === 0 ? 0 : rows.length / size;
  if (!Number.isInteger(near) || values.length !== rows.length || rows.some((row) => row >= size))
    throw new RangeError(`“neighbours” does not fit ${size} features`);
  return { near, neighbours: rows, cosines: values };
}
function clustersOf(cluster, names) {
  const found = names.map((name) => ({ name, rows: [] }));
  for (const [row, number] of cluster.entries()) found[number]?.rows.push(row);
  return found;
}
function nameOf({ sets, set, feature }, row) {
  return `${sets[set[row] ?? -1]?.name ?? "?"}/${feature[row] ?? "?"}`;
}
function rowOf(atlas, name) {
  if (name === null) return null;
  const cut = name.lastIndexOf("/");
  const set = atlas.sets.findIndex((each) => each.name === name.slice(0, cut));
  const index = Number(name.slice(cut + 1));
  for (let row = 0; row < atlas.size; row++)
    if (atlas.feature[row] === index && atlas.set[row] === set) return row;
  return null;
}
function closest({ near, neighbours, cosines }, row) {
  return Array.from({ length: near }, (_, i) => ({
    row: neighbours[row * near + i] ?? 0,
    cosine: cosines[row * near + i] ?? Number.NaN
  }));
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

// src/atlas/traits.ts
var COLOURS = ["cluster", "firing rate", "layer", "max activation"];

// src/atlas/state.ts
var INITIAL = {
  atlas: null,
  trust: null,
  colour: "cluster",
  selected: null,
  hovered: null,
  chosen: /* @__PURE__ */ new Set(),
  query: "",
  found: null,
  cluster: null,
  lasso: false,
  code: ""
};
function followAtlas({ model, follow, attempt, onClean }) {
  const store = createStore(INITIAL, attempt);
  onClean(store.close);
  const select = () => {
    const { atlas } = store.get();
    store.set({ selected: atlas && rowOf(atlas, model.get("feature") ?? null) });
  };
  const choose = () => {
    const { atlas } = store.get();
    const given = model.get("chosen");
    const rows = given && atlas ? [...typed(given, Uint32Array)].filter((row) => row < atlas.size) : [];
    store.set({ chosen: new Set(rows) });
  };
  follow(["points", "labels", "sets", "clusters"], () => {
    store.set({ atlas: null, selected: null, hovered: null, chosen: /* @__PURE__ */ new Set(), cluster: null });
    store.set({ atlas: decodeAtlas((name) => model.get(name)) });
    store.set({ found: search(store.get().atlas, store.get().query) });
    select();
    choose();
  });
  follow(["trust"], () => {
    const trust = model.get("trust");
    store.set({ trust: typeof trust === "number" ? trust : null });
  });
  follow(["colour"], () => {
    const said = model.get("colour");
    store.set({ colour: COLOURS.find((colour) => colour === said) ?? "cluster" });
  });
  follow(["feature"], select);
  follow(["chosen"], choose);
  return store;
}
function search(atlas, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!atlas || words.length === 0) return null;
  const rows = [];
  for (let row = 0; row < atlas.size; row++) {
    const set = atlas.sets[atlas.set[row] ?? -1]?.name ?? "";
    const text = `${atlas.labels[row]} ${set}/${atlas.feature[row]}`.toLowerCase();
    if (words.every((word) => text.includes(word))) rows.push(row);
  }
  return rows;
}
function emphasised({ atlas, found, cluster }) {
  if (cluster !== null) return new Set(atlas?.clusters[cluster]?.rows);
  return found && new Set(found);
}

// src/atlas/actions.ts
function createActions({ save }, store) {
  const name = (row) => {
    const { atlas } = store.get();
    return atlas ? nameOf(atlas, row) : "";
  };
  const choose = (rows) => {
    const sorted = Uint32Array.from(new Set(rows)).sort();
    const names = [...sorted].map((row) => literal(name(row)));
    store.set({ code: `atlas.selected = [${names.join(", ")}]` });
    save("chosen", new DataView(sorted.buffer));
  };
  return {
    select(row) {
      const feature = row === null ? null : name(row);
      store.set({ code: `atlas.feature = ${feature === null ? "None" : literal(feature)}` });
      save("feature", feature);
    },
    hover: (hovered) => store.set({ hovered }),
    choose,
    toggle(row) {
      const rows = new Set(store.get().chosen);
      if (!rows.delete(row)) rows.add(row);
      choose(rows);
    },
    find: (query) => store.set({ query, found: search(store.get().atlas, query) }),
    emphasise: (cluster) => store.set({ cluster }),
    colour(colour) {
      store.set({ code: `atlas.colour = ${literal(colour)}` });
      save("colour", colour);
    },
    lasso: (lasso) => store.set({ lasso })
  };
}

// src/dom.ts
var CONTROLS = /* @__PURE__ */ new Set(["button", "input", "select", "textarea", "summary"]);
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
function download(ui, name, content2) {
  const url = URL.createObjectURL(content2);
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
  const [unit2, sign] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / Number(unit2);
  const digits = Math.abs(scaled) >= 100 || unit2 === 1 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${sign}`.replace("-", "−");
}

// src/atlas/describe.ts
function labelOf(atlas, row) {
  return visible(atlas.labels[row] ?? "") || visible(nameOf(atlas, row));
}
function clusterName({ clusters, cluster }, row) {
  return visible(clusters[cluster[row] ?? -1]?.name ?? "");
}
function facts(atlas, row) {
  const [rate, max] = [atlas.rate[row] ?? Number.NaN, atlas.max[row] ?? Number.NaN];
  return [
    Number.isFinite(rate) ? `fires on ${percent(rate)} of tokens` : "",
    Number.isFinite(max) ? `max ${significant(max)}` : "",
    `layer ${atlas.layer[row]}`
  ].filter(Boolean);
}
function announce({ atlas, chosen, selected }, row) {
  if (!atlas) return "";
  const cluster = clusterName(atlas, row);
  const parts = [labelOf(atlas, row), visible(nameOf(atlas, row)), cluster && `cluster ${cluster}`];
  if (row === selected) parts.push("selected");
  if (chosen.has(row)) parts.push("chosen");
  return [...parts, ...facts(atlas, row)].filter(Boolean).join(", ");
}
function countText({ sets, size }) {
  const all = sets.reduce((sum, set) => sum + set.features, 0);
  const number = (value) => value.toLocaleString("en-GB");
  const one = size === 1 ? "feature" : "features";
  return all === size ? `${number(size)} ${one}` : `${number(size)} of ${number(all)} features; ${number(all - size)} never fire`;
}

// src/chart/ramp.ts
var FALLBACK = ["#e9f0f6", "#a9cbe2", "#4f9fce", "#0067a5", "#002c49"];
var STEPS = 24;
function readRamp(root) {
  const style = root.ownerDocument.defaultView?.getComputedStyle(root);
  const stops = FALLBACK.map((colour, i) => channels(style?.getPropertyValue(`--saec-ramp-${i}`), colour));
  return Array.from({ length: STEPS }, (_, step2) => {
    const at = step2 / (STEPS - 1) * (stops.length - 1);
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

// src/atlas/looks.ts
var SERIES = 6;
var PLAIN = SERIES;
var RAMP = SERIES + 1;
var SIZES = [2, 2.7, 3.5, 4.4, 5.4];
var FIRST_STEP = 0.28;
function colours(series, plain, ramp) {
  return [...series.slice(0, SERIES), plain, ...ramp];
}
var COLOUR_COUNT = RAMP + STEPS;
function looksOf(atlas, colour) {
  const radius = radii(atlas);
  const order = Uint32Array.from(radius.keys()).sort((a, b) => (radius[b] ?? 0) - (radius[a] ?? 0));
  if (colour === "cluster") {
    const ofCluster = clusterColours(atlas);
    const painted2 = Uint8Array.from(atlas.cluster, (number) => ofCluster[number] ?? PLAIN);
    return { colour: painted2, radius, order, range: null };
  }
  const values = columnOf(atlas, colour);
  const range = rangeOf(values, colour !== "layer");
  const painted = Uint8Array.from(values, (value) => stepIn(range, value));
  return { colour: painted, radius, order, range };
}
function columnOf(atlas, colour) {
  if (colour === "layer") return atlas.layer;
  return colour === "max activation" ? atlas.max : atlas.rate;
}
function stepIn(range, value) {
  if (!range || !Number.isFinite(value)) return PLAIN;
  const scale = (each) => range.log ? Math.log(Math.max(each, 1e-30)) : each;
  const span = scale(range.high) - scale(range.low);
  const share = span > 0 ? (scale(value) - scale(range.low)) / span : 1;
  return RAMP + stepOf(FIRST_STEP + (1 - FIRST_STEP) * share);
}
function rangeOf(values, log) {
  const there = [...values].filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (there.length === 0) return null;
  const sorted = Float64Array.from(there).sort();
  return { low: sorted[0] ?? 0, high: sorted[sorted.length - 1] ?? 1, log };
}
function radii({ rate, size }) {
  const crowd = Math.min(1.35, Math.max(0.7, 44 / Math.sqrt(Math.max(1, size))));
  const rates = Float32Array.from(rate).filter((value) => value > 0);
  const most = Math.sqrt(rates.reduce((a, b) => Math.max(a, b), 0));
  return rate.map((value) => {
    const share = most > 0 && value > 0 ? Math.sqrt(value) / most : 0.25;
    return (SIZES[Math.min(SIZES.length - 1, Math.floor(share * SIZES.length))] ?? 2) * crowd;
  });
}
function clusterColours({ clusters, x, y }) {
  const middles2 = clusters.map(({ rows }) => ({ x: middle(x, rows), y: middle(y, rows) }));
  const chosen = [];
  for (const [number, here] of middles2.entries()) {
    const gap = new Array(SERIES).fill(Number.POSITIVE_INFINITY);
    for (const [other, colour] of chosen.entries()) {
      const there = middles2[other] ?? here;
      gap[colour] = Math.min(gap[colour] ?? 0, Math.hypot(there.x - here.x, there.y - here.y));
    }
    const widest = Math.max(...gap);
    const open = gap.flatMap((value, colour) => value === widest ? [colour] : []);
    chosen.push(open[number % open.length] ?? 0);
  }
  return chosen;
}
function middle(values, rows) {
  const sorted = Float64Array.from(rows, (row) => values[row] ?? 0).sort();
  return sorted[sorted.length >> 1] ?? 0;
}

// src/atlas/controls.ts
var MARKS = 7;
function atlasControls(ui, store, actions, parts) {
  const search2 = searchBox(ui, store, actions, parts.leave);
  const select = h(
    ui,
    "select",
    { class: "saec-input", on: { change: () => actions.colour(select.value) } },
    ...COLOURS.map((colour) => h(ui, "option", { text: colour, attrs: { value: colour } }))
  );
  const legend = h(ui, "span", { class: "saec-atlas-legend saec-caption" });
  const count = h(ui, "span", { class: "saec-caption saec-atlas-count" });
  const showLegend = (state) => legend.replaceChildren(...legendOf(ui, state, parts.palette()));
  store.watch(["atlas", "colour"], (state) => {
    select.value = state.colour;
    for (const option of select.options)
      option.disabled = state.atlas !== null && !hasValues(state, option.value);
    showLegend(state);
  });
  store.watch(["atlas"], ({ atlas }) => {
    count.textContent = atlas ? countText(atlas) : "";
  });
  return {
    search: () => search2.field.focus(),
    restyle: () => showLegend(store.get()),
    element: h(
      ui,
      "div",
      { class: "saec-atlas-head" },
      search2.element,
      h(
        ui,
        "label",
        { class: "saec-field" },
        h(ui, "span", { class: "saec-caption", text: "Colour" }),
        select
      ),
      legend,
      h(ui, "div", { class: "saec-spacer" }),
      count,
      dragChoice(ui, store, actions),
      ...["png", "svg"].map(
        (kind) => h(ui, "button", {
          class: "saec-button saec-button-small",
          text: kind.toUpperCase(),
          title: `Save the picture as ${kind.toUpperCase()}`,
          on: { click: () => parts.save(kind) }
        })
      )
    )
  };
}
function searchBox(ui, store, actions, leave) {
  const field = h(ui, "input", {
    class: "saec-input saec-atlas-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search labels" },
    on: {
      input: () => actions.find(field.value),
      keydown: (event) => {
        const { found } = store.get();
        if (event.key === "Escape") {
          field.value = "";
          actions.find("");
          leave();
        } else if (event.key === "Enter" && found?.[0] !== void 0) actions.select(found[0]);
        else return;
        event.preventDefault();
      }
    }
  });
  return { field, element: field };
}
function dragChoice(ui, store, actions) {
  const button = (text, title, on) => h(ui, "button", {
    class: "saec-choice",
    text,
    title,
    on: { click: () => actions.lasso(on) }
  });
  const move = button("Move", "A drag moves the picture; with Shift it draws a lasso", false);
  const lasso = button("Lasso", "A drag draws a lasso around the features to choose", true);
  store.watch(["lasso"], (state) => {
    move.setAttribute("aria-pressed", String(!state.lasso));
    lasso.setAttribute("aria-pressed", String(state.lasso));
  });
  return h(
    ui,
    "div",
    { class: "saec-atlas-drag", attrs: { role: "group", "aria-label": "What a drag does" } },
    move,
    lasso
  );
}
function hasValues({ atlas }, colour) {
  if (!atlas || colour === "cluster") return true;
  return [...columnOf(atlas, colour)].some((value) => Number.isFinite(value));
}
function legendOf(ui, { atlas, colour }, palette) {
  const range = atlas && looksOf(atlas, colour).range;
  if (!range) return [];
  const { low, high, log } = range;
  const marks = Array.from({ length: MARKS }, (_, i) => {
    const share = i / (MARKS - 1);
    const value = log ? low * (high / low) ** share : low + (high - low) * share;
    const mark2 = h(ui, "span", { class: "saec-ramp-mark" });
    mark2.style.background = palette[stepIn(range, value)] ?? "";
    return mark2;
  });
  const text = (value) => {
    if (colour === "firing rate") return `${significant(100 * value)} %`;
    return colour === "layer" ? String(value) : significant(value);
  };
  return [
    h(ui, "span", { text: text(low) }),
    h(ui, "span", { class: "saec-ramp-bar", attrs: { "aria-hidden": "true" } }, ...marks),
    h(ui, "span", { text: text(high) })
  ];
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
      outline(context, shape.stroke, shape.width, shape.dashed);
      return;
    }
    case "circle":
      context.beginPath();
      context.arc(shape.x, shape.y, shape.r, 0, 2 * Math.PI);
      fill(context, shape.fill);
      outline(context, shape.stroke, shape.width, shape.dashed ?? false);
      return;
    case "polygon":
      context.beginPath();
      for (let i = 0; i < shape.points.length; i += 2) {
        context.lineTo(shape.points[i] ?? 0, shape.points[i + 1] ?? 0);
      }
      if (shape.closed) context.closePath();
      fill(context, shape.fill);
      outline(context, shape.stroke, shape.width, false);
      return;
    case "box":
      context.beginPath();
      context.roundRect(shape.x, shape.y, shape.width, shape.height, shape.radius);
      fill(context, shape.fill);
      outline(context, shape.stroke, shape.line, false);
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
function outline(context, colour, width, dashed) {
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
function createMeasure(doc, font) {
  const context = doc.createElement("canvas").getContext("2d");
  const known = /* @__PURE__ */ new Map();
  return (text, size) => {
    const key = `${size} ${font()} ${text}`;
    let width = known.get(key);
    if (width === void 0) {
      if (context) context.font = `${size}px ${font()}`;
      width = context?.measureText(text)?.width ?? text.length * size * 0.55;
      known.set(key, width);
    }
    return width;
  };
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
function element(name, attributes, content2 = "") {
  const written = Object.entries(attributes).filter(([, value]) => value !== null && value !== void 0).map(([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escapeXml(value ?? "")}"`).join("");
  return content2 === "" ? `<${name}${written}/>` : `<${name}${written}>${content2}</${name}>`;
}
var round = (value) => String(Math.round(value * 100) / 100);
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
    viewBox: `0 0 ${round(width)} ${round(height + top)}`,
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
      const [x1, y1, ...rest] = ends.map(round);
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
        points: shape.points.map(round).join(" "),
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
  const heading2 = { type: "text", x: 12, y: 16, text: title, size: 13, bold: true, anchor: "start" };
  paint(context, [{ ...heading2, rotate: 0, fill: palette.ink, halo: null, alpha: 1 }], palette.font);
  context.translate(0, TITLE_HEIGHT);
  for (const layer of [scene.back, scene.links, scene.focus, scene.nodes]) {
    paintClipped(context, layer, palette.font, plot);
  }
  paint(context, scene.frame, palette.font);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// src/atlas/view.ts
var MARGIN = 26;
var MOST = 60;
var SLACK = 4;
function unit({ width, height, k }) {
  return Math.max(1, Math.min(width, height) / 2 - MARGIN) * k;
}
function toScreen(view, x, y) {
  const size = unit(view);
  return { x: view.width / 2 + view.x + x * size, y: view.height / 2 + view.y - y * size };
}
function zoomAt(view, factor, at) {
  const k = Math.min(MOST, Math.max(1, view.k * factor));
  const by = k / view.k;
  const held = (shift, point, middle2) => point - middle2 - (point - middle2 - shift) * by;
  return limit({
    ...view,
    k,
    x: held(view.x, at.x, view.width / 2),
    y: held(view.y, at.y, view.height / 2)
  });
}
function pan(view, dx, dy) {
  return limit({ ...view, x: view.x + dx, y: view.y + dy });
}
function reveal(view, x, y) {
  const at = toScreen(view, x, y);
  const need = (value, length) => Math.max(MARGIN - value, 0) + Math.min(length - MARGIN - value, 0);
  return pan(view, need(at.x, view.width), need(at.y, view.height));
}
function carry(from, to) {
  const scale = unit(to) / unit(from);
  const along = (middle2, a, b) => middle2 + b - scale * (middle2 + a);
  const x = along(from.width / 2, from.x, to.x);
  const y = along(from.height / 2, from.y, to.y);
  return `translate(${x}px, ${y}px) scale(${scale})`;
}
function limit(view) {
  const room = (length) => Math.max(0, unit(view) + MARGIN - length / 2);
  const hold = (shift, most) => Math.min(most, Math.max(-most, shift));
  return { ...view, x: hold(view.x, room(view.width)), y: hold(view.y, room(view.height)) };
}
function nearest(view, { x, y }, at, reach) {
  const size = unit(view);
  const [px, py] = [(at.x - view.width / 2 - view.x) / size, (view.height / 2 + view.y - at.y) / size];
  let best = null;
  let least = (reach / size) ** 2;
  for (let row = 0; row < x.length; row++) {
    const distance = ((x[row] ?? 9) - px) ** 2 + ((y[row] ?? 9) - py) ** 2;
    if (distance <= least) [best, least] = [row, distance];
  }
  return best;
}
function beyond({ x, y }, from, dx, dy) {
  let [best, least] = [from, Number.POSITIVE_INFINITY];
  for (let row = 0; row < x.length; row++) {
    const across = (x[row] ?? 0) - (x[from] ?? 0);
    const up = (y[row] ?? 0) - (y[from] ?? 0);
    const along = across * dx + up * dy;
    if (along <= 1e-6) continue;
    const aside = Math.abs(across * dy) + Math.abs(up * dx);
    const distance = Math.hypot(along, aside) * (aside > along ? 8 : 1);
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}
function inside(view, { x, y }, line3) {
  const rows = [];
  for (let row = 0; row < x.length; row++)
    if (contains(line3, toScreen(view, x[row] ?? 9, y[row] ?? 9))) rows.push(row);
  return rows;
}
function contains(line3, at) {
  let within = false;
  for (let i = 0, j = line3.length - 1; i < line3.length; j = i++) {
    const [a, b] = [line3[i], line3[j]];
    if (!a || !b || a.y > at.y === b.y > at.y) continue;
    if (at.x < a.x + (b.x - a.x) * (at.y - a.y) / (b.y - a.y)) within = !within;
  }
  return within;
}

// src/atlas/names.ts
var NAME_SIZE = 11;
var LENGTH = 26;
var HEIGHT = 21;
var AIR = 9;
var MOST2 = 32;
function middles({ clusters, x, y }) {
  return clusters.map(({ rows }) => ({ x: middle(x, rows), y: middle(y, rows) }));
}
function placeNames({ clusters }, at, view, measure, only = null) {
  const taken = [];
  const names = [];
  for (const [cluster, { name }] of clusters.entries()) {
    const point = at[cluster];
    if (!point || names.length >= MOST2 || only !== null && only !== cluster) continue;
    const { x, y } = toScreen(view, point.x, point.y);
    const text = shorten(visible(name), LENGTH);
    const half = measure(text, NAME_SIZE) / 2 + AIR;
    const box = { left: x - half, right: x + half, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
    const out = box.left < 0 || box.right > view.width || box.top < 0 || box.bottom > view.height;
    if (out || taken.some((other) => touch(box, other))) continue;
    taken.push(box);
    names.push({ x, y, text, cluster });
  }
  return names;
}
var touch = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

// src/atlas/paint.ts
var FADED = 0.13;
var EDGE = 1;
function createBrushes(doc, colours2, paper, density) {
  const made = /* @__PURE__ */ new Map();
  return {
    of(colour, radius) {
      const key = `${colour} ${radius}`;
      let brush = made.get(key);
      if (!brush) {
        brush = doc.createElement("canvas");
        brush.width = brush.height = Math.ceil(2 * (radius + EDGE) * density);
        const context = brush.getContext("2d");
        if (context) {
          context.scale(density, density);
          context.beginPath();
          context.arc(radius + EDGE, radius + EDGE, radius, 0, 2 * Math.PI);
          context.fillStyle = colours2[colour] ?? "gray";
          context.fill();
          context.strokeStyle = paper;
          context.lineWidth = 0.8;
          context.stroke();
        }
        made.set(key, brush);
      }
      return brush;
    }
  };
}
function paintPoints(context, { atlas, looks, brushes, view }, lit) {
  const size = unit(view);
  const grow = growth(view);
  const [left, top] = [view.width / 2 + view.x, view.height / 2 + view.y];
  const draw = (row) => {
    const x = left + (atlas.x[row] ?? 0) * size;
    const y = top - (atlas.y[row] ?? 0) * size;
    if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) return;
    const radius = Math.round((looks.radius[row] ?? 2) * grow * 4) / 4;
    const brush = brushes.of(looks.colour[row] ?? 0, radius);
    const span = 2 * (radius + EDGE);
    context.drawImage(brush, x - span / 2, y - span / 2, span, span);
  };
  if (lit) {
    context.globalAlpha = FADED;
    for (const row of looks.order) if (!lit.has(row)) draw(row);
  }
  context.globalAlpha = 1;
  for (const row of looks.order) if (!lit || lit.has(row)) draw(row);
}
function growth({ k }) {
  return Math.min(2.2, k ** 0.3);
}
function paintMarks(context, { atlas, looks, view }, marks, { accent, ink }) {
  const at = (row) => toScreen(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0);
  const ring = (row, more, width) => {
    const { x, y } = at(row);
    context.beginPath();
    context.arc(x, y, (looks.radius[row] ?? 2) * growth(view) + more, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.stroke();
  };
  context.strokeStyle = accent;
  for (const row of marks.chosen) ring(row, 1.6, 1.3);
  if (marks.selected !== null) {
    const from = at(marks.selected);
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    for (const row of marks.neighbours) {
      const to = at(row);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    context.globalAlpha = 1;
    for (const row of marks.neighbours) ring(row, 1.5, 1.2);
    ring(marks.selected, 4, 2.4);
  }
  context.strokeStyle = ink;
  if (marks.hovered !== null) ring(marks.hovered, 3, 1.6);
  if (marks.lasso.length > 1) paintLasso(context, marks.lasso, accent);
}
function paintLasso(context, line3, accent) {
  context.beginPath();
  for (const { x, y } of line3) context.lineTo(x, y);
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = accent;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = accent;
  context.lineWidth = 1.4;
  context.setLineDash([5, 3]);
  context.stroke();
  context.setLineDash([]);
}

// src/atlas/picture.ts
function sceneOf({ atlas, looks, view, colours: colours2, names, palette }) {
  const points = [];
  for (const row of looks.order) {
    const { x, y } = toScreen(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    const fill2 = colours2[looks.colour[row] ?? 0] ?? palette.node;
    const r = (looks.radius[row] ?? 2) * growth(view);
    points.push({ type: "circle", x, y, r, fill: fill2, stroke: palette.paper, width: 0.8, alpha: 1 });
  }
  const texts = names.map(({ x, y, text }) => {
    const look = { size: NAME_SIZE, bold: true, anchor: "middle", rotate: 0, alpha: 1 };
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
    frame: texts
  };
}
function fileOf(ui, picture, kind, title) {
  const drawn = { scene: sceneOf(picture), palette: picture.palette };
  return kind === "svg" ? Promise.resolve(svgFile(drawn, title)) : pngFile(ui, drawn, title);
}

// src/atlas/side.ts
var MOST_ROWS = 60;
function sidePanel(ui, store, actions) {
  const feature = h(ui, "section", {
    class: "saec-atlas-feature",
    attrs: { "aria-label": "Selected feature" }
  });
  const list = h(ui, "section", { attrs: { "aria-label": "Features and clusters" } });
  store.watch(["atlas", "selected"], (state) => feature.replaceChildren(...selectedView(ui, state, actions)));
  store.watch(["atlas", "found", "chosen"], (state) => list.replaceChildren(...listView(ui, state, actions)));
  store.watch(["atlas", "found", "chosen", "selected", "hovered"], (state) => mark(feature, list, state));
  return h(ui, "div", { class: "saec-atlas-side" }, feature, list);
}
function mark(feature, list, { hovered, selected }) {
  for (const row of [feature, list].flatMap((part) => [
    ...part.querySelectorAll("[data-row]")
  ])) {
    row.classList.toggle("saec-on", row.dataset.row === String(hovered));
    if (row.matches("button")) row.setAttribute("aria-pressed", String(row.dataset.row === String(selected)));
  }
}
function selectedView(ui, { atlas, selected }, actions) {
  if (!atlas) return [];
  if (selected === null)
    return [
      h(ui, "p", { class: "saec-hint", text: "Click a point to see what lies closest to it in truth." })
    ];
  const cluster = clusterName(atlas, selected);
  const near = closest(atlas, selected);
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: labelOf(atlas, selected) })),
      h(ui, "button", {
        class: "saec-button saec-button-small saec-clear",
        text: "✕",
        title: "Select nothing",
        attrs: { "aria-label": "Select nothing" },
        on: { click: () => actions.select(null) }
      })
    ),
    h(ui, "div", {
      class: "saec-caption",
      text: [visible(nameOf(atlas, selected)), ...facts(atlas, selected)].join(" · ")
    }),
    h(
      ui,
      "div",
      { class: "saec-caption" },
      cluster ? "cluster " : "in no cluster",
      cluster && h(ui, "bdi", { text: cluster })
    ),
    ...near.length === 0 ? [] : [
      heading(ui, "Closest directions", "cosine"),
      ...near.map(({ row, cosine }) => featureRow(ui, atlas, row, actions, cosine))
    ]
  ];
}
function listView(ui, { atlas, found, chosen }, actions) {
  if (!atlas) return [];
  const parts = [];
  if (found) {
    const all = actionButton(ui, "Choose all", "Choose what was found", () => actions.choose(found));
    parts.push(...rowsView(ui, atlas, `${found.length} found`, found, actions, found.length > 0 && all));
  }
  if (chosen.size > 0) {
    const clear = actionButton(ui, "Clear", "Choose nothing", () => actions.choose([]));
    parts.push(...rowsView(ui, atlas, `${chosen.size} chosen`, [...chosen], actions, clear));
  }
  return parts.length > 0 ? parts : clusterView(ui, atlas, actions);
}
function rowsView(ui, atlas, title, rows, actions, button) {
  const more = rows.length - MOST_ROWS;
  return [
    heading(ui, title, "", button),
    ...rows.slice(0, MOST_ROWS).map((row) => featureRow(ui, atlas, row, actions)),
    ...more > 0 ? [h(ui, "p", { class: "saec-hint", text: `and ${more} more` })] : []
  ];
}
function clusterView(ui, atlas, actions) {
  const { clusters, size } = atlas;
  if (clusters.length === 0) return [];
  const members = clusters.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    heading(ui, `${clusters.length} clusters`, `${percent(members / Math.max(1, size))} of features`),
    ...clusters.slice(0, MOST_ROWS).map(({ name, rows }, number) => {
      const here = () => actions.emphasise(number);
      const away = () => actions.emphasise(null);
      return h(
        ui,
        "button",
        {
          class: "saec-atlas-row",
          title: "Choose the features of this cluster",
          on: {
            click: () => actions.choose(rows),
            pointerenter: here,
            pointerleave: away,
            focus: here,
            blur: away
          }
        },
        h(ui, "bdi", { class: "saec-atlas-name", text: visible(name) }),
        h(ui, "span", { class: "saec-number saec-caption", text: String(rows.length) })
      );
    })
  ];
}
function heading(ui, title, note, button = false) {
  return h(
    ui,
    "div",
    { class: "saec-atlas-heading" },
    h(ui, "span", { class: "saec-subtitle", text: title }),
    h(ui, "span", { class: "saec-caption", text: note }),
    button
  );
}
function actionButton(ui, text, title, click) {
  return h(ui, "button", { class: "saec-button saec-button-small", text, title, on: { click } });
}
function featureRow(ui, atlas, row, actions, cosine = null) {
  const here = () => actions.hover(row);
  const away = () => actions.hover(null);
  const several = atlas.sets.length > 1;
  const name = visible(nameOf(atlas, row));
  const short = several || !atlas.labels[row] ? name : `/${atlas.feature[row]}`;
  const bar = h(ui, "span", { class: "saec-row-bar saec-bar-neutral" });
  bar.style.width = `${Math.round(100 * Math.max(0, cosine ?? 0))}%`;
  return h(
    ui,
    "button",
    {
      class: "saec-atlas-row",
      title: name,
      attrs: { "data-row": row },
      on: {
        click: () => actions.select(row),
        pointerenter: here,
        pointerleave: away,
        focus: here,
        blur: away
      }
    },
    cosine !== null && bar,
    h(ui, "bdi", { class: "saec-atlas-name", text: labelOf(atlas, row) }),
    h(ui, "span", { class: "saec-caption saec-atlas-short", text: atlas.labels[row] ? short : "" }),
    h(ui, "span", {
      class: "saec-number",
      text: cosine === null ? "" : cosine.toFixed(2).replace("-", "−")
    })
  );
}

// src/chart/frame.ts
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

// src/graph/zoom_buttons.ts
function zoomButtons(ui, zoomBy, reset, ...more) {
  const element2 = h(
    ui,
    "div",
    { class: "saec-zoom", attrs: { role: "group", "aria-label": "Zoom" } },
    cornerButton(ui, "+", "Zoom in", () => zoomBy(1.4)),
    cornerButton(ui, "−", "Zoom out", () => zoomBy(1 / 1.4)),
    cornerButton(ui, "⤢", "Show all", reset),
    ...more
  );
  keepFromStage(element2);
  return element2;
}
function cornerButton(ui, text, title, run) {
  const attrs = { "aria-label": title };
  return h(ui, "button", { class: "saec-button saec-button-small", text, title, attrs, on: { click: run } });
}
function keepFromStage(element2) {
  for (const event of ["pointerdown", "pointermove", "click", "dblclick", "keydown"]) {
    element2.addEventListener(event, (happened) => happened.stopPropagation());
  }
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

// src/atlas/keys.ts
var ARROWS = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1]
};
function pressed(event, target, actions) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  const done = arrow ? step(target, actions, ...arrow) : act(event.key, target, actions);
  if (done) event.preventDefault();
}
function step(target, actions, dx, dy) {
  const { atlas, hovered, selected } = target.state();
  if (!atlas || atlas.size === 0) return false;
  const view = target.view();
  const middle2 = { x: view.width / 2, y: view.height / 2 };
  const start = selected ?? nearest(view, atlas, middle2, view.width + view.height) ?? 0;
  const row = hovered === null ? start : beyond(atlas, hovered, dx, dy);
  actions.hover(row);
  target.look(reveal(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0));
  return true;
}
function act(key, target, actions) {
  const { hovered, selected, chosen } = target.state();
  const view = target.view();
  const zoom = (factor) => {
    target.look(zoomAt(view, factor, { x: view.width / 2, y: view.height / 2 }));
    return true;
  };
  switch (key) {
    case "Enter":
      if (hovered !== null) actions.select(hovered === selected ? null : hovered);
      return hovered !== null;
    case " ":
      if (hovered !== null) actions.toggle(hovered);
      return true;
    case "Escape":
      if (hovered !== null) actions.hover(null);
      else if (chosen.size > 0) actions.choose([]);
      else if (selected !== null) actions.select(null);
      else return false;
      return true;
    case "/":
      target.search();
      return true;
    case "+":
    case "=":
      return zoom(1.4);
    case "-":
      return zoom(1 / 1.4);
    case "0":
      return zoom(0);
    default:
      return false;
  }
}

// src/atlas/pointer.ts
function followPointer(ui, stage, target) {
  const pressed2 = /* @__PURE__ */ new Map();
  let line3 = null;
  let travelled = 0;
  const options = { signal: ui.signal };
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const pinch = () => {
    const [a, b] = [...pressed2.values()];
    return a && b ? { gap: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : null;
  };
  const down = (event) => {
    if (event.button !== 0) return;
    const at = place(event);
    pressed2.set(event.pointerId, at);
    travelled = 0;
    line3 = target.drawing(event) && pressed2.size === 1 ? [at] : null;
  };
  const move = (event) => {
    const at = place(event);
    const last = pressed2.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch") target.hover(at);
      return;
    }
    const before = pinch();
    pressed2.set(event.pointerId, at);
    travelled += Math.hypot(at.x - last.x, at.y - last.y);
    if (travelled < SLACK) return;
    stage.setPointerCapture?.(event.pointerId);
    const after = pinch();
    if (before && after) target.zoom(after.gap / Math.max(1, before.gap), after);
    else if (line3) {
      line3.push(at);
      target.draw(line3);
    } else {
      stage.classList.add("saec-dragging");
      target.pan(at.x - last.x, at.y - last.y);
    }
  };
  const up = (event) => {
    pressed2.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
    if (line3 && travelled >= SLACK) target.drawn(line3);
    line3 = null;
  };
  const lost = (event) => {
    pressed2.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
    if (line3) target.draw([]);
    line3 = null;
  };
  const click = (event) => {
    if (travelled < SLACK) target.click(place(event), event.shiftKey || event.metaKey || event.ctrlKey);
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), place(event));
  };
  stage.addEventListener("pointerdown", down, options);
  stage.addEventListener("pointermove", move, options);
  stage.addEventListener("pointerup", up, options);
  stage.addEventListener("pointercancel", lost, options);
  stage.addEventListener("pointerleave", () => target.hover(null), options);
  stage.addEventListener("click", click, options);
  stage.addEventListener("dblclick", (event) => target.zoom(2, place(event)), options);
  stage.addEventListener("wheel", wheel, { ...options, passive: false });
}

// src/atlas/tip.ts
var ROOM = 250;
var HIGH = 96;
function createTip(ui) {
  const element2 = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown = null;
  return {
    element: element2,
    show(atlas, row, view) {
      element2.hidden = !atlas || row === null;
      if (!atlas || row === null) return;
      if (shown?.row !== row || shown.atlas !== atlas) element2.replaceChildren(...content(ui, atlas, row));
      shown = { atlas, row };
      const { x, y } = toScreen(view, atlas.x[row] ?? 0, atlas.y[row] ?? 0);
      const left = x + 16 + ROOM > view.width;
      element2.style.left = left ? "auto" : `${x + 16}px`;
      element2.style.right = left ? `${Math.max(4, view.width - x + 16)}px` : "auto";
      element2.style.top = `${Math.max(4, Math.min(view.height - HIGH, y - 22))}px`;
    }
  };
}
function content(ui, atlas, row) {
  const cluster = clusterName(atlas, row);
  return [
    h(ui, "div", { class: "saec-tooltip-name" }, h(ui, "bdi", { text: labelOf(atlas, row) })),
    h(ui, "div", {
      class: "saec-tooltip-place",
      text: [visible(nameOf(atlas, row)), ...facts(atlas, row)].join(" · ")
    }),
    ...cluster ? [h(ui, "div", { class: "saec-tooltip-place" }, "cluster ", h(ui, "bdi", { text: cluster }))] : []
  ];
}

// src/atlas/stage.ts
var FALLBACK_WIDTH = 640;
var REACH = 18;
var LONG = 9;
var REST_MS = 110;
var HELP = "Features by similarity. Arrow keys move from point to point, Enter selects, Space chooses, + and − zoom, / searches.";
function createStage({ ui, root, store, actions, search: search2 }) {
  const base = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const over = h(ui, "canvas", { class: "saec-canvas", attrs: { "aria-hidden": "true" } });
  const tip = createTip(ui);
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const element2 = h(
    ui,
    "div",
    {
      class: "saec-atlas-stage",
      attrs: { tabindex: 0, role: "application", "aria-label": HELP },
      on: {
        keydown: (event) => {
          if (event.target === element2) pressed(event, target, actions);
        },
        blur: () => actions.hover(null)
      }
    },
    base,
    over,
    tip.element,
    live
  );
  let view = { width: 0, height: 0, k: 1, x: 0, y: 0 };
  let looks = null;
  let spots = [];
  let lasso = [];
  let palette = readPalette(root);
  let inks = [];
  let brushes = null;
  let due = { base: false, move: false, over: false, frame: false };
  let painted = view;
  let source = null;
  let cost = 0;
  let rest;
  ui.signal.addEventListener("abort", () => clearTimeout(rest), { once: true });
  const measure = createMeasure(ui.doc, () => palette.font);
  const density = () => ui.doc.defaultView?.devicePixelRatio ?? 1;
  function ask(what) {
    due[what] = true;
    if (due.frame) return;
    due.frame = true;
    ui.doc.defaultView?.requestAnimationFrame(draw);
  }
  function draw() {
    const now = due;
    due = { base: false, move: false, over: false, frame: false };
    const state = store.get();
    if (ui.signal.aborted) return;
    if (now.base) drawBase(state);
    else if (now.move) moveBase(state);
    drawOver(state);
  }
  function moveBase(state) {
    if (cost < LONG || painted.width !== view.width) {
      drawBase(state);
      return;
    }
    base.style.transform = carry(painted, view);
    clearTimeout(rest);
    rest = setTimeout(() => ask("base"), REST_MS);
  }
  function drawBase(state) {
    const began = performance.now();
    clearTimeout(rest);
    base.style.transform = "";
    painted = view;
    paintBase(state);
    cost = performance.now() - began;
  }
  function paintBase(state) {
    const context = openCanvas(base, view, density());
    if (!context || !state.atlas || !looks) return;
    brushes ??= createBrushes(ui.doc, inks, palette.paper, density());
    paintPoints(context, { atlas: state.atlas, looks, brushes, view }, emphasised(state));
    writeNames(context, names(state), palette);
  }
  function drawOver(state) {
    const context = openCanvas(over, view, density());
    if (!context || !state.atlas || !looks) return;
    const { hovered, selected, chosen, atlas } = state;
    const neighbours = selected === null ? [] : closest(atlas, selected).map(({ row }) => row);
    paintMarks(context, { atlas, looks, view }, { hovered, selected, chosen, neighbours, lasso }, palette);
  }
  const names = ({ atlas, cluster, found }) => atlas && !(found && cluster === null) ? placeNames(atlas, spots, view, measure, cluster) : [];
  function look(next) {
    view = next;
    ask("move");
    tip.show(store.get().atlas, store.get().hovered, view);
  }
  function restyle() {
    palette = readPalette(root);
    const style = ui.doc.defaultView?.getComputedStyle(root);
    const series = Array.from(
      { length: SERIES },
      (_, i) => style?.getPropertyValue(`--saec-series-${i}`).trim()
    );
    inks = colours(
      series.map((colour) => colour || palette.positive),
      style?.getPropertyValue("--saec-atlas-plain").trim() || palette.node,
      readRamp(root)
    );
    brushes = null;
    ask("base");
  }
  const target = {
    state: () => store.get(),
    view: () => view,
    look,
    search: search2,
    hover(at) {
      const { atlas } = store.get();
      actions.hover(at && atlas ? nearest(view, atlas, at, REACH) : null);
    },
    click(at, more) {
      const { atlas, selected } = store.get();
      const row = atlas && nearest(view, atlas, at, REACH);
      if (row !== null && more) actions.toggle(row);
      else if (row !== null || selected !== null) actions.select(row);
    },
    pan: (dx, dy) => look(pan(view, dx, dy)),
    zoom: (factor, at) => look(zoomAt(view, factor, at)),
    drawing: (event) => store.get().lasso || event.shiftKey,
    draw(line3) {
      actions.hover(null);
      lasso = line3;
      ask("over");
    },
    drawn(line3) {
      const { atlas } = store.get();
      lasso = [];
      ask("over");
      if (atlas) actions.choose(inside(view, atlas, line3));
    }
  };
  followPointer(ui, element2, target);
  const centre = () => ({ x: view.width / 2, y: view.height / 2 });
  element2.append(
    zoomButtons(
      ui,
      (factor) => look(zoomAt(view, factor, centre())),
      () => look({ ...view, k: 1, x: 0, y: 0 })
    )
  );
  followWidth(ui, element2, FALLBACK_WIDTH, (width) => {
    const height = Math.round(Math.min(560, Math.max(320, width * 0.78)));
    element2.style.height = `${height}px`;
    look({ ...view, width, height });
  });
  store.watch(["atlas", "colour"], ({ atlas, colour }) => {
    looks = atlas && looksOf(atlas, colour);
    spots = atlas ? middles(atlas) : [];
    ask("base");
  });
  store.watch(["atlas"], ({ atlas }) => {
    if (!atlas || atlas.source === source) return;
    source = atlas.source;
    look({ ...view, k: 1, x: 0, y: 0 });
  });
  store.watch(["found", "cluster"], () => ask("base"));
  store.watch(["hovered", "selected", "chosen"], (state) => {
    ask("over");
    tip.show(state.atlas, state.hovered, view);
    live.textContent = state.hovered === null ? "" : announce(state, state.hovered);
  });
  store.watch(["lasso"], (state) => element2.classList.toggle("saec-drawing", state.lasso));
  return {
    element: element2,
    restyle,
    palette: () => inks,
    picture() {
      const state = store.get();
      if (!state.atlas || !looks) return null;
      return { atlas: state.atlas, looks, view, colours: inks, names: names(state), palette };
    }
  };
}
function writeNames(context, names, palette) {
  context.globalAlpha = 1;
  context.font = `600 ${NAME_SIZE}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.direction = "ltr";
  context.lineJoin = "round";
  context.lineWidth = 3.4;
  context.strokeStyle = palette.paper;
  context.fillStyle = palette.ink;
  for (const { x, y, text } of names) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
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
        follow(names, block) {
          const run = () => attempt(block, block);
          for (const name of names) {
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
  const button = ({ text, title, content: content2 }) => {
    const element3 = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text, title });
    let said;
    const ownText = () => {
      element3.textContent = text;
    };
    ui.signal.addEventListener("abort", () => clearTimeout(said), { once: true });
    const press = async () => {
      const copied = await copy(ui, content2());
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

// src/feature_atlas.ts
function build(stand) {
  const { ui, root, model, follow } = stand;
  const status = statusLine(stand);
  const store = followAtlas(stand);
  const actions = createActions(stand, store);
  const stage = createStage({ ui, root, store, actions, search: () => controls.search() });
  const controls = atlasControls(ui, store, actions, {
    palette: stage.palette,
    leave: () => stage.element.focus(),
    save: (kind) => void savePicture(kind)
  });
  const trust = h(ui, "p", { class: "saec-hint saec-atlas-trust" });
  const empty = h(ui, "p", { class: "saec-empty" });
  const body = h(
    ui,
    "div",
    { class: "saec-atlas-body" },
    h(ui, "div", { class: "saec-atlas-main" }, stage.element, trust),
    sidePanel(ui, store, actions)
  );
  const code = lastAction(ui, store);
  root.append(controls.element, status.element, empty, body, code);
  async function savePicture(kind) {
    const picture = stage.picture();
    if (!picture) return;
    const title = picture.atlas.sets.map(({ name }) => name).join(", ");
    const file = await fileOf(ui, picture, kind, title);
    if (file) download(ui, `atlas.${kind}`, file);
    else status.fail({ message: "The browser could not make the picture.", cure: "Save it as SVG instead." });
  }
  store.watch(["atlas", "trust"], (state) => {
    trust.textContent = trustText(state.trust);
    trust.hidden = state.trust === null;
  });
  const showEmpty = () => {
    const { atlas } = store.get();
    empty.hidden = (atlas?.size ?? 0) > 0;
    body.hidden = !empty.hidden;
    empty.textContent = emptyText(atlas !== null, Boolean(model.get("busy")), Boolean(model.get("error")));
  };
  store.watch(["atlas"], showEmpty);
  follow(["busy", "error"], showEmpty);
  return {
    restyle() {
      stage.restyle();
      controls.restyle();
    }
  };
}
function trustText(trust) {
  if (trust === null) return "";
  return `Trustworthiness ${trust.toFixed(2)} for 10 neighbours, where 1 means that neighbours in the picture are neighbours in truth. What lies far apart here may be close: the list on the side goes by the cosine.`;
}
function emptyText(there, busy, failed) {
  if (there) return "There is no feature to show: none of them fires, or none writes anything.";
  if (busy) return "The features are being placed …";
  return failed ? "There is no picture." : "There is no picture yet.";
}
var feature_atlas_default = mount(build, "saec-atlas");
export {
  feature_atlas_default as default
};
