/**
 * `deno task COMMAND`: runs the command in a process that may do what it needs and no more.
 *
 * @module
 */
import "../base/require_deno.ts"; // before all that an older one cannot even load
import { stopSignals } from "../base/command.ts";
import { enterUserFolder, projectPath } from "../base/paths.ts";
import { narrowRun } from "../base/rights.ts";
import { needsOf } from "./needs.ts";

enterUserFolder();
const { set, opened } = await needsOf(Deno.args);
const child = new Deno.Command(Deno.execPath(), {
  args: [...narrowRun(set, opened), projectPath("cli/main.ts"), ...Deno.args],
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
}).spawn();
// A terminal sends these to both; the command takes two at once for one.
for (const signal of stopSignals()) {
  Deno.addSignalListener(signal, () => {
    try {
      child.kill(signal);
    } catch {
      // It has ended.
    }
  });
}
const { code } = await child.status;
Deno.exit(code);
