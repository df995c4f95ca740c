import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { runId } from "../../bench/records/run_id.ts";
import { METRICS } from "../../metrics/mod.ts";
import { changes } from "../../report/analysis/compare.ts";
import { buildReport } from "../../report/mod.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
import { chooseMetrics, testedFigures } from "../../report/analysis/tested.ts";
import { changesSentences, changesTable } from "../../report/tables/changes.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, writeStore } from "./store.ts";

const [digits, vlcs] = DATASETS;
const JUDGEMENT = { alpha: 0.05, margin: null };
const FIGURES = testedFigures(chooseMetrics(METRICS).tested);

const grid: FakeGrid = {
  datasets: [digits!],
  methods: ["erm", "irm", "boda"],
  seeds: [0, 1, 2, 3, 4],
};

Deno.test("a folder has not changed since itself", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    const results = arrange(await readStore(out));
    const { all, joint } = changes(results, results, FIGURES, JUDGEMENT);
    assert.equal(all.length, 3 * 4);
    for (const change of all) {
      assert.equal(change.verdict, "unchanged");
      assert.equal(change.compared, null);
    }
    assert.deepEqual(
      joint.map(({ methods, unchanged }) => [methods, unchanged]),
      FIGURES.map(() => [3, 3]),
    );
  }));

Deno.test("better, worse, new and gone methods are told apart, paired by seed", () =>
  inFolder(async (before) => {
    await inFolder(async (after) => {
      await writeStore(before, { ...grid, datasets: [digits!, vlcs!] });
      // The same luck of each seed at another level: a change that every seed shows.
      await writeStore(after, {
        ...grid,
        datasets: [{ ...digits!, level: 0.9 }],
        methods: ["erm", "boda", "coral"],
        seeds: [4, 3, 2, 1, 9],
      });
      await buildReport(after, { compare: before });
      const text = await Deno.readTextFile(join(after, "report", "tables", "changes.csv"));
      const rows = parse(text, { columns: true }) as Record<string, string>[];
      const verdicts = (dataset: string, method: string) =>
        new Set(
          rows.filter((row) => row.dataset === dataset && row.method === method)
            .map((row) => row.verdict),
        );
      assert.deepEqual(verdicts("digits", "erm"), new Set(["better"]));
      assert.deepEqual(verdicts("digits", "coral"), new Set(["new"]));
      assert.deepEqual(verdicts("digits", "irm"), new Set(["gone"]));
      assert.deepEqual(verdicts("vlcs", "erm"), new Set(["gone"]));

      const { all: back } = changes(
        arrange(await readStore(after)),
        arrange(await readStore(before)),
        FIGURES,
        JUDGEMENT,
      );
      const erm = back.filter((change) =>
        change.dataset.name === "digits" && change.method.name === "erm"
      );
      for (const { compared, verdict } of erm) {
        const { test } = compared!;
        assert.equal(verdict, "worse");
        assert(test.computable);
        assert.equal(test.seeds, 4, "four seeds are in both folders");
        assert(test.difference < -0.1);
      }
      const page = await Deno.readTextFile(join(after, "report", "index.html"));
      assert.match(page, /id="changed"/);
    });
  }));

Deno.test("what the two folders do not share is noted", () =>
  inFolder(async (before) => {
    await inFolder(async (after) => {
      const { runs, ...manifest } = await writeStore(before, grid);
      const longer = await Promise.all(runs.map(async (run) => {
        if (run.name !== "irm") return run;
        const spec = { ...run.spec, training: { ...run.spec.training, steps: 600 } };
        const [from, id] = [join(before, "runs", run.id, "record.json"), runId(spec)];
        const record = JSON.parse(await Deno.readTextFile(from));
        await Deno.mkdir(join(before, "runs", id));
        await Deno.writeTextFile(
          join(before, "runs", id, "record.json"),
          JSON.stringify({ ...record, id, spec }),
        );
        return { ...run, id, spec };
      }));
      await Deno.writeTextFile(
        join(before, "manifest.json"),
        JSON.stringify({ ...manifest, runs: longer }),
      );
      await writeStore(after, { ...grid, datasets: [{ ...digits!, classes: 9 }] });
      for (const { id } of runs) {
        const path = join(after, "runs", id, "record.json");
        const record = JSON.parse(await Deno.readTextFile(path));
        record.data.fingerprint = "other";
        await Deno.writeTextFile(path, JSON.stringify(record));
      }
      const found = changes(
        arrange(await readStore(before)),
        arrange(await readStore(after)),
        FIGURES,
        JUDGEMENT,
      );
      const { all } = found;
      const unlike = (name: string) =>
        new Set(all.filter(({ method }) => method.name === name).map((change) => change.unlike));
      assert.deepEqual(unlike("erm"), new Set(["other images, so seeds are no pairs"]));
      assert.deepEqual(
        unlike("irm"),
        new Set([
          "other settings: (steps=600) before, (steps=500) after; other images, so seeds are no pairs",
        ]),
      );
      const same = changes(
        arrange(await readStore(after)),
        arrange(await readStore(after)),
        FIGURES,
        JUDGEMENT,
      );
      assert.deepEqual(new Set(same.all.map(({ unlike }) => unlike)), new Set([null]));
      assert.match(
        changesSentences(found).at(-1)!,
        /^Since the earlier results, of 12 figures: \d+ /,
      );
      const { files } = await buildReport(after, { compare: before });
      const table = files.find((file) => file.endsWith("changes.md"))!;
      assert.match(await Deno.readTextFile(table), /<sup>1<\/sup> other images/);
    });
  }));

Deno.test("differences are those of shared seeds: 0 where nothing changed, empty without one", () =>
  inFolder(async (before) => {
    await inFolder(async (after) => {
      await writeStore(before, { ...grid, methods: ["erm"] });
      await writeStore(after, { ...grid, methods: ["erm"], seeds: [7, 8, 9] });
      const [old, now] = [arrange(await readStore(before)), arrange(await readStore(after))];
      const cells = (found: ReturnType<typeof changes>) => {
        const { columns, groups } = changesTable(found, 0.05);
        const place = columns.findIndex(({ key }) => key === "difference");
        return groups.flatMap(({ rows }) => rows.map((row) => row.cells[place]));
      };
      const same = changes(old, old, FIGURES, JUDGEMENT);
      assert.deepEqual(cells(same), FIGURES.map(() => ({ value: 0, ends: null })));
      const apart = changes(old, now, FIGURES, JUDGEMENT);
      assert.deepEqual(cells(apart), FIGURES.map(() => null));
      assert(apart.all.every(({ verdict }) => verdict === "not tested"));
    });
  }));

Deno.test("an earlier folder that holds no plan is refused", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, seeds: [0] });
    await assert.rejects(
      buildReport(out, { compare: join(out, "runs") }),
      /Cannot report on ".*runs": it holds no manifest\.json/,
    );
  }));
