/**
 * Hyperparameters: typed settings of a method with a default, a meaning and, where they are
 * searched, a distribution.
 *
 * @module
 */
import {
  AT_LEAST_0,
  choiceType,
  flagType,
  type IntegerLimits,
  integerType,
  numberType,
  type Range,
  type Value,
  type ValueType,
} from "../base/setting.ts";

/**
 * A trait of what is trained on, with which a hyperparameter may be different; `large` goes before
 * the kind of images, and `frozen` before both.
 */
export type Trait = "digits" | "photographs" | "large" | "frozen";

/** The traits of a data set. */
export interface Traits {
  /** Which of the two overrides holds. */
  readonly images: "digits" | "photographs";
  /** Whether the override for large sets holds too. */
  readonly large?: boolean;
  /** Whether a head is trained on the features of a frozen network, and its override holds too. */
  readonly frozen?: boolean;
}

/** Hyperparameters that belong to the run; a method's may take their value by default. */
export type Inherited = "learningRate" | "weightDecay";

/** See {@linkcode inherit}. */
export interface Inheritance {
  /** The run's own hyperparameter whose value it takes. */
  readonly inherit: Inherited;
}

/** A default that is the run's own value of that name. */
export const inherit = (name: Inherited): Inheritance => ({ inherit: name });

/** The presets that are smaller than the paper's runs. */
export type ShortPreset = "smoke" | "quick" | "standard";

/** A default for runs of another size than the paper's. */
export interface PresetDefault<V extends Value> {
  /** A possible value. */
  readonly default: V;
  /** Why the paper's does not fit, in the midst of a sentence. */
  readonly because: string;
}

/** What every hyperparameter says of itself. */
export interface HyperparameterOptions<V extends Value> {
  /** A possible value, or the run's own value of a name. */
  readonly default: V | Inheritance;
  /** One line for people. */
  readonly description: string;
  /** How the random search draws it; not searched when left out. */
  readonly search?: Search<V>;
  /** What is different on data sets of a trait. */
  readonly overrides?: Readonly<
    Partial<Record<Trait, { readonly default?: V; readonly search?: Search<V> }>>
  >;
  /**
   * Other defaults for presets by name, where a run of that size cannot bear the paper's. The preset
   * `paper` has the paper's always.
   */
  readonly presets?: Readonly<Partial<Record<ShortPreset, PresetDefault<V>>>>;
  /** What MDLT calls it, where that differs. */
  readonly mdltName?: string;
  /** How MDLT's search draws it, where that is a mistake. */
  readonly mdltSearch?: Search<V>;
}

/** A hyperparameter is data beside the method: possible values, default, meaning, search. */
export interface Hyperparameter<V extends Value = Value>
  extends HyperparameterOptions<V>, ValueType<V> {
  /**
   * For a number of steps: runs shorter than the paper's scale the default in proportion, but not
   * below `min`, which is {@linkcode LEARNING_BEGINS} where it waits for learning, or half the run.
   */
  readonly scalesWithSteps?: { readonly min: number };
}

/**
 * Steps until small networks have left the plateau at the beginning, whatever the length of the run:
 * what waits for learning to have begun must not come sooner.
 */
export const LEARNING_BEGINS = 150;

/** The values of hyperparameters, by name: what `create` is given. */
export type Values<S extends Readonly<Record<string, Hyperparameter>>> = {
  readonly [K in keyof S]: S[K] extends Hyperparameter<infer V> ? V : never;
};

/** A number; at least 0 when no range is given. */
export const number = (
  { range = AT_LEAST_0, ...rest }: HyperparameterOptions<number> & { readonly range?: Range },
): Hyperparameter<number> => ({ ...rest, ...numberType(range) });

/** A whole number; at least 0 when no limits are given. */
export const integer = (
  { min = 0, max, ...rest }: HyperparameterOptions<number> & IntegerLimits,
): Hyperparameter<number> => ({ ...rest, ...integerType({ min, max }) });

/** A number of training steps; its default scales with the length of the run. */
export const steps = (
  { min = 0, ...rest }: HyperparameterOptions<number> & {
    readonly min?: number;
    readonly scalesWithSteps: { readonly min: number };
  },
): Hyperparameter<number> => ({
  ...rest,
  ...integerType({ min, because: "since it counts steps" }),
});

/** On or off. */
export const flag = (options: HyperparameterOptions<boolean>): Hyperparameter<boolean> => ({
  ...options,
  ...flagType(),
});

/** One of some names. */
export const oneOf = <const Name extends string>(
  names: readonly Name[],
  options: NoInfer<HyperparameterOptions<Name>>,
): Hyperparameter<Name> => ({ ...options, ...choiceType(names) });

/**
 * Every hyperparameter at its default, in a run with these values of its own.
 *
 * @param maxSteps Numbers of steps are cut to this, so that a short run reaches every phase.
 */
export function defaultValues(
  hyperparameters: Readonly<Record<string, Hyperparameter>>,
  run: Readonly<Record<Inherited, number>>,
  maxSteps = Infinity,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(hyperparameters).map(([key, { default: standard, scalesWithSteps }]) => {
      const value = typeof standard === "object" ? run[standard.inherit] : standard;
      return [key, scalesWithSteps === undefined ? value : Math.min(Number(value), maxSteps)];
    }),
  );
}

/** A hyperparameter as it is on data sets with these traits. */
export function specOn<T extends { readonly overrides?: Hyperparameter["overrides"] }>(
  h: T,
  { images, large, frozen }: Traits,
): T {
  const { overrides } = h;
  return {
    ...h,
    ...overrides?.[images],
    ...(large && overrides?.large),
    ...(frozen && overrides?.frozen),
  };
}

/** The distribution of a random search. */
export type Search<V extends Value = Value> = NumberSearch | ChoiceSearch<V>;

/** A distribution of numbers. */
export type NumberSearch =
  | {
    readonly kind: "uniform";
    readonly low: number;
    readonly high: number;
    readonly integer?: boolean;
  }
  /** shift + scale · base^U(low, high); rounded down to whole numbers with `integer`. */
  | {
    readonly kind: "power";
    readonly base: number;
    readonly low: number;
    readonly high: number;
    /** 1 when left out. */
    readonly scale?: number;
    /** 0 when left out. */
    readonly shift?: number;
    readonly integer?: boolean;
  };

/** Values that are equally likely. */
export interface ChoiceSearch<V extends Value = Value> {
  /** Tells it from a distribution of numbers. */
  readonly kind: "choice";
  /** The values, each as likely as the others. */
  readonly values: readonly V[];
}

/** U(low, high). */
export const uniform = (low: number, high: number): NumberSearch => ({
  kind: "uniform",
  low,
  high,
});
/** ⌊U(low, high)⌋. */
export const integerUniform = (low: number, high: number): NumberSearch => ({
  kind: "uniform",
  low,
  high,
  integer: true,
});
/** 10^U(low, high). */
export const power10 = (low: number, high: number): NumberSearch => ({
  kind: "power",
  base: 10,
  low,
  high,
});
/** ⌊base^U(low, high)⌋. */
export const integerPower = (base: number, low: number, high: number): NumberSearch => ({
  kind: "power",
  base,
  low,
  high,
  integer: true,
});
/** One of the values. */
export const choice = <const V extends Value>(...values: V[]): ChoiceSearch<V> => ({
  kind: "choice",
  values,
});
