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
function initialize({ model, signal }) {
  const release = () => {
    for (const name of model.get("owned") ?? []) model.set(name, null);
  };
  signal?.addEventListener("abort", release, { once: true });
}
async function render(props) {
  const { model, el, signal } = props;
  addSheet(el, model.get("sheet") ?? "");
  const widget = await load(model.get("script") ?? "");
  return signal?.aborted ? () => {
  } : widget.render(props);
}
function addSheet(el, sheet) {
  const root = el.getRootNode();
  const place = root instanceof ShadowRoot ? root : el.ownerDocument.head;
  const styles = [...place.querySelectorAll("style.saec-sheet")];
  if (styles.some((style2) => style2.textContent === sheet)) return;
  const style = el.ownerDocument.createElement("style");
  style.className = "saec-sheet";
  style.textContent = sheet;
  place.append(style);
}
var loader_default = { initialize, render };
export {
  loader_default as default
};
