/**
 * `digits-synth`: the first embedded data set, kept for its records. Its domains have opposite long
 * tails, so that it is balanced once they are pooled; `digits-synth-2` took its place.
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
  type SettingValues,
} from "../settings.ts";
import { drawDataset } from "../synthetic/draw.ts";
import { renderStreet, renderTexture } from "../synthetic/render.ts";

const NAME = "digits-synth";
const CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** The looks of the digits and which end of the class list is the head. */
const DOMAINS = [
  { name: "street", render: renderStreet, profile: "exp" },
  { name: "texture", render: renderTexture, profile: "inv_exp" },
] as const;

const SETTINGS = {
  head: integer({
    default: 110,
    min: 1,
    description: "training images of the most frequent class",
  }),
  factor: number({
    default: 0.15,
    range: FRACTION,
    description: "rarest class relative to the most frequent one",
  }),
  zero: integer({
    default: 1,
    min: 0,
    description: "rarest classes of each domain left without training images",
  }),
  validation: integer({ default: 30, min: 1, description: "validation images a class" }),
  test: integer({ default: 60, min: 1, description: "test images a class" }),
  seed: dataSeed({ default: 0, description: "seed of all images" }),
  ...ACROSS_SETTINGS,
};

/** The embedded digits in two domains with opposite long tails. */
export const digitsSynth = defineDataset({
  name: NAME,
  title: "Digits-synth",
  description: "Digits rendered in code, as house numbers and over textures, with the frequent " +
    "classes of one domain rare in the other, so that all are equally frequent in both together.",
  supersededBy: "digits-synth-2",
  images: "digits",
  domains: DOMAINS.map((domain) => domain.name),
  classes: CLASSES,
  shots: { many: 100, few: 20 },
  origin: "Rendered in code; nothing to download.",
  settings: SETTINGS,
  locate: () => Promise.resolve({ here: true, where: "embedded" }),
  counts: (options) => Promise.resolve().then(() => wanted(readSettings(NAME, SETTINGS, options))),
  load: (options) =>
    Promise.resolve().then(() => {
      const settings = readSettings(NAME, SETTINGS, options);
      const set = { name: NAME, classes: CLASSES, domains: DOMAINS };
      return drawDataset(set, wanted(settings), settings.seed, options);
    }),
});

/** What the settings ask of every split, by domain and class. */
function wanted(
  { head, factor, zero, validation, test, seed, ...across }: SettingValues<typeof SETTINGS>,
): SplitCounts {
  const sizes = { domains: DOMAINS.length, classes: CLASSES.length, head };
  const each = (count: number) => DOMAINS.map(() => CLASSES.map(() => count));
  return {
    train: acrossTrain(across, sizes, stream(seed, NAME, "across")) ??
      DOMAINS.map(({ profile }) => {
        const train = profileCounts(profile, CLASSES.length, head, factor);
        // The tail is where the profile ends: the last class, or the first of a reversed list.
        const tail = profile === "exp" ? CLASSES.map((_, k) => 9 - k) : CLASSES.map((_, k) => k);
        for (const rare of tail.slice(0, zero)) train[rare] = 0;
        return train;
      }),
    validation: each(validation),
    test: each(test),
  };
}
