/**
 * What every metric must hold to, whoever wrote it.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  best,
  type Evaluation,
  evaluationOf,
  format,
  known,
  measure,
  type Metric,
  summarize,
  whyUndefined,
} from "../metrics/mod.ts";

/** Images of a domain: what they are, and what a network gives for them. */
interface Domain {
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  /** `[images][classes]` */
  readonly probabilities: readonly (readonly number[])[];
  /** Training images of each class. */
  readonly train: readonly number[];
}

const SHOTS = { many: 100, few: 20 };

/** Registers the tests of a metric: `metricConformance(mine)` in a test file. */
export function metricConformance(metric: Metric): void {
  const test = (what: string, check: () => void) => Deno.test(`${metric.name}: ${what}`, check);
  const within = (value: number) => {
    const [low, high] = metric.range;
    assert.ok(value >= low - 1e-9 && value <= high + 1e-9, `${value} is not in ${low} … ${high}`);
  };

  test("it says what it is", () => {
    assert.equal(metric.kind, "metric");
    assert.match(metric.name, /^[a-z][a-z0-9_]*$/);
    for (const text of [metric.title, metric.description, metric.undefinedWhen]) {
      assert.ok(text.length > 0);
    }
    assert.ok(metric.range[0] < metric.range[1]);
    assert.match(format(metric, metric.range[0]), /^-?(\d|Inf)/);
  });

  test("every value lies in its range", () => {
    forAll((domains) => {
      const { domains: values, pooled } = measured(metric, domains);
      known([...values, pooled]).forEach(within);
      for (const { counts } of evaluations(domains)) {
        const perClass = metric.perClass?.(counts);
        if (perClass === undefined) continue;
        assert.equal(perClass.length, counts.images.length);
        known(perClass).forEach(within);
      }
    });
  });

  test("no value is NaN or infinite", () => {
    forAll((domains) => {
      for (const evaluation of evaluations(domains)) {
        const value = computed(metric, evaluation);
        assert.ok(value === null || Number.isFinite(value), String(value));
      }
    });
  });

  test("predictions that are certain and right have its best value", () => {
    forAll((domains) => {
      const perfect = domains.map(({ labels, probabilities, train }) => ({
        labels,
        predicted: labels,
        probabilities: probabilities.map((row, i) => row.map((_, c) => Number(c === labels[i]))),
        train,
      }));
      for (const value of known(measured(metric, perfect).domains)) {
        near(value, best(metric, metric.range));
      }
    });
  });

  test("the order of images and of classes does not matter", () => {
    forAll((domains) => {
      const turned = domains.map(({ labels, predicted, probabilities, train }) => ({
        labels: labels.map((label) => train.length - 1 - label).reverse(),
        predicted: predicted.map((label) => train.length - 1 - label).reverse(),
        probabilities: probabilities.map((row) => [...row].reverse()).reverse(),
        train: [...train].reverse(),
      }));
      const [there, here] = [measured(metric, turned), measured(metric, domains)];
      there.domains.forEach((value, d) => near(value, here.domains[d]!));
      near(there.pooled, here.pooled);
    });
  });

  test("without images there is no value, and a reason", () => {
    const nothing = measured(metric, [
      { labels: [], predicted: [], probabilities: [], train: [1, 1, 1] },
    ]);
    assert.deepEqual(nothing, { domains: [null], pooled: null });
    assert.deepEqual(summarize(metric, nothing), { average: null, worst: null, pooled: null });
    assert.equal(whyUndefined(metric, nothing), metric.undefinedWhen);
  });

  test("the average lies between the domains, and the worst is one of them", () => {
    forAll((domains) => {
      const all = measured(metric, domains);
      const { average, worst } = summarize(metric, all);
      const values = known(all.domains);
      if (values.length === 0) return assert.deepEqual([average, worst], [null, null]);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      assert.equal(worst, metric.better === "max" ? low : high);
      assert.ok(average !== null && average >= low - 1e-9 && average <= high + 1e-9);
    });
  });

  test("of a single domain every summary is its value", () => {
    forAll(([domain]) => {
      const single = measured(metric, [domain!]);
      const { average, worst, pooled } = summarize(metric, single);
      for (const value of [average, worst, pooled]) near(value, single.domains[0]!);
    });
  });
}

/** Checks made-up domains, with absent classes, ties and probabilities of exactly 0 among them. */
function forAll(check: (domains: readonly Domain[]) => void): void {
  const domain = (classes: number) =>
    fc.record({
      images: fc.array(
        fc.record({
          label: fc.nat(classes - 1),
          logits: fc.array(fc.constantFrom<number[]>(-200, -1, 0, 0.5, 2, 2.5, 200), {
            minLength: classes,
            maxLength: classes,
          }),
        }),
        { maxLength: 20 },
      ),
      train: fc.array(fc.constantFrom(0, 1, 20, 21, 100, 101), {
        minLength: classes,
        maxLength: classes,
      }),
    }).map(({ images, train }): Domain => ({
      labels: images.map(({ label }) => label),
      predicted: images.map(({ logits }) => logits.indexOf(Math.max(...logits))),
      probabilities: images.map(({ logits }) => softmax(logits)),
      train,
    }));
  const domains = fc.integer({ min: 2, max: 5 })
    .chain((classes) => fc.array(domain(classes), { minLength: 1, maxLength: 3 }));
  fc.assert(fc.property(domains, check), { seed: 0 });
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - largest));
  const total = shares.reduce((a, b) => a + b);
  return shares.map((share) => Math.fround(share / total));
}

function evaluations(domains: readonly Domain[]): Evaluation[] {
  return domains.map(({ labels, predicted, probabilities, train }) => {
    const predictions = {
      labels,
      predicted,
      confidence: probabilities.map((row) => Math.max(...row)),
      probabilities: Float32Array.from(probabilities.flat()),
    };
    return evaluationOf(predictions, train.length, { train, shots: SHOTS });
  });
}

function measured(metric: Metric, domains: readonly Domain[]) {
  return measure(metric, evaluations(domains))!;
}

/** What the metric itself gives, before anything looks at it. */
function computed(metric: Metric, { counts, confidence, probabilities }: Evaluation) {
  switch (metric.needs) {
    case "counts":
      return metric.compute(counts);
    case "confidence":
      return metric.compute(confidence!);
    case "probabilities":
      return metric.compute(probabilities!);
  }
}

function near(found: number | null, expected: number | null): void {
  const equal = found === expected ||
    (found !== null && expected !== null && Math.abs(found - expected) < 1e-9);
  assert.ok(equal, `${found}, expected ${expected}`);
}
