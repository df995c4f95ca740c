/** Reports on folders that others are writing into, as `deno task report` makes them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { tryLock } from "../../base/lock.ts";
import { alteredFiles, isUnfinished } from "../../report/files.ts";
import { buildReport } from "../../report/mod.ts";
import { kill, sleep, workersOf } from "../bench/crash.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";
import { LAUNCH } from "../helpers/processes.ts";

const GRID = { datasets: DATASETS.slice(1, 2), methods: ["erm", "irm"], seeds: [0] };

/** Starts a command with the rights that its task has. */
function launch(...args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: [...LAUNCH, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function ended(process: Deno.ChildProcess) {
  const { code, stdout, stderr } = await process.output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, said: said!, complained: complained! };
}

Deno.test("runs whose features nobody has pictured yet are reported, and stay as they are", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, { ...GRID, details: true });
    await Deno.remove(join(out, "runs", runs[1]!.id, "record.json")); // it is going on
    const { code, said, complained } = await ended(launch("report", "--out", out));
    assert.equal(code, 0, said + complained);
    assert.match(said, /^1 of 2 runs\nReport: .*index\.html\n$/);
    assert.ok((await Deno.stat(join(out, "report/index.html"))).isFile);
    await assert.rejects(Deno.stat(join(out, "runs", runs[0]!.id, "tsne.json")));
  }));

Deno.test("two at once both end well, and what they leave is one report", () =>
  inFolder(async (out) => {
    await writeStore(out, GRID);
    const both = [1, 2].map(() => ended(launch("report", "--out", out)));
    for (const { code, said, complained } of await Promise.all(both)) {
      assert.equal(code, 0, said + complained);
      assert.match(said, /^2 of 2 runs\nReport: /);
    }
    assert.deepEqual(await alteredFiles(out), []);
  }));

Deno.test("a report whose writing was broken off is known, until it is written anew", () =>
  inFolder(async (out) => {
    await writeStore(out, GRID);
    const page = join(out, "report/index.html");
    await Deno.mkdir(page, { recursive: true }); // no file can be written there
    await assert.rejects(buildReport(out));
    assert.equal(await isUnfinished(out), true);
    const { code, said } = await ended(launch("check", out));
    assert.equal(code, 1);
    assert.match(said, /\/report: it is being written, or its writing was broken off; deno task /);
    await Deno.remove(page);
    await buildReport(out);
    assert.deepEqual([await isUnfinished(out), await alteredFiles(out)], [false, []]);
  }));

Deno.test("a report waits for another one into the same folder, says so, and reads what is there then", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...GRID, fate: () => "missing" });
    const other = (await tryLock(join(out, "report/lock")))!;
    const { promise: waits, resolve } = Promise.withResolvers<number | null>();
    const report = buildReport(out, { onWait: resolve });
    const holder = await waits;
    if (Deno.build.os === "linux") assert.equal(holder, Deno.pid);
    await writeStore(out, GRID);
    other.close();
    assert.equal((await report).runs, 2);
  }));

Deno.test({
  name: "a command that the system has killed is not silent",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (out) => {
      await writeStore(out, GRID);
      const lock = (await tryLock(join(out, "report/lock")))!;
      const process = launch("report", "--out", out);
      let command: number | undefined;
      for (let waited = 0; command === undefined && waited < 300; waited++) {
        await sleep(100);
        [command] = await workersOf(process.pid, "main.ts");
      }
      kill(command!);
      lock.close();
      const { code, complained } = await ended(process);
      assert.equal(code, 137);
      assert.match(
        complained,
        /^The command was ended by SIGKILL, as by a system that is short of/m,
      );
    }),
});
