/**
 * Folders of runs as MDLT and DomainBed write them: a line of JSON for each checkpoint, and a file
 * `done` when the run has ended.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, join, relative } from "node:path";
import { exists } from "../../base/files.ts";
import { DataError } from "../../base/errors.ts";
import type { Value } from "../../base/setting.ts";
import { jsonLines } from "../../datasets/formats/tables/json_lines.ts";

/** A checkpoint of a run. */
export interface Checkpoint {
  /** Updates done before the last one: it counts from 0. */
  readonly step: number;
  /** Every number of the line, by its name; null where it was not finite. */
  readonly values: Readonly<Record<string, number | null>>;
  /** Accuracies of classes by `env0` and so on, where there are any. */
  readonly classAccuracies: Readonly<Record<string, readonly (number | null)[]>>;
}

/** A run's folder. */
export interface ResultsFolder {
  /** Relative to the folder that was given. */
  readonly name: string;
  readonly file: { readonly name: string; readonly sha256: string };
  readonly args: Readonly<Record<string, unknown>>;
  readonly hparams: Readonly<Record<string, unknown>>;
  /** In ascending order of steps; of a step that is there twice, the later one. */
  readonly checkpoints: readonly Checkpoint[];
  /** Whether the run has ended. */
  readonly done: boolean;
}

/** More bytes than a file of ours has, deeper than folders are looked into, and more runs. */
const LARGEST = 1 << 28, DEEPEST = 6, MOST = 100_000;

/**
 * The runs of a folder and of those in it, and what is wrong with some.
 *
 * @param fileName `results.json` or `results.jsonl`.
 * @throws {DataError} When there are none.
 */
export async function resultsFolders(
  root: string,
  fileName: string,
  unfinished: boolean,
): Promise<{ runs: ResultsFolder[]; notes: string[] }> {
  const runs: ResultsFolder[] = [];
  const notes: string[] = [];
  for (const folder of await foldersWith(root, fileName)) {
    const name = relative(root, folder) || basename(folder);
    const note = (what: string) => notes.push(`${name}: ${what}.`);
    const run = await readRun(folder, fileName, name, note);
    if (run === null) note("it is left out, since no line of it is whole");
    else if (run.done || unfinished) runs.push(run);
    else {
      note(
        `it is left out, since there is no file "done": the run has not ended (--unfinished takes it ` +
          `as far as it is)`,
      );
    }
  }
  if (runs.length === 0 && notes.length === 0) {
    throw new DataError(`Cannot import ${root}: neither it nor a folder in it has ${fileName}.`);
  }
  return { runs, notes };
}

async function foldersWith(root: string, fileName: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number) => {
    const folders: string[] = [];
    for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
      if (isFile && name === fileName) found.push(folder);
      if (isDirectory && depth < DEEPEST) folders.push(join(folder, name));
    }
    if (found.length > MOST) {
      throw new DataError(`Cannot import ${root}: it has over ${MOST} runs.`);
    }
    for (const next of folders.sort()) await visit(next, depth + 1);
  };
  await visit(root, 0);
  return found;
}

async function readRun(
  folder: string,
  fileName: string,
  name: string,
  note: (what: string) => void,
): Promise<ResultsFolder | null> {
  const path = join(folder, fileName);
  if ((await Deno.stat(path)).size > LARGEST) {
    note(`${fileName} is larger than ${LARGEST} bytes`);
    return null;
  }
  const bytes = await Deno.readFile(path);
  const checkpoints = new Map<number, Checkpoint>();
  let about: Pick<ResultsFolder, "args" | "hparams"> | undefined;
  const broken: number[] = [];
  for (const { line, value } of jsonLines(bytes)) {
    const whole = value instanceof SyntaxError ? null : checkpointOf(value);
    if (whole === null) {
      broken.push(line);
      continue;
    }
    about = { args: whole.args, hparams: whole.hparams };
    checkpoints.set(whole.checkpoint.step, whole.checkpoint);
  }
  if (broken.length > 0) {
    const which = broken.slice(0, 5).join(", ") + (broken.length > 5 ? ", …" : "");
    note(
      broken.length === 1
        ? `line ${which} of ${fileName} is half-written, and left out`
        : `lines ${which} of ${fileName} are half-written, and left out`,
    );
  }
  return about === undefined ? null : {
    name,
    file: {
      name: `${name}/${fileName}`,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    },
    ...about,
    checkpoints: [...checkpoints.values()].sort((a, b) => a.step - b.step),
    done: await exists(join(folder, "done")),
  };
}

/** A line as a checkpoint; null when it is none. */
function checkpointOf(line: Readonly<Record<string, unknown>>) {
  const { step, args, hparams, class_acc: classes } = line;
  if (!Number.isSafeInteger(step) || (step as number) < 0 || !isObject(args)) return null;
  const accuracies = Object.entries(isObject(classes) ? classes : {}).map(([env, list]) =>
    [env, Array.isArray(list) ? list.map(asNumber) : []] as const
  );
  return {
    args,
    hparams: isObject(hparams) ? hparams : {},
    checkpoint: {
      step: step as number,
      values: Object.fromEntries(
        Object.entries(line).filter(([, value]) => typeof value === "number" || value === null),
      ) as Record<string, number | null>,
      classAccuracies: Object.fromEntries(accuracies),
    },
  };
}

function asNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An argument of a run as text; empty where it has none. */
export function argument({ args }: Pick<ResultsFolder, "args">, name: string): string {
  const value = args[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/**
 * A whole number among the arguments; 0 where there is none.
 *
 * @throws {DataError} When it is another kind of value.
 */
export function wholeArgument(run: Pick<ResultsFolder, "args" | "name">, name: string): number {
  const value = run.args[name] ?? 0;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new DataError(
    `Cannot import ${run.name}: its ${name} is ${
      JSON.stringify(value)?.slice(0, 40)
    }, and no whole ` +
      `number from 0 up.`,
  );
}

/** A list of numbers of domains among the arguments; null where there is none. */
export function domainNumbers(run: Pick<ResultsFolder, "args">, name: string): number[] | null {
  const list = run.args[name];
  if (!Array.isArray(list)) return null;
  return list.filter((n): n is number => Number.isSafeInteger(n) && n >= 0 && n < 1000);
}

/** Numbers of the domains of which a checkpoint has a value, such as `env2_test` by its ending. */
export function domainsWith({ values }: Checkpoint, ending: string): number[] {
  return Object.keys(values).flatMap((key) => {
    const [, number] = new RegExp(`^env(\\d{1,3})${ending}$`).exec(key) ?? [];
    return number === undefined ? [] : [Number(number)];
  }).sort((a, b) => a - b);
}

/** What of hyperparameters a specification can hold: single values. */
export function hyperparametersOf(
  { hparams }: Pick<ResultsFolder, "hparams">,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(hparams).filter((entry): entry is [string, Value] =>
      entry[0].length <= 100 &&
      (typeof entry[1] === "boolean" || (typeof entry[1] === "number") ||
        (typeof entry[1] === "string" && entry[1].length <= 1000))
    ),
  );
}
