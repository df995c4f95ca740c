/**
 * `digits`: real digits in MDLT's Digits-MLT protocol. MNIST-M and SVHN as in the paper, and
 * `digits-mnist` with MNIST as the third domain that MDLT also knows.
 *
 * @module
 */
import { mnist, mnistm, svhn } from "../protocols/digit_files.ts";
import { defineDigits } from "../protocols/digit_protocol.ts";

const common = {
  held: 800,
  origin: "MNIST-M: github.com/liyxi/mnist-m, release `data`. SVHN: ufldl.stanford.edu/" +
    "housenumbers, the cropped digits. MNIST: yann.lecun.com/exdb/mnist.",
};

/** MNIST-M and SVHN, the two domains of the paper. */
export const digits = defineDigits({
  ...common,
  name: "digits",
  title: "Digits-MLT",
  description: "Handwritten digits over photographs (MNIST-M) and house numbers (SVHN).",
  plateaus: {
    quick: {
      reached: false,
      measured: "ERM gains 3.0 points in the last tenth and ends at 23 (seeds 100 to 102).",
    },
    standard: {
      reached: true,
      measured: "The last tenth gains 0.02 points (three seeds, head 200, factor 0.05); eight of " +
        "nine other methods gain less than a point, too.",
    },
  },
  domains: [mnistm, svhn].map((files) => ({ name: files.name, files })),
});

/** The same with MNIST. */
export const digitsMnist = defineDigits({
  ...common,
  name: "digits-mnist",
  title: "Digits-MLT with MNIST",
  description:
    "Handwritten digits (MNIST), the same over photographs (MNIST-M), and house numbers (SVHN).",
  plateaus: {
    quick: {
      reached: false,
      measured: "ERM gains 1.8 points in the last tenth and ends at 51 (seeds 100 to 102).",
    },
    standard: {
      reached: true,
      measured: "The last tenth gains 0.1 points, and ERM ends at 57 (seeds 100 to 102).",
    },
  },
  domains: [mnist, mnistm, svhn].map((files) => ({ name: files.name, files })),
});
