import assert from "node:assert/strict";
import { classCounts, DataError } from "../../datasets/dataset.ts";
import { digits, digitsMnist } from "../../datasets/digits.ts";
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
    const settings = { ...digits.presets!.quick, "profile-svhn": 1 };
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
  name: "digits: asking for more than there is names class, domain and numbers",
  ...real,
  async fn() {
    await assert.rejects(
      digits.load(loadOptions(digits, { ...small, test: 100_000 }, { dataDir })),
      /cannot give 100000 test images of digit 0 in the domain mnistm: there are \d+; lower digits\.test\.$/,
    );
  },
});
