/**
 * Folders and split files as they come: each is split and loads, without what is no image of a class,
 * or is refused in a sentence; what is split always loads.
 */
import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import sharp from "sharp";
import { DataError, findDataset } from "../../datasets/dataset.ts";
import { knownDatasets } from "../../datasets/mod.ts";
import { splitCsv, splitFolder } from "../../datasets/protocols/own_split.ts";
import { loadOptions } from "./helpers.ts";

const SPLIT = { profiles: ["natural"], factor: 0.1, heldOut: 6, seed: 0 } as const;
const CELLS = ["day/ant", "day/bee", "night/ant", "night/bee"];

/** A small image of a kind, another for each number. */
function picture(number: number, kind: "jpeg" | "png" | "webp" | "gif" | "tiff" = "jpeg") {
  const background = { r: (number * 37) % 256, g: (number * 91) % 256, b: (number * 17) % 256 };
  const create = { width: 12, height: 9, channels: 3 as const, background };
  return sharp({ create }).toFormat(kind).toBuffer();
}
const pictures = await Promise.all(Array.from({ length: 48 }, (_, n) => picture(n)));
const bytes = new Uint8Array(4096);

async function put(file: string, content: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeFile(file, content);
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Promise.all(
      CELLS.flatMap((cell, c) =>
        Array.from(
          { length: 12 },
          (_, i) =>
            put(join(folder, cell, `${String(i).padStart(2, "0")}.jpg`), pictures[12 * c + i]!),
        )
      ),
    );
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function load(folder: string) {
  const paths = { dataDir: folder, splitsDir: undefined, cacheDir: join(folder, ".cache") };
  const definition = findDataset("farm", await knownDatasets(paths));
  return await definition.load(loadOptions(definition, {}, { ...paths, imageSize: 8 }));
}

/** A sentence that names the reason, which the user can do something about. */
const refused = (work: () => Promise<unknown>, message: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof DataError, String((error as Error).stack));
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });

/** What is done to a folder, and what comes of it: the sound split, any split, or a sentence. */
type Change = (folder: string) => unknown;
type Outcome = "same" | "split" | RegExp;

const renamed = (from: string, to: string): Change => (folder) =>
  Deno.rename(join(folder, from), join(folder, to));
const added = (path: string, content: Uint8Array = bytes): Change => (folder) =>
  put(join(folder, path), content);
const made = (path: string): Change => (folder) =>
  Deno.mkdir(join(folder, path), { recursive: true });
const linked = (to: string, path: string): Change => (folder) =>
  Deno.symlink(to, join(folder, path));
const emptied = (...cells: string[]): Change => async (folder) => {
  for (const cell of cells) {
    await Deno.remove(join(folder, cell), { recursive: true });
    await Deno.mkdir(join(folder, cell));
  }
};

const FOLDERS: readonly (readonly [what: string, change: Change, outcome: Outcome])[] = [
  ["nothing", () => {}, "same"],
  ["macOS's resource forks", added("day/ant/._00.jpg"), "same"],
  [".DS_Store beside images", added("day/ant/.DS_Store"), "same"],
  [".DS_Store beside domains", added(".DS_Store"), "same"],
  ["Thumbs.db", added("night/bee/Thumbs.db"), "same"],
  ["thumbs.db in lower case", added("night/bee/thumbs.db"), "same"],
  ["desktop.ini", added("day/desktop.ini"), "same"],
  ["a Synology index among classes", made("day/@eaDir"), "same"],
  ["a Synology index with images", added("day/@eaDir/00.jpg", pictures[1]), "same"],
  ["__MACOSX beside domains", added("__MACOSX/day/ant/._00.jpg"), "same"],
  ["lost+found", made("lost+found"), "same"],
  ["$RECYCLE.BIN", made("$RECYCLE.BIN/x"), "same"],
  ["System Volume Information", made("System Volume Information"), "same"],
  ["a hidden domain", added(".cache/ant/00.jpg", pictures[1]), "same"],
  ["a hidden class", added("day/.ipynb_checkpoints/00.jpg", pictures[1]), "same"],
  ["a hidden image", added("day/ant/.hidden.jpg", pictures[1]), "same"],
  ["a readme among domains", added("README.md"), "same"],
  ["a checksum file among images", added("day/ant/SHA256SUMS"), "same"],
  ["labels in text", added("day/ant/00.txt"), "same"],
  ["an image beside classes", added("day/00.jpg", pictures[1]), "same"],
  ["an image beside domains", added("00.jpg", pictures[1]), "same"],
  ["images one level deeper beside others", added("day/ant/more/00.jpg", pictures[1]), "same"],
  ["a bitmap, which cannot be decoded", added("day/ant/99.bmp"), "same"],
  ["an iPhone's HEIC", added("day/ant/99.HEIC"), "same"],
  ["a portable pixmap", added("day/ant/99.ppm"), "same"],
  ["JPEG 2000", added("day/ant/99.jp2"), "same"],
  ["an archive of the same images", added("day/ant.zip"), "same"],
  ["an empty class in one domain", made("day/cat"), "same"],
  ["an empty domain", made("dusk/ant"), "same"],
  ["a file called like a class", added("day/cat"), "same"],
  ["a dangling link", linked("/nowhere", "day/ant/link.jpg"), "same"],
  ["a class that is a dangling link", linked("/nowhere", "day/cat"), "same"],
  ["a link to the folder itself", linked(".", "day/ant/self"), "same"],
  ["a link around in a circle", linked("..", "day/circle"), "same"],
  ["a named pipe called like an image", async (folder) => {
    await new Deno.Command("mkfifo", { args: [join(folder, "day/ant/99.jpg")] }).output();
  }, "same"],
  ["a name in Latin-1", async (folder) => {
    const args = ["-c", ': > "$0/$(printf "x\\\\351.jpg")"', join(folder, "day/ant")];
    await new Deno.Command("sh", { args }).output();
  }, "same"],
  ["a folder called like an image", made("day/ant/99.jpg"), "same"],
  ["endings in capitals", renamed("day/ant/00.jpg", "day/ant/00.JPG"), "split"],
  [".jpeg", renamed("day/ant/00.jpg", "day/ant/00.jpeg"), "split"],
  [".jfif", renamed("day/ant/00.jpg", "day/ant/00.jfif"), "split"],
  [
    "a PNG called .jpg",
    async (folder) => put(join(folder, "day/ant/00.jpg"), await picture(3, "png")),
    "split",
  ],
  [
    "a WebP",
    async (folder) => put(join(folder, "day/ant/99.webp"), await picture(3, "webp")),
    "split",
  ],
  [
    "a TIFF",
    async (folder) => put(join(folder, "day/ant/99.tif"), await picture(3, "tiff")),
    "split",
  ],
  ["a colon in a name", renamed("day/ant/00.jpg", "day/ant/2019-08-12 06:30:00.jpg"), "split"],
  ["blanks, quotes and commas", renamed("day/ant/00.jpg", 'day/ant/a "b", c.jpg'), "split"],
  ["a semicolon and a tab", renamed("day/ant/00.jpg", "day/ant/a;b\tc.jpg"), "split"],
  ["a name of letters from everywhere", renamed("day/ant/00.jpg", "day/ant/äß漢字🐜.jpg"), "split"],
  ["a name that looks like a formula", renamed("day/ant/00.jpg", "day/ant/=1+1.jpg"), "split"],
  ["a name with a leading dash", renamed("day/ant/00.jpg", "day/ant/-rf.jpg"), "split"],
  ["two dots in a name", renamed("day/ant/00.jpg", "day/ant/a..b.jpg"), "split"],
  ["a class of letters from everywhere", async (folder) => {
    for (const domain of ["day", "night"]) {
      await renamed(`${domain}/ant`, `${domain}/Ämeise`)(folder);
    }
  }, "split"],
  ["a class in one domain alone", renamed("day/ant", "day/cat"), "split"],
  ["images one level deeper alone", async (folder) => {
    for (const cell of CELLS) {
      await renamed(cell, `${cell}-`)(folder);
      await made(cell)(folder);
      await renamed(`${cell}-`, `${cell}/batch1`)(folder);
    }
  }, /./],
  ["no image at all", emptied(...CELLS), /./],
  ["no folder", (folder) => Deno.remove(folder, { recursive: true }), /./],
  ["images without classes", async (folder) => {
    for (const cell of CELLS) await Deno.remove(join(folder, cell), { recursive: true });
    await added("day/00.jpg", pictures[1])(folder);
  }, /./],
  ["a domain called like a figure of the tables", renamed("day", "average"), /average/],
  ["a domain called worst", renamed("day", "worst"), /worst/],
  ["a domain called all", renamed("day", "all"), /all/],
  ["domains in two cases", async (folder) => {
    for (const cell of ["ant", "bee"]) {
      await Deno.mkdir(join(folder, "Day"), { recursive: true });
      await renamed(`night/${cell}`, `Day/${cell}`)(folder);
    }
  }, /./],
  ["classes in two cases", renamed("day/ant", "day/Ant"), /./],
  ["a line break in the name of a class", renamed("day/ant", "day/a\nnt"), /"a\\nnt".*line break/],
  ["a line break in the name of a domain", renamed("day", "d\nay"), /"d\\nay".*line break/],
  ["a line break in the name of an image", renamed("day/ant/00.jpg", "day/ant/a\nb.jpg"), "split"],
];

for (const [what, change, outcome] of FOLDERS) {
  Deno.test({
    name: `hostile folder: ${what}`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      inFolder(async (folder) => {
        const before = splitCsv(await splitFolder(folder, SPLIT));
        await change(folder);
        const end = () => Deno.mkdir(folder, { recursive: true }); // to be removed once
        const split = async () => splitCsv(await splitFolder(folder, SPLIT));
        if (outcome instanceof RegExp) return await refused(split, outcome).finally(end);
        const csv = await split();
        if (outcome === "same") assert.equal(csv, before, basename(folder));
        await Deno.writeTextFile(join(folder, "farm.csv"), csv);
        const { domains } = await load(folder);
        const [first] = domains;
        assert.equal((await first!.test.read([0])).length, 8 * 8 * 3);
      }),
  });
}
