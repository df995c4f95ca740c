/**
 * `deno task COMMAND`: runs the command in a process that may do what it needs and no more.
 *
 * @module
 */
import "../base/require_deno.ts"; // before all that an older one cannot even load
import { UsageError } from "../base/errors.ts";
import { launch } from "../base/launch.ts";
import { enterUserFolder, projectPath } from "../base/paths.ts";
import { printError } from "../base/terminal.ts";
import { needsOf } from "./needs.ts";

enterUserFolder();
const { set, opened } = await needsOf(Deno.args).catch((error) => {
  if (!(error instanceof UsageError)) throw error;
  printError(`${error.message}.`);
  Deno.exit(2);
});
Deno.exit(await launch(set, opened, projectPath("cli/main.ts"), Deno.args));
