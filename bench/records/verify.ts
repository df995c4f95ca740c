/**
 * Whether an output folder is what was written: every file by its checksum, and every figure that can
 * be counted again.
 *
 * @module
 */
import { join } from "node:path";
import { readRegularFile } from "../../base/files.ts";
import { decodeArrays, decodeMetadata } from "../../base/safetensors_format.ts";
import { type Folder, StoreError } from "./folder.ts";
import type { RunRecord } from "./record.ts";
import { fileSealHolds } from "./seal.ts";
import { unreadable } from "./door.ts";

/** Something that is not what it should be. */
export interface Finding {
  /** The run that it is of; null for the folder's own files. */
  readonly id: string | null;
  /** Relative to the folder. */
  readonly file: string;
  /** In the midst of a sentence. */
  readonly why: string;
  /** Files whose removal mends it: the run is then trained again. */
  readonly remove: readonly string[];
}

/** What was looked at. */
export interface Verification {
  /** Finished runs. */
  readonly runs: number;
  /** Those of them that an earlier version wrote, without checksums: they were counted again alone. */
  readonly unsealed: number;
  /** Those without checksums that have no predictions to count again either: they are believed. */
  readonly believed: number;
  /** Runs that are planned and have left nothing that says how they ended. */
  readonly missing: number;
  readonly findings: readonly Finding[];
}

/** All of a run that must go, so that it is trained again. */
const OF_RUN = [
  ...["record.json", "failure.json", "resume.safetensors"],
  ...["weights.safetensors", "predictions.csv", "features.safetensors", "tsne.json"],
];

/** Looks at the plans of a folder and at every run that has left something in it. */
export async function verify(
  folder: Folder,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Verification> {
  const { there, planned, findings } = await ofPlans(folder);
  const missing = new Set(planned);
  let runs = 0, unsealed = 0, believed = 0;
  const ids = await folder.ids();
  if (!there && ids.length > 0) {
    const why =
      "it is not there, so nothing says which runs were planned; the bench command that " +
      "made the folder writes it again";
    findings.push({ id: null, file: "manifest.json", why, remove: [] });
  }
  for (const [i, id] of ids.entries()) {
    const { record, failed, wrong, recounted } = await ofRun(folder, id);
    findings.push(...wrong);
    if (record !== null || failed || wrong.length > 0) missing.delete(id);
    if (record !== null) runs++;
    if (record !== null && record.sha256 === undefined) {
      unsealed++;
      if (!recounted && wrong.length === 0) believed++;
    }
    onProgress(i + 1, ids.length);
  }
  return { runs, unsealed, believed, missing: missing.size, findings };
}

/** The runs that are planned; plans that cannot be used, and runs of them. */
async function ofPlans(
  folder: Folder,
): Promise<{ there: boolean; planned: string[]; findings: Finding[] }> {
  const planned: string[] = [], findings: Finding[] = [];
  const tell = (file: string, why: string) => findings.push({ id: null, file, why, remove: [] });
  let there = false;
  for (const file of ["manifest.json", "sweep.json"] as const) {
    try {
      const plan = await folder.plan(file);
      there ||= plan !== null;
      planned.push(...(plan?.manifest.runs ?? []).map(({ id }) => id));
      for (const { id, why } of plan?.refused ?? []) tell(file, `run ${id}: ${why}`);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      there = true;
      tell(file, error.why);
    }
  }
  return { there, planned, findings };
}

async function ofRun(
  folder: Folder,
  id: string,
): Promise<
  { record: RunRecord | null; failed: boolean; wrong: Finding[]; recounted: boolean }
> {
  const wrong: Finding[] = [];
  const tell = (file: string, why: string, remove: readonly string[] = OF_RUN) =>
    wrong.push({
      id,
      file: join("runs", id, file),
      why,
      remove: remove.map((name) => join("runs", id, name)),
    });
  const attempt = async <T>(file: string, work: () => Promise<T>, remove?: readonly string[]) => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError) tell(file, error.why, error.foreign ? [] : remove);
      else if (error instanceof RangeError) tell(file, error.message, remove);
      else throw error;
      return null;
    }
  };
  const record = await attempt("record.json", () => folder.record(id));
  const failure = await attempt("failure.json", () => folder.failure(id), ["failure.json"]);
  const failed = failure !== null;
  await attempt("resume.safetensors", () => requireState(folder, id), ["resume.safetensors"]);
  if (record === null) return { record, failed, wrong, recounted: false };
  for (const name of Object.keys(record.files ?? {})) {
    await attempt(name, () => folder.file(id, name, record));
  }
  if (wrong.length > 0) return { record, failed, wrong, recounted: false };
  if (record.files === undefined) {
    for (const name of ["weights.safetensors", "features.safetensors"]) {
      await attempt(name, async () => {
        const bytes = await bytesOf(folder, id, name);
        if (bytes !== null) decodeArrays(bytes);
      });
    }
  }
  const now = await attempt("predictions.csv", () => folder.recount(id));
  const differs = now && differing(record, now);
  if (differs) tell("predictions.csv", `its ${differs} and those of record.json differ`);
  return { record, failed, wrong, recounted: now !== null };
}

/** Which counts of a record are not those of its predictions; null where all are. */
function differing({ result: then }: RunRecord, { result: now }: RunRecord): string | null {
  if (JSON.stringify(then?.test) !== JSON.stringify(now?.test)) return "counts";
  const [before, after] = [then, now].map((result) => result?.calibration?.flat());
  const close = before === undefined || after === undefined ||
    before.every(({ images, correct, confidence }, i) =>
      images === after[i]?.images && correct === after[i]?.correct &&
      Math.abs(confidence - after[i]!.confidence) <= 1e-9 * Math.max(1, images)
    );
  return close ? null : "confidence";
}

/** The state of a run that is going on must be whole. */
async function requireState(folder: Folder, id: string): Promise<void> {
  const file = await bytesOf(folder, id, "resume.safetensors");
  if (file === null || fileSealHolds(file, decodeMetadata(file)["sha256"])) return;
  throw new RangeError("it is not what was written; the run starts from its beginning");
}

/**
 * The bytes of a file; null where there is none.
 *
 * @throws {RangeError} When it is another kind of thing; in the midst of a sentence.
 */
async function bytesOf(folder: Folder, id: string, name: string): Promise<Uint8Array | null> {
  const path = folder.pathOf(id, name);
  try {
    return await readRegularFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw unreadable(path, error) ?? error;
  }
}
