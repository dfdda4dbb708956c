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
function compact(value) {
  const size = Math.abs(value);
  const [unit, sign] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / Number(unit);
  const digits = Math.abs(scaled) >= 100 || unit === 1 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${sign}`.replace("-", "−");
}

// src/card/contexts.ts
var BEFORE = 14;
var AFTER = 12;
function contextList(ui, contexts, max, look) {
  const lines = contexts.map((context) => contextLine(ui, context, max));
  const said = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  let at = null;
  const go = (element2, speak = false) => {
    if (element2 === at) return;
    at?.classList.remove("saec-looked");
    at = element2;
    at?.classList.add("saec-looked");
    const token = at && tokenAt(at);
    look(token);
    if (speak) said.textContent = token ? `${token.text}, ${format(token.activation)}` : "";
  };
  const element = h(
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
  function tokenAt(token) {
    const line2 = lines.findIndex((each) => each.contains(token));
    const index = Number(token.dataset.token);
    const context = contexts[line2];
    return {
      text: showToken(context?.tokens[index] ?? ""),
      activation: context?.activations[index] ?? Number.NaN
    };
  }
  return element;
}
function lookText(token, max) {
  if (!token) return "";
  const share = max > 0 && token.activation > 0 ? ` · ${percent(token.activation / max)} of the most` : "";
  return `${token.text}  ${format(token.activation)}${share}`;
}
function step(lines, at, key) {
  const across = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const down = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (across === 0 && down === 0) return void 0;
  const peak = (line2) => line2?.querySelector(".saec-heat-peak") ?? void 0;
  const row = at === null ? -1 : lines.findIndex((line2) => line2.contains(at));
  if (at === null || row < 0) return peak(lines[0]);
  if (down !== 0) return peak(lines[row + down]) ?? at;
  const tokens = [...lines[row]?.querySelectorAll(".saec-heat") ?? []];
  return tokens[tokens.indexOf(at) + across] ?? at;
}
function contextLine(ui, { tokens, activations, peak }, max) {
  const token = (index) => {
    const activation = activations[index] ?? 0;
    const share = Math.min(1, Math.max(0, activation) / Math.max(max, 1e-9));
    const element = h(ui, "bdi", { class: "saec-heat", text: contextToken(tokens[index] ?? "") });
    element.title = `${showToken(tokens[index] ?? "")}  ${format(activation)}`;
    element.dataset.token = String(index);
    element.style.setProperty("--saec-heat-share", `${Math.round(85 * share)}%`);
    if (index === peak) element.classList.add("saec-heat-peak");
    return element;
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

// src/card/histogram.ts
var WIDTH = 240;
var HEIGHT = 44;
function createHistogram(ui, { edges, counts }, values) {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const scale = (value) => WIDTH * (Math.min(last, Math.max(first, value)) - first) / Math.max(last - first, 1e-12);
  const most = Math.sqrt(Math.max(1, ...counts));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const marks = values.filter(({ value }) => Number.isFinite(value));
  const standing = marks.map(({ value, name }) => `${name} ${format(value)}`).join(" · ");
  const middle = h(ui, "span", { class: "saec-histogram-now", text: standing });
  const svg = s(ui, "svg", {
    class: "saec-histogram-bars",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Histogram of ${total} activations from ${format(first)} to ${format(last)}`
  });
  for (const [bin, count] of counts.entries()) {
    const x = scale(edges[bin] ?? 0);
    const width = Math.max(0.5, scale(edges[bin + 1] ?? last) - x - 0.8);
    const height = (HEIGHT - 2) * Math.sqrt(count) / most;
    svg.append(s(ui, "rect", { class: "saec-histogram-bar", x, y: HEIGHT - height, width, height }));
  }
  const line2 = (value, kind) => {
    const x = Math.max(1, Math.min(WIDTH - 1, scale(value)));
    return s(ui, "line", { class: kind, x1: x, x2: x, y1: 0, y2: HEIGHT });
  };
  for (const { value } of marks) svg.append(line2(value, "saec-histogram-mark"));
  let looked = null;
  const look = (activation) => {
    looked?.remove();
    looked = null;
    if (activation === null || !(activation > 0)) return;
    looked = line2(activation, "saec-histogram-look");
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
    middle.textContent = standing;
  });
  const element = h(
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
  return { element, look };
}

// src/card/tokens.ts
var TOKENS = 8;
function tokenList(ui, title, tokens, bar) {
  const shown2 = tokens.slice(0, TOKENS);
  const most = Math.max(1e-9, ...shown2.map(([, value]) => Math.abs(value)));
  return list(
    ui,
    title,
    shown2.map(([token, value]) => tokenRow(ui, token, Math.abs(value) / most, format(value), bar))
  );
}
function shareList(ui, title, tokens) {
  return list(
    ui,
    title,
    tokens.map(([token, share]) => tokenRow(ui, token, share, percent(share), "saec-bar-heat"))
  );
}
function neighbourList(ui, neighbours, go) {
  const rows = neighbours.map(({ feature, label, cosine }) => {
    const fill = h(ui, "span", {
      class: `saec-row-bar ${cosine >= 0 ? "saec-bar-positive" : "saec-bar-negative"}`
    });
    fill.style.width = `${(100 * Math.min(1, Math.abs(cosine))).toFixed(1)}%`;
    const parts = [
      fill,
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
  return list(ui, "Nearest directions", rows);
}
function list(ui, title, rows) {
  return h(
    ui,
    "div",
    { class: "saec-token-list" },
    h(ui, "div", { class: "saec-subtitle", text: title }),
    ...rows,
    rows.length === 0 && h(ui, "p", { class: "saec-hint", text: "none" })
  );
}
function tokenRow(ui, token, share, value, bar) {
  const fill = h(ui, "span", { class: `saec-row-bar ${bar}` });
  fill.style.width = `${(100 * share).toFixed(1)}%`;
  return h(
    ui,
    "div",
    { class: "saec-token-row" },
    fill,
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
function subtitle(ui, text) {
  return h(ui, "span", { class: "saec-subtitle", text });
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
    const open2 = waiting.get(message?.id ?? "");
    if (!open2 || message.id === void 0) {
      for (const other of waiting.values()) {
        clearTimeout(other.timer);
        other.timer = setTimeout(other.late, timeout);
      }
      return;
    }
    forget(message.id);
    if (message.superseded) open2.reject(new Superseded());
    else if (message.error) open2.reject(new AskError(message.error));
    else open2.resolve({ body: message, buffers: buffers ?? [] });
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
    for (const [id, open2] of [...waiting]) {
      forget(id);
      open2.reject(new AskError(failure));
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

// src/card/label.ts
var LONGEST = 200;
function labelEditor(ui, { label, automatic }, save) {
  const named2 = automatic !== void 0 && automatic !== label;
  const text = h(ui, "bdi", { text: visible(label) || "unnamed feature" });
  const title = h(ui, "h3", { class: "saec-title saec-label-text" }, text);
  const note = h(ui, "div", { class: "saec-caption saec-label-note" });
  const element = h(ui, "div", { class: "saec-label" }, title, note);
  note.hidden = automatic === void 0;
  if (!save) {
    note.textContent = named2 ? `automatic: ${visible(automatic)}` : "automatic label";
    return element;
  }
  const failed = h(ui, "span", { class: "saec-label-failed", attrs: { role: "alert", hidden: true } });
  let saving = false;
  const keep = async (next) => {
    if (saving) return;
    saving = true;
    element.setAttribute("aria-busy", "true");
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
      element.removeAttribute("aria-busy");
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
    on: { click: () => open2() }
  });
  const reset = h(ui, "button", {
    class: "saec-link saec-label-reset",
    text: "use it again",
    title: "Take the label back; the automatic one holds again",
    on: { click: () => void keep("") }
  });
  function open2() {
    element.classList.add("saec-editing");
    input.hidden = false;
    title.hidden = edit.hidden = true;
    input.value = label;
    input.focus();
    input.select();
    note.replaceChildren("Enter saves · Escape leaves it · an empty one brings the automatic label back");
  }
  function close() {
    const inside = element.querySelector(":focus") !== null;
    element.classList.remove("saec-editing");
    title.hidden = edit.hidden = false;
    input.hidden = true;
    failed.hidden = true;
    tell();
    if (inside) edit.focus();
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
  title.addEventListener("dblclick", () => open2());
  tell();
  element.replaceChildren(h(ui, "div", { class: "saec-label-line" }, title, input, edit), note, failed);
  return element;
}
function shown(ui, label) {
  return h(ui, "bdi", { text: visible(label) });
}

// src/card/traits.ts
var nameOf = (card) => `${card.dictionary}/${card.feature}`;
function isCard(card) {
  return Boolean(card && "contexts" in card);
}

// src/card/full.ts
function fullCard(ui, card, marks, tools) {
  const { rename, ...rest } = tools;
  const feature = nameOf(card);
  const head = h(
    ui,
    "div",
    { class: "saec-card-head" },
    labelEditor(ui, card, rename && ((label) => rename(feature, label))),
    h(ui, "span", { class: "saec-caption saec-card-name", text: visible(feature) })
  );
  return h(ui, "div", { class: "saec-card-full" }, head, cardView(ui, card, marks, rest));
}
function replaceCard(body, card) {
  const naming = body.querySelector(".saec-label :focus") !== null;
  body.replaceChildren(card);
  if (naming) card.querySelector(".saec-label-edit")?.focus({ preventScroll: true });
}

// src/card/slot.ts
function showCard(ui, body, { feature, card, live }, tools) {
  body.hidden = !feature;
  body.classList.remove("saec-stale");
  if (!feature) {
    body.replaceChildren();
    return;
  }
  if (isCard(card) && nameOf(card) === feature) {
    replaceCard(body, fullCard(ui, card, [], live ? tools : {}));
    return;
  }
  const known = live && card?.missing !== feature;
  if (known && body.childElementCount > 0) {
    body.classList.add("saec-stale");
    return;
  }
  const text = known ? `Looking up ${visible(feature)} …` : `Nothing more is known of ${visible(feature)}.`;
  body.replaceChildren(h(ui, "p", { class: "saec-hint", text }));
}

// src/disentangle/neuron.ts
var TOKENS2 = 8;
var CHIPS = 5;
var KINDS = 5;
function neuronPanel(stand, store, actions) {
  const { ui, model, follow } = stand;
  const body = h(ui, "div", { class: "saec-neuron-body" });
  const element = h(
    ui,
    "section",
    { class: "saec-neuron", attrs: { "aria-label": "A neuron of the model" } },
    h(
      ui,
      "div",
      { class: "saec-toy-head" },
      h(ui, "h3", { class: "saec-title", text: "In the model: a neuron and what it is mixed from" }),
      chooser(stand, store, actions)
    ),
    body
  );
  follow(["places"], () => {
    const places = model.get("places");
    element.hidden = !Array.isArray(places) || places.length === 0;
  });
  const mark = (feature) => {
    for (const button of body.querySelectorAll(".saec-split-row"))
      button.setAttribute("aria-pressed", String(button.dataset.feature === feature));
  };
  store.watch(["neuron"], ({ neuron }) => {
    body.replaceChildren(
      ...neuron ? [unitSide(ui, neuron), featureSide(ui, neuron, actions)] : [h(ui, "p", { class: "saec-empty", text: "No neuron was taken apart yet." })]
    );
    mark(store.get().feature);
  });
  store.watch(["feature"], ({ feature }) => mark(feature));
  return element;
}
function chooser({ ui, model, follow }, store, actions) {
  const place = h(ui, "select", {
    class: "saec-input saec-neuron-place",
    attrs: { "aria-label": "Layer, and the dictionary that reads its MLP" },
    on: { change: () => actions.split(place.value, null) }
  });
  const number2 = h(ui, "input", {
    class: "saec-input saec-toy-input saec-neuron-number",
    attrs: { type: "number", min: 0, step: 1, "aria-label": "Number of the neuron. Enter takes it apart." },
    on: {
      keydown(event) {
        if (event.key !== "Enter") return;
        event.preventDefault();
        actions.split(place.value, Math.round(Number(number2.value)));
      }
    }
  });
  const button = (text, title, kind, click) => h(ui, "button", { class: `saec-button ${kind}`, text, title, on: { click } });
  const form = h(
    ui,
    "div",
    { class: "saec-toy-settings" },
    place,
    h(ui, "label", { class: "saec-field" }, h(ui, "span", { class: "saec-caption", text: "neuron" }), number2),
    button(
      "Take apart",
      "Split this neuron into features",
      "saec-neuron-split",
      () => actions.split(place.value, Math.round(Number(number2.value)))
    ),
    button(
      "One that teaches",
      "A broad neuron that few purer features explain",
      "saec-neuron-mixed",
      () => actions.split(place.value, null)
    )
  );
  follow(["places"], () => {
    const places = model.get("places");
    place.replaceChildren(
      ...(Array.isArray(places) ? places : []).map(
        ({ dictionary, layer, neurons }) => h(ui, "option", {
          text: `layer ${layer} (${neurons} neurons, ${visible(String(dictionary))})`,
          attrs: { value: String(dictionary) }
        })
      )
    );
  });
  follow(["live"], () => {
    form.hidden = !model.get("live");
  });
  store.watch(["neuron"], ({ neuron }) => {
    if (!neuron) return;
    place.value = neuron.dictionary;
    number2.value = String(neuron.unit.index);
  });
  return form;
}
function unitSide(ui, { unit, layer, tokens, medians }) {
  const rows = (pairs, most, bar, show) => pairs.slice(0, most).map(([name, share]) => {
    const fill = h(ui, "span", { class: `saec-row-bar ${bar}` });
    fill.style.width = `${(100 * Math.min(1, share / Math.max(pairs[0]?.[1] ?? 1, 1e-9))).toFixed(1)}%`;
    return h(
      ui,
      "div",
      { class: "saec-token-row" },
      fill,
      h(ui, "span", { class: "saec-token-name" }, h(ui, "bdi", { text: show(name) })),
      h(ui, "span", { class: "saec-number", text: percent(share) })
    );
  });
  return h(
    ui,
    "div",
    { class: "saec-neuron-side" },
    h(
      ui,
      "div",
      { class: "saec-card-caption" },
      h(ui, "span", { class: "saec-subtitle", text: `Neuron ${unit.index} of layer ${layer}` }),
      purityBadge(ui, unit)
    ),
    h(ui, "p", {
      class: "saec-hint",
      text: `Its activation is spread over some ${Math.round(unit.breadth)} different tokens.`
    }),
    h(
      ui,
      "div",
      { class: "saec-tokens" },
      h(
        ui,
        "div",
        { class: "saec-token-list" },
        h(ui, "div", { class: "saec-subtitle", text: "Tokens" }),
        ...rows(unit.tokens, TOKENS2, "saec-bar-heat", showToken)
      ),
      unit.kinds.length > 0 && h(
        ui,
        "div",
        { class: "saec-token-list" },
        h(ui, "div", { class: "saec-subtitle", text: "Kinds of words" }),
        ...rows(unit.kinds, KINDS, "saec-bar-neutral", visible)
      )
    ),
    h(ui, "p", { class: "saec-hint", text: medianText(medians, tokens) })
  );
}
function medianText([neurons, features], tokens) {
  const on = `on ${tokens.toLocaleString("en-GB")} tokens`;
  if (neurons === null || features === null) return `Measured ${on}.`;
  return `Median purity of all neurons here ${neurons.toFixed(2)}, of all features ${features.toFixed(2)}, ${on}.`;
}
function featureSide(ui, { features, explained }, actions) {
  let before = 0;
  const rows = features.map((each) => {
    const gain = each.share - before;
    before = each.share;
    return featureRow(ui, each, gain, actions);
  });
  return h(
    ui,
    "div",
    { class: "saec-neuron-features" },
    h(
      ui,
      "div",
      { class: "saec-card-caption" },
      h(ui, "span", { class: "saec-subtitle", text: "Features that it is mixed from" }),
      h(ui, "span", { class: "saec-hint", text: `together ${percent(explained)} of its activation` })
    ),
    ...rows,
    rows.length === 0 && h(ui, "p", { class: "saec-hint", text: "None fires where the neuron does." })
  );
}
function featureRow(ui, each, gain, actions) {
  const fill = h(ui, "span", { class: "saec-row-bar saec-bar-positive" });
  fill.style.width = `${(100 * Math.max(0, Math.min(1, gain))).toFixed(1)}%`;
  const chips = each.tokens.slice(0, CHIPS).map(([token, share]) => {
    const chip = h(ui, "bdi", { class: "saec-heat", text: showToken(token) });
    chip.style.setProperty("--saec-heat-share", `${Math.round(Math.min(85, 25 + 200 * share))}%`);
    chip.title = `${showToken(token)}  ${percent(share)}`;
    return chip;
  }).flatMap((chip) => [chip, " "]);
  const name = `${visible(each.label)}: ${percent(gain)} more of the neuron, ${purityText(each)}`;
  const button = h(
    ui,
    "button",
    {
      class: "saec-split-row",
      title: `${each.feature}: shows its card`,
      attrs: { "aria-pressed": "false", "aria-label": name },
      on: { click: () => actions.select(each.feature) }
    },
    fill,
    h(
      ui,
      "span",
      { class: "saec-split-name" },
      h(ui, "bdi", { class: "saec-token-name", text: visible(each.label) }),
      h(ui, "span", { class: "saec-number saec-caption", text: `+${percent(gain)}` }),
      purityBadge(ui, each)
    ),
    h(ui, "span", { class: "saec-split-tokens" }, ...chips)
  );
  button.dataset.feature = each.feature;
  return button;
}
function purityBadge(ui, unit) {
  const kind = unit.kinds[0]?.[0];
  return h(ui, "span", {
    class: "saec-purity",
    text: purityText(unit),
    title: kind ? `Its favourite kind, ${visible(kind)}, has this share, all kinds counted as equally frequent` : "It fires on words of no known kind"
  });
}
function purityText({ purity, kinds }) {
  if (purity === null || purity === void 0) return "purity –";
  return `purity ${format(purity)}${kinds[0] ? ` (${visible(kinds[0][0])})` : ""}`;
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

// src/card/python.ts
var nameFeature = (feature, label) => `lab.set_label(${literal(feature)}, ${literal(label)})`;

// src/model/expect.ts
var isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
function expectRecord(name, value, fields = []) {
  if (value === null || value === void 0) return null;
  if (isRecord(value) && fields.every((field) => field in value)) return value;
  throw new TypeError(`“${name}” is not the record that it should be`);
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

// src/disentangle/decode.ts
function decodeToy(trait) {
  const given = expectRecord("toy", trait);
  if (!given || Object.keys(given).length === 0) return null;
  const known = expectRecord("toy", trait, ["levels", "features", "neurons", "weight"]);
  if (!known) return null;
  const toy = {
    levels: typed(known.levels, Float32Array),
    features: known.features,
    neurons: known.neurons,
    importance: typed(known.importance, Float32Array),
    weight: typed(known.weight, Float32Array),
    bias: typed(known.bias, Float32Array),
    loss: typed(known.loss, Float32Array),
    found: null
  };
  const { levels, features, neurons } = toy;
  const fits = levels.length > 0 && features > 0 && neurons > 0 && toy.weight.length === levels.length * neurons * features && toy.bias.length === levels.length * features && toy.importance.length === features && toy.loss.length === levels.length;
  if (!fits) throw new RangeError("columns of “toy” do not fit each other");
  if (known.found) toy.found = decodeFound(known.found, toy);
  return toy;
}
function decodeFound(trait, { levels, features, neurons }) {
  const found = {
    latents: 0,
    decoder: typed(trait.decoder, Float32Array),
    alive: typed(trait.alive, Uint8Array),
    k: typed(trait.k, Int32Array),
    unexplained: typed(trait.unexplained, Float32Array),
    cosine: typed(trait.cosine, Float32Array),
    tracks: typed(trait.tracks, Float32Array),
    purity: typed(trait.purity, Float32Array)
  };
  found.latents = found.alive.length / levels.length;
  const fits = Number.isInteger(found.latents) && found.decoder.length === found.alive.length * neurons && found.tracks.length === 2 * levels.length * features && found.purity.length === 2 * levels.length;
  if (!fits) throw new RangeError("columns of “found” do not fit each other");
  return found;
}
function direction({ weight, neurons, features }, level, feature) {
  return Array.from(
    { length: neurons },
    (_, neuron) => weight[(level * neurons + neuron) * features + feature] ?? 0
  );
}
var sizeOf = (vector) => Math.hypot(...vector);
function kept(toy, level) {
  return Array.from({ length: toy.features }, (_, i) => sizeOf(direction(toy, level, i)) > 0.5);
}
function gram(toy, level) {
  const rows = Array.from({ length: toy.features }, (_, i) => direction(toy, level, i));
  return rows.map((a) => rows.map((b) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)));
}
function followed(toy, level, of) {
  const { found, features } = toy;
  if (!found) return Number.NaN;
  const from = (2 * level + (of === "neurons" ? 0 : 1)) * features;
  const counted = kept(toy, level).flatMap((is, i) => is ? [found.tracks[from + i] ?? 0] : []);
  return counted.length > 0 ? counted.reduce((a, b) => a + b, 0) / counted.length : Number.NaN;
}
function latents({ found, neurons }, level) {
  if (!found) return [];
  return Array.from({ length: found.latents }, (_, i) => level * found.latents + i).filter((row) => found.alive[row] === 1).map((row) => [...found.decoder.slice(row * neurons, (row + 1) * neurons)]);
}

// src/disentangle/python.ts
function open({ features, neurons, decay, seed }, withLab) {
  const toy = `sc.ToySettings(features=${features}, neurons=${neurons}, decay=${number(decay)}, seed=${seed})`;
  return `widget = sc.Disentangler(${withLab ? "lab, " : ""}toy=${toy})`;
}
var setLevel = (level) => `widget.level = ${level}`;
function split(dictionary, neuron) {
  return `widget.split(${literal(dictionary)}${neuron === null ? "" : `, ${neuron}`})`;
}
var setFeature = (feature) => `widget.feature = ${feature === null ? "None" : literal(feature)}`;

// src/disentangle/state.ts
var initialState = () => ({ toy: null, level: 0, neuron: null, feature: null, code: "" });
function createActions({ save, ask, model }, store, status) {
  const withLab = () => (model.get("places") ?? []).length > 0;
  return {
    setLevel(level) {
      save("level", level);
      store.set({ code: setLevel(level) });
    },
    train(settings) {
      const { levels: _, ...fields } = settings;
      const asked = status.run("Training toy models", "train", fields);
      void asked.then((answer) => answer && store.set({ code: open(settings, withLab()) }));
    },
    stop() {
      void ask("cancel", { of: "first" }).catch(() => {
      });
    },
    split(dictionary, neuron) {
      const asked = status.run("Taking a neuron apart", "neuron", { dictionary, neuron });
      void asked.then((answer) => answer && store.set({ code: split(dictionary, neuron) }));
    },
    select(feature) {
      save("feature", feature);
      store.set({ code: setFeature(feature) });
    },
    async rename(feature, label) {
      await ask("label", { feature, label });
      store.set({ code: nameFeature(feature, label.trim()) });
    }
  };
}
function followTraits({ model, follow }, store) {
  follow(["toy"], () => {
    store.set({ toy: null });
    const toy = decodeToy(model.get("toy"));
    store.set({ toy, level: within(model.get("level"), toy) });
  });
  follow(["level"], () => store.set({ level: within(model.get("level"), store.get().toy) }));
  follow(["neuron"], () => {
    store.set({ neuron: null });
    const neuron = model.get("neuron");
    if (!isRecord(neuron) || Object.keys(neuron).length === 0) return;
    store.set({ neuron: checked(neuron) });
  });
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
}
function checked(neuron) {
  const units = [neuron.unit, ...Array.isArray(neuron.features) ? neuron.features : [null]];
  const fits = units.every(
    (unit) => isRecord(unit) && Array.isArray(unit.tokens) && Array.isArray(unit.kinds)
  );
  if (!fits || !Array.isArray(neuron.medians))
    throw new TypeError("“neuron” is not the record that it should be");
  return neuron;
}
function within(level, toy) {
  const last = (toy?.levels.length ?? 1) - 1;
  return typeof level === "number" && Number.isInteger(level) ? Math.max(0, Math.min(last, level)) : last;
}

// src/chart/series.ts
var round = (value) => Math.round(value * 10) / 10;

// src/disentangle/arrows.ts
var SIZE = 230;
var REACH = 1.5;
var BEYOND = 1.38;
var HEAD = 7;
function directions(ui, toy, level) {
  return toy.neurons === 2 ? plane(ui, toy, level) : lengths(ui, toy, level);
}
function plane(ui, toy, level) {
  const middle = SIZE / 2;
  const at = (value) => middle + value / REACH * (middle - 14);
  const features = Array.from({ length: toy.features }, (_, i) => direction(toy, level, i));
  const axis = (x1, y1, x2, y2) => s(ui, "line", { class: "saec-notch", x1, y1, x2, y2 });
  const marks = [
    axis(8, middle, SIZE - 8, middle),
    axis(middle, 8, middle, SIZE - 8),
    s(ui, "circle", { class: "saec-toy-unit", cx: middle, cy: middle, r: round(at(1) - middle) })
  ];
  for (const [x = 0, y = 0] of latents(toy, level))
    marks.push(
      s(ui, "line", {
        class: "saec-toy-latent",
        x1: middle,
        y1: middle,
        x2: round(at(BEYOND * x)),
        y2: round(at(-BEYOND * y))
      })
    );
  for (const [i, [x = 0, y = 0]] of features.entries()) {
    const size = Math.hypot(x, y);
    if (size < 0.04) continue;
    marks.push(arrow(ui, middle, at(x), at(-y)));
    const [dx, dy] = [0.12 * y / size, -0.12 * x / size];
    marks.push(
      s(
        ui,
        "text",
        {
          class: "saec-toy-number",
          x: round(at(0.82 * x + dx)),
          y: round(at(-0.82 * y - dy) + 4),
          "text-anchor": "middle"
        },
        String(i + 1)
      )
    );
  }
  const told2 = features.map((each, i) => `${i + 1}: ${each.map(format).join(", ")}`).join("; ");
  return picture(ui, SIZE, `Directions of the features in the plane of the two neurons. ${told2}`, marks);
}
function arrow(ui, middle, x, y) {
  const angle = Math.atan2(y - middle, x - middle);
  const size = Math.min(HEAD, Math.hypot(x - middle, y - middle));
  const wing = (turn) => `L${round(x - size * Math.cos(angle + turn))},${round(y - size * Math.sin(angle + turn))}`;
  const d = `M${round(middle)},${round(middle)}L${round(x)},${round(y)}M${round(x)},${round(y)}${wing(0.45)}M${round(x)},${round(y)}${wing(-0.45)}`;
  return s(ui, "path", { class: "saec-toy-arrow", d });
}
function lengths(ui, toy, level) {
  const products = gram(toy, level);
  const sizes = products.map((row, i) => Math.sqrt(row[i] ?? 0));
  const shared = products.map((row, i) => {
    const own = row[i] ?? 0;
    return own > 1e-6 ? row.reduce((sum, value, j) => sum + (i === j ? 0 : value ** 2), 0) / own : 0;
  });
  const step2 = Math.min(26, (SIZE - 26) / toy.features);
  const most = Math.max(1.25, ...sizes, ...shared);
  const scale = (value) => value / most * (SIZE - 34);
  const every = Math.ceil(toy.features / 14);
  const marks = sizes.flatMap((size, i) => {
    const y = 20 + i * step2;
    const bar = (kind, value, top) => s(ui, "rect", {
      class: kind,
      x: 24,
      y: round(y + top),
      width: round(Math.max(0.5, scale(value))),
      height: round(step2 * 0.38)
    });
    const name = s(
      ui,
      "text",
      { class: "saec-tick", x: 19, y: round(y + step2 * 0.4 + 3.5), "text-anchor": "end" },
      i % every === 0 ? String(i + 1) : ""
    );
    return [name, bar("saec-toy-length", size, 0), bar("saec-toy-shared", shared[i] ?? 0, step2 * 0.4)];
  });
  marks.push(
    s(ui, "line", { class: "saec-notch", x1: 24 + scale(1), x2: 24 + scale(1), y1: 14, y2: SIZE - 4 }),
    s(ui, "text", { class: "saec-tick", x: 24 + scale(1), y: 11, "text-anchor": "middle" }, "1")
  );
  const told2 = sizes.map((size, i) => `${i + 1}: ${format(size)}`).join("; ");
  return picture(ui, SIZE, `Lengths of the features' directions. ${told2}`, marks);
}
function heat(ui, toy, level) {
  const rows = gram(toy, level);
  const cell = (SIZE - 22) / toy.features;
  const marks = rows.flatMap(
    (row, i) => row.flatMap((value, j) => {
      const box = {
        x: round(20 + j * cell),
        y: round(18 + i * cell),
        width: round(cell - 1),
        height: round(cell - 1)
      };
      const share = Math.min(1, Math.abs(value));
      const kind = value >= 0 ? "saec-toy-plus" : "saec-toy-minus";
      const marks2 = [s(ui, "rect", { class: kind, "fill-opacity": share.toFixed(3), ...box })];
      marks2[0]?.append(s(ui, "title", {}, `${j + 1} in, ${i + 1} out: ${format(value)}`));
      if (value < -0.15 && cell > 9) {
        const y = round(box.y + box.height / 2);
        const x = box.x + box.width / 2;
        marks2.push(
          s(ui, "line", { class: "saec-toy-dash", x1: round(x - 3), x2: round(x + 3), y1: y, y2: y })
        );
      }
      return marks2;
    })
  );
  const every = Math.ceil(toy.features / 10);
  for (let i = 0; i < toy.features; i += every) {
    const middle = (i + 0.5) * cell;
    marks.push(
      s(
        ui,
        "text",
        { class: "saec-tick", x: round(20 + middle), y: 12, "text-anchor": "middle" },
        String(i + 1)
      ),
      s(
        ui,
        "text",
        { class: "saec-tick", x: 15, y: round(21 + middle), "text-anchor": "end" },
        String(i + 1)
      )
    );
  }
  return picture(ui, SIZE, "W transposed times W, feature by feature", marks);
}
function picture(ui, size, label, marks) {
  return s(
    ui,
    "svg",
    {
      class: "saec-plot saec-toy-picture",
      width: size,
      height: size,
      viewBox: `0 0 ${size} ${size}`,
      role: "img",
      "aria-label": label
    },
    ...marks
  );
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
var minus = (text) => text.replace("-", "−");

// src/disentangle/describe.ts
function sparsityName(sparsity) {
  return String(Number(sparsity.toFixed(3)));
}
function levelText(toy, level) {
  const sparsity = toy.levels[level] ?? 0;
  const off = sparsity === 0 ? "every feature is always on" : `a feature is off ${percent(sparsity)} of the time`;
  return `${sparsityName(sparsity)}: ${off}`;
}
function story(toy, level) {
  const count = kept(toy, level).filter(Boolean).length;
  const { neurons, features } = toy;
  const room = count > neurons ? `${count} of ${features} features share ${neurons} neurons: each neuron is mixed from several.` : `Only ${count} of ${features} features are kept, no more than there are neurons.`;
  const [by, found] = [followed(toy, level, "neurons"), followed(toy, level, "latents")];
  if (!Number.isFinite(by)) return `${room} The autoencoder is not trained yet.`;
  return `${room} The best neuron follows a feature with a correlation of ${by.toFixed(2)}, the best latent of the autoencoder with ${found.toFixed(2)}.`;
}

// src/disentangle/curves.ts
var HEIGHT2 = 112;
function curves(ui, store, actions) {
  const first = s(ui, "svg", { class: "saec-plot", height: HEIGHT2, role: "img" });
  const second = s(ui, "svg", { class: "saec-plot", height: HEIGHT2 + 18, role: "img" });
  const key = (kind, text) => h(ui, "span", { class: "saec-toy-key" }, h(ui, "span", { class: `saec-toy-swatch ${kind}` }), text);
  const element = h(
    ui,
    "div",
    { class: "saec-toy-curves" },
    h(ui, "div", { class: "saec-subtitle", text: "Features kept" }),
    first,
    h(
      ui,
      "div",
      { class: "saec-card-caption" },
      h(ui, "span", { class: "saec-subtitle", text: "Does one unit follow one feature?" }),
      key("saec-toy-tangled", "best neuron"),
      key("saec-toy-found", "best latent")
    ),
    second
  );
  let width = 0;
  function draw({ toy, level }) {
    first.replaceChildren();
    second.replaceChildren();
    if (!toy || width === 0) return;
    const all = [...toy.levels.keys()];
    const counts = all.map((at) => kept(toy, at).filter(Boolean).length);
    plot(first, toy, level, { low: 0, high: toy.features }, false, [
      { kind: "saec-toy-count", values: counts }
    ]);
    const lines = [
      { kind: "saec-toy-tangled", values: all.map((at) => followed(toy, at, "neurons")) },
      { kind: "saec-toy-found", values: all.map((at) => followed(toy, at, "latents")) }
    ];
    plot(second, toy, level, { low: 0, high: 1 }, true, lines);
    first.setAttribute("aria-label", `Features kept: ${told(toy, counts, 0)}`);
    const [neurons, latents2] = lines.map(({ values }) => told(toy, values, 2));
    second.setAttribute(
      "aria-label",
      `Correlation of the best neuron: ${neurons}; of the best latent: ${latents2}`
    );
  }
  function plot(svg, toy, level, range, named2, lines) {
    const height = HEIGHT2 + (named2 ? 18 : 0);
    const box = { width, height, left: 30, right: 12, top: 8, bottom: named2 ? 36 : 20 };
    const bottom = height - box.bottom;
    const y = linear(range, bottom, box.top, 3);
    const step2 = (width - box.left - box.right) / Math.max(1, toy.levels.length - 1);
    const x = (at) => box.left + at * step2;
    svg.setAttribute("width", String(width));
    for (const tick of y.ticks) {
      const at = round(y.at(tick.value));
      svg.append(
        s(ui, "line", { class: "saec-grid", x1: box.left, x2: width - box.right, y1: at, y2: at }),
        s(ui, "text", { class: "saec-tick", x: box.left - 5, y: at + 3.5, "text-anchor": "end" }, tick.text)
      );
    }
    svg.append(
      s(ui, "line", { class: "saec-toy-here", x1: x(level), x2: x(level), y1: box.top, y2: bottom })
    );
    if (!named2) reference(svg, toy, y, box);
    for (const { kind, values } of lines) svg.append(...line2(kind, values, x, y));
    for (const [at, sparsity] of toy.levels.entries()) {
      const text = s(
        ui,
        "text",
        { class: "saec-tick saec-toy-level", x: round(x(at)), y: bottom + 14, "text-anchor": "middle" },
        sparsityName(sparsity)
      );
      text.addEventListener("click", () => actions.setLevel(at));
      svg.append(text);
    }
    if (named2)
      svg.append(
        s(
          ui,
          "text",
          { class: "saec-axis-name", x: box.left, y: height - 4 },
          "sparsity: how often a feature is off"
        )
      );
  }
  function reference(svg, toy, y, box) {
    const at = round(y.at(toy.neurons));
    svg.append(
      s(ui, "line", { class: "saec-toy-neurons", x1: box.left, x2: width - box.right, y1: at, y2: at }),
      s(
        ui,
        "text",
        { class: "saec-tick", x: width - box.right, y: at + 12, "text-anchor": "end" },
        `${toy.neurons} neurons`
      )
    );
  }
  function line2(kind, values, x, y) {
    const points = values.flatMap(
      (value, at) => Number.isFinite(value) ? [{ cx: round(x(at)), cy: round(y.at(value)) }] : []
    );
    const d = points.map(({ cx, cy }) => `${cx},${cy}`).join("L");
    return [
      s(ui, "path", { class: `saec-line ${kind}`, d: d ? `M${d}` : "" }),
      ...points.map((point) => s(ui, "circle", { class: `saec-toy-dot ${kind}`, r: 3, ...point }))
    ];
  }
  store.watch(["toy", "level"], draw);
  followWidth(ui, element, 280, (room) => {
    width = room;
    draw(store.get());
  });
  return element;
}
function told(toy, values, digits) {
  return values.map(
    (value, at) => `${sparsityName(toy.levels[at] ?? 0)}: ${Number.isFinite(value) ? value.toFixed(digits) : "–"}`
  ).join(", ");
}

// src/disentangle/toy.ts
var DEFAULTS = { features: 5, neurons: 2, decay: 0.9, seed: 0, levels: [] };
function toyPanel(stand, store, actions) {
  const { ui } = stand;
  const plane2 = h(ui, "div", { class: "saec-toy-frame" });
  const planeTitle = h(ui, "div", { class: "saec-subtitle" });
  const key = h(ui, "div", { class: "saec-caption saec-toy-legend" });
  const products = h(ui, "div", { class: "saec-toy-frame" });
  const text = h(ui, "p", { class: "saec-toy-story", attrs: { "aria-live": "polite" } });
  const body = h(
    ui,
    "div",
    { class: "saec-toy-body" },
    h(ui, "div", { class: "saec-toy-part" }, planeTitle, plane2, key),
    h(
      ui,
      "div",
      { class: "saec-toy-part" },
      h(ui, "div", { class: "saec-subtitle", text: "What comes out: WᵀW" }),
      products,
      h(ui, "div", { class: "saec-caption", text: "blue adds, orange with a dash takes away" })
    ),
    curves(ui, store, actions)
  );
  const empty = h(ui, "p", { class: "saec-empty", text: "The toy models are not trained yet." });
  store.watch(["toy", "level"], ({ toy, level }) => {
    body.hidden = text.hidden = toy === null;
    empty.hidden = toy !== null;
    plane2.replaceChildren();
    products.replaceChildren();
    if (!toy) return;
    planeTitle.textContent = toy.neurons === 2 ? "Features among the neurons" : "Length of each feature";
    key.replaceChildren(...legend(ui, toy.neurons === 2, toy.found !== null));
    plane2.append(directions(ui, toy, level));
    products.append(heat(ui, toy, level));
    text.textContent = story(toy, level);
  });
  return h(
    ui,
    "section",
    { class: "saec-toy", attrs: { "aria-label": "A toy model" } },
    h(
      ui,
      "div",
      { class: "saec-toy-head" },
      h(ui, "h3", { class: "saec-title", text: "A toy: more features than neurons" }),
      settingsForm(stand, actions)
    ),
    slider(ui, store, actions),
    body,
    empty,
    text
  );
}
function legend(ui, plane2, found) {
  const entry = (kind, text) => h(ui, "span", { class: "saec-toy-key" }, h(ui, "span", { class: `saec-toy-swatch ${kind}` }), text);
  const axes = h(ui, "span", { text: "across: neuron 1 · up: neuron 2" });
  if (!plane2) return [entry("saec-toy-length", "length"), entry("saec-toy-shared", "shared with others")];
  return [
    axes,
    entry("saec-toy-arrow-key", "feature"),
    ...found ? [entry("saec-toy-latent-key", "found by the autoencoder")] : []
  ];
}
function settingsForm({ ui, model, follow }, actions) {
  const box = (name, label, attrs) => {
    const input = h(ui, "input", {
      class: `saec-input saec-toy-input saec-set-${name}`,
      attrs: { type: "number", "aria-label": label, ...attrs }
    });
    return {
      input,
      element: h(
        ui,
        "label",
        { class: "saec-field" },
        input,
        h(ui, "span", { class: "saec-caption", text: label })
      )
    };
  };
  const features = box("features", "features", { min: 2, max: 40, step: 1 });
  const neurons = box("neurons", "neurons", { min: 1, max: 39, step: 1 });
  const decay = box("decay", "decay of importance", { min: 0.1, max: 1, step: 0.05 });
  const seed = box("seed", "seed", { min: 0, step: 1 });
  const settings = () => ({ ...DEFAULTS, ...model.get("settings") });
  const button = h(ui, "button", {
    class: "saec-button saec-toy-train",
    text: "Train",
    attrs: { type: "submit" }
  });
  const stop = h(ui, "button", {
    class: "saec-button saec-toy-stop",
    text: "Stop",
    title: "Stop the training that began with the widget",
    on: { click: () => actions.stop() }
  });
  const form = h(
    ui,
    "form",
    {
      class: "saec-toy-settings",
      on: {
        submit(event) {
          event.preventDefault();
          actions.train({
            levels: settings().levels,
            features: Math.round(Number(features.input.value)),
            neurons: Math.round(Number(neurons.input.value)),
            decay: Number(decay.input.value),
            seed: Math.round(Number(seed.input.value))
          });
        }
      }
    },
    features.element,
    neurons.element,
    decay.element,
    seed.element,
    button,
    stop
  );
  follow(["settings"], () => {
    const known = settings();
    for (const [name, { input }] of Object.entries({ features, neurons, decay, seed }))
      input.value = String(known[name]);
  });
  follow(["live", "busy"], () => {
    form.hidden = !model.get("live");
    stop.hidden = !model.get("busy");
  });
  return form;
}
function slider(ui, store, actions) {
  const input = h(ui, "input", {
    class: "saec-slider saec-toy-slider",
    attrs: { type: "range", min: 0, step: 1, "aria-label": "Sparsity" },
    on: { input: () => actions.setLevel(Number(input.value)) }
  });
  const name = h(ui, "span", { class: "saec-toy-sparsity" });
  store.watch(["toy", "level"], ({ toy, level }) => {
    input.disabled = toy === null;
    name.textContent = toy ? levelText(toy, level) : "";
    if (!toy) return;
    input.max = String(toy.levels.length - 1);
    input.value = String(level);
    input.setAttribute("aria-valuetext", `Sparsity ${levelText(toy, level)}`);
  });
  return h(
    ui,
    "label",
    { class: "saec-toy-levels" },
    h(ui, "span", { class: "saec-caption", text: "dense" }),
    input,
    h(ui, "span", { class: "saec-caption", text: "sparse" }),
    h(ui, "span", {}, h(ui, "span", { class: "saec-caption", text: "sparsity " }), name)
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
function lastAction(ui, store) {
  const title = "Copy the Python that does the last action";
  const strip = codeStrip(ui, [{ text: "Copy as Python", title, content: () => store.get().code }]);
  store.watch(["code"], ({ code }) => {
    strip.element.hidden = code === "";
    strip.show(code);
  });
  return strip.element;
}

// src/status.ts
function statusLine(stand) {
  const { model, ui, ask, kernel, follow, save } = stand;
  const common = model;
  const open2 = /* @__PURE__ */ new Map();
  let own = null;
  const view = statusView(ui, {
    stop() {
      for (const { stop } of [...open2.values()]) stop.abort();
    },
    dismiss() {
      own = null;
      if (common.get("error")) save("error", null);
      show();
    }
  });
  function show() {
    const [first] = open2.values();
    const gone = kernel.gone();
    const what = gone ? "" : common.get("busy") || first?.what || "";
    view.show({
      what,
      share: common.get("progress") ?? null,
      stoppable: open2.size > 0,
      failure: gone ?? own ?? common.get("error") ?? null,
      lasting: gone !== null
    });
  }
  follow(["busy", "progress", "error"], show);
  kernel.follow(show);
  return {
    element: view.element,
    async run(what, type, fields = {}) {
      open2.get(type)?.stop.abort();
      const mine = { stop: new AbortController(), what };
      open2.set(type, mine);
      own = null;
      show();
      try {
        return await runOnce(ask, type, fields, mine.stop.signal);
      } catch (error) {
        if (!(error instanceof Superseded)) own = asFailure(error);
        return null;
      } finally {
        if (open2.get(type) === mine) open2.delete(type);
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

// src/disentangler.ts
function build(stand) {
  const { model, ui, root, follow, onClean, attempt } = stand;
  const store = createStore(initialState(), attempt);
  onClean(store.close);
  const status = statusLine(stand);
  const actions = createActions(stand, store, status);
  followTraits(stand, store);
  const code = lastAction(ui, store);
  const evidence = h(ui, "section", {
    class: "saec-split-evidence",
    attrs: { "aria-label": "The selected feature" }
  });
  root.append(
    status.element,
    toyPanel(stand, store, actions),
    neuronPanel(stand, store, actions),
    evidence,
    code
  );
  follow(["feature", "card", "live"], () => {
    const [feature, card] = [model.get("feature") ?? null, model.get("card") ?? null];
    const tools = { go: actions.select, rename: actions.rename };
    showCard(ui, evidence, { feature, card, live: Boolean(model.get("live")) }, tools);
  });
}
var disentangler_default = mount(build, "saec-disentangler");
export {
  disentangler_default as default
};
