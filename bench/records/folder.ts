/**
 * Reading an output folder: its plans, records and failures, of whichever format.
 *
 * @module
 */
import { join } from "node:path";
import { programName } from "../../base/command.ts";
import { isFile, readRegularFile } from "../../base/files.ts";
import { isSafeName, safeName } from "../../base/names.ts";
import {
  checkedFailure,
  checkedPlan,
  checkedRecord,
  Foreign,
  readJson,
  StoreError,
  unreadable,
  Unusable,
} from "./door.ts";
import type { CodeNames } from "./format1.ts";
import type { Plan } from "./joined_plans.ts";
import { type KeptPredictions, readPredictions, recounted } from "./predictions.ts";
import { sha256Of } from "./seal.ts";
import type { FailureRecord, Manifest, RunRecord } from "./record.ts";

export { StoreError };

/** A folder's plan, and the plan of its random search, whose runs are in none of its tables. */
export type PlanFile = "manifest.json" | "sweep.json";

/** One output folder, as a reader sees it. */
export class Folder {
  /**
   * Looks at nothing yet.
   *
   * @param definitions Methods and data sets, which say what numbers in records of format 1 stand
   *   for; without them numbers stay numbers.
   */
  constructor(
    /** Its path. */
    readonly folder: string,
    /** What numbers in records of format 1 are read by. */
    readonly definitions: CodeNames = { methods: [], datasets: [] },
  ) {}

  /**
   * The record of a run; null when it is not finished.
   *
   * @throws {StoreError} When there is one that cannot be used.
   */
  async record(id: string): Promise<RunRecord | null> {
    const path = this.pathOf(id, "record.json");
    const written = await readJson(path);
    if (written === null) return null;
    return await usable(
      path,
      ", so it is no record of this run; remove it to have the run trained again",
      () => checkedRecord(written, id, this.definitions),
    );
  }

  /**
   * Why a run could not be finished; null when nothing says so.
   *
   * @throws {StoreError} When what says so cannot be used.
   */
  async failure(id: string): Promise<FailureRecord | null> {
    const path = this.pathOf(id, "failure.json");
    const written = await readJson(path);
    if (written === null) return null;
    return await usable(path, "; remove it", () => checkedFailure(written, id, this.definitions));
  }

  /**
   * The plan of the folder, or of its search; null without one.
   *
   * @throws {StoreError} When there is one that cannot be used.
   */
  async manifest(name: PlanFile = "manifest.json"): Promise<Manifest | null> {
    return (await this.plan(name))?.manifest ?? null;
  }

  /** The plan, as a reader of several folders needs it; null without one. */
  async plan(name: PlanFile = "manifest.json"): Promise<Plan | null> {
    const path = join(this.folder, name);
    return await readJson(path) === null ? null : await readPlan(path, this.definitions);
  }

  /** Whether a run has a record, of whatever worth. */
  async hasRecord(id: string): Promise<boolean> {
    return await isFile(this.pathOf(id, "record.json"));
  }

  /**
   * What a finished run predicted for its test images, domain by domain; null without a test, or
   * where only its figures were imported.
   */
  async predictions(id: string): Promise<KeptPredictions[] | null> {
    const record = await this.record(id);
    if (record === null || record.result === null || record.result.test.length === 0) return null;
    const bytes = await this.file(id, "predictions.csv", record);
    return readPredictions(new TextDecoder().decode(bytes), record.data.domains);
  }

  /**
   * A file beside a run's record, as it was written.
   *
   * @throws {StoreError} When it is another one by now, or not there.
   */
  async file(id: string, name: string, known?: RunRecord): Promise<Uint8Array> {
    const path = this.pathOf(id, name);
    const sum = (known ?? await this.record(id))?.files?.[name];
    const refuse = (why: string) =>
      new StoreError(
        `Cannot use ${path}: ${why}; ${programName()} check --mend removes what must be trained again`,
        why,
      );
    try {
      const bytes = await readRegularFile(path);
      if (sum === undefined || sum === sha256Of(bytes)) return bytes;
    } catch (error) {
      if (error instanceof RangeError) throw refuse(error.message);
      if (error instanceof Deno.errors.NotFound) throw refuse("it is not there");
      throw unreadable(path, error) ?? error;
    }
    throw refuse("it is not what was written (its SHA-256 is another)");
  }

  /** As {@linkcode file}; null where there is none that can be used. */
  async soundFile(id: string, name: string): Promise<Uint8Array | null> {
    return await this.file(id, name).catch((error) => {
      if (error instanceof StoreError) return null;
      throw error;
    });
  }

  /**
   * A record whose test counts are counted anew from the stored predictions; its figures can
   * then be derived again without training. Null without a test.
   */
  async recount(id: string): Promise<RunRecord | null> {
    const [record, predictions] = [await this.record(id), await this.predictions(id)];
    if (record === null || record.result === null || predictions === null) return null;
    return recounted(record, record.result, predictions);
  }

  /** Ids of every run that has left something here, sorted. */
  async ids(): Promise<string[]> {
    const found: string[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(join(this.folder, "runs"))) {
        if (isDirectory && isSafeName(name)) found.push(name);
      }
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors; // nothing has run yet
      if (!(error instanceof NotFound || error instanceof NotADirectory)) throw error;
    }
    return found.sort();
  }

  /** A file that belongs to a run. */
  pathOf(id: string, file: string): string {
    return join(this.folder, "runs", safeName(id), file);
  }
}

/**
 * A plan.
 *
 * @throws {StoreError} When there is none, or one that cannot be used.
 */
export async function readPlan(
  path: string,
  definitions: CodeNames,
): Promise<Plan> {
  const plan = await readJson(path);
  if (plan === null) throw new StoreError(`Cannot read ${path}: No such file`, "there is none");
  return await usable(
    path,
    "; remove it to have it made again",
    async () => ({ ...await checkedPlan(plan, definitions), apart: new Map(), notes: [] }),
  );
}

/** What is made of a file, or a sentence on why it cannot be used. */
async function usable<T>(path: string, remedy: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const foreign = error instanceof Foreign; // nothing is wrong with it
    const said = foreign ? "; remove it only to have it made again by this one" : remedy;
    throw new StoreError(`Cannot use ${path}: ${error.message}${said}`, error.message, foreign);
  }
}
