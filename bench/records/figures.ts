/**
 * The figures of a record: every metric by split and domain.
 *
 * @module
 */
import {
  countsOf,
  type Evaluation,
  measure,
  type Measured,
  type Metric,
  METRICS,
  summarize,
} from "../../metrics/mod.ts";
import type { RunRecord } from "./record.ts";

/** One figure: a row of `results.csv`. */
export interface Figure {
  /** The data set's name. */
  readonly dataset: string;
  /** The run's name: `erm`, or `boda+crt` for two stages. */
  readonly method: string;
  /** The seed of the run. */
  readonly seed: number;
  /** On which images. */
  readonly split: "validation" | "test";
  /** A domain's name, `average`, `worst` or `pooled`. */
  readonly domain: string;
  /** Its name. */
  readonly metric: string;
  /** As computed: fractions are not in percent. */
  readonly value: number;
}

/** What a record knows of a split; null without a result. */
export function evaluations(
  { result, data }: Pick<RunRecord, "result" | "data">,
  split: Figure["split"],
): Evaluation[] {
  return result![split].map((confusion, d) => {
    const confidence = split === "test" ? result!.calibration?.[d] : undefined;
    return {
      counts: countsOf(confusion, { train: data.counts.train[d]!, shots: data.shots }),
      ...(confidence && { confidence }),
    };
  });
}

/**
 * The tidy figures of a run: every metric by domain, averaged over domains, of the worst domain and
 * of all domains pooled. Undefined figures, and those that the record does not have, have no row.
 */
export function figures(record: RunRecord, metrics: readonly Metric[] = METRICS): Figure[] {
  const { spec, name, outcome, data, result } = record;
  if (result === null || outcome.status !== "done") return [];
  const about = { dataset: spec.dataset.name, method: name, seed: spec.seed };
  return (["validation", "test"] as const).flatMap((split) => {
    const known = evaluations(record, split);
    return metrics.flatMap((metric) => {
      const measured = result.scores?.[split]?.[metric.name] ?? measure(metric, known);
      return measured === null ? [] : byDomain(metric, measured, data.domains)
        .map(([domain, value]) => ({ ...about, split, domain, metric: metric.name, value }));
    });
  });
}

/** The values of a metric that there are, with what they are of. */
function byDomain(
  metric: Metric,
  measured: Measured,
  domains: readonly string[],
): (readonly [domain: string, value: number])[] {
  const { average, worst, pooled } = summarize(metric, measured);
  const values = [
    ...measured.domains.map((value, d) => [domains[d]!, value] as const),
    ...Object.entries({ average, worst, pooled }),
  ];
  return values.flatMap(([domain, value]) => value === null ? [] : [[domain, value] as const]);
}
