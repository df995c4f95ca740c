/**
 * Which tests reach which lines, by their coverage: a test that never comes to a line cannot notice
 * that it was changed, so it is not asked.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { readIfThere } from "../../../base/files.ts";
import { print } from "../../../base/terminal.ts";
import { areaOf, type Asked, isAsked } from "./areas.ts";
import { endOf, outputOf } from "./run.ts";
import type { Mutation } from "./slips.ts";

/** Seconds of a processor that a test file may take where it is asked; with a mutation twice as many. */
export const SECONDS = 60;

/** What a test file reaches, as it was when it was measured. */
interface Reach {
  readonly test: string;
  /** Of the test file. */
  readonly sha256: string;
  /** Whether it passes with the code as it is; one that does not is not asked. */
  readonly passes: boolean;
  /** How many lines of the code it reaches. */
  readonly size: number;
  /** The files of the code that it loads, with the lines that it does not come to. */
  readonly files: Readonly<Record<string, { sha256: string; missed: readonly number[] }>>;
}

/** Measures every test file that is asked and not yet kept as it stands in `path`. */
export async function measured(
  copy: string,
  files: readonly string[],
  path: string,
  minutes: number,
): Promise<Reach[]> {
  const began = performance.now();
  const lines = (await readIfThere(path) ?? "").split("\n").filter((line) => line !== "");
  const known = new Map(lines.map((line): [string, Reach] => {
    const reach: Reach = JSON.parse(line);
    return [reach.test, reach];
  }));
  const found: Reach[] = [];
  for (const test of files.filter(isAsked)) {
    const before = known.get(test);
    if (before?.sha256 === await digest(copy, test)) {
      found.push(before);
      continue;
    }
    if (performance.now() - began > 60_000 * minutes) throw new Error("no time to measure");
    const reach = await measure(copy, test);
    await Deno.writeTextFile(path, `${JSON.stringify(reach)}\n`, { append: true });
    if (!reach.passes) print(`not asked, since it fails or takes too long: ${test}`);
    found.push(reach);
  }
  return found;
}

/** The test files that come to a mutation's line, the one that reaches least besides first. */
export async function testsAt(
  { file, line }: Mutation,
  reaches: readonly Reach[],
  copy: string,
): Promise<Asked[]> {
  const now = await digest(copy, file);
  return reaches
    .filter(({ passes, files }) => {
      const there = files[file];
      if (!passes || there === undefined) return false;
      return there.sha256 !== now || !there.missed.includes(line); // a changed file: all its lines
    })
    .sort((a, b) => a.size - b.size)
    .map(({ test }) => ({ test }));
}

async function measure(copy: string, test: string): Promise<Reach> {
  const folder = await Deno.makeTempDir({ prefix: "coverage-" });
  try {
    const options = [`--coverage=${folder}`, "--coverage-raw-data-only"];
    const passes = await endOf(copy, test, SECONDS, options) === "passed";
    const lcov = await outputOf(copy, ["coverage", "--lcov", "--quiet", folder]);
    const files: Record<string, { sha256: string; missed: number[] }> = {};
    let size = 0;
    for (const record of lcov.split("end_of_record")) {
      const file = relative(copy, /^SF:(.*)$/m.exec(record)?.[1] ?? "");
      if (areaOf(file) === undefined) continue;
      const counts = [...record.matchAll(/^DA:(\d+),(\d+)$/gm)];
      const missed = counts.filter(([, , count]) => count === "0").map(([, line]) => Number(line));
      files[file] = { sha256: await digest(copy, file), missed };
      size += counts.length - missed.length;
    }
    return { test, sha256: await digest(copy, test), passes, size, files };
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {}); // a process that was left writes
  }
}

async function digest(copy: string, file: string): Promise<string> {
  const bytes = await Deno.readFile(join(copy, file));
  return createHash("sha256").update(bytes).digest("hex");
}
