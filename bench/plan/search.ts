/**
 * Drawing hyperparameters from their search ranges.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mersenne } from "pure-rand/generator/mersenne";
import type { Random } from "../../base/random.ts";
import {
  ABOVE_0,
  choice,
  type Hyperparameter,
  integerPower,
  type Method,
  power10,
  type Search,
} from "../../methods/method.ts";

/** What decides a hyperparameter's default and range. */
export interface DatasetKind {
  readonly name: string;
  readonly images: string;
}

/** Settings of training that MDLT's search draws for every method; presets have the defaults. */
export const COMMON: Readonly<
  Record<
    "learningRate" | "weightDecay" | "dropout" | "batch",
    Pick<Hyperparameter, "description" | "search" | "on" | "range" | "reference">
  >
> = {
  learningRate: {
    search: power10(-5, -3.5),
    on: { digits: { search: power10(-4.5, -2.5) } },
    range: ABOVE_0,
    description: "learning rate of Adam",
    reference: "lr",
  },
  weightDecay: {
    search: power10(-6, -3),
    on: { digits: { search: choice(0) } },
    description: "weight decay (L2) of Adam",
    reference: "weight_decay",
  },
  dropout: {
    search: choice(0, 0.1, 0.5),
    range: { wanted: "a number from 0 to below 1", fits: (value) => value >= 0 && value < 1 },
    description: "part of the features that is dropped in training, in a ResNet",
    reference: "resnet_dropout",
  },
  batch: {
    search: choice(24),
    on: { digits: { search: integerPower(2, 3, 9) }, domainnet: { search: choice(32) } },
    description: "images of each domain in an update",
    reference: "batch_size",
  },
};

/** A hyperparameter as it is on a data set. */
export function specOn<T extends Pick<Hyperparameter, "on">>(h: T, dataset: DatasetKind): T {
  return { ...h, ...h.on?.[dataset.images], ...h.on?.[dataset.name] };
}

/**
 * Setting number `index` of MDLT's random search: a value for each of {@linkcode COMMON} and of the
 * method's hyperparameters, the same numbers as MDLT's but where a hyperparameter has a
 * `referenceSearch`. Setting 0 is the defaults: nothing is set.
 */
export function searchSetting(
  method: Method,
  dataset: DatasetKind,
  index: number,
): Record<string, number> {
  if (index === 0) return {};
  const knobs: Readonly<Record<string, Pick<Hyperparameter, "search" | "on" | "reference">>> = {
    ...COMMON,
    ...method.hyperparameters,
  };
  return Object.fromEntries(
    Object.entries(knobs).map(([key, knob]) => {
      const random = referenceRandom(index, knob.reference ?? key);
      return [key, draw(specOn(knob, dataset).search, random)];
    }),
  );
}

/** A value drawn from a range; whole numbers are rounded down, as in the reference. */
export function draw(search: Search, random: Pick<Random, "uniform" | "integer">): number {
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
export function limits(search: Search): readonly [low: number, high: number] {
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
