/**
 * Flipped bits in the files of the cache folder: what does not verify is made again, never believed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../base/random.ts";
import { frozenDataset } from "../../bench/train/features.ts";
import { seenBy } from "../../bench/train/normalise.ts";
import { type Dataset, defaultSettings } from "../../datasets/dataset.ts";
import { openStore } from "../../datasets/reading/pixel_store.ts";
import { shareDataset, sharedDataset } from "../../datasets/reading/shared.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";

/** A network whose features are the mean of every channel, so that they take no time. */
const means = {
  name: "means",
  build: () => ({
    outputs: 3,
    parameters: [],
    apply: (x: tf.Tensor) => tf.mean(x, [1, 2]),
    dispose() {},
  }),
} as unknown as NetworkDefinition;

/** One kind of file of the cache folder. */
export interface Cached {
  readonly kind: string;
  readonly file: string;
  /** Reads it, or makes it again; all that anybody takes from it, and whether it was made again. */
  read(): Promise<{ readonly content: unknown; readonly again: boolean }>;
}

/** One file of each kind, as runs leave them. */
export async function cachedFiles(cacheDir: string): Promise<Cached[]> {
  const settings = { ...defaultSettings(digitsSynth), head: 2, validation: 1, test: 1 };
  const paths = { dataDir: undefined, splitsDir: undefined, cacheDir };
  const digits = await digitsSynth.load({ ...paths, settings });
  const fileOf = async (ending: string) => {
    const names = (await Array.fromAsync(Deno.readDir(cacheDir))).map(({ name }) => name);
    return join(cacheDir, names.find((name) => name.endsWith(ending))!);
  };
  const kinds: [kind: string, ending: string, read: Cached["read"]][] = [
    ["shared data set", ".set", async () => {
      let again = false;
      const file = await shareDataset(digits, cacheDir, () => again = true);
      return { content: await contentOf((await sharedDataset(file!))!), again };
    }],
    ["decoded images", ".pixels", async () => {
      let again = false;
      const make = (index: number) => {
        const pixels = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => index + i);
        return Promise.resolve({ original: [4, 6] as const, width: 2, height: 3, pixels });
      };
      const onProgress = (_: number, __: number, anew: boolean) => again ||= anew;
      const store = await openStore({ cacheDir, key: "photographs", count: 9, make, onProgress });
      return { content: [store, (await Deno.readFile(store.file)).slice(0, 9 * 18)], again };
    }],
    ["features", ".features", async () => {
      let again = false;
      const seen = seenBy(means, debugDataset(), "photographs");
      const backbone = { network: means, sha256: "a".repeat(64), weights: () => undefined };
      const kept = await frozenDataset(seen, backbone, cacheDir, (_, __, anew) => again ||= anew);
      return { content: await contentOf(kept), again };
    }],
  ];
  return await Promise.all(kinds.map(async ([kind, ending, read]) => {
    assert.equal((await read()).again, false);
    return { kind, file: await fileOf(ending), read };
  }));
}

async function contentOf({ domains, ...rest }: Pick<Dataset, "domains">): Promise<unknown> {
  const parts = domains.flatMap(({ train, validation, test }) => [train, validation, test]);
  const images = await Promise.all(parts.map(({ labels, read }) => read(labels.map((_, i) => i))));
  return [rest, domains.map(({ name }) => name), parts.map(({ labels }) => labels), images];
}

/** Flips one bit at random places, one after the other; each is noticed and mended. */
export async function flipCached(cacheDir: string, times: number, seed: number): Promise<number> {
  const files = await cachedFiles(cacheDir);
  const sound = await Promise.all(files.map(({ read }) => read()));
  const random = stream(seed, "flips of the cache");
  for (let i = 0; i < times; i++) {
    const which = i % files.length, { kind, file, read } = files[which]!;
    const bytes = await Deno.readFile(file);
    // Half of them in the description, which is short beside the numbers.
    const from = i % 2 === 0 ? 0 : Math.max(0, bytes.length - 400);
    const place = from + random.integer(bytes.length - from), bit = random.integer(8);
    bytes[place]! ^= 1 << bit;
    await Deno.writeFile(file, bytes);
    const { content, again } = await read();
    const where = `${kind}: bit ${bit} of byte ${place} of ${bytes.length}`;
    assert.ok(again, `${where} is not noticed`);
    assert.deepEqual(content, sound[which]!.content, where);
  }
  return times;
}
