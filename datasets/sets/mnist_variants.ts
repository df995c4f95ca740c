/**
 * MDLT's two variants of MNIST: the same digits in four colours, and turned by three angles.
 *
 * @module
 */
import { mnist, SIZE } from "../protocols/digit_files.ts";
import { defineDigits, type DigitDomain } from "../protocols/digit_protocol.ts";

const common = { held: 500, shared: true, origin: "MNIST: yann.lecun.com/exdb/mnist." };

/** Red, green and blue of every inked pixel, by domain. */
const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = {
  blue: [65, 105, 225],
  gray: [180, 180, 180],
  green: [20, 180, 20],
  pink: [255, 20, 147],
};

/** MNIST in four colours: every pixel that is not black takes the domain's colour. */
export const coloredMnist = defineDigits({
  ...common,
  name: "colored-mnist",
  title: "ColoredMNIST-MLT",
  description: "Handwritten digits (MNIST) in one colour a domain.",
  plateaus: {
    quick: {
      reached: false,
      measured: "ERM gains 1.3 points in the last tenth and ends at 94 (seeds 100 to 102).",
    },
    standard: {
      reached: true,
      measured: "The last tenth gains 0.1 points, and ERM ends at 92 (seeds 100 to 102).",
    },
  },
  domains: Object.entries(COLOURS).map(([name, colour]): DigitDomain => ({
    name,
    files: mnist,
    look(pixels) {
      for (let i = 0; i < pixels.length; i += 3) {
        if (pixels[i]! > 0) pixels.set(colour, i);
      }
    },
  })),
});

/** MNIST turned by 0, 30 and 60 degrees. MDLT's images have one channel, these three equal ones. */
export const rotatedMnist = defineDigits({
  ...common,
  name: "rotated-mnist",
  title: "RotatedMNIST-MLT",
  description: "Handwritten digits (MNIST), turned by one angle a domain.",
  plateaus: {
    quick: {
      reached: false,
      measured: "ERM gains 1.0 points in the last tenth and ends at 87 (seeds 100 to 102).",
    },
    standard: {
      reached: true,
      measured: "The last tenth gains 0.1 points, and ERM ends at 88 (seeds 100 to 102).",
    },
  },
  domains: [0, 30, 60].map((angle): DigitDomain => ({
    name: `${angle}`,
    files: mnist,
    look: (pixels) => rotate(pixels, SIZE, angle),
  })),
});

/**
 * Turns an image `[size, size, 3]` around its centre, in place: bilinear, black where nothing was,
 * with the arithmetic of Pillow's `rotate` (src/libImaging/Geometry.c).
 *
 * @param angle Degrees, counter-clockwise.
 */
export function rotate(pixels: Uint8Array, size: number, angle: number): void {
  if (angle === 0) return;
  const from = pixels.slice();
  const round = (x: number) => Math.round(x * 1e15) / 1e15;
  const cos = round(Math.cos(-angle * Math.PI / 180));
  const sin = round(Math.sin(-angle * Math.PI / 180));
  const centre = size / 2;
  const [shiftX, shiftY] = [
    cos * -centre + sin * -centre + centre,
    -sin * -centre + cos * -centre + centre,
  ];
  const within = (at: number) => Math.min(Math.max(at, 0), size - 1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sourceX = cos * (x + 0.5) + sin * (y + 0.5) + shiftX;
      const sourceY = -sin * (x + 0.5) + cos * (y + 0.5) + shiftY;
      const inside = sourceX >= 0 && sourceX < size && sourceY >= 0 && sourceY < size;
      const left = Math.floor(sourceX - 0.5), top = Math.floor(sourceY - 0.5);
      const right = sourceX - 0.5 - left, down = sourceY - 0.5 - top;
      for (let c = 0; c < 3; c++) {
        const at = (row: number, column: number) =>
          from[(within(row) * size + within(column)) * 3 + c]!;
        const between = (a: number, b: number, part: number) => a + (b - a) * part;
        const upper = between(at(top, left), at(top, left + 1), right);
        const lower = between(at(top + 1, left), at(top + 1, left + 1), right);
        pixels[(y * size + x) * 3 + c] = inside ? between(upper, lower, down) : 0;
      }
    }
  }
}
