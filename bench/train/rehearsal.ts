/**
 * A rehearsal: a run is begun twice, for a few steps, so that mistakes of whoever wrote its method,
 * network or metrics show before anything is trained for long.
 *
 * @module
 */
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import type { Domain, Split } from "../../datasets/dataset.ts";
import type { RunSpec } from "../records/record.ts";
import { MethodError } from "./mistakes.ts";
import { Run } from "./run.ts";
import type { TrainOptions } from "./trainer.ts";

/** Steps of a beginning. */
const STEPS = 6;

/** Steps after which a method that has changed nothing is told; it may train something else first. */
const PATIENCE = 24;

/** Images of each split that are predicted. */
const IMAGES = 3;

/** How a rehearsal is held. */
export interface RehearsalOptions extends Omit<TrainOptions, "resume" | "onStep"> {
  /** Whether two runs of a seed give the same bits, as they do but on a GPU. */
  readonly exact: boolean;
  /** Called after every step, with the steps that are done and all there are. */
  readonly onStep: (done: number, total: number) => void;
}

/** What is known after a rehearsal. */
export interface Rehearsed {
  /** Tensors that every step leaves behind; 0 as it should be. */
  readonly leaked: number;
  /** Steps after which nothing that predicts has changed; 0 where something has, as it should. */
  readonly idle: number;
}

/**
 * Rehearses a run.
 *
 * @throws {MethodError} When its two beginnings differ, or as training throws.
 */
export async function rehearse(spec: RunSpec, options: RehearsalOptions): Promise<Rehearsed> {
  const { exact, onStep, method } = options;
  const first = await begin(spec, options, (done) => onStep(done, 2 * STEPS));
  const { leaked, idle } = first, found = { leaked, idle };
  if (!exact) return found;
  const second = await begin(spec, options, (done) => onStep(STEPS + done, 2 * STEPS));
  const differing = [...first.digests].find(([what, digest]) =>
    second.digests.get(what) !== digest
  );
  if (differing === undefined) return found;
  throw new MethodError(
    `Cannot train "${method.name}": two runs of seed ${spec.seed} differ in ${
      differing[0]
    } within ` +
      `${STEPS} steps, so its numbers could not be repeated; draw from ctx.random(name) in draws(), ` +
      `never by Math.random or tf.random*, and compute nothing from the time`,
  );
}

/** The first steps of a run, a checkpoint and a test: what came of them, by what it is. */
async function begin(
  spec: RunSpec,
  { dataset, unseen, ...options }: RehearsalOptions,
  onStep: (done: number) => void,
): Promise<Rehearsed & { readonly digests: ReadonlyMap<string, string> }> {
  const run = new Run(spec, {
    ...options,
    dataset: { ...dataset, domains: dataset.domains.map(fewer) },
    ...(unseen && { unseen: unseen.map(fewer) }),
  });
  const tensors: number[] = [];
  const before = predicting(run);
  try {
    while (run.done < Math.min(STEPS, run.steps) && !run.diverged) {
      await run.step();
      tensors.push(tf.memory().numTensors);
      onStep(run.done);
    }
    const waits = () => !run.diverged && run.done < Math.min(PATIENCE, run.steps);
    while (waits() && predicting(run) === before) await run.step();
    const after = predicting(run);
    if (!run.diverged) await run.checkpoint();
    const state = run.state(), { curve } = state.progress;
    const digests = new Map([
      ["its terms", textDigest(curve.map(({ terms }) => terms))],
      ...Object.entries(state.tensors).map(([name, tensor]): [string, string] => [
        `the tensor "${name}"`,
        valuesDigest(tensor),
      ]),
      ["its random draws", textDigest(state.numbers)],
    ]);
    tf.dispose(state.tensors);
    const { predictions, sample, weights } = await run.test();
    tf.dispose([weights, sample?.features ?? []]);
    // One entry: whether figures of so few images differ as well is left to chance.
    digests.set("what it predicts", textDigest([curve, predictions]));
    return {
      digests,
      leaked: leakedBy(tensors),
      idle: run.diverged || before !== after ? 0 : run.done,
    };
  } catch (error) {
    run.abandon();
    throw error;
  } finally {
    run.dispose();
  }
}

/** Tensors that each of the last steps has added; the first ones may fill what lasts. */
function leakedBy(tensors: readonly number[]): number {
  const last = tensors.slice(Math.floor(tensors.length / 2));
  const added = last.slice(1).map((count, i) => count - last[i]!);
  return added.length === 0 ? 0 : Math.max(0, Math.min(...added));
}

/** A domain with few images to predict. */
function fewer({ name, train, validation, test }: Domain): Domain {
  return { name, train, validation: first(validation), test: first(test) };
}

function first({ labels, paths, read }: Split): Split {
  return {
    labels: labels.slice(0, IMAGES),
    ...(paths && { paths: paths.slice(0, IMAGES) }),
    read: (indices, augmentation) => read(indices, augmentation),
  };
}

/** What a run's predictions follow from, as it is now. */
function predicting(run: Run): string {
  const tensors = run.predicting();
  const digest = textDigest(Object.values(tensors).map(valuesDigest));
  tf.dispose(tensors);
  return digest;
}

const valuesDigest = (tensor: tf.Tensor) =>
  digestOf(new Uint8Array(tensor.dataSync().slice().buffer));

const textDigest = (value: unknown) => digestOf(JSON.stringify(value));

function digestOf(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
