/**
 * Output folders that a command reads, one or several, and the one that it writes into.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { nonEmptyPath } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { isFile } from "../../base/files.ts";
import { besideOf } from "../needs.ts";
import type { PlanFile } from "../../bench/records/folder.ts";

/** What {@linkcode outOption} and {@linkcode intoOption} give. */
export interface ReadFolders {
  readonly out?: readonly string[];
  readonly into?: string;
}

/** `--out`, which may be repeated. */
export const outOption = (description: string, usual?: string): Option =>
  new Option("--out <dir>", `${description}; may be repeated, several are read as one`)
    .default(undefined, usual ?? "")
    .argParser((text, earlier: string[] = []) => [...earlier, nonEmptyPath("--out")(text)]);

/** Adds `--into`. */
export function intoOption(command: Command, what: string): Command {
  return command.option(
    "--into <dir>",
    `folder for ${what}, where those of --out are only to be read; with several --out a folder ` +
      `beside the first by default`,
    nonEmptyPath("--into"),
  );
}

/**
 * The absolute paths of output folders.
 *
 * @param plan The file that each must have, and what makes such folders.
 * @throws {UsageError} When one is none.
 */
export async function outputFolders(
  given: readonly string[],
  plan: {
    readonly file: PlanFile;
    readonly of: string;
    readonly verb: string;
    readonly option?: string;
  },
): Promise<string[]> {
  const { file, of, verb, option = "--out" } = plan;
  for (const path of given) {
    if (await isFile(join(resolve(path), file))) continue;
    throw new UsageError(
      `Cannot ${verb} ${option} "${path}": there is no ${file} in it; give the output folder of a ${of}`,
    );
  }
  return [...new Set(given.map((path) => resolve(path)))];
}

/**
 * Where something made of output folders is written: into the only one, or into a folder that is none
 * of a bench.
 *
 * @throws {UsageError} When that would be written over what a bench has written.
 */
export async function targetOf(
  from: readonly string[],
  into: string | undefined,
): Promise<string> {
  const [first = "", ...others] = from;
  const target = into === undefined ? others.length === 0 ? first : besideOf(from) : resolve(into);
  if (target === first && others.length === 0) return target;
  if (await isFile(join(target, "manifest.json")) || from.includes(target)) {
    throw new UsageError(
      `Cannot write into "${
        relative(".", target) || "."
      }": it is the output folder of a bench, whose ` +
        `own report that would replace; give a new folder with --into`,
    );
  }
  return target;
}
