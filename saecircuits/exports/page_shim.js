
// Unpacks the page, and stands in for the kernel's model: it holds the state and refuses requests.
const packed = document.querySelector(".saec-page-data").textContent;
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const stream = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
const revive = (_, value) => (typeof value?.$bytes === "string" ? new DataView(bytes(value.$bytes).buffer) : value);
const { state, script, style } = JSON.parse(await new Response(stream).text(), revive);

const handlers = new Map();
const tell = (event, ...details) => {
  for (const handler of handlers.get(event) ?? []) handler(...details);
};
const refusal = { message: "This page has no kernel.", cure: "Open it in a notebook and run its cell." };
const model = {
  get: (name) => state[name],
  set: (name, value) => {
    state[name] = value;
    tell(`change:${name}`);
  },
  save_changes: () => {},
  on: (event, handler) => handlers.set(event, [...(handlers.get(event) ?? []), handler]),
  off: (event, handler) => handlers.set(event, (handlers.get(event) ?? []).filter((other) => other !== handler)),
  send: ({ id }) => queueMicrotask(() => tell("msg:custom", { id, error: refusal }, [])),
};

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [sheet];
const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
const widget = (await import(address)).default;
URL.revokeObjectURL(address);
widget.render({ model, el: document.querySelector(".saec-page"), signal: new AbortController().signal });
document.documentElement.dataset.ready = "true";
