/**
 * How pixels reach a network.
 *
 * @module
 */
import type { Dataset, DatasetDefinition } from "../../datasets/dataset.ts";
import {
  IMAGENET,
  type NetworkDefinition,
  type Normalisation,
  ZERO_TO_ONE,
} from "../../networks/network.ts";

/** A data set as a network sees it. */
export interface SeenDataset extends Dataset {
  /** How pixels reach the network; other numbers reach it as they are. */
  readonly normalisation: Normalisation;
}

/** How images reach networks that ask for nothing else. */
const USUAL: Readonly<Record<DatasetDefinition["images"], Normalisation>> = {
  digits: ZERO_TO_ONE,
  photographs: IMAGENET,
};

/** A data set of digits or photographs as a network sees it. */
export function seenBy(
  { normalisation }: NetworkDefinition,
  dataset: Dataset,
  images: DatasetDefinition["images"],
): SeenDataset {
  return { ...dataset, normalisation: normalisation ?? USUAL[images] };
}

/** What a network gets for each value of a pixel, a table for each channel. */
export function pixelTables({ mean, deviation }: Normalisation): Float32Array[] {
  // value / 255 is rounded once in double precision, then the channel's own shift and scale.
  return mean.map((m, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - m) / deviation[channel]!)
  );
}

/**
 * Pixels as the network gets them. Tables in JavaScript take half as long as TensorFlow's cast.
 *
 * @param out As many numbers at least; what is beyond the pixels stays as it is.
 */
export function normalisePixels(
  normalisation: Normalisation,
  pixels: Uint8Array,
  out: Float32Array,
): void {
  const [red, green, blue] = pixelTables(normalisation) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let i = 0; i < pixels.length; i += 3) {
    out[i] = red[pixels[i]!]!;
    out[i + 1] = green[pixels[i + 1]!]!;
    out[i + 2] = blue[pixels[i + 2]!]!;
  }
}
