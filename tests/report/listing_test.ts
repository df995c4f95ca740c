import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { listing } from "../../report/analysis/listing.ts";
import { openReport } from "../../report/context.ts";
import { buildReport } from "../../report/mod.ts";
import { toCsv } from "../../report/tables/formats/csv.ts";
import { toText } from "../../report/tables/formats/text.ts";
import { listingJson, listingTable } from "../../report/tables/listing.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, writeStore } from "./store.ts";

const grid: FakeGrid = {
  datasets: DATASETS.slice(0, 2),
  methods: ["erm", "irm", "boda"],
  seeds: [0, 1, 2],
  fate: (_, method, seed) => method === "irm" && seed === 2 ? "failed" : "done",
};

type Rows = Record<string, string>[];

Deno.test("listed figures are those of the report's tables, to the last digit", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    await buildReport(out);
    const rows: Rows = parse(
      toCsv(listingTable(listing(await openReport(out), { metrics: ["macro_f1", "accuracy"] }))),
      { columns: true },
    );
    assert.equal(rows.length, 2 * 3 * 2 * 2);
    for (const dataset of ["digits", "vlcs"]) {
      const text = await Deno.readTextFile(join(out, "report/tables", `${dataset}.csv`));
      const table: Rows = parse(text, { columns: true });
      for (const row of rows.filter((row) => row["dataset"] === dataset)) {
        const theirs = table.find((other) => other["method"] === row["method"])!;
        for (const part of ["mean", "sd", "n"]) {
          assert.equal(
            row[`value_${part}`],
            theirs[`${row["domain"]}_${row["metric"]}_${part}`],
            `${dataset} ${row["method"]} ${row["metric"]} ${row["domain"]}`,
          );
        }
      }
    }
  }));

Deno.test("a method that lacks a seed has no place, and the best seed's value is that of a seed", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    const rows = listing(await openReport(out), {
      datasets: ["digits"],
      metrics: ["ece", "macro-f1"],
      domains: ["svhn"],
    });
    const f1 = rows.filter(({ metric }) => metric.name === "macro_f1");
    assert.deepEqual(f1.map(({ method, estimate }) => [method.name, estimate.n]), [
      ["erm", 3],
      ["irm", 2],
      ["boda", 3],
    ]);
    assert.deepEqual(new Set(f1.map(({ rank }) => rank)), new Set([1, 2, null]));
    assert.equal(f1[1]!.rank, null);
    for (const { values, best, metric } of rows) {
      const sorted = [...values.values()].sort((a, b) => metric.better === "max" ? b - a : a - b);
      assert.equal(best, sorted[0]);
    }
    const [json] = listingJson(f1) as Record<string, unknown>[];
    assert.equal((json!["seeds"] as unknown[]).length, 3);
    assert.match(toText(listingTable(f1)), /Digits-MLT +macro-F1 +SVHN +IRM +[\d.]+ ± [\d.]+ +2 /);
  }));

Deno.test("names that are not in the folder are refused with those that are", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    const ctx = await openReport(out);
    const refuses = (wanted: Parameters<typeof listing>[1], message: RegExp) =>
      assert.throws(() => listing(ctx, wanted), message);
    refuses({ methods: ["bodda"] }, /^UsageError: Cannot find method "bodda": did you mean "boda"/);
    refuses({ datasets: ["pacs"] }, /Cannot find data set "pacs": known are digits, vlcs/);
    refuses({ domains: ["sketch"] }, /Cannot find domain "sketch": known are average, worst/);
    refuses({ metrics: ["f2"] }, /Cannot find metric "f2"/);
  }));
