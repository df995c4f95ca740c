/**
 * `deno task golden [DIR]`: checks every golden file of a folder, one line a file.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { print } from "../../base/terminal.ts";
import { useBackend } from "../../testing/backend.ts";
import { goldenFiles, usePlainKernels } from "../golden/golden_files.ts";

const [given] = Deno.args;
if (given === "--help" || given === "-h") {
  print("Usage: deno task golden [DIR]\n\nChecks every golden file in DIR (default tests/golden).");
  Deno.exit(0);
}
const folder = resolve(given ?? fileURLToPath(new URL("../golden/mdlt", import.meta.url)));
if (!(await Deno.stat(folder).catch(() => null))?.isDirectory) {
  print(`Cannot check golden files in "${folder}": there is no such folder.`);
  Deno.exit(2);
}
const files = await goldenFiles(folder);
if (files.length === 0) {
  print(`Cannot check golden files in "${folder}": it has no file whose name ends in .json.`);
  Deno.exit(2);
}
usePlainKernels();
await useBackend();
let passed = 0, failed = 0;
for (const file of files) {
  if (file.skipped !== undefined) {
    print(`skipped ${file.name}: ${file.skipped}`);
    continue;
  }
  try {
    await file.check();
    passed++;
    print(`ok      ${file.name}`);
  } catch (error) {
    failed++;
    print(`FAILED  ${file.name}: ${(error as Error).message}`);
  }
}
print(`${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);
