/**
 * Methods that are other programs: `--method-command mine="python train.py --spec {spec}"`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { isFile } from "../../base/files.ts";
import type { Value } from "../../base/setting.ts";
import type { Hyperparameter } from "../../methods/hyperparameter.ts";
import { defineMethod, type Method } from "../../methods/method.ts";
import type { RunSpec } from "../records/record.ts";

/** What stands in a command for the file that says what is to be trained. */
const PLACE = "{spec}";

/** A method that another program trains. */
export interface ProgramMethod {
  /** As the catalogue has it. */
  readonly method: Method;
  /** As its runs' specifications have it. */
  readonly command: RunSpec["command"] & object;
}

/** `name=command`, collected. */
export function programOption(
  text: string,
  earlier: readonly (readonly [string, string])[] = [],
): (readonly [string, string])[] {
  const [, name, line] = /^\s*([^=\s]+)\s*=\s*(\S.*?)\s*$/s.exec(text) ?? [];
  const refuse = (why: string) => new UsageError(`Cannot use --method-command "${text}": ${why}`);
  if (name === undefined || line === undefined) {
    throw refuse(`give name=command, such as mine="python train.py --spec ${PLACE}"`);
  }
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) {
    throw refuse(`the name "${name}" must consist of lower-case letters, digits, "-" and "_"`);
  }
  if (!line.includes(PLACE)) {
    throw refuse(`it must say with ${PLACE} where the path of the run's file goes`);
  }
  if (earlier.some(([other]) => other === name)) throw refuse(`"${name}" is given twice`);
  return [...earlier, [name, line]];
}

/**
 * The methods that programs are, with the hyperparameters that `--set` gives them.
 *
 * @param folder Where the user stands.
 */
export async function programMethods(
  given: readonly (readonly [string, string])[],
  settings: readonly (readonly [path: string, value: Value])[],
  folder: string,
): Promise<ProgramMethod[]> {
  return await Promise.all(given.map(async ([name, line]) => ({
    method: methodOf(name, line, keysOf(name, settings)),
    command: { line, sha256: await hashOf(line, folder) },
  })));
}

/** Names of hyperparameters that are set; those of the run itself are no hyperparameters of it. */
function keysOf(
  name: string,
  settings: readonly (readonly [path: string, value: Value])[],
): string[] {
  return [
    ...new Set(settings.flatMap(([path]) => {
      const [owner, key = ""] = path.split(".", 2);
      return owner === name && !["learningRate", "weightDecay", "dropout"].includes(key)
        ? [key]
        : [];
    })),
  ];
}

function methodOf(name: string, line: string, keys: readonly string[]): Method {
  return defineMethod({
    name,
    title: name,
    description: "Trained by another program.",
    family: "other programs",
    citation: line,
    version: 1,
    hyperparameters: Object.fromEntries(keys.map((key) => [key, anyValue(key)])),
    create() {
      throw new RangeError(`Cannot train "${name}" here: it is another program`);
    },
  });
}

/** A number, a flag, or a text: a program knows itself what it takes. */
function anyValue(key: string): Hyperparameter {
  return {
    kind: "choice",
    wanted: "a number, true, false or a text",
    default: "",
    description: `${key}, which the program reads`,
    parse: (given) => {
      if (typeof given !== "string") return given;
      const text = given.trim();
      if (text === "true" || text === "false") return text === "true";
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
    },
  };
}

/**
 * SHA-256 of the files that a command names, in their order. The program that is called is not one of
 * them, unless it is named by a path from where the user stands: every machine has its own Python.
 */
export async function hashOf(line: string, folder: string): Promise<string> {
  const hash = createHash("sha256").update(line);
  const words = wordsOf(line);
  for (const [i, word] of words.entries()) {
    if (i === 0 && (word.startsWith("/") || !word.includes("/"))) continue;
    const path = resolve(folder, word);
    if (await isFile(path)) hash.update(`\n${word}\n`).update(await Deno.readFile(path));
  }
  return hash.digest("hex");
}

/** The words of a command, without their quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"';|&<>]+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare!);
}

/** The command of a run, with the path of its file, quoted for the shell. */
export function commandLine({ line }: RunSpec["command"] & object, spec: string): string {
  return line.replaceAll(PLACE, `'${spec.replaceAll("'", `'\\''`)}'`);
}
