import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { DataError } from "../../datasets/dataset.ts";
import { knownDatasets } from "../../datasets/mod.ts";
import { splitCsv, splitFolder } from "../../datasets/protocols/own_split.ts";
import { formulaImage, loadOptions, splitsOf } from "./helpers.ts";

/** A folder of two domains and three classes with so many images each. */
async function withFolder(
  images: number,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const image = await sharp(formulaImage(9, 7), { raw: { width: 9, height: 7, channels: 3 } })
      .png().toBuffer();
    for (const place of ["day/ant", "day/bee, small", "day/cow", "night/ant", "night/cow"]) {
      await Deno.mkdir(join(folder, place), { recursive: true });
      for (let i = 0; i < images; i++) await Deno.writeFile(join(folder, place, `${i}.png`), image);
      await Deno.writeTextFile(join(folder, place, "notes.txt"), "no image");
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const settings = { profiles: ["natural"], factor: 0.1, heldOut: 6, seed: 0 } as const;

Deno.test("own split: profiles by domain, the head as large as it can be", () =>
  withFolder(26, async (folder) => {
    const counts = async (more: Parameters<typeof splitFolder>[1]) => {
      const { domains, classes, rows } = await splitFolder(folder, more);
      return domains.map((_, d) =>
        classes.map((_, c) =>
          rows.filter((row) => row.domain === d && row.label === c && row.split === "train").length
        )
      );
    };
    assert.deepEqual(await counts(settings), [[20, 20, 20], [20, 0, 20]]);
    const exp = { ...settings, profiles: ["exp", "natural"] as const };
    assert.deepEqual(await counts(exp), [[20, 6, 2], [20, 0, 20]]);
    assert.deepEqual((await counts({ ...exp, head: 10 }))[0], [10, 3, 1]);
    assert.deepEqual((await counts({ ...exp, profiles: ["inv_step", "natural"] }))[0], [2, 2, 20]);
    await assert.rejects(
      splitFolder(folder, { ...settings, profiles: ["exp"] }),
      (error) =>
        error instanceof DataError &&
        /The domain night has 0 images of bee, small to train on/.test(error.message),
    );
    await assert.rejects(splitFolder(folder, { ...exp, head: 21 }), /asks for 21/);
    await assert.rejects(
      splitFolder(folder, { ...exp, profiles: ["exp", "exp", "exp"] }),
      /3 prof/,
    );
    await assert.rejects(splitFolder(join(folder, "day/ant"), settings), /has no folders/);
  }));

Deno.test("own split: the file is found by its name and loads, quoted names too", () =>
  withFolder(12, async (folder) => {
    const made = await splitFolder(folder, settings);
    assert.equal(splitCsv(made), splitCsv(await splitFolder(folder, settings)));
    assert.notEqual(splitCsv(made), splitCsv(await splitFolder(folder, { ...settings, seed: 1 })));
    // As a spreadsheet may have saved it.
    await Deno.writeTextFile(join(folder, "Mine.csv"), `\uFEFF${splitCsv(made)}`);
    await Deno.writeTextFile(join(folder, "other.csv"), "a,b\n1,2\n");
    const paths = { dataDir: folder, splitsDir: undefined, cacheDir: join(folder, "cache") };
    const own = (await knownDatasets(paths)).filter(({ origin }) => origin === "your own");
    assert.deepEqual(own.map(({ name }) => name), ["mine"]);
    const [mine] = own;
    assert.deepEqual(mine!.domains, ["day", "night"]);
    assert.deepEqual(mine!.classes, ["ant", "bee, small", "cow"]);
    const dataset = await mine!.load(
      loadOptions(mine!, {}, { ...paths, imageSize: 8 }),
    );
    for (const { split } of splitsOf(dataset)) {
      assert.equal((await split.read([0])).length, 8 * 8 * 3);
    }
    const images = splitsOf(dataset).reduce((sum, { split }) => sum + split.labels.length, 0);
    assert.equal(images, 5 * 12);
  }));
