/**
 * `deno task TASK`: runs a task of those who develop the suite in a process that may do what the task
 * needs and no more.
 *
 * @module
 */
import "../../base/require_deno.ts";
import { launch } from "../../base/launch.ts";
import { projectPath } from "../../base/paths.ts";
import { taskNeeds } from "./needs.ts";

const [task, ...args] = Deno.args;
const { program, set, opened } = taskNeeds(task!, args);
Deno.exit(await launch(set, opened, projectPath(program), args));
