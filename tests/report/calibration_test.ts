/** Calibration: one definition, and what chance alone makes of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stream } from "../../base/random.ts";
import ece from "../../metrics/ece.ts";
import { calibrationOf } from "../../metrics/mod.ts";
import { byChance } from "../../report/analysis/calibration.ts";
import { meanAbsoluteDeviation } from "../../report/analysis/statistics/distributions.ts";
import { buildReport } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { SMALL, writeStore } from "./store.ts";

Deno.test("the mean deviation of a binomial number is the sum over its values", () => {
  for (const [n, p] of [[1, 0.3], [5, 0.5], [40, 0.93], [300, 0.08]] as const) {
    let [term, sum] = [(1 - p) ** n, 0];
    for (let x = 0; x <= n; x++) {
      sum += Math.abs(x - n * p) * term;
      term *= ((n - x) / (x + 1)) * (p / (1 - p));
    }
    assert(Math.abs(meanAbsoluteDeviation(n, p) - sum) < 1e-10 * n);
  }
  assert.equal(meanAbsoluteDeviation(7, 1), 0);
});

Deno.test("deserved confidences have the error that chance gives them", () => {
  const random = stream(3, "test", "calibration");
  const [images, times] = [400, 400];
  let [found, expected] = [0, 0];
  for (let i = 0; i < times; i++) {
    const confidence = Array.from({ length: images }, () => 0.3 + 0.7 * random.uniform() ** 0.5);
    const predicted = confidence.map((value) => random.uniform() < value ? 1 : 0);
    const bins = calibrationOf({ labels: predicted.map(() => 1), predicted, confidence });
    found += ece.compute(bins)! / times;
    expected += byChance(bins)! / times;
  }
  assert(expected > 0.02 && Math.abs(found - expected) < 0.0015, `${found} beside ${expected}`);
});

Deno.test("the table of costs has the calibration error of results.csv, and marks nothing", () =>
  inFolder(async (out) => {
    await writeStore(out, SMALL);
    await buildReport(out);
    const rows = (text: string) => parse(text, { columns: true }) as Record<string, string>[];
    const results = rows(await Deno.readTextFile(join(out, "results.csv")));
    const costs = rows(
      await Deno.readTextFile(join(out, "report", "tables", "digits-costs.csv")),
    );
    for (const { method, ece_mean, ece_by_chance_mean } of costs) {
      const own = results.filter((row) =>
        row.method === method && row.metric === "ece" && row.domain === "average"
      ).map(({ value }) => 100 * Number(value));
      assert.equal(own.length, 3);
      const mean = own.reduce((sum, value) => sum + value / 3, 0);
      assert(Math.abs(Number(ece_mean) - mean) < 1e-9);
      assert(Number(ece_by_chance_mean) > 0);
    }
    const text = await Deno.readTextFile(join(out, "report", "tables", "digits-costs.md"));
    assert.doesNotMatch(text, /\*\*|<u>|[Bb]est/);
  }));
