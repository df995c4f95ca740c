/**
 * The choice among a sweep's settings as a preset of hyperparameters.
 *
 * @module
 */
import { programName } from "../../base/command.ts";
import { find, UsageError } from "../../base/errors.ts";
import { readIfThere, writeAtomically } from "../../base/files.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { defineHparams, type Hparams, type TunedSetting } from "../../bench/hparams/mod.ts";
import type { Choice } from "../../bench/plan/choose.ts";
import type { PlannedRun } from "../../bench/plan/plan.ts";
import { searchSetting } from "../../bench/plan/search.ts";
import { datasetText } from "../../bench/records/left_out.ts";
import type { Manifest, RunSpec } from "../../bench/records/record.ts";
import { findDataset } from "../../datasets/dataset.ts";

/**
 * Writes `NAME.json`: the best setting of each method, as the search drew it.
 *
 * @returns The file.
 * @throws {UsageError} When the sweep is of several data sets, or the file is there and says otherwise.
 */
export async function saveHparams(
  name: string,
  sweep: Manifest,
  choice: Choice,
  catalogue: Catalogue,
): Promise<string> {
  const refuse = (why: string) => new UsageError(`Cannot use --save-hparams "${name}": ${why}`);
  if (!/^[a-z0-9][a-z0-9_.-]*$/.test(name)) {
    throw refuse('names consist of lower-case letters, digits, "-", "_" and "."');
  }
  const parts = new Set(choice.best.map(({ run }) => partOf(run)));
  if (parts.size > 1) {
    throw refuse(
      `the sweep has ${[...parts].join(" and ")}, and a preset is of one; sweep one alone`,
    );
  }
  const preset = presetOf(name, sweep, choice, catalogue);
  const file = `${name}.json`, text = JSON.stringify(preset, null, 2) + "\n";
  const before = await readIfThere(file);
  if (before !== null && before !== text) {
    throw refuse(`${file} is there and says otherwise; remove it, or give another name`);
  }
  if (before === null) await writeAtomically(file, text);
  return file;
}

/** What a preset is of. */
function partOf({ spec }: PlannedRun): string {
  const { name, frozen, width } = spec.training.network;
  const network = frozen === undefined
    ? `${name}${width === 1 ? "" : ` of width ${width}`}`
    : `frozen features of ${frozen.name}`;
  return `${datasetText(spec)} with ${network}`;
}

function presetOf(
  name: string,
  sweep: Manifest,
  { best, by, settings }: Choice,
  catalogue: Catalogue,
): Hparams {
  const { spec: { training, seed } } = best[0]!.run;
  return defineHparams({
    name,
    title: `Tuned on ${partOf(best[0]!.run)}`,
    version: 1,
    description:
      `Preset ${sweep.preset}, ${training.steps} steps, seed ${seed}; validation images ` +
      `alone were looked at.`,
    by,
    settings,
    commands: [sweep.command, Deno.args].map((args) => [programName(), ...args].join(" ")),
    methods: Object.fromEntries(
      best.map(({ run, worth, tried }) => [run.name, {
        trial: run.trial ?? 0,
        tried,
        worth,
        stages: stagesOf(run.spec, run.trial ?? 0, catalogue),
      }]),
    ),
  });
}

/** What the search drew for each stage of a run. */
function stagesOf(
  spec: RunSpec,
  trial: number,
  catalogue: Catalogue,
): TunedSetting["stages"] {
  const { name, version } = spec.method;
  const method = find("method", name, catalogue.methods);
  const dataset = findDataset(spec.dataset.name, catalogue.datasets);
  const traits = { ...dataset, frozen: spec.training.network.frozen !== undefined };
  const own = { [name]: { version, values: searchSetting(method, traits, trial) } };
  return spec.stage1 === null ? own : { ...stagesOf(spec.stage1, trial, catalogue), ...own };
}
