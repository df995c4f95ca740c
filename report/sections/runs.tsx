/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * How the runs were made: command, environment, hyperparameters, and where each comes from.
 *
 * @module
 */
import { Folded } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { hyperparametersTable } from "../tables/hyperparameters.ts";
import { provenanceTable } from "../tables/provenance.ts";

export default defineSection({
  name: "runs",
  title: "How it was run",
  link: "Runs",
  build: (ctx) => {
    const { command, preset, createdAt, environment } = ctx.store.manifest;
    const facts = { command: command.join(" "), preset, "planned at": createdAt, ...environment };
    const hyperparameters = hyperparametersTable(ctx.datasets(), ctx.catalogue);
    const provenance = provenanceTable(ctx.store);
    return {
      tables: [hyperparameters, provenance],
      view: (
        <>
          <dl class="settings">
            {Object.entries(facts).filter(([, value]) => value !== null).map(([key, value]) => (
              <>
                <dt>{key}</dt>
                <dd>{String(value)}</dd>
              </>
            ))}
          </dl>
          <Folded table={hyperparameters} print />
          <Folded table={provenance} title="Every run" />
        </>
      ),
    };
  },
});
