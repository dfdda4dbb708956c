// Writes a page with the widgets on example data: node gallery.mjs [page.html], then open it in a browser.
// In the address: ?theme=dark  ?hostile=1  ?only=explorer+card+monitor+pareto
//   Explorer: ?live=0  ?many=1 (several targets)  ?crowd=4 (more features)  ?delay=500
//             ?kind=merged|difference|neurons (to be looked at only)  ?effects=1 (total effects)
//   TrainingMonitor: ?runs=50  ?entries=240  ?total=400  ?state=failed  ?grow=1 (goes on)
import fs from "node:fs";
import esbuild from "esbuild";

const out = process.argv[2] ?? "gallery.html";
const here = import.meta.dirname;
const bundle = async (file) => {
  const options = {
    entryPoints: [`${here}/${file}`],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  };
  return (await esbuild.build(options)).outputFiles[0].text;
};
const script = (await bundle("gallery/page.ts")).replaceAll("</script", "<\\/script");
const styles = ["explorer", "feature_card", "training_monitor", "pareto_plot"];
const style = (await Promise.all(styles.map((name) => bundle(`src/styles/${name}.css`)))).join("");
fs.writeFileSync(
  out,
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Gallery</title>
<style>
body { max-width: 1060px; margin: 24px auto; padding: 0 16px; font-family: system-ui, sans-serif; }
[data-theme="dark"] body { background: #0d0f12; }
body > div + div { margin-top: 24px; }
${style}</style></head>
<body>
<script type="module">${script}</script></body>
</html>
`,
);
