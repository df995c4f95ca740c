/**
 * Sound files of every format, small ones.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import { create } from "tar";
import { encodeArrays } from "../../base/safetensors_format.ts";
import { Folder } from "../../bench/records/folder.ts";
import { formulaImage } from "../datasets/helpers.ts";
import { DATASETS, writeStore } from "../report/store.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const join8 = (...parts: ArrayLike<number>[]) =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)));
const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

/** Arrays with and without a description. */
export function safetensors(): Uint8Array[] {
  const arrays = {
    "layer1.0.weight": { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    "layer1.0.bias": { shape: [2], values: Float32Array.of(1, 2) },
    scale: { shape: [], values: Float32Array.of(7) },
  };
  return [
    encodeArrays(arrays),
    encodeArrays(arrays, { format: "pt", state: "{}" }),
    encodeArrays({}),
  ];
}

/** Checkpoints of torch's own making, of every protocol and width. */
export async function torch(): Promise<Uint8Array[]> {
  const figures = new URL("../datasets/figures/", import.meta.url);
  const states: Record<string, string> = JSON.parse(
    await Deno.readTextFile(new URL("states.json", figures)),
  );
  const files = Object.values(states).map((base64) =>
    new Uint8Array(Buffer.from(base64, "base64"))
  );
  return [await Deno.readFile(new URL("state.pth", figures)), ...files];
}

/** A file as torch's older serialisation writes it: a 2 × 3 uint8 and a 2 int64 tensor. */
export function torchFile(callee = "torch._utils\n_rebuild_tensor_v2\n"): Uint8Array {
  const text = (s: string) => join8([0x58], word(s.length), ascii(s));
  const small = (n: number) => [0x4b, n];
  const tuple = (...parts: ArrayLike<number>[]) => join8([0x28], ...parts, [0x74]);
  const storage = (kind: string, key: string, length: number) =>
    join8(
      tuple(
        text("storage"),
        ascii(`ctorch\n${kind}\n`),
        text(key),
        text("cpu"),
        small(length),
        [0x4e],
      ),
      [0x51],
    );
  const hooks = join8(ascii("ccollections\nOrderedDict\n"), [0x29, 0x52]);
  const tensor = (held: Uint8Array, shape: number[], strides: number[]) =>
    join8(
      ascii(`c${callee}`),
      tuple(
        held,
        small(0),
        tuple(...shape.map(small)),
        tuple(...strides.map(small)),
        [0x89],
        hooks,
      ),
      [0x52],
    );
  const pickle = (...parts: ArrayLike<number>[]) => join8([0x80, 2], ...parts, [0x2e]);
  return join8(
    [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
    pickle([0x4d, 0xe9, 0x03]),
    pickle([0x7d, 0x28], text("little_endian"), [0x88, 0x75]),
    pickle(
      tensor(storage("ByteStorage", "p", 6), [2, 3], [3, 1]),
      tensor(storage("LongStorage", "q", 2), [2], [1]),
      [0x86],
    ),
    pickle([0x5d, 0x28], text("q"), text("p"), [0x65]),
    new Uint8Array(new BigInt64Array([2n, 7n, -1n]).buffer),
    new Uint8Array(new BigInt64Array([6n]).buffer),
    [1, 2, 3, 4, 5, 6],
  );
}

/** NumPy arrays of several kinds. */
export function npy(): Uint8Array[] {
  const array = (descr: string, shape: string, data: Uint8Array, order = "False") => {
    const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
    const size = new Uint8Array(new Uint16Array([header.length]).buffer);
    return join8([0x93], ascii("NUMPY"), [1, 0], size, ascii(header), data);
  };
  return [
    array("<f8", "(2, 2)", new Uint8Array(Float64Array.of(0.1, 0.9, 0.25, 0.75).buffer)),
    array("<f4", "(2,)", new Uint8Array(Float32Array.of(1, 2).buffer)),
    array("<i8", "(2,)", new Uint8Array(BigInt64Array.of(1n, 2n).buffer), "True"),
    array("<U1", "(2,)", new Uint8Array(Uint32Array.of(97, 98).buffer)),
    array("|b1", "(1, 2)", Uint8Array.of(0, 1)),
  ];
}

/** Archives of NumPy arrays, packed and not. */
export function npz(): Uint8Array[] {
  const [p, , label, path] = npy();
  const files = { "p.npy": p!, "label.npy": label!, "paths.npy": path!, "features.npy": p! };
  return [zipSync(files, { level: 0 }), zipSync(files)];
}

/** Archives of tar, packed. */
export async function tar(folder: string): Promise<Uint8Array[]> {
  await Deno.mkdir(join(folder, "set/a"), { recursive: true });
  await Deno.writeFile(join(folder, "set/a/1.txt"), ascii("content ".repeat(50)));
  await Deno.writeFile(join(folder, "set/a/2.jpg"), ascii("more"));
  const file = join(folder, "sound.tar.gz");
  await create({ file, cwd: folder, gzip: true }, ["set"]);
  return [await Deno.readFile(file)];
}

/** Arrays as MATLAB writes them, packed and not. */
export function matlab(): Uint8Array[] {
  const element = (type: number, data: ArrayLike<number>, packed = false) =>
    join8(
      word(type),
      word(data.length),
      data,
      new Uint8Array(packed ? 0 : (8 - data.length % 8) % 8),
    );
  const matrix = (
    name: string,
    kind: number,
    shape: number[],
    type: number,
    data: ArrayLike<number>,
  ) =>
    element(
      14,
      join8(
        element(6, [kind, 0, 0, 0, 0, 0, 0, 0]),
        element(5, new Uint8Array(new Int32Array(shape).buffer)),
        join8([1, 0, 1, 0], ascii(name), [0, 0, 0]),
        element(type, data),
      ),
    );
  const header = new Uint8Array(128).fill(32);
  header.set([0, 1, 0x49, 0x4d], 124);
  const parts = [
    matrix("X", 9, [2, 2, 3, 1], 2, [...Array(12).keys()]),
    matrix("y", 6, [2, 1], 9, new Uint8Array(new Float64Array([10, 3]).buffer)),
  ];
  return [
    join8(header, ...parts),
    join8(header, ...parts.map((part) => element(15, deflateSync(part), true))),
  ];
}

/** Arrays as MNIST has them, packed and not. */
export function idx(): Uint8Array[] {
  const sides = [3, 2, 2].flatMap((side) => Array.from(word(side)).reverse());
  const file = join8([0, 0, 8, 3], sides, [...Array(12).keys()]);
  return [file, new Uint8Array(gzipSync(file))];
}

/** Kinds of images. */
export type ImageKind = "jpeg" | "png" | "gif" | "webp" | "tiff" | "avif";

/** An image of a kind, in several forms. */
export async function images(kind: ImageKind): Promise<Uint8Array[]> {
  const from = (width: number, height: number) =>
    sharp(formulaImage(width, height), { raw: { width, height, channels: 3 } });
  const files = await Promise.all([
    from(24, 16).toFormat(kind).toBuffer(),
    from(9, 31).greyscale().toFormat(kind).toBuffer(),
    from(16, 16).ensureAlpha(0.5).toFormat(kind).toBuffer(),
    ...(kind === "jpeg"
      ? [
        from(40, 24).jpeg({ progressive: true }).toBuffer(),
        from(40, 24).toColourspace("cmyk").jpeg().toBuffer(),
      ]
      : []),
    ...(kind === "png" ? [from(40, 24).png({ palette: true, progressive: true }).toBuffer()] : []),
  ]);
  return files.map((file) => new Uint8Array(file));
}

/** Split files in several writings. */
export function splitCsv(): Uint8Array[] {
  return [
    'env,label,path,split\nphoto,1,photo/cat/1.jpg,val\nart,0,"art/dog, old/2.jpg",train\n',
    "\uFEFFdomain;label;path;split;class\r\nphoto;1.0;photo\\cat\\1.jpg;Validation;cat\r\n",
    "path\tsplit\tlabel\tenv\n./art/dog/2.jpg\tTEST\t0\tart\n/data/art/dog/3.jpg\ttrain\t0\tart\n",
  ].map(ascii);
}

/** Tables of predictions. */
export function csv(): Uint8Array[] {
  return [
    'path,label,p\na/1.jpg,1,"[0.1, 0.9]"\nb/2.jpg,0,[0.25 0.75]\n',
    '"path";"label";"p_0";"p_1"\r\n"a";1;0,1;0,9\r\n',
    "path\tp\na\t1e-3\n",
  ].map(ascii);
}

/** The same as lines of JSON. */
export function jsonLines(): Uint8Array[] {
  return [
    '{"path": "a/1.jpg", "label": 1, "p": [0.1, 0.9]}\n{"path": "b", "label": 0, "p": [1, 0]}\n',
    '{"path": "a", "p": 3}',
  ].map(ascii);
}

/** The same as Parquet. */
export function parquet(): Uint8Array[] {
  const write = (rows: number) =>
    new Uint8Array(parquetWriteBuffer({
      columnData: [
        {
          name: "path",
          data: Array.from({ length: rows }, (_, i) => `a/${i}.jpg`),
          type: "STRING",
        },
        { name: "label", data: Array.from({ length: rows }, (_, i) => i % 3), type: "INT32" },
        { name: "p0", data: Array.from({ length: rows }, (_, i) => i / 8), type: "DOUBLE" },
      ],
    }));
  return [write(3), write(40)];
}

type FolderFile = "record.json" | "failure.json" | "manifest.json";

/** A file of an output folder, without its checksum, which would hide all that is behind it. */
export async function ofFolder(folder: string, name: FolderFile): Promise<Uint8Array> {
  const out = join(folder, "out");
  const grid = { datasets: DATASETS.slice(0, 1), methods: ["erm"], seeds: [0], details: true };
  const [run] = (await writeStore(out, grid)).runs;
  const { id, name: method, spec } = run!;
  const failure = { id, name: method, spec, error: "It fell.", at: new Date(0).toISOString() };
  await Deno.writeTextFile(join(out, "runs", id, "failure.json"), JSON.stringify(failure));
  await Deno.writeTextFile(join(folder, "id"), id);
  const path = name === "manifest.json" ? join(out, name) : join(out, "runs", id, name);
  const { sha256: _, ...content } = JSON.parse(await Deno.readTextFile(path));
  return ascii(JSON.stringify(content));
}

/** Reads such a file as every command does. */
export async function readOfFolder(bytes: Uint8Array, folder: string, name: FolderFile) {
  const out = join(folder, "out"), id = await Deno.readTextFile(join(folder, "id"));
  const path = name === "manifest.json" ? join(out, name) : join(out, "runs", id, name);
  await Deno.writeFile(path, bytes);
  const store = new Folder(out);
  if (name === "manifest.json") return await store.plan();
  return name === "record.json" ? await store.record(id) : await store.failure(id);
}
