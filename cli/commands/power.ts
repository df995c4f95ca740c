/**
 * `deno task power`: the least difference that seeds can show, and the seeds that a difference takes.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { Command } from "commander";
import { integerAtLeast, nonEmptyList, nonEmptyPath } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { isFile, isFolder } from "../../base/files.ts";
import { seedsNeeded, USUAL_POWER } from "../../report/analysis/statistics/power.ts";
import {
  catalogueOf,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";
import { judgementOf, type JudgementOptions, positive } from "../options/judgement.ts";
import { ALPHA, ASSUMED_SPREAD, leastDifference, type Spread, spreadOf } from "../sensitivity.ts";
import { USUAL_OUT } from "./report.ts";

interface PowerOptions extends PluginOptions, Pick<JudgementOptions, "control"> {
  readonly difference?: number;
  readonly out?: string;
  readonly spread?: number;
  readonly methods?: number;
  readonly power: number;
  readonly metrics?: string[];
  readonly json?: boolean;
}

/** Seeds that the least difference is told of. */
const SEEDS = [3, 5, 10, 20, 50];

/** More seeds than these are not looked at. */
const MOST = 2000;

/** The command. */
export function powerCommand(_setExitCode: SetExitCode): Command {
  return new Command("power")
    .description("the differences that seeds can show, and the seeds that a difference takes")
    .option("--difference <points>", "the difference to find", positive("--difference", "points"))
    .option(
      "--out <dir>",
      `output folder whose spread is taken; ${USUAL_OUT}, where there is one`,
      nonEmptyPath("--out"),
    )
    .option(
      "--spread <points>",
      "standard deviation over seeds of a difference to the control, instead of a folder's",
      positive("--spread", "points"),
    )
    .option(
      "--methods <n>",
      "methods beside the control, all corrected for; those of the folder by default",
      integerAtLeast("--methods", 1),
    )
    .option("--control <name>", "method that all others are compared with")
    .option(
      "--metrics <names>",
      "the metric whose spread is taken (default: macro-F1)",
      nonEmptyList("--metrics"),
    )
    .option("--power <share>", "how often the difference shall be found", share, USUAL_POWER)
    .option("--json", "as JSON")
    .action(power);
}

async function power(options: PowerOptions): Promise<void> {
  const { difference, methods, power } = options;
  const spread = await knownSpread(options);
  const comparisons = methods ?? spread.comparisons ?? 1;
  const least = SEEDS.map((seeds) => ({
    seeds,
    points: leastDifference(spread, seeds, comparisons, power)!,
  }));
  const needed = difference === undefined ? null : seedsNeeded(
    difference,
    { spread: spread.points, comparisons, alpha: ALPHA },
    { power, most: MOST },
  );
  if (options.json) {
    const asked = difference === undefined ? {} : { difference, seeds: needed };
    return printJson({ spread: spread.points, comparisons, alpha: ALPHA, power, least, ...asked });
  }
  print(
    `${comparisons === 1 ? "One method" : `${comparisons} methods`} beside a control, ` +
      `Holm-corrected at ${ALPHA}; spread of a difference ${spread.points.toFixed(1)} points, ` +
      `${spread.source}`,
  );
  print(`Least difference that is found in ${100 * power} % of cases:`);
  for (const { seeds, points } of least) {
    print(`  ${String(seeds).padStart(4)} seeds  ${points.toFixed(1).padStart(6)} points`);
  }
  if (difference === undefined) return;
  print(
    needed === null
      ? `A difference of ${difference} points takes more than ${MOST} seeds`
      : `A difference of ${difference} points takes ${needed} seeds`,
  );
}

/** From the option, from a folder, or assumed. */
async function knownSpread(options: PowerOptions): Promise<Spread> {
  const { out, spread, metrics } = options;
  if (spread !== undefined) return { points: spread, source: "as given", comparisons: null };
  const folder = resolve(out ?? USUAL_OUT);
  const catalogue = await catalogueOf(options);
  const found = await spreadOf(folder, catalogue, {
    ...judgementOf(options),
    ...(metrics && { metrics }),
  });
  if (found !== null) return found;
  if (out !== undefined) {
    const lacks = await isFile(join(folder, "manifest.json"))
      ? "no two methods of it share two seeds; give another folder, or --spread"
      : await isFolder(folder)
      ? 'there is no "manifest.json" in it; give the output folder of a bench, or --spread'
      : "there is no such folder; give the output folder of a bench, or --spread";
    throw new UsageError(`Cannot take the spread of --out "${out}": ${lacks}`);
  }
  return { points: ASSUMED_SPREAD, source: "assumed", comparisons: null };
}

/** A share between 0 and 1. */
function share(text: string): number {
  const value = Number(text);
  if (!(value > 0.05 && value < 1)) {
    throw new UsageError(`Cannot use --power "${text}": give a share above 0.05 and below 1`);
  }
  return value;
}
