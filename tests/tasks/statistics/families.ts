/**
 * Simulations of the report's families of comparisons: the control, all pairs, changes, F tests.
 *
 * @module
 */
import { stream } from "../../../base/random.ts";
import { besideControls } from "../../../report/analysis/control.ts";
import { blockedAnova, oneWayAnova } from "../../../report/analysis/statistics/anova.ts";
import { compareAll } from "../../../report/analysis/statistics/family.ts";
import { differences, meanTest } from "../../../report/analysis/statistics/moderated.ts";
import { detectable, expectedPriorDf } from "../../../report/analysis/statistics/power.ts";
import type { Measured } from "./check.ts";
import { type Scenario, SCENARIOS, tableOf } from "./tables.ts";

const ALPHA = 0.05;
const METHODS = [2, 5, 22, 36];
const SEEDS = [3, 5, 10];
const NAMES = Object.keys(SCENARIOS) as Scenario[];

/** Every combination of methods, seeds and scenarios that there is. */
function* conditions(): Generator<{ methods: number; seeds: number; scenario: Scenario }> {
  for (const methods of METHODS) {
    for (const seeds of SEEDS) {
      for (const scenario of NAMES) {
        if (methods > 2 || scenario === "equal" || scenario === "unequal") {
          yield { methods, seeds, scenario };
        }
      }
    }
  }
}

/** Every method beside the control: false findings, intervals, equivalence. */
export function* control(repetitions: number): Generator<Measured> {
  for (const { methods, seeds, scenario } of conditions()) {
    const random = stream(0, "test", "control", `${methods} ${seeds} ${scenario}`);
    const count = { found: 0, alone: 0, rows: 0, together: 0, equivalent: 0 };
    const options = { alpha: ALPHA, margin: 12, better: "max" as const };
    for (let i = 0; i < repetitions; i++) {
      const values = tableOf(scenario, methods, seeds, random);
      const controls = values.map(() => 0);
      const learned = values.map(() => true);
      const { family } = besideControls({ values, controls, learned }, options);
      const within = (ends: readonly [number, number] | null) =>
        ends === null || (ends[0] <= 0 && ends[1] >= 0);
      if (family.compared.some(({ p }) => p !== null && p < ALPHA)) count.found++;
      count.alone += family.compared.filter(({ interval }) => within(interval)).length;
      count.rows += family.compared.length;
      if (family.compared.every(({ together }) => within(together))) count.together++;
      // All methods lie at the margin exactly, so none is equivalent within it.
      const shifted = values.map((row, m) =>
        m === 0 ? row : row.map((value) => value === null ? null : value + 12)
      );
      const edge = besideControls({ values: shifted, controls, learned }, options).family;
      if (edge.compared.some(({ equivalence }) => equivalence !== null && equivalence < ALPHA)) {
        count.equivalent++;
      }
    }
    const where = { methods, seeds, spreads: scenario };
    const procedure = "Every method beside the control (moderated paired t tests, Holm)";
    const of = (column: string, measured: number, bound: Measured["bound"], nominal: number) => ({
      ...{ procedure, where, column, measured, bound, nominal, repetitions },
    });
    yield of("any false better or worse", count.found / repetitions, "at most", ALPHA);
    yield of("interval alone covers", count.alone / count.rows, "told", 1 - ALPHA);
    yield of("intervals together cover", count.together / repetitions, "at least", 1 - ALPHA);
    yield of("any false equivalence", count.equivalent / repetitions, "at most", ALPHA);
  }
}

/** All pairs of methods: false findings; and the classical tests beside them. */
export function* pairs(repetitions: number): Generator<Measured> {
  for (const { methods, seeds, scenario } of conditions()) {
    const random = stream(0, "test", "pairs", `${methods} ${seeds} ${scenario}`);
    const tables = methods > 30 ? Math.ceil(repetitions / 4) : repetitions;
    let [found, oneWay, blocked] = [0, 0, 0];
    for (let i = 0; i < tables; i++) {
      const values = tableOf(scenario, methods, seeds, random);
      const rows = values.flatMap((row, m) =>
        values.slice(m + 1).map((other) => differences(row, other))
      );
      const { compared } = compareAll(rows, { alpha: ALPHA });
      if (compared.some(({ p }) => p !== null && p < ALPHA)) found++;
      const one = oneWayAnova(values.map((row) => row.filter((value) => value !== null)));
      if (one.computable && one.p < ALPHA) oneWay++;
      const both = blockedAnova(values.filter((row) => row.every((value) => value !== null)));
      if (both.computable && both.p < ALPHA) blocked++;
    }
    const where = { methods, seeds, spreads: scenario };
    const procedure = "All pairs (moderated paired t tests, Holm), and the F tests of papers";
    const of = (column: string, count: number, bound: Measured["bound"]): Measured => ({
      ...{ procedure, where, column, bound, nominal: ALPHA, repetitions: tables },
      measured: count / tables,
    });
    yield of("any false pair", found, "at most");
    yield of("one-way F rejects", oneWay, "told");
    yield of("blocked F rejects", blocked, "told");
  }
}

/** Whether the least detectable difference is found as often as is said. */
export function* power(repetitions: number): Generator<Measured> {
  for (const methods of METHODS) {
    for (const seeds of SEEDS) {
      const random = stream(0, "test", "power", `${methods} ${seeds}`);
      const design = { seeds, comparisons: methods - 1, alpha: ALPHA, spread: 6 * Math.SQRT2 };
      const least = detectable({ ...design, priorDf: expectedPriorDf(methods - 1, seeds) })!;
      let found = 0;
      for (let i = 0; i < repetitions; i++) {
        const values = tableOf("equal", methods, seeds, random)
          .map((row, m) => m === methods - 1 ? row.map((value) => value! + least) : row);
        const { family } = besideControls({
          ...{ values, controls: values.map(() => 0), learned: values.map(() => true) },
        }, { alpha: ALPHA, margin: null, better: "max" });
        if (family.compared.at(-1)!.verdict === "better") found++;
      }
      yield {
        procedure: "A difference of the least detectable size, beside others that are none",
        where: { methods, seeds, "difference / spread": (least / design.spread).toFixed(2) },
        column: "found",
        ...{ nominal: 0.8, measured: found / repetitions, repetitions, bound: "told" },
      };
    }
  }
}

/** A mean change of all methods between two folders. */
export function* changes(repetitions: number): Generator<Measured> {
  for (const methods of [5, 36]) {
    for (const seeds of SEEDS) {
      for (const scenario of ["equal", "unequal"] as const) {
        const random = stream(0, "test", "changes", `${methods} ${seeds} ${scenario}`);
        let found = 0;
        for (let i = 0; i < repetitions; i++) {
          const before = tableOf(scenario, methods, seeds, random);
          const after = tableOf(scenario, methods, seeds, random);
          const means = before[0]!.map((_, s) =>
            before.reduce((sum, row, m) => sum + (after[m]![s]! - row[s]!) / methods, 0)
          );
          const test = meanTest(means, null);
          if (test.computable && test.p < ALPHA) found++;
        }
        yield {
          procedure: "Mean change of all methods since an earlier folder (t test over seeds)",
          where: { methods, seeds, spreads: scenario },
          column: "false change",
          ...{ nominal: ALPHA, measured: found / repetitions, repetitions, bound: "at most" },
        };
      }
    }
  }
}
