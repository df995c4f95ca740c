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
import { type Finding, verify } from "../../bench/records/verify.ts";
import { alteredFiles } from "../../report/files.ts";
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
  const { runs, unsealed, findings } = await verify(store);
  const altered = await alteredFiles(path);
  const removed = mend ? await remove(store, findings) : 0;
  if (json) {
    findings.forEach(({ remove: _, ...finding }) => printJson({ event: "finding", ...finding }));
    altered.forEach((file) => printJson({ event: "altered", file: join("report", file) }));
    printJson({
      event: "checked",
      ...{ out: path, runs, unsealed, findings: findings.length, altered: altered.length, removed },
    });
  } else {
    findings.forEach(({ file, why }) => print(`${join(out, file)}: ${why}`));
    for (const file of altered) {
      print(
        `${join(out, "report", file)}: it is not what was written; ${taskCommand()} report ` +
          `--out ${quote(relative(".", path) || ".")} writes it anew`,
      );
    }
    print(summary(runs, unsealed, findings, removed));
  }
  const open = mend ? findings.filter((finding) => finding.remove.length === 0) : findings;
  return open.length + altered.length === 0;
}

function summary(
  runs: number,
  unsealed: number,
  findings: readonly Finding[],
  removed: number,
): string {
  const many = (n: number, what: string) => `${n} ${n === 1 ? what : `${what}s`}`;
  const spoilt = new Set(findings.flatMap(({ id }) => id ?? [])).size;
  const parts = [
    `${many(runs, "finished run")}`,
    spoilt === 0 ? "all as they were written" : `${many(spoilt, "run")} spoilt`,
  ];
  if (unsealed > 0) parts.push(`${unsealed} without checksums, counted again alone`);
  if (removed > 0) parts.push(`${many(removed, "run")} removed, to be trained again`);
  else if (spoilt > 0) parts.push("--mend removes what must be trained again");
  return parts.join("; ");
}

/** Removes what mends; of runs that no process is at. Returns of how many. */
async function remove(store: Store, findings: readonly Finding[]): Promise<number> {
  const ids = new Set<string>();
  for (const { id, remove } of findings) {
    if (id === null || remove.length === 0) continue;
    using claim = await store.claim(id);
    if (claim === null) continue;
    for (const file of remove) {
      await Deno.remove(join(store.folder, file), { recursive: true }).catch(() => {});
    }
    ids.add(id);
  }
  return ids.size;
}
