/**
 * Commands and what is below them.
 *
 * @module
 */
import type { Command } from "commander";

/** A command and all below it. */
export function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap((each) => withSubcommands(each as Command))];
}
