/**
 * The report: tables, statistics, charts and one page, from what runs left on disk.
 *
 * Nothing is trained and nothing is printed. The same folder always gives the same files.
 *
 * @module
 */
import { join } from "node:path";
import { requireNoLink } from "../base/files.ts";
import { holderOf, withLockIfPossible } from "../base/lock.ts";
import { loadDrawing } from "./charts/render.ts";
import { openReport, type ReportContext, type ReportOptions } from "./context.ts";
import { ReportFiles } from "./files.ts";
import { renderPage } from "./page/page.tsx";
import { buildSections } from "./sections/build.ts";
import { leaderboards } from "./tables/leaderboard.ts";
import { resultsCsv } from "./tables/results_csv.ts";
import { requireKnown } from "./tables/paper.ts";
import type { Table } from "./tables/table.ts";

// What a section of one's own is made of, and every type that it meets on the way.
export { defineSection, type Section, type SectionDefinition } from "./section.ts";
export type { ReportContext, ReportOptions };
export type { LatexFloat, LatexOptions } from "./tables/formats/latex.ts";
export type { PaperOptions } from "./tables/paper.ts";
export { type Chart, PALETTE, type Said, type SpecBody, specOf } from "./charts/chart.ts";
export { Charts } from "./page/chart_view.tsx";
export { Folded, TableView } from "./page/table_view.tsx";
export * from "./tables/columns.ts";
export {
  type Cell,
  type Column,
  type Group,
  type IntervalCell,
  MISSING,
  type Missing,
  type Name,
  type Row,
  type Table,
} from "./tables/table.ts";
export type { ChartConfig, ChartSpec, View } from "./types.ts";
export type { Definition } from "../base/definition.ts";
export type { Across, AcrossMethod, Improvement, Overall } from "./analysis/across.ts";
export type { DatasetResults, Estimate, MethodResults, Named } from "./analysis/arrange.ts";
export type { BehaviourResults } from "./analysis/behaviours.ts";
export type { Change, Changes, ChangeVerdict, JointChange } from "./analysis/compare.ts";
export type { Beside, Controlled, Sensitivity } from "./analysis/control.ts";
export type { Unseen } from "./context.ts";
export type { UnseenRule } from "../bench/plan/unseen.ts";
export type { Points } from "./analysis/embedding.ts";
export type { Comparison, Judgement, Pair, Pairwise, Rival } from "./analysis/significance.ts";
export type { Interval } from "./analysis/statistics/aggregates.ts";
export type { FTest, NotComputable } from "./analysis/statistics/anova.ts";
export type { Compared, Verdict } from "./analysis/statistics/family.ts";
export type { MeanTest } from "./analysis/statistics/moderated.ts";
export type { Design } from "./analysis/statistics/power.ts";
export type { Friedman } from "./analysis/statistics/ranks.ts";
export type { Studied, StudiedSetting, StudyResults } from "./analysis/studies.ts";
export type { ReportMetrics, Tested } from "./analysis/tested.ts";
export type { UnseenDigest } from "./digest.ts";
export type { CurveDigest, Digest, SparseConfusion } from "./digest.ts";
export type { Run, Store } from "./folder.ts";
export type { LastGain, Learned } from "../bench/records/learning.ts";

/** What a report was made of, and where it lies. */
export interface Report {
  /** The page. */
  readonly path: string;
  /** Runs with a result. */
  readonly runs: number;
  /** Runs that the manifest plans. */
  readonly planned: number;
  /** Those of them that cannot be used, for what the plan says of them. */
  readonly refused: number;
  /** Runs that ended in an error. */
  readonly failed: number;
  /** Runs whose loss was no longer finite. */
  readonly diverged: number;
  /** Every file that was written. */
  readonly files: readonly string[];
  /** The best methods of every data set. */
  readonly leaderboards: readonly Table[];
}

/**
 * Rebuilds `<out>/results.csv` and `<out>/report/` from the manifest, records and failures in
 * `out`.
 *
 * With `from`, other folders are read, several as one, and nothing is written into them.
 *
 * Works at any time, also while runs are going on: what is not there yet is shown as missing. Where
 * another process is writing the same report, it waits for that one.
 *
 * @param out The folder that a benchmark wrote, or a new one for a report on others.
 * @throws When there is no plan in `out`, or in the folder to compare with, that can be read.
 */
export async function buildReport(out: string, options: ReportOptions = {}): Promise<Report> {
  await requireNoLink(join(out, "report"));
  const lock = join(out, "report/lock");
  const waits = async () => options.onWait?.(await holderOf(lock));
  // Its records are read when the one before has been written: the last page is never an older one.
  return await withLockIfPossible(lock, () => write(out, options), () => void waits());
}

async function write(out: string, options: ReportOptions): Promise<Report> {
  const ctx = await openReport(out, options);
  const files = new ReportFiles(out, options.paper);
  await files.begin();
  await files.results(resultsCsv(ctx.store, ctx.catalogue.studies));
  const sections = await buildSections(ctx);
  requireKnown(sections.flatMap(({ tables }) => tables ?? []), options.paper ?? {});
  for (const table of sections.flatMap(({ tables }) => tables ?? [])) await files.table(table);
  for (const { texts = {} } of sections) await files.plain(texts);
  const drawings = await files.charts(sections.flatMap(({ charts }) => charts ?? []));
  const path = await files.page(await renderPage(ctx, sections, drawings, files.texts));
  const runs = [...ctx.store.runs, ...ctx.store.unseen];
  const count = (status: string) => runs.filter((run) => run.state.status === status).length;
  return {
    path,
    runs: count("done"),
    planned: runs.length + ctx.store.refused.length,
    refused: ctx.store.refused.length,
    failed: count("failed"),
    diverged: count("diverged"),
    files: files.paths,
    leaderboards: leaderboards(ctx),
  };
}

/**
 * Does what a report of `out` will need of the runs that have ended, while others go on: pictures of
 * features are computed and kept, and what draws charts is loaded.
 */
export async function prepareReport(out: string, options: ReportOptions = {}): Promise<void> {
  const ctx = await openReport(out, options);
  await Promise.all([ctx.picturesAhead(), loadDrawing()]);
}
