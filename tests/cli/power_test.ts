/** `deno task power`, `--control` and `--margin`: what can be seen, and how reports compare. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { cli } from "../bench/crash.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

const GRID = {
  datasets: DATASETS.slice(0, 1),
  methods: ["erm", "irm", "coral", "boda"],
  seeds: [0, 1, 2, 3, 4],
};

Deno.test("power tells least differences and the seeds that a difference takes", async () => {
  const given = ["power", "--spread", "4", "--methods", "1", "--json"];
  const { code, out } = await cli(...given, "--difference", "4");
  assert.equal(code, 0);
  const { least, seeds, spread } = JSON.parse(out);
  // statsmodels: TTestPower().solve_power(effect_size=1, power=0.8, alpha=0.05) is 9.938.
  assert.deepEqual([spread, seeds], [4, 10]);
  const points = least.map((row: { points: number }) => row.points);
  assert.deepEqual(points, points.toSorted((a: number, b: number) => b - a));
  // statsmodels: 4 * TTestPower().solve_power(nobs=10, power=0.8, alpha=0.05) is 3.984.
  assert(Math.abs(points[2] - 3.984) < 0.01, String(points[2]));
  const text = (await cli("power", "--spread", "4", "--difference", "0.01")).out;
  assert.match(text, /A difference of 0\.01 points takes more than 2000 seeds\n$/);
});

Deno.test("power takes the spread of a folder, and says what is wrong", () =>
  inFolder(async (folder) => {
    await writeStore(folder, GRID);
    const { out } = await cli("power", "--out", folder);
    assert.match(
      out,
      /^3 methods beside a control, .* as in the runs of this folder, for differences to ERM on worst-domain macro-F1/,
    );
    const other = await cli("power", "--out", folder, "--control", "boda");
    assert.match(other.out, /for differences to BODA/);
    const refused = async (expected: RegExp, ...args: string[]) => {
      const { code, err } = await cli("power", ...args);
      assert.equal(code, 2);
      assert.match(err, expected);
    };
    await refused(/Cannot use --difference "0": give a number above 0/, "--difference", "0");
    await refused(/Cannot use --power "1": /, "--power", "1");
    await refused(/--out "nowhere": there is no such folder; give the/, "--out", "nowhere");
    const empty = join(folder, "empty"), one = join(folder, "one");
    await Deno.mkdir(empty);
    await refused(/there is no "manifest\.json" in it; give the output/, "--out", empty);
    await writeStore(one, { ...GRID, seeds: [0] });
    await refused(/: no two methods of it share two seeds; give/, "--out", one);
    await refused(/Cannot compare with --control "ermm"/, "--out", folder, "--control", "ermm");
  }));

Deno.test("a report compares with the control and by the margin that it is given", () =>
  inFolder(async (folder) => {
    await writeStore(folder, GRID);
    const verdicts = async (...args: string[]) => {
      const { code, err } = await cli("report", "--out", folder, ...args);
      assert.equal(code, 0, err);
      const text = await Deno.readTextFile(join(folder, "report", "tables", "control.csv"));
      return parse(text, { columns: true }) as Record<string, string>[];
    };
    const usual = await verdicts();
    assert.deepEqual(new Set(usual.map(({ control }) => control)), new Set(["erm"]));
    assert.equal(usual.length, 3 * 4);
    assert(usual.every((row) => !("p_equivalence" in row)));
    const wide = await verdicts("--control", "boda", "--margin", "60");
    assert.deepEqual(new Set(wide.map(({ control }) => control)), new Set(["boda"]));
    for (const { verdict, p_holm: p, p_equivalence: within } of wide) {
      assert(Number(within) < 0.05);
      if (Number(p) >= 0.05) assert.equal(verdict, "equivalent within the margin");
    }
    const wrong = await cli("report", "--out", folder, "--control", "nobody");
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.err,
      /no run of the folder has that name; give one of erm, irm, coral, boda/,
    );
    const negative = await cli("report", "--out", folder, "--margin", "-2");
    assert.match(negative.err, /Cannot use --margin "-2": give a number above 0/);
  }));
