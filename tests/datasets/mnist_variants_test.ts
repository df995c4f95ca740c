import assert from "node:assert/strict";
import { classCounts } from "../../datasets/dataset.ts";
import { coloredMnist, rotate, rotatedMnist } from "../../datasets/sets/mnist_variants.ts";
import { figures, formulaImage, loadOptions, readAll, splitsOf, testFolder } from "./helpers.ts";

const dataDir = testFolder("MDLT_TEST_DATA", "../shared/data");
const real = {
  // Needs the MNIST files in MDLT_TEST_DATA.
  ignore: !(await coloredMnist.locate({ dataDir, splitsDir: undefined, cacheDir: "" })).here,
};
const small = { head: 30, factor: 0.1, validation: 5, test: 6 };

Deno.test("rotation: Pillow's bytes", () => {
  const rotations = figures<{ angle: number; pixels: number[] }[]>("pillow", "rotate");
  for (const { angle, pixels } of rotations) {
    const image = formulaImage(28, 28);
    rotate(image, 28, angle);
    assert.deepEqual([...image], pixels, `${angle}`);
  }
});

Deno.test({
  name: "colored-mnist: one colour a domain, no image in two domains",
  ...real,
  async fn() {
    const dataset = await coloredMnist.load(loadOptions(coloredMnist, small, { dataDir }));
    assert.deepEqual(dataset.domains.map(({ name }) => name), ["blue", "gray", "green", "pink"]);
    const shapes = new Set<string>();
    let images = 0;
    for (const [d, domain] of dataset.domains.entries()) {
      const colour = [[65, 105, 225], [180, 180, 180], [20, 180, 20], [255, 20, 147]][d]!;
      assert.equal(classCounts(domain.train.labels, 10)[0], 30);
      for (const split of [domain.train, domain.validation]) {
        const pixels = await readAll(split);
        assert.ok(pixels.every((value, i) => value === 0 || value === colour[i % 3]));
        images += split.labels.length;
        for (let i = 0; i < split.labels.length; i++) {
          const shape = pixels.subarray(i * 2352, (i + 1) * 2352).map((value) => value > 0 ? 1 : 0);
          shapes.add(shape.join(""));
        }
      }
    }
    assert.equal(shapes.size, images);
  },
});

Deno.test({
  name: "rotated-mnist: three angles; a class with too few images gives what it has, as in MDLT",
  ...real,
  async fn() {
    const settings = { ...small, head: 100_000, factor: 1 };
    const dataset = await rotatedMnist.load(loadOptions(rotatedMnist, settings, { dataDir }));
    assert.deepEqual(dataset.domains.map(({ name }) => name), ["0", "30", "60"]);
    for (const { split } of splitsOf(dataset)) assert.ok(split.labels.length > 0);
    const train = dataset.domains.reduce((sum, { train }) => sum + train.labels.length, 0);
    assert.equal(train, 40_000);
  },
});
