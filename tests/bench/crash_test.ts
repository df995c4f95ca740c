/**
 * Whatever breaks a benchmark off, nothing is lost, spoilt or counted twice. `deno task test:kill`
 * does the first of these a hundred times.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  assertSame,
  bench,
  kill,
  killAtRandom,
  lastEvent,
  sleep,
  SMALL_GRID,
  startBench,
  statesIn,
  undisturbed,
  withFolder,
  workersOf,
} from "./crash.ts";
import { isRunning } from "../helpers/system.ts";

const linux = Deno.build.os === "linux"; // children are found in /proc

let made: Promise<Map<string, string>> | undefined;
/** What an undisturbed harness makes of the grid of these tests; made once. */
const expected = () => made ??= undisturbed(SMALL_GRID);

Deno.test({
  name: "kill -9 of workers, of the harness, of both: the same bits in the end",
  ignore: !linux,
  fn: async () => {
    const { worker, harness, both, folders } = await killAtRandom(
      SMALL_GRID,
      await expected(),
      6,
      7,
      1,
    );
    assert.equal(worker + harness + both, 6);
    assert.ok(folders >= 1);
  },
});

Deno.test("two harnesses on one folder share the work and do no run twice", () =>
  withFolder(async (out) => {
    const options = ["--out", out, "--jobs", "1", "--json"];
    const said = await Promise.all([
      bench(...SMALL_GRID, ...options),
      bench(...SMALL_GRID, ...options),
    ]);
    const [a, b] = said.map(lastEvent) as [Record<string, number>, Record<string, number>];
    assert.equal(a.done! + b.done!, 3);
    assert.equal(a.done! + a.existing!, 3);
    assert.equal(b.done! + b.existing!, 3);
    for (const id of ids(said[0]!)) {
      const begun = said.join("").split(`{"event":"start","id":"${id}"`).length - 1;
      assert.equal(begun, 1, "a run that another is at is not begun");
    }
    await assertSame(out, await expected());
  }));

Deno.test({
  name: "SIGINT and SIGTERM keep every run as it stands, leave nobody behind and exit 130",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const since = Date.now();
        const harness = startBench(...SMALL_GRID, "--out", out, "--json", "--save-every", "0");
        await untilStateKept(out, since);
        const workers = await workersOf(harness.process.pid);
        harness.process.kill(signal);
        harness.process.kill(signal); // as a terminal does that signals a whole group
        const { code, out: said } = await harness.ended;
        assert.equal(code, 130);
        assert.match(said, /"event":"stopped"/);
        assert.ok(await statesIn(out) > 0);
        for (const worker of workers) {
          assert.equal(await isRunning(worker), false);
        }
      }
      const { done, existing } = lastEvent(await bench(...SMALL_GRID, "--out", out, "--json"));
      assert.equal(done! + existing!, 3);
      await assertSame(out, await expected());
    }),
});

Deno.test({
  name: "a worker ends when its harness is gone, and keeps its run",
  ignore: !linux,
  fn: () =>
    withFolder(async (out) => {
      const harness = startBench(...SMALL_GRID, "--out", out, "--jobs", "1", "--save-every", "0");
      await untilStateKept(out);
      const [worker] = await workersOf(harness.process.pid);
      kill(harness.process.pid);
      await harness.ended;
      for (let waited = 0; waited < 100; waited++) {
        if (!await isRunning(worker!)) break;
        await sleep(100);
      }
      assert.equal(await isRunning(worker!), false);
      for await (const { name } of Deno.readDir(join(out, "runs"))) {
        const files: string[] = [];
        for await (const file of Deno.readDir(join(out, "runs", name))) files.push(file.name);
        assert.deepEqual(files.filter((file) => file.endsWith(".tmp")), []);
      }
      assert.ok(await statesIn(out) === 1);
    }),
});

Deno.test("a run's numbers do not depend on what its worker did before", () =>
  withFolder(async (out) => {
    await bench(...SMALL_GRID, "--out", out, "--jobs", "1");
    await assertSame(out, await expected());
  }));

/** The ids of all runs that a `--json` harness has told the end of. */
function ids(out: string): string[] {
  return [...out.matchAll(/"event":"end","id":"(\w+)"/g)].map(([, id]) => id!);
}

/** Waits until a run is under way and its state has been kept since a time. */
async function untilStateKept(out: string, since = 0): Promise<void> {
  while (await statesIn(out, since) === 0) await sleep(10);
}
