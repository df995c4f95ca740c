/**
 * What the page carries with it, so that it needs no network: its style, its script, and the
 * browser builds of the chart library.
 *
 * @module
 */
import { browserScript, pageStyle } from "../../base/page.ts";

/** The parts of a page that are the same for every report. */
export interface Assets {
  readonly style: string;
  readonly script: string;
  readonly libraries: readonly string[];
}

/**
 * The chart library's packages, in the order of loading. The imports are never run: they are there
 * because a project that depends on this one installs only what some module imports.
 */
const PACKAGES = {
  "vega": () => import("vega"),
  "vega-lite": () => import("vega-lite"),
  "vega-embed": () => import("vega-embed"),
};

/** What the script is made of, in the order of their imports: they run as one. */
const SCRIPTS = [
  () => import("../charts/pdf/svg_tree.ts", { with: { type: "text" } }),
  () => import("../charts/pdf/font.ts", { with: { type: "text" } }),
  () => import("../charts/pdf/path.ts", { with: { type: "text" } }),
  () => import("../charts/pdf/pdf.ts", { with: { type: "text" } }),
  () => import("../charts/rows.ts", { with: { type: "text" } }),
  () => import("./downloads.ts", { with: { type: "text" } }),
  () => import("./client.ts", { with: { type: "text" } }),
];

/** JavaScript of modules that import nothing but each other, as one module. */
async function scriptOf(): Promise<string> {
  const texts = await Promise.all(
    SCRIPTS.map((load) => load().then((text) => String(text.default))),
  );
  return texts.map((text) =>
    browserScript(text)
      .replaceAll(/^import\s[^;]*;$/gm, "").replaceAll(/^export /gm, "")
      .replaceAll(/^\s*\/\*\*.*?\*\/\s*$/gms, "").replaceAll(/^\s*(?:\/\/\/? .*)?\n/gm, "")
  ).join("");
}

/** Reads the page's style and scripts, from wherever this package and its dependencies are. */
export async function readAssets(): Promise<Assets> {
  const [style, script, ...libraries] = await Promise.all([
    import("./page.css", { with: { type: "text" } }).then((text) => pageStyle(text.default)),
    scriptOf(),
    ...Object.keys(PACKAGES).map(browserBuild),
  ]);
  return { style, script, libraries };
}

/** The build of a package for browsers, which lies beside its main module. */
function browserBuild(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`${name}.min.js`, import.meta.resolve(name)));
}
