/**
 * Tables of the tests that a data set's results are put to.
 *
 * @module
 */
import type { DatasetResults } from "../analysis/arrange.ts";
import type { Tested } from "../analysis/tested.ts";
import { type Anova, anovas, type Comparison, type Pairwise } from "../analysis/significance.ts";
import { DATASET, DOMAIN, METHOD, METRIC, P_HOLM, text } from "./columns.ts";
import { selectedBy } from "./captions.ts";
import { datasetName, metricName, nameOf, percent, pointsOf, showP } from "./format.ts";
import type { Group, Row, Table } from "./table.ts";

/** The F tests of every data set; its CSV is a contract. */
export function anovaTable(
  datasets: readonly DatasetResults[],
  figures: readonly Tested[],
): Table {
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
      "every method. Partial η² is the share of the methods in the spread that the test sees. The " +
      "p-values of this table are not corrected for the number of tests.",
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      text("test", "Test"),
      { key: "statistic", title: "F", kind: "number", digits: 2 },
      { key: "df1", title: "df 1", kind: "number" },
      { key: "df2", title: "df 2", kind: "number" },
      { key: "p", title: "p", kind: "number", show: showP },
      { key: "eta", title: "Partial η²", kind: "number", digits: 2, inCsv: false },
    ],
    groups: datasets.map((dataset) => ({
      title: null,
      rows: anovas(dataset, figures).map((anova): Row => {
        const { domain, metric, test, result } = anova;
        const numbers = result.computable
          ? [result.statistic, result.df1, result.df2, result.p, result.partialEtaSquared]
          : [null, null, null, null, null];
        return {
          cells: [datasetName(dataset), domain, metricName(metric), test, ...numbers],
          ...note(anova),
        };
      }),
    })),
  };
}

/** Every method beside the best one, by data set and tested figure. */
export function comparisonsTable(
  name: string,
  comparisons: readonly Comparison[],
  alpha: number,
): Table {
  const runs = comparisons.flatMap(({ dataset }) => dataset.methods.flatMap(({ runs }) => runs));
  return {
    name,
    title: "Every method beside the best",
    caption: `Differences best − method of test figures ${pointsOf(comparisons)}, means over the ` +
      `seeds that both have, with simultaneous ${percent(1 - alpha).toFixed(0)} % intervals by ` +
      "Tukey's HSD (blocked by seed, over all pairs of methods that lack no seed). Beside it the " +
      "paired t test over seeds, two-sided and Holm-corrected over all pairs, with Cohen's d and " +
      "Hedges' g of the differences. " + selectedBy(runs),
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      text("best", "Best"),
      METHOD,
      { key: "difference", title: "Difference", kind: "interval", digits: 1 },
      { key: "p_tukey", title: "p (Tukey)", kind: "number", show: showP },
      { key: "t", title: "t", kind: "number", digits: 2 },
      { key: "df", title: "df", kind: "number" },
      P_HOLM,
      { key: "cohen_dz", title: "d", kind: "number", digits: 2 },
      { key: "hedges_gz", title: "g", kind: "number", digits: 2 },
    ],
    groups: comparisons.map(comparisonGroup),
  };
}

function comparisonGroup({ dataset, domain, metric, best, others }: Comparison): Group {
  return {
    title: `${dataset.title}: ${domain} ${metric.title}, best ${best.title}`,
    rows: others.map(({ method, difference, ends, test, tukey, holm }): Row => ({
      cells: [
        datasetName(dataset),
        domain,
        metricName(metric),
        nameOf(best),
        nameOf(method),
        {
          value: metric.scale.factor * difference,
          ends: ends && [metric.scale.factor * ends[0], metric.scale.factor * ends[1]],
        },
        tukey,
        test.computable ? test.statistic : null,
        test.computable ? test.df : null,
        holm,
        test.computable ? test.effect : null,
        test.computable ? test.hedges : null,
      ],
      ...(test.computable ? {} : { note: `paired t test not computable: ${test.why}` }),
    })),
  };
}

/** Every pair of methods on every tested figure of every data set: for programs, so CSV alone. */
export function pairsTable(all: readonly Pairwise[]): Table {
  return {
    name: "pairs",
    title: "Every pair of methods",
    caption: `Differences first − second ${pointsOf(all)}.`,
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      text("first", "First"),
      text("second", "Second"),
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
          metric.name,
          nameOf(first),
          nameOf(second),
          metric.scale.factor * difference,
          ...(test.computable
            ? [test.df + 1, test.statistic, holm, tukey, test.effect, test.hedges]
            : [null, null, null, tukey, null, null]),
        ],
        ...(test.computable ? {} : { note: `not computable: ${test.why}` }),
      })),
    })),
    notesInCsv: true,
    csvOnly: true,
  };
}
