import assert from "node:assert/strict";
import * as ops from "../../datasets/reading/augment.ts";
import { type Random, stream } from "../../base/random.ts";
import { figures, formulaImage, sha256, smoothImage } from "./helpers.ts";

const OPERATIONS: Readonly<Record<string, (pixels: Uint8Array, factor: number) => void>> = {
  brightness: ops.adjustBrightness,
  contrast: ops.adjustContrast,
  saturation: ops.adjustSaturation,
  hue: ops.adjustHue,
  grey: ops.toGrey,
};

interface Operation {
  readonly operation: string;
  readonly factor: number;
}

Deno.test("colour operations give Pillow's bytes", () => {
  const cases = figures<(Operation & { pixels: number[] })[]>("pillow", "colour");
  for (const { operation, factor, pixels } of cases) {
    const image = formulaImage(12, 10);
    OPERATIONS[operation]!(image, factor);
    assert.deepEqual([...image], pixels, `${operation} ${factor}`);
  }
});

Deno.test("colour operations give Pillow's bytes for every colour that there is", () => {
  const every = new Uint8Array(3 << 24);
  for (let colour = 0, at = 0; colour < 1 << 24; colour++) {
    every[at++] = colour;
    every[at++] = colour >> 8;
    every[at++] = colour >> 16;
  }
  const image = new Uint8Array(every.length);
  const cases = figures<(Operation & { sha256: string })[]>("pillow", "everyColour");
  for (const { operation, factor, ...wanted } of cases) {
    image.set(every);
    OPERATIONS[operation]!(image, factor);
    assert.equal(sha256(image), wanted.sha256, `${operation} ${factor}`);
  }
});

/** Gives the numbers of a list, one after the other. */
function scripted(draws: readonly number[]): Random {
  let at = 0;
  const uniform = () => draws[at++]!;
  const integer = (below: number) => Math.floor(uniform() * below);
  const permutation = (length: number) => {
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  };
  return { ...stream(0, "unused"), uniform, integer, permutation };
}

Deno.test("the whole augmentation gives the bytes of torchvision's transforms, draw for draw", () => {
  interface Case {
    readonly image: "formula" | "smooth";
    readonly width: number;
    readonly height: number;
    readonly size: number;
    readonly draws: number[];
    readonly sha256: string;
  }
  const cases = figures<Case[]>("pillow", "augment");
  assert.equal(cases.length, 27);
  for (const { image, width, height, size, draws, ...wanted } of cases) {
    const pixels = (image === "smooth" ? smoothImage : formulaImage)(width, height);
    const out = new Uint8Array(size * size * 3);
    ops.augment(pixels, [width, height], [width, height], size, scripted(draws), out);
    assert.equal(sha256(out), wanted.sha256, `${image} ${width} × ${height} to ${size}`);
  }
});

Deno.test("a crop keeps 0.7 to 1 of the area at 3:4 to 4:3 and lies inside", () => {
  const random = stream(3, "crops");
  const count = 4000;
  let [areas, logs, lefts] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [left, top, w, h] = ops.cropBox(200, 200, random);
    assert.ok(left >= 0 && top >= 0 && left + w <= 200 && top + h <= 200);
    const [area, aspect] = [w * h / 40_000, w / h];
    assert.ok(area > 0.69 && area <= 1.001, `area ${area}`);
    assert.ok(aspect > 0.74 && aspect < 1.35, `aspect ${aspect}`);
    areas += area / count;
    logs += Math.log(aspect) / count;
    lefts += left / (200 - w || 1) / count;
  }
  // Large areas with a strong aspect do not fit a square and are drawn again.
  assert.ok(Math.abs(areas - 0.82) < 0.02, `mean area ${areas}`);
  assert.ok(Math.abs(logs) < 0.01, `mean log aspect ${logs}`);
  assert.ok(Math.abs(lefts - 0.5) < 0.03, `mean place ${lefts}`);
});

Deno.test("an image too long for any crop gets its centre", () => {
  const random = stream(4, "crops");
  assert.deepEqual(ops.cropBox(1000, 30, random), [480, 0, 40, 30]);
  assert.deepEqual(ops.cropBox(30, 1000, random), [0, 480, 30, 40]);
});

Deno.test("augmentation follows its stream and the stated chances", () => {
  const image = formulaImage(24, 24);
  const run = (seed: number) => {
    const out = new Uint8Array(16 * 16 * 3);
    ops.augment(image, [24, 24], [48, 36], 16, stream(seed, "augment"), out);
    return out;
  };
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
  let grey = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const out = run(seed);
    if (out.every((value, i) => value === out[i - i % 3])) grey++;
  }
  assert.ok(grey > 70 && grey < 130, `${grey} of 1000 are grey`);
});

Deno.test("a flip mirrors every row", () => {
  const image = formulaImage(5, 4);
  const twice = Uint8Array.from(image);
  ops.flipHorizontally(twice, 5);
  assert.deepEqual(twice.subarray(0, 3), image.subarray(12, 15));
  ops.flipHorizontally(twice, 5);
  assert.deepEqual(twice, image);
});
