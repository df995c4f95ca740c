/**
 * Tails and quantiles of the distributions that tests need.
 *
 * @module
 */
import { betaLower, erfc, gammaln, gammaUpper, trigamma } from "./special.ts";

/** P(F ≥ `value`) of the F distribution with `df1` and `df2` degrees of freedom; a small p keeps its digits. */
export function fUpperTail(value: number, df1: number, df2: number): number {
  if (value <= 0) return 1;
  if (value === Infinity) return 0;
  const whole = df2 + df1 * value;
  return betaLower(df2 / 2, df1 / 2, df2 / whole, df1 * value / whole);
}

/** P(|T| ≥ |`value`|) of Student's t distribution with `df` degrees of freedom. */
export function tTwoSided(value: number, df: number): number {
  const square = value * value;
  if (square === Infinity) return 0;
  return betaLower(df / 2, 0.5, df / (df + square), square / (df + square));
}

/** P(T ≥ `value`) of Student's t distribution with `df` degrees of freedom. */
export function tUpperTail(value: number, df: number): number {
  const half = tTwoSided(value, df) / 2;
  return value < 0 ? 1 - half : half;
}

/** The t that is exceeded with probability `tail`: Newton's method on ln P(T ≥ t), kept between bounds. */
export function tUpperQuantile(tail: number, df: number): number {
  if (tail > 0.5) return -tUpperQuantile(1 - tail, df);
  if (tail === 0.5) return 0;
  if (tail <= 0) return Infinity;
  const logConstant = gammaln((df + 1) / 2) - gammaln(df / 2) - Math.log(df * Math.PI) / 2;
  const logDensity = (t: number) => logConstant - ((df + 1) / 2) * Math.log1p(t * t / df);
  let [low, high] = [0, 1];
  while (tUpperTail(high, df) > tail) [low, high] = [high, 2 * high];
  let t = (low + high) / 2;
  for (let i = 0; i < 100; i++) {
    const at = tUpperTail(t, df);
    if (at > tail) low = t;
    else high = t;
    const newton = t + Math.log(at / tail) * at / Math.exp(logDensity(t));
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 2e-16 * t) return next;
    t = next;
  }
  return t;
}

/**
 * P(T ≥ `value`) of the noncentral t distribution: of (Z + `shift`) / s, Z being standard normal and
 * s² distributed as χ²/df. A sum at even steps of ln s, exact to rounding as below.
 */
export function noncentralUpperTail(value: number, df: number, shift: number): number {
  const constant = Math.LN2 + (df / 2) * Math.log(df / 2) - gammaln(df / 2);
  const step = Math.min(0.35 / Math.sqrt(2 * df), 0.035);
  let total = 0;
  for (const direction of [1, -1]) {
    for (let i = direction === 1 ? 0 : -1;; i += direction) {
      const u = i * step;
      const weight = Math.exp(constant + df * u - (df / 2) * Math.exp(2 * u));
      total += weight * normalBelow(shift - value * Math.exp(u));
      if (weight < 1e-18) break;
    }
  }
  return Math.min(1, total * step);
}

/** P(χ² ≥ `value`) with `df` degrees of freedom. */
export function chiSquareUpperTail(value: number, df: number): number {
  return value <= 0 ? 1 : gammaUpper(df / 2, value / 2);
}

/** The χ² below which `df` degrees of freedom stay with probability `share`, by bisection. */
export function chiSquareLowerQuantile(share: number, df: number): number {
  let [low, high] = [0, Math.max(1, df)];
  while (chiSquareUpperTail(high, df) > 1 - share) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (chiSquareUpperTail(middle, df) > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The x at which ψ′ is `value` > 0, by Newton's method on 1 / ψ′ (Smyth 2004, appendix). */
export function trigammaInverse(value: number): number {
  if (value > 1e7) return 1 / Math.sqrt(value);
  if (value < 1e-6) return 1 / value;
  let x = 0.5 + 1 / value;
  for (let i = 0; i < 50; i++) {
    const at = trigamma(x);
    const step = (at * (1 - at / value)) / tetragamma(x);
    x += step;
    if (-step / x < 1e-10) break;
  }
  return x;
}

/** ψ″ < 0: by its recurrence up to where the asymptotic series holds. */
function tetragamma(x: number): number {
  let [sum, at] = [0, x];
  for (; at < 12; at++) sum -= 2 / at ** 3;
  const square = 1 / at ** 2;
  return sum - square * (1 + 1 / at + square * (0.5 - square * (1 / 6 - square * (1 / 6))));
}

/**
 * E|X − n p| of the number X of `n` trials that succeed with probability `p` each: de Moivre's closed
 * form (Diaconis and Zabell 1991).
 */
export function meanAbsoluteDeviation(n: number, p: number): number {
  if (p <= 0 || p >= 1) return 0;
  const above = Math.floor(n * p) + 1;
  const logChoose = gammaln(n + 1) - gammaln(above + 1) - gammaln(n - above + 1);
  const log = logChoose + above * Math.log(p) + (n - above + 1) * Math.log1p(-p);
  return 2 * above * Math.exp(log);
}

/**
 * Hedges' exact factor that takes the bias of few values from a standardised difference
 * (Hedges 1981): Γ(df/2) / (√(df/2) Γ((df − 1)/2)). Not defined for df = 1.
 */
export function hedgesFactor(df: number): number | null {
  if (df < 2) return null;
  return Math.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / Math.sqrt(df / 2);
}

/**
 * P(Q ≥ `q`) of the studentized range of `count` means with `df` degrees of freedom (Tukey 1949);
 * `df` may be Infinity.
 *
 * Both integrals are sums at even steps, which for smooth integrands that fade at both ends are
 * exact to rounding (Trefethen and Weideman 2014). The library's function is right as well, but
 * loses the digits of small p, and a grid has thousands of pairs, which here share the inner
 * integrals.
 */
export function studentizedRangeUpperTail(q: number, count: number, df: number): number {
  if (q <= 0) return 1;
  if (df === Infinity) return rangeTail(count)(q);
  // Over u = ln(q s), s² being distributed as χ²/df: at even steps of u the inner integral is the
  // same for every q. The peak is sought first: for large q it moves to small s.
  const logQ = Math.log(q);
  const constant = Math.LN2 + (df / 2) * Math.log(df / 2) - gammaln(df / 2);
  const logWeight = (t: number) => constant + df * t - (df / 2) * Math.exp(2 * t);
  const step = Math.min(0.7 / Math.sqrt(2 * df), 0.07);
  const tail = tailAtSteps(count, step);
  const value = (i: number) => Math.exp(logWeight(i * step - logQ)) * tail(i);
  let peak = Math.round(logQ / step);
  while (value(peak) === 0 || value(peak - 1) > value(peak)) {
    peak--;
    if (logWeight(peak * step - logQ) < -745) return 0; // less than the smallest number
  }
  let total = value(peak);
  for (const direction of [1, -1]) {
    for (let i = peak + direction;; i += direction) {
      total += value(i);
      if (!(value(i) > 1e-14 * total * step)) break;
    }
  }
  return Math.min(1, total * step);
}

/** The q that is exceeded with probability `alpha` < 1, by false position (Illinois). */
export function studentizedRangeQuantile(alpha: number, count: number, df: number): number {
  const above = (q: number) => Math.log(studentizedRangeUpperTail(q, count, df) / alpha);
  let [low, high] = [0, 4];
  let [atLow, atHigh] = [-Math.log(alpha), above(high)];
  while (atHigh > 0) [low, atLow, high, atHigh] = [high, atHigh, 2 * high, above(2 * high)];
  for (let i = 0; i < 100 && high - low > 1e-13 * high; i++) {
    const q = (low * atHigh - high * atLow) / (atHigh - atLow);
    const at = above(q);
    if (Math.abs(at) < 1e-14) return q;
    // The end that stays counts half, so that it cannot stay for ever.
    if (at > 0) [low, atLow, atHigh] = [q, at, atHigh / 2];
    else [high, atHigh, atLow] = [q, at, atLow / 2];
  }
  return (low + high) / 2;
}

const steps = new Map<string, (i: number) => number>();

/** {@linkcode rangeTail} of exp(i · `step`), each computed once. */
function tailAtSteps(count: number, step: number): (i: number) => number {
  const key = `${count} ${step}`;
  const known = steps.get(key);
  if (known) return known;
  const tail = rangeTail(count);
  const values = new Map<number, number>();
  const at = (i: number) => {
    const value = values.get(i) ?? tail(Math.exp(i * step));
    values.set(i, value);
    return value;
  };
  steps.set(key, at);
  return at;
}

const tails = new Map<number, (width: number) => number>();

/** P(range of `count` standard normal numbers ≥ w), as a function of w. */
function rangeTail(count: number): (width: number) => number {
  const known = tails.get(count);
  if (known) return known;
  // k ∫ φ(z) [Φ(z)ᵏ⁻¹ − (Φ(z) − Φ(z − w))ᵏ⁻¹] dz, z being the largest of the k numbers.
  const step = 0.25;
  const nodes: { z: number; below: number; weight: number }[] = [];
  for (let z = -9; z <= 11; z += step) {
    const below = normalBelow(z);
    const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    const weight = step * count * density * below ** (count - 1);
    if (weight > 1e-24) nodes.push({ z, below, weight });
  }
  const tail = (width: number) => {
    let total = 0;
    for (const { z, below, weight } of nodes) {
      total -= weight * Math.expm1((count - 1) * Math.log1p(-normalBelow(z - width) / below));
    }
    return Math.min(1, total);
  };
  tails.set(count, tail);
  return tail;
}

function normalBelow(z: number): number {
  return erfc(-z / Math.SQRT2) / 2;
}
