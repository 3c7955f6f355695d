// Builds ui/static/app.css: the USWDS parts that ui/css/theme.scss names, purged against our templates and the Go
// files that hold class names, plus our own layer ui/css/*.css in the order of their names; and ui/static/staff.css, which only pages
// of staff load, from ui/css/staff/*.css. Run "npm ci" in .ci first. With --check it only compares.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as sass from "sass";
import { PurgeCSS } from "purgecss";
import { transform } from "lightningcss";

const here = path.dirname(fileURLToPath(import.meta.url));
const ui = path.join(here, "..", "ui");
const budget = 14 * 1024; // bytes of gzip: what fits into the first flight of TCP

const uswds = sass.compile(path.join(ui, "css", "theme.scss"), {
  style: "compressed",
  loadPaths: [path.join(here, "node_modules", "@uswds", "uswds", "packages")],
  logger: sass.Logger.silent,
  quietDeps: true,
}).css;

const purged = await new PurgeCSS().purge({
  content: [path.join(ui, "templates", "**", "*.html"), path.join(ui, "**", "*.go")],
  css: [{ raw: uswds }],
  // Attribute selectors stay: USWDS styles [aria-...] states that templates set by variables.
  safelist: { standard: [/^\[/], deep: [], greedy: [] },
  fontFace: true,
  keyframes: true,
});

const layer = path.join(ui, "css");
const own = (folder) => readdirSync(folder).filter((name) => name.endsWith(".css")).sort()
  .map((name) => readFileSync(path.join(folder, name), "utf8")).join("\n");
// USWDS draws some icons from image files. We ship no images: the templates bring their own inline SVG.
// Sass begins its output with a byte order mark, which would become part of the first selector.
const plain = purged[0].css.replace(/^\uFEFF/, "").replace(/url\(("")?[^)]*\)/g, "none");
const notice = "/* Parts of this file are from the U.S. Web Design System 3.14.0 (public domain in the United States; " +
  "designsystem.digital.gov), purged by .ci/build-css.mjs. The rest is ours, Apache-2.0. */\n";

build("app.css", notice, plain + own(layer), budget);
build("staff.css", "", own(path.join(layer, "staff")), 3 * 1024);

function build(name, notice, source, budget) {
  const { code } = transform({
    filename: name,
    code: Buffer.from(source),
    minify: true,
    errorRecovery: true,
    targets: { chrome: 100 << 16, firefox: 100 << 16, safari: 15 << 16 },
  });
  const css = notice + code.toString();
  const target = path.join(ui, "static", name);
  const size = gzipSync(css, { level: 9 }).length;
  console.error(`${name}: ${css.length} bytes, ${size} gzipped, budget ${budget}`);
  if (size > budget) {
    console.error(`${name} is over its budget`);
    process.exit(1);
  }
  if (!process.argv.includes("--check")) {
    writeFileSync(target, css);
  } else if (readFileSync(target, "utf8") !== css) {
    console.error(`ui/static/${name} is stale: run node .ci/build-css.mjs and commit it`);
    process.exit(1);
  }
}
