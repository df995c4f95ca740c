import assert from "node:assert/strict";
import { fitted } from "../../cli/leaderboard.ts";
import { openReport } from "../../report/context.ts";
import { leaderboards } from "../../report/tables/leaderboard.ts";
import type { Name } from "../../report/tables/table.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

Deno.test("a leaderboard has the best methods first, beside the control and the highest mean", () =>
  inFolder(async (out) => {
    const methods = ["erm", "boda", "irm", "crt", "focal", "mixup", "coral", "mmd", "dann", "fish"];
    await writeStore(out, {
      datasets: DATASETS.slice(1, 3),
      methods: [...methods, "ldam", "brl"],
      seeds: [0, 1, 2],
    });
    const ctx = await openReport(out);
    const tables = leaderboards(ctx);
    assert.equal(tables.length, 2);
    const [table] = tables;
    const { rows } = table!.groups[0]!;
    assert.equal(rows.length, 10);
    assert.equal(table!.caption, "And 2 more in the report.");
    assert.equal(rows[0]!.cells.at(-1), "highest");
    const comparison = ctx.comparisons().find(({ dataset, domain, metric }) =>
      dataset === ctx.datasets()[0] && domain === "average" && metric === ctx.headline.metric
    )!;
    assert.equal((rows[0]!.cells[0] as Name).title, comparison.best.title);
    const control = rows.find(({ cells }) => cells[4] === "control");
    assert.equal((control?.cells[0] as Name | undefined)?.title ?? "ERM", "ERM");

    const wide = fitted(table!, 200), narrow = fitted(table!, 60);
    assert.match(wide, /− ERM +beside ERM +beside the highest\n/);
    assert.ok(narrow.split("\n").every((line) => line.length <= 60), narrow);
    assert.match(narrow, /Average/);
    assert.match(narrow, /highest/);
  }));
