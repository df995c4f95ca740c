/**
 * The command line: `deno task <command>`.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { DataError } from "../datasets/dataset.ts";
import { BackendError } from "../tensor/backend.ts";
import { analyseCommand } from "./commands/analyse.ts";
import { benchCommand } from "./commands/bench.ts";
import { dataCommand } from "./commands/data.ts";
import { datasetsCommand } from "./commands/datasets.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { methodsCommand } from "./commands/methods.ts";
import { newCommand } from "./commands/new.ts";
import { reportCommand } from "./commands/report.ts";
import { selectCommand } from "./commands/select.ts";
import { slurmCommand } from "./commands/slurm.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { UsageError } from "../base/errors.ts";
import { printError } from "../base/terminal.ts";
import { SlurmError } from "../bench/execute/slurm.ts";
import { StoreError } from "../bench/records/store.ts";

/** Errors whose message is a sentence for the user. */
const SENTENCES = [DataError, BackendError, StoreError, SlurmError, ...Object.values(Deno.errors)];

/**
 * Runs a command.
 *
 * @returns The exit code: 0 done, 1 failed, 2 not understood.
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command("deno task")
    .description("Compare methods for multi-domain long-tailed image recognition.")
    .showSuggestionAfterError(true);
  let exitCode = 0;
  const commands = [
    benchCommand,
    analyseCommand,
    reportCommand,
    sweepCommand,
    selectCommand,
    slurmCommand,
    methodsCommand,
    datasetsCommand,
    dataCommand,
    newCommand,
    doctorCommand,
  ];
  for (const make of commands) program.addCommand(make((code) => exitCode = code));
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // --help
      const words = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
      if (error.code !== "commander.help") complain(`Cannot do that: ${words}`);
      return 2;
    }
    if (error instanceof UsageError) {
      complain(error.message);
      return 2;
    }
    if (error instanceof Deno.errors.BrokenPipe) return 141; // its reader has gone, as with `| head`
    if (SENTENCES.some((kind) => error instanceof kind) || isSystemError(error)) {
      complain((error as Error).message);
      return 1;
    }
    throw error; // a mistake of ours: with its stack
  }
}

/** A command and all below it. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap((each) => withSubcommands(each as Command))];
}

/** One line on standard error. */
function complain(sentence: string): void {
  printError(`${sentence.replace(/\.$/, "")}.`);
}

/** Whether it has a code of the operating system, such as ENOSPC: it says what and where. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
