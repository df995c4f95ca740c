/**
 * The plan: every run of a grid, before any is started.
 *
 * @module
 */
import type { Backend } from "../../tensor/backend.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import type { Method } from "../../methods/method.ts";
import { ruleOf } from "../../metrics/selection.ts";
import { find, UsageError } from "../../base/errors.ts";
import { type DatasetDefinition, findDataset } from "../../datasets/dataset.ts";
import type { Value } from "../../base/setting.ts";
import type { Catalogue } from "../catalogue.ts";
import { dataSeeds } from "../../datasets/settings.ts";
import { type Hparams, Tuned } from "../hparams/mod.ts";
import { runId, runName, type Stages } from "../records/run_id.ts";
import {
  foldsOf,
  type LeaveOutRequest,
  requireDomains,
  Wanting,
  wantingDomains,
} from "./leave_out.ts";
import { type NetworkRequest, sizesOf } from "./networks.ts";
import type { ProgramLimits, RunSpec, SelectionRule, StudyTag } from "../records/record.ts";
import type { ProgramMethod } from "./programs.ts";
import { readSettings } from "./settings.ts";
import { type GridPart, specOf } from "./spec.ts";
import { expandMethods } from "./stages.ts";

/** What the user asked for; every name as written on the command line. */
export interface Request extends NetworkRequest, LeaveOutRequest {
  /** By name, or `all`. */
  readonly datasets: readonly string[];
  /** Methods, or two stages joined by `+`. */
  readonly methods: readonly string[];
  /** Every method is run with each of them; runs of one seed share batches and initial weights. */
  readonly seeds: readonly number[];
  /**
   * What images are drawn by, of data sets that are drawn: a seed of their own for all runs, or the
   * seed of each run. As the data set says when left out.
   */
  readonly dataSeed?: number | "run" | undefined;
  /** Steps of each run; as the preset says when left out. */
  readonly steps?: number | undefined;
  /** Images of each domain in a step; as the preset says when left out. */
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
  /** Found hyperparameters, in place of defaults. */
  readonly hparams?: Hparams | undefined;
  /** Which checkpoint's weights are tested. */
  readonly selection: SelectionRule;
  /** Test figures at every checkpoint. */
  readonly traceTest?: boolean | undefined;
  /** Methods that other programs train, which the catalogue has too, and what these may use. */
  readonly programs?:
    | { readonly methods: readonly ProgramMethod[]; readonly limits: ProgramLimits }
    | undefined;
  /** Part of each run's id, since it decides the last bits. */
  readonly backend: Backend;
  /** Threads of one run; part of its id, since the last bits of sums depend on them. */
  readonly threads: number;
}

/** A run with its name and id. */
export interface PlannedRun {
  /** Sixteen hexadecimal digits, from the spec alone; the name of the run's folder. */
  readonly id: string;
  /** `erm`, or `boda+crt` for two stages; in a study, with what tells the run from its others. */
  readonly name: string;
  /** Everything that decides the run's numbers. */
  readonly spec: RunSpec;
  /** What the run is for, where it belongs to a study. */
  readonly study?: StudyTag;
  /** Number of the setting of a random search; left out where there is none. */
  readonly trial?: number;
  /** Where its program is started and what it may use; left out for what is trained here. */
  readonly program?: ProgramLimits;
}

/**
 * All runs of a grid in table order: data sets, then networks, domains that are left out, methods,
 * settings of a search, seeds. A first stage has the setting of the same number as its second. A
 * first stage that is not asked for by itself comes before the runs that need it, once.
 *
 * @param note Told what is left out of the grid because too few domains are left to train on.
 * @throws {UsageError} When a name or a value is not known or not possible, or nothing is left.
 */
export function plan(
  request: Request,
  catalogue: Catalogue,
  note: (sentence: string) => void = () => {},
): PlannedRun[] {
  ruleOf(request.selection, catalogue.metrics); // there is such a rule
  const datasets = selectDatasets(request.datasets, catalogue.datasets);
  const names = expandMethods(request.methods, catalogue);
  requireOwnStages(names, request);
  const sizes = new Map(
    datasets.map((dataset) => [dataset, sizesOf(request, dataset, catalogue.networks)]),
  );
  const networks = [...sizes.values()].flat().map(({ network }) => network.name);
  const drops = droppingNetworks(catalogue.networks);
  requireDrawn(request, datasets);
  requireDomains(request, datasets);
  const overrides = readSettings(request.settings, {
    datasets,
    methods: names.flat(),
    networks,
    drops,
  });
  const parts = datasets.flatMap((dataset) =>
    sizes.get(dataset)!.flatMap((own) =>
      foldsOf(request, dataset).map((leaveOut): GridPart => ({
        ...{ dataset, sizes: own, leaveOut },
        drops: drops.has(own.network.name),
      }))
    )
  );
  const runs = new Map<string, PlannedRun>();
  const limits = request.programs?.limits;
  const wanting = new Wanting();
  const tuned = new Tuned(request.hparams, catalogue.methods);
  for (const part of parts) {
    for (const stages of names) {
      const wants = wantingDomains(stages, part.dataset, part.leaveOut);
      if (wants !== undefined) {
        wanting.add(wants, part.dataset, part.leaveOut);
        continue;
      }
      for (const setting of request.trials ?? [undefined]) {
        for (const seed of request.seeds) {
          const usual = specOf(request, part, stages, seed, overrides, setting ?? 0);
          const found = tuned.of(usual);
          const spec = found === null
            ? usual
            : specOf(request, { ...part, tuned: found }, stages, seed, overrides, 0);
          // By itself a first stage may have other settings: with found ones it stands in no table.
          if (request.hparams === undefined) {
            addFirstStages(runs, spec, setting, catalogue.methods, limits);
          }
          add(runs, spec, setting, catalogue.methods, limits);
        }
      }
    }
  }
  if (runs.size === 0) throw new UsageError(`Cannot plan a run. ${wanting.notes.join(" ")}`);
  [...wanting.notes, ...tuned.notes].forEach(note);
  return [...runs.values()];
}

/**
 * Looks whether a spec, which may be somebody else's or older than the code, can be trained here.
 *
 * @throws {UsageError} When a method of it is not here, in another version, or with hyperparameters
 *   that it cannot have, or when it was imported.
 */
export function requireMethods(spec: RunSpec, methods: readonly Method[]): void {
  if (spec.command !== undefined) return; // its program is looked at when it is started
  if (spec.imported !== undefined) {
    throw new UsageError(
      `Cannot train ${spec.method.name} with seed ${spec.seed}: its results were imported, and how ` +
        `they were made is not known here; import them again in its place`,
    );
  }
  const { name, version, hyperparameters } = find("method", spec.method.name, methods);
  if (spec.method.version !== version) {
    throw new UsageError(
      `Cannot train ${name} of version ${spec.method.version}: this is version ${version}, whose ` +
        `numbers are others; use the revision that the run was planned with`,
    );
  }
  for (const [key, value] of Object.entries(spec.method.hyperparameters)) {
    const type = Object.hasOwn(hyperparameters, key) ? hyperparameters[key] : undefined;
    if (type === undefined || type.parse(value) === value) continue;
    throw new UsageError(
      `Cannot train ${name} with ${key} = ${JSON.stringify(value)}: it must be ${type.wanted}`,
    );
  }
  if (spec.stage1 !== null) requireMethods(spec.stage1, methods);
}

function addFirstStages(
  runs: Map<string, PlannedRun>,
  { stage1 }: RunSpec,
  trial: number | undefined,
  methods: Stages,
  limits: ProgramLimits | undefined,
): void {
  if (stage1 === null) return;
  addFirstStages(runs, stage1, trial, methods, limits);
  add(runs, stage1, trial, methods, limits);
}

function add(
  runs: Map<string, PlannedRun>,
  spec: RunSpec,
  trial: number | undefined,
  methods: Stages,
  limits: ProgramLimits | undefined,
): void {
  const id = runId(spec);
  if (runs.has(id)) return;
  runs.set(id, {
    id,
    name: runName(spec, methods),
    spec,
    ...(trial === undefined ? {} : { trial }),
    ...(spec.command !== undefined && limits !== undefined && { program: limits }),
  });
}

/** The weights of another program are none that a second stage could start from. */
function requireOwnStages(names: readonly Method[][], { programs, leaveOut }: Request): void {
  if (programs !== undefined && leaveOut !== undefined) {
    throw new UsageError(
      `Cannot leave out domains for ${programs.methods.map(({ method }) => method.name).join()}: ` +
        `what a program is told knows of no unseen domain; run it without --leave-out`,
    );
  }
  const own = new Set(programs?.methods.map(({ method }) => method.name));
  const mixed = names.find((stages) =>
    stages.length > 1 && stages.some(({ name }) => own.has(name))
  );
  if (mixed === undefined) return;
  const name = mixed.map(({ name }) => name).join("+");
  throw new UsageError(
    `Cannot train ${name}: ${mixed.find(({ name }) => own.has(name))!.name} is another program, ` +
      `which is no stage of two; train it alone`,
  );
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

function requireDrawn({ dataSeed }: Request, datasets: readonly DatasetDefinition[]): void {
  if (dataSeed === undefined) return;
  if (datasets.some(({ settings }) => dataSeeds(settings).length > 0)) return;
  throw new UsageError(
    `Cannot use --data-seed ${dataSeed}: no data set of this plan (${
      datasets.map(({ name }) => name).join(", ")
    }) is drawn by a seed, their splits are fixed; leave it out`,
  );
}

function droppingNetworks(networks: readonly NetworkDefinition[]): ReadonlySet<string> {
  return new Set(networks.filter(({ dropout }) => dropout).map(({ name }) => name));
}

function selectDatasets(
  names: readonly string[],
  known: readonly DatasetDefinition[],
): DatasetDefinition[] {
  const all = known.filter(({ supersededBy }) => supersededBy === undefined);
  const chosen = new Set(names.flatMap((n) => n === "all" ? all : [findDataset(n, known)]));
  for (const { unusable } of chosen) if (unusable !== undefined) throw unusable;
  return [...chosen];
}
