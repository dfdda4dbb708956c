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

// src/card/bands.ts
function bandsView(ui, { rows, corpus }, max, look) {
  return h(
    ui,
    "div",
    { class: "saec-bands" },
    h(ui, "p", {
      class: "saec-hint",
      text: `Drawn at random from ${visible(corpus)}, by share of the most that it was seen to fire`
    }),
    ...rows.map(
      ({ low, high, firings, contexts }) => h(
        ui,
        "div",
        { class: "saec-band" },
        h(
          ui,
          "div",
          { class: "saec-card-caption" },
          h(ui, "span", { class: "saec-subtitle", text: `${percent(low)} to ${percent(high)}` }),
          h(ui, "span", { class: "saec-hint", text: `${compact(firings)} tokens` })
        ),
        contexts.length > 0 ? contextList(ui, contexts, max, look) : h(ui, "p", { class: "saec-hint", text: "none" })
      )
    )
  );
}

// src/card/finder.ts
var PAUSE_MS = 150;
function finder(ui, find, choose) {
  let found = [];
  let at = -1;
  let asked = 0;
  let timer;
  const list2 = h(ui, "div", {
    class: "saec-found",
    attrs: { role: "listbox", "aria-label": "Features", hidden: true }
  });
  const said = h(ui, "div", { class: "saec-offscreen", attrs: { "aria-live": "polite" } });
  const input = h(ui, "input", {
    class: "saec-input saec-find",
    attrs: {
      type: "search",
      "aria-label": "Find a feature by number or words of its label. The arrow keys go through what is found, Enter shows it.",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "Find a feature: 3/203 or words of its label"
    }
  });
  const close = () => {
    list2.hidden = true;
    at = -1;
  };
  const pick = (feature) => {
    asked++;
    input.value = "";
    close();
    choose(feature);
  };
  const highlight = (index) => {
    at = index;
    for (const [i, option] of [...list2.children].entries()) {
      option.classList.toggle("saec-on", i === at);
      option.setAttribute("aria-selected", String(i === at));
      if (i === at) option.scrollIntoView?.({ block: "nearest" });
    }
    const chosen = found[at];
    if (chosen) said.textContent = `${chosen.feature}: ${visible(chosen.label)}`;
  };
  function show() {
    list2.replaceChildren(
      ...found.map(
        ({ feature, label }, index) => h(
          ui,
          "div",
          {
            class: "saec-found-row",
            attrs: { role: "option", "aria-selected": "false" },
            on: {
              pointerdown: (event) => event.preventDefault(),
              // the box keeps the focus
              click: () => pick(feature),
              pointerenter: () => highlight(index)
            }
          },
          h(ui, "bdi", { class: "saec-token-name", text: visible(label) }),
          h(ui, "span", { class: "saec-caption", text: feature })
        )
      )
    );
    if (found.length === 0) list2.replaceChildren(h(ui, "p", { class: "saec-hint", text: "Nothing found" }));
    list2.hidden = false;
    said.textContent = `${found.length} found`;
    at = -1;
  }
  async function ask() {
    const mine = ++asked;
    const text = input.value.trim();
    if (text === "") return close();
    const answer = await find(text);
    if (mine !== asked || ui.signal.aborted) return;
    found = answer;
    show();
  }
  const handlers = [
    [
      "input",
      () => {
        clearTimeout(timer);
        timer = setTimeout(() => void ask(), PAUSE_MS);
      }
    ],
    ["blur", close],
    [
      "keydown",
      (event) => {
        const { key } = event;
        if (key === "ArrowDown" && !list2.hidden) highlight(Math.min(found.length - 1, at + 1));
        else if (key === "ArrowUp" && !list2.hidden) highlight(Math.max(0, at - 1));
        else if (key === "Escape" && !list2.hidden) close();
        else if (key === "Enter" && !list2.hidden && found.length > 0)
          pick((found[at] ?? found[0])?.feature ?? "");
        else if (key === "Enter") void ask();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }
    ]
  ];
  for (const [name, handler] of handlers) input.addEventListener(name, handler, { signal: ui.signal });
  ui.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return h(ui, "div", { class: "saec-finder" }, input, list2, said);
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
    on: { click: () => open() }
  });
  const reset = h(ui, "button", {
    class: "saec-link saec-label-reset",
    text: "use it again",
    title: "Take the label back; the automatic one holds again",
    on: { click: () => void keep("") }
  });
  function open() {
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
  title.addEventListener("dblclick", () => open());
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
var showFeature = (feature) => `lab.feature_card(${literal(feature)})`;
var nameFeature = (feature, label) => `lab.set_label(${literal(feature)}, ${literal(label)})`;

// src/model/expect.ts
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

// src/feature_card.ts
function build(stand) {
  const { model, ui, root, ask, follow, save } = stand;
  const status = statusLine(stand);
  const past = [];
  let shown2 = model.get("feature") ?? null;
  let line2 = "";
  const code = codeStrip(ui, [
    { text: "Copy as Python", title: "Copy the Python that does the last action", content: () => line2 }
  ]);
  const say = (text) => {
    line2 = text;
    code.element.hidden = text === "";
    code.show(text);
  };
  const back = h(ui, "button", {
    class: "saec-button saec-button-small saec-back",
    text: "←",
    title: "Back to the feature before",
    attrs: { "aria-label": "Back to the feature before" },
    on: {
      click() {
        const feature = past.pop();
        if (feature === void 0) return;
        shown2 = feature;
        save("feature", feature);
        say(showFeature(feature));
      }
    }
  });
  const go = (feature) => {
    save("feature", feature);
    say(showFeature(feature));
  };
  const find = async (text) => {
    try {
      const { found } = (await ask("find", { text })).body;
      return expectList("found features", found, isRecord);
    } catch (error) {
      if (!ui.signal.aborted) status.fail(asFailure(error));
      return [];
    }
  };
  const bar = h(ui, "div", { class: "saec-card-bar" }, back, finder(ui, find, go));
  const body = h(ui, "div", { class: "saec-card-body" });
  root.append(bar, status.element, body, code.element);
  say("");
  follow(["feature"], () => {
    const feature = model.get("feature") ?? null;
    if (shown2 !== null && feature !== shown2) past.push(shown2);
    shown2 = feature;
    back.disabled = past.length === 0;
  });
  follow(["live"], () => {
    bar.hidden = !model.get("live");
  });
  const rename = async (feature, label) => {
    await ask("label", { feature, label });
    say(nameFeature(feature, label.trim()));
  };
  function draw() {
    const card = model.get("card");
    if (!isCard(card)) {
      body.replaceChildren(h(ui, "p", { class: "saec-empty", text: emptyText(model) }));
      return;
    }
    const value = model.get("value") ?? null;
    const live = Boolean(model.get("live"));
    const marks = value === null ? [] : [{ value, name: "here" }];
    const below = (look) => weaker(card, live, look);
    replaceCard(body, fullCard(ui, card, marks, live ? { go, rename, below } : { below }));
  }
  function weaker(card, live, look) {
    const bands = expectRecord("bands", model.get("bands"));
    if (bands?.feature === nameOf(card)) return bandsView(ui, bands, card.max, look);
    const button = h(ui, "button", {
      class: "saec-button saec-button-small saec-ask-bands",
      text: "Show weaker activations too",
      title: "Read some texts again and draw contexts from each quarter of the feature's range",
      on: { click: () => void status.run("Sampling texts", "bands", { feature: nameOf(card) }) }
    });
    button.hidden = !live || !(card.max > 0);
    return button;
  }
  follow(["card", "value", "bands", "live"], draw);
}
function emptyText(model) {
  const feature = model.get("feature");
  if (feature) return `${visible(feature)} is not among these dictionaries, or nothing is known of it.`;
  return model.get("live") ? "No feature yet: find one above, or click one elsewhere." : "No feature yet.";
}
var feature_card_default = mount(build, "saec-card-alone");
export {
  feature_card_default as default
};
