// Bundles each widget into one ES module and one style sheet, un-minified, the same bytes on every machine.
import esbuild from "esbuild";
import { WIDGETS } from "./widgets.mjs";

const options = {
  absWorkingDir: import.meta.dirname,
  entryPoints: WIDGETS.flatMap((name) => [
    { in: `src/${name}.ts`, out: name },
    { in: `src/styles/${name}.css`, out: name },
  ]),
  outdir: process.env.SAEC_OUT ?? "../saecircuits/widgets/static",
  bundle: true,
  charset: "utf8",
  format: "esm",
  target: ["es2022"],
  // UMD dependencies would otherwise register themselves with the notebook's require.js.
  define: { "define.amd": "false" },
  legalComments: "none",
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
