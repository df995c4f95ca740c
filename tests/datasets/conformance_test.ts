import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { stream } from "../../base/random.ts";
import { integer } from "../../base/setting.ts";
import {
  DATASETS,
  defineDataset,
  definePhotographs,
  memorySplit,
  readSettings,
  requireImageSize,
} from "../../datasets/mod.ts";
import { digits } from "../../datasets/sets/digits.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";
import { coloredMnist } from "../../datasets/sets/mnist_variants.ts";
import { pacs } from "../../datasets/sets/pacs.ts";
import { datasetConformance } from "../../testing.ts";
import { formulaImage, testFolder } from "./helpers.ts";

const small = { head: 12, factor: 0.25, validation: 3, test: 4 };
await datasetConformance(digitsSynth, { settings: small, otherSettings: { seed: 1 } });

const tiny = definePhotographs({
  name: "tiny",
  title: "Tiny",
  description: "Made for the tests.",
  domains: ["left", "right"],
  classes: ["cat", "dog"],
  shots: { many: 100, few: 20 },
  origin: "made here",
  csv: "Tiny.csv",
  folder: "Tiny",
});
const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await writeTiny();
await datasetConformance(tiny, { paths: { dataDir: folder }, imageSize: 16 });

/** Three images of every cell, one for each split. */
async function writeTiny(): Promise<void> {
  const rows: string[] = [];
  for (const [d, domain] of tiny.domains.entries()) {
    for (const [label, name] of tiny.classes.entries()) {
      for (const [s, split] of ["train", "val", "test"].entries()) {
        const path = `${domain}/${name}/${split}.png`;
        const [width, height] = [40 + 12 * d + 4 * label + s, 30];
        await Deno.mkdir(dirname(join(folder, "Tiny", path)), { recursive: true });
        await sharp(formulaImage(width, height), { raw: { width, height, channels: 3 } })
          .png().toFile(join(folder, "Tiny", path));
        rows.push(`${domain},${label},${path},${split}`);
      }
    }
  }
  const csv = ["env,label,path,split", ...rows, ""].join("\n");
  await Deno.writeTextFile(join(folder, "Tiny.csv"), csv);
}

const SHADES = {
  seed: integer({ default: 0, min: 0, description: "seed of all images" }),
};
const NAME = "shades";
const shades = defineDataset({
  name: NAME,
  title: "Shades",
  description: "Grey squares of two shades, kept in memory.",
  images: "digits",
  domains: ["dim", "lit"],
  classes: ["dark", "light"],
  shots: { many: 10, few: 2 },
  origin: "Made in code.",
  settings: SHADES,
  locate: () => Promise.resolve({ here: true, where: "embedded" }),
  counts: () => Promise.resolve(undefined),
  load: (options) =>
    Promise.resolve().then(() => {
      requireImageSize(NAME, 4, options);
      const { seed } = readSettings(NAME, SHADES, options);
      const split = (domain: string, part: string) => {
        const random = stream(seed, NAME, domain, part);
        const labels = Uint16Array.from([0, 0, 0, 1]);
        const pixels = labels.length * 4 * 4 * 3;
        const shade = (i: number) => 100 * labels[Math.floor(i / 48)]! + random.integer(90);
        return memorySplit(Uint8Array.from({ length: pixels }, (_, i) => shade(i)), labels);
      };
      return {
        name: NAME,
        domains: shades.domains.map((name) => ({
          name,
          train: split(name, "train"),
          validation: split(name, "validation"),
          test: split(name, "test"),
        })),
        classes: shades.classes,
        inputShape: [4, 4, 3],
        fingerprint: createHash("sha256").update(`${NAME} ${seed}`).digest("hex"),
      };
    }),
});
await datasetConformance(shades, { otherSettings: { seed: 1 } });

// With the real files in MDLT_TEST_DATA and MDLT_TEST_SPLITS, else as far as that goes without.
const dataDir = testFolder("MDLT_TEST_DATA", "../shared/data");
const splitsDir = testFolder("MDLT_TEST_SPLITS", "../shared/splits");
for (const set of [digits, coloredMnist]) {
  await datasetConformance(set, {
    paths: { dataDir },
    settings: { head: 30, validation: 10, test: 10 },
    otherSettings: { seed: 1 },
  });
}
await datasetConformance(pacs, {
  paths: { dataDir, splitsDir: splitsDir && await fewOf(join(splitsDir, "PACS.csv")) },
  imageSize: 32,
});
const others = DATASETS.filter((set) => ![digitsSynth, digits, coloredMnist, pacs].includes(set));
for (const set of others) await datasetConformance(set);

/** A folder with a split file of the first two images of every cell; the same folder without one. */
async function fewOf(csv: string): Promise<string> {
  const text = await Deno.readTextFile(csv).catch(() => undefined);
  if (text === undefined) return dirname(csv);
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const cells = Map.groupBy(lines, (line) => line.replace(/,[^,]*(,[^,]*)$/, "$1"));
  const few = [...cells.values()].flatMap((cell) => cell.slice(0, 2));
  await Deno.writeTextFile(join(folder, "PACS.csv"), [header, ...few].join("\n"));
  return folder;
}
