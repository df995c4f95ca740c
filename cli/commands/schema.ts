/**
 * `deno task schema`: the form of files as JSON Schema.
 *
 * @module
 */
import { join } from "node:path";
import { Command } from "commander";
import { nonEmptyPath } from "../../base/arguments.ts";
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import { writeAtomically } from "../../base/files.ts";
import { PUBLISHED, publishedSchema } from "../../bench/published.ts";
import { print, type SetExitCode } from "../options/common.ts";

/** The command. */
export function schemaCommand(_setExitCode: SetExitCode): Command {
  return new Command("schema")
    .description("the form of files that the suite writes and reads, as JSON Schema")
    .argument("[name]", `one of ${Object.keys(PUBLISHED).join(", ")}; all are listed by default`)
    .option("--to <dir>", "write all of them there, as name.schema.json", nonEmptyPath("--to"))
    .action(async (name: string | undefined, { to }: { to?: string }) => {
      if (to !== undefined) return await writeAll(to, name);
      if (name === undefined) {
        for (const [name, { version, file }] of Object.entries(PUBLISHED)) {
          print(`${name.padEnd(12)} version ${version}: ${file}`);
        }
        return;
      }
      print(textOf(name));
    });
}

async function writeAll(folder: string, only: string | undefined): Promise<void> {
  for (const name of only === undefined ? Object.keys(PUBLISHED) : [only]) {
    const path = join(folder, `${name}.schema.json`);
    await writeAtomically(path, `${textOf(name)}\n`);
    print(path);
  }
}

function textOf(name: string): string {
  const found = Object.hasOwn(PUBLISHED, name) ? PUBLISHED[name] : undefined;
  if (found === undefined) {
    throw new UsageError(notFoundMessage("a schema named", name, Object.keys(PUBLISHED)));
  }
  return JSON.stringify(publishedSchema(name, found), null, 1);
}
