/**
 * A run before its first step: network, context, method, batches, and what a step is.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { find } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { classCounts } from "../../datasets/dataset.ts";
import type {
  Averaging,
  DomainBatch,
  Draws,
  Learner,
  Method,
  StepInputs,
} from "../../methods/method.ts";
import {
  buildNetwork,
  type Network,
  type NetworkDefinition,
  NETWORKS,
} from "../../networks/mod.ts";
import type { Weights } from "../../networks/weights.ts";
import { fromTensors, type Parameter } from "../../nn/module.ts";
import { useOperations } from "../../tensor/native/operations.ts";
import { type Executor, executor } from "../../tensor/compile/mod.ts";
import type { RunSpec } from "../records/record.ts";
import { augmentationKey, batchReader, epoch, sampler } from "./batches.ts";
import { RunContext } from "./context.ts";
import type { Predictor } from "./evaluation.ts";
import { type Feed, feedOf, Residents } from "./feed.ts";
import {
  callMethod,
  callMethodAsync,
  checkDraws,
  checkedAveraging,
  checkedNetwork,
  checkLearner,
  checkLogits,
  checkLoss,
  checkSchedule,
  checkTerms,
} from "./mistakes.ts";
import type { SeenDataset } from "./normalise.ts";

/** What a run is made from besides its spec. */
export interface PrepareOptions {
  readonly dataset: SeenDataset;
  readonly method: Method;
  /** The run's network; the repository's own of that name when left out. */
  readonly network?: NetworkDefinition;
  /** Pretrained weights of the network; needed when the spec names some. */
  readonly weights?: Weights | undefined;
  /** The weights of the first stage, by name; needed when the spec has one. */
  readonly stage1Weights?: Readonly<Record<string, tf.Tensor>> | undefined;
  /** Sees every gradient before it is applied (tests). */
  readonly onGradients?: (
    parameters: readonly Parameter[],
    gradients: readonly (tf.Tensor | null)[],
  ) => void;
  /** Every compiled step is compared with the first of its phase (tests), not only some. */
  readonly auditAll?: boolean;
}

/** A run before its first step. */
export interface PreparedRun {
  /** Its snapshot, with the number of steps done, is all from which the run continues exactly. */
  readonly ctx: RunContext;
  /** A batch of every domain for a step; they are the caller's to dispose of. */
  nextBatch(step: number): Promise<Feed[]>;
  readonly update: FedStep;
  readonly predictor: Predictor;
  /** What the method has averaged. */
  readonly averaging: Averaging | undefined;
  /** Frees all that the run has made. */
  dispose(): void;
}

/** Makes the network, context, method and samplers of a run. */
export function prepareRun(
  spec: RunSpec,
  { dataset, method, network: definition, weights, stage1Weights, onGradients, auditAll = false }:
    PrepareOptions,
): PreparedRun {
  const { training, seed } = spec;
  useOperations(spec.engine.operations !== "tensorflow");
  // Before any tensor of the run: those made earlier could not be told from a step's own.
  const by = executor(spec.engine.execution, { auditAll });
  const dropout = stream(seed, "dropout");
  const build = (classifierInputs = 1) =>
    buildNetwork(
      checkedNetwork(definition ?? find("network", training.network.name, NETWORKS)),
      dataset.classes.length,
      {
        inputShape: dataset.inputShape,
        width: training.network.width,
        dropout: training.network.dropout,
        weights,
        draws: (name) => stream(seed, "initial", name),
        random: dropout,
        classifierInputs: (features) => features * classifierInputs,
      },
    );
  const network = build(method.classifierInputs);
  if (stage1Weights !== undefined) {
    for (const part of INHERITED[method.inherits ?? "featurizer"]) {
      load(network, part, stage1Weights);
    }
  }
  const counts = dataset.domains.map(({ train }) =>
    classCounts(train.labels, dataset.classes.length)
  );
  const smallestCell = Math.min(...counts.flat().filter((count) => count > 0));
  const samplers = dataset.domains.map((domain) =>
    sampler(domain, method.sampler ?? "uniform", training.batch, seed, smallestCell)
  );
  const augmentations = dataset.domains.map(({ name }) => augmentationKey(seed, "batches", name));
  let step = 0;
  const ctx = new RunContext({
    inputShape: dataset.inputShape,
    network,
    classes: dataset.classes.length,
    counts,
    seed,
    ...(stage1Weights && {
      firstStage() {
        const first = build();
        for (const part of INHERITED.network) load(first, part, stage1Weights);
        return first;
      },
    }),
    adam: { learningRate: training.learningRate, weightDecay: training.weightDecay },
    trainingSet: (d) => {
      const { train, name } = dataset.domains[d]!;
      return epoch(dataset, train, augmentationKey(seed, "training set", name, step));
    },
    streams: [dropout, ...samplers.map(({ random }) => random)],
    ...(onGradients && { onGradients }),
  });
  const { name } = method;
  const learner = callMethod(name, () => learnerOf(method, ctx, spec));
  if (method.steps !== 0 && !learner.loss && !learner.update) {
    throw new RangeError(
      `Cannot train "${name}": it gives neither a loss nor an update; give one, or declare that it has 0 steps`,
    );
  }
  const update = fedStepOf(ctx, learner, by);
  const residents = new Residents(dataset);
  return {
    ctx,
    nextBatch: batchReader(
      dataset,
      samplers,
      augmentations,
      training.steps,
      residents,
      method.views === 2
        ? dataset.domains.map(({ name }) => augmentationKey(seed, "second view", name))
        : undefined,
    ),
    update(batches, now) {
      step = now;
      return callMethodAsync(name, () => update(batches, now));
    },
    averaging: learner.averaging && checkedAveraging(name, learner.averaging),
    predictor: {
      executor: by,
      residents,
      filled: spec.engine.operations === undefined,
      own: learner.predict !== undefined,
      key: (domain) =>
        learner.predict === undefined ? "logits" : `logits of domain ${domain ?? "unseen"}`,
      predict: (images, domain) =>
        callMethod(
          name,
          () =>
            learner.predict === undefined
              ? ctx.network.logits(images)
              : checkLogits(learner.predict(images, domain), images.shape[0]!, ctx.classes),
        ),
    },
    dispose() {
      ctx.dispose();
      by.dispose();
      residents.dispose();
    },
  };
}

/** Parts of a first stage's network that a second one starts with. */
const INHERITED = {
  nothing: [],
  featurizer: ["featurizer"],
  network: ["featurizer", "classifier"],
} as const;

function load(
  network: Network,
  part: "featurizer" | "classifier",
  weights: Readonly<Record<string, tf.Tensor>>,
): void {
  const named = network[part].parameters.map((p) => [`${part}.${p.name}`, p.variable] as const);
  fromTensors(named, weights);
}

function learnerOf(method: Method, ctx: RunContext, { method: { hyperparameters } }: RunSpec) {
  const learner = method.create(ctx, hyperparameters);
  checkLearner(learner);
  return learner;
}

/** What a step is: batches of every domain and its number, to every term that the method reports. */
export type Step = (
  batches: readonly DomainBatch[],
  step: number,
) => Promise<Record<string, number>>;

/** The same of batches as they are fed. */
export type FedStep = (feeds: readonly Feed[], step: number) => ReturnType<Step>;

/** The steps of a learner on batches that are there; see {@linkcode fedStepOf}. */
export function stepOf(ctx: RunContext, learner: Learner, by?: Executor): Step {
  const update = fedStepOf(ctx, learner, by);
  return (batches, step) => update(batches.map(feedOf), step);
}

/**
 * The steps of a learner: its own update, or an Adam step down its loss over all weights.
 *
 * What changes with the step is made before it (work of the method's own, scheduled numbers, draws,
 * the phase); the step itself depends on that, the batches and the weights alone.
 */
function fedStepOf(
  ctx: RunContext,
  learner: Learner,
  by: Executor = executor("eager"),
): FedStep {
  const update = updateOf(ctx, learner);
  return async (feeds, step) => {
    await learner.beforeStep?.(step);
    const inputs = inputsOf(learner, step, feeds);
    const fed = [
      ...feeds.flatMap(({ tensors }) => tensors),
      ...Object.values(inputs.scalars),
      ...Object.values(inputs.draws).flat(),
    ];
    const terms = by.run(
      `step ${inputs.phase}`,
      fed,
      () => tf.tidy(() => update(feeds.map((feed) => feed.batch()), inputs)),
    );
    const numbers = Object.entries(terms).map(([name, term]): [string, number] => [
      name,
      term.dataSync()[0]!,
    ]);
    tf.dispose(terms);
    tf.dispose(Object.values(inputs.scalars));
    tf.dispose(Object.values(inputs.draws).flat());
    return Object.fromEntries(numbers);
  };
}

/** What a learner declares for a step. */
function inputsOf(learner: Learner, step: number, feeds: readonly Feed[]): StepInputs {
  const scheduled = learner.schedule === undefined ? {} : learner.schedule(step);
  checkSchedule(scheduled);
  let draws: Draws = {};
  tf.tidy(() => {
    draws = learner.draws?.(
      feeds.map(({ size }) => size),
      feeds.map((feed) => feed.labels()),
    ) ?? {};
    checkDraws(draws);
    Object.values(draws).flat().forEach((tensor: tf.Tensor) => tf.keep(tensor));
  });
  return {
    scalars: Object.fromEntries(
      Object.entries(scheduled).map(([name, value]) => [name, tf.scalar(value)]),
    ),
    draws,
    phase: learner.phase?.(step) ?? "",
  };
}

function updateOf(ctx: RunContext, learner: Learner): NonNullable<Learner["update"]> {
  if (learner.update) {
    return (batches, inputs) => {
      const terms = learner.update!(batches, inputs);
      checkTerms("its update()", terms);
      return terms;
    };
  }
  if (!learner.loss) return () => ({});
  const optimizer = ctx.optimizer(ctx.parameters);
  return (batches, inputs) =>
    optimizer.minimize(() => checkLoss("its loss()", learner.loss!(batches, inputs)));
}
