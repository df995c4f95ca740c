/**
 * `digits-synth`: the embedded data set. Digits are rendered in code, so nothing is downloaded.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { itemStream, type Random, stream } from "../../base/random.ts";
import { integer, number } from "../../base/setting.ts";
import {
  type Dataset,
  defineDataset,
  type LoadOptions,
  type Split,
  type SplitCounts,
  type SplitName,
} from "../dataset.ts";
import { profileCounts } from "../protocols/longtail.ts";
import { memorySplit } from "../reading/memory.ts";
import { FRACTION, readSettings, requireImageSize, type SettingValues } from "../settings.ts";
import { renderStreet, renderTexture, SIZE } from "../synthetic/render.ts";

const NAME = "digits-synth";
const CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const PIXELS = SIZE * SIZE * 3;

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
  seed: integer({ default: 0, min: 0, description: "seed of all images" }),
};

/** The embedded digits in two domains with opposite long tails. */
export const digitsSynth = defineDataset({
  name: NAME,
  title: "Digits-synth",
  description: "Digits rendered in code, as house numbers and over textures, with the frequent " +
    "classes of one domain rare in the other.",
  images: "digits",
  domains: DOMAINS.map((domain) => domain.name),
  classes: CLASSES,
  shots: { many: 100, few: 20 },
  origin: "Rendered in code; nothing to download.",
  settings: SETTINGS,
  locate: () => Promise.resolve({ here: true, where: "embedded" }),
  counts: (options) => Promise.resolve().then(() => wanted(readSettings(NAME, SETTINGS, options))),
  load: (options) => Promise.resolve().then(() => load(options)),
});

/** What the settings ask of every split, by domain and class. */
function wanted(
  { head, factor, zero, validation, test }: SettingValues<typeof SETTINGS>,
): SplitCounts {
  const each = (count: number) => DOMAINS.map(() => CLASSES.map(() => count));
  return {
    train: DOMAINS.map(({ profile }) => {
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

function load(options: LoadOptions): Dataset {
  requireImageSize(NAME, SIZE, options);
  const settings = readSettings(NAME, SETTINGS, options);
  const each = wanted(settings);

  const hash = createHash("sha256");
  const total = Object.values(each).flat(2).reduce((a, b) => a + b, 0);
  let done = 0;
  const domains = DOMAINS.map(({ name, render }, d) => {
    const split = (part: SplitName): Split => {
      const made = renderSplit(
        each[part][d]!,
        render,
        [settings.seed, name, part],
      );
      hash.update(JSON.stringify([name, part, each[part][d]!])).update(made.pixels);
      options.onProgress?.("rendering digits", done += made.labels.length, total);
      return memorySplit(made.pixels, made.labels);
    };
    return { name, train: split("train"), validation: split("validation"), test: split("test") };
  });
  return {
    name: NAME,
    domains,
    classes: CLASSES,
    inputShape: [SIZE, SIZE, 3],
    fingerprint: hash.digest("hex"),
  };
}

/** Every image has a stream of its own, so the number of images of a class moves no other image. */
function renderSplit(
  counts: readonly number[],
  render: (digit: number, random: Random) => Uint8Array,
  [seed, domain, part]: [number, string, SplitName],
): { pixels: Uint8Array; labels: Uint16Array } {
  const labels = new Uint16Array(counts.reduce((a, b) => a + b, 0));
  const pixels = new Uint8Array(labels.length * PIXELS);
  let at = 0;
  counts.forEach((count, digit) => {
    const key = stream(seed, NAME, domain, part, digit).integer(2 ** 32);
    for (let i = 0; i < count; i++, at++) {
      labels[at] = digit;
      pixels.set(render(digit, itemStream(key, i)), at * PIXELS);
    }
  });
  return { pixels, labels };
}
