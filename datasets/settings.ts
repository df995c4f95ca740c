/**
 * Checked reading of a data set's settings.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";
import { integerType, type Range, type Setting, type SettingOptions } from "../base/setting.ts";
import type { LoadOptions } from "./dataset.ts";

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
    const asked = given[name];
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
