/**
 * Methods and data sets as analyses see them, of a few made-up figures.
 *
 * @module
 */
import { type Metric, METRICS } from "../../metrics/mod.ts";
import type { DatasetResults, MethodResults } from "../../report/analysis/arrange.ts";

const named = (name: string) => METRICS.find((metric) => metric.name === name)!;

/** Metrics by name: more is better, and less is. */
export const [accuracy, ece, nll] = ["accuracy", "ece", "nll"].map(named) as [
  Metric,
  Metric,
  Metric,
];

const figures = (value: number) =>
  new Map(
    ["average", "worst"].flatMap((domain) =>
      ["accuracy", "ece", "nll"].map((metric) => [`${domain}/${metric}`, value] as const)
    ),
  );

/** A method whose runs have these values of every figure, by seed; null where a run has failed. */
export function method(
  name: string,
  values: readonly (number | null)[],
  learned = true,
): MethodResults {
  const runs = values.map((value, seed) => ({
    id: `${name}${seed}`,
    spec: { seed },
    state: { status: value === null ? "failed" : "done" },
    digest: value === null ? null : {
      learned: { learned },
      data: { fingerprint: "same" },
      scores: figures(value),
      validation: figures(value),
    },
  }));
  const about = { title: name.toUpperCase(), family: "baseline", source: "" };
  return {
    label: name,
    title: name.toUpperCase(),
    name,
    network: null,
    about,
    runs,
  } as unknown as MethodResults;
}

/** Methods on one data set. */
export const dataset = (...methods: MethodResults[]): DatasetResults =>
  ({
    name: "own",
    title: "Own",
    seeds: methods[0]?.runs.map((_, seed) => seed) ?? [],
    methods,
    data: null,
  }) as unknown as DatasetResults;
