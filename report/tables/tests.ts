/**
 * Tables of the tests that a data set's results are put to.
 *
 * @module
 */
import type { DatasetResults } from "../results.ts";
import { type Anova, anovas, type Comparison, type Pairwise } from "../significance.ts";
import { metricTitle, nameOf, percent, showP } from "./format.ts";
import type { Group, Row, Table } from "./table.ts";

/** The F tests of every data set; its CSV is a contract. */
export function anovaTable(datasets: readonly DatasetResults[]): Table {
  const note = ({ result, leftOut, test }: Anova) => {
    const parts = [
      ...(result.computable ? [] : [`not computable: ${result.why}`]),
      ...(leftOut.length > 0
        ? [`the ${test} test leaves out ${leftOut.join(", ")} for want of runs`]
        : []),
    ];
    return parts.length > 0 ? { note: parts.join("; ") } : {};
  };
  return {
    name: "anova",
    title: "F tests of the methods",
    caption: "F tests of no difference between methods. One-way: seeds are replicates of each " +
      "method. Blocked: methods × seeds without replication, which takes out what a seed does to " +
      "every method. Partial η² is the share of the methods in the spread that the test sees. p-values here are not corrected for the number of tests.",
    columns: [
      { key: "dataset", title: "Data set", kind: "text" },
      { key: "domain", title: "Domain", kind: "text" },
      { key: "metric", title: "Metric", kind: "text" },
      { key: "test", title: "Test", kind: "text" },
      { key: "statistic", title: "F", kind: "number", digits: 2 },
      { key: "df1", title: "df 1", kind: "number" },
      { key: "df2", title: "df 2", kind: "number" },
      { key: "p", title: "p", kind: "number", show: showP },
      { key: "eta", title: "Partial η²", kind: "number", digits: 2, inCsv: false },
    ],
    groups: datasets.map((dataset) => ({
      title: null,
      rows: anovas(dataset).map((anova): Row => {
        const { domain, metric, test, result } = anova;
        const numbers = result.computable
          ? [result.statistic, result.df1, result.df2, result.p, result.partialEtaSquared]
          : [null, null, null, null, null];
        return { cells: [dataset.name, domain, metric, test, ...numbers], ...note(anova) };
      }),
    })),
  };
}

/** Every method beside the best one, by data set and tested figure. */
export function comparisonsTable(name: string, comparisons: readonly Comparison[]): Table {
  return {
    name,
    title: "Every method beside the best",
    caption: "Differences best − method in percentage points, paired by seed, with a 95 % " +
      "percentile bootstrap interval (narrow for few seeds) and Cohen's d of the differences. " +
      "p: two-sided paired t test, Holm-corrected over the methods of the group. The best was " +
      "picked by the same figures, which flatters it a little.",
    columns: [
      { key: "dataset", title: "Data set", kind: "text" },
      { key: "domain", title: "Domain", kind: "text" },
      { key: "metric", title: "Metric", kind: "text" },
      { key: "best", title: "Best", kind: "text" },
      { key: "method", title: "Method", kind: "text" },
      { key: "difference", title: "Difference", kind: "number", digits: 1 },
      { key: "low", title: "Low", kind: "number", digits: 1 },
      { key: "high", title: "High", kind: "number", digits: 1 },
      { key: "effect", title: "Effect d", kind: "number", digits: 2 },
      { key: "t", title: "t", kind: "number", digits: 2 },
      { key: "df", title: "df", kind: "number" },
      { key: "p_holm", title: "p (Holm)", kind: "number", show: showP },
    ],
    groups: comparisons.map(comparisonGroup),
  };
}

function comparisonGroup({ dataset, domain, metric, best, mean, others }: Comparison): Group {
  return {
    title: `${dataset.title}: ${domain} ${metricTitle(metric)}, best ${best.title}`,
    rows: others.map(({ method, mean: other, test, interval, p }): Row => ({
      cells: [
        dataset.name,
        domain,
        metric,
        nameOf(best),
        nameOf(method),
        percent(test.computable ? test.difference : mean - other),
        interval.computable ? percent(interval.low) : null,
        interval.computable ? percent(interval.high) : null,
        test.computable ? test.effect : null,
        test.computable ? test.statistic : null,
        test.computable ? test.df : null,
        p,
      ],
      ...(test.computable ? {} : { note: `no test: ${test.why}` }),
    })),
  };
}

/** Every pair of methods on every tested figure of every data set: for programs, so CSV alone. */
export function pairsTable(all: readonly Pairwise[]): Table {
  return {
    name: "pairs",
    title: "Every pair of methods",
    caption: "Differences first − second in percentage points.",
    columns: [
      { key: "dataset", title: "Data set", kind: "text" },
      { key: "domain", title: "Domain", kind: "text" },
      { key: "metric", title: "Metric", kind: "text" },
      { key: "first", title: "First", kind: "text" },
      { key: "second", title: "Second", kind: "text" },
      { key: "difference", title: "Difference", kind: "number" },
      { key: "seeds", title: "Seeds", kind: "number" },
      { key: "t", title: "t", kind: "number" },
      { key: "p_holm", title: "p (Holm)", kind: "number" },
      { key: "p_tukey", title: "p (Tukey)", kind: "number" },
      { key: "cohen_dz", title: "Cohen's d_z", kind: "number" },
      { key: "hedges_gz", title: "Hedges' g_z", kind: "number" },
    ],
    groups: all.map(({ dataset, domain, metric, pairs }) => ({
      title: null,
      rows: pairs.map(({ first, second, difference, test, holm, tukey }): Row => ({
        cells: [
          dataset.name,
          domain,
          metric,
          nameOf(first),
          nameOf(second),
          percent(difference),
          ...(test.computable
            ? [test.df + 1, test.statistic, holm, tukey, test.effect, test.hedges]
            : [null, null, null, tukey, null, null]),
        ],
        ...(test.computable ? {} : { note: `not computable: ${test.why}` }),
      })),
    })),
    notesInCsv: true,
  };
}
