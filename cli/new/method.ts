/**
 * A new method.
 *
 * @module
 */
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import type { Template } from "./template.ts";

/** ERM with one hyperparameter; its test has the formula once more, in plain loops. */
export const method: Template = {
  kind: "method",
  folder: "methods",
  tests: "tests/methods",
  extension: "ts",
  registry: { file: "methods/mod.ts", list: "METHODS" },
  taken: [...METHODS, ...DATASETS],
  source: ({ name, title }, from) =>
    `import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "${from("base/setting.ts")}";
import { number, uniform } from "${from("methods/hyperparameter.ts")}";
import { defineMethod } from "${from("methods/method.ts")}";
import { tex } from "${from("methods/objective.ts")}";
import { forwardAll } from "${from("methods/parts/batches.ts")}";
import { crossEntropy } from "${from("methods/parts/losses.ts")}";

export default defineMethod({
  name: "${name}",
  title: "${title}",
  description:
    "${title}: what the method does, in a sentence. For now it is empirical risk minimisation with smoothed labels (Szegedy et al. 2016).",
  objective: {
    formulas: [
      tex\`\\min_\\theta\\; (1 - \\epsilon) R + \\frac{\\epsilon}{|B|\\, C} \\sum_{i \\in B} \\sum_c \\ell(s_i, c)\`,
    ],
    symbols: { "\\\\epsilon": "\`smoothing\`" },
  },
  family: "baseline",
  citation: "Authors ${new Date().getFullYear()}, Title of the Paper",
  version: 1,
  hyperparameters: {
    smoothing: number({
      default: 0.1,
      search: uniform(0, 0.3),
      range: SHARE,
      description: "share of each label that is spread evenly over all classes",
    }),
  },
  create: ({ network }, { smoothing }) => ({
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      const risk = crossEntropy(logits, labels);
      return { loss: smoothed(risk, logits, smoothing), risk };
    },
  }),
});

/** The mean cross-entropy of \`[images, classes]\` logits to labels that are smoothed. */
export function smoothed(risk: tf.Scalar, logits: tf.Tensor2D, smoothing: number): tf.Scalar {
  const even = tf.neg(tf.mean(tf.logSoftmax(logits)));
  return tf.add(tf.mul(risk, 1 - smoothing), tf.mul(even, smoothing)) as tf.Scalar;
}
`,
  test: ({ name, identifier }, own, from) =>
    `import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import ${identifier}, { smoothed } from "${own}";
import { crossEntropy } from "${from("methods/parts/losses.ts")}";
import { methodConformance } from "${from("testing/method.ts")}";

await methodConformance(${identifier});

Deno.test("${name}: the loss is the cross-entropy to smoothed labels", () => {
  const rows = [[1, -2, 0.5], [0, 3, -1]];
  const labels = [2, 1];
  const expected = rows.map((row, i) => {
    const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return row.reduce((sum, logit, c) => {
      const target = 0.8 * (c === labels[i] ? 1 : 0) + 0.2 / row.length;
      return sum - target * Math.log(Math.exp(logit) / total);
    }, 0);
  });
  const found = tf.tidy(() => {
    const logits = tf.tensor2d(rows);
    return smoothed(crossEntropy(logits, tf.tensor1d(labels, "int32")), logits, 0.2).dataSync()[0]!;
  });
  assert.ok(Math.abs(found - (expected[0]! + expected[1]!) / 2) < 1e-5);
});
`,
  tryIt: (name) => `bench --preset smoke --methods erm,${name}`,
};
