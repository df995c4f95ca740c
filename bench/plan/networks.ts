/**
 * The networks of a plan: which ones a data set is trained with, and what each of them changes about
 * the preset's sizes.
 *
 * @module
 */
import { find, UsageError } from "../../base/errors.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { LEARNING, type Preset, preset, type PresetName } from "./presets.ts";

/** What decides networks and sizes. */
export interface NetworkRequest {
  /** Decides every size that is not asked for by itself. */
  readonly preset: PresetName;
  /** `name`, or `name:width` for a part of its channels; as the preset says when left out. */
  readonly networks?: readonly string[] | undefined;
  /** Weights that networks start from: whose they are, and the SHA-256 of their file. */
  readonly pretrained?:
    | readonly { readonly network: string; readonly sha256: string }[]
    | undefined;
  /** Features that were computed elsewhere, in place of images: what they are called, their SHA-256. */
  readonly features?: readonly { readonly name: string; readonly sha256: string }[] | undefined;
  /** Pretrained networks are not trained, only what is put on top of them. */
  readonly frozen?: boolean | undefined;
}

/**
 * The preset's sizes for each network of a plan. A network with pretrained weights learns at the
 * reference's rate; a frozen one gives its place to a small network on its features of full-sized
 * images.
 *
 * @throws {UsageError} When a network is not known or cannot be trained on images.
 */
export function sizesOf(
  request: NetworkRequest,
  dataset: DatasetDefinition,
  known: readonly NetworkDefinition[],
): Preset[] {
  const sizes = preset(request.preset, dataset);
  const photographs = dataset.images === "photographs";
  const { networks, pretrained = [], frozen = false } = request;
  const named = networks?.map((text) => readNetwork(text, known));
  if (request.features !== undefined) {
    return request.features.map(({ name, sha256: weights }) => ({
      ...sizes,
      ...LEARNING.scratch,
      network: {
        name: onFeatures(known).name,
        width: 1,
        frozen: { name, weights, features: true },
      },
    }));
  }
  if (frozen) {
    const backbones = pretrained.filter(({ network }) =>
      photographs && (named?.some(({ definition: { name } }) => name === network) ?? true)
    );
    return backbones.length === 0 ? [sizes] : backbones.map(({ network: name, sha256 }) => ({
      ...sizes,
      ...LEARNING.scratch,
      network: { name: onFeatures(known).name, width: 1, frozen: { name, weights: sha256 } },
      imageSize: find("network", name, known).pretrainedImageSize ?? 224,
    }));
  }
  const usual = photographs && pretrained.length > 0
    ? pretrained.map(({ network }) => network)
    : [sizes.network.name];
  return (named ?? usual.map((name) => readNetwork(name, known))).map(({ definition, width }) => {
    requireImages(definition);
    const { name } = definition;
    const weights = pretrained.find(({ network }) => network === name)?.sha256;
    if (weights !== undefined) {
      const imageSize = definition.pretrainedImageSize ?? fitting(sizes.imageSize, definition);
      return { ...sizes, ...LEARNING.pretrained, network: { name, width: 1, weights }, imageSize };
    }
    const ownWidth = name === sizes.network.name ? sizes.network.width : 1;
    return {
      ...sizes,
      network: { name, width: width ?? ownWidth },
      imageSize: fitting(sizes.imageSize, definition),
    };
  });
}

/** The nearest size of images that a network can see. */
function fitting(size: number, { imageSizeMultiple = 1 }: NetworkDefinition): number {
  return Math.max(1, Math.round(size / imageSizeMultiple)) * imageSizeMultiple;
}

function readNetwork(
  text: string,
  known: readonly NetworkDefinition[],
): { readonly definition: NetworkDefinition; readonly width: number | undefined } {
  const [name = "", factor] = text.split(":", 2);
  const definition = find("network", name, known);
  if (factor === undefined) return { definition, width: undefined };
  const width = Number(factor);
  if (width > 0 && width <= 8) return { definition, width };
  throw new UsageError(
    `Cannot use --networks "${text}": the width "${factor}" must be a number above 0 and at most 8, ` +
      `such as ${name}:0.25`,
  );
}

function requireImages({ name, input }: NetworkDefinition): void {
  if (input === "pixels") return;
  throw new UsageError(
    `Cannot train the network ${name} on images: it takes the features of a frozen network; use ` +
      `--backbone-mode frozen`,
  );
}

/** The network that is trained on the features of a frozen one. */
function onFeatures(known: readonly NetworkDefinition[]): NetworkDefinition {
  return known.find(({ input }) => input === "features")!;
}
