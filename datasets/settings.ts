/**
 * Checked reading of a data set's settings.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";
import type { LoadOptions } from "./dataset.ts";

/** Reads settings of one data set by name. */
export interface Settings {
  /** A whole number of at least `least`. */
  integer(name: string, least: number): number;
  /** A number above 0 and at most 1. */
  fraction(name: string): number;
  /** A whole number below `choices`. */
  choice(name: string, choices: number): number;
  /** A switch: 0 is off, 1 is on. */
  flag(name: string): boolean;
}

/**
 * Reads the settings of a data set and refuses those that make no sense.
 *
 * @throws {DataError} When a value is missing or not of the kind asked for.
 */
export function readSettings(dataset: string, options: LoadOptions): Settings {
  const read = (name: string, wanted: string, fits: (value: number) => boolean) => {
    const value = options.settings[name];
    if (typeof value !== "number" || !fits(value)) {
      throw new DataError(`${dataset}.${name} must be ${wanted}, not ${value}.`);
    }
    return value;
  };
  return {
    integer: (name, least) =>
      read(
        name,
        `a whole number of at least ${least}`,
        (value) => Number.isSafeInteger(value) && value >= least,
      ),
    fraction: (name) =>
      read(name, "a number above 0 and at most 1", (value) => value > 0 && value <= 1),
    choice: (name, choices) =>
      read(
        name,
        `a whole number from 0 to ${choices - 1}`,
        (value) => Number.isSafeInteger(value) && value >= 0 && value < choices,
      ),
    flag: (name) => read(name, "0 (off) or 1 (on)", (value) => value === 0 || value === 1) === 1,
  };
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
        `${options.imageSize} × ${options.imageSize}; leave the image size out.`,
    );
  }
}
