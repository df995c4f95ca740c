/**
 * The files of MNIST, MNIST-M and SVHN as pools of 28 × 28 images.
 *
 * @module
 */
import { join } from "node:path";
import { broken, elements, type NumberArray } from "./formats/bytes.ts";
import { readIdx } from "./formats/idx.ts";
import { readMatlab } from "./formats/matlab.ts";
import { readTarGzEntry } from "./formats/targz.ts";
import { parseTorch } from "./formats/torch.ts";
import { resize } from "./resize.ts";

/** Height and width of every image. */
export const SIZE = 28;
/** Bytes of an image, `[28, 28, 3]`. */
export const PIXELS = SIZE * SIZE * 3;
/** Class k is digit k. */
export const CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** The images of one official file or pair of files. */
export interface Pool {
  readonly labels: ArrayLike<number>;
  /** Writes an image, `[28, 28, 3]`, into `out`. */
  copy(index: number, out: Uint8Array): void;
}

/** A public set of digits: where its files are and how they are read. */
export interface DigitFiles {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
  read(folder: string, part: "train" | "test"): Promise<Pool>;
}

/** MNIST: handwritten digits, grey. */
export const mnist: DigitFiles = {
  name: "mnist",
  folder: join("MNIST", "raw"),
  files: ["train", "t10k"].flatMap((part) => [
    `${part}-images-idx3-ubyte.gz`,
    `${part}-labels-idx1-ubyte.gz`,
  ]),
  async read(folder, part) {
    const stem = join(folder, part === "train" ? "train" : "t10k");
    const file = `${stem}-images-idx3-ubyte.gz`;
    const images = await readIdx(file);
    const labels = await readIdx(`${stem}-labels-idx1-ubyte.gz`);
    requireShape(images, [labels.data.length, SIZE, SIZE], file);
    const area = SIZE * SIZE;
    return {
      labels: requireDigits(labels.data, file),
      copy(index, out) {
        for (let i = 0; i < area; i++) out.fill(images.data[index * area + i]!, 3 * i, 3 * i + 3);
      },
    };
  },
};

/** MNIST-M: handwritten digits over photographs. */
export const mnistm: DigitFiles = {
  name: "mnistm",
  folder: "MNISTM",
  files: ["mnist_m_train.pt.tar.gz", "mnist_m_test.pt.tar.gz"],
  async read(folder, part) {
    const file = join(folder, `mnist_m_${part}.pt.tar.gz`);
    const [images, labels] = parseTorch(await readTarGzEntry(file, ".pt"), file);
    if (images === undefined || labels === undefined) {
      throw broken(file, "it does not hold images and labels");
    }
    requireShape(images, [labels.data.length, SIZE, SIZE, 3], file);
    const pixels = images.data as Uint8Array;
    return {
      labels: requireDigits(labels.data, file),
      copy: (index, out) => out.set(pixels.subarray(index * PIXELS, (index + 1) * PIXELS)),
    };
  },
};

/** SVHN: house numbers, made smaller. */
export const svhn: DigitFiles = {
  name: "svhn",
  folder: "SVHN",
  files: ["train_32x32.mat", "test_32x32.mat"],
  async read(folder, part) {
    const file = join(folder, `${part}_32x32.mat`);
    const arrays = await readMatlab(file);
    const [images, labels] = [arrays.get("X"), arrays.get("y")];
    if (images === undefined || labels === undefined) {
      throw broken(file, "it does not hold the arrays X and y");
    }
    const side = 32;
    requireShape(images, [side, side, 3, labels.data.length], file);
    const bytes = images.data as Uint8Array;
    // SVHN calls the digit zero 10.
    const digits = Array.from(labels.data, (label) => label === 10 ? 0 : label);
    const large = new Uint8Array(side * side * 3);
    return {
      labels: requireDigits(digits, file),
      copy(index, out) {
        // MATLAB's order: row fastest, then column, channel, image.
        const start = index * side * side * 3;
        for (let c = 0; c < 3; c++) {
          for (let x = 0; x < side; x++) {
            for (let y = 0; y < side; y++) {
              large[(y * side + x) * 3 + c] = bytes[start + y + side * (x + side * c)]!;
            }
          }
        }
        resize(large, side, side, [SIZE, SIZE], undefined, out);
      },
    };
  },
};

/** The first file of `sources` that is not there; undefined when all are. */
export async function firstMissing(
  sources: readonly DigitFiles[],
  dataDir: string,
): Promise<string | undefined> {
  for (const source of sources) {
    const folder = await folderOf(source, dataDir);
    for (const file of source.files) {
      const path = join(folder, file);
      if (!await isFile(path)) return path;
    }
  }
  return undefined;
}

/** `digits/` inside the data folder when the domain is there, else the data folder itself. */
export async function folderOf(source: DigitFiles, dataDir: string): Promise<string> {
  const inner = join(dataDir, "digits", source.folder);
  const outer = join(dataDir, source.folder);
  return await isFile(join(outer, source.files[0]!)) ? outer : inner;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

function requireShape(array: NumberArray, shape: readonly number[], file: string): void {
  const same = array.shape.length === shape.length && shape.every((n, i) => n === array.shape[i]);
  if (!same || !(array.data instanceof Uint8Array) || elements(shape) === 0) {
    throw broken(
      file,
      `its images are ${array.shape.join(" × ")} where bytes of ${shape.join(" × ")} belong`,
    );
  }
}

function requireDigits(labels: ArrayLike<number>, file: string): ArrayLike<number> {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label > 9) {
      throw broken(file, `image ${i} has the label ${label}, which is no digit`);
    }
  }
  return labels;
}
