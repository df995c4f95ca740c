/**
 * Kept results: what of an output folder is worth keeping beside the code, and its reader.
 *
 * Such a folder holds `kept.json` (below), `manifest.json` (the plan, to be repeated by
 * `bench --from`), `figures.csv` (figures over seeds), `tables/*.md` and a `README.md`; no image, no
 * weights, and no path of the machine.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { programName } from "../../base/command.ts";
import { UsageError } from "../../base/errors.ts";
import { isFile, readJson } from "../../base/files.ts";

/** Where the project keeps results of its own, from its folder. */
export const KEPT_FOLDER = "docs/results";

/** Names of a kept folder's files. */
export const KEPT_FILES = {
  about: "kept.json",
  plan: "manifest.json",
  figures: "figures.csv",
  tables: "tables",
  readme: "README.md",
} as const;

const count = z.int().min(0);

/** A short table, as it is shown. */
const board = z.object({
  title: z.string().min(1),
  caption: z.string(),
  columns: z.array(z.string()).min(2),
  rows: z.array(z.array(z.string())).min(1),
});

const KEPT = z.object({
  /** Raised when the meaning of a field changes. */
  format: z.literal(1),
  /** In a sentence, for people. */
  note: z.string().min(1),
  /** Arguments after `deno task`, without folders of the machine. */
  command: z.array(z.string()).min(1),
  /** When the plan was made, in ISO 8601. */
  date: z.iso.datetime(),
  /** Commits of the code that trained the runs; empty outside of a checkout. */
  revisions: z.array(z.string()),
  /** Kinds of machine: processor and system. */
  machines: z.array(z.string()),
  runs: z.object({ planned: count, done: count }),
  methods: count,
  /** The most seeds that a method has. */
  seeds: count,
  /** Wall time of all runs one after the other, and from the first one's start to the last one's end. */
  seconds: z.object({ runs: z.number().min(0), span: z.number().min(0) }),
  /** Leaderboards, one a data set. */
  leaderboards: z.array(board),
});

/** What is known of kept results. */
export type Kept = z.infer<typeof KEPT>;

/** A leaderboard among them. */
export type Board = z.infer<typeof board>;

/**
 * Reads what is known of kept results.
 *
 * @throws {UsageError} When the folder holds none, or in a form that is not known.
 */
export async function readKept(folder: string): Promise<Kept> {
  const path = join(folder, KEPT_FILES.about);
  const { success, data, error } = KEPT.safeParse(await readJson(path));
  if (success) return data;
  const { path: at = [], message = "it is not readable" } = error.issues[0] ?? {};
  throw new UsageError(
    `Cannot use ${path}: ${[at.join("."), message].filter((part) => part !== "").join(": ")}; ` +
      `write it again with ${programName()} results --keep`,
  );
}

/** All kept results below a folder, by name. */
export async function allKept(parent: string): Promise<{ name: string; kept: Kept }[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    if (isDirectory && await isFile(join(parent, name, KEPT_FILES.about))) names.push(name);
  }
  return await Promise.all(
    names.sort().map(async (name) => ({ name, kept: await readKept(join(parent, name)) })),
  );
}
