/**
 * The worker that computes t-SNE: features in, positions between 0 and 1000 out.
 *
 * @module
 */
import { TSNE } from "@saehrimnir/druidjs";
import type { EmbeddingTask } from "./embedding.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<EmbeddingTask>) => void;
  postMessage(positions: { x: number[]; y: number[] }): void;
};

scope.onmessage = ({ data: { values, width, perplexity, iterations, rate, seed } }) => {
  const rows = Array.from(
    { length: values.length / width },
    (_, i) => Float64Array.from(values.subarray(i * width, (i + 1) * width)),
  );
  const positions: number[][] = new TSNE(rows, { perplexity, seed, d: 2, epsilon: rate }).transform(
    iterations,
  );
  scope.postMessage({
    x: scaled(positions.map((position) => position[0]!)),
    y: scaled(positions.map((position) => position[1]!)),
  });
};

/** To whole numbers from 0 to 1000: finer than a screen shows. */
function scaled(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  return values.map((value) => Math.round((1000 * (value - low)) / span));
}
