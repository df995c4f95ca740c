/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * What the data sets are like.
 *
 * @module
 */
import { TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { datasetsTable } from "../tables/datasets.ts";

export default defineSection({
  name: "data",
  title: "The data",
  link: "Data",
  build: (ctx) => {
    const table = datasetsTable(ctx.datasets());
    return {
      tables: [table],
      view: ctx.datasets().length > 0 ? <TableView table={table} /> : null,
    };
  },
});
