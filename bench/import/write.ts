/**
 * Imported runs written into an output folder, beside those that are there.
 *
 * @module
 */
import { DataError, UsageError } from "../../base/errors.ts";
import { environment, revisionOfCode } from "../execute/environment.ts";
import { requireWritable } from "../execute/preflight.ts";
import type { Manifest, RunRecord } from "../records/record.ts";
import type { KeptPredictions } from "../records/predictions.ts";
import { leftOut } from "../records/left_out.ts";
import { canonical } from "../records/run_id.ts";
import { Store } from "../records/store.ts";

/** A record, and what is kept beside it. */
export interface Imported {
  readonly record: RunRecord;
  /** Null where only figures are known. */
  readonly predictions: readonly KeptPredictions[] | null;
}

/** How an imported run stands to the folder. */
export type Standing = "new" | "there already" | "replaces another";

/** What an import is going to do, before it does anything. */
export interface ImportPlan {
  readonly runs: readonly (Imported & { readonly standing: Standing })[];
}

/**
 * Looks whether runs can stand in a folder.
 *
 * @param replace Runs of other files may take the place of those that are there.
 * @throws {UsageError | DataError} When a run is there from other files, or the folder's runs of the
 *   same data set were tested on other images.
 */
export async function planImport(
  out: string,
  imported: readonly Imported[],
  replace: boolean,
): Promise<ImportPlan> {
  requireOnce(imported);
  await requireWritable(out);
  const store = new Store(out);
  const there = await recordsOf(store);
  const runs: ImportPlan["runs"][number][] = [];
  for (const run of imported) {
    for (const other of there) requireSameData(run.record, other);
    const own = there.find(({ id }) => id === run.record.id);
    const standing = own === undefined
      ? "new"
      : sameFiles(own, run.record)
      ? "there already"
      : "replaces another";
    if (standing === "replaces another" && !replace) {
      const { name, spec } = run.record;
      throw new UsageError(
        `Cannot import ${name} with seed ${spec.seed}: "${out}" has it from other files (${
          own?.origin?.files.map((file) => file.name).join(", ")
        }); give --replace to have these in its place, or another --out`,
      );
    }
    runs.push({ ...run, standing });
  }
  return { runs };
}

/** Writes the runs and puts them into the folder's plan. */
export async function carryOutImport(
  out: string,
  { runs }: ImportPlan,
  command: readonly string[],
): Promise<void> {
  const store = new Store(out);
  for (const { record, predictions, standing } of runs) {
    if (standing === "there already") continue;
    using claim = await store.claim(record.id);
    if (claim === null) {
      throw new DataError(`Cannot import ${record.name}: another process is at it.`);
    }
    await store.finish(record, { predictions });
  }
  const earlier = await store.manifest();
  await store.writeManifest({
    ...(earlier ?? {
      format: 2,
      createdAt: new Date().toISOString(),
      command: [...command],
      preset: "imported",
      environment: await environment(null, await revisionOfCode()),
    }),
    runs: runs.map(({ record: { id, name, spec } }) => ({ id, name, spec })),
  } as Manifest);
}

/** Two runs of one name, data set and seed cannot be told apart. */
function requireOnce(imported: readonly Imported[]): void {
  const seen = new Map<string, RunRecord>();
  for (const { record } of imported) {
    const { name, spec } = record;
    const key = JSON.stringify([spec.dataset, name, spec.seed, spec.training.network]);
    const other = seen.get(key);
    if (other !== undefined) {
      throw new UsageError(
        `Cannot import ${name} on ${spec.dataset.name} with seed ${spec.seed}: there are two of it; ` +
          `import them one by one, into folders of their own`,
      );
    }
    seen.set(key, record);
  }
}

async function recordsOf(store: Store): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const id of await store.ids()) {
    const record = await store.record(id).catch(() => null); // what is spoilt is the report's matter
    if (record !== null) records.push(record);
  }
  return records;
}

function sameFiles({ origin: a }: RunRecord, { origin: b }: RunRecord): boolean {
  const hashes = (origin: typeof a) => origin?.files.map(({ sha256 }) => sha256).sort().join();
  return hashes(a) === hashes(b);
}

/** DomainBed draws the images of unseen domains by a rule of its own: no others can be beside them. */
function requireSameDraw(run: RunRecord, other: RunRecord): void {
  const [mine, theirs] = [run, other].map(({ spec }) => spec.imported?.from === "domainbed");
  const unseen = [run, other].every(({ spec }) => leftOut(spec).length > 0);
  if (mine === theirs || !unseen || run.spec.dataset.name !== other.spec.dataset.name) return;
  throw new DataError(
    `Cannot import ${run.name} into this folder: DomainBed tests on its own draw of a domain's ` +
      `images, and ${(mine ? other : run).name} on the split's; give another --out.`,
  );
}

/** What runs of one table share: the data set and whatever chooses a part of it, but no settings. */
function tableOf(
  { spec: { dataset: { imageSize: _, settings: __, ...rest } } }: RunRecord,
): string {
  return canonical(rest);
}

/** Runs of one data set stand in one table: they must have been tested on images of one kind. */
function requireSameData(run: RunRecord, other: RunRecord): void {
  requireSameDraw(run, other);
  if (tableOf(run) !== tableOf(other)) return;
  const refuse = (what: string, mine: string, theirs: string) =>
    new DataError(
      `Cannot import ${run.name} into this folder: it has ${mine}, and ${other.name} on ` +
        `${other.spec.dataset.name} has ${theirs}; ${what} must be the same.`,
    );
  const listed = (names: readonly string[]) =>
    names.length > 12 ? `${names.length} (${names.slice(0, 12).join(", ")}, …)` : names.join(", ");
  for (const part of ["classes", "domains"] as const) {
    const [mine, theirs] = [run.data[part], other.data[part]];
    if (mine.join("\t") === theirs.join("\t")) continue;
    throw refuse(part, `the ${part} ${listed(mine)}`, `the ${part} ${listed(theirs)}`);
  }
  const total = (record: RunRecord, d: number) =>
    record.data.counts.test[d]!.reduce((a, b) => a + b, 0);
  for (const [d, domain] of run.data.domains.entries()) {
    const c = run.data.counts.test[d]!.findIndex((n, c) => n !== other.data.counts.test[d]![c]);
    if (c < 0 || total(run, d) === 0 || total(other, d) === 0) continue;
    const of = (record: RunRecord) =>
      `${record.data.counts.test[d]![c]} test images of ${record.data.classes[c]} in ${domain}`;
    throw refuse("the test images", of(run), of(other));
  }
}
