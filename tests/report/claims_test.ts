/** What a report says where something tempts it to say more than is true. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { buildReport, type ReportOptions } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { type Scores, textOf, writeScores } from "./scores.ts";
import { DATASETS, writeStore } from "./store.ts";

const ONE = DATASETS.slice(0, 1);

/** The brief of the report of such scores, and its tables as programs read them. */
async function reported(
  out: string,
  scores: Scores,
  datasets = ONE,
  options: ReportOptions = {},
) {
  await writeScores(out, scores, datasets);
  const { path } = await buildReport(out, options);
  const page = await Deno.readTextFile(path);
  const rows = async (name: string) =>
    parse(await Deno.readTextFile(join(out, "report", "tables", `${name}.csv`)), {
      columns: true,
    }) as Record<string, string>[];
  return { page, brief: textOf(page, "brief"), rows };
}

Deno.test("a method that lost a seed may be better than the one with the highest mean", () =>
  inFolder(async (out) => {
    const { brief } = await reported(out, {
      erm: [0.60, 0.61, 0.59, 0.60, 0.60],
      irm: [0.55, 0.57, 0.54, 0.55, 0.54],
      coral: [0.69, 0.71, 0.68, 0.69, 0.68],
      mixup: [0.814, 0.824, 0.806, 0.813, null],
    });
    assert.match(brief, /Highest mean worst-domain macro-F1 CORAL 69\.0 %/);
    assert.match(brief, /better than 2 of 3/);
    assert.match(brief, /Worse than MIXUP, which lacks seeds that it has/);
    assert.match(
      brief,
      /2 of 3 methods are better than ERM \(MIXUP \+21\.\d points \[/,
    );
    assert.doesNotMatch(brief, /all 3 others|Best|best/);
  }));

Deno.test("two methods are not said to beat all others", () =>
  inFolder(async (out) => {
    const { brief } = await reported(out, {
      erm: [0.60, 0.61, 0.59, 0.60],
      irm: [0.70, 0.72, 0.69, 0.71],
    });
    assert.match(brief, /1 of 1 method is better than ERM \(IRM \+10\.\d points \[/);
    assert.match(brief, /better than 1 of 1/);
    assert.doesNotMatch(brief, /others/);
  }));

Deno.test("ties are told as ties, not as an order", () =>
  inFolder(async (out) => {
    const same = [0.6, 0.62, 0.61, 0.63];
    const { brief, rows } = await reported(
      out,
      { erm: same, irm: same, coral: same },
      DATASETS.slice(0, 3),
    );
    assert.match(brief, /Highest mean worst-domain macro-F1: ERM, IRM and CORAL on 3 of 3/);
    assert.match(
      brief,
      /Lowest average rank over 3 data sets .*: ERM, IRM and CORAL \(2\.0 each\)/,
    );
    assert.doesNotMatch(brief, /before|\+0\.0 points/);
    for (const row of await rows("ranks")) assert.deepEqual([row.rank, row.wins], ["2", "0"]);
  }));

Deno.test("methods that each lack a seed are not put in an order, but still compared", () =>
  inFolder(async (out) => {
    const scores: Scores = {
      erm: [null, 0.6, 0.61, 0.59, 0.6],
      irm: [0.7, null, 0.72, 0.71, 0.7],
      coral: [0.5, 0.52, null, 0.51, 0.5],
      mixup: [0.6, 0.61, 0.62, null, 0.6],
    };
    const { brief, rows } = await reported(out, scores, DATASETS.slice(0, 2));
    const overview = await rows("overview-worst-macro-f1");
    for (const row of overview) assert.deepEqual([row.mean_rank, row.mean, row.iqm], ["", "", ""]);
    assert.doesNotMatch(brief, /Highest mean|average rank/);
    assert.match(brief, /On worst-domain macro-F1, averaged over all data sets, \d of 3 methods/);
    for (const row of await rows("control")) assert.equal(row.seeds, "3");
  }));

Deno.test("a constant difference has its seeds and counts in the family", () =>
  inFolder(async (out) => {
    const { rows } = await reported(out, {
      erm: [0.6, 0.61, 0.59, 0.6],
      irm: [0.7, 0.71, 0.69, 0.7],
      coral: [0.6, 0.63, 0.6, 0.58],
    });
    const pairs = await rows("pairs");
    const constant = pairs.find(({ first, second }) => first === "erm" && second === "irm")!;
    assert.deepEqual([constant.seeds, constant.verdict], ["4", "not tested"]);
    assert.match(constant.note!, /the difference is the same on every seed/);
    const other = pairs.find(({ first, second }) => first === "erm" && second === "coral")!;
    assert(Number(other.p_holm) <= 1 && other.note === "");
    for (const row of await rows("comparisons")) assert(row.p_holm !== "" || row.note !== "");
  }));

Deno.test("what has no test says why, in every table", () =>
  inFolder(async (out) => {
    const { rows, brief } = await reported(out, { erm: [0.6], irm: [0.7] });
    for (const name of ["anova", "comparisons", "pairs", "control"]) {
      for (const row of await rows(name)) {
        assert.match(row.note!, /not (computable|tested): /, name);
      }
    }
    assert.match(brief, /0 worse; 0 cannot be told apart from it, 1 cannot be tested\./);
  }));

Deno.test("a class without test images is nobody's hardest", () =>
  inFolder(async (out) => {
    await writeScores(out, { erm: [0.6, 0.62], irm: [0.7, 0.71] }, ONE, (record) => {
      const test = record.result!.test.map((confusion) =>
        confusion.map((row, truth) => truth === 3 ? row.map(() => 0) : row)
      );
      const counts = {
        ...record.data.counts,
        test: record.data.counts.test.map((row) => row.map((n, c) => c === 3 ? 0 : n)),
      };
      return { ...record, data: { ...record.data, counts }, result: { ...record.result!, test } };
    });
    const { path } = await buildReport(out);
    const page = await Deno.readTextFile(path);
    assert.match(textOf(page, "brief"), /Hardest for it: class \d in /);
    assert.doesNotMatch(textOf(page, "brief"), /Hardest for it: class 3 /);
    assert.doesNotMatch(textOf(page, "data-digits"), /lowest for class 3 /);
  }));

Deno.test("a method that did not learn is marked nowhere, and named", () =>
  inFolder(async (out) => {
    const scores: Scores = {
      erm: [0.60, 0.63, 0.58, 0.61],
      irm: [0.9, 0.9, 0.9, 0.9],
      coral: [0.62, 0.66, 0.61, 0.64],
    };
    await writeScores(
      out,
      scores,
      ONE,
      (record) =>
        record.name === "irm"
          ? { ...record, result: { ...record.result!, step: record.curve[0]!.step } }
          : record,
    );
    const { path } = await buildReport(out);
    const brief = textOf(await Deno.readTextFile(path), "brief");
    assert.match(brief, /IRM did not learn/);
    const table = await Deno.readTextFile(join(out, "report", "tables", "digits.md"));
    const row = table.split("\n").find((line) => line.startsWith("| IRM"))!;
    assert.doesNotMatch(row, /\*\*|<u>/);
    assert.match(table, /IRM: did not learn/);
    const anova = await Deno.readTextFile(join(out, "report", "tables", "anova.csv"));
    assert.match(anova, /leave out IRM, which did not learn/);
  }));

Deno.test("no report calls anything best or level", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS.slice(0, 2),
      methods: ["erm", "irm", "boda"],
      seeds: [0, 1, 2],
      details: true,
    });
    const { path } = await buildReport(out);
    const page = await Deno.readTextFile(path);
    const said = page.replaceAll(/<script.*?<\/script>|<style.*?<\/style>/gs, " ")
      .replaceAll(/<[^>]+>/g, " ");
    assert.deepEqual(said.match(/.{40}\b(best|level with|on a level)\b(?!\)).{20}/gi), null);
  }));
