import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { classCounts, DataError } from "../../datasets/dataset.ts";
import {
  type DigitFiles,
  findFiles,
  mnist,
  mnistm,
  svhn,
} from "../../datasets/protocols/digit_files.ts";
import { digits, digitsMnist } from "../../datasets/sets/digits.ts";
import { readTarGzEntry } from "../../datasets/formats/targz.ts";
import { loadOptions, readAll, splitsOf, testFolder } from "./helpers.ts";

const dataDir = testFolder("MDLT_TEST_DATA", "../shared/data");
const real = {
  // Needs the MNIST, MNIST-M and SVHN files, whole or in part, in MDLT_TEST_DATA.
  ignore: dataDir === undefined || !(await digitsMnist.locate({
    dataDir,
    splitsDir: undefined,
    cacheDir: "",
  })).here,
};
const small = { head: 20, factor: 0.1, validation: 3, test: 4 };

Deno.test("digits: without a data folder the remedy is said", async () => {
  const found = await digits.locate({ dataDir: undefined, splitsDir: undefined, cacheDir: "" });
  assert.ok(!found.here);
  assert.equal(found.remedy, "deno task data fetch digits");
  await assert.rejects(
    digits.load(loadOptions(digits, {}, { dataDir: "/nowhere" })),
    (error) => error instanceof DataError && /MNISTM.*is not there/.test(error.message),
  );
});

Deno.test({
  name: "digits: counts follow the profile, splits do not overlap",
  ...real,
  async fn() {
    const settings = { ...digits.presets!.quick, "profile-svhn": "inv_exp" };
    const dataset = await digits.load(loadOptions(digits, settings, { dataDir }));
    assert.deepEqual(dataset.domains.map(({ name }) => name), ["mnistm", "svhn"]);
    const counts = [150, 116, 89, 69, 53, 41, 32, 25, 19, 15];
    const train = dataset.domains.map((domain) => classCounts(domain.train.labels, 10));
    assert.deepEqual(train, [counts, counts.toReversed()]);
    for (const domain of dataset.domains) {
      assert.deepEqual(classCounts(domain.validation.labels, 10), Array(10).fill(60));
      assert.deepEqual(classCounts(domain.test.labels, 10), Array(10).fill(120));
      const images = new Set<string>();
      let total = 0;
      for (const split of [domain.train, domain.validation]) {
        const pixels = await readAll(split);
        for (let i = 0; i < split.labels.length; i++, total++) {
          images.add(pixels.subarray(i * 2352, (i + 1) * 2352).join());
        }
      }
      assert.equal(images.size, total, domain.name);
    }
  },
});

Deno.test({
  name: "digits: the seed moves training images, not test images; MNIST joins in front",
  ...real,
  async fn() {
    const load = (seed: number) =>
      digitsMnist.load(loadOptions(digitsMnist, { ...small, seed }, { dataDir }));
    const [a, again, b] = [await load(0), await load(0), await load(1)];
    assert.deepEqual(a.domains.map(({ name }) => name), ["mnist", "mnistm", "svhn"]);
    assert.equal(a.fingerprint, again.fingerprint);
    assert.notEqual(a.fingerprint, b.fingerprint);
    const [ofA, ofB] = [splitsOf(a), splitsOf(b)];
    for (const [i, { place, split }] of ofA.entries()) {
      const [x, y] = [await readAll(split), await readAll(ofB[i]!.split)];
      if (place.endsWith("/test")) assert.deepEqual(x, y, place);
      else assert.notDeepEqual(x, y, place);
    }
  },
});

Deno.test({
  name: "digits: folders as MDLT and torchvision leave them give the same images",
  ...real,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const write = async (name: string, bytes: Uint8Array) => {
        await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
        await Deno.writeFile(join(folder, name), bytes);
      };
      for (const part of ["train", "test"] as const) {
        const at = async (source: DigitFiles) => {
          const found = await findFiles(source, part, dataDir!);
          assert.ok("files" in found);
          return found.files;
        };
        for (const file of await at(mnist)) {
          const name = basename(file, ".gz");
          await write(`MNIST/MNIST/raw/${name}`, gunzipSync(await Deno.readFile(file)));
        }
        const [archive] = await at(mnistm);
        await write(
          `MNISTM/processed/mnist_m_${part}.pt`,
          await readTarGzEntry(archive!, ".pt"),
        );
        await write(`digits/SVHN/${part}_32x32.mat`, await Deno.readFile((await at(svhn))[0]!));
      }
      const load = (dataDir: string | undefined) =>
        digitsMnist.load(loadOptions(digitsMnist, small, { dataDir }));
      assert.equal((await load(folder)).fingerprint, (await load(dataDir)).fingerprint);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("digits: every domain has a long tail of its own", async () => {
  const of = async (settings: Record<string, number | string>) =>
    (await digits.counts(loadOptions(digits, { head: 100, factor: 0.1, ...settings })))!.train;
  const exp = [100, 77, 59, 46, 35, 27, 21, 16, 12, 10];
  assert.deepEqual(await of({}), [exp, exp]);
  assert.deepEqual(await of({ "profile-mnistm": "inv_exp", "profile-svhn": "balance" }), [
    exp.toReversed(),
    Array(10).fill(100),
  ]);
  const step = [...Array(5).fill(100), ...Array(5).fill(10)];
  assert.deepEqual(await of({ "profile-mnistm": "step", "profile-svhn": "inv_step" }), [
    step,
    step.toReversed(),
  ]);
  await assert.rejects(
    of({ "profile-svhn": "steep" }),
    /profile-svhn must be exp, inv_exp, balance, step or inv_step, not steep/,
  );
});

Deno.test({
  name: "digits: asking for more than there is names class, domain and numbers",
  ...real,
  async fn() {
    await assert.rejects(
      digits.load(loadOptions(digits, { ...small, test: 100_000 }, { dataDir })),
      /cannot give 100000 test images of digit 0 in the domain mnistm: there are \d+; lower digits\.test\.$/,
    );
  },
});
