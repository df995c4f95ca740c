/**
 * The Slurm executor: what it writes, and on a real cluster of this machine alone, whose tasks are
 * cancelled, told that their time is up, and have their node drained and taken down.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { builtin } from "../../bench/catalogue.ts";
import type { Request } from "../../bench/plan/plan.ts";
import { plan } from "../helpers/plan.ts";
import slurm, { runsOfTask, status } from "../../bench/execute/slurm.ts";
import { timeLimit } from "../../bench/execute/slurm_options.ts";
import { cacheDirectory } from "../../tensor/backend.ts";
import { startCluster } from "./slurm_cluster.ts";
import { assertSame, bench, cli, sleep, statesIn, TINY, undisturbed, withFolder } from "./crash.ts";

const request: Request = {
  datasets: ["digits-synth"],
  methods: ["erm", "irm", "boda+crt"],
  seeds: [0, 1, 2],
  preset: "smoke",
  settings: [],
  selection: "last",
  backend: "native",
  threads: 2,
};

/** Does something where no program is found. */
async function withoutPrograms<T>(work: () => Promise<T>): Promise<T> {
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "");
  try {
    return await work();
  } finally {
    Deno.env.set("PATH", path);
  }
}

Deno.test("without Slurm there are scripts: an array for each stage, then the report", () =>
  withFolder(async (folder) => {
    const out = join(folder, "my results, 100 %");
    const runs = plan(request);
    const paths = { dataDir: undefined, splitsDir: undefined, cacheDir: cacheDirectory() };
    const session = { out, paths, catalogue: builtin(), saveEvery: 30, report: true };
    const given = {
      partition: "gpu",
      time: "4:00:00",
      memory: "16G",
      gpusPerRun: 1,
      runsPerTask: 4,
      throttle: 2,
      sbatch: ["--account=mine"],
    };
    const execution = await withoutPrograms(() => slurm.run(runs, session, given));
    assert.ok("submission" in execution);
    const { jobs, scripts } = execution.submission;
    assert.deepEqual(jobs, []);
    assert.deepEqual(scripts.map(({ path }) => path.slice(out.length)), [
      "/slurm/stage-1.sh",
      "/slurm/stage-2.sh",
      "/slurm/report.sh",
    ]);
    const [first, second, report] = scripts.map(({ text }) => text) as [string, string, string];
    for (
      const line of [
        "--partition=gpu",
        "--time=4:00:00",
        "--mem=16G",
        "--gres=gpu:1",
        "--account=mine",
        "--requeue",
        "--signal=B:USR1@90",
        "--cpus-per-task=2",
        "--array=1-3%2", // nine runs, four a task
        `--chdir=${projectPath("")}`,
        `"--output=${folder}/my results, 100 %%/slurm/stage-1-%a.log"`,
      ]
    ) assert.ok(first.includes(`\n#SBATCH ${line}\n`), `${line} lacks in\n${first}`);
    assert.match(second, /\n#SBATCH --array=1-1%2\n/);
    assert.match(report, /main\.ts report --out '/);
    assert.doesNotMatch(report, /array|gres/);
    for (const { path, text } of scripts) {
      assert.equal(await Deno.readTextFile(path), text);
      const { success, stderr } = await new Deno.Command("bash", { args: ["-n", path] }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    }

    const shared = [1, 2, 3].map((task) => runsOfTask(out, 1, `${task}/3`));
    const stage1 = (await Promise.all(shared)).flat();
    const stage2 = await runsOfTask(out, 2, "1/1");
    assert.deepEqual(stage2.map(({ name }) => name), ["boda+crt", "boda+crt", "boda+crt"]);
    const ids = (list: typeof runs) => list.map(({ id }) => id).sort();
    assert.deepEqual(ids([...stage1, ...stage2]), ids(runs));
  }));

Deno.test("time limits are as Slurm writes them, and long enough to be of use", () => {
  for (const fit of ["5", "5:00", "90:30", "0:05:00", "4:00:00", "1-0", "0-1:30", "2-12:00:00"]) {
    assert.equal(timeLimit(fit), fit);
  }
  for (const short of ["4", "4:59", "0:04:59", "0-0", "0-0:04"]) {
    assert.throws(() => timeLimit(short), /a task needs 5 minutes at least/, short);
  }
  for (const none of ["", "x", "4h", "1:2:3:4", "-1", "1-", "4.5"]) {
    assert.throws(() => timeLimit(none), /give hours:minutes:seconds/, none);
  }
});

const cluster = await startCluster();
const obstacle = "obstacle" in cluster ? cluster.obstacle : null;

Deno.test({
  name: `on a cluster: drained, cancelled, out of time, node down, the same bits as here${
    obstacle === null ? "" : ` (skipped: ${obstacle})`
  }`,
  ignore: obstacle !== null,
  fn: () =>
    withFolder(async (folder) => {
      if (!("stop" in cluster)) return;
      try {
        await onCluster(cluster.node, join(folder, "on slurm"));
      } finally {
        await cluster.stop();
      }
    }),
});

async function onCluster(node: string, out: string): Promise<void> {
  const grid = [...TINY, "--steps", "150", "--methods", "boda+crt,dann"];
  const submitted = async () => {
    const { code, out: said, err } = await cli(
      ...["bench", ...grid, "--out", out, "--executor", "slurm", "--save-every", "0"],
      ...["--time", "10:00", "--memory", "1G", "--json"],
    );
    return { code, err, ...(said && JSON.parse(said.trim().split("\n").at(-1)!)) };
  };
  const states = async () => (await status(out)).flatMap(({ states }) => states);
  const runningTo = async (what: string, since: number) => {
    await until(`a run whose state is kept, ${what}`, async () => await statesIn(out, since) > 0);
    return (await status(out)).find(({ states }) => states.includes("RUNNING"))!.job;
  };
  /** Tasks of this moment are at an end, and their processes are gone. */
  const standstill = async () => {
    await until("the end of the running tasks", async () => !(await states()).includes("RUNNING"));
    // Slurm takes a node out of service which is given a job that it is still ending.
    const steps = () => call("scontrol", "listpids").catch(() => ""); // it fails where there are none
    await until("the end of their processes", async () => !/\d/.test(await steps()));
  };
  /**
   * Slurm holds what it queues again for two minutes. Three seconds will do: a node starts no job in
   * the second in which it was told to end it.
   */
  const release = async () => {
    for (const { job, states } of await status(out)) {
      if (states.length > 0) await call("scontrol", "update", `jobid=${job}`, "starttime=now+3");
    }
  };
  const change = (...what: string[]) => call("scontrol", "update", `nodename=${node}`, ...what);

  await change("state=drain", "reason=test");
  const first = await submitted();
  assert.equal(first.code, 0, first.err);
  assert.deepEqual(
    first.jobs.map(({ what, ids }: { what: string; ids: string[] }) => [what, ids.length]),
    [["stage 1", 2], ["stage 2", 1], ["report", 0]],
  );
  const again = await submitted();
  assert.equal(again.code, 2);
  assert.match(again.err, /its jobs 1, 2, 3 are still there/);
  await sleep(2000); // Slurm looks for room every two seconds
  assert.deepEqual(new Set(await states()), new Set(["PENDING"]), "a drained node took a task");
  await change("state=resume");

  await runningTo("before it is cancelled", 0);
  const { out: cancelled } = await cli("slurm", "cancel", "--out", out);
  assert.equal(cancelled, "Cancelled 1, 2, 3\n");
  await until("the end of the jobs", async () => (await states()).length === 0);
  assert.ok(await statesIn(out) > 0, "a cancelled run was not kept");

  let since = Date.now();
  assert.equal((await submitted()).code, 0);
  const timed = await runningTo("before its time is up", since);
  await call("scancel", "--signal=USR1", "--batch", timed); // as Slurm does near the limit
  await standstill();
  assert.ok((await states()).includes("PENDING"), "a task whose time was up is not queued again");
  assert.ok(await statesIn(out, since) > 0, "a run whose time was up was not kept");

  since = Date.now();
  await release();
  await runningTo("before its node is down", since);
  await change("state=down", "reason=test");
  await standstill();
  await change("state=resume").catch(() => {}); // it may be taken back by itself
  await release();
  await until("the end of all jobs", async () => (await states()).length === 0);

  await assertSame(out, await undisturbed(grid));
  const { out: told } = await cli("slurm", "status", "--out", out);
  assert.match(told, /stage 1, job \d+: 2 of 2 runs finished, not in the queue\n/);
  assert.match(await bench(...grid, "--out", out), /^0 of 3 runs trained .* 3 existing/);
}

async function call(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}`);
  return text(stdout);
}

/** Waits for something, at most three minutes. */
async function until(what: string, there: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 180_000; !await there(); await sleep(200)) {
    if (Date.now() > end) throw new Error(`Waited three minutes for ${what}`);
  }
}
