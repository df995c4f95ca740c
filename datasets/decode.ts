/**
 * Decoding of image files.
 *
 * @module
 */
import { DataError } from "./dataset.ts";
import { decodeJpeg, isJpeg } from "./jpeg.ts";

/** An image in memory: `pixels` is `[height, width, 3]`. */
export interface Image {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a JPEG or PNG (or whatever else libvips reads) to red, green and blue bytes.
 *
 * As with Pillow's `convert("RGB")` grey becomes three equal channels, transparency is dropped,
 * and colour profiles and EXIF rotations are ignored.
 *
 * @throws {DataError} When the file is missing, cut short, damaged or no image.
 */
export async function decodeImage(file: string): Promise<Image> {
  const bytes = await Deno.readFile(file).catch((error: Error) => {
    const missing = error instanceof Deno.errors.NotFound;
    throw new DataError(missing ? `${file} is not there.` : `${file}: ${error.message}.`);
  });
  // What libjpeg objects to is decided by libvips, which has the words for it.
  return (isJpeg(bytes) ? decodeJpeg(bytes) : undefined) ?? await decodeOther(bytes, file);
}

async function decodeOther(file: Uint8Array, name: string): Promise<Image> {
  // Loaded when first needed, so that listing the data sets starts without it.
  const { default: sharp } = await import("sharp");
  try {
    // A PNG has checksums and harmless warnings, a JPEG has neither.
    const failOn = isJpeg(file) ? "warning" : "error";
    const { data, info } = await sharp(file, { failOn, ignoreIcc: true })
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const pixels = channels === 3 ? bytes : spread(bytes, channels);
    return { pixels, width, height };
  } catch (error) {
    const reason = (error as Error).message.trim().replaceAll(/\s*\n\s*/g, ", ");
    throw new DataError(`${name} cannot be decoded (${reason}); replace it by an undamaged copy.`);
  }
}

/** Three equal channels from the first of every pixel. */
function spread(bytes: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array(bytes.length / channels * 3);
  for (let i = 0; i * channels < bytes.length; i++) {
    out.fill(bytes[i * channels]!, 3 * i, 3 * i + 3);
  }
  return out;
}
