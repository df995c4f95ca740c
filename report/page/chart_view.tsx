/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * Charts of the report as HTML: drawn, and ready to come to life.
 *
 * @module
 */
import { createContext } from "preact";
import type { Chart } from "../charts/chart.ts";
import type { View } from "../types.ts";
import { inScript } from "./embed.ts";

/** How a chart was drawn. */
export interface Drawing {
  readonly svg: string;
  /** Whether there is a PNG of it beside the SVG. */
  readonly hasPng: boolean;
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

function ChartView({ chart, svg, hasPng }: { chart: Chart } & Drawing) {
  return (
    <figure id={`chart-${chart.name}`} class={widthClass(svg)}>
      <h3>{chart.title}</h3>
      <div
        class="drawn"
        dangerouslySetInnerHTML={{ __html: withOwnIds(svg, chart.name) }}
      />
      <figcaption>
        {chart.description}{" "}
        <span class="files">
          <a href={`charts/${chart.name}.svg`}>SVG</a>
          {hasPng && <a href={`charts/${chart.name}.png`}>PNG</a>}
          <a href={`charts/${chart.name}.vl.json`}>Vega-Lite</a>
        </span>
      </figcaption>
      <script
        type="application/json"
        dangerouslySetInnerHTML={{ __html: inScript(JSON.stringify(chart.spec)) }}
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
