/**
 * Breaking off the harness and its workers, and what must hold afterwards.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalSession } from "../../bench/execute/local.ts";
import { builtin } from "../../bench/catalogue.ts";
import type { PlannedRun } from "../../bench/plan/plan.ts";
import { plan } from "../helpers/plan.ts";
import { type Backend, cacheDirectory } from "../../tensor/backend.ts";
import { stream } from "../../base/random.ts";
import { benchAsTest, commandLine } from "../helpers/processes.ts";
import { childrenOf, commandOf } from "../helpers/system.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What does the mathematics in these tests. */
export const BACKEND = (Deno.env.get("MDLT_TEST_BACKEND") ?? "native") as Backend;

/** The smallest preset on a handful of images: what a run's bookkeeping needs and no more. */
export const TINY = [
  ...["--datasets", "digits-synth", "--preset", "smoke", "--backend", BACKEND, "--seeds", "1"],
  ...["head=30", "validation=6", "test=6"].flatMap((each) => ["--set", `digits-synth.${each}`]),
];

/** Ten compiled runs: a second stage, two optimisers, a phase that begins late, feature banks. */
export const GRID = [
  ...TINY,
  "--seeds",
  "2",
  "--steps",
  "60",
  "--methods",
  "erm,boda+crt,irm,dann",
];
/** Three runs. */
export const SMALL_GRID = [...TINY, "--steps", "52", "--methods", "boda+crt,dann"];

/** The runs of a method, a first stage before its second. */
export function planOf(method: string): PlannedRun[] {
  return plan({
    datasets: ["digits-synth"],
    methods: [method],
    seeds: [0],
    preset: "smoke",
    settings: [["digits-synth.head", 30]],
    selection: "last",
    backend: BACKEND,
    threads: 1,
  });
}

/** Where an executor of this process trains runs, one at a time. */
export function place(out: string): LocalSession {
  return {
    out,
    catalogue: builtin(),
    paths: { dataDir: undefined, splitsDir: undefined, cacheDir: cacheDirectory() },
    jobs: 1,
  };
}

/** Hands a temporary folder to some work and removes it afterwards. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A harness that was started. */
export interface Harness {
  readonly process: Deno.ChildProcess;
  /** Its exit code, or the signal that ended it, with what it said. */
  readonly ended: Promise<{ code: number; signal: string | null; out: string; err: string }>;
}

/** Starts `deno task bench` with these options, as a process that can be killed by its id. */
export function startBench(...options: string[]): Harness {
  return start([...benchAsTest(), ...options]);
}

/** Runs another command of the command line to its end. */
export async function cli(...args: string[]): Promise<Awaited<Harness["ended"]>> {
  return await start(await commandLine(args)).ended;
}

function start(args: readonly string[]): Harness {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const ended = process.output().then(({ code, signal, stdout, stderr }) => ({
    code,
    signal,
    out: text(stdout),
    err: text(stderr),
  }));
  return { process, ended };
}

/** Runs `deno task bench` to its end, which must be a good one. */
export async function bench(...options: string[]): Promise<string> {
  const { code, out, err } = await startBench(...options).ended;
  assert.equal(code, 0, err + out);
  return out;
}

/** The last event of a `--json` harness. */
export function lastEvent(out: string): Record<string, number> {
  return JSON.parse(out.trim().split("\n").at(-1)!);
}

/** Waits for a harness to end and does this to each of its workers as soon as there is one. */
export async function whileItRuns(
  { process, ended }: Harness,
  act: (worker: number) => Promise<void>,
): Promise<Awaited<Harness["ended"]>> {
  const seen = new Set<number>();
  let over = false;
  ended.finally(() => over = true);
  while (!over) {
    for (const worker of await workersOf(process.pid)) {
      if (!seen.has(worker)) await act(worker);
      seen.add(worker);
    }
    await sleep(10);
  }
  return await ended;
}

/** From here on a process may hold so many MB of data and no more. */
export async function limitMemory(pid: number, megabytes: number): Promise<void> {
  const args = ["--pid", String(pid), `--data=${1e6 * megabytes}`];
  const { code, stderr } = await new Deno.Command("prlimit", { args }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** The worker processes of a harness that are alive; or those that run another program of its. */
export async function workersOf(pid: number, program = "worker.ts"): Promise<number[]> {
  const found: number[] = [];
  for (const child of await childrenOf(pid)) {
    if ((await commandOf(child)).includes(program)) found.push(child);
  }
  return found;
}

/** Kills at once, as the kernel does when memory is short; false when it had ended already. */
export function kill(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** What an undisturbed harness makes of a grid, every run in a worker of its own as far as that goes. */
export async function undisturbed(grid: readonly string[]): Promise<Map<string, string>> {
  const out = await Deno.makeTempDir();
  try {
    await bench(...grid, "--out", out, "--jobs", "3");
    return await contentOf(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** All that a finished folder's runs consist of, without times and places. */
export async function contentOf(out: string): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  content.set("results.csv", await Deno.readTextFile(join(out, "results.csv")));
  for await (const { name: id } of Deno.readDir(join(out, "runs"))) {
    for await (const { name } of Deno.readDir(join(out, "runs", id))) {
      const bytes = await Deno.readFile(join(out, "runs", id, name));
      let text = new TextDecoder("latin1").decode(bytes);
      if (name === "record.json") {
        const { timing: _, environment: __, sha256: ___, ...record } = JSON.parse(text);
        text = JSON.stringify(record);
      }
      content.set(`runs/${id}/${name}`, text);
    }
  }
  return content;
}

/** A folder must hold what an undisturbed one holds, no less, no more, to the last bit. */
export async function assertSame(out: string, expected: Map<string, string>): Promise<void> {
  const found = await contentOf(out);
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  for (const [name, text] of expected) assert.ok(found.get(name) === text, `${name} differs`);
}

/** What {@linkcode killAtRandom} did. */
export interface Kills {
  worker: number;
  harness: number;
  both: number;
  /** Kills that broke off a run whose state had been kept. */
  midway: number;
  /** Folders that were finished and compared with an undisturbed one. */
  folders: number;
}

/**
 * Kills workers, the harness, or both, at random moments, so many times; starts the harness again
 * after each end, and compares every finished folder with an undisturbed one.
 *
 * @param expected What an undisturbed harness makes of the grid.
 * @param within Seconds between a start (of a worker, where one is killed) and a kill, at most.
 */
export async function killAtRandom(
  grid: readonly string[],
  expected: Map<string, string>,
  kills: number,
  seed: number,
  within: number,
  tell: (line: string) => void = () => {},
): Promise<Kills> {
  const random = stream(seed, "kills");
  const counts: Kills = { worker: 0, harness: 0, both: 0, midway: 0, folders: 0 };
  const folder = await Deno.makeTempDir();
  try {
    const orphans = new Set<number>();
    for (let done = 0; done < kills;) {
      const out = join(folder, `disturbed-${counts.folders}`);
      for (let finished = false; !finished;) {
        const harness = startBench(...grid, "--out", out, "--jobs", "2", "--save-every", "0");
        const { pid } = harness.process;
        let ended = false;
        harness.ended.then(() => ended = true);
        while (!ended) {
          if (done === kills) {
            await harness.ended;
            break;
          }
          const kind = (["worker", "harness", "both"] as const)[random.integer(3)]!;
          let workers = await workersOf(pid);
          while (kind !== "harness" && workers.length === 0 && !ended) {
            await sleep(10);
            workers = await workersOf(pid);
          }
          await Promise.race([harness.ended, sleep(1000 * within * random.uniform())]);
          workers = await workersOf(pid);
          if (ended || (kind !== "harness" && workers.length === 0)) continue;
          const midway = await statesIn(out);
          const victims = kind === "worker"
            ? [workers[random.integer(workers.length)]!]
            : kind === "harness"
            ? [pid]
            : [pid, ...workers];
          if (victims.map(kill).includes(true)) {
            done++;
            counts[kind]++;
            if (midway > 0) counts.midway++;
            tell(`${done} of ${kills} kills, ${counts.folders} folders`);
          }
          if (kind === "harness") workers.forEach((worker) => orphans.add(worker));
          if (kind !== "worker") await harness.ended;
        }
        finished = (await harness.ended).code === 0;
      }
      await assertSame(out, expected);
      await Deno.remove(out, { recursive: true });
      counts.folders++;
    }
    await sleep(1000);
    for (const orphan of orphans) {
      const line = await commandOf(orphan);
      assert.ok(!line.includes("worker.ts"), `worker ${orphan} outlived its harness`);
    }
    return counts;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs of a folder whose state on the way is kept, and was since a time. */
export async function statesIn(out: string, since = 0): Promise<number> {
  let count = 0;
  try {
    for await (const { name } of Deno.readDir(join(out, "runs"))) {
      const state = join(out, "runs", name, "resume.safetensors");
      const kept = await Deno.stat(state).catch(() => null);
      if (kept !== null && kept.mtime!.getTime() >= since) count++;
    }
  } catch {
    // No run has begun.
  }
  return count;
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
