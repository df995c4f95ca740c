/**
 * `deno task test`: every test file in a process of its own, several at once.
 *
 * A process a file, because TensorFlow is one per process and reads its settings when it is loaded.
 * Ends with the line `N passed, N failed, N skipped`.
 *
 * @module
 */
import { cpus } from "node:os";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { print } from "../base/terminal.ts";
import { prepareBackend } from "../tensor/backend.ts";
import { makeProgress } from "../cli/progress.ts";
import { TEST_RIGHTS } from "./helpers/processes.ts";

/** Minutes that a file may take: one that hangs is ended, and has failed. */
const MINUTES = 20;

const root = fileURLToPath(new URL("..", import.meta.url));

const progress = makeProgress(false);
const backend = await prepareBackend("auto", { onProgress: progress.work, onNote: progress.note });
progress.close();

Deno.env.delete("INIT_CWD"); // the tests' processes stand where they are started

const filters = Deno.args;
const waiting = (await testFiles(fileURLToPath(new URL(".", import.meta.url))))
  .map((file) => relative(root, file))
  .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)));
if (waiting.length === 0) {
  const names = filters.map((filter) => `"${filter}"`).join(", ");
  print(`No test file matches ${names}; give a part of its path, such as tests/cli or metrics`);
}
const total = { passed: 0, failed: 0, ignored: 0 };
await Promise.all(Array.from({ length: Math.max(1, cpus().length) }, async () => {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await run(file);
}));
print(`${total.passed} passed, ${total.failed} failed, ${total.ignored} skipped`);
Deno.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** Runs one file and adds its counts; its output is shown where something failed or was skipped. */
async function run(file: string): Promise<void> {
  const began = performance.now();
  const limit = AbortSignal.timeout(60_000 * MINUTES);
  const folder = await Deno.makeTempDir({ prefix: "t-" }); // nothing that a test leaves stays
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...TEST_RIGHTS, "--no-check", "--quiet", file],
    cwd: root,
    env: { NO_COLOR: "1", MDLT_TEST_BACKEND: backend, TMPDIR: folder },
    stdout: "piped",
    stderr: "piped",
    signal: limit,
  }).output();
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const text = new TextDecoder().decode(stdout);
  const count = (word: string) =>
    Number(new RegExp(`(\\d+) ${word}`).exec(summary(text))?.[1] ?? 0);
  const counts = { passed: count("passed"), failed: count("failed"), ignored: count("ignored") };
  if (!success && counts.failed === 0) counts.failed = 1; // it did not even get to its tests
  const none = counts.passed + counts.failed + counts.ignored === 0;
  if (none) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.ignored += counts.ignored;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print(
    `${counts.failed === 0 ? "ok    " : "FAILED"} ${file} (${counts.passed} passed, ${seconds} s)`,
  );
  if (limit.aborted) print(`${file} was ended after ${MINUTES} minutes`);
  if (none) print(`${file} holds no test`);
  if (counts.failed > 0) print(text + new TextDecoder().decode(stderr));
  else text.split("\n").filter((line) => line.includes("... ignored")).forEach(print);
}

/** The last line of a test run: `ok | 3 passed | 0 failed (1s)`. */
function summary(text: string): string {
  return text.split("\n").findLast((line) => /^(ok|FAILED) \|/.test(line)) ?? "";
}

async function testFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await testFiles(`${folder}${name}/`));
    else if (name.endsWith("_test.ts")) files.push(`${folder}${name}`);
  }
  return files.sort();
}
