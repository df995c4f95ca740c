/**
 * Tries damaged files of one format in a process of its own, so that one that keeps it busy or fills
 * its memory is known: `program.ts FORMAT FROM TO` tells how far it is, a number a line, and at last
 * what became of them, with the most memory that the process had in MiB.
 *
 * @module
 */
import { readSystemFile } from "../../base/system_files.ts";
import { print } from "../../base/terminal.ts";
import { FORMATS } from "./formats.ts";
import { tryFormat } from "./try.ts";

const [name, from, to] = Deno.args as [string, string, string];
const format = FORMATS.find((known) => known.name === name)!;
let told = 0;
const tried = await tryFormat(format, Number(from), Number(to), (done) => {
  if (performance.now() - told < 1000) return;
  told = performance.now();
  print(String(done));
});
const status = await readSystemFile("/proc/self/status") ?? "";
const peak = Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
print(JSON.stringify({ ...tried, peak }));
