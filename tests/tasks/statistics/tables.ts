/**
 * Made-up tables of scores, method × seed, in which no method differs from another.
 *
 * @module
 */
import type { Random } from "../../../base/random.ts";

/** How the runs of methods scatter. */
export const SCENARIOS = {
  "equal": "one spread for all methods",
  "unequal": "spreads from 1 to 20 (log-normal, as of converged grids)",
  "collapsed": "a fifth of the methods hardly moves (1/16 of the spread)",
  "noisy one": "one method with eight times the spread of the others",
  "missing": "a fifth of the methods lacks a seed",
} as const;

/** The name of a scenario. */
export type Scenario = keyof typeof SCENARIOS;

/** Values by method and seed, all of the same mean; seeds move all methods alike. */
export function tableOf(
  scenario: Scenario,
  methods: number,
  seeds: number,
  random: Random,
): (number | null)[][] {
  const common = Array.from({ length: seeds }, () => 4 * random.normal());
  const few = Math.max(1, Math.floor(methods / 5));
  return Array.from({ length: methods }, (_, method) => {
    const spread = spreadOf(scenario, method, methods, few, random);
    const row = common.map((value): number | null => value + spread * random.normal());
    if (scenario === "missing" && method >= 1 && method <= few && seeds > 2) {
      row[random.integer(seeds)] = null;
    }
    return row;
  });
}

function spreadOf(
  scenario: Scenario,
  method: number,
  methods: number,
  few: number,
  random: Random,
): number {
  if (scenario === "unequal") return 4.5 * Math.exp(0.75 * random.normal());
  if (scenario === "collapsed") return method >= 1 && method <= few ? 0.5 : 8;
  if (scenario === "noisy one") return method === methods - 1 ? 12 : 1.5;
  return 6;
}
