/**
 * `deno task test:boundaries [JOBS]`: kills a small grid at every single file that it is about to
 * make, rename, remove or bring to the disk, continues it, and compares what is there in the end with
 * what an undisturbed one leaves, bit for bit. Every third is killed a second time as it continues.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cpus } from "node:os";
import { join } from "node:path";
import { print } from "../../base/terminal.ts";
import { projectPath } from "../../base/paths.ts";
import { findProgram } from "../../base/command.ts";
import { readIfThere } from "../../base/files.ts";
import { assertSame, contentOf } from "../bench/crash.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

const [jobs = Math.max(1, cpus().length)] = Deno.args.map(Number);
const compiler = await findProgram(["cc", "gcc", "clang"], Deno.env.toObject());
if (Deno.build.os !== "linux" || compiler === undefined) {
  print("Skipped: it takes Linux and a C compiler");
  Deno.exit(0);
}
const began = performance.now();
const folder = await Deno.makeTempDir({ prefix: "boundaries-" });
const killedAt: string[] = [];
let [again, midway] = [0, 0];
try {
  const shim = join(folder, "boundaries.so");
  const source = projectPath("tests/bench/boundaries.c");
  const built = await new Deno.Command(compiler, {
    args: ["-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"],
  }).output();
  if (!built.success) throw new Error(new TextDecoder().decode(built.stderr));

  const whole = join(folder, "whole");
  assert.equal((await run(shim, whole, 0)).killed, false);
  const expected = await contentOf(join(whole, "out"));
  let next = 1, over = false;
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (let at = next++; !over; at = next++) {
      const boundary = await killAt(shim, at, expected);
      if (boundary === undefined) over = true; // there are no more
      else killedAt.push(boundary);
      if (at % 20 === 0) print(`killed at ${at} boundaries`);
    }
  }));
} finally {
  await Deno.remove(folder, { recursive: true });
}
const kinds = [...Map.groupBy(killedAt, (line) => line.split(" ")[0]!)]
  .map(([kind, { length }]) => `${length} × ${kind}`).sort().join(", ");
print(
  `${killedAt.length} of ${killedAt.length} boundaries killed (${kinds}), ${midway} of them while a ` +
    `state was kept, and ${again} kills more as it continued: the same bits after each; ` +
    `${Math.round((performance.now() - began) / 1000)} s`,
);

/** Kills it at a boundary and compares what it comes to; which boundary, undefined for none. */
async function killAt(
  shim: string,
  at: number,
  expected: Map<string, string>,
): Promise<string | undefined> {
  const root = join(folder, `at-${at}`);
  const { killed, last } = await run(shim, root, at);
  if (!killed) return undefined;
  if (at % 3 === 0 && (await run(shim, root, 1 + at % 40)).killed) again++;
  assert.ok(!(await run(shim, root, 0)).killed, `${last} does not continue`);
  try {
    await assertSame(join(root, "out"), expected);
  } catch (error) {
    throw new Error(`Killed at ${at}, ${last}: ${(error as Error).message}`);
  }
  if (last.includes("resume")) midway++;
  await Deno.remove(root, { recursive: true });
  return last;
}

/** Runs the grid; whether it was killed, and the last boundary that it came to. */
async function run(
  shim: string,
  root: string,
  at: number,
): Promise<{ readonly killed: boolean; readonly last: string }> {
  const log = `${root}.log`;
  const { code, signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN_AS_TEST, projectPath("tests/bench/boundary_program.ts"), root],
    cwd: projectPath(""),
    env: { LD_PRELOAD: shim, BOUNDARY_ROOT: root, BOUNDARY_AT: String(at), BOUNDARY_LOG: log },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const last = (await readIfThere(log) ?? "").trim().split("\n").at(-1)!;
  if (code === 0) return { killed: false, last };
  if (signal === "SIGKILL") return { killed: true, last };
  throw new Error(`ended with ${signal ?? code}: ${new TextDecoder().decode(stderr)}`);
}
