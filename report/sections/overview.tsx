/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * Every method on all data sets.
 *
 * @module
 */
import { Folded, TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { overviewTable } from "../tables/overview.ts";

export default defineSection({
  name: "overview",
  title: "All data sets",
  build: (ctx) => {
    const headline = overviewTable(ctx.across());
    const others = ctx.othersAcross().map(overviewTable);
    return {
      tables: [headline, ...others],
      view: ctx.datasets().length === 1 ? null : ( // one alone has its own table
        <>
          <TableView table={headline} />
          {others.map((table) => <Folded table={table} />)}
        </>
      ),
    };
  },
});
