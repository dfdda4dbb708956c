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
  for (const [name2, handler] of Object.entries(props.on ?? {})) {
    element2.addEventListener(name2, handler);
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
  for (const [name2, value] of Object.entries(attrs)) {
    if (value === null || value === void 0 || value === false) element2.removeAttribute(name2);
    else element2.setAttribute(name2, value === true ? "" : String(value));
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
function download(ui, name2, content3) {
  const url = URL.createObjectURL(content3);
  const link2 = h(ui, "a", { attrs: { href: url, download: name2 } });
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
    for (const key3 of keys) {
      const bucket = key3 >>> shift & BUCKETS - 1;
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
  for (const [name2, column2] of Object.entries({ label: nodes2.label, ...columns })) {
    if (column2.length !== size)
      throw new RangeError(`nodes.${name2} has ${column2.length} rows, expected ${size}`);
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
function decodeEffect(effect, buffers) {
  const inside2 = effect;
  const [before, after, nodeValue, predicted] = buffers ?? [
    inside2.before,
    inside2.after,
    inside2.node_value,
    inside2.predicted
  ];
  const values = typed(nodeValue, Float32Array);
  const decoded = {
    tokens: effect.tokens,
    before: typed(before, Float32Array),
    after: typed(after, Float32Array),
    targetBefore: effect.target_before,
    targetAfter: effect.target_after,
    topBefore: effect.top_before,
    topAfter: effect.top_after,
    nodeValue: values,
    predicted: predicted ? typed(predicted, Float32Array) : new Float32Array(values.length).fill(Number.NaN),
    targetPredicted: effect.target_predicted ?? Number.NaN,
    unpredicted: effect.unpredicted ?? null,
    edits: effect.edits ?? [],
    milliseconds: effect.milliseconds
  };
  if (decoded.predicted.length !== values.length) {
    throw new RangeError(`effect.predicted has ${decoded.predicted.length} rows, expected ${values.length}`);
  }
  for (const name2 of ["before", "after"]) {
    if (decoded[name2].length !== effect.tokens.length) {
      throw new RangeError(
        `effect.${name2} has ${decoded[name2].length} rows, expected ${effect.tokens.length}`
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
  const outside = [source, target].map((end) => end.find((row) => row >= size)).find((row) => row !== void 0);
  if (outside !== void 0) throw new RangeError(`an edge names node row ${outside} of ${size}`);
}
function inputShares(target, weight, size) {
  const total2 = new Float64Array(size);
  for (let edge = 0; edge < target.length; edge++) {
    const row = target[edge] ?? 0;
    total2[row] = (total2[row] ?? 0) + Math.abs(weight[edge] ?? 0);
  }
  return weight.map((value, edge) => value / Math.max(total2[target[edge] ?? 0] ?? 0, 1e-12));
}
function groupBy(end, size) {
  const start = new Uint32Array(size + 1);
  for (const row of end) start[row + 1] = (start[row + 1] ?? 0) + 1;
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const next = start.slice();
  const edge = new Uint32Array(end.length);
  for (let index2 = 0; index2 < end.length; index2++) {
    const row = end[index2] ?? 0;
    const at = next[row] ?? 0;
    edge[at] = index2;
    next[row] = at + 1;
  }
  return { start, edge };
}
function edgesOf(adjacency, node) {
  return adjacency.edge.subarray(adjacency.start[node] ?? 0, adjacency.start[node + 1] ?? 0);
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
function scores(graph, kept = null) {
  const inputs = merged(graph, kept);
  const mass = new Float64Array(inputs.columns);
  for (let row = 0; row < graph.size; row++)
    if (graph.kind[row] === Kind.target) mass[row] = graph.influence[row] ?? 0;
  const through = spread(inputs, mass, graph.size);
  let [tokens, errors, explained, total2] = [0, 0, 0, 0];
  for (let row = 0; row < inputs.columns; row++) {
    const own = (through[row] ?? 0) + (mass[row] ?? 0);
    if (inputs.isError[row]) errors += through[row] ?? 0;
    else if (graph.kind[row] === Kind.token) tokens += through[row] ?? 0;
    total2 += own;
    explained += own * (1 - errorShare(inputs, row, graph.size));
  }
  return {
    replacement: tokens / Math.max(tokens + errors, 1e-30),
    completeness: explained / Math.max(total2, 1e-30)
  };
}
function signedInfluence(graph, start) {
  const column2 = new Uint32Array(graph.weight.length);
  const share = new Float64Array(graph.weight.length);
  for (const [at, edge] of graph.inputs.edge.entries()) {
    column2[at] = graph.source[edge] ?? 0;
    share[at] = graph.share[edge] ?? 0;
  }
  const isError = new Uint8Array(graph.size);
  return spread(
    { start: graph.inputs.start, column: column2, share, columns: graph.size, isError },
    start,
    graph.size
  );
}
function errorShare(inputs, row, size) {
  if (row >= size) return 0;
  let sum2 = 0;
  for (let at = inputs.start[row] ?? 0; at < (inputs.start[row + 1] ?? 0); at++)
    if (inputs.isError[inputs.column[at] ?? 0]) sum2 += inputs.share[at] ?? 0;
  return sum2;
}
function merged(graph, kept) {
  const out = (row) => kept !== null && graph.kind[row] === Kind.feature && kept[row] !== 1;
  const { joins, columns } = joinedErrors(graph, out);
  const start = new Uint32Array(graph.size + 1);
  const column2 = new Uint32Array(graph.weight.length);
  const share = new Float64Array(graph.weight.length);
  const sum2 = new Float64Array(columns);
  const seen = new Uint8Array(columns);
  let end = 0;
  for (let row = 0; row < graph.size; row++) {
    start[row] = end;
    if (out(row)) continue;
    const first = end;
    for (const edge of edgesOf(graph.inputs, row)) {
      const source = joins[graph.source[edge] ?? 0] ?? 0;
      if (!seen[source]) column2[end++] = source;
      seen[source] = 1;
      sum2[source] = (sum2[source] ?? 0) + (graph.weight[edge] ?? 0);
    }
    let total2 = 0;
    for (let at = first; at < end; at++) total2 += Math.abs(sum2[column2[at] ?? 0] ?? 0);
    for (let at = first; at < end; at++) {
      const source = column2[at] ?? 0;
      share[at] = Math.abs(sum2[source] ?? 0) / Math.max(total2, 1e-10);
      sum2[source] = 0;
      seen[source] = 0;
    }
  }
  start[graph.size] = end;
  const isError = new Uint8Array(columns);
  for (let row = 0; row < columns; row++)
    isError[row] = row >= graph.size || graph.kind[row] === Kind.error ? 1 : 0;
  return { start, column: column2, share, columns, isError };
}
function joinedErrors(graph, out) {
  const joins = Uint32Array.from({ length: graph.size }, (_, row) => row);
  const errors = /* @__PURE__ */ new Map();
  const place4 = (row) => (graph.layer[row] ?? 0) * 65536 + (graph.position[row] ?? 0);
  for (let row = 0; row < graph.size; row++)
    if (graph.kind[row] === Kind.error && !errors.has(place4(row))) errors.set(place4(row), row);
  let columns = graph.size;
  for (let row = 0; row < graph.size; row++) {
    if (!out(row)) continue;
    if (!errors.has(place4(row))) errors.set(place4(row), columns++);
    joins[row] = errors.get(place4(row)) ?? row;
  }
  return { joins, columns };
}
function spread(inputs, start, size) {
  const total2 = new Float64Array(inputs.columns);
  if (isOrdered(inputs, size)) {
    for (let row = size - 1; row >= 0; row--) push(inputs, row, (total2[row] ?? 0) + (start[row] ?? 0), total2);
    return total2;
  }
  let step3 = start;
  for (let turn = 0; turn < 1e3; turn++) {
    const next = new Float64Array(inputs.columns);
    for (let row = 0; row < size; row++) push(inputs, row, step3[row] ?? 0, next);
    step3 = next;
    let left = 0;
    for (const [row, value] of next.entries()) {
      total2[row] = (total2[row] ?? 0) + value;
      left = Math.max(left, Math.abs(value));
    }
    if (left < 1e-12) break;
  }
  return total2;
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
var KINDS = ["feature", "error", "token", "bias", "target"];
var NO_FILTER = {
  layers: null,
  token: null,
  kinds: [],
  sign: null,
  of: "target",
  densest: null,
  hide: false
};
var isNumber = (value) => typeof value === "number" && Number.isFinite(value);
function readFilter(trait) {
  const { layers: layers2, token, kinds, sign, of, densest, hide } = trait ?? {};
  const [from, to] = Array.isArray(layers2) ? layers2 : [];
  return {
    layers: isNumber(from) && isNumber(to) ? [from, to] : null,
    token: isNumber(token) ? token : null,
    kinds: KINDS.filter((kind) => Array.isArray(kinds) && kinds.includes(kind)),
    sign: sign === "+" || sign === "-" ? sign : null,
    of: of === "selected" ? of : "target",
    densest: isNumber(densest) ? densest : null,
    hide: hide === true
  };
}
function writeFilter(filter2) {
  const { layers: layers2, token, kinds, sign, of, densest, hide } = filter2;
  return {
    ...layers2 && { layers: [...layers2] },
    ...token !== null && { token },
    ...kinds.length > 0 && { kinds: [...kinds] },
    ...sign && { sign, of },
    ...densest !== null && { densest },
    ...hide && { hide }
  };
}
function isActive({ layers: layers2, token, kinds, sign, densest }) {
  return layers2 !== null || token !== null || kinds.length > 0 || sign !== null || densest !== null;
}
function passing(graph, filter2, selected) {
  const { layers: layers2, token, densest } = filter2;
  const effect = filter2.sign === null ? null : effectOf(graph, filter2, selected);
  if (!isActive(filter2) || filter2.sign !== null && effect === null && !isActive({ ...filter2, sign: null }))
    return null;
  const kinds = filter2.kinds.map((kind) => Kind[kind]);
  const passes = new Uint8Array(graph.size).fill(1);
  for (let row = 0; row < graph.size; row++) {
    const layer2 = graph.layer[row] ?? 0;
    if (layers2 && (layer2 < layers2[0] || layer2 > layers2[1])) passes[row] = 0;
    if (token !== null && graph.position[row] !== token) passes[row] = 0;
    if (kinds.length > 0 && !kinds.includes(graph.kind[row])) passes[row] = 0;
    if (densest !== null && (graph.density[row] ?? Number.NaN) > densest * (1 + 1e-6)) passes[row] = 0;
    if (effect && Math.sign(effect[row] ?? 0) !== (filter2.sign === "+" ? 1 : -1)) passes[row] = 0;
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
  const node = visible2.node.map((shown2, row) => {
    const kind = graph.kind[row];
    const fixed = kind === Kind.target || tokens && kind === Kind.token || stay.has(row);
    return shown2 && (fixed || passes[row]) ? 1 : 0;
  });
  return {
    ...visible2,
    node,
    nodes: node.reduce((sum2, shown2) => sum2 + shown2, 0),
    edges: visible2.edges.filter((edge) => node[graph.source[edge] ?? 0] && node[graph.target[edge] ?? 0])
  };
}
function knownRates(graph) {
  return graph.density.filter((rate) => Number.isFinite(rate) && rate > 0).sort();
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
  const { ranked: ranked2, source, target, score } = graph;
  let count = 0;
  let total2 = 0;
  for (let at = 0; at < ranked2.length; at++) {
    const edge = ranked2[at] ?? 0;
    if (node[source[edge] ?? 0] !== 1 || node[target[edge] ?? 0] !== 1) continue;
    room[count++] = edge;
    total2 += score[edge] ?? 0;
  }
  if (share < 1) count = cut(room, count, score, EDGE_SHARE * total2);
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
  let shown2 = null;
  store.watch(
    ["graph", "share", "pinned", "selected", "edits", "filter"],
    ({ graph, share, pinned, selected, edits, filter: filter2 }) => {
      if (!graph) return store.set({ visible: null });
      if (graph !== shown2) store.set({ visible: null });
      shown2 = graph;
      const always = [...rows(graph, pinned), ...edits.flatMap((edit) => editedRows(graph, edit))];
      if (selected !== null) always.push(selected);
      const passes = filter2.hide ? passing(graph, filter2, selected) : null;
      const kept = prune(graph, share, always);
      const visible2 = passes ? hideRest(graph, kept, passes, filter2, always) : kept;
      if (!store.get().visible || !sameNodes(store.get().visible, visible2)) store.set({ visible: visible2 });
    }
  );
  let last = [];
  store.watch(["graph", "query", "filter", "selected"], ({ graph, query, filter: filter2, selected }) => {
    const asked = [graph, query, filter2, filter2.of === "selected" ? selected : null];
    if (asked.every((part3, at) => part3 === last[at])) return;
    last = asked;
    store.set({ matches: graph && matching(graph, query, passing(graph, filter2, selected)) });
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
  const words2 = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (let row = 0; row < graph.size; row++) {
    const token = graph.meta.tokens[graph.position[row] ?? 0] ?? "";
    const text2 = `${graph.label[row]} ${token} ${graph.id[row]} ${featureKey(graph, row) ?? ""}`.toLowerCase();
    if (words2.every((word) => text2.includes(word))) found.push(row);
  }
  return found.sort((a, b) => (graph.influence[b] ?? 0) - (graph.influence[a] ?? 0));
}
function featureKey(graph, row) {
  const dictionary = graph.meta.dictionaries[graph.dictionary[row] ?? -1];
  const feature = graph.feature[row] ?? -1;
  return dictionary === void 0 || feature < 0 ? null : `${dictionary}/${feature}`;
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
  const layer2 = graph.layer[node] ?? 0;
  if (layer2 < 0) return "embeddings";
  return layer2 >= graph.meta.n_layers ? "output" : `layer ${layer2}`;
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
  const facts2 = [
    `${nodeName(graph, node)}, ${kindName(graph, node)}`,
    place(graph, node),
    Number.isFinite(value) ? `${valueName(graph, node)} ${valueText(graph, value)}` : "",
    graph.kind[node] === Kind.target ? "" : `influence ${percent(influenceShare(graph, node))}`,
    effect ? `total effect ${effect}` : ""
  ];
  return facts2.filter(Boolean).join(", ");
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

// src/attention/names.ts
var KINDS2 = {
  feature: Kind.feature,
  error: Kind.error,
  token: Kind.token,
  bias: Kind.bias,
  attention: "attention",
  skip: "skip"
};
function tokenText(graph, position) {
  return showToken(graph.meta.tokens[position] ?? "");
}
function sourceName(graph, source) {
  switch (source.kind) {
    case "feature": {
      const row = graph.rowOf.get(source.id);
      return row === void 0 ? visible(source.label || source.feature || source.id) : nodeName(graph, row);
    }
    case "token":
      return tokenText(graph, source.position);
    case "bias":
      return source.layer < 0 ? "position embedding" : `biases L${source.layer}`;
    case "error":
      return `error L${source.layer}`;
    case "attention":
      return `attention L${source.layer}`;
    case "skip":
      return `skip L${source.layer}`;
    default:
      return source.id;
  }
}
function sourcePlace(graph, { layer: layer2, position }) {
  const token = `“${tokenText(graph, position)}” (${position})`;
  return layer2 < 0 ? `at ${token}` : `layer ${layer2}, at ${token}`;
}
function sourceChip(ui, graph, source, home, actions) {
  const row = graph.rowOf.get(source.id);
  const name2 = sourceName(graph, source);
  const elsewhere = source.position === home || source.kind === "token" ? "" : tokenText(graph, source.position);
  const inside2 = [
    glyph(ui, KINDS2[source.kind] ?? Kind.feature),
    h(ui, "bdi", { class: "saec-source-name", text: name2 }),
    ...elsewhere ? [h(ui, "bdi", { class: "saec-source-place", text: `← ${elsewhere}` })] : []
  ];
  const what = `${name2} · ${sourcePlace(graph, source)}`;
  const over = {
    pointerenter: () => actions.hover(row ?? null),
    pointerleave: () => actions.hover(null)
  };
  if (row !== void 0) {
    const title = `${what}. Select it in the graph.`;
    const on = { click: () => actions.select(row), ...over };
    return h(ui, "button", { class: "saec-source-chip", title, on, attrs: { "data-node": row } }, ...inside2);
  }
  if (source.feature !== null) {
    const title = `${what}. It is not in this circuit; show its card.`;
    const on = { click: () => actions.attention.look(source) };
    return h(ui, "button", { class: "saec-source-chip saec-source-outside", title, on }, ...inside2);
  }
  return h(ui, "span", { class: "saec-source-chip saec-source-plain", title: what }, ...inside2);
}

// src/attention/matrix.ts
function matrix(ui, graph, score, actions) {
  const rows2 = side(score.query_sources, score.query_rest);
  const columns = side(score.key_sources, score.key_rest);
  const width = score.key_sources.length + 1;
  const part3 = (row, column2) => score.parts[row * width + column2] ?? 0;
  const most = Math.max(1e-12, ...score.parts.map(Math.abs));
  const head = h(
    ui,
    "tr",
    {},
    h(ui, "td", { class: "saec-qk-corner" }),
    ...columns.map(
      (entry) => h(
        ui,
        "th",
        { class: "saec-qk-column", attrs: { scope: "col" } },
        h(ui, "div", { class: "saec-qk-turned" }, name(ui, graph, entry, score.key, actions))
      )
    ),
    h(
      ui,
      "th",
      {
        class: "saec-qk-column saec-qk-all",
        attrs: { scope: "col" },
        title: "What each source of the query adds, whatever the key's side"
      },
      h(ui, "div", { class: "saec-qk-turned" }, h(ui, "span", { text: "sum" }))
    )
  );
  const lines = rows2.map(
    (entry, row) => h(
      ui,
      "tr",
      {},
      h(
        ui,
        "th",
        { class: "saec-qk-row", attrs: { scope: "row" } },
        name(ui, graph, entry, score.query, actions)
      ),
      ...columns.map((_, column2) => cell(ui, part3(row, column2), most)),
      h(ui, "td", { class: "saec-number saec-qk-sum", text: short(entry.value) })
    )
  );
  const foot = h(
    ui,
    "tr",
    { class: "saec-qk-foot" },
    h(ui, "th", {
      class: "saec-qk-row saec-qk-all",
      attrs: { scope: "row" },
      title: "What each source of the key adds, whatever the query's side",
      text: "sum"
    }),
    ...columns.map(({ value }) => h(ui, "td", { class: "saec-number saec-qk-sum", text: short(value) })),
    h(ui, "td", {
      class: "saec-number saec-qk-sum saec-qk-total",
      title: "All pairs together: the score",
      text: short(score.total)
    })
  );
  const table2 = h(ui, "table", { class: "saec-qk-table" });
  table2.append(
    h(ui, "caption", {
      class: "saec-caption",
      text: "What wrote the query (rows) against what wrote the key (columns)"
    }),
    h(ui, "thead", {}, head),
    h(ui, "tbody", {}, ...lines, foot)
  );
  return table2;
}
function side(sources, rest2) {
  return rest2.count === 0 ? [...sources] : [...sources, { rest: rest2.count, value: rest2.value }];
}
function name(ui, graph, entry, home, actions) {
  if (entry.rest === void 0) return sourceChip(ui, graph, entry, home, actions);
  return h(ui, "span", { class: "saec-source-chip saec-source-plain", text: `${entry.rest} others` });
}
function cell(ui, value, most) {
  const share = Math.abs(value) / most;
  const element2 = h(ui, "td", {
    class: `saec-number saec-qk-cell ${value < 0 ? "saec-qk-negative" : "saec-qk-positive"}`,
    text: short(value),
    title: signed(value)
  });
  element2.style.setProperty("--saec-part", `${(55 * Math.sqrt(share)).toFixed(0)}%`);
  return element2;
}
function short(value) {
  const text2 = Math.abs(value).toFixed(Math.abs(value) >= 100 ? 0 : 1);
  if (Number(text2) === 0) return "·";
  return value < 0 ? `−${text2}` : text2;
}

// src/card/contexts.ts
var BEFORE = 14;
var AFTER = 12;
function contextList(ui, contexts, max, look) {
  const lines = contexts.map((context) => contextLine(ui, context, max));
  const said = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  let at = null;
  const go = (element3, speak = false) => {
    if (element3 === at) return;
    at?.classList.remove("saec-looked");
    at = element3;
    at?.classList.add("saec-looked");
    const token = at && tokenAt2(at);
    look(token);
    if (speak) said.textContent = token ? `${token.text}, ${format(token.activation)}` : "";
  };
  const element2 = h(
    ui,
    "div",
    {
      class: "saec-contexts",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": `${contexts.length} contexts. The arrow keys go from token to token.`
      },
      on: {
        pointerover: ({ target }) => go(target instanceof Element ? target.closest(".saec-heat") : null),
        pointerleave: () => go(null),
        blur: () => go(null),
        keydown(event) {
          const next = event.key === "Escape" ? null : step(lines, at, event.key);
          if (next === void 0 || next === null && at === null) return;
          event.preventDefault();
          event.stopPropagation();
          next?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
          go(next, true);
        }
      }
    },
    ...lines,
    said
  );
  function tokenAt2(token) {
    const line5 = lines.findIndex((each) => each.contains(token));
    const index2 = Number(token.dataset.token);
    const context = contexts[line5];
    return {
      text: showToken(context?.tokens[index2] ?? ""),
      activation: context?.activations[index2] ?? Number.NaN
    };
  }
  return element2;
}
function lookText(token, max) {
  if (!token) return "";
  const share = max > 0 && token.activation > 0 ? ` · ${percent(token.activation / max)} of the most` : "";
  return `${token.text}  ${format(token.activation)}${share}`;
}
function step(lines, at, key3) {
  const across2 = key3 === "ArrowRight" ? 1 : key3 === "ArrowLeft" ? -1 : 0;
  const down = key3 === "ArrowDown" ? 1 : key3 === "ArrowUp" ? -1 : 0;
  if (across2 === 0 && down === 0) return void 0;
  const peak = (line5) => line5?.querySelector(".saec-heat-peak") ?? void 0;
  const row = at === null ? -1 : lines.findIndex((line5) => line5.contains(at));
  if (at === null || row < 0) return peak(lines[0]);
  if (down !== 0) return peak(lines[row + down]) ?? at;
  const tokens = [...lines[row]?.querySelectorAll(".saec-heat") ?? []];
  return tokens[tokens.indexOf(at) + across2] ?? at;
}
function contextLine(ui, { tokens, activations, peak }, max) {
  const token = (index2) => {
    const activation = activations[index2] ?? 0;
    const share = Math.min(1, Math.max(0, activation) / Math.max(max, 1e-9));
    const element2 = h(ui, "bdi", { class: "saec-heat", text: contextToken(tokens[index2] ?? "") });
    element2.title = `${showToken(tokens[index2] ?? "")}  ${format(activation)}`;
    element2.dataset.token = String(index2);
    element2.style.setProperty("--saec-heat-share", `${Math.round(85 * share)}%`);
    if (index2 === peak) element2.classList.add("saec-heat-peak");
    return element2;
  };
  const run = (from, to) => {
    const indices = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    return indices.flatMap((index2) => [token(index2), " "]);
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

// src/card/histogram.ts
var WIDTH = 240;
var HEIGHT = 44;
function createHistogram(ui, { edges, counts }, values) {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const scale = (value) => WIDTH * (Math.min(last, Math.max(first, value)) - first) / Math.max(last - first, 1e-12);
  const most = Math.sqrt(Math.max(1, ...counts));
  const total2 = counts.reduce((sum2, count) => sum2 + count, 0);
  const marks = values.filter(({ value }) => Number.isFinite(value));
  const standing2 = marks.map(({ value, name: name2 }) => `${name2} ${format(value)}`).join(" · ");
  const middle = h(ui, "span", { class: "saec-histogram-now", text: standing2 });
  const svg = s(ui, "svg", {
    class: "saec-histogram-bars",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Histogram of ${total2} activations from ${format(first)} to ${format(last)}`
  });
  for (const [bin, count] of counts.entries()) {
    const x = scale(edges[bin] ?? 0);
    const width = Math.max(0.5, scale(edges[bin + 1] ?? last) - x - 0.8);
    const height = (HEIGHT - 2) * Math.sqrt(count) / most;
    svg.append(s(ui, "rect", { class: "saec-histogram-bar", x, y: HEIGHT - height, width, height }));
  }
  const line5 = (value, kind) => {
    const x = Math.max(1, Math.min(WIDTH - 1, scale(value)));
    return s(ui, "line", { class: kind, x1: x, x2: x, y1: 0, y2: HEIGHT });
  };
  for (const { value } of marks) svg.append(line5(value, "saec-histogram-mark"));
  let looked = null;
  const look = (activation) => {
    looked?.remove();
    looked = null;
    if (activation === null || !(activation > 0)) return;
    looked = line5(activation, "saec-histogram-look");
    svg.append(looked);
  };
  svg.addEventListener("pointermove", ({ clientX }) => {
    const { left, width } = svg.getBoundingClientRect();
    const bin = Math.floor((clientX - left) / Math.max(width, 1) * counts.length);
    const count = counts[bin];
    if (count === void 0) return;
    const [low = 0, high = 0] = [edges[bin], edges[bin + 1]];
    middle.textContent = `${format(low)} to ${format(high)}: ${compact(count)} tokens`;
  });
  svg.addEventListener("pointerleave", () => {
    middle.textContent = standing2;
  });
  const element2 = h(
    ui,
    "div",
    { class: "saec-histogram" },
    svg,
    h(
      ui,
      "div",
      { class: "saec-histogram-axis" },
      h(ui, "span", { text: format(first) }),
      middle,
      h(ui, "span", { text: format(last) })
    )
  );
  return { element: element2, look };
}

// src/card/tokens.ts
var TOKENS = 8;
function tokenList(ui, title, tokens, bar2) {
  const shown2 = tokens.slice(0, TOKENS);
  const most = Math.max(1e-9, ...shown2.map(([, value]) => Math.abs(value)));
  return list(
    ui,
    title,
    shown2.map(([token, value]) => tokenRow(ui, token, Math.abs(value) / most, format(value), bar2))
  );
}
function shareList(ui, title, tokens) {
  return list(
    ui,
    title,
    tokens.map(([token, share]) => tokenRow(ui, token, share, percent(share), "saec-bar-heat"))
  );
}
function neighbourList(ui, neighbours2, go) {
  const rows2 = neighbours2.map(({ feature, label, cosine }) => {
    const fill2 = h(ui, "span", {
      class: `saec-row-bar ${cosine >= 0 ? "saec-bar-positive" : "saec-bar-negative"}`
    });
    fill2.style.width = `${(100 * Math.min(1, Math.abs(cosine))).toFixed(1)}%`;
    const parts = [
      fill2,
      h(ui, "span", { class: "saec-token-name" }, h(ui, "bdi", { text: visible(label) })),
      h(ui, "span", { class: "saec-number", text: format(cosine) })
    ];
    const title = `${feature}: ${visible(label)}, cosine ${format(cosine)}`;
    if (!go) return h(ui, "div", { class: "saec-token-row saec-near-row", title }, ...parts);
    return h(
      ui,
      "button",
      { class: "saec-token-row saec-near-row", title, on: { click: () => go(feature) } },
      ...parts
    );
  });
  return list(ui, "Nearest directions", rows2);
}
function list(ui, title, rows2) {
  return h(
    ui,
    "div",
    { class: "saec-token-list" },
    h(ui, "div", { class: "saec-subtitle", text: title }),
    ...rows2,
    rows2.length === 0 && h(ui, "p", { class: "saec-hint", text: "none" })
  );
}
function tokenRow(ui, token, share, value, bar2) {
  const fill2 = h(ui, "span", { class: `saec-row-bar ${bar2}` });
  fill2.style.width = `${(100 * share).toFixed(1)}%`;
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
    h(ui, "span", { class: "saec-number", text: value })
  );
}

// src/card/card.ts
function cardView(ui, card, values = [], { go, below } = {}) {
  const histogram = createHistogram(ui, card.histogram, values);
  const looked = h(ui, "span", { class: "saec-hint saec-card-looked" });
  const look = (token) => {
    looked.textContent = lookText(token, card.max);
    histogram.look(token?.activation ?? null);
  };
  return h(
    ui,
    "div",
    { class: "saec-card" },
    h(
      ui,
      "div",
      { class: "saec-card-main" },
      h(ui, "div", { class: "saec-card-caption" }, subtitle(ui, "Fires most on"), looked),
      card.contexts.length > 0 ? contextList(ui, card.contexts, card.max, look) : h(ui, "p", { class: "saec-hint", text: "It never fired on the corpus." }),
      below?.(look)
    ),
    h(
      ui,
      "div",
      { class: "saec-card-side" },
      h(
        ui,
        "div",
        { class: "saec-card-caption" },
        subtitle(ui, "Activations"),
        h(ui, "span", {
          class: "saec-hint",
          text: `fires on ${percent(card.firing_rate)} of tokens · max ${format(card.max)}`
        })
      ),
      histogram.element,
      h(
        ui,
        "div",
        { class: "saec-tokens" },
        tokenList(ui, "Promotes", card.promoted, "saec-bar-positive"),
        tokenList(ui, "Suppresses", card.suppressed, "saec-bar-negative"),
        card.fired && card.fired.length > 0 && shareList(ui, "Tokens it fires on", card.fired),
        card.neighbours && card.neighbours.length > 0 && neighbourList(ui, card.neighbours, go)
      )
    )
  );
}
function subtitle(ui, text2) {
  return h(ui, "span", { class: "saec-subtitle", text: text2 });
}

// src/model/expect.ts
var isText = (value) => typeof value === "string";
var isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
function expectList(name2, value, fits) {
  if (value === null || value === void 0) return [];
  if (Array.isArray(value) && value.every(fits)) return value;
  throw new TypeError(`“${name2}” is not the list that it should be`);
}
function expectRecord(name2, value, fields = []) {
  if (value === null || value === void 0) return null;
  if (isRecord(value) && fields.every((field) => field in value)) return value;
  throw new TypeError(`“${name2}” is not the record that it should be`);
}

// src/model/host_kernel.ts
var LOST = /* @__PURE__ */ new Set(["restarting", "autorestarting", "terminating", "dead"]);
function followHostKernel(model, lost) {
  const { widget_manager: manager } = model;
  const known7 = Boolean(manager && "kernel" in manager);
  const kernel = known7 ? manager?.kernel : null;
  const told = (_, status) => {
    if (LOST.has(status)) lost();
  };
  kernel?.statusChanged?.connect(told);
  kernel?.disposed?.connect(lost);
  return {
    known: known7,
    absent: known7 && kernel === null,
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
var NO_KERNEL2 = {
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
  let gone = marked() ? NO_KERNEL2 : null;
  let timer;
  let waiting = false;
  let over = false;
  function set(now) {
    if (now === gone) return;
    gone = now;
    for (const listener of listeners) listener(gone);
  }
  function rest2() {
    clearTimeout(timer);
    timer = void 0;
  }
  function ask() {
    ping();
    timer = setTimeout(() => {
      if (gone === NO_KERNEL2) return rest2();
      set(SILENT);
      ask();
    }, SILENCE_MS);
  }
  function lose() {
    rest2();
    set(NO_KERNEL2);
  }
  const look = () => queueMicrotask(() => {
    if (over) return;
    if (marked()) lose();
    else probe();
  });
  function probe() {
    rest2();
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
      rest2();
      set(null);
      if (waiting) timer = setTimeout(ask, OVERDUE_MS);
    },
    await(now) {
      waiting = now;
      if (!now && gone === null) rest2();
      else if (now && timer === void 0 && gone === null) timer = setTimeout(ask, OVERDUE_MS);
    },
    close() {
      over = true;
      rest2();
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
  kernel.follow((gone) => gone === NO_KERNEL2 && refuseAll(gone));
  const close = () => {
    model.off("msg:custom", hear);
    refuseAll({ message: "The widget was closed.", cure: "" });
    kernel.close();
  };
  return { ask, kernel, close };
}

// src/model/failure.ts
function asFailure(error) {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}
function failureOf(error) {
  return error instanceof Superseded ? null : asFailure(error);
}

// src/model/cards.ts
var NO_CARD = { message: "Python sent no card.", cure: "Select the feature again." };
function fetchCards(store, ask) {
  const asked = /* @__PURE__ */ new Set();
  async function fetch(key3, node) {
    asked.add(key3);
    let found;
    try {
      const { body } = await ask("card", { node });
      found = isCard(body.card) ? body.card : NO_CARD;
    } catch (error) {
      asked.delete(key3);
      if (isCard(store.get().cards.get(key3))) return;
      found = asFailure(error);
    }
    store.set({ cards: new Map(store.get().cards).set(key3, found) });
  }
  store.watch(["graph", "selected"], ({ graph, selected }) => {
    if (!graph?.meta.live || selected === null) return;
    const key3 = featureKey(graph, selected);
    if (key3 === null || asked.has(key3)) return;
    void fetch(key3, graph.id[selected] ?? "");
  });
}
function isFailure(card) {
  return !isCard(card);
}
function isCard(card) {
  return isRecord(card) && Array.isArray(card.contexts) && isRecord(card.histogram);
}

// src/attention/outside.ts
function outsideCard(ui, store, actions) {
  const name2 = h(ui, "h5", { class: "saec-subtitle" });
  const place4 = h(ui, "span", { class: "saec-caption" });
  const close = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "✕",
    title: "Hide this card",
    attrs: { "aria-label": "Hide this card" },
    on: { click: () => actions.attention.look(null) }
  });
  const body = h(ui, "div");
  const head = h(ui, "div", { class: "saec-qk-card-head" }, name2, place4, close);
  const element2 = h(ui, "div", { class: "saec-qk-card" }, head, body);
  let shown2 = null;
  store.watch(["attention", "graph"], ({ graph, attention: { outside } }) => {
    element2.hidden = outside === null;
    if (outside && graph && outside !== shown2) {
      const { source, card } = outside;
      name2.textContent = sourceName(graph, source);
      place4.textContent = `${visible(source.feature ?? "")} · ${sourcePlace(graph, source)} · not in this circuit`;
      body.replaceChildren(content(ui, card));
    }
    shown2 = outside;
  });
  return element2;
}
function content(ui, card) {
  if (card === null) return h(ui, "p", { class: "saec-hint", text: "Looking up where this feature fires …" });
  if (!isFailure(card)) return cardView(ui, card);
  return h(ui, "p", { class: "saec-hint", text: visible(`${card.message} ${card.cure}`) });
}

// src/attention/pairs.ts
function pairList(ui, graph, score, actions) {
  const longest = Math.max(...score.pairs.map(({ value }) => Math.abs(value)), 1e-12);
  const line5 = ({ query, key: key3, value }) => {
    const sign = value < 0 ? "saec-bar-negative" : "saec-bar-positive";
    const fill2 = h(ui, "span", { class: `saec-row-bar ${sign}` });
    fill2.style.width = `${(100 * Math.abs(value / longest)).toFixed(1)}%`;
    return h(
      ui,
      "div",
      { class: "saec-qk-pair", attrs: { role: "listitem" } },
      fill2,
      sourceChip(ui, graph, query, score.query, actions),
      h(ui, "span", { class: "saec-qk-times", text: "×", attrs: { "aria-hidden": "true" } }),
      sourceChip(ui, graph, key3, score.key, actions),
      h(ui, "span", { class: "saec-number saec-route-value", text: signed(value) })
    );
  };
  const heading3 = ["at the query", "at the key", "adds"].map((text2) => h(ui, "span", { text: text2 }));
  const attrs = { role: "list", "aria-label": "Strongest pairs" };
  return [
    h(ui, "div", { class: "saec-qk-sides saec-caption" }, ...heading3),
    h(ui, "div", { attrs }, ...score.pairs.map(line5))
  ];
}

// src/attention/pattern.ts
var HOTTEST = 85;
function createPattern(ui, on) {
  const query = h(ui, "select", {
    class: "saec-input saec-qk-query",
    attrs: { "aria-label": "Token that looks" },
    on: { change: () => on.query(Number(query.value)) }
  });
  const keys = h(ui, "div", { class: "saec-qk-tokens", attrs: { role: "group", "aria-label": "Keys" } });
  let prompt = null;
  let buttons = [];
  function fill2(graph) {
    if (graph === prompt) return;
    prompt = graph;
    const texts = graph.meta.tokens.map((_, position) => tokenText(graph, position));
    const option2 = (text2, position) => h(ui, "option", { text: `${text2} (${position})`, attrs: { value: position } });
    buttons = texts.map(
      (text2, position) => h(
        ui,
        "button",
        { class: "saec-qk-token saec-heat", on: { click: () => on.key(position) } },
        h(ui, "bdi", { text: text2 })
      )
    );
    query.replaceChildren(...texts.map(option2));
    keys.replaceChildren(...buttons);
  }
  return {
    query,
    keys,
    choose(graph, position) {
      fill2(graph);
      query.value = String(position < 0 ? position + graph.meta.tokens.length : position);
    },
    show(graph, score) {
      fill2(graph);
      for (const [position, button2] of buttons.entries()) {
        const weight = score.pattern[position] ?? Number.NaN;
        const seen = Number.isFinite(weight);
        button2.disabled = !seen;
        button2.style.setProperty("--saec-heat-share", `${(HOTTEST * (seen ? weight : 0)).toFixed(0)}%`);
        const said = seen ? `pattern ${percent(weight)}, score ${format(score.scores[position] ?? Number.NaN)}` : "the query does not see it";
        const name2 = `${tokenText(graph, position)}, position ${position}`;
        setAttributes(button2, {
          title: `${name2}: ${said}`,
          "aria-label": `${name2}, ${said}`,
          "aria-pressed": String(position === score.key),
          "data-query": position === score.query || null
        });
      }
    }
  };
}

// src/attention/score.ts
var MEAN_TIP = "A softmax does not see what all keys have in common: explain by how much the score is above their mean";
var TRACED_TIP = "Trace what stands at query and key to where it was written, through the heads of the layers below";
function scoreView(ui, store, actions) {
  const title = h(ui, "h5", { class: "saec-subtitle saec-qk-title" });
  const facts2 = h(ui, "div", { class: "saec-qk-facts", attrs: { role: "status" } });
  const pattern = createPattern(ui, {
    query: (query) => ask({ query, key: null }),
    key: (key3) => ask({ key: key3 })
  });
  const against = option(ui, "against the mean key", MEAN_TIP, (on) => ask({ against: on }));
  const traced = option(ui, "follow through lower attention", TRACED_TIP, (on) => ask({ traced: on }));
  const pairs = h(ui, "div", { class: "saec-qk-pairs" });
  const table2 = h(ui, "div", { class: "saec-qk-matrix" });
  const caption = (text2) => h(ui, "span", { class: "saec-caption", text: text2 });
  const bar2 = h(
    ui,
    "div",
    { class: "saec-qk-bar" },
    h(ui, "label", { class: "saec-field" }, caption("Query"), pattern.query),
    h(ui, "div", { class: "saec-qk-keys" }, caption("looks at"), pattern.keys),
    h(ui, "div", { class: "saec-qk-options" }, against.element, traced.element)
  );
  const element2 = h(
    ui,
    "section",
    { class: "saec-qk", attrs: { "aria-label": "Why the head looks there" } },
    h(ui, "div", { class: "saec-qk-head" }, title, facts2),
    bar2,
    h(ui, "div", { class: "saec-qk-body" }, pairs, table2),
    outsideCard(ui, store, actions)
  );
  let shown2 = null;
  let labelled = null;
  function ask(change2) {
    const { question: question2 } = store.get().attention;
    if (question2) actions.attention.explain({ ...question2, ...change2 });
  }
  function draw(graph, score, question2) {
    const [from, to] = [score.query, score.key].map((at) => `“${tokenText(graph, at)}” (${at})`);
    title.textContent = `Head ${score.layer}.${score.head}: why ${from} looks at ${to}`;
    facts2.replaceChildren(...factParts(ui, score, question2));
    pattern.show(graph, score);
    pairs.replaceChildren(...pairList(ui, graph, score, actions));
    table2.replaceChildren(matrix(ui, graph, score, actions));
  }
  store.watch(["attention", "graph"], ({ graph, attention: { question: question2, score, waiting } }) => {
    const first = element2.hidden;
    element2.hidden = question2 === null || score === null;
    element2.classList.toggle("saec-pending", waiting !== "");
    if (graph && question2) {
      pattern.choose(graph, question2.query);
      against.box.checked = question2.against;
      traced.box.checked = question2.traced;
      if (score && (score !== shown2 || graph !== labelled)) draw(graph, score, question2);
      if (score && first) element2.scrollIntoView?.({ block: "nearest" });
    }
    shown2 = score;
    labelled = graph;
  });
  return element2;
}
function option(ui, text2, title, change2) {
  const box = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => change2(box.checked) }
  });
  return { box, element: h(ui, "label", { class: "saec-check", title }, box, text2) };
}
function factParts(ui, score, question2) {
  const fact = (name2, text2, title) => h(
    ui,
    "span",
    { class: "saec-fact", title },
    h(ui, "span", { class: "saec-caption", text: name2 }),
    h(ui, "span", { class: "saec-number", text: text2 })
  );
  const capped = Math.abs(score.capped - score.score) > 1e-4 * Math.abs(score.score);
  const what = question2.against ? "score above the mean" : "score";
  return [
    fact("pattern", percent(score.weight), "Share of the attention of this query that goes to this key"),
    fact(what, format(score.score), "Before cap, mask and softmax"),
    ...capped ? [fact("after the cap", format(score.capped), "After the soft cap of this model")] : []
  ];
}

// src/attention/shares.ts
var TITLES = {
  arriving: { title: "Arriving", tip: "by the last head of each path, where it comes in" },
  leaving: { title: "Leaving", tip: "by the first head of each path, where it goes out" }
};
var FIRST = 7;
function shareLists(ui, store, actions) {
  const element2 = h(ui, "div", { class: "saec-routes" });
  let shown2 = null;
  let open = /* @__PURE__ */ new Set();
  const options2 = () => {
    const { against = false, traced = false } = store.get().attention.question ?? {};
    return { against, traced };
  };
  function draw(graph, heads) {
    const longest = Math.max(
      ...[...heads.arriving, ...heads.leaving].map(({ value }) => Math.abs(value)),
      1e-12
    );
    const list4 = (way) => {
      const shares = open.has(way) ? heads[way] : heads[way].slice(0, FIRST);
      const rest2 = addUp(heads[way].slice(shares.length), heads[`${way}_rest`]);
      const sum2 = [...shares, rest2].reduce((total2, { value }) => total2 + value, 0);
      const lines = shares.map((share) => line(ui, graph, share, { heads, longest, actions, options: options2 }));
      const hidden = heads[way].length - shares.length;
      const more = () => {
        open.add(way);
        draw(graph, heads);
      };
      const { title, tip } = TITLES[way];
      return h(
        ui,
        "div",
        { class: "saec-route-list", attrs: { role: "group", "aria-label": `${title}: ${tip}` } },
        h(ui, "div", { class: "saec-route-title" }, h(ui, "h5", { class: "saec-subtitle", text: title })),
        h(ui, "p", { class: "saec-caption", text: tip }),
        ...lines,
        rest2.count > 0 && restLine(ui, rest2, hidden > 0 ? more : null),
        sumLine(ui, sum2)
      );
    };
    element2.replaceChildren(list4("arriving"), list4("leaving"), ...layers(ui, heads));
    press2();
  }
  function press2() {
    const { question: question2 } = store.get().attention;
    for (const button2 of element2.querySelectorAll("[data-head]")) {
      const on = question2 !== null && button2.dataset.head === `${question2.layer}.${question2.head}`;
      button2.setAttribute("aria-pressed", String(on));
    }
  }
  store.watch(["attention", "graph"], ({ graph, attention: { heads } }) => {
    element2.hidden = heads === null;
    if (heads && graph && heads !== shown2) {
      open = /* @__PURE__ */ new Set();
      draw(graph, heads);
    }
    shown2 = heads;
    press2();
  });
  return element2;
}
function addUp(shares, rest2) {
  const value = shares.reduce((total2, share) => total2 + share.value, rest2.value);
  return { count: shares.length + rest2.count, value };
}
function line(ui, graph, share, { heads, longest, actions, options: options2 }) {
  const { layer: layer2, head, value, key: key3, query } = share;
  const parts = (name3, where2) => [
    h(ui, "span", { class: "saec-route-name", text: name3 }),
    h(ui, "span", { class: "saec-route-place" }, h(ui, "bdi", { text: where2 })),
    bar(ui, value / longest),
    h(ui, "span", { class: `saec-number saec-route-value ${tone(value)}`, text: signed(value) })
  ];
  if (layer2 < 0 || key3 === null || query === null) {
    const title2 = "Paths through the residual stream alone, and through skip connections of dictionaries";
    return h(ui, "div", { class: "saec-route", title: title2 }, ...parts("no head", "straight, at its position"));
  }
  const name2 = `${layer2}.${head}`;
  const where = key3 === query ? `at ${tokenText(graph, key3)}` : `${tokenText(graph, key3)} → ${tokenText(graph, query)}`;
  const title = `Head ${head} of layer ${layer2} carries ${signed(value)} of ${signed(heads.weight)}, most from position ${key3} to ${query}. Explain why it looks there.`;
  const explain = () => actions.attention.explain({ layer: layer2, head, query, key: key3, ...options2() });
  return h(
    ui,
    "button",
    {
      class: "saec-route saec-route-head",
      title,
      attrs: { "data-head": name2, "aria-label": `head ${name2}, ${where}, ${signed(value)}. Explain it` },
      on: { click: explain }
    },
    ...parts(name2, where)
  );
}
function bar(ui, share) {
  const fill2 = h(ui, "span", {
    class: `saec-route-fill ${share < 0 ? "saec-bar-negative" : "saec-bar-positive"}`
  });
  fill2.style.width = `${(50 * Math.min(1, Math.abs(share))).toFixed(1)}%`;
  fill2.style[share < 0 ? "right" : "left"] = "50%";
  return h(ui, "span", { class: "saec-route-bar", attrs: { "aria-hidden": "true" } }, fill2);
}
function restLine(ui, { count, value }, more) {
  const name2 = count === 1 ? "1 more head" : `${count} more heads`;
  const parts = [
    h(ui, "span", { class: "saec-route-rest", text: name2 }),
    h(ui, "span", { class: `saec-number saec-route-value ${tone(value)}`, text: signed(value) })
  ];
  if (!more) return h(ui, "div", { class: "saec-route" }, ...parts);
  return h(ui, "button", { class: "saec-route saec-route-more", on: { click: more } }, ...parts);
}
function sumLine(ui, sum2) {
  return h(
    ui,
    "div",
    { class: "saec-route saec-route-sum", title: "The shares add up to the edge" },
    h(ui, "span", { class: "saec-route-rest", text: "together: the edge" }),
    h(ui, "span", { class: "saec-number saec-route-value", text: signed(sum2) })
  );
}
function layers(ui, { layers: shares }) {
  if (shares.length < 2) return [];
  const longest = Math.max(...shares.map(({ value }) => Math.abs(value)), 1e-12);
  const lines = shares.map(
    ({ layer: layer2, value }) => h(
      ui,
      "div",
      { class: "saec-route" },
      h(ui, "span", { class: "saec-route-name", text: layer2 < 0 ? "emb." : `L${layer2}` }),
      h(ui, "span", { class: "saec-route-place" }),
      bar(ui, value / longest),
      h(ui, "span", { class: `saec-number saec-route-value ${tone(value)}`, text: signed(value) })
    )
  );
  const sum2 = shares.reduce((total2, { value }) => total2 + value, 0);
  const list4 = h(
    ui,
    "div",
    { class: "saec-route-list", attrs: { role: "group", "aria-label": "By the layer that is written" } },
    h(ui, "div", { class: "saec-route-title" }, h(ui, "h5", { class: "saec-subtitle", text: "By layer" })),
    h(ui, "p", { class: "saec-caption", text: "of those that the source writes" }),
    ...lines,
    sumLine(ui, sum2)
  );
  return [list4];
}
var tone = (value) => value < 0 ? "saec-down" : value > 0 ? "saec-up" : "";

// src/attention/panel.ts
var CLICK = "Click a head to see which features made it look where it looks.";
var STRAIGHT = "It passes no head: it stays in the residual stream of its position.";
function attentionPanel(ui, store, actions, leave) {
  const title = h(ui, "h4", { class: "saec-subtitle saec-attention-title", attrs: { tabindex: -1 } });
  const close = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "✕",
    title: "Close (Escape)",
    attrs: { "aria-label": "Close this panel" },
    on: { click: () => leaveTo() }
  });
  const status = h(ui, "p", { class: "saec-hint saec-attention-status", attrs: { role: "status" } });
  const score = scoreView(ui, store, actions);
  const hint = h(ui, "p", {
    class: "saec-hint"
  });
  const element2 = h(
    ui,
    "section",
    {
      class: "saec-attention",
      attrs: { "aria-label": "How one node reaches another" },
      on: {
        keydown: (event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          leaveTo();
        }
      }
    },
    h(ui, "div", { class: "saec-attention-head" }, title, close),
    status,
    shareLists(ui, store, actions),
    hint,
    score
  );
  let edge = null;
  let labelled = null;
  let opener = null;
  function leaveTo() {
    actions.attention.close();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    else leave();
  }
  store.watch(["attention", "graph"], ({ graph, attention }) => {
    element2.hidden = attention.edge === null || graph === null;
    const failure = attention.failure;
    status.hidden = attention.waiting === "" && failure === null;
    status.classList.toggle("saec-attention-failure", failure !== null);
    status.textContent = failure ? visible(`${failure.message} ${failure.cure}`) : `${attention.waiting} …`;
    hint.hidden = attention.question !== null || attention.heads === null;
    const passes = attention.heads?.arriving.some(({ layer: layer2 }) => layer2 >= 0);
    hint.textContent = passes ? CLICK : STRAIGHT;
    const asked = attention.edge !== edge;
    if (!asked && graph === labelled) return;
    edge = attention.edge;
    labelled = graph;
    if (!edge || !graph) return;
    title.replaceChildren(...heading(ui, graph, edge, actions));
    if (!asked) return;
    opener = focused(ui.doc);
    title.focus({ preventScroll: true });
    element2.scrollIntoView?.({ block: "nearest" });
  });
  return element2;
}
function heading(ui, graph, { source, target }, actions) {
  const end = (node) => h(
    ui,
    "button",
    {
      class: "saec-source-chip saec-attention-end",
      title: `${nodeName(graph, node)} · ${place(graph, node)}. Select it in the graph.`,
      on: {
        click: () => actions.select(node),
        pointerenter: () => actions.hover(node),
        pointerleave: () => actions.hover(null)
      }
    },
    glyph(ui, graph.kind[node] ?? 0),
    h(ui, "bdi", { class: "saec-source-name", text: nodeName(graph, node) })
  );
  const weight = weightOf(graph, source, target);
  const shown2 = h(ui, "span", {
    class: `saec-number ${weight < 0 ? "saec-down" : "saec-up"}`,
    text: signed(weight),
    title: "The edge: the direct effect of the one on the other"
  });
  return ["How does ", end(source), " reach ", end(target), "? ", Number.isFinite(weight) ? shown2 : ""];
}
function weightOf(graph, source, target) {
  const edge = edgesOf(graph.inputs, target).find((row) => graph.source[row] === source);
  return edge === void 0 ? Number.NaN : graph.weight[edge] ?? Number.NaN;
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
  const step3 = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step3) + 1e-9));
  const first = Math.ceil(low / step3 - 1e-9);
  const last = Math.floor(high / step3 + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = Number(((first + i) * step3).toFixed(decimals));
    return { value, text: step3 >= 1e3 || value >= 1e4 ? compact(value) : minus(value.toFixed(decimals)) };
  });
}
function logTicks(range, count) {
  const lowest = Math.floor(Math.log10(range.low));
  const highest = Math.ceil(Math.log10(range.high));
  const within3 = (factors) => {
    const values2 = [];
    for (let power = lowest; power <= highest; power++)
      for (const factor of factors) values2.push(Number((factor * 10 ** power).toPrecision(1)));
    return values2.filter((value) => value >= range.low && value <= range.high);
  };
  const fitting = [[1, 2, 5], [1, 3], [1]].map(within3).find((values2) => values2.length <= count * 1.5);
  let values = fitting ?? within3([1]);
  if (values.length < 2) return linearTicks(range, Math.max(2, count - 1));
  const skip = Math.ceil(values.length / (count * 1.5));
  values = values.filter((_, i) => i % skip === 0);
  return values.map((value) => ({ value, text: value >= 1e3 ? compact(value) : String(value) }));
}
var minus = (text2) => text2.replace("-", "−");

// src/check/describe.ts
var known2 = (value) => value ?? Number.NaN;
function gap({ predicted, live }) {
  return Math.abs(known2(predicted) - known2(live));
}
function worst(rows2) {
  const most = Math.max(...rows2.map(gap).filter(Number.isFinite));
  return rows2.findIndex((row) => gap(row) === most);
}
function facts(report) {
  const { scores: scores2, curve: curve2 } = report;
  const found = [
    part(
      "replacement",
      scores2.replacement,
      "Of all paths that start at a token or an error, the part that starts at a token."
    ),
    part(
      "completeness",
      scores2.completeness,
      "Of the input of the nodes, the part that comes from features and tokens."
    ),
    part(
      "error share",
      scores2.error_share,
      "What the dictionaries cannot reconstruct adds this directly to the target, as a share of its value. 0 is best."
    ),
    {
      name: "correlation, live",
      value: known2(report.live_correlation),
      text: format(known2(report.live_correlation)),
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
  if (curve2) {
    const text2 = report.enough === null ? "not reached" : `${report.enough} nodes`;
    const tip = `From this number of nodes on, the circuit alone gives at least 90 % of the target. There are ${curve2.total}.`;
    found.push({ name: "90 % faithful", value: 1, text: text2, tip });
  }
  return found.filter(({ value }) => Number.isFinite(value));
}
function part(name2, share, tip) {
  return { name: name2, value: known2(share), text: percent(known2(share)), tip };
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
function announce2(report) {
  const said = facts(report).map(({ name: name2, text: text2 }) => `${name2} ${text2}`);
  return `Checked ${report.rows.length} features: ${said.join(", ")}.`;
}
function rowName({ label, token, node }) {
  return `${visible(label) || node} at “${visible(token)}”`;
}

// src/check/agreement.ts
function drawAgreement(ui, svg, { width, height, points, label, measured }, actions) {
  const box = { width, height, left: 38, right: 10, top: 24, bottom: 36 };
  const range = rangeOf([0, ...points.flatMap((point) => [point.predicted, point.measured])], false);
  const x = linear(range, box.left, width - box.right, Math.max(2, width / 80));
  const y = linear(range, height - box.bottom, box.top, 5);
  const area = inside(ui, box);
  const rule = (x1, y1, x2, y2, kind) => s(ui, "line", { class: kind, x1: x.at(x1), y1: y.at(y1), x2: x.at(x2), y2: y.at(y2) });
  area.append(
    rule(0, range.low, 0, range.high, "saec-trust-zero"),
    rule(range.low, 0, range.high, 0, "saec-trust-zero"),
    rule(range.low, range.low, range.high, range.high, "saec-trust-diagonal")
  );
  const marks = points.map((each) => {
    const place4 = `translate(${round(x.at(each.predicted))},${round(y.at(each.measured))})`;
    return mark(ui, each, place4, actions);
  });
  const end = { x: width - box.right, y: height - 4, "text-anchor": "end" };
  setAttributes(svg, { width, viewBox: `0 0 ${width} ${height}`, "aria-label": label });
  svg.replaceChildren(
    ...axes(ui, x, y, box),
    s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, measured),
    s(ui, "text", { class: "saec-axis-name", ...end }, "predicted"),
    area,
    ...marks
  );
}
function emphasise(svg, selected, hovered) {
  for (const point of svg.querySelectorAll("[data-node]")) {
    point.classList.toggle("saec-selected", selected !== null && point.dataset.node === String(selected));
    point.classList.toggle("saec-hovered", hovered !== null && point.dataset.node === String(hovered));
  }
}
function mark(ui, { node, title, off }, place4, actions) {
  const element2 = s(
    ui,
    "g",
    { class: "saec-trust-point", transform: place4, "data-node": node },
    s(ui, "path", { class: "saec-point-ring", d: outline("circle", 9) }),
    s(ui, "path", { class: "saec-point-mark", d: outline(off ? "diamond" : "circle", off ? 5 : 4.5) }),
    s(ui, "title", {}, title)
  );
  if (node === void 0) return element2;
  element2.addEventListener("click", () => actions.select(node));
  element2.addEventListener("pointerenter", () => actions.hover(node));
  element2.addEventListener("pointerleave", () => actions.hover(null));
  return element2;
}

// src/check/scatter.ts
var HEIGHT2 = 224;
var FALLBACK_WIDTH = 250;
function checkScatter(ui, store, actions) {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT2, role: "img" });
  const element2 = h(ui, "div", { class: "saec-trust-figure" }, svg);
  let width = 0;
  function draw({ report, graph, selected, hovered }) {
    const rows2 = (report?.rows ?? []).filter(
      (row) => Number.isFinite(known2(row.predicted) + known2(row.live))
    );
    element2.hidden = rows2.length === 0;
    if (width === 0 || rows2.length === 0) return;
    const off = worst(rows2);
    const points = rows2.map((row, at) => ({
      predicted: known2(row.predicted),
      measured: known2(row.live),
      node: graph?.rowOf.get(row.node),
      title: `${rowName(row)}: predicted ${signed(known2(row.predicted))}, live ${signed(known2(row.live))}`,
      off: at === off
    }));
    const label = `Predicted against live change of the target for ${rows2.length} features; correlation ${format(known2(report?.live_correlation))}.`;
    drawAgreement(ui, svg, { width, height: HEIGHT2, points, label, measured: "live" }, actions);
    emphasise(svg, selected, hovered);
  }
  followWidth(ui, element2, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["report", "graph"], draw);
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(svg, selected, hovered));
  return element2;
}

// src/check/curve.ts
var FALLBACK_WIDTH2 = 300;
function checkCurve(ui, store) {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT2, role: "img" });
  const element2 = h(ui, "div", { class: "saec-trust-figure" }, svg);
  let width = 0;
  function draw({ report }) {
    const points = (report?.curve?.points ?? []).map(({ nodes: nodes2, faithfulness }) => ({ nodes: nodes2, faithful: known2(faithfulness) })).filter(({ nodes: nodes2, faithful }) => nodes2 > 0 && Number.isFinite(faithful));
    element2.hidden = points.length === 0;
    if (width === 0 || points.length === 0 || !report?.curve) return;
    const box = { width, height: HEIGHT2, left: 38, right: 12, top: 24, bottom: 36 };
    const across2 = rangeOf(
      points.map(({ nodes: nodes2 }) => nodes2),
      true,
      0.03
    );
    const up2 = rangeOf([0, 1, ...points.map(({ faithful }) => faithful)], false);
    const x = logarithmic(across2, box.left, width - box.right, Math.max(3, width / 60));
    const y = linear(up2, HEIGHT2 - box.bottom, box.top, 5);
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
      viewBox: `0 0 ${width} ${HEIGHT2}`,
      "aria-label": `Faithfulness of the circuit over the number of its nodes: ${percent(points[0]?.faithful ?? 0)} with ${points[0]?.nodes}, at least 90 % ${reached}. CMD ${format(known2(cmd.value))}, over the logarithm ${format(known2(cmd_log.value))}.`
    });
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "text", { class: "saec-axis-name", x: 2, y: 12 }, "faithfulness"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: right, y: HEIGHT2 - 4, "text-anchor": "end" },
        "nodes that stay (log)"
      ),
      s(ui, "text", { class: "saec-tick", x: box.left + 5, y: y.at(1) - 4 }, "the model"),
      area,
      ...points.map(({ nodes: nodes2, faithful }) => {
        const place4 = `translate(${round(x.at(nodes2))},${round(y.at(faithful))})`;
        const title = s(ui, "title", {}, `${nodes2} nodes: ${percent(faithful)} of the target`);
        return s(
          ui,
          "g",
          { class: "saec-trust-step", transform: place4 },
          s(ui, "path", { d: outline("circle", 3) }),
          title
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
  const heading3 = (text2, title = "") => h(ui, "th", { class: title ? "saec-trust-number" : "", text: text2, title, attrs: { scope: "col" } });
  const head = h(
    ui,
    "tr",
    {},
    heading3("feature"),
    heading3("at"),
    heading3("predicted", "What the graph says that the target changes by when the feature is ablated"),
    heading3("frozen", "Measured with attention and norms held"),
    heading3("live", "Measured in the live model")
  );
  const table2 = h(ui, "table", { class: "saec-trust-table" });
  const caption = "Change of the target when a feature is ablated";
  table2.append(h(ui, "caption", { class: "saec-caption", text: caption }), h(ui, "thead", {}, head), body);
  let rowsOf = [];
  const emphasise2 = (selected, hovered) => {
    for (const [at, line5] of [...body.rows].entries()) {
      const node = rowsOf[at];
      line5.classList.toggle("saec-selected", node !== void 0 && node === selected);
      line5.classList.toggle("saec-hovered", node !== void 0 && node === hovered);
    }
  };
  store.watch(["report", "graph"], ({ report, graph, selected, hovered }) => {
    const rows2 = report?.rows ?? [];
    const off = worst(rows2);
    rowsOf = rows2.map((row) => graph?.rowOf.get(row.node));
    body.replaceChildren(...rows2.map((row, at) => line2(ui, row, rowsOf[at], at === off, actions)));
    table2.hidden = rows2.length === 0;
    emphasise2(selected, hovered);
  });
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise2(selected, hovered));
  return h(ui, "div", { class: "saec-trust-rows" }, table2);
}
function line2(ui, row, node, off, actions) {
  const missing = "This node was pruned away in the graph below.";
  const button2 = h(ui, "button", {
    class: "saec-trust-name",
    title: node === void 0 ? `${rowName(row)}. ${missing}` : `${rowName(row)}. Select it in the graph.`,
    attrs: { disabled: node === void 0 }
  });
  button2.append(h(ui, "bdi", { text: visible(row.label) || row.node }));
  const mark2 = h(ui, "span", {
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
      h(ui, "div", { class: "saec-trust-feature" }, button2, off && mark2)
    ),
    h(ui, "td", { class: "saec-trust-token" }, h(ui, "bdi", { text: showToken(row.token) })),
    ...COLUMNS.map((column2) => number(ui, known2(row[column2])))
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
  const curve2 = checkCurve(ui, store);
  const figure = (title, drawing, note) => h(
    ui,
    "figure",
    { class: "saec-trust-part" },
    h(ui, "figcaption", { class: "saec-caption", text: title }),
    drawing,
    note
  );
  const key3 = h(ui, "p", { class: "saec-caption", text: "dashed: live as predicted · ◆ furthest off" });
  const left = figure("Predicted against live", scatter, key3);
  const right = figure("What the strongest nodes restore alone", curve2, summary);
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
    live.textContent = report && reportOpen ? announce2(report) : "";
  });
  store.watch(["report"], ({ report }) => {
    if (!report) return;
    numbers.replaceChildren(...factParts2(ui, report));
    notes.replaceChildren(...remarks(report).map((text2) => h(ui, "p", { class: "saec-hint", text: text2 })));
    left.hidden = report.rows.length === 0;
    right.hidden = report.curve === null;
    summary.textContent = summaryOf(report);
  });
  return h(ui, "div", { class: "saec-trust-place" }, section, live);
}
function factParts2(ui, report) {
  return facts(report).map(
    ({ name: name2, text: text2, tip }) => h(
      ui,
      "span",
      {
        class: "saec-score saec-tip",
        attrs: { tabindex: 0, "data-tip": tip, "aria-label": `${name2} ${text2}. ${tip}` }
      },
      h(ui, "span", { class: "saec-caption", text: name2 }),
      h(ui, "span", { class: "saec-number", text: text2 })
    )
  );
}
function summaryOf({ curve: curve2 }) {
  if (!curve2) return "";
  const [cmd, log] = [format(known2(curve2.cmd.value)), format(known2(curve2.cmd_log.value))];
  return `CMD ${cmd}, over log k ${log} (0 is best) · the others at ${curve2.ablation}, errors ${curve2.errors}`;
}

// src/predicted/compare.ts
var LEAST = 0.02;
function changeOf(graph, effect, node) {
  const measured = (effect.nodeValue[node] ?? Number.NaN) - (graph.value[node] ?? Number.NaN);
  return { predicted: effect.predicted[node] ?? Number.NaN, measured };
}
var known3 = /* @__PURE__ */ new WeakMap();
function relativeChanges(graph, effect) {
  const before = known3.get(effect);
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
    relative.predicted[node] = part2(predicted, size);
    relative.measured[node] = part2(measured, size);
    relative.said ||= effect.edits.length > 0 && Number.isFinite(predicted) && !edited.has(node);
  }
  known3.set(effect, { graph, relative });
  return relative;
}
var finite = (value) => Number.isFinite(value) ? Math.abs(value) : 0;
function part2(change2, size) {
  const share = change2 / size;
  return Math.abs(change2) >= 1e-5 && Math.abs(share) >= LEAST ? Math.max(-1, Math.min(1, share)) : 0;
}
function isPredicted(graph, effect) {
  return effect !== null && relativeChanges(graph, effect).said;
}
function compared(graph, effect) {
  const relative = relativeChanges(graph, effect);
  const strongest2 = strongestOf(graph);
  const found = [];
  for (let node = 0; node < graph.size; node++) {
    const value = strongest2.get(graph.dictionary[node] ?? -1) ?? 0;
    if (graph.kind[node] !== Kind.feature || value === 0 || relative.edited.has(node)) continue;
    if (!relative.predicted[node] && !relative.measured[node]) continue;
    const { predicted, measured } = changeOf(graph, effect, node);
    if (!Number.isFinite(predicted) || !Number.isFinite(measured)) continue;
    found.push({ node, predicted: predicted / value, measured: measured / value });
  }
  return found;
}
function strongestOf(graph) {
  const found = /* @__PURE__ */ new Map();
  for (const [node, dictionary] of graph.dictionary.entries()) {
    const size = finite(graph.value[node] ?? Number.NaN);
    if (size > (found.get(dictionary) ?? 0)) found.set(dictionary, size);
  }
  return found;
}
function correlation(changes) {
  if (changes.length < 3) return Number.NaN;
  const centred = (values) => {
    const mean = values.reduce((sum2, value) => sum2 + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const x = centred(changes.map(({ predicted }) => predicted));
  const y = centred(changes.map(({ measured }) => measured));
  const dot = (a, b) => a.reduce((sum2, value, at) => sum2 + value * (b[at] ?? 0), 0);
  const size = Math.sqrt(dot(x, x) * dot(y, y));
  return size > 1e-12 ? dot(x, y) / size : Number.NaN;
}
function rowsOfEdits(graph, { edits }) {
  return new Set(edits.flatMap((edit) => editedRows(graph, edit)));
}

// src/predicted/facts.ts
function changeText(graph, effect, node) {
  const change2 = known4(graph, effect, node);
  return change2 ? `predicted ${signed(change2.predicted)}, measured ${signed(change2.measured)}` : "";
}
function changeFacts(ui, graph, effect, node) {
  const change2 = known4(graph, effect, node);
  if (!change2) return [];
  const fact = (name2, value) => h(
    ui,
    "span",
    { class: "saec-fact" },
    h(ui, "span", { class: "saec-caption", text: name2 }),
    h(ui, "span", {
      class: `saec-number ${value < 0 ? "saec-down" : value > 0 ? "saec-up" : ""}`,
      text: signed(value)
    })
  );
  const title = "By how much the edits move this node: as the graph says, and as measured";
  const facts2 = [fact("predicted", change2.predicted), fact("measured", change2.measured)];
  return [h(ui, "div", { class: "saec-node-facts saec-node-change", title }, ...facts2)];
}
function known4(graph, effect, node) {
  if (effect === null || effect.edits.length === 0) return null;
  const { predicted, measured, edited } = relativeChanges(graph, effect);
  if (edited.has(node) || !predicted[node] && !measured[node]) return null;
  const change2 = changeOf(graph, effect, node);
  return Number.isFinite(change2.predicted) && Number.isFinite(change2.measured) ? change2 : null;
}

// src/panels/tooltip.ts
var WIDTH2 = 240;
function createTooltip(ui) {
  const element2 = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown2 = "";
  return {
    element: element2,
    show(drawing, { effect }) {
      const node = drawing?.hovered ?? null;
      element2.hidden = node === null;
      if (!drawing || node === null) return;
      const { at, graph } = drawing;
      const after = effect?.nodeValue[node] ?? Number.NaN;
      const key3 = `${node} ${graph.id[node]} ${after}`;
      if (key3 !== shown2)
        element2.replaceChildren(...content2(ui, drawing, node, after), ...change(ui, drawing, node));
      shown2 = key3;
      const x = at.x[node] ?? 0;
      const y = at.y[node] ?? 0;
      const left = x + 16 + WIDTH2 > at.width ? x - 16 - WIDTH2 : x + 16;
      element2.style.left = `${Math.max(4, left)}px`;
      element2.classList.toggle("saec-tooltip-left", left < x);
      element2.style.top = `${Math.max(4, Math.min(at.height - 84, y - 20))}px`;
    }
  };
}
function change(ui, { graph, effect }, node) {
  const text2 = changeText(graph, effect, node);
  return text2 === "" ? [] : [h(ui, "div", { class: "saec-tooltip-place", text: text2 })];
}
function content2(ui, { graph }, node, after) {
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
  const read = ([name2, fallback]) => style?.getPropertyValue(name2).trim() || fallback;
  const entries = Object.entries(VARIABLES).map(([key3, variable]) => [key3, read(variable)]);
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
  const apply2 = () => {
    root.classList.toggle("saec-dark", hostIsDark(ui.doc, preference?.matches ?? false));
    changed();
  };
  const observer = new MutationObserver(apply2);
  observer.observe(ui.doc.body, WATCHED);
  observer.observe(ui.doc.documentElement, WATCHED);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  preference?.addEventListener("change", apply2, { signal: ui.signal });
  if (!root.isConnected) applyWhenShown(ui, root, apply2);
  apply2();
}
function applyWhenShown(ui, root, apply2) {
  const observer = new ResizeObserver(() => {
    observer.disconnect();
    apply2();
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

// src/graph/cells.ts
var known5 = /* @__PURE__ */ new WeakMap();
function cellOf(graph, columns) {
  let cells = known5.get(graph);
  if (!cells) {
    cells = new Uint32Array(graph.size);
    for (let node = 0; node < graph.size; node++) {
      cells[node] = rowIndex(graph, node) * columns + Math.min(graph.position[node] ?? 0, columns - 1);
    }
    known5.set(graph, cells);
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
    const cell2 = (cells[node] ?? 0) + 1;
    start[cell2] = (start[cell2] ?? 0) + 1;
  }
  for (let cell2 = 0; cell2 < count; cell2++) start[cell2 + 1] = (start[cell2 + 1] ?? 0) + (start[cell2] ?? 0);
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
  for (let cell2 = 0; cell2 + 1 < start.length; cell2++) {
    const [from, to] = [start[cell2] ?? 0, start[cell2 + 1] ?? 0];
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
  const number3 = Number.isNaN(chance) ? format(graph.value[node] ?? Number.NaN) : percent(chance);
  return `${shorten(showToken(graph.label[node] ?? ""), length)}  ${number3}`;
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
  for (let layer2 = 0; layer2 < count; layer2++) {
    rows2.push({ layer: layer2, mid: plot.y + plot.height - edge - (layer2 + 0.5) * height, height });
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
    for (let cell2 = 0; cell2 + 1 < start.length; cell2++) {
      const nodes2 = (start[cell2 + 1] ?? 0) - (start[cell2] ?? 0);
      const across2 = Math.ceil(nodes2 / (lines[Math.floor(cell2 / count)] ?? 1));
      needs[cell2 % count] = Math.max(needs[cell2 % count] ?? 1, across2);
    }
    if (sum(needs.map((need, column2) => Math.max(need * GAP, least[column2] ?? 0))) <= field.width) break;
  }
  const wanted = needs.map((need, column2) => Math.max(need * GAP, least[column2] ?? 0) + 4);
  const spare = Math.max(0, field.width - sum(wanted));
  const scale = Math.min(1, field.width / sum(wanted));
  const widths = wanted.map((width) => width * scale + spare * (0.2 / count + 0.8 * width / sum(wanted)));
  const spacing = Math.min(26, ...needs.map((need, column2) => ((widths[column2] ?? 0) - 6) / need));
  let left = field.x;
  const columns = widths.map((width) => {
    left += width;
    return { mid: left - width / 2, width };
  });
  return { columns, spacing: Math.max(2, spacing), lines };
}
var sum = (values) => values.reduce((total2, value) => total2 + value, 0);
function radius(rows2, spacing, lines) {
  const heights = rows2.slice(1, -1).map((row, index2) => row.height / (lines[index2 + 1] ?? 1));
  return Math.max(2, Math.min(8, spacing * 0.46, Math.min(...heights, 40) * 0.4));
}
function place2(cells, { columns, rows: rows2, x, y }, spacing, lines) {
  const crowded = spacing < CROWDED;
  const { nodes: nodes2, start, biases, biasStart } = cells;
  for (let cell2 = 0; cell2 + 1 < start.length; cell2++) {
    const row = Math.floor(cell2 / cells.columns);
    const { mid, height } = rows2[row] ?? { mid: 0, height: 0 };
    const { mid: middle, width } = columns[cell2 % cells.columns] ?? { mid: 0, width: 0 };
    const firstBias = biasStart[cell2] ?? 0;
    for (let at = firstBias; at < (biasStart[cell2 + 1] ?? 0); at++) {
      const node = biases[at] ?? 0;
      x[node] = middle - width / 2 + Math.min(9, width / 4) + (at - firstBias) * spacing;
      y[node] = row === 0 ? mid : mid + height * 0.4;
    }
    const first = start[cell2] ?? 0;
    const count = (start[cell2 + 1] ?? 0) - first;
    const high = Math.max(1, Math.min(lines[row] ?? 1, count));
    const wide = Math.ceil(count / high);
    const step3 = high === 1 ? 0 : Math.min(20, (height - 8) / high);
    const most = crowded ? row === rows2.length - 1 ? GAP : CROWDED : spacing;
    const apart = Math.max(spacing, Math.min(most, (width - 8) / wide));
    const aside = count === 1 && row > 0 && row < rows2.length - 1 ? (row % 3 - 1) * 7 : 0;
    for (let index2 = 0; index2 < count; index2++) {
      const node = nodes2[first + index2] ?? 0;
      const down = index2 % high;
      const stagger = high > 1 && down % 2 === 1 ? apart * 0.25 : 0;
      x[node] = middle + (Math.floor(index2 / high) - (wide - 1) / 2) * apart + stagger + aside;
      y[node] = mid + (down - (high - 1) / 2) * step3;
    }
  }
}
function wishes(graph, visible2, { x, wish }, { total: total2, weight }) {
  total2.fill(0);
  weight.fill(0);
  const { source: from, target: to, share: shares } = graph;
  for (const edge of visible2.edges) {
    const source = from[edge] ?? 0;
    const target = to[edge] ?? 0;
    const share = Math.abs(shares[edge] ?? 0);
    total2[source] = (total2[source] ?? 0) + share * (x[target] ?? 0);
    weight[source] = (weight[source] ?? 0) + share;
    total2[target] = (total2[target] ?? 0) + share * (x[source] ?? 0);
    weight[target] = (weight[target] ?? 0) + share;
  }
  for (let node = 0; node < graph.size; node++) {
    wish[node] = weight[node] ? (total2[node] ?? 0) / (weight[node] ?? 1) : x[node] ?? 0;
  }
}
function welcome(graph, visible2, like, { wish, columns }) {
  for (let node = 0; node < graph.size; node++) {
    if (visible2.node[node] !== 1 || !Number.isNaN(like.x[node])) continue;
    let [total2, weight] = [0, 0];
    for (const [side2, ends2] of [
      [graph.inputs, graph.source],
      [graph.outputs, graph.target]
    ]) {
      for (const edge of edgesOf(side2, node)) {
        const x = like.x[ends2[edge] ?? 0] ?? Number.NaN;
        if (Number.isNaN(x)) continue;
        total2 += Math.abs(graph.share[edge] ?? 0) * x;
        weight += Math.abs(graph.share[edge] ?? 0);
      }
    }
    wish[node] = weight > 0 ? total2 / weight : columns[graph.position[node] ?? 0]?.mid ?? 0;
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
    columns: layout2.columns.map((column2) => ({ mid: column2.mid * k + x, width: column2.width * k })),
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
  const known7 = /* @__PURE__ */ new Map();
  return (text2, size) => {
    const key3 = `${size} ${font()} ${text2}`;
    let width = known7.get(key3);
    if (width === void 0) {
      if (context) context.font = `${size}px ${font()}`;
      width = context?.measureText(text2)?.width ?? text2.length * size * 0.55;
      known7.set(key3, width);
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
var LINK_TYPES = ["all", "input", "output", "either", "both"];
var NAMES2 = {
  all: "All links",
  input: "Into pinned",
  output: "Out of pinned",
  either: "Into or out of pinned",
  both: "Between pinned"
};
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
function linkTypeChoice(ui, store) {
  const options2 = LINK_TYPES.map((type) => h(ui, "option", { text: NAMES2[type], attrs: { value: type } }));
  const select2 = h(
    ui,
    "select",
    {
      class: "saec-input saec-link-type",
      attrs: { "aria-label": "Links of pinned nodes" },
      title: "Which links of the pinned nodes stand out while no node is selected",
      on: {
        change: () => store.set({ linkType: LINK_TYPES.find((type) => type === select2.value) ?? "all" })
      }
    },
    ...options2
  );
  store.watch(["linkType", "pinned", "graph"], ({ linkType, pinned, graph }) => {
    select2.value = linkType;
    select2.hidden = !pinned.some((id) => graph?.rowOf.has(id));
  });
  return select2;
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
  const known7 = /* @__PURE__ */ new WeakMap();
  return (graph, key3) => {
    const found = known7.get(key3);
    if (found?.graph === graph) return found.value;
    const value = make(graph, key3);
    known7.set(key3, { graph, value });
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
    const same2 = graph.feature[other] === feature && graph.dictionary[other] === dictionary;
    if (same2 && other !== node && visible2.node[other] === 1) found.push(other);
  }
  return found;
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
function cornerButton(ui, text2, title, run) {
  const attrs = { "aria-label": title };
  return h(ui, "button", { class: "saec-button saec-button-small", text: text2, title, attrs, on: { click: run } });
}
function keepFromStage(element2) {
  for (const event of ["pointerdown", "pointermove", "click", "dblclick", "keydown"]) {
    element2.addEventListener(event, (happened) => happened.stopPropagation());
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
  const button2 = cornerButton(ui, "", "Full screen", () => {
    if (on()) void ui.doc.exitFullscreen().catch(() => {
    });
    else void root.requestFullscreen().catch(() => {
    });
  });
  button2.classList.add("saec-full");
  button2.append(s(ui, "svg", ICON, s(ui, "path", { d: "M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8" })));
  button2.hidden = !ui.doc.fullscreenEnabled;
  function follow() {
    const tree = root.getRootNode();
    const now = tree.fullscreenElement === root;
    root.classList.toggle(NAME, now);
    button2.setAttribute("aria-pressed", String(now));
    button2.title = now ? "Leave the full screen (Escape)" : "Full screen";
  }
  root.addEventListener("fullscreenchange", follow, { signal: ui.signal });
  button2.setAttribute("aria-pressed", "false");
  return { button: button2, on };
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
function step2(graph, x, y, from, direction) {
  const layer2 = (node) => graph.layer[node] ?? 0;
  const shown2 = [...x.keys()].filter((node) => !Number.isNaN(x[node] ?? Number.NaN));
  const at = { x: x[from] ?? 0, y: y[from] ?? 0 };
  if (direction === "left" || direction === "right") {
    const row2 = shown2.filter((node) => layer2(node) === layer2(from));
    row2.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || (y[a] ?? 0) - (y[b] ?? 0) || a - b);
    return row2[row2.indexOf(from) + (direction === "right" ? 1 : -1)] ?? from;
  }
  const sign = direction === "up" ? 1 : -1;
  const beyond = shown2.filter((node) => (layer2(node) - layer2(from)) * sign > 0);
  if (beyond.length === 0) return from;
  const next = Math.min(...beyond.map((node) => Math.abs(layer2(node) - layer2(from))));
  const row = beyond.filter((node) => Math.abs(layer2(node) - layer2(from)) === next);
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
  const press2 = (event) => {
    const command = commands[event.key];
    if (!command || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  };
  stage.addEventListener("keydown", press2, { signal: ui.signal });
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
var FIRST2 = 1500;
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
      const from = strongestFor(Math.min(cost, FIRST2), drawing, inks);
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
      copy2(context, sheet);
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
  return strongestFor(FIRST2, drawing, inksOf(drawing.graph, drawing.visible)) > 0;
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
function copy2(context, sheet) {
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
var text = (x, y, content3, fill2, more = {}) => ({
  type: "text",
  x,
  y,
  text: content3,
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
  for (const [index2, row] of at.rows.entries()) {
    if (index2 % 2 === 0) continue;
    const box = { x: plot.x, y: row.mid - row.height / 2, width: plot.width, height: row.height };
    shapes.push({ type: "box", ...box, radius: 0, fill: palette.band, stroke: null, line: 0, alpha: 1 });
  }
  for (const column2 of at.columns.slice(1)) {
    const x = column2.mid - column2.width / 2;
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
    const name2 = row.layer < 0 ? "token" : row.layer >= graph.meta.n_layers ? "out" : `L${row.layer}`;
    return text(plot.x - 8, row.mid, name2, palette.muted, { anchor: "end", size: 11 });
  });
}
var LINE = 17;
function withRoom(places3, first) {
  const kept = [];
  for (const place4 of [...places3].sort((a, b) => Number(first(b.index)) - Number(first(a.index)))) {
    if (kept.every(({ x, half }) => Math.abs(x - place4.x) >= half + place4.half)) kept.push(place4);
  }
  return new Set(kept.map(({ index: index2 }) => index2));
}
function tokenLabels({ at, graph, palette, measure, active, selected }) {
  const { plot, columns } = at;
  const y = plot.y + plot.height + 13;
  const marked = new Set(
    [active, selected].filter((node) => node !== null).map((node) => graph.position[node])
  );
  const places3 = columns.map(({ mid }, index2) => {
    const width = at.slanted ? LINE : measure(at.labels[index2] ?? "", LABEL_SIZE) * BOLD + 2;
    return { index: index2, x: mid, half: width / 2 };
  }).filter(({ x }) => x >= plot.x && x <= plot.x + plot.width);
  const kept = withRoom(places3, (index2) => marked.has(index2));
  return columns.flatMap((column2, position) => {
    if (!kept.has(position)) return [];
    const label = at.labels[position] ?? "";
    const fill2 = marked.has(position) ? palette.accent : palette.ink;
    const bold = marked.has(position);
    if (!at.slanted) return [text(column2.mid, y, label, fill2, { bold })];
    return [text(column2.mid + 4, y - 3, label, fill2, { anchor: "end", rotate: -SLANT, bold })];
  });
}
function targetLabels({ at, graph, palette, measure, active, selected }) {
  const { plot, targets } = at;
  const places3 = targets.map((node) => ({ index: node, x: at.x[node] ?? Number.NaN, half: LINE / 2 })).filter(({ x }) => x >= plot.x && x <= plot.x + plot.width);
  const kept = withRoom(places3, (node) => node === active || node === selected);
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
  const shown2 = /* @__PURE__ */ new Set([...lit.keys(), ...own]);
  return [...shown2].flatMap((node) => glyph2(drawing, node));
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
  const shown2 = changeOf2 ?? ((node) => haloOf(graph, effect, node));
  const moved = [...at.x.keys()].filter((node) => visible2.node[node] === 1).map((node) => ({ node, change: shown2(node) })).filter(({ change: change2 }) => change2 !== 0).sort((a, b) => weightOf2(graph, b.node, b.change) - weightOf2(graph, a.node, a.change)).slice(0, MOST_HALOS);
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
function weightOf2(graph, node, change2) {
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
    found.push({ node, weight: weightOf2(graph, node, most) });
  }
  return found.sort((a, b) => b.weight - a.weight).slice(0, MOST2).flatMap(({ node }) => [
    ...wing(drawing, node, predicted[node] ?? 0, "left"),
    ...wing(drawing, node, measured[node] ?? 0, "right")
  ]);
}
function wing({ at, graph, radius: radius2, palette }, node, change2, side2) {
  const around = radius2(node) * (graph.kind[node] === Kind.feature ? 1 : 1.3);
  const [x, y, r] = [at.x[node] ?? 0, at.y[node] ?? 0, around + GAP2];
  const outward = side2 === "left" ? -1 : 1;
  const width = side2 === "left" ? 1.5 : 3;
  const arc = (angle2, line5) => {
    const points = Array.from({ length: STEPS + 1 }, (_, step3) => {
      const turn = angle2 * step3 / STEPS;
      return [x + outward * r * Math.cos(turn), y - r * Math.sin(turn)];
    }).flat();
    return { type: "polygon", points, closed: false, fill: null, ...line5 };
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
var known6 = /* @__PURE__ */ new WeakMap();
function createRoom(drawing, taken) {
  const { at, radius: radius2 } = drawing;
  const boxes = [...taken];
  const bins = known6.get(at) ?? makeBins(at);
  known6.set(at, bins);
  const { across: across2, down, start, nodes: nodes2 } = bins;
  const reach = at.radius + 1;
  const column2 = (x) => clamp(Math.floor(x / SIZE), across2);
  const row = (y) => clamp(Math.floor(y / SIZE), down);
  function hasNode(box) {
    const [left, right] = [column2(box.x - reach), column2(box.x + box.width + reach)];
    const bottom = row(box.y + box.height + reach);
    for (let line5 = row(box.y - reach); line5 <= bottom; line5++) {
      const from = start[line5 * across2 + left] ?? 0;
      const to = start[line5 * across2 + right + 1] ?? 0;
      for (let index2 = from; index2 < to; index2++) {
        const node = nodes2[index2] ?? 0;
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
  const across2 = Math.ceil(at.width / SIZE) + 1;
  const down = Math.ceil(at.height / SIZE) + 1;
  const start = new Uint32Array(across2 * down + 1);
  const bin = (node) => clamp(Math.floor((at.y[node] ?? 0) / SIZE), down) * across2 + clamp(Math.floor((at.x[node] ?? 0) / SIZE), across2);
  const shown2 = (node) => !Number.isNaN(at.x[node] ?? Number.NaN);
  for (let node = 0; node < at.x.length; node++) {
    if (shown2(node)) start[bin(node) + 1] = (start[bin(node) + 1] ?? 0) + 1;
  }
  for (let index2 = 0; index2 < across2 * down; index2++)
    start[index2 + 1] = (start[index2 + 1] ?? 0) + (start[index2] ?? 0);
  const nodes2 = new Uint32Array(start[across2 * down] ?? 0);
  const next = start.slice();
  for (let node = 0; node < at.x.length; node++) {
    if (!shown2(node)) continue;
    const index2 = bin(node);
    nodes2[next[index2] ?? 0] = node;
    next[index2] = (next[index2] ?? 0) + 1;
  }
  return { across: across2, down, start, nodes: nodes2 };
}
var clamp = (index2, count) => Math.max(0, Math.min(count - 1, index2));
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// src/graph/marks/supernodes.ts
var SIZE2 = 11;
var HEIGHT3 = 17;
function chips(drawing) {
  const { graph, visible: visible2, at, measure, supernodes: supernodes2 } = drawing;
  const taken = [];
  return supernodes2.flatMap(({ name: name2, members }) => {
    const shown2 = rows(graph, members).filter((node) => visible2.node[node] === 1);
    const [first] = shown2.toSorted((a, b) => (at.y[a] ?? 0) - (at.y[b] ?? 0));
    if (first === void 0) return [];
    const text2 = `${shorten(visible(name2), 24)} ×${shown2.length}`;
    const width = measure(text2, SIZE2) * BOLD + 14;
    const left = (at.x[first] ?? 0) - width / 2;
    const box = {
      x: Math.max(at.plot.x, Math.min(at.plot.x + at.plot.width - width, left)),
      y: Math.max(at.plot.y + 1, (at.y[first] ?? 0) - drawing.radius(first) - HEIGHT3 - 7),
      width,
      height: HEIGHT3
    };
    box.y = freeLine(box, taken, at.plot.y + 1, 2 * drawing.radius(first) + HEIGHT3 + 14);
    taken.push(box);
    return [{ text: text2, box, members: shown2 }];
  });
}
function freeLine(box, taken, top, below) {
  const line5 = HEIGHT3 + 3;
  const free = (y) => y >= top && taken.every(
    (other) => box.x + box.width <= other.x || other.x + other.width <= box.x || y + HEIGHT3 <= other.y || other.y + HEIGHT3 <= y
  );
  const lines = [box.y, box.y - line5, box.y + below, box.y - 2 * line5, box.y + below + line5];
  return lines.find(free) ?? box.y;
}
function supernodeChips(drawing) {
  const { at, palette } = drawing;
  return chips(drawing).flatMap(({ text: text2, box, members }) => {
    const rings3 = members.map((node) => {
      const r = drawing.radius(node) + 2.6;
      const circle = { type: "circle", x: at.x[node] ?? 0, y: at.y[node] ?? 0, r, fill: null };
      return { ...circle, stroke: palette.group, width: 1.8, alpha: 1 };
    });
    const chip2 = {
      type: "box",
      ...box,
      radius: HEIGHT3 / 2,
      fill: palette.group,
      stroke: palette.paper,
      line: 1,
      alpha: 1
    };
    const middle = { x: box.x + box.width / 2, y: box.y + HEIGHT3 / 2 + 0.5, anchor: "middle" };
    const look = { size: SIZE2, bold: true, rotate: 0, fill: palette.paper, halo: null, alpha: 1 };
    return [...rings3, chip2, { type: "text", text: text2, ...middle, ...look }];
  });
}

// src/graph/marks/labels.ts
var SIZE3 = 11;
var LENGTH = 24;
var STRONGEST = 14;
function nodeLabels(drawing) {
  const { at, measure, palette, graph } = drawing;
  const groups2 = chips(drawing);
  const grouped2 = new Set(groups2.flatMap(({ members }) => members));
  const room = createRoom(
    drawing,
    groups2.map(({ box }) => box)
  );
  const labels = [];
  for (const node of candidates(drawing)) {
    if (grouped2.has(node) && node !== drawing.selected) continue;
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
  const neighbours2 = [...lit.entries()].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).map(([node]) => node);
  wanted.push(...neighbours2.slice(0, STRONGEST));
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
  const gap2 = drawing.radius(node) + (moved ? 11 : ringed ? 8 : 5);
  const height = SIZE3 + 3;
  const half = width / 2;
  const middle = Math.max(at.plot.x + half, Math.min(x, at.plot.x + at.plot.width - half));
  const spots = [
    { x: x + gap2, anchor: "start", box: { x: x + gap2, y: y - height / 2, width, height } },
    { x: x - gap2, anchor: "end", box: { x: x - gap2 - width, y: y - height / 2, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y - gap2 - height, width, height } },
    { x: middle, anchor: "middle", box: { x: middle - half, y: y + gap2, width, height } }
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
  const sheet = (name2) => {
    const canvas = h(ui, "canvas", { class: `saec-canvas saec-canvas-${name2}` });
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
    if (of.length === target.of.length && of.every((part3, index2) => part3 === target.of[index2])) return;
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
    const name2 = active !== null && matches === null ? "dim" : "nodes";
    const rest2 = { ...drawing, active: name2 === "dim" ? NOBODY : null, selected: null, lit: NO_NEIGHBOURS };
    put(all[name2], zoom, [at, palette, matches, edited, name2 === "dim" && pinned], () => nodes(rest2), look);
    put(effects, zoom, [at, palette, effect, edited, afterEdit], () => moves(drawing), look);
    put(focus, zoom, [drawing], () => focusLinks(drawing), look);
    put(front, zoom, [drawing], () => buildFocus(drawing), look);
    for (const target of shifted) target.canvas.hidden = target.empty;
    for (const [other, { canvas }] of Object.entries(all)) canvas.hidden = other !== name2;
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
      const across2 = `translate(${zoom.x - painted.x * k}px, ${zoom.y - painted.y * k}px)`;
      canvas.style.transform = moved ? `${across2} scale(${k})` : "";
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
function place3(element2, { x, y, width, height }) {
  Object.assign(element2.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

// src/graph/pace.ts
var IDLE = { start: 1500, least: 300, most: 5e4 };
var BUSY2 = { least: 300, most: 1500 };
var GOOD_MS = 20;
var LATE_MS = 30;
var NEW_MS = 100;
function createPace() {
  let idle = IDLE.start;
  let busy = BUSY2.most;
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
      if (frame2 >= NEW_MS) busy = BUSY2.most;
      else if (frame2 > GOOD_MS) busy = Math.max(BUSY2.least, busy * 0.7);
      else busy = Math.min(BUSY2.most, busy * 1.1);
      return busy;
    }
  };
}

// src/graph/pointer.ts
var SLACK = 4;
function handlePointer(ui, stage, target) {
  const pressed = /* @__PURE__ */ new Map();
  let travelled = 0;
  const options2 = { signal: ui.signal };
  const place4 = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - stage.clientLeft, y: event.clientY - box.top - stage.clientTop };
  };
  const gap2 = () => {
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
  const up2 = (event) => {
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
  stage.addEventListener("pointerdown", down, options2);
  stage.addEventListener("pointermove", move, options2);
  stage.addEventListener("pointerup", up2, options2);
  stage.addEventListener("pointercancel", up2, options2);
  const leave = (event) => {
    if (!event.shiftKey) target.hover(null);
  };
  stage.addEventListener("pointerleave", leave, options2);
  stage.addEventListener("click", click, options2);
  stage.addEventListener("dblclick", () => target.reset(), options2);
  stage.addEventListener("wheel", wheel, { ...options2, passive: false });
}

// src/graph/scroll_bar.ts
function createScrollBar(ui, moved) {
  const filling = h(ui, "div");
  const element2 = h(
    ui,
    "div",
    {
      class: "saec-scroll",
      attrs: { hidden: true, tabindex: 0, role: "region", "aria-label": "Scroll along the prompt" }
    },
    filling
  );
  let shown2 = 0;
  element2.addEventListener("scroll", () => {
    if (Math.abs(element2.scrollLeft - shown2) < 1) return;
    shown2 = element2.scrollLeft;
    moved(shown2);
  });
  keepFromStage(element2);
  return {
    element: element2,
    show(plot, field) {
      element2.hidden = field.width <= plot.width + 1;
      if (element2.hidden) return;
      element2.style.left = `${plot.x}px`;
      element2.style.width = `${plot.width}px`;
      filling.style.width = `${field.width}px`;
      shown2 = Math.round(plot.x - field.x);
      element2.scrollLeft = shown2;
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
  const layers2 = createLayers(ui);
  const tooltip = createTooltip(ui);
  const live = h(ui, "div", { class: "saec-offscreen saec-live", attrs: { "aria-live": "polite" } });
  const attrs = { tabindex: 0, role: "application", "aria-roledescription": "circuit", "aria-label": HELP };
  const element2 = h(ui, "div", { class: "saec-stage", attrs }, ...layers2.elements, tooltip.element, live);
  let palette = readPalette(root);
  const measure = createMeasure(ui.doc, () => palette.font);
  const camera = createCamera(SIZE4, () => request("moving"));
  const pace = createPace();
  let due = null;
  let rest2;
  let unsettled = null;
  function drawing(quiet = false) {
    const { graph, visible: visible2, selected, edits, effect, supernodes: supernodes2, pinned, matches, marked } = store.get();
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
      supernodes: marked?.length ? [...supernodes2, { name: "new group", members: [...marked] }] : supernodes2,
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
      left = layers2.more(pace.idle(time));
    } else {
      left = renderNow(asked, pace.busy(time));
    }
    element2.setAttribute("aria-busy", String(left || unsettled !== null));
    if (left) request("rest");
  }
  function renderNow(asked, cost) {
    const now = drawing();
    const extent = asked === "front" && unsettled ? "moving" : asked;
    const left = layers2.render(now, camera.size(), camera.zoom(), { extent, cost });
    tooltip.show(now, store.get());
    if (now) scrollBar.show(now.at.plot, now.at.field);
    if (asked === "moving" && now && isHeavy(now)) settleLater(false);
    else if (asked === "all" && !unsettled?.order) unsettled = null;
    return left;
  }
  function settleLater(order) {
    unsettled = { order: order || (unsettled?.order ?? false) };
    clearTimeout(rest2);
    rest2 = setTimeout(() => {
      const { order: order2 } = unsettled ?? {};
      unsettled = null;
      if (order2) arrange2();
      else request("all");
    }, REST_MS);
  }
  function request(extent) {
    if (due === null) view.requestAnimationFrame((time) => store.attempt(render, () => render(time)));
    if (due === null || RANK[extent] > RANK[due]) due = extent;
  }
  function arrange2(moving = false) {
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
    arrange2();
  });
  expand.classList.add("saec-expand");
  const fullScreen = createFullScreen(ui, root);
  element2.append(zoomButtons(ui, zoomBy, camera.reset, expand, fullScreen.button), scrollBar.element);
  handlePointer(ui, element2, {
    hover: (at) => actions.hover(at && nodeAt(at)),
    click(at, pin2) {
      const node = nodeAt(at);
      if (pin2 && node !== null) actions.togglePin(node);
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
  handleKeys(ui, element2, {
    step(direction) {
      const { graph, selected } = store.get();
      const base = camera.base();
      if (!graph || !base) return;
      const next = selected === null ? graph.kind.indexOf(Kind.target) : step2(graph, base.x, base.y, selected, direction);
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
  store.watch(["graph", "visible"], () => arrange2(true));
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
    const next = { width: element2.clientWidth || SIZE4.width, height: element2.clientHeight || SIZE4.height };
    if (camera.resize(next)) arrange2();
  });
  observer.observe(element2);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  ui.signal.addEventListener("abort", () => clearTimeout(rest2), { once: true });
  followDensity(ui, () => request("all"));
  return {
    element: element2,
    picture() {
      const now = drawing(true);
      return now && { scene: buildScene(now), palette };
    },
    restyle() {
      palette = readPalette(root);
      arrange2();
    }
  };
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
  return String(Number(value.toPrecision(12)));
}
var list2 = (items) => `[${items.join(", ")}]`;
function positions(edit) {
  return edit.positions === null ? "" : `, positions=${list2(edit.positions.map(String))}`;
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
  return `lab.intervene(${literal(prompt)}, ${list2(edits.map(editCall))}, frozen=${frozen ? "True" : "False"})`;
}
function apply(edits, frozen) {
  return `effect = explorer.apply(${list2(edits.map(editCall))}, frozen=${frozen ? "True" : "False"})`;
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
function attributeFeature(prompt, feature, position, method = "") {
  const how = method ? `, method=${method}` : "";
  const target = `sc.Feature.parse(${literal(feature)})`;
  return `circuit = lab.attribute(${literal(prompt)}, target=${target}, position=${position}${how})`;
}
function severalPrompts(kind, prompts) {
  const [first = "", second = ""] = prompts.map(literal);
  return kind === "difference" ? `# circuit: that of ${second} less that of ${first}` : `# circuit: the mean of those of ${prompts.map(literal).join(", ")}`;
}
function readGraph(file, attached) {
  return `circuit = sc.read_graph(${literal(file)})${attached ? ".attach(lab)" : ""}`;
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
  return `explorer.pinned = ${list2(ids.map(literal))}`;
}
function supernodes(groups2) {
  const items = groups2.map(
    ({ name: name2, members }) => `{"name": ${literal(name2)}, "members": ${list2(members.map(literal))}}`
  );
  return `explorer.supernodes = ${list2(items)}`;
}
function groupCall(name2, members) {
  return `explorer.group(${literal(name2)}, ${list2(members.map(literal))})`;
}
function ungroupCall(name2) {
  return `explorer.ungroup(${literal(name2)})`;
}
function groupAutomatically(count, ids) {
  return `explorer.group_automatically(${count}${ids ? `, ${list2(ids.map(literal))}` : ""})`;
}
function places(places3) {
  const items = Object.entries(places3).map(([id, [x, y]]) => `${literal(id)}: [${number2(x)}, ${number2(y)}]`);
  return `explorer.places = {${items.join(", ")}}`;
}
function flow(flow2) {
  return `explorer.flow = ${literal(flow2)}`;
}
function filter(filter2) {
  const value = (part3) => {
    if (Array.isArray(part3)) return list2(part3.map(value));
    if (typeof part3 === "boolean") return part3 ? "True" : "False";
    return typeof part3 === "number" ? number2(part3) : literal(String(part3));
  };
  const items = Object.entries(filter2).map(([name2, part3]) => `${literal(name2)}: ${value(part3)}`);
  return `explorer.filter = {${items.join(", ")}}`;
}
function script(opening2, lines) {
  const widget = lines.some((line5) => line5.includes("explorer."));
  const model = opening2.some((line5) => line5.startsWith("lab = "));
  return [
    "import saecircuits as sc",
    "",
    ...opening2,
    ...widget ? [`explorer = ${model ? "lab.explore" : "sc.Explorer"}(circuit)`] : [],
    ...lines,
    ""
  ].join("\n");
}
function exported(filename, format2) {
  if (format2 === "html") return `open(${literal(filename)}, "w", encoding="utf-8").write(explorer.html())`;
  const named2 = format2 === "neuronpedia" ? ', format="neuronpedia"' : "";
  return `sc.export(explorer.grouped, ${literal(filename)}${named2})`;
}

// src/attention/python.ts
function edgeHeads(source, target) {
  return `lab.edge_heads(circuit, ${literal(source)}, ${literal(target)})`;
}
function explainHead({ layer: layer2, head, query, key: key3, against, traced }) {
  const options2 = `${against ? ', against="mean"' : ""}${traced ? ", traced=True" : ""}`;
  const at = key3 === null ? "" : `.at(${key3})`;
  return `lab.explain_head(circuit.prompt, layer=${layer2}, head=${head}, query=${query}${options2})${at}`;
}

// src/attention/asking.ts
function createAsking(store, ask, record) {
  const running = /* @__PURE__ */ new Map();
  const set = (patch) => store.set({ attention: { ...store.get().attention, ...patch } });
  async function send(kind, what, fields) {
    running.get(kind)?.abort();
    const mine = new AbortController();
    running.set(kind, mine);
    set({ waiting: what, failure: null });
    try {
      const answer = await ask(kind, fields, { signal: mine.signal });
      if (mine.signal.aborted) return null;
      set({ waiting: "" });
      return answer;
    } catch (error) {
      if (!mine.signal.aborted) {
        const failure = error instanceof Superseded ? null : asFailure(error);
        set({ waiting: "", failure });
      }
      return null;
    } finally {
      if (running.get(kind) === mine) running.delete(kind);
    }
  }
  function stop(...kinds) {
    for (const kind of kinds) {
      running.get(kind)?.abort();
      running.delete(kind);
    }
  }
  async function open(source, target) {
    const { graph } = store.get();
    if (!graph) return;
    stop("edge_heads", "explain_head", "feature_card");
    store.set({ attention: { ...CLOSED, edge: { source, target }, failure: refusal(graph) } });
    if (refusal(graph)) return;
    const ends2 = { source: graph.id[source] ?? "", target: graph.id[target] ?? "" };
    const answer = await send(
      "edge_heads",
      "following the edge through the heads",
      ends2
    );
    if (!answer?.body.edge) return;
    set({ heads: answer.body.edge });
    record(edgeHeads(ends2.source, ends2.target));
  }
  async function explain(question2) {
    stop("feature_card");
    set({ question: question2, outside: null });
    const answer = await send("explain_head", "explaining the head", { ...question2 });
    if (!answer?.body.score) return;
    const { body, buffers } = answer;
    const [pattern, scores2, parts] = [0, 1, 2].map((at) => typed(buffers[at], Float32Array));
    if (!pattern || !scores2 || !parts) return;
    const score = { ...body.score, pattern, scores: scores2, parts };
    set({ question: { ...question2, key: score.key }, score });
    record(explainHead({ ...question2, key: score.key }));
  }
  async function look(source) {
    if (!source?.feature) return set({ outside: null });
    const card = store.get().cards.get(source.feature) ?? null;
    set({ outside: { source, card } });
    if (card) return;
    const answer = await send("feature_card", "looking up the feature", {
      feature: source.feature
    });
    const { outside, failure } = store.get().attention;
    if (outside?.source !== source) return;
    set({ outside: { source, card: answer?.body.card ?? failure }, failure: answer ? failure : null });
  }
  return {
    open: (source, target) => void open(source, target),
    close() {
      stop("edge_heads", "explain_head", "feature_card");
      store.set({ attention: CLOSED });
    },
    explain: (question2) => void explain(question2),
    look: (source) => void look(source)
  };
}

// src/card/python.ts
var nameFeature = (feature, label) => `lab.set_label(${literal(feature)}, ${literal(label)})`;

// src/steer/places.ts
var HINT = "hover a token, or go along a text with the arrow keys";
function createPlaces(ui, names) {
  const title = h(ui, "span", { class: "saec-subtitle" });
  const head = h(
    ui,
    "div",
    { class: "saec-steer-place" },
    title,
    h(ui, "span", { class: "saec-caption", text: HINT })
  );
  const tables = names.map((name2, side2) => table(ui, name2, side2));
  const pair = h(ui, "div", { class: "saec-steer-pair" }, ...tables.map(({ element: element2 }) => element2));
  return {
    element: h(ui, "div", { class: "saec-steer-places", attrs: { "aria-live": "polite" } }, head, pair),
    show(written, place4) {
      head.hidden = written === null;
      pair.hidden = written === null;
      title.textContent = `What could stand at place ${place4 + 1}`;
      for (const [side2, each] of tables.entries()) each.show(written?.[side2] ?? null, place4);
    }
  };
}
function table(ui, name2, side2) {
  const ended = h(ui, "p", { class: "saec-hint", text: "The text has ended before." });
  const element2 = h(ui, "div", { class: "saec-steer-chances", attrs: { role: "group" } }, ended);
  const lines = [];
  return {
    element: element2,
    show(written, place4) {
      const top = written?.top[place4] ?? [];
      while (lines.length < top.length) {
        const made = chanceLine(ui, side2);
        lines.push(made);
        element2.append(made.element);
      }
      for (const [at, line5] of lines.entries()) line5.show(top[at], written?.tokens[place4]);
      ended.hidden = top.length > 0;
      element2.setAttribute("aria-label", `Place ${place4 + 1}, ${name2}`);
    }
  };
}
function chanceLine(ui, side2) {
  const token = h(ui, "bdi");
  const number3 = h(ui, "span", { class: "saec-number" });
  const fill2 = s(ui, "rect", { class: `saec-steer-bar-${side2 ? "edited" : "plain"}`, height: 8 });
  const bar2 = {
    class: "saec-steer-bar",
    "aria-hidden": "true",
    viewBox: "0 0 100 8",
    preserveAspectRatio: "none"
  };
  const element2 = h(
    ui,
    "div",
    { class: "saec-steer-chance" },
    h(ui, "span", { class: "saec-steer-chance-token" }, token),
    s(ui, "svg", bar2, fill2),
    number3
  );
  return {
    element: element2,
    show(chance, taken) {
      element2.hidden = chance === void 0;
      const [text2, probability] = chance ?? ["", 0];
      token.textContent = showToken(text2);
      number3.textContent = percent(probability);
      setAttributes(fill2, { width: Math.max(0.5, Math.min(100, 100 * probability)).toFixed(1) });
      element2.classList.toggle("saec-steer-taken", text2 === taken);
    }
  };
}

// src/steer/continuation.ts
var NAMES3 = ["unsteered", "steered"];
var PROMPT_LENGTH = 60;
function continuation(ui, names = NAMES3) {
  const columns = names.map((name2, side2) => column(ui, name2, side2, look));
  const [left, right] = columns;
  const places3 = createPlaces(ui, names);
  const element2 = h(
    ui,
    "div",
    { class: "saec-steer-texts" },
    h(ui, "div", { class: "saec-steer-pair" }, left.element, right.element),
    places3.element
  );
  let written = null;
  let shown2 = null;
  function look(place4) {
    if (place4 === null || place4 === shown2) return;
    shown2 = place4;
    for (const each of columns) each.mark(place4);
    places3.show(written, place4);
  }
  return {
    element: element2,
    show(texts) {
      element2.hidden = texts === null;
      written = texts && [decode(texts.plain), decode(texts.edited)];
      const before = shown2;
      shown2 = null;
      const first = written ? differing(written) : [];
      for (const [side2, each] of columns.entries())
        each.show(texts?.prompt ?? "", written?.[side2] ?? null, first);
      places3.show(null, 0);
      const parting = Math.max(0, first.indexOf(true));
      if (first.length > 0) look(before !== null && before < first.length ? before : parting);
    },
    wait: (waiting) => element2.classList.toggle("saec-pending", waiting)
  };
}
function decode({ tokens, ended, probability, top, odds }) {
  const chances = typed(odds, Float32Array);
  let at = 0;
  const pairs = top.map((row) => row.map((token) => [token, chances[at++] ?? Number.NaN]));
  return { tokens, ended, probability: typed(probability, Float32Array), top: pairs };
}
function differing([left, right]) {
  const places3 = Math.max(left.tokens.length, right.tokens.length);
  return Array.from({ length: places3 }, (_, place4) => left.tokens[place4] !== right.tokens[place4]);
}
function column(ui, name2, side2, look) {
  let marks = [];
  let marked;
  let stop;
  const seen = (event) => look(placeOf(event.target));
  const text2 = h(ui, "div", {
    class: "saec-steer-text",
    attrs: { role: "group", "aria-label": `The ${name2} text` },
    on: { pointerover: seen, focusin: seen, click: seen, keydown: step3 }
  });
  const note = h(ui, "span", { class: "saec-caption" });
  const title = h(ui, "span", { class: "saec-subtitle", text: name2 });
  const head = h(ui, "div", { class: "saec-steer-head" }, title, note);
  const kind = `saec-steer-column saec-steer-${side2 ? "edited" : "plain"}`;
  function step3(event) {
    const by = STEPS2[event.key];
    const place4 = placeOf(event.target);
    if (!by || place4 === null) return;
    event.preventDefault();
    if (stop) stop.tabIndex = -1;
    stop = marks[Math.max(0, Math.min(marks.length - 1, place4 + by))];
    if (!stop) return;
    stop.tabIndex = 0;
    stop.focus();
  }
  return {
    element: h(ui, "section", { class: kind }, head, text2),
    show(prompt, written, differ) {
      note.textContent = written && side2 === 1 ? differenceText(differ) : "";
      const { tokens, probability, ended } = written ?? NO_TEXT;
      marks = tokens.map(
        (token, place4) => tokenMark(ui, token, place4, probability[place4] ?? Number.NaN, differ[place4] ?? false)
      );
      [stop] = marks;
      marked = void 0;
      const end = h(ui, "span", { class: "saec-steer-end", text: "■", title: "The model ended the text" });
      text2.replaceChildren(
        ...prompt ? [promptMark(ui, prompt)] : [],
        ...marks.flatMap((mark2, place4) => [gapBefore(tokens, place4), mark2]),
        ...ended ? [end] : []
      );
    },
    mark(place4) {
      marked?.classList.remove("saec-hovered");
      marked = marks[place4];
      marked?.classList.add("saec-hovered");
    }
  };
}
var NO_TEXT = { tokens: [], ended: false, probability: new Float32Array(), top: [] };
function differenceText(differ) {
  const count = differ.filter(Boolean).length;
  if (count === 0) return "the same text";
  return count === 1 ? "1 token differs" : `${count} tokens differ`;
}
function promptMark(ui, prompt) {
  return h(ui, "span", { class: "saec-steer-prompt", title: visible(prompt), text: `${ending(prompt)} ` });
}
function gapBefore(tokens, place4) {
  const pieces = tokens.some((token) => token.startsWith(" "));
  return place4 > 0 && (!pieces || tokens[place4]?.startsWith(" ")) ? " " : "";
}
var STEPS2 = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };
function placeOf(target) {
  const token = target instanceof Element ? target.closest("[data-place]") : null;
  return token ? Number(token.dataset.place) : null;
}
function ending(prompt) {
  const text2 = visible(prompt);
  return text2.length > PROMPT_LENGTH ? `…${text2.slice(1 - PROMPT_LENGTH)}` : text2;
}
function tokenMark(ui, token, place4, chance, differs) {
  const element2 = h(
    ui,
    "span",
    {
      class: `saec-steer-token${differs ? " saec-steer-differs" : ""}`,
      attrs: {
        "data-place": place4,
        tabindex: place4 === 0 ? 0 : -1,
        role: "button",
        "aria-label": `${showToken(token)}, ${percent(chance)}${differs ? ", differs" : ""}`
      }
    },
    h(ui, "bdi", { text: showToken(token.length > 1 ? token.replace(/^ /, "") : token) })
  );
  return element2;
}

// src/steer/below.ts
function createWriteOn(store, ask, told) {
  let last = null;
  return async (edits, tokens, tell) => {
    last?.abort();
    const mine = new AbortController();
    last = mine;
    try {
      const fields = { edits, tokens, temperature: 0, seed: 0 };
      const answer = await ask("continue", fields, { signal: mine.signal });
      if (tell) told(writeOnCall(store.get().graph?.meta.prompt ?? "", edits, tokens));
      const [chance, odds, chanceEdited, oddsEdited] = answer.buffers;
      return {
        plain: { ...answer.body.plain, probability: chance, odds },
        edited: { ...answer.body.edited, probability: chanceEdited, odds: oddsEdited }
      };
    } catch (error) {
      return failureOf(error);
    }
  };
}
var TOKENS2 = 12;
function textBelow(ui, store, actions) {
  const texts = continuation(ui, ["without edits", "with the edits"]);
  const button2 = h(ui, "button", {
    class: "saec-button saec-button-small saec-write-on",
    text: "Continue the text",
    title: "Write what follows the prompt, without and with the edits",
    attrs: { "aria-expanded": "false" },
    on: { click: () => toggle() }
  });
  const count = h(ui, "input", {
    class: "saec-input saec-write-tokens",
    attrs: { type: "number", min: 1, max: 50, value: TOKENS2, "aria-label": "New tokens" },
    on: { change: () => void write2(store.get(), true) }
  });
  const tokens = h(
    ui,
    "label",
    { class: "saec-write-count" },
    count,
    h(ui, "span", { class: "saec-caption", text: "tokens" })
  );
  const element2 = h(
    ui,
    "div",
    { class: "saec-write" },
    h(ui, "div", { class: "saec-write-head" }, button2, tokens),
    texts.element
  );
  let open = false;
  let written = null;
  function toggle() {
    open = !open;
    button2.setAttribute("aria-expanded", String(open));
    tokens.hidden = !open;
    if (open) void write2(store.get(), true);
    else {
      written = null;
      texts.show(null);
    }
  }
  async function write2({ edits, graph }, tell) {
    const asked = {
      edits,
      graph,
      tokens: Math.max(1, Math.min(50, Math.round(Number(count.value)) || TOKENS2))
    };
    if (written && written.edits === edits && written.graph === graph && written.tokens === asked.tokens)
      return;
    written = asked;
    texts.wait(true);
    const answer = await actions.writeOn(edits, asked.tokens, tell);
    if (answer === null || written !== asked) return;
    texts.wait(false);
    if ("cure" in answer) actions.fail(answer);
    else store.attempt(texts, () => texts.show({ prompt: "", ...answer }));
  }
  texts.show(null);
  tokens.hidden = true;
  store.watch(["graph", "edits", "waiting"], (state) => {
    const { graph, waiting } = state;
    element2.hidden = !graph?.meta.live || refusal(graph) !== null;
    if (open && !element2.hidden && waiting === "") void write2(state, false);
  });
  return element2;
}
function writeOnCall(prompt, edits, tokens) {
  return `lab.generate(${literal(prompt)}, [${edits.map(editCall).join(", ")}], max_new_tokens=${tokens})`;
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
      if (mine === turn) store.set({ checking: false, failure: failureOf(error) });
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
function createEditing(store, ask, done, reread = () => {
}) {
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
      store.set({ ...settle(now), waiting: "" });
      if (error instanceof Superseded) reread();
      else store.set({ failure: asFailure(error) });
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
  return a.length === b.length && a.every((edit, index2) => sameEdit(edit, b[index2]));
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

// src/model/edits_trait.ts
var readEdits = (model, store) => {
  const edits = expectList("edits", model.get("edits"), isRecord);
  if (!sameEdits(edits, store.get().edits)) store.set({ edits });
};
var readFrozen = (model, store) => store.set({ frozen: model.get("frozen") ?? false });
var readEffect = (model, store) => {
  const effect = model.get("effect");
  const decoded = effect ? decodeEffect(effect) : null;
  const fits = decoded?.nodeValue.length === store.get().graph?.size;
  store.set({ effect: fits ? decoded : null });
};
var readEverything = (model, store) => {
  for (const read of [readEffect, readEdits, readFrozen]) read(model, store);
};

// src/model/groups.ts
function readPlaces(trait) {
  const fits = ([, place4]) => Array.isArray(place4) && place4.length === 2 && place4.every(Number.isFinite);
  if (typeof trait !== "object" || trait === null) return {};
  const places3 = Object.entries(trait);
  return places3.every(fits) ? trait : Object.fromEntries(places3.filter(fits));
}
function grouped(supernodes2, name2, members) {
  const own = [...new Set(members)];
  const others = supernodes2.filter((other) => other.name !== name2).map((other) => ({ ...other, members: other.members.filter((id) => !own.includes(id)) })).filter((other) => other.members.length > 0);
  return own.length > 0 ? [...others, { name: name2, members: own }] : others;
}
function groupOf(supernodes2, id) {
  return supernodes2.find(({ members }) => id !== void 0 && members.includes(id)) ?? null;
}
function proposeName(graph, ids, taken) {
  const weight = /* @__PURE__ */ new Map();
  const nodes2 = rows(graph, ids);
  for (const row of nodes2) {
    const named2 = graph.kind[row] === Kind.feature && !/^[\w.]+\/\d+$/.test(graph.label[row] ?? "");
    const words3 = named2 ? graph.label[row]?.match(/\p{L}[\p{L}\p{N}_]*/gu) ?? [] : [];
    for (const word of new Set(words3))
      weight.set(word, (weight.get(word) ?? 0) + (graph.influence[row] ?? 0) + 1e-12);
  }
  const words2 = [...weight].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const token = graph.meta.tokens[graph.position[nodes2[0] ?? 0] ?? 0]?.trim();
  return unique(words2.map(([word]) => word).join(", ") || token || "group", taken);
}
function unique(name2, taken) {
  let candidate = name2;
  for (let number3 = 2; taken.includes(candidate); number3++) candidate = `${name2} (${number3})`;
  return candidate;
}
function createGroups(store, ask, commit) {
  let proposals = 0;
  let asked = 0;
  const ids = (nodes2) => nodes2.map((node) => store.get().graph?.id[node]).filter((id) => id !== void 0);
  function put(name2, members, from = store.get().supernodes) {
    const line5 = members.length > 0 ? groupCall(name2, members) : ungroupCall(name2);
    commit({ supernodes: grouped(from, name2, members) }, line5);
    store.set({ proposal: null });
  }
  const cancel = () => store.set({ marked: null });
  return {
    toggle: () => store.set({ marked: store.get().marked === null ? [] : null }),
    begin: () => store.set({ marked: store.get().marked ?? [] }),
    cancel,
    mark(nodes2) {
      const marked = store.get().marked;
      const chosen = ids(nodes2);
      if (marked === null || chosen.length === 0) return;
      const all = chosen.every((id) => marked.includes(id));
      const others = marked.filter((id) => !chosen.includes(id));
      store.set({ marked: all ? others : [...others, ...chosen] });
    },
    make() {
      const { graph, marked, supernodes: supernodes2 } = store.get();
      store.set({ marked: null });
      if (!graph || !marked || marked.length === 0) return null;
      const whole = supernodes2.filter(({ members }) => members.every((id) => marked.includes(id)));
      const [first] = whole;
      const left = supernodes2.filter((group3) => !whole.includes(group3)).map(({ name: name3 }) => name3);
      const name2 = first && whole.length === 1 ? first.name : proposeName(graph, marked, left);
      put(name2, marked);
      return name2;
    },
    rename(name2, to) {
      const { supernodes: supernodes2 } = store.get();
      const members = supernodes2.find((group3) => group3.name === name2)?.members;
      const wanted = to.trim();
      if (!members || wanted === "" || wanted === name2) return;
      const others = supernodes2.map((group3) => group3.name).filter((other) => other !== name2);
      put(unique(wanted, others), members);
    },
    ungroup(name2) {
      const { supernodes: supernodes2 } = store.get();
      if (!supernodes2.some((group3) => group3.name === name2)) return;
      put(name2, []);
    },
    add(name2, node) {
      const members = store.get().supernodes.find((group3) => group3.name === name2)?.members ?? [];
      put(name2, [...members, ...ids([node])]);
    },
    remove(node) {
      const { graph, supernodes: supernodes2 } = store.get();
      const id = graph?.id[node];
      const group3 = groupOf(supernodes2, id);
      if (group3)
        put(
          group3.name,
          group3.members.filter((other) => other !== id)
        );
    },
    async propose(count, nodes2, everything) {
      const mine = ++asked;
      const { proposal, supernodes: supernodes2 } = store.get();
      const standing2 = proposal?.before ?? supernodes2;
      const taken = standing2.flatMap(({ members }) => members);
      const free = ids(nodes2).filter((id) => !taken.includes(id));
      store.set({ waiting: "grouping" });
      try {
        const { body } = await ask("group", { count, nodes: free });
        if (mine !== asked) return;
        const names = standing2.map(({ name: name2 }) => name2);
        const found = body.supernodes.map(({ name: name2, members }) => {
          const own = { name: unique(name2, names), members };
          names.push(own.name);
          return own;
        });
        if (!proposal) proposals++;
        const line5 = groupAutomatically(count, everything && taken.length === 0 ? null : free);
        commit({ supernodes: [...standing2, ...found] }, line5, `propose ${proposals}`);
        store.set({ waiting: "", failure: null, proposal: { before: standing2, count: found.length } });
      } catch (error) {
        if (mine === asked) store.set({ waiting: "", failure: failureOf(error) });
      }
    },
    keep: () => store.set({ proposal: null })
  };
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
  const { kind, prompts, method, file } = originOf(graph);
  if (file) {
    const attached = refusal(graph) === null;
    return [...attached ? [load(graph.meta.model)] : [], readGraph(file, attached)];
  }
  const { feature, position } = graph.meta.target;
  const made = kind === "prompt" && feature ? attributeFeature(graph.meta.prompt, feature, position ?? -1, method) : kind === "prompt" ? attribute(graph.meta.prompt, target, against, method) : severalPrompts(kind, prompts);
  return [load(graph.meta.model), made];
}

// src/model/script.ts
var SHARE = 0.8;
var same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
var plain = (filter2) => writeFilter(filter2);
function scriptOf(state, lines, changes) {
  if (!state.graph) return script([], lines);
  return script(opening(state.graph), [
    ...lines,
    ...rest(state, lines, Object.assign({}, ...changes))
  ]);
}
function rest(state, lines, done) {
  const { pinned, supernodes: supernodes2, places: places3, flow: flow2, filter: filter2, share, edits, frozen, selected, graph } = state;
  const id = selected === null ? null : graph?.id[selected] ?? null;
  const chosen = lines.findLast((line5) => line5.startsWith("explorer.selected = "));
  const wanted = [
    [same(supernodes2, done.supernodes ?? []), supernodes(supernodes2)],
    [same(places3, done.places ?? {}), places(places3)],
    [flow2 === (done.flow ?? "across"), flow(flow2)],
    [same(plain(filter2), plain(done.filter ?? NO_FILTER)), filter(plain(filter2))],
    [same(pinned, done.pinned ?? []), pin(pinned)],
    [share === (done.share ?? SHARE), prune2(share)],
    [sameEdits(edits, done.edits ?? []) && frozen === (done.frozen ?? false), apply(edits, frozen)],
    [(chosen ?? select(null)) === select(id), select(id)]
  ];
  return wanted.filter(([is]) => !is).map(([, line5]) => line5);
}

// src/model/actions.ts
function createActions({ model, store, ask, history }) {
  let drag = 0;
  let held = false;
  function save(name2, value) {
    model.set(name2, value);
    model.save_changes();
  }
  function record(line5, key3, change2, replay = line5) {
    history.record({ python: line5, key: key3, replay, ...change2 ? { change: change2 } : {} });
    store.set({ code: line5, canUndo: history.canUndo(), canRedo: history.canRedo() });
  }
  function setPins(pinned) {
    const before = store.get().pinned;
    store.set({ pinned });
    save("pinned", pinned);
    record(pin(pinned), "", { before: { pinned: before }, after: { pinned } });
  }
  function tell({ pinned, supernodes: supernodes2, places: places3, flow: flow2, filter: filter2, share }) {
    if (pinned) save("pinned", pinned);
    if (supernodes2) save("supernodes", supernodes2);
    if (places3) save("places", places3);
    if (flow2) save("flow", flow2);
    if (filter2) save("filter", writeFilter(filter2));
    if (share !== void 0) save("prune", share);
  }
  const commit = (after, line5, key3 = "", quiet = false) => {
    const state = store.get();
    const names = Object.keys(after);
    const before = Object.fromEntries(names.map((name2) => [name2, state[name2]]));
    store.set(after);
    if (!quiet) tell(after);
    record(line5, key3, { before, after });
  };
  const groups2 = createGroups(store, ask, commit);
  const editing = createEditing(
    store,
    ask,
    (before, now, key3) => {
      if (key3 === null || sameEdits(before.edits, now.edits) && before.frozen === now.frozen) return;
      const line5 = intervene(store.get().graph?.meta.prompt ?? "", now.edits, now.frozen);
      record(line5, key3, { before, after: now }, apply(now.edits, now.frozen));
    },
    () => readEverything(model, store)
  );
  const attention = createAsking(store, ask, (line5) => record(line5, "attention"));
  const checking = createChecking(store, ask, () => record(check(), "check"));
  function restore(change2, verb) {
    if (!change2) return;
    const { edits, frozen, ...rest2 } = change2;
    store.set({ ...rest2, marked: null, proposal: null });
    tell(rest2);
    if (edits) void editing.send({ edits, frozen: frozen ?? store.get().frozen }, null);
    store.set({
      code: history.lines().at(-1) ?? `# ${verb}`,
      canUndo: history.canUndo(),
      canRedo: history.canRedo()
    });
  }
  function select2(row) {
    const { graph, selected } = store.get();
    if (!graph || row === selected) return;
    const id = row === null ? null : graph.id[row] ?? null;
    store.set({ selected: row });
    save("selected", id);
    record(select(id), "select");
  }
  return {
    select: select2,
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
    pick(row) {
      if (row !== null && store.get().marked !== null) groups2.mark([row]);
      else select2(row);
    },
    groups: groups2,
    commit,
    setFilter(filter2, done = true) {
      const key3 = done && !held ? "" : `filter ${drag}`;
      commit({ filter: filter2 }, filter(writeFilter(filter2)), key3, !done);
      held = !done;
      if (done) drag++;
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
    showAfterEdit: (afterEdit) => store.set({ afterEdit }),
    async setLabel(feature, label) {
      await ask("label", { feature, label });
      record(nameFeature(feature, label.trim()), "");
    },
    openEdge: attention.open,
    attention,
    undo: () => restore(history.undo(), "undone"),
    redo: () => restore(history.redo(), "redone"),
    async attribute(prompt, target, against) {
      store.set({ waiting: "finding the circuit" });
      try {
        await ask("attribute", { prompt, target, against });
        store.set({ waiting: "", failure: null, code: attribute(prompt, target, against) });
      } catch (error) {
        store.set({ waiting: "", failure: failureOf(error) });
      }
    },
    writeOn: createWriteOn(store, ask, (line5) => record(line5, "continue")),
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
        store.set({ waiting: "", failure: failureOf(error) });
        return null;
      }
    },
    fail: (failure) => store.set({ failure }),
    dismiss() {
      store.set({ failure: null });
      if (model.get("error") !== null) save("error", null);
    },
    script() {
      return scriptOf(store.get(), history.replayed(), history.changes());
    },
    editing: editing.active,
    reset() {
      editing.reset();
      checking.reset();
      attention.close();
      history.clear();
      store.set({ canUndo: false, canRedo: false, waiting: "", marked: null, proposal: null });
    }
  };
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
      const change2 = entry.change && { ...entry.change, before: before ?? entry.change.before };
      done.push(change2 ? { ...entry, change: change2 } : entry);
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
    replayed: () => done.map((entry) => entry.replay ?? entry.python),
    changes: () => done.flatMap((entry) => entry.change ? [entry.change.after] : []),
    clear() {
      done = [];
      undone = [];
    }
  };
}

// src/model/offline.ts
function followKernel(store, kernel) {
  const sent = /* @__PURE__ */ new WeakMap();
  function adapt() {
    const { graph, gone } = store.get();
    if (!graph) return;
    const live = sent.get(graph);
    if (gone && !live && hasKernel(graph)) {
      const cut2 = { ...graph, meta: { ...graph.meta, live: false, kernel: false, refusal: gone } };
      sent.set(cut2, graph);
      store.set({ graph: cut2 });
    } else if (!gone && live) {
      store.set({ graph: live });
    }
  }
  kernel.follow((gone) => store.set({ gone }));
  store.watch(["gone", "graph"], adapt);
}

// src/model/stopping.ts
var QUICK = /* @__PURE__ */ new Set(["card"]);
function createStopping(plain3, changed) {
  const open = /* @__PURE__ */ new Set();
  async function remember(run, signal) {
    const mine = new AbortController();
    const pass = () => mine.abort();
    signal?.addEventListener("abort", pass, { once: true });
    if (signal?.aborted) pass();
    open.add(mine);
    changed(open.size);
    try {
      return await run(mine.signal);
    } finally {
      signal?.removeEventListener("abort", pass);
      open.delete(mine);
      changed(open.size);
    }
  }
  return {
    ask: (type, fields, { signal } = {}) => QUICK.has(type) ? plain3(type, fields, signal ? { signal } : {}) : remember((both) => plain3(type, fields, { signal: both }), signal),
    stop() {
      for (const each of [...open]) each.abort();
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
          if ([...now].some((key3) => keys.has(key3))) attempt(listener, () => listener(state));
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
      attempt(listener, () => listener(state));
    },
    attempt,
    close() {
      listeners = [];
    }
  };
}

// src/model/names.ts
function readNames(value) {
  if (!isRecord(value)) return /* @__PURE__ */ new Map();
  return new Map(Object.entries(value).filter((entry) => isText(entry[1])));
}
function withNames(graph, names) {
  if (names.size === 0) return graph;
  const label = graph.label.map((text2, node) => names.get(featureKey(graph, node) ?? "") ?? text2);
  return label.every((text2, node) => text2 === graph.label[node]) ? graph : { ...graph, label };
}
function cardsWithNames(cards, names) {
  if (names.size === 0) return cards;
  const named2 = new Map(cards);
  for (const [feature, label] of names) {
    const card = cards.get(feature);
    if (card && "contexts" in card) named2.set(feature, { ...card, label });
  }
  return named2;
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
        const decoded = isGraph(trait) ? decodeGraph(checkVersion(trait)) : null;
        const graph = decoded && withNames(decoded, readNames(model.get("names")));
        store.set({ graph, selected: null, hovered: null, effect: null, query: "" });
        store.set({ selected: selectedRow(), code: graph ? opening(graph).at(-1) ?? "" : "" });
        store.attempt(blocks.effect, blocks.effect);
        store.attempt(blocks.report, blocks.report);
      } catch (error) {
        store.set({ graph: null, selected: null });
        throw error;
      }
    },
    selected: () => store.set({ selected: selectedRow() }),
    pinned: () => store.set({ pinned: expectList("pinned", model.get("pinned"), isText) }),
    supernodes: () => store.set({ supernodes: expectList("supernodes", model.get("supernodes"), isSupernode) }),
    places: () => store.set({ places: readPlaces(model.get("places")) }),
    flow: () => store.set({ flow: model.get("flow") === "up" ? "up" : "across" }),
    filter() {
      const filter2 = readFilter(model.get("filter"));
      if (JSON.stringify(filter2) !== JSON.stringify(store.get().filter)) store.set({ filter: filter2 });
    },
    prune: () => store.set({ share: model.get("prune") ?? 0.8 }),
    edits: () => actions.editing() || readEdits(model, store),
    frozen: () => actions.editing() || readFrozen(model, store),
    effect: () => actions.editing() || readEffect(model, store),
    report() {
      const report = expectRecord("report", model.get("report"), ["rows", "scores"]);
      store.set({ report, reportOpen: report !== null });
    },
    cards() {
      const known7 = store.get().cards;
      const cards = new Map([...known7, ...Object.entries(model.get("cards") ?? {})]);
      store.set({ cards: cardsWithNames(cards, readNames(model.get("names"))) });
    },
    names() {
      const { graph, cards } = store.get();
      const names = readNames(model.get("names"));
      if (graph) store.set({ graph: withNames(graph, names), cards: cardsWithNames(cards, names) });
    },
    busy: () => store.set({ busy: model.get("busy") ?? "" }),
    progress() {
      const share = model.get("progress");
      store.set({ progress: typeof share === "number" ? share : null });
    }
  };
  const entries = Object.entries(blocks);
  const followed = entries.map(([name2, block]) => {
    const run = () => store.attempt(block, block);
    run();
    model.on(`change:${name2}`, run);
    return () => model.off(`change:${name2}`, run);
  });
  return () => {
    for (const end of followed) end();
  };
}
var isSupernode = (each) => isRecord(each) && isText(each.name) && Array.isArray(each.members);
function isGraph(trait) {
  return Boolean(trait && "nodes" in trait);
}
function checkVersion(trait) {
  if (trait.version === VERSION) return trait;
  throw new RangeError(`its version is ${trait.version}, this widget reads version ${VERSION}`);
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
  const broken2 = /* @__PURE__ */ new Map();
  const element2 = h(ui, "div", { class: "saec-broken", attrs: { role: "alert" } });
  const show = () => {
    const [first] = broken2.values();
    element2.replaceChildren(...first === void 0 ? [] : [line3(ui, first)]);
  };
  return {
    element: element2,
    attempt(part3, block) {
      try {
        block();
        if (broken2.delete(part3)) show();
      } catch (error) {
        broken2.set(part3, error instanceof Error ? error.message : String(error));
        show();
        console.error(error);
      }
    }
  };
}
function line3(ui, reason) {
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

// src/mount.ts
function mount(build2, className, patience) {
  return {
    render({ model, el, signal }) {
      const stop = new AbortController();
      const ui = { doc: el.ownerDocument, signal: stop.signal };
      const onClean = (run) => stop.signal.addEventListener("abort", run, { once: true });
      const { ask, kernel, close } = createAsk(model, patience?.timeout, patience?.cure, el);
      const { element: broken2, attempt } = createGuard(ui);
      const root = h(ui, "div", {
        class: `saec ${className}`,
        // Focusable by script: a focus that loses its control stays in the widget.
        attrs: { tabindex: -1 },
        on: { keydown: keepFromNotebook }
      });
      root.append(broken2);
      const stand = {
        model,
        ui,
        root,
        ask,
        kernel,
        follow(names, block) {
          const run = () => attempt(block, block);
          for (const name2 of names) {
            model.on(`change:${name2}`, run);
            onClean(() => model.off(`change:${name2}`, run));
          }
          run();
        },
        save(name2, value) {
          model.set(name2, value);
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
    cure.textContent = visible(failure?.cure ?? "");
  });
  return element2;
}
function kernelNote(ui, store) {
  const message = h(ui, "strong");
  const cure = h(ui, "span");
  const element2 = h(ui, "div", { class: "saec-gone", attrs: { role: "status" } }, message, " ", cure);
  store.watch(["gone"], ({ gone }) => {
    element2.hidden = gone === null;
    message.textContent = gone?.message ?? "";
    cure.textContent = gone?.cure ?? "";
  });
  return element2;
}
function progress(ui, store, stop) {
  const text2 = h(ui, "span", { class: "saec-progress-text", attrs: { role: "status" } });
  const button2 = h(ui, "button", {
    class: "saec-progress-stop",
    text: "Stop",
    title: "Stop what runs; everything stays as it was",
    on: { click: stop }
  });
  const bar2 = h(ui, "div", { class: "saec-progress-bar" });
  const pill = h(ui, "div", { class: "saec-progress-pill" }, text2, button2);
  const element2 = h(ui, "div", { class: "saec-progress" }, bar2, pill);
  store.watch(
    ["busy", "waiting", "checking", "progress", "running", "gone"],
    ({ busy, waiting, checking, progress: share, running, gone }) => {
      const what = gone ? "" : visible(busy) || waiting || (checking ? "checking the circuit" : "");
      element2.classList.toggle("saec-progress-on", what !== "");
      element2.classList.toggle("saec-progress-known", what !== "" && share !== null);
      bar2.style.setProperty("--saec-share", String(share ?? 0));
      text2.textContent = what === "" ? "" : share === null ? `${what} …` : `${what} … ${Math.round(100 * share)} %`;
      button2.hidden = what === "" || running === 0;
    }
  );
  return element2;
}

// src/panels/code.ts
var SAID_MS = 1500;
function codeStrip(ui, buttons) {
  const code = h(ui, "code", {
    class: "saec-code-text",
    attrs: { tabindex: 0, "aria-label": "Python of the last action" }
  });
  const button2 = ({ text: text2, title, content: content3 }) => {
    const element3 = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text: text2, title });
    let said;
    const ownText = () => {
      element3.textContent = text2;
    };
    ui.signal.addEventListener("abort", () => clearTimeout(said), { once: true });
    const press2 = async () => {
      const copied = await copy(ui, content3());
      element3.textContent = copied ? "Copied" : "Not allowed";
      clearTimeout(said);
      if (!ui.signal.aborted) said = setTimeout(ownText, SAID_MS);
    };
    element3.addEventListener("click", () => void press2(), { signal: ui.signal });
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
    show(line5) {
      code.textContent = line5;
    }
  };
}

// src/panels/edit_form.ts
function createEditForm(ui, { toggleAblation, apply: apply2 }) {
  const ablate = button(
    ui,
    "Ablate",
    "Set this feature to zero (a)",
    "saec-button-main saec-ablate",
    toggleAblation
  );
  const scale = scaleSlider(ui, (value) => apply2("scale", { value }, true));
  const scope = scopeChoice(ui);
  const amount = h(ui, "input", {
    class: "saec-input saec-amount",
    attrs: { type: "number", step: "any", placeholder: "value", "aria-label": "Value to set or to add" },
    on: { keydown: (event) => onEnter(event, () => applyAmount("set")) }
  });
  const applyAmount = (op) => {
    const value = Number.parseFloat(amount.value);
    if (Number.isFinite(value)) apply2(op, { value });
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
    if (source.value.trim() !== "") apply2("patch", { source: source.value });
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
function button(ui, text2, title, kind, run) {
  return h(ui, "button", { class: `saec-button ${kind}`, text: text2, title, on: { click: run } });
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
  const caption = h(ui, "span", { class: "saec-caption", text: "Scale" });
  const element2 = h(ui, "label", { class: "saec-edit-scale" }, caption, slider, factor);
  const show = (value) => {
    slider.value = String(value);
    say(value);
  };
  return { element: element2, show };
}
function scopeChoice(ui) {
  let everywhere = false;
  const choice = (text2, title, value) => h(ui, "button", { class: "saec-choice", text: text2, title, on: { click: () => choose(value) } });
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

// src/card/label.ts
var LONGEST = 200;
function labelEditor(ui, { label, automatic }, save) {
  const named2 = automatic !== void 0 && automatic !== label;
  const text2 = h(ui, "bdi", { text: visible(label) || "unnamed feature" });
  const title = h(ui, "h3", { class: "saec-title saec-label-text" }, text2);
  const note = h(ui, "div", { class: "saec-caption saec-label-note" });
  const element2 = h(ui, "div", { class: "saec-label" }, title, note);
  note.hidden = automatic === void 0;
  if (!save) {
    note.textContent = named2 ? `automatic: ${visible(automatic)}` : "automatic label";
    return element2;
  }
  const failed = h(ui, "span", { class: "saec-label-failed", attrs: { role: "alert", hidden: true } });
  let saving = false;
  const keep = async (next) => {
    if (saving) return;
    saving = true;
    element2.setAttribute("aria-busy", "true");
    failed.hidden = true;
    try {
      await save(next);
      close();
    } catch (error) {
      const { message, cure } = asFailure(error);
      failed.textContent = visible(`${message} ${cure}`);
      failed.hidden = false;
    } finally {
      saving = false;
      element2.removeAttribute("aria-busy");
    }
  };
  const input = h(ui, "input", {
    class: "saec-input saec-label-input",
    attrs: {
      "aria-label": "Label of this feature. Enter saves, Escape leaves it as it was.",
      maxlength: LONGEST,
      placeholder: automatic ?? "",
      hidden: true
    }
  });
  const edit = h(ui, "button", {
    class: "saec-button saec-button-small saec-label-edit",
    text: "Edit",
    title: "Name this feature",
    attrs: { "aria-label": "Edit the label" },
    on: { click: () => open() }
  });
  const reset = h(ui, "button", {
    class: "saec-link saec-label-reset",
    text: "use it again",
    title: "Take the label back; the automatic one holds again",
    on: { click: () => void keep("") }
  });
  function open() {
    element2.classList.add("saec-editing");
    input.hidden = false;
    title.hidden = edit.hidden = true;
    input.value = label;
    input.focus();
    input.select();
    note.replaceChildren("Enter saves · Escape leaves it · an empty one brings the automatic label back");
  }
  function close() {
    const inside2 = element2.querySelector(":focus") !== null;
    element2.classList.remove("saec-editing");
    title.hidden = edit.hidden = false;
    input.hidden = true;
    failed.hidden = true;
    tell();
    if (inside2) edit.focus();
  }
  function tell() {
    note.hidden = automatic === void 0;
    if (named2) note.replaceChildren("given by hand · automatic: ", shown(ui, automatic), " ", reset);
    else note.replaceChildren("automatic label");
  }
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.isComposing) {
      if (input.value.trim() === label) close();
      else void keep(input.value);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  title.addEventListener("dblclick", () => open());
  tell();
  element2.replaceChildren(h(ui, "div", { class: "saec-label-line" }, title, input, edit), note, failed);
  return element2;
}
function shown(ui, label) {
  return h(ui, "bdi", { text: visible(label) });
}

// src/card/traits.ts
var nameOf = (card) => `${card.dictionary}/${card.feature}`;

// src/card/full.ts
function fullCard(ui, card, marks, tools) {
  const { rename, ...rest2 } = tools;
  const feature = nameOf(card);
  const head = h(
    ui,
    "div",
    { class: "saec-card-head" },
    labelEditor(ui, card, rename && ((label) => rename(feature, label))),
    h(ui, "span", { class: "saec-caption saec-card-name", text: visible(feature) })
  );
  return h(ui, "div", { class: "saec-card-full" }, head, cardView(ui, card, marks, rest2));
}
function replaceCard(body, card) {
  const naming = body.querySelector(".saec-label :focus") !== null;
  body.replaceChildren(card);
  if (naming) card.querySelector(".saec-label-edit")?.focus({ preventScroll: true });
}

// src/panels/evidence.ts
function evidencePanel(ui, store, actions) {
  const body = h(ui, "div", { class: "saec-evidence-body" });
  const title = h(ui, "h4", { class: "saec-subtitle", text: "How to read this" });
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-evidence", attrs: { "aria-label": "Evidence" } },
    title,
    body
  );
  const guide = legend(ui);
  store.watch(["graph", "selected", "cards", "effect"], ({ graph, selected, cards, effect }) => {
    const key3 = graph && selected !== null ? featureKey(graph, selected) : null;
    title.hidden = key3 !== null;
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
    const rename = graph.meta.live ? { rename: actions.setLabel } : {};
    return replaceCard(body, fullCard(ui, card, values, rename));
  });
  return element2;
}
function legend(ui) {
  const entry = (kind, text2) => h(ui, "span", { class: "saec-legend-item" }, glyph(ui, kind), text2);
  const line5 = (kind, text2) => {
    const stroke = s(ui, "line", { x1: 0, x2: 26, y1: 6, y2: 6, class: kind });
    return h(
      ui,
      "span",
      { class: "saec-legend-item" },
      s(ui, "svg", { width: 26, height: 12, "aria-hidden": "true" }, stroke),
      text2
    );
  };
  const keys = (names, text2) => h(ui, "span", { class: "saec-legend-item" }, ...names.map((name2) => h(ui, "kbd", { text: name2 })), text2);
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
      line5("saec-line-positive", "pushes up"),
      line5("saec-line-negative", "pushes down"),
      h(ui, "span", {
        class: "saec-legend-item",
        text: "wide = large part of the input · large = much influence · ▲▼ and raised or lowered wings = moved by the edits"
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
      keys(["g"], "group"),
      keys(["a"], "ablate"),
      keys(["h"], "heads of a link"),
      keys(["u"], "undo"),
      keys(["/"], "search"),
      keys(["Ctrl", "wheel"], "zoom"),
      keys(["Shift"], "hold the hover"),
      keys(["Esc"], "clear")
    )
  );
}

// src/panels/header.ts
function header(ui, store, actions, check2, exportMenu) {
  const field = (name2, label, placeholder) => h(ui, "input", {
    class: `saec-input saec-input-${name2}`,
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
  const scores2 = h(ui, "div", { class: "saec-scores" });
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
    scores2,
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
    scores2.replaceChildren(...graph ? scoreParts(ui, graph.meta) : []);
  });
  store.watch(["canUndo", "canRedo", "waiting"], ({ canUndo, canRedo, waiting }) => {
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
    ask.disabled = waiting !== "";
  });
  return h(ui, "div", { class: "saec-header" }, form, facts2);
}
function scoreParts(ui, { target, scores: scores2 }) {
  const score = (name2, value, tip2) => value === void 0 || value === null ? [] : [
    h(
      ui,
      "span",
      {
        class: "saec-score saec-tip",
        attrs: { tabindex: 0, "data-tip": tip2, "aria-label": `${name2} ${percent(value)}. ${tip2}` }
      },
      h(ui, "span", { class: "saec-caption", text: name2 }),
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
      scores2.replacement,
      "Of all paths that start at a token or at an error, this part starts at a token. 100 % means that features explain everything."
    ),
    ...score(
      "completeness",
      scores2.completeness,
      "How much of the input of the nodes comes from features and tokens and not from errors, weighted by influence."
    ),
    ...score(
      "error",
      scores2.error_share,
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
function element(name2, attributes, content3 = "") {
  const written = Object.entries(attributes).filter(([, value]) => value !== null && value !== void 0).map(([key3, value]) => ` ${key3}="${typeof value === "number" ? round2(value) : escapeXml(value ?? "")}"`).join("");
  return content3 === "" ? `<${name2}${written}/>` : `<${name2}${written}>${content3}</${name2}>`;
}
var round2 = (value) => String(Math.round(value * 100) / 100);
function toSvg(scene, options2) {
  const { width, height, plot } = scene;
  const top = options2.title === "" ? 0 : 30;
  const title = { x: 12, y: 20, "font-size": 13, "font-weight": 600, fill: options2.ink };
  const clipped = [scene.back, scene.links, scene.focus, scene.nodes].map(
    (layer2) => layer2.map(shapeToSvg).join("\n")
  );
  const clip = element("clipPath", { id: "saec-plot" }, element("rect", { ...plot }));
  const body = [
    element("title", {}, escapeXml(options2.title) || " "),
    element("defs", {}, clip),
    element("rect", { width, height: height + top, fill: options2.paper }),
    options2.title === "" ? "" : element("text", title, escapeXml(options2.title)),
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
    "font-family": options2.font
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
      const ends2 = [
        shape2.x1,
        shape2.y1,
        shape2.x1,
        shape2.y1 + reach,
        shape2.x2,
        shape2.y2 - reach,
        shape2.x2,
        shape2.y2
      ];
      const [x1, y1, ...rest2] = ends2.map(round2);
      return element("path", {
        d: `M${x1} ${y1}C${rest2.join(" ")}`,
        fill: "none",
        ...line4(shape2.stroke, shape2.width, shape2.dashed),
        opacity
      });
    }
    case "circle":
      return element("circle", {
        cx: shape2.x,
        cy: shape2.y,
        r: shape2.r,
        fill: shape2.fill ?? "none",
        ...line4(shape2.stroke, shape2.width, shape2.dashed ?? false),
        opacity
      });
    case "polygon":
      return element(shape2.closed ? "polygon" : "polyline", {
        points: shape2.points.map(round2).join(" "),
        fill: shape2.fill ?? "none",
        ...line4(shape2.stroke, shape2.width, false),
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
        ...line4(shape2.stroke, shape2.line, false),
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
function line4(stroke, width, dashed) {
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
  const heading3 = { type: "text", x: 12, y: 16, text: title, size: 13, bold: true, anchor: "start" };
  paint(context, [{ ...heading3, rotate: 0, fill: palette.ink, halo: null, alpha: 1 }], palette.font);
  context.translate(0, TITLE_HEIGHT);
  for (const layer2 of [scene.back, scene.links, scene.focus, scene.nodes]) {
    paintClipped(context, layer2, palette.font, plot);
  }
  paint(context, scene.frame, palette.font);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// src/panels/menu.ts
var FILES = [
  ["html", "Web page (.html)"],
  ["circuit", "Circuit, to load back (.circuit)"],
  ["json", "JSON (.json)"],
  ["graphml", "GraphML (.graphml)"],
  ["neuronpedia", "Neuronpedia (.json)"],
  ["circuit-tracer", "circuit-tracer (.pt)"]
];
function createMenu(ui, store, actions, stage) {
  const items = [
    { button: item2("Picture (.png)", () => void savePicture("png")), python: false },
    { button: item2("Picture (.svg)", () => void savePicture("svg")), python: false },
    ...FILES.map(([format2, name2]) => ({ button: item2(name2, () => void saveFile(format2)), python: true }))
  ];
  const list4 = h(ui, "div", {
    class: "saec-menu-list",
    attrs: { role: "menu", "aria-label": "Export", hidden: true }
  });
  list4.append(...items.map(({ button: button2 }) => button2));
  const opener = h(ui, "button", {
    class: "saec-button saec-export",
    text: "Export ▾",
    attrs: { "aria-haspopup": "menu", "aria-expanded": "false" },
    on: { click: () => toggle(list4.hidden === true) }
  });
  const menu = h(ui, "div", { class: "saec-menu", on: { keydown: press2, focusout: leave } }, opener, list4);
  function item2(name2, run) {
    const choose = () => {
      toggle(false);
      opener.focus();
      run();
    };
    return h(ui, "button", {
      class: "saec-menu-item",
      text: name2,
      attrs: { role: "menuitem", tabindex: -1 },
      on: { click: choose }
    });
  }
  function toggle(open) {
    list4.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) choices()[0]?.focus();
  }
  const choices = () => items.map(({ button: button2 }) => button2).filter((button2) => !button2.hidden);
  function press2(event) {
    if (list4.hidden) return;
    const all = choices();
    const at = all.indexOf(focused(ui.doc));
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
    const title = `${shorten(visible(meta.prompt), room - target.length - 5)}  →  ${target}`;
    const file = kind === "svg" ? svgFile(picture, title) : await pngFile(ui, picture, title);
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

// src/attention/edge_row.ts
function edgeRow(ui, row, name2, open) {
  const button2 = h(
    ui,
    "button",
    {
      class: "saec-edge-heads",
      title: "Through which attention heads? (h)",
      attrs: { "aria-label": `Through which attention heads: ${name2}` },
      on: { click: open }
    },
    glyph(ui, "attention")
  );
  const press2 = (event) => {
    if (event.key !== "h" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  };
  return h(ui, "div", { class: "saec-edge-row", on: { keydown: press2 } }, row, button2);
}

// src/panels/long_list.ts
var ROW_HEIGHT = 23;
var BEYOND = 8;
function longList(ui, count, row, shown2 = 12) {
  const inner = h(ui, "div", { class: "saec-long-inner" });
  inner.style.height = `${count * ROW_HEIGHT}px`;
  const element2 = h(ui, "div", { class: "saec-long" }, inner);
  element2.style.height = `${Math.min(count, shown2) * ROW_HEIGHT}px`;
  const made = /* @__PURE__ */ new Map();
  function render() {
    const first = Math.max(0, Math.floor(element2.scrollTop / ROW_HEIGHT) - BEYOND);
    const last = Math.min(count, first + shown2 + 2 * BEYOND);
    for (const [at, item2] of made) {
      if (at >= first && at < last || item2.contains(focused(ui.doc))) continue;
      item2.remove();
      made.delete(at);
    }
    for (let at = first; at < last; at++) {
      if (made.has(at)) continue;
      const item2 = row(at);
      item2.style.top = `${at * ROW_HEIGHT}px`;
      made.set(at, item2);
      const next = [...made.keys()].filter((other) => other > at).sort((a, b) => a - b)[0];
      inner.insertBefore(item2, next === void 0 ? null : made.get(next) ?? null);
    }
  }
  element2.addEventListener("scroll", render, { signal: ui.signal, passive: true });
  render();
  return element2;
}

// src/panels/rows.ts
function nodeRow(ui, graph, node, look, actions) {
  const length = Math.min(1, Math.abs(look.share));
  const bar2 = h(ui, "span", { class: `saec-row-bar ${barClass(look)}` });
  bar2.style.width = `${(100 * length).toFixed(1)}%`;
  const name2 = nodeName(graph, node);
  const where = `${layerName(graph, node)}, ${tokenAt(graph, node)}`;
  return h(
    ui,
    "button",
    {
      class: `saec-row${look.faint ? " saec-row-faint" : ""}`,
      title: look.title ?? `${name2} · ${where}`,
      attrs: {
        "data-row": node,
        "aria-label": [name2, where, look.text, look.note].filter(Boolean).join(", ")
      },
      on: {
        click: (event) => event.metaKey || event.ctrlKey ? actions.togglePin(node) : actions.pick(node),
        keydown: (event) => press(event, node, actions),
        // Shift holds the hover where it is.
        pointerenter: (event) => {
          if (!event.shiftKey) actions.hover(node);
        },
        pointerleave: (event) => {
          if (!event.shiftKey) actions.hover(null);
        },
        focus: () => actions.hover(node),
        blur: () => actions.hover(null)
      }
    },
    bar2,
    glyph(ui, graph.kind[node] ?? 0),
    h(ui, "span", { class: "saec-row-name" }, h(ui, "bdi", { text: name2 })),
    h(ui, "span", { class: "saec-row-place" }, h(ui, "bdi", { text: placeName(graph, node, look.about) })),
    h(ui, "span", { class: "saec-number saec-row-value", text: look.text }),
    look.note !== void 0 && h(ui, "span", { class: "saec-number saec-row-note", text: look.note })
  );
}
function barClass({ share, neutral }) {
  if (neutral) return "saec-bar-neutral";
  return share < 0 ? "saec-bar-negative" : "saec-bar-positive";
}
function placeName(graph, node, about) {
  const layer2 = graph.layer[node] ?? 0;
  const position = graph.position[node] ?? 0;
  const short2 = layer2 < 0 ? "" : layer2 >= graph.meta.n_layers ? "out" : `L${layer2}`;
  const arrow2 = about === void 0 || about === position ? "" : position < about ? "←" : "→";
  return [short2, arrow2 || short2 && "·", tokenAt(graph, node)].filter(Boolean).join(" ");
}
function press(event, node, actions) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.currentTarget;
  if (event.key === "p") actions.togglePin(node);
  else if (!walk(row, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}
function walk(row, key3) {
  const panel = row.closest(".saec-panel");
  const all = [...panel?.querySelectorAll(".saec-row") ?? []].filter(
    (other) => !other.closest("[hidden]")
  );
  const at = all.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key3];
  if (to === void 0) return false;
  all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
  return true;
}

// src/panels/connections.ts
var FIRST3 = 6;
var MOST3 = 30;
function connections(ui, store, actions) {
  const element2 = h(ui, "div", { class: "saec-connections" });
  let open = /* @__PURE__ */ new Set();
  let shownFor = null;
  function list4(graph, node, side2, sign) {
    const ends2 = side2 === "inputs" ? graph.source : graph.target;
    const edges = [...edgesOf(graph[side2], node)].filter(
      (edge) => Math.sign(graph.weight[edge] ?? 0) === sign
    );
    if (edges.length === 0) return null;
    const size = (edge) => Math.abs(graph.share[edge ?? -1] ?? 0);
    edges.sort((a, b) => size(b) - size(a));
    const key3 = `${side2} ${sign}`;
    const longest = edgesOf(graph[side2], node).reduce((most, edge) => Math.max(most, size(edge)), 1e-12);
    const row = (edge) => {
      const end = ends2[edge] ?? 0;
      const weight = graph.weight[edge] ?? 0;
      const share = Math.abs(graph.share[edge] ?? 0);
      const hidden = store.get().visible?.node[end] !== 1;
      const title = `direct effect ${signed(weight)}, ${percent(share)} of the input of ${side2 === "inputs" ? "this node" : "that node"}${hidden ? " · not on show" : ""}`;
      const look = {
        share: (graph.share[edge] ?? 0) / longest,
        text: signed(weight),
        note: percent(share),
        title,
        faint: hidden,
        about: graph.position[node] ?? 0
      };
      const [source, target] = side2 === "inputs" ? [end, node] : [node, end];
      const name2 = `${nodeName(graph, source)} → ${nodeName(graph, target)}`;
      return edgeRow(
        ui,
        nodeRow(ui, graph, end, look, actions),
        name2,
        () => actions.openEdge(source, target)
      );
    };
    const all = open.has(key3);
    const rows2 = all && edges.length > MOST3 ? [longList(ui, edges.length, (at) => row(edges[at] ?? 0))] : edges.slice(0, all ? MOST3 : FIRST3).map(row);
    const rest2 = all ? 0 : edges.length - rows2.length;
    const more = () => {
      open.add(key3);
      render();
    };
    return h(
      ui,
      "div",
      {
        class: "saec-list",
        attrs: { role: "group", "aria-label": `${sign > 0 ? "positive" : "negative"} ${side2}` }
      },
      h(ui, "div", { class: "saec-list-sign", text: sign > 0 ? "+ pushes up" : "− pushes down" }),
      ...rows2,
      rest2 > 0 && h(ui, "button", { class: "saec-more", text: `${rest2} more`, on: { click: more } })
    );
  }
  function section(graph, node, side2) {
    const title = side2 === "inputs" ? "Inputs" : "Outputs";
    const lists = [list4(graph, node, side2, 1), list4(graph, node, side2, -1)];
    const empty = !lists[0] && !lists[1];
    const none = side2 === "inputs" ? "Nothing flows in." : "Nothing flows out.";
    return h(
      ui,
      "section",
      { class: `saec-side saec-side-${side2}` },
      h(ui, "h4", { class: "saec-subtitle", text: title }),
      ...lists,
      empty && h(ui, "p", { class: "saec-hint", text: none })
    );
  }
  function render() {
    const { graph, selected } = store.get();
    element2.hidden = !graph || selected === null;
    element2.replaceChildren();
    if (!graph || selected === null) return;
    const key3 = `${graph.id[selected]}`;
    if (key3 !== shownFor) open = /* @__PURE__ */ new Set();
    shownFor = key3;
    element2.replaceChildren(section(graph, selected, "inputs"), section(graph, selected, "outputs"));
  }
  store.watch(["graph", "selected", "visible"], render);
  return element2;
}

// src/panels/membership.ts
function membership(ui, store, actions) {
  const element2 = h(ui, "div", { class: "saec-membership" });
  store.watch(["graph", "selected", "supernodes"], ({ graph, selected, supernodes: supernodes2 }) => {
    const own = groupOf(supernodes2, graph?.id[selected ?? -1]);
    element2.hidden = !graph || selected === null || supernodes2.length === 0;
    if (element2.hidden || selected === null) return;
    if (own) {
      const name2 = visible(own.name);
      const leave = h(ui, "button", {
        class: "saec-chip-remove",
        text: "✕",
        title: `Take this node out of “${name2}”`,
        attrs: { "aria-label": `Take this node out of ${name2}` },
        on: { click: () => actions.groups.remove(selected) }
      });
      const what = h(ui, "span", { class: "saec-chip-what", text: shorten(name2, 36), title: name2 });
      const chip2 = h(ui, "span", { class: "saec-chip saec-chip-group" }, what, leave);
      element2.replaceChildren(h(ui, "span", { class: "saec-caption", text: "group" }), chip2);
      return;
    }
    const join = h(ui, "select", {
      class: "saec-input saec-join",
      attrs: { "aria-label": "Add this node to a group" },
      on: {
        change: () => {
          if (join.value !== "") actions.groups.add(supernodes2[Number(join.value)]?.name ?? "", selected);
        }
      }
    });
    join.append(
      h(ui, "option", { text: "Add to a group …", attrs: { value: "" } }),
      ...supernodes2.map(
        ({ name: name2 }, at) => h(ui, "option", { text: shorten(visible(name2), 40), attrs: { value: at } })
      )
    );
    element2.replaceChildren(join);
  });
  return element2;
}

// src/panels/node_list.ts
var STRONGEST2 = 15;
var MOST_ROWS = 30;
var ROOM = 17;
function nodeList(ui, store, actions) {
  let byPlace = false;
  const order = (text2, title, place4) => h(ui, "button", {
    class: "saec-order",
    text: text2,
    title,
    on: {
      click() {
        byPlace = place4;
        render();
      }
    }
  });
  const strongest2 = order("Strongest", "The nodes with most influence", false);
  const places3 = order("By token", "Every label on show, by token and layer", true);
  const head = h(
    ui,
    "div",
    { class: "saec-orders", attrs: { role: "group", "aria-label": "Nodes" } },
    strongest2,
    places3
  );
  const hint = h(ui, "p", { class: "saec-hint" });
  const list4 = h(ui, "div", { class: "saec-node-list" });
  const element2 = h(ui, "div", { class: "saec-strongest" }, head, hint, list4);
  let shown2 = null;
  const keyOf = (item2) => "node" in item2 ? `${store.get().graph?.id[item2.node]} ${store.get().visible?.node[item2.node]}` : `@${item2.token}`;
  function row(graph, node, most) {
    const look = {
      share: (graph.influence[node] ?? 0) / most,
      neutral: true,
      text: percent(influenceShare(graph, node)),
      faint: store.get().visible?.node[node] !== 1
    };
    return nodeRow(ui, graph, node, look, actions);
  }
  function render() {
    const state = store.get();
    const { graph, selected, matches } = state;
    element2.hidden = !graph || selected !== null;
    if (!graph || selected !== null) return;
    strongest2.textContent = matches ? "Found" : "Strongest";
    strongest2.setAttribute("aria-pressed", String(!byPlace));
    places3.setAttribute("aria-pressed", String(byPlace));
    const items = byPlace ? placed(graph, state) : ranked(graph, state);
    const nodes2 = items.flatMap((item2) => "node" in item2 ? [item2.node] : []);
    const none = matches ? "No node matches." : "Nothing is on show.";
    hint.textContent = nodes2.length === 0 ? none : "Click a node here or in the graph.";
    const most = nodes2.reduce((sum2, node) => Math.max(sum2, graph.influence[node] ?? 0), 1e-12);
    const made = (item2) => item2 && "node" in item2 ? row(graph, item2.node, most) : tokenLine(ui, graph, item2?.token ?? 0);
    const key3 = items.length > MOST_ROWS ? null : items.map(keyOf).join(" ");
    if (key3 !== null && shown2?.key === key3 && shown2.graph === graph) return;
    shown2 = { graph, key: key3 };
    list4.replaceChildren(
      ...items.length > MOST_ROWS ? [longList(ui, items.length, (at) => made(items[at]), ROOM)] : items.map(made)
    );
  }
  store.watch(["graph", "selected", "visible", "matches"], render);
  return element2;
}
function ranked(graph, { matches }) {
  const features3 = graph.strongest.filter((node) => graph.kind[node] === Kind.feature);
  const nodes2 = matches ?? [...features3.subarray(0, STRONGEST2)];
  return nodes2.map((node) => ({ node }));
}
function placed(graph, { matches, visible: visible2 }) {
  const nodes2 = (matches ?? [...graph.kind.keys()].filter((node) => visible2?.node[node] === 1)).filter(
    (node) => graph.kind[node] === Kind.feature
  );
  const by = (column2, a, b) => (column2[a] ?? 0) - (column2[b] ?? 0);
  nodes2.sort((a, b) => by(graph.position, a, b) || by(graph.layer, a, b) || by(graph.influence, b, a));
  return nodes2.flatMap((node, at) => {
    const token = graph.position[node] ?? 0;
    const before = graph.position[nodes2[at - 1] ?? -1];
    return token === before ? [{ node }] : [{ token }, { node }];
  });
}
function tokenLine(ui, graph, token) {
  return h(
    ui,
    "div",
    { class: "saec-token-line" },
    h(ui, "bdi", { text: showToken(graph.meta.tokens[token] ?? "") }),
    h(ui, "span", { class: "saec-caption", text: String(token) })
  );
}

// src/panels/node_panel.ts
var EFFECT = "What the target would lose if this node went to its baseline, over all paths";
function nodePanel(ui, store, actions, edit) {
  const title = h(ui, "div", { class: "saec-node-title" });
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-node", attrs: { "aria-label": "Selected node" } },
    title,
    membership(ui, store, actions),
    edit.element,
    connections(ui, store, actions),
    nodeList(ui, store, actions)
  );
  store.watch(["graph", "selected", "pinned", "effect"], ({ graph, selected, pinned, effect }) => {
    title.hidden = !graph || selected === null;
    if (!graph || selected === null) return;
    const after = effect?.nodeValue[selected] ?? Number.NaN;
    title.replaceChildren(
      ...heading2(ui, graph, selected, after, pinned.includes(graph.id[selected] ?? ""), actions),
      ...changeFacts(ui, graph, effect, selected)
    );
  });
  store.watch(["hovered"], ({ hovered }) => {
    for (const lit of element2.querySelectorAll(".saec-row-lit")) lit.classList.remove("saec-row-lit");
    if (hovered === null) return;
    for (const row of element2.querySelectorAll(`[data-row="${hovered}"]`)) row.classList.add("saec-row-lit");
  });
  return element2;
}
function heading2(ui, graph, node, after, pinned, actions) {
  const value = graph.value[node] ?? Number.NaN;
  const moved = hasMoved(value, after);
  const effect = effectText(graph, node);
  const fact = (name2, text2, kind = "", title = "") => h(
    ui,
    "span",
    { class: `saec-fact ${kind}`, title },
    h(ui, "span", { class: "saec-caption", text: name2 }),
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
      glyph(ui, graph.kind[node] ?? 0),
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
      ...origin ? [list3(ui, origin)] : []
    );
  });
  return element2;
}
function list3(ui, { kind, prompts: given }) {
  const difference = kind === "difference";
  const prompts = difference ? given.toReversed() : given;
  const words2 = (at) => at === 0 ? difference ? "difference: " : "mean of " : difference ? "less " : "";
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
        words2(at),
        "“",
        h(ui, "bdi", { text: shorten(visible(prompt), 80) }),
        "”"
      )
    ),
    more > 0 && h(ui, "li", { text: `and ${more} more` })
  );
}

// src/predicted/panel.ts
var HEIGHT4 = 208;
var FALLBACK_WIDTH3 = 300;
function predictedPanel(ui, store, actions) {
  const said = h(ui, "p", { class: "saec-predicted-line", attrs: { "aria-live": "polite" } });
  const opener = h(ui, "button", {
    class: "saec-more saec-predicted-opener",
    attrs: { "aria-expanded": "false" },
    on: { click: () => toggle() }
  });
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT4, role: "img" });
  const note = h(ui, "p", {
    class: "saec-caption",
    text: "In shares of the strongest activation of the layer. Dashed: as the graph says · ◆ furthest off"
  });
  const figure = h(ui, "div", { class: "saec-predicted-figure", attrs: { hidden: true } }, svg, note);
  const element2 = h(ui, "div", { class: "saec-predicted" }, said, opener, figure);
  let width = 0;
  let nodes2 = [];
  function toggle() {
    figure.hidden = !figure.hidden;
    opener.setAttribute("aria-expanded", String(!figure.hidden));
    name2();
    draw(store.get());
  }
  function name2() {
    const r = correlation(nodes2);
    const agreement = Number.isFinite(r) ? ` · r ${format(r)}` : "";
    opener.textContent = `${figure.hidden ? "▸" : "▾"} predicted against measured, ${nodes2.length} features${agreement}`;
  }
  function draw({ graph, selected, hovered }) {
    if (figure.hidden || width === 0 || !graph || nodes2.length === 0) return;
    const gaps = nodes2.map(({ predicted, measured }) => Math.abs(predicted - measured));
    const worst2 = gaps.indexOf(Math.max(...gaps));
    const points = nodes2.map(({ node, predicted, measured }, at) => ({
      node,
      predicted,
      measured,
      off: at === worst2,
      title: `${nodeName(graph, node)} at “${tokenAt(graph, node)}”: predicted ${signedPercent(predicted)}, measured ${signedPercent(measured)}`
    }));
    const label = `Predicted against measured change of ${nodes2.length} features; correlation ${format(correlation(nodes2))}.`;
    drawAgreement(ui, svg, { width, height: HEIGHT4, points, label, measured: "measured" }, actions);
    emphasise(svg, selected, hovered);
  }
  followWidth(ui, element2, FALLBACK_WIDTH3, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["graph", "effect"], (state) => {
    const { graph, effect } = state;
    const edited = graph !== null && effect !== null && effect.edits.length > 0;
    element2.hidden = !edited;
    if (!edited) return;
    said.replaceChildren(...sentence(ui, effect));
    nodes2 = compared(graph, effect);
    opener.hidden = nodes2.length < 2;
    if (opener.hidden) figure.hidden = true;
    name2();
    draw(state);
  });
  store.watch(["selected", "hovered"], ({ selected, hovered }) => emphasise(svg, selected, hovered));
  return element2;
}
function signedPercent(share) {
  return `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
}
function sentence(ui, effect) {
  const { targetPredicted, unpredicted, targetBefore, targetAfter } = effect;
  const number3 = (value) => h(ui, "span", {
    class: `saec-number ${value < 0 ? "saec-down" : value > 0 ? "saec-up" : ""}`,
    text: signed(value)
  });
  const why = unpredicted ? visible(`${unpredicted.message} ${unpredicted.cure}`.trim()) : "";
  if (!Number.isFinite(targetPredicted)) return why ? [h(ui, "span", { class: "saec-hint", text: why })] : [];
  const line5 = [
    "The graph predicted ",
    number3(targetPredicted),
    ", the model did ",
    number3(targetAfter - targetBefore),
    "."
  ];
  return why ? [...line5, " ", h(ui, "span", { class: "saec-hint", text: why })] : line5;
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
    predictedPanel(ui, store, actions),
    chart,
    hint,
    textBelow(ui, store, actions)
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
  const rows2 = tokens.map((token, index2) => ({
    token,
    before: before[index2] ?? 0,
    after: after[index2] ?? 0
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
  const change2 = effect.targetAfter - effect.targetBefore;
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
        class: `saec-delta ${change2 < 0 ? "saec-down" : "saec-up"}`,
        text: `${change2 < 0 ? "▼" : "▲"} ${signed(change2)}`
      })
    )
  ];
}
function key2(ui, edited) {
  const item2 = (kind, text2) => h(ui, "span", { class: "saec-key-item" }, h(ui, "span", { class: `saec-swatch ${kind}` }), text2);
  return h(
    ui,
    "div",
    { class: "saec-key" },
    item2("saec-swatch-before", edited ? "before" : "probability of the next token"),
    edited && item2("saec-swatch-after", "after the edits")
  );
}
function bars(ui, { token, before, after }, edited) {
  const bar2 = (value, kind) => {
    const fill2 = h(ui, "span", { class: `saec-pair-bar ${kind}` });
    fill2.style.width = `${Math.max(0, Math.min(100, 100 * value)).toFixed(2)}%`;
    return fill2;
  };
  const change2 = after - before;
  const direction = !edited || Math.abs(change2) < 5e-3 ? "" : change2 < 0 ? " saec-down" : " saec-up";
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
      bar2(before, "saec-pair-before"),
      edited && bar2(after, "saec-pair-after")
    ),
    h(ui, "span", { class: `saec-number saec-pair-numbers${direction}`, text: numbers })
  );
}
function editChips(ui, store, actions) {
  const list4 = h(ui, "div", { class: "saec-chips", attrs: { role: "list", "aria-label": "Edits" } });
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
  const element2 = h(ui, "div", { class: "saec-edits" }, list4, tools);
  function chip2(edit, graph, edits) {
    const node = graph ? editedRows(graph, edit)[0] : void 0;
    const name2 = graph && node !== void 0 ? nodeName(graph, node) : `${edit.dictionary}/${edit.feature}`;
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
        { class: "saec-chip-name", title: `${name2} · ${text2}`, on: { click: choose } },
        h(ui, "bdi", { text: shorten(name2, 28) })
      ),
      h(ui, "span", { class: "saec-chip-what", text: text2 }),
      h(ui, "button", {
        class: "saec-chip-remove",
        text: "✕",
        title: "Take this edit back",
        attrs: { "aria-label": `Take back: ${name2} ${text2}` },
        on: { click: remove }
      })
    );
  }
  store.watch(["graph", "edits", "frozen"], ({ graph, edits, frozen: held }) => {
    const fixed = !graph || refusal(graph) !== null;
    element2.hidden = edits.length === 0;
    tools.hidden = fixed && !held;
    clear.hidden = fixed;
    frozen.checked = held;
    frozen.disabled = fixed;
    list4.replaceChildren(...edits.map((edit) => chip2(edit, graph, edits)));
    for (const remove of list4.querySelectorAll(".saec-chip-remove")) remove.hidden = fixed;
  });
  return element2;
}

// src/subgraph/cards.ts
var MOST_CARDS = 200;
var MOST_CIRCLES = 4;
var NODE = { width: 164, height: 38 };
var GROUP = { width: 172, height: 58 };
function makeCards(graph, pinned, supernodes2) {
  const cards = [];
  const grouped2 = /* @__PURE__ */ new Set();
  for (const { name: name2, members } of supernodes2) {
    const found = rows(graph, members);
    for (const node of found) grouped2.add(node);
    const note = found.length === 1 ? "1 node" : `${found.length} nodes`;
    if (found.length > 0)
      cards.push({ ...standing(graph, found), name: visible(name2), note, group: name2, ...GROUP });
  }
  for (const node of rows(graph, pinned)) {
    if (grouped2.has(node)) continue;
    const name2 = nodeName(graph, node);
    cards.push({ ...standing(graph, [node]), name: name2, note: shortPlace(graph, node), group: null, ...NODE });
  }
  return { cards: cards.slice(0, MOST_CARDS), left: Math.max(0, cards.length - MOST_CARDS) };
}
function standing(graph, members) {
  const layers2 = members.map((node) => graph.layer[node] ?? 0);
  return {
    key: graph.id[members[0] ?? 0] ?? "",
    members,
    layer: layers2.reduce((sum2, layer2) => sum2 + layer2, 0) / layers2.length,
    position: Math.min(...members.map((node) => graph.position[node] ?? 0))
  };
}
function shortPlace(graph, node) {
  const layer2 = graph.layer[node] ?? 0;
  const name2 = layer2 < 0 ? "token" : layer2 >= graph.meta.n_layers ? "out" : `L${layer2}`;
  return `${name2} · ${shorten(tokenAt(graph, node), 12)}`;
}

// src/subgraph/mode.ts
var FIELDS = "input, textarea, select, [contenteditable]";
var CONTROLS2 = `${FIELDS}, button, summary`;
function handleGroupKeys(ui, root, store, actions, made) {
  const make = () => {
    const name2 = actions.groups.make();
    if (name2 !== null) made(name2);
  };
  let held = null;
  const press2 = (event) => {
    const target = event.target;
    const { marked, graph } = store.get();
    if (!graph || event.ctrlKey || event.metaKey || event.altKey || target.closest(FIELDS)) return;
    if (event.key === "g") {
      if (!event.repeat && marked?.length) make();
      else if (!event.repeat && marked !== null) actions.groups.cancel();
      else if (!event.repeat) {
        actions.groups.begin();
        held = 0;
      }
    } else if (event.key === "Escape" && marked !== null) actions.groups.cancel();
    else if (event.key === "Enter" && marked?.length && !target.closest(CONTROLS2)) make();
    else if (event.key === " " && marked !== null && target.closest(".saec-stage")) {
      const { selected } = store.get();
      if (selected !== null) actions.groups.mark([selected]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const release = (event) => {
    if (event.key !== "g" || held === null) return;
    held = null;
    if (store.get().marked?.length) make();
  };
  root.addEventListener("keydown", press2, { capture: true, signal: ui.signal });
  root.addEventListener("keyup", release, { capture: true, signal: ui.signal });
}
function modeBar(ui, store, actions, made) {
  const words2 = h(ui, "span", { class: "saec-mode-words", attrs: { "aria-live": "polite" } });
  const make = h(ui, "button", {
    class: "saec-button saec-button-small saec-button-main saec-make-group",
    text: "Make group",
    title: "Make one group of the marked nodes (Enter, or let go of g)",
    on: {
      click() {
        const name2 = actions.groups.make();
        if (name2 !== null) made(name2);
      }
    }
  });
  const cancel = h(ui, "button", {
    class: "saec-button saec-button-small saec-cancel-group",
    text: "Cancel",
    title: "Leave without a group (Escape)",
    on: { click: actions.groups.cancel }
  });
  const element2 = h(ui, "div", { class: "saec-mode", attrs: { role: "group", "aria-label": "New group" } });
  element2.append(words2, make, cancel);
  store.watch(["marked"], ({ marked }) => {
    element2.hidden = marked === null;
    make.disabled = !marked?.length;
    const count = marked?.length ?? 0;
    words2.textContent = count === 0 ? "Click nodes of the graph, cards or rows to mark them for a group." : `${count === 1 ? "1 node" : `${count} nodes`} marked.`;
  });
  return element2;
}

// src/subgraph/popover.ts
function popover(ui, look, content3, opened = () => {
}) {
  const panel = h(ui, "div", {
    class: "saec-popover-panel",
    attrs: { role: "dialog", "aria-label": look.label, hidden: true }
  });
  panel.append(...content3);
  const button2 = h(ui, "button", {
    class: `saec-button ${look.class}`,
    text: look.text,
    title: look.title,
    attrs: { "aria-haspopup": "dialog", "aria-expanded": "false" },
    on: { click: () => toggle(panel.hidden === true) }
  });
  const element2 = h(ui, "div", { class: "saec-popover", on: { keydown: press2 } }, button2, panel);
  function toggle(open) {
    if (panel.hidden !== open) return;
    panel.hidden = !open;
    button2.setAttribute("aria-expanded", String(open));
    if (open) ui.doc.addEventListener("pointerdown", elsewhere);
    else ui.doc.removeEventListener("pointerdown", elsewhere);
    if (!open) return;
    opened();
    place4();
    panel.querySelector("select, input, button")?.focus();
  }
  function place4() {
    const root = element2.closest(".saec")?.getBoundingClientRect();
    const at = element2.getBoundingClientRect();
    panel.classList.toggle("saec-popover-right", root !== void 0 && at.left - root.left > root.width / 2);
  }
  function press2(event) {
    if (event.key !== "Escape" || panel.hidden) return;
    toggle(false);
    button2.focus();
    event.preventDefault();
    event.stopPropagation();
  }
  const elsewhere = (event) => {
    if (!event.composedPath().includes(element2)) toggle(false);
  };
  ui.signal.addEventListener("abort", () => toggle(false), { once: true });
  element2.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !element2.contains(relatedTarget)) toggle(false);
  });
  return { element: element2, button: button2, close: () => toggle(false) };
}

// src/subgraph/propose.ts
function features({ graph, visible: visible2, pinned }, scope) {
  if (!graph) return [];
  const all = [...graph.kind.keys()].filter((node) => graph.kind[node] === Kind.feature);
  if (scope === "all") return all;
  const chosen = new Set(rows(graph, pinned));
  return all.filter((node) => scope === "shown" ? visible2?.node[node] === 1 : chosen.has(node));
}
function proposeGroups(ui, store, actions) {
  const count = h(ui, "input", {
    class: "saec-input saec-group-count",
    attrs: { type: "number", min: 1, max: 50, step: 1, "aria-label": "Number of groups" },
    on: { keydown: enter, input: () => count.setAttribute("data-chosen", "1") }
  });
  const scope = h(ui, "select", {
    class: "saec-input saec-group-scope",
    attrs: { "aria-label": "Features to group" },
    on: { change: guess }
  });
  const go = h(ui, "button", {
    class: "saec-button saec-button-main saec-propose",
    text: "Propose",
    title: "Group features with alike inputs and outputs, labels and tokens",
    on: { click: ask }
  });
  const found = h(ui, "span", { class: "saec-hint", attrs: { "aria-live": "polite" } });
  const keep = h(ui, "button", {
    class: "saec-button saec-button-small saec-keep",
    text: "Keep",
    on: { click: actions.groups.keep }
  });
  const undo = h(ui, "button", {
    class: "saec-button saec-button-small saec-unpropose",
    text: "Undo",
    on: { click: actions.undo }
  });
  const answer = h(ui, "div", { class: "saec-popover-line" }, found, keep, undo);
  const form = h(
    ui,
    "div",
    { class: "saec-popover-line" },
    h(ui, "label", { class: "saec-field" }, count, h(ui, "span", { text: "groups of" })),
    scope,
    go
  );
  const { element: element2 } = popover(
    ui,
    {
      text: "Auto-group ▾",
      title: "Let Python find groups of features that belong together",
      class: "saec-button-small saec-auto-group",
      label: "Find groups"
    },
    [form, answer],
    choices
  );
  const chosen = () => features(store.get(), scope.value);
  function choices() {
    const before = scope.value;
    const names = [
      ["pinned", "the pinned features"],
      ["shown", "the features on show"],
      ["all", "all features"]
    ];
    const sized = names.map(([value, text2]) => ({ value, text: text2, size: features(store.get(), value).length })).filter(({ size }) => size > 1);
    scope.replaceChildren(
      ...sized.map(
        ({ value, text: text2, size }) => h(ui, "option", { text: `${text2} (${size})`, attrs: { value } })
      )
    );
    scope.value = sized.some(({ value }) => value === before) ? before : sized[0]?.value ?? "";
    guess();
  }
  function guess() {
    const size = chosen().length;
    count.max = String(Math.max(1, size));
    if (!count.hasAttribute("data-chosen"))
      count.value = String(Math.max(1, Math.min(12, Math.round(Math.sqrt(size)))));
    go.disabled = size < 2;
  }
  function ask() {
    const nodes2 = chosen();
    const wanted = Math.round(Number(count.value));
    if (go.disabled || store.get().waiting !== "" || !Number.isFinite(wanted)) return;
    const many = Math.max(1, Math.min(nodes2.length, wanted));
    count.value = String(many);
    void actions.groups.propose(many, nodes2, scope.value === "all");
  }
  function enter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    ask();
  }
  store.watch(["proposal"], ({ proposal }) => {
    answer.hidden = proposal === null;
    const many = proposal?.count ?? 0;
    found.textContent = many === 0 ? "Nothing hangs together so far." : many === 1 ? "1 group proposed." : `${many} groups proposed.`;
  });
  store.watch(["graph"], ({ graph }) => {
    element2.hidden = !graph || !hasKernel(graph);
  });
  store.watch(["waiting"], ({ waiting }) => go.setAttribute("aria-disabled", String(waiting !== "")));
  return element2;
}

// src/subgraph/score_line.ts
var TIPS = {
  replacement: "Of all paths that start at a token or at an error, this part starts at a token, where features that are not kept count as errors.",
  completeness: "How much of the input of the nodes comes from features that are kept and from tokens, and not from errors, weighted by influence."
};
function scoreLine(ui, store) {
  const element2 = h(ui, "div", { class: "saec-sub-scores" });
  const known7 = /* @__PURE__ */ new Map();
  const view = ui.doc.defaultView ?? window;
  let due = false;
  function part3(name2, of, work) {
    const before = known7.get(name2);
    if (before?.of.every((item2, at) => item2 === of[at])) return before.scores;
    const now = { of, scores: work() };
    known7.set(name2, now);
    return now.scores;
  }
  function render() {
    due = false;
    const { graph, visible: visible2, pinned, supernodes: supernodes2 } = store.get();
    element2.hidden = graph === null;
    if (ui.signal.aborted || !graph || !visible2) return;
    const members = supernodes2.flatMap((group3) => group3.members);
    const shown2 = part3("shown", [graph, visible2], () => scores(graph, visible2.node));
    const chosen = features2(graph, [...pinned, ...members]);
    const own = chosen ? part3("pinned", [graph, pinned, supernodes2], () => scores(graph, chosen)) : null;
    element2.replaceChildren(
      ...["replacement", "completeness"].map(
        (name2) => score(name2, shown2[name2], own?.[name2] ?? null)
      )
    );
  }
  function score(name2, shown2, pinned) {
    const number3 = (value, what) => [
      h(ui, "span", {
        class: "saec-number saec-sub-score",
        text: percent(value),
        attrs: { "data-of": what, "data-value": value }
      }),
      h(ui, "span", { class: "saec-caption", text: what })
    ];
    const words2 = `${name2}: on show ${percent(shown2)}${pinned === null ? "" : `, pinned ${percent(pinned)}`}`;
    return h(
      ui,
      "span",
      {
        class: `saec-score saec-tip saec-score-${name2}`,
        attrs: { tabindex: 0, role: "note", "data-tip": TIPS[name2], "aria-label": `${words2}. ${TIPS[name2]}` }
      },
      h(ui, "span", { class: "saec-caption", text: name2 }),
      ...pinned === null ? [] : number3(pinned, "pinned"),
      ...number3(shown2, "on show")
    );
  }
  store.watch(["graph", "visible", "pinned", "supernodes"], () => {
    if (!due) view.requestAnimationFrame(render);
    due = true;
  });
  return element2;
}
function features2(graph, ids) {
  const kept = new Uint8Array(graph.size);
  const found = rows(graph, ids).filter((row) => graph.kind[row] === Kind.feature);
  for (const row of found) kept[row] = 1;
  return found.length > 0 ? kept : null;
}

// src/subgraph/fit.ts
var HEIGHTS = { usual: 400, large: 760 };
var LEAST_HEIGHT = 92;
var MARGIN = 14;
var LEAST_ZOOM = 0.55;
function fitted(boxes, width, highest) {
  if (boxes.length === 0) return { k: 1, x: 0, y: 0, height: LEAST_HEIGHT };
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const wide = Math.max(...boxes.map((box) => box.x + box.width)) - left;
  const high = Math.max(...boxes.map((box) => box.y + box.height)) - top;
  const most = Math.min((width - 2 * MARGIN) / wide, (highest - 2 * MARGIN) / high, 1);
  const k = Math.max(LEAST_ZOOM, most);
  const height = Math.min(highest, Math.max(LEAST_HEIGHT, high * k + 2 * MARGIN));
  const centred = (length, room) => Math.max(MARGIN, (room - length * k) / 2);
  return { k, x: centred(wide, width) - left * k, y: centred(high, height) - top * k, height };
}

// src/subgraph/gestures.ts
var SLACK2 = 4;
function handleSheet(ui, sheet, target) {
  const options2 = { signal: ui.signal };
  let held = null;
  let moved = false;
  const element2 = (event) => event.target;
  const down = (event) => {
    if (event.button !== 0) return;
    moved = false;
    held = {
      id: event.pointerId,
      card: target.cardAt(element2(event)),
      x: event.clientX,
      y: event.clientY,
      travelled: 0
    };
  };
  const move = (event) => {
    if (!held || held.id !== event.pointerId) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    held.travelled += Math.hypot(dx, dy);
    if (held.travelled < SLACK2) return;
    if (!moved) sheet.setPointerCapture?.(event.pointerId);
    moved = true;
    sheet.classList.add("saec-dragging");
    Object.assign(held, { x: event.clientX, y: event.clientY });
    if (held.card === null) target.pan(dx, dy);
    else target.drag(held.card, dx, dy);
  };
  const up2 = () => {
    sheet.classList.remove("saec-dragging");
    if (held && moved && held.card !== null) target.drop(held.card);
    held = null;
  };
  const click = (event) => {
    if (!moved) target.click(element2(event), event.metaKey || event.ctrlKey);
    moved = false;
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = sheet.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    target.zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 200 : 8)), at);
  };
  sheet.addEventListener("pointerdown", down, options2);
  sheet.addEventListener("pointermove", move, options2);
  sheet.addEventListener("pointerup", up2, options2);
  sheet.addEventListener("pointercancel", up2, options2);
  sheet.addEventListener("click", click, options2);
  sheet.addEventListener("dblclick", (event) => target.rename(element2(event)), options2);
  sheet.addEventListener("pointerover", (event) => target.hover(element2(event)), options2);
  sheet.addEventListener("pointerleave", () => target.hover(null), options2);
  sheet.addEventListener("wheel", wheel, { ...options2, passive: false });
}

// src/subgraph/keys.ts
var ARROWS = {
  ArrowLeft: ["left", -1, 0],
  ArrowRight: ["right", 1, 0],
  ArrowUp: ["up", 0, -1],
  ArrowDown: ["down", 0, 1]
};
var STEP = 12;
function handleSheetKeys(ui, sheet, target) {
  const commands = {
    Enter: target.press,
    " ": target.press,
    Delete: target.remove,
    Backspace: target.remove,
    F2: target.rename,
    p: target.unpin,
    u: target.undo,
    U: target.redo,
    Escape: target.clear,
    "+": () => target.zoom(1.3),
    "=": () => target.zoom(1.3),
    "-": () => target.zoom(1 / 1.3),
    "0": target.reset
  };
  const press2 = (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const arrow2 = ARROWS[event.key];
    if (arrow2 && event.altKey) target.move(STEP * arrow2[1], STEP * arrow2[2]);
    else if (arrow2) target.go(arrow2[0]);
    else if (commands[event.key] && !event.altKey) commands[event.key]?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  sheet.addEventListener("keydown", press2, { signal: ui.signal });
}
function neighbour(places3, from, direction) {
  const here = places3[from];
  if (!here) return from;
  const flat = direction === "left" || direction === "right";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  let [best, least] = [from, Number.POSITIVE_INFINITY];
  for (const [at, there] of places3.entries()) {
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const ahead = sign * (flat ? dx : dy);
    const aside = Math.abs(flat ? dy : dx);
    if (at === from || ahead <= 1 || aside > 3 * ahead + 60) continue;
    const distance = ahead + 2 * aside;
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}

// node_modules/internmap/src/index.js
var InternMap = class extends Map {
  constructor(entries, key3 = keyof) {
    super();
    Object.defineProperties(this, { _intern: { value: /* @__PURE__ */ new Map() }, _key: { value: key3 } });
    if (entries != null) for (const [key4, value] of entries) this.set(key4, value);
  }
  get(key3) {
    return super.get(intern_get(this, key3));
  }
  has(key3) {
    return super.has(intern_get(this, key3));
  }
  set(key3, value) {
    return super.set(intern_set(this, key3), value);
  }
  delete(key3) {
    return super.delete(intern_delete(this, key3));
  }
};
function intern_get({ _intern, _key }, value) {
  const key3 = _key(value);
  return _intern.has(key3) ? _intern.get(key3) : value;
}
function intern_set({ _intern, _key }, value) {
  const key3 = _key(value);
  if (_intern.has(key3)) return _intern.get(key3);
  _intern.set(key3, value);
  return value;
}
function intern_delete({ _intern, _key }, value) {
  const key3 = _key(value);
  if (_intern.has(key3)) {
    value = _intern.get(key3);
    _intern.delete(key3);
  }
  return value;
}
function keyof(value) {
  return value !== null && typeof value === "object" ? value.valueOf() : value;
}

// node_modules/d3-array/src/identity.js
function identity(x) {
  return x;
}

// node_modules/d3-array/src/group.js
function group2(values, ...keys) {
  return nest(values, identity, identity, keys);
}
function nest(values, map, reduce, keys) {
  return (function regroup(values2, i) {
    if (i >= keys.length) return reduce(values2);
    const groups2 = new InternMap();
    const keyof2 = keys[i++];
    let index2 = -1;
    for (const value of values2) {
      const key3 = keyof2(value, ++index2, values2);
      const group3 = groups2.get(key3);
      if (group3) group3.push(value);
      else groups2.set(key3, [value]);
    }
    for (const [key3, values3] of groups2) {
      groups2.set(key3, regroup(values3, i));
    }
    return map(groups2);
  })(values, 0);
}

// src/subgraph/layout.ts
var GAP3 = { across: { rank: 62, card: 10 }, up: { rank: 44, card: 16 } };
var LINE2 = { across: 9, up: 7 };
var SWEEPS2 = 12;
function arrange(cards, links2, flow2, places3 = {}) {
  const ranks = untangle(rankCards(cards), links2, cards.length);
  const lines = ranks.flatMap((rank2) => broken(rank2, LINE2[flow2]));
  const found = flow2 === "across" ? across(cards, lines) : up(cards, lines);
  return found.map((place4, at) => {
    const chosen = places3[cards[at]?.key ?? ""];
    const [x, y] = Array.isArray(chosen) ? chosen : [];
    return Number.isFinite(x) && Number.isFinite(y) ? { x: Number(x), y: Number(y) } : place4;
  });
}
function crossings(ranks, links2) {
  const at = places2(ranks);
  const ends2 = links2.map(({ from, to, share }) => ({
    from: at.get(from)?.order ?? 0,
    to: at.get(to)?.order ?? 0,
    share: Math.abs(share),
    between: [at.get(from)?.rank ?? -1, at.get(to)?.rank ?? -1]
  }));
  const lanes = group2(ends2, ({ between: [from, to] }) => from === to ? "" : `${from} ${to}`);
  lanes.delete("");
  let sum2 = 0;
  for (const lane of lanes.values())
    for (const [index2, a] of lane.entries())
      for (let other = index2 + 1; other < lane.length; other++) {
        const b = lane[other];
        if (b && (a.from - b.from) * (a.to - b.to) < 0) sum2 += a.share * b.share;
      }
  return sum2;
}
function rankCards(cards) {
  const layers2 = [...new Set(cards.map((card) => Math.round(card.layer)))].sort((a, b) => a - b);
  const ranks = layers2.map(
    (layer2) => [...cards.keys()].filter((at) => Math.round(cards[at]?.layer ?? 0) === layer2)
  );
  const position = (at) => cards[at]?.position ?? 0;
  for (const rank2 of ranks) rank2.sort((a, b) => position(a) - position(b) || a - b);
  return ranks;
}
var MOST_COUNTED = 400;
function untangle(start, links2, count) {
  const strong = links2.slice(-MOST_COUNTED);
  const near = Array.from({ length: count }, () => []);
  for (const { from, to, share } of strong) {
    near[from]?.push({ card: to, weight: Math.abs(share) });
    near[to]?.push({ card: from, weight: Math.abs(share) });
  }
  let best = start;
  let least = crossings(start, strong);
  let ranks = start;
  for (let sweep = 0; sweep < SWEEPS2 && least > 0; sweep++) {
    ranks = swept(ranks, near, sweep % 2 === 0);
    const now = crossings(ranks, strong);
    if (now < least - 1e-12) [best, least] = [ranks, now];
  }
  return best;
}
function swept(ranks, near, forward) {
  const next = ranks.map((rank2) => [...rank2]);
  const order = [...next.keys()];
  if (!forward) order.reverse();
  for (const rank2 of order) {
    const at = places2(next);
    const wish = /* @__PURE__ */ new Map();
    for (const card of next[rank2] ?? []) {
      const own = at.get(card)?.order ?? 0;
      let [sum2, total2] = [0, 0];
      for (const { card: other, weight } of near[card] ?? []) {
        const there = at.get(other);
        if (!there || (forward ? there.rank >= rank2 : there.rank <= rank2)) continue;
        sum2 += weight * there.order;
        total2 += weight;
      }
      wish.set(card, total2 > 0 ? sum2 / total2 : own);
    }
    next[rank2]?.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
  }
  return next;
}
function places2(ranks) {
  const at = /* @__PURE__ */ new Map();
  for (const [rank2, cards] of ranks.entries())
    for (const [order, card] of cards.entries()) at.set(card, { rank: rank2, order: (order + 0.5) / cards.length });
  return at;
}
function broken(rank2, most) {
  const count = Math.ceil(rank2.length / most);
  const size = Math.ceil(rank2.length / count);
  return Array.from({ length: count }, (_, line5) => rank2.slice(line5 * size, (line5 + 1) * size));
}
function across(cards, lines) {
  const { rank: rank2, card: gap2 } = GAP3.across;
  const heights = lines.map((line5) => total(line5, (at) => cards[at]?.height ?? 0, gap2));
  const tallest = Math.max(0, ...heights);
  const found = cards.map(() => ({ x: 0, y: 0 }));
  let x = 0;
  for (const [index2, line5] of lines.entries()) {
    let y = (tallest - (heights[index2] ?? 0)) / 2;
    const width = Math.max(...line5.map((at) => cards[at]?.width ?? 0));
    for (const at of line5) {
      found[at] = { x: x + (width - (cards[at]?.width ?? 0)) / 2, y };
      y += (cards[at]?.height ?? 0) + gap2;
    }
    x += width + rank2;
  }
  return found;
}
function up(cards, lines) {
  const { rank: rank2, card: gap2 } = GAP3.up;
  const widths = lines.map((line5) => total(line5, (at) => cards[at]?.width ?? 0, gap2));
  const widest = Math.max(0, ...widths);
  const found = cards.map(() => ({ x: 0, y: 0 }));
  let y = 0;
  for (const [index2, line5] of [...lines.entries()].reverse()) {
    let x = (widest - (widths[index2] ?? 0)) / 2;
    const height = Math.max(...line5.map((at) => cards[at]?.height ?? 0));
    for (const at of line5) {
      found[at] = { x, y: y + (height - (cards[at]?.height ?? 0)) / 2 };
      x += (cards[at]?.width ?? 0) + gap2;
    }
    y += height + rank2;
  }
  return found;
}
function total(line5, size, gap2) {
  return line5.reduce((sum2, at) => sum2 + size(at), gap2 * (line5.length - 1));
}

// src/subgraph/light.ts
function neighbours(graph, active) {
  const found = /* @__PURE__ */ new Map();
  for (const edge of edgesOf(graph.inputs, active))
    found.set(graph.source[edge] ?? 0, graph.share[edge] ?? 0);
  for (const edge of edgesOf(graph.outputs, active))
    found.set(graph.target[edge] ?? 0, graph.share[edge] ?? 0);
  return found;
}
function light(root, cards, links2, { graph, active, card, selected, marked }) {
  const lit = card ?? cards.findIndex((mark2) => active !== null && mark2.card.members.includes(active));
  root.classList.toggle("saec-sub-focus", lit >= 0);
  for (const { link: link2, element: element2 } of links2)
    element2.classList.toggle("saec-lit", link2.from === lit || link2.to === lit);
  const shares = active === null || card !== null ? /* @__PURE__ */ new Map() : neighbours(graph, active);
  const chosen = new Set(marked ?? []);
  for (const [at, mark2] of cards.entries()) {
    const { members } = mark2.card;
    const isMarked = members.every((node) => chosen.has(graph.id[node] ?? ""));
    const isChosen = selected !== null && members.includes(selected);
    mark2.element.classList.toggle("saec-box-chosen", isChosen);
    mark2.element.classList.toggle("saec-box-marked", isMarked);
    mark2.element.classList.toggle("saec-box-lit", at === lit);
    mark2.button.setAttribute("aria-pressed", String(marked === null ? isChosen : isMarked));
    for (const circle of mark2.circles) {
      const share = shares.get(circle.node) ?? 0;
      circle.element.classList.toggle("saec-from-positive", share > 0);
      circle.element.classList.toggle("saec-from-negative", share < 0);
      const one = circle.element !== mark2.button;
      if (one) circle.element.classList.toggle("saec-chosen", circle.node === selected);
      if (one) circle.element.classList.toggle("saec-marked", chosen.has(graph.id[circle.node] ?? ""));
      const sign = share > 0 ? "+" : share < 0 ? "−" : "";
      circle.sign.textContent = sign && !one ? `${sign}${percent(Math.abs(share))}` : sign;
    }
  }
}

// src/subgraph/links.ts
function cardLinks(graph, cards) {
  const owner = new Int32Array(graph.size).fill(-1);
  for (const [at, { members }] of cards.entries()) for (const node of members) owner[node] = at;
  const links2 = [];
  const sums = new Float64Array(cards.length);
  for (const [to, { members }] of cards.entries()) {
    sums.fill(0);
    const linked = /* @__PURE__ */ new Set();
    let outside = 0;
    for (const node of members) {
      for (const edge of edgesOf(graph.inputs, node)) {
        const from = owner[graph.source[edge] ?? 0] ?? -1;
        if (from === to) continue;
        const weight = graph.weight[edge] ?? 0;
        outside += Math.abs(weight);
        if (from < 0) continue;
        linked.add(from);
        sums[from] = (sums[from] ?? 0) + weight;
      }
    }
    for (const from of linked) {
      const weight = sums[from] ?? 0;
      if (weight !== 0) links2.push({ from, to, weight, share: weight / Math.max(outside, 1e-12) });
    }
  }
  return links2.sort((a, b) => Math.abs(a.share) - Math.abs(b.share));
}

// src/subgraph/marks.ts
var KEYS = { "data-lm-suppress-shortcuts": "true" };
function linkPath(from, to, flow2) {
  const middle = (card) => ({ x: card.x + card.width / 2, y: card.y + card.height / 2 });
  const [a, b] = [middle(from), middle(to)];
  const apart = {
    right: to.x - (from.x + from.width),
    above: from.y - (to.y + to.height),
    below: to.y - (from.y + from.height)
  };
  const sideways = flow2 === "across" ? apart.right >= 12 : apart.above < 12 && apart.right >= 12;
  if (sideways) {
    const [x1, x2] = [from.x + from.width, to.x];
    const reach = Math.max(18, (x2 - x1) * 0.45);
    return curve(x1, a.y, x1 + reach, a.y, x2 - reach, b.y, x2, b.y);
  }
  if (apart.above >= 6 || apart.below >= 6) {
    const down = apart.below >= 6;
    const y1 = down ? from.y + from.height : from.y;
    const y2 = down ? to.y : to.y + to.height;
    const reach = (y2 - y1) * 0.45;
    return curve(a.x, y1, a.x, y1 + reach, b.x, y2 - reach, b.x, y2);
  }
  const y = Math.max(from.y + from.height, to.y + to.height) + 26;
  return curve(a.x, from.y + from.height, a.x, y, b.x, y, b.x, to.y + to.height);
}
function curve(...numbers) {
  const [x1, y1, x2, y2, x3, y3, x4, y4] = numbers.map((value) => Math.round(value * 10) / 10);
  return `M${x1} ${y1}C${x2} ${y2} ${x3} ${y3} ${x4} ${y4}`;
}
function linkMark(ui, link2, cards) {
  const size = Math.min(1, Math.abs(link2.share));
  const single = cards[link2.from]?.group === null && cards[link2.to]?.group === null;
  const sign = link2.weight < 0 ? "saec-line-negative" : "saec-line-positive";
  const element2 = s(ui, "path", {
    class: `saec-sub-link ${sign}${single ? " saec-sub-link-node" : ""}`,
    "stroke-width": (1 + 6 * Math.sqrt(size)).toFixed(2),
    opacity: Math.min(1, 0.3 + 1.1 * Math.sqrt(size)).toFixed(2)
  });
  const [from, to] = [cards[link2.from]?.name ?? "", cards[link2.to]?.name ?? ""];
  const words2 = `${from} → ${to}: ${signed(link2.weight)}, ${percent(size)} of what comes into it`;
  element2.append(s(ui, "title", {}, words2));
  return { link: link2, element: element2 };
}
function cardMark(ui, graph, card) {
  const group3 = card.group !== null;
  const element2 = s(ui, "g", { class: `saec-box${group3 ? " saec-box-group" : ""}`, "data-key": card.key });
  const first = card.members[0] ?? 0;
  const button2 = s(ui, "g", {
    class: "saec-box-main",
    tabindex: -1,
    role: "button",
    "aria-label": group3 ? `${card.name}, group of ${card.note}` : `${card.name}, ${place(graph, first)}`,
    ...KEYS
  });
  const room = 21;
  button2.append(
    s(ui, "title", {}, group3 ? `${card.name} · ${card.note}` : `${card.name} · ${place(graph, first)}`),
    s(ui, "rect", { class: "saec-box-back", width: card.width, height: card.height, rx: 7 }),
    s(ui, "text", { x: 10, y: 16, class: "saec-box-name" }, shorten(card.name, room)),
    s(ui, "text", { x: 10, y: 30, class: "saec-box-note" }, card.note)
  );
  element2.append(button2);
  const circles = [];
  if (group3) {
    for (const [at, node] of card.members.slice(0, MOST_CIRCLES).entries()) {
      const circle = memberMark(ui, graph, node, 17 + at * 19, card.height - 13);
      element2.append(circle.element);
      circles.push(circle);
    }
    const more = card.members.length - MOST_CIRCLES;
    if (more > 0)
      element2.append(
        s(
          ui,
          "text",
          { x: 29 + (MOST_CIRCLES - 1) * 19, y: card.height - 9, class: "saec-box-note" },
          `+${more}`
        )
      );
  } else {
    const sign = s(ui, "text", { x: card.width - 14, y: 30, class: "saec-box-sign" });
    button2.append(sign);
    circles.push({ node: first, element: button2, sign });
  }
  if (group3) element2.append(smallMark(ui, card, "rename", `Rename ${card.name}`, "✎"));
  element2.append(smallMark(ui, card, "remove", `${group3 ? "Ungroup" : "Unpin"} ${card.name}`, "✕"));
  return { card, element: element2, button: button2, circles };
}
function memberMark(ui, graph, node, x, y) {
  const name2 = `${nodeName(graph, node)}, ${shortPlace(graph, node)}`;
  const element2 = s(ui, "g", {
    class: "saec-member",
    transform: `translate(${x} ${y})`,
    tabindex: -1,
    role: "button",
    "aria-label": name2,
    "data-node": graph.id[node],
    ...KEYS
  });
  const sign = s(ui, "text", { y: 3.6, "text-anchor": "middle" });
  element2.append(s(ui, "title", {}, name2), s(ui, "circle", { r: 7.5 }), sign);
  return { node, element: element2, sign };
}
function smallMark(ui, card, what, label, text2) {
  const x = card.width - (what === "remove" ? 22 : 42);
  const mark2 = s(ui, "g", {
    class: `saec-box-${what}`,
    tabindex: -1,
    role: "button",
    "aria-label": label,
    ...KEYS
  });
  mark2.append(
    s(ui, "title", {}, label),
    s(ui, "rect", { x, y: 3, width: 21, height: 18, rx: 5 }),
    s(ui, "text", { x: x + 9.5, y: 16, "text-anchor": "middle" }, text2)
  );
  return mark2;
}

// src/subgraph/rename.ts
function createRenaming(ui) {
  let finish = null;
  function end(name2) {
    const told = finish;
    finish = null;
    element2.hidden = true;
    told?.(name2);
  }
  const element2 = h(ui, "input", {
    class: "saec-input saec-sub-rename",
    attrs: {
      type: "text",
      "aria-label": "Name of the group",
      hidden: true,
      dir: "auto",
      spellcheck: "false"
    },
    on: {
      keydown(event) {
        if (event.isComposing || event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        end(event.key === "Enter" ? element2.value : null);
      },
      blur: () => end(element2.value),
      pointerdown: (event) => event.stopPropagation()
    }
  });
  return {
    element: element2,
    open(name2, { left, top, width }, done) {
      end(null);
      finish = done;
      element2.value = name2;
      element2.hidden = false;
      Object.assign(element2.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
      element2.focus();
      element2.select();
    },
    close: () => end(null)
  };
}

// src/subgraph/save.ts
var LOOKS = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-size",
  "font-weight",
  "text-anchor"
];
var KEPT = /* @__PURE__ */ new Set(["d", "x", "y", "r", "rx", "width", "height", "transform"]);
var MARGIN2 = 16;
function sheetFile(ui, content3, box, style) {
  const [width, height] = [box.right - box.left + 2 * MARGIN2, box.bottom - box.top + 2 * MARGIN2];
  const namespace = "http://www.w3.org/2000/svg";
  const svg = ui.doc.createElementNS(namespace, "svg");
  const view = `${box.left - MARGIN2} ${box.top - MARGIN2} ${width} ${height}`;
  setAttributes(svg, { width, height, viewBox: view, "font-family": style.font });
  const ground = ui.doc.createElementNS(namespace, "rect");
  setAttributes(ground, { x: box.left - MARGIN2, y: box.top - MARGIN2, width, height, fill: style.paper });
  const copy3 = plain2(ui, content3);
  copy3.removeAttribute("transform");
  svg.append(ground, copy3);
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
}
function plain2(ui, element2) {
  const copy3 = element2.cloneNode(false);
  for (const name2 of copy3.getAttributeNames()) if (!KEPT.has(name2)) copy3.removeAttribute(name2);
  const computed = ui.doc.defaultView?.getComputedStyle(element2);
  const drawn = !["g", "title"].includes(element2.localName);
  for (const name2 of LOOKS) {
    const value = computed?.getPropertyValue(name2);
    if (drawn && value) copy3.setAttribute(name2, value);
  }
  for (const child of element2.childNodes) {
    if (child.nodeType === 3) copy3.append(child.textContent ?? "");
    else if (child instanceof Element && !child.matches(".saec-box-remove, .saec-box-rename"))
      copy3.append(plain2(ui, child));
  }
  return copy3;
}

// src/subgraph/sheet.ts
var MOST_LINKS = 600;
var ZOOM = { least: 0.3, most: 3 };
function createSheet(ui, store, actions) {
  const links2 = s(ui, "g");
  const cards = s(ui, "g");
  const content3 = s(ui, "g", {}, links2, cards);
  const svg = s(
    ui,
    "svg",
    { class: "saec-sheet", role: "group", "aria-label": "Pinned nodes and their links" },
    content3
  );
  const renaming = createRenaming(ui);
  const element2 = h(ui, "div", { class: "saec-subgraph" }, svg, renaming.element);
  let marks = [];
  let lines = [];
  let places3 = [];
  let view = { k: 1, x: 0, y: 0, height: 0 };
  let touched = false;
  let large = false;
  let current = 0;
  let pointed = null;
  const cardOf = (at) => marks[at]?.card ?? null;
  const boxed = (at) => ({ ...cardOf(at), ...places3[at] });
  function draw() {
    const { graph, pinned, supernodes: supernodes2, places: chosen, flow: flow2 } = store.get();
    const held = marks.findIndex(({ element: element3 }) => element3.contains(focused(ui.doc)));
    const key3 = cardOf(held)?.key;
    const made = graph ? makeCards(graph, pinned, supernodes2).cards : [];
    const found = graph ? cardLinks(graph, made).slice(-MOST_LINKS) : [];
    places3 = arrange(made, found, flow2, chosen);
    marks = graph ? made.map((card) => cardMark(ui, graph, card)) : [];
    lines = found.map((link2) => linkMark(ui, link2, made));
    links2.replaceChildren(...lines.map((line5) => line5.element));
    cards.replaceChildren(...marks.map((mark2) => mark2.element));
    element2.hidden = marks.length === 0;
    current = Math.max(
      0,
      key3 ? marks.findIndex(({ card }) => card.key === key3) : Math.min(current, marks.length - 1)
    );
    renaming.close();
    settle();
    rove(current, key3 !== void 0);
    relight();
  }
  function settle(only) {
    const { flow: flow2 } = store.get();
    for (const [at, mark2] of marks.entries()) {
      const { x = 0, y = 0 } = places3[at] ?? {};
      if (only === void 0 || at === only) mark2.element.setAttribute("transform", `translate(${x} ${y})`);
    }
    for (const { link: link2, element: element3 } of lines)
      if (only === void 0 || link2.from === only || link2.to === only)
        element3.setAttribute("d", linkPath(boxed(link2.from), boxed(link2.to), flow2));
    if (only === void 0) showAll(false);
  }
  function showAll(anew) {
    if (anew) touched = false;
    const best = fitted(
      marks.map((_, at) => boxed(at)),
      element2.clientWidth || 720,
      large ? HEIGHTS.large : HEIGHTS.usual
    );
    view = touched ? { ...view, height: best.height } : best;
    show();
  }
  function show() {
    content3.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
    svg.setAttribute("height", String(view.height));
  }
  function zoomBy(factor, at = { x: (element2.clientWidth || 720) / 2, y: view.height / 2 }) {
    const k = Math.min(ZOOM.most, Math.max(ZOOM.least, view.k * factor));
    const by = k / view.k;
    view = { ...view, k, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
    touched = true;
    show();
  }
  function relight() {
    const { graph, hovered, selected, marked } = store.get();
    if (graph)
      light(svg, marks, lines, { graph, active: hovered ?? selected, card: pointed, selected, marked });
  }
  function rove(at, focus) {
    marks[current]?.button.setAttribute("tabindex", "-1");
    current = at;
    const button2 = marks[at]?.button;
    button2?.setAttribute("tabindex", "0");
    if (focus) button2?.focus({ preventScroll: true });
  }
  function keep(at, key3 = "") {
    const card = cardOf(at);
    const place4 = places3[at];
    if (!card || !place4) return;
    const chosen = {
      ...store.get().places,
      [card.key]: [Math.round(place4.x), Math.round(place4.y)]
    };
    actions.commit({ places: chosen }, places(chosen), key3);
  }
  function press2(at) {
    const card = cardOf(at);
    if (!card) return;
    if (store.get().marked !== null) {
      actions.groups.mark(card.members);
      return;
    }
    const turn = card.members.indexOf(store.get().selected ?? -1);
    actions.select(card.members[(turn + 1) % card.members.length] ?? null);
  }
  function remove(at) {
    const card = cardOf(at);
    if (card?.group) actions.groups.ungroup(card.group);
    else if (card) actions.togglePin(card.members[0] ?? 0);
  }
  function rename(at) {
    const card = cardOf(at);
    const name2 = card?.group;
    if (!card || !name2) return;
    const { x, y } = places3[at] ?? { x: 0, y: 0 };
    const box = {
      left: view.x + x * view.k,
      top: view.y + y * view.k,
      width: Math.max(130, card.width * view.k)
    };
    renaming.open(name2, box, (to) => {
      if (to !== null) actions.groups.rename(name2, to);
      const again = marks.findIndex((mark2) => mark2.card.key === card.key);
      if (again >= 0) rove(again, true);
    });
  }
  function openLink(target) {
    const link2 = lines.find(({ element: element3 }) => element3 === target)?.link;
    const [from, to] = [cardOf(link2?.from ?? -1), cardOf(link2?.to ?? -1)];
    if (from?.group === null && to?.group === null)
      actions.openEdge(from.members[0] ?? 0, to.members[0] ?? 0);
  }
  const cardAt = (target) => {
    const key3 = target.closest("[data-key]")?.getAttribute("data-key");
    const at = marks.findIndex(({ card }) => card.key === key3);
    return at < 0 ? null : at;
  };
  const memberAt = (target) => {
    const id = target.closest("[data-node]")?.getAttribute("data-node");
    return id ? store.get().graph?.rowOf.get(id) ?? null : null;
  };
  handleSheet(ui, svg, {
    cardAt,
    drag(at, dx, dy) {
      const place4 = places3[at];
      if (!place4) return;
      places3[at] = { x: place4.x + dx / view.k, y: place4.y + dy / view.k };
      settle(at);
    },
    drop: (at) => keep(at),
    pan(dx, dy) {
      view = { ...view, x: view.x + dx, y: view.y + dy };
      touched = true;
      show();
    },
    zoom: zoomBy,
    click(target, pin2) {
      const at = cardAt(target);
      const member = memberAt(target);
      if (at === null) openLink(target);
      if (at === null) return;
      rove(at, true);
      if (target.closest(".saec-box-remove")) remove(at);
      else if (target.closest(".saec-box-rename")) rename(at);
      else if (member !== null) pin2 ? actions.togglePin(member) : actions.pick(member);
      else if (pin2 && cardOf(at)?.group === null) remove(at);
      else press2(at);
    },
    rename(target) {
      const at = cardAt(target);
      if (at !== null && memberAt(target) === null) rename(at);
    },
    hover(target) {
      const at = target && cardAt(target);
      const card = at === null ? null : cardOf(at);
      const member = target && memberAt(target);
      const whole = card !== null && card.group !== null && member === null;
      const changed = pointed !== (whole ? at : null);
      pointed = whole ? at : null;
      const row = member ?? (card && !whole ? card.members[0] ?? null : null);
      if (row !== store.get().hovered) actions.hover(row);
      else if (changed) relight();
    }
  });
  handleSheetKeys(ui, svg, {
    go: (direction) => rove(neighbour(places3, current, direction), true),
    move(dx, dy) {
      const place4 = places3[current];
      if (!place4) return;
      places3[current] = { x: place4.x + dx, y: place4.y + dy };
      keep(current, `move ${cardOf(current)?.key}`);
    },
    press: () => press2(current),
    remove: () => remove(current),
    rename: () => rename(current),
    unpin() {
      if (cardOf(current)?.group === null) remove(current);
    },
    clear: () => actions.select(null),
    undo: actions.undo,
    redo: actions.redo,
    zoom: (factor) => zoomBy(factor),
    reset: () => showAll(true)
  });
  const zoom = zoomButtons(ui, zoomBy, () => showAll(true));
  store.watch(["graph", "flow"], () => {
    touched = false;
  });
  store.watch(["graph", "pinned", "supernodes", "places", "flow"], draw);
  store.watch(["hovered", "selected", "marked"], relight);
  const observer = new ResizeObserver(() => showAll(false));
  observer.observe(element2);
  ui.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  return {
    element: element2,
    zoom,
    resize() {
      large = !large;
      showAll(true);
      return large;
    },
    save() {
      const boxes = marks.map((_, at) => boxed(at));
      const style = readPalette(element2);
      const box = {
        left: Math.min(...boxes.map(({ x }) => x)),
        top: Math.min(...boxes.map(({ y }) => y)),
        right: Math.max(...boxes.map(({ x, width }) => x + width)),
        bottom: Math.max(...boxes.map(({ y, height }) => y + height))
      };
      if (boxes.length > 0) download(ui, "subgraph.svg", sheetFile(ui, content3, box, style));
    },
    rename(name2) {
      const at = marks.findIndex(({ card }) => card.group === name2);
      if (at < 0) return;
      rove(at, false);
      rename(at);
    }
  };
}

// src/panels/pinned.ts
function pinnedPanel(ui, store, actions, root) {
  const small = (name2, text2, title, run) => h(ui, "button", { class: `saec-button saec-button-small ${name2}`, text: text2, title, on: { click: run } });
  const sheet = createSheet(ui, store, actions);
  const group3 = small(
    "saec-group-mode",
    "Group",
    "Mark nodes and make a group of them (hold g)",
    actions.groups.toggle
  );
  const flow2 = small("saec-flow", "", "", () => {
    const next = store.get().flow === "across" ? "up" : "across";
    const moved = Object.keys(store.get().places).length > 0;
    const line5 = moved ? `${flow(next)}; ${places({})}` : flow(next);
    actions.commit({ flow: next, places: {} }, line5);
  });
  const tidy = small(
    "saec-tidy",
    "Tidy",
    "Put all cards back where they belong",
    () => actions.commit({ places: {} }, places({}))
  );
  const size = small(
    "saec-sheet-size",
    "⇕",
    "Give the subgraph more room",
    () => size.setAttribute("aria-pressed", String(sheet.resize()))
  );
  size.setAttribute("aria-label", size.title);
  size.setAttribute("aria-pressed", "false");
  const save = small("saec-save-sheet", "SVG", "Save the subgraph as a picture (.svg)", sheet.save);
  const clear = small("saec-unpin-all", "Unpin all", "Unpin all nodes; groups stay", actions.unpinAll);
  const hint = h(ui, "p", {
    class: "saec-hint saec-pinned-hint",
    text: "Pin nodes (p, Ctrl-click) to see the links among them; hold g and click to group."
  });
  const more = h(ui, "p", { class: "saec-hint" });
  const tools = h(ui, "div", { class: "saec-pinned-tools" });
  tools.append(group3, proposeGroups(ui, store, actions), flow2, sheet.zoom, size, tidy, save, clear);
  const head = h(
    ui,
    "div",
    { class: "saec-panel-head" },
    h(ui, "h3", { class: "saec-subtitle", text: "Pinned" }),
    scoreLine(ui, store),
    tools
  );
  const element2 = h(
    ui,
    "section",
    { class: "saec-panel saec-pinned", attrs: { "aria-label": "Pinned nodes" } },
    head,
    modeBar(ui, store, actions, sheet.rename),
    hint,
    sheet.element,
    more
  );
  handleGroupKeys(ui, root, store, actions, sheet.rename);
  store.watch(["marked"], ({ marked }) => group3.setAttribute("aria-pressed", String(marked !== null)));
  store.watch(["flow"], ({ flow: now }) => {
    flow2.textContent = now === "across" ? "Layers →" : "Layers ↑";
    flow2.title = now === "across" ? "Let the layers go upwards" : "Let the layers go across";
    flow2.setAttribute("aria-label", flow2.title);
  });
  store.watch(["graph", "pinned", "supernodes", "places"], ({ graph, pinned, supernodes: supernodes2, places: places3 }) => {
    element2.hidden = graph === null;
    const { cards, left } = graph ? makeCards(graph, pinned, supernodes2) : { cards: [], left: 0 };
    hint.hidden = cards.length > 0;
    for (const button2 of [sheet.zoom, size, flow2, save]) button2.hidden = cards.length === 0;
    clear.hidden = pinned.length === 0;
    tidy.hidden = !cards.some(({ key: key3 }) => key3 in places3);
    more.hidden = left === 0;
    more.textContent = `${left} more are pinned; the subgraph shows ${MOST_CARDS}.`;
  });
  return element2;
}

// src/panels/filter_panel.ts
var STEPS3 = 100;
function filterControls(ui, store, actions) {
  const set = (change2, done = true) => actions.setFilter({ ...store.get().filter, ...change2 }, done);
  const choice = (name2, label, change2) => h(ui, "select", {
    class: `saec-input saec-filter-${name2}`,
    attrs: { "aria-label": label },
    on: { change: change2 }
  });
  const from = choice("from", "From layer", layers2);
  const to = choice("to", "To layer", layers2);
  const token = choice(
    "token",
    "Token",
    () => set({ token: token.value === "" ? null : Number(token.value) })
  );
  const sign = choice("sign", "Sign of the effect", effect);
  const of = choice("of", "Effect on", effect);
  sign.append(
    ...options(ui, [
      ["", "any effect"],
      ["+", "pushes up"],
      ["-", "pushes down"]
    ])
  );
  of.append(
    ...options(ui, [
      ["target", "the target"],
      ["selected", "the selected node"]
    ])
  );
  function layers2() {
    const [low, high] = [Number(from.value), Number(to.value)];
    const all = from.selectedIndex === 0 && to.selectedIndex === to.options.length - 1;
    set({ layers: all ? null : [Math.min(low, high), Math.max(low, high)] });
  }
  function effect() {
    set({ sign: sign.value || null, of: of.value });
  }
  const kinds = KINDS.map((kind) => {
    const on = {
      click: () => {
        const before = store.get().filter.kinds;
        set({ kinds: KINDS.filter((other) => before.includes(other) !== (other === kind)) });
      }
    };
    return h(ui, "button", { class: "saec-kind", text: kind, attrs: { "aria-pressed": "false" }, on });
  });
  const density2 = h(ui, "input", {
    class: "saec-slider saec-density",
    attrs: {
      type: "range",
      min: 0,
      max: STEPS3,
      step: 1,
      "aria-label": "Largest share of tokens that a feature fires on"
    },
    on: {
      input: () => dense(false),
      change: () => dense(true)
    }
  });
  const rate = h(ui, "output", { class: "saec-number saec-density-text" });
  function dense(done) {
    const { graph } = store.get();
    const at = Number(density2.value);
    if (graph) set({ densest: at >= STEPS3 ? null : rateAt(graph, at) }, done);
  }
  const hide = h(ui, "input", {
    class: "saec-filter-hide",
    attrs: { type: "checkbox" },
    on: { change: () => set({ hide: hide.checked }) }
  });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small saec-filter-clear",
    text: "Clear all",
    on: { click: () => set({ ...NO_FILTER, hide: store.get().filter.hide }) }
  });
  const line5 = (name2, ...parts) => h(
    ui,
    "div",
    { class: "saec-popover-line" },
    h(ui, "span", { class: "saec-caption", text: name2 }),
    ...parts
  );
  const densityLine = line5("fires on at most", density2, rate);
  const { element: element2, button: button2 } = popover(
    ui,
    {
      text: "Filter ▾",
      title: "Look for nodes by layer, token, kind, effect and density",
      class: "saec-filter",
      label: "Filter"
    },
    [
      line5("layers", from, "to", to),
      line5("token", token),
      line5("kind", h(ui, "span", { class: "saec-kinds" }, ...kinds)),
      line5("effect", sign, "on", of),
      densityLine,
      h(
        ui,
        "div",
        { class: "saec-popover-line saec-popover-foot" },
        h(ui, "label", { class: "saec-tick" }, hide, h(ui, "span", { text: "hide the rest" })),
        clear
      )
    ]
  );
  const chips2 = h(ui, "div", {
    class: "saec-chips saec-filter-chips",
    attrs: { role: "group", "aria-label": "Filters" }
  });
  store.watch(["graph"], ({ graph }) => {
    element2.hidden = graph === null;
    if (!graph) return;
    from.replaceChildren(...layerOptions(ui, graph));
    to.replaceChildren(...layerOptions(ui, graph));
    const tokens = graph.meta.tokens.map((text2, at) => [
      String(at),
      `${at} · ${shorten(showToken(text2), 18)}`
    ]);
    token.replaceChildren(...options(ui, [["", "any token"], ...tokens]));
    densityLine.hidden = knownRates(graph).length === 0;
  });
  store.watch(["graph", "filter"], ({ graph, filter: filter2 }) => {
    if (!graph) return;
    from.value = String(filter2.layers?.[0] ?? -1);
    to.value = String(filter2.layers?.[1] ?? graph.meta.n_layers);
    token.value = filter2.token === null ? "" : String(filter2.token);
    sign.value = filter2.sign ?? "";
    of.value = filter2.of;
    hide.checked = filter2.hide;
    density2.value = String(filter2.densest === null ? STEPS3 : stepOf(graph, filter2.densest));
    rate.textContent = filter2.densest === null ? "any share" : `${percent(filter2.densest)} of tokens`;
    for (const [at, kind] of KINDS.entries())
      kinds[at]?.setAttribute("aria-pressed", String(filter2.kinds.includes(kind)));
    const active = isActive(filter2);
    clear.disabled = !active;
    button2.classList.toggle("saec-filter-on", active);
    chips2.hidden = !active;
    chips2.replaceChildren(...words(graph, filter2).map(([text2, rest2]) => chip(ui, text2, () => set(rest2))));
  });
  return { button: element2, chips: chips2 };
}
function options(ui, items) {
  return items.map(([value, text2]) => h(ui, "option", { text: text2, attrs: { value } }));
}
function layerOptions(ui, { meta }) {
  return options(
    ui,
    Array.from(
      { length: meta.n_layers + 2 },
      (_, at) => [String(at - 1), layer(meta.n_layers, at - 1)]
    )
  );
}
function layer(count, at) {
  if (at < 0) return "tokens";
  return at >= count ? "output" : `L${at}`;
}
function words(graph, filter2) {
  const { layers: layers2, token, kinds, sign, of, densest } = filter2;
  const named2 = (at) => layer(graph.meta.n_layers, at);
  const found = [];
  if (layers2)
    found.push([
      layers2[0] === layers2[1] ? named2(layers2[0]) : `${named2(layers2[0])} – ${named2(layers2[1])}`,
      { layers: null }
    ]);
  if (token !== null)
    found.push([`at “${showToken(graph.meta.tokens[token] ?? "")}” (${token})`, { token: null }]);
  if (kinds.length > 0) found.push([kinds.map(plural).join(", "), { kinds: [] }]);
  if (sign) {
    const on = of === "target" ? "the target" : "the selected node";
    found.push([`${sign === "+" ? "pushes up" : "pushes down"} ${on}`, { sign: null }]);
  }
  if (densest !== null) found.push([`fires on ≤ ${percent(densest)}`, { densest: null }]);
  return found;
}
var plural = (kind) => kind === "bias" ? "biases" : `${kind}s`;
function chip(ui, text2, clear) {
  const remove = h(ui, "button", {
    class: "saec-chip-remove",
    text: "✕",
    title: `Clear “${text2}”`,
    attrs: { "aria-label": `Clear the filter ${text2}` },
    on: { click: clear }
  });
  return h(
    ui,
    "span",
    { class: "saec-chip saec-filter-chip" },
    h(ui, "span", { class: "saec-chip-what", text: text2 }),
    remove
  );
}
function rateAt(graph, step3) {
  const [least, most] = ends(graph);
  return Number((least * (most / least) ** (step3 / STEPS3)).toPrecision(3));
}
function stepOf(graph, rate) {
  const [least, most] = ends(graph);
  return Math.round(STEPS3 * Math.log(rate / least) / Math.max(1e-9, Math.log(most / least)));
}
function ends(graph) {
  const rates = knownRates(graph);
  return [rates[0] ?? 1e-6, rates.at(-1) ?? 1];
}

// src/panels/toolbar.ts
function createToolbar(ui, store, actions, leave) {
  const search2 = h(ui, "input", {
    class: "saec-input saec-search",
    attrs: { type: "search", placeholder: "Search ( / )", "aria-label": "Search nodes by label or token" },
    on: { input: () => actions.search(search2.value), keydown: press2 }
  });
  const found = h(ui, "span", { class: "saec-hits", attrs: { "aria-live": "polite" } });
  function press2(event) {
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
  const filter2 = filterControls(ui, store, actions);
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
    filter2.button,
    found,
    linkTypeChoice(ui, store),
    h(ui, "div", { class: "saec-spacer" }),
    h(
      ui,
      "label",
      { class: "saec-prune-field", title: "Shows the nodes that together carry this share of the influence" },
      h(ui, "span", { class: "saec-caption", text: "Influence kept" }),
      slider,
      share
    ),
    counts,
    filter2.chips
  );
  return { element: element2, focusSearch: () => search2.focus() };
}

// src/predicted/strip.ts
var CHOICES = [
  ["measured", "measured", "How the model's nodes moved"],
  ["predicted", "predicted", "How the graph says that they move"],
  ["both", "both", "What the graph says on the left of a node, what was measured on the right"]
];
function afterEditStrip(ui, store, actions) {
  const buttons = CHOICES.map(
    ([what, text2, title]) => h(ui, "button", {
      class: "saec-choice",
      text: text2,
      title,
      attrs: { "data-after": what },
      on: { click: () => actions.showAfterEdit(what) }
    })
  );
  const key3 = h(ui, "span", { class: "saec-after-key" });
  const element2 = h(
    ui,
    "div",
    { class: "saec-after" },
    h(ui, "span", { class: "saec-caption", text: "After the edits" }),
    h(
      ui,
      "div",
      {
        class: "saec-choices",
        attrs: { role: "group", "aria-label": "What is drawn on the nodes after the edits" }
      },
      ...buttons
    ),
    key3
  );
  const legends = {
    measured: rings2(ui, "measured in the model"),
    predicted: rings2(ui, "as the graph says"),
    both: wings(ui)
  };
  store.watch(["graph", "effect", "afterEdit"], ({ graph, effect, afterEdit }) => {
    element2.hidden = !graph || !isPredicted(graph, effect);
    for (const button2 of buttons)
      button2.setAttribute("aria-pressed", String(button2.dataset.after === afterEdit));
    key3.replaceChildren(...legends[afterEdit]);
  });
  return element2;
}
function item(ui, drawing, text2, width = 22) {
  const svg = s(ui, "svg", {
    width,
    height: 18,
    viewBox: `${-width / 2} -9 ${width} 18`,
    "aria-hidden": "true"
  });
  svg.append(...drawing);
  return h(ui, "span", { class: "saec-legend-item" }, svg, text2);
}
function rings2(ui, what) {
  const ring2 = (kind, points) => [
    s(ui, "circle", { r: 3, class: "saec-glyph-full" }),
    s(ui, "circle", { r: 6, class: `saec-after-ring ${kind}` }),
    s(ui, "polygon", { points, class: kind })
  ];
  return [
    item(ui, ring2("saec-after-up", "5,-9 8,-4 2,-4"), "up"),
    item(ui, ring2("saec-after-down", "5,-3 8,-8 2,-8"), "down"),
    h(ui, "span", { text: what })
  ];
}
function wings(ui) {
  const node = () => s(ui, "circle", { r: 3, class: "saec-glyph-full" });
  const wing2 = (d, kind) => s(ui, "path", { d, class: `saec-after-wing ${kind}` });
  return [
    item(ui, [node(), wing2("M-7 0A7 7 0 0 1 0 -7", "saec-after-up saec-after-thin")], "left: the graph"),
    item(ui, [node(), wing2("M7 0A7 7 0 0 0 0 -7", "saec-after-up")], "right: the model"),
    item(
      ui,
      [
        node(),
        wing2("M-7 0A7 7 0 0 0 0 7", "saec-after-down saec-after-thin"),
        wing2("M7 0A7 7 0 0 1 0 7", "saec-after-down")
      ],
      "raised = up, lowered = down"
    )
  ];
}

// src/explorer.ts
function build({ model, ui, root, ask: plain3, kernel, onClean, attempt }) {
  const store = createStore(initialState(), attempt);
  const { ask, stop } = createStopping(plain3, (running) => store.set({ running }));
  const actions = createActions({ model, store, ask, history: createHistory() });
  derive(store);
  onClean(followTraits(model, store, actions));
  onClean(store.close);
  fetchCards(store, ask);
  followKernel(store, kernel);
  const stage = assemble(ui, root, store, actions, stop);
  return { restyle: stage.restyle, home: stage.element };
}
function assemble(ui, root, store, actions, stopAll) {
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
    h(
      ui,
      "div",
      { class: "saec-graph" },
      toolbar.element,
      stage.element,
      afterEditStrip(ui, store, actions),
      pinnedPanel(ui, store, actions, root)
    ),
    panel,
    attentionPanel(ui, store, actions, () => stage.element.focus()),
    h(
      ui,
      "div",
      { class: "saec-bottom" },
      outputPanel(ui, store, actions),
      evidencePanel(ui, store, actions)
    )
  );
  root.append(
    header(ui, store, actions, check2, createMenu(ui, store, actions, stage)),
    progress(ui, store, stopAll),
    kernelNote(ui, store),
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
  return stage;
}
var explorer_default = mount(build, "saec-explorer");
export {
  explorer_default as default
};
