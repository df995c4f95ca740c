/**
 * Who may end this process: the suite, not the code of others that it calls.
 *
 * @module
 */
import { authorsLine } from "./authors_line.ts";

let leaving = false;

/** Ends the process with an exit code, as the suite means to. */
export function leave(code: number): never {
  leaving = true;
  Deno.exit(code);
}

/**
 * Does some work, during which the process ends by {@linkcode leave} alone: where a plugin, or a
 * library that it uses, ends it by `Deno.exit` or `process.exit`, it ends as failed, and it is told.
 *
 * @param tell Told how (`ends the program by …`), with the line of the author's file where that is known.
 */
export async function unlessEnded<T>(
  work: () => Promise<T>,
  tell: (how: string) => void,
): Promise<T> {
  const listener = () => {
    if (leaving) return;
    leaving = true;
    tell(`ends the program by Deno.exit or process.exit${authorsLine()}`);
    Deno.exitCode = 1;
  };
  addEventListener("unload", listener);
  try {
    return await work();
  } finally {
    removeEventListener("unload", listener);
  }
}
