/**
 * Figures over seeds, one a row: what `deno task results` prints.
 *
 * @module
 */
import { find, notFoundMessage, UsageError } from "../../base/errors.ts";
import { best, type Metric } from "../../metrics/mod.ts";
import { scoreKey } from "../digest.ts";
import type { ReportContext } from "../context.ts";
import {
  completeMethods,
  type DatasetResults,
  type Estimate,
  estimate,
  type MethodResults,
  scores,
} from "./arrange.ts";
import { bestFirst } from "./tested.ts";

/** Which figures are wanted; what is left out is not narrowed. */
export interface Wanted {
  readonly datasets?: readonly string[];
  readonly methods?: readonly string[];
  /** The report's first metrics by default; `all` for every one. */
  readonly metrics?: readonly string[];
  /** Names of domains, `average`, `worst` or `pooled`; the first two by default; `all` for every one. */
  readonly domains?: readonly string[];
}

/** A figure of a method on a data set, over seeds; not scaled. */
export interface Listed {
  readonly dataset: DatasetResults;
  readonly method: MethodResults;
  readonly metric: Metric;
  readonly domain: string;
  readonly estimate: Estimate;
  /** Of the seed with the best value. */
  readonly best: number;
  /** Place by mean among the methods that lack no seed, 1 for the first; null for the others. */
  readonly rank: number | null;
  /** By seed. */
  readonly values: ReadonlyMap<number, number>;
}

const OVER_DOMAINS = ["average", "worst", "pooled"];

/**
 * The wanted test figures: by data set, metric and domain, methods in table order, then the same of
 * unseen domains by each rule. What is undefined has no row.
 *
 * @throws {UsageError} When something of that name is not in the folder.
 */
export function listing(ctx: ReportContext, wanted: Wanted): Listed[] {
  const all = [ctx, ...ctx.unseen().map(({ ctx }) => ctx)].flatMap((ctx) => ctx.datasets());
  const datasets = chosen("data set", wanted.datasets, all, ({ name, methods }) => [
    name,
    ...methods.map(({ spec }) => spec.dataset.name),
  ]);
  const methods = new Set(
    chosen(
      "method",
      wanted.methods,
      datasets.flatMap((dataset) => dataset.methods),
      ({ label, name }) => [label, name],
    ),
  );
  const domains = domainsOf(wanted.domains, datasets);
  return datasets.flatMap((dataset) =>
    metricsOf(ctx, wanted.metrics).flatMap((metric) =>
      domains.filter((domain) => OVER_DOMAINS.includes(domain) || has(dataset, domain))
        .flatMap((domain) =>
          ranked(dataset, metric, domain).filter((row) => methods.has(row.method))
        )
    )
  );
}

/** The rows of every method of a data set, with their places. */
function ranked(dataset: DatasetResults, metric: Metric, domain: string): Listed[] {
  const rows = dataset.methods.flatMap((method) => {
    const bySeed = scores(method, scoreKey(domain, metric.name));
    const own = estimate(bySeed);
    if (own === null) return [];
    const values = new Map(
      bySeed.flatMap((value, i) => value === null ? [] : [[dataset.seeds[i]!, value] as const]),
    );
    return [{ dataset, method, metric, domain, estimate: own, values, rank: null }];
  });
  const complete = completeMethods(dataset);
  const order = rows.filter(({ method }) => complete.includes(method))
    .map(({ estimate }) => estimate.mean).sort(bestFirst(metric));
  return rows.map((row) => ({
    ...row,
    best: best(metric, [...row.values.values()]),
    rank: complete.includes(row.method) ? order.indexOf(row.estimate.mean) + 1 : null,
  }));
}

function metricsOf({ metrics, catalogue }: ReportContext, names: Wanted["metrics"]) {
  if (names === undefined) return metrics.tested;
  return names.includes("all")
    ? catalogue.metrics
    : names.map((name) => find("metric", name, catalogue.metrics));
}

function domainsOf(names: Wanted["domains"], datasets: readonly DatasetResults[]): string[] {
  const known = [
    ...OVER_DOMAINS,
    ...new Set(datasets.flatMap(({ data }) => data?.domains ?? [])),
  ];
  if (names === undefined) return ["average", "worst"];
  return names.includes("all") ? known : chosen("domain", names, known, (name) => [name]);
}

function has({ data }: DatasetResults, domain: string): boolean {
  return data?.domains.includes(domain) ?? false;
}

/** The items that have one of some names, in their own order; all where no names are given. */
function chosen<T>(
  what: string,
  names: readonly string[] | undefined,
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
): T[] {
  if (names === undefined || names.includes("all")) return [...items];
  const lower = (text: string) => text.toLowerCase();
  const known = [...new Set(items.flatMap((item) => [...namesOf(item)]))];
  for (const name of names) {
    if (known.some((other) => lower(other) === lower(name))) continue;
    throw new UsageError(notFoundMessage(what, name, known));
  }
  return items.filter((item) =>
    namesOf(item).some((own) => names.some((name) => lower(name) === lower(own)))
  );
}
