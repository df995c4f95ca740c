/**
 * The command line: `deno task <command>`.
 *
 * @module
 */
import "../base/require_deno.ts"; // before all that an older one cannot even load
import { CommanderError } from "commander";
import { DataError } from "../datasets/dataset.ts";
import { BackendError } from "../tensor/backend.ts";
import { UsageError } from "../base/errors.ts";
import { leave, unlessEnded } from "../base/leaving.ts";
import { enterUserFolder } from "../base/paths.ts";
import { refusal } from "../base/rights.ts";
import { printError } from "../base/terminal.ts";
import { SlurmError } from "../bench/execute/slurm.ts";
import { StoreError } from "../bench/records/folder.ts";
import { makeProgram } from "./program.ts";

/** Errors whose message is a sentence for the user. */
const SENTENCES = [DataError, BackendError, StoreError, SlurmError, ...Object.values(Deno.errors)];

/**
 * Runs a command.
 *
 * @returns The exit code: 0 done, 1 failed, 2 not understood.
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = makeProgram((code) => exitCode = code);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // --help, --version
      const words = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
      if (error.code !== "commander.help") complain(misread(words));
      return 2;
    }
    if (error instanceof UsageError) {
      complain(error.message);
      return 2;
    }
    if (error instanceof Deno.errors.BrokenPipe) return 141; // its reader has gone, as with `| head`
    const refused = refusal(error);
    if (
      refused !== null || SENTENCES.some((kind) => error instanceof kind) || isSystemError(error)
    ) {
      complain(refused ?? (error as Error).message);
      return 1;
    }
    throw error; // a mistake of ours: with its stack
  }
}

/** What the reader of options says, such as "unknown option '--x'", as a sentence. */
function misread(words: string): string {
  return `Cannot read the command line: ${words}; its --help has examples`;
}

/** One line on standard error. */
function complain(sentence: string): void {
  printError(`${sentence.replace(/\.$/, "")}.`);
}

/** Whether it has a code of the operating system, such as ENOSPC: it says what and where. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

if (import.meta.main) {
  enterUserFolder();
  const told = (how: string) => complain(`Cannot go on: a plugin ${how}`);
  leave(await unlessEnded(() => main(Deno.args), told));
}
