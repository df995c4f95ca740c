/**
 * The specification of a run, from what was asked for.
 *
 * @module
 */
import type { Value } from "../../base/setting.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import { dataSeeds } from "../../datasets/settings.ts";
import { type Hyperparameter, specOn, type Traits } from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";
import type { TunedSetting } from "../hparams/mod.ts";
import { usualExecution } from "../records/execution.ts";
import type { RunSpec, TrainingSettings } from "../records/record.ts";
import type { Request } from "./plan.ts";
import { type Preset, preset, type PresetName } from "./presets.ts";
import { type COMMON, searchSetting } from "./search.ts";
import type { Overrides } from "./settings.ts";

/** A data set with a network, and the sizes that these two decide. */
export interface GridPart {
  readonly dataset: DatasetDefinition;
  readonly sizes: Preset;
  /** Domains that are not trained on. */
  readonly leaveOut: readonly string[];
  /** Whether the network has dropout. */
  readonly drops: boolean;
  /** Values that a search has found, by stage; as drawn when left out. */
  readonly tuned?: TunedSetting["stages"];
}

/**
 * The specification of a run.
 *
 * @param stages The stages of its method, the last of them its own.
 * @param overrides What the user has set.
 * @param trial Setting of the random search; 0 for the defaults.
 */
export function specOf(
  request: Request,
  part: GridPart,
  stages: readonly Method[],
  seed: number,
  overrides: Overrides,
  trial: number,
): RunSpec {
  const { dataset, sizes, leaveOut } = part;
  const method = stages.at(-1)!;
  const traits = { ...dataset, frozen: sizes.network.frozen !== undefined };
  const choice: Choice = {
    drawn: part.tuned === undefined
      ? searchSetting(method, traits, trial)
      : part.tuned[method.name]?.values ?? {},
    given: (key) => overrides.get(method.name)?.get(key) ?? overrides.get("all")?.get(key),
  };
  const before = stages.slice(0, -1);
  const { backend, threads } = request;
  const training = trainingOf(request, part, choice);
  const hyperparameters = hyperparametersOf(method, traits, training, request.preset, choice);
  const drawnBy = Object.fromEntries(
    dataSeeds(dataset.settings).map((key) => [key, request.dataSeed]),
  );
  const settings = Object.fromEntries(
    Object.entries(dataset.settings).flatMap(([key, setting]) => {
      const value = overrides.get(dataset.name)?.get(key) ?? drawnBy[key] ??
        dataset.presets?.[request.preset]?.[key] ?? setting.default;
      return setting.optional && value === setting.default ? [] : [[key, value]];
    }),
  );
  const command = request.programs?.methods.find((program) => program.method.name === method.name)
    ?.command;
  return {
    format: 2,
    dataset: {
      name: dataset.name,
      imageSize: sizes.imageSize,
      settings,
      ...(leaveOut.length > 0 && { leaveOut }),
    },
    method: { name: method.name, version: method.version, hyperparameters },
    stage1: before.length > 0 ? specOf(request, part, before, seed, overrides, trial) : null,
    seed,
    training,
    engine: command === undefined
      ? { backend, threads, execution: usualExecution(training.steps, backend) }
      : { backend: "elsewhere", threads, execution: "eager" },
    ...(command && { command }),
  };
}

/** Where values come from before defaults do. */
interface Choice {
  /** What a trial of the random search has drawn. */
  readonly drawn: Readonly<Partial<Record<string, Value>>>;
  /** What the user has set; goes first. */
  given(key: string): Value | undefined;
}

function trainingOf(
  request: Request,
  { sizes, drops }: GridPart,
  { drawn, given }: Choice,
): TrainingSettings {
  const numeric = (key: keyof typeof COMMON, usual: number) =>
    Number(given(key) ?? drawn[key] ?? usual);
  const steps = request.steps ?? sizes.steps;
  const checkpointEvery = request.checkpoints === undefined
    ? sizes.checkpointEvery
    : Math.round(steps / request.checkpoints);
  const dropout = drops ? numeric("dropout", 0) : 0;
  return {
    network: { ...sizes.network, ...(dropout !== 0 && { dropout }) },
    steps,
    batch: request.batch ?? Number(drawn.batch ?? sizes.batch),
    checkpointEvery: Math.max(1, Math.min(checkpointEvery, steps)),
    learningRate: numeric("learningRate", sizes.learningRate),
    weightDecay: numeric("weightDecay", sizes.weightDecay),
    selection: request.selection,
    ...(request.traceTest && { traceTest: true }),
  };
}

function hyperparametersOf(
  method: Method,
  dataset: DatasetDefinition & Traits,
  training: TrainingSettings,
  name: PresetName,
  { drawn, given }: Choice,
): Record<string, Value> {
  // Numbers of steps, unless given, are meant for runs of the paper's length.
  const length = Math.min(1, training.steps / preset("paper", dataset).steps);
  const valueOf = (key: string, hyperparameter: Hyperparameter): Value => {
    const { default: usual, presets, scalesWithSteps } = specOn(hyperparameter, dataset);
    const own = given(key);
    if (own !== undefined) return own;
    const ofPreset = name === "paper" ? undefined : presets?.[name]?.default;
    const standard = drawn[key] ?? ofPreset ?? usual;
    if (typeof standard === "object") return training[standard.inherit];
    if (scalesWithSteps === undefined || length === 1) return standard;
    // A floor beyond the middle of the run would leave nothing of the method.
    const floor = Math.max(1, Math.min(scalesWithSteps.min, Math.floor(training.steps / 2)));
    return Math.max(floor, Math.round(Number(standard) * length));
  };
  return Object.fromEntries(
    Object.entries(method.hyperparameters).map(([key, h]) => [key, valueOf(key, h)]),
  );
}
