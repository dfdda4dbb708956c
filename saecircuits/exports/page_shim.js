
// Stands in for the kernel's model on a page of its own: it holds the state and refuses requests.
const text = (name) => document.querySelector(`.saec-page-${name}`).textContent;
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const revive = (_, value) => (typeof value?.$bytes === "string" ? new DataView(bytes(value.$bytes).buffer) : value);
const state = JSON.parse(text("state"), revive);

const handlers = new Map();
const tell = (event, ...details) => {
  for (const handler of handlers.get(event) ?? []) handler(...details);
};
const refusal = { message: "This page has no kernel.", cure: "Open the circuit in a notebook to edit it." };
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

const address = URL.createObjectURL(new Blob([bytes(text("bundle"))], { type: "text/javascript" }));
const widget = (await import(address)).default;
URL.revokeObjectURL(address);
widget.render({ model, el: document.querySelector(".saec-page"), signal: new AbortController().signal });
document.documentElement.dataset.ready = "true";
