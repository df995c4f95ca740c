/** `bench --serve`: the page stands beside the runs, which do not depend on it. */
import assert from "node:assert/strict";
import type { State } from "../../serve/state.ts";
import {
  assertSame,
  cli,
  kill,
  lastEvent,
  sleep,
  startBench,
  TINY,
  undisturbed,
  withFolder,
} from "../bench/crash.ts";

const GRID = [...TINY, "--methods", "erm,irm"];

/** A port that is free, and very probably stays so. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The processes of a parent whose command line has a word in it. */
async function childrenOf(parent: number, word: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "pid=,args=", "--ppid", String(parent)],
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(word))
    .map((line) => parseInt(line));
}

Deno.test("a grid whose page is asked for all the while has the bits of one without", () =>
  withFolder(async (out) => {
    const port = freePort();
    const options = ["--out", out, "--jobs", "1", "--json", "--serve", String(port)];
    const { ended } = startBench(...GRID, ...options);
    let going = true;
    ended.finally(() => going = false);
    let last: State | null = null;
    const seen = new Set<string>();
    while (going) {
      last = await fetch(`http://127.0.0.1:${port}/state`)
        .then((answer) => answer.json() as Promise<State>).catch(() => last);
      for (const { status } of last?.runs ?? []) seen.add(status);
      await sleep(50);
    }
    const { code, out: told, err } = await ended;
    assert.equal(code, 0, told + err);
    assert.equal(lastEvent(told)["done"], 2);
    assert.ok(told.startsWith(`{"event":"serve","address":"http://127.0.0.1:${port}/"}\n`), told);
    assert.deepEqual([...seen].sort(), ["done", "running", "waiting"]);
    assert.deepEqual([last!.counts.done, last!.report], [2, "whole"], "it waits for who looks on");
    await assertSame(out, await undisturbed(GRID));
  }));

Deno.test({
  name: "runs go on when the page's process dies",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (out) => {
      const options = ["--out", out, "--jobs", "1", "--json", "--serve"];
      const { process, ended } = startBench(...TINY, "--methods", "erm", ...options);
      let servers: number[] = [];
      for (let i = 0; i < 400 && servers.length === 0; i++) {
        await sleep(25);
        servers = await childrenOf(process.pid, "serve/main.ts");
      }
      assert.equal(servers.length, 1);
      await sleep(1500); // it has told its address by then, or is killed before that
      kill(servers[0]!);
      const { code, out: told } = await ended;
      assert.equal(code, 0, told);
      assert.equal(lastEvent(told)["done"], 1);
    }),
});

Deno.test("what cannot be shown is said before anything is trained", () =>
  withFolder(async (out) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    for (
      const [options, sentence] of [
        [["--serve", String(port)], `Cannot serve the live page on port ${port}: another program`],
        [["--serve", "http"], 'Cannot use --serve "http": a port is a whole number'],
        [["--serve", "--executor", "slurm"], "Cannot use --serve with --executor slurm"],
        [["--serve", "--dry-run"], "Cannot use --serve with --dry-run"],
      ] as const
    ) {
      const { code, err } = await startBench(...TINY, "--out", out, ...options).ended;
      assert.equal(code, 2, err);
      assert.ok(err.startsWith(sentence), err);
    }
    assert.deepEqual(await Array.fromAsync(Deno.readDir(out)), []);
    const { code, err } = await cli("serve", "--out", `${out}/none`);
    assert.deepEqual(
      [code, /^Cannot serve --out ".*there is no such folder/.test(err)],
      [2, true],
      err,
    );
  }));
