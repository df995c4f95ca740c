/**
 * What has changed between two output folders, as tables and in sentences.
 *
 * @module
 */
import type { Change, Changes, JointChange } from "../analysis/compare.ts";
import { groupBy } from "../analysis/arrange.ts";
import { equalsP } from "../analysis/summary.ts";
import { intervalOf } from "../analysis/statistics/moderated.ts";
import { DATASET, DOMAIN, METHOD, METRIC, P_HOLM, text } from "./columns.ts";
import { distinct, figureTitle, metricName, pointsOf, scaled, shownIn, showP } from "./format.ts";
import { type Cell, intervalCell, type Row, type Table } from "./table.ts";

/** The changes as a table, data set by data set. */
export function changesTable({ all }: Changes, alpha: number): Table {
  const row = (change: Change): Row => ({
    cells: [
      change.dataset,
      change.method,
      change.domain,
      metricName(change.metric),
      change.before && scaled(change.metric, change.before),
      change.after && scaled(change.metric, change.after),
      difference(change),
      change.compared?.p ?? null,
      change.verdict,
    ],
    ...note(change),
  });
  const metrics = distinct(all.map(({ metric }) => metric));
  return {
    name: "changes",
    title: "What has changed since the earlier results",
    caption:
      `Test figures ${shownIn(metrics)}, mean ± standard deviation (ddof 1) over the seeds ` +
      `of each folder. Difference: after − before ${
        pointsOf(all)
      }, over the seeds that both have, with a ${Math.round(100 * (1 - alpha))} % t interval of ` +
      "its own. p: two-sided moderated paired t test, Holm-corrected over the methods of a figure.",
    columns: [
      DATASET,
      METHOD,
      DOMAIN,
      METRIC,
      { key: "before", title: "Before", kind: "estimate", digits: 1 },
      { key: "after", title: "After", kind: "estimate", digits: 1 },
      { key: "difference", title: "Difference", kind: "interval", digits: 1 },
      P_HOLM,
      text("verdict", "Verdict"),
    ],
    groups: [{ title: null, rows: all.map(row) }],
    notesInCsv: true,
  };
}

/** All methods together, by figure. */
export function jointChangesTable({ joint }: Changes, alpha: number): Table {
  return {
    name: "changes-together",
    title: "All methods together, since the earlier results",
    caption: `Mean change of all methods that both folders have on the same seeds, ` +
      `${pointsOf(joint)}, with a ${
        Math.round(100 * (1 - alpha))
      } % t interval over seeds and its ` +
      "test: one test a figure, however many methods. Different: blocked F test of whether the " +
      "methods changed by different amounts.",
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      { key: "methods", title: "Methods", kind: "number" },
      { key: "unchanged", title: "Unchanged", kind: "number" },
      { key: "change", title: "Mean change", kind: "interval", digits: 1 },
      { key: "p", title: "p", kind: "number", show: showP },
      { key: "p_different", title: "p (different)", kind: "number", show: showP },
    ],
    groups: [{
      title: null,
      rows: joint.map((change): Row => {
        const { dataset, domain, metric, methods, unchanged, mean, apart } = change;
        const reasons = [
          ...(mean.computable ? [] : [`mean change not tested: ${mean.why}`]),
          ...(apart.computable ? [] : [`different changes not tested: ${apart.why}`]),
        ];
        return {
          cells: [
            ...[dataset, domain, metricName(metric), methods, unchanged],
            meanCell(change, alpha),
            mean.computable ? mean.p : null,
            apart.computable ? apart.p : null,
          ],
          ...(reasons.length > 0 ? { note: reasons.join("; ") } : {}),
        };
      }),
    }],
    notesInCsv: true,
  };
}

function meanCell({ mean, metric: { scale: { factor } } }: JointChange, alpha: number): Cell {
  if (!mean.computable) return null;
  const [low, high] = intervalOf(mean, alpha);
  return intervalCell(mean.difference, [low, high], factor);
}

function note({ compared, unlike }: Change): { note?: string } {
  const parts = [
    ...(compared && !compared.test.computable ? [`not tested: ${compared.test.why}`] : []),
    ...(unlike === null ? [] : [unlike]),
  ];
  return parts.length > 0 ? { note: parts.join("; ") } : {};
}

/** Over the seeds that both folders have; empty where there is none. */
function difference({ compared, verdict, metric: { scale: { factor } } }: Change): Cell {
  if (verdict === "unchanged") return intervalCell(0, null, factor);
  return compared && intervalCell(compared.difference, compared.interval, factor);
}

/** What has become of all methods together, and of how many alone: a sentence each. */
export function changesSentences({ all, joint }: Changes): string[] {
  const counts = [...groupBy(all, ({ verdict }) => verdict)]
    .map(([verdict, { length }]) => `${length} ${verdict}`);
  return [
    ...joint.filter(({ methods, unchanged }) => unchanged < methods).map(jointSentence),
    `Since the earlier results, of ${all.length} figures: ${counts.join(", ")}.`,
  ];
}

function jointSentence(change: JointChange): string {
  const { dataset, metric: { scale }, methods, mean } = change;
  const begin = `Since the earlier results, ${methods} methods have on ${figureTitle(change)} of ` +
    `${dataset.title}`;
  if (!mean.computable) return `${begin} a change that cannot be tested: ${mean.why}.`;
  const [low, high] = intervalOf(mean, 0.05).map((end) =>
    (scale.factor * end).toFixed(scale.decimals).replace("-", "−")
  );
  const value = scale.factor * mean.difference;
  const unit = scale.unit === "%" ? " points" : "";
  return `${begin} a mean change of ${value < 0 ? "−" : "+"}` +
    `${Math.abs(value).toFixed(scale.decimals)}${unit} [${low}, ${high}], ${equalsP(mean.p)}.`;
}
