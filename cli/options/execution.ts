/**
 * Options on where and how runs are trained, for every command that trains.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { integerAtLeast, oneOf } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import type { Executor, ExecutorOptions, Given } from "../../bench/execute/executor.ts";
import { LEAST_STALL } from "../../bench/execute/stall.ts";
import { EXECUTORS } from "../../bench/execute/mod.ts";
import type { BackendChoice } from "../../tensor/backend.ts";
import { featuresOption, pretrainedOption } from "./backbone.ts";
import { pathOptions, type PluginOptions } from "./common.ts";

/** Where and how runs are trained. */
export interface ExecutionOptions extends PluginOptions {
  readonly saveEvery: number;
  readonly stall?: number;
  readonly tensorboard?: boolean;
  readonly dataDir?: string;
  readonly splitsDir?: string;
  readonly pretrained?: string[];
  readonly features?: string[];
  readonly json?: boolean;
  readonly keepOld?: boolean;
  readonly redo?: string[];
}

/** Adds the options of {@linkcode ExecutionOptions}. */
export function executionOptions(command: Command): Command {
  command.optionsGroup("Training:")
    .option(
      "--save-every <seconds>",
      "how often the state of a run is kept to continue from, when it is broken off",
      integerAtLeast("--save-every", 0),
      30,
    )
    .option(
      "--stall <seconds>",
      `seconds without progress after which a worker is killed and its run tried again once; 0 for ` +
        `never; ${LEAST_STALL}, or 20 times the longest step, when left out`,
      integerAtLeast("--stall", 0),
    )
    .option("--tensorboard", "curves as TensorBoard event files too, in runs/<id>/tensorboard");
  for (const option of [...pathOptions(), pretrainedOption(), featuresOption()]) {
    command.addOption(option);
  }
  return command.addOption(new Option("--json", "progress and result as JSON lines"));
}

/** `--backend`, for commands that plan runs anew. */
export const backendOption = (): Option =>
  new Option("--backend <name>", "auto, native, wasm").default("auto")
    .argParser(oneOf<BackendChoice>("backend", ["auto", "native", "wasm"]));

/** Which executor has the runs trained; its own options lie beside this one. */
export interface ExecutorChoice {
  readonly executor: string;
}

/** Adds `--executor` and the options of every executor. */
export function executorOptions(command: Command): Command {
  const names = EXECUTORS.map(({ name }) => name);
  command.option(
    "--executor <name>",
    `who trains: ${EXECUTORS.map(({ name, title }) => `${name} (${title})`).join(", ")}`,
    oneOf("executor", names),
    names[0],
  );
  for (const { name, options } of EXECUTORS) {
    for (const { flags, description, read } of Object.values(options)) {
      const option = new Option(flags, description).argParser(read);
      command.addOption(option.helpGroup(`With --executor ${name}:`));
    }
  }
  return command;
}

/**
 * The executor that was chosen, and what was given for its options.
 *
 * @throws {UsageError} When options of another executor were given: they would change nothing.
 */
export function executorOf(
  options: ExecutorChoice,
): { executor: Executor; given: Given<ExecutorOptions> } {
  const executor = EXECUTORS.find(({ name }) => name === options.executor)!;
  const values = options as ExecutorChoice & Given<ExecutorOptions>;
  for (const other of EXECUTORS) rejectUnusedOptions(other, executor, values);
  const own = Object.keys(executor.options).map((key) => [key, values[key]]);
  return { executor, given: Object.fromEntries(own) };
}

/** Refuses an executor's options where another one trains. */
function rejectUnusedOptions(
  owner: Executor,
  chosen: Executor,
  values: Given<ExecutorOptions>,
): void {
  const unused = Object.entries(owner.options)
    .find(([key]) => values[key] !== undefined && !(key in chosen.options));
  if (unused === undefined) return;
  const [option] = unused[1].flags.split(" ");
  const where = owner === EXECUTORS[0]
    ? `with --executor ${chosen.name}`
    : `without --executor ${owner.name}`;
  throw new UsageError(`Cannot use ${option} ${where}: it is for ${owner.title}`);
}
