/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Which methods are better than which, as far as it can be told.
 *
 * @module
 */
import { standings } from "../analysis/across.ts";
import { acrossCharts } from "../charts/mod.ts";
import { sameFigure } from "../analysis/tested.ts";
import { Charts } from "../page/chart_view.tsx";
import { TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { controlTerms } from "./dataset.tsx";
import { controlTable } from "../tables/control.ts";
import { ranksTable } from "../tables/overview.ts";
import { anovaTable, comparisonsTable } from "../tables/tests.ts";

export default defineSection({
  name: "tests",
  title: "Who beats whom",
  build: (ctx) => {
    const { alpha } = ctx;
    const terms = controlTerms(ctx);
    const own = standings(
      ctx.pairs().filter((figure) => sameFigure(figure, ctx.headline)),
      alpha,
    );
    const ranks = ranksTable(ctx.across(), own, terms?.title ?? null, alpha);
    const anova = anovaTable(ctx.datasets(), ctx.figures);
    const charts = acrossCharts(ctx.across(), terms?.title ?? null, alpha);
    const all = [...ctx.controlledAcross(), ...ctx.controlled()];
    const beside = terms && all.length > 0 ? [controlTable("control", all, terms)] : [];
    const compared = ctx.pairs().some(({ pairs }) => pairs.length > 0);
    return {
      tables: [
        ...beside,
        ranks,
        anova,
        comparisonsTable("comparisons", ctx.comparisons(), alpha),
      ],
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
