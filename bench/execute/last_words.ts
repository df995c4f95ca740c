/**
 * What a worker process says of its own end.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { lines } from "./messages.ts";

/** How Deno begins the message of an error that nobody has caught. */
const UNCAUGHT = /^error: (?:Uncaught (?:\(in (?:promise|worker "[^"]*")\) )?)?(.*)$/;

/** What Deno adds to the error of a thread, which it has told before. */
const OF_A_THREAD = /Unhandled error in child worker/;

/** What an error says that ended a process, where it is a sentence for the user. */
export function sentenceIn(words: string): string | undefined {
  const [, said] = UNCAUGHT.exec(words.split(" | ")[0]!) ?? [];
  return said && /^(\w+Error: )?(Cannot|Native|The) /.test(said)
    ? said.replace(/^\w+Error: /, "")
    : undefined;
}

/**
 * A process's own explanation of its end, in one line: the last lines that it wrote, after the error
 * that they are about.
 */
export async function lastLines(stream: ReadableStream<Uint8Array>): Promise<string> {
  const kept: string[] = [];
  let error: string | null = null;
  for await (const coloured of lines(stream)) {
    const line = stripVTControlCharacters(coloured);
    if (line.trim() === "") continue;
    if (UNCAUGHT.test(line) && !OF_A_THREAD.test(line)) error = line.trim().slice(0, 1000);
    kept.push(line.trim().slice(0, 200));
    if (kept.length > 5) kept.shift();
  }
  const last = kept.filter((line) => !error?.startsWith(line));
  return error === null ? kept.join(" | ") : [error, ...last].join(" | ");
}
