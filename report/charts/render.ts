/**
 * Draws charts as SVG and PNG without a browser or a canvas.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { TopLevelSpec } from "vega-lite";

// The libraries are large, and loaded when something is drawn.
const loadSharp = () => import("sharp").then((module) => module.default);
const loadVega = () => Promise.all([import("vega"), import("vega-lite")]);

/** Loads the libraries that draw, ahead of the first chart. */
export async function loadDrawing(): Promise<void> {
  await Promise.all([loadSharp(), loadVega()]);
}

/**
 * The SVG of a Vega-Lite chart: the same text for the same specification, whatever was drawn
 * before. The specification's description becomes its text alternative.
 */
export async function toSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await loadVega();
  const logger = vega.logger(vega.None); // a report prints nothing
  const drawing = vega.parse(compile(spec, { logger }).spec);
  const view = new vega.View(drawing, { renderer: "none", logger });
  vega.resetSVGDefIds(); // ids of gradients and clips count up through the process otherwise
  try {
    const svg = await view.toSVG();
    const label = escape(spec.description ?? "");
    return asXml(svg.replace("<svg ", () => `<svg role="img" aria-label="${label}" `));
  } finally {
    view.finalize();
  }
}

/** Twice the size on a screen, for slides and documents. */
const DENSITY = 144;

/** The PNG of a chart that {@linkcode toSvg} drew, dark on white. */
export async function toPng(svg: string): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const onPaper = svg.replaceAll("currentColor", "#1c2126");
  return await sharp(Buffer.from(onPaper), { density: DENSITY, unlimited: true })
    .flatten({ background: "#ffffff" }).png().toBuffer();
}

/** Whether this machine has a font: without one, PNG would have no words. */
export async function canDrawText(): Promise<boolean> {
  const sharp = await loadSharp();
  const probe = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">' +
    '<text x="2" y="15" font-family="sans-serif">x</text></svg>';
  const { channels } = await sharp(Buffer.from(probe)).flatten({ background: "#ffffff" }).stats();
  return channels.some(({ min }) => min < 255);
}

/** Without characters that XML knows no form of: a name may hold any, and nothing would read the file. */
function asXml(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.toWellFormed().replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
