/**
 * Images as files that another program can read. Of a test image neither name nor place among the
 * others says its class.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { extname, join } from "node:path";
import sharp from "sharp";
import { DataError } from "../../base/errors.ts";
import { createAtomically, isFolder } from "../../base/files.ts";
import { withLock } from "../../base/lock.ts";
import { stream } from "../../base/random.ts";
import type { Dataset, Domain, SplitName } from "../../datasets/dataset.ts";
import { requireFiles } from "../../datasets/protocols/photographs/files.ts";

/** The files of every image: `files[split][domain][image]`, absolute. */
export type ImageFiles = Readonly<Record<SplitName, readonly (readonly string[])[]>>;

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];
/** Images that are written at once. */
const TOGETHER = 64;

/**
 * The files of all images. Images to train on that are files already stay where they are; test images
 * are linked, or copied, into the cache folder under names that say nothing; images that are no files
 * are written there as PNG. That is done once for all runs.
 *
 * @param onProgress Told how many images of all that are to be written are done.
 */
export async function imageFiles(
  dataset: Dataset,
  cacheDir: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImageFiles> {
  const key = createHash("sha256").update(`images for programs, 1, ${dataset.fingerprint}`)
    .digest("hex").slice(0, 32);
  const folder = join(cacheDir, `${dataset.name}-${key}.images`);
  const written = dataset.root === undefined ? SPLITS : (["test"] as const);
  const orders = ordersOf(dataset);
  if (!await isFolder(folder)) {
    await withLock(`${folder}.lock`, async () => {
      if (await isFolder(folder)) return;
      await createAtomically(
        folder,
        (temporary) => writeAll(dataset, written, temporary, orders, onProgress),
      );
    });
  }
  const files = async (part: SplitName) =>
    await Promise.all(
      dataset.domains.map(async (domain, d) =>
        (written as readonly SplitName[]).includes(part)
          ? await writtenFiles(domain, part, folder, orders[d]!)
          : (await originals(dataset, domain, part)).map(({ file }) => file)
      ),
    );
  return {
    train: await files("train"),
    validation: await files("validation"),
    test: await files("test"),
  };
}

/** The place of every test image among the files of its domain: splits list them class by class. */
function ordersOf({ domains, fingerprint }: Dataset): readonly (readonly number[])[] {
  return domains.map(({ name, test }) =>
    stream(0, "names of test images", fingerprint, name).permutation(test.labels.length)
  );
}

function originals({ root, name }: Dataset, domain: Domain, part: SplitName) {
  return requireFiles(domain[part].paths!, root!, `the split of ${name}`);
}

/** Paths of a split's files in the cache folder, by image. */
async function writtenFiles(
  domain: Domain,
  part: SplitName,
  folder: string,
  order: readonly number[],
): Promise<string[]> {
  const names = new Map<number, string>();
  for await (const { name } of Deno.readDir(join(folder, part, domain.name))) {
    names.set(Number(name.split(".", 1)[0]), name);
  }
  return Array.from(domain[part].labels, (_, i) => {
    const name = names.get(part === "test" ? order[i]! : i);
    if (name !== undefined) return join(folder, part, domain.name, name);
    throw new DataError(
      `The folder ${folder} lacks an image of ${domain.name}; remove it, it is made again.`,
    );
  });
}

async function writeAll(
  dataset: Dataset,
  parts: readonly SplitName[],
  folder: string,
  orders: readonly (readonly number[])[],
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const total = dataset.domains.flatMap((domain) => parts.map((part) => domain[part].labels.length))
    .reduce((a, b) => a + b, 0);
  let done = 0;
  for (const part of parts) {
    for (const [d, domain] of dataset.domains.entries()) {
      const to = join(folder, part, domain.name);
      await Deno.mkdir(to, { recursive: true });
      const write = dataset.root === undefined
        ? imageWriter(dataset, domain, part)
        : linker((await originals(dataset, domain, part)).map(({ file }) => file));
      const images = domain[part].labels.length;
      for (let from = 0; from < images; from += TOGETHER) {
        const some = Array.from({ length: Math.min(TOGETHER, images - from) }, (_, i) => from + i);
        const place = (i: number) => String(part === "test" ? orders[d]![i]! : i).padStart(7, "0");
        await Promise.all(some.map((i) => write(i, join(to, place(i)))));
        onProgress(done += some.length, total);
      }
    }
  }
}

/** Puts image `index` at a path that yet lacks its ending. */
type Write = (index: number, path: string) => Promise<void>;

/** Files become links, which do not say what they are links to; copies on another disk. */
function linker(files: readonly string[]): Write {
  return async (index, path) => {
    const file = files[index]!;
    const target = path + extname(file).toLowerCase();
    await Deno.link(await Deno.realPath(file), target).catch(() => Deno.copyFile(file, target));
  };
}

/** Pixels become PNG. */
function imageWriter({ inputShape, name }: Dataset, domain: Domain, part: SplitName): Write {
  const [height, width, channels] = inputShape;
  return async (index, path) => {
    const pixels = await domain[part].read([index]);
    if (!(pixels instanceof Uint8Array) || channels !== 3) {
      throw new DataError(
        `The images of ${name} cannot be handed to a program: they are no pixels.`,
      );
    }
    await sharp(pixels, { raw: { width: width!, height: height!, channels } }).png()
      .toFile(`${path}.png`);
  };
}
