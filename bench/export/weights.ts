/**
 * A run's tested weights with PyTorch's names and layout.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import { encodeArrays, type Float32Values } from "../../base/safetensors_format.ts";
import { buildNetwork, type NetworkDefinition } from "../../networks/mod.ts";
import type { Weights } from "../../networks/weights.ts";
import type { Layout, Parameter } from "../../nn/module.ts";
import { stream } from "../../base/random.ts";
import type { RunSpec } from "../records/record.ts";

/** Weights as PyTorch has them. */
export interface TorchWeights {
  /** By name: row-major, of PyTorch's shapes. */
  readonly arrays: Readonly<Record<string, Float32Values>>;
  /** Names of tensors of the run that are no part of its network: a method's own. */
  readonly left: readonly string[];
}

/**
 * The weights of a run's network as PyTorch has them.
 *
 * @param own The run's tensors by name, in the suite's layout.
 * @param started The weights that the network started from; needed where it keeps statistics of them.
 * @throws {DataError} When the network has no form in PyTorch, or a tensor lacks.
 */
export function torchWeights(
  { training, dataset }: Pick<RunSpec, "training" | "dataset">,
  definition: NetworkDefinition,
  own: Readonly<Record<string, Float32Values>>,
  started?: Weights,
): TorchWeights {
  const { torch } = definition;
  if (torch === undefined) {
    throw new DataError(
      `The weights of ${definition.title} have no form in PyTorch: its layers are another framework's.`,
    );
  }
  const features = own["featurizer.hidden.weight"]?.shape[0];
  const [inputs = 0, classes = 0] = own["classifier.weight"]?.shape ?? [];
  const size = dataset.imageSize;
  const { featurizer, classifier } = buildNetwork(definition, classes, {
    inputShape: definition.input === "features" ? [features ?? 0] : [size, size, 3],
    width: training.network.width,
    weights: started,
    draws: (name) => stream(0, name),
    random: stream(0, "dropout"),
    classifierInputs: () => inputs,
  });
  const arrays: Record<string, Float32Values> = {};
  const used = new Set<string>();
  const put = (p: Parameter, ours: string, theirs: string) => {
    const found = own[ours];
    if (found?.shape.join() !== p.variable.shape.join()) {
      throw new DataError(
        `The run's weights ${found === undefined ? "lack" : "have another shape of"} "${ours}".`,
      );
    }
    used.add(ours);
    arrays[theirs] = inTorch(found, p.layout);
  };
  for (const p of featurizer.parameters) {
    put(p, `featurizer.${p.name}`, torch.parameter?.(p.name) ?? p.name);
  }
  for (const p of classifier.parameters) {
    put(p, `classifier.${p.name}`, `${torch.classifier}.${p.name}`);
  }
  Object.assign(arrays, statistics(definition, arrays, started));
  return { arrays, left: Object.keys(own).filter((name) => !used.has(name)) };
}

/** Means and variances of batch norms, which no training moves. */
function statistics(
  { weights }: NetworkDefinition,
  arrays: Readonly<Record<string, Float32Values>>,
  started: Weights | undefined,
): Record<string, Float32Values> {
  const names = weights?.tensors(new Set()) ?? [];
  return Object.fromEntries(names.flatMap((name) => {
    const [, norm, what] = /^(.*)\.(running_mean|running_var)$/.exec(name) ?? [];
    const scale = norm === undefined ? undefined : arrays[`${norm}.weight`];
    if (scale === undefined) return [];
    const values = new Float32Array(scale.values.length).fill(what === "running_var" ? 1 : 0);
    return [[name, started?.(name) ?? { shape: scale.shape, values }]];
  }));
}

/** An array of the suite's layout in PyTorch's. */
export function inTorch({ shape, values }: Float32Values, layout: Layout): Float32Values {
  if (layout === "vector") return { shape, values };
  const out = new Float32Array(values.length);
  if (layout === "linear") {
    const [inputs, outputs] = shape as [number, number];
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) out[o * inputs + i] = values[i * outputs + o]!;
    }
    return { shape: [outputs, inputs], values: out };
  }
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const rotated = layout === "convolution"; // see nn/layers.ts
  let at = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [row, column] = rotated ? [height - 1 - y, width - 1 - x] : [y, x];
          out[at++] = values[((row * width + column) * inputs + i) * outputs + o]!;
        }
      }
    }
  }
  return { shape: [outputs, inputs, height, width], values: out };
}

/** A safetensors file of weights, as Hugging Face's library for PyTorch writes them. */
export function weightsFile(
  { arrays }: TorchWeights,
  about: Readonly<Record<string, string>>,
): Uint8Array {
  return encodeArrays(arrays, { format: "pt", ...about });
}
