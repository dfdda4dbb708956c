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

// src/card/histogram.ts
var WIDTH = 240;
var HEIGHT = 44;
function histogram(ui, { edges, counts }, values) {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const scale = (value) => WIDTH * (Math.min(last, Math.max(first, value)) - first) / Math.max(last - first, 1e-12);
  const most = Math.sqrt(Math.max(1, ...counts));
  const svg = s(ui, "svg", {
    class: "saec-histogram-bars",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Histogram of activations from ${format(first)} to ${format(last)}`
  });
  for (const [bin, count] of counts.entries()) {
    const x = scale(edges[bin] ?? 0);
    const width = Math.max(0.5, scale(edges[bin + 1] ?? last) - x - 0.8);
    const height = (HEIGHT - 2) * Math.sqrt(count) / most;
    svg.append(s(ui, "rect", { class: "saec-histogram-bar", x, y: HEIGHT - height, width, height }));
  }
  const marks = values.filter(({ value }) => Number.isFinite(value));
  for (const { value } of marks) {
    const x = Math.max(1, Math.min(WIDTH - 1, scale(value)));
    svg.append(s(ui, "line", { class: "saec-histogram-mark", x1: x, x2: x, y1: 0, y2: HEIGHT }));
  }
  const middle = marks.map(({ value, name }) => `${name} ${format(value)}`).join(" · ");
  return h(
    ui,
    "div",
    { class: "saec-histogram" },
    svg,
    h(
      ui,
      "div",
      { class: "saec-histogram-axis" },
      h(ui, "span", { text: format(first) }),
      h(ui, "span", { class: "saec-histogram-now", text: middle }),
      h(ui, "span", { text: format(last) })
    )
  );
}

// src/card/card.ts
var BEFORE = 14;
var AFTER = 12;
var TOKENS = 8;
function cardView(ui, card, values = []) {
  return h(
    ui,
    "div",
    { class: "saec-card" },
    h(
      ui,
      "div",
      { class: "saec-card-main" },
      caption(ui, "Fires most on"),
      h(
        ui,
        "div",
        { class: "saec-contexts" },
        ...card.contexts.map((context) => contextLine(ui, context, card.max))
      ),
      card.contexts.length === 0 && h(ui, "p", { class: "saec-hint", text: "It never fired on the corpus." })
    ),
    h(
      ui,
      "div",
      { class: "saec-card-side" },
      caption(ui, "Activations", `fires on ${percent(card.firing_rate)} of tokens · max ${format(card.max)}`),
      histogram(ui, card.histogram, values),
      h(
        ui,
        "div",
        { class: "saec-tokens" },
        tokenList(ui, "Promotes", card.promoted, "saec-bar-positive"),
        tokenList(ui, "Suppresses", card.suppressed, "saec-bar-negative")
      )
    )
  );
}
function caption(ui, title, note = "") {
  return h(
    ui,
    "div",
    { class: "saec-card-caption" },
    h(ui, "span", { class: "saec-subtitle", text: title }),
    note !== "" && h(ui, "span", { class: "saec-hint", text: note })
  );
}
function contextLine(ui, { tokens, activations, peak }, max) {
  const token = (index) => {
    const activation = activations[index] ?? 0;
    const share = Math.min(1, Math.max(0, activation) / Math.max(max, 1e-9));
    const element = h(ui, "bdi", { class: "saec-heat", text: contextToken(tokens[index] ?? "") });
    element.title = `${showToken(tokens[index] ?? "")}  ${format(activation)}`;
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
function tokenList(ui, title, tokens, bar) {
  const shown = tokens.slice(0, TOKENS);
  const most = Math.max(1e-9, ...shown.map(([, value]) => Math.abs(value)));
  return h(
    ui,
    "div",
    { class: "saec-token-list" },
    h(ui, "div", { class: "saec-subtitle", text: title }),
    ...shown.map(([token, value]) => {
      const fill = h(ui, "span", { class: `saec-row-bar ${bar}` });
      fill.style.width = `${(100 * Math.abs(value) / most).toFixed(1)}%`;
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
        h(ui, "span", { class: "saec-number", text: format(value) })
      );
    }),
    shown.length === 0 && h(ui, "p", { class: "saec-hint", text: "none" })
  );
}

// src/theme.ts
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
  apply();
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

// src/feature_card.ts
function render({ model, el, signal }) {
  const stop = new AbortController();
  const ui = { doc: el.ownerDocument, signal: stop.signal };
  const root = h(ui, "div", { class: "saec saec-card-alone" });
  const draw = () => {
    const card = model.get("card");
    const value = model.get("value");
    if (!isCard(card))
      return root.replaceChildren(h(ui, "p", { class: "saec-empty", text: "No feature yet." }));
    const head = h(
      ui,
      "div",
      { class: "saec-node-head" },
      h(ui, "h3", { class: "saec-title" }, h(ui, "bdi", { text: visible(card.label) || "unnamed feature" })),
      h(ui, "span", { class: "saec-caption", text: `${card.dictionary}/${card.feature}` })
    );
    return root.replaceChildren(
      head,
      cardView(ui, card, value === null || value === void 0 ? [] : [{ value, name: "here" }])
    );
  };
  draw();
  model.on("change:card", draw);
  model.on("change:value", draw);
  el.append(root);
  followTheme(ui, root, () => {
  });
  const clean = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    model.off("change:card", draw);
    model.off("change:value", draw);
    root.remove();
  };
  signal?.addEventListener("abort", clean, { once: true });
  return clean;
}
function isCard(card) {
  return Boolean(card && "contexts" in card);
}
var feature_card_default = { render };
export {
  feature_card_default as default
};
