/**
 * What an output folder holds: every planned run, with the figures of those that are finished.
 *
 * A record keeps confusion counts, which for hundreds of classes are large; each is read, reduced
 * to what tables and charts show, and let go.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";
import { type Metric, METRICS } from "../metrics/mod.ts";
import { describeRule } from "../metrics/selection.ts";
import type { Manifest, RunSpec, StudyTag } from "../bench/records/record.ts";
import { Folder, StoreError } from "../bench/records/folder.ts";
import { dataApart } from "./data_apart.ts";
import { type Digest, digestOf } from "./digest.ts";
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
      return run(shown.outcome, digestOf(shown, metrics));
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
