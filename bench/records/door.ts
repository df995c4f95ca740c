/**
 * The door through which plans, records and failures come in: whatever lies in a folder, what comes
 * out of here is what `record.ts` says, or there is a sentence on what is wrong with it.
 *
 * A run's id is the hash of its specification as it was written, so that neither can be exchanged;
 * its name follows from the specification.
 *
 * @module
 */
import type { z } from "zod";
import { oneLine } from "../../base/errors.ts";
import { readRegularFile } from "../../base/files.ts";
import { type CodeNames, plannedOf, recordOf, specOf } from "./format1.ts";
import type { FailureRecord, Manifest, RunRecord, RunSpec } from "./record.ts";
import { sealHolds } from "./seal.ts";
import { runId, runName, type Stages } from "./run_id.ts";

/** A file of an output folder that cannot be used; the message is one sentence. */
export class StoreError extends Error {
  override name = "StoreError";
  /** What is wrong with it, in the midst of a sentence. */
  readonly why: string;
  /** Nothing speaks against it: another version of the program, or another user, can use it. */
  readonly foreign: boolean;

  constructor(message: string, why: string = message, foreign = false) {
    super(oneLine(message));
    this.why = oneLine(why);
    this.foreign = foreign;
  }
}

/** What a JSON file says that is not what it should be; in the midst of a sentence. */
export class Unusable extends Error {
  override name = "Unusable";
}

/** What is as it was written and cannot be used all the same: another version has written it. */
export class Foreign extends Unusable {
  override name = "Foreign";

  constructor(why: string) {
    super(`${why}: a newer version of this program has written it, and can read it`);
  }
}

/** More bytes than any file that is read here has. */
const MOST_BYTES = 2 ** 30;

/**
 * What a JSON file holds; null when there is none.
 *
 * @throws {StoreError} When it is no file, or no JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  try {
    const bytes = await readRegularFile(path, MOST_BYTES);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return null;
    const why = error instanceof SyntaxError
      ? `it is not valid JSON (${error.message})`
      : error instanceof RangeError
      ? (error as Error).message
      : null;
    if (why !== null) {
      throw new StoreError(`Cannot use ${path}: ${why}; remove it to have it made again`, why);
    }
    throw unreadable(path, error) ?? error;
  }
}

/** What is said of a file that is there and that this user may not read; null of other errors. */
export function unreadable(path: string, error: unknown): StoreError | null {
  if (!(error instanceof Deno.errors.PermissionDenied)) return null;
  const why = "this user may not read it";
  return new StoreError(`Cannot use ${path}: ${why}; have its owner allow it`, why, true);
}

/**
 * A record as it was written, in format 2.
 *
 * @throws {Unusable} When it is no record of this run.
 */
export async function checkedRecord(
  written: unknown,
  id: string,
  definitions: CodeNames,
): Promise<RunRecord> {
  const { RUN_RECORD } = await import("./schema.ts");
  const { format, spec } = specIn(written, id);
  requireSeal(written as object);
  const translated = format === 1
    ? attempt(() => recordOf(written as never, definitions))
    : written;
  const record = sound(written as object, () => conforming(RUN_RECORD, translated));
  if (record.id !== id) throw new Unusable(`its id is ${record.id}`);
  requireHash(spec, id);
  return { ...record, name: nameOf(record, definitions.methods) };
}

/**
 * A failure as it was written, in format 2.
 *
 * @throws {Unusable} When it is no failure of this run.
 */
export async function checkedFailure(
  written: unknown,
  id: string,
  definitions: CodeNames,
): Promise<FailureRecord> {
  const { FAILURE } = await import("./schema.ts");
  const { format, spec } = specIn(written, id);
  requireSeal(written as object);
  const failure = sound(written as object, () =>
    conforming(FAILURE, {
      ...written as object,
      spec: format === 1 ? attempt(() => specOf(spec as never, definitions)) : spec,
    }));
  requireHash(spec, id);
  return failure;
}

/** A run of a plan that cannot be used, and what is wrong with it in the midst of a sentence. */
export interface Refused {
  /** As the plan has it, as far as it can be shown. */
  readonly id: string;
  /** In the midst of a sentence. */
  readonly why: string;
}

/**
 * A plan as it was written, in format 2: the runs that can be used, and those that cannot.
 *
 * @throws {Unusable} When it is no plan.
 */
export async function checkedPlan(
  written: unknown,
  definitions: CodeNames,
): Promise<{ manifest: Manifest; refused: readonly Refused[] }> {
  const { PLAN } = await import("./schema.ts");
  const format = isObject(written) ? written["format"] : undefined;
  requireKnown(format, "is not a plan");
  if (!isObject(written) || (format !== 1 && format !== 2) || !Array.isArray(written["runs"])) {
    throw new Unusable("it is not a plan of format 1 or 2");
  }
  // An empty plan says nothing that could be wrong.
  const plan = written["runs"].length === 0 ? written : conforming(PLAN, { ...written, format: 2 });
  const runs: Manifest["runs"][number][] = [];
  const refused: Refused[] = [];
  const ofMethods = new Set<string>(); // a study may have any run, in several places
  for (const run of written["runs"]) {
    try {
      const checked = await checkedRun(run, definitions);
      if (checked.study === undefined) {
        if (ofMethods.has(checked.id)) throw new Unusable("it is there twice");
        ofMethods.add(checked.id);
      }
      runs.push(checked);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      refused.push({ id: shownId(run), why: error.message });
    }
  }
  // Else what was changed decides tables unseen: the preset, a study's levels, which runs there are.
  if (refused.length === 0) requireSeal(written);
  return { manifest: { ...plan, runs } as Manifest, refused };
}

/**
 * A run of a plan as it was written, in format 2.
 *
 * @throws {Unusable} When it cannot be trained or reported.
 */
export async function checkedRun(
  written: unknown,
  definitions: CodeNames,
): Promise<Manifest["runs"][number]> {
  const { PLANNED_RUN } = await import("./schema.ts");
  const { format, spec } = specIn(written, isObject(written) ? written["id"] : undefined);
  const translated = format === 1
    ? attempt(() => plannedOf(written as never, definitions))
    : written;
  const run = conforming(PLANNED_RUN, translated);
  requireHash(spec, run.id);
  return { ...run, name: nameOf(run, definitions.methods) };
}

/** What a schema makes of a value; the value itself, which may know of more. */
export function conforming<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, error } = attempt(() => schema.safeParse(value));
  if (success) return value as T;
  const { path, message } = error!.issues[0]!;
  const where = path.length === 0 ? "" : `${path.map(String).join(".").slice(0, 200)}: `;
  throw new Unusable(where + message.charAt(0).toLowerCase() + message.slice(1, 300));
}

/** The format and the specification of what should be about a run. */
function specIn(written: unknown, id: unknown): { format: 1 | 2; spec: RunSpec } {
  if (!isObject(written)) throw new Unusable("it is no JSON object");
  if (typeof id !== "string" || !/^[0-9a-f]{16}$/.test(id)) {
    throw new Unusable("an id has 16 hexadecimal digits");
  }
  const { spec } = written;
  const format = isObject(spec) ? spec["format"] : undefined;
  requireKnown(format, "has no specification");
  if (format !== 1 && format !== 2) throw new Unusable("it has no specification of format 1 or 2");
  return { format, spec: spec as never };
}

/** What carries a checksum says what was written. */
function requireSeal(written: object): void {
  if (attempt(() => sealHolds(written))) return;
  throw new Unusable(
    "it is not what was written (its sha256 is another; without that line it is taken as it is)",
  );
}

/** Looks at what may be of another version: where a checksum says that it is whole, it is. */
function sound<T>(written: object, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof Unusable && "sha256" in written) throw new Foreign(error.message);
    throw error;
  }
}

/** A format that is still to come is that of a newer version. */
function requireKnown(format: unknown, what: string): void {
  if (typeof format !== "number" || !Number.isSafeInteger(format) || format <= 2) return;
  throw new Foreign(`it ${what} of format 1 or 2 but of ${format}`);
}

/** A run's id is the hash of its specification as it was written. */
function requireHash(spec: RunSpec, id: string): void {
  const hash = attempt(() => runId(spec));
  if (hash === id) return;
  throw new Unusable(`it has another specification than its id says (that of ${hash})`);
}

/**
 * The name of a run: as its specification says. Whether a first stage is its method's usual one only
 * the method can say; where that is not here, the name that was written may leave it out.
 */
function nameOf(
  { name, spec, study }: { name: string; spec: RunSpec; study?: unknown },
  methods: Stages,
): string {
  const [own, ...label] = name.split(": ");
  const rest = study === undefined || label.length === 0 ? "" : `: ${label.join(": ")}`;
  const known = methods.some((method) => method.name === spec.method.name);
  return (!known && possibleNames(spec).includes(own!) ? own! : runName(spec, methods)) + rest;
}

/** What a run may be called, as methods have one first stage or another. */
function possibleNames({ method, stage1 }: RunSpec): string[] {
  if (stage1 === null) return [method.name];
  return [method.name, ...possibleNames(stage1).map((first) => `${first}+${method.name}`)];
}

/** Does what fails on values that are not what they should be, or nested without end. */
function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Unusable(`it cannot be read (${(error as Error).message.split("\n")[0]})`);
  }
}

/** The id of a run that cannot be used, as far as it can be shown. */
function shownId(run: unknown): string {
  const id = isObject(run) ? run["id"] : undefined;
  return typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : "without a sound id";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
