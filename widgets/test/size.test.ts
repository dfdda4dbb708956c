/** What the browser gets stays small: minified and gzipped, as sizes of web code are usually told. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { OPTIONS } from "../bundle.mjs";
import { WIDGETS } from "../widgets.mjs";

const LIMIT_KB = 150;
const ONE_KB = 90;

interface Size {
  name: string;
  gzipped: number;
  minified: number;
  committed: number;
}

const gzipped = (contents: Uint8Array) => gzipSync(contents).length / 1000;

/** The bundles as they are in the package, each with its own copy of what it shares with others. */
async function sizes(): Promise<Size[]> {
  const files = async (minify: boolean) =>
    (await build({ ...OPTIONS, minify, write: false })).outputFiles ?? [];
  const [plain, small] = [await files(false), await files(true)];
  return small.map(({ path, contents }, at) => ({
    name: path.replace(/.*\//, ""),
    gzipped: gzipped(contents),
    minified: contents.length / 1000,
    committed: (plain[at]?.contents.length ?? 0) / 1000,
  }));
}

/** All widgets in one module and one style sheet: every line once. */
async function together(): Promise<number> {
  const modules = WIDGETS.map((name, at) => `export { default as w${at} } from "./src/${name}.ts";`);
  const sheets = WIDGETS.map((name) => `@import "./src/styles/${name}.css";`);
  const one = async (contents: string, loader: "ts" | "css") => {
    const { entryPoints: _, outdir: __, ...options } = OPTIONS;
    const stdin = { contents, loader, resolveDir: options.absWorkingDir };
    const { outputFiles } = await build({ ...options, stdin, minify: true, write: false });
    return outputFiles.reduce((sum, file) => sum + gzipped(file.contents), 0);
  };
  return (await one(modules.join("\n"), "ts")) + (await one(sheets.join("\n"), "css"));
}

test(`all widgets together are under ${LIMIT_KB} kB gzipped, and none is over ${ONE_KB} kB`, async () => {
  const [rows, whole] = [await sizes(), await together()];
  const line = (name: string, ...numbers: number[]) =>
    name.padEnd(26) + numbers.map((kb) => kb.toFixed(1).padStart(11)).join("");
  const sum = (key: "gzipped" | "minified" | "committed") => rows.reduce((total, row) => total + row[key], 0);
  const all = [sum("gzipped"), sum("minified"), sum("committed")];
  const head = `${"kB".padEnd(26)}    gzipped   minified  committed`;
  const body = rows.map((row) => line(row.name, row.gzipped, row.minified, row.committed));
  console.info([head, ...body, line("sum of the bundles", ...all), line("as one bundle", whole)].join("\n"));
  expect(whole).toBeLessThan(LIMIT_KB);
  for (const name of WIDGETS) {
    const both = rows.filter((row) => row.name.startsWith(`${name}.`));
    expect(
      both.reduce((total, row) => total + row.gzipped, 0),
      name,
    ).toBeLessThan(ONE_KB);
  }
});
