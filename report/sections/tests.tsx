/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Which methods are better than which, as far as it can be told.
 *
 * @module
 */
import { winsTiesLosses } from "../analysis/across.ts";
import { acrossCharts } from "../charts/mod.ts";
import { sameFigure } from "../analysis/tested.ts";
import { Charts } from "../page/chart_view.tsx";
import { TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { ranksTable } from "../tables/overview.ts";
import { anovaTable, comparisonsTable } from "../tables/tests.ts";

export default defineSection({
  name: "tests",
  title: "Who beats whom",
  build: (ctx) => {
    const { alpha } = ctx;
    const baseline = ctx.baseline()?.title ?? null;
    const wins = winsTiesLosses(
      ctx.pairs().filter((figure) => sameFigure(figure, ctx.headline)),
      alpha,
    );
    const ranks = ranksTable(ctx.across(), wins, baseline, alpha);
    const anova = anovaTable(ctx.datasets(), ctx.figures);
    const charts = acrossCharts(ctx.across(), baseline, alpha);
    const compared = ctx.pairs().some(({ pairs }) => pairs.length > 0);
    return {
      tables: [ranks, anova, comparisonsTable("comparisons", ctx.comparisons(), alpha)],
      charts,
      view: compared
        ? (
          <>
            <Charts charts={charts} />
            <TableView table={ranks} />
            <TableView table={anova} />
          </>
        )
        : null,
    };
  },
});
