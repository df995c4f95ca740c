import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { builtin, extend } from "../../bench/catalogue.ts";
import accuracy from "../../metrics/accuracy.ts";
import { defineMetric, PERCENT } from "../../metrics/mod.ts";
import { buildReport } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, writeStore } from "./store.ts";

const grid: FakeGrid = {
  datasets: DATASETS.slice(0, 2),
  methods: ["erm", "irm", "coral", "boda"],
  seeds: [0, 1, 2],
  details: true,
};

const errorRate = defineMetric({
  name: "error_rate",
  title: "error rate",
  description: "Share of images that were classified wrongly.",
  better: "min",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  compute: (counts) => 1 - accuracy.compute(counts)!,
});

const catalogue = extend(builtin(), [errorRate], "test");

type Row = Record<string, string>;

async function rows(out: string, table: string): Promise<Row[]> {
  const text = await Deno.readTextFile(join(out, "report/tables", `${table}.csv`));
  return parse(text, { columns: true });
}

Deno.test("every metric has a column: headlines in the first table, others below it", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    const { path } = await buildReport(out, { catalogue });
    const [first] = await rows(out, "vlcs");
    assert("average_macro_f1_mean" in first! && !("average_ece_mean" in first));
    const [others] = await rows(out, "vlcs-metrics");
    for (const name of ["balanced_accuracy", "ece", "error_rate"]) {
      assert(Number(others![`average_${name}_mean`]) > 0, name);
      assert(Number(others![`worst_${name}_mean`]) > 0, name);
    }
    const tested = await rows(out, "anova");
    assert.deepEqual(
      new Set(tested.map(({ metric }) => metric)),
      new Set(["accuracy", "macro_f1"]),
    );
    assert.match(await Deno.readTextFile(path), /Calibration error: Gap between confidence/);
  }));

Deno.test("the metrics that are asked for are tested, the smaller the better where they say so", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    await buildReport(out, { catalogue, metrics: ["accuracy"] });
    const before = {
      ranks: await rows(out, "ranks"),
      overview: await rows(out, "overview-worst-accuracy"),
      comparisons: await rows(out, "comparisons"),
    };
    const { path } = await buildReport(out, { catalogue, metrics: ["error_rate"] });
    const ranks = await rows(out, "ranks");
    const near = (a: string, b: number) => assert(Math.abs(Number(a) - b) < 1e-9, `${a} ≠ ${b}`);
    ranks.forEach((row, i) => {
      const other = before.ranks[i]!;
      assert.deepEqual([row.method, row.rank], [other.method, other.rank]);
      assert.deepEqual([row.wins, row.losses], [other.wins, other.losses]);
      assert.equal(row.improvement, other.improvement);
    });
    (await rows(out, "overview-worst-error-rate")).forEach((row, i) => {
      near(row.mean!, 100 - Number(before.overview[i]!.mean));
      assert.equal(row.mean_rank, before.overview[i]!.mean_rank);
    });
    (await rows(out, "comparisons")).forEach((row, i) => {
      const other = before.comparisons[i]!;
      assert.deepEqual([row.best, row.method], [other.best, other.method]);
      near(row.difference!, -Number(other.difference));
      near(row.p_holm!, Number(other.p_holm));
      assert.equal(row.verdict, other.verdict);
    });
    assert.match(await Deno.readTextFile(path), /Lowest mean worst-domain error rate/);
  }));

Deno.test("a metric that nobody defined is refused", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    await assert.rejects(
      buildReport(out, { metrics: ["acuracy"] }),
      /Cannot find metric "acuracy": did you mean "accuracy"\?/,
    );
  }));

Deno.test("F tests tell the spread that is left after methods and seeds, in points", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, datasets: DATASETS.slice(1, 2) });
    await buildReport(out, { catalogue });
    const results: Row[] = parse(await Deno.readTextFile(join(out, "results.csv")), {
      columns: true,
    });
    const value = (method: string, seed: number) =>
      100 * Number(
        results.find((row) =>
          row.method === method && row.seed === `${seed}` && row.split === "test" &&
          row.domain === "average" && row.metric === "macro_f1"
        )!.value,
      );
    const { methods, seeds } = grid;
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
    const all = mean(methods.flatMap((method) => seeds.map((seed) => value(method, seed))));
    let squares = 0;
    for (const method of methods) {
      for (const seed of seeds) {
        const own = mean(seeds.map((other) => value(method, other)));
        const seedMean = mean(methods.map((other) => value(other, seed)));
        squares += (value(method, seed) - own - seedMean + all) ** 2;
      }
    }
    const expected = Math.sqrt(squares / ((methods.length - 1) * (seeds.length - 1)));
    const table = await Deno.readTextFile(join(out, "report/tables/anova.md"));
    const row = table.split("\n").find((line) => /average.*macro-F1.*blocked/.test(line))!;
    assert.equal(row.split("|").at(-2)!.trim(), expected.toFixed(1));
  }));
