/**
 * What the factors of a study do: a full factorial by its effects, a parameter by a joint test over
 * its values, other settings beside the first.
 *
 * @module
 */
import type { Tested } from "./tested.ts";
import { type Measure, scoresOf, type StudyResults } from "./studies.ts";
import { marginOf } from "./significance.ts";
import type { Judgement } from "./significance.ts";
import { blockedAnova, type FTest, type NotComputable } from "./statistics/anova.ts";
import { compareAll, type Compared } from "./statistics/family.ts";
import { differences } from "./statistics/moderated.ts";
import { holm } from "./statistics/pairs.ts";

/** An effect of one part, or of parts together, or of a setting beside the first. Fractions. */
export interface Effect {
  /** What it is of: the parts' titles, or the setting. */
  readonly of: string;
  /** Parts that it is of: 1 for a main effect, more for an interaction. */
  readonly order: number;
  /** How the family of the study's effects judges it. */
  readonly compared: Compared;
}

/** Whether a parameter matters at all on one figure. */
export interface ParameterTest {
  /** The parameter, as the study's levels name it. */
  readonly parameter: string;
  /** Values that were tried on the same seeds. */
  readonly values: number;
  /** Blocked F test of no difference between the values. */
  readonly test: FTest | NotComputable;
  /** Its p-value, Holm-corrected over the parameters; null without a test. */
  readonly p: number | null;
}

/** What a study says on one figure. */
export interface StudyEffects extends Tested, Measure {
  readonly domain: Measure["domain"];
  /** `factorial` where the settings are all combinations of parts; `beside` the first otherwise. */
  readonly design: "factorial" | "beside";
  readonly effects: readonly Effect[];
  /** Instead of effects, for studies that vary numbers one at a time. */
  readonly parameters: readonly ParameterTest[];
}

/** Interactions of more parts than these are not asked for. */
const HIGHEST_ORDER = 3;

/** The effects of a study, averaged over domains and on the worst; none where it has no settings to compare. */
export function effectsOf(results: StudyResults, judgement: Judgement): StudyEffects[] {
  const { study, metric, settings } = results;
  if (study.rows === "checkpoints" || settings.length < 2) return [];
  const split = study.splits?.at(-1) ?? "test";
  return (["average", "worst"] as const).flatMap((domain): StudyEffects[] => {
    const rows = rowsBySeed(results, { split, domain });
    const common = { metric, split, domain };
    if (study.chart !== undefined) {
      const parameters = parameterTests(results, rows, study.chart.panels);
      return [{ ...common, design: "beside", effects: [], parameters }];
    }
    const parts = partsOf(results);
    const options = {
      alpha: judgement.alpha,
      margin: marginOf({ metric }, judgement.margin),
      better: metric.better,
    };
    if (parts === null) {
      const [first, ...others] = rows;
      const { compared } = compareAll(others.map((row) => differences(row, first!)), options);
      const effects = compared.map((own, i): Effect => ({
        of: settings[i + 1]!.name,
        order: 1,
        compared: own,
      }));
      return [{ ...common, design: "beside", effects, parameters: [] }];
    }
    return [{
      ...{ ...common, design: "factorial", parameters: [] },
      effects: factorialEffects(results, parts, rows, options),
    }];
  });
}

/** Scores of each setting by seed, in one order of seeds. */
function rowsBySeed(
  { settings, metric }: StudyResults,
  measure: Measure,
): (number | null)[][] {
  const seeds = [...new Set(settings.flatMap(({ runs }) => runs.map(({ spec }) => spec.seed)))]
    .sort((a, b) => a - b);
  return settings.map(({ runs }) => {
    const values = scoresOf(runs, metric, measure);
    return seeds.map((seed) => values[runs.findIndex(({ spec }) => spec.seed === seed)] ?? null);
  });
}

/** The parts that are switched on and off in every combination; null where settings are no such. */
function partsOf({ study, settings }: StudyResults): string[] | null {
  const varied = study.factors.map(({ name }) => name)
    .filter((name) => new Set(settings.map(({ levels }) => levels[name])).size > 1);
  const isPart = (name: string) =>
    settings.every(({ levels }) => typeof levels[name] === "boolean");
  const combinations = new Set(
    settings.map(({ levels }) => varied.map((name) => levels[name]).join()),
  );
  return varied.length > 0 && varied.every(isPart) && settings.length === 2 ** varied.length &&
      combinations.size === settings.length
    ? varied
    : null;
}

/**
 * Main effects and interactions (Yates 1937): a main effect is the mean with a part minus the mean
 * without it; an interaction is what a part does more where the other is there. Judged as one family
 * of contrasts of equal length, which is what makes their spreads comparable.
 */
function factorialEffects(
  { study, settings }: StudyResults,
  parts: readonly string[],
  rows: readonly (readonly (number | null)[])[],
  options: { alpha: number; margin: number | null; better: "max" | "min" },
): Effect[] {
  const subsets = Array.from({ length: 2 ** parts.length - 1 }, (_, i) => i + 1)
    .map((bits) => parts.filter((_, p) => (bits >> p) & 1))
    .filter((subset) => subset.length <= HIGHEST_ORDER)
    .sort((a, b) => a.length - b.length);
  const contrasts = subsets.map((subset) =>
    rows[0]!.map((_, seed) => {
      let sum = 0;
      for (const [s, { levels }] of settings.entries()) {
        const value = rows[s]![seed] ?? null;
        if (value === null) return null;
        sum += subset.reduce((sign, part) => levels[part] === true ? sign : -sign, value);
      }
      return (2 * sum) / settings.length;
    })
  );
  // A margin is of the effect, not of the contrast, so each order is held against its own.
  const { compared } = compareAll(contrasts, { ...options, margin: null });
  const title = (part: string) => study.factors.find(({ name }) => name === part)!.title;
  return compared.map((own, i): Effect => {
    const order = subsets[i]!.length;
    return {
      of: subsets[i]!.map(title).join(" × "),
      order,
      compared: enlarged(own, 2 ** (order - 1)),
    };
  });
}

/** A comparison in units that are smaller by a factor. */
function enlarged(compared: Compared, factor: number): Compared {
  const scaled = (ends: Compared["interval"]) =>
    ends && [factor * ends[0], factor * ends[1]] as const;
  return {
    ...compared,
    difference: compared.difference && factor * compared.difference,
    interval: scaled(compared.interval),
    together: scaled(compared.together),
  };
}

/** Whether each parameter matters: all its values on the seeds that all have. */
function parameterTests(
  { settings }: StudyResults,
  rows: readonly (readonly (number | null)[])[],
  panels: string,
): ParameterTest[] {
  const groups = Map.groupBy(
    settings.map(({ levels }, i) => ({ parameter: String(levels[panels]), row: rows[i]! })),
    ({ parameter }) => parameter,
  );
  const tests = [...groups].map(([parameter, own]) => {
    const some = own.filter(({ row }) => row.some((value) => value !== null));
    const seeds = (some[0]?.row ?? []).flatMap((_, seed) =>
      some.every(({ row }) => (row[seed] ?? null) !== null) ? [seed] : []
    );
    const test = blockedAnova(some.map(({ row }) => seeds.map((seed) => row[seed]!)));
    return { parameter, values: some.length, test };
  });
  const known = tests.flatMap(({ test }) => test.computable ? [test.p] : []);
  const corrected = holm(known);
  let next = 0;
  return tests.map((own) => ({ ...own, p: own.test.computable ? corrected[next++]! : null }));
}
