/**
 * `digits-synth-2`: the embedded data set. Digits are rendered in code, so nothing is downloaded.
 *
 * @module
 */
import { stream } from "../../base/random.ts";
import { integer, number } from "../../base/setting.ts";
import { defineDataset, type SplitCounts } from "../dataset.ts";
import { profileCounts } from "../protocols/longtail.ts";
import {
  ACROSS_SETTINGS,
  acrossTrain,
  dataSeed,
  FRACTION,
  readSettings,
  RUN,
  type SettingValues,
} from "../settings.ts";
import { drawDataset } from "../synthetic/draw.ts";
import { renderStreet, renderTexture } from "../synthetic/render.ts";

const NAME = "digits-synth-2";
const CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const DOMAINS = [
  { name: "street", render: renderStreet },
  { name: "texture", render: renderTexture },
] as const;
const SET = { name: NAME, classes: CLASSES, domains: DOMAINS };

/**
 * Pairs of neighbouring places in the order of the classes from frequent to rare. The two classes of
 * a pair may stand the other way round in the second domain. Each pair can lack one class in
 * the first domain and the other one in the second: first of the head, then of the middle.
 */
const PAIRS = [[2, 3], [5, 6], [0, 1], [7, 8]] as const;

const SETTINGS = {
  head: integer({
    default: 240,
    min: 1,
    description: "training images of the most frequent class of a domain",
  }),
  factor: number({
    default: 0.06,
    range: FRACTION,
    description: "rarest class relative to the most frequent one",
  }),
  zero: integer({
    default: 2,
    min: 0,
    max: PAIRS.length,
    description: "classes of each domain that have training images in the other domain only",
  }),
  validation: integer({ default: 30, min: 1, description: "validation images a class" }),
  test: integer({ default: 60, min: 1, description: "test images a class" }),
  seed: dataSeed({
    default: RUN,
    description: "seed of all images, and of which class is frequent and which is rare",
  }),
  ...ACROSS_SETTINGS,
};

/** Embedded digits in two domains with much the same long tail, whose classes the seed draws. */
export const digitsSynth2 = defineDataset({
  ...SET,
  domains: DOMAINS.map((domain) => domain.name),
  title: "Digits-synth 2",
  description: "Digits rendered in code, as house numbers and over textures, with one long tail " +
    "in both domains; which classes are rare, and which only one domain has, is drawn.",
  images: "digits",
  shots: { many: 80, few: 30 },
  origin: "Rendered in code; nothing to download.",
  settings: SETTINGS,
  plateaus: {
    quick: {
      reached: true,
      measured:
        "The last tenth gains 0.9 ± 0.3 points (15 seeds, 100 to 114), 0.7 with seeds 0 to 4.",
    },
    standard: {
      reached: true,
      measured: "The last tenth gains nothing, and ERM ends at 89 (seeds 100 to 102).",
    },
  },
  locate: () => Promise.resolve({ here: true, where: "embedded" }),
  counts: (options) => Promise.resolve().then(() => wanted(readSettings(NAME, SETTINGS, options))),
  load: (options) =>
    Promise.resolve().then(() => {
      const settings = readSettings(NAME, SETTINGS, options);
      return drawDataset(SET, wanted(settings), settings.seed, options);
    }),
});

/** What the settings ask of every split, by domain and class. */
function wanted(
  { head, factor, zero, validation, test, seed, ...across }: SettingValues<typeof SETTINGS>,
): SplitCounts {
  const sizes = { domains: DOMAINS.length, classes: CLASSES.length, head };
  const acrossDomains = acrossTrain(across, sizes, stream(seed, NAME, "across"));
  const each = (count: number) => DOMAINS.map(() => CLASSES.map(() => count));
  const random = stream(seed, NAME, "classes");
  const order = random.permutation(CLASSES.length);
  const profile = profileCounts("exp", CLASSES.length, head, factor);
  const orders = [order, [...order]];
  for (const [a, b] of PAIRS) {
    if (random.integer(2) === 1) swap(orders[1]!, a, b);
  }
  const train = orders.map((own) => CLASSES.map((_, c) => profile[own.indexOf(c)]!));
  for (const [a, b] of PAIRS.slice(0, zero)) {
    const lacking = random.integer(2) === 1 ? [order[a]!, order[b]!] : [order[b]!, order[a]!];
    lacking.forEach((c, d) => train[d]![c] = 0);
  }
  return { train: acrossDomains ?? train, validation: each(validation), test: each(test) };
}

function swap(list: number[], a: number, b: number): void {
  [list[a], list[b]] = [list[b]!, list[a]!];
}
