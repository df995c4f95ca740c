/**
 * `deno task test:slurm`: the Slurm executor on a real cluster whose nodes this machine may drain.
 * Tasks are cancelled, the node is drained and taken down under them; in the end all must be as after
 * a local run with the same threads. Without such a cluster it says why it does nothing.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertSame, bench, contentOf, GRID, sleep, statesIn } from "./bench/crash.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function call(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: root }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}`);
  return text(stdout);
}

/** Why there is nothing to test with; null when there is. */
async function obstacle(): Promise<string | null> {
  try {
    const states = await call("sinfo", "--noheader", "--format=%T");
    if (!/idle|mixed|allocated/.test(states)) return `no node is up (${states || "none"})`;
    return Deno.uid() === 0 ? null : "only root may drain nodes";
  } catch (error) {
    return `there is no Slurm here (${(error as Error).message})`;
  }
}

interface Status {
  readonly what: string;
  readonly job: string;
  readonly runs: number;
  readonly finished: number;
  readonly states: readonly string[];
}

const cli = (...args: string[]) =>
  call(Deno.execPath(), "run", "--allow-all", "--quiet", "bench/cli.ts", ...args);
const status = async (out: string): Promise<Status[]> =>
  JSON.parse(await cli("slurm", "status", "--out", out, "--json"));
const node = async (...change: string[]) => {
  const names = await call("sinfo", "--noheader", "--format=%N");
  await call("scontrol", "update", `nodename=${names}`, ...change);
};

/** Waits for something, at most four minutes. */
async function until(what: string, there: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 240_000; !await there(); await sleep(200)) {
    if (Date.now() > end) throw new Error(`Waited four minutes for ${what}`);
  }
}

const reason = await obstacle();
if (reason !== null) {
  print(`skipped: ${reason}`);
  Deno.exit(0);
}
const folder = await Deno.makeTempDir(); // left for inspection where the test fails
try {
  const local = join(folder, "local"), out = join(folder, "on slurm");
  await bench(...GRID, "--out", local, "--jobs", "1");
  const expected = await contentOf(local);
  const submit = () =>
    cli(
      "bench",
      ...[...GRID, "--out", out, "--executor", "slurm", "--save-every", "0"],
      ...["--time", "10:00", "--memory", "2G"],
    );
  const running = async () =>
    (await status(out)).flatMap(({ states }) => states).includes("RUNNING");

  await node("state=drain", "reason=test");
  await submit();
  await sleep(2000);
  assert.ok(!await running(), "a drained node took a task");
  await node("state=resume");
  print("drained: nothing ran; resumed");

  await until("a run whose state is kept", async () => await statesIn(out) > 0);
  const message = await cli("slurm", "cancel", "--out", out);
  await until(
    "the end of the jobs",
    async () => (await status(out)).every(({ states }) => states.length === 0),
  );
  assert.ok(await statesIn(out) > 0, "a cancelled run was not kept");
  print(`${message}: ${await statesIn(out)} runs kept as they stood`);

  await submit();
  await assert.rejects(submit(), /still there/);
  await until("a running task", running);
  await until("a run whose state is kept", async () => await statesIn(out) > 0);
  await node("state=down", "reason=test");
  await until("the end of the node's tasks", async () => !await running());
  await node("state=resume").catch(() => {}); // clusters may take it back by themselves
  print("node down under its tasks: queued again");
  // Slurm holds what it queues again for two minutes; no test needs to.
  for (const { job, states } of await status(out)) {
    if (states.length > 0) {
      await call("scontrol", "update", `jobid=${job}`, "starttime=now").catch(() => "");
    }
  }
  await until(
    "the end of all jobs",
    async () => (await status(out)).every(({ states }) => states.length === 0),
  );
  await assertSame(out, expected);
  const records = [...expected.keys()].filter((name) => name.endsWith("record.json")).length;
  print(`ok: ${records} runs identical to local ones, to the last bit`);
  await Deno.remove(folder, { recursive: true });
} finally {
  await node("state=resume").catch(() => {}); // it may be well already
}
