/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Runs without a result, and why.
 *
 * @module
 */
import { TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { brokenTable, unfinishedTable } from "../tables/failures.ts";

export default defineSection({
  name: "failures",
  title: "Failed and diverged runs",
  link: "Failures",
  build: ({ store }) => {
    const broken = brokenTable(store);
    const any = broken.groups.some((group) => group.rows.length > 0);
    return {
      tables: [unfinishedTable(store)],
      view: any ? <TableView table={broken} files={false} /> : null,
    };
  },
});
