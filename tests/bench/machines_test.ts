/** Machines without something: a file system without locks, no network. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findProgram } from "../../base/command.ts";
import { projectPath } from "../../base/paths.ts";
import { TINY, withFolder } from "./crash.ts";
import { LAUNCH } from "../helpers/processes.ts";

const compiler = await findProgram(["cc", "gcc", "clang"], Deno.env.toObject());
const linux = Deno.build.os === "linux";

/** Whether a network of its own, which leads nowhere, can be given to a process here. */
const closed = linux && await run("unshare", ["-n", "true"]).then(({ code }) => code === 0)
  .catch(() => false);

async function run(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: projectPath(""),
    env,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const BENCH = [...LAUNCH, "bench", ...TINY, "--steps", "2", "--methods", "erm"];

Deno.test({
  name: "a file system that knows no locks is told in a sentence",
  ignore: !linux || compiler === undefined,
  fn: () =>
    withFolder(async (folder) => {
      const shim = join(folder, "no_locks.so");
      const args = ["-shared", "-fPIC", "-o", shim, projectPath("tests/bench/no_locks.c")];
      assert.equal((await run(compiler!, args)).code, 0);
      const out = join(folder, "out");
      const { code, err } = await run(Deno.execPath(), [...BENCH, "--out", out], {
        LD_PRELOAD: shim,
      });
      assert.equal(code, 2, err);
      assert.match(err, /^Cannot lock [^\n]+: its file system knows no locks \([^\n]+$/m);
      assert.doesNotMatch(err, /\n\s+at /);
    }),
});

Deno.test({
  name: "without a network a run is trained and reported as ever",
  ignore: !closed,
  fn: () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      const trained = await run("unshare", ["-n", Deno.execPath(), ...BENCH, "--out", out]);
      assert.equal(trained.code, 0, trained.err);
      assert.ok((await Deno.stat(join(out, "report/index.html"))).isFile);
    }),
});
