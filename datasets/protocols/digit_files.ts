/**
 * The files of MNIST, MNIST-M and SVHN as pools of 28 × 28 images.
 *
 * @module
 */
import { join } from "node:path";
import { isFile } from "../../base/files.ts";
import { broken, elements, type NumberArray, readBytes } from "../formats/bytes.ts";
import type { SourceFile } from "../fetching/sources.ts";
import { readIdx } from "../formats/idx.ts";
import { readMatlab } from "../formats/matlab.ts";
import { readTarGzEntry } from "../formats/targz.ts";
import { parseTorch } from "../formats/torch.ts";
import { resize } from "../reading/resize.ts";

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
  readonly sources: readonly SourceFile[];
  /** The files of a part, each by the names that it may have in the data folder. */
  files(part: "train" | "test"): readonly (readonly string[])[];
  /** Reads the files of a part, as they were found. */
  read(files: readonly string[]): Promise<Pool>;
}

const idx = (name: string, md5: string): SourceFile => ({
  path: `MNIST/raw/${name}.gz`,
  urls: [
    `https://ossci-datasets.s3.amazonaws.com/mnist/${name}.gz`,
    `http://yann.lecun.com/exdb/mnist/${name}.gz`,
  ],
  md5,
});

/** MNIST: handwritten digits, grey. Packed or not, in torchvision's folders or straight in `MNIST`. */
export const mnist: DigitFiles = {
  name: "mnist",
  sources: [
    idx("train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    idx("train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432"),
    idx("t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3"),
    idx("t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c"),
  ],
  files: (part) =>
    ["images-idx3-ubyte", "labels-idx1-ubyte"].map((kind) =>
      [join("MNIST", "raw"), join("MNIST", "MNIST", "raw"), "MNIST"].flatMap((folder) => {
        const file = join(folder, `${part === "train" ? "train" : "t10k"}-${kind}`);
        // Kaggle's copy has a dot in the name.
        return [file, file.replace("-idx", ".idx")].flatMap((name) => [`${name}.gz`, name]);
      })
    ),
  async read([file = "", labelFile = ""]) {
    const images = await readIdx(file);
    const labels = await readIdx(labelFile);
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

const torchArchive = (part: string, md5: string): SourceFile => ({
  path: `MNISTM/mnist_m_${part}.pt.tar.gz`,
  urls: [`https://github.com/liyxi/mnist-m/releases/download/data/mnist_m_${part}.pt.tar.gz`],
  md5,
});

/** MNIST-M: handwritten digits over photographs. As handed out, or unpacked as MDLT wants it. */
export const mnistm: DigitFiles = {
  name: "mnistm",
  sources: [
    torchArchive("train", "191ed53db9933bd85cc9700558847391"),
    torchArchive("test", "e11cb4d7fff76d7ec588b1134907db59"),
  ],
  files: (part) => {
    const file = `mnist_m_${part}.pt`;
    return [[`${file}.tar.gz`, join("processed", file), file].map((name) => join("MNISTM", name))];
  },
  async read([file = ""]) {
    const packed = file.endsWith(".gz");
    const bytes = packed ? await readTarGzEntry(file, ".pt") : await readBytes(file);
    const [images, labels] = parseTorch(bytes, file);
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

const matlab = (part: string, bytes: number, md5: string): SourceFile => ({
  path: `SVHN/${part}_32x32.mat`,
  urls: [`http://ufldl.stanford.edu/housenumbers/${part}_32x32.mat`],
  bytes,
  md5,
});

/** SVHN: house numbers, made smaller. */
export const svhn: DigitFiles = {
  name: "svhn",
  sources: [
    matlab("train", 182_040_794, "e26dedcc434d2e4c54c9b2d4a06d8373"),
    matlab("test", 64_275_384, "eb5a983be6a315427106f1b164d9cef3"),
  ],
  files: (part) => [[join("SVHN", `${part}_32x32.mat`)]],
  async read([file = ""]) {
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

/** A folder of the data folder in which the files may lie as well. */
export const DIGITS_FOLDER = "digits";

/**
 * The files of a part in the data folder, or in `digits/` there; or the first that is missing, by
 * its usual name.
 */
export async function findFiles(
  source: DigitFiles,
  part: "train" | "test",
  dataDir: string,
): Promise<{ readonly files: readonly string[] } | { readonly missing: string }> {
  const files: string[] = [];
  for (const names of source.files(part)) {
    const paths = names.flatMap((name) =>
      ["", DIGITS_FOLDER].map((folder) => join(dataDir, folder, name))
    );
    const states = await Promise.all(paths.map(isFile));
    const found = paths.find((_, i) => states[i]);
    if (found === undefined) return { missing: paths[0]! };
    files.push(found);
  }
  return { files };
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
