/**
 * Seeded random numbers in named streams.
 *
 * Every draw of a run comes from a stream that is found by name: `stream(seed, "batches", domain)`.
 * A stream depends on its name alone, so a new method, hyperparameter or layer moves nobody else's
 * draws, and runs of different methods with the same seed see the same batches and initial weights.
 *
 * @module
 */
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { createHash } from "node:crypto";

/** A source of random draws whose place in its sequence can be saved and restored. */
export interface Random {
  /** A number drawn uniformly from [0, 1), with 53 random bits. */
  uniform(): number;
  /** An integer drawn uniformly from 0 … `below` − 1. */
  integer(below: number): number;
  /** A standard normal number. */
  normal(): number;
  /** A number drawn from the beta distribution with both parameters equal to `alpha` > 0. */
  beta(alpha: number): number;
  /** A random order of 0 … `length` − 1. */
  permutation(length: number): number[];
  /** The place in the sequence; give it to {@linkcode restore} to continue from there. */
  state(): readonly number[];
  /** Continues from a place that {@linkcode state} gave. */
  restore(state: readonly number[]): void;
}

/**
 * The stream of random numbers that belongs to a seed and a name.
 *
 * @param seed The seed of the run (or of the data set).
 * @param name What the draws are for, from the general to the special; parts are kept apart.
 */
export function stream(seed: number, ...name: (string | number)[]): Random {
  const digest = createHash("sha256").update(JSON.stringify([seed, ...name])).digest();
  // An all-zero state would stay zero for ever; SHA-256 gives one with probability 2⁻¹²⁸.
  const words = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  return fromGenerator(words);
}

/**
 * A cheap stream for one item among very many (an image of a batch): it depends on `key` and on
 * the item's numbers, without a cryptographic hash per item.
 */
export function itemStream(key: number, item: number): Random {
  let h = (key ^ Math.imul(item + 0x9e3779b9 | 0, 0x85ebca6b)) | 0;
  const words: number[] = [];
  for (let i = 0; i < 4; i++) {
    // The finaliser of MurmurHash3 after a Weyl step: well spread words from neighbouring items.
    h = (h + 0x6d2b79f5) | 0;
    let z = h;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    words.push((z ^ (z >>> 16)) | 0);
  }
  return fromGenerator(words);
}

function fromGenerator(words: readonly number[]): Random {
  let generator = words.every((word) => word === 0)
    ? xoroshiro128plus(1)
    : xoroshiro128plusFromState(words);
  let spare: number | undefined; // the second number of the last normal pair

  const uniform = () => {
    const high = generator.next() >>> 5; // 27 bits
    const low = generator.next() >>> 6; // 26 bits
    return (high * 0x4000000 + low) / 0x20000000000000;
  };
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  /** Marsaglia and Tsang 2000; for shapes below 1 the boosted form. */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * Math.pow(1 - uniform(), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  };
  return {
    uniform,
    normal,
    integer: (below) => Math.floor(uniform() * below),
    beta(alpha) {
      const a = gamma(alpha);
      const b = gamma(alpha);
      return a + b > 0 ? a / (a + b) : uniform() < 0.5 ? 0 : 1;
    },
    permutation(length) {
      const order = Array.from({ length }, (_, i) => i);
      for (let i = length - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    state: () => [...generator.getState(), ...(spare === undefined ? [] : [spare])],
    restore(state) {
      generator = xoroshiro128plusFromState(state.slice(0, 4));
      spare = state[4];
    },
  };
}
