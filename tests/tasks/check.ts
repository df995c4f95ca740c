/**
 * `deno task check`: formatting, lint and types of the project; `deno task check OUT`: whether an
 * output folder is what was written (`cli/commands/check.ts`).
 *
 * @module
 */
import { projectPath } from "../../base/paths.ts";

const CHECKS = [["fmt", "--check"], ["lint"], ["check"]];

if (Deno.args.length > 0) {
  const rights = ["--config", projectPath("deno.json"), "-P=launch"];
  const program = projectPath("cli/launch.ts");
  Deno.exit(await ended(["run", "--quiet", ...rights, program, "check", ...Deno.args]));
}
for (const args of CHECKS) {
  const code = await ended(args, projectPath(""));
  if (code !== 0) Deno.exit(code);
}

async function ended(args: readonly string[], cwd = Deno.cwd()): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd }).spawn().status;
  return code;
}
