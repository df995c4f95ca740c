/** The parts that methods share, each beside its definition in plain loops over a few numbers. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../base/random.ts";
import type { Module } from "../../nn/module.ts";
import type { Network } from "../../networks/mod.ts";
import type { MethodContext, Optimizer } from "../../methods/method.ts";
import {
  adversarialTraining,
  gradientPenalty,
  referenceGradientPenalty,
} from "../../methods/parts/adversary.ts";
import { annealed } from "../../methods/parts/annealing.ts";
import {
  byDomain,
  domainLabels,
  forwardAll,
  joinedLabels,
  joinedSecondImages,
  lossByDomain,
  meanOf,
  rowsOf,
  shuffledPairs,
  splitRows,
} from "../../methods/parts/batches.ts";
import {
  againstMixtures,
  balancedContrast,
  betweenDomains,
  hardness,
} from "../../methods/parts/contrasts.ts";
import { distances, normalised, squaredDistances } from "../../methods/parts/distances.ts";
import { trainedPairs } from "../../methods/parts/feature_bank.ts";
import { irmPenalty } from "../../methods/parts/irm_penalty.ts";
import {
  crossEntropy,
  crossEntropyPerExample,
  oneHot,
  smoothedCrossEntropy,
  vectorScaled,
  weightedCrossEntropy,
} from "../../methods/parts/losses.ts";
import { mixed, mixedLosses, partners } from "../../methods/parts/mixing.ts";
import { pairs, riskMismatch } from "../../methods/parts/penalties.ts";
import { logShares, reversedRanks } from "../../methods/parts/priors.ts";
import { densityQuantile } from "../../methods/parts/quantile.ts";
import { classWeights } from "../../methods/parts/reweighting.ts";
import { groupAverages, styleOf } from "../../methods/parts/styles.ts";
import { useBackend } from "../../testing/backend.ts";
import { near } from "./near.ts";

await useBackend();

const labels = (...values: number[]) => tf.tensor1d(values, "int32");

/** A test whose tensors go with it. */
const test = (name: string, work: () => void) => Deno.test(name, () => void tf.tidy(work));

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, x, i) => s + x * b[i]!, 0);
const cosine = (a: readonly number[], b: readonly number[]) =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
/** 1 where the column is the row's. */
const indicator = (owners: readonly number[], count: number) =>
  tf.tensor2d(owners.map((owner) => Array.from({ length: count }, (_, c) => Number(c === owner))));

test("distances are exact where they are small; large tables come from products", () => {
  const [a, b] = [[[0, 0], [3, 4], [1, 1]], [[3, 4], [0, 1]]];
  near(squaredDistances(tf.tensor2d(a), tf.tensor2d(b)), [25, 1, 0, 18, 13, 1]);
  near(distances(tf.tensor2d(a), tf.tensor2d(b)), [5, 1, 0, Math.sqrt(18), Math.sqrt(13), 1]);
  // Two rows each: up to 2²² columns differences are formed, beyond that products are.
  const long = (columns: number) => {
    const rows = (first: number, second: number) =>
      tf.concat([tf.tensor2d([[first], [second]]), tf.zeros([2, columns - 1])], 1) as tf.Tensor2D;
    return squaredDistances(rows(4096, 3), rows(4096.001953125, 1)).dataSync();
  };
  const direct = long(2 ** 22), expanded = long(2 ** 22 + 1);
  assert.equal(direct[0], 2 ** -18);
  assert.notEqual(expanded[0], 2 ** -18, "lost in rounding");
  assert.ok(expanded[0]! >= 0, "no distance is negative");
  for (const found of [direct, expanded]) {
    near([...found].slice(1), [4095 ** 2, 4093.001953125 ** 2, 4]);
  }
});

test("at distance 0 a distance has no slope, elsewhere that of the root", () => {
  const slope = tf.grad((x) => tf.sum(distances(x as tf.Tensor2D, tf.tensor2d([[0, 0]]))));
  near(slope(tf.tensor2d([[0, 0], [0.3, 0.4], [3, 4]])), [0, 0, 0.6, 0.8, 0.6, 0.8]);
});

test("vectors have length 1 along an axis, and zeros stay", () => {
  const x = tf.tensor2d([[3, 4], [0, 0], [-5, 12]]);
  near(normalised(x, 1), [0.6, 0.8, 0, 0, -5 / 13, 12 / 13]);
  const length = Math.sqrt(34);
  near(normalised(x, 0), [3 / length, 4 / Math.sqrt(160), 0, 0, -5 / length, 12 / Math.sqrt(160)]);
});

test("a class's prior is its mean share; one without images counts as one in one domain", () => {
  const shares = logShares([[3, 1, 0], [2, 6, 0]]);
  near(shares.map(Math.exp), [(3 / 4 + 2 / 8) / 2, (1 / 4 + 6 / 8) / 2, 1 / (2 * 8)], 1e-12);
  near(logShares([[5, 5]]).map(Math.exp), [0.5, 0.5], 1e-12);
  const rare = logShares([[99_999, 1], [100_000, 0]]);
  near(rare.map(Math.exp), [0.999995, 0.000005], 1e-12);
});

test("ranks are turned round", () => {
  assert.deepEqual(reversedRanks([5, 1, 3, 2]), [1, 5, 2, 3]);
  assert.deepEqual(reversedRanks([1, 2, 3]), [3, 2, 1]);
  assert.deepEqual(reversedRanks([7]), [7]);
});

test("cross-entropies: each image's, the mean, weighted, smoothed", () => {
  const scores = [[1, 0, -1], [0, 2, 0], [0.5, 0.5, 3]];
  const [z, y] = [tf.tensor2d(scores), labels(0, 2, 2)];
  const logs = scores.map((row) => row.map((s) => s - Math.log(total(row.map(Math.exp)))));
  const own = [0, 2, 2].map((c, i) => -logs[i]![c]!);
  near(crossEntropyPerExample(z, y), own);
  near(crossEntropy(z, y), mean(own));
  near(
    weightedCrossEntropy(z, y, [2, 9, 0.5]),
    (2 * own[0]! + 0.5 * own[1]! + 0.5 * own[2]!) / 3,
  );
  near(weightedCrossEntropy(z, y, [0, 1, 0]), 0);
  const smoothing = [0.3, 0.7, 0.1];
  const smoothed = own.map((loss, i) => {
    const share = smoothing[[0, 2, 2][i]!]!;
    return (1 - share) * loss - share * mean(logs[i]!);
  });
  near(smoothedCrossEntropy(z, y, smoothing), mean(smoothed));
  near(oneHot(labels(1, 0), 2), [0, 1, 1, 0]);
  const alone = oneHot(labels(0, 0), 1);
  assert.deepEqual([alone.shape, [...alone.dataSync()]], [[2, 1], [1, 1]]);
});

test("logits are scaled by the largest class's share and moved by the logarithm", () => {
  const logs = [0.5, 0.2, 0.3].map(Math.log);
  const expected = [2, 4, -1].map((s, c) =>
    s * Math.exp(0.3 * (logs[c]! - logs[0]!)) + 1.5 * logs[c]!
  );
  near(vectorScaled(tf.tensor2d([[2, 4, -1]]), logs, 0.3, 1.5), expected);
});

test("IRM's penalty is the product of the halves' mean slopes, of odd batches too", () => {
  const scores = [[1, 0], [0, 2], [0.5, -0.5], [3, 1], [-1, 1]];
  const truth = [0, 0, 1, 1, 0];
  const slopes = scores.map((row, i) => {
    const sum = total(row.map(Math.exp));
    return dot(row, row.map((s, c) => Math.exp(s) / sum - Number(c === truth[i])));
  });
  const of = (count: number) =>
    irmPenalty(tf.tensor2d(scores.slice(0, count), [count, 2]), labels(...truth.slice(0, count)));
  const half = (count: number, side: number) =>
    mean(slopes.slice(0, count).filter((_, i) => i % 2 === side));
  for (const count of [2, 3, 4, 5]) near(of(count), half(count, 0) * half(count, 1));
  near(of(1), 0);
});

test("how hard an image is for its class: the softmax of losses within the class", () => {
  const losses = [0.5, 2, 1, 0.1];
  const owners = [0, 1, 0, 1];
  const expected = losses.map((loss, i) =>
    Math.exp(loss) / total(losses.filter((_, j) => owners[j] === owners[i]).map(Math.exp))
  );
  const x = tf.tensor1d(losses), truth = indicator(owners, 3);
  near(hardness(x, truth), expected);
  const slope = tf.grad((x) => tf.sum(tf.square(hardness(x as tf.Tensor1D, truth))));
  near(slope(x), [0, 0, 0, 0]);
});

/** Predictions of some images, of which no two are alike. */
const P = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.3, 0.3, 0.4]];

test("against mixtures: −log of their share in how far an image is, by class", () => {
  const mixtures = [[0.5, 0.5, 0], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]];
  const by = (owners: readonly number[], ofMixtures: readonly number[]) => {
    const far = (a: readonly number[], b: readonly number[]) => Math.exp(1 - cosine(a, b));
    const classes = [...new Set(owners)].map((c) =>
      mean(owners.flatMap((owner, i) => {
        if (owner !== c) return [];
        const away = total(
          mixtures.filter((_, m) => ofMixtures[m] === c).map((q) => far(P[i]!, q)),
        );
        const like = total(
          P.filter((_, j) => j !== i && owners[j] === c).map((p) => far(P[i]!, p)),
        );
        return [away === 0 ? 0 : -Math.log(away / (away + like))];
      }))
    );
    return classes.length > 1 ? mean(classes) : 0;
  };
  for (
    const [owners, ofMixtures] of [
      [[0, 1, 2, 0, 0], [0, 1, 2]],
      [[0, 1, 1, 0, 0], [0, 0, 1]],
      [[0, 1, 1, 0, 0], [1, 1, 1]], // class 0 has none
      [[0, 1, 2, 1, 0], [0, 0, 0]],
    ]
  ) {
    const found = againstMixtures(
      tf.tensor2d(P),
      tf.tensor2d(mixtures),
      indicator(owners!, 3),
      indicator(ofMixtures!, 3),
    );
    near(found, by(owners!, ofMixtures!));
    assert.ok(found.dataSync()[0]! > 1e-3);
  }
  const alone = indicator([1, 1, 1, 1, 1], 3);
  near(againstMixtures(tf.tensor2d(P), tf.tensor2d(mixtures), alone, indicator([1, 1, 1], 3)), 0);
});

test("between domains: −log of a class's other cells in how near a cell is, classes alone left out", () => {
  const by = (owners: readonly number[], domains: readonly number[]) => {
    const cells = new Map<string, { class: number; rows: number[][] }>();
    owners.forEach((c, i) => {
      const key = `${domains[i]}/${c}`;
      cells.set(key, { class: c, rows: [...cells.get(key)?.rows ?? [], P[i]!] });
    });
    const centres = [...cells.values()].map(({ class: c, rows }) => ({
      class: c,
      at: rows[0]!.map((_, k) => mean(rows.map((row) => row[k]!))),
    }));
    const counted = centres.filter((a) => centres.filter((b) => b.class === a.class).length > 1);
    const classes = [...new Set(counted.map((centre) => centre.class))].map((c) =>
      mean(
        counted.filter((centre) => centre.class === c).map((centre) => {
          const others = counted.filter((other) => other !== centre);
          const near = (some: typeof others) =>
            total(some.map(({ at }) => Math.exp(cosine(centre.at, at))));
          return -Math.log(near(others.filter((other) => other.class === c)) / near(others));
        }),
      )
    );
    return classes.length === 0 ? 0 : mean(classes);
  };
  const of = (owners: readonly number[], domains: readonly number[]) =>
    betweenDomains(
      tf.tensor2d(P),
      indicator(owners, 3),
      indicator(owners.map((c, i) => 3 * domains[i]! + c), 9),
    );
  for (
    const [owners, domains] of [
      [[0, 0, 1, 1, 1], [0, 1, 0, 1, 1]],
      [[0, 0, 0, 1, 1], [0, 1, 2, 0, 1]],
      [[0, 0, 1, 1, 2], [0, 1, 0, 1, 0]], // class 2 is in one domain
      [[0, 0, 1, 1, 1], [0, 0, 0, 1, 2]],
    ]
  ) near(of(owners!, domains!), by(owners!, domains!));
  assert.ok(of([0, 0, 1, 1, 1], [0, 1, 0, 1, 1]).dataSync()[0]! > 0.1);
  near(of([0, 0, 1, 1, 2], [0, 0, 1, 1, 0]), 0);
});

test("the balanced contrast counts each class by its mean, without the anchor", () => {
  const rows = [...P, [1, 2, 3], [-1, 0, 1]].map((row) =>
    row.map((x) => x / Math.sqrt(dot(row, row)))
  );
  const by = (owners: readonly number[], temperature: number) =>
    mean(
      rows.slice(0, -2).map((row, i) => {
        const at = (j: number) => dot(row, rows[j]!) / temperature;
        const others = rows.map((_, j) => j).filter((j) => j !== i);
        const sum = total([0, 1].map((c) => {
          const some = others.filter((j) => owners[j] === c);
          return some.length === 0 ? 0 : mean(some.map((j) => Math.exp(at(j))));
        }));
        const own = others.filter((j) => owners[j] === owners[i]);
        return mean(own.map((j) => Math.log(sum) - at(j)));
      }),
    );
  for (const owners of [[0, 1, 0, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0, 1], [1, 0, 1, 1, 1, 0, 1]]) {
    for (const temperature of [1, 0.2]) {
      const found = balancedContrast(tf.tensor2d(rows), labels(...owners), 2, temperature);
      near(found, by(owners, temperature));
    }
  }
});

test("joined batches come apart again, domain after domain", () => {
  const domains = [[1, 0], [2], [0, 0, 1]].map((own, d) => ({
    images: tf.fill([own.length, 2], d),
    labels: labels(...own),
  }));
  assert.deepEqual([...joinedLabels(domains).dataSync()], [1, 0, 2, 0, 0, 1]);
  assert.deepEqual([...domainLabels(domains).dataSync()], [0, 0, 1, 2, 2, 2]);
  const parts = byDomain(tf.tensor1d([1, 2, 3, 4, 5, 6]), domains);
  assert.deepEqual(parts.map((part) => [...part.dataSync()]), [[1, 2], [3], [4, 5, 6]]);
  const whole = tf.tensor1d([1, 2]);
  assert.equal(splitRows(whole, [2])[0], whole);
  const some = rowsOf(domains[2]!, labels(2, 0));
  assert.deepEqual([[...some.labels.dataSync()], some.images.shape], [[1, 0], [2, 2]]);
  const second = { ...domains[0]!, secondImages: tf.fill([2, 2], 9) };
  assert.deepEqual([...joinedSecondImages([second, domains[1]!]).dataSync()], [9, 9, 9, 9, 1, 1]);
  near(meanOf([tf.scalar(1), tf.scalar(2), tf.scalar(6)]), 3);
  near(meanOf([tf.scalar(7)]), 7);
});

test("all domains pass through the network together, in training", () => {
  const calls: unknown[] = [];
  const network = {
    features: (images: tf.Tensor2D, training: boolean) => (calls.push(training), tf.add(images, 1)),
    classify: (z: tf.Tensor2D, training: boolean) => (calls.push(training), tf.mul(z, 10)),
  } as unknown as Network;
  const domains = [[1], [2, 3]].map((values, d) => ({
    images: tf.tensor2d(values, [values.length, 1]),
    labels: labels(...values.map(() => d)),
  }));
  const pass = forwardAll(network, domains);
  assert.deepEqual(calls, [true, true]);
  near(pass.features, [2, 3, 4]);
  near(pass.logits, [20, 30, 40]);
  assert.deepEqual([...pass.labels.dataSync()], [0, 1, 1]);
  assert.deepEqual(pass.byDomain(pass.logits).map((z) => [...z.dataSync()]), [[20], [30, 40]]);
  const losses = lossByDomain(pass, (z, y, d) => tf.add(tf.sum(z), tf.add(tf.sum(y), 100 * d)));
  near(losses.map((loss) => loss.dataSync()[0]!), [20, 70 + 2 + 100]);
  near(lossByDomain({ ...pass, logits: tf.tensor2d([[0, 0], [0, 0], [0, 0]]) })[1]!, Math.LN2);
});

test("each domain is paired with the next in a drawn order, by as many rows as both have", () => {
  const sizes = [2, 3, 1];
  const starts = [0, 2, 5];
  const { first, second } = shuffledPairs(stream(4, "pairs"), sizes);
  const order = stream(4, "pairs").permutation(3);
  order.forEach((d, i) => {
    const next = order[(i + 1) % 3]!;
    const length = Math.min(sizes[d]!, sizes[next]!);
    const rows = (domain: number) => Array.from({ length }, (_, row) => starts[domain]! + row);
    assert.deepEqual([...first[i]!.dataSync()], rows(d));
    assert.deepEqual([...second[i]!.dataSync()], rows(next));
    assert.equal(first[i]!.dtype, "int32");
  });
});

test("images are mixed row by row, each with one of another domain or class", () => {
  const [a, b] = [tf.tensor3d([[[1, 2]], [[3, 4]]]), tf.tensor3d([[[5, 6]], [[7, 8]]])];
  near(mixed(a, b, tf.tensor1d([1, 0.25])), [1, 2, 6, 7]);
  near(mixed(tf.tensor1d([1, 3]), tf.tensor1d([5, 7]), tf.tensor1d([0, 0.5])), [5, 5]);
  const given = [[0, 1, 1], [1, 0], [2]];
  const images = given.flatMap((row, domain) => row.map((label) => ({ domain, label })));
  for (const sameClass of [true, false]) {
    const seen = images.map(() => new Set<number>());
    for (let seed = 0; seed < 40; seed++) {
      const { rows, shares } = partners(stream(seed, "p"), given, sameClass, 0.5);
      [...rows.dataSync()].forEach((row, i) => seen[i]!.add(row));
      const random = stream(seed, "p");
      near(shares, images.map(() => random.beta(0.5)), 1e-6);
    }
    seen.forEach((rows, i) => {
      const fit = images.flatMap(({ domain, label }, row) => {
        const [own, like] = [domain === images[i]!.domain, label === images[i]!.label];
        return (sameClass ? like && !own : own && !like) ? [row] : [];
      });
      assert.deepEqual([...rows].sort(), fit.length > 0 ? fit : [i], `${i}, ${sameClass}`);
    });
  }
});

test("mixtures pass through the network in training, and their labels may have shares of their own", () => {
  const seen: [number[], boolean][] = [];
  const network = {
    logits: (images: tf.Tensor2D, training: boolean) => {
      seen.push([[...images.dataSync()], training]);
      return tf.tensor2d([[0, Math.log(3)], [0, 0]]);
    },
  } as unknown as Network;
  const [own, other] = [
    { images: tf.tensor2d([[1], [2]]), labels: labels(0, 1) },
    { images: tf.tensor2d([[5], [6]]), labels: labels(1, 1) },
  ];
  const shares = tf.tensor1d([0.25, 0.5]);
  const [four, even] = [Math.log(4), Math.LN2];
  near(mixedLosses(network, own, other, shares), [0.25 * four + 0.75 * Math.log(4 / 3), even]);
  assert.deepEqual(seen, [[[4, 4], true]]);
  near(mixedLosses(network, own, other, shares, tf.tensor1d([1, 0])), [four, even]);
});

test("an adversary's loss is its own with its penalty; the network's is its risk less λ of that", () => {
  const calls: boolean[] = [];
  const options: object[] = [];
  const ctx = {
    domains: 2,
    network: {
      ...{ featurizer: { outputs: 2 }, parameters: ["network"] },
      features: (images: tf.Tensor) => images,
      classify: (z: tf.Tensor2D) => tf.mul(z, 2),
    },
    mlp: (_: string, { inputs, outputs }: { inputs: number; outputs: number }) => {
      assert.deepEqual([inputs, outputs], [2, 2]);
      return {
        parameters: ["own"],
        apply: (z: tf.Tensor2D, training: boolean) => (calls.push(training), tf.mul(z, -1)),
      };
    },
    optimizer: (parameters: unknown, setting: object) => {
      options.push({ parameters, ...setting });
      return { minimize: (losses: () => object) => losses() };
    },
  } as unknown as MethodContext;
  const images = [[[1, 0], [0, 2]], [[3, 1]]];
  const domains = images.map((rows, d) => ({
    images: tf.tensor2d(rows),
    labels: d === 0 ? labels(0, 1) : labels(0),
  }));
  const cross = (rows: number[][], truth: number[]) =>
    mean(rows.map((row, i) => Math.log(total(row.map(Math.exp))) - row[truth[i]!]!));
  const all = images.flat();
  const domainLoss = cross(all.map((row) => row.map((x) => -x)), [0, 0, 1]);
  const classLoss = cross(all.map((row) => row.map((x) => 2 * x)), [0, 1, 0]);
  const of = (phase: string, gradientPenalty: number) => {
    const rates = {
      ...{ generatorLearningRate: 0.1, discriminatorLearningRate: 0.2 },
      ...{ generatorWeightDecay: 0.3, discriminatorWeightDecay: 0.4, beta1: 0.5 },
    };
    const h = { ...rates, lambda: 3, discriminatorSteps: 1, gradientPenalty };
    const learner = adversarialTraining(
      ctx,
      h as unknown as Parameters<typeof adversarialTraining>[1],
      { parameters: ["more" as never], gradientPenalty: () => tf.scalar(7) },
    );
    const [loss] = Object.values(
      learner.update!(domains, { phase, scalars: {}, draws: {} } as never),
    );
    return loss as tf.Tensor;
  };
  near(of("discriminator", 0), domainLoss);
  near(of("discriminator", 0.5), domainLoss + 3.5);
  near(of("generator", 0), classLoss - 3 * domainLoss);
  near(of("generator", 0.5), classLoss - 3 * (domainLoss + 3.5));
  assert.deepEqual(calls, [true, true, true, true]);
  assert.deepEqual(options.slice(0, 2), [
    { parameters: ["own", "more"], learningRate: 0.2, weightDecay: 0.4, betas: [0.5, 0.9] },
    { parameters: ["network"], learningRate: 0.1, weightDecay: 0.3, betas: [0.5, 0.9] },
  ]);
});

test("gradient penalties look at the discriminator as it trains", () => {
  for (const penalty of [gradientPenalty, referenceGradientPenalty]) {
    const calls: boolean[] = [];
    const discriminator = {
      outputs: 2,
      apply: (z: tf.Tensor2D, training: boolean) => (calls.push(training), tf.mul(z, 2)),
    } as unknown as Module;
    const found = penalty(discriminator, tf.tensor2d([[1, 0], [0, 1], [0, 0]]), labels(0, 1, 1));
    const p = 1 / (1 + Math.exp(-2)); // of the larger logit, twice its input
    const own = [[p - 1, 1 - p], [1 - p, p - 1], [0.5, -0.5]];
    // Of the sum over images of log-softmaxes of all domains: p_k (n_k − Σ p n).
    const reference = [[p, 1 - p], [1 - p, p], [0.5, 0.5]].map((row) =>
      row.map((q, k) => q * ([1, 2][k]! - (row[0]! + 2 * row[1]!)))
    );
    const slopes = penalty === gradientPenalty ? own : reference;
    near(found, mean(slopes.map((row) => 4 * dot(row, row))));
    assert.deepEqual([...new Set(calls)], [true]);
  }
});

test("risk mismatch: the worst domain's losses beside all, and both variances", () => {
  const losses = [0.1, 0.7, 2, 1.5, 3], origin = [0, 0, 1, 1, 1];
  const risks = [0.4, 6.5 / 3].map((risk) => tf.scalar(risk));
  const { penalty, variance } = riskMismatch(tf.tensor1d(losses), risks, labels(...origin));
  const spread = (some: readonly number[]) =>
    total(some.map((x) => (x - mean(some)) ** 2)) / (some.length - 1);
  const worst = losses.filter((_, i) => origin[i] === 1);
  near(variance, spread(worst) + spread(losses));
  const kernel = (a: readonly number[], b: readonly number[]) =>
    mean(
      a.flatMap((x) =>
        b.map((y) =>
          total([1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000].map((g) => Math.exp(-g * (x - y) ** 2)))
        )
      ),
    );
  near(penalty, kernel(worst, worst) + kernel(losses, losses) - 2 * kernel(worst, losses), 1e-4);
  const single = riskMismatch(tf.tensor1d([1, 2]), [1, 2].map((r) => tf.scalar(r)), labels(0, 1));
  near(single.variance, 0 + 0.5); // the worst domain has one image
  assert.deepEqual(pairs([1, 2, 3]), [[1, 2], [1, 3], [2, 3]]);
});

test("a density's quantile is where its share is, by bisection", () => {
  for (const values of [[1, 2, 3], [0.1, 5, 0.3, 0.2, 7], [2, 2.5]]) {
    const n = values.length;
    const deviation = Math.sqrt(total(values.map((x) => (x - mean(values)) ** 2)) / (n - 1));
    const width = 1.06 * deviation * n ** -0.2;
    // The normal distribution function by the trapezium rule.
    const below = (z: number) => {
      const steps = 4000, from = -9;
      const at = (i: number) => Math.exp(-((from + i * (z - from) / steps) ** 2) / 2);
      let sum = (at(0) + at(steps)) / 2;
      for (let i = 1; i < steps; i++) sum += at(i);
      return sum * (z - from) / steps / Math.sqrt(2 * Math.PI);
    };
    for (const probability of [0.05, 0.5, 0.9, 0.99]) {
      const found = densityQuantile(tf.tensor1d(values), probability).dataSync()[0]!;
      const share = mean(values.map((x) => below((found - x) / width)));
      near(share, probability, 1e-4);
    }
  }
});

test("classes weigh by their counts and sum to their number; absent ones have none", () => {
  near(classWeights([4, 0, 1], (count) => 1 / count), [3 * 0.2, 0, 3 * 0.8], 1e-12);
  near(classWeights([1, 1], () => 5), [1, 1], 1e-12);
});

test("the cells with images, domains in order", () => {
  assert.deepEqual(trainedPairs([[0, 2, 1], [1, 0, 0]]), [
    { domain: 0, class: 1, count: 2 },
    { domain: 0, class: 2, count: 1 },
    { domain: 1, class: 0, count: 1 },
  ]);
});

test("averages by group: the first batch replaces, later ones move by the rate", () => {
  const buffer = (_: string, shape: readonly number[]) => tf.variable(tf.zeros([...shape]));
  const ctx = { buffer } as unknown as MethodContext;
  const averages = groupAverages(ctx, "x", 3, [1, 2], 0.1);
  const batch = (...rows: number[][]) => tf.tensor3d(rows.map((row) => [row]));
  averages.update(batch([1, 2], [3, 4], [5, 6]), labels(0, 0, 2));
  near(averages.values, [2, 3, 0, 0, 5, 6]);
  averages.update(batch([4, 4], [12, 3]), labels(1, 0));
  near(averages.values, [2 + 0.1 * 10, 3, 4, 4, 5, 6]);
});

test("the style of units is taken over all of them; a single position has no deviation", () => {
  const units = styleOf(tf.tensor2d([[1, 2, 6]]));
  near(units.mean, 3);
  near(units.deviation, Math.sqrt(7 + 1e-6));
  near(units.content, [-2, -1, 3].map((x) => x / Math.sqrt(7 + 1e-6)));
  const single = styleOf(tf.tensor4d([5, 7], [1, 1, 1, 2]));
  near(single.mean, [5, 7]);
  near(single.deviation, [1e-3, 1e-3], 1e-6);
});

Deno.test("a weight changes at its step, where Adam starts afresh, once", () => {
  const resets: number[] = [];
  let now = 0;
  const optimizer = { reset: () => resets.push(now) } as unknown as Optimizer;
  const { schedule, beforeStep } = annealed(optimizer, {
    a: { at: 2, before: 1, after: 100 },
    b: { at: 4, before: 0, after: 7 },
  });
  const weights = [0, 1, 2, 3, 4, 5].map((step) => {
    now = step;
    beforeStep!(step);
    return schedule!(step);
  });
  assert.deepEqual(weights.map(({ a }) => a), [1, 1, 100, 100, 100, 100]);
  assert.deepEqual(weights.map(({ b }) => b), [0, 0, 0, 0, 7, 7]);
  assert.deepEqual(resets, [2, 4]);
});
