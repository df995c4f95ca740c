/**
 * `deno task COMMAND`: runs the command in a process that may do what it needs and no more.
 *
 * @module
 */
import "../base/require_deno.ts"; // before all that an older one cannot even load
import { launch } from "../base/launch.ts";
import { enterUserFolder, projectPath } from "../base/paths.ts";
import { needsOf } from "./needs.ts";

enterUserFolder();
const { set, opened } = await needsOf(Deno.args);
Deno.exit(await launch(set, opened, projectPath("cli/main.ts"), Deno.args));
