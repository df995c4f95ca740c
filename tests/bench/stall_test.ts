/**
 * Workers that no longer go on: killed and tried again, ended with their harness, and waited for by
 * name.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { StallWatch } from "../../bench/execute/stall.ts";
import { Folder } from "../../bench/records/folder.ts";
import { holderOf, tryLock } from "../../base/lock.ts";
import {
  kill,
  lastEvent,
  sleep,
  startBench,
  statesIn,
  TINY,
  whileItRuns,
  withFolder,
  workersOf,
} from "./crash.ts";
import { isRunning } from "../helpers/system.ts";

const linux = Deno.build.os === "linux";
const ONE = [...TINY, "--methods", "erm", "--steps", "60", "--jobs", "1", "--json"];

Deno.test("a standstill is told from work by the user's seconds, or by what took longest", async () => {
  const never = new Promise<number>(() => {});
  assert.equal(await new StallWatch(0.05).next(never), null);
  assert.equal(await new StallWatch(0.05).next(Promise.resolve(7)), 7);
  assert.equal(new StallWatch(0).limit, Infinity);
  const watch = new StallWatch(undefined);
  assert.equal(watch.limit, 1800);
});

Deno.test({
  name: "a worker that is stopped is killed, and its run is trained by another",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      const harness = startBench(...ONE, "--save-every", "0", "--out", out, "--stall", "12");
      let stopped = false;
      const { code, out: said } = await whileItRuns(harness, async (worker) => {
        if (stopped) return;
        stopped = true;
        while (await statesIn(out) === 0) await sleep(20);
        Deno.kill(worker, "SIGSTOP");
      });
      assert.equal(code, 0, said);
      assert.match(said, /"event":"retry".*gave no sign of progress for 12 seconds and was killed/);
      assert.equal(lastEvent(said).done, 1);
    }),
});

Deno.test({
  name: "the time in which a worker starts and loads TensorFlow does not count",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      const harness = startBench(...ONE, "--out", out, "--stall", "6");
      let stopped = false;
      const { code, out: said } = await whileItRuns(harness, async (worker) => {
        if (stopped) return;
        stopped = true;
        Deno.kill(worker, "SIGSTOP");
        await sleep(8000);
        Deno.kill(worker, "SIGCONT");
      });
      assert.equal(code, 0, said);
      assert.doesNotMatch(said, /"event":"retry"/);
      assert.equal(lastEvent(said).done, 1);
    }),
});

/** A method whose loss never ends. */
const ENDLESS = `
import { defineMethod } from "@mdlt/bench/methods";
export default defineMethod({
  name: "endless",
  title: "Endless",
  description: "It loops.",
  family: "baseline",
  citation: "Me",
  version: 1,
  hyperparameters: {},
  create: () => ({
    loss() {
      for (;;);
    },
  }),
});`;

Deno.test("a method whose loss never ends fails with its reason, and the other runs are trained", () =>
  withFolder(async (parent) => {
    const plugin = join(parent, "endless.ts"), out = join(parent, "out");
    await Deno.writeTextFile(plugin, ENDLESS);
    const { code, out: said } = await startBench(
      ...[...TINY, "--steps", "2", "--methods", "endless,erm", "--jobs", "1", "--json"],
      ...["--plugin", plugin, "--stall", "12", "--out", out],
    ).ended;
    assert.equal(code, 1, said);
    const reason = /gave no sign of progress for 12 seconds and was killed; --stall sets how long/;
    assert.match(said, new RegExp(`"event":"retry".*"method":"endless".*${reason.source}`));
    const { done, failed } = lastEvent(said);
    assert.deepEqual([done, failed], [1, 1]);
    const folder = new Folder(out);
    const failures = await Promise.all((await folder.ids()).map((id) => folder.failure(id)));
    assert.match(failures.find((failure) => failure?.name === "endless")!.error, reason);
  }));

Deno.test({
  name: "a run that another process is at is named with it; a stopped worker ends with its harness",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      const long = [...TINY, "--methods", "erm", "--steps", "4000", "--jobs", "1"];
      const first = startBench(...long, "--save-every", "0", "--out", out);
      while (await statesIn(out) === 0) await sleep(20);
      const [worker] = await workersOf(first.process.pid);
      Deno.kill(worker!, "SIGSTOP");
      const second = startBench(...long, "--json", "--out", out, "--methods", "erm,irm");
      let said = "";
      const watching = second.ended.then(({ out }) => said = out);
      const lock = (await Array.fromAsync(Deno.readDir(join(out, "runs"))))[0]!.name;
      assert.equal(await holderOf(join(out, "runs", lock, "lock")), worker);
      const runs = () => Array.fromAsync(Deno.readDir(join(out, "runs")));
      for (let waited = 0; waited < 600 && (await runs()).length < 2; waited++) await sleep(100);
      await sleep(3000);
      second.process.kill("SIGINT");
      await watching;
      assert.match(said, new RegExp(`"event":"wait".*"method":"erm".*"process":${worker}`));
      assert.match(said, /"event":"start".*"method":"irm"/, "it does not block the others");
      kill(first.process.pid);
      await first.ended;
      for (let waited = 0; waited < 300; waited++) {
        if (!await isRunning(worker!)) return;
        await sleep(100);
      }
      assert.fail(`worker ${worker} outlived its harness`);
    }),
});

Deno.test("a link in a lock's place is not written through", () =>
  withFolder(async (folder) => {
    const path = join(folder, "lock"), elsewhere = join(folder, "elsewhere");
    await Deno.symlink(elsewhere, path);
    await assert.rejects(tryLock(path), /^UsageError: Cannot lock .*: it is a link/);
    await assert.rejects(Deno.stat(elsewhere), Deno.errors.NotFound);
  }));
