/**
 * What runs take where no earlier run tells: counted from the work that their networks say they have.
 *
 * @module
 */
import type { SplitCounts } from "../../datasets/dataset.ts";
import type { Method } from "../../methods/method.ts";
import type { NetworkDefinition, NetworkWork } from "../../networks/network.ts";
import { leftOut } from "../records/left_out.ts";
import type { RunSpec } from "../records/record.ts";

/** What is known of methods and networks. */
export interface Known {
  readonly methods: readonly Pick<Method, "name" | "cost" | "steps">[];
  readonly networks: readonly Pick<NetworkDefinition, "name" | "input" | "work">[];
}

/** What a run takes. */
export interface Cost {
  readonly seconds: number;
  /** Bytes. */
  readonly memory: number;
}

/**
 * Measured with native TensorFlow and one thread on an AMD EPYC core with AVX2; within a factor of
 * two elsewhere, if the core is alike.
 */
const SECONDS = {
  /** Of a multiplication with an addition, in convolutions and products of matrices. */
  product: 1 / 6e10,
  /** Of a number that a layer hands on, for all that is not a product. */
  activation: 1.8e-9,
  /** Of a step, whatever its size. */
  step: 5e-4,
  /** Of tracing the graphs of a run, and of writing it down. */
  run: 0.6,
  /** Of drawing or reading a weight. */
  parameter: 1.5e-7,
  /** Of a command: starting its processes, and the report. */
  command: 3,
  /** Of an image of a file: decoded, and augmented for a step. */
  decoded: 1 / 600,
  augmented: 1 / 1500,
};

/** How much slower WebAssembly is. */
const WASM = 6;

/** A forward pass, and one with the way back. */
const FORWARD = 1, BOTH = 3;

/** Bytes of a process with TensorFlow, and of a number. */
const PROCESS = 5.2e8, NUMBER = 4;

/** Copies of the weights, as measured: gradients, moments, the best, traced ones, those to write. */
const COPIES = 16;

/** Of a network that does not say what it costs: a small one. */
const UNKNOWN: NetworkWork = { products: 5e7, activations: 1e5, parameters: 5e5 };

const SOME: Known["networks"][number] = { name: "", input: "pixels" };

/** Images of a domain where nobody knows how many there are. */
const IMAGES = 1000;

/** What a run takes, its images being ready. */
export function costOf(spec: RunSpec, { methods, networks }: Known, counts?: SplitCounts): Cost {
  const { training: { network: { name, width }, steps: asked, batch, checkpointEvery } } = spec;
  const method = methods.find(({ name }) => name === spec.method.name);
  const network = networks.find((network) => network.name === name) ?? SOME;
  const work = scaled(network, width, spec.dataset.imageSize);
  const steps = method?.steps ?? asked;
  const domains = Math.max(1, (counts?.train.length ?? 2) - leftOut(spec).length);
  const checkpoints = Math.ceil(steps / checkpointEvery) + 1;
  const trained = steps * batch * domains;
  const looked = checkpoints * images(counts, "validation") + images(counts, "test");
  const reading = counts !== undefined && network.input === "pixels" && spec.dataset.imageSize > 28
    ? SECONDS.augmented
    : 0;
  const perImage = imageSeconds(work);
  const slower = spec.engine.backend === "wasm" ? WASM : 1;
  const parallel = Math.max(1, 0.8 * spec.engine.threads);
  const computed = steps * SECONDS.step + trained * (method?.cost?.time ?? 1) * BOTH * perImage +
    looked * FORWARD * perImage;
  const memory = PROCESS + work.parameters * COPIES * NUMBER +
    2 * work.activations * batch * domains * NUMBER;
  return {
    seconds: SECONDS.run + work.parameters * SECONDS.parameter + (computed * slower) / parallel +
      (trained + looked) * reading,
    memory,
  };
}

/** What the runs of a plan have in common: seconds, whatever they are. */
export const COMMAND = SECONDS.command;

/**
 * Seconds until the images of a data set are there to be trained on for the first time: read from
 * their files, and seen by the network that is frozen, where one is.
 *
 * @param numbers Weights of the frozen network; those of the full one when left out.
 */
export function preparing(
  { dataset, training: { network: { frozen } }, engine }: RunSpec,
  { networks }: Known,
  counts: SplitCounts | undefined,
  fromFiles: boolean,
  numbers?: number,
): number {
  if (!fromFiles) return 0;
  const all = images(counts, "train") + images(counts, "validation") + images(counts, "test");
  const network = networks.find(({ name }) => name === frozen?.name);
  if (network === undefined || frozen?.features) return all * SECONDS.decoded;
  const { work = UNKNOWN } = network;
  const width = numbers === undefined ? 1 : Math.sqrt(numbers / work.parameters);
  const each = imageSeconds(scaled(network, width, dataset.imageSize));
  return all * (SECONDS.decoded + each * (engine.backend === "wasm" ? WASM : 1));
}

function imageSeconds({ products, activations }: NetworkWork): number {
  return products * SECONDS.product + activations * SECONDS.activation;
}

/** The work for images of a size, by a network of a width. */
function scaled(
  { work = UNKNOWN }: Known["networks"][number],
  width: number,
  imageSize: number,
): NetworkWork {
  const pixels = work.imageSize === undefined ? 1 : (imageSize / work.imageSize) ** 2;
  return {
    products: work.products * width ** 2 * pixels,
    activations: work.activations * width * pixels,
    parameters: work.parameters * width ** 2,
  };
}

/** Images of a split in all domains. */
function images(counts: SplitCounts | undefined, split: keyof SplitCounts): number {
  return counts === undefined
    ? 2 * IMAGES
    : counts[split].flat().reduce((sum, count) => sum + count, 0);
}
