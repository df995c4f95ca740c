/**
 * What a run gives to its method, and keeps track of: modules, optimisers, buffers, random streams.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { Adam, type AdamSettings, type Snapshot } from "../../nn/adam.ts";
import { embedding, linear, mlp } from "../../nn/layers.ts";
import { fromTensors, Module, type Parameter, parameter } from "../../nn/module.ts";
import type { Network } from "../../networks/mod.ts";
import { type Random, stream } from "../../base/random.ts";
import type { DomainBatch, MethodContext, Optimizer, Terms } from "../../methods/method.ts";
import { checkLoss } from "./mistakes.ts";
import { withoutPrefix, withPrefix } from "./prefix.ts";

/** What a {@linkcode RunContext} is made from. */
export interface RunContextOptions {
  readonly inputShape: readonly number[];
  readonly network: Network;
  readonly classes: number;
  readonly counts: readonly (readonly number[])[];
  readonly seed: number;
  /** The run's own optimiser settings. */
  readonly adam: AdamSettings;
  /** See {@linkcode MethodContext.trainingSet}. */
  readonly trainingSet: (domain: number) => AsyncIterable<DomainBatch>;
  /** Makes the first stage's network, where there is one; the context frees it. */
  readonly firstStage?: () => Network;
  /** Another form of {@linkcode MethodContext.classifier} than a linear layer (tests). */
  readonly classifier?: (name: string) => Module;
  /** Gives the stream with a name; the run's own seed decides by default. Tests replay draws here. */
  readonly random?: (name: string) => Random;
  /** Streams of the run that are not the method's: dropout, samplers. They are saved and restored. */
  readonly streams?: readonly Random[];
  /** Sees every gradient before it is applied (tests). */
  readonly onGradients?: (
    parameters: readonly Parameter[],
    gradients: readonly (tf.Tensor | null)[],
  ) => void;
}

/**
 * The context of one run. All that is made through it can be saved, restored and freed. What methods
 * use of it may be taken out of it: `create({ network, random }, h)`.
 */
export class RunContext implements MethodContext {
  readonly classes: number;
  readonly domains: number;
  readonly counts: readonly (readonly number[])[];
  readonly inputShape: readonly number[];
  readonly network: Network;
  readonly adam: AdamSettings;
  readonly trainingSet: (domain: number) => AsyncIterable<DomainBatch>;
  readonly #options: RunContextOptions;
  readonly #modules = new Map<string, Module>();
  readonly #buffers = new Map<string, tf.Variable>();
  readonly #streams = new Map<string, Random>();
  readonly #optimizers: Adam[] = [];
  #firstStage: Network | undefined;

  constructor(options: RunContextOptions) {
    this.#options = options;
    this.classes = options.classes;
    this.counts = options.counts;
    this.domains = options.counts.length;
    this.inputShape = options.inputShape;
    this.network = options.network;
    this.adam = options.adam;
    this.trainingSet = options.trainingSet;
    this.#modules.set("featurizer", options.network.featurizer);
    this.#modules.set("classifier", options.network.classifier);
  }

  /** All trained parameters, the network's first, then the method's in the order they were made. */
  get parameters(): readonly Parameter[] {
    return [...this.#modules].flatMap(([name, module]) =>
      module.parameters.map((p) => ({ ...p, name: `${name}.${p.name}` }))
    );
  }

  /** The method's buffers by name. */
  get buffers(): ReadonlyMap<string, tf.Variable> {
    return this.#buffers;
  }

  readonly mlp: MethodContext["mlp"] = (name, options) => {
    const complete = { dropout: 0, ...options };
    return this.#add(name, mlp(complete, this.#draws(name), this.random(`${name}.dropout`)));
  };

  readonly linear: MethodContext["linear"] = (name, inputs, outputs) =>
    this.#add(name, linear(inputs, outputs, this.#draws(name)));

  readonly classifier: MethodContext["classifier"] = (name) => {
    const given = this.#options.classifier?.(name);
    if (given !== undefined) return this.#add(name, given);
    return this.linear(name, this.network.featurizer.outputs, this.classes);
  };

  readonly embedding: MethodContext["embedding"] = (name, count, size) =>
    this.#add(name, embedding(count, size, this.#draws(name)));

  readonly parameter: MethodContext["parameter"] = (name, shape, value) => {
    const made = parameter("value", shape, "vector", () => value);
    this.#add(name, new Module([made], shape.at(-1) ?? 1, () => made.variable));
    return made;
  };

  readonly buffer: MethodContext["buffer"] = (name, shape, value = 0) => {
    const initial = tf.fill([...shape], value);
    const variable = tf.variable(initial, false);
    initial.dispose();
    this.#buffers.set(name, variable);
    return variable;
  };

  readonly firstStage: MethodContext["firstStage"] = () => {
    const found = this.#firstStage ?? this.#options.firstStage?.();
    if (found === undefined) {
      throw new RangeError(
        "Cannot look at the first stage's network: the run has no first stage; declare stage1 in " +
          "the method, or put it after one, as in erm+method",
      );
    }
    return this.#firstStage = found;
  };

  readonly random: MethodContext["random"] = (name) => {
    const found = this.#streams.get(name);
    if (found !== undefined) return found;
    const made = this.#options.random?.(name) ?? stream(this.#options.seed, "method", name);
    this.#streams.set(name, made);
    return made;
  };

  readonly optimizer: MethodContext["optimizer"] = (parameters, settings = {}) => {
    const adam = new Adam(parameters, { ...this.#options.adam, ...settings });
    this.#optimizers.push(adam);
    const optimizer: Optimizer = {
      parameters,
      minimize: (loss) => this.minimize(loss, [optimizer]),
      apply: (gradients) => {
        this.#options.onGradients?.(parameters, gradients);
        adam.step(gradients);
      },
      reset: () => adam.reset(),
    };
    return optimizer;
  };

  readonly minimize: MethodContext["minimize"] = <T extends Terms>(
    loss: () => T,
    optimizers: readonly Optimizer[],
  ): T => {
    let terms: T | undefined;
    const { grads } = tf.variableGrads(() => {
      terms = checkLoss("the loss given to minimize()", loss());
      Object.values(terms).forEach((term) => tf.keep(term));
      return terms.loss;
    }, optimizers.flatMap(({ parameters }) => parameters.map((p) => p.variable)));
    for (const { parameters, apply } of optimizers) {
      apply(parameters.map((p) => grads[p.variable.name] ?? null));
    }
    tf.dispose(grads);
    return terms!;
  };

  /** The weights and buffers now, as tensors of their own. */
  weights(): Record<string, tf.Tensor> {
    return Object.fromEntries(this.#named().map(([name, variable]) => [name, tf.clone(variable)]));
  }

  /** Whether every weight and every buffer is a finite number. */
  isFinite(): boolean {
    return this.#named().every(([, variable]) => variable.dataSync().every(Number.isFinite));
  }

  /** Sets weights and buffers from what {@linkcode weights} gave. */
  setWeights(weights: Readonly<Record<string, tf.Tensor>>): void {
    fromTensors(this.#named(), weights);
  }

  /** Everything from which training continues exactly: weights, buffers, optimisers, streams. */
  snapshot(): Snapshot {
    const tensors: Record<string, tf.Tensor> = this.weights();
    const numbers: Record<string, readonly number[]> = {};
    this.#optimizers.forEach((adam, i) => {
      const state = adam.snapshot();
      for (const [key, value] of Object.entries(withPrefix(`adam${i}.`, state.tensors))) {
        tensors[key] = tf.clone(value);
      }
      Object.assign(numbers, withPrefix(`adam${i}.`, state.numbers));
    });
    this.#streams.forEach((random, name) => numbers[`random.${name}`] = random.state());
    this.#options.streams?.forEach((random, i) => numbers[`stream${i}`] = random.state());
    return { tensors, numbers };
  }

  /** Continues from a {@linkcode snapshot} of a run with the same method and sizes. */
  restore({ tensors, numbers }: Snapshot): void {
    this.setWeights(tensors);
    this.#optimizers.forEach((adam, i) =>
      adam.restore({
        tensors: withoutPrefix(`adam${i}.`, tensors),
        numbers: withoutPrefix(`adam${i}.`, numbers),
      })
    );
    for (const [name, state] of Object.entries(withoutPrefix("random.", numbers))) {
      this.random(name).restore(state);
    }
    this.#options.streams?.forEach((random, i) => random.restore(numbers[`stream${i}`]!));
  }

  /** Frees every tensor of the run. */
  dispose(): void {
    this.#modules.forEach((module) => module.dispose());
    this.#buffers.forEach((buffer) => buffer.dispose());
    this.#optimizers.forEach((adam) => adam.dispose());
    this.#firstStage?.featurizer.dispose();
    this.#firstStage?.classifier.dispose();
  }

  #add(name: string, module: Module): Module {
    this.#modules.set(name, module);
    return module;
  }

  #draws(module: string): (parameter: string) => Random {
    return (name) => stream(this.#options.seed, "initial", module, name);
  }

  #named(): (readonly [string, tf.Variable])[] {
    return [
      ...this.parameters.map((p) => [p.name, p.variable] as const),
      ...[...this.#buffers].map(([name, variable]) => [`buffer.${name}`, variable] as const),
    ];
  }
}
