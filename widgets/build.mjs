// Bundles the widgets into the Python package; with --watch again at every change.
import esbuild from "esbuild";
import { OPTIONS } from "./bundle.mjs";

const options = { ...OPTIONS, outdir: process.env.SAEC_OUT ?? OPTIONS.outdir };
// The same once more, small: for pages of their own, and the copies that notebooks keep of their outputs.
const small = {
  ...options,
  minify: true,
  entryPoints: options.entryPoints
    .filter(({ out }) => out !== "loader")
    .map(({ in: from, out }) => ({ in: from, out: `${out}.page` })),
};

if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await Promise.all([esbuild.build(options), esbuild.build(small)]);
}
