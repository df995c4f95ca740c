/**
 * Every kind of file that the suite reads from others: sound ones, and who reads them.
 *
 * @module
 */
import { join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { decodeArrays, decodeMetadata } from "../../base/safetensors_format.ts";
import { readFeatures } from "../../bench/train/given_features.ts";
import { readPretrained } from "../../bench/train/pretrained.ts";
import { unpackArchive } from "../../datasets/fetching/unpack.ts";
import { parseIdx } from "../../datasets/formats/idx.ts";
import { parseMatlab } from "../../datasets/formats/matlab.ts";
import { openNpz, parseNpy } from "../../datasets/formats/npy.ts";
import { checkSplitCsv } from "../../datasets/formats/split_csv.ts";
import { splitHeader } from "../../datasets/formats/split_rows.ts";
import { readTable } from "../../datasets/formats/tables/read.ts";
import type { Choose } from "../../datasets/formats/tables/table.ts";
import { parseTarGzEntry } from "../../datasets/formats/targz.ts";
import { decodeText } from "../../datasets/formats/text.ts";
import {
  parseTorch,
  parseTorchCheckpoint,
  parseTorchStates,
} from "../../datasets/formats/torch.ts";
import { readZip } from "../../datasets/formats/zip.ts";
import { decodeImage } from "../../datasets/reading/decode.ts";
import { readDescribed, writeDescribed } from "../../datasets/reading/described_file.ts";
import { NETWORKS } from "../../networks/mod.ts";
import * as sound from "./sound.ts";

/** A kind of file. */
export interface Format {
  readonly name: string;
  /** Damaged files that the task tries. */
  readonly cases: number;
  /** Sound files. */
  readonly files: (folder: string) => Promise<readonly Uint8Array[]>;
  /** Seconds that a file may take, where it is many; only a few are tried among the usual tests. */
  readonly seconds?: number;
  /** False where even the sound files are refused, for another reason. */
  readonly sound?: false;
  /** Takes all that there is from a file; `folder` is for what must lie on the disk. */
  readonly read: (bytes: Uint8Array, folder: string) => unknown;
}

/** Reads a file of the disk. */
const onDisk =
  (name: string, read: (path: string) => unknown): Format["read"] => async (bytes, folder) => {
    const path = join(folder, name);
    await Deno.writeFile(path, bytes);
    return await read(path);
  };

const all: Choose = (names) =>
  new Map(names.slice(0, 50).map((name) => [name, /^p(_?\d+)?$/.test(name) ? "numbers" : "text"]));

const image = (name: sound.ImageKind, cases: number): Format => ({
  name,
  cases,
  files: () => sound.images(name),
  read: onDisk("image", decodeImage),
});

const table = (ending: string, cases: number, files: Format["files"]): Format => ({
  name: `table ${ending}`,
  cases,
  files,
  read: onDisk(`table.${ending}`, (path) => readTable(path, all)),
});

/** All kinds. */
export const FORMATS: readonly Format[] = [
  {
    name: "safetensors",
    cases: 9000,
    files: () => Promise.resolve(sound.safetensors()),
    read: (bytes) => [decodeArrays(bytes), decodeMetadata(bytes)],
  },
  {
    name: "pretrained weights",
    sound: false, // of no network that is known
    cases: 3000,
    files: async () => [...sound.safetensors(), ...await sound.torch()],
    read: onDisk("weights.safetensors", (path) => readPretrained(path, NETWORKS)),
  },
  {
    name: "torch",
    cases: 14000,
    files: sound.torch,
    read(bytes) {
      for (const { tensors } of parseTorchStates(bytes, "a")) tensors.forEach((read) => read());
      return parseTorchCheckpoint(bytes, "a");
    },
  },
  {
    name: "torch tensors",
    cases: 6000,
    files: async () => [sound.torchFile(), ...await sound.torch()],
    read: (bytes) => parseTorch(bytes, "a"),
  },
  {
    name: "npz",
    cases: 8000,
    files: () => Promise.resolve(sound.npz()),
    read: (bytes) => openNpz(bytes, "a").forEach((read) => read()),
  },
  {
    name: "npy",
    cases: 8000,
    files: () => Promise.resolve(sound.npy()),
    read: (b) => parseNpy(b, "a"),
  },
  {
    name: "features",
    cases: 1000,
    files: () => Promise.resolve(sound.npz()),
    read: onDisk("features.npz", readFeatures),
  },
  {
    name: "zip",
    cases: 5000,
    files: () => Promise.resolve(sound.npz()),
    read: (b) => readZip(b, "a"),
  },
  {
    name: "tar.gz",
    cases: 4000,
    files: sound.tar,
    read: (bytes) => parseTarGzEntry(bytes, ".txt", "a"),
  },
  {
    name: "archive",
    cases: 1500,
    files: async (folder) => [...await sound.tar(folder), ...sound.npz()],
    read: onDisk("archive.tar.gz", async (path) => {
      const to = `${path}.unpacked`;
      await Deno.remove(to, { recursive: true }).catch(() => {}); // of the file before
      await unpackArchive(path, to, undefined);
    }),
  },
  {
    name: "MATLAB",
    cases: 8000,
    files: () => Promise.resolve(sound.matlab()),
    read: (bytes) => parseMatlab(bytes, "a"),
  },
  {
    name: "idx",
    cases: 8000,
    files: () => Promise.resolve(sound.idx()),
    read: (b) => parseIdx(b, "a"),
  },
  image("jpeg", 4000),
  image("png", 4000),
  image("gif", 4000),
  image("webp", 1500),
  image("tiff", 1500),
  image("avif", 300),
  {
    name: "split CSV",
    cases: 8000,
    files: () => Promise.resolve(sound.splitCsv()),
    read(bytes) {
      const text = decodeText(bytes);
      if (splitHeader(text) !== undefined) {
        checkSplitCsv(text, "a.csv", ["art", "photo"], 3, "/data");
      }
    },
  },
  table("csv", 3000, () => Promise.resolve(sound.csv())),
  table("jsonl", 3000, () => Promise.resolve(sound.jsonLines())),
  table("npz", 1500, () => Promise.resolve(sound.npz())),
  {
    name: "Parquet",
    cases: 300,
    seconds: 25, // it is read in a process of its own, twice, and that one is given ten
    files: () => Promise.resolve(sound.parquet()),
    read: onDisk("table.parquet", (path) => readTable(path, all)),
  },
  {
    name: "cached file",
    cases: 2000,
    async files(folder) {
      const path = join(folder, "described");
      await writeDescribed(
        path,
        "MDLTSET2",
        async (out) => ({ at: await out.write(new Uint8Array(99)) }),
      );
      return [await Deno.readFile(path)];
    },
    read: onDisk("cached", async (path) => {
      if (await readDescribed(path, "MDLTSET2") === null) throw new DataError("It is made again.");
    }),
  },
  ...(["record.json", "failure.json", "manifest.json"] as const).map((name): Format => ({
    name,
    cases: name === "failure.json" ? 1500 : 3000,
    files: async (folder) => [await sound.ofFolder(folder, name)],
    read: (bytes, folder) => sound.readOfFolder(bytes, folder, name),
  })),
];
