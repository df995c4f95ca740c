/**
 * Options that decide how methods are compared in a report.
 *
 * @module
 */
import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";

/** What {@linkcode judgementOptions} give. */
export interface JudgementOptions {
  readonly control?: string;
  readonly margin?: number;
}

/** Adds `--control` and `--margin`. */
export function judgementOptions(command: Command): Command {
  return command.optionsGroup("Report:")
    .option("--control <name>", "method that all others are compared with (default: the baseline)")
    .option(
      "--margin <points>",
      "difference that does not matter: below it, methods are tested for equivalence",
      positive("--margin", "points, such as 2"),
    );
}

/** What of the options a report takes. */
export function judgementOf({ control, margin }: JudgementOptions): JudgementOptions {
  return { ...(control !== undefined && { control }), ...(margin !== undefined && { margin }) };
}

/** A number above 0. */
export function positive(option: string, what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value > 0) || value === Infinity) {
      throw new UsageError(`Cannot use ${option} "${text}": give a number above 0, of ${what}`);
    }
    return value;
  };
}
