/**
 * `deno task select`: the best setting of a sweep by validation, with the seeds of a protocol, as an
 * output folder of its own with its report.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import { buildReport } from "../../report/mod.ts";
import type { Value } from "../../base/setting.ts";
import { find, UsageError } from "../../base/errors.ts";
import { nonEmptyPath, oneOf } from "../../base/arguments.ts";
import { backendOf } from "../../bench/execute/preflight.ts";
import type { PlannedRun } from "../../bench/plan/plan.ts";
import { runId } from "../../bench/records/run_id.ts";
import type { SearchProtocol } from "../../bench/records/record.ts";
import { choose } from "../../bench/plan/choose.ts";
import { type ChoosingRule, UNSEEN_RULES } from "../../bench/plan/unseen.ts";
import { datasetText, leftOut } from "../../bench/records/left_out.ts";
import { openFolders } from "../../bench/records/joined_folder.ts";
import { catalogueOf, print, printJson, seeds, type SetExitCode } from "../options/common.ts";
import {
  type ExecutionOptions,
  executionOptions,
  type ExecutorChoice,
  executorOf,
  executorOptions,
} from "../options/execution.ts";
import {
  intoOption,
  outOption,
  outputFolders,
  type ReadFolders,
  targetOf,
} from "../options/folders.ts";
import { saveHparams } from "../options/save_hparams.ts";
import { missingPlugins } from "../options/plugins.ts";
import { exitCodeOf, tally, train } from "../train.ts";

const PROTOCOLS: readonly SearchProtocol[] = ["once", "per-seed"];

interface SelectOptions extends ExecutionOptions, ExecutorChoice, ReadFolders {
  readonly out: readonly string[];
  readonly protocol: SearchProtocol;
  readonly seeds?: number[];
  readonly unseenRule: ChoosingRule;
  readonly saveHparams?: string;
}

/** The command. */
export function selectCommand(setExitCode: SetExitCode): Command {
  const command = new Command("select")
    .description("choose the best setting of a sweep by validation, and report it")
    .addOption(outOption("output folder of the sweep").makeOptionMandatory())
    .option(
      "--protocol <name>",
      "once: best for the sweep's first seed, run with fresh seeds; per-seed: best for each seed",
      oneOf("protocol", PROTOCOLS),
      "once",
    )
    .option(
      "--seeds <count or list>",
      "seeds of `once`; five that the sweep has not by default",
      seeds,
    )
    .option(
      "--save-hparams <name>",
      "the chosen settings as a preset of hyperparameters too: NAME.json in the working folder",
      nonEmptyPath("--save-hparams"),
    )
    .addOption(
      new Option(
        "--unseen-rule <name>",
        `how settings are judged where a domain is left out: ${
          UNSEEN_RULES.map(({ name }) => name).join(", ")
        }`,
      ).default(UNSEEN_RULES[0], UNSEEN_RULES[0]!.name)
        .argParser((name) => find("rule", name, UNSEEN_RULES)),
    );
  return executorOptions(executionOptions(intoOption(command, "the chosen runs")))
    .action(async (options: SelectOptions) => setExitCode(await select(options)));
}

async function select(options: SelectOptions): Promise<number> {
  const { protocol, unseenRule: rule } = options;
  const catalogue = await catalogueOf(options);
  const from = await outputFolders(options.out, {
    file: "sweep.json",
    of: "sweep",
    verb: "select in",
  });
  const folder = await openFolders(from, catalogue);
  const { manifest: sweep, apart, notes } = (await folder.plan("sweep.json"))!;
  if (apart.size > 0) {
    throw new UsageError(`Cannot select among these sweeps, as they differ. ${notes.at(-1)}`);
  }
  const leavesOut = sweep.runs.some(({ spec }) => leftOut(spec).length > 0);
  const folderName = `selected-${protocol}` +
    (leavesOut && rule !== UNSEEN_RULES[0] ? `-${rule.name}` : "");
  const out = from.length === 1 && options.into === undefined
    ? join(from[0]!, folderName)
    : await selectedInto(from, options, folderName);
  const missing = missingPlugins(sweep, catalogue);
  const choice = await choose(sweep, folder, catalogue, { ...options, rule });
  // Runs of an earlier format have another id there.
  const ids = new Map(sweep.runs.map(({ id, spec }) => [runId(spec), id]));
  const { chosen, by, settings } = choice;
  if (options.saveHparams !== undefined) {
    const made = await saveHparams(options.saveHparams, sweep, choice, catalogue);
    if (!options.json) print(`Hyperparameters: ${made} (use with --hparams ${made})`);
  }
  // First stages are trained, but stand in no table: of their own method another setting may be best.
  const result = await train(options, {
    out,
    catalogue,
    backend: backendOf(chosen),
    plan: () => chosen,
    manifest: { file: "manifest.json", preset: sweep.preset, search: { protocol, by, settings } },
    importFrom: { folder, ids },
    ...executorOf(options),
  }, [...choice.gaps, ...missing === null ? [] : [missing]]);
  if (result.status === "finished") {
    const report = (await buildReport(out, { catalogue })).path;
    const counts = tally(result.runs, result.outcomes);
    if (options.json) {
      chosen.forEach((run) => printJson({ event: "selected", ...settingOf(run) }));
      printJson({ event: "result", protocol, by, ...counts, out, report });
    } else {
      chosen.forEach(printSetting);
      print(
        `Tuned ${protocol === "once" ? "once" : "for each seed"}, by ${by}, ${settings} settings`,
      );
      print(`Report: ${relative(".", report)}`);
    }
  }
  return exitCodeOf(result);
}

/** The folder for runs chosen from several sweeps, or away from the only one. */
async function selectedInto(
  from: readonly string[],
  { into }: SelectOptions,
  folderName: string,
): Promise<string> {
  const target = into === undefined ? join(await targetOf(from, into), folderName) : resolve(into);
  if (!from.includes(target)) return target;
  throw new UsageError(
    `Cannot write into --into "${into}": it is a folder that is only read; give another one`,
  );
}

/** A chosen run and the values of its setting. */
function settingOf({ name, spec, trial }: PlannedRun) {
  const { batch, learningRate, weightDecay } = spec.training;
  const values: Record<string, Value> = {
    learningRate,
    weightDecay,
    batch,
    ...spec.method.hyperparameters,
  };
  return { dataset: datasetText(spec), method: name, seed: spec.seed, trial, values };
}

function printSetting(run: PlannedRun): void {
  const { dataset, method, seed, trial, values } = settingOf(run);
  const list = Object.entries(values).map(([key, v]) =>
    `${key}=${typeof v === "number" ? Number(v.toPrecision(4)) : v}`
  );
  print(`${dataset} ${method} seed ${seed}: setting ${trial} (${list.join(", ")})`);
}
