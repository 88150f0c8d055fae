// Builds web/dist: one script, one style sheet, the page. Names carry a fingerprint, so browsers may keep them for ever.
import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { feature } from "topojson-client";

await rm("dist", { recursive: true, force: true });
await mkdir("dist/assets", { recursive: true });
const result = await build({
  entryPoints: ["src/main.tsx"],
  bundle: true, minify: true, sourcemap: false, metafile: true,
  format: "esm", target: ["es2022"], jsx: "automatic", jsxImportSource: "preact",
  outdir: "dist/assets", entryNames: "[name]-[hash]", legalComments: "none",
});
const files = Object.keys(result.metafile.outputs).map((name) => name.slice("dist".length));
const script = files.find((name) => name.endsWith(".js")), style = files.find((name) => name.endsWith(".css"));

// Natural Earth's land at 1:110 million and 1:50 million (public domain) as rings of rounded coordinates, for the world view;
// close by the shoreline comes from the server (GSHHG).
for (const scale of ["110m", "50m"]) {
  const atlas = JSON.parse(await readFile(`node_modules/world-atlas/land-${scale}.json`, "utf8"));
  const land = feature(atlas, atlas.objects.land), rings = [];
  for (const one of land.type === "FeatureCollection" ? land.features : [land])
    for (const polygon of one.geometry.type === "Polygon" ? [one.geometry.coordinates] : one.geometry.coordinates)
      for (const ring of polygon) rings.push(ring.flatMap(([x, y]) => [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000]));
  await writeFile(`dist/assets/land-${scale}.json`, JSON.stringify(rings));
}
const page = await readFile("index.html", "utf8");
await writeFile("dist/index.html", page.replace("{script}", script).replace("{style}", style));
