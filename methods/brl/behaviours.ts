/**
 * The six behaviours that BRL's paper reports, with the rules by which they count as seen.
 *
 * Every rule and threshold stands here and was set before test figures were seen. Each rule has an
 * uncertainty over seeds: a behaviour holds where the whole interval says so, does not hold where it
 * says the opposite, and is else not told.
 *
 * @module
 */
import { median, sampleRankCorrelation } from "simple-statistics";
import { stream } from "../../base/random.ts";
import boda from "../boda.ts";
import dann from "../dann.ts";
import type { Behaviour, BySeed, Finding, MeanWithin, StudyFigures } from "../study.ts";
import brl from "./mod.ts";

/** The methods whose features BRL's are held against. */
const RIVALS = [boda, dann];

/** Points of macro-F1 for each tenfold of α that count as little. */
const LITTLE = 0.5;

/** Points of macro-F1 that count as a clear decline, and within which waves are small. */
const CLEAR = 5;

/** Rank correlation with the steps that counts as steady. */
const STEADY = 0.9;

/** Resamples of the seeds, and the share of them that makes sure. */
const RESAMPLES = 2000, SURE = 0.95;

/** The behaviours, in the paper's order. */
export const behaviours: readonly Behaviour[] = [
  { claim: "1. Robust as α grows", judge: robustInAlpha },
  { claim: "2. Best near β = 0.01, then a rapid decline", judge: bestBeta },
  { claim: "3. Small waves in γ, a clear decline above 100", judge: wavesInGamma },
  {
    claim: "4. Smaller gap between average and worst domain than the other methods",
    judge: smallGap,
  },
  { claim: "5. Loss falls and F1 rises steadily over the training", judge: steadyConvergence },
  { claim: "6. Domains overlap more in the features than with BoDA or DANN", judge: overlap },
];

/** Macro-F1 loses less than {@linkcode LITTLE} for each tenfold of α, by the slope of each seed. */
function robustInAlpha(figures: StudyFigures): Finding {
  const { values, seeds } = valuesOf(figures, "alpha");
  const tried = [...values.keys()].filter((alpha) => alpha > 0);
  if (tried.length < 3) return NOT_RUN;
  const at = tried.map(Math.log10);
  const slope = figures.interval(
    seeds.map((seed) => slopeOf(at, tried.map((alpha) => values.get(alpha)!.get(seed)!))),
  );
  if (slope === null) return NOT_RUN;
  const moved = tried.slice(1).map((alpha) =>
    Math.abs(
      meanOver(seeds, (seed) => values.get(alpha)!.get(seed)! - values.get(tried[0]!)!.get(seed)!),
    )
  );
  return {
    verdict: above(slope, -LITTLE),
    evidence:
      `slope ${within(slope, 2)} points for each tenfold of α (little: −${LITTLE}); α moves ` +
      `the mean by up to ${points(Math.max(...moved))}`,
  };
}

/**
 * In almost all resamples of the seeds the best β is next to 0.01; β = 0.01 is above the smallest β, so
 * that it is no peak of luck among values that are all the same; and β = 1 is clearly below.
 */
function bestBeta(figures: StudyFigures): Finding {
  const { values, seeds } = valuesOf(figures, "beta");
  const [at001, at1] = [values.get(0.01), values.get(1)];
  const smallest = Math.min(...values.keys());
  if (at001 === undefined || at1 === undefined || smallest >= 0.01) return NOT_RUN;
  const less = (other: BySeed) =>
    figures.interval(seeds.map((seed) => at001.get(seed)! - other.get(seed)!));
  const [rise, decline] = [less(values.get(smallest)!), less(at1)];
  if (rise === null || decline === null) return NOT_RUN;
  const random = stream(0, brl.name, "resamples");
  const near = Array.from({ length: RESAMPLES }, () => {
    const drawn = seeds.map(() => seeds[random.integer(seeds.length)]!);
    const best = bestOf(values, drawn);
    return best >= 1e-3 && best <= 0.1;
  }).filter(Boolean).length / RESAMPLES;
  const peak: Finding["verdict"] = near >= SURE
    ? "holds"
    : near <= 1 - SURE
    ? "does not hold"
    : "not told";
  return {
    verdict: both(worse(peak, above(rise, 0)), above(decline, CLEAR)),
    evidence:
      `best at β = ${bestOf(values, seeds)}, next to 0.01 in ${(100 * near).toFixed(0)} % of ` +
      `resamples; β = 0.01 less β = ${smallest} ${within(rise)}, less β = 1 ${within(decline)} ` +
      `(clear: ${CLEAR})`,
  };
}

/** Up to γ = 100 no value is far from the default, all at once; above it the mean is clearly lower. */
function wavesInGamma(figures: StudyFigures): Finding {
  const { values, seeds } = valuesOf(figures, "gamma");
  const [small, large] = [
    [...values.keys()].filter((gamma) => gamma <= 100),
    [...values.keys()].filter((gamma) => gamma > 100),
  ];
  const standard = values.get(10);
  if (small.length < 2 || large.length === 0 || standard === undefined) return NOT_RUN;
  const others = small.filter((gamma) => gamma !== 10);
  const waves = others.map((gamma) =>
    figures.interval(
      seeds.map((seed) => values.get(gamma)!.get(seed)! - standard.get(seed)!),
      0.05 / others.length,
    )
  ).filter((wave) => wave !== null);
  const mean = (gammas: readonly number[], seed: number) =>
    meanOver(gammas, (gamma) => values.get(gamma)!.get(seed)!);
  const decline = figures.interval(seeds.map((seed) => mean(small, seed) - mean(large, seed)));
  if (decline === null || waves.length === 0) return NOT_RUN;
  const far = waves.some(({ low, high }) => low > CLEAR || high < -CLEAR);
  const close = waves.every(({ low, high }) => low > -CLEAR && high < CLEAR);
  const largest = Math.max(...waves.map(({ mean }) => Math.abs(mean)));
  return {
    verdict: both(close ? "holds" : far ? "does not hold" : "not told", above(decline, CLEAR)),
    evidence:
      `up to γ = 100 at most ${points(largest)} from γ = 10; mean up to 100 less mean above ` +
      `${within(decline)} (clear: ${CLEAR})`,
  };
}

/** The gap, relative to the average, is smaller than the median of the other methods that learned. */
function smallGap({ methods, interval }: StudyFigures): Finding {
  const gapsOf = ({ average, worst }: StudyFigures["methods"][number]): BySeed =>
    new Map(
      [...average].flatMap(([seed, value]) =>
        worst.has(seed) ? [[seed, 100 * (value - worst.get(seed)!) / value] as const] : []
      ),
    );
  const own = methods.find(({ name }) => name === brl.name);
  const others = methods.filter(({ name }) => !name.startsWith(brl.name)).map(gapsOf);
  if (own === undefined || others.length === 0) return NOT_RUN;
  const gaps = [...gapsOf(own)].flatMap(([seed, gap]) => {
    const known = others.flatMap((other) => other.get(seed) ?? []);
    return known.length === 0 ? [] : [{ gap, rivals: median(known) }];
  });
  const difference = interval(gaps.map(({ gap, rivals }) => rivals - gap));
  if (difference === null) return NOT_RUN;
  return {
    verdict: above(difference, 0),
    evidence:
      `gap in percent of the average ${points(meanOver(gaps, ({ gap }) => gap))}; the median of ` +
      `${others.length} other methods that learned less it ${within(difference)}`,
  };
}

/** Loss falls and validation macro-F1 rises with the steps, by Spearman's rank correlation. */
function steadyConvergence(figures: StudyFigures): Finding {
  const curves = figures.curves("convergence").filter((curve) => curve.length >= 5);
  const correlations = (of: "loss" | "f1") =>
    withinCorrelations(
      figures,
      curves.map((curve) =>
        sampleRankCorrelation(curve.map(({ step }) => step), curve.map((point) => point[of]))
      ),
    );
  const [loss, f1] = [correlations("loss"), correlations("f1")];
  if (loss === null || f1 === null) return NOT_RUN;
  return {
    verdict: both(above(negative(loss), STEADY), above(f1, STEADY)),
    evidence: `rank correlation with the steps: loss ${within(loss, 2)}, validation macro-F1 ` +
      `${within(f1, 2)} (steady: ${STEADY})`,
  };
}

/** Mean and interval of correlations, by Fisher's z, so that neither goes beyond 1. */
function withinCorrelations(figures: StudyFigures, values: readonly number[]): MeanWithin | null {
  const most = 0.999; // a perfect one has no z
  const z = figures.interval(values.map((r) => Math.atanh(Math.max(-most, Math.min(most, r)))));
  return z && { mean: Math.tanh(z.mean), low: Math.tanh(z.low), high: Math.tanh(z.high) };
}

/** More of a test image's nearest neighbours of its own class are of other domains, seed by seed. */
async function overlap(figures: StudyFigures): Promise<Finding> {
  const own = await figures.overlap(brl.name);
  const found: { name: string; difference: MeanWithin }[] = [];
  for (const { name } of RIVALS) {
    const shares = await figures.overlap(name);
    const common = [...own.keys()].filter((seed) => shares.has(seed));
    const difference = figures.interval(common.map((seed) => own.get(seed)! - shares.get(seed)!));
    if (difference !== null) found.push({ name, difference });
  }
  if (found.length < RIVALS.length) return NOT_RUN;
  return {
    verdict: found.map(({ difference }) => above(difference, 0)).reduce(both),
    evidence: "foreign neighbours within a class, in points beside " +
      found.map(({ name, difference }) => `${name} ${within(difference)}`).join(", "),
  };
}

/** Test macro-F1 by the value of a parameter and by seed, over the seeds that all values have. */
function valuesOf(figures: StudyFigures, parameter: string) {
  const values = new Map(
    figures.settings("parameters")
      .filter(({ levels }) => levels["parameter"] === parameter)
      .map(({ levels, f1 }) => [Number(levels["value"]), f1] as const),
  );
  const [first] = values.values();
  const seeds = [...first?.keys() ?? []].filter((seed) =>
    [...values.values()].every((f1) => f1.has(seed))
  );
  return { values, seeds };
}

/** The value with the highest mean over some seeds. */
function bestOf(values: ReadonlyMap<number, BySeed>, seeds: readonly number[]): number {
  return [...values].map(([value, f1]) => ({ value, mean: meanOver(seeds, (s) => f1.get(s)!) }))
    .reduce((best, each) => each.mean > best.mean ? each : best).value;
}

/** The slope of a straight line through points, by least squares. */
function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [x, y] = [meanOver(xs, (value) => value), meanOver(ys, (value) => value)];
  const covariance = xs.reduce((sum, value, i) => sum + (value - x) * (ys[i]! - y), 0);
  return covariance / xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
}

function meanOver<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0) / items.length;
}

/** Whether a mean is above a bound, as far as its interval tells. */
function above({ low, high }: MeanWithin, bound: number): Finding["verdict"] {
  return low > bound ? "holds" : high <= bound ? "does not hold" : "not told";
}

function negative({ mean, low, high }: MeanWithin): MeanWithin {
  return { mean: -mean, low: -high, high: -low };
}

/** The verdict on two halves of a claim. */
function both(a: Finding["verdict"], b: Finding["verdict"]): Finding["verdict"] {
  if (a === b) return a;
  if (a === "not told" || b === "not told") {
    return a === "does not hold" || b === "does not hold" ? "does not hold" : "not told";
  }
  return "partly";
}

/** The verdict on what takes both: the less favourable one. */
function worse(a: Finding["verdict"], b: Finding["verdict"]): Finding["verdict"] {
  const order: readonly Finding["verdict"][] = ["does not hold", "not told", "holds"];
  return order.find((verdict) => verdict === a || verdict === b) ?? a;
}

const NOT_RUN: Finding = { verdict: "not run", evidence: "–" };

function within({ mean, low, high }: MeanWithin, digits = 1): string {
  return `${points(mean, digits)} [${points(low, digits)}, ${points(high, digits)}]`;
}

function points(value: number, digits = 1): string {
  return value.toFixed(digits).replace("-", "−");
}
