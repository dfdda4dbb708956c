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
function showToken(token) {
  if (token === "") return "∅";
  return visible(token).replace(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length));
}
function visible(text) {
  return text.replace(/[\n\r\t]/g, (character) => named[character] ?? character).replace(INVISIBLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}
function shorten(text, length) {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("").trimEnd()}…`;
}
function format(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = size > 0 && size < 5e-3 ? size.toPrecision(1) : size.toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
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

// src/patch/legend.ts
var STEPS = [
  [-1, "−1"],
  [-0.5, ""],
  [0, "0"],
  [0.5, ""],
  [1, "+1"]
];
function legend(ui, store, actions) {
  const swatch = ([share, text]) => {
    const sign = share === 0 ? "zero" : share < 0 ? "negative" : "positive";
    const element = h(ui, "span", { class: `saec-patch-swatch saec-patch-swatch-${sign}`, text });
    element.style.setProperty("--saec-strength", `${Math.round(60 * Math.abs(share))}%`);
    return element;
  };
  const measuring = () => store.get().busy !== "";
  const button = h(ui, "button", {
    class: "saec-button saec-button-small saec-patch-rest",
    on: {
      click: () => measuring() ? actions.stop() : actions.ask(store.get().question, store.get().noising)
    }
  });
  store.watch(["board", "busy", "asking"], (state) => {
    button.hidden = state.asking > 0 || !unfinished(state);
    button.textContent = state.busy === "" ? "Measure all" : "Stop measuring";
  });
  return h(
    ui,
    "div",
    { class: "saec-patch-legend" },
    h(
      ui,
      "span",
      { class: "saec-patch-swatches", attrs: { "aria-hidden": "true" } },
      ...STEPS.map((step) => swatch([...step]))
    ),
    h(ui, "span", {
      text: "share of the gap: 0 moves nothing, +1 gives the other prompt’s value, − (dashed) moves away from it"
    }),
    button
  );
}
function unfinished({ board }) {
  return board?.cells.flat().some(({ editable, share }) => editable && Number.isNaN(share)) ?? false;
}

// src/chart/frame.ts
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

// src/model/rank.ts
var BITS = 11;
var BUCKETS = 1 << BITS;

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

// src/patch/cells.ts
function decodeBoard(trait, measured) {
  const { rows, clean } = trait;
  const shares = typed(measured, Float32Array);
  if (shares.length !== rows.length * clean.length)
    throw new RangeError(
      `${shares.length} cells came for ${rows.length} rows and ${clean.length} places, expected as many as both make`
    );
  const cell = (row2, place) => ({
    row: row2,
    place,
    dictionary: rows[row2] ?? "",
    id: `${rows[row2]}@${place}`,
    share: shares[row2 * clean.length + place] ?? Number.NaN,
    editable: trait.editable[place] ?? false
  });
  return { ...trait, cells: rows.map((_, row2) => clean.map((_2, place) => cell(row2, place))) };
}
function decodeFeatures(trait) {
  const { cell, labels, total, done } = trait;
  const { dictionary, place } = partsOf(cell);
  const index = typed(trait.index, Int32Array);
  const [was, becomes, estimate, share] = [trait.was, trait.becomes, trait.estimate, trait.share].map(
    (view) => typed(view, Float32Array)
  );
  const features = [...index].map((number, row2) => ({
    name: `${dictionary}/${number}`,
    id: `${dictionary}/${number}@${place}`,
    label: labels[row2] ?? "",
    was: was?.[row2] ?? Number.NaN,
    becomes: becomes?.[row2] ?? Number.NaN,
    estimate: estimate?.[row2] ?? Number.NaN,
    share: share?.[row2] ?? Number.NaN
  }));
  return { cell, features, total, done };
}
function partsOf(id) {
  const at = id.lastIndexOf("@");
  const what = id.slice(0, at);
  const slash = /\/(\d+)$/.exec(what);
  return {
    dictionary: slash ? what.slice(0, slash.index) : what,
    feature: slash ? Number(slash[1]) : null,
    place: Number(id.slice(at + 1))
  };
}
function cellOf(board, id) {
  return board.cells.flat().find((cell) => cell.id === id) ?? null;
}
function tokensOf(board, noising) {
  return noising ? { base: board.clean, source: board.corrupted } : { base: board.corrupted, source: board.clean };
}
function shareText(share) {
  if (!Number.isFinite(share)) return "–";
  return Math.abs(share) < 5e-3 ? "0" : signed(Number(share.toFixed(2)));
}
function whereText(board, noising, place) {
  const { base, source } = tokensOf(board, noising);
  const from = board.differ[place] ? ` ← “${showToken(source[place] ?? "")}”` : "";
  return `at “${showToken(base[place] ?? "")}”${from}`;
}
function fineText(share) {
  if (!Number.isFinite(share)) return "–";
  const text = Math.abs(share).toFixed(3);
  return Number(text) === 0 ? "0" : `${share < 0 ? "−" : "+"}${text}`;
}
function announce(board, noising, cell) {
  const where = `${visible(cell.dictionary)} ${whereText(board, noising, cell.place)}`;
  if (!cell.editable) return `${where}: no dictionary stands in for the model here`;
  if (!Number.isFinite(cell.share)) return `${where}: not measured yet`;
  return `${where}: ${shareText(cell.share)} of the gap`;
}

// src/patch/layout.ts
var HIGHEST = 32;
var LOWEST = 18;
var HEIGHT = 560;
var WIDEST = 84;
var NARROWEST = 28;
var CHARACTER = 6.4;
var BOLD = 1.15;
var LINE = 22;
var SLANT = Math.sin(50 * Math.PI / 180);
var ROOM_FOR_NUMBERS = 42;
var LONGEST = 14;
var ARROW = 12;
function layoutOf(board, noising, room) {
  const { base, source } = tokensOf(board, noising);
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(room / Math.max(1, base.length))));
  const height = Math.max(LOWEST, Math.min(HIGHEST, Math.floor(HEIGHT / Math.max(1, board.rows.length))));
  const lengthOf = (texts) => CHARACTER * Math.min(LONGEST, Math.max(1, ...texts.map((text) => showToken(text).length)));
  const other = source.filter((_, place) => board.differ[place]);
  const slanted = Math.max(lengthOf(base), lengthOf(other) + ARROW) + 4 > width;
  const band = (texts) => slanted ? Math.ceil((BOLD * lengthOf(texts) + ARROW) * SLANT) + 16 : LINE;
  const above = band(base);
  const below = other.length > 0 ? band(other) : 6;
  return {
    cell: { width, height },
    above,
    below,
    width: width * base.length + (slanted ? 40 : 0),
    height: above + height * board.rows.length + below,
    slanted,
    numbers: width >= ROOM_FOR_NUMBERS
  };
}
function topOf(layout, rows, row2) {
  return layout.above + (rows - 1 - row2) * layout.cell.height;
}

// src/patch/marks.ts
var LONGEST2 = 14;
var FULL = 0.6;
var WORTH_A_NUMBER = 0.05;
function tokenMarks(ui, board, noising, layout) {
  const { base, source } = tokensOf(board, noising);
  const bottom = layout.height - layout.below;
  const above = base.map(
    (token, place) => tokenMark(ui, layout, token, place, layout.above - 8, board.differ[place] ?? false, true)
  );
  const below = source.flatMap(
    (token, place) => board.differ[place] ? [tokenMark(ui, layout, token, place, bottom + 16, true, false)] : []
  );
  return [...above, ...below];
}
function tokenMark(ui, layout, token, place, y, differs, above) {
  const middle = (place + 0.5) * layout.cell.width;
  const anchor = layout.slanted ? above ? "start" : "end" : "middle";
  const attrs = {
    class: `saec-patch-token${differs ? " saec-patch-differs" : ""}`,
    x: middle,
    y,
    "text-anchor": anchor,
    transform: layout.slanted ? `rotate(-50 ${middle} ${y})` : null
  };
  const shown = shorten(showToken(token), LONGEST2);
  const text = above ? shown : layout.slanted ? `${shown} ↑` : `↑ ${shown}`;
  return s(ui, "text", attrs, s(ui, "title", {}, showToken(token)), text);
}
function cellMark(ui, board, layout, cell) {
  const { width, height } = layout.cell;
  const x = cell.place * width;
  const y = topOf(layout, board.rows.length, cell.row);
  const box = { x: x + 1.5, y: y + 1.5, width: width - 3, height: height - 3, rx: 4 };
  const marks = [s(ui, "rect", { ...box, class: "saec-patch-ground" }), ...filling(ui, box, cell)];
  const text = cellText(cell, layout.numbers);
  if (text)
    marks.push(s(ui, "text", { class: "saec-patch-number", x: x + width / 2, y: y + height / 2 + 4 }, text));
  marks.push(s(ui, "rect", { ...box, class: "saec-patch-rim" }));
  const corner = `M${x + width - 13},${y + 1.5}h7.5a4,4 0 0 1 4,4v7.5z`;
  marks.push(s(ui, "path", { class: "saec-patch-tick", d: corner }));
  const kind = !cell.editable ? " saec-patch-off" : Number.isFinite(cell.share) ? "" : " saec-patch-unknown";
  return s(ui, "g", { class: `saec-patch-cell${kind}`, "data-cell": cell.id }, ...marks);
}
function filling(ui, box, { share }) {
  if (!Number.isFinite(share) || Math.abs(share) < 5e-3) return [];
  const sign = share < 0 ? "negative" : "positive";
  const opacity = (0.06 + (FULL - 0.06) * Math.min(1, Math.abs(share))).toFixed(3);
  const rim = Math.abs(share) < WORTH_A_NUMBER ? "" : " saec-patch-strong";
  return [
    s(ui, "rect", { ...box, class: `saec-patch-fill saec-patch-${sign}${rim}`, "fill-opacity": opacity })
  ];
}
function cellText({ share, editable }, numbers) {
  if (!editable) return "–";
  if (!Number.isFinite(share)) return "·";
  if (Math.abs(share) < WORTH_A_NUMBER) return "";
  return numbers ? shareText(share) : share < 0 ? "−" : "+";
}

// src/patch/map.ts
var FALLBACK_WIDTH = 560;
var NAMES = 100;
var LABEL = "Effect by dictionary and token. The arrow keys move, Enter looks into a cell, Space patches it, Escape leaves.";
function patchMap(ui, store, actions) {
  const names = h(ui, "div", { class: "saec-patch-names", attrs: { "aria-hidden": "true" } });
  const svg = s(ui, "svg", { class: "saec-patch-svg", role: "img", "aria-hidden": "true" });
  const tip = h(ui, "div", {
    class: "saec-tooltip saec-patch-tip",
    attrs: { hidden: true, "aria-hidden": "true" }
  });
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const stage = h(
    ui,
    "div",
    {
      class: "saec-patch-stage",
      attrs: { tabindex: 0, role: "application", "aria-label": LABEL },
      on: {
        pointermove: (event) => actions.look(under(event)),
        pointerleave: () => actions.look(null),
        click: clicked,
        keydown: pressed,
        blur: () => actions.look(null)
      }
    },
    svg
  );
  const element = h(
    ui,
    "div",
    { class: "saec-patch-map" },
    h(ui, "div", { class: "saec-patch-picture" }, names, stage),
    tip,
    live
  );
  let room = 0;
  let layout = null;
  function draw({ board, noising }) {
    if (!board || room === 0) return;
    const now = layoutOf(board, noising, room);
    layout = now;
    setAttributes(svg, { width: now.width, height: now.height, viewBox: `0 0 ${now.width} ${now.height}` });
    svg.replaceChildren(
      ...tokenMarks(ui, board, noising, now),
      ...board.cells.flat().map((cell) => cellMark(ui, board, now, cell))
    );
    names.style.paddingTop = `${now.above}px`;
    names.replaceChildren(...[...board.rows].reverse().map((name) => rowName(ui, name, now)));
    emphasise2(store.get());
  }
  function emphasise2(state) {
    for (const mark of svg.querySelectorAll(".saec-patch-cell")) {
      const id = mark.dataset.cell ?? "";
      mark.classList.toggle("saec-selected", id === state.cell);
      mark.classList.toggle("saec-ticked", state.ticked.includes(id));
      mark.classList.toggle("saec-hovered", id === cursorCell(state)?.id);
    }
    showTip(state);
  }
  function showTip(state) {
    const cell = cursorCell(state);
    tip.hidden = cell === null;
    live.textContent = cell && state.board ? announce(state.board, state.noising, cell) : "";
    if (!cell || !state.board || !layout) return;
    tip.replaceChildren(...tipLines(ui, state.board, state.noising, cell));
    const left = NAMES + (cell.place + 1) * layout.cell.width - stage.scrollLeft + 6;
    const right = left > element.clientWidth - 190 && element.clientWidth > 0;
    tip.style.left = right ? "auto" : `${left}px`;
    tip.style.right = right ? `${Math.max(4, element.clientWidth - left + layout.cell.width + 12)}px` : "auto";
    tip.style.top = `${layout.above + (state.board.rows.length - 1 - cell.row) * layout.cell.height}px`;
  }
  function under(event) {
    const { board } = store.get();
    if (!board || !layout) return null;
    const { left, top } = svg.getBoundingClientRect();
    const place = Math.floor((event.clientX - left) / layout.cell.width);
    const fromTop = Math.floor((event.clientY - top - layout.above) / layout.cell.height);
    const row2 = board.rows.length - 1 - fromTop;
    return board.cells[row2]?.[place] ? { row: row2, place } : null;
  }
  function clicked(event) {
    const at = under(event);
    const cell = at && store.get().board?.cells[at.row]?.[at.place];
    if (!cell?.editable) return;
    if (event.ctrlKey || event.metaKey) actions.tick(cell.id);
    else actions.lookInto(cell.id);
  }
  function pressed(event) {
    const state = store.get();
    const cell = cursorCell(state);
    const step = STEPS2[event.key];
    if (step && state.board) {
      actions.look(moved(state.board, state, step));
      svg.querySelector(".saec-hovered")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" && cell?.editable) actions.lookInto(cell.id);
    else if (event.key === " " && cell?.editable) actions.tick(cell.id);
    else if (event.key === "Escape" && state.cursor) actions.look(null);
    else if (event.key === "Escape" && state.cell) actions.lookInto(null);
    else return;
    event.preventDefault();
  }
  followWidth(ui, element, FALLBACK_WIDTH + NAMES, (width) => {
    room = width - NAMES - 8;
    draw(store.get());
  });
  store.watch(["board", "noising"], draw);
  store.watch(["cell", "ticked", "cursor"], emphasise2);
  return element;
}
var STEPS2 = {
  ArrowUp: { row: 1, place: 0 },
  ArrowDown: { row: -1, place: 0 },
  ArrowRight: { row: 0, place: 1 },
  ArrowLeft: { row: 0, place: -1 }
};
function moved(board, { cursor, cell }, step) {
  if (!cursor) return cellOf(board, cell) ?? strongest(board);
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  return {
    row: within(cursor.row + step.row, board.rows.length),
    place: within(cursor.place + step.place, board.clean.length)
  };
}
function strongest(board) {
  const size = ({ share }) => Number.isFinite(share) ? Math.abs(share) : -1;
  return board.cells.flat().reduce((best, cell) => !best || size(cell) > size(best) ? cell : best, null);
}
function cursorCell({ board, cursor }) {
  return cursor && board?.cells[cursor.row]?.[cursor.place] || null;
}
function rowName(ui, name, { cell }) {
  const element = h(
    ui,
    "div",
    { class: "saec-patch-name", title: visible(name) },
    h(ui, "bdi", { text: visible(name) })
  );
  element.style.height = `${cell.height}px`;
  return element;
}
function tipLines(ui, board, noising, cell) {
  const [clean, corrupted] = board.values;
  const [start, end] = noising ? [clean, corrupted] : [corrupted, clean];
  const known = cell.editable && Number.isFinite(cell.share);
  const said = !cell.editable ? "no dictionary stands in here" : known ? "" : "not measured yet";
  const value = start + cell.share * (end - start);
  return [
    h(ui, "div", { class: "saec-tooltip-name", text: visible(cell.dictionary) }),
    h(ui, "div", { class: "saec-tooltip-place", text: whereText(board, noising, cell.place) }),
    h(ui, "div", {
      class: "saec-number",
      text: known ? `${shareText(cell.share)} of the gap: ${start.toFixed(1)} → ${value.toFixed(1)}`.replaceAll(
        "-",
        "−"
      ) : said
    })
  ];
}

// src/panels/describe.ts
var NAMES2 = {
  [Kind.feature]: "feature",
  [Kind.error]: "error",
  [Kind.token]: "token",
  [Kind.bias]: "bias",
  [Kind.target]: "target"
};

// src/model/failure.ts
function asFailure(error) {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}
function failureOf(error) {
  return error instanceof Superseded ? null : asFailure(error);
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

// src/steer/continuation.ts
var NO_TEXT = { tokens: [], ended: false, probability: new Float32Array(), top: [] };

// src/panels/output.ts
function bars(ui, { token, before, after }, edited) {
  const bar = (value, kind) => {
    const fill = h(ui, "span", { class: `saec-pair-bar ${kind}` });
    fill.style.width = `${Math.max(0, Math.min(100, 100 * value)).toFixed(2)}%`;
    return fill;
  };
  const change = after - before;
  const direction2 = !edited || Math.abs(change) < 5e-3 ? "" : change < 0 ? " saec-down" : " saec-up";
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
    h(ui, "span", { class: `saec-number saec-pair-numbers${direction2}`, text: numbers })
  );
}

// src/patch/side.ts
var HINT = "Each square is one dictionary at one token: how much of the gap between the two prompts goes when all of its features there come from the other prompt. Click a square to see its features.";
function sidePanel(ui, store, actions) {
  const head = h(ui, "div", { class: "saec-patch-cell-head" });
  const list = h(ui, "div", {
    class: "saec-patch-features",
    attrs: { role: "list", "aria-label": "Features" }
  });
  const note = h(ui, "p", { class: "saec-hint" });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-patch-side", attrs: { "aria-label": "Features of a cell" } },
    head,
    list,
    note
  );
  store.watch(["board", "cell", "noising"], (state) => head.replaceChildren(...cellHead(ui, state, actions)));
  store.watch(["features", "cell"], ({ features, cell }) => {
    const shown = features?.cell === cell ? features : null;
    const most = Math.max(1e-9, ...(shown?.features ?? []).map(sizeOf));
    list.hidden = !shown || shown.features.length === 0;
    list.replaceChildren(
      ...shown ? [columns(ui, shown), ...shown.features.map((each) => row(ui, each, most, actions))] : []
    );
    note.textContent = noteText(cell, shown);
    note.hidden = note.textContent === "";
  });
  store.watch(["features", "cell", "ticked", "feature"], ({ ticked, feature }) => {
    for (const box of element.querySelectorAll("input[data-spot]"))
      box.checked = ticked.includes(box.dataset.spot ?? "");
    for (const name of list.querySelectorAll("[data-feature]"))
      name.setAttribute("aria-pressed", String(name.dataset.feature === feature));
  });
  return element;
}
function noteText(cell, shown) {
  if (cell === null) return HINT;
  if (!shown) return "";
  if (shown.features.length === 0) return "No feature differs here between the two prompts.";
  const left = shown.total - shown.features.length;
  return left > 0 ? `${left} more differ, with weaker estimates; they are not measured.` : "";
}
var sizeOf = ({ share, estimate }) => Math.abs(Number.isFinite(share) ? share : estimate);
function cellHead(ui, state, actions) {
  const cell = state.board && cellOf(state.board, state.cell);
  if (!cell || !state.board) return [h(ui, "h3", { class: "saec-subtitle", text: "Features" })];
  return [
    h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: visible(cell.dictionary) })),
      h(ui, "button", {
        class: "saec-button saec-button-small",
        text: "✕",
        title: "Close",
        attrs: { "aria-label": "Close the features of this cell" },
        on: { click: () => actions.lookInto(null) }
      })
    ),
    h(ui, "div", { class: "saec-node-place", text: whereText(state.board, state.noising, cell.place) }),
    h(
      ui,
      "label",
      { class: "saec-check saec-patch-all" },
      h(ui, "input", {
        attrs: { type: "checkbox", "data-spot": cell.id },
        on: { change: () => actions.tick(cell.id) }
      }),
      h(ui, "span", { text: "patch all features here" }),
      h(ui, "span", { class: `saec-number saec-strong ${toneOf(cell.share)}`, text: shareText(cell.share) })
    )
  ];
}
function columns(ui, { done }) {
  const head = (text, title) => h(ui, "span", { class: "saec-patch-column", text, title });
  return h(
    ui,
    "div",
    { class: "saec-patch-feature saec-patch-columns", attrs: { "aria-hidden": "true" } },
    h(ui, "span"),
    h(ui, "span", { text: done ? "one at a time" : "measuring …" }),
    head("estimated", "Difference × gradient: what patching it would move to first order"),
    head("measured", "Share of the gap with this feature alone patched")
  );
}
function row(ui, feature, most, actions) {
  const { share, estimate } = feature;
  const bar = h(ui, "span", { class: `saec-row-bar saec-bar-${share < 0 ? "negative" : "positive"}` });
  bar.style.width = Number.isFinite(share) ? `${(100 * Math.abs(share) / most).toFixed(1)}%` : "0";
  const name = visible(feature.label || feature.name);
  const change = `${visible(feature.name)}: ${format(feature.was)} → ${format(feature.becomes)}`;
  return h(
    ui,
    "div",
    { class: "saec-patch-feature", attrs: { role: "listitem" } },
    bar,
    h(ui, "input", {
      attrs: { type: "checkbox", "data-spot": feature.id, "aria-label": `Patch ${name}` },
      on: { change: () => actions.tick(feature.id) }
    }),
    h(
      ui,
      "button",
      {
        class: "saec-patch-feature-name",
        title: change,
        attrs: {
          "data-feature": feature.name,
          "aria-label": `${name}, ${change}, ${fineText(share)} of the gap`
        },
        on: { click: () => actions.choose(feature.name) }
      },
      h(ui, "bdi", { text: name })
    ),
    h(ui, "span", { class: "saec-number saec-patch-estimate", text: fineText(estimate) }),
    h(ui, "span", {
      class: `saec-number saec-patch-measured ${toneOf(share)}`,
      text: Number.isFinite(share) ? fineText(share) : "…"
    })
  );
}
function toneOf(share) {
  if (!(Math.abs(share) >= 5e-4)) return "";
  return share < 0 ? "saec-down" : "saec-up";
}

// src/patch/output.ts
var ROWS = 6;
function outputPanel(ui, store, actions) {
  const chips = h(ui, "div", { class: "saec-chips", attrs: { role: "list", "aria-label": "Patches" } });
  const clear = h(ui, "button", {
    class: "saec-button saec-button-small",
    text: "Clear",
    title: "Take all patches back",
    on: { click: actions.clear }
  });
  const row2 = h(ui, "div", { class: "saec-patch-ticked" }, chips, clear);
  const head = h(ui, "div", { class: "saec-headline", attrs: { "aria-live": "polite" } });
  const chart = h(ui, "div", { class: "saec-chart" });
  const hint = h(ui, "p", {
    class: "saec-hint",
    text: "Nothing is patched yet. Click a square, then tick all of it or single features: what they do together appears here."
  });
  const element = h(
    ui,
    "section",
    { class: "saec-panel saec-patch-output", attrs: { "aria-label": "Output" } },
    h(ui, "h3", { class: "saec-subtitle", text: "Output" }),
    row2,
    hint,
    head,
    chart
  );
  store.watch(["ticked", "board", "features", "noising"], (state) => {
    const { ticked, board } = state;
    hint.hidden = ticked.length > 0;
    row2.hidden = ticked.length === 0;
    chips.replaceChildren(...board ? ticked.map((id) => chip(ui, board, state, id, actions)) : []);
  });
  store.watch(["effect", "board", "noising"], ({ effect, board, noising }) => {
    head.replaceChildren(
      ...effect && board && effect.share !== null ? verdict(ui, effect, board.target) : []
    );
    chart.replaceChildren(...effect ? chances(ui, effect, noising) : []);
  });
  store.watch(["waiting"], ({ waiting }) => element.classList.toggle("saec-pending", waiting));
  return element;
}
function chip(ui, board, state, id, actions) {
  const { dictionary, feature, place } = partsOf(id);
  const known = state.features?.features.find((each) => each.id === id);
  const name = visible(feature === null ? `${dictionary}, all` : known?.label || `${dictionary}/${feature}`);
  const where = `at “${showToken(tokensOf(board, state.noising).base[place] ?? "")}”`;
  return h(
    ui,
    "span",
    { class: "saec-chip", attrs: { role: "listitem" }, title: visible(id) },
    h(ui, "bdi", { class: "saec-strong", text: shorten(name, 26) }),
    h(ui, "span", { class: "saec-chip-what", text: where }),
    h(ui, "button", {
      class: "saec-chip-remove",
      text: "✕",
      title: "Take this patch back",
      attrs: { "aria-label": `Take back: ${name} ${where}` },
      on: { click: () => actions.tick(id) }
    })
  );
}
function verdict(ui, effect, target) {
  const { top_before: was, top_after: is, share } = effect;
  const changed = was !== is;
  const answer = (text, kind) => h(ui, "span", { class: `saec-answer ${kind}` }, h(ui, "bdi", { text: showToken(text) }));
  const arrow = () => h(ui, "span", { class: "saec-arrow", text: "→", attrs: { role: "img", "aria-label": "becomes" } });
  return [
    h(
      ui,
      "div",
      { class: `saec-verdict${changed ? " saec-changed" : ""}` },
      h(ui, "span", { class: "saec-caption", text: changed ? "Answer changes" : "Answer stays" }),
      answer(was, "saec-answer-before"),
      ...changed ? [arrow(), answer(is, "saec-answer-after")] : []
    ),
    h(
      ui,
      "div",
      { class: "saec-verdict" },
      h(ui, "bdi", { class: "saec-caption", text: shorten(visible(target), 30) }),
      h(ui, "span", { class: "saec-number", text: signed(effect.target_before) }),
      arrow(),
      h(ui, "span", { class: "saec-number saec-strong", text: signed(effect.target_after) }),
      h(ui, "span", {
        class: `saec-number saec-patch-share ${toneOf(share ?? 0)}`,
        text: `${percentOf(share ?? 0)} of the gap`
      })
    )
  ];
}
function percentOf(share) {
  return share < 0 ? `−${percent(-share)}` : percent(share);
}
function chances(ui, effect, noising) {
  const [before, after] = [typed(effect.before, Float32Array), typed(effect.after, Float32Array)];
  const rows = effect.tokens.slice(0, ROWS).map((token, i) => ({
    token,
    before: before[i] ?? Number.NaN,
    after: after[i] ?? Number.NaN
  }));
  const prompts = noising ? ["clean", "corrupted"] : ["corrupted", "clean"];
  const names = effect.share === null ? prompts.map((name) => `${name} prompt`) : ["before", "with the patches"];
  const item = (kind, text) => h(ui, "span", { class: "saec-key-item" }, h(ui, "span", { class: `saec-swatch ${kind}` }), text);
  return [
    h(
      ui,
      "div",
      { class: "saec-key" },
      item("saec-swatch-before", names[0]),
      item("saec-swatch-after", names[1])
    ),
    ...rows.map((row2) => bars(ui, row2, true))
  ];
}

// src/patch/question.ts
function questionHead(ui, store, actions) {
  const fields = {
    clean: input(ui, "Clean prompt", "saec-patch-clean"),
    corrupted: input(ui, "Corrupted prompt", "saec-patch-corrupted"),
    target: input(ui, "Target", "saec-input-target", "its answer"),
    against: input(ui, "against", "saec-input-against", "the other’s")
  };
  const asked = () => ({
    clean: fields.clean.value,
    corrupted: fields.corrupted.value,
    target: fields.target.value.trim(),
    against: fields.against.value.trim()
  });
  const element = h(ui, "div", {
    class: "saec-patch-head",
    on: {
      keydown(event) {
        const own = event.target instanceof HTMLInputElement;
        if (event.key === "Enter" && own && !event.isComposing) actions.ask(asked(), store.get().noising);
        else if (event.key === "Escape" && own) fill(store.get());
        else return;
        event.preventDefault();
      }
    }
  });
  const answers = [0, 1].map(() => h(ui, "span", { class: "saec-patch-answer" }));
  const gap = h(ui, "span", { class: "saec-patch-gap" });
  const note = h(ui, "p", { class: "saec-patch-note" });
  function fill({ question }) {
    for (const [name, field] of Object.entries(fields))
      field.value = question[name] ?? "";
  }
  store.watch(["question"], fill);
  store.watch(["board"], ({ board }) => {
    for (const [i, answer] of answers.entries()) {
      const [token, chance] = board?.answers[i] ?? ["", Number.NaN];
      answer.replaceChildren(
        ...board ? [h(ui, "bdi", { class: "saec-patch-says", text: showToken(token) }), ` ${percent(chance)}`] : []
      );
    }
    note.textContent = visible(board?.note ?? "");
    note.hidden = !board?.note;
    gap.replaceChildren(...board ? gapText(ui, board.target, board.values) : []);
  });
  const line2 = (name, field, answer) => h(
    ui,
    "div",
    { class: "saec-patch-line" },
    h(ui, "label", { class: "saec-field saec-patch-prompt" }, caption(ui, name), field),
    answer
  );
  element.append(
    line2("Clean", fields.clean, answers[0]),
    line2("Corrupted", fields.corrupted, answers[1]),
    h(
      ui,
      "div",
      { class: "saec-patch-line" },
      h(ui, "label", { class: "saec-field" }, caption(ui, "Target"), fields.target),
      h(ui, "label", { class: "saec-field" }, caption(ui, "against", true), fields.against),
      gap,
      h(ui, "span", { class: "saec-spacer" }),
      direction(ui, store, (noising) => actions.ask(store.get().question, noising))
    ),
    note
  );
  return element;
}
function caption(ui, text, plain = false) {
  return h(ui, "span", { class: `saec-caption${plain ? "" : " saec-patch-caption"}`, text });
}
function input(ui, name, kind, placeholder = "") {
  const attrs = { type: "text", "aria-label": name, placeholder, spellcheck: "false", autocomplete: "off" };
  return h(ui, "input", {
    class: `saec-input ${kind}`,
    attrs,
    title: "Enter measures, Escape takes it back"
  });
}
function gapText(ui, target, [clean, corrupted]) {
  const value = (number) => h(ui, "span", { class: "saec-number saec-strong", text: signed(number) });
  return [
    h(ui, "bdi", { class: "saec-caption", text: visible(target) }),
    value(clean),
    h(ui, "span", { class: "saec-caption", text: "clean," }),
    value(corrupted),
    h(ui, "span", { class: "saec-caption", text: "corrupted" })
  ];
}
function direction(ui, store, choose) {
  const choice = (text, title, noising) => h(ui, "button", {
    class: "saec-choice",
    text,
    title,
    on: { click: () => store.get().noising !== noising && choose(noising) }
  });
  const to = choice(
    "corrupted → clean",
    "Noising: the clean prompt is run, with features of the corrupted one",
    true
  );
  const fro = choice(
    "clean → corrupted",
    "Denoising: the corrupted prompt is run, with features of the clean one",
    false
  );
  store.watch(["noising"], ({ noising }) => {
    to.setAttribute("aria-pressed", String(noising));
    fro.setAttribute("aria-pressed", String(!noising));
  });
  const attrs = { role: "group", "aria-label": "Direction of the patches" };
  return h(
    ui,
    "div",
    { class: "saec-scope" },
    h(ui, "span", { class: "saec-caption", text: "patch" }),
    h(ui, "div", { class: "saec-choices", attrs }, to, fro)
  );
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

// src/patch/python.ts
function boardCall({ clean, corrupted, target, against }) {
  const given = [literal(clean), literal(corrupted)];
  if (target) given.push(literal(target));
  if (against) given.push(`${target ? "" : "against="}${literal(against)}`);
  return `board = lab.patch_board(${given.join(", ")})`;
}
function turn(noising) {
  return `board.noising = ${noising ? "True" : "False"}`;
}
function lookInto(cell) {
  return `board.cell = ${cell === null ? "None" : literal(cell)}`;
}
function chooseFeature(feature) {
  return `board.feature = ${literal(feature)}`;
}
function patchCall({ clean, corrupted }, { positions }, noising, ticked) {
  const [prompt, source] = noising ? [clean, corrupted] : [corrupted, clean];
  const edits = ticked.map((id) => {
    const { dictionary, feature, place } = partsOf(id);
    const which = feature === null ? `sc.AllFeatures(${literal(dictionary)})` : `sc.Feature(${literal(dictionary)}, ${feature})`;
    const [here, there] = positions[place] ?? [place, place];
    return `sc.Patch(${which}, source=${literal(source)}, positions=[${here}], source_positions=[${there}])`;
  });
  return `lab.intervene(${literal(prompt)}, [${edits.join(", ")}])`;
}

// src/patch/state.ts
var OWN_MEASURING = "own-measure";
var NOTHING = { clean: "", corrupted: "", target: "", against: "" };
function createPatchStore(stand) {
  const { model, follow, onClean, attempt } = stand;
  const store = createStore(
    {
      question: NOTHING,
      board: null,
      noising: true,
      cell: null,
      features: null,
      ticked: [],
      effect: null,
      feature: null,
      cursor: null,
      waiting: false,
      busy: "",
      asking: 0,
      code: ""
    },
    attempt
  );
  onClean(store.close);
  follow(["question"], () => {
    const question = { ...NOTHING, ...model.get("question") };
    store.set({ question, code: boardCall(question) });
  });
  follow(["board", "measured"], () => {
    const board = model.get("board");
    if (board && "rows" in board)
      store.set({ board: decodeBoard(board, model.get("measured")) });
  });
  follow(["noising"], () => store.set({ noising: model.get("noising") ?? true }));
  follow(["cell"], () => store.set({ cell: model.get("cell") ?? null }));
  follow(["features"], () => {
    const features = model.get("features");
    store.set({ features: features ? decodeFeatures(features) : null });
  });
  follow(["ticked"], () => store.set({ ticked: model.get("ticked") ?? [] }));
  follow(["effect"], () => store.set({ effect: model.get("effect") ?? null }));
  follow(["busy"], () => store.set({ busy: model.get("busy") ?? "" }));
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
  return store;
}
function createActions({ ask, save }, store, status) {
  let asked = 0;
  async function patch(ticked) {
    const mine = ++asked;
    const before = store.get().ticked;
    const { question, board, noising } = store.get();
    const code = board ? patchCall(question, board, noising, ticked) : "";
    store.set({ ticked, waiting: true, code });
    const answer = await status.run("patching", "patch", { ticked });
    if (mine !== asked) return;
    store.set({ waiting: false, ...answer ? {} : { ticked: before } });
  }
  return {
    ask(question, noising) {
      const other = noising !== store.get().noising;
      store.set({ code: other ? turn(noising) : boardCall(question) });
      store.set({ asking: store.get().asking + 1 });
      const answered = () => store.set({ asking: store.get().asking - 1 });
      void status.run("running both prompts", "measure", { ...question, noising }).then(answered);
    },
    look(cursor) {
      const { cursor: now } = store.get();
      if (cursor?.row !== now?.row || cursor?.place !== now?.place) store.set({ cursor });
    },
    lookInto(cell) {
      store.set({ cell, code: lookInto(cell), features: null });
      if (cell === null) save("cell", null);
      else void status.run("measuring features", "features", { cell });
    },
    tick(id) {
      const { ticked } = store.get();
      void patch(ticked.includes(id) ? ticked.filter((each) => each !== id) : [...ticked, id]);
    },
    clear: () => void patch([]),
    stop: () => void ask("cancel", { of: OWN_MEASURING }).catch((error) => status.fail(failureOf(error))),
    choose(feature) {
      store.set({ feature, code: chooseFeature(feature) });
      save("feature", feature);
    }
  };
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
  const element = h(ui, "div", { class: "saec-status" }, running, error);
  return {
    element,
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

// src/patch_board.ts
function build(stand) {
  const { ui, root } = stand;
  const status = statusLine(stand);
  const store = createPatchStore(stand);
  const actions = createActions(stand, store, status);
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that does the last action",
      content: () => store.get().code
    }
  ]);
  store.watch(["code"], (state) => code.show(state.code));
  const picture = h(
    ui,
    "div",
    { class: "saec-patch-main" },
    patchMap(ui, store, actions),
    legend(ui, store, actions)
  );
  const side = sidePanel(ui, store, actions);
  root.append(
    questionHead(ui, store, actions),
    status.element,
    h(ui, "div", { class: "saec-patch-body" }, picture, side, outputPanel(ui, store, actions)),
    code.element
  );
}
var patch_board_default = mount(build, "saec-patch saec-late");
export {
  patch_board_default as default
};
