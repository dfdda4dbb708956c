// Writes a page with the widgets on example data: node gallery.mjs [page.html], then open it in a browser.
// In the address: ?theme=dark  ?hostile=1  ?live=0  ?many=1 (several targets)  ?crowd=4 (more features)  ?delay=500
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
const style = (await bundle("src/styles/explorer.css")) + (await bundle("src/styles/feature_card.css"));
fs.writeFileSync(
  out,
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Gallery</title>
<style>
body { max-width: 1060px; margin: 24px auto; padding: 0 16px; font-family: system-ui, sans-serif; }
[data-theme="dark"] body { background: #0d0f12; }
.gallery-card { margin-top: 24px; }
${style}</style></head>
<body><div class="gallery-explorer"></div><div class="gallery-card"></div>
<script type="module">${script}</script></body>
</html>
`,
);
