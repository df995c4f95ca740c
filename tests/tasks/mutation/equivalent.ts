/**
 * Mutations after which the code does the same, but for what rounding leaves: no test can notice them.
 *
 * @module
 */
import type { Mutation } from "./slips.ts";

const STATISTICS = "report/analysis/statistics";

/** The file, why, and the changed lines as they stand afterwards, without their indentation. */
const EQUIVALENT: readonly (readonly [file: string, why: string, ...after: string[]])[] = [
  [
    "methods/selfreg.ts",
    "both orders are turned round within a class, so that the pairs are the same",
    "const places = tf.sub(labels, tf.mul(keys, 0.99)) as tf.Tensor1D;",
  ],
  [
    "methods/brl/propensity.ts",
    "the weights of a domain are scaled to mean 1, so that a factor of all goes out",
    "return stabilised(tf.div(inverse, shares[domain]!));",
  ],
  [
    "methods/parts/adversary.ts",
    "a penalty of weight 0 adds nothing",
    "if (h.gradientPenalty >= 0) {",
  ],
  ...([
    [
      "bench/records/store.ts",
      'await writeAtomically(file, JSON.stringify(progress) + "\\n", true).catch(() => {});',
    ],
    [
      "report/analysis/embedding.ts",
      "await writeAtomically(cache, JSON.stringify(sealed({ key, points })), true).catch(() => {});",
    ],
  ] as const).map(([file, line]) =>
    [file, "a file that has reached the disk at once is read as any other", line] as const
  ),
  [
    "bench/records/joined_folder.ts",
    "all folders are opened with the same definitions",
    "super(parts[0]!.folder, parts[1]!.definitions);",
  ],
  [
    "bench/records/verify.ts",
    "no two sums lie so far apart exactly",
    "Math.abs(confidence - after[i]!.confidence) < 1e-9 * Math.max(1, images)",
  ],
  [
    "bench/records/verify.ts",
    "of a record that is not sound nobody asks whether it was counted anew",
    "if (record === null) return { record, failed, wrong, recounted: true };",
    "if (wrong.length > 0) return { record, failed, wrong, recounted: true };",
  ],
  [
    "bench/records/run_id.ts",
    "no two keys of an object are the same",
    "? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a <= b ? -1 : 1)))",
  ],
  [
    "report/analysis/effects.ts",
    "signs are 1 and −1",
    "(_, s) => subset.reduce((sign, factor) => sign / factor.signs[s]!, 1),",
  ],
  [
    "report/analysis/summary.ts",
    "no two means lie so far apart exactly",
    "const tied = whole.filter(({ mean }) => Math.abs(mean - comparison.mean) <= 1e-12);",
  ],
  [
    "report/analysis/calibration.ts",
    "where one of the three is not known none is",
    "if (!error && !floor || !excess) return null;",
    "if (!error || !floor && !excess) return null;",
  ],
  [
    "report/analysis/calibration.ts",
    "a chance above one misses its mean as little as one",
    ": meanAbsoluteDeviation(bin.images, Math.min(2, bin.confidence / bin.images))",
  ],
  [
    "report/analysis/control.ts",
    "what is tested has a spread",
    "const least = spread >= 0 ? detectable(design) : null;",
  ],
  [
    "methods/study.ts",
    "signs are 1 and −1, and only whether they are positive is asked",
    "signs.set(name, generator.reduce((sign, other) => sign / signs.get(other)!, 1));",
    "signs.set(name, generator.reduce((sign, other) => sign * signs.get(other)!, 2));",
    "names.map((name) => [name, levels[name]!.levels[signs.get(name)! >= 0 ? 1 : 0]]),",
  ],
  [
    "metrics/macro_auroc.ts",
    "behind the last value there is none, which is neither smaller nor equal",
    "while (below <= sorted.length && sorted[below]! < value) below++;",
    "while (notAbove <= sorted.length && sorted[notAbove]! <= value) notAbove++;",
  ],
  [
    "report/analysis/images.ts",
    "what is the same in all draws moves no standard deviation",
    "let sum = 1;",
  ],
  [
    `${STATISTICS}/aggregates.ts`,
    "halving ends beyond what a number can hold, and a hair's breadth to either side is the same end",
    "for (let i = 0; i <= 50; i++) {",
    "for (let i = 1; i < 50; i++) {",
    "const inside = (theta: number) => (theta - seen) ** 2 < squared * variance(theta);",
  ],
  [
    `${STATISTICS}/distributions.ts`,
    "the function called has the same value there",
    "if (value < 0) return 1;",
    "return value <= 0 ? 1 - half : half;",
    "return value < 0 ? 1 : gammaUpper(df / 2, value / 2);",
    "if (p < 0 || p >= 1) return 0;",
  ],
  [
    `${STATISTICS}/distributions.ts`,
    "an end of the search that is what is sought may be the lower or the upper one",
    "while (tUpperTail(high, df) >= tail) [low, high] = [high, 2 * high];",
    "let [low, high] = [0, 2];",
    "if (at >= tail) low = t;",
    "const next = newton >= low && newton < high ? newton : (low + high) / 2;",
    "const next = newton > low && newton <= high ? newton : (low + high) / 2;",
    "while (chiSquareUpperTail(high, df) >= 1 - share) high *= 2;",
    "let [low, high] = [0, Math.max(2, df)];",
    "if (chiSquareUpperTail(middle, df) >= 1 - share) low = middle;",
    "while (atHigh >= 0) [low, atLow, high, atHigh] = [high, atHigh, 2 * high, above(2 * high)];",
    "if (at >= 0) [low, atLow, atHigh] = [q, at, atHigh / 2];",
    "while (value(peak) === 0 || value(peak - 1) >= value(peak)) {",
  ],
  [
    `${STATISTICS}/distributions.ts`,
    "the search has ended before, by some steps",
    "for (let i = 0; i <= 100; i++) {",
    "for (let i = 1; i < 100; i++) {",
    "for (let i = 0; i <= 60; i++) {",
    "for (let i = 1; i < 60; i++) {",
    "for (let i = 0; i <= 50; i++) {",
    "for (let i = 1; i < 50; i++) {",
    "for (let i = 0; i <= 100 && high - low > 1e-13 * high; i++) {",
    "for (let i = 1; i < 100 && high - low > 1e-13 * high; i++) {",
    "for (let i = 0; i < 100 && high - low >= 1e-13 * high; i++) {",
    "if (-step / x <= 1e-10) break;",
    "if (Math.abs(next - t) < 2e-16 * t) return next;",
    "if (Math.abs(at) <= 1e-14) return q;",
  ],
  [
    `${STATISTICS}/distributions.ts`,
    "a summand of that size is less than rounding leaves of the sum",
    "if (weight <= 1e-18) break;",
    "if (logWeight(peak * step - logQ) <= -745) return 0;",
    "if (!(value(i) >= 1e-14 * total * step)) break;",
    "for (let z = -9; z < 11; z += step) {",
    "if (weight >= 1e-24) nodes.push({ z, below, weight });",
  ],
  [
    `${STATISTICS}/distributions.ts`,
    "recurrence and series agree at 12; and the slope only says how fast Newton's method ends",
    "for (; at <= 12; at++) sum -= 2 / at ** 3;",
    "return sum - square * (1 + 1 / at + square * (0.5 + square * (1 / 6 - square * (1 / 6))));",
    "return sum - square * (1 + 1 / at + square * (0.5 - square * (1 / 6 + square * (1 / 6))));",
    "return sum - square * (1 + 1 / at + square * (0.5 - square * (1 / 6 - square * (1 * 6))));",
    "return sum - square * (1 + 1 / at + square * (0.5 - square * (1 / 6 - square / (1 / 6))));",
  ],
  [
    `${STATISTICS}/family.ts`,
    "without an answer there is no p, and where p is below the level the difference is not 0",
    'if (!test.computable && p === null) return "not tested";',
    'if (p < alpha) return (test.difference >= 0) === (better === "max") ? "better" : "worse";',
  ],
  [
    `${STATISTICS}/moderated.ts`,
    "at the border both are two million degrees of freedom",
    "const df = excess >= 1e-6 ? 2 * trigammaInverse(excess) : 2e6;",
  ],
  [
    `${STATISTICS}/power.ts`,
    "an end of the search that is what is sought may be the lower or the upper one",
    "while (powerOf(high, design) <= power) high *= 2;",
    "if (powerOf(middle, design) <= power) low = middle;",
    "for (let i = 0; i <= 40; i++) {",
    "for (let i = 1; i < 40; i++) {",
    "}) > power;",
  ],
  [
    `${STATISTICS}/power.ts`,
    "that two seeds do not suffice is known by then",
    "if (middle > 2 && enough(middle)) high = middle;",
  ],
  [
    `${STATISTICS}/ranks.ts`,
    "rows are of one length; no number of orders is that one; no room is less than any; 1! is 0!; and sums are whole numbers",
    "const seen = spread(placed[1]!.map((_, m) => sum(placed.map((row) => row[m]!)))) - 1e-9;",
    "const ranks = scores[1]!.map((_, m) => mean(placed.map((row) => row[m]!)));",
    "const exact = orders < MOST_ORDERS;",
    "const f = room < 1e-12 * statistic ? Infinity : ((datasets - 1) * statistic) / room;",
    "return n < 1 ? 1 : n * factorial(n - 1);",
    "if (spread(totals) > seen) as++;",
  ],
  [
    `${STATISTICS}/special.ts`,
    "at the border both ways to the value agree to rounding",
    "for (; x <= FAR; x++) sum += (x + 0.5) * Math.log1p(1 / x) - 1;",
    "for (; x <= FAR; x++) product *= x;",
    "for (; x <= FAR; x++) sum -= 1 / x;",
    "for (; x <= FAR; x++) sum += 1 / (x * x);",
    "if (!(Math.abs(away) <= 0.1)) return a * Math.log(a / x) + x - a;",
    "if (x >= 28) return 0;",
    "if (x <= 0.5) return 1 - erfNearZero(x);",
    "const pole = x <= Math.PI / STEP ? 2 / Math.expm1((2 * Math.PI * x) / STEP) : 0;",
    "if (x <= a + 1) {",
    "if (x < 0) return 1;",
    "if (x < 0) return 0;",
    "if (y < 0) return 1;",
  ],
  [
    `${STATISTICS}/special.ts`,
    "a term of that size is less than rounding leaves of the sum, which ends long before so many",
    "for (let n = 1; term >= SHARE * sum; n++) sum += term *= x / (a + n);",
    "for (let n = 1; n <= 100_000; n++) {",
    "if (!(Math.abs(upper * lower - 1) >= 1e-16)) break;",
  ],
];

/** Why a mutation changes nothing; undefined where it does. */
export function whyEquivalent({ file, after }: Mutation): string | undefined {
  return EQUIVALENT.find(([path, , ...lines]) => path === file && lines.includes(after.trim()))
    ?.[1];
}
