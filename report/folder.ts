/**
 * What an output folder holds: every planned run, with the figures of those that are finished.
 *
 * A record keeps confusion counts, which for hundreds of classes are large; each is read, reduced
 * to what tables and charts show, and let go.
 *
 * @module
 */
import { join } from "node:path";
import { countsOf, mean, type Metric, METRICS, PRIMARY } from "../metrics/mod.ts";
import { type Figure, figures } from "../bench/records/figures.ts";
import type {
  Calibration,
  Confusion,
  FailureRecord,
  Manifest,
  RunRecord,
  RunSpec,
  StudyTag,
} from "../bench/records/record.ts";
import { studyTagOf } from "../bench/records/format1_study.ts";
import { readIfThere } from "../base/files.ts";

/** What became of a planned run. */
export type RunState =
  | { readonly status: "done" }
  /** The loss was no longer a finite number after `step` updates. */
  | { readonly status: "diverged"; readonly step: number }
  | { readonly status: "failed"; readonly error: string }
  | { readonly status: "missing" };

/** A planned run. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly spec: RunSpec;
  /** What it is for in a study; null for a run that stands among the methods. */
  readonly study: StudyTag | null;
  readonly state: RunState;
  /** Null without a record. A diverged run has a digest without scores. */
  readonly digest: Digest | null;
  /** Wall time with all earlier stages; null where one of them is not known. */
  readonly seconds: number | null;
}

/** What the report keeps of a run's record. */
export interface Digest {
  readonly data: Pick<
    RunRecord["data"],
    "title" | "domains" | "classes" | "shots" | "fingerprint" | "counts"
  >;
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
  readonly curve: readonly CurveDigest[];
  /** Updates after which the tested weights were taken; null when nothing was tested. */
  readonly selectedStep: number | null;
  readonly environment: RunRecord["environment"];
  readonly timing: RunRecord["timing"];
}

/**
 * The counts of a confusion matrix that are not 0: `true`, `predicted`, `count`, `true`, … Matrices
 * of hundreds of classes are almost empty.
 */
export type SparseConfusion = Int32Array;

/** A checkpoint, averaged over domains. */
export interface CurveDigest {
  readonly step: number;
  readonly loss: number | null;
  /** Of the validation images, by metric. */
  readonly scores: ReadonlyMap<string, number | null>;
}

/** An output folder as the report sees it. */
export interface Store {
  readonly manifest: Manifest;
  /** Every planned run, in the manifest's order. */
  readonly runs: readonly Run[];
  /** Folders under `runs/` that the manifest does not plan: left out of every table. */
  readonly unplanned: number;
}

/** The key of a test figure in {@linkcode Digest.scores}. */
export function scoreKey(domain: string, metric: Figure["metric"]): string {
  return `${domain}/${metric}`;
}

/**
 * Reads an output folder.
 *
 * @param out The folder that a benchmark wrote.
 * @param metrics Those whose figures are asked for; every one of this repository by default.
 * @throws When there is no plan in the folder, or one that this version cannot read.
 */
export async function readStore(
  out: string,
  metrics: readonly Metric[] = METRICS,
): Promise<Store> {
  const manifest = await readManifest(out);
  const runs: Omit<Run, "seconds">[] = [];
  for (const planned of manifest.runs) runs.push(await readRun(out, planned, metrics));
  const ids = new Set(manifest.runs.map((run) => run.id));
  const others: string[] = [];
  try {
    for await (const entry of Deno.readDir(join(out, "runs"))) {
      if (entry.isDirectory && !ids.has(entry.name)) others.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // nothing has run yet
  }
  const times = new Map(
    runs.flatMap(({ spec, digest }) =>
      digest ? [[JSON.stringify(spec), digest.timing.seconds] as const] : []
    ),
  );
  if (runs.some(({ spec }) => spec.stage1 !== null && !times.has(JSON.stringify(spec.stage1)))) {
    for (const id of others) {
      const record = parse<RunRecord>(
        await readIfThere(join(out, "runs", id, "record.json")) ?? "null",
      );
      if (record?.timing) times.set(JSON.stringify(record.spec), record.timing.seconds);
    }
  }
  const seconds = (spec: RunSpec): number | null => {
    const own = times.get(JSON.stringify(spec));
    const earlier = spec.stage1 === null ? 0 : seconds(spec.stage1);
    return own === undefined || earlier === null ? null : own + earlier;
  };
  return {
    manifest,
    runs: runs.map((run) => ({ ...run, seconds: seconds(run.spec) })),
    unplanned: others.length,
  };
}

/** Wall time of a finished run with all its stages; null for others. */
export function secondsOfAllStages(run: Run | null): number | null {
  return run?.state.status === "done" ? run.seconds : null;
}

/**
 * The plan of an output folder.
 *
 * @throws When there is none, or one that this version cannot read.
 */
async function readManifest(out: string): Promise<Manifest> {
  const text = await readIfThere(join(out, "manifest.json"));
  if (text === null) {
    throw new Error(
      `Cannot report on "${out}": it holds no manifest.json; give a folder that a benchmark wrote.`,
    );
  }
  const manifest = parse<Manifest>(text);
  if (manifest === null || manifest.format !== 1 || !Array.isArray(manifest.runs)) {
    throw new Error(
      `Cannot report on "${out}": its manifest.json is not a plan of format 1; run the benchmark ` +
        `again into a new folder.`,
    );
  }
  if (manifest.runs.length === 0) {
    throw new Error(
      `Cannot report on "${out}": its manifest.json plans no runs; give a folder with at least one.`,
    );
  }
  return manifest;
}

async function readRun(
  out: string,
  planned: Manifest["runs"][number],
  metrics: readonly Metric[],
): Promise<Omit<Run, "seconds">> {
  const { id, name, spec } = planned;
  const run = (state: RunState, digest: Digest | null) => ({
    id,
    name,
    spec,
    study: studyTagOf(planned),
    state,
    digest,
  });
  const folder = join(out, "runs", id);
  const text = await readIfThere(join(folder, "record.json"));
  if (text !== null) {
    const record = parse<RunRecord>(text);
    if (record === null || record.spec?.format !== 1 || record.id !== id) {
      return run({ status: "failed", error: "its record.json is not a record of this run" }, null);
    }
    const { outcome } = record;
    return run(
      outcome.status === "done" ? { status: "done" } : { status: "diverged", step: outcome.step },
      digest(record, metrics),
    );
  }
  const failure = await readIfThere(join(folder, "failure.json"));
  if (failure === null) return run({ status: "missing" }, null);
  const { error } = parse<FailureRecord>(failure) ?? { error: "its failure.json cannot be read" };
  return run({ status: "failed", error }, null);
}

/** What older records call a metric of their curve. */
const CURVE_NAMES: Readonly<Record<string, string>> = { macroF1: PRIMARY.name };

function digest(record: RunRecord, metrics: readonly Metric[]): Digest {
  const { title, domains, classes, shots, fingerprint, counts } = record.data;
  const result = record.outcome.status === "done" ? record.result : null;
  const all = figures(record, metrics);
  const scoresOf = (split: Figure["split"]) =>
    new Map(
      all.filter((figure) => figure.split === split)
        .map(({ domain, metric, value }) => [scoreKey(domain, metric), value]),
    );
  return {
    data: { title, domains, classes, shots, fingerprint, counts },
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
          CURVE_NAMES[name] ?? name,
          mean(domains.map((value) => value ?? 0)),
        ]),
      ),
    })),
    selectedStep: result?.step ?? null,
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

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
