/**
 * Whatever breaks a benchmark off, nothing is lost, spoilt or counted twice. `deno task test:kill`
 * does the first of these a hundred times.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { cacheDirectory } from "../../engine/backend.ts";
import { machineAtFault } from "../../bench/errors.ts";
import { execute } from "../../bench/executor.ts";
import { type PlannedRun, runId } from "../../bench/plan.ts";
import type { FailureRecord, Manifest } from "../../bench/record.ts";
import { Store } from "../../bench/store.ts";
import {
  assertSame,
  BACKEND,
  bench,
  contentOf,
  kill,
  killAtRandom,
  limitMemory,
  sleep,
  SMALL_GRID,
  startBench,
  statesIn,
  whileItRuns,
  withFolder,
  workersOf,
} from "./crash.ts";

const linux = Deno.build.os === "linux"; // children are found in /proc

/** The last event of a `--json` harness. */
function result(out: string): Record<string, number> {
  return JSON.parse(out.trim().split("\n").at(-1)!);
}

Deno.test({
  name: "kill -9 of workers, of the harness, of both: the same bits in the end",
  ignore: !linux,
  fn: async () => {
    const { worker, harness, both, folders } = await killAtRandom(SMALL_GRID, 6, 7, 1);
    assert.equal(worker + harness + both, 6);
    assert.ok(folders >= 1);
  },
});

Deno.test("two harnesses on one folder share the work and do no run twice", () =>
  withFolder(async (folder) => {
    const alone = join(folder, "alone"), shared = join(folder, "shared");
    const options = ["--out", shared, "--jobs", "1", "--json"];
    const [one, two] = await Promise.all([
      bench(...SMALL_GRID, ...options),
      bench(...SMALL_GRID, ...options),
    ]);
    const [a, b] = [result(one!), result(two!)];
    assert.equal(a.done! + b.done!, 3);
    assert.equal(a.done! + a.existing!, 3);
    assert.equal(b.done! + b.existing!, 3);
    await bench(...SMALL_GRID, "--out", alone, "--jobs", "1");
    await assertSame(shared, await contentOf(alone));
  }));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} keeps every run as it stands, leaves nobody behind and exits 130`,
    ignore: !linux,
    fn: () =>
      withFolder(async (folder) => {
        const out = join(folder, "stopped"), alone = join(folder, "alone");
        const harness = startBench(...SMALL_GRID, "--out", out, "--json", "--save-every", "0");
        await untilStateKept(out);
        const workers = await workersOf(harness.process.pid);
        harness.process.kill(signal);
        const { code, out: said } = await harness.ended;
        assert.equal(code, 130);
        assert.match(said, /"event":"stopped"/);
        for (const worker of workers) {
          assert.equal(await Deno.stat(`/proc/${worker}`).catch(() => null), null);
        }
        const { done, existing } = result(await bench(...SMALL_GRID, "--out", out, "--json"));
        assert.equal(done! + existing!, 3);
        await bench(...SMALL_GRID, "--out", alone);
        await assertSame(out, await contentOf(alone));
      }),
  });
}

Deno.test("a worker ends when its harness is gone, and keeps its run", () =>
  withFolder(async (out) => {
    const harness = startBench(...SMALL_GRID, "--out", out, "--jobs", "1", "--save-every", "0");
    await untilStateKept(out);
    const [worker] = await workersOf(harness.process.pid);
    kill(harness.process.pid);
    await harness.ended;
    for (let waited = 0; waited < 100; waited++) {
      if (await Deno.stat(`/proc/${worker}/exe`).catch(() => null) === null) break;
      await sleep(100);
    }
    assert.equal(await Deno.stat(`/proc/${worker}/exe`).catch(() => null), null);
    for await (const { name } of Deno.readDir(join(out, "runs"))) {
      const files: string[] = [];
      for await (const file of Deno.readDir(join(out, "runs", name))) files.push(file.name);
      assert.deepEqual(files.filter((file) => file.endsWith(".tmp")), []);
    }
    assert.ok(await statesIn(out) === 1);
  }));

const tmpfs = await canMount();

Deno.test({
  name: `out of disk: said as it is, tried again, finished when there is space${
    tmpfs ? "" : " (skipped: a tmpfs cannot be mounted here)"
  }`,
  ignore: !tmpfs,
  fn: () =>
    withFolder(async (folder) => {
      const small = join(folder, "small"), alone = join(folder, "alone");
      await Deno.mkdir(small);
      await mount("-t", "tmpfs", "-o", "size=420k", "tmpfs", small);
      try {
        const few = [...smoke("erm,irm", 3), "--out", small];
        const { code, out, err } = await startBench(...few, "--json").ended;
        assert.equal(code, 1);
        assert.match(out, /"event":"retry".*No space left on device/);
        assert.match(out + err, /"status":"failed".*No space left on device/);
        await mount("-o", "remount,size=50m", small);
        const done = result(await bench(...few, "--json"));
        assert.equal(done.done! + done.existing!, 6);
        assert.equal(done.failed, 0);
        await bench(...few.slice(0, -1), alone);
        await assertSame(small, await contentOf(alone));
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
      const large = [...smoke("erm"), "--batch", "3000", "--steps", "1", "--out", out, "--json"];
      const harness = startBench(...large);
      const poor = await whileItRuns(harness, (worker) => limitMemory(worker, 850));
      assert.equal(poor.code, 1);
      assert.equal(poor.out.match(/"event":"retry"[^\n]*(?:memory|OOM|SIG)/g)?.length, 2, poor.out);
      assert.equal(result(poor.out).failed, 1);
      assert.equal(result(await bench(...large)).done, 1);
    }),
});

Deno.test("a mistake is not tried again; a second stage of a failed first is skipped, both with reasons", () =>
  withFolder(async (out) => {
    await bench(...smoke("erm,crt"), "--out", out);
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(join(out, "manifest.json")));
    const [first, second] = manifest.runs as readonly PlannedRun[];
    const broken = { ...first!.spec, method: { ...first!.spec.method, name: "emr" } };
    const runs = [
      { ...first!, id: runId(broken), spec: broken },
      { ...second!, id: "second", spec: { ...second!.spec, stage1: broken } },
    ];
    const folder = join(out, "broken");
    let retries = 0;
    const outcomes = await execute(runs, {
      ...place(folder),
      events: { onRetry: () => void retries++ },
    });
    assert.equal(retries, 0);
    assert.match(reason(outcomes.get(runs[0]!.id)), /^Cannot find method "emr"/);
    assert.equal(outcomes.get("second")!.status, "skipped");
    assert.match(reason(outcomes.get("second")), /its first stage [0-9a-f]+ is failed/);
    const kept = join(folder, "runs", "second", "failure.json");
    const failure: FailureRecord = JSON.parse(await Deno.readTextFile(kept));
    assert.match(failure.error, /^Skipped: its first stage/);
  }));

Deno.test({
  name: "a worker that is killed every time is given up after three attempts",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      await bench(...smoke("erm"), "--out", out);
      const manifest: Manifest = JSON.parse(await Deno.readTextFile(join(out, "manifest.json")));
      const waits: number[] = [];
      let killed = 0;
      const outcomes = await execute(manifest.runs as readonly PlannedRun[], {
        ...place(join(out, "again")),
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
    const wild = [...smoke("erm,crt"), "--json", "--set", "erm.learningRate=1e38", "--out", out];
    const first = await startBench(...wild).ended;
    assert.equal(first.code, 1);
    assert.equal(result(first.out).diverged, 1);
    assert.equal(result(first.out).skipped, 1);
    assert.match(first.out, /its first stage [0-9a-f]+ is diverged/);
    const again = await startBench(...wild).ended;
    assert.equal(result(again.out).diverged, 1);
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
    ]
  ) assert.ok(machineAtFault(new Error(text)), text);
  for (const other of [new Error('Cannot find method "emr"'), coded("ENOENT"), "text", null]) {
    assert.ok(!machineAtFault(other));
  }
});

Deno.test("a run's numbers do not depend on what its worker did before", () =>
  withFolder(async (folder) => {
    const third = join(folder, "third"), alone = join(folder, "alone");
    await bench(...smoke("erm,irm,dann"), "--out", third, "--jobs", "1");
    await bench(...smoke("dann"), "--out", alone);
    const { runs } = (await new Store(third).manifest())!;
    const id = runs.find(({ name }) => name === "dann")!.id;
    const own = async (out: string) =>
      [...await contentOf(out)].filter(([name]) => name.startsWith(`runs/${id}/`));
    assert.deepEqual(await own(third), await own(alone));
  }));

/** Waits until a run is under way and its state is kept. */
async function untilStateKept(out: string): Promise<void> {
  while (await statesIn(out) === 0) await sleep(10);
}

const smoke = (methods: string, seeds = 1) => [
  ...["--preset", "smoke", "--backend", BACKEND],
  ...["--seeds", String(seeds), "--methods", methods],
];

function place(out: string) {
  return {
    out,
    paths: { dataDir: undefined, splitsDir: undefined, cacheDir: cacheDirectory() },
    jobs: 1,
  };
}

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
