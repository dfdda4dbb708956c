// How each widget becomes one ES module and one style sheet, un-minified, the same bytes on every machine.
import { WIDGETS } from "./widgets.mjs";

export const OPTIONS = {
  absWorkingDir: import.meta.dirname,
  entryPoints: [
    { in: "src/loader.ts", out: "loader" },
    ...WIDGETS.flatMap((name) => [
      { in: `src/${name}.ts`, out: name },
      { in: `src/styles/${name}.css`, out: name },
    ]),
  ],
  outdir: "../saecircuits/widgets/static",
  bundle: true,
  charset: "utf8",
  format: "esm",
  target: ["es2022"],
  // UMD dependencies would otherwise register themselves with the notebook's require.js.
  define: { "define.amd": "false" },
  legalComments: "none",
  logLevel: "warning",
};
