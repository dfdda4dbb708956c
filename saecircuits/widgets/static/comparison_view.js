// src/dom.ts
var CONTROLS = /* @__PURE__ */ new Set(["button", "input", "select", "textarea", "summary"]);
var SVG = "http://www.w3.org/2000/svg";
function h(ui, tag, props = {}, ...children) {
  const element = ui.doc.createElement(tag);
  if (props.class) element.className = props.class;
  if (props.title) element.title = props.title;
  if (tag === "button") element.setAttribute("type", "button");
  setAttributes(element, props.attrs);
  if (CONTROLS.has(tag) || element.hasAttribute("tabindex")) {
    element.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  for (const [name, handler] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, handler);
  }
  if (props.text !== void 0) element.textContent = props.text;
  element.append(...children.filter((child) => Boolean(child)));
  return element;
}
function s(ui, tag, attrs = {}, ...children) {
  const element = ui.doc.createElementNS(SVG, tag);
  setAttributes(element, attrs);
  element.append(...children.filter((child) => Boolean(child)));
  return element;
}
function setAttributes(element, attrs = {}) {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === void 0 || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
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

// src/comparison/head.ts
var MODES = ["side by side", "difference"];
function comparisonHead(ui, on) {
  const buttons = MODES.map(
    (mode) => h(ui, "button", {
      class: "saec-button saec-button-small saec-choice",
      text: mode,
      on: { click: () => on.mode(mode) }
    })
  );
  const scores = h(ui, "span", { class: "saec-compared-scores" });
  const read = () => Number(slider.value) / 100;
  const slider = h(ui, "input", {
    class: "saec-slider saec-prune",
    attrs: {
      type: "range",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": "Share of influence to keep, in percent"
    },
    on: { input: () => on.share(read(), false), change: () => on.share(read(), true) }
  });
  const share = h(ui, "output", { class: "saec-number saec-share" });
  const element = h(
    ui,
    "div",
    { class: "saec-compared-top" },
    scores,
    h(ui, "span", { class: "saec-choices", attrs: { role: "group", "aria-label": "Picture" } }, ...buttons),
    h(
      ui,
      "label",
      { class: "saec-field" },
      h(ui, "span", { class: "saec-caption", text: "Influence kept" }),
      slider,
      share
    )
  );
  return {
    element,
    show({ scores: { nodes: nodes2, edges }, rows: rows2, mode }) {
      const counts = ["shared", "lost", "gained"].map(
        (status) => rows2.filter((row) => row.status === status).length
      );
      const alike = (name, value) => `${percent(value ?? Number.NaN)} of ${name}`;
      scores.replaceChildren(
        h(ui, "strong", { text: `${alike("nodes", nodes2)} and ${alike("links", edges)} in both` }),
        h(ui, "span", {
          class: "saec-caption",
          text: `${counts[0]} shared · ${counts[1]} only in A · ${counts[2]} only in B`
        })
      );
      for (const [number, button] of buttons.entries())
        button.setAttribute("aria-pressed", String(MODES[number] === mode));
    },
    showShare(value) {
      slider.value = String(Math.round(100 * value));
      share.textContent = percent(value);
    }
  };
}

// src/model/rank.ts
var BITS = 11;
var BUCKETS = 1 << BITS;
var PASSES = 3;
function rankDescending(values) {
  const keys = sortKeys(values);
  let rows2 = Uint32Array.from(keys.keys());
  let spare = new Uint32Array(rows2.length);
  const starts = new Uint32Array(BUCKETS);
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * BITS;
    starts.fill(0);
    for (const key of keys) {
      const bucket = key >>> shift & BUCKETS - 1;
      starts[bucket] = (starts[bucket] ?? 0) + 1;
    }
    let start = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = starts[bucket] ?? 0;
      starts[bucket] = start;
      start += count;
    }
    for (const row of rows2) {
      const bucket = (keys[row] ?? 0) >>> shift & BUCKETS - 1;
      const at = starts[bucket] ?? 0;
      spare[at] = row;
      starts[bucket] = at + 1;
    }
    [rows2, spare] = [spare, rows2];
  }
  return rows2;
}
function sortKeys(values) {
  const bits = new Uint32Array(values.map((value) => value + 0).buffer);
  return bits.map((bit, row) => {
    if (Number.isNaN(values[row])) return 4294967295;
    return bit >>> 31 === 1 ? bit : ~bit & 2147483647;
  });
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
    effect: nodes2.effect ? typed(nodes2.effect, Float32Array) : new Float32Array(size).fill(Number.NaN),
    density: nodes2.density ? typed(nodes2.density, Float32Array) : new Float32Array(size).fill(Number.NaN)
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
    ranked: rankDescending(score),
    strongest: rankDescending(columns.influence),
    inputs: groupBy(target, size),
    outputs: groupBy(source, size),
    totalInfluence: columns.influence.reduce(
      (sum2, v, i) => columns.kind[i] === Kind.target ? sum2 : sum2 + v,
      0
    )
  };
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
  const outside = [source, target].map((end) => end.find((row) => row >= size)).find((row) => row !== void 0);
  if (outside !== void 0) throw new RangeError(`an edge names node row ${outside} of ${size}`);
}
function inputShares(target, weight, size) {
  const total = new Float64Array(size);
  for (let edge = 0; edge < target.length; edge++) {
    const row = target[edge] ?? 0;
    total[row] = (total[row] ?? 0) + Math.abs(weight[edge] ?? 0);
  }
  return weight.map((value, edge) => value / Math.max(total[target[edge] ?? 0] ?? 0, 1e-12));
}
function groupBy(end, size) {
  const start = new Uint32Array(size + 1);
  for (const row of end) start[row + 1] = (start[row + 1] ?? 0) + 1;
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const next = start.slice();
  const edge = new Uint32Array(end.length);
  for (let index = 0; index < end.length; index++) {
    const row = end[index] ?? 0;
    const at = next[row] ?? 0;
    edge[at] = index;
    next[row] = at + 1;
  }
  return { start, edge };
}
function edgesOf(adjacency, node) {
  return adjacency.edge.subarray(adjacency.start[node] ?? 0, adjacency.start[node + 1] ?? 0);
}

// src/model/possible.ts
var ONE_PROMPT = { kind: "prompt", prompts: [], method: "" };
function originOf(graph) {
  return graph.meta.origin ?? ONE_PROMPT;
}

// src/attention/state.ts
var CLOSED = {
  edge: null,
  heads: null,
  question: null,
  score: null,
  outside: null,
  waiting: "",
  failure: null
};

// src/model/scores.ts
function signedInfluence(graph, start) {
  const column = new Uint32Array(graph.weight.length);
  const share = new Float64Array(graph.weight.length);
  for (const [at, edge] of graph.inputs.edge.entries()) {
    column[at] = graph.source[edge] ?? 0;
    share[at] = graph.share[edge] ?? 0;
  }
  const isError = new Uint8Array(graph.size);
  return spread(
    { start: graph.inputs.start, column, share, columns: graph.size, isError },
    start,
    graph.size
  );
}
function spread(inputs, start, size) {
  const total = new Float64Array(inputs.columns);
  if (isOrdered(inputs, size)) {
    for (let row = size - 1; row >= 0; row--) push(inputs, row, (total[row] ?? 0) + (start[row] ?? 0), total);
    return total;
  }
  let step2 = start;
  for (let turn = 0; turn < 1e3; turn++) {
    const next = new Float64Array(inputs.columns);
    for (let row = 0; row < size; row++) push(inputs, row, step2[row] ?? 0, next);
    step2 = next;
    let left = 0;
    for (const [row, value] of next.entries()) {
      total[row] = (total[row] ?? 0) + value;
      left = Math.max(left, Math.abs(value));
    }
    if (left < 1e-12) break;
  }
  return total;
}
function push(inputs, row, amount, into) {
  if (amount === 0) return;
  for (let at = inputs.start[row] ?? 0; at < (inputs.start[row + 1] ?? 0); at++) {
    const source = inputs.column[at] ?? 0;
    into[source] = (into[source] ?? 0) + amount * (inputs.share[at] ?? 0);
  }
}
function isOrdered(inputs, size) {
  for (let row = 0; row < size; row++) {
    for (let at = inputs.start[row] ?? 0; at < (inputs.start[row + 1] ?? 0); at++) {
      const source = inputs.column[at] ?? 0;
      if (source >= row && !inputs.isError[source]) return false;
    }
  }
  return true;
}

// src/model/filter.ts
var NO_FILTER = {
  layers: null,
  token: null,
  kinds: [],
  sign: null,
  of: "target",
  densest: null,
  hide: false
};
function isActive({ layers, token, kinds, sign, densest }) {
  return layers !== null || token !== null || kinds.length > 0 || sign !== null || densest !== null;
}
function passing(graph, filter, selected) {
  const { layers, token, densest } = filter;
  const effect = filter.sign === null ? null : effectOf(graph, filter, selected);
  if (!isActive(filter) || filter.sign !== null && effect === null && !isActive({ ...filter, sign: null }))
    return null;
  const kinds = filter.kinds.map((kind) => Kind[kind]);
  const passes = new Uint8Array(graph.size).fill(1);
  for (let row = 0; row < graph.size; row++) {
    const layer = graph.layer[row] ?? 0;
    if (layers && (layer < layers[0] || layer > layers[1])) passes[row] = 0;
    if (token !== null && graph.position[row] !== token) passes[row] = 0;
    if (kinds.length > 0 && !kinds.includes(graph.kind[row])) passes[row] = 0;
    if (densest !== null && (graph.density[row] ?? Number.NaN) > densest * (1 + 1e-6)) passes[row] = 0;
    if (effect && Math.sign(effect[row] ?? 0) !== (filter.sign === "+" ? 1 : -1)) passes[row] = 0;
  }
  return passes;
}
function effectOf(graph, { of }, selected) {
  const start = new Float64Array(graph.size);
  if (of === "selected") {
    if (selected === null) return null;
    start[selected] = 1;
  } else {
    if (graph.effect.some(Number.isFinite)) return graph.effect;
    for (let row = 0; row < graph.size; row++)
      if (graph.kind[row] === Kind.target) start[row] = graph.influence[row] ?? 0;
  }
  return signedInfluence(graph, start);
}
function hideRest(graph, visible2, passes, { kinds }, always) {
  const stay = new Set(always);
  const tokens = kinds.length === 0 || kinds.includes("token");
  const node = visible2.node.map((shown, row) => {
    const kind = graph.kind[row];
    const fixed = kind === Kind.target || tokens && kind === Kind.token || stay.has(row);
    return shown && (fixed || passes[row]) ? 1 : 0;
  });
  return {
    ...visible2,
    node,
    nodes: node.reduce((sum2, shown) => sum2 + shown, 0),
    edges: visible2.edges.filter((edge) => node[graph.source[edge] ?? 0] && node[graph.target[edge] ?? 0])
  };
}

// src/model/prune.ts
var EDGE_SHARE = 0.98;
var known = /* @__PURE__ */ new WeakMap();
function prune(graph, share, always = []) {
  const ranking = rankingOf(graph);
  const node = ranking.always.slice();
  for (const row of always) if (row >= 0 && row < graph.size) node[row] = 1;
  const count = countUntil(ranking.sums, share);
  for (let at = 0; at < count; at++) node[ranking.rows[at] ?? 0] = 1;
  let nodes2 = 0;
  for (let row = 0; row < node.length; row++) nodes2 += node[row] ?? 0;
  return { node, nodes: nodes2, edges: pruneEdges(graph, node, share, ranking.edges), prunable: ranking.rows.length };
}
function rankingOf(graph) {
  const ranking = known.get(graph) ?? rank(graph);
  known.set(graph, ranking);
  return ranking;
}
function rank(graph) {
  const always = graph.kind.map((kind) => kind === Kind.token || kind === Kind.target ? 1 : 0);
  const rows2 = graph.strongest.filter((row) => always[row] === 0);
  const sums = new Float64Array(rows2.length);
  let sum2 = 0;
  for (const [at, row] of rows2.entries()) {
    sum2 += graph.influence[row] ?? 0;
    sums[at] = sum2;
  }
  return { rows: rows2, sums, always, edges: new Uint32Array(graph.source.length) };
}
function countUntil(sums, share) {
  if (share >= 1 || sums.length === 0) return sums.length;
  if (share <= 0) return 0;
  const goal = share * (sums[sums.length - 1] ?? 0);
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = low + high >> 1;
    if ((sums[middle] ?? 0) >= goal) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}
function pruneEdges(graph, node, share, room) {
  const { ranked, source, target, score } = graph;
  let count = 0;
  let total = 0;
  for (let at = 0; at < ranked.length; at++) {
    const edge = ranked[at] ?? 0;
    if (node[source[edge] ?? 0] !== 1 || node[target[edge] ?? 0] !== 1) continue;
    room[count++] = edge;
    total += score[edge] ?? 0;
  }
  if (share < 1) count = cut(room, count, score, EDGE_SHARE * total);
  return room.slice(0, count).reverse();
}
function cut(edges, count, score, goal) {
  let sum2 = 0;
  for (let at = 0; at < count; at++) {
    sum2 += score[edges[at] ?? 0] ?? 0;
    if (sum2 >= goal) return at + 1;
  }
  return count;
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
    places: {},
    flow: "across",
    marked: null,
    proposal: null,
    filter: NO_FILTER,
    linkType: "all",
    share: 0.8,
    edits: [],
    frozen: false,
    effect: null,
    afterEdit: "both",
    attention: CLOSED,
    report: null,
    reportOpen: false,
    checking: false,
    cards: /* @__PURE__ */ new Map(),
    failure: null,
    busy: "",
    waiting: "",
    progress: null,
    running: 0,
    gone: null,
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
    ["graph", "share", "pinned", "selected", "edits", "filter"],
    ({ graph, share, pinned, selected, edits, filter }) => {
      if (!graph) return store.set({ visible: null });
      if (graph !== shown) store.set({ visible: null });
      shown = graph;
      const always = [...rows(graph, pinned), ...edits.flatMap((edit) => editedRows(graph, edit))];
      if (selected !== null) always.push(selected);
      const passes = filter.hide ? passing(graph, filter, selected) : null;
      const kept = prune(graph, share, always);
      const visible2 = passes ? hideRest(graph, kept, passes, filter, always) : kept;
      if (!store.get().visible || !sameNodes(store.get().visible, visible2)) store.set({ visible: visible2 });
    }
  );
  let last = [];
  store.watch(["graph", "query", "filter", "selected"], ({ graph, query, filter, selected }) => {
    const asked = [graph, query, filter, filter.of === "selected" ? selected : null];
    if (asked.every((part2, at) => part2 === last[at])) return;
    last = asked;
    store.set({ matches: graph && matching(graph, query, passing(graph, filter, selected)) });
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
function matching(graph, query, passes) {
  if (query.trim() === "" && passes === null) return null;
  return search(graph, query).filter((row) => passes?.[row] !== 0);
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
function announce(graph, node) {
  const value = graph.value[node] ?? Number.NaN;
  const effect = effectText(graph, node);
  const facts = [
    `${nodeName(graph, node)}, ${kindName(graph, node)}`,
    place(graph, node),
    Number.isFinite(value) ? `${valueName(graph, node)} ${valueText(graph, value)}` : "",
    graph.kind[node] === Kind.target ? "" : `influence ${percent(influenceShare(graph, node))}`,
    effect ? `total effect ${effect}` : ""
  ];
  return facts.filter(Boolean).join(", ");
}

// src/panels/glyph.ts
function glyph(ui, kind) {
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
    case "attention":
      return s(ui, "path", { d: "M-6 0Q0 -7 6 0Q0 7 -6 0Z", class: "saec-glyph-open" });
    case "skip":
      return s(ui, "path", { d: "M-4 5C-4 -6 4 -6 4 5", class: "saec-glyph-open" });
    default:
      return s(ui, "circle", { r: 5, class: "saec-glyph-full" });
  }
}

// src/comparison/list.ts
var TITLES = { lost: "Only in A", shared: "In both", gained: "Only in B" };
var SHOWN = 40;
function nodeLists(ui, rows2, graphs, on) {
  const most = Math.max(1e-12, ...rows2.flatMap(({ before, after }) => [before, after]));
  const buttons = /* @__PURE__ */ new Map();
  const column = (status) => {
    const mine = rows2.filter((row) => row.status === status);
    const list = h(ui, "div", { class: "saec-compared-rows" });
    let shown = 0;
    const more = h(ui, "button", { class: "saec-more", on: { click: () => show() } });
    const show = () => {
      for (const row of mine.slice(shown, shown + SHOWN)) {
        const button = nodeButton(ui, row, graphs[status], most, on);
        buttons.set(row.node, button);
        list.append(button);
      }
      shown = Math.min(mine.length, shown + SHOWN);
      more.textContent = `${mine.length - shown} more`;
      more.hidden = shown === mine.length;
    };
    show();
    const title = h(ui, "h4", { class: "saec-subtitle", text: TITLES[status] });
    const count = h(ui, "span", { class: "saec-caption", text: String(mine.length) });
    const none = mine.length === 0 && h(ui, "p", { class: "saec-hint", text: "No node." });
    const head = h(ui, "div", { class: "saec-panel-head" }, title, count);
    return h(
      ui,
      "section",
      { class: "saec-compared-list", attrs: { "aria-label": TITLES[status] } },
      head,
      list,
      none,
      more
    );
  };
  const element = h(
    ui,
    "div",
    { class: "saec-compared-lists" },
    column("lost"),
    column("shared"),
    column("gained")
  );
  return {
    element,
    mark(id) {
      for (const [node, button] of buttons) setMark(button, node === id);
    }
  };
}
function setMark(button, on) {
  button.classList.toggle("saec-on", on);
  button.setAttribute("aria-pressed", String(on));
}
function nodeButton(ui, row, graph, most, on) {
  const at = graph.rowOf.get(row.node);
  const name = at === void 0 ? row.node : nodeName(graph, at);
  const where = at === void 0 ? "" : `${layerName(graph, at)}, ${tokenAt(graph, at)}`;
  const change2 = row.after - row.before;
  const text2 = row.status === "shared" ? `${signed(100 * change2)} %` : percent(row.before + row.after);
  const title = `${name} · ${where} · influence ${percent(row.before)} in A, ${percent(row.after)} in B`;
  const bars = h(
    ui,
    "span",
    { class: "saec-compared-bars" },
    bar(ui, row.before / most, "a"),
    bar(ui, row.after / most, "b")
  );
  return h(
    ui,
    "button",
    {
      class: "saec-row saec-compared-row",
      title,
      attrs: { "aria-label": title, "aria-pressed": "false" },
      on: {
        click: () => on.select(row.node),
        pointerenter: () => on.hover(row.node),
        pointerleave: () => on.hover(null),
        focus: () => on.hover(row.node),
        blur: () => on.hover(null)
      }
    },
    at !== void 0 && glyph(ui, graph.kind[at] ?? 0),
    h(ui, "span", { class: "saec-row-name" }, h(ui, "bdi", { text: name })),
    h(ui, "span", { class: "saec-row-place", text: where }),
    bars,
    h(ui, "span", { class: "saec-number", text: text2 })
  );
}
function bar(ui, share, which) {
  const element = h(ui, "span", { class: `saec-compared-bar saec-compared-${which}` });
  element.style.width = `${(100 * Math.min(1, share)).toFixed(1)}%`;
  return element;
}

// src/predicted/compare.ts
var LEAST = 0.02;
function changeOf(graph, effect, node) {
  const measured = (effect.nodeValue[node] ?? Number.NaN) - (graph.value[node] ?? Number.NaN);
  return { predicted: effect.predicted[node] ?? Number.NaN, measured };
}
var known2 = /* @__PURE__ */ new WeakMap();
function relativeChanges(graph, effect) {
  const before = known2.get(effect);
  if (before?.graph === graph) return before.relative;
  const edited = rowsOfEdits(graph, effect);
  const relative = {
    predicted: new Float32Array(graph.size),
    measured: new Float32Array(graph.size),
    edited,
    said: false
  };
  for (let node = 0; node < graph.size; node++) {
    const { predicted, measured } = changeOf(graph, effect, node);
    const value = graph.value[node] ?? Number.NaN;
    const size = Math.max(1e-9, finite(value), finite(value + measured), finite(value + predicted));
    relative.predicted[node] = part(predicted, size);
    relative.measured[node] = part(measured, size);
    relative.said ||= effect.edits.length > 0 && Number.isFinite(predicted) && !edited.has(node);
  }
  known2.set(effect, { graph, relative });
  return relative;
}
var finite = (value) => Number.isFinite(value) ? Math.abs(value) : 0;
function part(change2, size) {
  const share = change2 / size;
  return Math.abs(change2) >= 1e-5 && Math.abs(share) >= LEAST ? Math.max(-1, Math.min(1, share)) : 0;
}
function rowsOfEdits(graph, { edits }) {
  return new Set(edits.flatMap((edit) => editedRows(graph, edit)));
}

// src/predicted/facts.ts
function changeText(graph, effect, node) {
  const change2 = known3(graph, effect, node);
  return change2 ? `predicted ${signed(change2.predicted)}, measured ${signed(change2.measured)}` : "";
}
function known3(graph, effect, node) {
  if (effect === null || effect.edits.length === 0) return null;
  const { predicted, measured, edited } = relativeChanges(graph, effect);
  if (edited.has(node) || !predicted[node] && !measured[node]) return null;
  const change2 = changeOf(graph, effect, node);
  return Number.isFinite(change2.predicted) && Number.isFinite(change2.measured) ? change2 : null;
}

// src/panels/tooltip.ts
var WIDTH = 240;
function createTooltip(ui) {
  const element = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown = "";
  return {
    element,
    show(drawing, { effect }) {
      const node = drawing?.hovered ?? null;
      element.hidden = node === null;
      if (!drawing || node === null) return;
      const { at, graph } = drawing;
      const after = effect?.nodeValue[node] ?? Number.NaN;
      const key = `${node} ${graph.id[node]} ${after}`;
      if (key !== shown)
        element.replaceChildren(...content(ui, drawing, node, after), ...change(ui, drawing, node));
      shown = key;
      const x = at.x[node] ?? 0;
      const y = at.y[node] ?? 0;
      const left = x + 16 + WIDTH > at.width ? x - 16 - WIDTH : x + 16;
      element.style.left = `${Math.max(4, left)}px`;
      element.classList.toggle("saec-tooltip-left", left < x);
      element.style.top = `${Math.max(4, Math.min(at.height - 84, y - 20))}px`;
    }
  };
}
function change(ui, { graph, effect }, node) {
  const text2 = changeText(graph, effect, node);
  return text2 === "" ? [] : [h(ui, "div", { class: "saec-tooltip-place", text: text2 })];
}
function content(ui, { graph }, node, after) {
  const value = graph.value[node] ?? Number.NaN;
  const moved = hasMoved(value, after) ? ` → ${format(after)}` : "";
  const facts = Number.isFinite(value) ? [`${valueName(graph, node)} ${valueText(graph, value)}${moved}`] : [];
  if (graph.kind[node] !== Kind.target) facts.push(`influence ${percent(influenceShare(graph, node))}`);
  const effect = effectText(graph, node);
  if (effect) facts.push(`total effect ${effect}`);
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: nodeName(graph, node) }),
    h(ui, "div", { class: "saec-tooltip-place", text: `${kindName(graph, node)} · ${place(graph, node)}` }),
    h(ui, "div", { text: facts.join(" · ") })
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
  for (const element of [doc.body, doc.documentElement]) {
    const { classList, dataset } = element;
    const said = dataset.theme ?? "";
    if (classList.contains("vscode-dark") || classList.contains("dark") || said.includes("dark")) return true;
    if (classList.contains("vscode-light") || classList.contains("light") || said.includes("light"))
      return false;
  }
  return preferred;
}

// src/graph/cells.ts
var known4 = /* @__PURE__ */ new WeakMap();
function cellOf(graph, columns) {
  let cells = known4.get(graph);
  if (!cells) {
    cells = new Uint32Array(graph.size);
    for (let node = 0; node < graph.size; node++) {
      cells[node] = rowIndex(graph, node) * columns + Math.min(graph.position[node] ?? 0, columns - 1);
    }
    known4.set(graph, cells);
  }
  return cells;
}
function rowIndex(graph, node) {
  return Math.min(Math.max((graph.layer[node] ?? 0) + 1, 0), graph.meta.n_layers + 1);
}
function collectCells(graph, visible2) {
  const columns = Math.max(1, graph.meta.tokens.length);
  const cells = cellOf(graph, columns);
  const count = (graph.meta.n_layers + 2) * columns;
  const isBias = (node) => graph.kind[node] === Kind.bias;
  const [nodes2, start] = group(cells, count, (node) => visible2.node[node] === 1 && !isBias(node));
  const [biases, biasStart] = group(cells, count, (node) => visible2.node[node] === 1 && isBias(node));
  return { columns, nodes: nodes2, start, biases, biasStart };
}
function group(cells, count, has) {
  const start = new Uint32Array(count + 1);
  for (let node = 0; node < cells.length; node++) {
    if (!has(node)) continue;
    const cell = (cells[node] ?? 0) + 1;
    start[cell] = (start[cell] ?? 0) + 1;
  }
  for (let cell = 0; cell < count; cell++) start[cell + 1] = (start[cell + 1] ?? 0) + (start[cell] ?? 0);
  const nodes2 = new Uint32Array(start[count] ?? 0);
  const next = start.slice();
  for (let node = 0; node < cells.length; node++) {
    if (!has(node)) continue;
    const at = next[cells[node] ?? 0] ?? 0;
    nodes2[at] = node;
    next[cells[node] ?? 0] = at + 1;
  }
  return [nodes2, start];
}
function sortCells(graph, { nodes: nodes2, start }, wish) {
  const leads = (node) => graph.kind[node] === Kind.token || graph.kind[node] === Kind.target;
  const compare = (a, b) => {
    if (leads(a) !== leads(b)) return leads(a) ? -1 : 1;
    return (leads(a) ? 0 : (wish[a] ?? 0) - (wish[b] ?? 0)) || a - b;
  };
  for (let cell = 0; cell + 1 < start.length; cell++) {
    const [from, to] = [start[cell] ?? 0, start[cell + 1] ?? 0];
    if (to - from < 2) continue;
    if (to - from <= SMALL) insertionSort(nodes2, from, to, compare);
    else nodes2.subarray(from, to).sort(compare);
  }
}
var SMALL = 40;
function insertionSort(rows2, from, to, compare) {
  for (let at = from + 1; at < to; at++) {
    const row = rows2[at] ?? 0;
    let hole = at;
    while (hole > from && compare(rows2[hole - 1] ?? 0, row) > 0) {
      rows2[hole] = rows2[hole - 1] ?? 0;
      hole--;
    }
    rows2[hole] = row;
  }
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
var CROWDED = 8;
var SWEEPS = 6;
var WIDE = 76;
var SCROLL = 16;
function layout(graph, visible2, size, measure, { wide = false, like = null } = {}) {
  const cells = collectCells(graph, visible2);
  const targets = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.target);
  const labels = graph.meta.tokens.map((token) => shorten(showToken(token), 16));
  const widths = labels.map((label) => measure(label, LABEL_SIZE));
  const plotWidth = size.width - LEFT - RIGHT;
  const fieldWidth = wide ? Math.max(plotWidth, labels.length * WIDE) : plotWidth;
  const room = fieldWidth / Math.max(1, labels.length) * 1.1;
  const slanted = Math.max(0, ...widths) > room;
  const bottom = slanted ? 19 + Math.sin(SLANT * Math.PI / 180) * Math.max(...widths) : 26;
  const plot = { x: LEFT, y: targetHeight(graph, targets, measure), width: plotWidth, height: 0 };
  plot.height = Math.max(120, size.height - plot.y - bottom - (fieldWidth > plotWidth ? SCROLL : 0));
  const field = { ...plot, width: fieldWidth };
  const rows2 = makeRows(graph, plot);
  const floor = slanted ? 18 : 0;
  const least = labels.map((_, position) => slanted ? floor : (widths[position] ?? 0) + 12);
  const { columns, spacing, lines } = makeColumns(cells, field, rows2, least);
  const result = {
    ...size,
    plot,
    field,
    rows: rows2,
    columns,
    x: new Float32Array(graph.size).fill(Number.NaN),
    y: new Float32Array(graph.size).fill(Number.NaN),
    wish: like ? like.wish.slice() : new Float64Array(graph.size),
    radius: radius(rows2, spacing, lines),
    targets,
    labels,
    slanted
  };
  if (like) {
    welcome(graph, visible2, like, result);
    sortCells(graph, cells, result.wish);
    place2(cells, result, spacing, lines);
    return result;
  }
  place2(cells, result, spacing, lines);
  const sums = { total: new Float64Array(graph.size), weight: new Float64Array(graph.size) };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    wishes(graph, visible2, result, sums);
    sortCells(graph, cells, result.wish);
    place2(cells, result, spacing, lines);
  }
  return result;
}
function targetLabel(graph, node, length) {
  const chance = graph.probability[node] ?? Number.NaN;
  const number = Number.isNaN(chance) ? format(graph.value[node] ?? Number.NaN) : percent(chance);
  return `${shorten(showToken(graph.label[node] ?? ""), length)}  ${number}`;
}
function targetHeight(graph, targets, measure) {
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
function makeColumns({ columns: count, start }, field, rows2, least) {
  const most = rows2.map((row) => Math.max(1, Math.floor((row.height - 4) / 16)));
  let lines = rows2.map(() => 1);
  let needs = [];
  for (let limit2 = 1; limit2 <= Math.max(...most); limit2++) {
    lines = most.map((lineCount) => Math.min(lineCount, limit2));
    needs = new Array(count).fill(1);
    for (let cell = 0; cell + 1 < start.length; cell++) {
      const nodes2 = (start[cell + 1] ?? 0) - (start[cell] ?? 0);
      const across = Math.ceil(nodes2 / (lines[Math.floor(cell / count)] ?? 1));
      needs[cell % count] = Math.max(needs[cell % count] ?? 1, across);
    }
    if (sum(needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0))) <= field.width) break;
  }
  const wanted = needs.map((need, column) => Math.max(need * GAP, least[column] ?? 0) + 4);
  const spare = Math.max(0, field.width - sum(wanted));
  const scale = Math.min(1, field.width / sum(wanted));
  const widths = wanted.map((width) => width * scale + spare * (0.2 / count + 0.8 * width / sum(wanted)));
  const spacing = Math.min(26, ...needs.map((need, column) => ((widths[column] ?? 0) - 6) / need));
  let left = field.x;
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
  const crowded = spacing < CROWDED;
  const { nodes: nodes2, start, biases, biasStart } = cells;
  for (let cell = 0; cell + 1 < start.length; cell++) {
    const row = Math.floor(cell / cells.columns);
    const { mid, height } = rows2[row] ?? { mid: 0, height: 0 };
    const { mid: middle, width } = columns[cell % cells.columns] ?? { mid: 0, width: 0 };
    const firstBias = biasStart[cell] ?? 0;
    for (let at = firstBias; at < (biasStart[cell + 1] ?? 0); at++) {
      const node = biases[at] ?? 0;
      x[node] = middle - width / 2 + Math.min(9, width / 4) + (at - firstBias) * spacing;
      y[node] = row === 0 ? mid : mid + height * 0.4;
    }
    const first = start[cell] ?? 0;
    const count = (start[cell + 1] ?? 0) - first;
    const high = Math.max(1, Math.min(lines[row] ?? 1, count));
    const wide = Math.ceil(count / high);
    const step2 = high === 1 ? 0 : Math.min(20, (height - 8) / high);
    const most = crowded ? row === rows2.length - 1 ? GAP : CROWDED : spacing;
    const apart = Math.max(spacing, Math.min(most, (width - 8) / wide));
    const aside = count === 1 && row > 0 && row < rows2.length - 1 ? (row % 3 - 1) * 7 : 0;
    for (let index = 0; index < count; index++) {
      const node = nodes2[first + index] ?? 0;
      const down = index % high;
      const stagger = high > 1 && down % 2 === 1 ? apart * 0.25 : 0;
      x[node] = middle + (Math.floor(index / high) - (wide - 1) / 2) * apart + stagger + aside;
      y[node] = mid + (down - (high - 1) / 2) * step2;
    }
  }
}
function wishes(graph, visible2, { x, wish }, { total, weight }) {
  total.fill(0);
  weight.fill(0);
  const { source: from, target: to, share: shares } = graph;
  for (const edge of visible2.edges) {
    const source = from[edge] ?? 0;
    const target = to[edge] ?? 0;
    const share = Math.abs(shares[edge] ?? 0);
    total[source] = (total[source] ?? 0) + share * (x[target] ?? 0);
    weight[source] = (weight[source] ?? 0) + share;
    total[target] = (total[target] ?? 0) + share * (x[source] ?? 0);
    weight[target] = (weight[target] ?? 0) + share;
  }
  for (let node = 0; node < graph.size; node++) {
    wish[node] = weight[node] ? (total[node] ?? 0) / (weight[node] ?? 1) : x[node] ?? 0;
  }
}
function welcome(graph, visible2, like, { wish, columns }) {
  for (let node = 0; node < graph.size; node++) {
    if (visible2.node[node] !== 1 || !Number.isNaN(like.x[node])) continue;
    let [total, weight] = [0, 0];
    for (const [side, ends] of [
      [graph.inputs, graph.source],
      [graph.outputs, graph.target]
    ]) {
      for (const edge of edgesOf(side, node)) {
        const x = like.x[ends[edge] ?? 0] ?? Number.NaN;
        if (Number.isNaN(x)) continue;
        total += Math.abs(graph.share[edge] ?? 0) * x;
        weight += Math.abs(graph.share[edge] ?? 0);
      }
    }
    wish[node] = weight > 0 ? total / weight : columns[graph.position[node] ?? 0]?.mid ?? 0;
  }
}

// src/graph/view.ts
var NO_ZOOM = { k: 1, x: 0, y: 0 };
var MOST = 12;
var sameZoom = (a, b) => a.k === b.k && a.x === b.x && a.y === b.y;
function limit(zoom, plot, field = plot) {
  const k = Math.min(MOST, Math.max(1, zoom.k));
  const x = Math.max(plot.x + plot.width - (field.x + field.width) * k, zoom.x);
  const y = Math.max(plot.y + plot.height - (field.y + field.height) * k, zoom.y);
  return { k, x: Math.min(plot.x - field.x * k, x), y: Math.min(plot.y - field.y * k, y) };
}
function zoomAt(zoom, factor, at, plot, field = plot) {
  const k = Math.min(MOST, Math.max(1, zoom.k * factor));
  const by = k / zoom.k;
  return limit({ k, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, plot, field);
}
function applyZoom(layout2, zoom) {
  if (sameZoom(zoom, NO_ZOOM)) return layout2;
  const { k, x, y } = zoom;
  const { field } = layout2;
  return {
    ...layout2,
    field: { x: field.x * k + x, y: field.y * k + y, width: field.width * k, height: field.height * k },
    x: layout2.x.map((value) => value * k + x),
    y: layout2.y.map((value) => value * k + y),
    rows: layout2.rows.map((row) => ({ ...row, mid: row.mid * k + y, height: row.height * k })),
    columns: layout2.columns.map((column) => ({ mid: column.mid * k + x, width: column.width * k })),
    radius: Math.min(layout2.radius * Math.sqrt(k), 14)
  };
}
function reveal(zoom, at, plot, field = plot) {
  const margin = 40;
  const shift = (value, from, length) => Math.max(from + margin - value, 0) + Math.min(from + length - margin - value, 0);
  if (zoom.k === 1 && field.width <= plot.width) return zoom;
  const x = at.x * zoom.k + zoom.x;
  const y = at.y * zoom.k + zoom.y;
  const moved = {
    k: zoom.k,
    x: zoom.x + shift(x, plot.x, plot.width),
    y: zoom.y + shift(y, plot.y, plot.height)
  };
  return limit(moved, plot, field);
}

// src/graph/camera.ts
function createCamera(start, moved) {
  let size = start;
  let zoom = NO_ZOOM;
  let wide = false;
  let base = null;
  let owner = null;
  let seen = null;
  function set(next) {
    if (sameZoom(next, zoom)) return;
    zoom = next;
    moved();
  }
  return {
    base: () => base,
    seen() {
      if (!base) return null;
      if (seen?.base !== base || seen.zoom !== zoom) seen = { base, zoom, layout: applyZoom(base, zoom) };
      return seen.layout;
    },
    zoom: () => zoom,
    size: () => size,
    resize(next) {
      if (next.width === size.width && next.height === size.height) return false;
      size = next;
      return true;
    },
    arrange(graph, visible2, measure, keep) {
      const like = keep && graph === owner ? base : null;
      owner = graph;
      base = graph && visible2 ? layout(graph, visible2, size, measure, { wide, like }) : null;
      if (base) zoom = limit(zoom, base.plot, base.field);
    },
    wide: () => wide,
    setWide(next) {
      wide = next;
    },
    pan(dx, dy) {
      if (base) set(limit({ k: zoom.k, x: zoom.x + dx, y: zoom.y + dy }, base.plot, base.field));
    },
    zoomAt(factor, at = { x: size.width / 2, y: size.height / 2 }) {
      if (base) set(zoomAt(zoom, factor, at, base.plot, base.field));
    },
    reset: () => set(NO_ZOOM),
    reveal(node) {
      const at = { x: base?.x[node] ?? Number.NaN, y: base?.y[node] ?? Number.NaN };
      if (base && !Number.isNaN(at.x)) set(reveal(zoom, at, base.plot, base.field));
    }
  };
}

// src/graph/shapes.ts
function bend({ y1, y2 }) {
  return (y2 - y1) * BEND;
}
var BEND = 0.42;
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
      outline(context, shape2.stroke, shape2.width, shape2.dashed);
      return;
    }
    case "circle":
      context.beginPath();
      context.arc(shape2.x, shape2.y, shape2.r, 0, 2 * Math.PI);
      fill(context, shape2.fill);
      outline(context, shape2.stroke, shape2.width, shape2.dashed ?? false);
      return;
    case "polygon":
      context.beginPath();
      for (let i = 0; i < shape2.points.length; i += 2) {
        context.lineTo(shape2.points[i] ?? 0, shape2.points[i + 1] ?? 0);
      }
      if (shape2.closed) context.closePath();
      fill(context, shape2.fill);
      outline(context, shape2.stroke, shape2.width, false);
      return;
    case "box":
      context.beginPath();
      context.roundRect(shape2.x, shape2.y, shape2.width, shape2.height, shape2.radius);
      fill(context, shape2.fill);
      outline(context, shape2.stroke, shape2.line, false);
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
function outline(context, colour, width, dashed) {
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
function openCanvas(canvas, size, density2) {
  const width = Math.round(size.width * density2);
  const height = Math.round(size.height * density2);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(density2, 0, 0, density2, 0, 0);
  context?.clearRect(0, 0, size.width, size.height);
  return context;
}
function createMeasure(doc, font) {
  const context = doc.createElement("canvas").getContext("2d");
  const known6 = /* @__PURE__ */ new Map();
  return (text2, size) => {
    const key = `${size} ${font()} ${text2}`;
    let width = known6.get(key);
    if (width === void 0) {
      if (context) context.font = `${size}px ${font()}`;
      width = context?.measureText(text2)?.width ?? text2.length * size * 0.55;
      known6.set(key, width);
    }
    return width;
  };
}

// src/graph/density.ts
function followDensity(ui, changed) {
  const view = ui.doc.defaultView;
  let asked = new AbortController();
  function watch() {
    asked.abort();
    if (ui.signal.aborted) return;
    asked = new AbortController();
    const query = view?.matchMedia?.(`(resolution: ${view.devicePixelRatio}dppx)`);
    query?.addEventListener?.("change", note, { signal: asked.signal });
  }
  function note() {
    changed();
    watch();
  }
  ui.signal.addEventListener("abort", () => asked.abort(), { once: true });
  watch();
}

// src/graph/pinned_links.ts
function pinnedLinks(graph, visible2, pinned, type) {
  if (type === "all") return [];
  const { source, target } = graph;
  const found = /* @__PURE__ */ new Set();
  for (const node of pinned) {
    if (type !== "output") for (const edge of edgesOf(graph.inputs, node)) found.add(edge);
    if (type === "output" || type === "either")
      for (const edge of edgesOf(graph.outputs, node)) found.add(edge);
  }
  return [...found].filter((edge) => visible2.node[source[edge] ?? 0] === 1 && visible2.node[target[edge] ?? 0] === 1).filter((edge) => type !== "both" || pinned.has(source[edge] ?? -1)).sort((a, b) => Math.abs(graph.share[a] ?? 0) - Math.abs(graph.share[b] ?? 0) || a - b);
}

// src/graph/drawing.ts
var pinSets = perGraph((graph, pins) => new Set(rows(graph, pins)));
var matchSets = perGraph((_, found) => new Set(found));
var editMaps = perGraph(
  (graph, edits) => new Map(edits.flatMap((edit) => editedRows(graph, edit).map((row) => [row, edit])))
);
var NOTHING = /* @__PURE__ */ new Map();
function prepare(input) {
  const { graph, visible: visible2, at, linkType = "all" } = input;
  const active = input.hovered ?? input.selected;
  const peak = strongestInfluence(graph);
  const pinned = pinSets(graph, input.pins);
  return {
    ...input,
    active,
    pinned,
    pinnedLinks: active === null && pinned.size > 0 ? pinnedLinks(graph, visible2, pinned, linkType) : [],
    edited: editMaps(graph, input.edits),
    matches: input.found && matchSets(graph, input.found),
    lit: active === null ? NOTHING : litNeighbours(graph, visible2, active),
    radius: (node) => nodeRadius(graph, node, at.radius, peak)
  };
}
function perGraph(make) {
  const known6 = /* @__PURE__ */ new WeakMap();
  return (graph, key) => {
    const found = known6.get(key);
    if (found?.graph === graph) return found.value;
    const value = make(graph, key);
    known6.set(key, { graph, value });
    return value;
  };
}
function strongestInfluence(graph) {
  const node = graph.strongest.find((row) => graph.kind[row] !== Kind.target);
  return Math.max(1e-12, graph.influence[node ?? -1] ?? 0);
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
function occurrences({ graph, visible: visible2 }, node) {
  const dictionary = graph.dictionary[node] ?? -1;
  const feature = graph.feature[node] ?? -1;
  if (dictionary < 0 || feature < 0) return [];
  const found = [];
  for (let other = 0; other < graph.size; other++) {
    const same = graph.feature[other] === feature && graph.dictionary[other] === dictionary;
    if (same && other !== node && visible2.node[other] === 1) found.push(other);
  }
  return found;
}

// src/graph/zoom_buttons.ts
function zoomButtons(ui, zoomBy, reset, ...more) {
  const element = h(
    ui,
    "div",
    { class: "saec-zoom", attrs: { role: "group", "aria-label": "Zoom" } },
    cornerButton(ui, "+", "Zoom in", () => zoomBy(1.4)),
    cornerButton(ui, "−", "Zoom out", () => zoomBy(1 / 1.4)),
    cornerButton(ui, "⤢", "Show all", reset),
    ...more
  );
  keepFromStage(element);
  return element;
}
function cornerButton(ui, text2, title, run) {
  const attrs = { "aria-label": title };
  return h(ui, "button", { class: "saec-button saec-button-small", text: text2, title, attrs, on: { click: run } });
}
function keepFromStage(element) {
  for (const event of ["pointerdown", "pointermove", "click", "dblclick", "keydown"]) {
    element.addEventListener(event, (happened) => happened.stopPropagation());
  }
}

// src/graph/full_screen.ts
var NAME = "saec-on-screen";
var ICON = {
  viewBox: "0 0 12 12",
  width: 11,
  height: 11,
  fill: "none",
  stroke: "currentColor",
  "stroke-width": 1.5,
  "aria-hidden": "true"
};
function createFullScreen(ui, root) {
  const on = () => root.classList.contains(NAME);
  const button = cornerButton(ui, "", "Full screen", () => {
    if (on()) void ui.doc.exitFullscreen().catch(() => {
    });
    else void root.requestFullscreen().catch(() => {
    });
  });
  button.classList.add("saec-full");
  button.append(s(ui, "svg", ICON, s(ui, "path", { d: "M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8" })));
  button.hidden = !ui.doc.fullscreenEnabled;
  function follow() {
    const tree = root.getRootNode();
    const now = tree.fullscreenElement === root;
    root.classList.toggle(NAME, now);
    button.setAttribute("aria-pressed", String(now));
    button.title = now ? "Leave the full screen (Escape)" : "Full screen";
  }
  root.addEventListener("fullscreenchange", follow, { signal: ui.signal });
  button.setAttribute("aria-pressed", "false");
  return { button, on };
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

// src/graph/marks/links.ts
var MANY_LINKS = 2500;
var FAINT = 0.15;
function inksOf(graph, { edges }, density2 = 1) {
  const root = Math.sqrt(Math.max(1, edges.length));
  return {
    most: Math.max(1e-12, graph.score[edges[edges.length - 1] ?? 0] ?? 0),
    crowd: Math.min(1, 12 / root),
    // Below 0.025 a screen of 256 steps has no colour left.
    least: Math.max(0.025, 0.08 * Math.min(1, Math.sqrt(MANY_LINKS) / root)),
    many: edges.length > MANY_LINKS,
    hair: 1 / density2
  };
}
var isFaint = ({ many }, alpha) => many && alpha < FAINT;
function linkAlpha({ most, crowd, least }, score) {
  const strength = Math.sqrt(score / most);
  return Math.min(0.9, least + crowd * 0.35 * strength + 0.55 * strength * strength);
}
function linkWidth(share, zoom) {
  return (0.5 + 4 * Math.sqrt(Math.abs(share)) ** 1.2) * zoom ** 0.35;
}
function links(drawing) {
  const { graph, visible: visible2 } = drawing;
  const inks = inksOf(graph, visible2);
  return Array.from(visible2.edges, (edge) => {
    const alpha = linkAlpha(inks, graph.score[edge] ?? 0);
    const full = link(drawing, edge, alpha);
    if (!isFaint(inks, alpha)) return full;
    return { ...full, width: Math.min(full.width, inks.hair), dashed: false };
  });
}
var MANY_LIT = 300;
function focusLinks(drawing) {
  const { graph } = drawing;
  const edges = focusEdges(drawing);
  return edges.map((edge, at) => {
    const alpha = Math.min(0.95, 0.25 + 1.6 * Math.sqrt(Math.abs(graph.share[edge] ?? 0)));
    const full = link(drawing, edge, alpha);
    return edges.length - at <= MANY_LIT ? full : { ...full, width: Math.min(full.width, 1), dashed: false };
  });
}
function focusEdges({ graph, visible: visible2, active, pinnedLinks: pinnedLinks2 }) {
  if (active === null) return pinnedLinks2;
  const edges = [...edgesOf(graph.inputs, active), ...edgesOf(graph.outputs, active)];
  return edges.filter((edge) => visible2.node[graph.source[edge] ?? 0] && visible2.node[graph.target[edge] ?? 0]).sort((a, b) => Math.abs(graph.share[a] ?? 0) - Math.abs(graph.share[b] ?? 0));
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
    width: linkWidth(share, zoom),
    dashed: share < 0,
    alpha
  };
}

// src/graph/link_painter.ts
var FIRST = 1500;
var SECOND = 8e3;
var BATCH = 32;
var WIDE2 = 4;
var DASHED = 4;
var SOLID = [];
function createLinkPainter(doc, calm) {
  const spare = doc.createElement("canvas");
  let job = null;
  function begin(context, drawing, inks) {
    const count = drawing.visible.edges.length;
    const sheet = sheetLike(spare, context);
    if (!sheet) return;
    const stages = calm() || count < 2 * SECOND ? [count] : [SECOND, count];
    job = { context, sheet, drawing, inks, stages, next: count - (stages[0] ?? 0) };
  }
  function end() {
    job = null;
    spare.width = 0;
  }
  return {
    start(context, drawing, cost) {
      const { edges } = drawing.visible;
      const inks = inksOf(drawing.graph, drawing.visible, density(context));
      job = null;
      const from = strongestFor(Math.min(cost, FIRST), drawing, inks);
      within(context, drawing, () => strokeLinks(context, drawing, inks, edges.subarray(from)));
      if (from > 0) begin(context, drawing, inks);
    },
    left: () => job !== null,
    more(cost) {
      if (!job) return false;
      const { drawing, inks, sheet, context, stages } = job;
      const { edges } = drawing.visible;
      let { next } = job;
      within(sheet, drawing, () => {
        for (let spent = 0; spent < cost && next < edges.length; next += BATCH) {
          spent += strokeLinks(sheet, drawing, inks, edges.subarray(next, next + BATCH));
        }
      });
      job.next = next;
      if (next < edges.length) return true;
      copy(context, sheet);
      stages.shift();
      job.next = edges.length - (stages[0] ?? 0);
      if (stages.length > 0) sheetLike(spare, context);
      else end();
      return job !== null;
    },
    stop: end
  };
}
function isSlow(drawing) {
  return strongestFor(FIRST, drawing, inksOf(drawing.graph, drawing.visible)) > 0;
}
function strongestFor(cost, { graph, visible: { edges }, zoom }, inks) {
  let spent = 0;
  for (let at = edges.length - 1; at > 0; at--) {
    const edge = edges[at] ?? 0;
    const share = graph.share[edge] ?? 0;
    const faint = isFaint(inks, linkAlpha(inks, graph.score[edge] ?? 0));
    spent += costOf(share, faint, linkWidth(share, zoom));
    if (spent > cost) return at;
  }
  return 0;
}
var costOf = (share, faint, width) => faint ? 1 : (width > 1 ? WIDE2 : 1) + (share < 0 ? DASHED : 0);
var density = (context) => context.getTransform()?.a || 1;
function sheetLike(spare, context) {
  spare.width = context.canvas.width;
  spare.height = context.canvas.height;
  const sheet = spare.getContext("2d");
  sheet?.setTransform(context.getTransform());
  return sheet;
}
function copy(context, sheet) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, sheet.canvas.width, sheet.canvas.height);
  context.drawImage(sheet.canvas, 0, 0);
  context.restore();
}
function within(context, { at: { plot } }, run) {
  context.save();
  context.beginPath();
  const [left, top] = [Math.round(plot.x), Math.round(plot.y)];
  context.rect(left, top, Math.round(plot.x + plot.width) - left, Math.round(plot.y + plot.height) - top);
  context.clip();
  run();
  context.restore();
}
function strokeLinks(context, { graph, at: { x, y }, palette, zoom }, inks, edges) {
  let cost = 0;
  let [sign, dashed] = [0, false];
  context.setLineDash(SOLID);
  for (const edge of edges) {
    const share = graph.share[edge] ?? 0;
    const alpha = linkAlpha(inks, graph.score[edge] ?? 0);
    const faint = isFaint(inks, alpha);
    const width = linkWidth(share, zoom);
    if (sign !== Math.sign(share)) {
      sign = Math.sign(share);
      context.strokeStyle = sign < 0 ? palette.negative : palette.positive;
    }
    if (dashed !== (sign < 0 && !faint)) {
      dashed = !dashed;
      context.setLineDash(dashed ? DASH : SOLID);
    }
    const source = graph.source[edge] ?? 0;
    const target = graph.target[edge] ?? 0;
    const [x1, y1, x2, y2] = [x[source] ?? 0, y[source] ?? 0, x[target] ?? 0, y[target] ?? 0];
    const reach = (y2 - y1) * BEND;
    context.globalAlpha = alpha;
    context.lineWidth = faint ? Math.min(width, inks.hair) : width;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1, y1 + reach, x2, y2 - reach, x2, y2);
    context.stroke();
    cost += costOf(share, faint, width);
  }
  return cost;
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
  const inside = rows2.filter((row) => row.mid > plot.y - 1 && row.mid < plot.y + plot.height + 1);
  const height = Math.max(1, rows2[1]?.height ?? 1);
  const every = [1, 2, 5, 10, 20, 50].find((count) => count * height >= 14) ?? 50;
  return inside.filter((row) => row.layer < 0 || row.layer >= graph.meta.n_layers || row.layer % every === 0).map((row) => {
    const name = row.layer < 0 ? "token" : row.layer >= graph.meta.n_layers ? "out" : `L${row.layer}`;
    return text(plot.x - 8, row.mid, name, palette.muted, { anchor: "end", size: 11 });
  });
}
var LINE = 17;
function withRoom(places, first) {
  const kept = [];
  for (const place4 of [...places].sort((a, b) => Number(first(b.index)) - Number(first(a.index)))) {
    if (kept.every(({ x, half }) => Math.abs(x - place4.x) >= half + place4.half)) kept.push(place4);
  }
  return new Set(kept.map(({ index }) => index));
}
function tokenLabels({ at, graph, palette, measure, active, selected }) {
  const { plot, columns } = at;
  const y = plot.y + plot.height + 13;
  const marked = new Set(
    [active, selected].filter((node) => node !== null).map((node) => graph.position[node])
  );
  const places = columns.map(({ mid }, index) => {
    const width = at.slanted ? LINE : measure(at.labels[index] ?? "", LABEL_SIZE) * BOLD + 2;
    return { index, x: mid, half: width / 2 };
  }).filter(({ x }) => x >= plot.x && x <= plot.x + plot.width);
  const kept = withRoom(places, (index) => marked.has(index));
  return columns.flatMap((column, position) => {
    if (!kept.has(position)) return [];
    const label = at.labels[position] ?? "";
    const fill2 = marked.has(position) ? palette.accent : palette.ink;
    const bold = marked.has(position);
    if (!at.slanted) return [text(column.mid, y, label, fill2, { bold })];
    return [text(column.mid + 4, y - 3, label, fill2, { anchor: "end", rotate: -SLANT, bold })];
  });
}
function targetLabels({ at, graph, palette, measure, active, selected }) {
  const { plot, targets } = at;
  const places = targets.map((node) => ({ index: node, x: at.x[node] ?? Number.NaN, half: LINE / 2 })).filter(({ x }) => x >= plot.x && x <= plot.x + plot.width);
  const kept = withRoom(places, (node) => node === active || node === selected);
  return targets.flatMap((node) => {
    if (!kept.has(node)) return [];
    const x = at.x[node] ?? Number.NaN;
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

// src/graph/marks/nodes.ts
function nodes(drawing) {
  const { graph, visible: visible2 } = drawing;
  const shapes = [];
  for (let node = 0; node < graph.size; node++) if (visible2.node[node]) shapes.push(...glyph2(drawing, node));
  return shapes;
}
function focusNodes(drawing) {
  const { active, selected, lit, visible: visible2 } = drawing;
  const own = [selected, active].filter((node) => node !== null && visible2.node[node] === 1);
  const shown = /* @__PURE__ */ new Set([...lit.keys(), ...own]);
  return [...shown].flatMap((node) => glyph2(drawing, node));
}
function glyph2(drawing, node) {
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

// src/graph/marks/halos.ts
var LEAST2 = 0.02;
var MOST_HALOS = 80;
function haloOf(graph, effect, node) {
  const after = effect?.nodeValue[node] ?? Number.NaN;
  const before = graph.value[node] ?? Number.NaN;
  const change2 = after - before;
  if (!Number.isFinite(change2) || Math.abs(change2) < 1e-5) return 0;
  const relative = change2 / Math.max(Math.abs(before), Math.abs(after), 1e-9);
  return Math.abs(relative) < LEAST2 ? 0 : relative;
}
function halos(drawing, changeOf2) {
  const { graph, visible: visible2, effect, at, palette } = drawing;
  if (!effect) return [];
  const shown = changeOf2 ?? ((node) => haloOf(graph, effect, node));
  const moved = [...at.x.keys()].filter((node) => visible2.node[node] === 1).map((node) => ({ node, change: shown(node) })).filter(({ change: change2 }) => change2 !== 0).sort((a, b) => weightOf(graph, b.node, b.change) - weightOf(graph, a.node, a.change)).slice(0, MOST_HALOS);
  return moved.flatMap(({ node, change: change2 }) => {
    const strength = Math.min(1, Math.abs(change2));
    const x = at.x[node] ?? 0;
    const y = at.y[node] ?? 0;
    const r = drawing.radius(node) + 3.2;
    const colour = change2 > 0 ? palette.positive : palette.negative;
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
      { ...ring2, dashed: change2 < 0, alpha: 0.9 },
      arrow(x + r * 0.8, y - r * 0.8, change2, colour, palette.paper)
    ];
  });
}
function weightOf(graph, node, change2) {
  return Math.abs(change2) * (graph.kind[node] === Kind.target ? 10 : graph.influence[node] ?? 0);
}
function arrow(x, y, change2, fill2, casing) {
  const tip = change2 > 0 ? -4.5 : 4.5;
  const points = [x, y + tip, x + 4.6, y - tip * 0.75, x - 4.6, y - tip * 0.75];
  return { type: "polygon", points, closed: true, fill: fill2, stroke: casing, width: 1, alpha: 1 };
}

// src/graph/marks/predicted.ts
var MOST2 = 80;
var STEPS = 8;
var GAP2 = 3.6;
var SHORTEST = 0.22;
function moves(drawing) {
  const { graph, visible: visible2, effect, edited, at, afterEdit = "measured" } = drawing;
  if (afterEdit === "measured" || effect === null) return halos(drawing);
  const { predicted, measured, said } = relativeChanges(graph, effect);
  if (!said) return halos(drawing);
  if (afterEdit === "predicted") return halos(drawing, (node) => predicted[node] ?? 0);
  const found = [];
  for (let node = 0; node < at.x.length; node++) {
    const most = Math.max(Math.abs(predicted[node] ?? 0), Math.abs(measured[node] ?? 0));
    if (most === 0 || visible2.node[node] !== 1 || edited.has(node)) continue;
    found.push({ node, weight: weightOf(graph, node, most) });
  }
  return found.sort((a, b) => b.weight - a.weight).slice(0, MOST2).flatMap(({ node }) => [
    ...wing(drawing, node, predicted[node] ?? 0, "left"),
    ...wing(drawing, node, measured[node] ?? 0, "right")
  ]);
}
function wing({ at, graph, radius: radius2, palette }, node, change2, side) {
  const around = radius2(node) * (graph.kind[node] === Kind.feature ? 1 : 1.3);
  const [x, y, r] = [at.x[node] ?? 0, at.y[node] ?? 0, around + GAP2];
  const outward = side === "left" ? -1 : 1;
  const width = side === "left" ? 1.5 : 3;
  const arc = (angle2, line2) => {
    const points = Array.from({ length: STEPS + 1 }, (_, step2) => {
      const turn = angle2 * step2 / STEPS;
      return [x + outward * r * Math.cos(turn), y - r * Math.sin(turn)];
    }).flat();
    return { type: "polygon", points, closed: false, fill: null, ...line2 };
  };
  const foot = {
    type: "polygon",
    points: [x + outward * (r - 1.8), y, x + outward * (r + 1.8), y],
    closed: false,
    fill: null,
    stroke: palette.muted,
    width: 1.2,
    alpha: 0.9
  };
  if (Math.abs(change2) < LEAST) return [foot];
  const angle = Math.sign(change2) * Math.max(SHORTEST, Math.abs(change2)) * Math.PI / 2;
  const stroke = change2 > 0 ? palette.positive : palette.negative;
  return [
    arc(angle, { stroke: palette.paper, width: width + 2, alpha: 0.9 }),
    arc(angle, { stroke, width, alpha: 1 }),
    foot
  ];
}

// src/graph/marks/room.ts
var SIZE = 32;
var known5 = /* @__PURE__ */ new WeakMap();
function createRoom(drawing, taken) {
  const { at, radius: radius2 } = drawing;
  const boxes = [...taken];
  const bins = known5.get(at) ?? makeBins(at);
  known5.set(at, bins);
  const { across, down, start, nodes: nodes2 } = bins;
  const reach = at.radius + 1;
  const column = (x) => clamp(Math.floor(x / SIZE), across);
  const row = (y) => clamp(Math.floor(y / SIZE), down);
  function hasNode(box) {
    const [left, right] = [column(box.x - reach), column(box.x + box.width + reach)];
    const bottom = row(box.y + box.height + reach);
    for (let line2 = row(box.y - reach); line2 <= bottom; line2++) {
      const from = start[line2 * across + left] ?? 0;
      const to = start[line2 * across + right + 1] ?? 0;
      for (let index = from; index < to; index++) {
        const node = nodes2[index] ?? 0;
        const r = radius2(node) + 1;
        const [x, y] = [at.x[node] ?? 0, at.y[node] ?? 0];
        if (x + r > box.x && x - r < box.x + box.width && y + r > box.y && y - r < box.y + box.height)
          return true;
      }
    }
    return false;
  }
  return {
    free: (box) => !boxes.some((other) => overlap(box, other)) && !hasNode(box),
    take: (box) => boxes.push(box)
  };
}
function makeBins(at) {
  const across = Math.ceil(at.width / SIZE) + 1;
  const down = Math.ceil(at.height / SIZE) + 1;
  const start = new Uint32Array(across * down + 1);
  const bin = (node) => clamp(Math.floor((at.y[node] ?? 0) / SIZE), down) * across + clamp(Math.floor((at.x[node] ?? 0) / SIZE), across);
  const shown = (node) => !Number.isNaN(at.x[node] ?? Number.NaN);
  for (let node = 0; node < at.x.length; node++) {
    if (shown(node)) start[bin(node) + 1] = (start[bin(node) + 1] ?? 0) + 1;
  }
  for (let index = 0; index < across * down; index++)
    start[index + 1] = (start[index + 1] ?? 0) + (start[index] ?? 0);
  const nodes2 = new Uint32Array(start[across * down] ?? 0);
  const next = start.slice();
  for (let node = 0; node < at.x.length; node++) {
    if (!shown(node)) continue;
    const index = bin(node);
    nodes2[next[index] ?? 0] = node;
    next[index] = (next[index] ?? 0) + 1;
  }
  return { across, down, start, nodes: nodes2 };
}
var clamp = (index, count) => Math.max(0, Math.min(count - 1, index));
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// src/graph/marks/supernodes.ts
var SIZE2 = 11;
var HEIGHT = 17;
function chips(drawing) {
  const { graph, visible: visible2, at, measure, supernodes } = drawing;
  const taken = [];
  return supernodes.flatMap(({ name, members }) => {
    const shown = rows(graph, members).filter((node) => visible2.node[node] === 1);
    const [first] = shown.toSorted((a, b) => (at.y[a] ?? 0) - (at.y[b] ?? 0));
    if (first === void 0) return [];
    const text2 = `${shorten(visible(name), 24)} ×${shown.length}`;
    const width = measure(text2, SIZE2) * BOLD + 14;
    const left = (at.x[first] ?? 0) - width / 2;
    const box = {
      x: Math.max(at.plot.x, Math.min(at.plot.x + at.plot.width - width, left)),
      y: Math.max(at.plot.y + 1, (at.y[first] ?? 0) - drawing.radius(first) - HEIGHT - 7),
      width,
      height: HEIGHT
    };
    box.y = freeLine(box, taken, at.plot.y + 1, 2 * drawing.radius(first) + HEIGHT + 14);
    taken.push(box);
    return [{ text: text2, box, members: shown }];
  });
}
function freeLine(box, taken, top, below) {
  const line2 = HEIGHT + 3;
  const free = (y) => y >= top && taken.every(
    (other) => box.x + box.width <= other.x || other.x + other.width <= box.x || y + HEIGHT <= other.y || other.y + HEIGHT <= y
  );
  const lines = [box.y, box.y - line2, box.y + below, box.y - 2 * line2, box.y + below + line2];
  return lines.find(free) ?? box.y;
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
      radius: HEIGHT / 2,
      fill: palette.group,
      stroke: palette.paper,
      line: 1,
      alpha: 1
    };
    const middle = { x: box.x + box.width / 2, y: box.y + HEIGHT / 2 + 0.5, anchor: "middle" };
    const look = { size: SIZE2, bold: true, rotate: 0, fill: palette.paper, halo: null, alpha: 1 };
    return [...rings2, chip, { type: "text", text: text2, ...middle, ...look }];
  });
}

// src/graph/marks/labels.ts
var SIZE3 = 11;
var LENGTH = 24;
var STRONGEST = 14;
function nodeLabels(drawing) {
  const { at, measure, palette, graph } = drawing;
  const groups = chips(drawing);
  const grouped = new Set(groups.flatMap(({ members }) => members));
  const room = createRoom(
    drawing,
    groups.map(({ box }) => box)
  );
  const labels = [];
  for (const node of candidates(drawing)) {
    if (grouped.has(node) && node !== drawing.selected) continue;
    const important = node === drawing.active || node === drawing.selected;
    const text2 = shorten(visible(graph.label[node] ?? ""), important ? 36 : LENGTH);
    const spot = findSpot(drawing, node, measure(text2, SIZE3) * (important ? BOLD : 1) + 4, room);
    if (!spot) continue;
    room.take(spot.box);
    labels.push({
      type: "text",
      x: spot.x,
      y: spot.box.y + spot.box.height / 2,
      text: text2,
      size: SIZE3,
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
  const most = Math.round(STRONGEST * zoom);
  const found = [];
  for (const node of graph.strongest) {
    if (found.length >= most) break;
    if (visible2.node[node] === 1 && graph.kind[node] === Kind.feature) found.push(node);
  }
  return found;
}
function findSpot(drawing, node, width, room) {
  const { at } = drawing;
  const x = at.x[node] ?? 0;
  const y = at.y[node] ?? 0;
  const ringed = node === drawing.active || node === drawing.selected;
  const moved = haloOf(drawing.graph, drawing.effect, node) !== 0;
  const gap = drawing.radius(node) + (moved ? 11 : ringed ? 8 : 5);
  const height = SIZE3 + 3;
  const half = width / 2;
  const middle = Math.max(at.plot.x + half, Math.min(x, at.plot.x + at.plot.width - half));
  const spots = [
    { x: x + gap, anchor: "start", box: { x: x + gap, y: y - height / 2, width, height } },
    { x: x - gap, anchor: "end", box: { x: x - gap - width, y: y - height / 2, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y - gap - height, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y + gap, width, height } }
  ];
  return spots.find(({ box }) => within2(box, at.plot) && room.free(box)) ?? null;
}
function within2(box, plot) {
  const right = box.x + box.width <= plot.x + plot.width;
  return box.x >= plot.x && right && box.y >= plot.y && box.y + box.height <= plot.y + plot.height;
}

// src/graph/marks/rings.ts
function rings(drawing) {
  const { selected, hovered, active, pinned, matches, palette } = drawing;
  const shapes = [];
  const add = (node, gap, stroke, width, dashed = false) => {
    if (drawing.visible.node[node]) shapes.push(ring(drawing, node, gap, stroke, width, dashed));
  };
  for (const node of pinned) add(node, 2.6, palette.ink, 1.6);
  if (matches && matches.size <= 200) for (const node of matches) add(node, 2.6, palette.group, 1.4);
  if (active !== null)
    for (const node of occurrences(drawing, active)) add(node, 3.4, palette.accent, 1.2, true);
  if (selected !== null) add(selected, 4, palette.accent, 2.2);
  if (hovered !== null && hovered !== selected) add(hovered, 4, palette.accent, 1.4, true);
  return shapes;
}
function ring(drawing, node, gap, stroke, width, dashed) {
  const { at } = drawing;
  return {
    type: "circle",
    x: at.x[node] ?? 0,
    y: at.y[node] ?? 0,
    r: drawing.radius(node) + gap,
    fill: null,
    stroke,
    width,
    dashed,
    alpha: 1
  };
}

// src/graph/scene.ts
function buildFront(drawing) {
  const marks = [...moves(drawing), ...nodes(drawing), ...rings(drawing), ...supernodeChips(drawing)];
  return {
    focus: focusLinks(drawing),
    nodes: [...marks, ...nodeLabels(drawing)],
    frame: frame(drawing)
  };
}
function buildFocus(drawing) {
  return [...focusNodes(drawing), ...rings(drawing), ...supernodeChips(drawing), ...nodeLabels(drawing)];
}
function linksAlpha({ active, matches, pinnedLinks: pinnedLinks2 }) {
  return active !== null || matches !== null || pinnedLinks2.length > 0 ? 0.25 : 1;
}
function buildScene(drawing) {
  const { width, height, plot } = drawing.at;
  const fade = linksAlpha(drawing);
  const faded = links(drawing).map((link2) => ({ ...link2, alpha: link2.alpha * fade }));
  return { width, height, plot, back: grid(drawing), links: faded, ...buildFront(drawing) };
}

// src/graph/layers.ts
var MANY_NODES = 800;
var isHeavy = (drawing) => drawing.visible.nodes > MANY_NODES || isSlow(drawing);
function createLayers(ui) {
  const sheet = (name) => {
    const canvas = h(ui, "canvas", { class: `saec-canvas saec-canvas-${name}` });
    return { canvas, zoom: NO_ZOOM, of: [], empty: false };
  };
  const links2 = sheet("links");
  const focus = sheet("focus");
  const effects = sheet("moves");
  const all = { nodes: sheet("nodes"), dim: sheet("dim") };
  const front = sheet("front");
  const [back, edge] = [sheet("grid"), sheet("frame")];
  const shifted = [links2, focus, effects, all.nodes, all.dim, front];
  const plot = h(ui, "div", { class: "saec-plot" }, ...shifted.map(({ canvas }) => canvas));
  const calm = () => ui.doc.defaultView?.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
  const painter = createLinkPainter(ui.doc, calm);
  let size = { width: 0, height: 0 };
  function open({ canvas }) {
    return openCanvas(canvas, size, ui.doc.defaultView?.devicePixelRatio || 1);
  }
  function put(target, zoom, of, make, look) {
    if (of.length === target.of.length && of.every((part2, index) => part2 === target.of[index])) return;
    target.of = of;
    target.zoom = zoom;
    const shapes = make();
    target.empty = shapes.length === 0;
    if (target.empty) return;
    const context = open(target);
    if (!context) return;
    if (look.clip) paintClipped(context, shapes, look.font, look.clip);
    else paint(context, shapes, look.font);
  }
  function clear() {
    painter.stop();
    for (const target of [back, edge, ...shifted]) {
      if (target.of.length > 0 || target === links2) open(target);
      target.of = [];
    }
  }
  function renderAll(drawing, zoom, cost) {
    const { at, palette } = drawing;
    for (const target of [back, edge, ...shifted]) target.of = [];
    put(back, zoom, [drawing], () => grid(drawing), { font: palette.font, clip: at.plot });
    links2.zoom = zoom;
    const context = open(links2);
    if (context) painter.start(context, drawing, cost);
  }
  function renderFront(drawing, zoom) {
    const { at, palette, active, matches, edited, pinned, effect, afterEdit } = drawing;
    const look = { font: palette.font, clip: at.plot };
    const name = active !== null && matches === null ? "dim" : "nodes";
    const rest = { ...drawing, active: name === "dim" ? NOBODY : null, selected: null, lit: NO_NEIGHBOURS };
    put(all[name], zoom, [at, palette, matches, edited, name === "dim" && pinned], () => nodes(rest), look);
    put(effects, zoom, [at, palette, effect, edited, afterEdit], () => moves(drawing), look);
    put(focus, zoom, [drawing], () => focusLinks(drawing), look);
    put(front, zoom, [drawing], () => buildFocus(drawing), look);
    for (const target of shifted) target.canvas.hidden = target.empty;
    for (const [other, { canvas }] of Object.entries(all)) canvas.hidden = other !== name;
  }
  function renderFrame(drawing, zoom) {
    const { active, selected, palette, graph } = drawing;
    const marked = [active, selected].map((node) => node === null ? null : graph.position[node]);
    const look = { font: palette.font, clip: null };
    put(edge, zoom, [drawing.at, palette, ...marked, selected], () => frame(drawing), look);
  }
  function shift(zoom, area) {
    place3(plot, area);
    for (const { canvas, zoom: painted } of shifted) {
      const k = zoom.k / painted.k;
      const moved = k !== 1 || zoom.x !== painted.x || zoom.y !== painted.y;
      const across = `translate(${zoom.x - painted.x * k}px, ${zoom.y - painted.y * k}px)`;
      canvas.style.transform = moved ? `${across} scale(${k})` : "";
      canvas.style.left = `${-area.x}px`;
      canvas.style.top = `${-area.y}px`;
    }
  }
  return {
    elements: [back.canvas, plot, edge.canvas],
    render(drawing, now, zoom, { extent, cost }) {
      size = now;
      if (!drawing) {
        clear();
        return false;
      }
      const slides = extent === "moving" && isHeavy(drawing);
      if (slides) {
        painter.stop();
        put(back, zoom, [drawing], () => grid(drawing), {
          font: drawing.palette.font,
          clip: drawing.at.plot
        });
      } else {
        if (extent !== "front") renderAll(drawing, zoom, cost);
        renderFront(drawing, zoom);
      }
      renderFrame(drawing, zoom);
      links2.canvas.style.opacity = String(linksAlpha(drawing));
      shift(zoom, drawing.at.plot);
      return painter.left();
    },
    more: painter.more
  };
}
var NOBODY = -1;
var NO_NEIGHBOURS = /* @__PURE__ */ new Map();
function place3(element, { x, y, width, height }) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

// src/graph/pace.ts
var IDLE = { start: 1500, least: 300, most: 5e4 };
var BUSY = { least: 300, most: 1500 };
var GOOD_MS = 20;
var LATE_MS = 30;
var NEW_MS = 100;
function createPace() {
  let idle = IDLE.start;
  let busy = BUSY.most;
  let last = null;
  function took(time, isIdle) {
    const before = last;
    last = { time, idle: isIdle };
    return before?.idle === isIdle ? time - before.time : null;
  }
  return {
    idle(time) {
      const frame2 = took(time, true);
      if (frame2 !== null && frame2 <= GOOD_MS) idle = Math.min(IDLE.most, idle * 1.3);
      else if (frame2 !== null && frame2 > LATE_MS) idle = Math.max(IDLE.least, idle * 0.6);
      return idle;
    },
    busy(time) {
      const frame2 = took(time, false) ?? NEW_MS;
      if (frame2 >= NEW_MS) busy = BUSY.most;
      else if (frame2 > GOOD_MS) busy = Math.max(BUSY.least, busy * 0.7);
      else busy = Math.min(BUSY.most, busy * 1.1);
      return busy;
    }
  };
}

// src/graph/pointer.ts
var SLACK = 4;
function handlePointer(ui, stage, target) {
  const pressed = /* @__PURE__ */ new Map();
  let travelled = 0;
  const options = { signal: ui.signal };
  const place4 = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - stage.clientLeft, y: event.clientY - box.top - stage.clientTop };
  };
  const gap = () => {
    const [a, b] = [...pressed.values()];
    return a && b ? { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : null;
  };
  const down = (event) => {
    if (event.button !== 0) return;
    pressed.set(event.pointerId, place4(event));
    travelled = 0;
  };
  const move = (event) => {
    const at = place4(event);
    const last = pressed.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch" && !event.shiftKey) target.hover(at);
      return;
    }
    const before = gap();
    pressed.set(event.pointerId, at);
    travelled += Math.hypot(at.x - last.x, at.y - last.y);
    if (travelled < SLACK) return;
    stage.setPointerCapture?.(event.pointerId);
    stage.classList.add("saec-dragging");
    const after = gap();
    if (before && after) target.zoom(after.distance / Math.max(1, before.distance), after);
    else target.pan(at.x - last.x, at.y - last.y);
  };
  const up = (event) => {
    pressed.delete(event.pointerId);
    stage.classList.remove("saec-dragging");
  };
  const click = (event) => {
    if (travelled < SLACK) target.click(place4(event), event.metaKey || event.ctrlKey);
  };
  const wheel = (event) => {
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (!event.ctrlKey && !event.metaKey && Math.abs(sideways) >= Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      if (sideways !== 0 && target.scroll(sideways)) event.preventDefault();
      return;
    }
    if (!event.ctrlKey && !event.metaKey && !target.alone()) return;
    event.preventDefault();
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), place4(event));
  };
  stage.addEventListener("pointerdown", down, options);
  stage.addEventListener("pointermove", move, options);
  stage.addEventListener("pointerup", up, options);
  stage.addEventListener("pointercancel", up, options);
  const leave = (event) => {
    if (!event.shiftKey) target.hover(null);
  };
  stage.addEventListener("pointerleave", leave, options);
  stage.addEventListener("click", click, options);
  stage.addEventListener("dblclick", () => target.reset(), options);
  stage.addEventListener("wheel", wheel, { ...options, passive: false });
}

// src/graph/scroll_bar.ts
function createScrollBar(ui, moved) {
  const filling = h(ui, "div");
  const element = h(
    ui,
    "div",
    {
      class: "saec-scroll",
      attrs: { hidden: true, tabindex: 0, role: "region", "aria-label": "Scroll along the prompt" }
    },
    filling
  );
  let shown = 0;
  element.addEventListener("scroll", () => {
    if (Math.abs(element.scrollLeft - shown) < 1) return;
    shown = element.scrollLeft;
    moved(shown);
  });
  keepFromStage(element);
  return {
    element,
    show(plot, field) {
      element.hidden = field.width <= plot.width + 1;
      if (element.hidden) return;
      element.style.left = `${plot.x}px`;
      element.style.width = `${plot.width}px`;
      filling.style.width = `${field.width}px`;
      shown = Math.round(plot.x - field.x);
      element.scrollLeft = shown;
    }
  };
}

// src/graph/stage.ts
var SIZE4 = { width: 720, height: 420 };
var REST_MS = 120;
var LONG = 16;
var HELP = "Circuit by layer and token. Arrow keys move between nodes, Enter opens the panel, P pins, G groups, A ablates, U undoes, slash searches, Escape clears.";
var RANK = { rest: 0, front: 1, moving: 2, all: 3 };
function createStage(ui, { store, actions, root, commands }) {
  const view = ui.doc.defaultView ?? window;
  const layers = createLayers(ui);
  const tooltip = createTooltip(ui);
  const live = h(ui, "div", { class: "saec-offscreen saec-live", attrs: { "aria-live": "polite" } });
  const attrs = { tabindex: 0, role: "application", "aria-roledescription": "circuit", "aria-label": HELP };
  const element = h(ui, "div", { class: "saec-stage", attrs }, ...layers.elements, tooltip.element, live);
  let palette = readPalette(root);
  const measure = createMeasure(ui.doc, () => palette.font);
  const camera = createCamera(SIZE4, () => request("moving"));
  const pace = createPace();
  let due = null;
  let rest;
  let unsettled = null;
  function drawing(quiet = false) {
    const { graph, visible: visible2, selected, edits, effect, supernodes, pinned, matches, marked } = store.get();
    const hovered = quiet ? null : store.get().hovered;
    const at = camera.seen();
    if (!graph || !visible2 || !at) return null;
    const looks = { measure, palette, zoom: camera.zoom().k };
    return prepare({
      graph,
      visible: visible2,
      at,
      ...looks,
      selected,
      hovered,
      edits,
      effect,
      afterEdit: store.get().afterEdit,
      supernodes: marked?.length ? [...supernodes, { name: "new group", members: [...marked] }] : supernodes,
      pins: pinned,
      found: matches,
      linkType: store.get().linkType
    });
  }
  function render(time) {
    const asked = due ?? "all";
    due = null;
    if (ui.signal.aborted) return;
    let left;
    if (asked === "rest") {
      left = layers.more(pace.idle(time));
    } else {
      left = renderNow(asked, pace.busy(time));
    }
    element.setAttribute("aria-busy", String(left || unsettled !== null));
    if (left) request("rest");
  }
  function renderNow(asked, cost) {
    const now = drawing();
    const extent = asked === "front" && unsettled ? "moving" : asked;
    const left = layers.render(now, camera.size(), camera.zoom(), { extent, cost });
    tooltip.show(now, store.get());
    if (now) scrollBar.show(now.at.plot, now.at.field);
    if (asked === "moving" && now && isHeavy(now)) settleLater(false);
    else if (asked === "all" && !unsettled?.order) unsettled = null;
    return left;
  }
  function settleLater(order) {
    unsettled = { order: order || (unsettled?.order ?? false) };
    clearTimeout(rest);
    rest = setTimeout(() => {
      const { order: order2 } = unsettled ?? {};
      unsettled = null;
      if (order2) arrange();
      else request("all");
    }, REST_MS);
  }
  function request(extent) {
    if (due === null) view.requestAnimationFrame((time) => store.attempt(render, () => render(time)));
    if (due === null || RANK[extent] > RANK[due]) due = extent;
  }
  function arrange(moving = false) {
    const { graph, visible: visible2 } = store.get();
    const keep = moving && (visible2?.edges.length ?? 0) > MANY_LINKS && camera.base() !== null;
    camera.arrange(graph, visible2, measure, keep);
    if (keep) settleLater(true);
    const long = (graph?.meta.tokens.length ?? 0) > LONG;
    expand.hidden = !long;
    expand.setAttribute("aria-pressed", String(camera.wide()));
    request("all");
  }
  function nodeAt(at) {
    const seen = camera.seen();
    return seen && nearest(seen.x, seen.y, at);
  }
  const zoomBy = (factor) => camera.zoomAt(factor);
  const current = () => store.get().selected ?? store.get().hovered;
  const scrollBar = createScrollBar(ui, (left) => {
    const seen = camera.seen();
    if (seen) camera.pan(seen.plot.x - seen.field.x - left, 0);
  });
  const expand = cornerButton(ui, "↔", "Spread the prompt out", () => {
    camera.setWide(!camera.wide());
    arrange();
  });
  expand.classList.add("saec-expand");
  const fullScreen = createFullScreen(ui, root);
  element.append(zoomButtons(ui, zoomBy, camera.reset, expand, fullScreen.button), scrollBar.element);
  handlePointer(ui, element, {
    hover: (at) => actions.hover(at && nodeAt(at)),
    click(at, pin) {
      const node = nodeAt(at);
      if (pin && node !== null) actions.togglePin(node);
      else (actions.pick ?? actions.select)(node);
    },
    pan: camera.pan,
    zoom: camera.zoomAt,
    reset: camera.reset,
    alone: fullScreen.on,
    scroll(dx) {
      const before = camera.zoom();
      camera.pan(-dx, 0);
      return camera.zoom() !== before;
    }
  });
  handleKeys(ui, element, {
    step(direction) {
      const { graph, selected } = store.get();
      const base = camera.base();
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
    reset: camera.reset
  });
  let ids;
  store.watch(["graph"], ({ graph }) => {
    if (graph?.id !== ids) camera.reset();
    ids = graph?.id;
  });
  store.watch(["graph", "visible"], () => arrange(true));
  store.watch(["selected"], ({ graph, selected }) => {
    live.textContent = graph && selected !== null ? announce(graph, selected) : "";
    if (selected !== null) camera.reveal(selected);
  });
  store.watch(
    [
      "selected",
      "hovered",
      "pinned",
      "edits",
      "effect",
      "supernodes",
      "matches",
      "marked",
      "afterEdit",
      "linkType"
    ],
    () => request("front")
  );
  const observer = new ResizeObserver(() => {
    const next = { width: element.clientWidth || SIZE4.width, height: element.clientHeight || SIZE4.height };
    if (camera.resize(next)) arrange();
  });
  observer.observe(element);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  ui.signal.addEventListener("abort", () => clearTimeout(rest), { once: true });
  followDensity(ui, () => request("all"));
  return {
    element,
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

// src/comparison/pane.ts
var nothing = () => {
};
function createPane(ui, { name, trait, root, select, hover, leave }) {
  const graph = decodeGraph(trait);
  const store = createStore(initialState());
  derive(store);
  store.set({ graph });
  const idOf = (row) => row === null ? null : graph.id[row] ?? null;
  const rowOf = (id) => id === null ? null : graph.rowOf.get(id) ?? null;
  const stage = createStage(ui, {
    store,
    root,
    actions: {
      select: (row) => select(idOf(row)),
      pick: (row) => select(idOf(row)),
      hover: (row) => hover(idOf(row)),
      togglePin: nothing,
      undo: nothing,
      redo: nothing,
      search: nothing
    },
    commands: { search: nothing, panel: leave, ablate: nothing }
  });
  const { target } = graph.meta;
  const element = h(
    ui,
    "section",
    { class: "saec-compared", attrs: { "aria-label": `${name}: ${visible(graph.meta.prompt)}` } },
    h(
      ui,
      "div",
      { class: "saec-compared-head" },
      h(ui, "span", { class: "saec-compared-name", text: name }),
      h(ui, "bdi", {
        class: "saec-compared-prompt",
        text: visible(graph.meta.prompt),
        title: graph.meta.prompt
      }),
      h(ui, "span", { class: "saec-number", text: `${visible(target.label)} ${format(target.value)}` })
    ),
    stage.element
  );
  return {
    element,
    graph,
    select: (id) => store.set({ selected: rowOf(id) }),
    hover: (id) => store.set({ hovered: rowOf(id) }),
    setShare: (share) => store.set({ share }),
    restyle: stage.restyle,
    close: store.close
  };
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
    const [heir = fallback, second] = alike.filter((element) => !element.closest(GONE));
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
  const element = h(ui, "div", { class: "saec-broken", attrs: { role: "alert" } });
  const show = () => {
    const [first] = broken.values();
    element.replaceChildren(...first === void 0 ? [] : [line(ui, first)]);
  };
  return {
    element,
    attempt(part2, block) {
      try {
        block();
        if (broken.delete(part2)) show();
      } catch (error) {
        broken.set(part2, error instanceof Error ? error.message : String(error));
        show();
        console.error(error);
      }
    }
  };
}
function line(ui, reason) {
  const message = `A part of this widget cannot be shown: ${visible(reason)}.`;
  const text2 = h(
    ui,
    "div",
    { class: "saec-error-text" },
    h(ui, "span", { class: "saec-error-message", text: message }),
    h(ui, "span", { class: "saec-error-cure", text: CURE })
  );
  return h(ui, "div", { class: "saec-error" }, text2);
}

// src/model/host_kernel.ts
var LOST = /* @__PURE__ */ new Set(["restarting", "autorestarting", "terminating", "dead"]);
function followHostKernel(model, lost) {
  const { widget_manager: manager } = model;
  const known6 = Boolean(manager && "kernel" in manager);
  const kernel = known6 ? manager?.kernel : null;
  const told = (_, status) => {
    if (LOST.has(status)) lost();
  };
  kernel?.statusChanged?.connect(told);
  kernel?.disposed?.connect(lost);
  return {
    known: known6,
    absent: known6 && kernel === null,
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
function watchKernel(model, ping, element) {
  const listeners = [];
  const marked = () => element?.closest(MARK) !== null && element !== void 0;
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
var BUSY2 = "The kernel may be busy or stopped: wait for the running cell, or run the cell of this widget again.";
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
function createAsk(model, timeout = TIMEOUT_MS, cure = BUSY2, element) {
  const waiting = /* @__PURE__ */ new Map();
  const prefix = Math.random().toString(36).slice(2, 8);
  let count = 0;
  const kernel = watchKernel(model, () => model.send({ id: `${prefix}-${++count}`, type: "ping" }), element);
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
  const text2 = h(ui, "span", { class: "saec-status-text", attrs: { role: "status" } });
  const bar2 = h(ui, "progress", {
    class: "saec-status-bar",
    attrs: { max: 1, "aria-label": "How far it is" }
  });
  const stop = h(ui, "button", {
    class: "saec-button saec-button-small saec-stop",
    text: "Stop",
    on: { click: on.stop }
  });
  const running = h(ui, "div", { class: "saec-status-running" }, bar2, text2, stop);
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
  const element = h(ui, "div", { class: "saec-status" }, running, error);
  return {
    element,
    show({ what, share, stoppable, failure, lasting }) {
      running.hidden = what === "";
      stop.hidden = !stoppable;
      text2.textContent = what === "" ? "" : `${visible(what)}${share === null ? " …" : ` … ${percent(share)}`}`;
      if (share === null) bar2.removeAttribute("value");
      else bar2.value = share;
      error.hidden = failure === null;
      dismiss.hidden = lasting;
      message.textContent = failure ? visible(failure.message) : "";
      cure.textContent = visible(failure?.cure ?? "");
    }
  };
}

// src/comparison_view.ts
var NAMES2 = ["A", "B", "B − A"];
function build(stand) {
  const { model, ui, root, follow, save, onClean } = stand;
  const status = statusLine(stand);
  const head = comparisonHead(ui, {
    mode: (mode) => save("mode", mode),
    share(share, done) {
      for (const pane of panes) pane.setShare(share);
      head.showShare(share);
      if (done) save("prune", share);
    }
  });
  const graphs = h(ui, "div", { class: "saec-compared-graphs" });
  const below = h(ui, "div");
  const empty = h(ui, "p", { class: "saec-empty", text: "No circuits yet." });
  root.append(head.element, status.element, empty, graphs, below);
  let panes = [];
  let mark = () => {
  };
  const select = (id) => save("selected", id);
  const hover = (id) => {
    for (const pane of panes) pane.hover(id);
  };
  const close = () => {
    for (const pane of panes) pane.close();
    panes = [];
  };
  onClean(close);
  follow(["graphs", "rows"], () => {
    close();
    const traits = model.get("graphs") ?? [];
    empty.hidden = traits.length === NAMES2.length;
    try {
      const leave = () => below.querySelector("button")?.focus();
      panes = traits.map(
        (trait, at) => createPane(ui, { name: NAMES2[at] ?? "", trait, root, select, hover, leave })
      );
      const [first, second, union] = panes.map(({ graph }) => graph);
      if (!first || !second || !union) return below.replaceChildren();
      const named2 = { lost: first, shared: union, gained: second };
      const lists = nodeLists(ui, model.get("rows") ?? [], named2, { select, hover });
      mark = lists.mark;
      below.replaceChildren(lists.element);
    } finally {
      graphs.replaceChildren(...panes.map(({ element }) => element));
      showAll();
    }
  });
  function showMode() {
    const mode = model.get("mode") ?? "side by side";
    for (const [at, pane] of panes.entries()) pane.element.hidden = at === 2 !== (mode === "difference");
    head.show({ scores: model.get("scores") ?? {}, rows: model.get("rows") ?? [], mode });
  }
  function showSelected() {
    const selected = model.get("selected") ?? null;
    for (const pane of panes) pane.select(selected);
    mark(selected);
  }
  function showShare() {
    const share = model.get("prune") ?? 0.8;
    for (const pane of panes) pane.setShare(share);
    head.showShare(share);
  }
  function showAll() {
    showMode();
    showSelected();
    showShare();
  }
  follow(["mode", "scores"], showMode);
  follow(["selected"], showSelected);
  follow(["prune"], showShare);
  return {
    restyle() {
      for (const pane of panes) pane.restyle();
    }
  };
}
var comparison_view_default = mount(build, "saec-comparison");
export {
  comparison_view_default as default
};
