/**
 * What every data set must hold to, whoever wrote it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  classCounts,
  DataError,
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  defaultSettings,
  type LoadOptions,
  type Split,
  splitCounts,
} from "../datasets/dataset.ts";

/** How a data set is held to its tests. */
export interface DatasetConformanceOptions {
  /** Where its files are; left out, only what can be tested without them is. */
  readonly paths?: Partial<DataPaths>;
  /** Settings with which it is loaded, if not the defaults. */
  readonly settings?: LoadOptions["settings"];
  /** Settings with which its images or splits are others. */
  readonly otherSettings?: LoadOptions["settings"];
  /** Height and width of the images, if not the data set's own. */
  readonly imageSize?: number;
}

/**
 * Registers the tests of a data set: `await datasetConformance(mine, { paths: { dataDir } })` in a
 * test file.
 */
export async function datasetConformance(
  definition: DatasetDefinition,
  { paths, settings, otherSettings, imageSize }: DatasetConformanceOptions = {},
): Promise<void> {
  const cacheDir = await Deno.makeTempDir();
  addEventListener("unload", () => Deno.removeSync(cacheDir, { recursive: true }));
  const options: LoadOptions = {
    dataDir: undefined,
    splitsDir: undefined,
    cacheDir,
    ...paths,
    ...(imageSize !== undefined && { imageSize }),
    settings: { ...defaultSettings(definition), ...settings },
  };
  testDescription(definition);
  testAbsence(definition, options);
  const found = await definition.locate(options);
  if (found.here) {
    let loading: Promise<Dataset> | undefined;
    const test: Test = (what, check) =>
      Deno.test(
        `${definition.name}: ${what}`,
        async () => await check(await (loading ??= definition.load(options))),
      );
    testSplits(definition, options, test);
    testReading(test);
    testLoading(definition, options, otherSettings, test);
  } else if (paths !== undefined) {
    const why = `${definition.name}: its images (skipped: ${found.missing})`;
    Deno.test({ name: why, ignore: true, fn: () => {} });
  }
}

/** Registers a test of the data set as it is loaded. */
type Test = (what: string, check: (dataset: Dataset) => Promise<void> | void) => void;

function testDescription(definition: DatasetDefinition): void {
  const { name } = definition;
  Deno.test(`${name}: it says what it is`, () => {
    assert.equal(definition.kind, "dataset");
    assert.match(name, /^[a-z0-9][a-z0-9_-]*$/);
    for (const text of [definition.title, definition.description, definition.origin]) {
      assert.ok(text.length > 0);
    }
    const { domains, classes, shots } = definition;
    assert.deepEqual(domains, [...new Set(domains)].sort(), "domains ascend, and none is twice");
    assert.equal(new Set(classes).size, classes.length, "no class is there twice");
    assert.ok(domains.length > 0 && classes.length > 0);
    assert.ok(shots.many > shots.few && shots.few > 0);
  });

  Deno.test(`${name}: its defaults and presets are values that its settings may have`, () => {
    const { settings, presets = {} } = definition;
    for (const [key, setting] of Object.entries(settings)) {
      assert.equal(setting.parse(setting.default), setting.default, key);
    }
    for (const [key, value] of Object.values(presets).flatMap(Object.entries)) {
      assert.equal(settings[key]?.parse(value), value, key);
    }
  });
}

function testAbsence(definition: DatasetDefinition, options: LoadOptions): void {
  const { name } = definition;
  Deno.test(`${name}: where its files are not, it says what is missing and how to get it`, async () => {
    const dataDir = await Deno.makeTempDir();
    try {
      const nowhere = { ...options, dataDir, splitsDir: dataDir };
      const found = await definition.locate(nowhere);
      if (found.here) return; // nothing of it is in files
      assert.ok(found.missing.length > 0 && found.remedy.length > 0);
      await refused(definition.load(nowhere), found.missing);
      await definition.counts(nowhere); // known or not: no reason to fail
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  });
}

function testSplits(definition: DatasetDefinition, options: LoadOptions, test: Test): void {
  test("its domains, classes and image size are as they are said to be", (dataset) => {
    assert.deepEqual(dataset.domains.map((domain) => domain.name), definition.domains);
    assert.deepEqual(dataset.classes, definition.classes);
    assert.equal(dataset.name, definition.name);
    const size = options.imageSize ?? dataset.inputShape[0];
    assert.ok(size !== undefined && Number.isInteger(size) && size > 0);
    assert.deepEqual(dataset.inputShape, [size, size, 3]);
  });

  test("every split has images, and their labels are classes", (dataset) => {
    for (const { what, split: { labels } } of splitsOf(dataset)) {
      assert.ok(labels.length > 0, what);
      assert.ok(labels.every((label) => label < dataset.classes.length), what);
    }
  });

  test("counts without reading are the counts of what is read", async (dataset) => {
    const counts = await definition.counts(options);
    if (counts !== undefined) assert.deepEqual(counts, splitCounts(dataset));
    const classes = dataset.classes.length;
    const all = splitsOf(dataset).map(({ split }) => classCounts(split.labels, classes));
    for (const label of dataset.classes.keys()) {
      assert.ok(all.some((images) => images[label]! > 0), `no image of class ${label} anywhere`);
    }
  });

  test("no split is another's copy", async (dataset) => {
    const seen = new Map<string, string>();
    let images = 0, doubles = 0;
    for (const { what, split } of splitsOf(dataset)) {
      for (const image of await sample(split, dataset.inputShape)) {
        images++;
        const before = seen.get(image);
        if (before !== undefined && before !== what) doubles++;
        seen.set(image, what);
      }
    }
    // Collections from the web have a few images twice.
    assert.ok(doubles <= images / 20, `${doubles} of ${images} images are in two splits`);
  });
}

function testReading(test: Test): void {
  test("images come in the order asked for, as bytes, the same at each reading", async (dataset) => {
    const bytes = dataset.inputShape.reduce((a, b) => a * b);
    for (const { what, split } of splitsOf(dataset)) {
      const [first, last] = [0, split.labels.length - 1];
      const read = await split.read([last, first, last]);
      assert.ok(read instanceof Uint8Array && read.length === 3 * bytes, what);
      const one = async (index: number) => [...await split.read([index])];
      assert.deepEqual([...read.subarray(0, bytes)], await one(last), what);
      assert.deepEqual([...read.subarray(bytes, 2 * bytes)], await one(first), what);
      assert.deepEqual(read.subarray(2 * bytes), read.subarray(0, bytes), what);
      assert.equal((await split.read([])).length, 0, what);
    }
  });

  test("the augmentation of an image depends on its key and item alone", async (dataset) => {
    const bytes = dataset.inputShape.reduce((a, b) => a * b);
    for (const { train } of dataset.domains) {
      const last = train.labels.length - 1;
      const plain = await train.read([0, last]);
      const both = await train.read([0, last], { key: 7, first: 40 });
      assert.equal(both.length, 2 * bytes);
      assert.deepEqual(await train.read([0, last], { key: 7, first: 40 }), both);
      const second = both.subarray(bytes);
      assert.deepEqual([...await train.read([last], { key: 7, first: 41 })], [...second]);
      assert.deepEqual(await train.read([0, last]), plain, "evaluation is not augmented");
    }
  });
}

function testLoading(
  definition: DatasetDefinition,
  options: LoadOptions,
  otherSettings: LoadOptions["settings"] | undefined,
  test: Test,
): void {
  const load = (settings: LoadOptions["settings"]) =>
    definition.load({ ...options, settings: { ...options.settings, ...settings } });

  test("loaded again it is the same", async (dataset) => {
    const again = await load({});
    assert.equal(again.fingerprint, dataset.fingerprint);
    assert.ok(dataset.fingerprint.length > 0);
    const [before, after] = [splitsOf(dataset), splitsOf(again)];
    for (const [i, { what, split }] of before.entries()) {
      assert.deepEqual(after[i]!.split.labels, split.labels, what);
      const [there, here] = [after[i]!.split, split];
      assert.deepEqual(
        await sample(there, dataset.inputShape),
        await sample(here, dataset.inputShape),
        what,
      );
    }
  });

  if (otherSettings !== undefined) {
    test("other settings have another fingerprint", async (dataset) => {
      assert.notEqual((await load(otherSettings)).fingerprint, dataset.fingerprint);
    });
  }

  test("settings and sizes that make no sense are refused", async () => {
    for (const key of Object.keys(definition.settings)) {
      await refused(load({ [key]: NaN }), `${definition.name}.${key}`);
    }
    await refused(definition.load({ ...options, imageSize: 2.5 }), "2.5");
  });
}

function refused(load: Promise<unknown>, mentions: string): Promise<void> {
  return assert.rejects(
    load,
    (error) => error instanceof DataError && error.message.includes(mentions),
  );
}

/** Every split of a data set, and what it is called. */
function splitsOf({ domains }: Dataset): { what: string; split: Split }[] {
  return domains.flatMap((domain) =>
    (["train", "validation", "test"] as const).map((part) => ({
      what: `${domain.name}, ${part}`,
      split: domain[part],
    }))
  );
}

/** Some images of a split, evenly over it, as text to compare. */
async function sample({ labels, read }: Split, shape: readonly number[]): Promise<string[]> {
  const count = Math.min(64, labels.length);
  const indices = Array.from({ length: count }, (_, i) => Math.floor(i * labels.length / count));
  const pixels = await read(indices);
  const bytes = shape.reduce((a, b) => a * b);
  return indices.map((_, i) => pixels.subarray(i * bytes, (i + 1) * bytes).toString());
}
