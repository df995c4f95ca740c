/**
 * Weights and images by a formula that the Python programs in `figures/` have as well, so that none
 * are kept.
 *
 * @module
 */

/** As `spread` in `figures/*.py`: numbers of [0, 1) that depend on the name. */
export function spread(count: number, name: string): Float64Array {
  const key = [...name].reduce((sum, letter, i) => sum + letter.charCodeAt(0) * (i + 1), 0);
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i + 1, 2654435761) + key * 7919) | 0;
    x ^= x >>> 15;
    x = Math.imul(x, 2246822519);
    x ^= x >>> 13;
    return (x >>> 0) / 2 ** 32;
  });
}

/** As `value` in `figures/*.py`: the tensor of a name, in PyTorch's arrangement. */
export function value(name: string, shape: readonly number[]): Float32Array {
  const u = spread(shape.reduce((a, b) => a * b, 1), name);
  if (name.endsWith("running_var")) return Float32Array.from(u, (u) => 0.5 + u);
  if (/running_mean|bias$/.test(name)) return Float32Array.from(u, (u) => 0.4 * (u - 0.5));
  if (shape.length === 1) return Float32Array.from(u, (u) => 0.25 + 0.5 * u);
  const bound = Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b, 1));
  return Float32Array.from(u, (u) => (2 * u - 1) * bound);
}
