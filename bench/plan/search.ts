/**
 * Drawing hyperparameters from their search ranges.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mersenne } from "pure-rand/generator/mersenne";
import type { Random } from "../../base/random.ts";
import { ABOVE_0, AT_LEAST_0, integerType, numberType, type Value } from "../../base/setting.ts";
import {
  choice,
  type Hyperparameter,
  integerPower,
  power10,
  type Search,
  specOn,
  type Traits,
} from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";

/** Settings of training that MDLT's search draws for every method; presets have the defaults. */
export const COMMON = {
  learningRate: {
    ...numberType(ABOVE_0),
    search: power10(-5, -3.5),
    // A head on frozen features learns from nothing, as the digits' network does.
    overrides: {
      digits: { search: power10(-4.5, -2.5) },
      frozen: { search: power10(-4.5, -2.5) },
    },
    description: "learning rate of Adam",
    mdltName: "lr",
  },
  weightDecay: {
    ...numberType(AT_LEAST_0),
    search: power10(-6, -3),
    overrides: { digits: { search: choice(0) } },
    description: "weight decay (L2) of Adam",
    mdltName: "weight_decay",
  },
  dropout: {
    ...numberType({
      wanted: "a number from 0 to below 1",
      fits: (value) => value >= 0 && value < 1,
    }),
    search: choice(0, 0.1, 0.5),
    description: "part of the features that is dropped in training, in a ResNet",
    mdltName: "resnet_dropout",
  },
  batch: {
    ...integerType({ min: 1 }),
    search: choice(24),
    overrides: { digits: { search: integerPower(2, 3, 9) }, large: { search: choice(32) } },
    description: "images of each domain in a step",
    mdltName: "batch_size",
  },
} as const satisfies Readonly<Record<string, Omit<Hyperparameter<number>, "default">>>;

/** What a search has to know of a hyperparameter. */
type Searched = Pick<Hyperparameter, "search" | "overrides" | "mdltName">;

/**
 * Setting number `index` of MDLT's random search: a value for each of {@linkcode COMMON} and of the
 * method's hyperparameters that are searched, the same numbers as MDLT's but where a hyperparameter
 * has an `mdltSearch`. Setting 0 is the defaults: nothing is set.
 */
export function searchSetting(
  method: Method,
  dataset: Traits,
  index: number,
): Record<string, Value> {
  if (index === 0) return {};
  const all: Readonly<Record<string, Searched>> = { ...COMMON, ...method.hyperparameters };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, hyperparameter]) => {
      const { search } = specOn(hyperparameter, dataset);
      if (search === undefined) return [];
      const random = referenceRandom(index, hyperparameter.mdltName ?? key);
      return [[key, draw(search, random)]];
    }),
  );
}

/** A value drawn from a range; whole numbers are rounded down, as in the reference. */
export function draw<V extends Value>(
  search: Search<V>,
  random: Pick<Random, "uniform" | "integer">,
): V | number {
  switch (search.kind) {
    case "uniform": {
      const { low, high, integer } = search;
      const value = low + (high - low) * random.uniform();
      return integer ? Math.floor(value) : value;
    }
    case "power": {
      const { base, low, high, integer, scale = 1, shift = 0 } = search;
      const value = shift + scale * base ** (low + (high - low) * random.uniform());
      return integer ? Math.floor(value) : value;
    }
    case "choice":
      return search.values[random.integer(search.values.length)]!;
  }
}

/** The smallest and the largest value that {@linkcode draw} can give. */
export function limits(search: Search<number>): readonly [low: number, high: number] {
  switch (search.kind) {
    case "uniform":
      return [search.low, search.high];
    case "power": {
      const { base, low, high, integer, scale = 1, shift = 0 } = search;
      const ends = [low, high].map((exponent) => shift + scale * base ** exponent);
      const whole = integer ? ends.map(Math.floor) : ends;
      return [Math.min(...whole), Math.max(...whole)];
    }
    case "choice":
      return [Math.min(...search.values), Math.max(...search.values)];
  }
}

/**
 * The draws of MDLT's search for one hyperparameter: NumPy's `RandomState`, seeded by a hash of the
 * setting and of the name that MDLT gives the hyperparameter.
 */
export function referenceRandom(
  index: number,
  name: string,
): Pick<Random, "uniform" | "integer"> {
  const generator = mersenne(tupleHash(`(${tupleHash(`(${index},)`)}, '${name}')`));
  const next = () => generator.next() >>> 0;
  return {
    uniform: () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53,
    integer(below) {
      // NumPy throws away what is too large, within the next power of two.
      const mask = 2 ** Math.ceil(Math.log2(below)) - 1;
      if (mask === 0) return 0;
      let value: number;
      do value = (next() & mask) >>> 0; while (value >= below);
      return value;
    },
  };
}

/** The MD5 of a text as a whole number, modulo 2³¹. */
export function tupleHash(text: string): number {
  return createHash("md5").update(text).digest().readUInt32BE(12) % 2 ** 31;
}
