/**
 * `deno task test:stream [IMAGES]`: reads a generated tree of tiny image files (100,000 unless told
 * otherwise) as a set that is streamed, and tells latency and memory as it goes. Fails when memory
 * grows with the number of images read.
 *
 * @module
 */
import { join } from "node:path";
import sharp from "sharp";
import { print } from "../../base/terminal.ts";
import { defaultSettings, type Split } from "../../datasets/dataset.ts";
import { definePhotographs } from "../../datasets/protocols/photographs/define.ts";
import { ReaderPool } from "../../datasets/reading/reader_pool.ts";

const IMAGES = Number(Deno.args[0] ?? 100_000);
const DOMAINS = ["a", "b", "c", "d"];
const CLASSES = Array.from({ length: 10 }, (_, c) => `class${c}`);
/** Growth of the process over a whole pass that counts as flat, bytes. */
const ALLOWED = 64 * 2 ** 20;

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

const folder = await Deno.makeTempDir();
try {
  await makeTree();
  const before = Deno.memoryUsage().rss;
  const began = performance.now();
  const set = definePhotographs({
    name: "stream",
    title: "stream",
    description: "",
    domains: DOMAINS,
    classes: CLASSES,
    shots: { many: 100, few: 20 },
    origin: "made here",
    csv: "stream.csv",
    folder: "tree",
    streamed: true,
    fallbackSplit: { heldOut: 60, lists: () => ["none"], duplicates: "none" },
  });
  await using readers = new ReaderPool();
  const dataset = await set.load({
    dataDir: folder,
    splitsDir: undefined,
    cacheDir: folder,
    settings: defaultSettings(set),
    imageSize: 64,
    readers,
  });
  print(`split of ${IMAGES} images: ${seconds(began)}`);
  await dataset.domains[0]!.train.read(Array.from({ length: 32 }, (_, i) => i));
  print(`first batch of 32, with the split and the threads: ${seconds(began)}`);

  let read = 0, largest = 0, first = 0;
  const passBegan = performance.now();
  for (const { train, validation, test } of dataset.domains) {
    for (const split of [train, validation, test]) {
      for await (const images of batches(split)) {
        if (read % 10_000 > (read + images) % 10_000) {
          const { rss } = Deno.memoryUsage();
          // Heaps and caches of the threads have found their size after the first images.
          if (first === 0) first = rss;
          largest = Math.max(largest, rss);
          print(`${read + images} images read, ${megabytes(rss)}, ${seconds(passBegan)}`);
        }
        read += images;
      }
    }
  }
  const growth = largest - first;
  const result = {
    images: read,
    imagesPerSecond: Math.round(1000 * read / (performance.now() - passBegan)),
    beforeMiB: Math.round(before / 2 ** 20),
    largestMiB: Math.round(largest / 2 ** 20),
    growthMiB: Math.round(growth / 2 ** 20),
  };
  print(JSON.stringify(result));
  Deno.exitCode = read === IMAGES && growth < ALLOWED ? 0 : 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Every second image augmented, the others as in evaluation. */
async function* batches(split: Split): AsyncIterable<number> {
  for (let start = 0, batch = 0; start < split.labels.length; start += 64, batch++) {
    const length = Math.min(64, split.labels.length - start);
    const chosen = Array.from({ length }, (_, i) => start + i);
    await split.read(chosen, batch % 2 === 0 ? { key: 1, first: start } : undefined);
    yield length;
  }
}

/** Files of 1 × 1 to 8 × 8 pixels. */
async function makeTree(): Promise<void> {
  const files = await Promise.all(Array.from({ length: 64 }, (_, i) => {
    const [width, height] = [1 + i % 8, 1 + (i >> 3)];
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, k) => k * 37 + i);
    return sharp(pixels, { raw: { width, height, channels: 3 } }).png().toBuffer();
  }));
  const began = performance.now();
  const cells = DOMAINS.flatMap((domain) => CLASSES.map((name) => join("tree", domain, name)));
  for (const cell of cells) await Deno.mkdir(join(folder, cell), { recursive: true });
  for (let i = 0; i < IMAGES; i += 64) {
    await Promise.all(
      files.slice(0, IMAGES - i).map((bytes, k) =>
        Deno.writeFile(join(folder, cells[(i + k) % cells.length]!, `${i + k}.png`), bytes)
      ),
    );
  }
  print(`${IMAGES} files made: ${seconds(began)}`);
}
