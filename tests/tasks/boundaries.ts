/**
 * `deno task test:boundaries [EVERY]`: kills a small grid at every file that it is about to make,
 * rename, remove or bring to the disk (at every EVERY-th of them), continues it, and compares what is
 * there in the end with what an undisturbed one leaves, bit for bit.
 *
 * @module
 */
import { join } from "node:path";
import { print } from "../../base/terminal.ts";
import { projectPath } from "../../base/paths.ts";
import { findProgram } from "../../base/command.ts";
import { assertSame, contentOf } from "../bench/crash.ts";

const [every = 1] = Deno.args.map(Number);
const compiler = await findProgram(["cc", "gcc", "clang"], Deno.env.toObject());
if (Deno.build.os !== "linux" || compiler === undefined) {
  print("Skipped: it takes Linux and a C compiler");
  Deno.exit(0);
}
const began = performance.now();
const folder = await Deno.makeTempDir({ prefix: "boundaries-" });
try {
  const shim = join(folder, "boundaries.so");
  const source = projectPath("tests/bench/boundaries.c");
  const built = await new Deno.Command(compiler, {
    args: ["-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"],
  }).output();
  if (!built.success) throw new Error(new TextDecoder().decode(built.stderr));

  const log = join(folder, "log");
  const whole = join(folder, "whole");
  await run(shim, whole, 0, log);
  const expected = await contentOf(whole);
  const boundaries = (await Deno.readTextFile(log)).trim().split("\n");
  const kinds = Map.groupBy(boundaries, (line) => line.split(" ")[0]!);
  let killed = 0, midway = 0;
  for (let at = 1; at <= boundaries.length; at += every) {
    const out = join(folder, `at-${at}`);
    if (!await run(shim, out, at)) killed++;
    if (await run(shim, out, 0, undefined) !== true) throw new Error(`${at} does not continue`);
    try {
      await assertSame(out, expected);
    } catch (error) {
      throw new Error(`Killed at ${boundaries[at - 1]}: ${(error as Error).message}`);
    }
    if (boundaries[at - 1]!.includes("resume")) midway++;
    await Deno.remove(out, { recursive: true });
    if (at % 10 === 1) print(`${at} of ${boundaries.length}`);
  }
  const parts = [...kinds].map(([kind, { length }]) => `${length} × ${kind}`).join(", ");
  const seconds = Math.round((performance.now() - began) / 1000);
  print(
    `${killed} kills at ${boundaries.length} boundaries (${parts}), ${midway} of them while a state ` +
      `was kept: the same bits after each; ${seconds} s`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Runs the grid; false when it was killed. */
async function run(shim: string, out: string, at: number, log?: string): Promise<boolean> {
  const { code, signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", projectPath("tests/bench/boundary_program.ts"), out],
    cwd: projectPath(""),
    env: {
      LD_PRELOAD: shim,
      BOUNDARY_ROOT: out,
      BOUNDARY_AT: String(at),
      ...(log !== undefined && { BOUNDARY_LOG: log }),
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code === 0) return true;
  if (signal === "SIGKILL") return false;
  throw new Error(`ended with ${signal ?? code}: ${new TextDecoder().decode(stderr)}`);
}
