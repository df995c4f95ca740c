/** Folders of images and split files of the user's own, for tests. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { DataError, type DatasetDefinition, findDataset } from "../../datasets/dataset.ts";
import { knownDatasets } from "../../datasets/mod.ts";
import { splitCsv, splitFolder } from "../../datasets/protocols/own_split.ts";
import { loadOptions } from "./helpers.ts";

/** Writes a small image, another for each number. */
export async function image(file: string, number: number): Promise<void> {
  const background = { r: (number * 37) % 256, g: (number * 91) % 256, b: (number * 17) % 256 };
  const create = { width: 12, height: 9, channels: 3 as const, background };
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeFile(file, await sharp({ create }).jpeg().toBuffer());
}

/** A folder of two domains and two classes with 12 different images each. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    let n = 0;
    for (const place of ["day/ant", "day/bee", "night/ant", "night/bee"]) {
      for (let i = 0; i < 12; i++) {
        await image(join(folder, place, `${String(i).padStart(2, "0")}.jpg`), n++);
      }
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export const settings = { profiles: ["natural"], factor: 0.1, heldOut: 6, seed: 0 } as const;

/** The data set of a split file in a folder. */
export async function own(folder: string, name = "farm"): Promise<DatasetDefinition> {
  return findDataset(name, await knownDatasets(pathsOf(folder)));
}
export const pathsOf = (folder: string) => ({
  dataDir: folder,
  splitsDir: undefined,
  cacheDir: join(folder, ".cache"),
});
export async function load(folder: string, name = "farm") {
  const definition = await own(folder, name);
  return await definition.load(loadOptions(definition, {}, { ...pathsOf(folder), imageSize: 8 }));
}
export const refused = (work: Promise<unknown>, message: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, message);
    return true;
  });

/** A folder with its split in `farm.csv`, and the rows of that. */
export const withSplit = (use: (folder: string, rows: string[][]) => Promise<void>) =>
  withFolder(async (folder) => {
    const csv = splitCsv(await splitFolder(folder, settings));
    await Deno.writeTextFile(join(folder, "farm.csv"), csv);
    await use(folder, csv.trim().split("\n").slice(1).map((line) => line.split(",")));
  });
export const write = (folder: string, rows: readonly (readonly string[])[], header?: string) =>
  Deno.writeTextFile(
    join(folder, "farm.csv"),
    [header ?? "env,label,path,split", ...rows.map((row) => row.join()), ""].join("\n"),
  );
