/**
 * `deno task check OUT`: whether output folders are what was written, and what must be trained again.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { isFolder } from "../../base/files.ts";
import { quote, taskCommand } from "../../base/command.ts";
import { Store } from "../../bench/records/store.ts";
import { type Finding, type Verification, verify } from "../../bench/records/verify.ts";
import { alteredFiles, isUnfinished } from "../../report/files.ts";
import {
  catalogueOf,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

interface CheckOptions extends PluginOptions {
  readonly mend?: boolean;
  readonly json?: boolean;
}

/** The command. */
export function checkCommand(setExitCode: SetExitCode): Command {
  return new Command("check")
    .description("whether output folders are what was written: checksums, and counts again")
    .argument("<out...>", "output folders of a bench")
    .option("--mend", "remove what must be trained again; the same bench command then does so")
    .option("--json", "what was found, as JSON lines")
    .action(async (folders: string[], options: CheckOptions) => {
      let sound = true;
      for (const out of folders) sound = await checkFolder(out, options) && sound;
      setExitCode(sound ? 0 : 1);
    });
}

/** Looks at one folder; true when all is well, or has been mended. */
async function checkFolder(out: string, options: CheckOptions): Promise<boolean> {
  const { mend = false, json = false } = options;
  const path = resolve(out);
  if (!await isFolder(join(path, "runs"))) {
    throw new UsageError(
      `Cannot check "${out}": there is no folder "runs" in it; give the output folder of a bench`,
    );
  }
  const store = new Store(path, await catalogueOf(options));
  const found = await verify(store);
  const { runs, unsealed, believed, missing, findings } = found;
  const unfinished = await isUnfinished(path);
  const altered = unfinished ? [] : await alteredFiles(path);
  const { removed, kept } = mend ? await remove(store, findings) : NOTHING;
  if (json) {
    findings.forEach(({ remove: _, ...finding }) => printJson({ event: "finding", ...finding }));
    altered.forEach((file) => printJson({ event: "altered", file: join("report", file) }));
    printJson({
      event: "checked",
      ...{
        out: path,
        runs,
        unsealed,
        believed,
        missing,
        findings: findings.length,
        altered: altered.length,
        unfinished,
        removed,
      },
    });
  } else {
    findings.forEach(({ file, why }) => print(`${join(out, file)}: ${why}`));
    const anew = `${taskCommand()} report --out ${
      quote(relative(".", path) || ".")
    } writes it anew`;
    if (unfinished) {
      print(`${join(out, "report")}: it is being written, or its writing was broken off; ${anew}`);
    }
    for (const file of altered) {
      print(`${join(out, "report", file)}: it is not what was written; ${anew}`);
    }
    for (const [id, why] of kept) print(`Run ${id} could not be removed: ${why}`);
    print(summary(found, removed, kept.size));
  }
  const open = mend
    ? findings.filter(({ id, remove }) => remove.length === 0 || kept.has(id!))
    : findings;
  return open.length + altered.length === 0 && !unfinished;
}

function summary(
  { runs, unsealed, believed, missing, findings }: Verification,
  removed: number,
  kept: number,
): string {
  const many = (n: number, what: string) => `${n} ${n === 1 ? what : `${what}s`}`;
  const runsOf = (some: readonly Finding[]) => new Set(some.flatMap(({ id }) => id ?? [])).size;
  const mendable = runsOf(findings.filter(({ remove }) => remove.length > 0));
  const unread = runsOf(findings) - mendable;
  const spoilt = [
    ...(mendable > 0 ? [`${many(mendable, "run")} spoilt`] : []),
    ...(unread > 0 ? [`${many(unread, "run")} that cannot be used here`] : []),
  ];
  const parts = [
    many(runs, "finished run"),
    ...(spoilt.length > 0 ? spoilt : ["all as they were written"]),
  ];
  if (missing > 0) parts.push(`${many(missing, "planned run")} not there`);
  const recounted = unsealed - believed;
  if (recounted > 0) parts.push(`${recounted} without checksums, counted again alone`);
  if (believed > 0) {
    parts.push(`${believed} without checksums or predictions, taken as they are`);
  }
  if (removed > 0) parts.push(`${many(removed, "run")} removed, to be trained again`);
  else if (mendable > kept) parts.push("--mend removes what must be trained again");
  return parts.join("; ");
}

/** What became of runs that were to be removed. */
interface Mended {
  /** How many are removed. */
  readonly removed: number;
  /** By id, why others are not, in the midst of a sentence. */
  readonly kept: ReadonlyMap<string, string>;
}

const NOTHING: Mended = { removed: 0, kept: new Map() };

/** Removes what mends; of runs that no process is at. */
async function remove(store: Store, findings: readonly Finding[]): Promise<Mended> {
  const ids = new Set<string>(), kept = new Map<string, string>();
  for (const { id, remove } of findings) {
    if (id === null || remove.length === 0) continue;
    ids.add(id);
    try {
      using claim = await store.claim(id);
      if (claim === null) kept.set(id, "another process is at it");
      else for (const file of remove) await removeIfThere(join(store.folder, file));
    } catch (error) {
      kept.set(id, (error as Error).message);
    }
  }
  return { removed: ids.size - kept.size, kept };
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
