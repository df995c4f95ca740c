/**
 * `deno task new KIND NAME`: the files of a new definition, ready to run, to be changed into it.
 *
 * @module
 */
import { Command } from "commander";
import { nonEmptyPath } from "../../base/arguments.ts";
import { quote, taskCommand } from "../../base/command.ts";
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import { insideProject, projectPath } from "../../base/paths.ts";
import { dataset } from "../new/dataset.ts";
import { method } from "../new/method.ts";
import { metric } from "../new/metric.ts";
import { network } from "../new/network.ts";
import { section } from "../new/section.ts";
import { study } from "../new/study.ts";
import { formsOf, type Template } from "../new/template.ts";
import { writeInside, writePlugin } from "../new/write.ts";
import { print, type SetExitCode } from "../options/common.ts";

/** One for each kind of definition. */
const TEMPLATES: readonly Template[] = [method, dataset, network, metric, study, section];

/** Words that JavaScript does not let a variable be named. */
const RESERVED = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum " +
    "eval export extends false finally for function if implements import in interface let new " +
    "null package private protected public return static super switch this throw true try typeof " +
    "undefined var void while with yield").split(" "),
);

/** The command. */
export function newCommand(_setExitCode: SetExitCode): Command {
  const kinds = TEMPLATES.map(({ kind }) => kind);
  return new Command("new")
    .description("write a working new definition with its test, and register it")
    .argument("<kind>", `what to make: ${kinds.join(", ")}`)
    .argument("<name>", "its name on the command line, such as mine")
    .option(
      "--plugin <file>",
      "write it as a plugin instead, to be used with --plugin; so outside of the repository",
      nonEmptyPath("--plugin"),
    )
    .action(async (kind: string, name: string, options: { plugin?: string }) => {
      const template = TEMPLATES.find((each) => each.kind === kind);
      if (template === undefined) {
        throw new UsageError(notFoundMessage("a template for a", kind, kinds));
      }
      requireName(template, name);
      await write(template, name, options.plugin ?? usualPlugin(template, name));
    });
}

/** The file of a plugin where the user stands outside of the repository; undefined inside. */
function usualPlugin({ extension }: Template, name: string): string | undefined {
  return insideProject() ? undefined : `${formsOf(name).file}.${extension}`;
}

async function write(template: Template, name: string, plugin: string | undefined): Promise<void> {
  const forms = formsOf(name);
  if (plugin === undefined) {
    const { files, registry } = await writeInside(template, forms);
    print(`Wrote ${files.join(" and ")}, and registered ${name} in ${registry}.`);
    print(`Test it: deno task test ${files[1]}`);
    print(`Try it: deno task ${template.tryIt(name)}`);
  } else {
    const { files } = await writePlugin(template, forms, plugin);
    print(`Wrote ${files.join(" and ")}.`);
    print(
      `Test it: deno test -q -P=conformance --config ${quote(projectPath("deno.json"))} ${
        quote(files[1])
      }`,
    );
    print(`Try it: ${taskCommand()} ${template.tryIt(name)} --plugin ${quote(plugin)}`);
  }
}

/** Throws where a name cannot be that of a new definition. */
function requireName({ kind, separator, taken }: Template, name: string): void {
  const cannot = `Cannot name a ${kind} "${name}"`;
  const words = separator === undefined ? "" : `(${separator}[a-z0-9]+)*`;
  if (!new RegExp(`^[a-z][a-z0-9]*${words}$`).test(name) || name.length > 24) {
    const joined = separator === undefined ? "" : `, and "${separator}" between words`;
    throw new UsageError(
      `${cannot}: a name is a lower-case letter and then up to 23 lower-case letters or digits` +
        `${joined}, such as mine2`,
    );
  }
  if (RESERVED.has(name)) {
    throw new UsageError(
      `${cannot}: the word is JavaScript's own; take another, such as my${name}`,
    );
  }
  const owner = taken.find((other) => other.name === name)?.title ??
    (name === "all" ? "everything at once" : null);
  if (owner !== null) {
    throw new UsageError(`${cannot}: the name stands for ${owner} already; take another`);
  }
}
