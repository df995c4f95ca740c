/** What the package exports is documented, down to every field of every type in its signatures. */
import assert from "node:assert/strict";
import { projectPath } from "../../base/paths.ts";
import config from "../../deno.json" with { type: "json" };

async function requireDocumented(modules: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...modules],
    cwd: projectPath(""),
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("mod.ts exports every type in its signatures, and all of it is documented", () =>
  requireDocumented([config.exports["."]]));

Deno.test("so do the entry points together", () =>
  requireDocumented(Object.values(config.exports)));
