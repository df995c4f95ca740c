/**
 * Our side of a benchmark of reading images, in a process of its own:
 * `measure_data.ts NAME THREADS` prints one number.
 *
 * @module
 */
import { join } from "node:path";
import sharp from "sharp";
import { isFile } from "../base/files.ts";
import { printJson } from "../base/terminal.ts";
import { augmentationKey, batchReader, sampler } from "../bench/train/batches.ts";
import { seenBy } from "../bench/train/normalise.ts";
import { defaultSettings } from "../datasets/dataset.ts";
import { ReaderPool } from "../datasets/reading/reader_pool.ts";
import { definePhotographs } from "../datasets/protocols/photographs/define.ts";
import { resnet50 } from "../networks/resnet.ts";
import { cacheDirectory, startBackend } from "../tensor/backend.ts";
import { itemStream } from "../base/random.ts";

/** Images of each of two domains in a batch, and how many there are to draw from. */
const BATCH = 24, IMAGES = 240;

/** A folder of JPEGs like photographs: smooth shapes, some noise, 300 × 260 pixels. Made once. */
const FOLDER = join(cacheDirectory(), "perf-images-1");

/** What can be measured. */
const MEASUREMENTS: Readonly<Record<string, (threads: number) => Promise<number>>> = {
  "decode-augment": (threads) => imagesPerSecond(threads, true),
  "cached-augment": (threads) => imagesPerSecond(threads, false),
  "first-batch": (threads) => firstBatch(threads),
};

const [name, threads] = Deno.args as [string, string];
await startBackend("native", 1);
await makeImages();
printJson({ value: await MEASUREMENTS[name]!(Number(threads)) });
Deno.exit(0);

async function makeImages(): Promise<void> {
  if (await isFile(join(FOLDER, "perf.csv"))) return;
  const rows = ["env,label,path,split"];
  for (const domain of ["a", "b"]) {
    await Deno.mkdir(join(FOLDER, domain, "thing"), { recursive: true });
    for (let i = 0; i < IMAGES; i++) {
      const random = itemStream(domain.charCodeAt(0), i);
      const coarse = Uint8Array.from({ length: 12 * 10 * 3 }, () => random.integer(256));
      const smooth = await sharp(coarse, { raw: { width: 12, height: 10, channels: 3 } })
        .resize(300, 260, { kernel: "cubic", fit: "fill" }).raw().toBuffer();
      const noisy = smooth.map((value) =>
        Math.max(0, Math.min(255, value + random.integer(17) - 8))
      );
      const path = `${domain}/thing/${i}.jpg`;
      await sharp(noisy, { raw: { width: 300, height: 260, channels: 3 } })
        .jpeg({ quality: 88 }).toFile(join(FOLDER, path));
      rows.push(`${domain},0,${path},${["val", "test"][i] ?? "train"}`);
    }
  }
  await Deno.writeTextFile(join(FOLDER, "perf.csv"), `${rows.join("\n")}\n`);
}

/** Draws batches as a run does. */
async function reader(readers: number, once: boolean) {
  const set = definePhotographs({
    name: "perf",
    title: "perf",
    description: "",
    domains: ["a", "b"],
    classes: ["thing"],
    shots: { many: 100, few: 20 },
    origin: "",
    csv: "perf.csv",
    folder: "",
  });
  const images = await set.load({
    dataDir: FOLDER,
    splitsDir: undefined,
    cacheDir: cacheDirectory(),
    settings: defaultSettings(set),
    readers: new ReaderPool(readers),
    once,
  });
  const dataset = seenBy(resnet50, images, set.images);
  const samplers = dataset.domains.map((domain) => sampler(domain, "uniform", BATCH, 0));
  const streams = dataset.domains.map((domain) => augmentationKey(0, "batches", domain.name));
  const draw = batchReader(dataset, samplers, streams, Infinity);
  return async (step: number) => (await draw(step)).forEach((feed) => feed.dispose());
}

/** Decoded, augmented and normalised images a second, as tensors. */
async function imagesPerSecond(threads: number, once: boolean): Promise<number> {
  const draw = await reader(threads, once);
  const [warmUp, steps] = [4, 16];
  let began = 0;
  for (let step = 0; step < warmUp + steps; step++) {
    if (step === warmUp) began = performance.now();
    await draw(step);
  }
  return 1000 * steps * 2 * BATCH / (performance.now() - began);
}

/** Milliseconds from the definition of a set of images to its first batch, threads started anew. */
async function firstBatch(threads: number): Promise<number> {
  const began = performance.now();
  await (await reader(threads, true))(0);
  return performance.now() - began;
}
