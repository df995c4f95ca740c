/** Programs that are killed, cancelled and queued, with the harness or apart from it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Store } from "../../bench/records/store.ts";
import { status } from "../../bench/execute/slurm.ts";
import { cli, sleep, startBench, TINY, whileItRuns, withFolder } from "../bench/crash.ts";
import { startCluster } from "../bench/slurm_cluster.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";
import { isRunning } from "../helpers/system.ts";

/** Says that it has begun, hangs in its first attempt, and predicts in its second. */
const PROGRAM = `
const spec = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
const { folder, predictions } = spec.output;
const attempts = folder + "/attempts";
let before = ""; try { before = Deno.readTextFileSync(attempts); } catch { /* the first */ }
Deno.writeTextFileSync(attempts, before + Deno.pid + "\\n");
if (before === "") { setInterval(() => {}, 1000); await new Promise(() => {}); }
const rows = spec.split.test.map(({ path }) => path + ",3");
Deno.writeTextFileSync(predictions, ["path,predicted", ...rows, ""].join("\\n"));
`;

/** A folder with the program, and what asks for its runs. */
function withProgram(use: (options: string[], out: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const program = join(folder, "program.ts");
    await Deno.writeTextFile(program, PROGRAM);
    const command = `mine=${Deno.execPath()} ${RUN_AS_TEST.join(" ")} ${program} {spec}`;
    const out = join(folder, "out");
    const options = [...TINY, "--methods", "mine", "--method-command", command, "--out", out];
    await use(options, out);
  });
}

/** The processes of a run's attempts, as soon as there are so many. */
async function attempts(out: string, count: number): Promise<number[]> {
  for (let i = 0; i < 600; i++) {
    for (const id of await new Store(out).ids()) {
      const text = await Deno.readTextFile(join(out, "runs", id, "program/attempts")).catch(() =>
        ""
      );
      const pids = text.trim().split("\n").filter((line) => line !== "").map(Number);
      if (pids.length >= count) return pids;
    }
    await sleep(100);
  }
  throw new Error(`there were no ${count} attempts`);
}

async function requireEnded(pid: number): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (!await isRunning(pid)) return;
    await sleep(100);
  }
  assert.fail(`the program ${pid} goes on`);
}

const linux = Deno.build.os === "linux";

Deno.test({
  name: "a program whose worker is killed ends with it and is tried again",
  ignore: !linux,
  fn: () =>
    withProgram(async (options, out) => {
      const harness = startBench(...options, "--jobs", "1", "--json");
      let killed = false;
      const { code, out: said, err } = await whileItRuns(harness, async (worker) => {
        if (killed) return;
        killed = true;
        const [program] = await attempts(out, 1);
        Deno.kill(worker, "SIGKILL");
        await requireEnded(program!);
      });
      assert.equal(code, 0, err);
      assert.match(said, /"event":"retry"/);
      assert.equal((await attempts(out, 2)).length, 2);
      const [id] = await new Store(out).ids();
      assert.equal((await new Store(out).record(id!))!.outcome.status, "done");
    }),
});

Deno.test({
  name: "a program ends with its harness, and goes on when it is asked for again",
  ignore: !linux,
  fn: () =>
    withProgram(async (options, out) => {
      const harness = startBench(...options);
      const [program] = await attempts(out, 1);
      Deno.kill(harness.process.pid, "SIGINT");
      assert.equal((await harness.ended).code, 130);
      await requireEnded(program!);
      const again = await startBench(...options).ended;
      assert.equal(again.code, 0, again.err);
    }),
});

const cluster = await startCluster();
const obstacle = "obstacle" in cluster ? cluster.obstacle : null;

Deno.test({
  name: `on Slurm a program is cancelled, and finished when it is submitted again${
    obstacle === null ? "" : ` (skipped: ${obstacle})`
  }`,
  ignore: obstacle !== null,
  fn: () =>
    withProgram(async (options, out) => {
      if (!("stop" in cluster)) return;
      try {
        const submit = async () => {
          const { code, err } = await cli("bench", ...options, "--executor", "slurm", "--json");
          assert.equal(code, 0, err);
        };
        const queued = async () => (await status(out)).flatMap(({ states }) => states).length > 0;
        const emptied = async () => {
          for (let i = 0; await queued(); i++) {
            assert(i < 600, "jobs are still there");
            await sleep(200);
          }
        };
        await submit();
        const [program] = await attempts(out, 1);
        assert.equal((await cli("slurm", "cancel", "--out", out)).code, 0);
        await requireEnded(program!);
        await emptied();
        const [id] = await new Store(out).ids();
        assert.equal(await new Store(out).record(id!), null);
        await submit();
        await attempts(out, 2);
        await emptied();
        assert.equal((await new Store(out).record(id!))!.outcome.status, "done");
      } finally {
        await cluster.stop();
      }
    }),
});
