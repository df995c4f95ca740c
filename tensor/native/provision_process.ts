/**
 * Preparing the native backend in a process of its own: it alone may start pip and a compiler, and
 * write where the npm package looks for its addon. What asks for it needs no such rights.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { narrowRun } from "../../base/rights.ts";
import { type Backend, type BackendChoice, BackendError, type BackendReport } from "./choice.ts";

/** How what tells of a download begins. */
const DOWNLOADING = "downloading ";

/** What the process says, one JSON object a line. */
type Message =
  | { readonly progress: readonly [what: string, done: number, total: number] }
  | { readonly note: string }
  | { readonly backend: Backend }
  | { readonly error: string };

/**
 * Makes a backend ready.
 *
 * @throws {BackendError} Where `native` was chosen and cannot be had.
 */
export async function prepareApart(
  choice: BackendChoice,
  report: BackendReport,
): Promise<Backend> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...narrowRun("provision"), fileURLToPath(import.meta.url), choice],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const began = performance.now();
  const totals = new Map<string, number>();
  let backend: Backend | undefined, rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const message: Message = JSON.parse(line);
      if ("progress" in message) {
        const [what, , total] = message.progress;
        totals.set(what, total);
        report.onProgress?.(...message.progress);
      }
      if ("note" in message) report.onNote?.(message.note);
      if ("error" in message) throw new BackendError(message.error);
      if ("backend" in message) backend = message.backend;
    }
  }
  if (backend !== undefined) {
    if (totals.size > 0) report.onNote?.(preparedNote(totals, performance.now() - began));
    return backend;
  }
  const [why = "it said nothing"] = (await errors).trim().split("\n");
  throw new BackendError(`Cannot prepare the native backend: its process ended (${why}).`);
}

/** What was fetched, if anything was, and how long all took. */
export function preparedNote(totals: ReadonlyMap<string, number>, milliseconds: number): string {
  const bytes = [...totals].filter(([what]) => what.startsWith(DOWNLOADING))
    .reduce((sum, [, total]) => sum + total, 0);
  const fetched = bytes === 0 ? "" : `${Math.round(bytes / 1e6)} MB fetched, `;
  const seconds = Math.round(milliseconds / 1000);
  return `Prepared native TensorFlow, once for this machine: ${fetched}${seconds} s.`;
}

/** Prepares a backend, and tells of it line by line. */
async function main(): Promise<void> {
  const { prepareHere } = await import("../backend.ts");
  const say = (message: Message) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  try {
    const backend = await prepareHere(Deno.args[0] as BackendChoice, {
      onProgress: (...progress) => say({ progress }),
      onNote: (note) => say({ note }),
    });
    say({ backend });
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    say({ error: error.message });
  }
}

// Not awaited: what it imports imports this module, and would wait for its end.
if (import.meta.main) void main();
