/**
 * Benchmarks in pairs: our process and the other side's in turn.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { print, printError } from "../base/terminal.ts";

/** A benchmark: what both sides measure, and what the number is. */
export interface Benchmark {
  /** On the command line and in the output. */
  readonly name: string;
  readonly description: string;
  /** What `measure.ts` and `peer.py` are asked for. */
  readonly measurement: string;
  readonly unit: "ms" | "MiB" | "images/s" | "runs/hour";
  /** Our program; `measure.ts` unless told otherwise. */
  readonly program?: string;
  /** The other side's, `peer.py`, which needs torch, unless told otherwise; null without one. */
  readonly peer: {
    readonly arguments: readonly string[];
    readonly program?: string;
    /** What it imports. */
    readonly needs?: string;
  } | null;
  /** The number is the time of the whole process, not what it prints. */
  readonly wholeProcess?: boolean;
  /** What the ratio is held to: passes through the network where the peer needs one. */
  readonly passes?: number;
}

/** How benchmarks are measured. */
export interface MeasureOptions {
  readonly pairs: number;
  readonly threads: number;
  /** The folder of an earlier revision that takes PyTorch's place. */
  readonly earlier?: string | undefined;
  /** Environment variables of both sides. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** A file beside this one. */
export const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Arguments of `deno` for a program that measures; its path follows. An earlier revision may have
 * other permission sets, or none.
 */
export const MEASURING = ["run", "--quiet", "--no-prompt", "-RWES", "--allow-run", "--allow-ffi"];

/** Whether python3 can import some modules, by their names. */
const importable = new Map<string, Promise<boolean>>();

/** What was measured of a benchmark. */
export interface Measurement {
  readonly name: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly unit: Benchmark["unit"];
  /** Median over the pairs; null without the other side. */
  readonly ratio: number | null;
}

/** Measures a benchmark and prints a line of JSON. */
export async function measure(
  {
    name,
    measurement,
    unit,
    program = "measure.ts",
    peer,
    wholeProcess = false,
    passes,
  }: Benchmark,
  { pairs, threads, earlier, environment }: MeasureOptions,
): Promise<Measurement> {
  const run = [...MEASURING, here(program), measurement, `${threads}`];
  const [otherProgram, other] = earlier !== undefined
    ? [Deno.execPath(), run.with(MEASURING.length, join(earlier, "perf", program))]
    : peer === null || !await canImport(peer.needs ?? "torch")
    ? ["", null]
    : ["python3", [
      here(peer.program ?? "peer.py"),
      measurement,
      `${threads}`,
      ...peer.arguments,
    ]];
  const ours: number[] = [], theirs: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const measured = await measureOnce(Deno.execPath(), run, wholeProcess, environment);
    ours.push(measured.value);
    if (earlier === undefined && measured.peer !== undefined) theirs.push(measured.peer);
    if (other !== null) {
      theirs.push((await measureOnce(otherProgram, other, wholeProcess, environment)).value);
    }
  }
  const ratios = theirs.map((value, i) => ours[i]! / value);
  const measured = {
    name,
    ours: median(ours),
    peer: theirs.length === 0 ? null : median(theirs),
    unit,
    ratio: theirs.length === 0 ? null : median(ratios),
    better: unit === "images/s" || unit === "runs/hour" ? "higher" : "lower",
    ...(passes !== undefined && { passes }),
    threads,
    pairs,
  };
  print(JSON.stringify(measured));
  return measured;
}

/** What a process prints, or the milliseconds that it takes. */
export async function measureOnce(
  program: string,
  args: string[],
  wholeProcess = false,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly value: number; readonly peer?: number }> {
  const began = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(program, { args, env: environment })
    .output();
  const milliseconds = performance.now() - began;
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  return wholeProcess ? { value: milliseconds } : JSON.parse(new TextDecoder().decode(stdout));
}

/** Whether python3 has some modules; what is missing is said once. */
async function canImport(modules: string): Promise<boolean> {
  const found = importable.get(modules);
  if (found !== undefined) return await found;
  const args = ["-c", `import ${modules}`];
  const looking = new Deno.Command("python3", { args, stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);
  importable.set(modules, looking);
  if (await looking) return true;
  printError(`python3 cannot import ${modules}: measured without a peer.`);
  return false;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
