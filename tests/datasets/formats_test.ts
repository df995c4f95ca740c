import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { type Zippable, zipSync } from "fflate";
import { create } from "tar";
import { parseIdx } from "../../datasets/formats/idx.ts";
import { parseMatlab } from "../../datasets/formats/matlab.ts";
import { checkSplitCsv, parseSplitCsv } from "../../datasets/formats/split_csv.ts";
import { decodeText } from "../../datasets/formats/text.ts";
import { parseTarGzEntry, readTarGzEntry } from "../../datasets/formats/targz.ts";
import { parseTorch, parseTorchStates } from "../../datasets/formats/torch.ts";
import { torchFile } from "../malformed/sound.ts";
import { fuzz } from "./helpers.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const join = (...parts: ArrayLike<number>[]) =>
  Uint8Array.from(parts.flatMap((p) => Array.from(p)));
const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

function idx(shape: number[], data: number[]): Uint8Array {
  const sides = shape.flatMap((side) => Array.from(word(side)).reverse());
  return join([0, 0, 8, shape.length], sides, data);
}

Deno.test("idx: packed and plain files give the same array", () => {
  const file = idx([2, 1, 3], [1, 2, 3, 4, 5, 255]);
  for (const bytes of [file, gzipSync(file)]) {
    const { shape, data } = parseIdx(bytes, "a.gz");
    assert.deepEqual(shape, [2, 1, 3]);
    assert.deepEqual([...data], [1, 2, 3, 4, 5, 255]);
  }
  assert.throws(
    () => parseIdx(file.subarray(0, 18), "a.gz"),
    /a\.gz cannot be read: it holds 2 bytes/,
  );
  assert.throws(() => parseIdx(gzipSync(file).subarray(0, 20), "a.gz"), /cut short/);
});

Deno.test("idx: damaged files are refused, never worse", async () => {
  const file = idx([3, 2, 2], [...Array(12).keys()]);
  assert.ok((await fuzz(file, 400, (bytes) => parseIdx(bytes, "a"))).refused > 100);
  assert.ok((await fuzz(gzipSync(file), 400, (bytes) => parseIdx(bytes, "a"))).refused > 100);
});

/** A MATLAB element with its tag and padding. */
function element(type: number, data: ArrayLike<number>, packed = false): Uint8Array {
  const padding = packed ? 0 : (8 - data.length % 8) % 8;
  return join(word(type), word(data.length), data, new Uint8Array(padding));
}

function matrix(name: string, kind: number, shape: number[], type: number, data: number[]) {
  const sides = new Uint8Array(new Int32Array(shape).buffer);
  return element(
    14,
    join(
      element(6, [kind, 0, 0, 0, 0, 0, 0, 0]),
      element(5, sides),
      // A name of one letter sits in its tag.
      join([1, 0, 1, 0], ascii(name), [0, 0, 0]),
      element(type, data),
    ),
  );
}

function matlab(packed: boolean): Uint8Array {
  const header = new Uint8Array(128).fill(32);
  header.set([0, 1, 0x49, 0x4d], 124);
  const images = matrix("X", 9, [2, 2, 3, 1], 2, [...Array(12).keys()]);
  const labels = matrix("y", 6, [2, 1], 9, [...new Uint8Array(new Float64Array([10, 3]).buffer)]);
  const parts = [images, labels];
  return join(header, ...parts.map((part) => packed ? element(15, deflateSync(part), true) : part));
}

Deno.test("MATLAB: packed and plain files give the same arrays", () => {
  for (const packed of [true, false]) {
    const arrays = parseMatlab(matlab(packed), "a.mat");
    assert.deepEqual(arrays.get("X"), {
      shape: [2, 2, 3, 1],
      data: Uint8Array.from(Array(12).keys()),
    });
    assert.deepEqual(arrays.get("y"), { shape: [2, 1], data: Float64Array.of(10, 3) });
  }
  assert.throws(() => parseMatlab(new Uint8Array(200), "a.mat"), /a\.mat .*not a little-endian/);
});

Deno.test("MATLAB: damaged files are refused, never worse", async () => {
  for (const packed of [true, false]) {
    const { refused } = await fuzz(matlab(packed), 500, (bytes) => parseMatlab(bytes, "a"));
    assert.ok(refused > 100);
  }
});

Deno.test("torch: tensors come with shape and values", () => {
  assert.deepEqual(parseTorch(torchFile(), "a.pt"), [
    { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    { shape: [2], data: Float64Array.of(7, -1) },
  ]);
});

Deno.test("torch: a file that wants to call something is refused by name", () => {
  assert.throws(
    () => parseTorch(torchFile("posix\nsystem\n"), "a.pt"),
    /a\.pt is refused: it asks to call posix\.system/,
  );
  const plain = join([0x80, 2], ascii("cposix\nsystem\n)R."));
  assert.throws(
    () => parseTorch(plain, "a.pt"),
    /posix\.system.*; save the tensors alone, as torch/,
  );
  assert.throws(() => parseTorch(join([0x80, 2], ascii("N.")), "a.pt"), /magic number/);
  assert.throws(() => parseTorch(ascii("tensors"), "a.pt"), /magic number/);
  assert.throws(() => parseTorch(ascii("PK\x03\x04"), "a.pt"), /has no directory/);
  // INST, OBJ, BUILD's neighbours: none of them is known.
  for (const code of [0x69, 0x6f, 0x81, 0x82, 0x49, 0x50]) {
    const bytes = torchFile();
    bytes[17] = code;
    assert.throws(() => parseTorch(bytes, "a.pt"), /refused: its pickle has the instruction 0x/);
  }
  assert.throws(() => parseTorch(torchFile().subarray(0, -1), "a.pt"), /not whole/);
  assert.throws(() => parseTorch(join(torchFile(), [0]), "a.pt"), /1 bytes follow/);
});

Deno.test("torch: damaged files are refused, never worse", async () => {
  assert.ok((await fuzz(torchFile(), 1500, (bytes) => parseTorch(bytes, "a"))).refused > 300);
});

/** A zip whose files are stored as they are, or packed. */
function zip(files: Record<string, Uint8Array>, packed = false): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, [bytes, { level: packed ? 6 : 0 }]]),
    ) as Zippable,
  );
}

/** A state_dict of one float32 tensor as torch 1.6 and later write it. */
function stateFile(packed = false): Uint8Array {
  const text = (s: string) => join([0x58], word(s.length), ascii(s));
  const pickle = join(
    [0x80, 2],
    ascii("ccollections\nOrderedDict\n)R("),
    text("fc.weight"),
    ascii("ctorch._utils\n_rebuild_tensor_v2\n(("),
    text("storage"),
    ascii("ctorch\nFloatStorage\n"),
    text("0"),
    text("cpu"),
    [0x4b, 4, 0x74, 0x51, 0x4b, 1, 0x4b, 3, 0x85, 0x4b, 1, 0x85, 0x89],
    ascii("ccollections\nOrderedDict\n)RtRu."),
  );
  const data = new Uint8Array(Float32Array.of(9, 1.5, -2, 0.25).buffer);
  return zip({ "m/data.pkl": pickle, "m/byteorder": ascii("little"), "m/data/0": data }, packed);
}

/** The tensors of the first dictionary of a file. */
function parseTorchState(bytes: Uint8Array, file: string) {
  const [state] = parseTorchStates(bytes, file);
  return new Map([...state?.tensors ?? []].map(([name, read]) => [name, read()]));
}

Deno.test("torch: every width of numbers, protocols 2 to 5, dictionaries in checkpoints", async () => {
  const file = new URL("figures/states.json", import.meta.url);
  const files: Record<string, string> = JSON.parse(await Deno.readTextFile(file));
  const values = Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25);
  for (const [name, base64] of Object.entries(files)) {
    const states = parseTorchStates(Buffer.from(base64, "base64"), name);
    const { key, tensors, whole } = states[0]!;
    assert.equal(key, name.startsWith("wrapped") ? "state_dict" : "", name);
    assert.deepEqual([...tensors.keys()], ["0.weight", "1.num_batches_tracked"], name);
    assert.equal(whole.has("0.weight"), /int|long|short/.test(name), name);
    assert.ok(whole.has("1.num_batches_tracked"), name);
    const { shape, data } = tensors.get("0.weight")!();
    assert.deepEqual(shape, [2, 3]);
    if (/int|long|short/.test(name)) assert.deepEqual([...data], [0, 1, 2, 3, 4, 5], name);
    else assert.deepEqual(Float32Array.from(data), values, name);
  }
});

Deno.test("torch: views of one storage and shapes of many axes do not keep the reader busy", () => {
  const text = (s: string) => join([0x58], word(s.length), ascii(s));
  const storage = join(
    ascii("(("),
    text("storage"),
    ascii("ctorch\nFloatStorage\n"),
    text("0"),
    text("cpu"),
    [0x4a, 0, 16, 0, 0, 0x74, 0x51], // 4096 numbers
  );
  const zeroToAll = [0x4b, 0, 0x4d, 0, 16, 0x85, 0x4b, 1, 0x85, 0x89];
  const views = Array.from({ length: 100 }, (_, i) =>
    join(
      text(`t${i}`),
      ascii("ctorch._utils\n_rebuild_tensor_v2\n"),
      storage,
      zeroToAll,
      ascii("ccollections\nOrderedDict\n)RtR"),
    ));
  const pickle = join([0x80, 2], ascii("ccollections\nOrderedDict\n)R("), ...views, ascii("u."));
  const file = (pkl: Uint8Array) =>
    zip({ "m/data.pkl": pkl, "m/data/0": new Uint8Array(4 * 4096) });
  assert.throws(() => parseTorchState(file(pickle), "a"), /views that repeat the same numbers/);

  const axes = join(
    ascii("("),
    new Uint8Array(2 * 60_000).map((_, i) => i % 2 === 0 ? 0x4b : 1),
    ascii("t"),
  );
  const deep = join(
    [0x80, 2],
    ascii("ccollections\nOrderedDict\n)R("),
    text("t"),
    ascii("ctorch._utils\n_rebuild_tensor_v2\n"),
    storage,
    [0x4b, 0],
    axes,
    axes,
    [0x89],
    ascii("ccollections\nOrderedDict\n)RtRu."),
  );
  assert.throws(() => parseTorchState(file(deep), "a"), /the shape of a tensor is damaged/);
});

Deno.test("torch: a state_dict out of a zip, also of torch's own making", async () => {
  for (const packed of [false, true]) {
    assert.deepEqual([...parseTorchState(stateFile(packed), "a.pth")], [
      ["fc.weight", { shape: [3], data: Float32Array.of(1.5, -2, 0.25) }],
    ]);
  }
  const own = new URL("figures/state.pth", import.meta.url);
  const tensors = parseTorchState(await Deno.readFile(own), "state.pth");
  assert.deepEqual([...tensors.keys()], ["0.weight", "0.bias", "1.num_batches_tracked"]);
  assert.deepEqual(tensors.get("0.weight"), {
    shape: [2, 3],
    data: Float32Array.from([0, 1, 2, 3, 4, 5], (value) => value / 4),
  });
  assert.deepEqual(tensors.get("1.num_batches_tracked"), { shape: [], data: Float64Array.of(7) });
});

Deno.test("zip: damaged files are refused, never worse", async () => {
  for (const packed of [false, true]) {
    const file = stateFile(packed);
    const read = (bytes: Uint8Array) => {
      const tensors = parseTorchState(bytes, "a");
      // Names and times have no checksum in a zip; numbers must be right or refused.
      for (const { data } of tensors.values()) assert.deepEqual([...data], [1.5, -2, 0.25]);
    };
    assert.ok((await fuzz(file, 600, read)).refused > 300);
  }
  const bomb = zip({ "a/data.pkl": new Uint8Array(64) }, true);
  new DataView(bomb.buffer).setUint32(bomb.length - 22 - 56 + 24, 0x7fffffff, true);
  assert.throws(() => parseTorchState(bomb, "a"), /would unpack to more than|checksum/);
});

Deno.test("tar.gz: one entry by its ending; damaged files are refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const content = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7);
    await Deno.writeFile(`${folder}/a.pt`, content);
    await Deno.writeFile(`${folder}/readme`, ascii("hello"));
    const archive = `${folder}/a.tar.gz`;
    await create({ file: archive, cwd: folder, gzip: true }, ["readme", "a.pt"]);
    assert.deepEqual(await readTarGzEntry(archive, ".pt"), content);
    await assert.rejects(readTarGzEntry(archive, ".mat"), /has no entry that ends in \.mat/);
    await assert.rejects(readTarGzEntry(`${folder}/b`, ".pt"), /b is not there\.$/);

    const packed = await Deno.readFile(archive);
    const read = (bytes: Uint8Array) => parseTarGzEntry(bytes, ".pt", "a");
    assert.ok((await fuzz(packed, 300, read)).refused > 100);
    const plain = Buffer.from(
      new Uint8Array(
        await new Response(
          new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")),
        ).arrayBuffer(),
      ),
    );
    // Behind a sound gzip, damage to the tar itself: only its two headers are worth hitting.
    await fuzz(
      plain.subarray(0, 2048),
      300,
      (bytes) => read(gzipSync(join(bytes, plain.subarray(2048)))),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const DOMAINS = ["art", "photo"];
const rows = (...lines: string[]) => ["env,label,path,split", ...lines, ""].join("\n");

Deno.test("split CSV: sound rows are read", () => {
  const text = rows("photo,1,photo/cat/1.jpg,val", 'art,0,"art/dog, old/2.jpg",train');
  assert.deepEqual(parseSplitCsv(text, "x.csv", DOMAINS, 2), [
    { domain: 1, label: 1, path: "photo/cat/1.jpg", split: "validation" },
    { domain: 0, label: 0, path: "art/dog, old/2.jpg", split: "train" },
  ]);
});

Deno.test("split CSV: columns, separators, labels and paths in any writing", () => {
  const sound = [
    { domain: 1, label: 1, path: "photo/cat/1.jpg", split: "validation" },
    { domain: 0, label: 0, path: "art/dog/2 06:30.jpg", split: "train" },
  ];
  for (
    const text of [
      "path,split,label,env\nphoto/cat/1.jpg,val,1,photo\nart/dog/2 06:30.jpg,train,0,art\n",
      '"","Env","Label","Path","Split"\r\n"1","photo","1","photo/cat/1.jpg","val"\r\n' +
      '"2","art","0","art/dog/2 06:30.jpg","train"\r\n',
      "\uFEFFdomain;label;path;split;note\nphoto;1.0;photo/cat/1.jpg;Validation;x\n" +
      "art;0.0;art/dog/2 06:30.jpg;TRAIN;\n",
      "env\tlabel\tpath\tsplit\nphoto\t1\tphoto\\cat\\1.jpg\tval\nart\t0\t./art/dog/2 06:30.jpg\ttrain\n",
      "env|label|path|split\nphoto|1|photo/cat/./1.jpg|val\nart|0|art/dog/2 06:30.jpg|train\n",
      "env,label,path,split\nphoto,1,/data/farm/photo/cat/1.jpg,val\n" +
      "art,0,/data/farm/art/dog/2 06:30.jpg,train\n",
    ]
  ) assert.deepEqual(parseSplitCsv(text, "x.csv", DOMAINS, 2, "/data/farm"), sound);
});

Deno.test("split CSV: an address is no path, and a name no label", () => {
  const problem = (row: string, classes: number) =>
    checkSplitCsv(`env,label,path,split\n${row}\n`, "x.csv", DOMAINS, classes).problems.join();
  for (const path of ["https://x/1.jpg", "file:///data/1.jpg"]) {
    assert.match(problem(`art,0,${path},train`, 2), /does not stay inside the folder/);
  }
  assert.match(problem("art,dog,1.jpg,train", 0), /from 0 up; a name belongs in a column "class"/);
});

Deno.test("text: UTF-8, UTF-16 with its mark, and what spreadsheets write", () => {
  const text = "env;Tür";
  const utf16 = (little: boolean) => {
    const out = new DataView(new ArrayBuffer(2 * text.length + 2));
    [0xfeff, ...[...text].map((c) => c.charCodeAt(0))].forEach((code, i) =>
      out.setUint16(2 * i, code, little)
    );
    return new Uint8Array(out.buffer);
  };
  const latin = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const bare = utf16(true).subarray(2);
  for (const bytes of [new TextEncoder().encode(text), utf16(true), utf16(false), bare, latin]) {
    assert.equal(decodeText(bytes), text);
  }
});

Deno.test("split CSV: what is wrong with a row is said", () => {
  const refused: [string, RegExp][] = [
    [rows("sea,0,a.jpg,train"), /x\.csv, row 2: the domain "sea" is unknown; known are art, photo/],
    [rows("art,2,a.jpg,train"), /row 2: the label "2" is not a whole number from 0 to 1/],
    [rows("art,-1,a.jpg,train"), /the label "-1"/],
    [
      rows("art,0,a.jpg,train", "art,0,b.jpg,dev"),
      /row 3: the split "dev" is not train, val or test/,
    ],
    [rows("art,0,a.jpg,constructor"), /the split "constructor"/],
    [rows("art,0,../a.jpg,train"), /"\.\.\/a\.jpg" does not stay inside/],
    [rows("art,0,/etc/a.jpg,train"), /does not stay inside/],
    [
      rows("art,0,a.jpg,train", "art,1,a.jpg,test"),
      /row 3: the image a\.jpg is listed a second time/,
    ],
    [rows("art,0,a.jpg"), /not a sound CSV: .*/],
    [rows("art,0,a\\..\\..\\b.jpg,train"), /does not stay inside/],
    [rows("art,0,a/..\\..\\b.jpg,train"), /does not stay inside/],
    [rows("art,0,\\\\server\\b.jpg,train"), /does not stay inside/],
    [rows("art,0,C:/b.jpg,train"), /does not stay inside/],
    [rows("art,0,/data/a.jpg,train"), /write it relative to that folder/],
    [rows("art,0,a//b.jpg,train"), /does not stay inside/],
    [
      "label,env,path\n",
      /must have the columns env, label, path, split; it has label, env, path\./,
    ],
    ["env,label,path,split,domain\n", /two columns for "env"/],
    ["", /it has none/],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => parseSplitCsv(text, "x.csv", DOMAINS, 2), message);
  }
});

Deno.test("split CSV: written rows come back", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_ ,"'-]{1,12}$/);
  const row = fc.record({
    domain: fc.integer({ min: 0, max: 1 }),
    label: fc.integer({ min: 0, max: 6 }),
    path: fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    split: fc.constantFrom("train", "validation", "test"),
  });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ path }) => path }), (records) => {
      const text = rows(
        ...records.map(({ domain, label, path, split }) =>
          [DOMAINS[domain], label, quote(path), split === "validation" ? "val" : split].join()
        ),
      );
      assert.deepEqual(
        parseSplitCsv(text, "x", DOMAINS, 7).map((read) => ({ ...read })),
        records.map((record) => ({ ...record })),
      );
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("split CSV: damaged files are refused, never worse", async () => {
  const text = ascii(rows("photo,1,photo/cat/1.jpg,val", 'art,0,"art/dog, old/2.jpg",train'));
  const read = (bytes: Uint8Array) =>
    parseSplitCsv(new TextDecoder().decode(bytes), "a", DOMAINS, 2);
  assert.ok((await fuzz(text, 500, read)).refused > 100);
});
