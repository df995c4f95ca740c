/**
 * The files of a report, under `<out>/report/`.
 *
 * @module
 */
import { join } from "node:path";
import { writeAtomically } from "../base/files.ts";
import type { Chart } from "./charts/chart.ts";
import { canDrawText, toPng, toSvg } from "./charts/render.ts";
import type { Drawing } from "./page/chart_view.tsx";
import { toCsv } from "./tables/formats/csv.ts";
import { toLatex } from "./tables/formats/latex.ts";
import { toMarkdown } from "./tables/formats/markdown.ts";
import type { Table } from "./tables/table.ts";

/** Writes a report's files and knows which they are. */
export class ReportFiles {
  readonly #paths: string[] = [];
  /** Pictures that other threads are drawing. */
  readonly #pending: Promise<void>[] = [];

  constructor(private readonly out: string) {}

  /** Every file that was written, in alphabetical order. */
  get paths(): string[] {
    return this.#paths.toSorted();
  }

  /** Replaces `<out>/results.csv`. */
  async results(csv: string): Promise<void> {
    // Renamed from within: in `out` itself a harness sweeps temporary files away.
    const [path, final] = [this.#path("results.csv"), join(this.out, "results.csv")];
    await writeAtomically(path, csv);
    await Deno.rename(path, final);
    this.#paths.push(final);
  }

  /** Writes a table in every format. */
  async table(table: Table): Promise<void> {
    await this.#write(`tables/${table.name}.csv`, toCsv(table));
    if (table.csvOnly) return;
    await this.#write(`tables/${table.name}.md`, toMarkdown(table));
    await this.#write(`tables/${table.name}.tex`, toLatex(table));
  }

  /** Draws charts and writes them in every format. */
  async charts(charts: readonly Chart[]): Promise<Map<Chart, Drawing>> {
    const hasPng = await canDrawText();
    const drawings = new Map<Chart, Drawing>();
    for (const chart of charts) {
      const { name, spec } = chart;
      const svg = await toSvg(spec);
      await this.#write(`charts/${name}.vl.json`, JSON.stringify(spec, null, 1) + "\n");
      await this.#write(`charts/${name}.svg`, svg + "\n");
      if (hasPng) {
        this.#pending.push(toPng(svg).then((png) => this.#write(`charts/${name}.png`, png)));
      }
      drawings.set(chart, { svg, hasPng });
    }
    return drawings;
  }

  /** Writes the page, last: what it links to is there. Returns its path. */
  async page(html: string): Promise<string> {
    await Promise.all(this.#pending);
    await this.#write("index.html", html);
    return this.#path("index.html");
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await writeAtomically(this.#path(name), content, false);
    this.#paths.push(this.#path(name));
  }

  #path(name: string): string {
    return join(this.out, "report", name);
  }
}
