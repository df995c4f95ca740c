/**
 * Methods that are other programs, on the command line.
 *
 * @module
 */
import type { Command } from "commander";
import { integerAtLeast } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { type Catalogue, extend } from "../../bench/catalogue.ts";
import type { Request } from "../../bench/plan/plan.ts";
import { programMethods, programOption } from "../../bench/plan/programs.ts";

/** What {@linkcode programOptions} give. */
export interface ProgramOptions {
  readonly methodCommand?: readonly (readonly [name: string, line: string])[];
  readonly methodMinutes?: number;
  readonly methodMemory?: number;
}

/** Adds the options of {@linkcode ProgramOptions}. */
export function programOptions(command: Command): Command {
  return command
    .option(
      "--method-command <name=command>",
      "a method that another program trains; {spec} stands for the file that tells it the run; may " +
        "be repeated",
      programOption,
    )
    .option(
      "--method-minutes <n>",
      "time that such a program may take for a run; no limit by default",
      integerAtLeast("--method-minutes", 1),
    )
    .option(
      "--method-memory <size>",
      "memory that it may hold, such as 8G; no limit by default",
      bytes,
    );
}

/** The catalogue with the methods that programs are, and what a plan must know of them. */
export async function withPrograms(
  catalogue: Catalogue,
  options: ProgramOptions & { readonly set?: readonly (readonly [string, string | number])[] },
): Promise<{ catalogue: Catalogue; programs: Request["programs"]; names: readonly string[] }> {
  const { methodCommand: given = [], methodMinutes, methodMemory, set = [] } = options;
  if (given.length === 0) {
    const unused = methodMinutes !== undefined
      ? "--method-minutes"
      : methodMemory !== undefined
      ? "--method-memory"
      : null;
    if (unused === null) return { catalogue, programs: undefined, names: [] };
    throw new UsageError(`Cannot use ${unused} without --method-command: it is for such programs`);
  }
  const methods = await programMethods(given, set, Deno.cwd());
  return {
    catalogue: extend(catalogue, methods.map(({ method }) => method), "--method-command"),
    programs: {
      methods,
      limits: {
        folder: Deno.cwd(),
        ...(methodMinutes !== undefined && { minutes: methodMinutes }),
        ...(methodMemory !== undefined && { memory: methodMemory }),
      },
    },
    names: methods.map(({ method }) => method.name),
  };
}

/** `8G`, `512M`, or a number of bytes. */
function bytes(text: string): number {
  const [, number, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$/i.exec(text) ?? [];
  const value = Number(number) * 1024 ** ["", "k", "m", "g", "t"].indexOf(unit.toLowerCase());
  if (value >= 1) return Math.round(value);
  throw new UsageError(`Cannot use --method-memory "${text}": give a size such as 8G or 512M`);
}
