/**
 * What each command needs of the machine: a permission set of `deno.json`, and the paths that its
 * command line names. `cli/launch.ts` runs a command with that and no more.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { existsSync } from "node:fs";
import { LOOPBACK } from "../serve/loopback.ts";
import { hostsOf, type Opened, type PermissionSet } from "../base/rights.ts";
import { UsageError } from "../base/errors.ts";
import { firstMissing } from "../base/files.ts";
import { cacheDirectory, insideProject, projectPath } from "../base/paths.ts";

/** A command line, taken apart as far as paths go. */
interface Line {
  /** The values of an option, in order. */
  values(option: string): readonly string[];
  /** What is neither an option nor known to be one's value, without the command's own name. */
  readonly words: readonly string[];
  /** The folder that its paths are meant from. */
  readonly folder: string;
}

/** What a command needs. */
interface Needs {
  readonly set: PermissionSet;
  /** Paths that it writes. What is to be made is made in the folder around it. */
  writes?(line: Line): readonly string[];
  /** What it leaves alone in the folders that it writes. */
  keeps?(line: Line): readonly string[];
  /** Hosts that it speaks with, beside those of its set. */
  hosts?(line: Line): readonly string[];
  /** Whether it starts processes of the suite. */
  readonly starts?: boolean;
}

/** Where `--out` lies when it is left out. */
const RESULTS = "results";

/** Where one thing is made of several folders: beside the first. */
export function besideOf(folders: readonly string[]): string {
  return join(dirname(folders[0]!), folders.map((path) => basename(path)).join("+"));
}

const out = ({ values }: Line): readonly string[] => {
  const given = values("--out");
  return given.length === 0 ? [RESULTS] : given;
};

/** What several folders, or one, are made into. */
const into = (line: Line): readonly string[] => {
  const from = out(line), given = line.values("--into");
  if (given.length > 0) return given;
  return from.length > 1 ? [besideOf(from.map((path) => resolve(line.folder, path)))] : from;
};

/** What is kept appears whole beside its place; pictures of features are kept with the report. */
const keep = (line: Line): readonly string[] => {
  const kept = line.values("--keep");
  if (kept.length === 0) return [];
  return [
    ...kept.map((path) => dirname(resolve(line.folder, path))),
    ...out(line).map((path) => join(path, "report")),
  ];
};

const to = ({ values }: Line) => values("--to");
const aroundTo = ({ values }: Line) => values("--to").map((path) => dirname(path));
const dataDir = ({ values }: Line) => [...values("--data-dir"), "data"];

const train: Needs = { set: "harness", writes: out, starts: true };

/** By the words of a command; the longest that a line begins with counts. */
export const NEEDS: Readonly<Record<string, Needs>> = {
  "": { set: "look" },
  "bench": train,
  "analyse": train,
  "sweep": train,
  "select": {
    ...train,
    writes: (line) => [...into(line), ...(line.values("--save-hparams").length > 0 ? ["."] : [])],
  },
  "slurm": { set: "harness", writes: out, starts: true },
  "report": {
    set: "report",
    writes: into,
    keeps: (line) =>
      out(line).flatMap((folder) => [join(folder, "runs"), join(folder, "manifest.json")]),
  },
  "serve": { set: "look", hosts: () => LOOPBACK },
  "results": { set: "look", writes: keep },
  "power": { set: "look" },
  "check": { set: "look", writes: ({ words }) => words },
  "methods": { set: "look" },
  "datasets": { set: "report", writes: ({ values }) => values("--charts") },
  "networks": { set: "look" },
  "metrics": { set: "look" },
  "hparams": { set: "look" },
  "schema": { set: "look", writes: to },
  "completions": { set: "look" },
  "import": { set: "import", writes: out, starts: true },
  "export": { set: "data", writes: to, starts: true },
  "export weights": { set: "data", writes: aroundTo, starts: true },
  "data": { set: "data", starts: true },
  "data clean": { set: "data", writes: () => [] },
  "data split": { set: "data", writes: ({ words }) => words },
  "data fetch": { set: "fetch", writes: dataDir, hosts: ({ values }) => values("--host") },
  "doctor": { set: "harness", starts: true },
  "new": {
    set: "data",
    starts: true,
    writes: ({ values, folder }) => {
      const plugins = values("--plugin").map((path) => dirname(path));
      if (plugins.length > 0) return plugins;
      return [insideProject(folder) ? projectPath("") : "."];
    },
  },
};

/**
 * The permission set of a command line, and what it opens beside that.
 *
 * @param folder Where it is run.
 * @param environment The variables that it is run with.
 */
export async function needsOf(
  args: readonly string[],
  folder: string = Deno.cwd(),
  environment: Readonly<Record<string, string>> = Deno.env.toObject(),
): Promise<{ set: PermissionSet; opened: Opened }> {
  const two = args.slice(0, 2).join(" ");
  const name = [two, args[0] ?? ""].find((words) => words in NEEDS) ?? "";
  const { set, writes, keeps, hosts, starts } = NEEDS[name]!;
  const line = lineOf(args.slice(name === "" ? 0 : name.split(" ").length), folder);
  const plugins = line.values("--plugin");
  const there = (path: string) => resolve(folder, path);
  const cache = there(cacheDirectory(environment));
  const places = (writes?.(line) ?? []).map(there);
  // What is not there is made, from the uppermost folder that is missing.
  const made = await Promise.all(
    places.map(async (path) => isThere(path) ? path : await firstMissing(path) ?? path),
  );
  if (writes) isThere(cache);
  const written = [...made, ...(writes ? [cache] : [])];
  const named = args.flatMap(partsOf).map(there).filter(isThere);
  const around = plugins.map(there).filter(isThere).map((path) => dirname(path));
  const usual = [RESULTS, "data"].map(there);
  return {
    set,
    opened: {
      ...(readsAll(set) ? {} : { read: [...usual, cache, ...named, ...around, ...written] }),
      ...(written.length > 0 ? { write: written } : {}),
      keep: keeps?.(line) ?? [],
      ...(starts ? { run: [Deno.execPath()] } : {}),
      net: hosts?.(line) ?? [],
      hosts: hostsOf(plugins),
    },
  };
}

/** @throws {UsageError} When the path is of those that Deno opens with every right alone. */
function isThere(path: string): boolean {
  try {
    return existsSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UsageError(
      `Cannot use "${path}": no command may look into /dev, /proc or /sys; give a place elsewhere`,
    );
  }
}

/** These sets look at what the command line names, and nowhere else. */
const readsAll = (set: PermissionSet) => set !== "look" && set !== "report";

/** What of an argument may be a path: of `--option=a,b` and of `name=a` each part, too. */
function partsOf(argument: string): string[] {
  const value = argument.startsWith("-") ? argument.slice(argument.indexOf("=") + 1) : argument;
  return [value, ...value.split(","), value.slice(value.indexOf("=") + 1)]
    .filter((text) => text !== "");
}

/** Options without a value, of commands that write what their words name. */
export const FLAGS: ReadonlySet<string> = new Set(["--mend", "--json", "--help"]);

function lineOf(args: readonly string[], folder: string): Line {
  const given: [option: string, value: string][] = [];
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    const [, option, value] = /^(--[^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (option === undefined) words.push(argument);
    else if (value !== undefined) given.push([option, value]);
    else if (!FLAGS.has(option) && args[i + 1] !== undefined && !args[i + 1]!.startsWith("-")) {
      given.push([option, args[++i]!]);
    }
  }
  return {
    values: (wanted) =>
      given.filter(([option, value]) => option === wanted && value !== "").map(([, value]) =>
        value
      ),
    words,
    folder,
  };
}
