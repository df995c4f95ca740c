import assert from "node:assert/strict";
import { type Box, resize } from "../../datasets/reading/resize.ts";
import { figures, formulaImage, sha256 } from "./helpers.ts";

interface Case {
  readonly width: number;
  readonly height: number;
  readonly size: [number, number];
  readonly box: Box | null;
  readonly sha256: string;
  /** All bytes of a small result. */
  readonly pixels?: number[];
}

Deno.test("resizing gives Pillow's bytes", () => {
  for (const { width, height, size, box, ...result } of figures<Case[]>("pillow", "resize")) {
    const ours = resize(formulaImage(width, height), width, height, size, box ?? undefined);
    const what = `${width} × ${height} to ${size}, box ${box}`;
    if (result.pixels === undefined || box === null || box.every(Number.isInteger)) {
      if (result.pixels !== undefined) assert.deepEqual([...ours], result.pixels, what);
      assert.equal(sha256(ours), result.sha256, what);
      continue;
    }
    // Pillow keeps the corners of a box as 32-bit floats, which moves a few roundings.
    const apart = result.pixels.map((value, i) => Math.abs(ours[i]! - value));
    assert.equal(ours.length, apart.length);
    assert.ok(Math.max(...apart) <= 1, what);
  }
});

Deno.test("resizing to the same size changes nothing", () => {
  const image = formulaImage(13, 9);
  assert.deepEqual(resize(image, 13, 9, [13, 9]), image);
});

Deno.test("resizing a part sees nothing beside it", () => {
  const [width, height] = [40, 30];
  const image = formulaImage(width, height);
  const black = image.map((value, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return x >= 5 && x < 31 && y >= 7 && y < 22 ? value : 0;
  });
  const part = [5, 7, 26, 15] as const;
  const resized = (pixels: Uint8Array) => resize(pixels, width, height, [9, 60], part);
  assert.deepEqual(resized(image), resized(black));
});
