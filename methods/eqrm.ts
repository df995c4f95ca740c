/**
 * Empirical quantile risk minimisation: the risk that a new domain stays below with a given
 * probability is minimised. The distribution of risks is a kernel density over the domains' risks.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { errorFunction } from "simple-statistics";
import { defineMethod, integerPower, power10, uniform } from "./method.ts";
import { jointPass, lossByDomain, meanOf } from "./parts/batches.ts";

export default defineMethod({
  name: "eqrm",
  title: "EQRM",
  family: "robust",
  source: "Eastwood et al. 2022, Probable Domain Generalization via Quantile Risk Minimization",
  version: 1,
  readsValues: "the quantile of the domains' risks is found by bisection on their values",
  hyperparameters: {
    quantile: {
      default: 0.75,
      search: uniform(0.5, 0.99),
      description: "probability with which a domain's risk should stay below the minimised one",
    },
    burnInSteps: {
      default: 2500,
      updatesAtLeast: 1,
      search: integerPower(10, 2.5, 3.5),
      description: "updates on the mean risk, after which another Adam takes over",
    },
    // DomainBed goes from its learning rate of 5·10⁻⁵ to 10⁻⁶, drawn from 10^U(−7, −5).
    learningRateFactor: {
      default: 0.02,
      search: power10(-2.7, -0.7),
      description: "factor on the learning rate after the burn-in",
    },
  },
  create(bench, { quantile, burnInSteps, learningRateFactor }) {
    const { network, adam } = bench;
    const burnIn = bench.optimizer(network.parameters);
    const main = bench.optimizer(network.parameters, {
      learningRate: adam.learningRate * learningRateFactor,
    });
    return {
      update(domains, step) {
        return (step < burnInSteps ? burnIn : main).minimize(() => {
          const risks = lossByDomain(jointPass(network, domains));
          const loss = step < burnInSteps ? meanOf(risks) : riskQuantile(risks, quantile);
          return { loss };
        });
      },
    };
  },
});

/**
 * The quantile of a Gaussian kernel density over the risks (section 5.2 of the paper), with
 * bandwidth 1.06 σ n^(−1/5), σ the unbiased deviation. For a single domain, or equal risks, it is
 * their mean.
 *
 * The quantile is found by bisection. Written as a linear function of the risks with the exact
 * derivatives (implicit function theorem) it has the right value and the right gradient.
 */
export function riskQuantile(risks: readonly tf.Scalar[], probability: number): tf.Scalar {
  const stacked = tf.stack([...risks]) as tf.Tensor1D;
  const values = Array.from(stacked.dataSync());
  const n = values.length;
  const mean = values.reduce((sum, risk) => sum + risk, 0) / n;
  const deviation = Math.sqrt(
    values.reduce((sum, risk) => sum + (risk - mean) ** 2, 0) / Math.max(1, n - 1),
  );
  if (!(deviation > 1e-6 * Math.abs(mean))) return tf.mean(stacked);
  const smoothed = 1.06 * n ** -0.2; // from the deviation to the bandwidth
  const bandwidth = smoothed * deviation;
  /** The density's probability of a risk below `x`. */
  const distribution = (x: number) =>
    values.reduce((sum, risk) => sum + normalDistribution((x - risk) / bandwidth) / n, 0);
  let [low, high] = [Math.min(...values) - 9 * bandwidth, Math.max(...values) + 9 * bandwidth];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < probability) low = middle;
    else high = middle;
  }
  const places = values.map((risk) => (low - risk) / bandwidth);
  const densities = places.map((u) => Math.exp(-u * u / 2));
  const total = densities.reduce((sum, density) => sum + density, 0);
  /** Mean place of the quantile in its kernels: how it moves with the bandwidth. */
  const spread = places.reduce((sum, u, i) => sum + u * densities[i]!, 0) / total;
  const slopes = values.map((risk, i) =>
    densities[i]! / total + spread * smoothed * (risk - mean) / (deviation * (n - 1))
  );
  const constant = low - values.reduce((sum, risk, i) => sum + risk * slopes[i]!, 0);
  return tf.add(tf.sum(tf.mul(stacked, tf.tensor1d(slopes))), constant) as tf.Scalar;
}

/** Distribution function of the standard normal distribution. */
const normalDistribution = (x: number) => (1 + errorFunction(x / Math.SQRT2)) / 2;
