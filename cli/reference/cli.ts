/**
 * `docs/cli.md`: every command with its arguments and options, as `--help` has them.
 *
 * @module
 */
import type { Command, Help } from "commander";
import { makeProgram } from "../program.ts";
import { examplesOf } from "../examples.ts";
import { withSubcommands } from "../tree.ts";

/** The page, as Markdown. */
export function cliPage(): string {
  const program = makeProgram(() => {});
  const commands = withSubcommands(program).slice(1).filter((command) => isVisible(command));
  return [
    "# Commands",
    "Each is `deno task COMMAND`; `deno task COMMAND --help` says the same.",
    ...commands.flatMap(describe),
  ].join("\n\n");
}

/** Whether a command is meant for people. */
function isVisible(command: Command): boolean {
  const { parent } = command;
  return parent === null ||
    (parent.createHelp().visibleCommands(parent).includes(command) && isVisible(parent));
}

/** A heading, what the command does, and a list of each group of its options. */
function describe(command: Command): string[] {
  const help = command.createHelp();
  const examples = examplesOf(command);
  const depth = command.parent?.parent ? "###" : "##";
  const given = help.visibleArguments(command)
    .map((argument) =>
      `- \`${help.argumentTerm(argument)}\`: ${help.argumentDescription(argument)}`
    );
  const groups = Map.groupBy(
    help.visibleOptions(command).filter(({ long }) => long !== "--help"),
    ({ helpGroupHeading }) => helpGroupHeading ?? "Options:",
  );
  return [
    `${depth} ${help.commandUsage(command)}`.replaceAll(/[<[].*/g, "").trim(),
    `\`${help.commandUsage(command)}\``,
    sentence(help.commandDescription(command)),
    ...(given.length > 0 ? [given.join("\n")] : []),
    ...(examples.length > 0 ? [`\`\`\`sh\n${examples.join("\n")}\n\`\`\``] : []),
    ...[...groups].flatMap(([heading, options]) => [heading, listOf(options, help)]),
  ];
}

function listOf(options: ReturnType<Help["visibleOptions"]>, help: Help): string {
  return options
    .map((option) => `- \`${help.optionTerm(option)}\`: ${help.optionDescription(option)}`)
    .join("\n");
}

/** With a capital letter and a full stop. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}
