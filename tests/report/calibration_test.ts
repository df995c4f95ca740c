/** Calibration: one definition, and what chance alone makes of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stream } from "../../base/random.ts";
import ece from "../../metrics/ece.ts";
import { calibrationOf } from "../../metrics/mod.ts";
import { byChance, calibration } from "../../report/analysis/calibration.ts";
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

Deno.test("a method's calibration is that of its domains, averaged, run by run", () => {
  const bin = (images: number, correct: number, confidence: number) => ({
    images,
    correct,
    confidence,
  });
  const none = bin(0, 0, 0);
  const run = (calibration: object | undefined, status = "done") => ({
    state: { status },
    digest: { calibration },
  });
  const of = (...runs: (object | null)[]) =>
    calibration({ runs } as unknown as Parameters<typeof calibration>[0]);
  assert.equal(of(), null);
  assert.equal(of(null, run(undefined)), null);
  // Domain 0: |1 − 2| / 4 + |1.8 − 1| / 4. Domain 1 has no image in the first run, then |4 − 3| / 5.
  const x = [bin(2, 2, 1), bin(2, 1, 1.8)], y = [none, none], z = [none, bin(5, 3, 4)];
  const found = of(run([x, y]), run([x, y], "failed"), run([x, z]), null)!;
  const near = (a: number, b: number) => assert(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
  near(found.error.mean, (0.45 + (0.45 + 0.2) / 2) / 2);
  assert.equal(found.error.n, 2);
  near(found.excess.mean, (-0.05 + (-0.05 + 0.2) / 2) / 2);
  // Of n with chance p, E|X − n p|: 2 at 0.5 is 0.5, 2 at 0.9 is 0.324; 5 at 0.8 is 0.65536.
  const chance = (0.5 + 0.324) / 4;
  near(found.floor.mean, (chance + (chance + 0.65536 / 5) / 2) / 2);
  assert.deepEqual(found.errors.map((own) => own?.n ?? null), [2, 1]);
  near(found.errors[1]!.mean, 0.2);
  assert.deepEqual(found.byDomain, [[bin(4, 4, 2), bin(4, 2, 3.6)], [none, bin(5, 3, 4)]]);
  assert.deepEqual(of(run([y])), null, "no image at all");
  assert.equal(byChance(y), null);
  assert.equal(byChance([bin(3, 3, 3 + 1e-9)]), 0, "no confidence is above one");
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
