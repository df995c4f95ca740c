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
import { datasetName, listed, metricName, nameOf, percent, pointsOf, showP } from "./format.ts";
import { type Group, intervalCell, type Row, type Table } from "./table.ts";

/** The F tests of every data set; its CSV is a contract. */
export function anovaTable(
  datasets: readonly DatasetResults[],
  figures: readonly Tested[],
): Table {
  const note = ({ result, leftOut, notLearned, test }: Anova) => {
    const parts = [
      ...(result.computable ? [] : [`not computable: ${result.why}`]),
      ...(leftOut.length > 0
        ? [`the ${test} test leaves out ${listed(leftOut)} for want of runs`]
        : []),
      ...(notLearned.length > 0
        ? [`the F tests leave out ${listed(notLearned)}, which did not learn`]
        : []),
    ];
    return parts.length > 0 ? { note: parts.join("; ") } : {};
  };
  return {
    name: "anova",
    title: "F tests of the methods, as papers print them",
    caption: "F tests of no difference between methods. One-way, the ANOVA of papers: seeds are " +
      "replicates of each method, and that runs of a seed are pairs is not used. Blocked: " +
      "methods × seeds without replication, which takes out what a seed does to every method. " +
      "Both take all methods for equally variable: where they are not, they reject too often " +
      "(docs/statistics.md has the measured rates), and say nothing of which methods differ. " +
      "Partial η² is the share of the methods in the spread that the test sees; the residual is the " +
      "standard deviation of a single value besides that, in the metric's unit. The p-values of " +
      "this table are not corrected for the number of tests.",
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
      { key: "residual", title: "Residual", kind: "number", digits: 1, inCsv: false },
    ],
    groups: datasets.map((dataset) => ({
      title: null,
      rows: anovas(dataset, figures).map((anova): Row => {
        const { domain, metric, test, result } = anova;
        const numbers = result.computable
          ? [
            ...[result.statistic, result.df1, result.df2, result.p, result.partialEtaSquared],
            metric.scale.factor * Math.sqrt(result.meanSquareError),
          ]
          : new Array<null>(6).fill(null);
        return {
          cells: [datasetName(dataset), domain, metricName(metric), test, ...numbers],
          ...note(anova),
        };
      }),
    })),
    notesInCsv: true,
  };
}

/** Every method beside the one with the highest mean, by data set and tested figure. */
export function comparisonsTable(
  name: string,
  comparisons: readonly Comparison[],
  alpha: number,
): Table {
  const runs = comparisons.flatMap(({ dataset }) => dataset.methods.flatMap(({ runs }) => runs));
  return {
    name,
    title: "Every method beside the highest mean",
    caption: `Differences highest mean − method of test figures ${pointsOf(comparisons)}, means ` +
      `over the seeds that both have, with ${
        percent(1 - alpha).toFixed(0)
      } % intervals that hold ` +
      "together for all pairs of methods (Bonferroni). p: two-sided moderated paired t test, " +
      "Holm-corrected over all pairs, so that it holds although the method was picked for its " +
      "mean. Verdict: how the method with the highest mean stands to this one. Beside it Cohen's " +
      "d and Hedges' g of the differences. " + selectedBy(runs),
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      text("best", "Highest mean"),
      METHOD,
      { key: "difference", title: "Difference", kind: "interval", digits: 1 },
      P_HOLM,
      text("verdict", "Verdict"),
      { key: "cohen_dz", title: "d", kind: "number", digits: 2 },
      { key: "hedges_gz", title: "g", kind: "number", digits: 2 },
    ],
    groups: comparisons.map(comparisonGroup),
    notesInCsv: true,
  };
}

function comparisonGroup({ dataset, domain, metric, best, others }: Comparison): Group {
  const { factor } = metric.scale;
  return {
    title: `${dataset.title}: ${domain} ${metric.title}, highest mean ${best.title}`,
    rows: others.map(({ method, difference, ends, p, verdict, why, effect, hedges }): Row => ({
      cells: [
        datasetName(dataset),
        domain,
        metricName(metric),
        nameOf(best),
        nameOf(method),
        intervalCell(difference, ends, factor),
        p,
        verdict,
        effect,
        hedges,
      ],
      ...(why === null ? {} : { note: `not tested: ${why}` }),
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
      { key: "difference", title: "Difference", kind: "interval" },
      { key: "seeds", title: "Seeds", kind: "number" },
      { key: "t", title: "t", kind: "number" },
      { key: "df", title: "df", kind: "number" },
      { key: "p_holm", title: "p (Holm)", kind: "number" },
      text("verdict", "Verdict"),
      { key: "cohen_dz", title: "Cohen's d_z", kind: "number" },
      { key: "hedges_gz", title: "Hedges' g_z", kind: "number" },
    ],
    groups: all.map(({ dataset, domain, metric, pairs }) => ({
      title: null,
      rows: pairs.map(({ first, second, compared, seeds, effect, hedges }): Row => {
        const { difference, test, together, p, verdict } = compared;
        const { factor } = metric.scale;
        return {
          cells: [
            dataset.name,
            domain,
            metric.name,
            nameOf(first),
            nameOf(second),
            intervalCell(difference, together, factor),
            seeds,
            test.computable ? test.statistic : null,
            test.computable ? test.df : null,
            p,
            verdict,
            effect,
            hedges,
          ],
          ...(test.computable ? {} : { note: `not tested: ${test.why}` }),
        };
      }),
    })),
    notesInCsv: true,
    csvOnly: true,
  };
}
