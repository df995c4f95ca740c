/** Choosing a backend, and native TensorFlow in a process of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  BackendError,
  cacheDirectory,
  chooseBackend,
  inspectBackend,
  prepareBackend,
  thatLoads,
} from "../../tensor/backend.ts";
import { provisionContext, putWheel, setStage } from "./provision_program.ts";
import { projectPath } from "../../base/paths.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

Deno.test("the cache folder is MDLT_BENCH_CACHE, else in XDG_CACHE_HOME, else the platform's", () => {
  const home = { HOME: "/home/ann" };
  const xdg = { ...home, XDG_CACHE_HOME: "/var/cache/ann" };
  assert.equal(cacheDirectory({ ...xdg, MDLT_BENCH_CACHE: "/big/disk" }), "/big/disk");
  assert.equal(cacheDirectory(xdg), join("/var/cache/ann", "mdlt-bench"));
  if (Deno.build.os === "linux") {
    assert.equal(cacheDirectory(home), "/home/ann/.cache/mdlt-bench");
  }
});

Deno.test("wasm needs no preparation", async () => {
  assert.equal(await prepareBackend("wasm"), "wasm");
});

/** Stands for a machine; see `provision_program.ts`. */
async function withStage(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mdlt-backend-" });
  try {
    await setStage(folder);
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
const ignore = Deno.build.os === "windows"; // the stand-ins are shell scripts

Deno.test({
  name: "auto takes native where it can be had, and tells how far it is",
  ignore,
  fn: () =>
    withStage(async (folder) => {
      const progress: string[] = [];
      const ctx = provisionContext(folder, [await putWheel(folder, "tensorflow-cpu")], []);
      const onProgress = (what: string, done: number, total: number) => {
        progress.push(`${what} ${done === total}`);
      };
      assert.equal(await chooseBackend("auto", ctx, { onProgress }), "native");
      assert.equal(progress.at(-1), "compiling the addon true");
    }),
});

Deno.test({
  name:
    "where native fails, auto tells each reason in a line and takes wasm; native throws them in one",
  ignore,
  fn: () =>
    withStage(async (folder) => {
      await Deno.remove(join(folder, "bin/g++"));
      const ctx = provisionContext(folder, [await putWheel(folder, "tensorflow-cpu")], []);
      const notes: string[] = [];
      assert.equal(
        await chooseBackend("auto", ctx, { onNote: (line) => notes.push(line) }),
        "wasm",
      );
      assert.equal(notes.length, 2);
      assert.match(notes[0]!, /no C\+\+ compiler/);
      assert.match(notes[1]!, /^Using the wasm backend/);
      await assert.rejects(chooseBackend("native", ctx, {}), (error) => {
        assert.ok(error instanceof BackendError);
        assert.match(
          error.message,
          /^Cannot prepare the native backend .* no C\+\+ compiler [^\n]*$/,
        );
        return true;
      });
    }),
});

Deno.test({
  name: "what was made and no longer loads is passed over by auto, and named to who chose native",
  ignore,
  fn: () =>
    withStage(async (folder) => {
      const ctx = provisionContext(folder, [await putWheel(folder, "tensorflow-cpu")], []);
      assert.equal(await chooseBackend("native", ctx, {}), "native");
      assert.equal(await thatLoads("auto", ctx, {}), "native");
      const tryAddon = () => Promise.reject(new Error("the addon does not load (no libx.so)"));
      const notes: string[] = [];
      const report = { onNote: (line: string) => void notes.push(line) };
      assert.equal(await thatLoads("auto", { ...ctx, tryAddon }, report), "wasm");
      const sentence =
        /^Cannot start the native backend here: the addon does not load \(no libx\.so\); remove '.*tfjs_binding\.node' to have it made anew/;
      assert.equal(notes.length, 2);
      assert.match(notes[0]!, sentence);
      assert.match(notes[1]!, /^Using the wasm backend/);
      await assert.rejects(
        thatLoads("native", { ...ctx, tryAddon }, {}),
        (error) => error instanceof BackendError && sentence.test(error.message),
      );
    }),
});

Deno.test("looking at the backends changes nothing and says what is there", async () => {
  const found = await inspectBackend();
  assert.equal(found.backend, found.native === undefined ? "wasm" : "native");
  assert.equal(found.mend === undefined, found.native !== undefined);
  assert.equal(found.cache, cacheDirectory());
});

const { native } = await inspectBackend();

Deno.test({
  name: "native TensorFlow starts without a word, with the threads it is given, and differentiates",
  ignore: native?.linked !== true,
  async fn() {
    const environment = Deno.env.toObject();
    delete environment["TF_CPP_MIN_LOG_LEVEL"];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...RUN_AS_TEST, projectPath("tests/tensor/native_program.ts")],
      clearEnv: true,
      env: environment,
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    const { info, gradient, threads } = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(info.backend, "native");
    assert.equal(info.tensorflow, native!.tensorflow);
    assert.equal(info.threads, 1);
    assert.equal(threads, "1");
    assert.deepEqual(gradient, [1, 0]);
  },
});
