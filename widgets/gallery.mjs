// Writes a page with every widget on fixed data: node gallery.mjs [page.html], then open it in a browser.
// In the address: ?theme=dark  ?hostile=1  ?only=explorer+pareto_plot (these alone, with their styles alone)
//   Explorer: ?live=0  ?many=1 (several targets)  ?crowd=4 (more features)  ?delay=500
//             ?kind=merged|difference|neurons (to be looked at only)  ?effects=1 (total effects)
//   TrainingMonitor: ?runs=50  ?entries=240  ?total=400  ?state=failed  ?grow=1 (goes on)
import fs from "node:fs";
import esbuild from "esbuild";
import { WIDGETS } from "./widgets.mjs";

const out = process.argv[2] ?? "gallery.html";
const here = import.meta.dirname;
const bundle = async (file) => {
  const options = {
    entryPoints: [`${here}/${file}`],
    bundle: true,
    charset: "utf8",
    format: "esm",
    target: "es2022",
    write: false,
  };
  return (await esbuild.build(options)).outputFiles[0].text;
};
const script = (await bundle("gallery/page.ts")).replaceAll("</script", "<\\/script");
// A sheet each and in this order, as a notebook gets them when it shows the widgets one after another.
const styles = await Promise.all(
  WIDGETS.map(
    async (name) => `<style data-widget="${name}">\n${await bundle(`src/styles/${name}.css`)}</style>`,
  ),
);
fs.writeFileSync(
  out,
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Widgets of saecircuits</title>
<style>
${await bundle("gallery/page.css")}</style>
${styles.join("\n")}
</head>
<body>
<script type="module">${script}</script>
</body>
</html>
`,
);
