/**
 * ViT-S/16, the small vision transformer (Dosovitskiy et al. 2021; its size after Touvron et al. 2021):
 * patches of 16 × 16 pixels, 12 blocks of 6 heads and 384 channels; the features of an image are its
 * class token's after the last norm.
 *
 * The names of the parameters are timm's, which are DINO's too, so that their weight files fit.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  fromTorch,
  type Layout,
  Module,
  type Parameter,
  parameter,
  uniformParameter,
} from "../nn/module.ts";
import { attention, gelu, layerNorm, project } from "../nn/transformer.ts";
import {
  defineNetwork,
  IMAGENET,
  MINUS_ONE_TO_ONE,
  type NamedTensors,
  type NetworkDefinition,
  type NetworkOptions,
} from "./network.ts";
import { requireWeights } from "./weights.ts";

const PATCH = 16;
const DEPTH = 12;
const HEADS = 6;
const EPSILON = 1e-6;
/** Standard deviation of the initial weights. */
const DEVIATION = 0.02;

/**
 * The featurizer: `[batch, size, size, 3]` to 384 features times the width. The size must be a
 * multiple of 16, and with pretrained weights the one that their position embedding is for.
 *
 * @throws {RangeError} When pretrained weights lack a tensor or have one of another shape.
 */
function vit({ inputShape: [height, columns], width, draws, weights }: NetworkOptions): Module {
  const channels = HEADS * Math.max(1, Math.round(64 * width));
  const tokens = 1 + (height! / PATCH) * (columns! / PATCH);
  const parameters: Parameter[] = [];
  const add = (made: Parameter, torchShape: readonly number[]) => {
    if (weights !== undefined) fromTorch(made, requireWeights(weights, made.name, torchShape));
    parameters.push(made);
  };
  const normal = (name: string, shape: readonly number[], layout: Layout = "vector") => {
    const random = draws(name);
    const made = parameter(name, shape, layout, () => DEVIATION * random.normal());
    add(made, layout === "linear" ? shape.toReversed() : shape);
  };
  const constant = (name: string, value: number, size = channels) =>
    add(parameter(name, [size], "vector", () => value), [size]);
  const norm = (name: string) => {
    constant(`${name}.weight`, 1);
    constant(`${name}.bias`, 0);
  };
  const linear = (name: string, inputs: number, outputs: number) => {
    normal(`${name}.weight`, [inputs, outputs], "linear");
    constant(`${name}.bias`, 0, outputs);
  };

  normal("cls_token", [1, 1, channels]);
  normal("pos_embed", [1, tokens, channels]);
  const patch = [PATCH, PATCH, 3, channels];
  add(
    uniformParameter("patch_embed.proj.weight", patch, "patches", PATCH * PATCH * 3, draws),
    [channels, 3, PATCH, PATCH],
  );
  constant("patch_embed.proj.bias", 0);
  for (let block = 0; block < DEPTH; block++) {
    norm(`blocks.${block}.norm1`);
    linear(`blocks.${block}.attn.qkv`, channels, 3 * channels);
    linear(`blocks.${block}.attn.proj`, channels, channels);
    norm(`blocks.${block}.norm2`);
    linear(`blocks.${block}.mlp.fc1`, channels, 4 * channels);
    linear(`blocks.${block}.mlp.fc2`, 4 * channels, channels);
  }
  norm("norm");

  const position = new Map(parameters.map(({ name }, i) => [name, i]));
  return new Module(parameters, channels, (values, images) => {
    const value = (name: string) => values[position.get(name)!]!;
    const normed = (x: tf.Tensor, name: string) =>
      layerNorm(
        x,
        value(`${name}.weight`) as tf.Tensor1D,
        value(`${name}.bias`) as tf.Tensor1D,
        EPSILON,
      );
    const projected = (x: tf.Tensor, name: string) =>
      project(x, value(`${name}.weight`), value(`${name}.bias`));

    const batch = images.shape[0]!;
    const kernel = value("patch_embed.proj.weight") as tf.Tensor4D;
    const maps = tf.conv2d(images as tf.Tensor4D, kernel, PATCH, "valid");
    const patches = tf.add(
      tf.reshape(maps, [batch, tokens - 1, channels]),
      value("patch_embed.proj.bias"),
    );
    const first = tf.tile(value("cls_token"), [batch, 1, 1]);
    let x = tf.add(tf.concat([first, patches], 1), value("pos_embed"));
    for (let block = 0; block < DEPTH; block++) {
      const at = `blocks.${block}`;
      const mixed = attention(projected(normed(x, `${at}.norm1`), `${at}.attn.qkv`), HEADS);
      x = tf.add(x, projected(mixed, `${at}.attn.proj`));
      const hidden = gelu(projected(normed(x, `${at}.norm2`), `${at}.mlp.fc1`));
      x = tf.add(x, projected(hidden, `${at}.mlp.fc2`));
    }
    const token = tf.slice(x, [0, 0, 0], [-1, 1, -1]);
    return tf.reshape(normed(token, "norm"), [batch, channels]);
  });
}

/** The names of its tensors in timm. */
const TENSORS = [
  ...["cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias"],
  ...Array.from(
    { length: DEPTH },
    (_, block) =>
      ["norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2"]
        .flatMap((layer) => [`${layer}.weight`, `${layer}.bias`])
        .map((name) => `blocks.${block}.${name}`),
  ).flat(),
  ...["norm.weight", "norm.bias"],
];

/** A ViT-S/16 by whose weights it can start from. */
function defineVit(
  about: Pick<NetworkDefinition, "name" | "title" | "normalisation">,
  description: string,
  withHead: boolean,
): NetworkDefinition {
  return defineNetwork({
    ...about,
    citation:
      "Dosovitskiy et al. 2021, An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
    input: "pixels",
    imageSizeMultiple: PATCH,
    pretrainedImageSize: 224,
    work: { imageSize: 224, products: 4.6e9, activations: 1.2e7, parameters: 2.2e7 },
    torch: { classifier: "head" },
    weights: {
      description,
      tensors: () => [...TENSORS, ...(withHead ? ["head.weight", "head.bias"] : [])],
      seemsToBe: otherPatches,
      expected: true,
    },
    build: vit,
  });
}

/** Which vision transformer of other patches the tensors are of. */
function otherPatches(tensors: NamedTensors): string | undefined {
  const [channels, , height, width] = tensors.get("patch_embed.proj.weight")?.().shape ?? [];
  if (height === undefined || (height === PATCH && width === PATCH)) return undefined;
  return `a vision transformer of ${channels} channels with patches of ${height} × ${width} pixels`;
}

/** DINO's weights come without a classifier and want ImageNet's normalisation. */
export const vitSmall = defineVit(
  { name: "vit-s", title: "ViT-S/16", normalisation: IMAGENET },
  "ViT-S/16 of DINO, with timm's names and no classifier",
  false,
);

/** The weights that timm trained on ImageNet's labels take pixels from −1 to 1. */
export const vitSmallSupervised = defineVit(
  {
    name: "vit-s-supervised",
    title: "ViT-S/16 (supervised)",
    normalisation: MINUS_ONE_TO_ONE,
  },
  "ViT-S/16 of timm, with its classifier",
  true,
);
