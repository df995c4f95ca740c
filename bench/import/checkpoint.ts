/**
 * Checkpoints of MDLT and DomainBed (`model.pkl`, `model.best.pkl`): read without running anything
 * of them, and their weights put into our network.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { DataError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import type { Float32Values } from "../../base/safetensors_format.ts";
import { readBytes } from "../../datasets/formats/bytes.ts";
import { parseTorchCheckpoint, type TorchCheckpoint } from "../../datasets/formats/torch.ts";
import { buildNetwork, type Network, type NetworkDefinition } from "../../networks/network.ts";
import { fromTorch, type Parameter } from "../../nn/module.ts";

/** What featurizer and classifier are called, method by method. */
const PARTS = [
  ["featurizer.", "classifier."],
  ["network.0.", "network.1."],
  ["network.net.0.", "network.net.1."], // Fish
  ["network_f.", "network_c."], // SagNet
] as const;

/** A checkpoint whose network is known. */
export interface KnownCheckpoint {
  readonly file: { readonly name: string; readonly sha256: string };
  /** The arguments of the run. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly hparams: Readonly<Record<string, unknown>>;
  readonly network: NetworkDefinition;
  /** Featurizer's and classifier's tensors by their names there, without what stands before. */
  readonly featurizer: Tensors;
  readonly classifier: Tensors;
}

type Tensors = ReadonlyMap<string, () => Float32Values>;

/**
 * Reads a checkpoint.
 *
 * @throws {DataError} When it is damaged, would run something, or holds no network that is known.
 */
export async function readCheckpoint(
  path: string,
  networks: readonly NetworkDefinition[],
): Promise<KnownCheckpoint> {
  const name = basename(path);
  const bytes = await readBytes(path);
  const { states, about } = parseTorchCheckpoint(bytes, name);
  const args = about.get("args");
  if (args === undefined) {
    throw new DataError(
      `Cannot import ${name}: it has no "args", and so is no checkpoint of MDLT's or DomainBed's.`,
    );
  }
  const tensors = tensorsOf(states, name);
  for (const [before, after] of PARTS) {
    const [featurizer, classifier] = [within(tensors, before), within(tensors, after)];
    const names = new Set(featurizer.keys());
    const network = networks.find(({ checkpoints }) => checkpoints?.recognise(names));
    if (network === undefined || classifier.size === 0) continue;
    return {
      file: { name, sha256: createHash("sha256").update(bytes).digest("hex") },
      args,
      hparams: about.get("model_hparams") ?? {},
      ...{ network, featurizer, classifier },
    };
  }
  const known = networks.filter(({ checkpoints }) => checkpoints).map(({ title }) => title);
  throw new DataError(
    `Cannot import ${name}: its model is no network that is known here (${known.join(", ")}).`,
  );
}

function tensorsOf(states: TorchCheckpoint["states"], name: string): Tensors {
  const state = states.find(({ key }) => key === "model_dict");
  if (state === undefined) {
    throw new DataError(
      `Cannot import ${name}: it has no "model_dict", and so is no checkpoint of MDLT's or DomainBed's.`,
    );
  }
  return new Map([...state.tensors].map(([name, read]) => [name, () => {
    const { shape, data } = read();
    return { shape, values: data instanceof Float32Array ? data : Float32Array.from(data) };
  }]));
}

function within(tensors: Tensors, prefix: string): Tensors {
  return new Map(
    [...tensors].flatMap(([name, read]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), read] as const] : []
    ),
  );
}

/**
 * Our network with the checkpoint's weights.
 *
 * @param inputShape Of the images that it is going to see.
 * @throws {DataError} When a tensor is missing or has another shape.
 */
export function networkOf(
  checkpoint: KnownCheckpoint,
  classes: number,
  inputShape: readonly number[],
): Network {
  const { network: definition, featurizer, classifier, file } = checkpoint;
  const { nameOf } = definition.checkpoints!;
  const random = stream(0, "checkpoint");
  const network = buildNetwork(definition, classes, {
    ...{ inputShape, width: 1, random },
    draws: () => random,
    // What is not trained, such as the statistics of batch norm, comes from the file as well.
    ...(definition.weights && { weights: (name) => featurizer.get(nameOf(name))?.() }),
  });
  const load = (parameter: Parameter, tensors: Tensors, name: string) => {
    const found = tensors.get(name)?.();
    const wanted = shapeOf(parameter);
    if (found === undefined || found.shape.join() !== wanted.join()) {
      throw new DataError(
        `Cannot import ${file.name}: its model has ${
          found === undefined ? "no tensor" : `a tensor of shape [${found.shape}]`
        } "${name}", and one of shape [${wanted}] is needed.`,
      );
    }
    fromTorch(parameter, found.values);
  };
  for (const p of network.featurizer.parameters) load(p, featurizer, nameOf(p.name));
  for (const p of network.classifier.parameters) load(p, classifier, p.name);
  return network;
}

/** The shape of a parameter in PyTorch. */
function shapeOf({ variable: { shape }, layout }: Parameter): readonly number[] {
  if (layout === "vector") return shape;
  if (layout === "linear") return [...shape].reverse();
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return [outputs, inputs, height, width];
}
