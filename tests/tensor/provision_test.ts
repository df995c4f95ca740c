/** Provisioning: what comes from where, what is refused, and what a kill or a race leaves behind. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { addonPath } from "../../tensor/native/addon.ts";
import { findNativeBuild, provision, recentFailures } from "../../tensor/native/provision.ts";
import type { ProvisionContext } from "../../tensor/native/sources.ts";
import { provisionContext, putWheel, setStage } from "./provision_program.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

const cpu = "tensorflow-cpu";

/** A test on a stage of its own; see `provision_program.ts`. */
function test(name: string, f: (folder: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os === "windows", // the stand-ins are shell scripts
    async fn() {
      const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "mdlt-provision-" }));
      try {
        await setStage(folder);
        await f(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function lines(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) found.push(entry.name);
  return found.sort();
}

const until = async (condition: () => Promise<boolean>) => {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 20));
};
const present = (path: string) => Deno.stat(path).then(() => true, () => false);

function assertOneNote(notes: string[], ...patterns: RegExp[]): void {
  assert.equal(notes.length, patterns.length, notes.join("\n"));
  notes.forEach((note, i) => {
    assert.match(note, patterns[i]!);
    assert.ok(!note.includes("\n"), note);
  });
}

test("the wheel is fetched, unpacked in part, compiled against and linked; then nothing is done again", async (folder) => {
  const notes: string[] = [];
  const progress = new Set<string>();
  const ctx: ProvisionContext = {
    ...provisionContext(folder, [await putWheel(folder, cpu)], notes),
    onProgress: (what, done, total) => {
      assert.ok(done <= total);
      progress.add(what);
    },
  };
  assert.equal(await findNativeBuild(ctx), undefined);
  const ready = await provision(ctx, false);
  assert.equal(ready?.tensorflow, "2.21.0");
  assert.equal(ready.source, "the Python wheel tensorflow-cpu 1.0");
  assert.equal(await Deno.readLink(addonPath(ctx.tfjsFolder)), ready.addon);
  const kept = join(ready.addon, "..");
  assert.deepEqual(await names(kept), ["nvidia", "ready.json", "tensorflow", "tfjs_binding.node"]);
  assert.deepEqual(await names(join(kept, "tensorflow/include/tensorflow")), ["c"]);
  assert.ok(progress.has("unpacking tensorflow-cpu") && progress.has("compiling the addon"));

  const [pip] = await lines(join(folder, "pip.log"));
  assert.match(pip!, /--platform any .*tensorflow-cpu==1\.0$/);
  const [compiler] = await lines(join(folder, "compiler.log"));
  assert.match(compiler!, /binding\.cc .*libtensorflow_cc\.so\.2 .*rpath,\$ORIGIN\/tensorflow/);

  assert.deepEqual(await provision(ctx, true), ready);
  assert.deepEqual(await findNativeBuild(ctx), ready);
  assert.equal((await lines(join(folder, "pip.log"))).length, 1);
  assert.equal((await lines(join(folder, "compiler.log"))).length, 1);
  assert.deepEqual(notes, []);
});

test("another clone only links what is in the cache", async (folder) => {
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], []);
  const ready = await provision(ctx, false);
  const clone = join(folder, "clone");
  await Deno.mkdir(clone);
  assert.deepEqual(await provision({ ...ctx, tfjsFolder: clone }, false), ready);
  assert.equal(await Deno.readLink(addonPath(clone)), ready!.addon);
  assert.equal((await lines(join(folder, "compiler.log"))).length, 1);
});

test("a wheel that is not the pinned file is refused, and the next one is taken", async (folder) => {
  const notes: string[] = [];
  const wrong = { ...await putWheel(folder, "tensorflow"), sha256: "0".repeat(64) };
  const ctx = provisionContext(folder, [wrong, await putWheel(folder, cpu)], notes);
  assert.match((await provision(ctx, false))!.source, /tensorflow-cpu/);
  assertOneNote(
    notes,
    /^Cannot use the Python wheel tensorflow 1\.0: .* has SHA-256 [0-9a-f]{64} where 0{64} is right\.$/,
  );
  const kept = await names(join(ctx.cache, "native"));
  assert.equal(kept.filter((name) => name.endsWith(".tmp")).length, 0);
});

test("a companion wheel is unpacked beside TensorFlow's", async (folder) => {
  const ctx: ProvisionContext = {
    ...provisionContext(folder, [], []),
    wheelSets: [{
      tensorflow: await putWheel(folder, "tensorflow"),
      companions: [await putWheel(folder, "nvidia-cudnn-cu12")],
    }],
  };
  const ready = await provision(ctx, false);
  assert.ok(await present(join(ready!.addon, "../nvidia/cudnn/lib/libcudnn.so.9")));
  assert.equal((await lines(join(folder, "pip.log"))).length, 2);
});

test("what a killed process leaves looks unfinished, and the next call finishes the work", async (folder) => {
  await Deno.writeTextFile(join(folder, "stuck"), "");
  const program = new URL("./provision_program.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [...RUN_AS_TEST, program, folder],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(async () => (await lines(join(folder, "compiler.pid"))).length > 0);
  child.kill("SIGKILL");
  await child.status;
  Deno.kill(Number((await lines(join(folder, "compiler.pid")))[0]), "SIGKILL");
  await Deno.remove(join(folder, "stuck"));

  const notes: string[] = [];
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], notes);
  const native = join(ctx.cache, "native");
  assert.ok((await names(native)).some((name) => name.endsWith(".tmp")));
  assert.equal(await findNativeBuild(ctx), undefined);
  assert.equal(await present(addonPath(ctx.tfjsFolder)), false);
  assert.equal((await provision(ctx, false))?.tensorflow, "2.21.0");
  assert.ok(!(await names(native)).some((name) => name.endsWith(".tmp")));
  assert.deepEqual(notes, []);
});

test("of two calls at once one does the work and the other waits for it", async (folder) => {
  await Deno.writeTextFile(join(folder, "slow"), "");
  const notes: string[] = [];
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], notes);
  const [first, second] = await Promise.all([provision(ctx, false), provision(ctx, false)]);
  assert.deepEqual(first, second);
  assert.equal((await lines(join(folder, "compiler.log"))).length, 1);
  assert.equal((await lines(join(folder, "pip.log"))).length, 1);
  assertOneNote(notes, /^Another process is preparing native TensorFlow/);
});

test("without a compiler nothing is downloaded, and one line says what to install", async (folder) => {
  await Deno.remove(join(folder, "bin/g++"));
  const notes: string[] = [];
  assert.equal(
    await provision(provisionContext(folder, [await putWheel(folder, cpu)], notes), false),
    undefined,
  );
  assertOneNote(
    notes,
    /^Cannot use the Python wheel tensorflow-cpu 1\.0: no C\+\+ compiler was found .* install one, /,
  );
  assert.deepEqual(await lines(join(folder, "pip.log")), []);
});

test("without pip one line says what to install", async (folder) => {
  await Deno.remove(join(folder, "bin/python3"));
  const notes: string[] = [];
  await provision(provisionContext(folder, [await putWheel(folder, cpu)], notes), false);
  assert.match(notes[0]!, /no Python with pip was found .* install python3 with pip\.$/);
});

test("$CXX is preferred to g++", async (folder) => {
  const own = join(folder, "my-compiler");
  await Deno.rename(join(folder, "bin/g++"), own);
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], []);
  const environment = { ...ctx.environment, CXX: own };
  assert.ok(await provision({ ...ctx, environment }, false));
});

test("MDLT_TENSORFLOW names the library to use: a C archive, a Python package or a file", async (folder) => {
  const root = join(folder, "archive");
  await Deno.mkdir(join(root, "lib"), { recursive: true });
  await Deno.mkdir(join(root, "include/tensorflow/c"), { recursive: true });
  const file = join(root, "lib/libtensorflow.so.2");
  await Deno.writeTextFile(file, "library");
  await Deno.writeTextFile(join(root, "include/tensorflow/c/c_api.h"), "// header");
  for (const named of [root, file, join(root, "lib")]) {
    const notes: string[] = [];
    const ctx = provisionContext(folder, [], notes);
    const environment = { ...ctx.environment, MDLT_TENSORFLOW: named };
    const ready = await provision({ ...ctx, environment }, false);
    assert.deepEqual(notes, []);
    assert.match(ready!.source, /MDLT_TENSORFLOW/);
    const compiler = (await lines(join(folder, "compiler.log"))).at(-1)!;
    assert.ok(compiler.includes(`${file} ${join(root, "lib/libtensorflow_framework.so.2")}`));
    assert.ok(compiler.endsWith(`-Wl,-rpath,${join(root, "lib")}`), compiler);
  }
});

test("an MDLT_TENSORFLOW that holds nothing is one line, and the wheel is taken", async (folder) => {
  for (
    const [named, reason] of [
      [join(folder, "nowhere"), /there is nothing at '.*nowhere'\.$/],
      [join(folder, "bin"), /bin' holds no libtensorflow or libtensorflow_cc shared library\.$/],
      [join(folder, "bin/g++"), /g\+\+' holds no libtensorflow or /],
    ] as const
  ) {
    const notes: string[] = [];
    const ctx = provisionContext(folder, [await putWheel(folder, cpu)], notes);
    const environment = { ...ctx.environment, MDLT_TENSORFLOW: named };
    assert.match((await provision({ ...ctx, environment }, false))!.source, /wheel/);
    assertOneNote(notes, reason);
  }
});

test("a failed download is not repeated for a day unless that is insisted on", async (folder) => {
  await Deno.writeTextFile(join(folder, "no-network"), "");
  const notes: string[] = [];
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], notes);
  const calls = async () => (await lines(join(folder, "pip.log"))).length;
  assert.equal(await provision(ctx, false), undefined);
  assertOneNote(
    notes.splice(0),
    /pip could not download tensorflow-cpu 1\.0 \(ERROR: No matching distribution\)\.$/,
  );
  assert.equal(await calls(), 1);
  assert.equal(await provision(ctx, false), undefined);
  assert.match(
    notes[0]!,
    /No matching distribution\) \(0\.0 hours ago; --backend native tries again\)\.$/,
  );
  assert.equal(await calls(), 1);
  await Deno.remove(join(folder, "no-network"));
  assert.equal((await provision(ctx, true))?.tensorflow, "2.21.0");
  assert.equal(await calls(), 2);
});

test("without a network it is said so, what is lacking and how to bring it; also by the doctor", async (folder) => {
  await Deno.writeTextFile(
    join(folder, "no-network"),
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(Failed to " +
      "establish a new connection: [Errno -3] Temporary failure in name resolution)': /simple/x/\n",
  );
  const notes: string[] = [];
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], notes);
  const sentence =
    /tensorflow-cpu 1\.0 is not here, and this machine seems to be offline; docs\/installing\.md says how to bring it from another/;
  assert.equal(await provision(ctx, false), undefined);
  assertOneNote(notes, new RegExp(`${sentence.source}\\.$`));
  const now = Date.now;
  try {
    Date.now = () => now() - 3_600_000;
    assert.deepEqual(await recentFailures(ctx), [], "a clock that was set back keeps no failure");
  } finally {
    Date.now = now;
  }
  const [told, ...others] = await recentFailures(ctx);
  assert.deepEqual(others, []);
  assert.match(told!, new RegExp(`^Cannot use .*${sentence.source} \\(0\\.0 hours ago; .*\\)\\.$`));
});

test("an addon that does not load is no addon", async (folder) => {
  const notes: string[] = [];
  const ctx: ProvisionContext = {
    ...provisionContext(folder, [await putWheel(folder, cpu)], notes),
    tryAddon: () => Promise.reject(new Error("the addon does not load\n(GLIBC_2.99 not found)")),
  };
  assert.equal(await provision(ctx, false), undefined);
  assert.match(notes[0]!, /the addon does not load \(GLIBC_2\.99 not found\)\.$/);
  assert.equal(await present(addonPath(ctx.tfjsFolder)), false);
});

test("code in the cache that is not what was made there is made anew", async (folder) => {
  const notes: string[] = [];
  const ctx = provisionContext(folder, [await putWheel(folder, cpu)], notes);
  const { addon } = (await provision(ctx, false))!;
  const native = join(ctx.cache, "native");
  assert.equal((await Deno.stat(native)).mode! & 0o777, 0o700);
  await Deno.chmod(addon, 0o600).catch(() => {});
  await Deno.writeTextFile(addon, "another addon");
  assert.equal((await provision(ctx, false))?.addon, addon);
  assert.match(notes.join(), /is not the one that was made here; it is made anew\.$/);
  assert.notEqual(await Deno.readTextFile(addon), "another addon");
  assert.equal((await lines(join(folder, "compiler.log"))).length, 2);
});

test("what an image brings along is used where the cache is another, and nothing is fetched", async (folder) => {
  const notes: string[] = [];
  const context = provisionContext(folder, [await putWheel(folder, cpu)], notes);
  const native = join(folder, "image");
  const environment = { ...context.environment, MDLT_BENCH_NATIVE: native };
  const made = await provision({ ...context, environment }, false);
  assert.ok(made!.addon.startsWith(native));
  const cache = join(folder, "cache of somebody else");
  const found = await provision({ ...context, environment, cache }, false);
  assert.equal(found?.addon, made!.addon);
  assert.equal((await lines(join(folder, "pip.log"))).length, 1);
  assert.ok(!await present(cache));
  assert.deepEqual(notes, []);
});
