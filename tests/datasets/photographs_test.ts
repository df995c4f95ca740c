import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { isFile } from "../../base/files.ts";
import { classCounts, DataError, type LoadOptions } from "../../datasets/dataset.ts";
import { domainnet } from "../../datasets/sets/domainnet.ts";
import { officehome } from "../../datasets/sets/officehome.ts";
import { pacs } from "../../datasets/sets/pacs.ts";
import { definePhotographs } from "../../datasets/protocols/photographs/define.ts";
import { ReaderPool } from "../../datasets/reading/reader_pool.ts";
import { resize } from "../../datasets/reading/resize.ts";
import { terrainc } from "../../datasets/sets/terrainc.ts";
import { vlcs } from "../../datasets/sets/vlcs.ts";
import { formulaImage, loadOptions, readAll, splitsOf, testFolder } from "./helpers.ts";

const small = definePhotographs({
  name: "tiny",
  title: "Tiny",
  description: "Made for the tests.",
  domains: ["left", "right"],
  classes: ["cat", "dog"],
  shots: { many: 100, few: 20 },
  origin: "made here",
  csv: "Tiny.csv",
  folder: "Tiny",
});

const ROWS = [
  "left,0,left/cat/1.png,train",
  "left,0,left/cat/2.png,val",
  "left,1,left/dog/3.png,test",
  "right,0,right/cat/4.png,train",
  "right,1,right/dog/5.png,train",
  "right,0,right/cat/6.png,val",
  "right,1,right/dog/7.jpg,test",
];

/** Writes the tiny set into a fresh folder, hands out its load options, and tidies up. */
async function withTiny(
  use: (options: LoadOptions, folder: string) => Promise<void>,
  rows: readonly string[] = ROWS,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [i, row] of ROWS.entries()) {
      const file = join(folder, "Tiny", row.split(",")[2]!);
      await Deno.mkdir(dirname(file), { recursive: true });
      const [width, height] = [40 + i, 30];
      const image = sharp(formulaImage(width, height), { raw: { width, height, channels: 3 } });
      await (file.endsWith("png") ? image.png() : image.jpeg()).toFile(file);
    }
    const csv = ["env,label,path,split", ...rows, ""].join("\n");
    await Deno.writeTextFile(join(folder, "Tiny.csv"), csv);
    const places = { dataDir: folder, cacheDir: join(folder, "cache"), imageSize: 16 };
    await use(loadOptions(small, {}, places), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const load = (options: LoadOptions) => small.load(options);

Deno.test("photographs: splits, labels and evaluation pixels follow the CSV", () =>
  withTiny(async (options) => {
    const progress: [number, number][] = [];
    const onProgress = (_: string, done: number, total: number) => progress.push([done, total]);
    const dataset = await load({ ...options, onProgress });
    assert.deepEqual(progress.at(-1), [ROWS.length, ROWS.length]);
    assert.deepEqual(
      splitsOf(dataset).map(({ place, split }) => `${place} ${split.labels.join("")}`),
      ["left/train 0", "left/validation 0", "left/test 1"].concat(
        ["right/train 01", "right/validation 0", "right/test 1"],
      ),
    );
    const [left, right] = dataset.domains;
    assert.deepEqual(right!.train.paths, ["right/cat/4.png", "right/dog/5.png"]);
    assert.equal(dataset.root, join(options.dataDir!, "Tiny"));
    assert.deepEqual(
      await readAll(left!.validation),
      resize(formulaImage(41, 30), 41, 30, [16, 16]),
    );
    assert.equal((await dataset.domains[1]!.train.read([1, 0, 1])).length, 3 * 16 * 16 * 3);
  }));

Deno.test("photographs: the images' folder is known by its domains, whatever its name is", () =>
  withTiny(async (options, folder) => {
    const wanted = (await load({ ...options, once: true })).fingerprint;
    await Deno.rename(join(folder, "Tiny"), join(folder, "as unpacked"));
    assert.equal((await load({ ...options, once: true })).fingerprint, wanted);
    const dataDir = join(folder, "as unpacked");
    const inside = { ...options, dataDir, splitsDir: folder, once: true };
    assert.equal((await load(inside)).fingerprint, wanted);
    await Deno.remove(join(dataDir, "left"), { recursive: true });
    await assert.rejects(load({ ...options, once: true }), /has no folder Tiny or tiny\/Tiny/);
  }));

Deno.test("photographs: augmentation depends on the image's stream alone", () =>
  withTiny(async (options) => {
    const { train } = (await load(options)).domains[1]!;
    const bytes = 16 * 16 * 3;
    const both = await train.read([0, 0, 1], { key: 7, first: 0 });
    const one = await train.read([0], { key: 7, first: 1 });
    assert.deepEqual(both.subarray(bytes, 2 * bytes), one);
    assert.notDeepEqual(both.subarray(0, bytes), one);
  }));

Deno.test("photographs: threads, their number and their order of work change no pixel", () =>
  withTiny(async (options) => {
    const augmentation = { key: 7, first: 0 };
    const indices = Array.from({ length: 40 }, (_, i) => i % 2);
    const once = async (more: Partial<LoadOptions>) => {
      const { train, test } = (await load({ ...options, ...more })).domains[1]!;
      return [
        await train.read(indices, augmentation),
        await train.read(indices),
        await readAll(test),
      ];
    };
    for (const more of [{}, { once: true }]) {
      const inline = await once(more);
      for (const count of [1, 3]) {
        await using readers = new ReaderPool(count);
        assert.deepEqual(await once({ ...more, readers }), inline);
      }
    }
  }));

Deno.test("photographs: an image that is damaged after the start is named by its path", () =>
  withTiny(async (options) => {
    await using readers = new ReaderPool();
    const { train } = (await load({ ...options, once: true, readers })).domains[0]!;
    const file = join(options.dataDir!, "Tiny/left/cat/1.png");
    await Deno.writeFile(file, (await Deno.readFile(file)).slice(0, 60));
    await assert.rejects(
      train.read([0]),
      (error) => error instanceof DataError && error.message.includes(file),
    );
  }));

Deno.test("photographs: a store is made once, also by several at once, and again when damaged", () =>
  withTiny(async (options) => {
    const made = await Promise.all([load(options), load(options), load(options)]);
    assert.equal(new Set(made.map((dataset) => dataset.fingerprint)).size, 1);
    const files = (await Array.fromAsync(Deno.readDir(options.cacheDir))).map(({ name }) => name);
    assert.equal(files.length, 1, files.join());
    const file = join(options.cacheDir, files[0]!);
    let decoded = 0;
    const onProgress = (what: string) => decoded += what.startsWith("decoding") ? 1 : 0;
    await load({ ...options, onProgress });
    assert.equal(decoded, 0);

    const whole = await Deno.readFile(file);
    for (const length of [0, 10, whole.length >> 1, whole.length - 1]) {
      await Deno.writeFile(file, whole.subarray(0, length));
      assert.equal((await load(options)).fingerprint, made[0]!.fingerprint);
    }
    // A new image at the same place is a new store.
    await sharp(formulaImage(9, 9), { raw: { width: 9, height: 9, channels: 3 } })
      .png().toFile(join(options.dataDir!, "Tiny/left/cat/1.png"));
    assert.notEqual((await load(options)).fingerprint, made[0]!.fingerprint);

    const dataset = await load(options);
    for (const { name } of await Array.fromAsync(Deno.readDir(options.cacheDir))) {
      await Deno.truncate(join(options.cacheDir, name), 5);
    }
    await assert.rejects(
      readAll(dataset.domains[0]!.test),
      (error) => error instanceof DataError && /it has become shorter/.test(error.message),
    );
  }));

Deno.test("photographs: an image that is replaced by one of the same size is seen by its time", () =>
  withTiny(async (options) => {
    const { fingerprint } = await load(options);
    const path = join(options.dataDir!, "Tiny/right/dog/7.jpg");
    const { size, mtime } = await Deno.stat(path);
    const raw = { width: 46, height: 30, channels: 3 } as const;
    const other = await sharp(formulaImage(46, 30).map((value) => 255 - value), { raw })
      .jpeg({ quality: 20 }).toBuffer();
    assert.ok(other.length <= size);
    await Deno.writeFile(path, Uint8Array.from([...other, ...new Uint8Array(size - other.length)]));
    await Deno.utime(path, mtime!, new Date(mtime!.getTime() + 5000));
    assert.equal((await Deno.stat(path)).size, size);
    assert.notEqual((await load(options)).fingerprint, fingerprint);
  }));

Deno.test("photographs: damaged images are taken as they are where that is asked for", () =>
  withTiny(async (options) => {
    const file = join(options.dataDir!, "Tiny/right/dog/7.jpg");
    await Deno.truncate(file, (await Deno.stat(file)).size - 200);
    const lenient = { ...options, settings: { damaged: true } };
    for (const once of [true, false]) {
      await assert.rejects(
        load({ ...options, once }).then(({ domains }) => readAll(domains[1]!.test)),
        (error) =>
          error instanceof DataError && /take damaged images as they are/.test(error.message),
      );
      const dataset = await load({ ...lenient, once });
      assert.equal((await readAll(dataset.domains[1]!.test)).length, 16 * 16 * 3);
    }
    await Deno.writeTextFile(file, "no image");
    await assert.rejects(
      load(lenient),
      /7\.jpg cannot be decoded \(.*\); replace it by an undamaged copy\.$/,
    );
  }));

const refusals: [string, (options: LoadOptions, folder: string) => Promise<LoadOptions>, RegExp][] =
  [
    ["a missing image", async (options, folder) => {
      await Deno.remove(join(folder, "Tiny/left/cat/2.png"));
      return options;
    }, /left\/cat\/2\.png is not there although .*Tiny\.csv lists it/],
    ["a JPEG cut short", async (options, folder) => {
      const file = join(folder, "Tiny/right/dog/7.jpg");
      await Deno.truncate(file, (await Deno.stat(file)).size >> 1);
      return options;
    }, /7\.jpg cannot be decoded \(.*\); replace it/],
    ["a text file for an image", async (options, folder) => {
      await Deno.writeTextFile(join(folder, "Tiny/left/dog/3.png"), "no image");
      return options;
    }, /3\.png cannot be decoded/],
    [
      "no data folder",
      (options) => Promise.resolve({ ...options, dataDir: undefined }),
      /no --data-dir was given and there is no folder data; to get it: deno task data fetch tiny\.$/,
    ],
    [
      "an absurd size",
      (options) => Promise.resolve({ ...options, imageSize: 2.5 }),
      /8 to 1024 pixels wide, not 2\.5/,
    ],
    ["a cache folder that cannot be", async (options, folder) => {
      await Deno.writeTextFile(join(folder, "file"), "");
      return { ...options, cacheDir: join(folder, "file", "cache") };
    }, /cannot be kept in .*file\/cache/],
  ];
for (const [what, damage, message] of refusals) {
  Deno.test(`photographs: ${what} is refused`, () =>
    withTiny(async (options, folder) => {
      const changed = await damage(options, folder);
      await assert.rejects(
        load(changed),
        (error) => error instanceof DataError && message.test(error.message),
      );
      const left = await Array.fromAsync(Deno.readDir(options.cacheDir)).catch(() => []);
      assert.deepEqual(left, [], "no half-made store stays");
    }));
}

Deno.test("photographs: a class without any image is refused, one without training images is not", async () => {
  await withTiny(
    (options) =>
      assert.rejects(load(options), /no image of the class dog \(label 1\) in any split/),
    ROWS.map((row) => row.replace(/^(\w+),1/, "$1,0")),
  );
  await withTiny(
    (options) => assert.rejects(load(options), /lists no test image of the domain left/),
    ROWS.map((row) => row.startsWith("left") ? row.replace(/test$/, "val") : row),
  );
});

// The rest needs PACS.csv in MDLT_TEST_SPLITS and for one test PACS itself in MDLT_TEST_DATA.
const splitsDir = testFolder("MDLT_TEST_SPLITS", "../shared/splits");
const dataDir = testFolder("MDLT_TEST_DATA", "../shared/data");
const csv = splitsDir && join(splitsDir, "PACS.csv");
const noCsv = csv === undefined || !await isFile(csv);
const paths = { dataDir, splitsDir, cacheDir: "" };

interface Counts {
  readonly classes: readonly string[];
  readonly domains: Record<string, Record<"train" | "val" | "test", number[]>>;
}

function goldenSplits() {
  const file = new URL("../golden/mdlt/splits.json", import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file)) as
    & Record<"thresholds", Record<string, number[]>>
    & Record<string, Counts>;
}

const PARTS = [["train", "train"], ["validation", "val"], ["test", "test"]] as const;

/** The splits that MDLT's repository holds; DomainNet's is made anew (`hold_out_test.ts`). */
const MDLT = { VLCS: vlcs, PACS: pacs, OfficeHome: officehome, TerraIncognita: terrainc };

for (const [key, set] of Object.entries(MDLT)) {
  Deno.test({
    name: `${set.name}: MDLT's CSV has the reference's counts, classes and shots`,
    ignore: splitsDir === undefined || !await isFile(join(splitsDir, set.splitFile!)),
    async fn() {
      const { thresholds, ...sets } = goldenSplits();
      const golden = sets[key]!;
      assert.deepEqual([set.shots.many, set.shots.few], thresholds[key]);
      assert.deepEqual(set.classes, golden.classes);
      assert.deepEqual(set.domains, Object.keys(golden.domains));
      const counts = await set.counts(loadOptions(set, {}, { splitsDir }));
      for (const [split, key] of PARTS) {
        assert.deepEqual(counts![split], set.domains.map((name) => golden.domains[name]![key]));
      }
    },
  });
}

Deno.test("the published line of Table 2 is the sum of the reference's counts", () => {
  const { thresholds: _, ...sets } = goldenSplits();
  for (const [key, set] of Object.entries(MDLT)) {
    const domains = Object.values(sets[key]!.domains);
    const sum = (part: "train" | "val" | "test") =>
      domains.flatMap((domain) => domain[part]).reduce((a, b) => a + b, 0);
    const cells = domains.flatMap(({ train }) => train);
    const [train, validation, test] = [sum("train"), sum("val"), sum("test")];
    assert.deepEqual(set.published, {
      images: train + validation + test,
      largest: Math.max(...cells),
      smallest: Math.min(...cells),
      train,
      validation,
      test,
    });
  }
  const { images, train, validation, test } = domainnet.published!;
  assert.equal(images, train + validation + test);
});

Deno.test({
  name: "pacs: real images load, a few of each cell",
  ignore: noCsv || !(await pacs.locate(paths)).here,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const seen = new Map<string, number>();
      const [header, ...lines] = (await Deno.readTextFile(csv!)).trim().split(/\r?\n/);
      const few = lines.filter((line) => {
        const [env, label, , split] = line.split(",");
        const cell = `${env} ${label} ${split}`;
        seen.set(cell, (seen.get(cell) ?? 0) + 1);
        return seen.get(cell)! <= 2;
      });
      await Deno.writeTextFile(join(folder, "PACS.csv"), [header, ...few].join("\n"));
      const options = { dataDir, splitsDir: folder, cacheDir: join(folder, "cache") };
      const dataset = await pacs.load(loadOptions(pacs, {}, { ...options, imageSize: 32 }));
      for (const { place, split } of splitsOf(dataset)) {
        assert.deepEqual(classCounts(split.labels, 7), Array(7).fill(2), place);
        const pixels = await split.read([0, 5, 13], { key: 1, first: 0 });
        assert.equal(pixels.length, 3 * 32 * 32 * 3);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
