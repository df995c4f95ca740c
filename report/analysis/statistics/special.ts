/**
 * Special functions of real arguments above zero, to about 14 digits, also of values far below 1.
 *
 * Powers over gamma functions are written by Stirling's error and deviances, so that no large logarithms
 * cancel (Loader 2000, "Fast and Accurate Computation of Binomial Probabilities").
 *
 * @module
 */

/** B₂, B₄, …: enough for 17 digits from {@linkcode FAR} on. */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** From here on asymptotic series hold; recurrences lead here. */
const FAR = 10;

/** Sums end where a term changes them by less than this share. */
const SHARE = 1e-17;

const HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;

/** Σ B₂ₖ · `factor`(2k) / x²ᵏ. */
function bernoulliSum(x: number, factor: (n: number) => number): number {
  return BERNOULLI.reduceRight((sum, b, i) => (sum + b * factor(2 * i + 2)) / (x * x), 0);
}

/** ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π]. */
function stirlingError(x: number): number {
  let sum = 0;
  for (; x < FAR; x++) sum += (x + 0.5) * Math.log1p(1 / x) - 1;
  return sum + x * bernoulliSum(x, (n) => 1 / (n * (n - 1)));
}

/** ln Γ(x). */
export function gammaln(x: number): number {
  let product = 1;
  for (; x < FAR; x++) product *= x;
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_2PI + stirlingError(x) - Math.log(product);
}

/** ψ(x), the derivative of ln Γ. */
export function digamma(x: number): number {
  let sum = 0;
  for (; x < FAR; x++) sum -= 1 / x;
  return sum + Math.log(x) - 1 / (2 * x) - bernoulliSum(x, (n) => 1 / n);
}

/** ψ′(x). */
export function trigamma(x: number): number {
  let sum = 0;
  for (; x < FAR; x++) sum += 1 / (x * x);
  return sum + (1 + 1 / (2 * x) + bernoulliSum(x, () => 1)) / x;
}

/** a ln(a / x) + x − a ≥ 0, without cancellation where they are close. */
function deviance(a: number, x: number): number {
  const away = (a - x) / (a + x);
  if (!(Math.abs(away) < 0.1)) return a * Math.log(a / x) + x - a;
  let [sum, power] = [(a - x) * away, 2 * a * away];
  for (let n = 3;; n += 2) {
    power *= away * away;
    const next = sum + power / n;
    if (next === sum) return sum;
    sum = next;
  }
}

/** Steps of {@linkcode erfc}'s sum, and e^(−(k · step)²) at them. */
const STEP = 0.5;
const AT_STEPS = Array.from({ length: 13 }, (_, i) => (STEP * (i + 1)) ** 2)
  .map((square) => ({ square, weight: Math.exp(-square) }));

/**
 * 1 − erf(x): near 0 by the power series, else by the sum at even steps that is exact to rounding
 * (Chiarella and Reichel 1968).
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x > 28) return 0; // less than the smallest number
  if (x < 0.5) return 1 - erfNearZero(x);
  const square = x * x;
  let sum = 1 / (2 * square);
  for (const at of AT_STEPS) sum += at.weight / (at.square + square);
  // The square's upper half is exact: e^(−x²) keeps its digits where x is large.
  const upper = Math.fround(x);
  const exponential = Math.exp(-upper * upper) * Math.exp((upper - x) * (upper + x));
  const pole = x < Math.PI / STEP ? 2 / Math.expm1((2 * Math.PI * x) / STEP) : 0;
  return (2 * x * STEP * exponential * sum) / Math.PI - pole;
}

function erfNearZero(x: number): number {
  let [sum, power] = [x, x];
  for (let n = 1; Math.abs(power) > SHARE * x; n++) {
    power *= -x * x / n;
    sum += power / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Q(a, x) = Γ(a, x) / Γ(a), the upper incomplete gamma function. */
export function gammaUpper(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  // xᵃ e⁻ˣ / Γ(a + 1)
  const front = Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);
  if (x < a + 1) {
    let [sum, term] = [1, 1];
    for (let n = 1; term > SHARE * sum; n++) sum += term *= x / (a + n);
    return 1 - front * sum;
  }
  return front * a / continuedFraction(x + 1 - a, (n) => [n * (a - n), x + 2 * n + 1 - a]);
}

/**
 * I(a, b) at `x`, the regularised incomplete beta function.
 *
 * @param y 1 − `x`, which the caller may know to more digits.
 */
export function betaLower(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (a * y < b * x) return 1 - betaLower(b, a, y, x);
  const n = a + b;
  // xᵃ yᵇ / B(a, b)
  const front = Math.sqrt(a * b / (2 * Math.PI * n)) * Math.exp(
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) -
      deviance(b, n * y),
  );
  // Didonato and Morris 1992 (ACM TOMS 708), equation 9
  const top = (m: number) => (a + m - 1) * (n + m - 1) * m * (b - m) * (x / (a + 2 * m - 1)) ** 2;
  const bottom = (m: number) =>
    m + (m === 0 ? 0 : m * (b - m) * x / (a + 2 * m - 1)) +
    (a + m) * (a * y - b * x + 1 + m * (1 + y)) / (a + 2 * m + 1);
  return front / continuedFraction(bottom(0), (m) => [top(m), bottom(m)]);
}

/**
 * `first` + top₁ / (bottom₁ + top₂ / (bottom₂ + …)), by Lentz's method.
 *
 * @param part The n-th top and bottom, n = 1, 2, ….
 */
function continuedFraction(
  first: number,
  part: (n: number) => readonly [top: number, bottom: number],
): number {
  const TINY = 1e-300;
  let [value, upper, lower] = [first, first, 0];
  for (let n = 1; n < 100_000; n++) {
    const [top, bottom] = part(n);
    lower = 1 / (bottom + top * lower || TINY);
    upper = bottom + top / upper || TINY;
    value *= upper * lower;
    if (!(Math.abs(upper * lower - 1) > 1e-16)) break;
  }
  return value;
}
