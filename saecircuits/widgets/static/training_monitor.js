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

// src/model/host_kernel.ts
var LOST = /* @__PURE__ */ new Set(["restarting", "autorestarting", "terminating", "dead"]);
function followHostKernel(model, lost) {
  const { widget_manager: manager } = model;
  const known = Boolean(manager && "kernel" in manager);
  const kernel = known ? manager?.kernel : null;
  const told2 = (_, status) => {
    if (LOST.has(status)) lost();
  };
  kernel?.statusChanged?.connect(told2);
  kernel?.disposed?.connect(lost);
  return {
    known,
    absent: known && kernel === null,
    end() {
      kernel?.statusChanged?.disconnect(told2);
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
  const look2 = () => queueMicrotask(() => {
    if (over) return;
    if (marked()) lose();
    else probe();
  });
  function probe() {
    rest();
    ask();
  }
  model.on(MARKED, look2);
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
      model.off(MARKED, look2);
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
function createAsk(model, timeout = TIMEOUT_MS, cure = BUSY, element) {
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

// src/model/failure.ts
function asFailure(error) {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}

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
function stopRuns(name) {
  return `monitor.stop(${name === void 0 ? "" : literal(name)})`;
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
function duration(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

// src/monitor/curves.ts
var METRICS = [
  { name: "Loss", tip: "Mean of the sum of all terms", show: significant },
  { name: "L0", tip: "Features that fire on a token", show: significant },
  {
    name: "Variance explained",
    tip: "1 − FVU; 1 is a perfect reconstruction",
    show: (value) => Number.isFinite(value) ? value.toFixed(4).replace("-", "−") : "–"
  },
  { name: "Dead", tip: "Share of features that have not fired for long", show: percent }
];
function decodeCurves(past, recent, runs) {
  const columns = 1 + METRICS.length * runs;
  const [before, after] = [floats(past, columns), floats(recent, columns)];
  const table = new Float32Array(before.length + after.length);
  table.set(before);
  table.set(after, before.length);
  return {
    rows: table.length / columns,
    runs,
    tokens: (row) => table[row * columns] ?? Number.NaN,
    value: (row, run, metric) => table[row * columns + 1 + METRICS.length * run + metric] ?? Number.NaN
  };
}
function decodeLatest(latest, runs) {
  const width = 1 + METRICS.length;
  const all = floats(latest, width);
  return Array.from({ length: runs }, (_, run) => all.slice(run * width, (run + 1) * width));
}
function floats(view, columns) {
  if (!view) return new Float32Array();
  const rows = Math.floor(view.byteLength / (4 * columns));
  const { buffer, byteOffset } = view;
  return new Float32Array(buffer.slice(byteOffset, byteOffset + 4 * columns * rows));
}
function nearestRow(curves, tokens) {
  if (curves.rows === 0) return null;
  let [low, high] = [0, curves.rows - 1];
  while (high - low > 1) {
    const middle = low + high >> 1;
    if (curves.tokens(middle) < tokens) low = middle;
    else high = middle;
  }
  return tokens - curves.tokens(low) <= curves.tokens(high) - tokens ? low : high;
}

// src/monitor/state.ts
function initialState() {
  return {
    sweep: "waiting",
    runs: [],
    states: [],
    progress: {},
    curves: decodeCurves(null, null, 0),
    latest: [],
    failure: null,
    row: null,
    run: null,
    kept: /* @__PURE__ */ new Set(),
    asked: /* @__PURE__ */ new Set(),
    code: ""
  };
}
var isLive = (state) => state === "running" || state === "stopping";
function emphasised({ run, kept }) {
  return run === null ? kept : /* @__PURE__ */ new Set([...kept, run]);
}
var CURVES = ["runs", "past", "recent", "latest", "states", "progress", "state"];
function followTraits(model, store, frame) {
  let due = false;
  let closed = false;
  const read = () => {
    due = false;
    if (closed) return;
    const before = store.get();
    const runs = model.get("runs") ?? [];
    const same = JSON.stringify(runs) === JSON.stringify(before.runs);
    const curves = decodeCurves(model.get("past"), model.get("recent"), runs.length);
    store.set({
      ...same ? {} : { runs, run: null, kept: /* @__PURE__ */ new Set() },
      ...same && (before.row ?? 0) < curves.rows ? {} : { row: null },
      sweep: model.get("state") ?? "waiting",
      states: model.get("states") ?? [],
      progress: model.get("progress") ?? {},
      curves,
      latest: decodeLatest(model.get("latest"), runs.length)
    });
  };
  const soon = () => {
    if (due) return;
    due = true;
    frame(() => store.attempt(read, read));
  };
  const fail = () => store.set({ failure: model.get("error") ?? null });
  for (const name of CURVES) model.on(`change:${name}`, soon);
  model.on("change:error", fail);
  fail();
  store.attempt(read, read);
  return () => {
    closed = true;
    for (const name of CURVES) model.off(`change:${name}`, soon);
    model.off("change:error", fail);
  };
}

// src/monitor/actions.ts
function createActions(store, ask) {
  const toggled = (set, value) => {
    const next = new Set(set);
    if (!next.delete(value)) next.add(value);
    return next;
  };
  return {
    look: (where) => store.set(where),
    keep: (run) => store.set({ kept: toggled(store.get().kept, run) }),
    async stop(name) {
      const { runs, states, asked } = store.get();
      const live = runs.filter((_, i) => isLive(states[i])).map((run) => run.name);
      const names = name === void 0 ? live : [name];
      store.set({ asked: /* @__PURE__ */ new Set([...asked, ...names]), failure: null, code: stopRuns(name) });
      try {
        await ask("stop", { names: name === void 0 ? [] : names });
      } catch (error) {
        store.set({ failure: asFailure(error) });
      } finally {
        store.set({ asked: new Set([...store.get().asked].filter((each) => !names.includes(each))) });
      }
    },
    dismiss: () => store.set({ failure: null })
  };
}

// src/confirm.ts
var PATIENCE_MS = 4e3;
function confirmButton(ui, look2, act) {
  let armed = null;
  let said = null;
  const element = h(ui, "button", {
    class: `saec-button saec-button-small ${look2.class}`,
    on: { click: press, blur: disarm, keydown: leave }
  });
  function show() {
    const text = said ?? (armed ? look2.ask : look2.text);
    element.textContent = text;
    element.setAttribute("aria-label", `${text}: ${look2.label}`);
    element.classList.toggle("saec-armed", said === null && armed !== null);
    element.disabled = said !== null;
  }
  function disarm() {
    if (armed) clearTimeout(armed);
    armed = null;
    show();
  }
  function press() {
    if (armed) {
      disarm();
      act();
      return;
    }
    armed = setTimeout(disarm, PATIENCE_MS);
    show();
  }
  function leave(event) {
    if (event.key !== "Escape" || !armed) return;
    event.stopPropagation();
    disarm();
  }
  ui.signal.addEventListener("abort", disarm, { once: true });
  show();
  return {
    element,
    say(text) {
      if (text === said) return;
      said = text;
      disarm();
    }
  };
}

// src/monitor/head.ts
var SAID = {
  waiting: "Waiting",
  running: "Training",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Broken off"
};
function monitorHead(ui, store, actions) {
  const state = h(ui, "span", { class: "saec-sweep-state", attrs: { role: "status" } });
  const facts = h(ui, "span", { class: "saec-sweep-facts saec-number" });
  const stop = confirmButton(
    ui,
    { class: "saec-stop-all", text: "Stop all", ask: "Stop all now?", label: "all runs" },
    () => void actions.stop()
  );
  stop.element.title = "Ends the training and keeps what every run has learned";
  const bar = h(ui, "div", { class: "saec-sweep-done" });
  const track = h(
    ui,
    "div",
    {
      class: "saec-sweep-bar",
      attrs: {
        role: "progressbar",
        "aria-label": "Share of the training",
        "aria-valuemin": 0,
        "aria-valuemax": 100
      }
    },
    bar
  );
  store.watch(["sweep", "progress", "states", "asked"], (now) => {
    const share = shareDone(now);
    state.textContent = SAID[now.sweep];
    state.dataset.state = now.sweep;
    facts.textContent = told(now).join(" · ");
    bar.style.width = `${(100 * share).toFixed(2)}%`;
    track.setAttribute("aria-valuenow", (100 * share).toFixed(0));
    track.dataset.state = now.sweep;
    const live = now.states.filter(isLive);
    stop.element.hidden = now.sweep !== "running" || live.length < 2;
    const asking = live.length > 0 && live.every((each) => each === "stopping");
    stop.say(asking || now.asked.size > 1 ? "stopping …" : null);
  });
  return h(
    ui,
    "div",
    { class: "saec-sweep" },
    h(
      ui,
      "div",
      { class: "saec-sweep-line" },
      state,
      facts,
      h(ui, "div", { class: "saec-spacer" }),
      stop.element
    ),
    track
  );
}
function shareDone({ progress: { step = 0, steps = 0 } }) {
  return steps > 0 ? Math.min(1, step / steps) : 0;
}
function told(state) {
  const { progress, sweep, states } = state;
  const { step = 0, steps = 0, tokens = 0, total = 0, seconds, tokens_per_second: speed } = progress;
  if (steps === 0) return [];
  const facts = [
    percent(shareDone(state)),
    `${compact(tokens)} of ${compact(total)} tokens`,
    `step ${step.toLocaleString("en-GB")} of ${steps.toLocaleString("en-GB")}`
  ];
  if (speed) facts.push(`${compact(speed)} tokens/s`);
  if (sweep === "running") {
    if (speed) facts.push(`${duration((total - tokens) / speed)} left`);
    const live = states.filter(isLive).length;
    if (live < states.length) facts.push(`${live} of ${states.length} runs go on`);
  } else if (seconds !== void 0) {
    facts.push(duration(seconds));
  }
  return facts;
}

// src/monitor/keys.ts
function pressed(event, state, actions) {
  const { curves, row, run } = state;
  const pace = event.shiftKey ? 10 : 1;
  const along = (by) => {
    const from = row ?? (by > 0 ? -1 : curves.rows);
    actions.look({ row: Math.max(0, Math.min(curves.rows - 1, from + by)) });
  };
  const across = (by) => {
    const from = run ?? (by > 0 ? -1 : 0);
    actions.look({ run: (from + by + curves.runs) % curves.runs, row: row ?? curves.rows - 1 });
  };
  if (curves.rows === 0 || curves.runs === 0) return;
  if (event.key === "ArrowLeft") along(-pace);
  else if (event.key === "ArrowRight") along(pace);
  else if (event.key === "ArrowDown") across(1);
  else if (event.key === "ArrowUp") across(-1);
  else if (event.key === "Enter" && run !== null) actions.keep(run);
  else if (event.key === "Escape") actions.look({ row: null, run: null });
  else return;
  event.preventDefault();
}
function announce({ curves, runs, row, run }) {
  if (row === null || run === null) return "";
  const facts = METRICS.map(({ name, show }, i) => `${name} ${show(curves.value(row, run, i))}`);
  return [runs[run]?.name ?? "", `${curves.tokens(row)} tokens`, ...facts].join(", ");
}

// src/chart/series.ts
var COLOURS = 6;
var DASHES = ["", "7 4", "2 3"];
var SHAPES = ["circle", "square", "triangle", "diamond", "cross", "wedge"];
function look(number) {
  return {
    colour: `var(--saec-series-${number % COLOURS})`,
    dash: DASHES[Math.floor(number / COLOURS) % DASHES.length] ?? "",
    shape: SHAPES[number % SHAPES.length] ?? "circle"
  };
}
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
function inside(ui, { width, height, left, right, top, bottom }) {
  const w = Math.max(0, width - left - right);
  const h2 = Math.max(0, height - top - bottom);
  return s(ui, "svg", { x: left, y: top, width: w, height: h2, viewBox: `${left} ${top} ${w} ${h2}` });
}
function followWidth(ui, element, fallback, draw) {
  let last = 0;
  const measure = () => {
    const width = Math.round(element.clientWidth) || fallback;
    if (width === last) return;
    last = width;
    draw(width);
  };
  const observer = new ResizeObserver(measure);
  observer.observe(element);
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
  const within = (factors) => {
    const values2 = [];
    for (let power = lowest; power <= highest; power++)
      for (const factor of factors) values2.push(Number((factor * 10 ** power).toPrecision(1)));
    return values2.filter((value) => value >= range.low && value <= range.high);
  };
  const fitting = [[1, 2, 5], [1, 3], [1]].map(within).find((values2) => values2.length <= count * 1.5);
  let values = fitting ?? within([1]);
  if (values.length < 2) return linearTicks(range, Math.max(2, count - 1));
  const skip = Math.ceil(values.length / (count * 1.5));
  values = values.filter((_, i) => i % skip === 0);
  return values.map((value) => ({ value, text: value >= 1e3 ? compact(value) : String(value) }));
}
var minus = (text) => text.replace("-", "−");

// src/monitor/panel.ts
var HEIGHT = 164;
var FALLBACK_WIDTH = 320;
var NEAR = 24;
var [LOSS, L0, EXPLAINED, DEAD] = [0, 1, 2, 3];
function createPanel(ui, store, actions, metric) {
  const { name = "", tip = "" } = METRICS[metric] ?? {};
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT, "aria-hidden": "true" });
  const scaleName = h(ui, "span", { class: "saec-caption" });
  const value = h(ui, "span", { class: "saec-chart-value saec-number" });
  const element = h(
    ui,
    "div",
    { class: "saec-chart-panel", on: { pointermove: follow, pointerleave: leave, click: keep } },
    h(
      ui,
      "div",
      { class: "saec-chart-head", title: tip },
      h(ui, "span", { class: "saec-subtitle", text: name }),
      scaleName,
      value
    ),
    svg
  );
  let width = 0;
  let drawn = null;
  function draw(state) {
    if (width === 0) return;
    const box = { width, height: HEIGHT, left: 44, right: 10, top: 8, bottom: 22 };
    const scales = scalesOf(state.curves, metric, box);
    drawn = scales;
    scaleName.textContent = scales.y.log ? "log" : "";
    const area = inside(ui, { ...box, right: box.right - 7, top: box.top - 4 });
    for (let run = 0; run < state.curves.runs; run++) area.append(...lineOf(ui, state, run, metric, scales));
    area.append(s(ui, "line", { class: "saec-hairline", y1: box.top, y2: HEIGHT - box.bottom }));
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.replaceChildren(...axes(ui, scales.x, scales.y, box), area);
    emphasise(state);
  }
  function emphasise(state) {
    const on = emphasised(state);
    svg.classList.toggle("saec-some", on.size > 0);
    for (const line2 of svg.querySelectorAll("[data-run]"))
      line2.classList.toggle("saec-on", on.has(Number(line2.dataset.run)));
    const hairline = svg.querySelector(".saec-hairline");
    const { row, run, curves } = state;
    const shown = row !== null && drawn !== null;
    hairline?.classList.toggle("saec-on", shown);
    const number = row === null || run === null ? Number.NaN : curves.value(row, run, metric);
    value.textContent = Number.isFinite(number) ? METRICS[metric]?.show(number) ?? "" : "";
    if (!shown) return;
    const x = String(round(drawn?.x.at(curves.tokens(row)) ?? 0));
    hairline?.setAttribute("x1", x);
    hairline?.setAttribute("x2", x);
  }
  function follow(event) {
    if (!drawn) return;
    const { left, top } = svg.getBoundingClientRect();
    const { curves } = store.get();
    const row = nearestRow(curves, drawn.x.value(event.clientX - left));
    actions.look({ row, run: row === null ? null : nearestRun(curves, row, event.clientY - top) });
  }
  function nearestRun(curves, row, y) {
    let [best, distance] = [null, NEAR];
    for (let run = 0; run < curves.runs; run++) {
      const away = Math.abs((drawn?.y.at(curves.value(row, run, metric)) ?? Number.NaN) - y);
      if (away < distance) [best, distance] = [run, away];
    }
    return best;
  }
  function leave() {
    actions.look({ row: null, run: null });
  }
  function keep() {
    const { run } = store.get();
    if (run !== null) actions.keep(run);
  }
  followWidth(ui, element, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["curves", "states"], draw);
  store.watch(["row", "run", "kept"], emphasise);
  return element;
}
function scalesOf(curves, metric, box) {
  const last = curves.rows > 0 ? curves.tokens(curves.rows - 1) : 1;
  const x = linear({ low: 0, high: last }, box.left, box.width - box.right, Math.max(2, box.width / 80));
  const { range, log } = heights(curves, metric);
  const y = (log ? logarithmic : linear)(range, box.height - box.bottom, box.top, 4);
  const ticks = metric === DEAD ? y.ticks.map(({ value }) => ({ value, text: percent(value) })) : y.ticks;
  return { x, y: { ...y, ticks } };
}
function heights(curves, metric) {
  const values = [];
  for (let row = 0; row < curves.rows; row++)
    for (let run = 0; run < curves.runs; run++) values.push(curves.value(row, run, metric));
  const sorted = Float32Array.from(values.filter(Number.isFinite)).sort();
  const low = sorted[0] ?? 0;
  const high = sorted.at(-1) ?? 1;
  if (metric === DEAD)
    return { range: { low: 0, high: Math.min(1, Math.max(0.02, 1.08 * high)) }, log: false };
  if (metric === LOSS || metric === L0) {
    const log = low > 0 && high / low > 8;
    return { range: rangeOf([low, high], log), log };
  }
  const floor = sorted[Math.floor(0.04 * sorted.length)] ?? 0;
  const range = rangeOf([floor, high], false);
  return { range: metric === EXPLAINED ? { ...range, high: Math.min(1, range.high) } : range, log: false };
}
function lineOf(ui, state, run, metric, at) {
  const points = pointsOf(state.curves, run, metric, at);
  const end = points.at(-1);
  if (!end) return [];
  const { colour, dash } = look(run);
  const d = points.length > 1 ? `M${points.join("L")}` : `M${end}h0.1`;
  const attrs = { class: "saec-line", d, style: `stroke:${colour}`, "stroke-dasharray": dash || null };
  const line2 = s(ui, "path", { ...attrs, "data-run": run });
  const shape = END[state.states[run] ?? ""];
  if (!shape) return [line2];
  const transform = `translate(${end})${shape === "cross" ? " rotate(45)" : ""}`;
  const mark = { class: "saec-end", d: outline(shape, 4), transform, style: `fill:${colour}` };
  return [line2, s(ui, "path", { ...mark, "data-run": run })];
}
function pointsOf(curves, run, metric, at) {
  const apart = Math.min(4, 0.7 + curves.runs / 12);
  const points = [];
  let left = Number.NEGATIVE_INFINITY;
  let skipped = null;
  for (let row = 0; row < curves.rows; row++) {
    const value = curves.value(row, run, metric);
    if (!Number.isFinite(value) || at.y.log && value <= 0) continue;
    const x = at.x.at(curves.tokens(row));
    const point = [round(x), round(at.y.at(value))];
    skipped = x - left < apart ? point : null;
    if (skipped) continue;
    points.push(point);
    left = x;
  }
  return skipped ? [...points, skipped] : points;
}
var END = { stopped: "square", failed: "cross" };

// src/monitor/table.ts
var SAID2 = {
  running: "running",
  stopping: "stopping …",
  stopped: "stopped",
  finished: "finished",
  failed: "broken off"
};
function runTable(ui, store, actions) {
  let rows = [];
  const place = h(ui, "th", { class: "saec-run-head", text: "Run", attrs: { scope: "col" } });
  const body = h(ui, "tbody");
  const head = h(
    ui,
    "tr",
    {},
    place,
    ...METRICS.map(
      ({ name, tip }) => h(ui, "th", { class: "saec-cell", text: name, title: tip, attrs: { scope: "col" } })
    ),
    h(ui, "th", { class: "saec-cell", text: "Tokens", attrs: { scope: "col" } }),
    h(ui, "th", { class: "saec-run-state", text: "State", attrs: { scope: "col", colspan: 2 } })
  );
  const element = h(
    ui,
    "div",
    { class: "saec-runs" },
    h(ui, "table", { class: "saec-table" }, h(ui, "thead", {}, head), body)
  );
  store.watch(["runs"], ({ runs }) => {
    rows = runs.map((run, i) => createRow(ui, run, i, actions));
    body.replaceChildren(...rows.map((row) => row.element));
  });
  store.watch(["runs", "latest", "curves", "row"], (state) => {
    place.textContent = state.row === null ? "Run" : `Run · at ${compact(state.curves.tokens(state.row))} tokens`;
    for (const [run, row] of rows.entries())
      for (const [column, text] of numbers(state, run).entries()) {
        const cell = row.cells[column];
        if (cell && cell.textContent !== text) cell.textContent = text;
      }
  });
  store.watch(["runs", "states", "asked"], ({ runs, states, asked }) => {
    for (const [i, row] of rows.entries()) {
      const state = states[i] ?? "running";
      row.state.textContent = SAID2[state];
      row.element.dataset.state = state;
      row.stop.element.hidden = state !== "running";
      row.stop.say(asked.has(runs[i]?.name ?? "") ? "asking …" : null);
    }
  });
  store.watch(["runs", "run", "kept"], (state) => {
    const on = emphasised(state);
    for (const [i, row] of rows.entries()) {
      row.element.classList.toggle("saec-on", on.has(i));
      row.keep.setAttribute("aria-pressed", String(state.kept.has(i)));
    }
  });
  return element;
}
function createRow(ui, { name, recipe }, run, actions) {
  const here = () => actions.look({ run });
  const away = () => actions.look({ run: null });
  const keep = h(
    ui,
    "button",
    {
      class: "saec-run-name",
      title: `${visible(name)} · ${visible(recipe)}
Click to keep it emphasised`,
      on: { click: () => actions.keep(run), focus: here, blur: away }
    },
    swatch(ui, run),
    h(ui, "bdi", { class: "saec-run-text", text: visible(name) })
  );
  const cells = [...METRICS, null].map(() => h(ui, "td", { class: "saec-cell saec-number" }));
  const state = h(ui, "td", { class: "saec-run-state" });
  const stop = confirmButton(
    ui,
    { class: `saec-stop saec-stop-${run}`, text: "Stop", ask: "Stop now?", label: visible(name) },
    () => void actions.stop(name)
  );
  stop.element.title = "Ends this run and keeps what it has learned; the others go on";
  const element = h(
    ui,
    "tr",
    { on: { pointerenter: here, pointerleave: away } },
    h(
      ui,
      "th",
      { class: "saec-run", attrs: { scope: "row" } },
      keep,
      h(ui, "bdi", { class: "saec-caption saec-run-recipe", text: visible(recipe) })
    ),
    ...cells,
    state,
    h(ui, "td", { class: "saec-run-stop" }, stop.element)
  );
  return { element, keep, cells, state, stop };
}
function swatch(ui, run) {
  const { colour, dash } = look(run);
  const svg = s(ui, "svg", { class: "saec-run-swatch", width: 26, height: 10, "aria-hidden": "true" });
  const attrs = {
    class: "saec-line",
    d: "M1,5H25",
    style: `stroke:${colour}`,
    "stroke-dasharray": dash || null
  };
  svg.append(s(ui, "path", attrs));
  return svg;
}
function numbers({ row, curves, latest }, run) {
  const shown = (metric) => row === null ? latest[run]?.[1 + metric] ?? Number.NaN : curves.value(row, run, metric);
  const tokens = row === null ? latest[run]?.[0] ?? Number.NaN : curves.tokens(row);
  const texts = METRICS.map((metric, i) => metric.show(shown(i)));
  return [...texts, Number.isFinite(tokens) && Number.isFinite(shown(0)) ? compact(tokens) : "–"];
}

// src/focus.ts
var GONE = "[hidden], :disabled";
var WATCHED = { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "disabled"] };
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
  observer.observe(root, WATCHED);
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
function line(ui, reason) {
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

// src/theme.ts
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

// src/panels/banner.ts
function banner(ui, store, dismiss) {
  const message = h(ui, "span", { class: "saec-error-message" });
  const cure = h(ui, "span", { class: "saec-error-cure" });
  const button = h(ui, "button", {
    class: "saec-button saec-button-small saec-dismiss",
    text: "Dismiss",
    on: { click: dismiss }
  });
  const element = h(ui, "div", { class: "saec-error", attrs: { role: "alert" } });
  element.append(h(ui, "div", { class: "saec-error-text" }, message, cure), button);
  store.watch(["failure"], ({ failure }) => {
    element.hidden = failure === null;
    message.textContent = failure ? visible(failure.message) : "";
    cure.textContent = visible(failure?.cure ?? "");
  });
  return element;
}

// src/panels/code.ts
var SAID_MS = 1500;
function codeStrip(ui, buttons) {
  const code = h(ui, "code", {
    class: "saec-code-text",
    attrs: { tabindex: 0, "aria-label": "Python of the last action" }
  });
  const button = ({ text, title, content }) => {
    const element2 = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text, title });
    let said;
    const ownText = () => {
      element2.textContent = text;
    };
    ui.signal.addEventListener("abort", () => clearTimeout(said), { once: true });
    const press = async () => {
      const copied = await copy(ui, content());
      element2.textContent = copied ? "Copied" : "Not allowed";
      clearTimeout(said);
      if (!ui.signal.aborted) said = setTimeout(ownText, SAID_MS);
    };
    element2.addEventListener("click", () => void press(), { signal: ui.signal });
    return element2;
  };
  const element = h(
    ui,
    "div",
    { class: "saec-code" },
    h(ui, "span", { class: "saec-code-prompt", text: ">>>", attrs: { "aria-hidden": "true" } }),
    code,
    ...buttons.map(button)
  );
  return {
    element,
    show(line2) {
      code.textContent = line2;
    }
  };
}

// src/training_monitor.ts
var PATIENCE = {
  timeout: 2e4,
  cure: "While a cell runs, the kernel hears this button only with ipykernel 7 and JupyterLab 4.4 or later. Train in the background with monitor.train(…), or interrupt the kernel."
};
function build({ model, ui, root, ask, onClean, attempt }) {
  const store = createStore(initialState(), attempt);
  const frame = (run) => void ui.doc.defaultView?.requestAnimationFrame(run);
  onClean(followTraits(model, store, frame));
  onClean(store.close);
  return { home: assemble(ui, root, store, createActions(store, ask)) };
}
function assemble(ui, root, store, actions) {
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that does the last action",
      content: () => store.get().code
    }
  ]);
  const empty = h(ui, "p", {
    class: "saec-empty",
    text: "No training yet. It appears here as soon as one begins with this monitor among its watchers."
  });
  const charts = h(
    ui,
    "div",
    {
      class: "saec-charts",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": "Curves. Left and right move along, up and down choose a run, Escape leaves."
      },
      on: {
        keydown: (event) => pressed(event, store.get(), actions),
        blur: () => actions.look({ row: null, run: null })
      }
    },
    ...METRICS.map((_, metric) => createPanel(ui, store, actions, metric))
  );
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const body = h(ui, "div", {}, monitorHead(ui, store, actions), charts, runTable(ui, store, actions), live);
  root.append(banner(ui, store, actions.dismiss), empty, body, code.element);
  store.watch(["code"], (state) => {
    code.element.hidden = state.code === "";
    code.show(state.code);
  });
  store.watch(["runs", "sweep"], ({ runs, sweep }) => {
    empty.hidden = runs.length > 0 || sweep !== "waiting";
    body.hidden = !empty.hidden;
    charts.hidden = runs.length === 0;
  });
  store.watch(["row", "run"], (state) => {
    live.textContent = visible(announce(state));
  });
  return charts;
}
var training_monitor_default = mount(build, "saec-monitor", PATIENCE);
export {
  training_monitor_default as default
};
