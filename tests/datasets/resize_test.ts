import assert from "node:assert/strict";
import { type Box, resize } from "../../datasets/resize.ts";
import { figures, formulaImage } from "./helpers.ts";

interface Case {
  readonly width: number;
  readonly height: number;
  readonly size: [number, number];
  readonly box: Box | null;
  readonly pixels: number[];
}

Deno.test("resizing gives Pillow's bytes", () => {
  for (const { width, height, size, box, pixels } of figures<{ resize: Case[] }>("pillow").resize) {
    const image = formulaImage(width, height);
    const ours = resize(image, width, height, size, box ?? undefined);
    // Pillow keeps the corners of a box as 32-bit floats, which moves a few roundings.
    const allowed = box === null ? 0 : 1;
    assert.equal(ours.length, pixels.length);
    for (const [i, value] of pixels.entries()) {
      const difference = Math.abs(ours[i]! - value);
      assert.ok(
        difference <= allowed,
        `${width} × ${height} to ${size}, box ${box}: ${difference}`,
      );
    }
  }
});

Deno.test("resizing to the same size changes nothing", () => {
  const image = formulaImage(13, 9);
  assert.deepEqual(resize(image, 13, 9, [13, 9]), image);
});
