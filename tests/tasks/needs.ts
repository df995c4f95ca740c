/**
 * What each task of those who develop the suite needs of the machine: a permission set of
 * `deno.json`, the paths that it writes and the programs that it starts. `launch.ts` runs a task with
 * that and no more; the needs of the users' commands are in `cli/needs.ts`.
 *
 * @module
 */
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { arch, platform } from "node:process";
import { cacheDirectory, projectPath } from "../../base/paths.ts";
import type { Opened, PermissionSet } from "../../base/rights.ts";

/** What a task needs. */
interface Needs {
  readonly program: string;
  readonly set: PermissionSet;
  /** Paths in the project that it writes, or others by their whole path. */
  writes?(args: readonly string[]): readonly string[];
  /** Programs that it starts, beside those of its set. */
  starts?(): readonly string[];
}

/** Folders of what is made for a while, and of what was fetched. */
const passing = () => [tmpdir(), ".tmp", cacheDirectory()];

/** A task that does what tests do, and starts what they start. */
const testing = (program: string): Needs => ({ program, set: "tests" });

const deno = () => [Deno.execPath()];

/** The compiler that comes with esbuild's package, as that looks for it. */
function esbuild(): string[] {
  const from = createRequire(createRequire(import.meta.url).resolve("esbuild"));
  return [from.resolve(`@esbuild/${platform}-${arch}/bin/esbuild`)];
}

/** By the task's name in `deno.json`. */
export const NEEDS: Readonly<Record<string, Needs>> = {
  "npm": {
    program: "tests/tasks/npm.ts",
    set: "look",
    writes: () => [".tmp"],
    starts: esbuild,
  },
  "released": {
    program: "tests/tasks/released.ts",
    set: "look",
    writes: () => ["bench/records/released.json"],
  },
  "docs:generate": {
    program: "cli/reference/mod.ts",
    set: "look",
    writes: () => ["docs", "README.md"],
    starts: deno,
  },
  "docs": {
    program: "site/build.ts",
    set: "look",
    writes: ([out = ".tmp/site"]) => [out],
    starts: deno,
  },
  "build:pixels": {
    program: "datasets/reading/pixels/build.ts",
    set: "look",
    writes: () => ["datasets/reading/pixels/kernel.wasm"],
    starts: deno,
  },
  "audit": { program: "tests/tasks/audit.ts", set: "look", starts: deno },
  "golden": { program: "tests/tasks/golden.ts", set: "probe" },
  "perf": testing("perf/main.ts"),
  "test": { program: "tests/run.ts", set: "harness", writes: passing, starts: deno },
  "test:kill": testing("tests/tasks/kill.ts"),
  "test:flips": testing("tests/tasks/flips.ts"),
  "test:mutation": testing("tests/tasks/mutation.ts"),
  "test:boundaries": testing("tests/tasks/boundaries.ts"),
  "test:fuzz": { program: "tests/tasks/fuzz.ts", set: "harness", starts: deno },
  "test:containers": { program: "tests/tasks/containers.ts", set: "launch", writes: passing },
  "test:package": { program: "tests/tasks/package.ts", set: "launch", writes: passing },
  "test:stream": testing("tests/tasks/stream.ts"),
  "test:report": testing("tests/tasks/report.ts"),
  "test:tutorials": testing("tests/tasks/tutorials.ts"),
  "test:statistics": {
    program: "tests/tasks/statistics.ts",
    set: "look",
    writes: () => ["docs/statistics.md"],
  },
};

/** A task's program and permission set, and what it opens beside that. */
export function taskNeeds(
  task: string,
  args: readonly string[],
): { program: string; set: PermissionSet; opened: Opened } {
  const { program, set, writes, starts } = NEEDS[task]!;
  const written = (writes?.(args) ?? []).map((path) => resolve(projectPath(""), path));
  return {
    program,
    set,
    opened: {
      ...(set === "look" ? { read: written } : {}),
      ...(written.length > 0 ? { write: written } : {}),
      ...(starts ? { run: starts() } : {}),
    },
  };
}
