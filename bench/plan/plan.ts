/**
 * The plan: every run of a grid, before any is started.
 *
 * @module
 */
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { Backend } from "../../tensor/backend.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { specOn } from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";
import { ruleOf } from "../../metrics/selection.ts";
import { find, notFoundMessage, UsageError } from "../../base/errors.ts";
import { readValue, type Value, type ValueType } from "../../base/setting.ts";
import type { Catalogue } from "../catalogue.ts";
import { usualExecution } from "../records/execution.ts";
import { runId, runName, type Stages } from "../records/run_id.ts";
import { type NetworkRequest, sizesOf } from "./networks.ts";
import { type Preset, preset } from "./presets.ts";
import type { RunSpec, SelectionRule, StudyTag } from "../records/record.ts";
import { COMMON, searchSetting } from "./search.ts";

/** What the user asked for; every name as written on the command line. */
export interface Request extends NetworkRequest {
  readonly datasets: readonly string[];
  /** Methods, or two stages joined by `+`. */
  readonly methods: readonly string[];
  readonly seeds: readonly number[];
  readonly steps?: number | undefined;
  readonly batch?: number | undefined;
  /** Checkpoints of a run, instead of every so many updates as the preset says. */
  readonly checkpoints?: number | undefined;
  /**
   * `[name.key, value]`: hyperparameters of a method, settings of a data set, or `all.key`. A value,
   * or the text that stands for it.
   */
  readonly settings: readonly (readonly [string, Value])[];
  /** Settings of the random search, by number; the defaults alone when left out. */
  readonly trials?: readonly number[] | undefined;
  readonly selection: SelectionRule;
  /** Test figures at every checkpoint. */
  readonly traceTest?: boolean | undefined;
  readonly backend: Backend;
  readonly threads: number;
}

/** A run with its name and id. */
export interface PlannedRun {
  readonly id: string;
  /** `erm`, or `boda+crt` for two stages; in a study, with what tells the run from its others. */
  readonly name: string;
  readonly spec: RunSpec;
  /** What the run is for, where it belongs to a study. */
  readonly study?: StudyTag;
  /** Number of the setting of a random search; left out where there is none. */
  readonly trial?: number;
}

/** Settings of training that `--set method.key=value` may change. */
const SETTABLE = ["learningRate", "weightDecay", "dropout"] as const;

/**
 * All runs of a grid in table order: data sets, then methods, then settings of a search, then seeds. A
 * first stage has the setting of the same number as its second. A first stage that is not
 * asked for by itself comes before the runs that need it, once.
 *
 * @throws {UsageError} When a name or a value is not known or not possible.
 */
export function plan(request: Request, catalogue: Catalogue): PlannedRun[] {
  ruleOf(request.selection, catalogue.metrics); // there is such a rule
  const datasets = select("data set", request.datasets, catalogue.datasets);
  const names = expandMethods(request.methods, catalogue);
  const sizes = new Map(
    datasets.map((dataset) => [dataset, sizesOf(request, dataset, catalogue.networks)]),
  );
  const networks = [...sizes.values()].flat().map(({ network }) => network.name);
  const drops = droppingNetworks(catalogue.networks);
  const overrides = readSettings(request, datasets, names, { networks, drops });
  const runs = new Map<string, PlannedRun>();
  for (const [dataset, ofNetworks] of sizes) {
    for (const own of ofNetworks) {
      const part = { dataset, sizes: own, drops: drops.has(own.network.name) };
      for (const stages of names) {
        for (const setting of request.trials ?? [undefined]) {
          for (const seed of request.seeds) {
            const spec = specOf(request, part, stages, seed, overrides, setting ?? 0);
            add(runs, spec, setting, catalogue.methods);
          }
        }
      }
    }
  }
  return [...runs.values()];
}

/**
 * Looks whether a spec, which may be somebody else's or older than the code, can be trained here.
 *
 * @throws {UsageError} When a method of it is not here, or in another version.
 */
export function requireMethods(spec: RunSpec, methods: readonly Method[]): void {
  const { name, version } = find("method", spec.method.name, methods);
  if (spec.method.version !== version) {
    throw new UsageError(
      `Cannot train ${name} of version ${spec.method.version}: this is version ${version}, whose ` +
        `numbers are others; use the revision that the run was planned with`,
    );
  }
  if (spec.stage1 !== null) requireMethods(spec.stage1, methods);
}

function add(
  runs: Map<string, PlannedRun>,
  spec: RunSpec,
  trial: number | undefined,
  methods: Stages,
): void {
  if (spec.stage1 !== null) add(runs, spec.stage1, trial, methods);
  const id = runId(spec);
  if (runs.has(id)) return;
  runs.set(id, {
    id,
    name: runName(spec, methods),
    spec,
    ...(trial === undefined ? {} : { trial }),
  });
}

/** Runs, each once and after the first stages that it needs, whether or not these are planned. */
export function withFirstStages(runs: readonly PlannedRun[], methods: Stages): PlannedRun[] {
  const needed = new Map<string, PlannedRun>();
  const need = (run: PlannedRun) => {
    const { study: _, ...rest } = run;
    const { stage1 } = run.spec;
    if (stage1 !== null) {
      const id = runId(stage1);
      const own = { ...rest, id, name: runName(stage1, methods), spec: stage1 };
      need(runs.find((other) => other.id === id) ?? own);
    }
    if (!needed.has(run.id)) needed.set(run.id, run);
  };
  runs.forEach(need);
  return [...needed.values()];
}

/** A data set with a network, and the sizes that these two decide. */
interface GridPart {
  readonly dataset: DatasetDefinition;
  readonly sizes: Preset;
  /** Whether the network has dropout. */
  readonly drops: boolean;
}

function droppingNetworks(networks: readonly NetworkDefinition[]): ReadonlySet<string> {
  return new Set(networks.filter(({ dropout }) => dropout).map(({ name }) => name));
}

type Overrides = ReadonlyMap<string, ReadonlyMap<string, Value>>;

function specOf(
  request: Request,
  part: GridPart,
  stages: readonly Method[],
  seed: number,
  overrides: Overrides,
  setting: number,
): RunSpec {
  const { dataset, sizes, drops } = part;
  const method = stages.at(-1)!;
  const drawn = searchSetting(method, dataset, setting);
  const before = stages.slice(0, -1);
  const own = (key: string) =>
    overrides.get(method.name)?.get(key) ?? overrides.get("all")?.get(key);
  const { backend, threads } = request;
  const steps = request.steps ?? sizes.steps;
  const checkpointEvery = request.checkpoints === undefined
    ? sizes.checkpointEvery
    : Math.round(steps / request.checkpoints);
  const numeric = (key: keyof typeof COMMON, usual: number) =>
    Number(own(key) ?? drawn[key] ?? usual);
  const learningRate = numeric("learningRate", sizes.learningRate);
  const weightDecay = numeric("weightDecay", sizes.weightDecay);
  const dropout = drops ? numeric("dropout", 0) : 0;
  // Numbers of steps, unless given, are meant for runs of the paper's length.
  const length = Math.min(1, steps / preset("paper", dataset).steps);
  const hyperparameters = Object.fromEntries(
    Object.entries(method.hyperparameters).map(([key, hyperparameter]) => {
      const { default: usual, scalesWithSteps } = specOn(hyperparameter, dataset);
      const standard = drawn[key] ?? usual;
      const given = own(key);
      if (given !== undefined) return [key, given];
      if (typeof standard === "object") {
        return [key, { learningRate, weightDecay }[standard.inherit]];
      }
      if (scalesWithSteps === undefined || length === 1) return [key, standard];
      return [key, Math.max(scalesWithSteps.min, Math.round(Number(standard) * length))];
    }),
  );
  const settings = Object.fromEntries(
    Object.entries(dataset.settings).map(([key, setting]) => [
      key,
      overrides.get(dataset.name)?.get(key) ?? dataset.presets?.[request.preset]?.[key] ??
        setting.default,
    ]),
  );
  return {
    format: 2,
    dataset: { name: dataset.name, imageSize: sizes.imageSize, settings },
    method: { name: method.name, version: method.version, hyperparameters },
    stage1: before.length > 0 ? specOf(request, part, before, seed, overrides, setting) : null,
    seed,
    training: {
      network: { ...sizes.network, ...(dropout !== 0 && { dropout }) },
      steps,
      batch: request.batch ?? Number(drawn.batch ?? sizes.batch),
      checkpointEvery: Math.max(1, Math.min(checkpointEvery, steps)),
      learningRate,
      weightDecay,
      selection: request.selection,
      ...(request.traceTest && { traceTest: true }),
    },
    engine: { backend, threads, execution: usualExecution(steps, backend) },
  };
}

/** The stages of every method asked for; `all` is every method and the registered two-stage variants. */
function expandMethods(
  names: readonly string[],
  { methods, twoStage }: Pick<Catalogue, "methods" | "twoStage">,
): Method[][] {
  const all = [...methods.map(({ name }) => name), ...twoStage];
  return names.flatMap((name) => (name === "all" ? all : [name]))
    .map((name) => stagesOf(name, methods));
}

function stagesOf(name: string, methods: readonly Method[]): Method[] {
  const given = name.split("+").map((part) => find("method", part.trim(), methods));
  const first = given[0]!;
  const stages = first.stage1 === undefined
    ? given
    : [...stagesOf(first.stage1, methods), ...given];
  stages.slice(1).forEach((second, i) => requireHeir(stages[i]!, second));
  return stages;
}

/** A second stage that takes over a classifier must hand it what the first one does. */
function requireHeir(first: Method, second: Method): void {
  if (second.inherits !== "network" || first.classifierInputs === second.classifierInputs) return;
  throw new UsageError(
    `Cannot train ${first.name}+${second.name}: ${second.name} takes over the classifier of its ` +
      `first stage, and that of ${first.name} does not take an image's features alone; put another ` +
      `first stage before it`,
  );
}

function select<T extends { readonly name: string }>(
  what: string,
  names: readonly string[],
  known: readonly T[],
): T[] {
  return [...new Set(names.flatMap((n) => (n === "all" ? known : [find(what, n, known)])))];
}

function readSettings(
  { settings }: Request,
  datasets: readonly DatasetDefinition[],
  methods: readonly (readonly Method[])[],
  { networks, drops }: { networks: readonly string[]; drops: ReadonlySet<string> },
): Overrides {
  const common = SETTABLE.map((key): [string, ValueType] => [key, COMMON[key]]);
  const known = new Map<string, ReadonlyMap<string, ValueType>>([["all", new Map(common)]]);
  for (const { name, settings } of datasets) {
    known.set(name, new Map(Object.entries(settings)));
  }
  for (const { name, hyperparameters } of methods.flat()) {
    known.set(name, new Map([...Object.entries(hyperparameters), ...common]));
  }
  const overrides = new Map<string, Map<string, Value>>();
  for (const [path, given] of settings) {
    const [owner = "", key = ""] = path.split(".", 2);
    const keys = known.get(owner);
    if (keys === undefined) {
      throw new UsageError(
        notFoundMessage("a method or data set of this plan named", owner, [...known.keys()]),
      );
    }
    const type = keys.get(key);
    if (type === undefined) {
      throw new UsageError(notFoundMessage(`a setting of ${owner} named`, key, [...keys.keys()]));
    }
    const value = readValue(type, given, `--set "${path}=${given}"`);
    if (type === COMMON.dropout && !networks.some((name) => drops.has(name))) {
      throw new UsageError(
        `Cannot use --set "${path}=${value}": no network of this plan (${
          [...new Set(networks)].join(", ")
        }) knows of dropout; ${[...drops].join(" and ")} do`,
      );
    }
    overrides.set(owner, (overrides.get(owner) ?? new Map()).set(key, value));
  }
  return overrides;
}
