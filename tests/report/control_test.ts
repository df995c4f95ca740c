/** Methods beside their control: which are compared, and what such a family could have found. */
import assert from "node:assert/strict";
import accuracy from "../../metrics/accuracy.ts";
import type { MethodResults } from "../../report/analysis/arrange.ts";
import {
  besideControls,
  controlledOn,
  controlsOf,
  sensitivity,
} from "../../report/analysis/control.ts";
import { compareAll } from "../../report/analysis/statistics/family.ts";
import { powerOf } from "../../report/analysis/statistics/power.ts";

const JUDGED = { alpha: 0.05, margin: null, better: "max" } as const;

/** A row, with its network where there are several. */
const row = (name: string, network: string | null = null) =>
  ({
    name,
    label: network === null ? name : `${name} × ${network}`,
    network: network === null ? null : { name: network },
  }) as unknown as MethodResults;

Deno.test("a method's control is on its own network, else the row of exactly that label", () => {
  const one = [row("irm"), row("erm"), row("boda")];
  assert.deepEqual(controlsOf(one, "erm"), [1, 1, 1]);
  assert.deepEqual(controlsOf(one, "irm"), [0, 0, 0]);
  assert.deepEqual(controlsOf(one, "none"), [-1, -1, -1]);
  const rows = [row("erm", "cnn"), row("irm", "cnn"), row("erm", "mlp"), row("irm", "vit")];
  assert.deepEqual(controlsOf(rows, "erm"), [0, 0, 2, -1]);
  assert.deepEqual(controlsOf(rows, "erm × cnn"), [0, 0, 0, 0]);
});

Deno.test("compared is what has a value, with a control that has one", () => {
  const values = [[0.1, 0.2], [0.3, 0.5], [null, null], [0.4, null], [0.2, 0.2]];
  const learned = values.map(() => true);
  const found = (controls: number[]) =>
    besideControls({ values, controls, learned }, JUDGED).rows
      .map((row) => row && row.difference!.toFixed(2));
  assert.deepEqual(found([0, 0, 0, 0, -1]), [null, "0.25", null, "0.30", null]);
  assert.deepEqual(found([2, 2, 2, 2, 2]), [null, null, null, null, null]);
  assert.deepEqual(found([1, 1, 1, 1, 1]), ["-0.25", null, null, "0.10", "-0.20"]);
});

Deno.test("spreads of what has not learned say nothing of those that have", () => {
  const wave = (m: number) => [0, 1, 2, 3, 4].map((s) => Math.sin(7 * m + 3 * s + m * s));
  const values = [wave(1), wave(2), wave(3), wave(4), wave(5).map((value) => 1000 * value)];
  const controls = values.map(() => 0);
  const { family } = besideControls(
    { values, controls, learned: [true, true, true, true, false] },
    JUDGED,
  );
  const without = compareAll([1, 2, 3].map((m) => values[m]!.map((v, s) => v - values[0]![s]!)), {
    alpha: 0.05,
  });
  assert.deepEqual(family.prior, without.prior);
  const none = besideControls(
    { values, controls, learned: [false, true, true, true, true] },
    JUDGED,
  );
  assert.equal(none.family.prior, null, "the control's own spread is in all of them");
});

Deno.test("rows stand beside their controls; without any there is no comparison", () => {
  const methods = [row("erm"), row("irm"), row("boda")];
  const figure = { dataset: null, domain: "average", metric: accuracy } as const;
  const values = [[0.5, 0.5, 0.6], [0.7, 0.9, 0.8], [null, null, null]];
  const on = (controls: number[]) =>
    controlledOn(
      figure,
      methods,
      { values, controls, learned: [true, true, true] },
      { alpha: 0.05, margin: null },
    );
  const found = on([0, 0, 0])!;
  assert.deepEqual(found.rows.map(({ method, control }) => [method.name, control.name]), [
    ["irm", "erm"],
  ]);
  assert.equal(found.size, 1);
  assert.equal(on([-1, -1, -1]), null);
  assert.equal(on([2, 2, 2]), null);
});

Deno.test("what a family could have found is the difference of four chances in five", () => {
  const rows = [[0.1, 0.3, 0.2, 0.4], [0.1, 0.2, 0.5, 0.9], [0.3, 0.3, 0.35, 0.31], [0.5]];
  const family = compareAll(rows, { alpha: 0.05 });
  const { design, least } = sensitivity(family, 0.05)!;
  const deviations = family.compared.flatMap(({ test }) =>
    test.computable ? [2 * test.standardError] : []
  ).sort((a, b) => a - b);
  assert.equal(deviations.length, 3);
  assert.deepEqual(design, {
    ...{ spread: deviations[1], seeds: 4, comparisons: 4, alpha: 0.05 },
    priorDf: family.prior?.df ?? 0,
  });
  assert.ok(Math.abs(powerOf(least, design) - 0.8) < 1e-9);
  assert.equal(sensitivity(compareAll([[0.5]], { alpha: 0.05 }), 0.05), null);
  assert.equal(sensitivity(compareAll([], { alpha: 0.05 }), 0.05), null);
});
