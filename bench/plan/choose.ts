/**
 * Choosing among the settings of a search: the runs of a protocol.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import { type MetricRule, ruleOf } from "../../metrics/selection.ts";
import { UsageError } from "../../base/errors.ts";
import type { Folder } from "../records/folder.ts";
import { datasetText, leftOut } from "../records/left_out.ts";
import type {
  Manifest,
  RunRecord,
  RunSpec,
  SearchProtocol,
  SelectionRule,
} from "../records/record.ts";
import { runId, runName, type Stages } from "../records/run_id.ts";
import type { PlannedRun } from "./plan.ts";
import { byScore, scoreOf, selectionMetric, type Trial } from "./selection.ts";
import { type ChoosingRule, unseenCurve } from "./unseen.ts";

/** How settings are chosen. */
export interface ChoiceRequest {
  readonly protocol: SearchProtocol;
  /** Seeds of `once`; five that the sweep has not when left out. */
  readonly seeds?: readonly number[] | undefined;
  /** How settings are judged where a domain is left out. */
  readonly rule: ChoosingRule;
}

/** What a protocol chooses. */
export interface Choice {
  /** The runs to train. */
  readonly chosen: PlannedRun[];
  /** The best run of every data set, domain left out and method, by the first seed, and its worth. */
  readonly best: readonly {
    readonly run: PlannedRun;
    readonly worth: number;
    /** Settings with a result. */
    readonly tried: number;
  }[];
  /** What settings were judged by. */
  readonly by: SelectionRule;
  /** Settings that were planned of each data set and method. */
  readonly settings: number;
  /** A sentence for each choice among fewer settings. */
  readonly gaps: readonly string[];
}

/** A run of the sweep that may be chosen. */
interface Candidate extends Trial {
  readonly run: PlannedRun;
}

/** The best of some, and how many there were. */
interface Best extends Candidate {
  readonly tried: number;
}

/**
 * The runs of a protocol: the best setting of each data set and method, of each domain that is left
 * out. A run that leaves out two domains is chosen with the setting of either.
 *
 * @throws {UsageError} When none of a method's settings has a result.
 */
export async function choose(
  sweep: Manifest,
  folder: Folder,
  { methods, metrics }: { readonly methods: Stages; readonly metrics: readonly Metric[] },
  { protocol, seeds, rule }: ChoiceRequest,
): Promise<Choice> {
  const runs = sweep.runs as readonly PlannedRun[];
  const by = selectionMetric(runs[0]!.spec.training.selection);
  const judge = new Judge(folder, by, metrics, rule);
  const sweptSeeds = [...new Set(runs.map(({ spec }) => spec.seed))].sort((a, b) => a - b);
  const next = sweptSeeds.at(-1)! + 1;
  const fresh = seeds ?? [0, 1, 2, 3, 4].map((i) => next + i);
  const chosen = new Map<string, PlannedRun>();
  const choose = (run: PlannedRun, spec: RunSpec) => {
    const planned = { ...run, id: runId(spec), name: runName(spec, methods), spec };
    chosen.set(planned.id, planned);
  };
  const best: Best[] = [];
  const gaps: string[] = [];
  const single = runs.filter(({ spec }) => leftOut(spec).length < 2);
  for (const cell of Map.groupBy(single, cellOf).values()) {
    const pairs = runs.filter((run) => isPairOf(run, cell[0]!));
    for (const [i, seed] of (protocol === "once" ? sweptSeeds.slice(0, 1) : sweptSeeds).entries()) {
      const planned = cell.filter(({ spec }) => spec.seed === seed);
      const found = await judge.best(planned, pairs, gaps);
      if (i === 0) best.push(found);
      const needed = [found.run, ...pairs.filter((pair) => isSameSetting(pair, found.run))];
      for (const run of needed) {
        if (protocol === "per-seed") choose(run, run.spec);
        else for (const other of fresh) choose(run, withSeed(run.spec, other));
      }
    }
  }
  const settings = new Set(runs.map(({ trial }) => trial)).size;
  const order = [...chosen.values()];
  return {
    chosen: order,
    best,
    by,
    settings,
    gaps,
  };
}

/** Judges settings by their records. */
class Judge {
  readonly #metric: MetricRule;

  constructor(
    private readonly folder: Folder,
    private readonly by: SelectionRule,
    private readonly metrics: readonly Metric[],
    private readonly rule: ChoosingRule,
  ) {
    const { metric } = ruleOf(by, metrics)!;
    this.#metric = { metric, split: "validation", summary: "average" };
  }

  /** The best of one cell's runs with one seed; what of them is not finished is told. */
  async best(
    planned: readonly PlannedRun[],
    pairs: readonly PlannedRun[],
    gaps: string[],
  ): Promise<Best> {
    const trials: Candidate[] = [];
    let finished = 0;
    for (const run of planned) {
      const record = await this.folder.record(run.id);
      if (record !== null) finished++;
      const worth = record && await this.#worth(record, pairs.filter((p) => isSameSetting(p, run)));
      if (worth !== null) trials.push({ run, trial: run.trial ?? 0, worth });
    }
    const { name, spec } = planned[0]!;
    const what = `a setting of ${name} on ${datasetText(spec)} with seed ${spec.seed}`;
    if (trials.length === 0) {
      const by = leftOut(spec).length > 0 ? ` by ${this.rule.title}` : "";
      throw new UsageError(
        `Cannot select ${what}${by}: none in "${this.folder.folder}" has a result; continue the ` +
          `sweep`,
      );
    }
    if (finished < planned.length) {
      gaps.push(
        `Selecting ${what} among ${finished} of ${planned.length}: the sweep is not finished.`,
      );
    }
    return { ...byScore(trials)[0]!, tried: trials.length };
  }

  /** What a record is worth; null where it has no result, or the rule's runs are not there. */
  async #worth(record: RunRecord, pairs: readonly PlannedRun[]): Promise<number | null> {
    const own = scoreOf(record, this.by, this.metrics);
    if (own === null || leftOut(record.spec).length === 0) return own;
    const others = new Map<string, RunRecord>();
    for (const pair of pairs) {
      const found = await this.folder.record(pair.id);
      const other = leftOut(pair.spec).find((name) => !leftOut(record.spec).includes(name))!;
      if (found !== null && found.result !== null) others.set(other, found);
    }
    const chosen = this.rule.choose(unseenCurve(record), this.#metric, (other) => {
      const pair = others.get(other);
      return pair === undefined ? null : unseenCurve(pair);
    });
    return chosen === "tested" ? own : chosen && chosen.worth;
  }
}

/** What the settings of a search are compared in. */
function cellOf({ name, spec }: PlannedRun): string {
  return JSON.stringify([spec.dataset.name, leftOut(spec), name]);
}

/** Whether a run leaves out the domain of another and one more. */
function isPairOf({ name, spec }: PlannedRun, other: PlannedRun): boolean {
  const [target] = leftOut(other.spec);
  return target !== undefined && name === other.name && leftOut(spec).length === 2 &&
    spec.dataset.name === other.spec.dataset.name && leftOut(spec).includes(target);
}

function isSameSetting(a: PlannedRun, b: PlannedRun): boolean {
  return a.trial === b.trial && a.spec.seed === b.spec.seed;
}

function withSeed(spec: RunSpec, seed: number): RunSpec {
  return { ...spec, seed, stage1: spec.stage1 && withSeed(spec.stage1, seed) };
}
