/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * Studies of single methods, and the behaviours that their papers report.
 *
 * @module
 */
import { effectsOf } from "../analysis/effects.ts";
import type { Chart } from "../charts/chart.ts";
import { studyChart } from "../charts/studies.ts";
import { Charts } from "../page/chart_view.tsx";
import { Folded, TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { behavioursTable } from "../tables/behaviours.ts";
import { effectsTable } from "../tables/effects.ts";
import { studyTable } from "../tables/studies.ts";
import type { Table } from "../tables/table.ts";

export default defineSection({
  name: "studies",
  title: "Studies",
  build: async (ctx) => {
    const studied: { table: Table; chart: Chart | null }[] = [
      ...ctx.studies().flatMap((study) => {
        const effects = effectsTable(study, effectsOf(study, ctx.judgement), ctx.alpha);
        return [
          ...(effects ? [{ table: effects, chart: null }] : []),
          { table: studyTable(study), chart: studyChart(study) },
        ];
      }),
      ...(await ctx.behaviours()).map((found) => ({ table: behavioursTable(found), chart: null })),
    ];
    if (studied.length === 0) return null;
    return {
      tables: studied.map(({ table }) => table),
      charts: studied.flatMap(({ chart }) => chart ?? []),
      view: <>{studied.map((study) => <StudyView {...study} />)}</>,
    };
  },
});

/** A study's table with more rows than these is folded below its chart. */
const LONG = 12;

function StudyView({ table, chart }: { table: Table; chart: Chart | null }) {
  return (
    <>
      {chart && <Charts charts={[chart]} />}
      {chart && table.groups.flatMap(({ rows }) => rows).length > LONG
        ? <Folded table={table} />
        : <TableView table={table} />}
    </>
  );
}
