/**
 * Layers: the parts that networks are made of.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "../tensor/types.ts";
import { hostInput, xlaScope } from "../tensor/compile/mod.ts";
import { customGradient } from "../tensor/ops.ts";
import { convolution, nativeConvolutionBlock } from "../tensor/convolution.ts";
import { matMulFast, meanPositions, reluGradient } from "../tensor/kernels.ts";
import { type InitialDraws, Module, parameter, sequential, uniformParameter } from "./module.ts";
import type { Random } from "../base/random.ts";

/** y = x W + b for `[batch, inputs]`, initialised as PyTorch's `Linear`. */
export function linear(inputs: number, outputs: number, draws: InitialDraws): Module {
  const parameters = [
    uniformParameter("weight", [inputs, outputs], "linear", inputs, draws),
    uniformParameter("bias", [outputs], "vector", inputs, draws),
  ];
  return new Module(
    parameters,
    outputs,
    ([weight, bias], x) => tf.add(tf.matMul(x as Tensor2D, weight as Tensor2D), bias!),
  );
}

/** A table of `count` rows of `size` standard normal numbers; the input is int32 row numbers. */
export function embedding(count: number, size: number, draws: InitialDraws): Module {
  const random = draws("weight");
  const weight = parameter("weight", [count, size], "vector", () => random.normal());
  return new Module([weight], size, ([table], rows) => tf.gather(table!, rows as Tensor1D));
}

/** Rectified linear unit. */
export const relu = (outputs: number): Module => new Module([], outputs, (_, x) => tf.relu(x));

/** In training, zeroes each number with probability `rate` and scales the others by 1/(1 − rate). */
export function dropout(outputs: number, rate: number, random: Random): Module {
  return new Module([], outputs, (_, x, training) => {
    if (!training || rate === 0) return x;
    const { shape, size } = x;
    const kept = () => random.uniform() < rate ? 0 : 1 / (1 - rate);
    return tf.mul(x, hostInput(shape, "float32", () => Float32Array.from({ length: size }, kept)));
  });
}

const GROUPS = 8;
const EPSILON = 1e-5;

/**
 * 3 × 3 convolution with bias, ReLU, then group norm with 8 groups (ReLU before the norm, as in
 * MDLT's network for 28 × 28 images). Input `[batch, height, width, inputs]`.
 *
 * PyTorch pads by one pixel on each side. At stride 2 on even sizes TensorFlow's fast `same`
 * padding adds a pixel only at the far end, which is exactly PyTorch's convolution seen in a frame
 * rotated by 180°. So the network rotates the images once, its kernels are kept rotated
 * (`layout: "convolution"`), and the convolutions need no padding step of their own.
 */
export function convolutionBlock(
  inputs: number,
  outputs: number,
  stride: 1 | 2,
  draws: InitialDraws,
): Module {
  const fanIn = 9 * inputs;
  const parameters = [
    uniformParameter("conv.weight", [3, 3, inputs, outputs], "convolution", fanIn, draws),
    uniformParameter("conv.bias", [outputs], "vector", fanIn, draws),
    parameter("norm.weight", [outputs], "vector", () => 1),
    parameter("norm.bias", [outputs], "vector", () => 0),
  ];
  const averages = groupAverages(outputs);
  return new Module(parameters, outputs, (values, x) => {
    const [kernel, bias, scale, shift] = values as [
      Tensor4D,
      Tensor1D,
      Tensor1D,
      Tensor1D,
    ];
    const maps = x as Tensor4D;
    return nativeConvolutionBlock(maps, kernel, bias, scale, shift, stride) ??
      reluGroupNorm(convolution(maps, kernel, bias, stride), scale, shift, averages);
  }, [averages]);
}

/**
 * Group norm (Wu and He 2018, biased variance) of relu(x), with a gradient of few passes
 * over memory: automatic differentiation of the plain formula takes half as long again per step.
 *
 * With r = relu(x), group mean μ, reciprocal deviation ρ and p = ρ·scale:
 * y = r·p + (shift − μ·p), computed per image and channel; the gradient with respect to r is
 * dy·p − ρ·(A + (r − μ)·ρ·B), where A and B are the group means of dy·scale and
 * dy·scale·(r − μ)·ρ. All but r, dy and y are small: `[batch, channels]`.
 *
 * @param averages What {@linkcode groupAverages} gives for the channels of `x`.
 */
export function reluGroupNorm(
  x: Tensor4D,
  scale: Tensor1D,
  shift: Tensor1D,
  averages: Tensor2D,
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const positions = height * width;
  /** The mean over the positions of every image: `[batch, positions, channels]` → `[batch, channels]`. */
  const average = (t: tf.Tensor3D) => tf.reshape(meanPositions(t), [batch, channels]);
  /** The mean over the channels of each group, at each of them. */
  const overGroup = (t: Tensor) => matMulFast(t as Tensor2D, averages);
  /** `[batch, channels]` beside `[batch, positions, channels]`. */
  const everywhere = (t: Tensor) => tf.reshape(t, [batch, 1, channels]);

  const forward = () => {
    const r = tf.reshape(tf.relu(x), [batch, positions, channels]) as tf.Tensor3D;
    const [y, mu, rho] = xlaScope((): [Tensor, Tensor, Tensor] => {
      const mu = overGroup(average(r));
      // Rounding may put the variance of numbers that are all alike below 0.
      const variance = tf.relu(tf.sub(overGroup(average(tf.square(r))), tf.square(mu)));
      const rho = tf.rsqrt(tf.add(variance, EPSILON));
      const p = tf.mul(rho, scale);
      const offset = tf.sub(shift, tf.mul(p, mu));
      return [tf.add(tf.mul(r, everywhere(p)), everywhere(offset)), mu, rho];
    });
    const saved: [tf.Tensor3D, Tensor, Tensor, Tensor] = [r, mu, rho, scale];
    return { value: tf.reshape(y, [batch, height, width, channels]) as Tensor4D, saved };
  };
  return customGradient([x, scale, shift], forward, (dy4, [r, mu, rho, g]) => {
    const dy = tf.reshape(dy4, [batch, positions, channels]) as tf.Tensor3D;
    // Tidied, as each intermediate result is as large as the images' features.
    const [dx, dscale, dshift] = tf.tidy(() =>
      xlaScope((): Tensor[] => {
        const meanDy = average(dy);
        const normalised = tf.mul(tf.sub(average(tf.mul(dy, r)), tf.mul(meanDy, mu)), rho);
        // dr = dy·p − r·q + (q·μ − ρ·A) with q = ρ²·B.
        const q = tf.mul(tf.square(rho), overGroup(tf.mul(normalised, g)));
        const rest = tf.sub(tf.mul(q, mu), tf.mul(rho, overGroup(tf.mul(meanDy, g))));
        const dr = tf.sub(
          tf.add(tf.mul(dy, everywhere(tf.mul(rho, g))), everywhere(rest)),
          tf.mul(r, everywhere(q)),
        );
        return [reluGradient(dr, r), tf.sum(normalised, 0), tf.sum(meanDy, 0)];
      })
    ) as [Tensor, Tensor, Tensor];
    return [
      tf.reshape(dx, [batch, height, width, channels]),
      tf.mul(dscale, positions),
      tf.mul(dshift, positions),
    ];
  });
}

/**
 * The matrix that averages over groups of channels: `[…, channels]` times it has at every channel
 * the mean of its group, of which there are 8.
 *
 * @throws {RangeError} When the channels are no multiple of 8.
 */
export function groupAverages(channels: number): Tensor2D {
  if (channels % GROUPS !== 0) {
    throw new RangeError(
      `Cannot normalise ${channels} channels in ${GROUPS} groups: the channels must be a multiple of ${GROUPS}`,
    );
  }
  const size = channels / GROUPS;
  const group = (channel: number) => Math.floor(channel / size);
  const share = (i: number) =>
    group(i % channels) === group(Math.floor(i / channels)) ? 1 / size : 0;
  return tf.tensor2d(Float32Array.from({ length: channels ** 2 }, (_, i) => share(i)), [
    channels,
    channels,
  ]);
}

/**
 * Multi-layer perceptron for `[batch, inputs]`: `depth` linear layers in all, ReLU and dropout
 * between them, none after the last.
 */
export function mlp(
  options: { inputs: number; outputs: number; width: number; depth: number; dropout: number },
  draws: InitialDraws,
  random: Random,
): Module {
  const { inputs, outputs, width, depth } = options;
  if (depth < 2) {
    throw new RangeError(
      `Cannot build an MLP of depth ${depth}: it counts all linear layers and must be at least 2`,
    );
  }
  const parts: (readonly [string, Module])[] = [];
  for (let layer = 0; layer < depth; layer++) {
    const last = layer === depth - 1;
    const name = layer === 0 ? "input" : last ? "output" : `hiddens.${layer - 1}`;
    const module = linear(
      layer === 0 ? inputs : width,
      last ? outputs : width,
      (p) => draws(`${name}.${p}`),
    );
    parts.push([name, module]);
    if (!last) {
      parts.push(["relu", relu(width)], ["dropout", dropout(width, options.dropout, random)]);
    }
  }
  return sequential(parts);
}
