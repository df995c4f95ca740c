/**
 * `deno task test:fuzz [FORMAT [FROM TO]]`: more than 100,000 damaged files of every format that the
 * suite reads. Each is read or refused in one sentence, soon and in little memory; a format's files are
 * tried in a process of its own, which is ended where it hangs.
 *
 * @module
 */
import { print } from "../../base/terminal.ts";
import { projectPath } from "../../base/paths.ts";
import { FORMATS } from "../malformed/formats.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

/** Seconds without a word after which a process hangs. */
const SILENT = 60;
/** MiB that a process may have at most. */
const MEMORY = 2048;

interface Result {
  readonly refused: number;
  readonly slowest: number;
  readonly peak: number;
}

const [only, from = "0", to] = Deno.args;
const formats = FORMATS.filter(({ name }) => only === undefined || name === only);
if (formats.length === 0) {
  print(`There is no format ${only}; there are ${FORMATS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
const began = performance.now();
let [files, refused, failed] = [0, 0, 0];
for (const { name, cases } of formats) {
  const last = Number(to ?? cases);
  const result = await tryApart(name, Number(from), last);
  files += last - Number(from);
  if (typeof result === "string" || result.peak > MEMORY) {
    failed++;
    print(`FAILED ${name}: ${typeof result === "string" ? result : `${result.peak | 0} MiB`}`);
    continue;
  }
  refused += result.refused;
  print(
    `${name}: ${last - Number(from)} damaged files, ${result.refused} refused, the slowest ` +
      `${result.slowest | 0} ms, at most ${result.peak | 0} MiB`,
  );
}
print(
  `${files} damaged files of ${formats.length} formats: ${refused} refused in a sentence, the others ` +
    `read; ${failed} formats with a crash, a hang or too much memory; ` +
    `${Math.round((performance.now() - began) / 1000)} s`,
);
Deno.exit(failed === 0 ? 0 : 1);

/** What became of them, or what went wrong. */
async function tryApart(name: string, from: number, to: number): Promise<Result | string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...RUN_AS_TEST,
      ...[projectPath("tests/malformed/program.ts"), name, String(from), String(to)],
    ],
    env: { NO_COLOR: "1" },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  const errors = new Response(child.stderr).text();
  let said = "", silent = 0, hung = false;
  // By ticks, so that a machine that is paused is not taken for a process that hangs.
  const timer = setInterval(() => {
    if (++silent < SILENT || hung) return;
    hung = true;
    child.kill("SIGKILL");
  }, 1000);
  for await (const line of lines(child.stdout)) [said, silent] = [line, 0];
  clearInterval(timer);
  const { success } = await child.status;
  if (hung) return `no word for ${SILENT} s after file ${said}`;
  return success ? JSON.parse(said) : `after file ${said}: ${await errors}`;
}

async function* lines(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
