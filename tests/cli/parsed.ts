/**
 * Command lines that are read, and not carried out.
 *
 * @module
 */
import { wordsOf } from "../../cli/examples.ts";
import { makeProgram } from "../../cli/program.ts";
import { withSubcommands } from "../../cli/tree.ts";

/**
 * Reads a command line as the program does, and does nothing.
 *
 * @returns The words of the command that would be carried out.
 * @throws When the program does not understand it.
 */
export async function parsed(args: readonly string[]): Promise<string | null> {
  const program = makeProgram(() => {});
  let found: string | null = null;
  for (const command of withSubcommands(program)) {
    if (command.commands.length === 0) command.action(() => void (found = wordsOf(command)));
  }
  await program.parseAsync([...args], { from: "user" });
  return found;
}

/** The words of a line of a shell, without where its output goes. */
export function wordsIn(line: string): string[] {
  return [...line.replace(/ >>? .*$/, "").matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
    .map(([, single, double, plain]) => (single ?? double ?? plain)!);
}
