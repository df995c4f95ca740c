#!/usr/bin/env node
/**
 * `mdlt` where npm installed the package: Node starts the command line in the Deno that came with it.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const { runInstall } = createRequire(import.meta.url)("deno/install_api.cjs") as {
  /** The program's path. */
  runInstall(): string;
};
const launch = fileURLToPath(new URL("./launch.ts", import.meta.url));
const rights = ["--allow-read", "--allow-env", "--allow-run"];
const child = spawn(runInstall(), ["run", "-q", ...rights, launch, ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exitCode = code ?? 1);
