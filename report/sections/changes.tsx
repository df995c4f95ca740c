/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * What has changed since an older output folder.
 *
 * @module
 */
import { TableView } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { changesTable, jointChangesTable } from "../tables/changes.ts";

export default defineSection({
  name: "changed",
  title: "Since the earlier results",
  link: "Changes",
  build: (ctx) => {
    const changes = ctx.changes();
    if (changes === null) return null;
    const together = jointChangesTable(changes, ctx.alpha);
    const table = changesTable(changes, ctx.alpha);
    return {
      tables: [together, table],
      view: (
        <>
          <TableView table={together} />
          <TableView table={table} />
        </>
      ),
    };
  },
});
