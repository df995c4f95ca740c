/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * Charts of the report as HTML: drawn, and ready to come to life.
 *
 * @module
 */
import { createContext } from "preact";
import type { Chart, Said } from "../charts/chart.ts";
import { isPdfDrawing } from "../charts/pdf/pdf.ts";
import type { ChartSpec, View } from "../types.ts";
import { inScript } from "./embed.ts";
import { FileButton } from "./file_button.tsx";

/** How a chart was drawn. */
export interface Drawing {
  readonly svg: string;
}

/** What a figure of the page carries for its script. */
export interface ChartData {
  readonly spec: ChartSpec;
  readonly says?: readonly Said[];
}

/** The drawings of a report's charts, for {@linkcode Charts} anywhere in the page. */
export const Drawings = createContext<ReadonlyMap<Chart, Drawing>>(new Map());

/** Height of a chart's title and caption, about. */
const WORDS = 150;

/** Charts in two columns (on narrow screens one below the other) of about the same height. */
export function Charts({ charts }: { charts: readonly Chart[] }): View {
  return (
    <Drawings.Consumer>
      {(drawings) => <Columns charts={charts} drawings={drawings} />}
    </Drawings.Consumer>
  );
}

function Columns({ charts, drawings }: {
  charts: readonly Chart[];
  drawings: ReadonlyMap<Chart, Drawing>;
}) {
  const columns: [Chart[], Chart[]] = [[], []];
  const heights = [0, 0];
  for (const chart of charts) {
    const shorter = heights[0]! <= heights[1]! ? 0 : 1;
    columns[shorter].push(chart);
    heights[shorter]! += sizeOf(drawings.get(chart)!.svg).height + WORDS;
  }
  return (
    <div class="charts">
      {columns.filter((column) => column.length > 0).map((column) => (
        <div>{column.map((chart) => <ChartView chart={chart} {...drawings.get(chart)!} />)}</div>
      ))}
    </div>
  );
}

function ChartView({ chart, svg }: { chart: Chart } & Drawing) {
  const { spec, says, description } = chart;
  const said = says?.[0]?.words ?? "";
  const data: ChartData = { spec, ...(says && { says }) };
  return (
    <figure id={`chart-${chart.name}`} class={widthClass(svg)}>
      <h3>{chart.title}</h3>
      <div
        class="drawn"
        dangerouslySetInnerHTML={{ __html: withOwnIds(svg, chart.name) }}
      />
      <figcaption>
        <span class="says">
          {said === "" ? description : description.slice(0, -said.length)}
          {said !== "" && <span class="said" aria-live="polite">{said}</span>}
        </span>{" "}
        <span class="files" hidden>
          <FileButton file="svg" of={chart.title}>SVG</FileButton>
          <FileButton file="png" of={chart.title}>PNG</FileButton>
          {isPdfDrawing(svg) && <FileButton file="pdf" of={chart.title}>PDF</FileButton>}
          <FileButton file="csv" of={chart.title}>CSV</FileButton>
          <FileButton file="json" of={chart.title}>JSON</FileButton>
          <FileButton file="vega-lite" of={chart.title}>Vega-Lite</FileButton>
        </span>
      </figcaption>
      <script
        type="application/json"
        dangerouslySetInnerHTML={{ __html: inScript(JSON.stringify(data)) }}
      />
    </figure>
  );
}

/** The class of figures whose drawings have one width. */
const widthClass = (svg: string) => `w${sizeOf(svg).width}`;

/** The style of the figures: the page's policy allows no style in an element. */
export function widthsOf(drawings: Iterable<Drawing>): string {
  const widths = new Set([...drawings].map(({ svg }) => sizeOf(svg).width));
  return [...widths].sort((a, b) => a - b).map((width) => `.w${width} { --width: ${width}px; }`)
    .join("\n");
}

/** The size that a drawing was made for. */
function sizeOf(svg: string): { width: number; height: number } {
  const of = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(svg)?.[1] ?? 0);
  return { width: of("width"), height: of("height") };
}

/** Keeps the ids of one drawing apart from those of the others on the page. */
function withOwnIds(svg: string, name: string): string {
  return svg
    .replaceAll(/ id="([^"]+)"/g, (_, id) => ` id="${name}-${id}"`)
    .replaceAll(/url\(#([^)]+)\)/g, (_, id) => `url(#${name}-${id})`)
    .replaceAll(/href="#([^"]+)"/g, (_, id) => `href="#${name}-${id}"`);
}
