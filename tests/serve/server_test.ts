/** What the live page's server tells of a folder, and what it refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { readStore } from "../../report/folder.ts";
import { LiveServer, USUAL_PORT } from "../../serve/mod.ts";
import type { Curves, State } from "../../serve/state.ts";
import { DATASETS, writeStore } from "../report/store.ts";
import { folderOf, GRID, halfway, tell, withServer } from "./folder.ts";

async function stateOf(address: string, query = ""): Promise<State> {
  return await (await fetch(`${address}state${query}`)).json();
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The head of an answer to a request as it stands, which no client would send. */
async function raw(port: number, request: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request.replaceAll("\n", "\r\n")));
  const buffer = new Uint8Array(4096);
  const size = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, size ?? 0));
}

const statusOf = async (port: number, request: string) =>
  Number(/^HTTP\/1\.1 (\d+)/.exec(await raw(port, request))![1]);

Deno.test("the state of every run is told", () =>
  withServer(async ({ out, address }) => {
    await tell(out, "erm", 1, halfway());
    await tell(out, "erm", 2, halfway({ stopped: true, step: 100 }));
    await tell(out, "irm", 2, halfway({ at: new Date(Date.now() - 600_000).toISOString() }));
    const { plan, runs, counts, left, note } = await stateOf(address);
    assert.deepEqual(plan!.cells.map(({ row, seed }) => `${row} ${seed}`), [
      ...["erm 0", "erm 1", "erm 2", "irm 0", "irm 1", "irm 2"],
    ]);
    assert.deepEqual(runs.map(({ status }) => status), [
      ...["done", "running", "stopped", "failed", "diverged", "quiet"],
    ]);
    assert.deepEqual(counts, {
      ...{ waiting: 0, running: 1, quiet: 1, stopped: 1, done: 1, diverged: 1, failed: 1 },
    });
    const [done, running, stopped, failed, diverged, quiet] = runs;
    const known = (await readStore(out)).runs[0]!.digest!.scores.get("average/macro_f1")!;
    assert.equal(done!.figure, (100 * known).toFixed(1));
    const { step, steps, loss, best, trail } = running!;
    assert.deepEqual([step, steps, loss, best, trail], [250, 500, 0.5, "62.5", [0.2, 0.625, 0.5]]);
    assert.equal(running!.left, 60, "250 steps took 60 s");
    assert.equal(stopped!.step, 100);
    assert.match(failed!.reason!, /^Cannot read the image/);
    assert.match(diverged!.reason!, /was not finite after 137 steps/);
    assert.ok(quiet!.silent! >= 600);
    assert.ok(left! > 60, "what is broken off must be done as well");
    assert.equal(note, null);
  }));

Deno.test("only what has changed is told again, and nothing where nothing has", () =>
  withServer(async ({ out, address }) => {
    const { version, key } = await stateOf(address);
    const query = `?plan=${key}&after=${version}`;
    const again = await fetch(`${address}state${query}`);
    const { plan, runs } = await again.json() as State;
    assert.deepEqual([plan, runs], [null, []]);
    const tag = again.headers.get("etag")!;
    const same = await fetch(`${address}state${query}`, { headers: { "if-none-match": tag } });
    assert.equal(same.status, 304);
    await tell(out, "erm", 2, halfway());
    await pause(700);
    const { n } = await folderOf(out, "erm", 2);
    const changed = await stateOf(address, query);
    assert.deepEqual(changed.runs.map((run) => [run.n, run.status]), [[n, "running"]]);
    // A run that is tried again counts as failed no more.
    await tell(out, "irm", 0, halfway());
    for (let i = 0; i < 40 && (await stateOf(address)).counts.failed > 0; i++) await pause(700);
    assert.equal((await stateOf(address)).counts.failed, 0);
    // A plan that has grown is told as a whole.
    await writeStore(out, { ...GRID, datasets: DATASETS.slice(0, 2) });
    await pause(700);
    const grown = await stateOf(address, query);
    assert.deepEqual([grown.plan!.groups.length, grown.runs.length], [2, 12]);
  }));

Deno.test("curves are those of the runs that have some", () =>
  withServer(async ({ out, address }) => {
    await tell(out, "erm", 1, halfway());
    await stateOf(address);
    const { runs } = await (await fetch(`${address}curves?group=0`)).json() as Curves;
    const { n } = await folderOf(out, "erm", 1);
    assert.deepEqual(runs.find((run) => run.n === n)!.points, halfway().curve);
    assert.ok(runs.find((run) => run.n === 0)!.points.length > 3);
    const none = await (await fetch(`${address}curves?group=x`)).json() as Curves;
    assert.deepEqual(none.runs, []);
  }));

Deno.test("what is half-written or made up in the folder harms nothing", () =>
  withServer(async ({ out, address }) => {
    assert.match((await stateOf(address)).note!, /Nothing is planned/);
    await Deno.writeTextFile(join(out, "manifest.json"), '{"format": 2, "runs": [');
    await pause(700);
    assert.match((await stateOf(address)).note!, /cannot be used/);
    await writeStore(out, GRID);
    const { path } = await folderOf(out, "erm", 0);
    const record = await Deno.readTextFile(join(path, "record.json"));
    await Deno.writeTextFile(join(path, "record.json"), record.slice(0, 500));
    await tell(out, "erm", 1, '{"step": 1');
    await tell(out, "erm", 2, JSON.stringify({ ...halfway(), curve: "x".repeat(100) }));
    await tell(out, "irm", 2, JSON.stringify(halfway()).padEnd(2 ** 21));
    await pause(700);
    const { runs, note } = await stateOf(address);
    assert.equal(note, null);
    assert.deepEqual(runs.map(({ status }) => status), [
      ...["failed", "waiting", "waiting", "failed", "diverged", "waiting"],
    ]);
    assert.match(runs[0]!.reason!, /^not a record: it is not valid JSON/);
  }, null));

Deno.test("no link leads out of the folder", () =>
  withServer(async ({ out, address, port }) => {
    const secret = await Deno.makeTempFile();
    await Deno.writeTextFile(secret, "secret words");
    const { path } = await folderOf(out, "erm", 1);
    await Deno.mkdir(path, { recursive: true });
    await Deno.mkdir(join(out, "report"));
    await Deno.symlink(secret, join(path, "record.json"));
    await Deno.symlink(secret, join(out, "report", "index.html"));
    await Deno.symlink("/etc", join(out, "report", "tables"));
    const { runs, report } = await stateOf(address);
    assert.deepEqual([runs[1]!.status, report], ["waiting", "none"]);
    assert.ok(!JSON.stringify(runs).includes("secret"));
    for (
      const path of [
        ...["report/index.html", "report/tables/passwd", "manifest.json", "runs", "report"],
        ...["report/..%2fmanifest.json", "report/%2e%2e/manifest.json", "report//etc/passwd"],
        ...["results.csv/", "report/tables/", "report/a/b/c/d", "report/.hidden"],
      ]
    ) {
      const got = await fetch(address + path, { redirect: "manual" });
      await got.body?.cancel();
      assert.equal(got.status, path === "report" ? 302 : 404, path);
    }
    const host = `Host: 127.0.0.1:${port}\nConnection: close\n\n`;
    assert.equal(await statusOf(port, `GET /report/../manifest.json HTTP/1.1\n${host}`), 404);
    await Deno.remove(secret);
  }));

Deno.test("it answers under this machine's own name, and to readers alone", () =>
  withServer(async ({ address, port }) => {
    const get = (host: string, more = "") =>
      statusOf(port, `GET /state HTTP/1.1\nHost: ${host}\nConnection: close\n${more}\n`);
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      assert.equal(await get(`${host}:${port}`), 200, host);
    }
    for (
      const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${port + 1}`]
    ) {
      assert.equal(await get(host), 421, host);
    }
    const own = `127.0.0.1:${port}`;
    assert.equal(await get(own, "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors\n"), 421);
    assert.equal(await get(own, "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\n"), 200);
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await fetch(address, { method });
      await answer.body?.cancel();
      assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET, HEAD"], method);
    }
    const head = await fetch(address, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
    const page = await fetch(address);
    const policy = page.headers.get("content-security-policy")!;
    assert.match(
      policy,
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+';/,
    );
    assert.ok(!policy.includes("unsafe"));
    assert.doesNotMatch(await page.text(), /https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  }));

Deno.test("it listens on the loopback addresses alone", () =>
  withServer(async ({ out, port }) => {
    const others = Deno.networkInterfaces().map(({ address }) => address)
      .filter((address) =>
        !address.startsWith("127.") && address !== "::1" && !address.includes("%")
      )
      .filter((address) => !address.startsWith("fe80"));
    const knocks = join(out, "knocks.ts"); // a test itself reaches the loopback addresses alone
    await Deno.writeTextFile(
      knocks,
      `for (const hostname of Deno.args) {
         await Deno.connect({ hostname, port: ${port} }).then(
           () => console.log(hostname, "answers"),
           (error) => console.log(hostname, error.name),
         );
       }`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--allow-net", knocks, "127.0.0.1", ...others],
    }).output();
    const said = new TextDecoder().decode(stdout).trim().split("\n");
    assert.deepEqual(said[0], "127.0.0.1 answers");
    assert.equal(said.length, 1 + others.length);
    for (const line of said.slice(1)) assert.doesNotMatch(line, /answers|NotCapable/);
  }));

Deno.test("a port that is taken is told of, or passed over", () =>
  withServer(async ({ out, port }) => {
    await assert.rejects(
      new LiveServer(out).start(port),
      (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.match(
          error.message,
          new RegExp(`^Cannot serve the live page on port ${port}: another`),
        );
        return true;
      },
    );
    const [first, second] = [
      await new LiveServer(out).start(null),
      await new LiveServer(out).start(null),
    ];
    assert.notEqual(first.address, second.address);
    assert.ok(Number(new URL(first.address).port) >= USUAL_PORT);
    await Promise.all([first.close(), second.close()]);
  }));
