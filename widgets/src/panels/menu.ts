/** The export menu: pictures are made here, data files by Python. */

import { download, focused, h, type Ui } from "../dom.js";
import { pngFile, svgFile } from "../graph/picture.js";
import type { Stage } from "../graph/stage.js";
import type { Actions } from "../model/actions.js";
import { hasKernel } from "../model/possible.js";
import type { ExplorerStore } from "../model/state.js";
import type { ExportFormat } from "../model/traits.js";
import { shorten, visible } from "../text.js";

const FILES: [format: ExportFormat, name: string][] = [
  ["html", "Web page (.html)"],
  ["circuit", "Circuit, to load back (.circuit)"],
  ["json", "JSON (.json)"],
  ["graphml", "GraphML (.graphml)"],
  ["neuronpedia", "Neuronpedia (.json)"],
  ["circuit-tracer", "circuit-tracer (.pt)"],
];

export function createMenu(ui: Ui, store: ExplorerStore, actions: Actions, stage: Stage): HTMLElement {
  const items: { button: HTMLButtonElement; python: boolean }[] = [
    { button: item("Picture (.png)", () => void savePicture("png")), python: false },
    { button: item("Picture (.svg)", () => void savePicture("svg")), python: false },
    ...FILES.map(([format, name]) => ({ button: item(name, () => void saveFile(format)), python: true })),
  ];
  const list = h(ui, "div", {
    class: "saec-menu-list",
    attrs: { role: "menu", "aria-label": "Export", hidden: true },
  });
  list.append(...items.map(({ button }) => button));
  const opener = h(ui, "button", {
    class: "saec-button saec-export",
    text: "Export ▾",
    attrs: { "aria-haspopup": "menu", "aria-expanded": "false" },
    on: { click: () => toggle(list.hidden === true) },
  });
  const menu = h(ui, "div", { class: "saec-menu", on: { keydown: press, focusout: leave } }, opener, list);

  function item(name: string, run: () => void): HTMLButtonElement {
    const choose = () => {
      toggle(false);
      opener.focus();
      run();
    };
    return h(ui, "button", {
      class: "saec-menu-item",
      text: name,
      attrs: { role: "menuitem", tabindex: -1 },
      on: { click: choose },
    });
  }

  function toggle(open: boolean): void {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) choices()[0]?.focus();
  }

  const choices = () => items.map(({ button }) => button).filter((button) => !button.hidden);

  function press(event: KeyboardEvent): void {
    if (list.hidden) return;
    const all = choices();
    const at = all.indexOf(focused(ui.doc) as HTMLButtonElement);
    if (event.key === "Escape") {
      toggle(false);
      opener.focus();
    } else if (event.key === "ArrowDown") {
      all[(at + 1) % all.length]?.focus();
    } else if (event.key === "ArrowUp") {
      all[(at - 1 + all.length) % all.length]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function leave(event: FocusEvent): void {
    if (!menu.contains(event.relatedTarget as Node | null)) toggle(false);
  }

  async function savePicture(kind: "png" | "svg"): Promise<void> {
    const picture = stage.picture();
    const meta = store.get().graph?.meta;
    if (!picture || !meta) return;
    const room = Math.floor(picture.scene.width / 8);
    const target = shorten(visible(meta.target.label), Math.floor(room / 2));
    const title = `${shorten(visible(meta.prompt), room - target.length - 5)}  →  ${target}`;
    const file = kind === "svg" ? svgFile(picture, title) : await pngFile(ui, picture, title);
    if (file) download(ui, `circuit.${kind}`, file);
    else
      actions.fail({ message: "The browser could not make the picture.", cure: "Save it as SVG instead." });
  }

  async function saveFile(format: ExportFormat): Promise<void> {
    const file = await actions.export(format);
    if (!file) return;
    const { buffer, byteOffset, byteLength } = file.bytes;
    const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
    download(ui, file.filename, new Blob([bytes], { type: file.mime }));
  }

  store.watch(["graph"], ({ graph }) => {
    opener.disabled = graph === null;
    for (const { button, python } of items) button.hidden = python && !(graph && hasKernel(graph));
  });
  return menu;
}
