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
  const size2 = Math.abs(value);
  const [unit, sign] = size2 >= 1e9 ? [1e9, "B"] : size2 >= 1e6 ? [1e6, "M"] : size2 >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / Number(unit);
  const digits = Math.abs(scaled) >= 100 || unit === 1 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${sign}`.replace("-", "−");
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
  const button = ({ text, title, content: content2 }) => {
    const element2 = h(ui, "button", { class: "saec-button saec-button-small saec-copy", text, title });
    let said;
    const ownText = () => {
      element2.textContent = text;
    };
    ui.signal.addEventListener("abort", () => clearTimeout(said), { once: true });
    const press = async () => {
      const copied = await copy(ui, content2());
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
function lastAction(ui, store) {
  const title = "Copy the Python that does the last action";
  const strip = codeStrip(ui, [{ text: "Copy as Python", title, content: () => store.get().code }]);
  store.watch(["code"], ({ code }) => {
    strip.element.hidden = code === "";
    strip.show(code);
  });
  return strip.element;
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
function dictionaryOf(name, folder) {
  if (name === null) return "plot.selected = None";
  if (folder) return `dictionary = sc.load_dictionary(${literal(folder)})`;
  return `plot.selected = ${literal(name)}; dictionary = plot.dictionary`;
}

// src/pareto/actions.ts
function createActions(model, store) {
  return {
    select(name) {
      const folder = store.get().points.find((point) => point.name === name)?.folder ?? "";
      store.set({ selected: name, code: dictionaryOf(name, folder) });
      model.set("selected", name);
      model.save_changes();
    },
    look: (hovered) => store.set({ hovered }),
    lookAtGroup: (group) => store.set({ group }),
    show(axis, score) {
      model.set(axis, score);
      model.save_changes();
    }
  };
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

// src/pareto/front.ts
function paretoFront(places, { lessX, lessY }) {
  const [sx, sy] = [lessX ? 1 : -1, lessY ? 1 : -1];
  const byX = [...places].sort((a, b) => sx * (a.x - b.x) || sy * (a.y - b.y));
  const front = [];
  for (const place of byX) {
    const best = front.at(-1);
    const twin = best && best.x === place.x && best.y === place.y;
    if (!best || twin || sy * place.y < sy * best.y) front.push(place);
  }
  return front.sort((a, b) => a.x - b.x);
}
function staircase(front, { lessX }) {
  return front.flatMap(({ x, y }, i) => {
    const before = front[i - 1];
    if (!before) return [[x, y]];
    return [lessX ? [x, before.y] : [before.x, y], [x, y]];
  });
}

// src/pareto/state.ts
function initialState() {
  return {
    points: [],
    scores: [],
    groups: [],
    x: "",
    y: "",
    lower: /* @__PURE__ */ new Set(),
    places: [],
    front: [],
    selected: null,
    hovered: null,
    group: null,
    code: ""
  };
}
function aim({ lower, x, y }) {
  return { lessX: lower.has(x), lessY: lower.has(y) };
}
function lookOf({ groups }, point) {
  return look(Math.max(0, groups.indexOf(point.group)));
}
function radius({ points }, { width }) {
  const widths = points.map((point) => point.width).filter((each) => each > 0);
  const [low, high] = [Math.min(...widths), Math.max(...widths)];
  if (!(width > 0) || !(high > low)) return 5.5;
  return 4 + 4.5 * Math.log(width / low) / Math.log(high / low);
}
function selectedPoint({ points, selected }) {
  return points.find((point) => point.name === selected) ?? null;
}
function followTraits(model, store) {
  const derive = () => {
    const { points, x, y } = store.get();
    const places = points.flatMap(({ scores }, point) => {
      const [across, up] = [scores[x], scores[y]];
      return across === void 0 || up === void 0 ? [] : [{ point, x: across, y: up }];
    });
    store.set({ places, front: paretoFront(places, aim(store.get())) });
  };
  const blocks = {
    points() {
      const points = model.get("points") ?? [];
      const scores = [...new Set(points.flatMap((point) => Object.keys(point.scores)))];
      const groups = [...new Set(points.map((point) => point.group))];
      store.set({ points, scores, groups, hovered: null, group: null });
      derive();
    },
    x() {
      store.set({ x: model.get("x") ?? "" });
      derive();
    },
    y() {
      store.set({ y: model.get("y") ?? "" });
      derive();
    },
    lower_is_better() {
      store.set({ lower: new Set(model.get("lower_is_better") ?? []) });
      derive();
    },
    selected: () => store.set({ selected: model.get("selected") ?? null })
  };
  const entries = Object.entries(blocks);
  const followed = entries.map(([name, block]) => {
    const run = () => store.attempt(block, block);
    run();
    model.on(`change:${name}`, run);
    return () => model.off(`change:${name}`, run);
  });
  return () => {
    for (const end of followed) end();
  };
}

// src/pareto/describe.ts
var NAMES = {
  l0: "L0",
  variance_explained: "Variance explained",
  loss_recovered: "Loss recovered",
  fvu: "FVU",
  dead: "Dead features",
  relative_error: "Relative error",
  mean_norm: "Mean norm",
  loss: "Loss"
};
function scoreName(score) {
  return NAMES[score] ?? visible(score).replaceAll("_", " ");
}
function scoreText(score, value) {
  if (value === void 0) return "–";
  if (score === "dead") return percent(value);
  if (score === "variance_explained" || score === "loss_recovered") return value.toFixed(4).replace("-", "−");
  return significant(value);
}
function direction(state, axis) {
  const { lessX, lessY } = aim(state);
  if (axis === "x") return lessX ? "← less is better" : "more is better →";
  return lessY ? "↓ less is better" : "↑ more is better";
}
function widthText(width) {
  return width > 0 ? `${compact(width)} features` : "";
}
function announce({ x, y, front, points }, point) {
  const onFront = front.some((place) => points[place.point] === point);
  const facts = [x, y].map((score) => `${scoreName(score)} ${scoreText(score, point.scores[score])}`);
  return [visible(point.name), visible(point.group), ...facts, onFront ? "on the front" : ""].filter(Boolean).join(", ");
}

// src/pareto/controls.ts
function paretoControls(ui, store, actions) {
  const up = choice(ui, "y", "Up", actions);
  const across = choice(ui, "x", "Across", actions);
  const missing = h(ui, "span", { class: "saec-caption saec-missing" });
  const legend = h(ui, "div", { class: "saec-groups", attrs: { role: "group", "aria-label": "Groups" } });
  store.watch(["scores", "x", "y", "lower"], (state) => {
    up.update(state);
    across.update(state);
  });
  store.watch(["points", "places"], ({ points, places, x, y }) => {
    const without = points.length - places.length;
    const both = `${scoreName(x)} and ${scoreName(y)}`;
    missing.textContent = without === 0 ? "" : `${without} of ${points.length} without ${both}`;
  });
  store.watch(["points", "groups"], ({ points, groups }) => {
    const widths = new Set(points.map(({ width }) => width));
    legend.hidden = groups.length === 1 && groups[0] === "" && widths.size < 2;
    legend.replaceChildren(
      ...groups.map((group, i) => groupKey(ui, group, i, actions)),
      ...widths.size > 1 ? [h(ui, "span", { class: "saec-caption", text: "size: number of features" })] : []
    );
  });
  store.watch(["group"], ({ group, groups }) => {
    for (const [i, key] of [...legend.querySelectorAll("button")].entries())
      key.classList.toggle("saec-on", groups[i] === group);
  });
  return h(
    ui,
    "div",
    { class: "saec-pareto-head" },
    up.element,
    across.element,
    missing,
    h(ui, "div", { class: "saec-spacer" }),
    legend
  );
}
function choice(ui, axis, name, actions) {
  const select = h(ui, "select", {
    class: `saec-input saec-select-${axis}`,
    on: { change: () => actions.show(axis, select.value) }
  });
  const tip = h(ui, "span", { class: "saec-caption" });
  const element = h(
    ui,
    "label",
    { class: "saec-field" },
    h(ui, "span", { class: "saec-caption", text: name }),
    select,
    tip
  );
  let listed = [];
  return {
    element,
    update(state) {
      if (listed !== state.scores) {
        listed = state.scores;
        select.replaceChildren(
          ...listed.map((score) => h(ui, "option", { text: scoreName(score), attrs: { value: score } }))
        );
      }
      select.value = state[axis];
      tip.textContent = direction(state, axis);
    }
  };
}
function groupKey(ui, group, number, actions) {
  const { colour, shape } = look(number);
  const svg = s(ui, "svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
  svg.append(s(ui, "path", { class: "saec-point-mark", d: outline(shape, 4.6), style: `fill:${colour}` }));
  const here = () => actions.lookAtGroup(group);
  const away = () => actions.lookAtGroup(null);
  return h(
    ui,
    "button",
    {
      class: "saec-group-key",
      title: "Shows the points of this group",
      on: { pointerenter: here, pointerleave: away, focus: here, blur: away }
    },
    svg,
    h(ui, "bdi", { text: visible(group) || "no group" })
  );
}

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

// src/pareto/keys.ts
function pressed(event, state, actions) {
  const { points, hovered, selected } = state;
  const step = (axis, by) => actions.look(next(state, axis, by));
  if (event.key === "ArrowRight") step("x", 1);
  else if (event.key === "ArrowLeft") step("x", -1);
  else if (event.key === "ArrowUp") step("y", 1);
  else if (event.key === "ArrowDown") step("y", -1);
  else if ((event.key === "Enter" || event.key === " ") && hovered !== null) {
    const name = points[hovered]?.name ?? null;
    actions.select(name === selected ? null : name);
  } else if (event.key === "Escape" && hovered !== null) actions.look(null);
  else if (event.key === "Escape" && selected !== null) actions.select(null);
  else return;
  event.preventDefault();
}
function next({ places, points, hovered, selected }, axis, by) {
  const order = [...places].sort((a, b) => a[axis] - b[axis] || a.point - b.point);
  const from = order.findIndex(({ point }) => point === hovered);
  if (from < 0) {
    const chosen = order.find(({ point }) => selected !== null && points[point]?.name === selected);
    return (chosen ?? order.at(by > 0 ? 0 : -1))?.point ?? null;
  }
  return order[Math.max(0, Math.min(order.length - 1, from + by))]?.point ?? null;
}

// src/pareto/labels.ts
var HEIGHT = 13;
var LETTER = 6.1;
var around = (x, y, r) => ({
  left: x - r,
  top: y - r,
  right: x + r,
  bottom: y + r
});
function placeLabel(point, length, taken, bounds) {
  const width = length * LETTER;
  const { x, y, r } = point;
  const candidates = [
    [{ x: x - r - 5, y: y - 4, anchor: "end" }, x - r - 5 - width],
    [{ x: x + r + 5, y: y + 4, anchor: "start" }, x + r + 5],
    [{ x, y: y - r - 6, anchor: "middle" }, x - width / 2],
    [{ x, y: y + r + 13, anchor: "middle" }, x - width / 2],
    [{ x: x - r - 5, y: y + 4, anchor: "end" }, x - r - 5 - width]
  ];
  for (const [label, left] of candidates) {
    const rect = { left, right: left + width, top: label.y - HEIGHT + 3, bottom: label.y + 3 };
    if (!within(rect, bounds) || taken.some((other) => overlap(rect, other))) continue;
    taken.push(rect);
    return label;
  }
  return null;
}
var within = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
var overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

// src/pareto/tip.ts
var ROOM = 250;
var MORE_SCORES = 4;
function createTip(ui) {
  const element = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  let shown = null;
  return {
    element,
    show(state, point, { x, y, width, height }) {
      element.hidden = false;
      if (point !== shown) element.replaceChildren(...content(ui, state, point));
      shown = point;
      const left = x + 18 + ROOM > width;
      element.style.left = left ? "auto" : `${x + 18}px`;
      element.style.right = left ? `${width - x + 18}px` : "auto";
      element.style.top = `${Math.max(4, Math.min(height - 150, y - 24))}px`;
    },
    hide() {
      element.hidden = true;
      shown = null;
    }
  };
}
function content(ui, { x, y, scores }, point) {
  const others = scores.filter((score) => score !== x && score !== y && score in point.scores);
  const rows = [x, y, ...others.slice(0, MORE_SCORES)].map(
    (score) => h(
      ui,
      "div",
      { class: "saec-tip-row" },
      h(ui, "span", { text: scoreName(score) }),
      h(ui, "span", { class: "saec-number", text: scoreText(score, point.scores[score]) })
    )
  );
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: visible(point.name) }),
    h(ui, "div", { class: "saec-tooltip-place", text: visible(point.recipe || point.group) }),
    ...rows
  ];
}

// src/pareto/plot.ts
var HEIGHT2 = 380;
var FALLBACK_WIDTH = 620;
var NEAR = 26;
var WIDE = 8;
var NAME_LENGTH = 26;
function createPlot(ui, store, actions) {
  const svg = s(ui, "svg", { class: "saec-plot", height: HEIGHT2, "aria-hidden": "true" });
  const tip = createTip(ui);
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const stage = h(
    ui,
    "div",
    {
      class: "saec-scatter",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": "Dictionaries. The arrow keys move from one to the next, Enter selects, Escape leaves."
      },
      on: {
        pointermove: (event) => actions.look(nearest(event)),
        pointerleave: () => actions.look(null),
        click: (event) => actions.select(store.get().points[nearest(event) ?? -1]?.name ?? null),
        keydown: (event) => pressed(event, store.get(), actions),
        blur: () => actions.look(null)
      }
    },
    svg,
    tip.element,
    live
  );
  let width = 0;
  let drawn = null;
  function draw(state) {
    if (width === 0) return;
    const box = { width, height: HEIGHT2, left: 58, right: 16, top: 28, bottom: 40 };
    drawn = scalesOf(state, box);
    const area = inside(ui, box);
    area.append(frontLine(ui, state, drawn));
    const order = [...state.places].sort((a, b) => size(state, b) - size(state, a));
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT2}`);
    svg.replaceChildren(
      ...axes(ui, drawn.x, drawn.y, box),
      ...axisNames(ui, state, box, drawn),
      area,
      ...order.map((place) => pointMark(ui, state, place, drawn)),
      ...names(ui, state, box, drawn)
    );
    emphasise(state);
  }
  function emphasise(state) {
    const { points, selected, hovered, group } = state;
    svg.classList.toggle("saec-some-group", group !== null);
    for (const mark2 of svg.querySelectorAll("[data-point]")) {
      const point2 = Number(mark2.dataset.point);
      mark2.classList.toggle("saec-selected", selected !== null && points[point2]?.name === selected);
      mark2.classList.toggle("saec-hovered", point2 === hovered);
      mark2.classList.toggle("saec-on", group !== null && points[point2]?.group === group);
    }
    const place = state.places.find((each) => each.point === hovered);
    const point = points[hovered ?? -1];
    live.textContent = place && point ? announce(state, point) : "";
    if (!place || !point || !drawn) tip.hide();
    else tip.show(state, point, { x: drawn.x.at(place.x), y: drawn.y.at(place.y), width, height: HEIGHT2 });
  }
  function nearest(event) {
    if (!drawn) return null;
    const { left, top } = svg.getBoundingClientRect();
    let [best, distance] = [null, NEAR];
    for (const place of store.get().places) {
      const away = Math.hypot(
        drawn.x.at(place.x) - (event.clientX - left),
        drawn.y.at(place.y) - (event.clientY - top)
      );
      if (away < distance) [best, distance] = [place.point, away];
    }
    return best;
  }
  followWidth(ui, stage, FALLBACK_WIDTH, (now) => {
    width = now;
    draw(store.get());
  });
  store.watch(["points", "places", "front"], draw);
  store.watch(["selected", "hovered", "group"], emphasise);
  return stage;
}
function scalesOf(state, box) {
  const { lessX, lessY } = aim(state);
  const scale = (values, from, to, count, mayLog) => {
    const log = mayLog && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > WIDE;
    return (log ? logarithmic : linear)(rangeOf(values, log), from, to, count);
  };
  const across = state.places.map((place) => place.x);
  const up = state.places.map((place) => place.y);
  return {
    x: scale(across, box.left, box.width - box.right, Math.max(3, box.width / 90), lessX),
    y: scale(up, box.height - box.bottom, box.top, 6, lessY)
  };
}
function axisNames(ui, { x, y }, box, at) {
  const name = (score, scale) => `${scoreName(score)}${scale.log ? " (log)" : ""}`;
  const right = { x: box.width - box.right, y: box.height - 6, "text-anchor": "end" };
  return [
    s(ui, "text", { class: "saec-axis-name", x: 8, y: 16 }, name(y, at.y)),
    s(ui, "text", { class: "saec-axis-name", ...right }, name(x, at.x))
  ];
}
function frontLine(ui, state, at) {
  const corners = staircase(state.front, aim(state)).map(
    ([x, y]) => `${round(at.x.at(x))},${round(at.y.at(y))}`
  );
  return s(ui, "path", { class: "saec-front", d: corners.length > 1 ? `M${corners.join("L")}` : null });
}
var size = (state, { point }) => state.points[point]?.width ?? 0;
function pointMark(ui, state, place, at) {
  const point = state.points[place.point];
  if (!point) return s(ui, "g");
  const { colour, shape } = lookOf(state, point);
  const r = radius(state, point);
  const attrs = { class: "saec-point", transform: position(place, at), "data-point": place.point };
  return s(
    ui,
    "g",
    attrs,
    s(ui, "path", { class: "saec-point-ring", d: outline("circle", r + 4.5) }),
    s(ui, "path", { class: "saec-point-mark", d: outline(shape, r), style: `fill:${colour}` })
  );
}
var position = ({ x, y }, at) => `translate(${round(at.x.at(x))},${round(at.y.at(y))})`;
function names(ui, state, box, at) {
  const spots = new Map(
    state.places.map((place) => {
      const point = state.points[place.point];
      return [place.point, { x: at.x.at(place.x), y: at.y.at(place.y), r: point ? radius(state, point) : 5 }];
    })
  );
  const taken = [...spots.values()].map(({ x, y, r }) => around(x, y, r + 2));
  const bounds = { left: box.left, top: box.top - 8, right: box.width - 2, bottom: box.height - box.bottom };
  return state.front.flatMap((place) => {
    const spot = spots.get(place.point);
    const text = shorten(visible(state.points[place.point]?.name ?? ""), NAME_LENGTH);
    const label = spot && placeLabel(spot, text.length, taken, bounds);
    if (!label) return [];
    return [
      s(ui, "text", { class: "saec-point-name", x: label.x, y: label.y, "text-anchor": label.anchor }, text)
    ];
  });
}

// src/pareto/side.ts
function sidePanel(ui, store, actions) {
  const chosen = h(ui, "section", { class: "saec-chosen", attrs: { "aria-label": "Selected dictionary" } });
  const list = h(ui, "div", { class: "saec-front-list" });
  const head = h(ui, "div", { class: "saec-front-row saec-front-head" });
  store.watch(["points", "selected"], (state) => chosen.replaceChildren(...details(ui, state, actions)));
  store.watch(["points", "front"], (state) => {
    const names2 = ["Best of all", scoreName(state.x), scoreName(state.y)];
    head.replaceChildren(
      ...names2.map(
        (text, i) => h(ui, "span", { class: i ? "saec-number saec-caption" : "saec-subtitle", text })
      )
    );
    list.replaceChildren(...state.front.map((place) => frontRow(ui, state, place.point, actions)));
  });
  store.watch(["points", "front", "selected", "hovered"], ({ front: front2, points, selected, hovered }) => {
    for (const [i, row] of [...list.querySelectorAll("button")].entries()) {
      const point = front2[i]?.point ?? -1;
      row.setAttribute("aria-pressed", String(selected !== null && points[point]?.name === selected));
      row.classList.toggle("saec-on", point === hovered);
    }
  });
  const front = h(ui, "section", { attrs: { "aria-label": "Dictionaries that no other beats" } }, head, list);
  return h(ui, "div", { class: "saec-pareto-side" }, chosen, front);
}
function details(ui, state, actions) {
  const point = selectedPoint(state);
  if (!point) return [h(ui, "p", { class: "saec-hint", text: "Click a point to select its dictionary." })];
  const facts = [point.group, widthText(point.width)].filter(Boolean).join(" · ");
  const scores = state.scores.filter((score) => score in point.scores);
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      mark(ui, state, point),
      h(ui, "h3", { class: "saec-title saec-chosen-name" }, h(ui, "bdi", { text: visible(point.name) })),
      h(ui, "button", {
        class: "saec-button saec-button-small saec-clear",
        text: "✕",
        title: "Select nothing",
        attrs: { "aria-label": "Select nothing" },
        on: { click: () => actions.select(null) }
      })
    ),
    h(ui, "div", { class: "saec-caption saec-chosen-recipe", text: visible(point.recipe || facts) }),
    h(ui, "div", { class: "saec-caption saec-chosen-folder", text: visible(point.folder) }),
    h(
      ui,
      "dl",
      { class: "saec-scores-list" },
      ...scores.flatMap((score) => [
        h(ui, "dt", { text: scoreName(score) }),
        h(ui, "dd", { class: "saec-number", text: scoreText(score, point.scores[score]) })
      ])
    )
  ];
}
function frontRow(ui, state, number, actions) {
  const point = state.points[number];
  if (!point) return "";
  const here = () => actions.look(number);
  const away = () => actions.look(null);
  return h(
    ui,
    "button",
    {
      class: "saec-front-row",
      title: `${visible(point.name)} · ${visible(point.recipe)}`,
      on: {
        click: () => actions.select(point.name),
        pointerenter: here,
        pointerleave: away,
        focus: here,
        blur: away
      }
    },
    h(
      ui,
      "span",
      { class: "saec-front-name" },
      mark(ui, state, point),
      h(ui, "bdi", { class: "saec-run-text", text: visible(point.name) })
    ),
    ...[state.x, state.y].map(
      (score) => h(ui, "span", { class: "saec-number", text: scoreText(score, point.scores[score]) })
    )
  );
}
function mark(ui, state, point) {
  const { colour, shape } = lookOf(state, point);
  const svg = s(ui, "svg", {
    class: "saec-glyph",
    width: 14,
    height: 14,
    viewBox: "-7 -7 14 14",
    "aria-hidden": "true"
  });
  svg.append(s(ui, "path", { class: "saec-point-mark", d: outline(shape, 4.6), style: `fill:${colour}` }));
  return svg;
}

// src/pareto_plot.ts
function build({ model, ui, root, onClean, attempt }) {
  const store = createStore(initialState(), attempt);
  onClean(followTraits(model, store));
  onClean(store.close);
  const actions = createActions(model, store);
  const plot = createPlot(ui, store, actions);
  root.append(
    paretoControls(ui, store, actions),
    h(ui, "div", { class: "saec-pareto-body" }, plot, sidePanel(ui, store, actions)),
    lastAction(ui, store)
  );
  return { home: plot };
}
var pareto_plot_default = mount(build, "saec-pareto");
export {
  pareto_plot_default as default
};
