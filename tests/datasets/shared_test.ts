import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSettings, type Split } from "../../datasets/dataset.ts";
import { shareDataset, sharedDataset } from "../../datasets/reading/shared.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";

const SMALL = { ...defaultSettings(digitsSynth), head: 4, validation: 2, test: 3 };

async function small() {
  const paths = { dataDir: undefined, splitsDir: undefined, cacheDir: "" };
  const { domains, ...dataset } = await digitsSynth.load({ ...paths, settings: SMALL });
  // What others know of a data set goes with it.
  const named = ({ labels, ...split }: Split) => ({
    ...split,
    labels,
    paths: Array.from(labels, (label, i) => `${label}/${i}.png`),
  });
  return {
    ...dataset,
    root: "/somewhere",
    domains: domains.map((domain) => ({ ...domain, train: named(domain.train) })),
  };
}

Deno.test("a shared data set is the same data set, read from its file", async () => {
  const cacheDir = await Deno.makeTempDir();
  try {
    const dataset = await small();
    const file = (await shareDataset(dataset, cacheDir))!;
    assert.equal(await shareDataset(dataset, cacheDir), file);
    const found = (await sharedDataset(file))!;
    const { domains, ...rest } = found;
    const { domains: wanted, ...others } = dataset;
    assert.deepEqual(rest, others);
    for (const [d, domain] of domains.entries()) {
      assert.equal(domain.name, wanted[d]!.name);
      assert.deepEqual(domain.train.paths, wanted[d]!.train.paths);
      for (const part of ["train", "validation", "test"] as const) {
        const { labels, read } = domain[part];
        assert.deepEqual(labels, wanted[d]![part].labels);
        for (const indices of [labels.map((_, i) => i), [5, 0, 1, 2, 2], []]) {
          assert.deepEqual(await read(indices), await wanted[d]![part].read(indices));
        }
      }
    }
    assert.equal(await shareDataset(found, cacheDir), undefined, "it lies in a file already");
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
});

Deno.test("a shared data set that is damaged, or whose folder takes no files, is none", async () => {
  const cacheDir = await Deno.makeTempDir();
  try {
    const dataset = await small();
    const file = (await shareDataset(dataset, cacheDir))!;
    const { size } = await Deno.stat(file);
    await Deno.truncate(file, size - 1);
    assert.equal(await sharedDataset(file), undefined);
    assert.equal(await shareDataset(dataset, cacheDir), file, "it is written anew");
    assert.notEqual(await sharedDataset(file), undefined);
    await Deno.writeTextFile(join(cacheDir, "occupied"), "");
    assert.equal(await shareDataset(dataset, join(cacheDir, "occupied")), undefined);
    assert.equal(await sharedDataset(join(cacheDir, "nothing.set")), undefined);
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
});

Deno.test("a shared data set that is cut short while it is used is refused in a sentence", async () => {
  const cacheDir = await Deno.makeTempDir();
  try {
    const file = (await shareDataset(await small(), cacheDir))!;
    const { read } = (await sharedDataset(file))!.domains[0]!.train;
    await Deno.truncate(file, 10);
    await assert.rejects(read([0]), /cannot be read \(it has become shorter\); remove the file/);
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
});
