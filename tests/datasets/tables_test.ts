/** Tables from CSV, JSON lines, NumPy archives and Parquet, sound and hostile. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { DataError } from "../../base/errors.ts";
import { openNpz, parseNpy } from "../../datasets/formats/npy.ts";
import { readTable } from "../../datasets/formats/tables/read.ts";
import type { Choose } from "../../datasets/formats/tables/table.ts";
import { withFolder } from "../bench/crash.ts";

const NUMBERS = ["p", "q"];
const choose: Choose = (names) =>
  new Map(names.map((name) => [name, NUMBERS.includes(name) ? "numbers" : "text"]));

/** What a file of that content holds, or the sentence that refuses it. */
async function read(name: string, content: string | Uint8Array): Promise<unknown> {
  let found: unknown;
  await withFolder(async (folder) => {
    const path = join(folder, name);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    try {
      const { rows, columns } = await readTable(path, choose);
      found = {
        rows,
        ...Object.fromEntries(
          [...columns].map(([name, column]) => [
            name,
            column.kind === "text" ? column.values : [column.width, ...column.values],
          ]),
        ),
      };
    } catch (error) {
      assert.ok(error instanceof DataError, String(error));
      assert.ok(!error.message.includes("\n"), error.message);
      found = error.message;
    }
  });
  return found;
}

/** An `.npy` array. */
function npy(descr: string, shape: string, data: Uint8Array, order = "False"): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const bytes = new Uint8Array(10 + header.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(data, 10 + header.length);
  return bytes;
}

const bytesOf = (array: Float64Array | Float32Array | BigInt64Array | Uint16Array | Uint32Array) =>
  new Uint8Array(array.buffer);

const TWO = { rows: 2, path: ["a", "b"], p: [2, 0.1, 0.9, 0.25, 0.75] };

Deno.test("the same table comes from every kind of file", async () => {
  assert.deepEqual(await read("a.csv", `path,p\na,"[0.1, 0.9]"\n\nb,[0.25 0.75]\n`), TWO);
  assert.deepEqual(await read("a.tsv", `path\tp\na\t[0.1 0.9]\nb\t[0.25 0.75]`), TWO);
  const lines = `{"path":"a","p":[0.1,0.9]}\n\n{"p":[0.25,0.75],"path":"b","more":[[[1]]]}`;
  assert.deepEqual(await read("a.jsonl", lines), TWO);
  const texts = bytesOf(Uint32Array.from("ab", (letter) => letter.codePointAt(0)!));
  const numbers = bytesOf(Float64Array.of(0.1, 0.9, 0.25, 0.75));
  const archive = zipSync({
    "path.npy": npy("<U1", "(2,)", texts),
    "p.npy": npy("<f8", "(2, 2)", numbers),
  });
  assert.deepEqual(await read("a.npz", archive), TWO);
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: "path", data: ["a", "b"], type: "STRING" },
      { name: "p", data: [0.25, 0.75], type: "DOUBLE" },
    ],
  });
  const expected = { rows: 2, path: ["a", "b"], p: [1, 0.25, 0.75] };
  assert.deepEqual(await read("a.parquet", new Uint8Array(parquet)), expected);
});

Deno.test("NumPy's types and orders are read, and Python objects are not", () => {
  const f = (descr: string, data: Uint8Array, shape = "(2,)", order?: string) => {
    const array = parseNpy(npy(descr, shape, data, order), "x");
    return "numbers" in array ? [...array.numbers] : array.texts;
  };
  assert.deepEqual(f("<i8", bytesOf(BigInt64Array.of(-3n, 4n))), [-3, 4]);
  assert.deepEqual(f(">i2", Uint8Array.of(1, 0, 0, 2)), [256, 2]);
  assert.deepEqual(f("<f2", bytesOf(Uint16Array.of(0x3c00, 0xb800))), [1, -0.5]);
  assert.deepEqual(f("|b1", Uint8Array.of(0, 1)), [0, 1]);
  assert.deepEqual(f("|S3", new TextEncoder().encode("abcd\0\0")), ["abc", "d"]);
  assert.deepEqual(f("|u1", Uint8Array.of(1, 2, 3, 4, 5, 6), "(2, 3)", "True"), [1, 3, 5, 2, 4, 6]);
  assert.throws(() => f("|O", new Uint8Array(9)), /Python objects, which are pickles/);
  assert.throws(() => f("<f8", new Uint8Array(9)), /9 bytes of data where 2 values of 8 bytes/);
  assert.throws(() => f("<f8", new Uint8Array(0), "(99999999, 99999999)"), /more than is read/);
});

Deno.test("an archive's array that nobody asks for may be of any kind", () => {
  const archive = zipSync({
    "o.npy": npy("|O", "(1,)", new Uint8Array(9)),
    "b.npy": npy("|u1", "()", Uint8Array.of(7)),
  });
  const arrays = openNpz(archive, "x.npz");
  assert.deepEqual(arrays.get("b")!(), { shape: [], numbers: Float64Array.of(7) });
});

Deno.test("hostile files are refused in a sentence each", async () => {
  const wide = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(",");
  assert.match(
    String(await read("a.csv", wide)),
    /has [45]\d{5} columns, and at most 20000 are read/,
  );
  assert.match(String(await read("a.csv", "path,p\na\n")), /not a sound CSV/);
  assert.match(String(await read("a.csv", "p,p\n1,2\n")), /two columns "p"/);
  assert.match(String(await read("a.csv", "p\n[1 2]\n[1]\n")), /row 3: p has 1 numbers/);
  assert.match(String(await read("a.csv", "")), /is empty/);
  assert.match(String(await read("a.exe", "")), /its name must end in/);
  assert.match(
    String(await read("a.jsonl", `{"p":${"[".repeat(1e6)}${"]".repeat(1e6)}}`)),
    /line 1/,
  );
  assert.match(String(await read("a.jsonl", `{"p":1}\n{"p":`)), /line 2: it is not valid JSON/);
  assert.match(String(await read("a.jsonl", `[1]`)), /line 1: it is no object/);
  assert.match(String(await read("a.jsonl", "x".repeat(5 << 20))), /longer than 4194304 bytes/);
  const zeros = new Uint8Array(8 << 20);
  const bomb = zipSync({ "p.npy": npy("|u1", "(1,)", zeros) }, { level: 9 });
  new DataView(bomb.buffer).setUint32(bomb.length - 22 - 5 - 46 + 24, 1 << 16, true); // its directory lies
  assert.match(String(await read("a.npz", bomb)), /is not what its checksum says/);
  assert.match(String(await read("a.npz", new Uint8Array(100))), /no directory/);
});

Deno.test("a Parquet file is held to what it can hold, and cannot fill the memory", async () => {
  const rows = 50;
  const sound = new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "path", data: Array.from({ length: rows }, (_, i) => `image ${i}`), type: "STRING" },
      { name: "p", data: Array.from({ length: rows }, (_, i) => i / 7), type: "DOUBLE" },
    ],
  }));
  const changed = (at: number, value: number) => {
    const lying = sound.slice();
    lying[at] = value;
    return read("a.parquet", lying);
  };
  // A page's number of values, its size, the footer's rows: read as if nothing were wrong?
  assert.match(String(await changed(14, 0x7f)), /damaged .*more values than its column/);
  assert.match(String(await changed(7, 0xff)), /cannot be read: its Parquet is damaged/);
  // A run of values that is longer than any page: memory or patience ends, the program does not.
  assert.match(String(await changed(16, 0xff)), /cannot be read: its Parquet is/);
  assert.match(String(await read("a.parquet", sound.subarray(0, 300))), /its Parquet is damaged/);
  assert.match(String(await read("a.parquet", new Uint8Array(0))), /its Parquet is damaged/);
});
