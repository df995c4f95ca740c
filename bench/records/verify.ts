/**
 * Whether an output folder is what was written: every file by its checksum, and every figure that can
 * be counted again.
 *
 * @module
 */
import { join } from "node:path";
import { decodeArrays, decodeMetadata } from "../../base/safetensors_format.ts";
import { type Folder, StoreError } from "./folder.ts";
import type { RunRecord } from "./record.ts";
import { fileSealHolds } from "./seal.ts";

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
  const findings = await ofPlans(folder);
  let runs = 0, unsealed = 0;
  const ids = await folder.ids();
  for (const [i, id] of ids.entries()) {
    const { record, wrong } = await ofRun(folder, id);
    findings.push(...wrong);
    if (record !== null) runs++;
    if (record !== null && record.sha256 === undefined) unsealed++;
    onProgress(i + 1, ids.length);
  }
  return { runs, unsealed, findings };
}

/** Plans, and runs of them that cannot be used. */
async function ofPlans(folder: Folder): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of ["manifest.json", "sweep.json"] as const) {
    try {
      for (const { id, why } of (await folder.plan(file))?.refused ?? []) {
        findings.push({ id: null, file, why: `run ${id}: ${why}`, remove: [] });
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      findings.push({ id: null, file, why: error.why, remove: [] });
    }
  }
  return findings;
}

async function ofRun(
  folder: Folder,
  id: string,
): Promise<{ record: RunRecord | null; wrong: Finding[] }> {
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
      const known = error instanceof StoreError || error instanceof RangeError;
      if (!known) throw error;
      tell(file, error instanceof StoreError ? error.why : error.message, remove);
      return null;
    }
  };
  const record = await attempt("record.json", () => folder.record(id));
  await attempt("failure.json", () => folder.failure(id), ["failure.json"]);
  await attempt("resume.safetensors", () => requireState(folder, id), ["resume.safetensors"]);
  if (record === null) return { record, wrong };
  for (const name of Object.keys(record.files ?? {})) {
    await attempt(name, () => folder.file(id, name, record));
  }
  if (wrong.length > 0) return { record, wrong };
  if (record.files === undefined) {
    for (const name of ["weights.safetensors", "features.safetensors"]) {
      await attempt(name, async () => {
        const bytes = await Deno.readFile(folder.pathOf(id, name)).catch(() => null);
        if (bytes !== null) decodeArrays(bytes);
      });
    }
  }
  const recounted = await attempt("predictions.csv", () => folder.recount(id));
  const differs = recounted && differing(record, recounted);
  if (differs) tell("predictions.csv", `its ${differs} and those of record.json differ`);
  return { record, wrong };
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
  const file = await Deno.readFile(folder.pathOf(id, "resume.safetensors")).catch(() => null);
  if (file === null || fileSealHolds(file, decodeMetadata(file)["sha256"])) return;
  throw new RangeError("it is not what was written; the run starts from its beginning");
}
