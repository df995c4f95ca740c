/** What the doctor says of a native TensorFlow that was made and does not load. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { inspectBackend } from "../../tensor/backend.ts";
import { withFolder } from "../bench/crash.ts";

const { native } = await inspectBackend();

/** A cache folder with the native TensorFlow of this machine, but for another addon. */
async function cacheWith(folder: string, addon: string, known: boolean): Promise<void> {
  const made = dirname(native!.addon);
  const copy = join(folder, "native", basename(made));
  await Deno.mkdir(copy, { recursive: true });
  await Deno.symlink(join(made, "tensorflow"), join(copy, "tensorflow"));
  const ready = JSON.parse(await Deno.readTextFile(join(made, "ready.json")));
  if (known) ready.sha256 = createHash("sha256").update(addon).digest("hex");
  await Deno.writeTextFile(join(copy, "ready.json"), JSON.stringify(ready));
  await Deno.writeTextFile(join(copy, basename(native!.addon)), addon, { mode: 0o755 });
}

async function doctor(cache: string, ...args: string[]) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "doctor", ...args],
    cwd: projectPath(""),
    env: { MDLT_BENCH_CACHE: cache, NO_COLOR: "1" },
  }).output();
  return { code, said: new TextDecoder().decode(stdout) };
}

Deno.test({
  name: "an addon that does not load is told in a sentence, with what mends it, and exit code 1",
  ignore: native === undefined,
  fn: () =>
    withFolder(async (folder) => {
      await cacheWith(folder, "no library", true);
      const { code, said } = await doctor(folder);
      assert.equal(code, 1, said);
      assert.match(
        said,
        /^Backend: +wasm; native TensorFlow \S+ is there and cannot be used: the addon does not load \([^\n]*tfjs_binding\.node[^\n]*\)$/m,
      );
      assert.doesNotMatch(said, /Uncaught|at file:/);
      assert.match(said, /^To mend: +remove '[^\n]*tfjs_binding\.node' to have it made anew$/m);
      assert.equal(JSON.parse((await doctor(folder, "--json")).said).backend, "wasm");
    }),
});

Deno.test({
  name: "an addon that is not what was made is not loaded, and named",
  ignore: native === undefined,
  fn: () =>
    withFolder(async (folder) => {
      await cacheWith(folder, "somebody else's", false);
      const { code, said } = await doctor(folder);
      assert.equal(code, 1, said);
      assert.match(said, /^Broken: +Cannot use [^\n]*is not the one that was made here/m);
      assert.match(said, /^To mend: +deno task bench/m);
    }),
});
