import assert from "node:assert/strict";
import { DataError } from "../../datasets/dataset.ts";
import { decodeArrays, encodeArrays } from "../../base/safetensors_format.ts";
import { fuzz } from "../datasets/helpers.ts";

Deno.test("safetensors: damaged files are refused, never worse", async () => {
  const file = encodeArrays({
    "a.weight": { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    b: { shape: [], values: Float32Array.of(7) },
  });
  const { refused } = await fuzz(file, 600, (bytes) => {
    try {
      for (const { shape, values } of Object.values(decodeArrays(bytes))) {
        assert.equal(values.length, shape.reduce((x, y) => x * y, 1));
      }
    } catch (error) {
      // The engine's errors say the same in their own class.
      throw error instanceof RangeError ? new DataError(`${error.message}.`) : error;
    }
  });
  assert.ok(refused > 300, `${refused}`);
});
