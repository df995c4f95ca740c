/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * How to cite what the report rests on, and how to make its figures again.
 *
 * @module
 */
import { quote } from "../../base/command.ts";
import { FileButton } from "../page/file_button.tsx";
import { Folded } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { bibtex, citationsTable, citedMethods } from "../tables/citations.ts";

export default defineSection({
  name: "cite",
  title: "How to cite and reproduce",
  link: "Cite",
  build: (ctx) => {
    const cited = citedMethods(ctx.datasets(), ctx.catalogue);
    const table = citationsTable(cited);
    const { command, environment } = ctx.store.manifest;
    const revision = environment.revision ?? null;
    const lines = [
      ...(revision === null ? [] : [`git checkout ${String(revision)}`]),
      `deno task ${command.map(quote).join(" ")}`,
    ];
    const versions = Object.entries(environment)
      .filter(([key, value]) => value !== null && key !== "revision")
      .map(([key, value]) => `${key} ${String(value)}`).join(", ");
    return {
      tables: [table],
      texts: { "methods.bib": bibtex(cited) },
      view: (
        <>
          <p>
            Cite the suite, the benchmark that it follows (Yang et al. 2022), and the work of each
            method that you show:
          </p>
          <p class="files" hidden>
            <FileButton file="methods.bib" of="the works cited">BibTeX</FileButton>
          </p>
          <Folded table={table} print />
          <p>These figures are made again, bit for bit on the same kind of machine, by</p>
          <pre tabIndex={0}>{lines.join("\n")}</pre>
          <p class="caption">
            Made with {versions}. Where no run is trained anew, <code>deno task report</code>{" "}
            alone makes this page and its files from the records.
          </p>
        </>
      ),
    };
  },
});
