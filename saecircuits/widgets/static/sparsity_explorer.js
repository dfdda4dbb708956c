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
    const alike2 = [...root.getElementsByClassName(last.getAttribute("class") ?? "")];
    const [heir = fallback, second] = alike2.filter((element) => !element.closest(GONE));
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

// src/sparsity/rows.ts
function fires(view, cell, level) {
  const at = view.levels[level];
  if (!at || view.rowMember[view.row[cell] ?? 0] !== at.member) return false;
  return at.k === 0 || (view.rank[cell] ?? 0) < at.k;
}
function cellsByRow(view, level) {
  const member = view.levels[level]?.member ?? 0;
  const found = view.features.map(() => []);
  for (const [cell, row] of view.row.entries()) if (view.rowMember[row] === member) found[row]?.push(cell);
  return found;
}
function orderRows(view, level, order) {
  const cells = cellsByRow(view, level);
  const rows = [...cells.keys()].filter((row) => (cells[row]?.length ?? 0) > 0);
  const strength = rowStrengths(view, cells);
  const stronger = (a, b) => (strength[b] ?? 0) - (strength[a] ?? 0) || a - b;
  if (order === "strongest") return rows.sort(stronger);
  if (order === "first") {
    const first = (row) => Math.min(...(cells[row] ?? []).map((cell) => view.token[cell] ?? 0));
    return rows.sort((a, b) => first(a) - first(b) || stronger(a, b));
  }
  return alike(view, cells, rows.sort(stronger));
}
function rowStrengths(view, cells) {
  return Float64Array.from(
    cells,
    (row) => row.reduce((sum, cell) => sum + 1 / (1 + (view.rank[cell] ?? 0)), 0)
  );
}
function alike(view, cells, rows) {
  const vectors = new Map(
    rows.map((row) => {
      const vector = new Float64Array(view.tokens.length);
      for (const cell of cells[row] ?? []) vector[view.token[cell] ?? 0] = view.value[cell] ?? 0;
      const size = Math.hypot(...vector) || 1;
      return [row, vector.map((value) => value / size)];
    })
  );
  const left = new Set(rows);
  const chain = [];
  let at = rows[0];
  while (at !== void 0) {
    left.delete(at);
    chain.push(at);
    const here = vectors.get(at);
    let best;
    let cosine = 0;
    for (const row of left) {
      const there = vectors.get(row);
      let dot = 0;
      for (let i = 0; i < view.tokens.length; i++) dot += (here?.[i] ?? 0) * (there?.[i] ?? 0);
      if (dot > cosine + 1e-12) [best, cosine] = [row, dot];
    }
    at = best ?? left.values().next().value;
  }
  return chain;
}
function firing(view, ordered, level) {
  const on = /* @__PURE__ */ new Set();
  for (let cell = 0; cell < view.row.length; cell++)
    if (fires(view, cell, level)) on.add(view.row[cell] ?? 0);
  return ordered.filter((row) => on.has(row));
}
function errorAt(view, level, token) {
  return view.errors[level * view.tokens.length + token] ?? Number.NaN;
}

// src/sparsity/describe.ts
function levelName(view, level) {
  if (view.members.length > 1) return visible(view.members[level.member] ?? "");
  return level.k === 0 ? "all that fire" : `k = ${level.k}`;
}
function costs({ l0, fvu }) {
  const explained = Number.isFinite(fvu) ? `${percentFine(1 - fvu)} of the variance explained` : "nothing varies";
  return `${l0 < 10 ? l0.toFixed(1) : Math.round(l0)} features a token · ${explained}`;
}
function percentFine(share) {
  if (!Number.isFinite(share)) return "–";
  const rest = 1 - share;
  const digits = rest > 0.095 || rest <= 0 ? 0 : rest > 95e-4 ? 1 : 2;
  return `${(100 * share).toFixed(digits).replace("-", "−")} %`;
}
function cellText(view, level, row, token) {
  const where = `“${showToken(view.tokens[token] ?? "")}”`;
  const cell = findCell(view, row, token);
  if (cell < 0) return `${where}: does not fire`;
  const at = view.levels[level];
  const rank = (view.rank[cell] ?? 0) + 1;
  const value = `${where}: ${format(view.value[cell] ?? Number.NaN)}, ${ordinal(rank)} of its token`;
  return at && at.k > 0 && rank > at.k ? `${value}, cut off at ${levelName(view, at)}` : value;
}
function tokenText(view, level, token) {
  return `“${showToken(view.tokens[token] ?? "")}”: ${percent(errorAt(view, level, token))} of its length is missed`;
}
function findCell(view, row, token) {
  return view.row.findIndex((each, cell) => each === row && view.token[cell] === token);
}
function ordinal(rank) {
  const names = ["th", "st", "nd", "rd"];
  const tens = rank % 100;
  return `${rank}${(tens > 10 && tens < 14 ? "th" : names[rank % 10]) ?? "th"}`;
}

// src/sparsity/controls.ts
var ORDERS = {
  strongest: "strongest first",
  first: "first firing first",
  alike: "like beside like"
};
function controls({ ui, model, follow }, store, actions) {
  const prompts = h(ui, "textarea", {
    class: "saec-input saec-sparse-prompts",
    attrs: { rows: 2, "aria-label": "Prompts, one a line. Enter reads them.", spellcheck: "false" },
    on: {
      keydown(event) {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        read();
      }
    }
  });
  const dictionary = h(ui, "select", {
    class: "saec-input saec-sparse-dictionary",
    attrs: { "aria-label": "Dictionary" },
    on: { change: () => read() }
  });
  const order = h(
    ui,
    "select",
    {
      class: "saec-input saec-sparse-order",
      attrs: { "aria-label": "Order of the rows" },
      on: { change: () => actions.setOrder(order.value) }
    },
    ...Object.entries(ORDERS).map(([value, text]) => h(ui, "option", { text, attrs: { value } }))
  );
  const button = h(ui, "button", {
    class: "saec-button saec-sparse-read",
    text: "Read",
    title: "Read these prompts (Enter; Shift+Enter begins another prompt)",
    on: { click: () => read() }
  });
  function read() {
    const texts = prompts.value.split("\n").map((text) => text.trim()).filter(Boolean);
    if (texts.length > 0) actions.show(texts, dictionary.value);
  }
  follow(["prompts"], () => {
    const texts = model.get("prompts") ?? [];
    prompts.value = Array.isArray(texts) ? texts.map((text) => visible(String(text))).join("\n") : "";
    prompts.rows = Math.max(2, Math.min(5, Array.isArray(texts) ? texts.length : 2));
  });
  follow(["choices", "dictionary"], () => {
    const choices = model.get("choices") ?? [];
    const names = Array.isArray(choices) ? choices.map(String) : [];
    dictionary.replaceChildren(
      ...names.map((name) => h(ui, "option", { text: visible(name), attrs: { value: name } }))
    );
    dictionary.value = String(model.get("dictionary") ?? "");
    dictionary.hidden = names.length < 2;
  });
  follow(["order"], () => {
    order.value = store.get().order;
  });
  follow(["live"], () => {
    const live = Boolean(model.get("live"));
    prompts.readOnly = !live;
    button.hidden = !live;
    dictionary.disabled = !live;
  });
  return h(
    ui,
    "div",
    { class: "saec-sparse-head" },
    prompts,
    h(ui, "div", { class: "saec-sparse-choices" }, button, dictionary, order)
  );
}
function levelSlider(ui, store, actions) {
  const slider = h(ui, "input", {
    class: "saec-slider saec-sparse-slider",
    attrs: { type: "range", min: 0, step: 1, "aria-label": "Features that may fire at a token" },
    on: { input: () => actions.setLevel(Number(slider.value)) }
  });
  const name = h(ui, "span", { class: "saec-sparse-level" });
  const text = h(ui, "span", { class: "saec-caption saec-sparse-text" });
  store.watch(["view", "level", "rows", "ordered"], ({ view, level, rows, ordered }) => {
    const at = view?.levels[level];
    slider.disabled = !view || view.levels.length < 2;
    if (!view || !at) {
      name.textContent = text.textContent = "";
      return;
    }
    slider.max = String(view.levels.length - 1);
    slider.value = String(level);
    const left = `${rows.length} of ${ordered.length} features are left here`;
    name.textContent = levelName(view, at);
    text.textContent = `${costs(at)} · ${left}`;
    slider.setAttribute("aria-valuetext", `${levelName(view, at)}: ${costs(at)}`);
  });
  return h(
    ui,
    "label",
    { class: "saec-sparse-levels" },
    h(ui, "span", { class: "saec-caption", text: "sparse" }),
    slider,
    h(ui, "span", { class: "saec-caption", text: "all" }),
    name,
    text
  );
}

// src/chart/series.ts
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
var minus = (text) => text.replace("-", "−");

// src/sparsity/curve.ts
var HEIGHT2 = 190;
function costCurve(ui, store, actions) {
  const svg = s(ui, "svg", { class: "saec-plot saec-sparse-curve", height: HEIGHT2, role: "img" });
  const note = h(ui, "p", { class: "saec-hint" });
  const element = h(
    ui,
    "div",
    { class: "saec-sparse-cost" },
    h(ui, "div", { class: "saec-subtitle", text: "What sparsity costs" }),
    svg,
    note
  );
  let width = 0;
  function draw({ view, level }) {
    svg.replaceChildren();
    if (width === 0 || !view) return;
    const box = { width, height: HEIGHT2, left: 38, right: 12, top: 10, bottom: 34 };
    const shown2 = view.levels.filter(({ l0, fvu }) => l0 > 0 && fvu > 0);
    const x = logarithmic(
      rangeOf(
        shown2.map(({ l0 }) => l0),
        true
      ),
      box.left,
      width - box.right,
      4
    );
    const y = logarithmic(
      rangeOf(
        shown2.map(({ fvu }) => fvu),
        true
      ),
      HEIGHT2 - box.bottom,
      box.top,
      4
    );
    const path = shown2.map(({ l0, fvu }) => `${round(x.at(l0))},${round(y.at(fvu))}`).join("L");
    const dots = view.levels.flatMap((each, i) => {
      if (!shown2.includes(each)) return [];
      const dot = s(ui, "circle", {
        class: i === level ? "saec-sparse-dot saec-on" : "saec-sparse-dot",
        cx: round(x.at(each.l0)),
        cy: round(y.at(each.fvu)),
        r: i === level ? 5.5 : 3.5
      });
      dot.append(s(ui, "title", {}, `${levelName(view, each)}: ${costs(each)}`));
      dot.addEventListener("click", () => actions.setLevel(i));
      return [dot];
    });
    svg.setAttribute("width", String(width));
    svg.setAttribute("aria-label", spoken(view));
    svg.replaceChildren(
      ...axes(ui, x, y, box),
      s(ui, "path", { class: "saec-line saec-sparse-path", d: path ? `M${path}` : "" }),
      ...dots,
      s(ui, "text", { class: "saec-axis-name", x: box.left, y: HEIGHT2 - 4 }, "features a token (L0)"),
      s(
        ui,
        "text",
        { class: "saec-axis-name", x: width - box.right, y: box.top + 9, "text-anchor": "end" },
        "not explained (FVU)"
      )
    );
    note.textContent = `Measured on ${visible(view.measuredOn)}, with the real decoder`;
  }
  store.watch(["view", "level"], draw);
  followWidth(ui, element, 250, (room) => {
    width = room;
    draw(store.get());
  });
  return element;
}
function spoken(view) {
  return `Cost of sparsity: ${view.levels.map((level) => `${levelName(view, level)}, ${costs(level)}`).join("; ")}`;
}

// src/sparsity/layout.ts
var ROW = 19;
var HEAD = 74;
var STRIP = 24;
var TOP = HEAD + STRIP + 8;
var GAP = 12;
var LEAN = 48;
var NARROW = 17;
var WIDE = 34;
function layOut(view, room) {
  const { tokens, prompt } = view;
  const gaps = GAP * (prompt.at(-1) ?? 0);
  const column = Math.max(NARROW, Math.min(WIDE, (room - gaps - LEAN) / Math.max(1, tokens.length)));
  const x = (token) => token * column + GAP * (prompt[token] ?? 0);
  return {
    column,
    width: Math.ceil(tokens.length * column + gaps + LEAN),
    x,
    tokenAt(at) {
      const found = tokens.findIndex((_, token) => at >= x(token) && at < x(token) + column);
      return found < 0 ? null : found;
    }
  };
}

// src/sparsity/marks.ts
var LONGEST2 = 12;
var FAINTEST = 0.14;
function headMarks(ui, view, layout, level) {
  const base = HEAD + STRIP;
  return view.tokens.flatMap((token, i) => {
    const x = layout.x(i);
    const middle = round2(x + layout.column / 2);
    const text = s(
      ui,
      "text",
      { class: "saec-sparse-token", transform: `translate(${middle + 3} ${HEAD - 5}) rotate(-52)` },
      shorten(showToken(token), LONGEST2)
    );
    const height = Math.max(1, STRIP * Math.min(1, errorAt(view, level, i)));
    const bar = s(ui, "rect", {
      class: "saec-sparse-missed",
      x: round2(x + 2),
      y: round2(base - height),
      width: round2(layout.column - 4),
      height: round2(height)
    });
    return [text, bar];
  });
}
function cellMarks(ui, view, layout, rows, level) {
  const place = new Map(rows.map((row, at) => [row, at]));
  const marks = [];
  for (const [cell, row] of view.row.entries()) {
    const at = place.get(row);
    if (at === void 0) continue;
    const box = {
      x: round2(layout.x(view.token[cell] ?? 0) + 1),
      y: TOP + at * ROW + 1,
      width: round2(layout.column - 2),
      height: ROW - 2,
      rx: 2
    };
    if (!fires(view, cell, level)) {
      marks.push(s(ui, "rect", { class: "saec-sparse-cut", ...box }));
      continue;
    }
    const share = (view.value[cell] ?? 0) / Math.max(view.most[row] ?? 0, 1e-12);
    const heat = FAINTEST + (1 - FAINTEST) * share;
    marks.push(s(ui, "rect", { class: "saec-sparse-cell", "fill-opacity": heat.toFixed(3), ...box }));
  }
  return marks;
}
function rowLines(ui, layout, rows) {
  return Array.from({ length: rows + 1 }, (_, at) => {
    const y = TOP + at * ROW;
    return s(ui, "line", { class: "saec-sparse-line", x1: 0, x2: layout.width, y1: y, y2: y });
  });
}
var round2 = (value) => Math.round(value * 10) / 10;

// src/sparsity/map.ts
var LABEL = 34;
var TIP_ROOM = 230;
function heatMap(ui, store, actions) {
  const labels = h(ui, "div", { class: "saec-sparse-labels" });
  const svg = s(ui, "svg", { class: "saec-sparse-svg", "aria-hidden": "true" });
  const cursor = s(ui, "rect", { class: "saec-sparse-cursor", rx: 2, height: ROW - 1 });
  const tip = h(ui, "div", { class: "saec-tooltip", attrs: { hidden: true, "aria-hidden": "true" } });
  const live = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const stage = h(
    ui,
    "div",
    {
      class: "saec-sparse-stage",
      attrs: {
        tabindex: 0,
        role: "group",
        "aria-label": "Features by tokens. The arrow keys go from cell to cell, Enter selects the feature."
      },
      on: {
        pointermove: (event) => actions.look(cellAt(event)),
        pointerleave: () => actions.look(null),
        blur: () => actions.look(null),
        click: (event) => choose(cellAt(event)?.row),
        keydown: pressed
      }
    },
    svg,
    tip,
    live
  );
  const more = h(ui, "button", {
    class: "saec-button saec-button-small saec-sparse-more",
    text: "More rows",
    on: { click: actions.more }
  });
  const none = h(ui, "p", { class: "saec-empty", text: "No feature fires here." });
  const element = h(
    ui,
    "div",
    { class: "saec-sparse-map" },
    h(ui, "div", { class: "saec-sparse-both" }, labels, stage),
    none,
    more
  );
  let layout = null;
  let room = 0;
  const drawn = ({ rows, most }) => rows.slice(0, most);
  function choose(place) {
    const { view, rows, feature } = store.get();
    const name = place === void 0 ? void 0 : view?.features[rows[place] ?? -1];
    if (name !== void 0) actions.select(name === feature ? null : name);
  }
  function cellAt({ clientX, clientY }) {
    const { left, top } = svg.getBoundingClientRect();
    const token = layout?.tokenAt(clientX - left) ?? null;
    const row = Math.floor((clientY - top - TOP) / ROW);
    if (token === null || row >= drawn(store.get()).length || clientY - top < HEAD) return null;
    return { row: Math.max(-1, row), token };
  }
  function pressed(event) {
    const { view, at } = store.get();
    if (!view) return;
    const across = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const down = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (across !== 0 || down !== 0) {
      const rows = drawn(store.get()).length;
      const next = at ? {
        row: limit(at.row + down, -1, rows - 1),
        token: limit(at.token + across, 0, view.tokens.length - 1)
      } : { row: 0, token: 0 };
      actions.look(next);
      say(store.get());
    } else if (event.key === "Enter" || event.key === " ") choose(at?.row);
    else if (event.key === "Escape" && at) actions.look(null);
    else if (event.key === "Escape" && store.get().feature !== null) actions.select(null);
    else return;
    event.preventDefault();
  }
  function textAt({ view, rows, level, at }) {
    if (!view || !at) return null;
    if (at.row < 0) return ["What is missed", tokenText(view, level, at.token)];
    const row = rows[at.row] ?? -1;
    return [visible(view.labels[row] ?? ""), cellText(view, level, row, at.token)];
  }
  function say(state) {
    live.textContent = textAt(state)?.join(": ") ?? "";
  }
  function draw(state) {
    const { view, level } = state;
    const rows = drawn(state);
    if (!view || room === 0) {
      layout = null;
      svg.replaceChildren();
      labels.replaceChildren();
      none.hidden = more.hidden = true;
      return;
    }
    layout = layOut(view, room);
    const height = TOP + rows.length * ROW + 2;
    svg.setAttribute("width", String(layout.width));
    svg.setAttribute("height", String(height));
    svg.replaceChildren(
      ...rowLines(ui, layout, rows.length),
      ...headMarks(ui, view, layout, level),
      ...cellMarks(ui, view, layout, rows, level),
      cursor
    );
    labels.replaceChildren(caption(), ...rows.map((row, place) => label(state, row, place)));
    none.hidden = rows.length > 0;
    more.hidden = state.rows.length <= rows.length;
    more.textContent = `More rows (${state.rows.length - rows.length} left)`;
    mark(state);
  }
  function caption() {
    const text = h(ui, "span", { class: "saec-caption", text: "missed at each token" });
    const element2 = h(ui, "div", { class: "saec-sparse-caption" }, text);
    element2.style.height = `${TOP}px`;
    element2.style.paddingTop = `${HEAD + STRIP - 17}px`;
    return element2;
  }
  function label({ view, feature }, row, place) {
    const name = view?.features[row] ?? "";
    const text = visible(view?.labels[row] ?? "");
    const button = h(
      ui,
      "button",
      {
        class: "saec-sparse-label",
        title: `${text} (${name})`,
        attrs: { "aria-pressed": String(name === feature) },
        on: { click: () => choose(place) }
      },
      h(ui, "bdi", { text: shorten(text, LABEL) })
    );
    button.style.height = `${ROW}px`;
    return button;
  }
  function mark(state) {
    const { view, rows, feature, at } = state;
    for (const [place, button] of [...labels.querySelectorAll("button")].entries())
      button.setAttribute("aria-pressed", String(view?.features[rows[place] ?? -1] === feature));
    const said = textAt(state);
    tip.hidden = said === null;
    cursor.setAttribute("visibility", at && layout ? "visible" : "hidden");
    if (!said || !at || !layout) return;
    const x = layout.x(at.token);
    const y = at.row < 0 ? HEAD : TOP + at.row * ROW;
    cursor.setAttribute("x", String(x));
    cursor.setAttribute("y", String(y));
    cursor.setAttribute("width", String(layout.column));
    const [name, text] = said;
    tip.replaceChildren(
      h(ui, "div", { class: "saec-tooltip-name", text: shorten(name, 60) }),
      h(ui, "div", { text })
    );
    const shift = stage.scrollLeft;
    const right = x - shift + layout.column + 10;
    tip.style.left = `${right + TIP_ROOM > room ? Math.max(shift, x - 10 - TIP_ROOM) : right + shift}px`;
    tip.style.top = `${y + ROW + 4}px`;
  }
  store.watch(["view", "rows", "most", "level"], draw);
  store.watch(["at", "feature"], mark);
  followWidth(ui, stage, 560, (width) => {
    room = width;
    draw(store.get());
  });
  return element;
}
var limit = (value, low, high) => Math.max(low, Math.min(high, value));

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

// src/card/python.ts
var nameFeature = (feature, label) => `lab.set_label(${literal(feature)}, ${literal(label)})`;

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

// src/sparsity/decode.ts
function decodeView(trait) {
  const given = expectRecord("view", trait);
  if (!given || Object.keys(given).length === 0) return null;
  const known = expectRecord("view", trait, ["tokens", "members", "features", "cells", "levels"]);
  if (!known) return null;
  const { cells, levels } = known;
  const kinds = {
    i: (view2) => typed(view2, Int32Array),
    f: (view2) => typed(view2, Float32Array)
  };
  const [row, token, rank] = [kinds.i(cells.row), kinds.i(cells.token), kinds.i(cells.rank)];
  const value = kinds.f(cells.value);
  const [member, k] = [kinds.i(levels.member), kinds.i(levels.k)];
  const [l0, fvu] = [kinds.f(levels.l0), kinds.f(levels.fvu)];
  const view = {
    tokens: expectList("tokens", known.tokens, isText),
    prompt: kinds.i(known.prompt),
    members: expectList("members", known.members, isText),
    features: expectList("features", known.features, isText),
    labels: expectList("labels", known.labels, isText),
    rowMember: kinds.i(known.row_member),
    row,
    token,
    rank,
    value,
    levels: [...l0].map((each, i) => ({
      member: member[i] ?? 0,
      k: k[i] ?? 0,
      l0: each,
      fvu: fvu[i] ?? Number.NaN
    })),
    errors: kinds.f(known.errors),
    measuredOn: String(known.measured_on),
    most: new Float32Array(known.features.length)
  };
  check(view);
  for (const [cell, at] of row.entries()) view.most[at] = Math.max(view.most[at] ?? 0, value[cell] ?? 0);
  return view;
}
function check(view) {
  const { tokens, prompt, features, labels, rowMember, row, token, rank, value, levels, errors } = view;
  const alike2 = (...lengths) => new Set(lengths).size === 1;
  const fits = alike2(tokens.length, prompt.length) && alike2(features.length, labels.length, rowMember.length) && alike2(row.length, token.length, rank.length, value.length) && errors.length === levels.length * tokens.length && levels.length > 0 && row.every((each) => each >= 0 && each < features.length) && token.every((each) => each >= 0 && each < tokens.length);
  if (!fits) throw new RangeError("columns of “view” do not fit each other");
}

// src/sparsity/python.ts
function open(prompts, dictionary) {
  const which = dictionary ? `, ${literal(dictionary)}` : "";
  return `explorer = lab.sparsity_explorer([${prompts.map(literal).join(", ")}]${which})`;
}
var setLevel = (level) => `explorer.level = ${level}`;
var setOrder = (order) => `explorer.order = ${literal(order)}`;
var setFeature = (feature) => `explorer.feature = ${feature === null ? "None" : literal(feature)}`;

// src/sparsity/state.ts
var PAGE = 30;
function initialState() {
  return {
    view: null,
    level: 0,
    order: "strongest",
    ordered: [],
    rows: [],
    most: PAGE,
    feature: null,
    at: null,
    code: ""
  };
}
function createActions({ save, ask }, store, status) {
  return {
    setLevel(level) {
      save("level", level);
      store.set({ code: setLevel(level) });
    },
    setOrder(order) {
      save("order", order);
      store.set({ code: setOrder(order) });
    },
    select(feature) {
      save("feature", feature);
      store.set({ code: setFeature(feature) });
    },
    look: (at) => store.set({ at }),
    more: () => store.set({ most: store.get().most + PAGE }),
    show(prompts, dictionary) {
      const asked = status.run("Reading the prompts", "show", { prompts, dictionary });
      void asked.then((answer) => answer && store.set({ code: open(prompts, dictionary) }));
    },
    async rename(feature, label) {
      await ask("label", { feature, label });
      store.set({ code: nameFeature(feature, label.trim()) });
    }
  };
}
function followTraits({ model, follow }, store) {
  const arrange = () => {
    const { view, level, order } = store.get();
    const ordered = view ? orderRows(view, level, order) : [];
    store.set({ ordered, rows: view ? firing(view, ordered, level) : [], at: null });
  };
  follow(["view"], () => {
    store.set({ view: null });
    const view = decodeView(model.get("view"));
    store.set({ view, level: within(model.get("level"), view), most: PAGE });
    arrange();
  });
  follow(["level"], () => {
    const { view, level: before, ordered } = store.get();
    const level = within(model.get("level"), view);
    store.set({ level });
    const same = view?.levels[before]?.member === view?.levels[level]?.member;
    if (!view || !same || ordered.length === 0) return arrange();
    return store.set({ rows: firing(view, ordered, level), at: null });
  });
  follow(["order"], () => {
    const order = model.get("order");
    store.set({ order: order === "first" || order === "alike" ? order : "strongest" });
    arrange();
  });
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
}
function within(level, view) {
  const last = (view?.levels.length ?? 1) - 1;
  return typeof level === "number" && Number.isInteger(level) ? Math.max(0, Math.min(last, level)) : last;
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

// src/sparsity_explorer.ts
function build(stand) {
  const { model, ui, root, follow, onClean, attempt } = stand;
  const store = createStore(initialState(), attempt);
  onClean(store.close);
  const status = statusLine(stand);
  const actions = createActions(stand, store, status);
  followTraits(stand, store);
  const code = lastAction(ui, store);
  const evidence = h(ui, "section", {
    class: "saec-sparse-evidence",
    attrs: { "aria-label": "The selected feature" }
  });
  root.append(
    controls(stand, store, actions),
    status.element,
    levelSlider(ui, store, actions),
    h(
      ui,
      "div",
      { class: "saec-sparse-body" },
      heatMap(ui, store, actions),
      h(ui, "div", { class: "saec-sparse-side" }, costCurve(ui, store, actions), guide(stand))
    ),
    evidence,
    code
  );
  follow(["feature", "card", "live"], () => {
    const [feature, card] = [model.get("feature") ?? null, model.get("card") ?? null];
    const tools = { go: actions.select, rename: actions.rename };
    showCard(ui, evidence, { feature, card, live: Boolean(model.get("live")) }, tools);
  });
}
function guide({ ui }) {
  const swatch = (kind, text) => h(
    ui,
    "span",
    { class: "saec-sparse-key" },
    h(ui, "span", { class: `saec-sparse-swatch ${kind}`, attrs: { "aria-hidden": "true" } }),
    text
  );
  return h(
    ui,
    "div",
    { class: "saec-sparse-guide saec-caption" },
    swatch("saec-sparse-on", "fires; full colour is the most of its row"),
    swatch("saec-sparse-off", "would fire, but is cut off here"),
    swatch("saec-sparse-miss", "part of a token that the reconstruction misses")
  );
}
var sparsity_explorer_default = mount(build, "saec-sparse");
export {
  sparsity_explorer_default as default
};
