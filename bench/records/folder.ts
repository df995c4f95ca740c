/**
 * Reading an output folder: its plans, records and failures, of whichever format.
 *
 * @module
 */
import { join } from "node:path";
import { isFile } from "../../base/files.ts";
import { type CodeNames, manifestOf, recordOf } from "./format1.ts";
import type { Plan } from "./joined_plans.ts";
import { type KeptPredictions, readPredictions, recounted } from "./predictions.ts";
import type { FailureRecord, Manifest, RunRecord } from "./record.ts";
import { runId } from "./run_id.ts";

/** A file of an output folder that cannot be used; the message is one sentence. */
export class StoreError extends Error {
  override name = "StoreError";
}

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
    const record = await readJson(path);
    if (record === null) return null;
    if (isObject(record) && record["id"] === id && isObject(record["spec"])) {
      const { format } = record["spec"];
      if (format === 2) return record as unknown as RunRecord;
      if (format === 1) return recordOf(record as never, this.definitions);
    }
    throw new StoreError(
      `Cannot use ${path}: it is no record of this run; remove it to have the run trained again`,
    );
  }

  /** Why a run could not be finished; null when nothing says so. */
  async failure(id: string): Promise<FailureRecord | null> {
    return await readJson(this.pathOf(id, "failure.json")) as FailureRecord | null;
  }

  /**
   * The plan of the folder, or of its search; null without one.
   *
   * @throws {StoreError} When there is one that cannot be used.
   */
  async manifest(name: PlanFile = "manifest.json"): Promise<Manifest | null> {
    const path = join(this.folder, name);
    if (await readJson(path) === null) return null;
    return (await readPlan(path, this.definitions)).manifest;
  }

  /** The plan, as a reader of several folders needs it; null without one. */
  async plan(name: PlanFile = "manifest.json"): Promise<Plan | null> {
    const manifest = await this.manifest(name);
    return manifest && { manifest, apart: new Map(), notes: [] };
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
    const text = await Deno.readTextFile(this.pathOf(id, "predictions.csv"));
    return readPredictions(text, record.data.domains);
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
        if (isDirectory) found.push(name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // nothing has run yet
    }
    return found.sort();
  }

  /** A file that belongs to a run. */
  pathOf(id: string, file: string): string {
    return join(this.folder, "runs", id, file);
  }
}

/**
 * A plan.
 *
 * @returns `altered`: the id of the first run whose specification is not what its id says.
 * @throws {StoreError} When there is none, or one that cannot be used.
 */
export async function readPlan(
  path: string,
  definitions: CodeNames,
): Promise<{ manifest: Manifest; altered: string | undefined }> {
  const plan = await readJson(path);
  if (isObject(plan) && Array.isArray(plan["runs"])) {
    const runs: Manifest["runs"] = plan["runs"];
    const altered = runs.find((run) => !isObject(run?.spec) || runId(run.spec) !== run.id)?.id;
    if (plan["format"] === 2) return { manifest: plan as unknown as Manifest, altered };
    if (plan["format"] === 1) return { manifest: manifestOf(plan as never, definitions), altered };
  }
  throw new StoreError(
    plan === null
      ? `Cannot read ${path}: No such file`
      : `Cannot use ${path}: it is not a plan of format 1 or 2; remove it to have it made again`,
  );
}

/**
 * What a JSON file holds; null when there is none.
 *
 * @throws {StoreError} When it is no JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof SyntaxError) {
      throw new StoreError(
        `Cannot use ${path}: it is not valid JSON (${error.message}); remove it to have it made again`,
      );
    }
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
