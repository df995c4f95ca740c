/**
 * Checked reading of a data set's settings.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";
import type { Range, Setting } from "../base/setting.ts";
import type { LoadOptions } from "./dataset.ts";

/** A part of a whole, and not nothing of it. */
export const FRACTION: Range = {
  wanted: "a number above 0 and at most 1",
  fits: (value) => value > 0 && value <= 1,
};

/** A value of every setting. */
export type SettingValues<S extends Readonly<Record<string, Setting>>> = {
  readonly [K in keyof S]: S[K] extends Setting<infer V> ? V : never;
};

/**
 * Reads the settings of a data set and refuses those that make no sense.
 *
 * @throws {DataError} When a value is missing or not a possible one.
 */
export function readSettings<S extends Readonly<Record<string, Setting>>>(
  dataset: string,
  settings: S,
  { settings: given }: Pick<LoadOptions, "settings">,
): SettingValues<S> {
  const values = Object.entries(settings).map(([name, setting]) => {
    const asked = given[name];
    const value = asked === undefined ? undefined : setting.parse(asked);
    if (value === undefined) {
      throw new DataError(`${dataset}.${name} must be ${setting.wanted}, not ${asked}.`);
    }
    return [name, value];
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
