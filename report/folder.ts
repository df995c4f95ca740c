/**
 * What an output folder holds: every planned run, with the figures of those that are finished.
 *
 * A record keeps confusion counts, which for hundreds of classes are large; each is read, reduced
 * to what tables and charts show, and let go.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";
import { countsOf, mean, type Metric, METRICS, PRIMARY } from "../metrics/mod.ts";
import { describeRule } from "../metrics/selection.ts";
import { type Figure, figures } from "../bench/records/figures.ts";
import { didLearn, type LastGain, lastGain, type Learned } from "../bench/records/learning.ts";
import type {
  Calibration,
  Confusion,
  CurvePoint,
  Manifest,
  RunRecord,
  RunSpec,
  StudyTag,
} from "../bench/records/record.ts";
import { Folder, StoreError } from "../bench/records/folder.ts";
import { dataApart } from "./data_apart.ts";
import type { CodeNames } from "../bench/records/format1.ts";
import { leftOut } from "../bench/records/left_out.ts";
import type { Plan } from "../bench/records/joined_plans.ts";
import type { RunState } from "../bench/records/outcome.ts";
import { visible, visiblePlan, visibleRecord } from "./visible.ts";
import { runId } from "../bench/records/run_id.ts";

export type { RunState };

/** A planned run. */
export interface Run {
  /** Sixteen hexadecimal digits; the name of its folder. */
  readonly id: string;
  /** `erm`, or `boda+crt` for two stages; in a study, with what tells it from the others. */
  readonly name: string;
  /** Everything that decides its numbers. */
  readonly spec: RunSpec;
  /** How its tested weights are chosen, in the midst of a sentence. */
  readonly selectedBy: string;
  /** What tells its table from others of the same data set, in words; null where there is one. */
  readonly apart: string | null;
  /** What it is for in a study; null for a run that stands among the methods. */
  readonly study: StudyTag | null;
  /** How it stands in the folder. */
  readonly state: RunState;
  /** Null without a record. A diverged run has a digest without scores. */
  readonly digest: Digest | null;
  /** Wall time with all earlier stages; null where one of them is not known. */
  readonly seconds: number | null;
}

/** What the report keeps of a run's record. */
export interface Digest {
  /** Facts of the data, as the run saw them. */
  readonly data: Pick<
    RunRecord["data"],
    "title" | "domains" | "classes" | "shots" | "fingerprint" | "counts"
  >;
  /** Where it was imported from; left out for what was trained here. */
  readonly origin?: NonNullable<RunRecord["origin"]>;
  /** What the record says of the method. */
  readonly method: RunRecord["method"];
  /** Every figure, as in `results.csv`. */
  readonly figures: readonly Figure[];
  /** The test figures among them, as fractions, by `domain/metric` (see {@linkcode scoreKey}). */
  readonly scores: ReadonlyMap<string, number>;
  /** The same of validation images, with the tested weights. */
  readonly validation: ReadonlyMap<string, number>;
  /** Test F1 by domain and class; null for a class that is neither there nor predicted. */
  readonly classF1: readonly (readonly (number | null)[])[];
  /** Test confusion counts of each domain. */
  readonly confusions: readonly SparseConfusion[];
  /** Test predictions of each domain by confidence; null in older records. */
  readonly calibration: readonly Calibration[] | null;
  /** Checkpoints, in order. */
  readonly curve: readonly CurveDigest[];
  /** The domains that the run was not trained on; left out where there are none. */
  readonly unseen?: UnseenDigest;
  /** Updates after which the tested weights were taken; null when nothing was tested. */
  readonly selectedStep: number | null;
  /** Whether the run is more than an untrained network. */
  readonly learned: Learned;
  /** What the last tenth of its training gained. */
  readonly lastGain: LastGain;
  /** Versions, hardware and revision of the code; null where unknown. */
  readonly environment: RunRecord["environment"];
  /** Wall time in seconds, and memory. */
  readonly timing: RunRecord["timing"];
}

/**
 * The counts of a confusion matrix that are not 0: `true`, `predicted`, `count`, `true`, … Matrices
 * of hundreds of classes are almost empty.
 */
export type SparseConfusion = Int32Array;

/** A checkpoint, averaged over domains. */
export interface CurveDigest {
  /** Updates done. */
  readonly step: number;
  /** Mean since the last checkpoint; null where the method reports none. */
  readonly loss: number | null;
  /** Of the validation images, by metric. */
  readonly scores: ReadonlyMap<string, number | null>;
}

/** The domains that a run was not trained on, with their figures at every checkpoint. */
export interface UnseenDigest extends NonNullable<RunRecord["data"]["unseen"]> {
  /** Checkpoints, in order. */
  readonly curve: readonly (NonNullable<CurvePoint["unseen"]> & { readonly step: number })[];
  /** With the tested weights; null without a result. */
  readonly tested: NonNullable<CurvePoint["unseen"]> | null;
  /** Whether the tested weights are an average over the training, and of no checkpoint. */
  readonly averaged: boolean;
}

/** An output folder as the report sees it. */
export interface Store {
  /** The plan of the folder. */
  readonly manifest: Manifest;
  /** Every planned run that is trained on all domains, in the manifest's order. */
  readonly runs: readonly Run[];
  /** Every planned run that leaves out domains: they stand in tables of their own. */
  readonly unseen: readonly Run[];
  /** Runs of the manifest that cannot be used, with what is wrong with them. */
  readonly refused: Plan["refused"];
  /** Folders under `runs/` that the manifest does not plan: left out of every table. */
  readonly unplanned: number;
  /** Sentences on what was read, where it was several folders. */
  readonly notes: readonly string[];
}

/** What records are read by: definitions, and metrics where they are not the suite's. */
interface FolderCatalogue extends CodeNames {
  readonly metrics?: readonly Metric[];
}

const NONE: FolderCatalogue = { methods: [], datasets: [] };

/** The key of a test figure in {@linkcode Digest.scores}. */
export function scoreKey(domain: string, metric: Figure["metric"]): string {
  return `${domain}/${metric}`;
}

/**
 * Reads an output folder, or several as one.
 *
 * @param out What a benchmark wrote: its path, or the folders that {@linkcode openFolders} opened.
 * @param catalogue What its records are read by: definitions and metrics.
 * @throws When there is no plan in the folder, or one that this version cannot read.
 */
export async function readStore(
  out: string | Folder,
  catalogue: FolderCatalogue = NONE,
): Promise<Store> {
  const { metrics = METRICS } = catalogue;
  const folder = typeof out === "string" ? new Folder(out, catalogue) : out;
  const { manifest, apart, notes, refused } = await planOf(folder);
  const runs: Omit<Run, "seconds">[] = [];
  for (const planned of manifest.runs) {
    const run = await readRun(folder, planned, metrics);
    runs.push({ ...run, apart: apart.get(planned.id) ?? null });
  }
  const told = dataApart(runs, manifest);
  const ids = new Set([...manifest.runs, ...refused].map((run) => run.id));
  const others = (await folder.ids()).filter((id) => !ids.has(id));
  const times = new Map(
    runs.flatMap(({ spec, digest }) =>
      digest && !digest.origin ? [[runId(spec), digest.timing.seconds] as const] : []
    ),
  );
  if (runs.some(({ spec }) => spec.stage1 !== null && !times.has(runId(spec.stage1)))) {
    for (const id of others) {
      const record = await folder.record(id).catch(() => null);
      if (record?.timing) times.set(runId(record.spec), record.timing.seconds);
    }
  }
  const seconds = (spec: RunSpec): number | null => {
    const own = times.get(runId(spec));
    const earlier = spec.stage1 === null ? 0 : seconds(spec.stage1);
    return own === undefined || earlier === null ? null : own + earlier;
  };
  const timed = told.runs.map((run): Run => ({ ...run, seconds: seconds(run.spec) }));
  return {
    manifest: visiblePlan(manifest),
    runs: timed.filter(({ spec }) => leftOut(spec).length === 0),
    unseen: timed.filter(({ spec }) => leftOut(spec).length > 0),
    refused,
    unplanned: others.length,
    notes: [...notes, ...told.notes],
  };
}

/** Wall time of a finished run with all its stages; null for others. */
export function secondsOfAllStages(run: Run | null): number | null {
  return run?.state.status === "done" ? run.seconds : null;
}

async function planOf(folder: Folder): Promise<Plan> {
  const refuse = (why: string) => new DataError(`Cannot report on "${folder.folder}": ${why}.`);
  const plan = await folder.plan().catch((error) => {
    if (!(error instanceof StoreError)) throw error;
    if (error.foreign) throw refuse(`its manifest.json cannot be read (${error.why})`);
    const why = error.why.startsWith("it is not a plan") ? "" : ` (${error.why})`;
    throw refuse(
      `its manifest.json is not a plan of format 1 or 2${why}; run the benchmark again into a new ` +
        `folder`,
    );
  });
  if (plan === null) {
    throw refuse("it holds no manifest.json; give a folder that a benchmark wrote");
  }
  if (plan.manifest.runs.length > 0) return plan;
  const [first] = plan.refused;
  if (first !== undefined) {
    throw refuse(
      `none of the runs that its manifest.json plans can be used (${first.id}: ${first.why})`,
    );
  }
  throw refuse("its manifest.json plans no runs; give a folder with at least one");
}

async function readRun(
  folder: Folder,
  { id, name, spec, study }: Manifest["runs"][number],
  metrics: readonly Metric[],
): Promise<Omit<Run, "seconds" | "apart">> {
  const run = (state: RunState, digest: Digest | null): Omit<Run, "seconds" | "apart"> => ({
    ...{ id, name, spec, state, digest },
    selectedBy: describeRule(spec.training.selection, metrics),
    study: study ?? null,
  });
  try {
    const record = await folder.record(id);
    if (record !== null) {
      const shown = visibleRecord(record);
      return run(shown.outcome, digest(shown, metrics));
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return run({ status: "failed", error: `not a record: ${error.why}` }, null);
  }
  try {
    const failure = await folder.failure(id);
    return run(
      failure === null
        ? { status: "missing" }
        : { status: "failed", error: visible(failure.error) },
      null,
    );
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return run(
      { status: "failed", error: `its failure.json cannot be read: ${error.why}` },
      null,
    );
  }
}

function digest(record: RunRecord, metrics: readonly Metric[]): Digest {
  const { title, domains, classes, shots, fingerprint, counts, unseen } = record.data;
  const result = record.outcome.status === "done" ? record.result : null;
  const all = figures(record, metrics);
  const scoresOf = (split: Figure["split"]) =>
    new Map(
      all.filter((figure) => figure.split === split)
        .map(({ domain, metric, value }) => [scoreKey(domain, metric), value]),
    );
  return {
    data: { title, domains, classes, shots, fingerprint, counts },
    ...(record.origin && { origin: record.origin }),
    method: record.method,
    figures: all,
    scores: scoresOf("test"),
    validation: scoresOf("validation"),
    classF1: result?.test.map((confusion) => PRIMARY.perClass!(countsOf(confusion))) ?? [],
    confusions: result?.test.map(sparse) ?? [],
    calibration: result?.calibration ?? null,
    curve: record.curve.map(({ step, terms, validation }) => ({
      step,
      loss: terms.loss ?? null,
      scores: new Map(
        Object.entries(validation).map(([name, domains]) => [
          name,
          mean(domains.map((value) => value ?? 0)),
        ]),
      ),
    })),
    ...(unseen && {
      unseen: {
        ...unseen,
        curve: record.curve.flatMap(({ step, unseen }) => unseen ? [{ step, ...unseen }] : []),
        tested: result?.unseen ?? null,
        averaged: result?.averaged !== undefined,
      },
    }),
    selectedStep: result?.step ?? null,
    learned: didLearn(record),
    lastGain: lastGain(record),
    environment: record.environment,
    timing: record.timing,
  };
}

function sparse(confusion: Confusion): SparseConfusion {
  const cells: number[] = [];
  confusion.forEach((row, truth) =>
    row.forEach((count, predicted) => {
      if (count > 0) cells.push(truth, predicted, count);
    })
  );
  return Int32Array.from(cells);
}
