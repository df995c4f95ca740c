/**
 * Decoding of image files.
 *
 * @module
 */
import type { Sharp } from "sharp";
import { DataError } from "../../base/errors.ts";
import { foreignContent } from "./content.ts";
import { decodeJpeg, isJpeg } from "./jpeg.ts";

/** An image in memory: `pixels` is `[height, width, 3]`. */
export interface Image {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Bytes up to which libjpeg-turbo in WebAssembly is quicker than libvips, which is slow to begin. */
const SMALL = 1 << 15;

/**
 * Decodes a JPEG, PNG, WebP, GIF, TIFF or AVIF to red, green and blue bytes.
 *
 * As with Pillow's `convert("RGB")` grey becomes three equal channels, transparency is dropped,
 * colour profiles are ignored, and so are EXIF rotations, except those of a TIFF. Of 16 bits the
 * upper 8 are kept, also of grey ones, which Pillow cuts off at 255.
 *
 * @param damaged Takes a damaged image as far as it can be decoded.
 * @throws {DataError} When the file is missing, cut short, damaged or no image.
 */
export async function decodeImage(file: string, damaged = false): Promise<Image> {
  const bytes = await Deno.readFile(file).catch((error: Error) => {
    const missing = error instanceof Deno.errors.NotFound;
    throw new DataError(missing ? `${file} is not there.` : `${file}: ${error.message}.`);
  });
  const foreign = foreignContent(bytes);
  if (foreign !== undefined) {
    throw new DataError(`${file} cannot be decoded (${foreign.reason}); ${foreign.remedy}.`);
  }
  // Where the first is not content the second decides, and has the words for it.
  const small = bytes.length <= SMALL && isJpeg(bytes);
  return (small ? decodeJpeg(bytes) : undefined) ?? await decodeOther(bytes, file, damaged);
}

/** Loaded when first needed, so that listing the data sets starts without it. */
async function libvips() {
  const { default: sharp } = await import("sharp");
  sharp.cache(false); // no image is asked for twice
  return sharp;
}
/** One in each thread. */
let loaded: ReturnType<typeof libvips> | undefined;

async function decodeOther(file: Uint8Array, name: string, damaged: boolean): Promise<Image> {
  const sharp = await (loaded ??= libvips());
  try {
    // A JPEG's decoder only warns of damage, having no checksum; a PNG's warnings are harmless.
    const failOn = damaged ? "none" : isJpeg(file) ? "warning" : "error";
    const opened = sharp(file, { failOn, ignoreIcc: true, limitInputPixels: false });
    const { width, height, space, format, hasAlpha } = await opened.metadata();
    if (width * height > LARGEST) throw new TooLarge(width, height);
    const image = format === "tiff" ? opened.autoOrient() : opened;
    const decode = async () => {
      if (format === "gif" && hasAlpha) {
        await decodeRgb(image.clone()); // libvips knows damage, the other reader may not come to an end
        return (await import("./gif.ts")).decodeGif(file);
      }
      return space === "cmyk" ? await decodeCmyk(image) : await decodeRgb(image);
    };
    return await (width * height > MANY ? inTurn(decode) : decode());
  } catch (error) {
    const reason = (error as Error).message.trim().replaceAll(/\s*\n\s*/g, ", ");
    if (error instanceof TooLarge) {
      throw new DataError(`${name} cannot be decoded: ${reason}; make it smaller.`);
    }
    const remedy = damaged
      ? ""
      : ", or take damaged images as they are with --set DATASET.damaged=true";
    throw new DataError(
      `${name} cannot be decoded (${reason}); replace it by an undamaged copy${remedy}.`,
    );
  }
}

/** More pixels than Pillow takes: such a file is a mistake or a trap. */
const LARGEST = 178_956_970;
/** Images of more pixels are decoded one at a time, so that many do not fill the memory. */
const MANY = 1 << 24;

class TooLarge extends Error {
  constructor(width: number, height: number) {
    super(`it has ${width} × ${height} pixels, and ${LARGEST.toLocaleString("en")} are the most`);
  }
}

let last: Promise<unknown> = Promise.resolve();

/** Does one thing after the other. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work, work);
  last = done;
  return done;
}

async function decodeRgb(image: Sharp): Promise<Image> {
  const { data, info } = await image.removeAlpha().toColourspace("srgb").raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3) throw new Error(`it has ${channels} channels`);
  return { pixels: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height };
}

/** Inks as Pillow turns them into light: each is what it and black leave of white. */
async function decodeCmyk(image: Sharp): Promise<Image> {
  const { data, info } = await image.pipelineColourspace("cmyk").toColourspace("cmyk")
    .raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels < 4) throw new Error(`it has ${channels} inks`);
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const white = 255 - data[channels * i + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = data[channels * i + c]! * white + 128;
      pixels[3 * i + c] = white - ((product + (product >> 8)) >> 8);
    }
  }
  return { pixels, width, height };
}
