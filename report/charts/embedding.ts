/**
 * Test features in two dimensions, method by method, coloured by class and by domain.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { ITERATIONS, type Points } from "../embedding.ts";
import type { DatasetResults, MethodResults } from "../results.ts";
import {
  categories,
  type Chart,
  choice,
  classOrder,
  CONFIG,
  MOST_CATEGORIES,
  SCHEMA,
} from "./chart.ts";

const OTHERS = "other classes";

/** The points of one method. */
export interface EmbeddingRow {
  readonly method: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly class: readonly string[];
  readonly domain: readonly string[];
}

/** The same points twice: coloured by class and by domain. The reader chooses the method. */
export function embeddingSpec(
  rows: readonly EmbeddingRow[],
  classes: readonly string[],
  domains: readonly string[],
  description: string,
): TopLevelSpec {
  const panel = (field: "class" | "domain", names: readonly string[]) => {
    const { color, shape } = categories(names);
    const legend = {
      title: null,
      orient: "bottom",
      columns: names.length > 8 ? 5 : 4,
      symbolOpacity: 1,
      labelLimit: 80,
    };
    return {
      title: { text: `By ${field}` },
      width: 260,
      height: 260,
      mark: { type: "point", filled: true, size: 22, opacity: 0.75, aria: false },
      encoding: {
        x: { field: "x", type: "quantitative", axis: null, scale: { zero: false } },
        y: { field: "y", type: "quantitative", axis: null, scale: { zero: false } },
        color: { field, type: "nominal", scale: color, legend },
        shape: { field, type: "nominal", scale: shape, legend },
        tooltip: [{ field: "method" }, { field: "class" }, { field: "domain" }],
      },
    };
  };
  return {
    $schema: SCHEMA,
    description,
    config: { ...CONFIG, view: { stroke: "currentColor", strokeOpacity: 0.2 } },
    title: { text: { expr: "method" } },
    params: [choice("method", "Method", rows.map(({ method }) => method), rows[0]!.method)],
    data: { values: [...rows] },
    transform: [
      { filter: "datum.method === method" },
      { flatten: ["x", "y", "class", "domain"] },
    ],
    hconcat: [panel("class", classes), panel("domain", domains)],
    resolve: { scale: { color: "independent", shape: "independent" } },
  } as unknown as TopLevelSpec;
}

/**
 * The chart of a data set; null when no run kept features.
 *
 * @param ordered Methods from best to last.
 * @param embeddings Points by run id.
 */
export function embeddingChart(
  dataset: DatasetResults,
  ordered: readonly MethodResults[],
  embeddings: ReadonlyMap<string, Points>,
): Chart | null {
  const { domains, classes } = dataset.data!;
  const shown = classOrder(dataset.data!.counts.train).slice(0, MOST_CATEGORIES - 1);
  const few = classes.length <= MOST_CATEGORIES;
  const named = (c: number) => few || shown.includes(c) ? classes[c]! : OTHERS;
  const found = ordered.flatMap((method) => {
    const run = method.runs.find((run) => run && embeddings.has(run.id));
    return run ? [{ method, seed: run.spec.seed, points: embeddings.get(run.id)! }] : [];
  });
  if (found.length === 0) return null;
  const rows = found.map(({ method, points }): EmbeddingRow => ({
    method: method.title,
    x: points.x,
    y: points.y,
    class: points.label.map(named),
    domain: points.domain.map((d) => domains[d]!),
  }));
  const seeds = [...new Set(found.map(({ seed }) => seed))];
  const { points } = found[0]!;
  const description = `Features of ${points.x.length} test images of ${dataset.title} in two ` +
    `dimensions by t-SNE (perplexity ${points.perplexity}, ${ITERATIONS} steps, seed ` +
    `${points.seed}), one run a method (seed ${seeds.join("/")}), shown for ${rows[0]!.method}. ` +
    "The same images for every method. Neighbours are alike in the features; distances between " +
    "clusters and their sizes mean nothing.";
  return {
    name: `${dataset.name}-features`,
    title: "Test features (t-SNE)",
    description,
    spec: embeddingSpec(
      rows,
      few
        ? classOrder(dataset.data!.counts.train).map((c) => classes[c]!)
        : [...shown.map((c) => classes[c]!), OTHERS],
      domains,
      description,
    ),
  };
}
