/**
 * What has changed between two output folders, as a table.
 *
 * @module
 */
import type { Change } from "../analysis/compare.ts";
import { DATASET, DOMAIN, METHOD, METRIC, P_HOLM, text } from "./columns.ts";
import { distinct, metricName, pointsOf, scaled, shownIn } from "./format.ts";
import type { Row, Table } from "./table.ts";

/** The changes as a table, data set by data set. */
export function changesTable(all: readonly Change[]): Table {
  const row = (change: Change): Row => ({
    cells: [
      change.dataset,
      change.method,
      change.domain,
      metricName(change.metric),
      change.before && scaled(change.metric, change.before),
      change.after && scaled(change.metric, change.after),
      change.before && change.after ? change.metric.scale.factor * difference(change) : null,
      change.p,
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
      }, over the seeds that both have. ` +
      "p: two-sided paired t test, Holm-corrected over all rows.",
    columns: [
      DATASET,
      METHOD,
      DOMAIN,
      METRIC,
      { key: "before", title: "Before", kind: "estimate", digits: 1 },
      { key: "after", title: "After", kind: "estimate", digits: 1 },
      { key: "difference", title: "Difference", kind: "number", digits: 1 },
      P_HOLM,
      text("verdict", "Verdict"),
    ],
    groups: [{ title: null, rows: all.map(row) }],
  };
}

function note({ verdict, test, unlike }: Change): { note?: string } {
  const parts = [
    ...(verdict === "not tested" && !test.computable ? [`not tested: ${test.why}`] : []),
    ...(unlike === null ? [] : [unlike]),
  ];
  return parts.length > 0 ? { note: parts.join("; ") } : {};
}

/** Where there is no test, there may still be a difference: of the means. */
function difference({ test, before, after }: Change): number {
  return test.computable ? test.difference : after!.mean - before!.mean;
}
