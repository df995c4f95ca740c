/**
 * The output folder: records, weights, manifest.
 *
 * Every file is written under a temporary name and renamed, so it exists whole or not at all.
 *
 * @module
 */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { decodeMetadata, decodeTensors, encodeTensors } from "../../tensor/safetensors.ts";
import { isFile, readRegularFile, requireNoLinkInside, writeAtomically } from "../../base/files.ts";
import { safeName } from "../../base/names.ts";
import { type Lock, tryLock, withLock } from "../../base/lock.ts";
import { readJson, StoreError } from "./door.ts";
import { Folder, type PlanFile } from "./folder.ts";
import { type KeptPredictions, predictionsCsv } from "./predictions.ts";
import type { ProgressFile } from "./progress.ts";
import type { FailureRecord, Manifest, RunRecord } from "./record.ts";
import { staying } from "./same_table.ts";
import { fileSealHolds, sealed, sealedFile, sha256Of } from "./seal.ts";
import type { RunState, TrainResult } from "../train/trainer.ts";

/** What is kept beside a record. */
export interface Finished extends Partial<Pick<TrainResult, "weights" | "sample">> {
  /** Of the test images; null without a test, or where only figures are known. */
  readonly predictions: readonly KeptPredictions[] | null;
}

/** What lies beside a run that is not finished. */
const NO_LONGER_NEEDED = ["failure.json", "progress.json", "resume.safetensors"];

/** One output folder, to write to. */
export class Store extends Folder {
  /**
   * Claims a run for this process, until the claim is disposed or the process ends; null while
   * another process has it. What a process that died left half-written is swept away.
   */
  async claim(id: string): Promise<Lock | null> {
    for (const inside of [`runs/${safeName(id)}/program`, `runs/${id}/tensorboard`]) {
      await requireNoLinkInside(this.folder, inside);
    }
    const lock = await tryLock(this.pathOf(id, "lock"));
    if (lock !== null) await removeTemporaryFiles(join(this.folder, "runs", id));
    return lock;
  }

  /**
   * Keeps the state of a run that is going on, so that it can be continued by a process whose
   * numerics are the same.
   *
   * @param numericsKey What decides the last bits apart from the spec: versions, device.
   */
  async saveState(id: string, state: RunState, numericsKey: string): Promise<void> {
    const { tensors, numbers, progress } = state;
    const file = sealedFile((sha256) =>
      encodeTensors(tensors, {
        sha256,
        state: JSON.stringify({ numbers, progress }),
        numerics: numericsKey,
      })
    );
    await writeAtomically(this.pathOf(id, "resume.safetensors"), file);
  }

  /** Tells how far a run is, for whoever looks on; that it cannot be told stops no run. */
  async tell(id: string, progress: ProgressFile): Promise<void> {
    const file = this.pathOf(id, "progress.json");
    await writeAtomically(file, JSON.stringify(progress) + "\n", false).catch(() => {});
  }

  /**
   * The state that was kept of a run that was broken off; null without one, or when it cannot be
   * continued to the same bits here. The caller frees the tensors.
   */
  async state(id: string, numericsKey: string): Promise<RunState | null> {
    try {
      const file = await readRegularFile(this.pathOf(id, "resume.safetensors"));
      const metadata = decodeMetadata(file);
      if (metadata["numerics"] !== numericsKey || !fileSealHolds(file, metadata["sha256"])) {
        return null;
      }
      return { ...JSON.parse(metadata["state"]!), tensors: decodeTensors(file) };
    } catch (error) {
      // A file that a failing disk has spoilt is as good as none: the run starts anew.
      const spoilt = error instanceof RangeError || error instanceof SyntaxError;
      if (spoilt || error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /**
   * Writes a finished run: first what goes with it, then its record, which makes it count. An older
   * failure and the state on the way go after that: wherever it is broken off, the run is finished or
   * can be continued.
   */
  async finish(
    record: RunRecord,
    { weights = {}, predictions, sample = null }: Finished,
  ): Promise<void> {
    const { id, data: { domains } } = record;
    const files = new Map<string, Uint8Array>();
    if (Object.keys(weights).length > 0) files.set("weights.safetensors", encodeTensors(weights));
    if (predictions !== null) {
      const csv = predictionsCsv(domains, predictions);
      files.set("predictions.csv", new TextEncoder().encode(csv));
    }
    if (sample !== null) files.set("features.safetensors", encodeSample(sample));
    for (const [name, bytes] of files) await writeAtomically(this.pathOf(id, name), bytes);
    const sums = [...files].map(([name, bytes]) => [name, sha256Of(bytes)]);
    await this.#writeRecord({ ...record, files: Object.fromEntries(sums) });
    await this.#sweep(id);
  }

  /** Removes what a finished run no longer needs, where that was broken off. */
  async tidy(id: string): Promise<void> {
    const left = await Promise.all(NO_LONGER_NEEDED.map((name) => isFile(this.pathOf(id, name))));
    if (!left.includes(true)) return;
    using claim = await this.claim(id);
    if (claim !== null) await this.#sweep(id);
  }

  async #sweep(id: string): Promise<void> {
    for (const name of NO_LONGER_NEEDED) await this.#remove(id, name);
  }

  async #writeRecord(record: RunRecord): Promise<void> {
    await writeAtomically(this.pathOf(record.id, "record.json"), json(sealed(record)));
  }

  /**
   * Takes over a finished run of another folder, whole or not at all.
   *
   * @param former The run's id there.
   */
  async importRun(id: string, from: Folder, former = id): Promise<void> {
    using claim = await this.claim(id);
    if (claim === null || await this.record(id) !== null) return;
    const record = await from.record(former);
    if (record === null) return;
    for await (const { name, isFile } of Deno.readDir(from.pathOf(former, ""))) {
      if (!isFile || name === "record.json" || name === "lock") continue;
      await writeAtomically(this.pathOf(id, name), await Deno.readFile(from.pathOf(former, name)));
    }
    await this.#writeRecord({ ...record, id });
  }

  /**
   * Sets a run that has ended aside, so that it is trained anew: its files go to `former/`, the record
   * first, so that it counts no more wherever this is broken off. False while another process has it.
   */
  async setAside(id: string): Promise<boolean> {
    using claim = await this.claim(id);
    if (claim === null) return false;
    const at = new Date().toISOString().replaceAll(/[:.]/g, "-");
    const former = join(this.folder, "former", `${id}-${at}`);
    const names = (await Array.fromAsync(Deno.readDir(this.pathOf(id, "")))).map(({ name }) => name)
      .filter((name) => name !== "lock");
    if (names.length === 0) return true;
    await requireNoLinkInside(this.folder, "former");
    await Deno.mkdir(former, { recursive: true });
    const first = names.filter((name) => name === "record.json");
    for (const name of [...first, ...names.filter((name) => name !== "record.json")]) {
      await Deno.rename(this.pathOf(id, name), join(former, name));
    }
    return true;
  }

  /** Writes why a run could not be finished, unless another process is about to finish it. */
  async fail(failure: FailureRecord): Promise<void> {
    using claim = await this.claim(failure.id);
    if (claim === null || await this.record(failure.id) !== null) return;
    await writeAtomically(this.pathOf(failure.id, "failure.json"), json(sealed(failure)));
  }

  /** The folder of a run's TensorBoard event file. */
  events(id: string): string {
    return this.pathOf(id, "tensorboard");
  }

  /** The tested weights of a finished run, by name; the caller frees the tensors. */
  async weights(id: string): Promise<Record<string, tf.Tensor>> {
    return decodeTensors(await this.file(id, "weights.safetensors"));
  }

  /**
   * Writes the plan. Runs of an earlier plan of this folder stay in it where they can stand in one
   * table with the new ones: other methods, seeds or data sets under the same conditions.
   */
  async writeManifest(manifest: Manifest, name: PlanFile = "manifest.json"): Promise<void> {
    await this.#withFolderLock(() => this.#writeManifest(manifest, name));
  }

  async #writeManifest(manifest: Manifest, name: PlanFile): Promise<void> {
    const path = join(this.folder, name);
    if ((await readJson(path) as Partial<Manifest> | null)?.format as unknown === 1) {
      throw new StoreError(
        `Cannot write a plan into "${this.folder}": an earlier version of this program made its ` +
          `${name}; give another output folder`,
      );
    }
    const earlier = await this.plan(name);
    const unusable = earlier?.refused[0];
    if (unusable !== undefined) {
      throw new StoreError(
        `Cannot write a plan into "${this.folder}": run ${unusable.id} of its ${name} cannot be ` +
          `used (${unusable.why}); remove the file, or give another output folder`,
      );
    }
    const runs = [...staying(earlier?.manifest.runs ?? [], manifest.runs), ...manifest.runs];
    await writeAtomically(path, json(sealed({ ...manifest, runs })));
  }

  /** Marks runs of the plan whose records are kept although they would no longer count, with why. */
  async markKept(kept: ReadonlyMap<string, string>, name: PlanFile): Promise<void> {
    await this.#withFolderLock(async () => {
      const manifest = await this.manifest(name);
      const runs = manifest!.runs.map((run) => {
        const why = kept.get(run.id);
        return why === undefined ? run : { ...run, kept: why };
      });
      await writeAtomically(join(this.folder, name), json(sealed({ ...manifest, runs })));
    });
  }

  /** Works on the folder's own files while no other process does. */
  async #withFolderLock(work: () => Promise<void>): Promise<void> {
    await withLock(join(this.folder, "lock"), async () => {
      await removeTemporaryFiles(this.folder);
      await work();
    });
  }

  async #remove(id: string, file: string): Promise<void> {
    await Deno.remove(this.pathOf(id, file)).catch(() => {});
  }
}

/** Features of some test images, with their domains and classes, as a safetensors file. */
function encodeSample({ features, domains, labels }: TrainResult["sample"] & object): Uint8Array {
  return tf.tidy(() =>
    encodeTensors({
      features,
      domain: tf.tensor1d([...domains]),
      label: tf.tensor1d([...labels]),
    })
  );
}

/** Removes temporary files; only for who holds the lock that their writers need. */
async function removeTemporaryFiles(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".tmp")) await Deno.remove(join(folder, name)).catch(() => {});
  }
}

/** Indented, with each list of numbers on one line: a confusion matrix stays a matrix. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 1);
  return `${text.replaceAll(/\[\n[-\d.eE+,\s]*\]/g, (list) => list.replaceAll(/\s+/g, ""))}\n`;
}
