/**
 * Checked reading of a data set's settings.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import {
  integerType,
  number,
  oneOf,
  type Range,
  type Setting,
  type SettingOptions,
} from "../base/setting.ts";
import type { LoadOptions } from "./dataset.ts";
import { ACROSS, acrossCounts, SHAPE, USUAL_SHAPE } from "./protocols/across.ts";

/** No long tail across the domains. */
const NONE = "none";

/** The value of a data seed that follows the seed of the run. */
export const RUN = "run";

/**
 * A setting that the images of a data set, or which of them are taken, are drawn by: a whole number
 * for one draw, or {@linkcode RUN} for a draw of its own for every seed.
 */
export interface DataSeed extends Setting<number | typeof RUN> {
  /** Tells it from other settings. */
  readonly draws: true;
}

/** See {@linkcode DataSeed}. */
export function dataSeed(options: SettingOptions<number | typeof RUN>): DataSeed {
  const number = integerType({ min: 0 });
  return {
    ...options,
    kind: "integer",
    wanted: `${number.wanted}, or ${RUN} for the seed of each run`,
    parse: (given) => String(given).trim().toLowerCase() === RUN ? RUN : number.parse(given),
    draws: true,
  };
}

/** The settings among these that images are drawn by. */
export function dataSeeds(settings: Readonly<Record<string, Setting>>): string[] {
  return Object.entries(settings).flatMap(([key, setting]) => isDataSeed(setting) ? [key] : []);
}

/** Whether images are drawn by a setting. */
export function isDataSeed(setting: Setting): setting is DataSeed {
  return "draws" in setting;
}

/** The settings of sets that can have long tails across domains. */
export const ACROSS_SETTINGS = {
  across: oneOf([NONE, ...ACROSS], {
    default: NONE,
    description: "long tail across the domains, in place of one in each",
    optional: true,
  }),
  shape: number({
    default: USUAL_SHAPE,
    range: SHAPE,
    description: "shape of the tail across domains; the larger, the flatter",
    optional: true,
  }),
};

/**
 * Training images by a long tail across domains, each class of a domain having `head` images to choose
 * from; null where none is set.
 *
 * @param random What sizes of domains are drawn from.
 */
export function acrossTrain(
  { across, shape }: SettingValues<typeof ACROSS_SETTINGS>,
  { domains, classes, head }: {
    readonly domains: number;
    readonly classes: number;
    readonly head: number;
  },
  random: Pick<Random, "integer" | "beta">,
): number[][] | null {
  if (across === NONE) return null;
  const have = Array.from({ length: domains }, () => new Array<number>(classes).fill(head));
  return acrossCounts(across, have, { shape, random });
}

/** A part of a whole, and not nothing of it. */
export const FRACTION: Range = {
  wanted: "a number above 0 and at most 1",
  fits: (value) => value > 0 && value <= 1,
};

/** A value of every setting. */
export type SettingValues<S extends Readonly<Record<string, Setting>>> = {
  readonly [K in keyof S]: S[K] extends DataSeed ? number
    : S[K] extends Setting<infer V> ? V
    : never;
};

/**
 * Reads the settings of a data set and refuses those that make no sense. A data seed that follows the
 * run is the run's seed.
 *
 * @throws {DataError} When a value is missing or not a possible one.
 */
export function readSettings<S extends Readonly<Record<string, Setting>>>(
  dataset: string,
  settings: S,
  { settings: given, runSeed = 0 }: Pick<LoadOptions, "settings" | "runSeed">,
): SettingValues<S> {
  const values = Object.entries(settings).map(([name, setting]) => {
    const asked = given[name] ?? (setting.optional ? setting.default : undefined);
    const value = asked === undefined ? undefined : setting.parse(asked);
    if (value === undefined) {
      throw new DataError(`${dataset}.${name} must be ${setting.wanted}, not ${asked}.`);
    }
    return [name, isDataSeed(setting) && value === RUN ? runSeed : value];
  });
  return Object.fromEntries(values);
}

/**
 * Refuses an image size that a data set of fixed size cannot deliver.
 *
 * @throws {DataError} When `options` ask for another size.
 */
export function requireImageSize(dataset: string, size: number, options: LoadOptions): void {
  if (options.imageSize !== undefined && options.imageSize !== size) {
    throw new DataError(
      `The images of ${dataset} are ${size} × ${size} pixels and cannot be had at ` +
        `${options.imageSize} × ${options.imageSize}; take a network that sees them as they are.`,
    );
  }
}
