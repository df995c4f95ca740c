/**
 * Special functions and tails beside values that were computed with 60 digits (`figures/special.py`):
 * a small p keeps its digits, and so do large degrees of freedom.
 */
import assert from "node:assert/strict";
import {
  chiSquareUpperTail,
  fUpperTail,
  hedgesFactor,
  studentizedRangeUpperTail,
  tTwoSided,
  tUpperQuantile,
  tUpperTail,
} from "../../report/analysis/statistics/distributions.ts";
import { digamma, erfc, gammaln, trigamma } from "../../report/analysis/statistics/special.ts";
import figures from "./figures/special.json" with { type: "json" };

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  tTwoSided,
  fUpperTail,
  chiSquareUpperTail,
  gammaln,
  digamma,
  trigamma,
  erfc,
};

for (const [name, rows] of Object.entries(figures)) {
  Deno.test(`${name} has the digits of ${rows.length} values`, () => {
    for (const row of rows) {
      const [values, expected] = [row.slice(0, -1), row.at(-1)!];
      const got = functions[name]!(...values);
      // Near their zeros ln Γ and ψ have the digits of their summands.
      const scale = name === "gammaln" || name === "digamma"
        ? Math.max(1, Math.abs(expected))
        : expected;
      assert(
        Math.abs(got - expected) <= 2e-13 * scale,
        `${name}(${values}) is ${got}, not ${expected}`,
      );
    }
  });
}

Deno.test("tails at their ends", () => {
  assert.equal(tTwoSided(0, 5), 1);
  assert.equal(tTwoSided(Infinity, 5), 0);
  assert.equal(tUpperTail(-Infinity, 5), 1);
  assert.equal(fUpperTail(0, 2, 3), 1);
  assert.equal(fUpperTail(Infinity, 2, 3), 0);
  assert.equal(chiSquareUpperTail(0, 3), 1);
  assert.equal(chiSquareUpperTail(Infinity, 3), 0);
  assert.equal(erfc(Infinity), 0);
  assert.equal(erfc(-Infinity), 2);
  for (const value of [tTwoSided(NaN, 5), fUpperTail(NaN, 2, 3), chiSquareUpperTail(NaN, 3)]) {
    assert(Number.isNaN(value));
  }
});

Deno.test("a chance is never above one, and is one where nothing is asked for", () => {
  for (const df of [1, 2, 10, 1000, Infinity]) {
    for (let count = 2; count <= 60; count++) {
      for (const q of [0, 1e-12, 1e-3, 0.01, 0.1]) {
        const chance = studentizedRangeUpperTail(q, count, df);
        assert.ok(chance <= 1, `${chance} of ${count} beyond ${q} with ${df}`);
        if (q <= 1e-12) assert.ok(chance > 1 - 1e-9, `${chance} of ${count} beyond ${q}`);
      }
    }
  }
});

Deno.test("a quantile of t is where its tail is", () => {
  for (const df of [1, 2, 4, 9.5, 38, 1000, 2e6]) {
    for (const tail of [1e-12, 1e-4, 0.0083, 0.025, 0.2, 0.4999, 0.5001, 0.9]) {
      const at = tUpperTail(tUpperQuantile(tail, df), df);
      assert(Math.abs(at - tail) <= 1e-13 * tail, `${tail} with ${df}: ${at}`);
    }
  }
  assert.equal(tUpperQuantile(0.5, 3), 0);
  assert.equal(tUpperQuantile(0, 3), Infinity);
  assert.equal(tUpperQuantile(1, 3), -Infinity);
});

Deno.test("Hedges' factor of one degree of freedom is not defined", () => {
  assert.equal(hedgesFactor(1), null);
  assert(Math.abs(hedgesFactor(2)! - 1 / Math.sqrt(Math.PI)) < 1e-14);
});
