/**
 * `deno task completions bash|zsh|fish`: a script that completes commands, options and names in a
 * shell.
 *
 * @module
 */
import { Argument, Command } from "commander";
import { PRESETS } from "../../bench/plan/presets.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import { METRICS } from "../../metrics/mod.ts";
import { NETWORKS } from "../../networks/mod.ts";
import { print, type SetExitCode } from "../options/common.ts";
import { withSubcommands } from "../tree.ts";

/** The shells that there is a script for. */
const SHELLS = ["bash", "zsh", "fish"] as const;

/** What can be completed: every command with its words, and every option that takes a known name. */
export interface Words {
  /** Sub-commands and options by command; `data split` is a command. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  /** Names that an option, or the command of that name, takes. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** The command. */
export function completionsCommand(_setExitCode: SetExitCode): Command {
  const command = new Command("completions");
  return command
    .description("print a script that completes commands, options and names in a shell")
    .addArgument(new Argument("<shell>", SHELLS.join(", ")).choices(SHELLS))
    .action((shell: typeof SHELLS[number]) => {
      const words = wordsOf(command.parent!);
      print(shell === "fish" ? fish(words) : bash(words, shell === "zsh"));
    });
}

/** What a program's commands and options take, from their definitions. */
export function wordsOf(program: Command): Words {
  const names = (known: readonly { readonly name: string }[]) => known.map(({ name }) => name);
  const [methods, datasets] = [names(METHODS), names(DATASETS)];
  const settings = [
    ...METHODS.map((m) => [m.name, m.hyperparameters] as const),
    ...DATASETS.map((d) => [d.name, d.settings] as const),
  ].flatMap(([name, settings]) => Object.keys(settings).map((key) => `${name}.${key}=`));
  const commands = withSubcommands(program).slice(1);
  return {
    commands: new Map(commands.map((command) => [
      pathOf(command),
      [
        ...command.commands.map((each) => each.name()),
        ...command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : [])),
        "--help",
      ],
    ])),
    values: new Map<string, readonly string[]>([
      ...["--methods", "--method", "methods"].map((key) => [key, [...methods, "all"]] as const),
      ...["--datasets", "datasets", "data fetch", "data check"]
        .map((key) => [key, [...datasets, "all"]] as const),
      ...["--networks", "networks"].map((key) => [key, names(NETWORKS)] as const),
      ...["--metrics", "metrics"].map((key) => [key, names(METRICS)] as const),
      ["--preset", PRESETS],
      ["--set", settings],
      ["completions", SHELLS],
    ]),
  };
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent as Command)} ${command.name()}` : command.name();
}

/** Lines `"key") words="…";;` of a case of bash. */
function cases(entries: ReadonlyMap<string, readonly string[]>): string {
  return [...entries].map(([key, words]) => `    "${key}") words="${words.join(" ")}" ;;`).join(
    "\n",
  );
}

/** The script for bash; zsh takes it with a word before. */
function bash({ commands, values }: Words, zsh: boolean): string {
  const top = [...commands.keys()].filter((name) => !name.includes(" "));
  return `${zsh ? "autoload -U +X bashcompinit && bashcompinit\n" : ""}\
# Completes "mdlt COMMAND" and "deno task COMMAND"; other words of deno are left to its own script.
_mdlt_words() {
  local words="" command="$1" previous="$2"
  case "$previous" in
${cases(new Map([...values].filter(([key]) => key.startsWith("--"))))}
  esac
  [ -n "$words" ] && { printf '%s' "$words"; return; }
  case "$command" in
    "") words="${top.join(" ")}" ;;
${cases(commands)}
  esac
  case "$command" in
${
    [...values].filter(([key]) => !key.startsWith("--"))
      .map(([key, words]) => `    "${key}") words="$words ${words.join(" ")}" ;;`).join("\n")
  }
  esac
  printf '%s' "$words"
}
_mdlt() {
  local current="\${COMP_WORDS[COMP_CWORD]}" first=1 command="" i word
  if [ "\${COMP_WORDS[0]##*/}" = deno ]; then
    if [ "\${COMP_WORDS[1]}" != task ]; then
      declare -F _deno >/dev/null && _deno "$@"
      return
    fi
    first=2
  fi
  for ((i = first; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) break ;; esac
    case " $(_mdlt_words "$command" "") " in
      *" $word "*) command="\${command:+$command }$word" ;;
      *) break ;;
    esac
  done
  # A list is completed at its last name.
  local head="" last="$current" names
  case "$current" in *,*) head="\${current%,*},"; last="\${current##*,}" ;; esac
  names=$(_mdlt_words "$command" "\${COMP_WORDS[COMP_CWORD-1]}")
  COMPREPLY=($(compgen -P "$head" -W "$names" -- "$last"))
  case "\${COMPREPLY[0]}" in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -o default -F _mdlt mdlt
complete -o default -F _mdlt deno`;
}

function fish({ commands, values }: Words): string {
  const lines = [...commands].flatMap(([path, words]) => {
    const [name, below] = path.split(" ");
    const seen = `__fish_seen_subcommand_from ${name}` +
      (below === undefined ? "" : `; and __fish_seen_subcommand_from ${below}`);
    const more = values.get(path) ?? [];
    const options = words.filter((word) => word.startsWith("--")).map((option) => {
      const names = values.get(option);
      return `-n '${seen}' -l ${option.slice(2)}${
        names ? ` -x -a '(__mdlt_list ${names.join(" ")})'` : ""
      }`;
    });
    const plain = [...words.filter((word) => !word.startsWith("--")), ...more];
    return [
      ...(below === undefined ? [`-n '__mdlt_needs_command' -f -a ${name}`] : []),
      ...(plain.length === 0 ? [] : [`-n '${seen}' -f -a '${plain.join(" ")}'`]),
      ...options,
    ];
  });
  const names = [...commands.keys()].filter((name) => !name.includes(" ")).join(" ");
  return [
    "# Fish reads its own script for deno at the first completion, and that erases all others: now.",
    "complete -C 'deno ' >/dev/null 2>&1",
    "function __mdlt_list # at the last name of a list",
    "  set -l token (string replace -r '^--[^=]*=' '' -- (commandline -ct))",
    "  set -l head (string match -r '^.*,' -- $token)",
    '  for name in $argv; echo "$head$name"; end',
    "end",
    "function __mdlt_needs_command",
    "  set -l words (commandline -opc)",
    `  not __fish_seen_subcommand_from ${names}`,
    "  and begin; test $words[1] = mdlt; or contains -- task $words; end",
    "end",
    ...["mdlt", "deno"].flatMap((program) => lines.map((line) => `complete -c ${program} ${line}`)),
  ].join("\n");
}
