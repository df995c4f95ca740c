/**
 * The files of a report, under `<out>/report/`.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { DataError } from "../base/errors.ts";
import {
  isFile,
  readIfThere,
  readRegularFile,
  requireNoLinkInside,
  writeAtomically,
} from "../base/files.ts";
import { sha256Of } from "../bench/records/seal.ts";
import type { Chart } from "./charts/chart.ts";
import { isPdfDrawing, svgToPdf } from "./charts/pdf/pdf.ts";
import { chartRows, rowsAsCsv } from "./charts/rows.ts";
import { canDrawText, toPng, toSvg } from "./charts/render.ts";
import type { Drawing } from "./page/chart_view.tsx";
import { toCsv } from "./tables/formats/csv.ts";
import { toLatex } from "./tables/formats/latex.ts";
import { toMarkdown } from "./tables/formats/markdown.ts";
import { forPaper, type PaperOptions } from "./tables/paper.ts";
import type { Table } from "./tables/table.ts";

/** The checksums of a report's files and of `results.csv`, as `sha256sum --check` reads them. */
const SUMS = "SHA256SUMS";

/** Stands in a report's folder while that is written: one that was broken off is known by it. */
const UNFINISHED = "UNFINISHED";

/** Whether a report is being written, or its writing was broken off. */
export async function isUnfinished(out: string): Promise<boolean> {
  return await isFile(join(out, "report", UNFINISHED));
}

function writeSums(sums: ReadonlyMap<string, string>): string {
  return [...sums].sort(([a], [b]) => a < b ? -1 : 1).map(([name, sum]) => `${sum}  ${name}\n`)
    .join("");
}

/**
 * Files of a report that are not what was written, relative to its folder; none where no report was
 * written, or by an earlier version.
 */
export async function alteredFiles(out: string): Promise<string[]> {
  const folder = join(out, "report");
  const text = await readIfThere(join(folder, SUMS)).catch((error) => {
    if (error instanceof DataError) return SUMS; // a folder, or a pipe
    throw error;
  });
  const altered: string[] = [];
  for (const line of (text ?? "").split("\n").filter((line) => line !== "")) {
    const [, sum, name] = /^([0-9a-f]{64}) {2}([^\0]+)$/.exec(line) ?? [];
    const inside = name === "../results.csv" || (name !== undefined && isInside(name));
    if (!inside) return [SUMS];
    const bytes = await readRegularFile(join(folder, name!)).catch(() => null);
    if (bytes === null || sha256Of(bytes) !== sum) altered.push(name!);
  }
  return altered;
}

function isInside(name: string): boolean {
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Writes a report's files and knows which they are. */
export class ReportFiles {
  readonly #paths: string[] = [];
  readonly #sums = new Map<string, string>();
  /** Pictures that other threads are drawing. */
  readonly #pending: Promise<void>[] = [];
  /** Texts of tables by their files' names, for the page to hand out. */
  readonly texts: Record<string, string> = {};

  constructor(private readonly out: string, private readonly paper: PaperOptions = {}) {}

  /** Every file that was written, in alphabetical order. */
  get paths(): string[] {
    return this.#paths.toSorted();
  }

  /** Marks what was there as no longer whole. */
  async begin(): Promise<void> {
    await requireNoLinkInside(this.out, "report");
    const text = "This report is being written, or its writing was broken off.\n";
    await writeAtomically(this.#path(UNFINISHED), text, false);
  }

  /** Replaces `<out>/results.csv`. */
  async results(csv: string): Promise<void> {
    // Renamed from within: in `out` itself a harness sweeps temporary files away.
    await requireNoLinkInside(this.out, "report");
    // Under a name of its own: another process may be writing a report as well.
    const path = this.#path(`results.${crypto.randomUUID().slice(0, 8)}.csv`);
    const final = join(this.out, "results.csv");
    await writeAtomically(path, csv);
    await Deno.rename(path, final);
    this.#paths.push(final);
    this.#sums.set("../results.csv", sha256Of(csv));
  }

  /** Writes a table in every format. */
  async table(table: Table): Promise<void> {
    await this.#text(`${table.name}.csv`, toCsv(table));
    const shown = table.csvOnly ? null : forPaper(table, this.paper);
    if (shown === null) return;
    await this.#text(`${table.name}.md`, toMarkdown(shown));
    await this.#text(`${table.name}.tex`, toLatex(shown, this.paper));
  }

  /** Draws charts and writes them in every format. */
  async charts(charts: readonly Chart[]): Promise<Map<Chart, Drawing>> {
    const hasPng = await canDrawText();
    const drawings = new Map<Chart, Drawing>();
    for (const chart of charts) {
      const { name, spec } = chart;
      const svg = await toSvg(spec);
      await this.#write(`charts/${name}.vl.json`, JSON.stringify(spec, null, 1) + "\n");
      await this.#write(`charts/${name}.csv`, rowsAsCsv(chartRows(spec)));
      await this.#write(`charts/${name}.svg`, svg + "\n");
      if (isPdfDrawing(svg)) {
        await this.#write(`charts/${name}.pdf`, await svgToPdf(svg, chart.title));
      }
      if (hasPng) {
        this.#pending.push(toPng(svg).then((png) => this.#write(`charts/${name}.png`, png)));
      }
      drawings.set(chart, { svg });
    }
    return drawings;
  }

  /** Writes the page, last: what it links to is there. Returns its path. */
  async page(html: string): Promise<string> {
    await Promise.all(this.#pending);
    await this.#write("index.html", html);
    await writeAtomically(this.#path(SUMS), writeSums(this.#sums), false);
    await Deno.remove(this.#path(UNFINISHED)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    return this.#path("index.html");
  }

  /** Writes texts as they are, beside the tables. */
  async plain(texts: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(texts)) await this.#text(name, text);
  }

  async #text(name: string, text: string): Promise<void> {
    this.texts[name] = text;
    await this.#write(`tables/${name}`, text);
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await requireNoLinkInside(this.out, join("report", dirname(name)));
    await writeAtomically(this.#path(name), content, false);
    this.#paths.push(this.#path(name));
    this.#sums.set(name, sha256Of(content));
  }

  #path(name: string): string {
    return join(this.out, "report", name);
  }
}
