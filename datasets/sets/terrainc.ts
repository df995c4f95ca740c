/**
 * TerraIncognita: wild animals, each domain a place where a camera trap stood.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { createAtomically, exists } from "../../base/files.ts";
import { DataError } from "../../base/errors.ts";
import { mdltSplit } from "../fetching/sources.ts";
import { staysInside } from "../formats/split_csv.ts";
import { definePhotographs } from "../protocols/photographs/define.ts";

/** The small images of Caltech Camera Traps. */
const CAMERA_TRAPS = "eccv_18_all_images_sm";
const FOLDER = "terra_incognita";
const CSV = "TerraIncognita.csv";

/** TerraIncognita in MDLT's split. */
export const terrainc = definePhotographs({
  name: "terrainc",
  title: "TerraInc-MLT",
  description: "Wild animals seen by camera traps at four places.",
  domains: ["location_100", "location_38", "location_43", "location_46"],
  classes: [
    "bird",
    "bobcat",
    "cat",
    "coyote",
    "dog",
    "empty",
    "opossum",
    "rabbit",
    "raccoon",
    "squirrel",
  ],
  shots: { many: 100, few: 25 },
  origin: "Beery et al. 2018, Recognition in Terra Incognita; the small images of Caltech Camera " +
    "Traps (lila.science), sorted into folders by place and animal, and TerraIncognita.csv of the " +
    "MDLT repository.",
  published: {
    images: 24_330,
    largest: 4455,
    smallest: 0,
    train: 23_269,
    validation: 353,
    test: 708,
  },
  csv: CSV,
  folder: FOLDER,
  sources: {
    files: [
      {
        path: `${CAMERA_TRAPS}.tar.gz`,
        urls: [
          "https://storage.googleapis.com/public-datasets-lila",
          "http://us-west-2.opendata.source.coop.s3.amazonaws.com/agentmorris/lila-wildlife",
          "https://lilawildlife.blob.core.windows.net/lila-wildlife",
        ].map((lila) => `${lila}/caltechcameratraps/${CAMERA_TRAPS}.tar.gz`),
        bytes: 6_492_615_601,
        unpack: { to: CAMERA_TRAPS },
      },
      mdltSplit(CSV, {
        bytes: 1_956_149,
        sha256: "e2cc6802e5fa63e78e05f86d09132a24527dee6c5710843f37805f6fd52a61de",
      }),
    ],
    finish: (dataDir) => sortImages({ from: CAMERA_TRAPS, to: FOLDER, list: CSV }, dataDir),
  },
});

/**
 * Puts images where a split file lists them, whatever the folders are that they lie in now: files
 * are told by their names, and stay where they are as well. All of them come, or none.
 *
 * @throws {DataError} When an image that is listed is not there.
 */
export async function sortImages(
  { from, to, list }: { readonly from: string; readonly to: string; readonly list: string },
  folder: string,
): Promise<void> {
  if (await exists(join(folder, to))) return;
  const [, ...rows] = parse(await Deno.readTextFile(join(folder, list))) as string[][];
  const found = new Map<string, string>();
  await collectFiles(join(folder, from), found);
  await createAtomically(join(folder, to), async (temporary) => {
    for (const [, , path = ""] of rows) {
      const image = staysInside(path) ? found.get(basename(path)) : undefined;
      if (image === undefined) {
        throw new DataError(
          `${join(folder, from)} has no ${basename(path)}, which ${list} lists.`,
        );
      }
      const target = join(temporary, ...path.split("/"));
      await Deno.mkdir(dirname(target), { recursive: true });
      // An image may be listed as two classes. Not every disk knows files of two names.
      await Deno.link(image, target).catch(() => Deno.copyFile(image, target));
    }
  });
}

/** All files in a folder and those in it, by their names. */
async function collectFiles(folder: string, found: Map<string, string>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await collectFiles(join(folder, name), found);
    else found.set(name, join(folder, name));
  }
}
