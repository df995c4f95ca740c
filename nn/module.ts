/**
 * Modules: parameters and a pure function of them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "../tensor/types.ts";
import type { Random } from "../base/random.ts";

/** A trained tensor with a name that is unique within its module. */
export interface Parameter {
  /** Unique within its module; names of nested modules are joined by dots. */
  readonly name: string;
  /** Its values. */
  readonly variable: Variable;
  /** How this parameter's values are arranged here and in PyTorch's files. */
  readonly layout: Layout;
}

/**
 * The arrangement of a parameter.
 *
 * - `vector`: the same in both.
 * - `linear`: `[inputs, outputs]` here, `[outputs, inputs]` in PyTorch.
 * - `convolution`: `[height, width, inputs, outputs]` here, `[outputs, inputs, height, width]` in
 *   PyTorch, and rotated by 180° (see {@linkcode convolutionBlock} in `layers.ts` for the reason).
 * - `patches`: as `convolution`, not rotated: for convolutions whose stride is their size.
 */
export type Layout = "vector" | "linear" | "convolution" | "patches";

/** Gives the stream of initial draws of the parameter with this name. */
export type InitialDraws = (name: string) => Random;

/**
 * A function of an input and of parameters.
 *
 * The parameters' values are arguments, so one module can be applied with its own values
 * ({@linkcode Module.apply}) or with any other tensors of the same shapes.
 */
export class Module {
  /** Takes the parameters as they are: they are the module's from now on. */
  constructor(
    /** In the order of PyTorch's `parameters()`. */
    readonly parameters: readonly Parameter[],
    /** Size of the last axis of the output. */
    readonly outputs: number,
    /** The output for an input, given a value for every parameter. */
    readonly forward: (
      values: readonly Tensor[],
      input: Tensor,
      training: boolean,
    ) => Tensor,
    /** Tensors that `forward` uses and that are never trained; freed with the module. */
    readonly constants: readonly Tensor[] = [],
    /** The two that it is made of, where it has a middle; see {@linkcode inTwo}. */
    readonly halves?: Halves,
  ) {}

  /** The output for an input with the module's own parameters; `training` turns dropout on. */
  apply(input: Tensor, training = false): Tensor {
    return this.forward(this.parameters.map((p) => p.variable), input, training);
  }

  /**
   * A module of the same form whose parameters start as copies of this one's. It uses this one's
   * constants, and so must not outlive it.
   */
  clone(): Module {
    const parameters = this.parameters.map(({ name, variable, layout }) => ({
      name,
      layout,
      variable: tf.variable(variable),
    }));
    return new Module(parameters, this.outputs, this.forward);
  }

  /** Frees the parameters and constants. */
  dispose(): void {
    this.parameters.forEach((p) => p.variable.dispose());
    this.constants.forEach((tensor) => tensor.dispose());
  }
}

/** What a module does up to its middle, and from there on; their parameters are its own. */
export interface Halves {
  /** From the module's input to its middle. */
  readonly lower: Module;
  /** From the middle to its output. */
  readonly upper: Module;
}

/** A module that says where its middle is: what `lower` gives. Parameters are named as in the two. */
export function inTwo(lower: Module, upper: Module): Module {
  const { parameters, outputs, forward, constants } = compose(
    [["", lower], ["", upper]],
    upper.outputs,
    (apply, input) => apply(1, apply(0, input)),
  );
  return new Module(parameters, outputs, forward, constants, { lower, upper });
}

/** Named parts of a module. */
export type Parts = readonly (readonly [name: string, module: Module])[];

/** Modules applied one after the other; parameters are named `name.parameter`. */
export function sequential(parts: Parts): Module {
  const last = parts.at(-1);
  if (last === undefined) throw new RangeError("Cannot make a sequence of no modules");
  return compose(
    parts,
    last[1].outputs,
    (apply, input) => parts.reduce((x, _, part) => apply(part, x), input),
  );
}

/**
 * Modules joined in any way. Parameters are named `name.parameter`, or as in their part where that
 * has the empty name.
 *
 * @param forward Makes the output; `apply` gives what part number `part` makes of a tensor.
 */
export function compose(
  parts: Parts,
  outputs: number,
  forward: (apply: (part: number, x: Tensor) => Tensor, input: Tensor) => Tensor,
): Module {
  const parameters = parts.flatMap(([name, module]) =>
    module.parameters.map((p) => name === "" ? p : { ...p, name: `${name}.${p.name}` })
  );
  const starts = [0];
  for (const [, module] of parts) starts.push(starts.at(-1)! + module.parameters.length);
  return new Module(
    parameters,
    outputs,
    (values, input, training) =>
      forward((part, x) => {
        const own = values.slice(starts[part], starts[part + 1]);
        return parts[part]![1].forward(own, x, training);
      }, input),
    parts.flatMap(([, module]) => module.constants),
  );
}

/** A parameter drawn uniformly from ±1/√`fanIn`, PyTorch's default for weights and biases alike. */
export function uniformParameter(
  name: string,
  shape: readonly number[],
  layout: Layout,
  fanIn: number,
  draws: InitialDraws,
): Parameter {
  const random = draws(name);
  const bound = 1 / Math.sqrt(fanIn);
  return parameter(name, shape, layout, () => (2 * random.uniform() - 1) * bound);
}

/** A parameter whose every value is given by a function. */
export function parameter(
  name: string,
  shape: readonly number[],
  layout: Layout,
  value: () => number,
): Parameter {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value);
  const initial = tf.tensor(values, [...shape]);
  const variable = tf.variable(initial);
  initial.dispose();
  return { name, variable, layout };
}

/** Sets a parameter from values in PyTorch's arrangement (row-major, of PyTorch's shape). */
export function fromTorch(p: Parameter, values: Float32Array): void {
  tf.tidy(() => {
    const shape = p.variable.shape;
    switch (p.layout) {
      case "vector":
        return p.variable.assign(tf.tensor(values, shape));
      case "linear":
        return p.variable.assign(tf.transpose(tf.tensor(values, [shape[1]!, shape[0]!])));
      case "convolution":
      case "patches": {
        const [h, w, i, o] = shape as [number, number, number, number];
        const hwio = tf.transpose(tf.tensor(values, [o, i, h, w]), [2, 3, 1, 0]);
        return p.variable.assign(p.layout === "patches" ? hwio : tf.reverse(hwio, [0, 1]));
      }
    }
  });
}

/** A value of a parameter (its own, or a gradient) in PyTorch's arrangement. */
export function toTorch(p: Parameter, value: Tensor = p.variable): Float32Array {
  return tf.tidy(() => {
    switch (p.layout) {
      case "vector":
        return value.dataSync() as Float32Array;
      case "linear":
        return tf.transpose(value).dataSync() as Float32Array;
      case "convolution":
        return tf.transpose(tf.reverse(value, [0, 1]), [3, 2, 0, 1]).dataSync() as Float32Array;
      case "patches":
        return tf.transpose(value, [3, 2, 0, 1]).dataSync() as Float32Array;
    }
  });
}

/** Sets variables from tensors of the same names; other tensors are left alone. */
export function fromTensors(
  variables: readonly (readonly [name: string, variable: Variable])[],
  tensors: Readonly<Record<string, Tensor>>,
): void {
  for (const [name, variable] of variables) {
    const value = tensors[name];
    if (value === undefined || value.shape.join() !== variable.shape.join()) {
      throw new RangeError(
        `Cannot load weights "${name}": ${
          value === undefined ? "there are none of that name" : `they have shape [${value.shape}]`
        }, and shape [${variable.shape}] is needed`,
      );
    }
    variable.assign(value);
  }
}
