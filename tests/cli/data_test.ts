import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { smoothImage } from "../datasets/helpers.ts";
import { commandLine } from "../helpers/processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder of images, and the command line with a cache folder of its own beside it. */
async function withPhotos(
  use: (
    photos: string,
    cli: (...args: string[]) => Promise<{ code: number; out: string; err: string }>,
    cache: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [photos, cache] = [join(folder, "My photos"), join(folder, "cache")];
  const cli = async (...args: string[]) => {
    const where = { cwd: root, env: { MDLT_BENCH_CACHE: cache } };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: await commandLine(args, where),
      ...where,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  };
  try {
    const raw = { width: 24, height: 18, channels: 3 as const };
    const pixels = smoothImage(24, 18);
    let number = 0;
    for (const place of ["day/ant", "day/bee", "night/ant", "night/bee"]) {
      await Deno.mkdir(join(photos, place), { recursive: true });
      for (let i = 0; i < 12; i++) {
        pixels.fill(number++ * 5, 0, 300); // no two are the same
        const image = await sharp(pixels, { raw }).jpeg().toBuffer();
        await Deno.writeFile(join(photos, place, `${i}.jpg`), image);
      }
    }
    await use(photos, cli, cache);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("data: a folder of one's own, from the first try to the check of every image", () =>
  withPhotos(async (photos, cli) => {
    const place = ["--data-dir", photos];
    const early = await cli("data", "check", "my photos", ...place);
    assert.equal(early.code, 1);
    assert.ok(early.err.includes(`no split file; to get it: deno task data split "${photos}"`));

    const split = ["--held-out", "6", "--profile", "exp,inv_exp", "--factor", "0.5"];
    const unnamed = await cli("data", "split", photos, ...split);
    assert.equal(unnamed.code, 2);
    assert.match(unnamed.err, /Cannot use the name "my photos-exp-inv_exp": give another/);
    const made = await cli("data", "split", photos, "--name", "Farm", ...split);
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /^day: ant 6, bee 3\nnight: ant 3, bee 6\nSplit: .*farm\.csv\n/);
    assert.match(made.out, /--datasets farm --data-dir ".*My photos"\n$/);

    const again = await cli("data", "split", photos, "--name", "farm", "--held-out", "3");
    assert.equal(again.code, 2);
    assert.match(
      again.err,
      /Cannot write .*farm\.csv: it is there and another split; give another/,
    );
    await Deno.writeTextFile(join(photos, "Twin.csv"), "");
    const twin = await cli("data", "split", photos, "--held-out", "3", "--name", "twin");
    assert.equal(twin.code, 2);
    assert.match(
      twin.err,
      /twin\.csv: Twin\.csv beside it would be the same data set; give another/,
    );
    await Deno.remove(join(photos, "Twin.csv"));

    const listed = await cli("datasets", ...place);
    assert.match(listed.out, /\nfarm +2 +2 +42 +6 +3 +18 +8 +16\n/);
    const well = await cli("data", "check", "farm", ...place);
    assert.deepEqual([well.code, well.out], [0, "farm: 42 of 42 images can be read\n"]);

    const rows = (await Deno.readTextFile(join(photos, "farm.csv"))).trim().split("\n").slice(1);
    const [cut, gone] = rows.map((row) => join(photos, row.split(",")[2]!));
    await Deno.truncate(cut!, (await Deno.stat(cut!)).size >> 1);
    const damaged = await cli("data", "check", "farm", ...place);
    assert.equal(damaged.code, 1);
    assert.ok(damaged.out.startsWith(`${cut} cannot be decoded (`), damaged.out);
    assert.ok(damaged.out.endsWith("\nfarm: 41 of 42 images can be read\n"), damaged.out);
    await Deno.remove(gone!);
    const missing = await cli("data", "check", "farm", ...place);
    assert.equal(missing.code, 1);
    assert.ok(missing.err.startsWith(`${gone} is not there although`), missing.err);
  }));

Deno.test("data: what needs no files is said, and mistakes in commands are usage errors", () =>
  withPhotos(async (photos, cli) => {
    const embedded = await cli("data", "fetch", "digits-synth");
    assert.deepEqual([embedded.code, embedded.err], [0, ""]);
    for (
      const [message, ...args] of [
        [/did you mean "pacs"\?/, "data", "fetch", "pcas"],
        [/Did you mean check\?/, "data", "chek", "pacs"],
        [
          /Cannot find profile "linear": known are natural, exp/,
          "data",
          "split",
          photos,
          "--profile",
          "linear",
        ],
        [/Cannot split "nowhere": there is no such folder/, "data", "split", "nowhere"],
        [
          /Cannot use --data-dir "nowhere": there is nothing/,
          "data",
          "check",
          "pacs",
          "--data-dir",
          "nowhere",
        ],
        [
          /--backbone-mode frozen without photographs/,
          "bench",
          "--preset",
          "smoke",
          "--backbone-mode",
          "frozen",
          "--out",
          join(photos, "out"),
        ],
        [
          /Cannot use --pretrained "nowhere": there is nothing/,
          "bench",
          "--pretrained",
          "nowhere",
          "--out",
          join(photos, "out"),
        ],
      ] as const
    ) {
      // The cache folder is empty, and native TensorFlow would be put into it first.
      const wasm = args[0] === "bench" ? ["--backend", "wasm"] : [];
      const { code, err } = await cli(...args, ...wasm);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.equal(err.trim().split("\n").length, 1, err);
    }
  }));

Deno.test("data: clean removes what is made again, and nothing else", () =>
  withPhotos(async (_, cli, cache) => {
    assert.match((await cli("data", "clean")).out, /^0 files removed/);
    await Deno.mkdir(join(cache, "weights"), { recursive: true });
    const made = [
      "a.pixels",
      "a.pixels.1-2.tmp",
      "b.features.safetensors",
      "b.features.safetensors.lock",
      "c-0123.set",
    ];
    const kept = ["weights/resnet50.pth", "other.txt"];
    for (const name of [...made, ...kept]) await Deno.writeTextFile(join(cache, name), "x");
    assert.match((await cli("data", "clean")).out, /^5 files removed/);
    for (const name of kept) await Deno.stat(join(cache, name));
    for (const name of made) await assert.rejects(Deno.stat(join(cache, name)));
  }));
