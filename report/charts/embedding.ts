/**
 * Test features in two dimensions, method by method, coloured by class and by domain.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { ITERATIONS, type Points } from "../analysis/embedding.ts";
import type { DatasetResults, MethodResults } from "../analysis/arrange.ts";
import {
  categories,
  type Chart,
  choice,
  classOrder,
  MOST_CATEGORIES,
  type Said,
  specOf,
} from "./chart.ts";

/** Width and height of a picture. */
const SIZE = 210;

/** The points of one method. */
export interface EmbeddingRow {
  readonly method: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly class: readonly string[];
  readonly domain: readonly string[];
}

/**
 * The same points twice: coloured by class and by domain. The reader chooses the method.
 *
 * @param classes Those that have a colour; the points of others are grey.
 */
export function embeddingSpec(
  rows: readonly EmbeddingRow[],
  classes: readonly string[],
  domains: readonly string[],
  description: string,
): TopLevelSpec {
  const panel = (field: "class" | "domain", names: readonly string[]) => {
    const { color, shape } = categories(names);
    const longest = Math.max(...names.map((name) => name.length));
    const legend = {
      title: null,
      orient: "bottom" as const,
      // No wider than the picture, or it would push the other one away.
      columns: Math.max(1, Math.floor(SIZE / (26 + 7 * Math.min(longest, 14)))),
      symbolOpacity: 1,
      labelLimit: 110,
    };
    const own = { test: `indexof(${JSON.stringify(names)}, datum[${JSON.stringify(field)}]) < 0` };
    return {
      title: { text: `By ${field}` },
      width: SIZE,
      height: SIZE,
      mark: { type: "point" as const, filled: true, opacity: 1, aria: false },
      encoding: {
        x: { field: "x", type: "quantitative" as const, axis: null, scale: { zero: false } },
        y: { field: "y", type: "quantitative" as const, axis: null, scale: { zero: false } },
        color: {
          condition: { ...own, value: "currentColor" },
          field,
          type: "nominal" as const,
          scale: color,
          legend,
        },
        shape: {
          condition: { ...own, value: "circle" },
          field,
          type: "nominal" as const,
          scale: shape,
          legend,
        },
        size: { condition: { ...own, value: 10 }, value: 24 },
        fillOpacity: { condition: { ...own, value: 0.3 }, value: 0.8 },
        tooltip: [{ field: "method" }, { field: "class" }, { field: "domain" }],
      },
    };
  };
  return specOf(description, {
    title: { text: { expr: "method" } },
    params: [choice("method", "Method", rows.map(({ method }) => method), rows[0]!.method)],
    data: { values: [...rows] },
    transform: [
      { filter: "datum.method === method" },
      { flatten: ["x", "y", "class", "domain"] },
    ],
    hconcat: [panel("class", classes), panel("domain", domains)],
    resolve: { scale: { color: "independent", shape: "independent" } },
  }, { view: { stroke: "currentColor", strokeOpacity: 0.2 } });
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
  const found = ordered.flatMap((method) => {
    const run = method.runs.find((run) => run?.state.status === "done" && embeddings.has(run.id));
    return run ? [{ method, seed: run.spec.seed, points: embeddings.get(run.id)! }] : [];
  });
  if (found.length === 0) return null;
  const shown = classesShown(found.flatMap(({ points }) => points.label), dataset);
  const rows = found.map(({ method, points }): EmbeddingRow => ({
    method: method.title,
    x: points.x,
    y: points.y,
    class: points.label.map((c) => classes[c]!),
    domain: points.domain.map((d) => domains[d]!),
  }));
  const says = found.map(({ method, seed }): Said => ({
    choice: { method: method.title },
    words: `Shown: ${method.title}, seed ${seed}.`,
  }));
  const { points } = found[0]!;
  const description = `Features of ${points.x.length} test images of ${dataset.title} in two ` +
    `dimensions by t-SNE (perplexity ${points.perplexity}, ${ITERATIONS} steps, seed ` +
    `${points.seed}), one run a method. ` +
    "The same images for every method" +
    (shown.length < classes.length
      ? `; the ${shown.length} classes with the most of them in colour, the others grey`
      : "") +
    ". Neighbours are alike in the features; distances between " +
    `clusters and their sizes mean nothing. ${says[0]!.words}`;
  return {
    name: `${dataset.name}-features`,
    title: "Test features (t-SNE)",
    description,
    spec: embeddingSpec(rows, shown.map((c) => classes[c]!), domains, description),
    says,
  };
}

/** All classes where they can be told apart, else the most frequent of the images. */
function classesShown(labels: readonly number[], { data }: DatasetResults): number[] {
  const order = classOrder(data!.counts.train);
  if (order.length <= MOST_CATEGORIES) return order;
  const images = Map.groupBy(labels, (label) => label);
  const count = (c: number) => images.get(c)?.length ?? 0;
  return order.toSorted((a, b) => count(b) - count(a)).slice(0, 10);
}
