// src/bundles.ts
var SHARED = /* @__PURE__ */ Symbol.for("saecircuits.bundles");
function bundles() {
  const page = globalThis;
  page[SHARED] ??= /* @__PURE__ */ new Map();
  return page[SHARED];
}
async function importText(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return (await import(address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}
function load(text, importer = importText) {
  const known = bundles();
  const found = known.get(text) ?? importer(text);
  known.set(text, found);
  found.catch(() => known.delete(text));
  return found;
}

// src/loader.ts
async function render(props) {
  const widget = await load(props.model.get("script"));
  return props.signal?.aborted ? () => {
  } : widget.render(props);
}
var loader_default = { render };
export {
  loader_default as default
};
