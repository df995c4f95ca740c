/**
 * What kept results say of every method: its figures in each, beside those of all others.
 *
 * @module
 */
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { UsageError } from "../../base/errors.ts";
import { isFile } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import { bestFirst } from "../../report/analysis/tested.ts";
import { allKept, type Kept, KEPT_FILES, KEPT_FOLDER } from "../../report/kept/kept.ts";

/** The metric that methods are shown by. */
export const METRIC = PRIMARY;

/** A mean over seeds, as tables show it. */
export interface Figure {
  readonly mean: number;
  /** Standard deviation (ddof 1); null of a single seed. */
  readonly sd: number | null;
  /** Seeds. */
  readonly n: number;
}

/** A method in a comparison. */
export interface Entrant {
  readonly name: string;
  readonly title: string;
  readonly average: Figure;
  /** Of the worst domain; null where it is not kept. */
  readonly worst: Figure | null;
  /** By the average's mean, 1 for the first; null of one that lacks seeds. */
  readonly place: number | null;
}

/** All methods of kept results on one data set by one protocol, the best first. */
export interface Comparison {
  readonly results: string;
  /** In words, such as `all domains`. */
  readonly protocol: string;
  /** The data set, as people call it. */
  readonly title: string;
  /** The registered data set; null for one that is not. */
  readonly dataset: string | null;
  readonly entrants: readonly Entrant[];
}

/** Kept results with their comparisons. */
export interface Results {
  readonly name: string;
  readonly kept: Kept;
  readonly comparisons: readonly Comparison[];
}

const number = z.string().regex(/\d/).transform(Number);
const perhaps = z.string().transform((text) => text === "" ? null : Number(text));

const ROW = z.object({
  protocol: z.string(),
  dataset: z.string(),
  metric: z.string(),
  domain: z.string(),
  method: z.string(),
  value_mean: number,
  value_sd: perhaps,
  value_n: number,
  place: perhaps,
});
type Row = z.infer<typeof ROW>;

/**
 * Reads all kept results.
 *
 * @param parent Their folder.
 * @throws {UsageError} When figures are not in the form in which they are kept.
 */
export async function readResults(parent = projectPath(KEPT_FOLDER)): Promise<Results[]> {
  return await Promise.all((await allKept(parent)).map(async ({ name, kept }) => {
    const path = join(parent, name, KEPT_FILES.figures);
    const text = await isFile(path) ? await Deno.readTextFile(path) : "";
    return { name, kept, comparisons: comparisonsOf(name, rowsOf(path, text)) };
  }));
}

function rowsOf(path: string, text: string): Row[] {
  const { success, data, error } = ROW.array().safeParse(parse(text, { columns: true }));
  if (success) return data;
  const [row, column] = error.issues[0]?.path ?? [];
  throw new UsageError(
    `Cannot read ${path}: ${String(column)} of row ${Number(row) + 2} is not what ` +
      `deno task results --keep writes; keep the results again`,
  );
}

function comparisonsOf(results: string, rows: readonly Row[]): Comparison[] {
  const own = rows.filter(({ metric }) => metric === METRIC.name);
  const groups = Map.groupBy(own, ({ protocol, dataset }) => `${protocol}\n${dataset}`);
  return [...groups.values()].flatMap((rows) => {
    const averages = rows.filter(({ domain }) => domain === "average");
    const worst = new Map(
      rows.filter(({ domain }) => domain === "worst").map((row) => [row.method, figureOf(row)]),
    );
    const order = bestFirst(METRIC);
    const entrants = averages.map((row): Entrant => ({
      name: row.method,
      title: titleOf(row.method),
      average: figureOf(row),
      worst: worst.get(row.method) ?? null,
      place: row.place,
    })).sort((a, b) => order(a.average.mean, b.average.mean));
    if (entrants.length === 0) return [];
    const { protocol, dataset } = rows[0]!;
    return [{ results, protocol, entrants, ...datasetOf(dataset, protocol) }];
  });
}

function figureOf({ value_mean, value_sd, value_n }: Row): Figure {
  return { mean: value_mean, sd: value_sd, n: value_n };
}

/** A method as tables call it, or both of two stages; by its name where it is not registered. */
function titleOf(name: string): string {
  const stages = name.split("+").map((part) => METHODS.find((method) => method.name === part));
  return stages.every((stage) => stage !== undefined)
    ? stages.map((stage) => stage!.title).join(" + ")
    : name;
}

/** The registered data set whose name a name of figures begins with, and what else that says. */
function datasetOf(name: string, protocol: string): Pick<Comparison, "title" | "dataset"> {
  const found = DATASETS.filter((set) => `${name}-`.startsWith(`${set.name}-`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (found === undefined) return { title: name, dataset: null };
  const rest = name.slice(found.name.length + 1)
    .replace(protocol.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), "")
    .replaceAll(/^-|-$/g, "");
  return { title: rest === "" ? found.title : `${found.title} (${rest})`, dataset: found.name };
}
