/**
 * Penalties on how features differ between domains.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { tex } from "../objective.ts";
import { type ForwardPass, lossByDomain, meanOf } from "./batches.ts";
import { squaredDistances } from "./distances.ts";
import { constantOf } from "./gradients.ts";

/** A distance between the features of the domains, one `[images, features]` tensor a domain. */
export type Penalty = (features: readonly tf.Tensor2D[]) => tf.Scalar;

/** Why presets of small networks have a small weight of the distance. */
export const NARROW_KERNELS = "kernels of fixed widths are far narrower than so few features lie " +
  "apart, so that the distance's gradient outweighs the risk's tenfold";

/** The mean risk of the domains plus `weight` times a penalty on their features. */
export function penalisedRisk(
  pass: ForwardPass,
  penaltyOf: Penalty,
  weight: number,
): { loss: tf.Scalar; risk: tf.Scalar; penalty: tf.Scalar } {
  const risk = meanOf(lossByDomain(pass));
  const penalty = penaltyOf(pass.byDomain(pass.features));
  return { loss: tf.add(risk, tf.mul(penalty, weight)), risk, penalty };
}

/** {@linkcode coralPenalty} as formulas, L. */
export const CORAL_FORMULAS = [
  tex`L = \frac{2}{D (D - 1)} \sum_{d < e} \left[ \frac{1}{F} \lVert m_d - m_e \rVert^2 ` +
  tex`+ \frac{1}{F^2} \lVert V_d - V_e \rVert^2 \right]`,
  tex`m_d = \frac{1}{|B_d|} \sum_{i \in B_d} z_i, \qquad V_d = \frac{1}{|B_d| - 1} ` +
  tex`\sum_{i \in B_d} (z_i - m_d) (z_i - m_d)^\top`,
] as const;

/**
 * CORAL's distance averaged over all pairs of domains: mean square difference of the feature means
 * plus mean square difference of the covariance matrices (divisor n − 1), as in DomainBed.
 *
 * @param features One `[images, features]` tensor a domain.
 * @returns A scalar; 0 for a single domain. A domain with a single image has no covariance: its
 * matrix counts as zero.
 * @see Sun and Saenko 2016, Deep CORAL, equations 1–3.
 */
export function coralPenalty(features: readonly tf.Tensor2D[]): tf.Scalar {
  const moments = features.map((z) => {
    const mean = tf.mean(z, 0, true);
    const centred = tf.sub(z, mean);
    const covariance = tf.div(
      tf.matMul(centred, centred, true, false),
      Math.max(1, z.shape[0] - 1),
    );
    return { mean, covariance };
  });
  const distances = pairs(moments).map(([a, b]) =>
    tf.add(
      tf.mean(tf.square(tf.sub(a.mean, b.mean))),
      tf.mean(tf.square(tf.sub(a.covariance, b.covariance))),
    )
  );
  return (distances.length > 0 ? tf.div(tf.addN(distances), distances.length) : tf.scalar(0));
}

/** Precisions of the Gaussian kernels, as in DomainBed. */
const PRECISIONS = [1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3];

/** Σ exp(−γ‖x − y‖²) over several γ for all pairs of rows: `[rows, features]` → `[rows, rows]`. */
export function gaussianKernels(
  features: tf.Tensor2D,
  precisions: readonly number[] = PRECISIONS,
): tf.Tensor2D {
  const squared = squaredDistances(features, features);
  return tf.addN(precisions.map((gamma) => tf.exp(tf.mul(squared, -gamma))));
}

/**
 * The squared maximum mean discrepancy of the features of two domains, averaged over all pairs.
 *
 * @returns A scalar; 0 for a single domain.
 */
export function mmdPenalty(features: readonly tf.Tensor2D[]): tf.Scalar {
  const averages = features.map((z, d) =>
    tf.concat(
      features.map((other, e) => tf.fill([1, other.shape[0]], d === e ? 1 / z.shape[0] : 0)),
      1,
    )
  );
  return mmd2(tf.concat([...features]), tf.concat(averages) as tf.Tensor2D);
}

/**
 * The squared maximum mean discrepancy mean K(a, a) + mean K(b, b) − 2 mean K(a, b), averaged over
 * all pairs of groups of images, with K the sum of exp(−γ‖x − y‖²) over several γ.
 *
 * All pairs come from one table over all images: M = A K Aᵀ holds the mean of K for every two of G
 * groups, and the pairs add up to 2 (G · trace M − ΣM) / (G (G − 1)).
 *
 * @param features `[images, features]`.
 * @param averages A, `[groups, images]`: 1 / size of the group for its images, 0 for the others.
 * @param precisions Every γ; those of DomainBed's MMD when left out.
 * @returns A scalar; 0 for a single group.
 * @see Gretton et al. 2012, A Kernel Two-Sample Test, equation 5 (the biased estimate).
 */
export function mmd2(
  features: tf.Tensor2D,
  averages: tf.Tensor2D,
  precisions: readonly number[] = PRECISIONS,
): tf.Scalar {
  const groups = averages.shape[0];
  if (groups < 2) return tf.scalar(0);
  const kernels = gaussianKernels(features, precisions);
  const means = tf.matMul(tf.matMul(averages, kernels), averages, false, true);
  const trace = tf.sum(tf.mul(means, tf.eye(groups)));
  const total = tf.sub(tf.mul(trace, groups), tf.sum(means));
  return tf.div(total, groups * (groups - 1) / 2);
}

/** All unordered pairs. */
export function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}

/** Precisions of the kernels on losses, as in DomainBed. */
const LOSS_PRECISIONS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

/**
 * How the losses of the worst domain's images differ in distribution from all, and the sum of the
 * variances of both.
 *
 * @param losses `[images]`, `risks` the mean of each domain, and `origin` int32 `[images]`.
 */
export function riskMismatch(
  losses: tf.Tensor1D,
  risks: readonly tf.Scalar[],
  origin: tf.Tensor1D,
) {
  const worst = constantOf(
    tf.stack([...risks]),
    (all) => tf.cast(tf.equal(origin, tf.argMax(all)), "float32"),
  );
  const groups = [worst, tf.onesLike(losses)];
  const averages = groups.map((group) => tf.div(group, tf.sum(group)));
  const variances = groups.map((group, i) => {
    const squares = tf.square(tf.sub(losses, tf.sum(tf.mul(losses, averages[i]!))));
    return tf.div(tf.sum(tf.mul(squares, group)), tf.maximum(tf.sub(tf.sum(group), 1), 1));
  });
  const column = tf.expandDims(losses, 1) as tf.Tensor2D;
  return {
    penalty: mmd2(column, tf.stack(averages) as tf.Tensor2D, LOSS_PRECISIONS),
    variance: tf.addN(variances) as tf.Scalar,
  };
}
