/**
 * A split whose images all lie in memory.
 *
 * @module
 */
import type { Split } from "../dataset.ts";

/**
 * A split of images that need no augmentation.
 *
 * @param values `[images, height, width, 3]` flattened, pixels; or `[images, features]`.
 * @param labels The class of every image; their number is the number of images.
 */
export function memorySplit(
  values: Uint8Array | Float32Array,
  labels: Uint16Array,
): Split {
  const size = labels.length === 0 ? 0 : values.length / labels.length;
  const read = (indices: ArrayLike<number>) => {
    const out = values instanceof Uint8Array
      ? new Uint8Array(indices.length * size)
      : new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i]! * size;
      out.set(values.subarray(start, start + size), i * size);
    }
    return Promise.resolve(out);
  };
  return { labels, read: Object.assign(read, { resident: { values } }) };
}
