/**
 * Settings that a user may change: numbers, whole numbers, flags, and choices by name.
 *
 * A setting is data beside the code that reads it. Hyperparameters of methods and settings of data
 * sets are both of this form, so that `--set name.key=value` is read and checked in one place.
 *
 * @module
 */
import { nearestOf, UsageError } from "./errors.ts";

/** What a setting may be set to. */
export type Value = number | boolean | string;

/** The possible values of a setting, and how they are written. */
export interface ValueType<V extends Value = Value> {
  /** What sort of value it is, whatever its limits. */
  readonly kind: "number" | "integer" | "flag" | "choice";
  /** In words: "it must be …". */
  readonly wanted: string;
  /** How values that are no numbers are written, in the order of their numbers in records of format 1. */
  readonly names?: readonly string[];
  /** The value that a text or a value stands for; undefined when it is not a possible one. */
  parse(given: Value): V | undefined;
}

/** A setting: what it may be, what it is by default, what it means. */
export interface Setting<V extends Value = Value> extends ValueType<V> {
  /** Used where nothing is set; a possible value. */
  readonly default: V;
  /** One line for people. */
  readonly description: string;
  /** Whether a specification lacks it at its default, as those made before there was the setting. */
  readonly optional?: true;
}

/** What every setting says of itself. */
export interface SettingOptions<V extends Value> {
  /** Used where nothing is set; must be a possible value. */
  readonly default: V;
  /** One line for people. */
  readonly description: string;
  /** Whether a specification lacks it at its default, as those made before there was the setting. */
  readonly optional?: true;
}

/** The numbers that are possible. */
export interface Range {
  /** In words: "it must be …". */
  readonly wanted: string;
  /** Whether a number is possible; false for NaN. */
  fits(value: number): boolean;
}

/** Any finite number. */
export const ANY_NUMBER: Range = { wanted: "a number", fits: Number.isFinite };
/** 0, or any finite number above it. */
export const AT_LEAST_0: Range = {
  wanted: "a number of at least 0",
  fits: (value) => Number.isFinite(value) && value >= 0,
};
/** Any finite number above 0. */
export const ABOVE_0: Range = {
  wanted: "a number above 0",
  fits: (value) => Number.isFinite(value) && value > 0,
};
/** A part of a whole. */
export const SHARE: Range = {
  wanted: "a number from 0 to 1",
  fits: (value) => value >= 0 && value <= 1,
};

/** A number; any number when no range is given. */
export const number = (
  { range, ...rest }: SettingOptions<number> & { readonly range?: Range },
): Setting<number> => ({ ...rest, ...numberType(range) });

/** A whole number. */
export const integer = (
  { min, max, ...rest }: SettingOptions<number> & IntegerLimits,
): Setting<number> => ({ ...rest, ...integerType({ min, max }) });

/** On or off. */
export const flag = (options: SettingOptions<boolean>): Setting<boolean> => ({
  ...options,
  ...flagType(),
});

/** One of some names. */
export const oneOf = <const Name extends string>(
  names: readonly Name[],
  options: NoInfer<SettingOptions<Name>>,
): Setting<Name> => ({ ...options, ...choiceType(names) });

/** See {@linkcode number}. */
export const numberType = (range: Range = ANY_NUMBER): ValueType<number> => ({
  kind: "number",
  wanted: range.wanted,
  parse: (given) => {
    const value = numberOf(given);
    return value !== undefined && range.fits(value) ? value : undefined;
  },
});

/** The smallest and the largest possible whole number. */
export interface IntegerLimits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Why: stands at the end of the sentence about a value that is not possible. */
  readonly because?: string | undefined;
}

/** See {@linkcode integer}. */
export const integerType = (
  { min = -Infinity, max = Infinity, because }: IntegerLimits = {},
): ValueType<number> => ({
  kind: "integer",
  wanted: `a whole number${limitsText(min, max)}${because === undefined ? "" : `, ${because}`}`,
  parse: (given) => {
    const value = numberOf(given);
    return Number.isSafeInteger(value) && value! >= min && value! <= max ? value : undefined;
  },
});

/** See {@linkcode flag}. */
export const flagType = (): ValueType<boolean> => ({
  kind: "flag",
  wanted: "true or false",
  names: ["false", "true"],
  parse: (given) => ({ true: true, false: false })[String(given).trim().toLowerCase()],
});

/** See {@linkcode oneOf}. */
export const choiceType = <const Name extends string>(
  names: readonly Name[],
): ValueType<Name> => ({
  kind: "choice",
  wanted: `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  names,
  parse: (given) => names.find((name) => name === String(given).trim().toLowerCase()),
});

/**
 * Reads a value of a setting, or the text that stands for it.
 *
 * @param what The setting as the user wrote it, such as `--set "brl.distance=coral"`.
 * @throws {UsageError} When it is not a possible value; names the nearest name of a choice.
 */
export function readValue<V extends Value>(type: ValueType<V>, given: Value, what: string): V {
  const value = type.parse(given);
  if (value !== undefined) return value;
  const nearest = nearestOf(String(given), type.names ?? []);
  const hint = nearest === undefined ? "" : `did you mean "${nearest}"? `;
  throw new UsageError(`Cannot use ${what}: ${hint}it must be ${type.wanted}`);
}

/**
 * The value of a setting for the number that stood for it in a record of format 1, where names were
 * numbered from 0 and flags were 0 or 1; undefined when there is none.
 */
export function valueOfCode<V extends Value>(type: ValueType<V>, code: number): V | undefined {
  return type.parse(type.names === undefined ? code : type.names[code] ?? "");
}

/** The number that a text or a value stands for. */
function numberOf(given: Value): number | undefined {
  if (typeof given === "boolean" || String(given).trim() === "") return undefined;
  const value = Number(given);
  return Number.isFinite(value) ? value : undefined;
}

function limitsText(min: number, max: number): string {
  if (Number.isFinite(min) && Number.isFinite(max)) return ` from ${min} to ${max}`;
  if (Number.isFinite(min)) return ` of at least ${min}`;
  return Number.isFinite(max) ? ` of at most ${max}` : "";
}
