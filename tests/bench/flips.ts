/**
 * Flipped bits in the files of an output folder: noticed, or harmless, and never another result.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { builtin } from "../../bench/catalogue.ts";
import { canonical } from "../../bench/records/run_id.ts";
import { Store } from "../../bench/records/store.ts";
import { verify } from "../../bench/records/verify.ts";
import { stream } from "../../base/random.ts";
import { alteredFiles } from "../../report/files.ts";
import { readStore } from "../../report/folder.ts";
import { resultsCsv } from "../../report/tables/results_csv.ts";
import { bench, kill, SMALL_GRID, startBench, statesIn, TINY, workersOf } from "./crash.ts";

/** A folder with finished runs in two stages, one that failed, one that is going on, and a report. */
export async function variedFolder(out: string): Promise<void> {
  await bench(...SMALL_GRID, "--out", out, "--jobs", "1");
  const longer = [...TINY, "--steps", "2000", "--methods", "erm", "--save-every", "0"];
  const harness = startBench(...longer, "--out", out, "--jobs", "1");
  while (await statesIn(out) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const pid of [harness.process.pid, ...await workersOf(harness.process.pid)]) kill(pid);
  await harness.ended;
  await bench(...SMALL_GRID, "--out", out, "--jobs", "1"); // the report of what is finished
  const [run] = (await new Store(out).manifest())!.runs;
  const id = (await unfinished(out))!;
  const path = join(out, "runs", id, "resume.safetensors");
  const state = await Deno.readFile(path);
  const { spec } = JSON.parse(await Deno.readTextFile(join(out, "runs", run!.id, "record.json")));
  const failed = { ...spec, seed: 5, stage1: null };
  const store = new Store(out);
  const { runId } = await import("../../bench/records/run_id.ts");
  const failure = { id: runId(failed), name: failed.method.name, spec: failed, error: "It fell." };
  await store.fail({ ...failure, at: new Date().toISOString() });
  await Deno.writeFile(path, state);
}

async function unfinished(out: string): Promise<string | undefined> {
  for (const id of await new Store(out).ids()) {
    const files = await Array.fromAsync(Deno.readDir(join(out, "runs", id)));
    if (files.some(({ name }) => name === "resume.safetensors")) return id;
  }
  return undefined;
}

/** Everything that anybody takes from a folder, as text; an error's sentence where it is refused. */
async function everything(out: string): Promise<string[]> {
  const store = new Store(out, builtin());
  const said = async (work: () => Promise<unknown>) =>
    await work().then((value) => canonical(value), (error) => {
      assert.match(error.message, /^Cannot [^\n]+$/);
      return "refused";
    });
  const parts = [await said(async () => resultsCsv(await readStore(out, builtin())))];
  parts.push(await said(() => store.plan()));
  for (const id of await store.ids()) {
    parts.push(await said(() => store.record(id)));
    parts.push(await said(() => store.predictions(id)));
    parts.push(
      await said(async () => [...await store.soundFile(id, "features.safetensors") ?? []]),
    );
    parts.push(
      await said(async () => {
        const weights = await store.weights(id);
        const values = Object.entries(weights).map((
          [name, w],
        ) => [name, w.shape, [...w.dataSync()]]);
        tf.dispose(weights);
        return values;
      }),
    );
    parts.push(
      await said(async () => {
        const state = await store.state(id, await numericsOf(out, id));
        if (state === null) return null;
        const { tensors, ...rest } = state;
        const values = Object.entries(tensors).map((
          [name, t],
        ) => [name, t.shape, [...t.dataSync()]]);
        tf.dispose(tensors);
        return [rest, values];
      }),
    );
  }
  return parts;
}

const numerics = new Map<string, string>();

/** The key that a kept state was written with, as long as it was whole. */
async function numericsOf(out: string, id: string): Promise<string> {
  const known = numerics.get(out + id);
  if (known !== undefined) return known;
  const { decodeMetadata } = await import("../../base/safetensors_format.ts");
  const path = join(out, "runs", id, "resume.safetensors");
  const file = await Deno.readFile(path).catch(() => null);
  const key = file === null ? "" : decodeMetadata(file)["numerics"] ?? "";
  numerics.set(out + id, key);
  return key;
}

/** What became of flipped bits. */
export interface Flips {
  /** By `deno task check`. */
  noticed: number;
  /** Nothing that is read from the folder is different. */
  harmless: number;
  /** Files that were hit. */
  files: number;
}

/** Flips one bit at random places, one after the other, each file as likely as its bytes are many. */
export async function flip(out: string, times: number, seed: number): Promise<Flips> {
  const sound = await everything(out);
  assert.deepEqual(await findings(out), []);
  const files = await filesIn(out);
  const random = stream(seed, "flips");
  const hit = new Set<string>();
  const counts: Flips = { noticed: 0, harmless: 0, files: 0 };
  for (let i = 0; i < times; i++) {
    // Half of the flips by file, so that small ones are hit as well; half by byte.
    const { path, bytes } = files[i % 2 === 0 ? random.integer(files.length) : heavy(random)]!;
    const place = random.integer(bytes.length), bit = random.integer(8);
    hit.add(path);
    const spoilt = bytes.slice();
    spoilt[place]! ^= 1 << bit;
    await Deno.writeFile(path, spoilt);
    const where = `bit ${bit} of byte ${place} of ${relative(out, path)}`;
    const noticed = (await findings(out)).length > 0;
    if (noticed) {
      counts.noticed++;
      const now = await everything(out);
      const other = now.findIndex((part, j) => part !== sound[j] && !isRefusal(part, sound[j]!));
      assert.ok(
        other < 0,
        `${where} is noticed, but another result is read: ${now[other]?.slice(0, 300)}`,
      );
    } else {
      assert.ok(!path.includes(join(out, "report")) || path.endsWith("SHA256SUMS"), `${where}`);
      assert.deepEqual(await everything(out), sound, `${where} is not noticed and not harmless`);
      counts.harmless++;
    }
    await Deno.writeFile(path, bytes);
  }
  assert.deepEqual(await everything(out), sound);
  return { ...counts, files: hit.size };

  function heavy(random: { integer(n: number): number }): number {
    const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    let at = random.integer(total);
    return files.findIndex(({ bytes }) => (at -= bytes.length) < 0);
  }
}

/** What is refused, left out, or started anew in place of what was there; nothing else. */
function isRefusal(now: string, then: string): boolean {
  if (now === "refused" || now === "null" || now === "[]") return true;
  const lines = new Set((JSON.parse(then) as unknown as string).toString().split("\n"));
  if (typeof JSON.parse(now) === "string") { // results.csv: rows may lack, none is new
    return (JSON.parse(now) as string).split("\n").every((line) => lines.has(line));
  }
  const { manifest, refused } = JSON.parse(now), before = JSON.parse(then);
  return refused !== undefined && refused.length > 0 &&
    manifest.runs.length < before.manifest.runs.length;
}

async function findings(out: string): Promise<unknown[]> {
  const { findings } = await verify(new Store(out, builtin()));
  return [...findings, ...await alteredFiles(out)];
}

async function filesIn(folder: string): Promise<{ path: string; bytes: Uint8Array }[]> {
  const found: { path: string; bytes: Uint8Array }[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await filesIn(path));
    else {
      const bytes = await Deno.readFile(path);
      if (bytes.length > 0) found.push({ path, bytes });
    }
  }
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}
