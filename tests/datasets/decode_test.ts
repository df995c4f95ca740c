import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { DataError } from "../../datasets/dataset.ts";
import { decodeImage } from "../../datasets/reading/decode.ts";
import { decodeJpeg } from "../../datasets/reading/jpeg.ts";
import { figures, formulaImage, fuzz, sha256, smoothImage } from "./helpers.ts";

/** Writes a file for as long as `use` runs. */
async function withFile(
  name: string,
  bytes: Uint8Array,
  use: (file: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(folder, name), bytes);
    await use(join(folder, name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const raw = (width: number, height: number) => ({ raw: { width, height, channels: 3 as const } });

interface PillowFile {
  readonly name: string;
  readonly bytes: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
}

for (const { name, bytes, width, height, ...wanted } of figures<PillowFile[]>("pillow", "files")) {
  Deno.test(`decoding: Pillow's bytes of ${name}`, () =>
    withFile(name, Buffer.from(bytes, "base64"), async (file) => {
      const image = await decodeImage(file);
      assert.deepEqual([image.width, image.height], [width, height]);
      assert.equal(sha256(image.pixels), wanted.sha256);
    }));
}

Deno.test("decoding: a JPEG for print is turned to red, green and blue", async () => {
  const bytes = await sharp(formulaImage(8, 6), raw(8, 6)).toColourspace("cmyk").jpeg().toBuffer();
  await withFile("a.jpg", bytes, async (file) => {
    const { pixels, width, height } = await decodeImage(file);
    assert.deepEqual([width, height, pixels.length], [8, 6, 8 * 6 * 3]);
  });
});

Deno.test("decoding: an image of more pixels than memory should hold is refused by its size", async () => {
  const png = new Uint8Array(await sharp(formulaImage(8, 6), raw(8, 6)).png().toBuffer());
  const header = new DataView(png.buffer, png.byteOffset);
  header.setUint32(16, 16_000);
  header.setUint32(20, 16_000);
  header.setUint32(29, crc32(png.subarray(12, 29)));
  await withFile(
    "large.png",
    png,
    (file) =>
      refused(
        file,
        /it has 16000 × 16000 pixels, and 178,956,970 are the most; make it smaller\.$/,
      ),
  );
});

const refused = (file: string, message: RegExp) =>
  assert.rejects(
    decodeImage(file),
    (error) =>
      error instanceof DataError && error.message.includes(file) && message.test(error.message),
  );

Deno.test("decoding: what is missing, no image or not whole is named with the reason", async () => {
  await refused("/nowhere/a.jpg", /is not there\.$/);
  const jpeg = await sharp(smoothImage(64, 48), raw(64, 48)).jpeg().toBuffer();
  const png = await sharp(smoothImage(64, 48), raw(64, 48)).png().toBuffer();
  // All pixels of a PNG are there when no more than its end is missing.
  for (const [name, bytes, end] of [["a.jpg", jpeg, 3], ["a.png", png, 20]] as const) {
    for (const length of [bytes.length - end, bytes.length >> 1, 40, 3]) {
      await withFile(
        name,
        bytes.subarray(0, length),
        (file) => refused(file, /cannot be decoded \(.+\); replace it by an undamaged copy/),
      );
    }
  }
  await withFile("a.jpg", new Uint8Array(0), (file) => refused(file, /cannot be decoded/));
  const text = new TextEncoder().encode("no image at all");
  await withFile("a.jpg", text, (file) => refused(file, /unsupported image format/));
});

Deno.test("decoding: what a file is, is seen from its content, whatever its name says", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>';
  const foreign: readonly (readonly [content: string, what: string])[] = [
    [svg, "an SVG drawing"],
    [`<?xml version="1.0"?>\n<!-- drawn -->\n${svg}`, "an SVG drawing"],
    ["BM\x46\0\0\0\0\0\0\0\x36\0", "a BMP image"],
    ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image"],
    ["\0\0\0\x1cftypavis\0\0\0\0avifavismsf1", "an animated AVIF image"],
    ["\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"],
    ["P6 2 2 255\n000000000000", "a PNM image"],
    ["<!DOCTYPE html><html>", "a web page"],
    [
      "version https://git-lfs.github.com/spec/v1\n",
      "a pointer of Git LFS and not the file itself",
    ],
    ["1,2,3\n4,5,6\n", "no JPEG, PNG, WebP, GIF, TIFF or AVIF"],
  ];
  for (const [content, what] of foreign) {
    const bytes = Uint8Array.from(content, (letter) => letter.charCodeAt(0));
    const wanted = new RegExp(
      `\\(unsupported image format: by its content it is ${what}\\); (put|replace)`,
    );
    await withFile("a.png", bytes, (file) => refused(file, wanted));
  }
  await withFile("a.png", new Uint8Array(0), (file) => refused(file, /\(it is empty\)/));
  const image = smoothImage(24, 16);
  for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
    const bytes = await sharp(image, raw(24, 16)).toFormat(format).toBuffer();
    await withFile("a.bmp", bytes, async (file) => {
      const { width, height } = await decodeImage(file);
      assert.deepEqual([width, height], [24, 16], format);
    });
  }
});

Deno.test("decoding: of rotations in EXIF a TIFF's alone is carried out, as by Pillow", async () => {
  for (const format of ["jpeg", "png", "webp", "tiff"] as const) {
    const turned = sharp(smoothImage(24, 16), raw(24, 16)).withMetadata({ orientation: 6 });
    await withFile("a.img", await turned.toFormat(format).toBuffer(), async (file) => {
      const { width, height } = await decodeImage(file);
      assert.deepEqual([width, height], format === "tiff" ? [16, 24] : [24, 16], format);
    });
  }
});

Deno.test("decoding: of 16 bits of grey the upper 8 are kept", async () => {
  const grey = Uint16Array.from([0, 255, 256, 4660, 43_981, 65_535]);
  const png = await sharp(grey, { raw: { width: 6, height: 1, channels: 1 } })
    .toColourspace("grey16").png().toBuffer();
  await withFile("a.png", png, async (file) => {
    const { pixels } = await decodeImage(file);
    assert.deepEqual(pixels.filter((_, i) => i % 3 === 0), Uint8Array.from(grey, (v) => v >> 8));
  });
});

Deno.test("decoding: a size that no photograph has does not fill the memory", async () => {
  const jpeg = new Uint8Array(await sharp(smoothImage(64, 48), raw(64, 48)).jpeg().toBuffer());
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  jpeg.set([0xff, 0xff, 0xff, 0xff], frame + 5); // 65,535 × 65,535
  await withFile("a.jpg", jpeg, (file) => refused(file, /cannot be decoded/));
});

Deno.test("decoding: after a damaged JPEG the next one is decoded as ever", async () => {
  const image = smoothImage(64, 48);
  const jpeg = await sharp(image, raw(64, 48)).jpeg().toBuffer();
  const damaged = Uint8Array.from(jpeg).fill(0xff, jpeg.length >> 1);
  await withFile("a.jpg", jpeg, async (sound) => {
    const before = await decodeImage(sound);
    await withFile("b.jpg", damaged, (file) => refused(file, /cannot be decoded/));
    assert.deepEqual(await decodeImage(sound), before);
  });
});

Deno.test("decoding: damaged files, large jpeg, are refused, never worse", async () => {
  const size = 240;
  const noise = Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => Math.imul(i, 2654435761) >>> 24,
  );
  const bytes = new Uint8Array(
    await sharp(noise, raw(size, size)).jpeg({ quality: 95 }).toBuffer(),
  );
  assert.ok(bytes.length > 1 << 15); // left to libvips
  await withFile("a.jpg", bytes, async (file) => {
    assert.deepEqual(await decodeImage(file), decodeJpeg(bytes));
    const { refused } = await fuzz(bytes, 60, async (damaged) => {
      await Deno.writeFile(file, damaged);
      const { pixels, width, height } = await decodeImage(file);
      assert.equal(pixels.length, width * height * 3);
    });
    assert.ok(refused > 18, `${refused}`);
  });
});

for (const format of ["jpeg", "png"] as const) {
  Deno.test(`decoding: damaged files, ${format}, are refused, never worse`, async () => {
    const image = formulaImage(24, 24);
    const bytes = await sharp(image, raw(24, 24)).toFormat(format).toBuffer();
    await withFile(`a.${format}`, bytes, async (file) => {
      const { refused } = await fuzz(new Uint8Array(bytes), 200, async (damaged) => {
        await Deno.writeFile(file, damaged);
        const { pixels, width, height } = await decodeImage(file);
        assert.equal(pixels.length, width * height * 3);
        // PNG has checksums, so what is accepted is right; JPEG has none, and a bit is a shade.
        if (format === "png" && pixels.length === image.length) assert.deepEqual(pixels, image);
      });
      assert.ok(refused > 60, `${format}: ${refused}`);
    });
  });
}
