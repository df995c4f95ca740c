import assert from "node:assert/strict";
import { join } from "node:path";
import { h } from "preact";
import { builtin, extend } from "../../bench/catalogue.ts";
import {
  buildReport,
  Charts,
  defineSection,
  METHOD,
  specOf,
  TableView,
  text,
} from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

const slowest = defineSection({
  name: "slowest",
  title: "The slowest run",
  build: ({ store }) => {
    const [run] = store.runs.toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));
    const table = {
      name: "slowest",
      title: "The slowest run",
      caption: "With all its stages.",
      columns: [METHOD, text("run", "Run")],
      groups: [{ title: null, rows: [{ cells: [run!.name, run!.id] }] }],
    };
    const description = "A point.";
    const chart = {
      name: "slowest",
      title: "Seconds",
      description,
      spec: specOf(description, {
        data: { values: [{ seconds: run!.seconds }] },
        mark: "point",
        encoding: { x: { field: "seconds", type: "quantitative" } },
      }),
    };
    return {
      tables: [table],
      charts: [chart],
      view: h("div", null, h(TableView, { table }), h(Charts, { charts: [chart] })),
    };
  },
});

const none = defineSection({ name: "none", title: "Nothing", build: () => null });

Deno.test("a section from outside brings tables, charts and a part of the page", () =>
  inFolder(async (out) => {
    await writeStore(out, { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [0] });
    const catalogue = extend(builtin(), [slowest, none], "test");
    const { files, path } = await buildReport(out, { catalogue });
    for (const name of ["tables/slowest.csv", "tables/slowest.tex", "charts/slowest.svg"]) {
      assert(files.includes(join(out, "report", name)), name);
    }
    const page = await Deno.readTextFile(path);
    assert.match(page, /<a href="#slowest">The slowest run<\/a><\/div>/, "it is the last link");
    assert.match(page, /<figure id="chart-slowest"/);
    assert.doesNotMatch(page, /id="none"/);
  }));
