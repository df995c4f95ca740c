/**
 * What the factors of a study do: a factorial, full or a fraction, by its effects, a parameter by a joint test over
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
  /** `factorial` where factors of two levels are crossed; `beside` the first setting otherwise. */
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
    const design = designOf(results);
    const options = {
      alpha: judgement.alpha,
      margin: marginOf({ metric }, judgement.margin),
      better: metric.better,
    };
    if (design === null) {
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
      effects: factorialEffects(design, rows, options),
    }];
  });
}

/** Scores of each setting by seed, in one order of seeds. */
function rowsBySeed(
  { settings, metric }: StudyResults,
  measure: Measure,
): (number | null)[][] {
  const seeds = [...new Set(settings.flatMap(({ runs }) => runs.map(({ spec }) => spec.seed)))];
  return settings.map(({ runs }) => {
    const values = scoresOf(runs, metric, measure);
    return seeds.map((seed) => values[runs.findIndex(({ spec }) => spec.seed === seed)] ?? null);
  });
}

/** A factor of two levels: what it is called where it is high, and its sign in every setting. */
interface Contrast {
  readonly title: string;
  readonly signs: readonly number[];
}

/**
 * The factors of a design of two levels, full or a fraction, in which no two factors go together;
 * null where settings are no such design.
 */
function designOf({ study, settings }: StudyResults): Contrast[] | null {
  const varied = study.factors.flatMap(({ name, title }) => {
    const levels = [...new Set(settings.map(({ levels }) => levels[name] ?? false))];
    return levels.length > 1 ? [{ name, title, levels }] : [];
  });
  if (varied.length === 0 || varied.some(({ levels }) => levels.length !== 2)) return null;
  const factors = varied.map(({ name, title, levels }): Contrast => {
    // Of parts it is the switched-on level that is high, of forms the one that comes second.
    const isPart = levels.every((level) => typeof level === "boolean");
    const high = isPart ? true : levels[1]!;
    return {
      title: isPart ? title : `${title} ${high}`,
      signs: settings.map(({ levels }) => (levels[name] ?? false) === high ? 1 : -1),
    };
  });
  const columns = [settings.map(() => 1), ...factors.map(({ signs }) => signs)];
  const clear = columns.every((column, i) =>
    columns.slice(0, i).every((other) => dot(column, other) === 0)
  );
  return clear ? factors : null;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** An effect that a design can tell: the first of those that have the same contrast, and the order. */
interface Told extends Contrast {
  readonly order: number;
}

/**
 * The effects that a design can tell. In a fraction, effects of two factors may have one contrast and
 * are named together; those of more are taken for nothing.
 */
function toldEffects(factors: readonly Contrast[]): Told[] {
  const settings = factors[0]!.signs.length;
  const isFull = settings === 2 ** factors.length;
  const subsets = Array.from({ length: 2 ** factors.length - 1 }, (_, i) => i + 1)
    .map((bits) => factors.filter((_, f) => (bits >> f) & 1))
    .filter(({ length }) => length <= (isFull ? HIGHEST_ORDER : 2))
    .sort((a, b) => a.length - b.length);
  const told: Told[] = [];
  for (const subset of subsets) {
    const title = subset.map(({ title }) => title).join(" × ");
    const signs = Array.from(
      { length: settings },
      (_, s) => subset.reduce((sign, factor) => sign * factor.signs[s]!, 1),
    );
    const same = told.findIndex((other) => Math.abs(dot(other.signs, signs)) === settings);
    if (same < 0) {
      told.push({ title, signs, order: subset.length });
      continue;
    }
    const first = told[same]!;
    const joint = dot(first.signs, signs) > 0 ? "+" : "−";
    told[same] = { ...first, title: `${first.title} ${joint} ${title}` };
  }
  return told;
}

/**
 * Main effects and interactions (Yates 1937): a main effect is the mean with a part minus the mean
 * without it; an interaction is what a part does more where the other is there. Judged as one family
 * of contrasts of equal length, which is what makes their spreads comparable.
 *
 * @see Box and Hunter 1961, The 2^(k−p) Fractional Factorial Designs
 */
function factorialEffects(
  factors: readonly Contrast[],
  rows: readonly (readonly (number | null)[])[],
  options: { alpha: number; margin: number | null; better: "max" | "min" },
): Effect[] {
  const told = toldEffects(factors);
  const contrasts = told.map(({ signs }) =>
    rows[0]!.map((_, seed) => {
      const values = rows.flatMap((row) => row[seed] ?? []);
      return values.length < rows.length ? null : (2 * dot(signs, values)) / rows.length;
    })
  );
  // A margin is of the effect, not of the contrast, so each order is held against its own.
  const { compared } = compareAll(contrasts, { ...options, margin: null });
  return compared.map((own, i): Effect => {
    const { title, order } = told[i]!;
    return { of: title, order, compared: enlarged(own, 2 ** (order - 1)) };
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
