/** The bundles that this page has imported, by their text. */

import type { Model } from "./model/traits.js";

/** Traits that every widget has for its own sake. */
export interface Traits {
  script: string;
  sheet: string;
  owned: string[];
}

export interface Widget {
  render(props: RenderProps): (() => void) | Promise<() => void>;
}

interface RenderProps {
  model: Model<Traits>;
  el: HTMLElement;
  signal?: AbortSignal;
}

type Bundles = Map<string, Promise<Widget>>;

// All loaders of a page share one map, wherever they were imported from; a symbol is in nobody's way.
const SHARED = Symbol.for("saecircuits.bundles");

function bundles(): Bundles {
  const page = globalThis as { [SHARED]?: Bundles };
  page[SHARED] ??= new Map();
  return page[SHARED];
}

async function importText(text: string): Promise<Widget> {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return (await import(address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The widget of a bundle; one that could not be imported is tried again the next time. */
export function load(
  text: string,
  importer: (text: string) => Promise<Widget> = importText,
): Promise<Widget> {
  const known = bundles();
  const found = known.get(text) ?? importer(text);
  known.set(text, found);
  found.catch(() => known.delete(text));
  return found;
}
