/**
 * What has changed between two output folders, as a table.
 *
 * @module
 */
import type { Estimate } from "../analysis/arrange.ts";
import type { Change } from "../analysis/compare.ts";
import { DATASET, DOMAIN, METHOD, METRIC, P_HOLM, text } from "./columns.ts";
import { metricName, percent } from "./format.ts";
import type { Cell, Row, Table } from "./table.ts";

/** The changes as a table, data set by data set. */
export function changesTable(all: readonly Change[]): Table {
  const inPercent = (value: Estimate | null): Cell =>
    value && {
      mean: percent(value.mean),
      sd: value.sd === null ? null : percent(value.sd),
      n: value.n,
    };
  const row = (change: Change): Row => ({
    cells: [
      change.dataset,
      change.method,
      change.domain,
      metricName(change.metric),
      inPercent(change.before),
      inPercent(change.after),
      change.before && change.after ? percent(difference(change)) : null,
      change.p,
      change.verdict,
    ],
    ...note(change),
  });
  return {
    name: "changes",
    title: "What has changed since the earlier results",
    caption: "Test figures in percent, mean ± standard deviation (ddof 1) over the seeds of each " +
      "folder. Difference: after − before in percentage points, over the seeds that both have. " +
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
