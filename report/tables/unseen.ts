/**
 * Tables of unseen domains.
 *
 * @module
 */
import { heading, type Metric } from "../../metrics/mod.ts";
import {
  type DatasetResults,
  family,
  groupBy,
  type MethodResults,
  networkOf,
  scores,
} from "../analysis/arrange.ts";
import type { UnseenRule } from "../../bench/plan/unseen.ts";
import { SEEN } from "../analysis/unseen.ts";
import { scoreKey } from "../digest.ts";
import { MARKED, overSeeds, spreadSpeaksFor } from "./captions.ts";
import { DATASET, DOMAIN, estimates, METHOD, METRIC, SEED, text } from "./columns.ts";
import { metricName, nameOf, noteOf, scaledEstimate, shownIn } from "./format.ts";
import { type Cell, MISSING, type Row, type Table } from "./table.ts";

/** Results in unseen domains by one rule. */
export interface UnseenResults {
  readonly rule: UnseenRule;
  readonly dataset: DatasetResults;
}

/** Unseen domain × method: test figures in each domain that was left out, and their average. */
export function unseenTable(
  { rule, dataset }: UnseenResults,
  title: string,
  metrics: readonly Metric[],
): Table {
  const beside = dataset.methods.some((method) =>
    metrics.some(({ name }) => scores(method, scoreKey(SEEN, name)).some((v) => v !== null))
  );
  const places = [...dataset.data?.domains ?? [], "average", ...(beside ? [SEEN] : [])];
  const figures = metrics.flatMap((metric) => places.map((domain) => ({ metric, domain })));
  const runs = dataset.methods.flatMap(({ runs }) => runs);
  return {
    name: dataset.name,
    title: `Unseen domains of ${title}, by ${rule.title}`,
    caption: [
      `Test figures ${shownIn(metrics)} in the domain that was left out of the training, ` +
      `${overSeeds(dataset.seeds)}; average: over which domain was left out.`,
      beside
        ? `Beside them, under "${SEEN}", the average of the same runs in the domains that they ` +
          "were trained on."
        : "",
      `The checkpoint is chosen by ${rule.by}.`,
      spreadSpeaksFor(runs),
      MARKED,
    ].filter((sentence) => sentence !== "").join(" "),
    columns: [
      METHOD,
      ...figures.map(({ metric, domain }) =>
        estimates(metric, {
          key: `${metric.name}_${domain === SEEN ? "trained_on" : domain}`,
          title: domain,
          columnGroup: heading(metric),
        })
      ),
    ],
    groups: [...groupBy(dataset.methods, family)].map(([title, methods]) => ({
      title,
      rows: methods.map((method): Row => {
        // An imported run may be finished and not have every figure.
        const none = method.runs.some((run) => run?.state.status === "done") ? null : MISSING;
        return {
          cells: [
            nameOf(method),
            ...figures.map(({ metric, domain }): Cell =>
              scaledEstimate(metric, scores(method, scoreKey(domain, metric.name))) ?? none
            ),
          ],
          ...noteOf(dataset, method),
        };
      }),
    })),
    notesInCsv: true,
  };
}

/** Every figure in an unseen domain, one a row: for programs, so CSV alone. */
export function unseenFiguresTable(
  all: readonly UnseenResults[],
  metrics: readonly Metric[],
): Table {
  return {
    name: "unseen",
    title: "Every figure in unseen domains",
    caption: "Test figures by rule, domain that was left out, method and seed, as fractions.",
    columns: [
      DATASET,
      text("network", "Network"),
      METHOD,
      SEED,
      text("rule", "Rule"),
      DOMAIN,
      METRIC,
      { key: "value", title: "Value", kind: "number" },
    ],
    groups: all.map(({ rule, dataset }) => ({
      title: null,
      rows: dataset.methods.flatMap((method) => rowsOf(dataset, method, rule, metrics)),
    })),
    csvOnly: true,
  };
}

function rowsOf(
  dataset: DatasetResults,
  method: MethodResults,
  rule: UnseenRule,
  metrics: readonly Metric[],
): Row[] {
  const domains = [...dataset.data?.domains ?? [], "average", "worst"];
  return method.runs.flatMap((run, s) =>
    run === null || run.state.status !== "done"
      ? []
      : domains.flatMap((domain) =>
        metrics.flatMap((metric): Row[] => {
          const value = run.digest?.scores.get(scoreKey(domain, metric.name));
          if (value === undefined) return [];
          const { spec } = method;
          return [{
            cells: [
              spec.dataset.name,
              networkOf({ spec }),
              nameOf(method),
              dataset.seeds[s]!,
              rule.name,
              domain,
              metricName(metric),
              value,
            ],
          }];
        })
      )
  );
}
