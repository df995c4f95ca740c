/**
 * How runs end where something is amiss: said as it is, tried again only where the machine was at
 * fault, finished by a later call.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { machineAtFault } from "../../base/errors.ts";
import { trainLocally } from "../../bench/execute/local.ts";
import { runId } from "../../bench/records/run_id.ts";
import type { FailureRecord } from "../../bench/records/record.ts";
import {
  assertSame,
  bench,
  kill,
  lastEvent,
  limitMemory,
  place,
  planOf,
  sleep,
  startBench,
  TINY,
  undisturbed,
  whileItRuns,
  withFolder,
  workersOf,
} from "./crash.ts";

const linux = Deno.build.os === "linux"; // children are found in /proc
const tmpfs = await canMount();

Deno.test({
  name: `out of disk: said as it is, tried again, finished when there is space${
    tmpfs ? "" : " (skipped: a tmpfs cannot be mounted here)"
  }`,
  ignore: !tmpfs,
  fn: () =>
    withFolder(async (small) => {
      await mount("-t", "tmpfs", "-o", "size=90k", "tmpfs", small);
      try {
        const two = [...TINY, "--methods", "erm,irm"];
        const few = [...two, "--out", small, "--jobs", "1", "--json"];
        const { code, out, err } = await startBench(...few).ended;
        assert.equal(code, 1);
        assert.equal(out.match(/"event":"retry".*No space left on device/g)?.length, 2, out);
        assert.match(out, /"status":"done".*\n[^]*"status":"failed".*No space left on device/);
        assert.match(err, /^(Cannot [^\n]*No space left on device[^\n]*\n)?$/); // of results or report
        await mount("-o", "remount,size=50m", small);
        const { done, existing, failed } = lastEvent(await bench(...few));
        assert.deepEqual([done, existing, failed], [1, 1, 0]);
        await assertSame(small, await undisturbed(two));
      } finally {
        await new Deno.Command("umount", { args: [small] }).output();
      }
    }),
});

Deno.test({
  name: "a worker out of memory: said as it is, tried again, finished when there is memory",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      const size = ["--methods", "erm", "--batch", "2000", "--steps", "1"];
      const large = [...TINY, ...size, "--out", out, "--json"];
      const poor = await whileItRuns(startBench(...large), (worker) => limitMemory(worker, 850));
      assert.equal(poor.code, 1);
      assert.equal(poor.out.match(/"event":"retry"[^\n]*(?:memory|OOM|SIG)/g)?.length, 2, poor.out);
      assert.equal(lastEvent(poor.out).failed, 1);
      assert.equal(lastEvent(await bench(...large)).done, 1);
    }),
});

Deno.test("a mistake is not tried again; a second stage of a failed first is skipped, both with reasons", () =>
  withFolder(async (out) => {
    const [first, second] = planOf("crt");
    for (
      const [change, says] of [
        [{ name: "emr" }, /^Cannot find method "emr"/],
        [{ version: 1000 }, /^Cannot train erm of version 1000: this is version \d+/],
      ] as const
    ) {
      const broken = { ...first!.spec, method: { ...first!.spec.method, ...change } };
      const runs = [
        { ...first!, id: runId(broken), spec: broken },
        { ...second!, id: "second", spec: { ...second!.spec, stage1: broken } },
      ];
      let retries = 0;
      const outcomes = await trainLocally(runs, {
        ...place(out),
        events: { onRetry: () => void retries++ },
      });
      assert.equal(retries, 0);
      assert.match(reason(outcomes.get(runs[0]!.id)), says);
      assert.equal(outcomes.get("second")!.status, "skipped");
      assert.match(reason(outcomes.get("second")), /its first stage [0-9a-f]+ is failed/);
      const kept = join(out, "runs", "second", "failure.json");
      const failure: FailureRecord = JSON.parse(await Deno.readTextFile(kept));
      assert.match(failure.error, /^Skipped: its first stage/);
    }
  }));

Deno.test({
  name: "a worker that is killed every time is given up after three attempts",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      const waits: number[] = [];
      let killed = 0;
      const outcomes = await trainLocally(planOf("erm"), {
        ...place(out),
        retries: [0.01, 0.02],
        events: {
          async onStart() {
            while (!(await workersOf(Deno.pid)).map(kill).includes(true)) await sleep(10);
            killed++;
          },
          onRetry: (_, why, seconds) => {
            assert.match(why, /its worker process ended by SIGKILL/);
            waits.push(seconds);
          },
        },
      });
      assert.equal(killed, 3);
      assert.deepEqual(waits, [0.01, 0.02]);
      assert.equal([...outcomes.values()][0]!.status, "failed");
    }),
});

Deno.test("a diverged run is a result: recorded, not tried again, its second stage skipped", () =>
  withFolder(async (out) => {
    const rate = ["--set", "erm.learningRate=1e38"];
    const wild = [...TINY, "--methods", "erm,crt", ...rate, "--json", "--out", out];
    const first = await startBench(...wild).ended;
    assert.equal(first.code, 1);
    assert.equal(lastEvent(first.out).diverged, 1);
    assert.match(first.out, /"status":"diverged","step":\d+,"term":"loss"/);
    assert.equal(lastEvent(first.out).skipped, 1);
    assert.match(first.out, /its first stage [0-9a-f]+ is diverged/);
    const again = await startBench(...wild).ended;
    assert.equal(lastEvent(again.out).diverged, 1);
    assert.doesNotMatch(again.out, /"event":"start"/);
  }));

Deno.test("which errors are the machine's", () => {
  const coded = (code: string) => Object.assign(new Error("x"), { code });
  for (const code of ["ENOSPC", "EDQUOT", "EIO", "ENOMEM"]) assert.ok(machineAtFault(coded(code)));
  for (
    const text of [
      "Array buffer allocation failed",
      "OOM when allocating tensor with shape[4096,4096]",
      "std::bad_alloc",
      "cannot allocate memory for thread-local data: ABORT",
    ]
  ) assert.ok(machineAtFault(new Error(text)), text);
  for (const other of [new Error('Cannot find method "emr"'), coded("ENOENT"), "text", null]) {
    assert.ok(!machineAtFault(other));
  }
});

function reason(outcome: unknown): string {
  return (outcome as { reason: string }).reason;
}

async function mount(...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("mount", { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

async function canMount(): Promise<boolean> {
  if (!linux || Deno.uid() !== 0) return false;
  const folder = await Deno.makeTempDir();
  const mounted = await mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
  if (mounted) await new Deno.Command("umount", { args: [folder] }).output();
  await Deno.remove(folder);
  return mounted;
}
