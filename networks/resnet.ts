/**
 * ResNet-18 and ResNet-50 (He et al. 2016) as MDLT trains them: batch norm keeps the statistics it
 * came with, its scale and shift are trained; the classifier is taken off, and dropout follows the
 * pooling.
 *
 * The networks are torchvision's (the stride of a bottleneck sits in its 3 × 3 convolution) and so
 * are the names of their parameters, so that its weight files fit. Images of any size will do.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { normedConvolution } from "../tensor/convolution.ts";
import { meanPool, rectify } from "../tensor/kernels.ts";
import { dropout } from "../nn/layers.ts";
import {
  compose,
  fromTorch,
  type InitialDraws,
  inTwo,
  Module,
  type Parameter,
  parameter,
} from "../nn/module.ts";
import {
  defineNetwork,
  IMAGENET,
  type NamedTensors,
  type NetworkDefinition,
  type NetworkOptions,
} from "./network.ts";
import { requireWeights, type Weights } from "./weights.ts";

const EPSILON = 1e-5;

/** Blocks of each of the four stages, and how a block is made. */
const DEPTHS = {
  18: { blocks: [2, 2, 2, 2], bottleneck: false },
  50: { blocks: [3, 4, 6, 3], bottleneck: true },
} as const;

/** Where the numbers of a part come from: a file, or random draws. */
interface Origin {
  readonly draws: InitialDraws;
  readonly weights: Weights | undefined;
}

/**
 * The featurizer of a ResNet: `[batch, size, size, 3]` to 512 (18 layers) or 2048 (50) features.
 *
 * Without pretrained weights the convolutions are drawn as He et al. 2015 propose. Batch norm then
 * has no statistics to speak of (mean 0, variance 1) and normalises nothing, so the last scale of
 * every block starts at 0: the blocks begin as identities and signals keep their size.
 *
 * @throws {RangeError} When pretrained weights lack a tensor or have one of another shape.
 */
function resnet(depth: keyof typeof DEPTHS): (options: NetworkOptions) => Module {
  const { blocks, bottleneck } = DEPTHS[depth];
  return ({ width, draws, random, dropout: rate = 0, weights }) => {
    const origin: Origin = { draws, weights };
    const base = Math.max(1, Math.round(64 * width));
    const stem = normed("conv1", "bn1", [7, 3, base], 2, origin);
    const parts: (readonly [string, Module])[] = [["", stem]];
    let channels = base;
    blocks.forEach((count, stage) => {
      for (let i = 0; i < count; i++) {
        const name = `layer${stage + 1}.${i}`;
        const made = residual(
          channels,
          base * 2 ** stage,
          stage > 0 && i === 0 ? 2 : 1,
          bottleneck,
          scoped(name, origin),
        );
        parts.push([name, made]);
        channels = made.outputs;
      }
    });
    const drop = dropout(channels, rate, random);
    const middle = 1 + blocks[0] + blocks[1];
    const [below, above] = [parts.slice(0, middle), parts.slice(middle)];
    const lower = compose(below, below.at(-1)![1].outputs, (apply, images) => {
      // In the frame rotated by 180° TensorFlow's `same` padding is PyTorch's, see layers.ts.
      let maps = rectify(apply(0, tf.reverse(images, [1, 2])));
      maps = tf.maxPool(maps as tf.Tensor4D, 3, 2, "same");
      for (let part = 1; part < below.length; part++) maps = apply(part, maps);
      return maps;
    });
    const upper = compose([...above, ["dropout", drop]], channels, (apply, input) => {
      const maps = above.reduce((x, _, part) => apply(part, x), input);
      return apply(above.length, meanPool(maps as tf.Tensor4D));
    });
    return inTwo(lower, upper);
  };
}

/** x + F(x), rectified; F is two 3 × 3 convolutions, or 1 × 1, 3 × 3 and 1 × 1 in a bottleneck. */
function residual(
  inputs: number,
  width: number,
  stride: 1 | 2,
  bottleneck: boolean,
  origin: Origin,
): Module {
  const outputs = bottleneck ? 4 * width : width;
  const shapes: readonly (readonly [number, number, number, 1 | 2])[] = bottleneck
    ? [[1, inputs, width, 1], [3, width, width, stride], [1, width, outputs, 1]]
    : [[3, inputs, width, stride], [3, width, outputs, 1]];
  const branch = shapes.map(([size, from, to, step], i) =>
    normed(`conv${i + 1}`, `bn${i + 1}`, [size, from, to], step, origin, i === shapes.length - 1)
  );
  const parts = branch.map((module) => ["", module] as const);
  const projected = stride !== 1 || inputs !== outputs;
  if (projected) {
    const shortcut = normed("downsample.0", "downsample.1", [1, inputs, outputs], stride, origin);
    parts.push(["", shortcut]);
  }
  return compose(parts, outputs, (apply, x) => {
    let maps = x;
    for (let i = 0; i < branch.length; i++) {
      maps = apply(i, maps);
      if (i < branch.length - 1) maps = rectify(maps);
    }
    return rectify(tf.add(maps, projected ? apply(branch.length, x) : x));
  });
}

/** A convolution without bias and the batch norm after it, with fixed statistics. */
function normed(
  convolutionName: string,
  normName: string,
  [size, inputs, outputs]: readonly [size: number, inputs: number, outputs: number],
  stride: 1 | 2,
  { draws, weights }: Origin,
  last = false,
): Module {
  const made = [
    kernelOf(`${convolutionName}.weight`, [size, size, inputs, outputs], { draws, weights }),
    parameter(`${normName}.weight`, [outputs], "vector", () => last ? 0 : 1),
    parameter(`${normName}.bias`, [outputs], "vector", () => 0),
  ];
  for (const p of weights === undefined ? [] : made) load(p, weights!);
  const mean = statistic(weights, `${normName}.running_mean`, outputs) ?? new Float32Array(outputs);
  const variance = statistic(weights, `${normName}.running_var`, outputs) ??
    new Float32Array(outputs).fill(1);
  const statistics = {
    mean: tf.tensor1d(mean),
    reciprocal: tf.tensor1d(variance.map((value) => 1 / Math.sqrt(value + EPSILON))),
  };
  const forward: Module["forward"] = ([kernel, scale, shift], x) =>
    normedConvolution(
      seen(x as tf.Tensor4D, size, stride),
      kernel as tf.Tensor4D,
      scale as tf.Tensor1D,
      shift as tf.Tensor1D,
      statistics,
      stride,
    );
  return new Module(made, outputs, forward, Object.values(statistics));
}

/**
 * The input as a convolution shall see it. A 1 × 1 convolution at stride 2 takes every second
 * position from the first on; in the rotated frame of an even size that is from the second on.
 */
function seen(x: tf.Tensor4D, size: number, stride: 1 | 2): tf.Tensor4D {
  if (size !== 1 || stride === 1) return x;
  const [, height, width] = x.shape;
  const [top, left] = [1 - height % 2, 1 - width % 2];
  return top + left === 0
    ? x
    : tf.slice(x, [0, top, left, 0], [-1, height - top, width - left, -1]);
}

function kernelOf(name: string, shape: readonly number[], { draws, weights }: Origin): Parameter {
  if (weights !== undefined) return parameter(name, shape, "convolution", () => 0);
  const random = draws(name);
  const [size, , , outputs] = shape as [number, number, number, number];
  const deviation = Math.sqrt(2 / (size * size * outputs));
  return parameter(name, shape, "convolution", () => deviation * random.normal());
}

function load(p: Parameter, weights: Weights): void {
  const { shape } = p.variable;
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const wanted = p.layout === "convolution" ? [outputs, inputs, height, width] : shape;
  fromTorch(p, requireWeights(weights, p.name, wanted));
}

function statistic(
  weights: Weights | undefined,
  name: string,
  channels: number,
): Float32Array | undefined {
  return weights && requireWeights(weights, name, [channels]);
}

function scoped(name: string, { draws, weights }: Origin): Origin {
  return {
    draws: (part) => draws(`${name}.${part}`),
    weights: weights && ((part) => weights(`${name}.${part}`)),
  };
}

/** The names of its tensors in torchvision. */
function tensorNames(depth: keyof typeof DEPTHS): string[] {
  const { blocks, bottleneck } = DEPTHS[depth];
  const normedNames = (convolutionName: string, normName: string) => [
    `${convolutionName}.weight`,
    ...["weight", "bias", "running_mean", "running_var"].map((part) => `${normName}.${part}`),
  ];
  const ofBlock = (stage: number, block: number) =>
    [
      ...(bottleneck ? [1, 2, 3] : [1, 2]).flatMap((i) => normedNames(`conv${i}`, `bn${i}`)),
      ...(block === 0 && (stage > 0 || bottleneck)
        ? normedNames("downsample.0", "downsample.1")
        : []),
    ].map((name) => `layer${stage + 1}.${block}.${name}`);
  return [
    ...normedNames("conv1", "bn1"),
    ...blocks.flatMap((count, stage) =>
      Array.from({ length: count }, (_, block) => ofBlock(stage, block)).flat()
    ),
  ];
}

/** ResNets by the blocks of their stages. */
const DEPTHS_OF: Readonly<Record<string, number>> = {
  "2,2,2,2 of 2": 18,
  "3,4,6,3 of 2": 34,
  "3,4,6,3 of 3": 50,
  "3,4,23,3 of 3": 101,
  "3,8,36,3 of 3": 152,
};

/**
 * Which ResNet that is no network here the tensors are of, whatever stands before their names: of
 * another depth, wider, in groups, or with another first convolution.
 */
function relativeOf(tensors: NamedTensors): string | undefined {
  const blocks: number[] = [];
  let convolutions = 0, before = "";
  for (const name of tensors.keys()) {
    const [, prefix, stage, block, part] =
      /^(.*\.)?layer([1-4])\.(\d{1,3})\.conv(\d)\.weight$/.exec(name) ?? [];
    if (stage === undefined) continue;
    before = prefix ?? "";
    const at = Number(stage) - 1;
    blocks[at] = Math.max(blocks[at] ?? 0, Number(block) + 1);
    convolutions = Math.max(convolutions, Number(part));
  }
  const depth = DEPTHS_OF[`${blocks.join()} of ${convolutions}`];
  if (depth === undefined) return undefined;
  const shapeOf = (name: string) => tensors.get(before + name)?.().shape ?? [];
  const [channels = 64, inputs = channels] = shapeOf("layer1.0.conv2.weight");
  const groups = channels / inputs;
  if (groups > 1) return `a ResNeXt-${depth} of ${groups} groups (${groups}x${inputs}d)`;
  if (channels > 64) return `a Wide ResNet-${depth}-${channels / 64}`;
  if (!(depth in DEPTHS)) return `a ResNet-${depth}`;
  const first = shapeOf("conv1.weight");
  if (first.length !== 4 || first.slice(1).join() === "3,7,7") return undefined;
  const [, colours, height, width] = first;
  return `a ResNet-${depth} whose first convolution takes ${colours} colours by ${height} × ${width}`;
}

/** What an image of 224 px costs, by depth. */
const WORK = {
  18: { imageSize: 224, products: 1.8e9, activations: 2.5e6, parameters: 1.12e7 },
  50: { imageSize: 224, products: 4.1e9, activations: 1.1e7, parameters: 2.35e7 },
} as const;

/** A ResNet by its depth. */
function defineResnet(depth: keyof typeof DEPTHS, file: string): NetworkDefinition {
  const tensors = tensorNames(depth);
  return defineNetwork({
    name: `resnet${depth}`,
    title: `ResNet-${depth}`,
    citation: "He et al. 2016, Deep Residual Learning for Image Recognition",
    input: "pixels",
    normalisation: IMAGENET,
    dropout: true,
    work: WORK[depth],
    torch: { classifier: "fc" },
    weights: {
      description: `ResNet-${depth} with torchvision's names`,
      tensors: () => tensors,
      unused: /^fc\./,
      seemsToBe: relativeOf,
      expected: true,
      file,
      url: `https://download.pytorch.org/models/${file}`,
    },
    checkpoints: {
      recognise: (names) => tensors.every((name) => names.has(`network.${name}`)),
      nameOf: (parameter) => `network.${parameter}`,
    },
    build: resnet(depth),
  });
}

export const resnet18 = defineResnet(18, "resnet18-f37072fd.pth");

/** Its weights are those with which MDLT starts. */
export const resnet50 = defineResnet(50, "resnet50-0676ba61.pth");
