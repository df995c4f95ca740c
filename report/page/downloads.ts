/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Hands out what the page shows, also where the page is all there is: tables from the archive within
 * it, charts as they are drawn at the moment.
 *
 * Runs in the browser, inlined without its types.
 *
 * @module
 */
import { isPdfDrawing, svgToPdf } from "../charts/pdf/pdf.ts";
import { chartRows, rowsAsCsv } from "../charts/rows.ts";
import type { ChartData } from "./chart_view.tsx";

/** A chart that has come to life. */
export interface LiveView {
  toSVG(): Promise<string>;
  signal(name: string): unknown;
  addSignalListener(name: string, listener: () => void): unknown;
}

/** The live charts by their figures. */
export const liveViews = new WeakMap<Element, LiveView>();

/** What a figure carries with it. */
export function chartDataOf(figure: Element): ChartData {
  return JSON.parse(figure.querySelector("script")!.textContent!);
}

/** What the reader has chosen in a chart, by parameter. */
export function choiceOf(figure: Element, { says }: ChartData): Record<string, string> {
  const view = liveViews.get(figure);
  const names = Object.keys(says?.[0]?.choice ?? {});
  return Object.fromEntries(
    names.map((name) => [name, view ? String(view.signal(name)) : says![0]!.choice[name]!]),
  );
}

function handOut(name: string, content: BlobPart, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The drawing as it stands, dark for paper, with its description. */
async function drawingOf(figure: Element): Promise<string> {
  const view = liveViews.get(figure);
  const svg = view ? await view.toSVG() : figure.querySelector(".drawn svg")!.outerHTML;
  const label = figure.querySelector("figcaption .says")!.textContent!
    .replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const bare = svg.replace(/^<svg(?: role="img")?(?: aria-label="[^"]*")?/, "<svg");
  return bare.replace("<svg", () => `<svg role="img" aria-label="${label}"`)
    .replaceAll("currentColor", "#1c2126");
}

/** Pixels of a PNG in one of the drawing. */
const PNG_SCALE = 3;

async function asPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = PNG_SCALE * image.width;
  canvas.height = PNG_SCALE * image.height;
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!), "image/png"));
}

/** A chart in one of its formats; the file is named after what is shown. */
async function handOutChart(figure: Element, format: string): Promise<void> {
  const data = chartDataOf(figure);
  const words = Object.values(choiceOf(figure, data)).map((word) =>
    word.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-")
  );
  const name = [figure.id.replace("chart-", ""), ...words].join("-");
  const all = figure.id.replace("chart-", "");
  const svg = await drawingOf(figure);
  if (format === "svg") handOut(`${name}.svg`, svg, "image/svg+xml");
  else if (format === "png") handOut(`${name}.png`, await asPng(svg), "image/png");
  else if (format === "pdf") {
    if (!isPdfDrawing(svg)) throw new Error("Cannot write the PDF: its fonts lack a character.");
    const title = figure.querySelector("h3")!.textContent!;
    handOut(`${name}.pdf`, await svgToPdf(svg, title) as BlobPart, "application/pdf");
  } else if (format === "csv") handOut(`${all}.csv`, rowsAsCsv(chartRows(data.spec)), "text/csv");
  else {
    const json = format === "json" ? chartRows(data.spec) : data.spec;
    const end = format === "json" ? "json" : "vl.json";
    handOut(`${all}.${end}`, `${JSON.stringify(json, null, 1)}\n`, "application/json");
  }
}

/** The texts of all tables, unpacked when the first is asked for. */
let archive: Promise<Record<string, string>> | undefined;

function unpackArchive(): Promise<Record<string, string>> {
  const packed = document.querySelector("script[data-archive]")!.textContent!;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(text).json();
}

async function handOutText(name: string): Promise<void> {
  archive ??= unpackArchive();
  const type = name.endsWith(".csv") ? "text/csv" : "text/plain";
  handOut(name, (await archive)[name]!, type);
}

for (const files of document.querySelectorAll<HTMLElement>(".files")) files.hidden = false;
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-file]") : null;
  const file = button?.getAttribute("data-file");
  if (!button || !file) return;
  const figure = button.closest("figure");
  if (figure) handOutChart(figure, file);
  else handOutText(file);
});
