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
  const tables = names.map((name, side) => table(ui, name, side));
  const pair = h(ui, "div", { class: "saec-steer-pair" }, ...tables.map(({ element }) => element));
  return {
    element: h(ui, "div", { class: "saec-steer-places", attrs: { "aria-live": "polite" } }, head, pair),
    show(written, place) {
      head.hidden = written === null;
      pair.hidden = written === null;
      title.textContent = `What could stand at place ${place + 1}`;
      for (const [side, each] of tables.entries()) each.show(written?.[side] ?? null, place);
    }
  };
}
function table(ui, name, side) {
  const ended = h(ui, "p", { class: "saec-hint", text: "The text has ended before." });
  const element = h(ui, "div", { class: "saec-steer-chances", attrs: { role: "group" } }, ended);
  const lines = [];
  return {
    element,
    show(written, place) {
      const top = written?.top[place] ?? [];
      while (lines.length < top.length) {
        const made = chanceLine(ui, side);
        lines.push(made);
        element.append(made.element);
      }
      for (const [at, line2] of lines.entries()) line2.show(top[at], written?.tokens[place]);
      ended.hidden = top.length > 0;
      element.setAttribute("aria-label", `Place ${place + 1}, ${name}`);
    }
  };
}
function chanceLine(ui, side) {
  const token = h(ui, "bdi");
  const number2 = h(ui, "span", { class: "saec-number" });
  const fill = s(ui, "rect", { class: `saec-steer-bar-${side ? "edited" : "plain"}`, height: 8 });
  const bar = {
    class: "saec-steer-bar",
    "aria-hidden": "true",
    viewBox: "0 0 100 8",
    preserveAspectRatio: "none"
  };
  const element = h(
    ui,
    "div",
    { class: "saec-steer-chance" },
    h(ui, "span", { class: "saec-steer-chance-token" }, token),
    s(ui, "svg", bar, fill),
    number2
  );
  return {
    element,
    show(chance, taken) {
      element.hidden = chance === void 0;
      const [text, probability] = chance ?? ["", 0];
      token.textContent = showToken(text);
      number2.textContent = percent(probability);
      setAttributes(fill, { width: Math.max(0.5, Math.min(100, 100 * probability)).toFixed(1) });
      element.classList.toggle("saec-steer-taken", text === taken);
    }
  };
}

// src/steer/continuation.ts
var NAMES = ["unsteered", "steered"];
var PROMPT_LENGTH = 60;
function continuation(ui, names = NAMES) {
  const columns = names.map((name, side) => column(ui, name, side, look));
  const [left, right] = columns;
  const places = createPlaces(ui, names);
  const element = h(
    ui,
    "div",
    { class: "saec-steer-texts" },
    h(ui, "div", { class: "saec-steer-pair" }, left.element, right.element),
    places.element
  );
  let written = null;
  let shown = null;
  function look(place) {
    if (place === null || place === shown) return;
    shown = place;
    for (const each of columns) each.mark(place);
    places.show(written, place);
  }
  return {
    element,
    show(texts) {
      element.hidden = texts === null;
      written = texts && [decode(texts.plain), decode(texts.edited)];
      const before = shown;
      shown = null;
      const first = written ? differing(written) : [];
      for (const [side, each] of columns.entries())
        each.show(texts?.prompt ?? "", written?.[side] ?? null, first);
      places.show(null, 0);
      const parting = Math.max(0, first.indexOf(true));
      if (first.length > 0) look(before !== null && before < first.length ? before : parting);
    },
    wait: (waiting) => element.classList.toggle("saec-pending", waiting)
  };
}
function decode({ tokens, ended, probability, top, odds }) {
  const chances = typed(odds, Float32Array);
  let at = 0;
  const pairs = top.map((row) => row.map((token) => [token, chances[at++] ?? Number.NaN]));
  return { tokens, ended, probability: typed(probability, Float32Array), top: pairs };
}
function differing([left, right]) {
  const places = Math.max(left.tokens.length, right.tokens.length);
  return Array.from({ length: places }, (_, place) => left.tokens[place] !== right.tokens[place]);
}
function column(ui, name, side, look) {
  let marks = [];
  let marked;
  let stop;
  const seen = (event) => look(placeOf(event.target));
  const text = h(ui, "div", {
    class: "saec-steer-text",
    attrs: { role: "group", "aria-label": `The ${name} text` },
    on: { pointerover: seen, focusin: seen, click: seen, keydown: step }
  });
  const note = h(ui, "span", { class: "saec-caption" });
  const title = h(ui, "span", { class: "saec-subtitle", text: name });
  const head = h(ui, "div", { class: "saec-steer-head" }, title, note);
  const kind = `saec-steer-column saec-steer-${side ? "edited" : "plain"}`;
  function step(event) {
    const by = STEPS[event.key];
    const place = placeOf(event.target);
    if (!by || place === null) return;
    event.preventDefault();
    if (stop) stop.tabIndex = -1;
    stop = marks[Math.max(0, Math.min(marks.length - 1, place + by))];
    if (!stop) return;
    stop.tabIndex = 0;
    stop.focus();
  }
  return {
    element: h(ui, "section", { class: kind }, head, text),
    show(prompt, written, differ) {
      note.textContent = written && side === 1 ? differenceText(differ) : "";
      const { tokens, probability, ended } = written ?? NO_TEXT;
      marks = tokens.map(
        (token, place) => tokenMark(ui, token, place, probability[place] ?? Number.NaN, differ[place] ?? false)
      );
      [stop] = marks;
      marked = void 0;
      const end = h(ui, "span", { class: "saec-steer-end", text: "■", title: "The model ended the text" });
      text.replaceChildren(
        ...prompt ? [promptMark(ui, prompt)] : [],
        ...marks.flatMap((mark, place) => [gapBefore(tokens, place), mark]),
        ...ended ? [end] : []
      );
    },
    mark(place) {
      marked?.classList.remove("saec-hovered");
      marked = marks[place];
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
function gapBefore(tokens, place) {
  const pieces = tokens.some((token) => token.startsWith(" "));
  return place > 0 && (!pieces || tokens[place]?.startsWith(" ")) ? " " : "";
}
var STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };
function placeOf(target) {
  const token = target instanceof Element ? target.closest("[data-place]") : null;
  return token ? Number(token.dataset.place) : null;
}
function ending(prompt) {
  const text = visible(prompt);
  return text.length > PROMPT_LENGTH ? `…${text.slice(1 - PROMPT_LENGTH)}` : text;
}
function tokenMark(ui, token, place, chance, differs) {
  const element = h(
    ui,
    "span",
    {
      class: `saec-steer-token${differs ? " saec-steer-differs" : ""}`,
      attrs: {
        "data-place": place,
        tabindex: place === 0 ? 0 : -1,
        role: "button",
        "aria-label": `${showToken(token)}, ${percent(chance)}${differs ? ", differs" : ""}`
      }
    },
    h(ui, "bdi", { text: showToken(token.length > 1 ? token.replace(/^ /, "") : token) })
  );
  return element;
}

// src/steer/options.ts
var HOLD = "Attention patterns stay those of the same text without edits, so that features act through MLPs alone.";
function steerHead(ui, store, actions) {
  const prompt = h(ui, "input", {
    class: "saec-input saec-steer-input",
    title: "Enter continues it, Escape takes it back",
    attrs: { type: "text", "aria-label": "Prompt", spellcheck: "false", autocomplete: "off" },
    on: {
      keydown: (event) => {
        if (event.key === "Enter" && !event.isComposing) actions.ask(prompt.value);
        else if (event.key === "Escape") prompt.value = store.get().prompt;
        else return;
        event.preventDefault();
      }
    }
  });
  store.watch(["prompt"], (state) => {
    prompt.value = state.prompt;
  });
  const number2 = (name, text, attrs) => {
    const input = h(ui, "input", {
      class: `saec-input saec-steer-number saec-steer-${name}`,
      attrs: { type: "number", ...attrs },
      on: {
        change: () => {
          const { min = 0, max = Number.MAX_SAFE_INTEGER } = attrs;
          const value = Math.max(min, Math.min(max, Number(input.value) || 0));
          const whole = name === "temperature" ? value : Math.round(value);
          input.value = String(whole);
          actions.setOptions({ [name]: whole });
        }
      }
    });
    store.watch(["options"], ({ options }) => {
      if (Number(input.value) !== options[name] || input.value === "") input.value = String(options[name]);
    });
    return {
      input,
      element: h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text }), input)
    };
  };
  const tokens = number2("tokens", "new tokens", { min: 1, max: 50, step: 1 });
  const temperature = number2("temperature", "temperature", { min: 0, max: 10, step: 0.1 });
  const seed = number2("seed", "seed", { min: 0, max: 2 ** 31 - 1, step: 1 });
  const hold = h(ui, "input", {
    attrs: { type: "checkbox" },
    on: { change: () => actions.setOptions({ hold: hold.checked }) }
  });
  store.watch(["options"], ({ options }) => {
    hold.checked = options.hold;
    seed.input.disabled = options.temperature === 0;
    seed.element.title = options.temperature === 0 ? "Without temperature nothing is drawn" : "Both texts are drawn with it";
  });
  return h(
    ui,
    "div",
    { class: "saec-steer-top" },
    h(
      ui,
      "label",
      { class: "saec-field saec-steer-prompt-field" },
      h(ui, "span", { class: "saec-caption", text: "Prompt" }),
      prompt
    ),
    h(
      ui,
      "div",
      { class: "saec-steer-options" },
      tokens.element,
      temperature.element,
      seed.element,
      h(ui, "label", { class: "saec-check", title: HOLD }, hold, "hold attention")
    )
  );
}

// src/steer/rows.ts
var STRONGEST = 5;
function steerRows(ui, store, actions) {
  const list = h(ui, "div", {
    class: "saec-steer-rows",
    attrs: { role: "list", "aria-label": "Steered features" }
  });
  const hint = h(ui, "p", {
    class: "saec-hint saec-steer-none",
    text: "No feature is steered. Add one below: its slider adds multiples of its maximum to its activation."
  });
  const element = h(ui, "div", {}, list, hint);
  let views = [];
  store.watch(["rows", "known", "tokens"], (state) => {
    const same = views.length === state.rows.length && views.every((view, i) => view.fits(state.rows[i], state));
    if (!same) {
      views = state.rows.map((row, i) => rowView(ui, row, i, state, actions));
      list.replaceChildren(...views.map((view) => view.element));
    }
    for (const [i, row] of state.rows.entries()) views[i]?.show(row);
    list.hidden = state.rows.length === 0;
    hint.hidden = state.rows.length > 0;
  });
  store.watch(["rows", "feature"], ({ feature }) => {
    for (const name of list.querySelectorAll("[data-feature]"))
      name.setAttribute("aria-pressed", String(name.dataset.feature === feature));
  });
  return element;
}
function rowView(ui, row, number2, state, actions) {
  const known = state.known[row.feature];
  const { tokens } = state;
  const name = visible(known?.label || row.feature);
  const amount = h(ui, "output", { class: "saec-number saec-steer-amount" });
  const slider = h(ui, "input", {
    class: "saec-slider saec-steer-slider",
    title: "In multiples of its maximum; double click for none",
    attrs: { type: "range", min: -STRONGEST, max: STRONGEST, step: 0.1, "aria-label": `Strength of ${name}` },
    on: {
      input: () => actions.setStrength(number2, Number(slider.value)),
      dblclick: () => actions.setStrength(number2, 0)
    }
  });
  const ablate = h(ui, "button", {
    class: "saec-button saec-button-small saec-steer-ablate",
    text: "Ablate",
    title: "Set it to zero",
    on: { click: () => actions.toggleAblation(number2) }
  });
  const where = placeChoice(ui, tokens, name, (at) => actions.setPlace(number2, at));
  const remove = h(ui, "button", {
    class: "saec-button saec-button-small saec-steer-remove",
    text: "✕",
    title: "Steer it no longer",
    attrs: { "aria-label": `Remove ${name}` },
    on: { click: () => actions.remove(number2) }
  });
  const scale = h(
    ui,
    "div",
    { class: "saec-steer-scale" },
    h(ui, "span", { text: "−5" }),
    slider,
    h(ui, "span", { text: "+5" })
  );
  const element = h(
    ui,
    "div",
    { class: "saec-steer-row", attrs: { role: "listitem" } },
    h(
      ui,
      "div",
      { class: "saec-steer-what" },
      h(
        ui,
        "button",
        {
          class: "saec-steer-name",
          title: visible(row.feature),
          attrs: { "data-feature": row.feature },
          on: { click: () => actions.choose(row.feature) }
        },
        h(ui, "bdi", { text: name })
      ),
      h(ui, "span", { class: "saec-caption", text: firesText(known, tokens) })
    ),
    scale,
    amount,
    ablate,
    where.element,
    remove
  );
  return {
    element,
    fits: (other, now) => other?.feature === row.feature && now.known[row.feature] === known && now.tokens === tokens,
    show(now) {
      if (Number(slider.value) !== now.strength) slider.value = String(now.strength);
      slider.disabled = now.ablate;
      ablate.setAttribute("aria-pressed", String(now.ablate));
      amount.textContent = amountText(now, known);
      amount.title = known ? unitText(known) : "";
      amount.className = `saec-number saec-steer-amount ${now.ablate || now.strength === 0 ? "" : now.strength < 0 ? "saec-down" : "saec-up"}`;
      where.show(now.at);
    }
  };
}
function amountText({ strength, ablate }, known) {
  if (ablate) return "to 0";
  if (strength === 0) return "as it is";
  return `${strength < 0 ? "−" : "+"}${Math.abs(strength).toFixed(1)} × ${format(known?.unit ?? 1)}`;
}
function unitText({ unit, origin }) {
  const of = {
    corpus: "the most that it was seen to fire",
    prompt: "the most in this prompt",
    nothing: "it was never seen to fire"
  };
  return `1 is ${format(unit)}: ${of[origin]}`;
}
function firesText(known, tokens) {
  const most = Math.max(0, ...known?.values ?? []);
  if (!known || most === 0) return "does not fire here";
  return `fires ${format(most)} at “${shorten(showToken(tokens[known.values.indexOf(most)] ?? ""), 14)}”`;
}
function placeChoice(ui, tokens, name, choose) {
  const option = (value, text) => h(ui, "option", { text, attrs: { value } });
  const several = option("several", "");
  const element = h(
    ui,
    "select",
    {
      class: "saec-input saec-steer-at",
      attrs: { "aria-label": `Tokens at which ${name} is steered` },
      on: {
        change: () => {
          const { value } = element;
          if (value !== "several") choose(value === "all" || value === "new" ? value : [Number(value)]);
        }
      }
    },
    option("all", "all tokens"),
    option("new", "new tokens only"),
    several,
    ...tokens.slice(1).map((token, i) => option(String(i + 1), `“${shorten(showToken(token), 16)}” (${i + 1})`))
  );
  return {
    element,
    show(at) {
      const many = Array.isArray(at) && at.length !== 1;
      several.hidden = !many;
      several.disabled = !many;
      several.textContent = many ? `${at.length} tokens` : "";
      element.value = !Array.isArray(at) ? at : many ? "several" : String(at[0]);
    }
  };
}

// src/steer/search.ts
var DELAY_MS = 200;
function featureSearch(ui, store, actions) {
  let timer = null;
  const later = (delay) => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => actions.search(input.value), delay);
  };
  const input = h(ui, "input", {
    class: "saec-input saec-steer-search",
    attrs: {
      type: "search",
      placeholder: "Add a feature: words of its label, or transcoder.3/12",
      "aria-label": "Add a feature",
      autocomplete: "off"
    },
    on: { input: () => later(DELAY_MS), focus: () => store.get().found === null && later(0) }
  });
  const list = h(ui, "div", {
    class: "saec-steer-found",
    attrs: { "aria-label": "Features found", role: "group" }
  });
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const element = h(
    ui,
    "div",
    {
      class: "saec-steer-add",
      on: {
        keydown: pressed,
        focusout: (event) => {
          if (!(event.relatedTarget instanceof Node) || !element.contains(event.relatedTarget)) close();
        }
      }
    },
    input,
    list,
    live
  );
  ui.signal.addEventListener("abort", () => timer !== null && clearTimeout(timer), { once: true });
  function close() {
    if (timer !== null) clearTimeout(timer);
    actions.closeSearch();
  }
  function pressed(event) {
    const stops = [input, ...list.querySelectorAll("button")];
    const at = stops.indexOf(event.target);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) stops[Math.max(0, Math.min(stops.length - 1, at + step))]?.focus();
    else if (event.key === "Enter" && at === 0 && !event.isComposing) stops[1]?.click();
    else if (event.key === "Escape" && store.get().found !== null) {
      input.focus();
      close();
    } else return;
    event.preventDefault();
  }
  store.watch(["found"], (state) => {
    const { found } = state;
    list.hidden = found === null;
    live.textContent = found === null ? "" : `${found.length} features found`;
    const none = h(ui, "p", { class: "saec-hint", text: "No feature has these words in its label." });
    list.replaceChildren(...found === null ? [] : found.length === 0 ? [none] : lines(found, state));
  });
  function lines(found, { tokens }) {
    const title = input.value.trim() === "" ? "They fire most in this prompt" : "Found";
    return [h(ui, "div", { class: "saec-caption", text: title }), ...found.map((each) => line2(each, tokens))];
  }
  function line2(found, tokens) {
    const most = Math.max(0, ...found.values);
    const fires = most > 0 ? `${format(most)} at “${showToken(tokens[found.values.indexOf(most)] ?? "")}”` : "";
    return h(
      ui,
      "button",
      {
        class: "saec-steer-result",
        on: {
          click: () => {
            input.value = "";
            input.focus();
            actions.add(found);
          }
        }
      },
      h(ui, "bdi", { class: "saec-steer-result-name", text: visible(found.label || found.feature) }),
      h(ui, "span", { class: "saec-caption", text: visible(found.feature) }),
      h(ui, "span", { class: "saec-caption saec-number", text: fires })
    );
  }
  return element;
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
function number(value) {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  return String(Number(value.toPrecision(12)));
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

// src/steer/python.ts
function rowCall({ feature, strength, ablate, at }, known, length, { tokens }) {
  const named2 = /^(.*)\/(\d+)$/s.exec(feature);
  const which = named2 ? `sc.Feature(${literal(named2[1] ?? "")}, ${named2[2]})` : literal(feature);
  const some = Array.isArray(at) ? `[${at.join(", ")}]` : "";
  const where = at === "new" ? `range(${length}, ${length + tokens})` : some;
  const positions = where ? `, positions=${where}` : "";
  if (ablate) return `sc.Ablate(${which}${positions})`;
  if (strength === 0) return null;
  return `sc.Add(${which}, ${number(strength * (known?.unit ?? 1))}${positions})`;
}
function generateCall(prompt, edits, { tokens, temperature, seed, hold }) {
  const made = edits.filter((edit) => edit !== null);
  const given = `${literal(prompt)}, [${made.join(", ")}], max_new_tokens=${tokens}`;
  if (temperature === 0 && !(hold && made.length > 0)) return `lab.generate(${given})`;
  const drawn = temperature > 0 ? `, temperature=${number(temperature)}, seed=${seed}` : "";
  return `lab.generation(${given}${drawn}${hold ? ", hold_attention=True" : ""}).text`;
}

// src/steer/state.ts
var DELAY_MS2 = 300;
var DEFAULTS = { tokens: 16, temperature: 0, seed: 0, hold: false };
function optionsOf(model) {
  return { ...DEFAULTS, ...model.get("options") };
}
function createSteerStore(stand) {
  const { model, follow, onClean, attempt } = stand;
  const store = createStore(
    {
      prompt: "",
      tokens: [],
      rows: [],
      known: {},
      options: DEFAULTS,
      plain: null,
      edited: null,
      feature: null,
      found: null,
      waiting: false,
      code: ""
    },
    attempt
  );
  onClean(store.close);
  follow(["prompt"], () => store.set({ prompt: model.get("prompt") ?? "" }));
  follow(["tokens"], () => store.set({ tokens: model.get("tokens") ?? [] }));
  follow(["known"], () => store.set({ known: { ...store.get().known, ...model.get("known") } }));
  follow(["rows"], () => store.get().waiting || store.set({ rows: model.get("rows") ?? [] }));
  follow(["options"], () => store.get().waiting || store.set({ options: optionsOf(model) }));
  follow(["plain"], () => store.set({ plain: model.get("plain") ?? null }));
  follow(["edited"], () => store.set({ edited: model.get("edited") ?? null }));
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
  store.watch(
    ["prompt", "rows", "options", "tokens", "known"],
    (state) => store.set({ code: codeOf(state) })
  );
  return store;
}
function codeOf({ prompt, rows, options, tokens, known }) {
  const calls = rows.map((row) => rowCall(row, known[row.feature], tokens.length, options));
  return generateCall(prompt, calls, options);
}
function panelCode({ prompt, rows }) {
  const features = rows.map(({ feature }) => literal(feature)).join(", ");
  return `panel = lab.steering_panel(${literal(prompt)}, [${features}])`;
}
function createActions(stand, store, status) {
  const { ask, model, save, onClean } = stand;
  let timer = null;
  let asked = 0;
  const search = searcher(ask, store, status);
  onClean(() => timer !== null && clearTimeout(timer));
  function write(delay, prompt = store.get().prompt) {
    if (timer !== null) clearTimeout(timer);
    store.set({ waiting: true });
    timer = setTimeout(() => void send(prompt), delay);
  }
  async function send(prompt) {
    timer = null;
    const mine = ++asked;
    const { rows, options } = store.get();
    const answer = await status.run("writing", "steer", { prompt, rows, options });
    if (mine !== asked || timer !== null) return;
    store.set({ waiting: false });
    if (!answer)
      store.set({
        prompt: model.get("prompt") ?? "",
        rows: model.get("rows") ?? [],
        options: optionsOf(model)
      });
  }
  function change(number2, part, delay = 0) {
    const { rows } = store.get();
    store.set({ rows: rows.map((row, i) => i === number2 ? { ...row, ...part } : row) });
    write(delay);
  }
  return {
    ask: (prompt) => write(0, prompt),
    setOptions(options) {
      store.set({ options: { ...store.get().options, ...options } });
      write(DELAY_MS2);
    },
    setStrength: (row, strength) => change(row, { strength, ablate: false }, DELAY_MS2),
    toggleAblation: (row) => change(row, { ablate: !store.get().rows[row]?.ablate }),
    setPlace: (row, at) => change(row, { at }),
    add({ feature, ...known }) {
      const { rows, known: before } = store.get();
      store.set({ found: null, known: { ...before, [feature]: known } });
      if (rows.some((row) => row.feature === feature)) return;
      store.set({ rows: [...rows, { feature, strength: 1, ablate: false, at: "all" }] });
      write(0);
    },
    remove(number2) {
      store.set({ rows: store.get().rows.filter((_, i) => i !== number2) });
      write(0);
    },
    choose(feature) {
      store.set({ feature });
      save("feature", feature);
    },
    search,
    closeSearch: () => store.set({ found: null })
  };
}
function searcher(ask, store, status) {
  let newest = 0;
  return async (text) => {
    const mine = ++newest;
    try {
      const { body } = await ask("search", { text });
      if (mine === newest) store.set({ found: body.found ?? [] });
    } catch (error) {
      if (mine === newest && !(error instanceof Superseded)) status.fail(asFailure(error));
    }
  };
}

// src/steering_panel.ts
function build(stand) {
  const { ui, root } = stand;
  const status = statusLine(stand);
  const store = createSteerStore(stand);
  const actions = createActions(stand, store, status);
  const texts = continuation(ui);
  store.watch(
    ["plain", "edited", "prompt"],
    ({ plain, edited, prompt }) => texts.show(plain && edited ? { prompt, plain, edited } : null)
  );
  store.watch(["waiting"], ({ waiting }) => texts.wait(waiting));
  const code = codeStrip(ui, [
    {
      text: "Copy as Python",
      title: "Copy the Python that writes this text",
      content: () => store.get().code
    },
    {
      text: "Copy panel",
      title: "Copy the Python that opens this panel",
      content: () => panelCode(store.get())
    }
  ]);
  store.watch(["code"], (state) => code.show(state.code));
  root.append(
    steerHead(ui, store, actions),
    status.element,
    h(
      ui,
      "section",
      { class: "saec-steer-features", attrs: { "aria-label": "Features" } },
      steerRows(ui, store, actions),
      featureSearch(ui, store, actions)
    ),
    texts.element,
    code.element
  );
}
var steering_panel_default = mount(build, "saec-steer saec-late");
export {
  steering_panel_default as default
};
